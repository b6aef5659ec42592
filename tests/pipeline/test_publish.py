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


SEGMENT = ("segment_dimension", "segment_value")
#: Tables of who is in which cells.
PEOPLE = {
    "int_mentorships_begun": ("person_key", "program", "model", "assignment", "starts_on"),
    "int_person_months": (
        *("person_id", "organisation", "location", "level", "job_family"),
        *("person_key", "month"),
    ),
    "int_person_groups": ("person_id", *SEGMENT),
    "int_mentee_segments": ("index_row_id", "design", "rung", *SEGMENT),
}


def nothing_told() -> Memory:
    return Memory(Edition(date(2026, 6, 30), 0.95, 10))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A private database with empty reports and one day of data."""
    with duckdb.connect() as database:
        for name in REPORTS:
            database.execute(f"create table rpt_{name} (x integer)")
        for table, columns in PEOPLE.items():
            days = ("starts_on", "month")
            cells = ", ".join(f"{one} {'date' if one in days else 'varchar'}" for one in columns)
            database.execute(f"create table {table} ({cells})")
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


def links_between(connection: duckdb.DuckDBPyConnection, *dimensions: str) -> set[frozenset[str]]:
    """Blocks of two dimensions, by the values in them."""
    return {
        frozenset(cell.value for cell in link)
        for link in publish._links(connection, 10).blocks
        if {cell.dimension for cell in link} == set(dimensions)
    }


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[str, ...]]) -> None:
    """Insert rows; the last columns, where a row has fewer, stay empty."""
    named = PEOPLE[table][: len(rows[0])]
    places = ", ".join("?" for _ in named)
    connection.executemany(f"insert into {table} ({', '.join(named)}) values ({places})", rows)


def test_levels_of_a_job_family_and_locations_of_a_reporting_group_are_linked(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    months, groups = [], []
    for n in range(60):
        family, country = ("Data", "Product")[n % 2], ("PT", "KE")[n // 30]
        level, town = f"{family[0]}{n % 4}", f"{country}-{n % 3}"
        months += [(str(n), f"Org {n % 3}", town, level, family)] * 2
        groups.append((str(n), "country", country))
    fill(connection, "int_person_months", months)
    fill(connection, "int_person_groups", groups)
    assert links_between(connection, "level", "job_family") == {
        frozenset({"Data", "D0", "D2"}),
        frozenset({"Product", "P1", "P3"}),
    }
    assert links_between(connection, "location", "country") == {
        frozenset({"PT", "PT-0", "PT-1", "PT-2"}),
        frozenset({"KE", "KE-0", "KE-1", "KE-2"}),
    }
    assert not links_between(connection, "organisation", "level")


def test_a_programme_of_each_half_year_and_a_lottery_of_its_own_are_linked(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    mentees, pairs = [], []
    for n in range(60):
        half, program = ("2025-H1", "Spring"), ("2025-H2", "Autumn")
        (cohort, name) = (half, program)[n % 2]
        for cell in (("cohort", cohort), ("program", name), ("level", f"L{n % 3}")):
            mentees.append((str(n), "a", "1", *cell))
        pairs.append((str(n), name, "1:1", "lottery" if name == "Autumn" else "volunteer"))
    fill(connection, "int_mentee_segments", mentees)
    fill(connection, "int_mentorships_begun", pairs)
    assert links_between(connection, "cohort", "program") == {
        frozenset({"2025-H1", "Spring"}),
        frozenset({"2025-H2", "Autumn"}),
    }
    assert links_between(connection, "assignment", "program") == {
        frozenset({"volunteer", "Spring"}),
        frozenset({"lottery", "Autumn"}),
    }
    assert not links_between(connection, "cohort", "level")


def test_a_programme_is_linked_to_the_organisation_of_those_who_began_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    months, pairs = [], []
    for n in range(40):
        organisation, program = f"Org {n % 2}", f"P{n % 4}"
        months.append(
            (str(n), organisation, "Lisbon", f"L{n % 3}", "Eng", f"key {n}", "2025-03-01")
        )
        pairs.append((f"key {n}", program, "1:1", "volunteer", "2025-03-17"))
    fill(connection, "int_person_months", months)
    fill(connection, "int_mentorships_begun", pairs)
    assert links_between(connection, "organisation", "program") == {
        frozenset({"Org 0", "P0", "P2"}),
        frozenset({"Org 1", "P1", "P3"}),
    }


def test_somebody_who_moved_with_their_organisation_does_not_unlink_it_from_its_place(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    months = [(str(n), f"Org {n % 2}", f"Town {n % 2}", "L1", "Eng") for n in range(40)]
    moved = [("mover", f"Org {n}", f"Town {n}", "L1", "Eng") for n in range(2)]
    fill(connection, "int_person_months", months + moved)
    assert links_between(connection, "organisation", "location") == {
        frozenset({"Org 0", "Town 0"}),
        frozenset({"Org 1", "Town 1"}),
    }
