"""How far back superseded rows are kept; what `KNOWN_AT` can rebuild follows from it."""

from __future__ import annotations

from datetime import datetime

import duckdb

from ingest import schema
from ingest.sql import changed, name, transaction


def drop_before(connection: duckdb.DuckDBPyConnection, moment: datetime) -> int:
    """Drop the rows that were superseded before a moment, and remember it.

    Returns
    -------
    int
        Rows that went.
    """
    with transaction(connection):
        rows = sum(
            changed(
                connection,
                f"delete from raw.{name(one.history)} where _superseded_at < $moment",
                {"moment": moment},
            )
            for one in schema.tables()
        )
        connection.execute("delete from raw.kept_since where moment < ?", [moment])
        connection.execute(
            "insert into raw.kept_since select ? where not exists (from raw.kept_since)", [moment]
        )
    return rows


def kept_since(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Give the moment from which on every superseded row is there; None for all time."""
    row = connection.execute("select max(moment) from raw.kept_since").fetchone()
    found: datetime | None = row[0] if row else None
    return found
