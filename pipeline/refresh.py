"""One refresh: lock, load, build the models, publish, switch.

Whatever happens on the way, the snapshot in use stays as it is until a whole new one stands
beside it, and the next refresh needs no repair by hand.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

import ingest
from ingest import forget
from ingest.file_names import kept
from pipeline import (
    journal,
    lock,
    placebo,
    plan,
    publish,
    retention,
    rewriting,
    snapshots,
    told,
    transform,
    turnout,
)
from pipeline.errors import BadInputError, MachineError, PipelineError, bad_input
from pipeline.keys import obtain_key, remember_key
from pipeline.progress import Progress
from pipeline.settings import Context, Settings, dbt_vars
from pipeline.traces import first_line
from pipeline.version import code_version

LOGGER = logging.getLogger(__name__)
WRITER_ENDS_WITHIN_SECONDS = 15.0


@dataclass(frozen=True)
class Outcome:
    """What a refresh came to: the snapshot in use, and whether it is a new one."""

    snapshot: Path
    is_new: bool


@dataclass(frozen=True)
class Loaded:
    """State of the raw tables: a hash over what was loaded, when, the first event's day, rows."""

    exports_hash: str
    loaded_on: date
    first_event_on: date | None
    rows: int


@dataclass(frozen=True)
class Inputs:
    """Everything that the published figures follow from, but for the day they are as of."""

    loaded: Loaded
    settings_hash: str
    code_version: str
    known_at: str
    plan_hash: str
    beside_hash: str

    def snapshot_id(self, as_of: date) -> str:
        """Name the snapshot that these inputs give as of a day."""
        return snapshots.snapshot_id(
            as_of,
            self.loaded.exports_hash,
            self.settings_hash,
            self.code_version,
            self.known_at,
            self.beside_hash,
        )


def refresh(
    settings: Settings, context: Context, progress: Progress, *, accept_shrink: bool = False
) -> Outcome:
    """Bring the warehouse up to date with the exports and publish a snapshot.

    Parameters
    ----------
    accept_shrink
        Take exports that hold fewer rows than the last good ones by more than the settings allow.

    Raises
    ------
    PipelineError
        Nothing was published; the message says why and what to do.
    """
    if not context.warehouse.exists():
        _check_exports(context.exports)
    with (
        _clear_failures(context),
        _only_refresh(settings, context),
        journal.kept(context.warehouse) as log,
        _clear_failures(context),  # before the journal says why
    ):
        outcome = _run(settings, context, progress, log, accept_shrink=accept_shrink)
        log.note("published" if outcome.is_new else "unchanged", snapshot=outcome.snapshot.stem)
        return outcome


@contextmanager
def _only_refresh(settings: Settings, context: Context) -> Iterator[None]:
    """Hold the warehouse; what is too old of its logs and snapshots goes, before and after."""
    context.snapshots.mkdir(parents=True, exist_ok=True)
    with lock.hold(context.lock_file):
        retention.tidy_logs(settings, context, datetime.now(UTC))
        yield
        retention.tidy_snapshots(settings, context, datetime.now(UTC))


def _run(
    settings: Settings,
    context: Context,
    progress: Progress,
    log: journal.Journal,
    *,
    accept_shrink: bool,
) -> Outcome:
    _check_exports(context.exports)
    snapshots.remove_leftovers(context.snapshots)
    _wait_for_writer(context.work_db)
    key = obtain_key(context.key, context.work_db)
    agreement = plan.compare(settings, context)
    # dbt is imported beside the load, unless nothing can have changed since the last one.
    placebos = placebo.kept(settings, context)
    beside = {**agreement.as_variable(), "placebos": placebos}
    variables = dbt_vars(settings, context, beside=beside)
    with transform.dbt_process(context, variables) as process:
        loaded, checks = _load(settings, context, key, progress, log, accept_shrink=accept_shrink)
        inputs = _inputs(settings, context, loaded, beside)
        is_anew = _rewrite(context)
        with checks:
            same = None if is_anew else _published_already(context, inputs)
            if same is not None:
                _renew_report(context, checks)
                return Outcome(same, is_new=False)
            variables |= {"loaded_on": loaded.loaded_on.isoformat()}
            transform.build(process, context, variables, progress, loaded.rows)
            log.note("modelled", seconds=round(progress.seconds["models"], 1))
            return _publish(settings, context, inputs, checks, progress)


def _publish(
    settings: Settings,
    context: Context,
    inputs: Inputs,
    checks: ingest.Checks,
    progress: Progress,
) -> Outcome:
    with progress.step("publish", unit="tables") as bar, _open(context.work_db) as connection:
        checks.enter(connection)
        as_of = publish.as_of_date(connection)
        name = inputs.snapshot_id(as_of)
        current = snapshots.current_snapshot(context.snapshots)
        if current is not None and current.stem == name and snapshots.is_whole(current):
            return Outcome(current, is_new=False)
        known = snapshots.published(context.snapshots, name)
        if known is not None:
            snapshots.switch(context.snapshots, known.name)
            return Outcome(known, is_new=True)
        facts = _facts(settings, context, inputs, as_of)
        edition = told.Edition(as_of, settings.confidence, settings.minimum_group)
        memory = told.read(context.told, edition)
        tables = publish.collect(connection, settings, facts, memory)
        # Before the switch: what a reader may have seen is remembered, whatever happens now.
        told.write(context.told, memory)
        path = snapshots.publish(context.snapshots, name, tables, settings.snapshots_kept)
        bar.update(len(tables))
        nobody = turnout.why_nobody(connection, as_of, inputs.loaded.first_event_on)
    if nobody:
        progress.say(nobody)
    return Outcome(path, is_new=True)


def _renew_report(context: Context, checks: ingest.Checks) -> None:
    """Write the pages of the data checks anew that are not there, though nothing else is new."""
    if checks.are_due:
        with _open(context.work_db) as connection:
            checks.enter(connection)


def _facts(settings: Settings, context: Context, inputs: Inputs, as_of: date) -> dict[str, str]:
    """Give what `snapshot_info` says about the run itself."""
    return {
        "snapshot_id": inputs.snapshot_id(as_of),
        "as_of_date": as_of.isoformat(),
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "exports_hash": inputs.loaded.exports_hash,
        "loaded_on": inputs.loaded.loaded_on.isoformat(),
        "code_version": inputs.code_version,
        "settings_hash": inputs.settings_hash,
        "plan_hash": inputs.plan_hash,
        "known_at": inputs.known_at,
        "as_of_asked": context.as_of.isoformat() if context.as_of else "",
        "minimum_group": str(settings.minimum_group),
        "confidence": str(settings.confidence),
        "stale_after_days": str(settings.days_until_stale),
    }


def _check_exports(exports: Path) -> None:
    if not exports.is_dir():
        raise BadInputError(
            f"{exports}: there is no such folder. Put the exports there, or name theirs with "
            "EXPORTS=."
        )


def _load(
    settings: Settings,
    context: Context,
    key: bytes,
    progress: Progress,
    log: journal.Journal,
    *,
    accept_shrink: bool,
) -> tuple[Loaded, ingest.Checks]:
    with _open(context.work_db) as connection:
        remember_key(connection, key)
        with progress.step("load", unit="rows") as bar:
            try:
                report = ingest.load(connection, context.exports, settings, key, bar, accept_shrink)
            except ingest.InputError as error:
                raise bad_input(error) from error
        for problem in report.told(in_clear=progress.stream.isatty()):
            progress.say(problem)
        _note_load(log, report, progress.seconds["load"])
        retention.tidy_history(settings, context, connection, report.loaded_at)
        unread = sum(one.status == "unrecognised" for one in report.files)
        if unread:
            progress.say(
                f"files of no known shape, left unread: {unread}. `mentorship check` prints a "
                "mapping for each, to fill in and paste into mentorship.toml."
            )
        loaded = _loaded(connection, context)
        first = loaded.first_event_on
        if context.as_of and first and context.as_of < first:
            raise BadInputError(
                f"AS_OF={context.as_of}: the exports begin on {first}; use a later day."
            )
        return loaded, ingest.Checks(connection, context.warehouse, report.loaded_at)


def _rewrite(context: Context) -> bool:
    """Write the private database anew where freed pages may hold what was to be gone."""
    with _open(context.work_db) as connection:
        if not rewriting.is_asked(connection):
            return False
    rewriting.rewrite(context.work_db)
    return True


def _note_load(log: journal.Journal, report: ingest.LoadReport, seconds: float) -> None:
    log.note(
        "loaded",
        exports=report.content_hash[:12],
        files=len(report.files),
        rows_read=sum(one.rows_read for one in report.files),
        rows_loaded=sum(one.rows_loaded for one in report.files),
        rows_known=sum(one.rows_known for one in report.files),
        rows_quarantined=sum(one.rows_quarantined for one in report.files),
        seconds=round(seconds, 1),
    )


def _inputs(
    settings: Settings, context: Context, loaded: Loaded, beside: Mapping[str, Any]
) -> Inputs:
    known_at = context.known_at.isoformat() if context.known_at else ""
    text = json.dumps(beside, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Inputs(loaded, settings.hash, code_version(), known_at, str(beside["hash"]), digest)


def _loaded(connection: duckdb.DuckDBPyConnection, context: Context) -> Loaded:
    """Sum up the raw tables as they were known at the moment asked for."""
    until = context.known_at or datetime.max.replace(tzinfo=UTC)
    where = "from raw.loads where loaded_at <= ?"
    files = connection.execute(f"select distinct file_id, shape {where} order by all", [until])
    content = repr(files.fetchall())
    gone = len(forget.forgotten(connection))
    if gone:  # by number: no published figure depends on the key
        content += f" without {gone}"
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    row = connection.execute(
        f"select max(loaded_at), min(first_event_at), sum(rows_loaded) {where}", [until]
    ).fetchone()
    if row is None or row[0] is None:
        raise BadInputError(
            f"KNOWN_AT={context.known_at}: nothing had been loaded by then."
            if context.known_at
            else f"{context.exports}: nothing was loaded."
        )
    first = row[1].date() if row[1] else None
    return Loaded(digest, row[0].date(), first, int(row[2]))


def _published_already(context: Context, inputs: Inputs) -> Path | None:
    """Find the current snapshot if these very inputs made it."""
    current = snapshots.current_snapshot(context.snapshots)
    if current is None:
        return None
    info = snapshots.read_info(current)
    asked = context.as_of.isoformat() if context.as_of else ""
    if not asked and info.get("as_of_asked"):
        return None
    as_of = asked or info.get("as_of_date")
    same = as_of and current.stem == inputs.snapshot_id(date.fromisoformat(as_of))
    return current if same and snapshots.is_whole(current) else None


def _wait_for_writer(work_db: Path) -> None:
    """Wait until the private database is free.

    The dbt process of a killed refresh ends by itself, but may take a moment to notice.
    """
    if not work_db.exists():
        return
    deadline = time.monotonic() + WRITER_ENDS_WITHIN_SECONDS
    while True:
        try:
            duckdb.connect(str(work_db)).close()
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error):
                raise _cannot_be_opened(work_db, error) from error
            if time.monotonic() > deadline:
                raise PipelineError(
                    f"{work_db}: another program has it open; close that and refresh again."
                ) from error
            time.sleep(0.1)
        except duckdb.Error as error:
            raise _cannot_be_opened(work_db, error) from error
        else:
            return


def _cannot_be_opened(work_db: Path, error: duckdb.Error) -> MachineError:
    return MachineError(
        f"{work_db}: cannot be opened ({str(error).strip().splitlines()[0]}). Put a backup of it "
        "back; or move it away and refresh: it is made anew from the exports, and rows that are in "
        "none of them any more are then in the moved file only. Nothing was published."
    )


@contextmanager
def _open(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        path.chmod(0o600)
        yield connection


@contextmanager
def _clear_failures(context: Context) -> Iterator[None]:
    """Say in a line what the machine refused: a full disk, a file that others hold open."""
    try:
        yield
    except duckdb.Error as error:
        first = _without_names(first_line(error).rstrip("."), context)
        raise MachineError(f"{context.warehouse}: {first}. Nothing was published.") from error
    except OSError as error:
        where = _place(error.filename, context)
        reason = error.strerror or type(error).__name__
        raise MachineError(f"{where}: {reason}. Nothing was published.") from error


def _place(filename: str | bytes | None, context: Context) -> str:
    return _without_names(os.fsdecode(filename), context) if filename else str(context.warehouse)


def _without_names(text: str, context: Context) -> str:
    """Keep of the names of exports in a machine's message what may be kept in a log."""
    if sys.stderr.isatty():
        return text
    inside = re.compile(re.escape(str(context.exports)) + r"/([^\"':\n]+)")
    return inside.sub(lambda found: f"{context.exports}/{kept(found[1])}", text)
