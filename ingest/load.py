"""Load the exports: every file recognised, read, judged and merged, one transaction a file.

A run that is killed leaves the files before it loaded and the one at hand untouched; the next run
goes on from there. What cannot be read is reported, and costs nothing that can.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest import (
    books,
    checks,
    complete,
    merge,
    orphans,
    pages,
    read,
    refuse,
    schema,
    stage,
)
from ingest.errors import DamagedFileError, InputError
from ingest.inventory import Export, take, write_set
from ingest.merge import Account, Origin
from ingest.pseudonyms import keyed
from ingest.report import FileReport, LoadReport, Progress, Silent
from ingest.sql import name, quote, transaction
from ingest.stage import Staged, StagedFile
from ingest.validate import SCRATCH_PREFIX
from ingest.watch import watched
from pipeline.settings import Settings

LOGGER = logging.getLogger(__name__)
MEMORY = "2GB"  # leaves room under 3 GB for what DuckDB does not count and for Python
NAMED = "people_named"
NOTHING = "null::varchar"  # the expression of a column that a flat file lacks
MOST_FILES_TOGETHER = 32
NAMES_HIDDEN = (
    " names of files that an earlier version kept whole are kept in part only, since files are "
    "often named after people (docs/sources.md)"
)
ANYWAY = ", or run with --accept-shrink"


@dataclass
class Run:
    """What one load needs at every step, and what it has found so far."""

    connection: duckdb.DuckDBPyConnection
    settings: Settings
    progress: Progress
    scratch: Path
    now: datetime
    known: dict[str, books.Load]
    reports: list[FileReport] = field(default_factory=list)
    is_naming: bool = False

    def is_known(self, export: Export) -> bool:
        """Whether the file's content was loaded before, and read as it would be now."""
        earlier = self.known.get(export.file_id)
        wanted = books.fingerprint(self.settings, export.look.name)
        return earlier is not None and earlier.fingerprint == wanted


def load(
    connection: duckdb.DuckDBPyConnection,
    exports: Path,
    settings: Settings,
    key: bytes,
    progress: Progress | None = None,
    accept_shrink: bool = False,
) -> LoadReport:
    """Bring the raw tables up to date with an exports folder.

    Parameters
    ----------
    connection
        The private database, open for writing and in no transaction.
    exports
        Folder with `hris/`, `mentorship/` and, where there are any, `git/` and `incidents/`.
    key
        Key of the pseudonyms.
    accept_shrink
        Take complete exports that lack more rows than the settings allow.

    Raises
    ------
    InputError
        The exports cannot be used: what is missing or unusable, where, and what to do. Files that
        can be loaded are loaded all the same.
    """
    report, reasons = read_all(connection, exports, settings, key, progress, accept_shrink)
    if reasons:
        raise InputError("\n".join(reasons), report.names)
    return report


def read_all(
    connection: duckdb.DuckDBPyConnection,
    exports: Path,
    settings: Settings,
    key: bytes,
    progress: Progress | None = None,
    accept_shrink: bool = False,
    naming: bool = False,
) -> tuple[LoadReport, list[str]]:
    """Load, and say why what was loaded must not be published, instead of refusing it.

    Parameters
    ----------
    naming
        Keep who is named, in clear, in the temporary table `NAMED` of the connection (name, hash,
        role), which lives in memory.

    Raises
    ------
    InputError
        There is nothing that could be loaded, or the settings map what does not exist.
    """
    refuse.wrong_mappings(settings)
    paths = refuse.missing(exports)
    migrated = schema.create_all(connection)
    now = datetime.now(UTC)
    limit = 1.0 if accept_shrink else settings.shrink_share
    with prepared(connection, key) as scratch:
        hidden = books.hide_names(connection, settings, now)
        run = Run(
            connection,
            settings,
            progress or Silent(),
            scratch,
            now,
            books.loads(connection),
            is_naming=naming,
        )
        if naming:
            columns = "name varchar, hash varchar, role varchar"
            connection.execute(f"create or replace temp table {NAMED} ({columns})")
        inventory = take(paths, exports, scratch, settings)
        found = inventory.exports
        for one in inventory.reports:
            _report(run, one)
        _load_all(run, found, limit)
        lonely = orphans.find(connection, {one.file_id: one.plan for one in found})
        run.reports = [_with_orphans(one, lonely) for one in run.reports]
        missing = pages.missing([part.look for one in found for part in one.parts or (one,)])
        ids = [one.file_id for one in run.reports if one.status in ("loaded", "known")]
        share = settings.quarantine_share
        checks.record(connection, ids, run.reports, len(missing), run.now, share, lonely)
        gaps = [one.sentence for one in checks.undated(connection) if one.missing]
    by_path = sorted(run.reports, key=lambda one: one.path)
    carried = [migrated.sentence] if migrated else []
    carried += [f"{hidden}{NAMES_HIDDEN}"] if hidden else []
    beside = refuse.beside(exports)
    notes = (*carried, *refuse.told_beside(beside), *inventory.notes, *missing, *gaps)
    names = dict.fromkeys(beside, "") | inventory.names
    report = LoadReport(tuple(by_path), notes, run.now, names)
    return report, refuse.unusable(connection, report, settings, ids, exports)


@contextmanager
def prepared(connection: duckdb.DuckDBPyConnection, key: bytes) -> Iterator[Path]:
    """Set a connection up for loading, and give a private folder that is gone afterwards."""
    row = connection.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchone()
    parent = Path(row[0]).parent if row and row[0] else None
    if parent is not None:
        for left in parent.glob(f"{SCRATCH_PREFIX}*"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
    connection.execute("create schema if not exists raw")
    connection.execute("create table if not exists raw.forgotten (hash varchar)")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set memory_limit = '{MEMORY}'")
    # Names in clear may spill to disk while a file is read. The random numbers of the built-in
    # module are too weak for a database that lasts; for files that end with the process they do.
    connection.execute("set force_mbedtls_unsafe = true")
    connection.execute("set temp_file_encryption = true")
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=parent))
    try:
        with keyed(connection, key):
            yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        stage.clear(connection)


def _load_all(run: Run, found: Sequence[Export], limit: float) -> None:
    """Load what is new: complete exports together, since together they say who is gone."""
    alone = [one for one in found if not books.is_complete(run.settings, one.look.name)]
    for batch in _batches(run, alone):
        _load_batch(run, batch)
    for group in _complete_groups(run, found):
        looks = [part.look for one in group for part in one.parts or (one,)]
        cut = pages.missing(looks) if limit < 1 else []
        if cut:
            for one in group:
                _report(run, _refused_report(one, f"it is declared complete, but {cut[0]}{ANYWAY}"))
        elif all(run.is_known(one) for one in group):
            for one in group:
                _load_file(run, one)
        else:
            _load_complete(run, group, limit)


def _complete_groups(run: Run, found: Sequence[Export]) -> list[list[Export]]:
    """Put complete exports together that fill the same table: together they say who is gone."""
    groups: list[tuple[set[str], list[Export]]] = []
    for one in found:
        if not books.is_complete(run.settings, one.look.name):
            continue
        tables = {fill.table.name for fill in one.plan.fills}
        joined = [group for group in groups if group[0] & tables]
        merged = (
            tables.union(*(group[0] for group in joined)),
            [*(export for group in joined for export in group[1]), one],
        )
        groups = [group for group in groups if group not in joined] + [merged]
    return [sorted(group, key=found.index) for _, group in groups]


def _batches(run: Run, exports: Sequence[Export]) -> list[list[Export]]:
    """Put small files that are read alike together; every other file is by itself."""
    batches: list[list[Export]] = []
    open_batches: list[list[Export]] = []
    for one in exports:
        if run.is_known(one) or one.parts or not read.can_go_together(one.look, one.plan):
            batches.append([one])
            continue
        fitting = [batch for batch in open_batches if batch[0].plan.reads_like(one.plan)]
        if fitting and len(fitting[-1]) < MOST_FILES_TOGETHER:
            fitting[-1].append(one)
        else:
            open_batches.append([one])
            batches.append(open_batches[-1])
    return batches


def _load_batch(run: Run, batch: Sequence[Export]) -> None:
    """Load files that are staged together, each in a transaction of its own."""
    if len(batch) > 1:
        run.progress.note(f"{batch[0].look.name} and {len(batch) - 1} more")
        staged = stage.stage_together(
            run.connection,
            [one.look for one in batch],
            batch[0].plan,
            run.scratch,
            run.settings,
        )
        if staged is not None:
            tables = [table for one in staged for table in one.tables]
            _make_pseudonyms(run, tables)
            for export, one in zip(batch, staged, strict=True):
                if run.is_known(export):  # the same content lay at another path
                    _report(run, _known_report(run, export))
                else:
                    _report(run, _enter(run, export, one, None))
            return
    for export in batch:
        _load_file(run, export)


def _load_file(run: Run, export: Export, gone: complete.Gone | None = None) -> None:
    """Load one file, unless its content is known.

    Parameters
    ----------
    gone
        Rows that a complete export no longer has: they leave with this file.
    """
    if run.is_known(export) and gone is None:
        _report(run, _known_report(run, export))
        return
    if export.parts:
        _load_set(run, export)
        return
    try:
        staged = _stage(run, export)
    except DamagedFileError as error:
        _report(run, _damaged_report(export, str(error)))
        return
    _make_pseudonyms(run, staged.tables)
    _report(run, _enter(run, export, staged, gone))


def _load_set(run: Run, export: Export) -> None:
    """Load many small files as one, and name the file of each row that cannot be used."""
    run.progress.note(export.look.name)
    written, ends, damaged = write_set(export, run.scratch / "set")
    for one in damaged:
        _report(run, one)
    staged = _stage(run, written)
    merge.make_pseudonyms(run.connection, staged.tables, run.settings)
    report = _enter(run, written, staged, None)
    parts = [(part.look.name, part.file_id) for part in export.parts]
    books.name_parts(run.connection, written.file_id, parts, ends)
    _report(run, replace(report, parts={file_id: name for name, file_id in parts}))


def _stage(run: Run, export: Export) -> StagedFile:
    look = export.look
    run.progress.note(look.name)
    with watched(run.connection, run.progress, look.name):
        return stage.stage(run.connection, look, export.plan, run.scratch, run.settings)


def _load_complete(run: Run, group: Sequence[Export], limit: float) -> None:
    """Load the complete exports of one shape, and retire the rows that none of them has.

    The rows leave in the transaction of the last file: a run that is killed before it finds that
    file unknown and does it all again.
    """
    seen = complete.Seen(run.connection, [one.plan for one in group])
    for one in group:
        try:
            staged = _stage(run, one)
        except DamagedFileError as error:
            _report(run, _damaged_report(one, str(error)))
            rest = [other for other in group if other is not one]
            reason = f"{one.look.name}, which belongs to it, cannot be read"
            for other in rest:
                _report(run, _refused_report(other, reason))
            return
        _make_pseudonyms(run, staged.tables)
        seen.add(staged)
    here = {books.path_hash(run.connection, one.look.name) for one in group}
    known = run.known.values()
    earlier = [one.file_id for one in known if one.is_complete or one.path_hash in here]
    gone = seen.gone(earlier)
    by_hand = all(one.look.name == books.ACCEPTED for one in group)
    if gone.share > limit and not by_hand:
        for one in group:
            _report(run, _refused_report(one, gone.reason(limit)))
        return
    for one in group[:-1]:
        _load_file(run, one)
    _load_file(run, group[-1], gone)


def _enter(run: Run, export: Export, staged: StagedFile, gone: complete.Gone | None) -> FileReport:
    """Put a staged file into the raw tables and the books, all or nothing."""
    connection = run.connection
    noted = [note for one in staged.tables for note in books.notes(connection, one, export.plan)]
    origin = books.origin(connection, export.file_id, export.look.name, run.now)
    with transaction(connection):
        if export.file_id in run.known and gone is None:
            _retire_changed(run, export, staged)
        books.forget(connection, export.file_id, export.look.name)
        accounts = [
            merge.merge(connection, one, staged.broken if at == 0 else (), origin)
            for at, one in enumerate(staged.tables)
        ]
        if gone is not None:
            gone.retire(connection, run.now)
        entry = _entry(run, export, staged, accounts[0], origin)
        books.enter(connection, entry, accounts, noted, run.now, export.look.size)
    run.known[export.file_id] = entry
    run.progress.update(entry.rows_read)
    sentences = (note.sentence for note in noted)
    return FileReport(
        export.look.name,
        export.file_id,
        "loaded",
        export.plan.name,
        accounts[0].read,
        accounts[0].loaded,
        accounts[0].known,
        accounts[0].quarantined,
        entry.first_event_at,
        entry.last_event_at,
        *_columns(export),
        problems=(*sentences, *books.quarantined(connection, export.file_id)),
    )


def _entry(
    run: Run, export: Export, staged: StagedFile, records: Account, origin: Origin
) -> books.Load:
    firsts = [one.facts.first for one in staged.tables if one.facts.first]
    lasts = [one.facts.last for one in staged.tables if one.facts.last]
    return books.Load(
        export.file_id,
        origin.path,
        export.plan.source,
        export.plan.shape,
        records.read,
        records.quarantined,
        min(firsts, default=None),
        max(lasts, default=None),
        books.fingerprint(run.settings, export.look.name),
        origin.path_hash,
        books.is_complete(run.settings, export.look.name),
    )


def _retire_changed(run: Run, export: Export, staged: StagedFile) -> None:
    """Retire rows of a file that is read anew under other settings, where their key changed."""
    for one in staged.tables:
        merge.find_repeated(run.connection, one)
        origin = books.origin(run.connection, export.file_id, export.look.name, run.now)
        run.connection.execute(
            f"create or replace temp table anew as {merge.hashed_sql(one, origin)}"
        )
        raw = f"raw.{name(one.table.name)}"
        same = merge.same_key(one.table, "anew", raw)
        where = (
            f"_file_id = {quote(export.file_id)} and not exists (select 1 from anew where {same})"
        )
        merge.retire(run.connection, one.table, where, run.now)
        run.connection.execute("drop table anew")


def _make_pseudonyms(run: Run, staged: Sequence[Staged]) -> None:
    """Hash the names in staged tables; keep them in clear only where that was asked for."""
    merge.make_pseudonyms(run.connection, staged, run.settings)
    if not run.is_naming:
        return
    for one in {one.relation: one for one in staged}.values():
        for column in one.table.stored:
            if column.kind == "person":
                role = quote(f"{one.table.name}.{column.name}")
                run.connection.execute(
                    f"insert into {NAMED} select p.name, p.hash, {role} from pseudonyms as p "
                    f"semi join {one.relation} as s on s.{name(column.name)} = p.name"
                )


def _known_report(run: Run, export: Export) -> FileReport:
    earlier = run.known[export.file_id]
    run.progress.update(earlier.rows_read)
    return FileReport(
        export.look.name,
        export.file_id,
        "known",
        earlier.name,
        earlier.rows_read,
        0,
        earlier.rows_read - earlier.rows_quarantined,
        earlier.rows_quarantined,
        earlier.first_event_at,
        earlier.last_event_at,
        *_columns(export),
        problems=tuple(books.quarantined(run.connection, export.file_id)),
    )


def _with_orphans(report: FileReport, found: Sequence[orphans.Orphans]) -> FileReport:
    """Add what a file says of things that no file has."""
    of_it = [one for one in found if one.file_id == report.file_id and one.missing]
    return replace(report, problems=(*report.problems, *(one.sentence for one in of_it)))


def _columns(export: Export) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Say which columns of a file are read and which are not, and what it gives."""
    unused, first = export.plan.unused, export.plan.fills[0]
    used = tuple(column for column in export.look.columns if column and column not in unused)
    fields = tuple(field for field, sql in first.fields.items() if sql != NOTHING)
    return used, unused, fields


def _damaged_report(export: Export, reason: str) -> FileReport:
    return FileReport(
        export.look.name, export.file_id, "damaged", export.plan.name, problems=(reason,)
    )


def _refused_report(export: Export, reason: str) -> FileReport:
    return replace(_damaged_report(export, reason), status="refused")


def _report(run: Run, report: FileReport) -> None:
    run.reports.append(report)
    LOGGER.info(
        "file %s: %s %s, %d read, %d loaded, %d known, %d quarantined",
        report.file_id[:12],
        report.status,
        report.shape,
        report.rows_read,
        report.rows_loaded,
        report.rows_known,
        report.rows_quarantined,
    )
