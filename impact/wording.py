"""Rounded figures in words, the same on every sentence."""

from __future__ import annotations

import datetime as dt
import math

from impact.power import DAYS_A_MONTH

MINUS = "−"


def about_people(count: int, threshold: int | None = None) -> str:
    """Say how many people, to the nearest 5, without crossing a threshold by rounding.

    Parameters
    ----------
    count
        The true number.
    threshold
        A number the true count is under; a count that rounds to it is "just under" it.
    """
    rounded = 5 * math.floor(count / 5 + 0.5)
    if count <= 0:
        return "no"
    if threshold is not None and count < threshold <= rounded:
        return f"just under {threshold}"
    return "fewer than 10" if count < 10 else f"about {rounded}"


def per_cent(ratio: float) -> int:
    """A ratio as whole per cents above or below 1."""
    return _half_away(100.0 * (ratio - 1.0))


def points(difference: float) -> int:
    """A difference in shares as whole percentage points."""
    return _half_away(100.0 * difference)


def signed(number: int) -> str:
    """A whole number with its sign, a true minus, and none for 0."""
    if number == 0:
        return "0"
    return f"+{number}" if number > 0 else f"{MINUS}{-number}"


def share(value: float) -> str:
    """A share as whole per cents; never rounded up to all or down to none."""
    rounded = _half_away(100.0 * value)
    if rounded >= 100 and value < 1:
        return "over 99 %"
    if rounded <= 0 and value > 0:
        return "under 1 %"
    return f"{rounded} %"


def in_months(start: dt.date, day: dt.date) -> str:
    """How far ahead a day is, in months."""
    months = math.ceil((day - start).days / DAYS_A_MONTH - 0.25)
    return "about a month" if months <= 1 else f"about {months} months"


def decimals(value: float, digits: int = 2) -> str:
    """A number with a true minus sign."""
    return f"{value:.{digits}f}".replace("-", MINUS)


def _half_away(value: float) -> int:
    return int(math.copysign(math.floor(abs(value) + 0.5), value))
