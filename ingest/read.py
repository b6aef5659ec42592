"""A file as a relation that DuckDB reads: directly where it can, from a corrected copy where not.

Every file is read under a plain name in a private folder, so that no name in an exports folder
means anything to DuckDB (a pattern, a partition, a quote).
"""

from __future__ import annotations

import csv
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ingest import files
from ingest.errors import DamagedFileError
from ingest.files import Peek
from ingest.json_ways import BY_KEY, EACH, PARSED, Steps
from ingest.source import Plan
from ingest.sql import name, quote

LARGEST_OBJECT = 1 << 26  # bytes of one JSON value that DuckDB is given whole
SMALL_OBJECT = 1 << 24  # the same, where several files are read at once
SMALL_FILE = 1 << 22  # bytes of a file that is read together with others
MOST_LINES_IN_A_CELL = 100
OVERFLOW = "r._overflow"


@dataclass(frozen=True)
class Broken:
    """A line that is no row of its table: its number in the file, and what is wrong with it."""

    row: int
    rule: str
    advice: str


@dataclass(frozen=True)
class Relation:
    """What to select from.

    Attributes
    ----------
    sql
        A from-item that offers the record `r`.
    keep
        SQL condition for lines that hold anything.
    overflow
        SQL expression that is not null where a row has more cells than the header.
    rejects
        Whether lines that DuckDB could not read are in the temporary table `rejected`.
    broken
        Lines that were found broken before DuckDB read the file.
    """

    sql: str
    keep: str = "true"
    overflow: str = "null::varchar"
    rejects: bool = False
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """One way to read a file.

    Attributes
    ----------
    relation
        Makes the relation, and any copy it reads.
    problem
        Told after reading whether there were records that could not be used: whether the next way
        may read more of them.
    """

    relation: Callable[[], Relation]
    problem: Callable[[duckdb.DuckDBPyConnection, bool], bool] | None = None


def attempts(look: Peek, plan: Plan, scratch: Path) -> list[Attempt]:
    """List the ways to read a file, the fast one first.

    Raises
    ------
    DamagedFileError
        The file ends too early.
    """
    if look.format == "csv":
        return _csv_attempts(look, scratch)
    if look.format == "parquet":
        return [Attempt(lambda: _parquet(look, plan, scratch))]
    slow = Attempt(lambda: _copied_json(look, plan, scratch))
    if _needs_copy(look, plan):
        return [slow]
    return [
        Attempt(lambda: _json(look, plan, scratch), lambda _, bad: _is_foreign(look, bad)),
        slow,
    ]


def together(looks: Sequence[Peek], plan: Plan, scratch: Path) -> list[Relation]:
    """Give the fast way to read each of some JSON files that `can_go_together`."""
    return [
        _json(look, plan, scratch, f"input-{at}", SMALL_OBJECT) for at, look in enumerate(looks)
    ]


def can_go_together(look: Peek, plan: Plan) -> bool:
    """Whether the fast way is open to a file, and it is so small that this matters."""
    direct = look.format == "json" and not _needs_copy(look, plan)
    return direct and look.size <= SMALL_FILE


def rejected(connection: duckdb.DuckDBPyConnection) -> list[Broken]:
    """Lines that DuckDB could not read, one entry a line."""
    rows = connection.execute(
        "select line, min(error_type::varchar) from rejected group by line order by line"
    ).fetchall()
    return [Broken(line - 1, *_reason(kind)) for line, kind in rows]


def _json(
    look: Peek,
    plan: Plan,
    scratch: Path,
    link: str = "input",
    largest_object: int | None = None,
) -> Relation:
    layout = {"array": "array", "lines": "newline_delimited"}.get(look.layout, "unstructured")
    source = _link(look, scratch, link)
    return Relation(_read_json(source, plan, layout, look, largest_object or LARGEST_OBJECT))


def _needs_copy(look: Peek, plan: Plan) -> bool:
    """Whether DuckDB cannot read a JSON file as it stands."""
    lists_of_lists = look.steps[:1] == (EACH,)
    return plan.folds or look.encoding != "utf-8" or lists_of_lists or BY_KEY in look.steps


def _is_foreign(look: Peek, bad: bool) -> bool:
    """Tell whether records were lost to bytes that are no UTF-8, which a copy can mend."""
    return (
        bad and look.layout == "lines" and files.survey(look.path, gzipped=look.gzipped).is_foreign
    )


def _copied_json(look: Peek, plan: Plan, scratch: Path) -> Relation:
    copy = scratch / "records"
    if plan.folds:
        files.copy_records(look, copy, {one.lower(): one for one in plan.columns})
    elif look.layout == "lines" and not look.steps:
        files.copy_text(look, copy)
    else:
        files.copy_records(look, copy)
    plain = replace(look, gzipped=False, steps=(), stream=None)
    return Relation(_read_json(copy, plan, "newline_delimited", plain, LARGEST_OBJECT))


def _read_json(source: Path, plan: Plan, layout: str, look: Peek, largest: int) -> str:
    """Read the records at the steps of the look: the part that the plan reads, as `r`.

    A record of the wrong type becomes null and is quarantined; it does not fail the file.
    """
    fields = ", ".join(f"{name(key)} {kind}" for key, kind in plan.columns.items())
    types = dict(plan.columns)
    if look.steps:
        first, *rest = look.steps
        types = {first: _nested(tuple(rest), f"STRUCT({fields})")}
    if look.stream is not None:
        types["type"] = "VARCHAR"
        types["record"] = types["record"].replace("STRUCT(", "STRUCT(stream VARCHAR, ", 1)
    columns = ", ".join(f"{quote(key)}: {quote(kind)}" for key, kind in types.items())
    call = (
        f"read_json({quote(str(source))}, columns = {{{columns}}}, format = '{layout}', "
        f"ignore_errors = true, compression = '{'gzip' if look.gzipped else 'none'}', "
        f"maximum_object_size = {largest})"
    )
    if not look.steps:
        return f"{call} as r"
    only = ""
    if look.stream is not None:
        only = f" where w.type = 'RECORD' and w.record.stream = {quote(look.stream)}"
    selected, source_sql = _walked(look.steps, f"{call} as w", only, f"STRUCT({fields})")
    return f"(select {selected} as r from {source_sql})"


def _nested(steps: Steps, record: str) -> str:
    """Give DuckDB's type of a value that has records of a type at some steps."""
    if not steps:
        return record
    if steps[0] == PARSED:
        return "VARCHAR"
    inner = _nested(steps[1:], record)
    return f"{inner}[]" if steps[0] == EACH else f"STRUCT({name(steps[0])} {inner})"


def _walked(steps: Steps, source: str, only: str, record: str) -> tuple[str, str]:
    """SQL for the value at some steps below the rows of a source: (expression, from-clause)."""
    value, where = "w", only
    for step in steps:
        if step == EACH:
            source, value = f"(select unnest({value}) as v from {source}{where}) as w", "w.v"
            where = ""
        elif step == PARSED:
            value = f"try_cast(try_cast({value} as json) as {record})"
        else:
            value = f"{value}.{name(step)}"
    return value, source + where


def _parquet(look: Peek, plan: Plan, scratch: Path) -> Relation:
    source = _link(look, scratch)
    if look.gzipped:
        source = scratch / "unpacked"
        with source.open("wb") as out:
            for chunk in files.chunks(look.path, gzipped=True):
                out.write(chunk)
    columns = ", ".join(f"{name(one)}::varchar as {name(one)}" for one in plan.columns)
    return Relation(f"(select {columns} from read_parquet({quote(str(source))})) as r")


def _csv_attempts(look: Peek, scratch: Path) -> list[Attempt]:
    survey = files.survey(look.path, gzipped=look.gzipped)
    copied = scratch / "text"
    foreign = (
        look.encoding != "utf-8"
        or survey.is_foreign
        or survey.has_mixed_ends
        or look.begins_with_blanks
    )

    def direct() -> Relation:
        if foreign:
            files.copy_text(look, copied)
            return _csv(copied, look, gzipped=False)
        return _csv(_link(look, scratch), look, gzipped=look.gzipped)

    def by_line() -> Relation:
        files.copy_text(look, copied)
        broken = _copy_rows(copied, scratch / "rows", look)
        plain = replace(look, delimiter=",")
        return replace(_csv(scratch / "rows", plain, gzipped=False), broken=tuple(broken))

    def quotes_are_broken(connection: duckdb.DuckDBPyConnection, _: bool) -> bool:
        """Tell whether a quote that is not closed may have swallowed rows."""
        swallowed = connection.execute(
            "select count(*) from rejected where contains(csv_line, chr(10))"
        ).fetchone()
        return survey.quotes % 2 == 1 or swallowed != (0,)

    return [Attempt(direct, quotes_are_broken), Attempt(by_line)]


def _csv(source: Path, look: Peek, *, gzipped: bool) -> Relation:
    """Read the text of each cell, by position; one more column catches what is too much.

    Strict about quotes, lenient about short rows; not in parallel, which DuckDB refuses for line
    breaks in cells of a file with short rows.
    """
    cells = [f"c{position}" for position in range(len(look.columns))]
    columns = ", ".join(f"'{cell}': 'VARCHAR'" for cell in (*cells, "_overflow"))
    call = (
        f"read_csv({quote(str(source))}, columns = {{{columns}}}, header = true, "
        f"auto_detect = false, delim = {quote(look.delimiter)}, quote = '\"', escape = '\"', "
        "null_padding = true, strict_mode = true, parallel = false, store_rejects = true, "
        "rejects_table = 'rejected', rejects_scan = 'rejected_scan', hive_partitioning = false, "
        f"compression = '{'gzip' if gzipped else 'none'}')"
    )
    joined = ", ".join(f"r.{cell}" for cell in cells)
    keep = f"coalesce(r.{cells[0]} >= '!', false) or trim(concat({joined})) <> ''"
    return Relation(f"{call} as r", keep, OVERFLOW, rejects=True)


def _copy_rows(source: Path, target: Path, look: Peek) -> list[Broken]:
    """Write the rows of a CSV file anew, without the lines that are no row.

    A line whose quotes do not close is joined to the next ones only if that makes a whole row;
    else it alone is left out, and nothing after it is lost.
    """
    broken: list[Broken] = []
    with (
        source.open(encoding="utf-8", newline="\n") as lines,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        ahead: deque[str] = deque()
        at = 0
        while _fill(ahead, lines):
            row, used = _row_at(ahead, look.delimiter, len(look.columns))
            if row is None:
                broken.append(Broken(at, *_reason("UNQUOTED VALUE")))
            else:
                writer.writerow(row)
            for _ in range(used):
                ahead.popleft()
            at += used
    return broken


def _fill(ahead: deque[str], lines: Iterator[str]) -> bool:
    """Read on until as many lines are at hand as one cell may have; false at the end."""
    while len(ahead) < MOST_LINES_IN_A_CELL and (line := next(lines, None)) is not None:
        ahead.append(line.rstrip("\n"))
    return bool(ahead)


def _row_at(lines: Sequence[str], delimiter: str, width: int) -> tuple[list[str] | None, int]:
    """Read the row at the head of some lines: (cells, lines used); no cells for a broken line."""
    text = lines[0]
    if text.count('"') % 2 == 0:
        return _cells(text, delimiter), 1
    for used in range(2, len(lines) + 1):
        line = lines[used - 1]
        text += "\n" + line
        if line.count('"') % 2 == 1:
            cells = _cells(text, delimiter)
            return (cells, used) if cells and len(cells) == width else (None, 1)
    return None, 1


def _cells(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _reason(kind: str) -> tuple[str, str]:
    """Name DuckDB's reason for refusing a line, and what to do."""
    if kind == "TOO MANY COLUMNS":
        return "too_many_cells", "put quotes around cells that hold the delimiter"
    if kind == "LINE SIZE OVER MAXIMUM":
        return "line_too_long", "shorten the line to less than 2 MB"
    return "broken_line", "close every quote, and double quotes inside a cell"


def _link(look: Peek, scratch: Path, name_in_scratch: str = "input") -> Path:
    link = scratch / name_in_scratch
    link.unlink(missing_ok=True)
    try:
        link.symlink_to(look.path.resolve())
    except OSError:  # a file system without links
        shutil.copyfile(look.path, link)
    return link


def explain(error: duckdb.Error, look: Peek) -> DamagedFileError:
    """Put DuckDB's reason for refusing a file into words, without quoting what is in it.

    Raises
    ------
    duckdb.Error
        The statement was wrong, not the file: a defect of the program.
    """
    is_statement = isinstance(error, duckdb.ProgrammingError)
    if is_statement and not isinstance(error, duckdb.InvalidInputException):
        raise error
    kind = type(error).__name__
    text = str(error).lower()
    if "gzip" in text or "unexpected end" in text:
        return DamagedFileError("the packed file is cut off or corrupt: export or copy it again")
    return DamagedFileError(f"DuckDB cannot read this {look.format} file ({kind}): export it again")
