"""Load exports into a database that is thrown away, to say what a refresh would make of them.

There is no second reader: what is said here is what loading does. The key is made up and forgotten.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest import downstream
from ingest.load import read_all
from ingest.report import FileReport, LoadReport, Progress
from pipeline.settings import Settings

MOST_ROWS = 5  # named of those with the same problem


@dataclass(frozen=True)
class FileFindings:
    """One file: what was found, the rows that cannot be used, and what its gaps mean.

    Attributes
    ----------
    rows
        One line a rule and column: which rows, what to do.
    gaps
        Columns that the file lacks -> what is missing later without them.
    """

    report: FileReport
    rows: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rehearsal:
    """What a refresh would make of the exports.

    Attributes
    ----------
    files
        By path.
    notes
        What concerns no single file.
    gaps
        Shapes that no file gives -> what is missing later without them.
    reasons
        Why a refresh would stop before publishing; empty where it would not.
    names
        Names of the files -> hashes of their content (`ingest.file_names.hidden`).
    """

    files: tuple[FileFindings, ...]
    notes: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    names: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """Whether every file is read and a refresh would publish."""
        read = all(one.report.status in ("loaded", "known") for one in self.files)
        return read and not self.reasons


def rehearse(exports: Path, settings: Settings, progress: Progress | None = None) -> Rehearsal:
    """Read the exports as loading does, and keep nothing of them.

    Raises
    ------
    InputError
        There is nothing to read, or the settings map what does not exist.
    """
    with (
        tempfile.TemporaryDirectory(prefix="mentorship-check-") as folder,
        duckdb.connect(str(Path(folder) / "check.duckdb")) as connection,
    ):
        report, reasons = read_all(
            connection,
            exports,
            settings,
            secrets.token_bytes(32),
            progress,
        )
        return _findings(connection, report, reasons)


def _findings(
    connection: duckdb.DuckDBPyConnection, report: LoadReport, reasons: list[str]
) -> Rehearsal:
    filled = connection.execute(
        "select distinct table_name from raw.load_tables where rows_loaded > 0"
    ).fetchall()
    files = tuple(
        FileFindings(one, _rows(connection, one), tuple(_gaps(one))) for one in report.files
    )
    gaps = downstream.missing_shapes([table for (table,) in filled])
    return Rehearsal(files, report.notes, tuple(gaps), tuple(reasons), report.names)


def _rows(connection: duckdb.DuckDBPyConnection, file: FileReport) -> tuple[str, ...]:
    """Name the first rows of a file that cannot be used, by what is wrong with them."""
    found = connection.execute(
        "select part_id, column_name, rule, advice, "
        "list(distinct row_number order by row_number), sum(count)::bigint "
        "from raw.quarantine where file_id = ? group by all order by min(row_number), part_id",
        [file.file_id],
    ).fetchall()
    lines = []
    for part, column, rule, advice, numbers, count in found:
        some = ", ".join(str(number) for number in numbers[:MOST_ROWS])
        rest = f" and {len(numbers) - MOST_ROWS} more" if len(numbers) > MOST_ROWS else ""
        where = f"{'row' if count == 1 else 'rows'} {some}{rest}"
        where += f" of {file.parts[part]}" if part in file.parts else ""
        lines.append(f"{where}: {f'{column}: ' if column else ''}{rule}: {advice}")
    return tuple(lines)


def _gaps(file: FileReport) -> list[tuple[str, str]]:
    if file.status not in ("loaded", "known") or "__" not in file.shape:
        return []
    return downstream.missing_columns(file.shape.split("__", maxsplit=1)[1], file.fields)
