"""Published snapshots: built aside, checked, synced to disk, then switched to in one rename.

A published file is never written again. Readers follow `current`, a text file that names the
snapshot in use; whatever kills a refresh, `current` names a whole snapshot or none.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import SnapshotError
from pipeline.published import TABLES, Table

LOGGER = logging.getLogger(__name__)
POINTER = "current"
_ASIDE = ".aside-"

Rows = Sequence[Mapping[str, Any]]


def snapshot_id(as_of: date, *inputs: str) -> str:
    """Name a snapshot after its day and everything that its figures follow from."""
    digest = hashlib.sha256("\n".join((as_of.isoformat(), *inputs)).encode()).hexdigest()
    return f"{as_of.isoformat()}-{digest[:12]}"


def current_snapshot(folder: Path) -> Path | None:
    """Find the snapshot in use; None where nothing whole is published."""
    try:
        name = (folder / POINTER).read_bytes().decode(errors="replace").strip()
    except FileNotFoundError:
        return None
    path = folder / name
    return path if name and Path(name).name == name and path.is_file() else None


def published(folder: Path, name: str) -> Path | None:
    """Find a whole snapshot of that id: it is never written again."""
    path = folder / f"{name}.duckdb"
    if not path.is_file():
        return None
    try:
        check(path)
    except SnapshotError as error:
        LOGGER.warning("%s", error)
        return None
    return path


def read_info(path: Path) -> dict[str, str]:
    """Read `snapshot_info`; empty where the file cannot be read."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute("select key, value from snapshot_info").fetchall()
    except duckdb.Error as error:
        LOGGER.warning("snapshot %s cannot be read: %s", path.name, type(error).__name__)
        return {}
    return {str(key): str(value) for key, value in rows}


def publish(folder: Path, name: str, tables: Mapping[str, Rows], kept: int) -> Path:
    """Build, check and sync a snapshot, switch to it, and drop the oldest beyond `kept`.

    Parameters
    ----------
    folder
        The warehouse's folder of snapshots.
    name
        The snapshot's id; its file is `<name>.duckdb`.
    tables
        Rows of each published table; a missing table is published empty.

    Raises
    ------
    SnapshotError
        The built file does not hold what was declared; `current` is as before.
    """
    aside = folder / f"{_ASIDE}{os.getpid()}.duckdb"
    _build(aside, tables)
    check(aside)
    sync(aside)
    path = folder / f"{name}.duckdb"
    aside.replace(path)
    sync(folder)
    switch(folder, path.name)
    _drop_oldest(folder, kept)
    return path


def switch(folder: Path, file_name: str) -> None:
    """Make `current` name another snapshot, in one step that survives a power cut."""
    aside = folder / f"{_ASIDE}{os.getpid()}.pointer"
    handle = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(file_name)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / POINTER)
    sync(folder)


def remove_leftovers(folder: Path) -> int:
    """Remove what killed refreshes left behind; call it holding the warehouse's lock."""
    leftovers = list(folder.glob(f"{_ASIDE}*"))
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def check(path: Path) -> None:
    """Hold a built snapshot to its declaration: tables, columns, types, unique keys.

    Raises
    ------
    SnapshotError
        Which table, and what is wrong with it.
    """
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            for table in TABLES.values():
                _check_table(connection, table)
            found = {str(row[0]) for row in connection.execute("show tables").fetchall()}
    except duckdb.Error as error:
        raise SnapshotError(f"{path.name}: cannot be read back: {error}") from error
    if extra := found - set(TABLES):
        raise SnapshotError(f"{path.name}: holds undeclared tables: {', '.join(sorted(extra))}.")


def is_whole(path: Path) -> bool:
    """Tell whether a published file can still be read to its last row, as it is declared."""
    try:
        check(path)
        with duckdb.connect(str(path), read_only=True) as connection:
            for name in TABLES:
                connection.execute(f'select * from "{name}"').fetchall()
    except (SnapshotError, duckdb.Error) as error:
        LOGGER.warning("snapshot %s is damaged: %s", path.stem, type(error).__name__)
        return False
    return True


def _build(path: Path, tables: Mapping[str, Rows]) -> None:
    if unknown := set(tables) - set(TABLES):
        raise SnapshotError(f"undeclared tables: {', '.join(sorted(unknown))}.")
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set threads = 1")
        for table in TABLES.values():
            connection.execute(table.ddl)
            _insert(connection, table, tables.get(table.name, ()))
    path.chmod(0o600)


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: Rows) -> None:
    if not rows:
        return
    names = {column.name for column in table.columns}
    for row in rows:
        if row.keys() != names:
            odd = ", ".join(sorted(row.keys() ^ names))
            raise SnapshotError(f"{table.name}: columns differ from the declaration: {odd}.")
    # A list a column: one statement inserts them all, and needs neither Arrow nor pandas.
    lists = ", ".join(f'unnest(?::{column.type}[]) as "{column.name}"' for column in table.columns)
    order = ", ".join(f'"{name}"' for name in table.key)
    values = [[row[column.name] for row in rows] for column in table.columns]
    try:
        connection.execute(
            f'insert into "{table.name}" select * from (select {lists}) order by {order}', values
        )
    except duckdb.Error as error:
        raise SnapshotError(f"{table.name}: {str(error).strip().splitlines()[0]}.") from error


def _check_table(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    rows = connection.execute(f'describe "{table.name}"').fetchall()
    found = [(str(row[0]), str(row[1])) for row in rows]
    declared = [(column.name, column.type) for column in table.columns]
    if found != declared:
        raise SnapshotError(f"{table.name}: columns differ from the declaration.")
    keys = ", ".join(f'"{name}"' for name in table.key)
    twice = connection.execute(
        f'select {keys} from "{table.name}" group by all having count(*) > 1 limit 1'
    ).fetchone()
    if twice:
        raise SnapshotError(f"{table.name}: two rows share the key {twice}.")
    empty = " or ".join(f'"{name}" is null' for name in table.key)
    if connection.execute(f'select 1 from "{table.name}" where {empty} limit 1').fetchone():
        raise SnapshotError(f"{table.name}: a row's key is incomplete.")


def sync(path: Path) -> None:
    """Have the disk hold a file or folder as it is now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop_oldest(folder: Path, kept: int) -> None:
    current = current_snapshot(folder)
    for path in _oldest_first(folder.glob("*.duckdb"))[:-kept]:
        if path != current:
            path.unlink(missing_ok=True)
            LOGGER.info("dropped snapshot %s", path.stem)


def drop_before(folder: Path, moment: datetime) -> None:
    """Drop snapshots that were published before a moment, but for the one in use."""
    current = current_snapshot(folder)
    for path in _oldest_first(folder.glob("*.duckdb")):
        if path != current and path.stat().st_mtime < moment.timestamp():
            path.unlink(missing_ok=True)
            LOGGER.info("dropped snapshot %s", path.stem)


def _oldest_first(paths: Iterable[Path]) -> list[Path]:
    visible = (path for path in paths if not path.name.startswith("."))
    return sorted(visible, key=lambda path: (path.stat().st_mtime_ns, path.name))
