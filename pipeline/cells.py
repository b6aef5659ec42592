"""Which cells of a dimension to hide, so that no hidden one follows from those that are shown.

A dimension is a partition (organisations, levels, ...); a table counts people in each of its
cells. A cell is small when a count in it is above zero and under the minimum. Small cells are
hidden; then, wherever something is hidden, at least two cells that hold anybody are, and together
they reach the minimum: what subtraction from the total leaves is a group that could itself be
published. The fewest further cells are hidden, and of those the smallest: up to three are found by
looking at all sets, more by a mixed-integer program.

Counts enter that choice by size class only, by the class's lower end, so the pattern stays the
same from one refresh to the next unless a count changes class.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SIZE_CLASSES = (0, 1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_MOST_CELLS_TRIED, _MOST_SETS_TRIED = 3, 3000
_EDGES: IntArray = np.asarray(SIZE_CLASSES, dtype=np.int64)


def small_cells(counts: IntArray, minimum: int) -> BoolArray:
    """Find cells in which any table counts somebody, but fewer than the minimum.

    Parameters
    ----------
    counts
        Shape (tables, cells): people; 0 where there is nobody or no table.

    Returns
    -------
    BoolArray
        Shape (cells,).
    """
    return np.asarray(((counts > 0) & (counts < minimum)).any(axis=0), dtype=np.bool_)


def hidden_cells(
    counts: IntArray, forced: BoolArray, minimum: int, reach: int | None = None
) -> BoolArray:
    """Choose the cells to hide: the small ones, those forced, and as few others as protect them.

    Parameters
    ----------
    counts
        Shape (tables, cells): people, every table by the same cells.
    forced
        Shape (cells,): cells hidden for another reason.
    minimum
        Cells with fewer are hidden.
    reach
        Fewest people that what is hidden must add up to in every table that holds any of it; the
        minimum unless said otherwise.

    Returns
    -------
    BoolArray
        Shape (cells,).
    """
    known = np.asarray(forced | small_cells(counts, minimum), dtype=np.bool_)
    if not known.any() or known.all():
        return known
    minimum = reach or minimum
    floor = _class_floors(counts)
    tables = np.unique(floor[_needs_company(floor)], axis=0)
    if tables.size == 0 or _is_protected(tables, known, minimum):
        return known
    chosen = _choose(tables.tobytes(), tables.shape[0], known.tobytes(), minimum)
    return np.frombuffer(chosen, dtype=np.bool_).copy()


@lru_cache(maxsize=4096)
def _choose(floors: bytes, count: int, hidden: bytes, minimum: int) -> bytes:
    """Choose once for every table of the same size classes; months seldom differ in them."""
    tables = np.frombuffer(floors, dtype=np.int64).reshape(count, -1)
    known = np.frombuffer(hidden, dtype=np.bool_)
    few = _few_more(tables, known, minimum)
    return (_fewest(tables, known, minimum) if few is None else few).tobytes()


def _class_floors(counts: IntArray) -> IntArray:
    return np.asarray(_EDGES[np.searchsorted(_EDGES, counts, side="right") - 1], dtype=np.int64)


def _needs_company(floor: IntArray) -> BoolArray:
    """Find tables with two cells that hold anybody: with one, the total is the cell."""
    return np.asarray((floor > 0).sum(axis=1) >= 2, dtype=np.bool_)


def _is_protected(tables: IntArray, hidden: BoolArray, minimum: int) -> bool:
    return all(_table_is_protected(table, hidden, minimum) for table in tables)


def _table_is_protected(table: IntArray, hidden: BoolArray, minimum: int) -> bool:
    held = hidden & (table > 0)
    if not held.any():
        return True
    return bool(held.sum() >= 2 and table[held].sum() >= min(minimum, table.sum()))


def _few_more(tables: IntArray, known: BoolArray, minimum: int) -> BoolArray | None:
    """Find the cheapest one, two or three cells that protect every table, which is the usual case.

    All of them are looked at: what is found is what the program would find, in less time.
    """
    free, costs = np.flatnonzero(~known), _costs(tables)
    held, people = ((tables > 0) & known).sum(axis=1), (tables * known).sum(axis=1)
    enough = np.minimum(minimum, tables.sum(axis=1))
    for size in range(1, _MOST_CELLS_TRIED + 1):
        if math.comb(free.size, size) > _MOST_SETS_TRIED:
            return None
        sets = free[_sets(free.size, size)]
        count = held[:, None] + (tables[:, sets] > 0).sum(axis=2)
        total = people[:, None] + tables[:, sets].sum(axis=2)
        protected = ((count == 0) | ((count >= 2) & (total >= enough[:, None]))).all(axis=0)
        if protected.any():
            cheapest = np.argmin(np.where(protected, costs[sets].sum(axis=1), np.inf))
            hidden = known.copy()
            hidden[sets[cheapest]] = True
            return hidden
    return None


@lru_cache(maxsize=256)
def _sets(count: int, size: int) -> IntArray:
    """All sets of so many of the first numbers, shape (sets, size)."""
    sets = list(combinations(range(count), size))
    return np.asarray(sets, dtype=np.int64).reshape(len(sets), size)


def _fewest(tables: IntArray, known: BoolArray, minimum: int) -> BoolArray:
    """Solve for the smallest set that contains the known cells and protects every table.

    A row of the program says: if this cell is hidden, and holds anybody in this table, then the
    hidden cells of the table reach the minimum, and one of them is another cell.
    """
    # Imported where it is needed, which is seldom: the import takes longer than the choice.
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, lower = [], []
    for table in tables:
        for cell in np.flatnonzero(table):
            reach = table.astype(np.float64)
            reach[cell] -= min(minimum, int(table.sum()))
            company = (table > 0).astype(np.float64)
            company[cell] = -1.0
            rows += [reach, company]
            lower += [0.0, 0.0]
    solution = milp(
        _costs(tables),
        integrality=np.ones(known.size, dtype=np.int64),
        bounds=Bounds(known.astype(np.float64), np.ones(known.size)),
        constraints=LinearConstraint(np.asarray(rows), np.asarray(lower), np.inf),
        options={"mip_rel_gap": 0.0},
    )
    # Hiding every cell protects every table: what is hidden then is the total.
    chosen = np.ones(known.size) if solution.x is None else solution.x
    return np.asarray(chosen > 0.5, dtype=np.bool_)


def _costs(tables: IntArray) -> npt.NDArray[np.float64]:
    """Price each cell: one a cell, then its size class, then its place, so nothing ties."""
    cells = tables.shape[1]
    size = np.searchsorted(_EDGES, tables.max(axis=0))
    place = np.arange(cells) / (cells + 1)
    costs = 1.0 + (size + place) / (cells * (len(SIZE_CLASSES) + 1))
    return np.asarray(costs, dtype=np.float64)
