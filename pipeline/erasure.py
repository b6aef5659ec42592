"""`mentorship forget`: a person leaves the private database, and every later snapshot, for good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from ingest import InputError, schema
from ingest import forget as erase
from ingest.sql import transaction
from pipeline import lock, rewriting, told
from pipeline.errors import BadInputError
from pipeline.identities import key_of
from pipeline.settings import Context


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
                rewriting.ask(connection)
        derived = rewriting.rewrite(context.work_db)
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
