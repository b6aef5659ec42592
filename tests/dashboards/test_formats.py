"""One formatter: what a figure looks like on every page."""

from __future__ import annotations

import math
from datetime import date

import pytest

from dashboards import formats
from dashboards.formats import MINUS, NARROW, SPACE


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.86, f"{MINUS}14{NARROW}%"),
        (1.08, f"+8{NARROW}%"),
        (1.0, f"0{NARROW}%"),
        (1.004, f"0{NARROW}%"),
        (0.996, f"0{NARROW}%"),
        (0.855, f"{MINUS}15{NARROW}%"),
        (2.0, f"+100{NARROW}%"),
    ],
)
def test_ratio_becomes_a_whole_signed_per_cent(ratio: float, text: str) -> None:
    assert formats.percent_change(ratio) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (0.038, f"+4{SPACE}points"),
        (-0.012, f"{MINUS}1{SPACE}point"),
        (0.0, f"0{SPACE}points"),
        (0.145, f"+15{SPACE}points"),
        (-0.145, f"{MINUS}15{SPACE}points"),
    ],
)
def test_difference_becomes_whole_points(difference: float, text: str) -> None:
    assert formats.points(difference) == text


def test_halves_round_away_from_zero_on_both_sides() -> None:
    assert [formats.whole(value) for value in (0.5, -0.5, 1.5, -1.5, 2.4999)] == [1, -1, 2, -2, 2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (31.44, "31"),
        (4.235, "4.2"),
        (0.5, "0.50"),
        (136.0, "140"),
        (9.96, "10"),
        (1234.0, "1,200"),
        (0.0, "0"),
    ],
)
def test_hours_have_two_significant_digits(value: float, text: str) -> None:
    assert formats.significant(value) == text


def test_missing_figures_are_a_dash_and_never_zero() -> None:
    shown = [
        formats.percent_change(None),
        formats.points(math.nan),
        formats.share(None),
        formats.hours(math.inf),
        formats.decimal(None),
        formats.count(None),
        formats.probability(None),
        formats.day(None),
        formats.month(None),
        formats.moment("yesterday"),
        formats.interval(None, 0.9, "ratio"),
        formats.effect(None, "months"),
    ]
    assert set(shown) == {formats.NONE}


def test_interval_is_written_on_its_own_scale() -> None:
    assert formats.interval(0.80, 0.91, "ratio") == f"{MINUS}20 to {MINUS}9{NARROW}%"
    assert formats.interval(-0.02, 0.05, "difference") == f"{MINUS}2 to +5{SPACE}points"
    assert formats.interval(-0.24, 0.4, "months") == f"{MINUS}0.2 to +0.4{SPACE}months"


def test_level_follows_its_kind() -> None:
    assert formats.level(31.2, "hours") == f"31{NARROW}h"
    assert formats.level(0.93, "share") == f"93{NARROW}%"
    assert formats.level(0.414, "rate") == "0.41"


def test_dates_are_written_out() -> None:
    assert formats.day("2026-06-30") == "30 June 2026"
    assert formats.day(date(2024, 2, 29)) == "29 February 2024"
    assert formats.month(date(2027, 3, 31)) == "March 2027"
    assert formats.moment("2026-07-01T05:12:44+00:00") == "1 July 2026, 05:12 UTC"


def test_probability_is_never_zero() -> None:
    assert formats.probability(0.0) == "< 0.001"
    assert formats.probability(0.0314) == "0.031"


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_names_join_as_in_a_sentence(names: list[str], text: str) -> None:
    assert formats.words_of(names) == text
