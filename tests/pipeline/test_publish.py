"""What is published beside the estimates: where they are from and what was checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipeline import publish
from pipeline.errors import BadInputError
from pipeline.settings import Settings
from pipeline.told import Edition, Memory

REPORTS = (
    "impact_estimates",
    "impact_series",
    "survival_curves",
    "balance",
    "trust_checks",
    "sensitivity",
    "segment_tests",
    "outcome_distribution",
    "participant_flow",
    "programme_health",
    "supporting_estimates",
    "access",
    "return_estimates",
    "team_outcomes",
    "known_events",
    "stories",
)


def nothing_told() -> Memory:
    return Memory(Edition(date(2026, 6, 30), 0.95, 10))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A private database with empty reports and one day of data."""
    with duckdb.connect() as database:
        for name in REPORTS:
            database.execute(f"create table rpt_{name} (x integer)")
        for table, cells in (
            ("int_mentorships_begun", "program varchar, model varchar"),
            ("int_person_months", "organisation varchar, location varchar"),
        ):
            database.execute(f"create table {table} (person_key varchar, {cells})")
        database.execute(
            "create table int_data_ends as select date '2026-06-30' as as_of_date, "
            "date '2026-06-28' as git_end, date '2026-06-30' as hris_end, "
            "null::date as incidents_end, date '2026-06-15' as mentorship_end, "
            "date '2024-01-01' as data_start"
        )
        database.execute(
            "create table metric_definitions as select 'retention' as metric, 'Retention' as "
            "label, 'Still employed.' as definition, 'share' as unit, 'higher' as direction, "
            "1 as version"
        )
        database.execute(
            "create schema raw; create table raw.data_checks (source varchar, table_name varchar, "
            "check_name varchar, rows_checked bigint, failed bigint, quarantined bigint, "
            "status varchar, checked_at timestamptz)"
        )
        database.execute(
            "create table int_identity_coverage (role varchar, names_count bigint, "
            "linked_count bigint, events_count bigint, linked_events_share double)"
        )
        yield database


def test_the_info_says_which_day_and_where_each_source_ends(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    tables = publish.collect(connection, Settings(), {"as_of_date": "2026-06-30"}, nothing_told())
    info = {row["key"]: row["value"] for row in tables["snapshot_info"]}
    assert info == {
        "as_of_date": "2026-06-30",
        "git_end": "2026-06-28",
        "hris_end": "2026-06-30",
        "mentorship_end": "2026-06-15",
        "data_start": "2024-01-01",
    }


def test_definitions_come_from_the_seed(connection: duckdb.DuckDBPyConnection) -> None:
    (row,) = publish.collect(connection, Settings(), {}, nothing_told())["metric_definitions"]
    assert (row["metric"], row["version"]) == ("retention", "1")


def test_own_outcomes_are_defined_by_the_settings(connection: duckdb.DuckDBPyConnection) -> None:
    own = {"engagement": {"unit": "points", "direction": "higher", "label": "Engagement score"}}
    settings = Settings.model_validate({"measures": own})
    row = publish.collect(connection, settings, {}, nothing_told())["metric_definitions"][-1]
    assert (row["metric"], row["label"]) == ("engagement", "Engagement score")
    assert (row["unit"], row["direction"]) == ("points", "higher")


def test_checks_are_summed_with_their_worst_status(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "insert into raw.data_checks values "
        "('git', 'reviews', 'state is known', 1003, 1, 0, 'ok', now()), "
        "('git', 'reviews', 'state is known', 500, 0, 12, 'fail', now()), "
        "('git', 'reviews', 'state is known', 0, 0, 0, 'warn', now())"
    )
    (row,) = publish.collect(connection, Settings(), {}, nothing_told())["data_quality"]
    assert (row["source"], row["table"], row["check"]) == ("git", "reviews", "state is known")
    assert (row["rows_checked"], row["failed"], row["quarantined"]) == (1505, 5, 10)
    assert row["status"] == "fail"


@pytest.mark.parametrize(
    ("share", "failed", "status"), [(0.95, 50, "ok"), (0.949, 50, "warn"), (0.999, 5, "ok")]
)
def test_rows_of_unlinked_people_are_published(
    connection: duckdb.DuckDBPyConnection, share: float, failed: int, status: str
) -> None:
    connection.execute(
        "insert into int_identity_coverage values "
        "('mentees', 0, 0, 0, null), ('pull request authors', 90, 80, 1000, ?)",
        [share],
    )
    (row,) = publish.collect(connection, Settings(), {}, nothing_told())["data_quality"]
    assert (row["source"], row["table"], row["check"]) == ("git", "pull_requests", "people_linked")
    assert (row["rows_checked"], row["failed"], row["status"]) == (1000, failed, status)


def test_exports_without_a_dated_event_are_refused(connection: duckdb.DuckDBPyConnection) -> None:
    assert publish.as_of_date(connection).isoformat() == "2026-06-30"
    connection.execute("update int_data_ends set as_of_date = null")
    with pytest.raises(BadInputError, match="no event in the past"):
        publish.as_of_date(connection)
