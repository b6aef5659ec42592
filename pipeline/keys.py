"""The key that turns identifiers into pseudonyms: one private file outside the warehouse."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import duckdb

from pipeline.errors import KeyFileError
from pipeline.settings import key_fingerprint

SHORTEST_KEY = 16


def obtain_key(path: Path, work_db: Path) -> bytes:
    """Read the key, or make one on first use.

    Parameters
    ----------
    path
        The key file; its folder is made when missing.
    work_db
        The private database that may hold another key's pseudonyms already; it is read only.

    Raises
    ------
    KeyFileError
        The file can be read by others, is no key, or is not the one the warehouse was built with.
    """
    known = _known_fingerprint(work_db)
    _finish_rotation(path, known)
    if not path.exists():
        if known is not None:
            raise KeyFileError(
                f"{path}: the key file is missing, but {work_db} was built with one. Put the file "
                "back, or name it with KEY=; if it is lost, `mentorship rotate-key` makes another "
                "and rebuilds from the exports."
            )
        _make(path)
    key = _read(path)
    if known not in (None, key_fingerprint(key)):
        raise KeyFileError(
            f"{path}: this is not the key that {work_db} was built with, so people would no longer "
            "join. Name that key with KEY=, or build into a new WAREHOUSE."
        )
    return key


def remember_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Write the key's fingerprint into the private database, once."""
    connection.execute("create schema if not exists raw")
    connection.execute("create table if not exists raw.key_fingerprint (fingerprint varchar)")
    if connection.execute("select count(*) from raw.key_fingerprint").fetchone() == (0,):
        connection.execute("insert into raw.key_fingerprint values (?)", [key_fingerprint(key)])


def next_key(path: Path) -> Path:
    """Give the file in which a key waits to take a key's place."""
    return path.with_name(f"{path.name}.next")


def _finish_rotation(path: Path, known: str | None) -> None:
    """Put a waiting key in place if the warehouse is switched to it: a rotation was cut off."""
    waiting = next_key(path)
    if known is not None and waiting.exists() and key_fingerprint(_read(waiting)) == known:
        waiting.replace(path)


def _make(path: Path) -> None:
    """Write a new key; the link makes it appear whole, and only one of two makers wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()


def _read(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileError(f"{path}: the key is not a file; name a file with KEY=.")
        if status.st_mode & 0o077:
            raise KeyFileError(
                f"{path}: others can read the key (mode {stat.S_IMODE(status.st_mode):04o}). "
                f"Run: chmod 600 {path}"
            )
        key = path.read_bytes().strip()
    except OSError as error:
        raise KeyFileError(f"{path}: the key cannot be read ({error.strerror}).") from error
    if len(key) < SHORTEST_KEY:
        raise KeyFileError(
            f"{path}: the key holds {len(key)} bytes; it needs {SHORTEST_KEY} or more. Put the "
            "right file back, or remove it and a new key is made for a new WAREHOUSE."
        )
    return key


def _known_fingerprint(work_db: Path) -> str | None:
    if not work_db.exists():
        return None
    with duckdb.connect(str(work_db), read_only=True) as connection:
        found = connection.execute(
            "select count(*) from duckdb_tables() "
            "where schema_name = 'raw' and table_name = 'key_fingerprint'"
        ).fetchone()
        if found == (0,):
            return None
        row = connection.execute("select max(fingerprint) from raw.key_fingerprint").fetchone()
    return str(row[0]) if row and row[0] is not None else None
