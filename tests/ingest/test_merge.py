"""Loading again: nothing changes that is known, corrections win, and the account always holds."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ingest
from ingest import merge, schema
from ingest.declare import Table
from ingest.merge import Account
from tests.ingest.conftest import LOADED, Exports, Warehouse

pytestmark = pytest.mark.usefixtures("no_expectations")

PULLS = ["repo", "number", "author", "created_at", "merged_at"]
UPDATED = [*PULLS, "updated_at"]
DAY = timedelta(days=1)


def pull(number, author="ada", merged="", *updated):
    return ["r", number, author, "2022-01-01T00:00:00Z", merged, *updated]


def counts(report: ingest.LoadReport, path: str) -> tuple[int, int, int, int]:
    one = next(one for one in report.files if one.path == path)
    return one.rows_read, one.rows_loaded, one.rows_known, one.rows_quarantined


def merged_days(warehouse: Warehouse, table: str = "generic__pull_requests") -> list[object]:
    return [
        at and at.date()
        for (at,) in warehouse.all(f"select merged_at from raw.{table} order by number, merged_at")
    ]


def test_the_same_exports_twice_change_nothing(exports, warehouse):
    exports.rows("git/prs.csv", PULLS, pull(1), pull(2, merged="2022-01-05"), pull(2))
    first = warehouse.load(exports)
    before = warehouse.content()
    second = warehouse.load(exports)
    assert warehouse.content() == before
    assert {one.status for one in second.files} == {"known"}
    assert counts(first, "git/prs.csv") == (3, 2, 1, 0)
    assert counts(second, "git/prs.csv") == (3, 0, 3, 0)


def test_the_same_rows_in_another_file_are_known(exports, warehouse):
    exports.rows("git/a.csv", PULLS, pull(1), pull(2))
    exports.rows("git/b.csv", PULLS, pull(2), pull(1), pull(3))
    report = warehouse.load(exports)
    assert counts(report, "git/a.csv") == (2, 2, 0, 0)
    assert counts(report, "git/b.csv") == (3, 1, 2, 0)
    assert warehouse.one("select count(*) from raw.generic__pull_requests__history") == 0


def test_the_same_content_under_another_name_is_known(exports, warehouse):
    exports.rows("git/a.csv", PULLS, pull(1))
    exports.rows("git/b.csv", PULLS, pull(1))
    report = warehouse.load(exports)
    assert [one.status for one in report.files if one.path.startswith("git/")] == [
        "loaded",
        "known",
    ]


def test_a_corrected_row_replaces_the_old_one_which_moves_to_the_history(exports, warehouse):
    exports.rows("git/a.csv", PULLS, pull(1), pull(2))
    warehouse.load(exports)
    later = LOADED + DAY
    exports.rows("git/b.csv", PULLS, pull(1, merged="2022-01-05"), modified=later)
    report = warehouse.load(exports)
    assert counts(report, "git/b.csv") == (1, 1, 0, 0)
    assert merged_days(warehouse) == [date(2022, 1, 5), None]
    assert merged_days(warehouse, "generic__pull_requests__history") == [None]
    assert warehouse.all(
        "select h._superseded_at = p._loaded_at, h._loaded_at < h._superseded_at "
        "from raw.generic__pull_requests as p join raw.generic__pull_requests__history as h "
        "using (repo, number)"
    ) == [(True, True)]


@pytest.mark.parametrize(
    ("old", "new", "wins"),
    [
        (("2022-02-01T00:00:00Z", 0), ("2022-02-02T00:00:00Z", 0), "new"),
        (("2022-02-02T00:00:00Z", 0), ("2022-02-01T00:00:00Z", 9), "old"),
        (("2022-02-01T00:00:00Z", 0), ("2022-02-01T00:00:00Z", 9), "new"),  # a tie: load order
        (("", 0), ("", 1), "new"),  # by modification time
        (("", 1), ("", 0), "old"),
        (("", 0), ("", 0), "new"),
    ],
)
def test_the_newer_row_wins_by_its_own_time_else_the_files_else_load_order(
    exports, warehouse, old, new, wins
):
    exports.rows(
        "git/old.csv", UPDATED, pull(1, "ada", "2022-01-02", old[0]), modified=LOADED + old[1] * DAY
    )
    warehouse.load(exports)
    exports.rows(
        "git/new.csv", UPDATED, pull(1, "ada", "2022-01-03", new[0]), modified=LOADED + new[1] * DAY
    )
    report = warehouse.load(exports)
    assert merged_days(warehouse) == [date(2022, 1, 3 if wins == "new" else 2)]
    assert counts(report, "git/new.csv") == ((1, 1, 0, 0) if wins == "new" else (1, 0, 1, 0))


def test_what_an_older_export_adds_to_a_row_leaves_what_was_known_before_in_the_history(
    exports, warehouse
):
    newer = {"number": 1, "url": "https://x/a/b/pull/1", "author": {"login": "ada"}}
    newer |= {"createdAt": "2022-01-01T00:00:00Z", "updatedAt": "2022-02-01T00:00:00Z"}
    exports.json("git/list.json", [{**newer, "mergedAt": None, "isDraft": False}])
    warehouse.load(exports)
    older = {**newer, "updatedAt": "2022-01-02T00:00:00Z", "additions": 7, "mergedAt": None}
    exports.json("git/detail.json", [{**older, "isDraft": False}], LOADED + DAY)
    for _ in range(2):
        warehouse.load(exports)
        assert warehouse.all("select additions from raw.git__pull_requests") == [(7,)]
        assert warehouse.all(
            "select h.additions, h._loaded_at < t._loaded_at, h._superseded_at = t._loaded_at "
            "from raw.git__pull_requests__history as h, raw.git__pull_requests as t"
        ) == [(None, True, True)]


def test_within_a_file_the_newest_row_wins_else_the_last(exports, warehouse):
    exports.rows(
        "git/a.csv",
        UPDATED,
        pull(1, "ada", "2022-01-02", "2022-02-02T00:00:00Z"),
        pull(1, "ada", "2022-01-03", "2022-02-01T00:00:00Z"),
        pull(2, "ada", "2022-01-04", ""),
        pull(2, "ada", "2022-01-05", ""),
    )
    report = warehouse.load(exports)
    assert counts(report, "git/a.csv") == (4, 2, 2, 0)
    assert merged_days(warehouse) == [date(2022, 1, 2), date(2022, 1, 5)]


def test_a_row_that_was_confirmed_later_is_not_undone_by_one_in_between(exports, warehouse):
    exports.rows("git/1.csv", PULLS, pull(1, merged="2022-01-02"), modified=LOADED)
    warehouse.load(exports)
    exports.rows(
        "git/3.csv", PULLS, pull(1, merged="2022-01-02"), pull(9), modified=LOADED + 3 * DAY
    )
    warehouse.load(exports)
    exports.rows("git/2.csv", PULLS, pull(1, merged="2022-01-09"), modified=LOADED + 2 * DAY)
    warehouse.load(exports)
    assert merged_days(warehouse) == [date(2022, 1, 2), None]


def test_files_are_loaded_in_order_of_their_age_whatever_their_names(exports, warehouse):
    exports.rows("git/a.csv", PULLS, pull(1, merged="2022-01-09"), modified=LOADED + DAY)
    exports.rows("git/b.csv", PULLS, pull(1, merged="2022-01-02"), modified=LOADED)
    warehouse.load(exports)
    assert merged_days(warehouse) == [date(2022, 1, 9)]


def test_a_rehire_is_a_second_row(exports, warehouse):
    exports.rows(
        "hris/employees.csv",
        ["employee_id", "email", "hire_date", "termination_date"],
        ["E1", "a@x", "2020-01-01", "2020-12-31"],
        ["E1", "a@x", "2022-01-01", ""],
    )
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.generic__employees") == 2


def test_a_circle_has_a_row_per_mentor_and_mentee(exports, warehouse):
    exports.rows(
        "mentorship/mentorships.csv",
        ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"],
        *[["C", "circle", mentor, mentee, "2021-01-01", "active"]
          for mentor, mentee in itertools.product("AB", "CDE")],
    )  # fmt: skip
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.generic__mentorships") == 6


def test_two_of_a_circle_may_answer_on_one_day(exports, warehouse):
    header = ["mentorship_id", "respondent_role", "answered_at", "question", "score", "scale_max"]
    answer = ["C", "mentee", "2021-05-01", "Was it good?"]
    exports.rows("mentorship/s.csv", header, [*answer, 4, 5], [*answer, 5, 5])
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.generic__surveys") == 2


def test_another_zone_reads_files_anew_and_leaves_no_row_of_the_old_one(exports, warehouse):
    reviews = ["repo", "number", "reviewer", "submitted_at", "state"]
    exports.rows("git/r.csv", reviews, ["r", 1, "bo", "2022-07-01 10:00", "approved"])
    warehouse.load(exports)
    assert {one.status for one in warehouse.load(exports).files} == {"known"}
    report = warehouse.load(exports, time_zone="Europe/Berlin")
    assert {one.status for one in report.files} == {"loaded"}
    assert warehouse.all("select submitted_at from raw.generic__reviews") == [
        (datetime(2022, 7, 1, 8, tzinfo=UTC),)
    ]
    # The time is part of the key: the row as it was read before is history.
    assert warehouse.one("select count(*) from raw.generic__reviews__history") == 1
    assert warehouse.one("select count(*) from raw.loads where path = 'git/*.csv'") == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"bots": ["ada"]},
        {"reporting_groups": ["squad"]},
        {"time_zone": "Europe/Berlin"},
        {"measures": {"m": {"unit": "h", "direction": "higher"}}},
        {"mapping": {"*": {"time_zone": "Europe/Berlin"}}},
        {"population": {"employment_types_excluded": ["vendor"]}},
        {"complete": ["*"]},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_setting_that_changes_how_files_are_read_loads_them_anew(exports, warehouse, changed):
    warehouse.load(exports)
    assert {one.status for one in warehouse.load(exports, **changed).files} == {"loaded"}


def test_a_mapping_that_is_changed_loads_only_its_own_files_anew(exports, warehouse):
    warehouse.load(exports)
    report = warehouse.load(exports, mapping={"hris/*": {"time_zone": "Europe/Berlin"}})
    assert [one.status for one in report.files] == ["loaded", "known"]


def test_a_setting_that_changes_nothing_about_reading_leaves_files_known(exports, warehouse):
    warehouse.load(exports)
    report = warehouse.load(exports, minimum_group=12, confidence=0.9)
    assert {one.status for one in report.files} == {"known"}


def test_an_account_that_does_not_add_up_is_refused():
    table = Table("a__b", "one", (), ())
    Account(table, 3, 1, 1, 1).check()
    with pytest.raises(ingest.AccountingError, match="3 rows read, but 1 loaded"):
        Account(table, 3, 1, 1, 0).check()


def test_a_load_whose_account_does_not_add_up_leaves_no_trace(exports, warehouse, monkeypatch):
    warehouse.load(exports)
    before = warehouse.content()
    exports.rows("git/prs.csv", PULLS, pull(1), pull(2))
    monkeypatch.setattr(merge, "find_repeated", lambda connection, staged: _one_too_few(connection))
    with pytest.raises(ingest.AccountingError):
        warehouse.load(exports)
    assert warehouse.content() == before


def _one_too_few(connection) -> int:
    connection.execute("create or replace temp table repeated as select 1 as _seq")
    return 0


# --- properties ---

EXPORT = st.lists(
    st.builds(
        lambda *row: ["r", *row],
        st.sampled_from(["1", "2", "3", "", "x"]),
        st.sampled_from(["ada", "bo", "", "release-bot"]),
        st.sampled_from(["2022-01-02T00:00:00Z", "2022-01-03", "", "soon"]),
        st.sampled_from(["", "2022-01-01", "2022-01-05T00:00:00+02:00", "never"]),
        st.sampled_from(["", "2022-02-01", "2022-02-02"]),
    ),
    max_size=8,
)  # fmt: skip
FIXTURES = [HealthCheck.function_scoped_fixture]


@settings(deadline=None, derandomize=True, max_examples=25, suppress_health_check=FIXTURES)
@given(st.lists(EXPORT, min_size=1, max_size=3))
def test_rows_read_are_loaded_known_or_quarantined_and_a_second_load_changes_nothing(
    tmp_path_factory, no_expectations, files
):
    exports = Exports(tmp_path_factory.mktemp("exports"))
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"))
    for at, rows in enumerate(files):
        exports.rows(f"git/{at}.csv", UPDATED, *rows, modified=LOADED + at * DAY)
    report = warehouse.load(exports, quarantine_share=1.0)
    for at, rows in enumerate(files):
        one = next(one for one in report.files if one.path == f"git/{at}.csv")
        # A row without any value is a blank line rather than a row; none of these is.
        assert one.rows_read == len(rows)
        assert one.rows_read == one.rows_loaded + one.rows_known + one.rows_quarantined
    in_table = warehouse.one("select count(*) from raw.generic__pull_requests")
    in_history = warehouse.one("select count(*) from raw.generic__pull_requests__history")
    loaded = sum(one.rows_loaded for one in report.files if one.path.startswith("git/"))
    assert in_table + in_history == loaded
    assert in_table == warehouse.one(
        "select count(*) from (select distinct repo, number from raw.generic__pull_requests)"
    )
    before = warehouse.content()
    warehouse.load(exports, quarantine_share=1.0)
    assert warehouse.content() == before
    warehouse.connection.close()


@settings(deadline=None, derandomize=True, max_examples=15, suppress_health_check=FIXTURES)
@given(st.lists(EXPORT, min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_the_order_in_which_files_arrive_does_not_matter_when_rows_have_times(
    tmp_path_factory, no_expectations, files, random
):
    """Every row has a time of its own, so there are no ties that load order would settle."""
    moment = itertools.count()
    for rows in files:
        for row in rows:
            row[5] = (datetime(2022, 2, 1, tzinfo=UTC) + next(moment) * DAY).isoformat()
    states = []
    for order in (files, random.sample(files, len(files))):
        exports = Exports(tmp_path_factory.mktemp("exports"))
        warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"))
        for at, rows in enumerate(order):
            exports.rows(f"git/{at}.csv", UPDATED, *rows)
            warehouse.load(exports, quarantine_share=1.0)
        table = warehouse.content("_file_id", "_row", "_updated_at")["generic__pull_requests"]
        states.append(table)
        warehouse.connection.close()
    assert states[0] == states[1]


def test_a_key_that_is_never_null_is_compared_in_the_way_that_skips_most_of_a_large_table():
    said = merge.same_key(schema.table("git__pull_requests"), "a", "b")
    assert said == 'a."repo" = b."repo" and a."number" = b."number"'
