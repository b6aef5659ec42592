"""Index rows as arrays, and the rows of each segment and design picked out of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from impact.clusters import pair, team_or_self
from impact.types import BoolArray, Column, Design, FloatArray, IntArray

Kept = TypeVar("Kept")


@dataclass(frozen=True, order=True)
class Segment:
    """A group the comparison is restricted to: a declared dimension and its value."""

    dimension: str
    value: str


OVERALL = Segment("all", "all")


@dataclass(frozen=True)
class Table:
    """Columns of equal length, read through a list of rows.

    A segment's table shares the columns of all index rows; a column is gathered when first asked
    for, because every outcome needs only some of them.

    Attributes
    ----------
    columns
        Column name to the values of all rows: numbers and yes/no values of any width (unknown is
        not-a-number), categories as whole numbers from 0.
    rows
        Shape (n,): which rows make up this table.
    own
        Columns of this table alone, shape (n,).
    is_whole
        Whether that is all rows in their order: then no column needs gathering.
    """

    columns: dict[str, Column]
    rows: IntArray
    own: dict[str, IntArray] = field(default_factory=dict)
    is_whole: bool = False
    _gathered: dict[str, Column] = field(default_factory=dict, repr=False)
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return int(self.rows.size)

    def number(self, name: str) -> FloatArray:
        """Return one numeric column, shape (n,)."""
        values = self._gather(name)
        if values.dtype != np.float64:
            return self.remember(f"number {name}", lambda: values.astype(np.float64))
        return values.astype(np.float64, copy=False)

    def flag(self, name: str) -> BoolArray:
        """Return one yes/no column, unknown counting as no, shape (n,)."""
        return self.remember(f"flag {name}", lambda: self._gather(name) > 0)

    def label(self, name: str) -> IntArray:
        """Return one whole-number or categorical column as integers, shape (n,)."""
        if name in self.own:
            return self.own[name]
        return self._gather(name).astype(np.int64, copy=False)

    def remember(self, name: str, build: Callable[[], Kept]) -> Kept:
        """Build something once for this table: what serves every window is fitted for the first."""
        if name not in self._kept:
            self._kept[name] = build()
        kept: Kept = self._kept[name]
        return kept

    def forget(self) -> None:
        """Let go of what was gathered and built: it is made anew when asked for."""
        self._gathered.clear()
        self._kept.clear()

    def pairs(self, first: str, second: str) -> IntArray:
        """Number the combinations of two label columns, shape (n,)."""
        return self.remember(
            f"pairs of {first} and {second}", lambda: pair(self.label(first), self.label(second))
        )

    def take(self, kept: BoolArray) -> Table:
        """Keep the marked rows."""
        own = {name: values[kept] for name, values in self.own.items()}
        return Table(self.columns, self.rows[kept], own)

    def _gather(self, name: str) -> Column:
        if self.is_whole:
            return self.columns[name]
        if name not in self._gathered:
            self._gathered[name] = self.columns[name][self.rows]
        return self._gathered[name]


@dataclass(frozen=True)
class Cohort:
    """The matched rows of one segment, in both designs where both exist."""

    segment: Segment
    designs: dict[Design, Table]

    def forget(self) -> None:
        """Let go of what its tables gathered, which is more than their rows themselves."""
        for table in self.designs.values():
            table.forget()


def to_table(frame: pd.DataFrame) -> Table:
    """Turn a frame into plain arrays, once, so that no fit touches a frame.

    Parameters
    ----------
    frame
        Any frame of numbers, yes/no values, dates (which become days since 1970) and texts
        (which become category numbers). Whoever is in no known team is a team alone.
    """
    columns: dict[str, Column] = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            days = column.to_numpy().astype("datetime64[D]")
            columns[name] = np.where(np.isnat(days), np.nan, days.astype(np.int64))
        elif isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
            columns[name] = column.to_numpy()  # as narrow as they come: there may be millions
        elif pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
            columns[name] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            columns[name] = pd.factorize(column, use_na_sentinel=False)[0].astype(np.int64)
    if columns.keys() >= {"team_id", "person_id"}:
        team, person = columns["team_id"], columns["person_id"]
        columns["team_id"] = team_or_self(team.astype(np.float64), person.astype(np.int64))
    return Table(columns, np.arange(len(frame)), is_whole=True)


def count_people(person: IntArray) -> int:
    """How many different people there are among these person numbers."""
    seen = np.zeros(int(person.max(initial=-1)) + 1, dtype=np.bool_)
    seen[person] = True
    return int(np.count_nonzero(seen))


def mean_of(total: FloatArray, count: FloatArray) -> FloatArray:
    """Sums over counts, shape (n,); not-a-number where nothing was counted."""
    mean: FloatArray = np.divide(total, count, out=np.full(total.size, np.nan), where=count > 0)
    return mean


def find_rows(table: Table, index_row_id: IntArray) -> IntArray:
    """Positions of index rows in the table, by their id.

    Raises
    ------
    ValueError
        If an id is not in the table: the frames are not of one run.
    """
    found = pd.Index(table.label("index_row_id")).get_indexer(pd.Index(index_row_id))
    if (found < 0).any():
        raise ValueError("matched rows name index rows that are not there: frames of two runs")
    return found.astype(np.int64)


def split_cohorts(table: Table, matched: pd.DataFrame) -> list[Cohort]:
    """Pick each segment's matched rows, in each design.

    Parameters
    ----------
    table
        All index rows with covariates and outcomes.
    matched
        One row a design, segment and matched index row: `design`, `segment_dimension`,
        `segment_value`, `cell_id`, `index_row_id`, in any order.

    Returns
    -------
    list[Cohort]
        In order of dimension and value; within a cell in order of index row, so that no figure
        depends on the frame's order.
    """
    rows = find_rows(table, matched["index_row_id"].to_numpy(np.int64))
    cells = matched["cell_id"].to_numpy(np.int64)
    found: dict[Segment, dict[Design, Table]] = {}
    names = ("design", "segment_dimension", "segment_value")
    place = np.argsort(np.argsort(table.label("index_row_id"), kind="stable"), kind="stable")
    for key, members in _groups(matched, names, (place[rows].astype(np.int64), cells)):
        cell = cells[members]
        dense = np.cumsum(np.diff(cell, prepend=cell[:1]) != 0)
        kind: Design = "a" if key[0] == "a" else "b"
        picked = Table(table.columns, rows[members], {"cell_id": dense.astype(np.int64)})
        found.setdefault(Segment(key[1], key[2]), {})[kind] = picked
    return [Cohort(segment, found[segment]) for segment in sorted(found)]


def split_segments(
    table: Table, members: pd.DataFrame, dimension: str, value: str
) -> dict[Segment, Table]:
    """Pick the rows of each segment out of a list of index rows by dimension and value."""
    rows = find_rows(table, members["index_row_id"].to_numpy(np.int64))
    found = {}
    for key, picked in _groups(members, (dimension, value), (rows,)):
        found[Segment(key[0], key[1])] = Table(table.columns, rows[picked])
    return found


def _groups(
    frame: pd.DataFrame, names: tuple[str, ...], then_by: tuple[IntArray, ...]
) -> Iterator[tuple[tuple[str, ...], IntArray]]:
    """Positions of each group of the named text columns, sorted within by the given arrays."""
    if frame.empty:
        return
    keys = [pd.factorize(frame[name], sort=True) for name in names]
    code = np.zeros(len(frame), dtype=np.int64)
    for codes, values in keys:
        code = code * len(values) + codes
    order = _sort((*then_by, code))
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    for members in np.split(order, starts[1:]):
        first = members[0]
        texts = tuple(str(values[codes[first]]) for codes, values in keys)
        yield texts, members


def _sort(keys: tuple[IntArray, ...]) -> IntArray:
    """Order by the last key, then the one before it: as one number, where they fit into one."""
    low = [int(key.min()) for key in keys]
    sizes = [int(key.max()) - least + 1 for key, least in zip(keys, low, strict=True)]
    if math.prod(sizes) > np.iinfo(np.int64).max:
        return np.lexsort(keys).astype(np.int64)
    number = np.zeros(keys[0].size, dtype=np.int64)
    for key, least, size in reversed(list(zip(keys, low, sizes, strict=True))):
        number = number * size + (key - least)
    return np.argsort(number, kind="stable").astype(np.int64)
