"""What a load came to, per file and in sum: counts and reasons, never a person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from ingest import file_names

Status = Literal[
    "loaded",  # read now
    "known",  # its content was loaded before
    "unrecognised",  # of no known shape
    "damaged",  # of a known shape, but it cannot be read to its end
    "refused",  # a complete export that lacks too many rows of the last one
]


class Progress(Protocol):
    """Told how a load goes on; the caller shows it."""

    def update(self, n: int = 1) -> object:
        """Count `n` more rows as read."""

    def note(self, text: str) -> None:
        """Say which file is being read."""


class Silent:
    """Progress that nobody looks at."""

    def update(self, n: int = 1) -> object:
        """Count nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class FileReport:
    """One file: what it was taken for, its rows, and what its owner should know.

    Attributes
    ----------
    path
        Inside the exports folder.
    file_id
        Hash of its content.
    shape
        `<source>__<shape>`, empty where it was not recognised.
    rows_read, rows_loaded, rows_known, rows_quarantined
        Records of the file; read = loaded + known + quarantined.
    first_event_at, last_event_at
        Earliest and latest event in it, up to the load.
    used, unused
        Columns of the file that are read, and those that are not.
    fields
        Columns of the raw table that the file gives.
    stub
        For a file of no known shape: a mapping to paste into the settings and to fill in.
    problems
        One sentence each: what was found and what to do.
    parts
        For many files read as one: hash of the content -> path of each.
    """

    path: str
    file_id: str
    status: Status
    shape: str = ""
    rows_read: int = 0
    rows_loaded: int = 0
    rows_known: int = 0
    rows_quarantined: int = 0
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    stub: str = ""
    problems: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class LoadReport:
    """All files of one load, by path.

    Attributes
    ----------
    files
        One report a file.
    notes
        What concerns no single file: folders that are missing, files beside the four folders.
    loaded_at
        Time of the load, UTC.
    names
        Names of all files and parts of files, and of what lies beside the folders -> hash of the
        content, or nothing.
    """

    files: tuple[FileReport, ...]
    notes: tuple[str, ...]
    loaded_at: datetime
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def content_hash(self) -> str:
        """Hash over the contents of all recognised files, whatever their names and order."""
        ids = sorted({one.file_id for one in self.files if one.status in ("loaded", "known")})
        return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:32]

    @property
    def problems(self) -> tuple[str, ...]:
        """Every problem, as `path: sentence`, then the notes."""
        lines = [f"{one.path}: {text}" for one in self.files for text in one.problems]
        return (*lines, *self.notes)

    def told(self, *, in_clear: bool) -> tuple[str, ...]:
        """Give every problem; unless in clear, with what may be kept of the files' names."""
        if in_clear:
            return self.problems
        return tuple(file_names.hidden(self.problems, self.names))

    def rows(self, table: str) -> int:
        """Rows read from files of one shape, loaded now or before."""
        return sum(one.rows_read for one in self.files if one.shape == table)
