"""What earlier snapshots told, so that two of them do not tell of few people by their difference.

A unit (a row, a curve, ...) is published anew only where every count that its figures tell is the
same as ever before, or differs by a group that could itself be published. Else the unit stands: it
is published as it was last told. What stands takes company, so that the change does not follow
from the total and the other cells (`pipeline.cells`).

The memory is a private file of the warehouse beside the private database, and a second one that
says the same. It holds true counts of groups, and nothing of a person; no snapshot holds it. Each
file is replaced in one step, the second before the first, and both before a snapshot is switched
to: so after a crash or a fault of the disk one of them is whole and knows all that was told. With
neither left whole nothing is published: figures told anew could be subtracted from earlier ones.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.cells import hidden_cells
from pipeline.errors import MachineError
from pipeline.linked import Link, Segment
from pipeline.published import TABLES
from pipeline.snapshots import sync

LOGGER = logging.getLogger(__name__)

Unit = tuple[str, ...]
Published = dict[str, Any]
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Edition:
    """What tells one snapshot's figures from another's, but for the counts.

    Attributes
    ----------
    minimum, minimum_events : fewest people, and fewest with or without an event, that are told.
    """

    as_of: date
    confidence: float
    minimum: int
    minimum_events: int = 5


@dataclass(frozen=True)
class Version:
    """How a unit was told once: the true counts behind it and the published rows."""

    as_of: date
    confidence: float
    minimum: int
    counts: Counts
    rows: tuple[Published, ...]


@dataclass(frozen=True)
class Cell:
    """A unit that is about to be published.

    Attributes
    ----------
    unit : its published table, then what tells it apart in there.
    group : cells of one group add up to a total that is known.
    counts : what its figures tell; names that begin with `people` count people, others events.
    rows : the rows after every other rule.
    also : units whose figures tell the same counts under other names.
    """

    unit: Unit
    group: Unit
    counts: Counts
    rows: tuple[Published, ...] = ()
    also: tuple[tuple[Unit, Counts], ...] = ()


Line = list[tuple[Cell, int]]
"""Cells whose changes add up to a known one, each with the sign it goes in with."""


@dataclass
class Memory:
    """Everything that was told, by unit, the latest last; `settle` adds to it.

    Attributes
    ----------
    links : cells of two dimensions that are made of the same people, and so change together.
    """

    edition: Edition
    versions: dict[Unit, list[Version]] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    stood: int = 0
    since: date | None = None

    def is_close(self, unit: Unit, counts: Counts) -> bool:
        """Say whether a count differs from what was told by some, but by too few."""
        return any(
            0 < abs(count - version.counts.get(name, count)) < self.limit(name)
            for version in self.versions.get(unit, ())
            for name, count in counts.items()
        )

    def limit(self, name: str) -> int:
        """Give the fewest that a count may change by."""
        edition = self.edition
        return edition.minimum if name.startswith("people") else edition.minimum_events

    def standing(self, cells: Sequence[Cell], forced: Iterable[Unit] = ()) -> frozenset[Unit]:
        """Choose the units that stand: those that changed by few, and their company."""
        known = set(forced)
        found = {
            cell.unit
            for cell in cells
            if cell.unit in known
            or self.is_close(cell.unit, cell.counts)
            or any(self.is_close(unit, counts) for unit, counts in cell.also)
        }
        lines = self._lines(cells)
        before = -1
        while len(found) > before:
            before = len(found)
            for line in lines:
                if any(cell.unit in found for cell, _ in line):
                    found |= self._with_company(line, found)
        return frozenset(found)

    def _lines(self, cells: Sequence[Cell]) -> list[Line]:
        """Give the cells that add up to what is known: a total, or those of a linked dimension."""
        links_of: dict[Segment, list[Link]] = defaultdict(list)
        for link in self.links:
            for member in link:
                links_of[member].append(link)
        groups: dict[Unit, Line] = defaultdict(list)
        linked: dict[tuple[Unit, Link], Line] = defaultdict(list)
        for cell in cells:
            groups[cell.group].append((cell, 1))
            segment = _segment(cell)
            if segment is None:
                continue
            for link in links_of.get(segment, ()):
                side = 1 if segment.dimension == min(link).dimension else -1
                linked[_beside(cell.group, segment.dimension), link].append((cell, side))
        return [*groups.values(), *linked.values()]

    def settle(
        self,
        cells: Sequence[Cell],
        standing: frozenset[Unit],
        blank: Callable[[Sequence[Published]], list[Published]],
    ) -> list[Published]:
        """Give the rows to publish and remember those that are told anew.

        What stands but was never told, or only as of a later day or at another confidence, is
        blank.
        """
        rows: list[Published] = []
        for cell in cells:
            if is_blank(cell):  # a group that is hidden now stays so, whatever was told of it
                rows += cell.rows
                continue
            if cell.unit not in standing:
                self._remember(cell)
                rows += cell.rows
                continue
            last = self._last(cell.unit)
            rows += blank(cell.rows) if last is None else (dict(row) for row in last.rows)
            self._note(last)
        return rows

    def _note(self, last: Version | None) -> None:
        self.stood += 1
        if last is not None:
            self.since = min(self.since or last.as_of, last.as_of)

    def _last(self, unit: Unit) -> Version | None:
        edition = self.edition
        usable = [
            version
            for version in self.versions.get(unit, ())
            if version.as_of <= edition.as_of
            and version.confidence == edition.confidence
            and version.minimum >= edition.minimum
        ]
        return usable[-1] if usable else None

    def _remember(self, cell: Cell) -> None:
        edition, told = self.edition, self.versions.setdefault(cell.unit, [])
        told[:] = [version for version in told if version.counts != cell.counts]
        told.append(
            Version(
                edition.as_of, edition.confidence, edition.minimum, dict(cell.counts), cell.rows
            )
        )

    def _with_company(self, line: Line, standing: set[Unit]) -> set[Unit]:
        """Let as many other cells of a line stand as it takes to hide who changed."""
        cells = [cell for cell, _ in line]
        sides = np.asarray([side for _, side in line], dtype=np.int64)
        changes = [self._changes(cell) for cell in cells]
        stands = np.asarray([cell.unit in standing for cell in cells], dtype=np.bool_)
        names = sorted({name for change in changes for name in change})
        for limit in sorted({self.limit(name) for name in names}):
            of_limit = [name for name in names if self.limit(name) == limit]
            matrix = [[change.get(name, 0) for change in changes] for name in of_limit]
            signed = np.asarray(matrix, dtype=np.int64) * sides
            stands = hidden_cells(np.abs(signed), stands, limit)
            total = np.abs(signed[:, stands].sum(axis=1))
            # Changes that cancel out leave a small one: then no cell of the group is told anew.
            if ((total > 0) & (total < limit)).any():
                stands = np.ones_like(stands)
        return {cell.unit for cell, is_standing in zip(cells, stands, strict=True) if is_standing}

    def _changes(self, cell: Cell) -> dict[str, int]:
        """Give how much the counts differ from the last time; all of them the first time."""
        told = self.versions.get(cell.unit)
        last = told[-1].counts if told else {}
        return {name: count - last.get(name, 0) for name, count in cell.counts.items()}


def _segment(cell: Cell) -> Segment | None:
    """Give the group that a cell's rows are about; nothing for what is not split."""
    row = cell.rows[0] if cell.rows else {}
    names = ("group_dimension", "group") if "group_dimension" in row else _SEGMENT
    return Segment(*(str(row[name]) for name in names)) if names[0] in row else None


_SEGMENT = ("segment_dimension", "segment_value")


def _beside(group: Unit, dimension: str) -> Unit:
    """Name what a group of cells has in common with those of another dimension."""
    if dimension not in group:
        return group
    last = len(group) - 1 - group[::-1].index(dimension)
    return (*group[:last], *group[last + 1 :])


def is_blank(cell: Cell) -> bool:
    """Say whether a unit's rows hold no figure."""
    figures = TABLES[cell.unit[0]].figures
    return all(row[name] is None for row in cell.rows for name in figures)


def read(path: Path, edition: Edition) -> Memory:
    """Read what was told, from whichever file is whole; nothing where there is neither.

    Raises
    ------
    MachineError
        There is such a file, and none is whole.
    """
    damaged = False
    for place in (path, second_of(path)):
        try:
            return Memory(edition, _versions(place))
        except FileNotFoundError:
            continue
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error) as error:
            damaged = True
            LOGGER.warning("%s cannot be read: %s", place.name, type(error).__name__)
    if damaged:
        raise MachineError(
            f"{path}: what earlier snapshots told cannot be read, nor can {second_of(path).name}. "
            "Put either back from a backup of the warehouse. Without them the next snapshot tells "
            "figures that can be subtracted from earlier ones; if that may be, delete both and "
            "refresh. Nothing was published."
        )
    return Memory(edition)


def _versions(path: Path) -> dict[Unit, list[Version]]:
    """Read one file, to its end."""
    versions: dict[Unit, list[Version]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = list(file)
    if not lines and path.stat().st_size:  # an earlier version had told nothing, and packed it
        return versions
    first = json.loads(lines[0]) if lines else {}
    if "unit" not in first:  # an earlier version's file begins with what was told
        if first.get("told") != len(lines) - 1:
            raise ValueError("the file does not hold what it says")
        lines = lines[1:]
    for line in lines:
        said = json.loads(line)
        if said["unit"][0] in TABLES:  # one that is published no more tells nothing
            unit, version = _parse(said)
            versions.setdefault(unit, []).append(version)
    return versions


def second_of(path: Path) -> Path:
    """Give the place of the second file."""
    return path.with_name(f"{path.name.removesuffix('.json.gz')}-second.json.gz")


def remove(path: Path) -> None:
    """Forget what was told."""
    for place in (path, second_of(path)):
        place.unlink(missing_ok=True)


def write(path: Path, memory: Memory) -> None:
    """Write both files in place of those before them, each in one step, for their owner only."""
    lines = [_line(unit, told) for unit, versions in memory.versions.items() for told in versions]
    text = "".join((json.dumps({"told": len(lines)}) + "\n", *lines))
    packed = gzip.compress(text.encode(), compresslevel=1, mtime=0)
    for place in (second_of(path), path):
        aside = place.with_name(f".{place.name}.{os.getpid()}")
        handle = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(place)
        sync(place.parent)


def _line(unit: Unit, version: Version) -> str:
    said = {
        "unit": unit,
        "as_of": version.as_of,
        "confidence": version.confidence,
        "minimum": version.minimum,
        "counts": version.counts,
        "rows": version.rows,
    }
    return json.dumps(said, default=str) + "\n"


def _parse(said: Mapping[str, Any]) -> tuple[Unit, Version]:
    unit = tuple(said["unit"])
    rows = tuple(_row(unit[0], row) for row in said["rows"])
    as_of = date.fromisoformat(said["as_of"])
    counts = {str(name): int(count) for name, count in said["counts"].items()}
    return unit, Version(as_of, said["confidence"], said["minimum"], counts, rows)


def _row(table: str, said: Mapping[str, Any]) -> Published:
    """Give a row the columns that the table has now; what it was never told is empty."""
    row: Published = {}
    for column in TABLES[table].columns:
        value = said.get(column.name)
        if column.type == "DATE" and value is not None:
            value = date.fromisoformat(value[:10])
        row[column.name] = value
    return row
