"""Matched rows of one segment and design as arrays, cut out of one sorted frame."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.types import BoolArray, Design, FloatArray, IntArray

KEYS = ("design", "segment_dimension", "segment_value")


@dataclass(frozen=True, order=True)
class Segment:
    """A group the comparison is restricted to: a declared dimension and its value."""

    dimension: str
    value: str


OVERALL = Segment("all", "all")


@dataclass(frozen=True)
class Table:
    """Columns of equal length.

    Attributes
    ----------
    numbers
        Column name to shape (n,); unknown values are not-a-number.
    codes
        Column name to shape (n,): categories numbered from 0, unknown ones included.
    """

    numbers: dict[str, FloatArray]
    codes: dict[str, IntArray]

    def __len__(self) -> int:
        return next((values.size for values in self.numbers.values()), 0)

    def number(self, name: str) -> FloatArray:
        """Return one numeric column, shape (n,)."""
        return self.numbers[name]

    def flag(self, name: str) -> BoolArray:
        """Return one yes/no column, unknown counting as no, shape (n,)."""
        flags: BoolArray = self.numbers[name] > 0
        return flags

    def label(self, name: str) -> IntArray:
        """Return one whole-number or categorical column as integers, shape (n,)."""
        if name in self.codes:
            return self.codes[name]
        return self.numbers[name].astype(np.int64)

    def slice(self, rows: slice) -> Table:
        """Cut a run of rows without copying."""
        return Table(
            {name: values[rows] for name, values in self.numbers.items()},
            {name: values[rows] for name, values in self.codes.items()},
        )

    def take(self, rows: BoolArray) -> Table:
        """Keep the marked rows."""
        return Table(
            {name: values[rows] for name, values in self.numbers.items()},
            {name: values[rows] for name, values in self.codes.items()},
        )


@dataclass(frozen=True)
class Cohort:
    """The matched rows of one segment, in both designs where both exist."""

    segment: Segment
    designs: dict[Design, Table]


def to_table(frame: pd.DataFrame, categories: tuple[str, ...] = ()) -> Table:
    """Turn a frame into plain arrays, once, so that no fit touches a frame.

    Parameters
    ----------
    frame
        Any frame of numbers, yes/no values and the named categories; dates become day numbers.
    categories
        Columns to number instead of to read as numbers.
    """
    numbers: dict[str, FloatArray] = {}
    codes: dict[str, IntArray] = {}
    for name in frame.columns:
        column = frame[name]
        if name in categories:
            codes[name] = pd.factorize(column, use_na_sentinel=False)[0].astype(np.int64)
        elif pd.api.types.is_datetime64_any_dtype(column):
            days = column.to_numpy().astype("datetime64[D]")
            numbers[name] = np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(float))
        else:
            numbers[name] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return Table(numbers, codes)


def split_cohorts(frame: pd.DataFrame, categories: tuple[str, ...]) -> Iterator[Cohort]:
    """Cut the matched rows into segments, each with its designs.

    Parameters
    ----------
    frame
        Matched rows with `design`, `segment_dimension`, `segment_value` and the columns the
        estimators read, in any order.
    categories
        Columns to number.

    Yields
    ------
    Cohort
        In order of dimension and value, so that results do not depend on the frame's order.
    """
    if frame.empty:
        return
    keys = [pd.Categorical(frame[name]) for name in KEYS]
    order = np.lexsort((frame["cell_id"].to_numpy(), keys[0].codes, keys[2].codes, keys[1].codes))
    table = to_table(frame.drop(columns=list(KEYS)).iloc[order], categories)
    sorted_codes = np.column_stack([key.codes for key in keys])[order].astype(np.int64)
    changes = np.any(np.diff(sorted_codes, axis=0) != 0, axis=1)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1, [len(frame)]])
    found: dict[Segment, dict[Design, Table]] = {}
    for start, stop in itertools.pairwise(starts):
        design, dimension, value = (
            str(key.categories[code]) for key, code in zip(keys, sorted_codes[start], strict=True)
        )
        segment = Segment(dimension, value)
        kind: Design = "a" if design == "a" else "b"
        rows = table.slice(slice(int(start), int(stop)))
        found.setdefault(segment, {})[kind] = _with_dense_cells(rows)
    for segment, designs in found.items():
        yield Cohort(segment, designs)


def _with_dense_cells(rows: Table) -> Table:
    """Number the cells, which come sorted, from 0 without gaps."""
    cell = rows.numbers["cell_id"]
    dense = np.concatenate([[0], np.cumsum(np.diff(cell) != 0)]).astype(np.int64)
    return Table(rows.numbers, {**rows.codes, "cell_id": dense})
