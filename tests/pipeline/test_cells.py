"""Which cells are hidden: the small ones and as few, and as small, others as protect them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import cells
from pipeline.cells import SIZE_CLASSES, hidden_cells

MINIMUM = 10


def hidden(*tables: list[int], forced: tuple[int, ...] = ()) -> list[int]:
    counts = np.asarray(tables, dtype=np.int64)
    mask = np.isin(np.arange(counts.shape[1]), forced)
    return np.flatnonzero(hidden_cells(counts, mask, MINIMUM)).tolist()


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert hidden([10, 40, 12]) == []


def test_a_lone_small_cell_takes_the_smallest_other_with_it() -> None:
    assert hidden([3, 40, 50, 12]) == [0, 3]


def test_ten_is_not_small_and_nine_is() -> None:
    assert hidden([10, 20, 30]) == []
    assert hidden([9, 20, 30]) == [0, 1]


def test_small_cells_protect_each_other_once_they_add_up_to_the_minimum() -> None:
    assert hidden([9, 9, 50]) == [0, 1]
    assert hidden([3, 4, 50, 20]) == [0, 1, 3]


def test_an_empty_cell_protects_nobody() -> None:
    assert hidden([3, 0, 30, 40]) == [0, 2]


def test_two_cells_stand_or_fall_together() -> None:
    assert hidden([3, 30]) == [0, 1]


def test_a_cell_that_is_the_whole_total_needs_no_company() -> None:
    assert hidden([0, 30, 0], [20, 30, 40]) == []


def test_a_cell_small_in_one_table_is_protected_in_every_table() -> None:
    # The first table's company (cell 1) would leave cell 0 alone in the second.
    assert hidden([3, 12, 40, 50], [30, 0, 40, 50]) == [0, 2]


def test_a_forced_cell_gets_company_too() -> None:
    assert hidden([30, 12, 40], forced=(0,)) == [0, 1]


def test_where_everybody_together_is_too_few_everything_is_hidden() -> None:
    assert hidden([1, 2, 3]) == [0, 1, 2]


def test_the_pattern_stays_while_no_count_changes_class() -> None:
    before = hidden([3, 60, 21, 24, 70])
    assert before == [0, 2]
    assert hidden([4, 99, 49, 20, 50]) == before


tables_of_counts = st.integers(2, 6).flatmap(
    lambda cells: st.lists(
        st.lists(st.integers(0, 40), min_size=cells, max_size=cells), min_size=1, max_size=3
    )
)


def is_protected(counts: np.ndarray, hide: np.ndarray) -> bool:
    for table in counts:
        if (table > 0).sum() < 2 or not (hide & (table > 0)).any():
            continue
        held = hide & (table > 0)
        if held.sum() < 2 or table[held].sum() < min(MINIMUM, table.sum()):
            return False
    return True


@settings(max_examples=150, deadline=None, derandomize=True)
@given(tables_of_counts)
def test_what_subtraction_leaves_is_never_a_small_group(tables: list[list[int]]) -> None:
    counts = np.asarray(tables, dtype=np.int64)
    hide = hidden_cells(counts, np.zeros(counts.shape[1], dtype=np.bool_), MINIMUM)
    small = ((counts > 0) & (counts < MINIMUM)).any(axis=0)
    assert (hide | ~small).all()
    assert is_protected(counts, hide)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(tables_of_counts)
def test_no_smaller_set_protects_as_well(tables: list[list[int]]) -> None:
    edges = np.asarray(SIZE_CLASSES)
    counts = np.asarray(tables, dtype=np.int64)
    floors = edges[np.searchsorted(edges, counts, side="right") - 1]
    hide = hidden_cells(counts, np.zeros(counts.shape[1], dtype=np.bool_), MINIMUM)
    small = ((counts > 0) & (counts < MINIMUM)).any(axis=0)
    fewest = min(
        sum(choice)
        for choice in product((0, 1), repeat=counts.shape[1])
        if (np.asarray(choice, dtype=np.bool_) | ~small).all()
        and is_protected(floors, np.asarray(choice, dtype=np.bool_))
    )
    assert hide.sum() == fewest


def test_looking_at_all_sets_finds_what_the_program_finds() -> None:
    rng = np.random.default_rng(1)
    compared = 0
    for _ in range(300):
        shape = int(rng.integers(1, 12)), int(rng.integers(3, 16))
        tables = rng.choice([0, 0, 1, 5, 10, 20, 50, 100], size=shape)
        tables = tables[(tables > 0).sum(axis=1) >= 2]  # as they are handed over
        known = rng.random(shape[1]) < 0.25
        if not known.any() or known.all() or is_protected(tables, known):
            continue
        looked = cells._few_more(tables, known, MINIMUM)
        solved = cells._fewest(tables, known, MINIMUM)
        costs = cells._costs(tables)
        if looked is None:
            assert (solved & ~known).sum() > cells._MOST_CELLS_TRIED
        else:
            assert is_protected(tables, looked)
            assert costs[looked].sum() == pytest.approx(costs[solved].sum())
            compared += 1
    assert compared > 50


def test_an_empty_dimension_hides_nothing() -> None:
    counts = np.zeros((1, 0), dtype=np.int64)
    assert hidden_cells(counts, np.zeros(0, dtype=np.bool_), MINIMUM).tolist() == []


@pytest.mark.parametrize("minimum", [5, 20])
def test_the_minimum_is_a_setting(minimum: int) -> None:
    counts = np.asarray([[minimum - 1, 100, minimum]], dtype=np.int64)
    hide = hidden_cells(counts, np.zeros(3, dtype=np.bool_), minimum)
    assert hide.tolist() == [True, False, True]
