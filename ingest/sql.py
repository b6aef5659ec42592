"""Small change of SQL: names, literals, counts, transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb


def quote(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    """Count the rows of a from-clause."""
    return number(connection, f"select count(*) {rows}")


def number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Run a query that gives one number; null counts as 0."""
    ((found,),) = connection.execute(query).fetchall()
    return int(found or 0)


def changed(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    values: Mapping[str, object] | None = None,
) -> int:
    """Run a statement that changes rows and say how many."""
    ((rows,),) = connection.execute(statement, dict(values or {})).fetchall()
    return int(rows)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: an error, an interrupt included, leaves the database as it was."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
