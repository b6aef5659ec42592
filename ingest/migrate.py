"""A private database of an earlier version: brought to today's tables, with every row it holds.

The exports of then may be gone, so nothing is thrown away and read anew: tables that got another
name are carried over, and a table whose columns differ from the declaration is made anew with its
rows. All of it is one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ingest.errors import InputError
from ingest.sql import changed, name, number, quote

Columns = tuple[tuple[str, str], ...]

VERSION_TABLE = "schema_version"
#: Raise it with every entry of `RENAMED`; other differences are found by comparing.
SCHEMA_VERSION = 2
#: Version -> old and new name of tables, without those of their histories.
RENAMED: dict[int, dict[str, str]] = {
    2: {"gh__pull_requests": "git__pull_requests", "gh__reviews": "git__reviews"},
}
#: Tables of the books that name a raw table.
_NAMING = ("load_tables", "load_checks", "quarantine", "data_checks")
HISTORY = "__history"
_LONG = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}


@dataclass(frozen=True)
class Migration:
    """What was brought up to date.

    Attributes
    ----------
    version : the schema's version before.
    tables : raw tables that were renamed or made anew.
    rows : rows that were carried over.
    """

    version: int
    tables: int
    rows: int

    @property
    def sentence(self) -> str:
        """Say it in a line."""
        return (
            f"the private database is of an earlier version (tables {self.version}, now "
            f"{SCHEMA_VERSION}): {self.tables} tables brought up to date, all {self.rows} rows kept"
        )


def existing(connection: duckdb.DuckDBPyConnection) -> dict[str, Columns]:
    """Give the tables of the schema `raw` as they are: name -> columns and their types."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, sql_type in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'raw' and database_name = current_database() "
        "order by table_name, column_index"
    ).fetchall():
        found.setdefault(table, []).append((column, _LONG.get(sql_type, sql_type)))
    return {table: tuple(columns) for table, columns in found.items()}


def version(connection: duckdb.DuckDBPyConnection) -> int:
    """Give the version of the raw tables; 1 where none is written down.

    Raises
    ------
    InputError
        A later version of this program made them.
    """
    if VERSION_TABLE not in existing(connection):
        return 1
    found = number(connection, f"select max(version) from raw.{VERSION_TABLE}") or 1
    if found > SCHEMA_VERSION:
        raise InputError(
            f"the private database was made by a later version of this program (tables {found}, "
            f"this one knows {SCHEMA_VERSION}): use that version, or another WAREHOUSE. Nothing "
            "was changed."
        )
    return found


def carry(
    connection: duckdb.DuckDBPyConnection,
    before: int,
    declared: Mapping[str, Columns],
    keys: Mapping[str, tuple[str, ...]],
) -> Migration:
    """Rename and make anew whatever differs from the declaration; call it in a transaction.

    Parameters
    ----------
    before
        The version the tables have.
    declared
        Every table of the schema `raw`, all of which exist.
    keys
        Natural key of every data table.

    Raises
    ------
    InputError
        A column cannot be carried over.
    """
    tables = rows = 0
    for later in range(before + 1, SCHEMA_VERSION + 1):
        for old, new in RENAMED.get(later, {}).items():
            moved = _move(connection, old, new, keys[new])
            tables, rows = tables + (moved is not None), rows + (moved or 0)
            _rename_in_books(connection, old, new)
    have = existing(connection)
    for table, columns in declared.items():
        if have[table] != columns:
            tables, rows = tables + 1, rows + _make_anew(connection, table, have[table], columns)
    connection.execute(f"delete from raw.{VERSION_TABLE}")
    connection.execute(f"insert into raw.{VERSION_TABLE} values (?)", [SCHEMA_VERSION])
    return Migration(before, tables, rows)


def _move(
    connection: duckdb.DuckDBPyConnection, old: str, new: str, key: tuple[str, ...]
) -> int | None:
    """Carry a table's rows and history over to its new name; None where there is no such table.

    A row that was read again under the new name already is the earlier reading of it: history.
    """
    have = existing(connection)
    if old not in have:
        return None
    columns = ", ".join(name(one) for one, _ in have[old] if one in dict(have[new]))
    same = " and ".join(f"n.{name(one)} is not distinct from o.{name(one)}" for one in key)
    again = f"exists (select 1 from raw.{name(new)} as n where {same})"
    steps = [
        (f"{new}{HISTORY}", f"{columns}, _superseded_at", f"{columns}, now()", again),
        (new, columns, columns, f"not {again}"),
    ]
    rows = sum(
        changed(
            connection,
            f"insert into raw.{name(table)} ({into}) select {what} from raw.{name(old)} as o "
            f"where {where}",
        )
        for table, into, what, where in steps
    )
    connection.execute(f"drop table raw.{name(old)}")
    earlier = f"{old}{HISTORY}"
    if earlier in have:
        rows += changed(
            connection,
            f"insert into raw.{name(new + HISTORY)} ({columns}, _superseded_at) "
            f"select {columns}, _superseded_at from raw.{name(earlier)}",
        )
        connection.execute(f"drop table raw.{name(earlier)}")
    return rows


def _rename_in_books(connection: duckdb.DuckDBPyConnection, old: str, new: str) -> None:
    for book in _NAMING:
        connection.execute(
            f"update raw.{book} set table_name = {quote(new)} where table_name = {quote(old)}"
        )


def _make_anew(
    connection: duckdb.DuckDBPyConnection, table: str, have: Columns, declared: Columns
) -> int:
    """Give a table its declared columns in their order; columns that went are left out."""
    aside = f"{table}__anew"
    body = ", ".join(f"{name(column)} {sql_type}" for column, sql_type in declared)
    shared = ", ".join(name(column) for column, _ in declared if column in dict(have))
    connection.execute(f"create table raw.{name(aside)} ({body})")
    try:
        rows = changed(
            connection,
            f"insert into raw.{name(aside)} ({shared}) select {shared} from raw.{name(table)}",
        )
    except duckdb.ConversionException as error:
        raise InputError(
            f"raw.{table} of an earlier version cannot be read as it is declared now: move "
            "work.duckdb away and refresh, and it is made anew from the exports. Nothing was "
            "changed."
        ) from error
    connection.execute(f"drop table raw.{name(table)}")
    connection.execute(f"alter table raw.{name(aside)} rename to {name(table)}")
    return rows
