"""Complete exports: a row that none of them has any more was deleted at the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from ingest import merge
from ingest.declare import Table
from ingest.merge import Origin
from ingest.source import Plan
from ingest.sql import count, name, quote
from ingest.stage import StagedFile

NOWHERE = Origin("", "", datetime(1970, 1, 2))  # for keys only: it is never stored


@dataclass(frozen=True)
class Gone:
    """Rows of some tables that complete exports no longer have.

    Attributes
    ----------
    conditions
        Table -> SQL condition over the rows that are gone.
    before, gone
        Rows of the records' own table that complete exports had, and how many of them are gone.
    """

    conditions: tuple[tuple[Table, str], ...]
    before: int
    gone: int

    @property
    def share(self) -> float:
        """Share of the earlier rows that are gone, 0 to 1."""
        return self.gone / self.before if self.before else 0.0

    def reason(self, limit: float) -> str:
        """Say why the exports are not taken."""
        return (
            f"it is declared complete, but lacks {self.gone} of the {self.before} rows of the last "
            f"one, more than shrink_share = {limit:g} allows: export it again, or run with "
            "--accept-shrink"
        )

    def retire(self, connection: duckdb.DuckDBPyConnection, loaded_at: datetime) -> None:
        """Move the rows to the history."""
        for table, condition in self.conditions:
            merge.retire(connection, table, condition, loaded_at)


class Seen:
    """The keys that complete exports of one shape have, in temporary tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plans: Sequence[Plan]) -> None:
        self._connection = connection
        by_name = {fill.table.name: fill.table for plan in plans for fill in plan.fills}
        self._tables = tuple(by_name.values())
        for table in self._tables:
            key = ", ".join(name(column) for column in table.key)
            connection.execute(
                f"create or replace temp table {name(self._seen(table))} as "
                f"select {key} from raw.{name(table.name)} where false"
            )

    def add(self, staged: StagedFile) -> None:
        """Add the keys of a staged file; the pseudonyms must have been made."""
        for one in staged.tables:
            merge.find_repeated(self._connection, one)
            key = ", ".join(name(column) for column in one.table.key)
            self._connection.execute(
                f"insert into {name(self._seen(one.table))} "
                f"select {key} from ({merge.hashed_sql(one, NOWHERE)})"
            )

    def gone(self, earlier: Sequence[str]) -> Gone:
        """Find the rows that complete exports had and have no more.

        Parameters
        ----------
        earlier
            Content hashes of all complete exports that were ever loaded.
        """
        listed = ", ".join(quote(one) for one in earlier) or "''"
        conditions = []
        for table in self._tables:
            seen, raw = name(self._seen(table)), f"raw.{name(table.name)}"
            same = merge.same_key(table, seen, raw)
            conditions.append(
                (
                    table,
                    f"_file_id in ({listed}) and not exists (select 1 from {seen} where {same})",
                )
            )
        main, condition = conditions[0]
        rows = f"from raw.{name(main.name)} where"
        before = count(self._connection, f"{rows} _file_id in ({listed})")
        return Gone(tuple(conditions), before, count(self._connection, f"{rows} {condition}"))

    @staticmethod
    def _seen(table: Table) -> str:
        return f"seen_{table.name}"
