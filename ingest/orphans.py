"""Rows of what no file has: reviews of pull requests, sessions of mentorships that are not there.

Each is loaded, and counts for nothing until what it belongs to is exported. How many there are
is said of the file they came in, and stands in the data checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from ingest.source import Plan
from ingest.sql import name

PULL_REQUESTS = ("git__pull_requests", "generic__pull_requests")
MENTORSHIPS = ("generic__mentorships",)


@dataclass(frozen=True)
class Tie:
    """A table whose rows belong to rows of others.

    Attributes
    ----------
    table, key
        The table, and its columns that name what a row belongs to; null: it names nothing.
    parents
        Tables that have it, under the same columns.
    rows, of
        What the rows are called, and what they belong to.
    unless
        Columns that name it in another way.
    alias
        Column of the first parent that may stand in the place of the first of the key.
    """

    table: str
    key: tuple[str, ...]
    parents: tuple[str, ...]
    rows: str
    of: str
    unless: tuple[str, ...] = ()
    alias: str | None = None


TIES = (
    Tie("git__reviews", ("repo", "number"), PULL_REQUESTS, "reviews", "pull requests",
        alias="repo_alias"),
    Tie("git__events", ("repo", "number"), PULL_REQUESTS, "events", "pull requests",
        alias="repo_alias"),
    Tie("generic__reviews", ("repo", "number"), PULL_REQUESTS[::-1], "reviews", "pull requests"),
    Tie("pagerduty__log_entries", ("incident_id",), ("pagerduty__incidents",), "log entries",
        "incidents"),
    Tie("generic__incident_responders", ("incident_id",), ("generic__incidents",), "responders",
        "incidents"),
    Tie("generic__sessions", ("mentorship_id",), MENTORSHIPS, "sessions", "mentorships",
        unless=("mentor", "mentee")),
    Tie("generic__goals", ("mentorship_id",), MENTORSHIPS, "goals", "mentorships"),
    Tie("generic__surveys", ("mentorship_id",), MENTORSHIPS, "answers", "mentorships"),
)  # fmt: skip


@dataclass(frozen=True)
class Orphans:
    """Rows of one file and table, and those that belong to nothing.

    Attributes
    ----------
    file_id
        Hash of the file's content.
    rows, missing
        Rows that name what they belong to; those of them for which it is not there.
    """

    tie: Tie
    file_id: str
    rows: int
    missing: int

    @property
    def sentence(self) -> str:
        """What it means and what to do."""
        return (
            f"{self.missing} of its {self.rows} {self.tie.rows} are of {self.tie.of} that no file "
            f"has: they count for nothing until the {self.tie.of} are exported as well"
        )


def find(connection: duckdb.DuckDBPyConnection, plans: Mapping[str, Plan]) -> list[Orphans]:
    """Count the rows of each file that belong to nothing.

    Parameters
    ----------
    plans
        Hash of a file's content -> how it is read. A file whose records are what its other rows
        belong to is not looked at.
    """
    return [
        found
        for tie in TIES
        if (ids := [one for one, plan in plans.items() if _may_have(plan, tie)])
        for found in _count(connection, tie, ids)
    ]


def _may_have(plan: Plan, tie: Tie) -> bool:
    first, *_ = plan.fills
    fills = any(fill.table.name == tie.table for fill in plan.fills)
    return fills and first.table.name not in tie.parents


def _count(
    connection: duckdb.DuckDBPyConnection, tie: Tie, file_ids: Sequence[str]
) -> list[Orphans]:
    keys = ", ".join(tie.key)
    there = [f"select {keys} from raw.{name(parent)}" for parent in tie.parents]
    if tie.alias:
        others = ", ".join((tie.alias, *tie.key[1:]))
        there.append(
            f"select {others} from raw.{name(tie.parents[0])} where {tie.alias} is not null"
        )
    given = [f"child.{one} is not null" for one in tie.key]
    given += [f"child.{one} is null" for one in tie.unless]
    rows = connection.execute(
        "select child._file_id, count(*), count(*) - count(there.is_there) "
        f"from raw.{name(tie.table)} as child left join (select distinct {keys}, true as is_there "
        f"from ({' union all '.join(there)})) as there using ({keys}) "
        f"where child._file_id in (select unnest($ids)) and {' and '.join(given)} "
        "group by all order by all",
        {"ids": list(file_ids)},
    ).fetchall()
    return [Orphans(tie, *row) for row in rows]
