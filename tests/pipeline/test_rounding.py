"""Rounding: the rulings' digits, and no tie decided by noise."""

from __future__ import annotations

import math

import pytest

from pipeline.rounding import (
    coarser_digits,
    estimate_digits,
    to_count,
    to_count_of_any,
    to_digits,
    to_two_significant,
)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.125, 2, 0.12),
        (0.135, 2, 0.14),
        (0.1 + 0.2, 2, 0.3),
        (0.8749999999999999, 2, 0.88),
        (0.875, 2, 0.88),
        (0.8750000000000001, 2, 0.88),
        (-0.001, 2, 0.0),
        (1234.5678, 3, 1234.568),
    ],
)
def test_noise_never_decides_a_tie(value: float, digits: int, expected: float) -> None:
    found = to_digits(value, digits)
    assert found == expected
    assert found is not None
    assert math.copysign(1, found) == math.copysign(1, expected)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
def test_what_is_no_number_is_not_published(value: float | None) -> None:
    assert to_digits(value, 2) is None
    assert to_two_significant(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (26.449, 26),
        (1.04, 1.0),
        (0.0123, 0.012),
        (99.6, 100),
        (0.0, 0.0),
        (1e-12, 0.0),
        (-3.14, -3.1),
    ],
)
def test_hours_keep_two_significant_digits(value: float, expected: float) -> None:
    assert to_two_significant(value) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15), (None, None)],
)
def test_counts_go_to_the_nearest_five(count: int | None, expected: int | None) -> None:
    assert to_count(count) == expected


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (1, 5), (2, 5), (7, 5), (8, 10)])
def test_some_rows_are_never_rounded_to_none(count: int, expected: int) -> None:
    assert to_count_of_any(count) == expected


@pytest.mark.parametrize(
    ("mentored", "comparison", "digits"),
    [(50, 50, 3), (49, 500, 2), (500, 49, 2), (None, None, 2), (60, None, 3)],
)
def test_three_digits_need_fifty_people_in_both_arms(
    mentored: int | None, comparison: int | None, digits: int
) -> None:
    assert estimate_digits(mentored, comparison) == digits


@pytest.mark.parametrize(
    ("deviation", "expected"),
    [(None, 0), (math.nan, 0), (0.4, 0), (1.0, 0), (9.9, 0), (10.0, 1), (12_000.0, 4)],
)
def test_what_varies_by_thousands_is_not_told_to_the_hundredth(
    deviation: float | None, expected: int
) -> None:
    assert coarser_digits(deviation) == expected
