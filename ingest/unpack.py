"""What files hold: archives opened, logs taken apart by stream, JSON in the cells of a table.

Everything that is found is looked at as a file of its own. Copies go to the private folder of the
load. A part is told from another by the hash of its content, so the same file inside an archive
and beside it is loaded once.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest import archives, files, git_log, json_ways, mailmap
from ingest.errors import DamagedFileError
from ingest.files import Groups, Peek
from ingest.json_ways import Steps
from ingest.sql import quote

DEEPEST = 2  # archives inside archives
MOST_IN_A_STREAM = 50
LARGEST_CELL = 1 << 26
EXCEL = "it is an Excel workbook: save the sheet as CSV"
AIRBYTE_DATA = "_airbyte_data"


@dataclass(frozen=True)
class Found:
    """A file, or a part of one, as it will be read.

    Attributes
    ----------
    name
        Path inside the exports folder; for a part, the path of the file it is in and its own.
    file_id
        Hash of its content.
    groups
        Ways to take it (`ingest.files.looks`); none where it cannot be read.
    container
        Name of the file it is a part of.
    problem, is_foreign
        Why it cannot be read; whether that is because it holds no table, rather than damage.
    """

    name: str
    file_id: str
    groups: Groups
    container: str | None = None
    problem: str | None = None
    is_foreign: bool = False


def contents(path: Path, exports: Path, scratch: Path) -> Iterator[Found]:
    """Look at a file and at everything in it.

    Parameters
    ----------
    scratch
        Private folder for what is copied out.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    modified_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    yield from _contents(path, files.name_inside(path, exports), scratch, modified_at, 0)


def _contents(
    path: Path, name: str, scratch: Path, modified_at: datetime, depth: int
) -> Iterator[Found]:
    head, gzipped, _ = files.read_head(path, files.HEAD_BYTES)
    file_id = files.content_hash(path)
    if gzipped and archives.is_suspect(path) and archives.is_bomb(path):
        problem = archives.BOMB.format(ratio=archives.LARGEST_RATIO)
        yield Found(name, file_id, (), problem=problem)
        return
    kind = archives.kind(head)
    if kind is None or (kind == "zip" and gzipped):
        yield _look(path, name, file_id, scratch, modified_at)
    elif kind == "zip" and b"[Content_Types].xml" in head[:200]:
        yield Found(name, file_id, (), problem=EXCEL, is_foreign=True)
    elif depth >= DEEPEST:
        problem = "it is an archive inside an archive inside an archive: unpack it"
        yield Found(name, file_id, (), problem=problem, is_foreign=True)
    else:
        yield from _members(path, kind, name, file_id, scratch, modified_at, depth)


def _members(
    path: Path,
    kind: archives.Kind,
    name: str,
    file_id: str,
    scratch: Path,
    modified_at: datetime,
    depth: int,
) -> Iterator[Found]:
    """Look at the members of an archive; if it breaks off, at nothing of it."""
    prefix = f"part-{file_id}"
    try:
        copied = list(archives.members(path, kind, scratch, prefix))
    except DamagedFileError as error:
        for left in scratch.glob(f"{prefix}-*"):
            left.unlink()
        yield Found(name, file_id, (), problem=str(error))
        return
    if not copied:
        problem = "it is an archive with no table in it"
        yield Found(name, file_id, (), problem=problem, is_foreign=True)
    for member in copied:
        inside = f"{name}/{member.name}"
        for found in _contents(member.path, inside, scratch, modified_at, depth + 1):
            yield replace(found, container=name)


def _look(path: Path, name: str, file_id: str, scratch: Path, modified_at: datetime) -> Found:
    groups = files.looks(path, name, modified_at)
    first = groups[0][0]
    if first.is_log:
        return Found(name, file_id, (_streams(first),))
    if first.format == "csv" and git_log.begins(_beginning(first)):
        return Found(name, file_id, _of_lines(first, scratch / f"log-{file_id}", git_log.records))
    if first.format == "csv" and mailmap.begins(_beginning(first)):
        return Found(name, file_id, _of_lines(first, scratch / f"map-{file_id}", mailmap.records))
    if first.format == "csv" and first.columns:
        return Found(name, file_id, (*groups, *_in_cells(first, file_id, scratch)))
    return Found(name, file_id, groups)


def _beginning(table: Peek) -> str:
    try:
        return "".join(itertools.islice(_texts(table), 1))
    except DamagedFileError:
        return ""  # loading it says where it breaks


def _of_lines(
    text: Peek, copy: Path, records: Callable[[Iterator[str]], Iterator[Mapping[str, str | None]]]
) -> Groups:
    """Look at the records that the lines of a text are made into."""
    lines = itertools.chain.from_iterable(_lines(_texts(text)))
    with copy.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(one) + "\n" for one in records(lines))
    return files.looks(copy, text.name, text.modified_at)


def part_id(found: Found, look: Peek, several: bool) -> str:
    """Give the content hash of what a look takes of a file.

    Parameters
    ----------
    several
        Whether more is taken of the file than this.
    """
    if not several:
        return found.file_id
    part = f"{found.file_id}\n{look.stream or ''}\n{'/'.join(look.steps)}"
    return hashlib.sha256(part.encode()).hexdigest()[:32]


def _streams(log: Peek) -> tuple[Peek, ...]:
    """Look at each stream of a log of records, all of the log read."""
    source = (
        f"read_json({quote(str(log.path))}, columns = {{'type': 'VARCHAR', "
        "'record': 'STRUCT(stream VARCHAR, data JSON)'}, format = 'newline_delimited', "
        f"ignore_errors = true, compression = '{'gzip' if log.gzipped else 'none'}', "
        f"maximum_object_size = {1 << 26})"
    )
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select record.stream, record.data::varchar, row_number() over (order by 1) "
            f"from {source} where type = 'RECORD' and record.stream is not null qualify "
            f"row_number() over (partition by record.stream) <= {MOST_IN_A_STREAM}"
        ).fetchall()
    texts: dict[str, list[str]] = {}
    for stream, text, _ in rows:
        texts.setdefault(stream, []).append(text or "null")
    looks = [_stream(log, stream, of_stream) for stream, of_stream in sorted(texts.items())]
    return tuple(looks) or (replace(log, records=(), columns=(), note="there is no record in it"),)


def _stream(log: Peek, stream: str, texts: list[str]) -> Peek:
    steps: Steps = ("record", "data")
    records = [one for text in texts if isinstance(one := json.loads(text), dict)]
    if records and all(isinstance(one.get(AIRBYTE_DATA), str) for one in records):
        steps = (*steps, AIRBYTE_DATA, json_ways.PARSED)
        found = (json_ways.follow(one, steps[2:]) for one in records)
        records = [one for one in itertools.chain(*found) if isinstance(one, dict)]
    keys = dict.fromkeys(key for record in records for key in record)
    return replace(
        log,
        name=f"{log.name} ({stream})",
        columns=tuple(keys),
        records=tuple(records),
        steps=steps,
        stream=stream,
        envelope={},
        note=None if keys else "no record could be read from it",
    )


def _in_cells(table: Peek, file_id: str, scratch: Path) -> Groups:
    """Look at the JSON records that stand in a column of a table, if there is such a column."""
    try:
        return _looks_in_cells(table, scratch / f"cells-{file_id}")
    except DamagedFileError:
        return ()  # loading the table says where it breaks


def _looks_in_cells(table: Peek, copy: Path) -> Groups:
    text = _beginning(table)
    rows = list(itertools.islice(_rows(iter([text]), table.delimiter), 3))
    if len(rows) < 2 or not any(cell.startswith("{") for cell in rows[1]):
        return ()
    named = [at for at, column in enumerate(table.columns) if column in ("data", AIRBYTE_DATA)]
    others = [at for at in range(len(table.columns)) if at not in named]
    for at in (*named, *others):
        cell = rows[1][at] if at < len(rows[1]) else ""
        if _is_object(cell):
            _copy_cells(table, at, copy)
            return files.looks(copy, table.name, table.modified_at)
    return ()


def _texts(table: Peek) -> Iterator[str]:
    return files.text_chunks(table.path, gzipped=table.gzipped, encoding=table.encoding)


def _rows(texts: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Read the rows of a table as far as they can be read."""
    csv.field_size_limit(LARGEST_CELL)
    lines = itertools.chain.from_iterable(_lines(texts))
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return


def _lines(texts: Iterator[str]) -> Iterator[list[str]]:
    held = ""
    for text in texts:
        lines = (held + text).splitlines(keepends=True)
        held = lines.pop() if lines else ""
        yield lines
    yield [held] if held else []


def _copy_cells(table: Peek, at: int, target: Path) -> None:
    rows = _rows(_texts(table), table.delimiter)
    next(rows, None)
    with target.open("w", encoding="utf-8") as out:
        for row in rows:
            cell = row[at] if at < len(row) else ""
            out.write(" ".join(cell.split("\n")) if _is_object(cell) else "null")
            out.write("\n")


def _is_object(cell: str) -> bool:
    try:
        return cell.startswith("{") and isinstance(json.loads(cell), dict)
    except (json.JSONDecodeError, RecursionError):
        return False
