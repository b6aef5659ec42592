"""`mentorship forget`: a person leaves the private database, and every later snapshot, for good."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest import InputError, schema
from ingest import forget as erase
from ingest.sql import name, quote, transaction
from pipeline import lock, told
from pipeline.errors import BadInputError
from pipeline.identities import key_of
from pipeline.settings import Context
from pipeline.snapshots import sync


@dataclass(frozen=True)
class Erased:
    """What was done.

    Attributes
    ----------
    rows : raw table -> rows that went, or that lost the name.
    derived : tables made of them, which the next refresh makes anew.
    left : rows that still name the person; 0 is the proof.
    """

    rows: Mapping[str, int]
    derived: int
    left: int


def forget(context: Context, person: str) -> Erased:
    """Take a person out of the raw tables, drop what was made of them, and rewrite the file.

    Raises
    ------
    BadInputError
        Nobody loaded goes by that name, or several do; nothing was changed.
    """
    key = key_of(context)
    known = erase.pseudonym(key, person)
    with lock.hold(context.lock_file):
        with duckdb.connect(str(context.work_db)) as connection:
            try:
                schema.create_all(connection)
                is_known = known in erase.forgotten(connection)
                names = frozenset({known}) if is_known else erase.names_of(connection, known)
            except InputError as error:
                raise BadInputError(f"{context.warehouse}: {error}") from error
            with transaction(connection):
                rows = erase.erase(connection, names)
        derived = _rewrite(context.work_db)
        # Figures that stood would go on telling of them.
        told.remove(context.told)
        with duckdb.connect(str(context.work_db), read_only=True) as connection:
            return Erased(rows, derived, erase.left(connection, names))


def lines(erased: Erased) -> Iterator[str]:
    """Write the proof for a terminal."""
    for table, rows in sorted(erased.rows.items()):
        yield f"{table:<44}{rows:>8} rows"
    yield f"{erased.derived} derived tables dropped and the file rewritten"
    yield f"{erased.left} rows left that name the person"
    yield "refresh to publish without them; the exports themselves are yours to clean"


def _rewrite(work_db: Path) -> int:
    """Copy the raw tables into a new file, so that no freed page keeps what was deleted.

    Returns
    -------
    int
        Tables and views that were left behind: the models'.
    """
    aside = work_db.with_name(f".{work_db.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
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
        connection.execute("detach fresh")
    aside.chmod(0o600)
    sync(aside)
    aside.replace(work_db)
    sync(work_db.parent)
    return len(found) - len(raw)
