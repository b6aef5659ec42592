"""Loading: what goes in comes out once, judged, counted, and the rest is reported."""

import gzip
import io
import json
import logging
import os
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest

import ingest
from ingest import read
from ingest.report import FileReport
from pipeline.settings import Settings
from tests.ingest.conftest import KEY, LOADED, OTHER_KEY, Warehouse

pytestmark = pytest.mark.usefixtures("no_expectations")

PULLS = ["repo", "number", "author", "created_at", "merged_at"]
PULL = ["acme/web", 1, "ada", "2022-01-01T10:00:00Z", "2022-01-02T10:00:00Z"]


def of(report: ingest.LoadReport, path: str) -> FileReport:
    return next(one for one in report.files if one.path == path)


def counts(one: FileReport) -> tuple[int, int, int, int]:
    return one.rows_read, one.rows_loaded, one.rows_known, one.rows_quarantined


def parquet(columns: dict[str, list[object]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


# --- forms of a file ---

RECORDS = [
    dict(zip(PULLS, PULL, strict=True)),
    {**dict(zip(PULLS, PULL, strict=True)), "number": 2},
]
CSV = "repo,number,author,created_at,merged_at\n" + "".join(
    ",".join(str(value) for value in record.values()) + "\n" for record in RECORDS
)
FORMS = {
    "csv": CSV.encode(),
    "csv with CRLF": CSV.replace("\n", "\r\n").encode(),
    "csv with mixed ends": CSV.replace("\n", "\r\n", 2).encode(),
    "csv without last end": CSV.rstrip("\n").encode(),
    "csv with byte order mark": CSV.encode("utf-8-sig"),
    "csv in UTF-16": CSV.encode("utf-16"),
    "csv with null bytes": CSV.replace("ada", "a\0da").encode(),
    "csv after empty lines": b"\n\n" + CSV.encode(),
    "csv with rows of blanks": (CSV + ",,,,\n  ,,,, \n\n").encode(),
    "csv with quotes": CSV.replace("ada", '"ada"').encode(),
    "semicolons": CSV.replace(",", ";").encode(),
    "tsv": CSV.replace(",", "\t").encode(),
    "json": json.dumps(RECORDS).encode(),
    "json with byte order mark": json.dumps(RECORDS).encode("utf-8-sig"),
    "json in UTF-16": json.dumps(RECORDS).encode("utf-16"),
    "json, indented": json.dumps(RECORDS, indent=2).encode(),
    "json, wrapped": json.dumps({"data": RECORDS, "more": False}).encode(),
    "json, two pages": json.dumps(RECORDS[:1]).encode() + json.dumps(RECORDS[1:]).encode(),
    "json, camel case": json.dumps(
        [{"createdAt": r["created_at"], "mergedAt": r["merged_at"], **r} for r in RECORDS]
    ).encode(),
    "ndjson": "".join(json.dumps(record) + "\n" for record in RECORDS).encode(),
    "parquet": parquet({key: [record[key] for record in RECORDS] for key in PULLS}),
    "parquet, typed": parquet(
        {
            **{key: [record[key] for record in RECORDS] for key in PULLS},
            "created_at": [datetime(2022, 1, 1, 10, tzinfo=UTC)] * 2,
            "merged_at": [datetime(2022, 1, 2, 10)] * 2,
        }
    ),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("form", FORMS)
def test_the_same_rows_in_any_form_give_the_same_table(exports, warehouse, form, packed):
    exports.write("git/file.gz" if packed else "git/file", FORMS[form])
    report = warehouse.load(exports)
    assert counts(of(report, "git/file.gz" if packed else "git/file")) == (2, 2, 0, 0)
    assert warehouse.all(
        "select number, created_at, merged_at, author_is_bot, author = "
        "(select author from raw.generic__pull_requests where number = 1) "
        "from raw.generic__pull_requests order by number"
    ) == [
        (n, datetime(2022, 1, 1, 10, tzinfo=UTC), datetime(2022, 1, 2, 10, tzinfo=UTC), False, True)
        for n in (1, 2)
    ]


def test_the_name_is_the_same_in_every_encoding(exports, warehouse):
    header = "employee_id,email,hire_date\n"
    for at, encoding in enumerate(["utf-8", "latin-1", "utf-16", "cp1252"]):
        exports.write(f"hris/{at}.csv", (header + f"{at},josé@x.org,2020-01-01\n").encode(encoding))
    exports.lines("hris/9.ndjson", [{"employee_id": 9, "email": "josé@x.org", "hire_date": ""}])
    warehouse.load(exports)
    assert (
        warehouse.one(
            "select count(distinct email) from raw.generic__employees "
            "where hire_date is null or hire_date = '2020-01-01'"
        )
        == 1
    )


def test_latin_1_bytes_deep_in_json_lines_are_read_too(exports, warehouse):
    lines = [{"employee_id": n, "email": f"é{n}", "hire_date": "2020-01-01"} for n in range(50)]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    exports.write("hris/x.ndjson", text.encode("latin-1"))
    assert counts(of(warehouse.load(exports), "hris/x.ndjson")) == (50, 50, 0, 0)


# --- what is stored ---


def test_a_person_has_one_hash_in_every_table_and_column(exports, warehouse):
    exports.rows("git/prs.csv", PULLS, ["r", 1, "ADA@example.org ", "2022-01-01", ""])
    exports.rows(
        "hris/identities.csv",
        ["employee_id", "kind", "value"],
        [" e1", "github", "ada"],
        ["E1", "Email", "Ada@Example.org"],
    )
    warehouse.load(exports)
    assert (
        warehouse.one(
            "select count(*) from raw.generic__employees as e "
            "join raw.generic__pull_requests as p on p.author = e.email "
            "join raw.generic__identities as i "
            "on i.employee_id = e.employee_id and i.value = e.email "
            "join raw.generic__mentorships as m on m.mentor = e.employee_id"
        )
        == 1
    )


def test_another_key_gives_other_hashes_and_the_same_rows(exports, tmp_path):
    found = {}
    for key in (KEY, OTHER_KEY):
        warehouse = Warehouse(tmp_path / key[:3].decode())
        warehouse.load(exports, key)
        found[key] = warehouse.all("select employee_id, hire_date from raw.generic__employees")
        warehouse.connection.close()
    first, second = found[KEY], found[OTHER_KEY]
    assert sorted(day for _, day in first) == sorted(day for _, day in second)
    assert not {name for name, _ in first} & {name for name, _ in second}


@pytest.mark.parametrize(
    ("login", "is_bot"),
    [
        ("renovate[bot]", True),
        ("app/dependabot", True),
        ("release-bot", True),
        ("bot-release", True),
        ("project_12_bot_0a1b", True),
        ("svc-deploy", True),
        ("github-actions", True),
        ("Merge-Steward", True),
        ("talbot", False),
        ("abbot", False),
        ("robotics", False),
        ("ada", False),
        ("ghost", False),
        ("", False),
    ],
)
def test_a_bot_is_told_by_its_name_or_the_settings(exports, warehouse, login, is_bot):
    exports.rows("git/prs.csv", PULLS, ["r", 1, login, "2022-01-01", ""])
    warehouse.load(exports, bots=["merge-steward "])
    nobody = login in ("ghost", "")
    assert warehouse.all(
        "select author is null, author_is_bot from raw.generic__pull_requests"
    ) == [(nobody, is_bot)]


@pytest.mark.parametrize(
    ("title", "is_draft", "stored"),
    [
        ("Draft: faster", "false", True),
        ("WIP: faster", "", True),
        ("[WIP] faster", "false", True),
        ("Drafty windows", "false", False),
        ("faster", "true", True),
        ("faster", "", None),
    ],
)
def test_a_title_only_tells_a_draft(exports, warehouse, title, is_draft, stored):
    exports.rows(
        "git/prs.csv",
        [*PULLS, "title", "is_draft"],
        ["r", 1, "ada", "2022-01-01", "", title, is_draft],
    )
    warehouse.load(exports)
    assert warehouse.one("select is_draft from raw.generic__pull_requests") == stored


def test_a_story_is_stored_with_consent_only(exports, warehouse):
    exports.rows(
        "mentorship/stories.csv",
        ["title", "text", "published_at", "consent"],
        ["Told", "A story.", "2024-01-01", "yes"],
        ["Untold", "A secret.", "2024-01-01", "no"],
        ["Unsaid", "A secret.", "2024-01-01", ""],
    )
    warehouse.load(exports)
    assert warehouse.all("select title, text from raw.generic__case_studies order by all") == [
        ("Told", "A story."),
        (None, None),
        (None, None),
    ]


def test_a_consent_that_is_withdrawn_takes_the_story_out_of_the_history_too(exports, warehouse):
    header = ["title", "text", "published_at", "consent"]
    exports.rows("mentorship/s.csv", header, ["Told", "A story.", "2024-01-01", "yes"])
    warehouse.load(exports)
    later = LOADED + timedelta(days=1)
    exports.rows("mentorship/s.csv", header, ["Told", "", "2024-01-01", "no"], modified=later)
    warehouse.load(exports)
    for table in ("generic__case_studies", "generic__case_studies__history"):
        assert warehouse.all(f"select title, text, consent is null from raw.{table}") == [
            (None, None, False)
        ]


def test_an_event_is_stored_without_its_name(exports, warehouse):
    exports.rows(
        "mentorship/events.csv",
        ["name", "starts_on", "kind", "org"],
        ["Project Ada Lovelace", "2024-05-01", "Layoffs", "Platform"],
    )
    warehouse.load(exports)
    assert warehouse.all(
        "select * exclude (_file_id, _row, _loaded_at, _updated_at) from raw.generic__events"
    ) == [(date(2024, 5, 1), None, "layoff", "Platform")]


def test_only_declared_measures_are_loaded_and_the_rest_does_not_stop_a_load(exports, warehouse):
    exports.rows(
        "hris/measures.csv",
        ["employee_id", "metric", "at", "value"],
        ["E1", "Deep Work", "2024-01-01", "3.5"],
        ["E1", "shoe size", "2024-01-01", "42"],
    )
    declared = {"deep_work": {"unit": "hours", "direction": "higher"}}
    report = warehouse.load(exports, measures=declared)
    assert counts(of(report, "hris/measures.csv")) == (2, 1, 0, 1)
    assert warehouse.all("select metric, value from raw.generic__measures") == [("deep_work", 3.5)]


def test_an_employment_type_that_the_settings_exclude_keeps_its_name(exports, warehouse):
    exports.rows(
        "hris/e.csv",
        ["employee_id", "email", "hire_date", "employment_type"],
        ["1", "", "2020-01-01", "Agency worker"],
        ["2", "", "2020-01-01", "Contingent"],
        ["3", "", "2020-01-01", "Director for life"],
    )
    warehouse.load(exports, population={"employment_types_excluded": ["agency worker"]})
    assert warehouse.all(
        "select employment_type from raw.generic__employees where employment_type is not null "
        "order by all"
    ) == [("agency worker",), ("contractor",), ("other",)]


def test_a_reporting_group_is_stored_for_each_spell_of_employment(exports, warehouse):
    exports.rows(
        "hris/employees.csv",
        ["employee_id", "email", "hire_date", "Squad"],
        ["1", "", "2020-01-01", "Blue"],
        ["1", "", "2022-01-01", "Red"],
        ["2", "", "2020-01-01", ""],
    )
    warehouse.load(exports, reporting_groups=["squad"])
    assert warehouse.all(
        "select hire_date, attribute, value from raw.generic__employee_attributes order by all"
    ) == [
        (date(2020, 1, 1), "squad", "Blue"),
        (date(2020, 1, 1), "squad", None),
        (date(2022, 1, 1), "squad", "Red"),
    ]


def test_a_declared_zone_moves_naive_times_and_leaves_the_others(exports, warehouse):
    exports.rows(
        "git/prs.csv",
        PULLS,
        ["r", 1, "ada", "2022-07-01 10:00", "2022-07-01T10:00:00Z"],
    )
    warehouse.load(exports, time_zone="America/New_York", quarantine_share=1.0)
    # 10:00 in New York is 14:00 UTC, after the merge: the pull request cannot be used.
    assert warehouse.one("select rule from raw.quarantine") == "merged_before_opened"


# --- what cannot be used ---


@pytest.mark.parametrize(
    ("change", "rule", "column"),
    [
        ({"repo": ""}, "missing", "repo"),
        ({"number": ""}, "missing", "number"),
        ({"number": "twelve"}, "unreadable", "number"),
        ({"created_at": ""}, "missing", "created_at"),
        ({"created_at": "soon"}, "unreadable", "created_at"),
        ({"created_at": "0001-01-01T00:00:00Z"}, "missing", "created_at"),
        ({"merged_at": "later"}, "unreadable", "merged_at"),
        ({"merged_at": "2021-12-31T00:00:00Z"}, "merged_before_opened", "merged_at"),
    ],
)
def test_a_row_that_cannot_be_used_is_quarantined_with_its_rule(
    exports, warehouse, change, rule, column
):
    good = dict(zip(PULLS, PULL, strict=True))
    exports.rows(
        "git/prs.csv", PULLS, *[{**good, "number": n}.values() for n in range(9)],
        {**good, "number": 99, **change}.values(),
    )  # fmt: skip
    report = warehouse.load(exports, quarantine_share=0.2)
    one = of(report, "git/prs.csv")
    assert counts(one) == (10, 9, 0, 1)
    assert any("cannot be used" in problem for problem in one.problems)
    assert warehouse.all(
        "select path, table_name, row_number, column_name, rule, count from raw.quarantine"
    ) == [("git/prs.csv", "generic__pull_requests", 10, column, rule, 1)]


@pytest.mark.parametrize(
    "change",
    [
        {"author": ""},
        {"author": "ghost"},
        {"merged_at": ""},
        {"merged_at": "9999-12-31"},
        {"merged_at": "2022-01-01T10:00:00Z"},  # merged in the second it was opened
    ],
)
def test_a_row_that_can_be_used_is_not_quarantined(exports, warehouse, change):
    row = {**dict(zip(PULLS, PULL, strict=True)), **change}
    exports.rows("git/prs.csv", PULLS, row.values())
    assert counts(of(warehouse.load(exports), "git/prs.csv")) == (1, 1, 0, 0)


def test_a_value_that_cannot_be_read_is_null_and_counted(exports, warehouse):
    exports.rows("git/prs.csv", [*PULLS, "closed_at", "additions"], [*PULL, "whenever", "many"])
    one = of(warehouse.load(exports), "git/prs.csv")
    assert counts(one) == (1, 1, 0, 0)
    assert one.problems == (
        "closed_at cannot be read and is taken for empty in 1 of 1 rows (first in row 1)",
        "additions cannot be read and is taken for empty in 1 of 1 rows (first in row 1)",
    )
    assert warehouse.all(
        "select check_name, rows_checked, failed, status from raw.data_checks "
        "where table_name = 'generic__pull_requests' order by all"
    ) == [
        ("additions_readable", 1, 1, "warn"),
        ("closed_at_readable", 1, 1, "warn"),
        ("rows_usable", 1, 0, "ok"),
    ]


@pytest.mark.parametrize(("bad", "stops"), [(0, False), (1, False), (2, True)])
def test_a_load_stops_above_the_allowed_share_and_not_at_it(exports, warehouse, bad, stops):
    rows = [["r", n, "ada", "2022-01-01", "2021-01-01" if n < bad else ""] for n in range(100)]
    exports.rows("git/prs.csv", PULLS, *rows)
    if not stops:
        warehouse.load(exports, quarantine_share=0.01)
        return
    for _ in range(2):  # nor is it forgotten when the file is known
        with pytest.raises(ingest.InputError) as stopped:
            warehouse.load(exports, quarantine_share=0.01)
        assert "generic__pull_requests: 2 of 100 rows cannot be used" in str(stopped.value)
        assert "git/prs.csv" in str(stopped.value)
        assert "merged_before_opened" in str(stopped.value)


def test_a_corrected_file_takes_its_predecessors_quarantine_away(exports, warehouse):
    exports.rows("git/prs.csv", PULLS, ["r", 1, "ada", "never ever", ""])
    with pytest.raises(ingest.InputError):
        warehouse.load(exports)
    exports.rows("git/prs.csv", PULLS, ["r", 1, "ada", "2022-01-01", ""])
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.quarantine") == 0
    assert warehouse.one("select count(*) from raw.generic__pull_requests") == 1


HEADER = "employee_id,email,hire_date\n"
GOOD = "E3,c@x,2020-01-01\n"


@pytest.mark.parametrize(
    ("content", "read", "loaded"),
    [
        (HEADER + "E4,d@x,2020-01-01,one,two,three\n" + GOOD, 2, 1),
        (HEADER + "E4,d@x,2020-01-01,one\n" + GOOD, 2, 1),
        (HEADER + "E4,d@x\n" + GOOD, 2, 2),  # no hire date, but a person
        (HEADER + 'E4,"d@x,2020-01-01\n' + GOOD, 2, 1),  # a quote that swallows what follows
        (HEADER + 'E4,"d@x,2020-01-01\n' + GOOD * 3 + 'E5,"e@x,2020-01-01\n', 5, 1),
        (HEADER + 'E4,"d"@x,2020-01-01\n' + GOOD, 2, 1),
        (HEADER + 'E4,"two\nlines",2020-01-01\n' + GOOD, 2, 2),
        (HEADER + 'E4,"two\nlines",2020-01-01\nE5,"e@x,2020-01-01\n' + GOOD, 3, 2),
        (HEADER + f'E4,"{"x" * 10_000_000}",2020-01-01\n' + GOOD, 2, 1),
        (HEADER, 0, 0),
    ],
)
def test_a_ragged_line_costs_itself_only(exports, warehouse, content, read, loaded):
    exports.write("hris/more.csv", content)
    one = of(warehouse.load(exports, quarantine_share=1.0), "hris/more.csv")
    assert (one.rows_read, one.rows_loaded) == (read, loaded)
    assert one.rows_quarantined == read - loaded - one.rows_known
    assert warehouse.one("select count(*) from raw.generic__employees") == 2 + loaded


@pytest.mark.parametrize("layout", ["lines", "array"])
def test_a_broken_record_costs_itself_only(exports, warehouse, layout):
    good = json.dumps({"employee_id": "E3", "email": "c@x", "hire_date": "2020-01-01"})
    odd = ['{"employee_id": nope}', "5", "null", '{"employee_id": ["E4"]}', '"text"']
    records = [good, *odd, good.replace("E3", "E5")]
    text = "\n".join(records) if layout == "lines" else "[" + ",\n".join(records) + "]"
    exports.write("hris/more.json", text + "\n")
    one = of(warehouse.load(exports, quarantine_share=1.0), "hris/more.json")
    # A list where a name should be is a text like any other: it joins nobody.
    assert (one.rows_read, one.rows_loaded, one.rows_quarantined) == (7, 3, 4)


PACKED = gzip.compress((HEADER + GOOD * 50_000).encode(), mtime=0)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (PACKED[:-200], "damaged"),
        (PACKED[: len(PACKED) // 2], "damaged"),
        ('[{"employee_id": "E3", "email": "c@x", "hire_date": "2020-01-01"}, {"emp', "damaged"),
        (b"", "unrecognised"),
        (b"\0" * 1000, "unrecognised"),
        (bytes(range(256)) * 40, "unrecognised"),
        ("[" * 500_000, "unrecognised"),
        ("just a note to self\n", "unrecognised"),
        (b"PK\x03\x04", "damaged"),
        (b"PAR1" + b"\0" * 100 + b"PAR1", "unrecognised"),
        (PACKED[:10], "unrecognised"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_and_costs_nothing_else(
    exports, warehouse, content, status
):
    exports.write("hris/bad", content)
    report = warehouse.load(exports)
    one = of(report, "hris/bad")
    assert (one.status, len(one.problems)) == (status, 1)
    assert f"hris/bad: {one.problems[0]}" in report.problems
    assert warehouse.one("select count(*) from raw.generic__employees") == 2
    assert (
        warehouse.one(
            "select failed from raw.data_checks where source = 'hris' and check_name = ?",
            "files_readable" if status == "damaged" else "files_recognised",
        )
        == 1
    )


def test_hostile_file_names_are_only_names(exports, warehouse):
    names = ("a'b\"; drop table x; --.csv", "*.csv", "a[1-9]?.csv", "year=2020/e.csv", "ä.csv")
    for number, name in enumerate(names, start=5):
        exports.write(f"hris/{name}", HEADER + f"E{number},x@x,2020-01-01\n")
    report = warehouse.load(exports)
    assert {one.status for one in report.files} == {"loaded"}
    assert warehouse.one("select count(*) from raw.generic__employees") == 7


# --- folders ---


@pytest.mark.parametrize("folder", ["hris", "mentorship"])
def test_a_missing_required_folder_is_named(exports, warehouse, folder):
    shutil.rmtree(exports.path / folder)
    with pytest.raises(ingest.InputError, match=f"has no {folder}/"):
        warehouse.load(exports)


def test_a_missing_exports_folder_is_named(exports, warehouse, tmp_path):
    exports.path = tmp_path / "nowhere"
    with pytest.raises(ingest.InputError, match="no such folder"):
        warehouse.load(exports)


def test_empty_folders_are_named(exports, warehouse):
    for path in (exports.path / "hris").iterdir():
        path.unlink()
    for path in (exports.path / "mentorship").iterdir():
        path.unlink()
    with pytest.raises(ingest.InputError, match="empty"):
        warehouse.load(exports)


@pytest.mark.parametrize(
    ("path", "shape"),
    [("hris/employees.csv", "employees"), ("mentorship/mentorships.csv", "mentorships")],
)
def test_a_required_export_that_is_not_recognised_is_named_with_what_it_lacks(
    exports, warehouse, path, shape
):
    exports.write(path, "employee_id,email,mentorship_id,mentor\n1,2,3,4\n")
    with pytest.raises(ingest.InputError, match=f"`{shape}`") as stopped:
        warehouse.load(exports)
    assert f"{path}: it looks most like" in str(stopped.value)


def test_an_employee_list_without_employees_stops(exports, warehouse):
    exports.write("hris/employees.csv", HEADER)
    with pytest.raises(ingest.InputError, match="no usable row"):
        warehouse.load(exports)


def test_a_mentorship_export_without_rows_does_not_stop(exports, warehouse):
    exports.rows(
        "mentorship/mentorships.csv",
        ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"],
    )
    report = warehouse.load(exports)
    assert counts(of(report, "mentorship/mentorships.csv")) == (0, 0, 0, 0)


def test_git_and_incidents_may_be_missing_and_every_table_still_exists(exports, warehouse):
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.git__pull_requests") == 0


def test_a_file_may_lie_in_any_folder(exports, warehouse):
    exports.rows("mentorship/prs.csv", PULLS, PULL)
    assert of(warehouse.load(exports), "mentorship/prs.csv").shape == "generic__pull_requests"


def test_tables_beside_the_folders_are_mentioned(exports, warehouse):
    for name in ("stray.csv", "mentorship.toml", "truth.json", "README.md", "git_old/x.csv"):
        exports.write(name, "a,b\n")
    (note,) = warehouse.load(exports).notes
    assert note.startswith("2 beside the folders")
    assert note.endswith("git_old, stray.csv")


# --- the report and the log ---


def test_events_span_what_happened_and_not_what_is_planned(exports, warehouse):
    exports.rows(
        "mentorship/mentorships.csv",
        ["mentorship_id", "model", "mentor", "mentee", "start_date", "end_date", "status"],
        ["1", "1:1", "E1", "E2", "2021-03-01", "2021-09-01", "completed"],
        ["2", "1:1", "E1", "E2", "2023-03-01", "", "pending"],
        ["3", "1:1", "E1", "E2", "2099-03-01", "", "active"],
    )
    exports.rows(
        "mentorship/sessions.csv",
        ["mentorship_id", "held_at", "status"],
        ["1", "2021-04-01T10:00:00Z", "held"],
        ["1", "2021-05-01T10:00:00Z", "scheduled"],
    )
    report = warehouse.load(exports)
    for path, last in (
        ("mentorships", datetime(2021, 3, 1)),
        ("sessions", datetime(2021, 4, 1, 10)),
    ):
        found = of(report, f"mentorship/{path}.csv").last_event_at
        assert found == last.replace(tzinfo=UTC)


def test_progress_counts_every_row_once(exports, warehouse, tmp_path):
    class Counting:
        def __init__(self) -> None:
            self.rows = 0
            self.files: list[str] = []

        def update(self, n: int = 1) -> None:
            self.rows += n

        def note(self, text: str) -> None:
            self.files.append(text)

    seen = Counting()
    ingest.load(warehouse.connection, exports.path, Settings(), KEY, seen)
    assert seen.rows == 3
    assert seen.files == ["hris/employees.csv", "mentorship/mentorships.csv"]


def test_the_log_has_counts_and_no_names(exports, warehouse, caplog):
    exports.write("hris/Ada Lovelace.csv", HEADER + "E9,grace@example.org,2020-01-01\n")
    with caplog.at_level(logging.DEBUG):
        warehouse.load(exports)
    assert "1 read, 1 loaded" in caplog.text
    for name in ("Lovelace", "grace@", "E9"):
        assert name not in caplog.text


def test_the_content_hash_follows_content_and_not_names_or_order(exports, warehouse, tmp_path):
    first = warehouse.load(exports).content_hash
    (exports.path / "hris/employees.csv").rename(exports.path / "hris/renamed.csv")
    assert warehouse.load(exports).content_hash == first
    exports.rows("hris/more.csv", ["employee_id", "email", "hire_date"], ["E8", "", ""])
    assert warehouse.load(exports).content_hash != first


def test_no_trace_is_left_beside_the_database(exports, warehouse):
    exports.write("hris/x.csv", (HEADER + GOOD).encode("utf-16"))
    warehouse.load(exports)
    left = {path.name for path in warehouse.path.parent.iterdir()}
    assert left <= {"work.duckdb", "work.duckdb.wal", "work.duckdb.tmp"}


def test_a_file_name_of_any_bytes_is_reported_as_text(exports, warehouse):
    (exports.path / "hris" / os.fsdecode(b"caf\xe9.csv")).write_text(HEADER + GOOD)
    report = warehouse.load(exports)
    assert of(report, "hris/caf\ufffd.csv").rows_loaded == 1


def test_an_object_too_large_for_duckdb_is_read_record_by_record(exports, warehouse, monkeypatch):
    monkeypatch.setattr(read, "LARGEST_OBJECT", 2000)
    people = [{"employee_id": f"E{n}", "email": "", "hire_date": ""} for n in range(3, 103)]
    exports.json("hris/more.json", {"employees": people, "total": 100})
    assert counts(of(warehouse.load(exports), "hris/more.json")) == (100, 100, 0, 0)


def test_what_a_killed_run_left_is_cleared(exports, warehouse):
    left = warehouse.path.parent / "reading-abc"
    left.mkdir()
    (left / "text").write_text("ada@example.org")
    warehouse.load(exports)
    assert not left.exists()


def test_employees_without_a_hire_date_are_counted_and_mentioned(exports, warehouse):
    header = ["employee_id", "email", "hire_date"]
    rows = (["E1", "a@x", "2020-01-06"], ["E2", "b@x", ""], ["E3", "c@x", "never"])
    exports.rows("hris/employees.csv", header, *rows)
    report = warehouse.load(exports)
    (said,) = [text for text in report.problems if "hire date" in text]
    assert said.startswith("hris: 2 of 3 rows of generic__employees have no hire date")
    query = "select rows_checked, failed, status from raw.data_checks where check_name = ?"
    assert warehouse.all(query, "employees_dated") == [(3, 2, "warn")]
