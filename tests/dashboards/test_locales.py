"""Numbers and dates as the reader writes them; words stay English."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from datetime import date

import pytest

from dashboards import formats, locales
from dashboards.formats import MINUS, NARROW

DAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def _own_locale() -> Iterator[None]:
    before = locales.current()
    yield
    locales.use(before)


@pytest.mark.parametrize(
    ("accepted", "number", "day"),
    [
        ("", "1,234.50", "30 June 2026"),
        ("en", "1,234.50", "30 June 2026"),
        ("en-US,en;q=0.9", "1,234.50", "June 30, 2026"),
        ("en-GB", "1,234.50", "30 June 2026"),
        ("de-DE,de;q=0.9,en;q=0.5", "1.234,50", "30 June 2026"),
        ("de-CH", "1’234.50", "30 June 2026"),
        ("fr", f"1{NARROW}234,50", "30 June 2026"),
        ("en;q=0.4, de;q=0.8", "1.234,50", "30 June 2026"),
        ("xx-nonsense,;;;q=,*", "1,234.50", "30 June 2026"),
        ("de;q=0, en-US", "1,234.50", "June 30, 2026"),
    ],
)
def test_browser_decides_where_nothing_is_set(accepted: str, number: str, day: str) -> None:
    locales.use(locales.negotiate(locales.AUTO, accepted))
    assert formats.decimal(1234.5) == number
    assert formats.day(DAY) == day


def test_setting_wins_over_the_browser() -> None:
    locales.use(locales.negotiate("de-DE", "en-US"))
    assert formats.count(1234567) == "1.234.567"
    assert formats.decimal(-0.5) == f"{MINUS}0,50"


def test_sentences_of_the_snapshot_follow_but_their_full_stops_stay() -> None:
    locales.use(locales.negotiate("de-DE", ""))
    text = "Of 1,250 people 0.15 apart, at least 12.5 % merged. See 3 more."
    assert formats.tidy(text) == (
        f"Of 1.250 people 0,15 apart, at least 12,5{NARROW}% merged. See 3 more."
    )


def test_minus_is_left_off_what_rounds_to_zero() -> None:
    assert formats.decimal(-0.001) == "0.00"


def test_another_context_is_not_changed() -> None:
    context = copy_context()
    context.run(locales.use, locales.negotiate("de-DE", ""))
    assert formats.decimal(0.5) == "0.50"
