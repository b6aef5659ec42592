"""What a refresh publishes: the reports after disclosure control, and where they are from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from pipeline import privacy, successive
from pipeline.errors import BadInputError
from pipeline.linked import Links, Segment, Together, links_of
from pipeline.rounding import to_count_of_any
from pipeline.settings import Settings
from pipeline.snapshots import Rows
from pipeline.told import Memory

SOURCES = ("hris", "git", "incidents", "mentorship")
#: Tables of the headline outcomes, each made of the model `rpt_<table>`.
HEADLINE_REPORTS = (
    "impact_estimates",
    "impact_series",
    "survival_curves",
    "balance",
    "trust_checks",
    "sensitivity",
    "segment_tests",
    "outcome_distribution",
    "participant_flow",
)
#: Role in which people are named -> the source and table that name them.
_ROLES = {
    "pull request authors": ("git", "pull_requests"),
    "incident responders": ("incidents", "incidents"),
    "people on call": ("incidents", "on_call"),
    "people with a job": ("hris", "job_history"),
    "mentees": ("mentorship", "mentorships"),
}
#: Share of rows under names of employees below which the link needs care.
_LINKED_SHARE = 0.95
_STATUS_ORDER = "array_position(['ok', 'warn', 'fail'], status)"


def as_of_date(connection: duckdb.DuckDBPyConnection) -> date:
    """Give the day that the models took as the end of what is known.

    Raises
    ------
    BadInputError
        The exports hold no dated event.
    """
    ends = _read(connection, "int_data_ends")
    if not ends or ends[0]["as_of_date"] is None:
        raise BadInputError(
            "the exports hold no event in the past, so there is no day to report as of; check the "
            "dates in them."
        )
    found = ends[0]["as_of_date"]
    return date.fromisoformat(str(found)[:10])


def collect(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    facts: Mapping[str, str],
    memory: Memory,
) -> dict[str, Rows]:
    """Give the rows of every published table.

    Parameters
    ----------
    connection
        The private database, with the models built.
    facts
        What `snapshot_info` says about the run itself.
    memory
        What earlier snapshots told; takes up what this one tells anew.
    """
    links = _links(connection, settings.minimum_group)
    memory.links = links.blocks
    figures = {
        **_impact(connection, settings.minimum_group, links, memory),
        **_programme(connection, settings.minimum_group, links, memory),
    }
    return {
        **figures,
        "snapshot_info": _info(connection, {**facts, **_standing(memory)}),
        "data_quality": [*_data_quality(connection), *_linked(connection)],
        "metric_definitions": [
            *(
                {**row, "version": str(row["version"])}
                for row in _read(connection, "metric_definitions")
            ),
            *_own_definitions(settings),
        ],
    }


def _standing(memory: Memory) -> dict[str, str]:
    """Say since when the oldest figure stands; nothing where all of them are as of this day."""
    since = memory.since
    return {"figures_stand_since": since.isoformat()} if since else {}


def _own_definitions(settings: Settings) -> Rows:
    """Describe the outcomes that the settings declare."""
    return [
        {
            "metric": name,
            "label": measure.label or name.replace("_", " ").capitalize(),
            "definition": "An outcome of this organisation: the mean of a person's values after "
            "follow-up begins, compared within matched groups and adjusted for the person's own "
            "year before.",
            "unit": measure.unit,
            "direction": measure.direction,
            "version": "1",
        }
        for name, measure in settings.measures.items()
    ]


#: Who is together in cells of several dimensions: of one row each, its cells and its person.
_ALONG_MENTORSHIPS = ("program", "model", "assignment", "organisation")
_ALONG_MONTHS = ("organisation", "location", "level", "job_family")
_TOGETHER = {
    "mentorships": f"""
        select row_id, person, dimension, cell from (
            select begun.person_key as person, row_number() over () as row_id, {{mentorships}}
            from int_mentorships_begun as begun
            left join int_person_months as months
                on begun.person_key = months.person_key
                and cast(date_trunc('month', begun.starts_on) as date) = months.month
        ) unpivot (cell for dimension in ({", ".join(_ALONG_MENTORSHIPS)}))
    """,
    "population": f"""
        with places as materialized (
            select *, row_number() over () as row_id from (
                select distinct person_id as person, {{months}} from int_person_months
            )
        )
        select row_id, person, dimension, cell
        from places unpivot (cell for dimension in ({", ".join(_ALONG_MONTHS)}))
        union all
        select row_id, person, segment_dimension, segment_value
        from places inner join int_person_groups on person = person_id
    """,
    "mentees": """
        select distinct index_row_id, index_row_id, segment_dimension, segment_value
        from int_mentee_segments
        where design = 'a' and rung = 1 and segment_dimension <> 'all'
    """,
}


def _links(connection: duckdb.DuckDBPyConnection, minimum: int) -> Links:
    """Find cells of two dimensions that are made of the same people, or lie within each other.

    Everybody, those who were mentored, and the mentees who are compared are looked at each for
    themselves: a table counts one of the three.
    """
    named = {
        "mentorships": _named(_ALONG_MENTORSHIPS),
        "months": _named(_ALONG_MONTHS),
    }
    populations: list[dict[Together, int]] = []
    for cells in _TOGETHER.values():
        counted = f"""
            with cells (row_id, person, dimension, cell) as materialized ({cells.format(**named)})
            select one.dimension, one.cell, other.dimension, other.cell,
                count(distinct one.person)
            from cells as one inner join cells as other
                on one.row_id = other.row_id and one.dimension < other.dimension
            group by all
        """
        populations.append(
            {
                (Segment(one, first), Segment(other, second)): count
                for one, first, other, second, count in connection.execute(counted).fetchall()
            }
        )
    return links_of(populations, minimum)


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f"coalesce({column}, 'unknown') as {column}" for column in columns)


def _impact(
    connection: duckdb.DuckDBPyConnection, minimum: int, links: Links, memory: Memory
) -> dict[str, Rows]:
    reports = {name: _read(connection, f"rpt_{name}") for name in HEADLINE_REPORTS}
    estimates = reports["impact_estimates"]
    everything = [*estimates, *_read(connection, "rpt_supporting_estimates")]
    hidden = privacy.decide(everything, minimum, links)
    digits = privacy.segment_digits(estimates)
    tables = {
        "impact_estimates": privacy.impact_estimates(everything, hidden, minimum),
        "impact_series": privacy.impact_series(reports["impact_series"], hidden, minimum),
        "survival_curves": privacy.survival_curves(reports["survival_curves"], hidden, minimum),
        "balance": privacy.balance(reports["balance"], hidden, minimum),
        "trust_checks": privacy.trust_checks(reports["trust_checks"], hidden, minimum),
        "sensitivity": privacy.sensitivity(reports["sensitivity"], hidden, digits, minimum),
        "segment_tests": privacy.segment_tests(reports["segment_tests"]),
        "outcome_distribution": privacy.outcome_distribution(
            reports["outcome_distribution"], hidden
        ),
        "participant_flow": privacy.participant_flow(reports["participant_flow"], hidden, minimum),
        "return_estimates": privacy.return_estimates(
            _read(connection, "rpt_return_estimates"), hidden, minimum
        ),
    }
    return {**successive.impact(tables, {**reports, "impact_estimates": everything}, memory)}


def _programme(
    connection: duckdb.DuckDBPyConnection, minimum: int, links: Links, memory: Memory
) -> dict[str, Rows]:
    health = _read(connection, "rpt_programme_health")
    groups = _read(connection, "rpt_access")
    teams = _read(connection, "rpt_team_outcomes")
    return {
        "programme_health": successive.programme_health(
            health, privacy.programme_health(health, minimum, links), memory
        ),
        "access": successive.access(groups, privacy.access(groups, minimum, links), memory),
        "team_outcomes": successive.team_outcomes(
            teams, privacy.team_outcomes(teams, minimum), memory
        ),
        "known_events": privacy.known_events(_read(connection, "rpt_known_events")),
        "stories": privacy.stories(_read(connection, "rpt_stories")),
    }


def _info(connection: duckdb.DuckDBPyConnection, facts: Mapping[str, str]) -> Rows:
    ends = _read(connection, "int_data_ends")[0]
    info = dict(facts)
    for name in (*(f"{source}_end" for source in SOURCES), "data_start"):
        if ends.get(name) is not None:
            info[name] = str(ends[name])[:10]
    return [{"key": key, "value": value} for key, value in info.items()]


def _data_quality(connection: duckdb.DuckDBPyConnection) -> Rows:
    """Sum up the checks on the raw tables; rows are counted in fives, but never some as none."""
    checks = connection.execute(
        "select source, table_name, check_name, sum(rows_checked)::bigint, sum(failed)::bigint, "
        f"sum(quarantined)::bigint, arg_max(status, {_STATUS_ORDER}) "
        "from raw.data_checks group by all order by all"
    ).fetchall()
    return [
        {
            "source": source,
            "table": table,
            "check": check,
            "rows_checked": to_count_of_any(rows_checked),
            "failed": to_count_of_any(failed),
            "quarantined": to_count_of_any(quarantined),
            "status": status,
        }
        for source, table, check, rows_checked, failed, quarantined, status in checks
    ]


def _linked(connection: duckdb.DuckDBPyConnection) -> Rows:
    """Say how many rows name somebody who is no employee: what they did counts for nobody."""
    roles = _read(connection, "int_identity_coverage")
    return [
        {
            "source": _ROLES[role["role"]][0],
            "table": _ROLES[role["role"]][1],
            "check": "people_linked",
            "rows_checked": to_count_of_any(role["events_count"]),
            "failed": to_count_of_any(
                round(role["events_count"] * (1 - role["linked_events_share"]))
            ),
            "quarantined": 0,
            "status": "ok" if role["linked_events_share"] >= _LINKED_SHARE else "warn",
        }
        for role in sorted(roles, key=lambda role: str(role["role"]))
        if role["events_count"]
    ]


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f'select * from main."{table}"')
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
