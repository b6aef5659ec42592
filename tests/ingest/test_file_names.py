"""Of a file's name nothing is kept that may name somebody, and the file is found all the same."""

import pytest

import ingest
from ingest import file_names, schema
from ingest.rehearse import rehearse
from pipeline import check
from pipeline.settings import Settings
from tests.ingest.conftest import KEY

pytestmark = pytest.mark.usefixtures("no_expectations")

HEADER = ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"]
ROW = ["M2", "1:1", "E1", "E2", "2021-04-01", "active"]
BAD = ["", "1:1", "E1", "E2", "2021-04-01", "active"]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("hris/employees.csv", "hris/employees.csv"),
        ("hris/employees-2024-03.csv", "hris/employees-2024-03.csv"),
        ("hris/employees_20240331.csv.gz", "hris/employees_20240331.csv.gz"),
        ("git/page-2.json", "git/page-2.json"),
        ("git/backup/*.json", "git/backup/*.json"),
        ("mentorship/mentoring-jane.doe.csv", "mentorship/*.csv"),
        ("mentorship/Larry Page.csv", "mentorship/*.csv"),
        ("hris/people-104233.csv", "hris/*.csv"),
        ("hris/people-2031.csv", "hris/*.csv"),
        ("hris/people-202403.csv", "hris/*.csv"),
        ("hris/j\u00f8rgen/employees.csv", "hris/*/employees.csv"),
        ("git/jdoe/dotfiles/123/timeline.json", "git/*/*/*/timeline.json"),
        ("git/jdoe.zip/jdoe/pulls.json", "git/*.zip/*/pulls.json"),
        ("git/export.json (jdoe)", "git/*"),
        ("hris/.mailmap", "hris/.mailmap"),
    ],
)
def test_a_part_is_kept_only_where_all_of_it_is_of_the_trade(path, kept):
    assert file_names.kept(path) == kept


def test_a_text_is_told_without_names_and_with_the_hash_of_what_is_meant():
    names = {"git/jdoe/dotfiles/a.json": "abcdef0123456789", "hris/j\u00f8.csv": "", "jdoe": ""}
    texts = [
        "git/jdoe/dotfiles/a.json: it ends too early",
        "2 of its parts were not read: dotfiles/a.json",
        '[mapping."hris/j\\u00f8.csv"]',
        "1 beside the folders not read: jdoe",
        "jdoes/data.json",
    ]
    assert list(file_names.hidden(texts, names)) == [
        "git/*/*/*.json [abcdef012345]: it ends too early",
        "2 of its parts were not read: */*.json",
        '[mapping."hris/*.csv"]',
        "1 beside the folders not read: *",
        "jdoes/data.json",
    ]


def test_nothing_of_a_files_name_is_in_the_books_and_its_owner_still_finds_it(exports, warehouse):
    exports.rows("mentorship/jane.doe/jane.doe.csv", HEADER, ROW, BAD)
    report = warehouse.load(exports, quarantine_share=1.0)
    assert "jane" not in repr(warehouse.content())
    ((path, file_id),) = warehouse.all("select path, file_id from raw.quarantine")
    assert path == "mentorship/*/*.csv"
    assert any(one.startswith("mentorship/jane.doe/jane.doe.csv: ") for one in report.problems)
    told = report.told(in_clear=False)
    assert not [one for one in told if "jane" in one]
    mark = f" [{file_id[:12]}]"
    assert any(one.startswith(f"mentorship/*/*.csv{mark}: 1 row of") for one in told)
    found = rehearse(exports.path, Settings(quarantine_share=1.0))
    shown = list(check.lines(found, in_clear=True))
    assert f"mentorship/jane.doe/jane.doe.csv{mark}" in shown
    assert "hris/employees.csv" in shown
    assert "jane" not in "\n".join(check.lines(found, in_clear=False))


def test_why_a_load_is_refused_is_told_without_names_too(exports, warehouse):
    exports.rows("mentorship/jane.doe.csv", HEADER, ROW, BAD)
    with pytest.raises(ingest.InputError, match=r"mentorship/jane\.doe\.csv: 1 row") as stopped:
        warehouse.load(exports)
    told = stopped.value.told(in_clear=False)
    assert "jane" not in told
    assert "mentorship/*.csv [" in told


def test_a_mended_file_takes_the_place_of_the_one_that_was_there(exports, warehouse):
    exports.rows("mentorship/jane.doe.csv", HEADER, ROW, BAD)
    exports.rows("mentorship/bo.doe.csv", HEADER, [*ROW[:5], "completed"], BAD)
    warehouse.load(exports, quarantine_share=1.0)
    assert warehouse.one("select count(*) from raw.quarantine") == 2
    exports.rows("mentorship/jane.doe.csv", HEADER, ROW)
    warehouse.load(exports, quarantine_share=1.0)
    assert warehouse.one("select count(*) from raw.quarantine") == 1


def as_an_earlier_version(warehouse, **paths):
    """Put the books back to what they were when names were kept whole."""
    for clear, kept in paths.items():
        for table in ("loads", "quarantine"):
            warehouse.connection.execute(
                f"update raw.{table} set path = ? where path = ?",
                [f"mentorship/{clear}.doe.csv", kept],
            )
    for table in ("loads", "quarantine"):
        warehouse.connection.execute(f"alter table raw.{table} drop path_hash")
    warehouse.connection.execute("alter table raw.loads drop is_complete")
    warehouse.connection.execute("alter table raw.quarantine drop part_id")
    warehouse.connection.execute("drop table raw.to_rewrite")


def test_names_of_an_earlier_version_are_hidden_and_files_known_as_before(exports, warehouse):
    exports.rows("mentorship/jane.doe.csv", HEADER, ROW, BAD)
    settings = {"quarantine_share": 1.0, "complete": ["mentorship/*.doe.csv"]}
    warehouse.load(exports, **settings)
    books = warehouse.content()
    as_an_earlier_version(warehouse, jane="mentorship/*.csv")
    assert "jane" in repr(warehouse.content())
    report = warehouse.load(exports, **settings)
    assert {one.status for one in report.files} == {"known"}
    assert any("2 names of files" in one or "3 names of files" in one for one in report.notes)
    after = warehouse.content()
    assert warehouse.one("select count(*) from raw.to_rewrite") == 1
    for table in ("loads", "quarantine", "generic__mentorships"):
        assert after[table] == books[table]
    exports.rows("mentorship/jane.doe.csv", HEADER, [*ROW[:5], "completed"])
    warehouse.load(exports, **settings)
    assert warehouse.one("select count(*) from raw.quarantine") == 0


def test_a_complete_export_is_held_against_earlier_ones_whatever_they_were_called(
    exports, warehouse
):
    rows = [[f"M{n}", *ROW[1:]] for n in range(2, 40)]
    exports.rows("mentorship/jane-1.csv", HEADER, *rows)
    warehouse.load(exports, complete=["mentorship/jane-*.csv"])
    (exports.path / "mentorship/jane-1.csv").unlink()
    exports.rows("mentorship/jane-2.csv", HEADER, *rows[1:])
    warehouse.load(exports, complete=["mentorship/jane-*.csv"])
    assert warehouse.one("select count(*) from raw.generic__mentorships") == 1 + len(rows) - 1


def test_a_new_database_needs_no_rewriting(warehouse):
    schema.create_all(warehouse.connection)
    assert warehouse.one("select count(*) from raw.to_rewrite") == 0
    with pytest.raises(ingest.InputError):
        ingest.load(warehouse.connection, warehouse.path, Settings(), KEY)
