"""Erasure: a person's rows leave the raw tables, and no later load brings them back.

What stays is a keyed hash of each of the person's names, in `raw.forgotten`. Loading holds staged
rows against it: a row about a forgotten person is passed over, and in a row about something else,
such as a pull request, the name is left empty.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import duckdb

from ingest import schema
from ingest.declare import Table
from ingest.errors import InputError
from ingest.pseudonyms import HASH_LENGTH
from ingest.sql import changed, name, number, quote

#: Shapes that say which names are one person's.
IDENTITY_SHAPES = frozenset({"employees", "identities", "accounts", "users"})


def pseudonym(key: bytes, person: str) -> str:
    """Hash a name as loading does: trimmed, in lower case."""
    text = person.strip().lower().encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:HASH_LENGTH]


def names_of(connection: duckdb.DuckDBPyConnection, known: str) -> frozenset[str]:
    """Find every pseudonym of the person whom one pseudonym names.

    A name that several employees share is nobody's own, so it stays.

    Raises
    ------
    InputError
        Nothing loaded names the person, or the name is several employees'.
    """
    links = list(_links(connection))
    employees = _employees(connection)
    found = _reach({known}, links)
    if len(found & employees) > 1:
        if known not in employees:
            raise InputError("several employees go by that name; give the employee id.")
        others = {one for link in links if link & (employees - {known}) for one in link}
        mine = {one for link in links if known in link for one in link}
        found = (mine - others) | {known}
    if not any(_count(connection, where, of, found) for where, of in _places()):
        raise InputError("nothing that was loaded names that person.")
    return frozenset(found)


def erase(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, int]:
    """Remember the names as forgotten and take them out of every raw table; one transaction's work.

    Returns
    -------
    dict
        Table -> rows removed, or emptied of the name; tables without any are left out.
    """
    wanted = sorted(names)
    connection.execute(
        "insert into raw.forgotten select unnest(?::varchar[]) except from raw.forgotten", [wanted]
    )
    done: dict[str, int] = {}
    for where, table in _places():
        done[where] = _erase_from(connection, where, table, wanted)
    return {where: rows for where, rows in done.items() if rows}


def left(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> int:
    """Count the rows of raw tables that name any of these pseudonyms."""
    wanted = set(names)
    return sum(_count(connection, where, table, wanted) for where, table in _places())


def forgotten(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Give the pseudonyms on the list."""
    rows = connection.execute("select hash from raw.forgotten").fetchall()
    return frozenset(str(row[0]) for row in rows)


def _erase_from(
    connection: duckdb.DuckDBPyConnection, where: str, table: Table, names: list[str]
) -> int:
    about, beside = subjects(table), _others(table)
    wanted = {"names": names}
    done = 0
    if about:
        done = changed(connection, f"delete from raw.{name(where)} where {_any(about)}", wanted)
    for column in beside:
        done += changed(
            connection,
            f"update raw.{name(where)} set {name(column)} = null where {_any([column])}",
            wanted,
        )
    return done


def subjects(table: Table) -> list[str]:
    """List the columns whose person a row is about: without them it could not be used."""
    return [column for column in _persons(table) if column in _needed(table)]


def _others(table: Table) -> list[str]:
    return [column for column in _persons(table) if column not in _needed(table)]


def _needed(table: Table) -> frozenset[str]:
    return frozenset(table.key) | {column.name for column in table.columns if column.essential}


def _persons(table: Table) -> list[str]:
    return [column.name for column in table.stored if column.kind == "person"]


def _places() -> list[tuple[str, Table]]:
    return [(where, one) for one in schema.tables() for where in (one.name, one.history)]


def _any(columns: Iterable[str]) -> str:
    return " or ".join(f"list_contains($names::varchar[], {name(column)})" for column in columns)


def _count(connection: duckdb.DuckDBPyConnection, where: str, table: Table, names: set[str]) -> int:
    columns = _persons(table)
    if not columns:
        return 0
    listed = ", ".join(quote(one) for one in sorted(names))
    named = " or ".join(f"{name(column)} in ({listed})" for column in columns)
    return number(connection, f"select count(*) from raw.{name(where)} where {named}")


def _links(connection: duckdb.DuckDBPyConnection) -> Iterable[frozenset[str]]:
    for where, table in _places():
        columns = _persons(table)
        if table.shape in IDENTITY_SHAPES and columns:
            listed = ", ".join(name(column) for column in columns)
            for row in connection.execute(f"select {listed} from raw.{name(where)}").fetchall():
                yield frozenset(str(one) for one in row if one is not None)


def _employees(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = connection.execute(
        "select employee_id from raw.generic__employees "
        "union select employee_id from raw.generic__employees__history"
    ).fetchall()
    return frozenset(str(row[0]) for row in rows)


def _reach(start: set[str], links: list[frozenset[str]]) -> set[str]:
    found, size = set(start), 0
    while len(found) != size:
        size = len(found)
        for link in links:
            if link & found:
                found |= link
    return found
