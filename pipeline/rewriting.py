"""The private database written anew, so that no freed page keeps what was deleted from it.

DuckDB frees the pages of deleted rows and goes on to write over them some day. Whoever deletes
what must not be found any more asks for a rewriting in the same transaction; one that is cut off
is made up for by the next refresh.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest.sql import name, number, quote
from pipeline.snapshots import sync

ASKED = "raw.to_rewrite"


def ask(connection: duckdb.DuckDBPyConnection) -> None:
    """Ask for a rewriting; call it in the transaction that deletes."""
    connection.execute(f"insert into {ASKED} values (?)", [datetime.now(UTC)])


def is_asked(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether freed pages may hold what was to be gone."""
    return number(connection, f"select count(*) from {ASKED}") > 0


def rewrite(work_db: Path) -> int:
    """Copy the raw tables into a new file, which takes the old one's place.

    Returns
    -------
    int
        Tables and views that were left behind: the models'.
    """
    aside = work_db.with_name(f".{work_db.name}.{os.getpid()}")
    for left in work_db.parent.glob(f".{work_db.name}.*"):  # of one that was cut off
        left.unlink()
    with duckdb.connect(str(work_db)) as connection:
        found = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not temporary "
            "and database_name = current_database()"
        ).fetchall()
        connection.execute(f"attach {quote(str(aside))} as fresh")
        connection.execute("create schema fresh.raw")
        raw = [str(table) for where, table in found if where == "raw"]
        for table in raw:
            connection.execute(f"create table fresh.raw.{name(table)} as from raw.{name(table)}")
        connection.execute(f"delete from fresh.{ASKED}")
        connection.execute("detach fresh")
    aside.chmod(0o600)
    sync(aside)
    aside.replace(work_db)
    sync(work_db.parent)
    return len(found) - len(raw)
