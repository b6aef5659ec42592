"""Rounded words never reveal or cross what they stand for."""

import datetime as dt

import pytest

from impact.wording import about_people, in_months, per_cent, points, share, signed


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "no"),
        (1, "fewer than 10"),
        (9, "fewer than 10"),
        (10, "about 10"),
        (33, "about 35"),
        (47, "about 45"),
        (48, "just under 50"),
        (49, "just under 50"),
        (52, "about 50"),
    ],
)
def test_people_are_rounded_without_crossing_the_threshold(count, words):
    assert about_people(count, 50) == words


def test_percentages_are_whole_and_symmetric():
    assert per_cent(0.885) == -12
    assert per_cent(1.125) == 13
    assert points(-0.045) == -5
    assert signed(-4) == "−4"
    assert signed(7) == "+7"
    assert signed(0) == "0"


def test_share_is_never_rounded_to_all_or_none():
    assert share(0.998) == "over 99 %"
    assert share(1.0) == "100 %"
    assert share(0.002) == "under 1 %"
    assert share(0.0) == "0 %"
    assert share(0.724) == "72 %"


def test_waiting_time_is_in_months():
    start = dt.date(2026, 1, 1)
    assert in_months(start, dt.date(2026, 1, 20)) == "about a month"
    assert in_months(start, dt.date(2026, 5, 1)) == "about 4 months"
