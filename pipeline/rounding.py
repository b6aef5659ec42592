"""How every published figure is rounded."""

from __future__ import annotations

import math

COUNT_STEP = 5
LARGE_ARM = 50
_NOISE_DIGITS = 9


def to_digits(value: float | None, digits: int) -> float | None:
    """Round half to even; noise of the last bits never decides a tie.

    What is not a finite number is not published.
    """
    if value is None or not math.isfinite(value):
        return None
    # Adding zero turns −0.0 into 0.0.
    return round(round(float(value), _NOISE_DIGITS), digits) + 0.0


def to_two_significant(value: float | None) -> float | None:
    """Round to two significant digits, as hours are."""
    if value is None or not math.isfinite(value):
        return None
    if round(value, _NOISE_DIGITS) == 0:
        return 0.0
    return to_digits(value, 1 - math.floor(math.log10(abs(round(value, _NOISE_DIGITS)))))


def to_count(count: int | None) -> int | None:
    """Round a count to the nearest 5."""
    return None if count is None else COUNT_STEP * round(count / COUNT_STEP)


def to_count_of_any(count: int | None) -> int | None:
    """Round a count of rows to 5, but never some to none."""
    rounded = to_count(count)
    return COUNT_STEP if count and not rounded else rounded


def estimate_digits(n_mentored: int | None, n_comparison: int | None) -> int:
    """Digits of an estimate and its bounds: three where both arms have 50 people, else two."""
    known = [n for n in (n_mentored, n_comparison) if n is not None]
    return 3 if known and min(known) >= LARGE_ARM else 2


def coarser_digits(deviation: float | None) -> int:
    """Digits fewer than for a share that a figure in a large unit of its own is given.

    Parameters
    ----------
    deviation
        Standard deviation between people, in the unit; none where the rounding is fixed. Values
        that vary by thousands are not told to the hundredth.
    """
    if deviation is None or not math.isfinite(deviation) or deviation < 1:
        return 0
    return math.floor(math.log10(deviation))
