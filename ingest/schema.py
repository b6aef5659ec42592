"""Every raw table, declared once; the DDL follows from the declarations.

The generic tables are declared in `ingest.sources.generic`, a vendor's in its own module; this
module gathers them, adds the tables in which loading keeps its books, and creates them all. Every
table always exists, so no model needs a switch.
"""

from __future__ import annotations

import duckdb

from ingest import migrate, sources
from ingest.declare import LOAD_COLUMNS, Column, Kind, Table
from ingest.sql import name, transaction

__all__ = [
    "LOAD_COLUMNS",
    "META_TABLES",
    "Column",
    "Kind",
    "Table",
    "create_all",
    "table",
    "tables",
]

META_TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    # One row per loaded file: rows_read = rows_loaded + rows_known + rows_quarantined. `path` is
    # what may be kept of its name (`ingest.file_names`), `path_hash` a keyed hash of all of it;
    # `is_complete`: the settings declared the export complete.
    "loads": (
        ("file_id", "VARCHAR"),
        ("path", "VARCHAR"),
        ("source", "VARCHAR"),
        ("shape", "VARCHAR"),
        ("rows_read", "BIGINT"),
        ("rows_loaded", "BIGINT"),
        ("rows_known", "BIGINT"),
        ("rows_quarantined", "BIGINT"),
        ("first_event_at", "TIMESTAMPTZ"),
        ("last_event_at", "TIMESTAMPTZ"),
        ("loaded_at", "TIMESTAMPTZ"),
        ("load_fingerprint", "VARCHAR"),
        ("size_bytes", "BIGINT"),
        ("path_hash", "VARCHAR"),
        ("is_complete", "BOOLEAN"),
    ),
    # The same account per file and table, for files that fill more than one.
    "load_tables": (
        ("file_id", "VARCHAR"),
        ("table_name", "VARCHAR"),
        ("rows_read", "BIGINT"),
        ("rows_loaded", "BIGINT"),
        ("rows_known", "BIGINT"),
        ("rows_quarantined", "BIGINT"),
        ("loaded_at", "TIMESTAMPTZ"),
    ),
    # What was noted while a file was read: values that could not be read, signs of truncation.
    "load_checks": (
        ("file_id", "VARCHAR"),
        ("table_name", "VARCHAR"),
        ("check_name", "VARCHAR"),
        ("rows_checked", "BIGINT"),
        ("failed", "BIGINT"),
    ),
    # One row per quarantined row; `count` is 1 but for the rows a message sums up. `part_id` is the
    # hash of the file's content where `file_id` is that of many files read as one.
    "quarantine": (
        ("file_id", "VARCHAR"),
        ("path", "VARCHAR"),
        ("table_name", "VARCHAR"),
        ("row_number", "BIGINT"),
        ("column_name", "VARCHAR"),
        ("rule", "VARCHAR"),
        ("advice", "VARCHAR"),
        ("count", "BIGINT"),
        ("path_hash", "VARCHAR"),
        ("part_id", "VARCHAR"),
    ),
    "data_checks": (
        ("source", "VARCHAR"),
        ("table_name", "VARCHAR"),
        ("check_name", "VARCHAR"),
        ("rows_checked", "BIGINT"),
        ("failed", "BIGINT"),
        ("quarantined", "BIGINT"),
        ("status", "VARCHAR"),
        ("checked_at", "TIMESTAMPTZ"),
    ),
    "key_fingerprint": (("fingerprint", "VARCHAR"),),
    # Since when every superseded row is there, where older ones were dropped (`ingest.history`).
    "kept_since": (("moment", "TIMESTAMPTZ"),),
    # Which declaration the tables follow (`ingest.migrate`).
    "schema_version": (("version", "INTEGER"),),
    # Since when freed pages may hold what is to be gone: until the file is written anew.
    "to_rewrite": (("since", "TIMESTAMPTZ"),),
    # Keyed hashes of the names of people who were erased; no load takes them up again.
    "forgotten": (("hash", "VARCHAR"),),
}


def tables() -> tuple[Table, ...]:
    """Every data table, generic ones first, in the order they are declared."""
    return sources.tables()


def table(wanted: str) -> Table:
    """Give the data table of that name (without the schema).

    Raises
    ------
    KeyError
        No such table is declared.
    """
    return {one.name: one for one in tables()}[wanted]


def create_all(connection: duckdb.DuckDBPyConnection) -> migrate.Migration | None:
    """Create the schema `raw` with every table that does not exist yet, empty and typed.

    Tables of an earlier version are brought to today's declaration with their rows.

    Returns
    -------
    Migration or None
        What was brought up to date; None where nothing was.

    Raises
    ------
    InputError
        A later version made the tables, or a column cannot be carried over; nothing was changed.
    """
    connection.execute("create schema if not exists raw")
    have, declared = migrate.existing(connection), _declared()
    before = migrate.version(connection)
    if have == declared and before == migrate.SCHEMA_VERSION:
        return None
    with transaction(connection):
        for one, columns in declared.items():
            if one not in have:
                body = ", ".join(f"{name(column)} {sql_type}" for column, sql_type in columns)
                connection.execute(f"create table raw.{name(one)} ({body})")
        done = migrate.carry(connection, before, declared, {one.name: one.key for one in tables()})
    return done if done.tables else None


def _declared() -> dict[str, tuple[tuple[str, str], ...]]:
    """Every table of the schema `raw`: name -> columns and their types."""
    declared: dict[str, tuple[tuple[str, str], ...]] = {}
    for one in tables():
        stored = tuple((column.name, column.sql_type) for column in one.stored)
        declared[one.name] = (*stored, *LOAD_COLUMNS)
        declared[one.history] = (*stored, *LOAD_COLUMNS, ("_superseded_at", "TIMESTAMPTZ"))
    return {**declared, **META_TABLES}
