"""`mentorship rotate-key`: a new key, and the private database rebuilt from the exports with it.

A hash cannot be turned into another key's hash, so everything is read anew, aside, by an ordinary
refresh into a folder of its own. Only when that has gone through does the new database take the
old one's place, and then the key; `obtain_key` finishes the second step if a kill comes between.
Snapshots stay as they are: no published figure depends on the key.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb

from ingest import InputError, forget, schema
from ingest.load import NAMED, read_all
from pipeline import lock
from pipeline.errors import BadInputError, KeyFileError, bad_input
from pipeline.keys import next_key, obtain_key, remember_key
from pipeline.placebo import PLACEBO_NAME
from pipeline.progress import Progress
from pipeline.refresh import refresh
from pipeline.settings import Context, Settings

ASIDE = ".rotation"


def rotate(
    settings: Settings, context: Context, progress: Progress, *, accept_loss: bool = False
) -> int:
    """Rebuild with a new key and switch to it; a lost key is no obstacle.

    Parameters
    ----------
    accept_loss
        Go on although rows of files that are no longer among the exports are lost, and people on
        the forget-list of a lost key may come back.

    Returns
    -------
    int
        Files that were read.

    Raises
    ------
    BadInputError
        There is nothing to rotate, or something would be lost; everything is as before.
    """
    if not context.work_db.exists():
        raise BadInputError(f"{context.warehouse}: nothing has been loaded yet: refresh first.")
    aside = replace(context, warehouse=context.warehouse / ASIDE, key=next_key(context.key))
    with lock.hold(context.lock_file):
        _clear(context, aside)
        aside.warehouse.mkdir(mode=0o700)
        try:
            key = obtain_key(aside.key, aside.work_db)
            _carry(settings, context, aside, key, accept_loss=accept_loss)
            refresh(settings, aside, progress)
            if not accept_loss:
                _check_nothing_lost(context.work_db, aside.work_db)
            files = _files(aside.work_db)
        except BaseException:
            shutil.rmtree(aside.warehouse, ignore_errors=True)
            aside.key.unlink(missing_ok=True)
            raise
        aside.work_db.replace(context.work_db)
        aside.key.replace(context.key)
        shutil.rmtree(aside.warehouse)
    return len(files)


def _clear(context: Context, aside: Context) -> None:
    """Finish or undo a rotation that was cut off."""
    if context.key.exists() or aside.key.exists():
        with suppress(KeyFileError):  # lost or another one: that is what a new key is for
            obtain_key(context.key, context.work_db)
    shutil.rmtree(aside.warehouse, ignore_errors=True)
    aside.key.unlink(missing_ok=True)


def _carry(
    settings: Settings, context: Context, aside: Context, key: bytes, *, accept_loss: bool
) -> None:
    """Take along what the exports do not say: placebo draws, and who was forgotten."""
    placebos = context.warehouse / PLACEBO_NAME
    if placebos.exists():
        shutil.copy2(placebos, aside.warehouse / PLACEBO_NAME)
    with duckdb.connect(str(context.work_db), read_only=True) as connection:
        known = connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'raw' and table_name = 'forgotten'"
        ).fetchone()
        gone = forget.forgotten(connection) if known else frozenset()
    if not gone:
        return
    try:
        old = obtain_key(context.key, context.work_db)
    except KeyFileError as error:
        if accept_loss:
            return
        raise BadInputError(
            f"{context.key}: people were forgotten under the key that is missing, so they cannot "
            "be told from others. Take them out of the exports, then use --accept-loss."
        ) from error
    names = _named(settings, context, old, gone)
    with duckdb.connect(str(aside.work_db)) as connection:
        aside.work_db.chmod(0o600)
        schema.create_all(connection)
        remember_key(connection, key)
        forget.erase(connection, {forget.pseudonym(key, one) for one in names})


def _named(settings: Settings, context: Context, key: bytes, hashes: frozenset[str]) -> list[str]:
    """Read the exports for the names behind hashes; they stay in memory."""
    with (
        tempfile.TemporaryDirectory(prefix="mentorship-names-") as folder,
        duckdb.connect(str(Path(folder) / f"{os.getpid()}.duckdb")) as connection,
    ):
        try:
            read_all(connection, context.exports, settings, key, naming=True)
        except InputError as error:
            raise bad_input(error) from error
        rows = connection.execute(f"select distinct name, hash from {NAMED}").fetchall()
    return [str(name) for name, hashed in rows if hashed in hashes]


def _check_nothing_lost(old: Path, new: Path) -> None:
    lost = _files(old).keys() - _files(new).keys()
    if lost:
        paths = sorted({_files(old)[one] for one in lost})
        raise BadInputError(
            f"{len(lost)} files that were loaded earlier are no longer among the exports as they "
            f"were ({', '.join(paths[:3])}{', …' if paths[3:] else ''}), and their rows are in the "
            "database only. Put them back among the exports, or go on with --accept-loss: what "
            "only they say, and what was known at earlier times (KNOWN_AT), is then gone."
        )


def _files(work_db: Path) -> dict[str, str]:
    with duckdb.connect(str(work_db), read_only=True) as connection:
        return dict(connection.execute("select file_id, path from raw.loads").fetchall())
