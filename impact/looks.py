"""Planned looks at growing data: when they are, and how strict each one is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from impact.types import FloatArray

DEFAULT_LOOKS = 8
_GRID = 601
_REACH = 8.5


@dataclass(frozen=True)
class Plan:
    """Looks fixed in advance.

    Attributes
    ----------
    first
        Day of the first look.
    every_months
        Months between looks.
    count
        How many looks there are.
    """

    first: dt.date
    every_months: int = 3
    count: int = DEFAULT_LOOKS

    def dates(self) -> list[dt.date]:
        """All looks in order; a day the month lacks becomes the month's last."""
        return [_add_months(self.first, i * self.every_months) for i in range(self.count)]


@dataclass(frozen=True)
class Look:
    """Where a day stands in a plan.

    Attributes
    ----------
    number
        The last look on or before the day, counted from 1; 0 before the first.
    alpha
        Two-sided level of that look; 0 before the first.
    is_today
        Whether the day is a look itself. Between looks verdicts do not move.
    last, following
        Days of the last look and of the one after; none before the first, after the last.
    """

    number: int
    alpha: float
    is_today: bool
    last: dt.date | None
    following: dt.date | None


@cache
def find_look(plan: Plan | None, day: dt.date, alpha: float) -> Look:
    """Place a day in the plan; without a plan every day is the only look.

    Kept: every verdict asks, and the levels of a plan take a while.
    """
    if plan is None:
        return Look(1, alpha, True, day, None)
    dates = plan.dates()
    done = [date for date in dates if date <= day]
    following = next((date for date in dates if date > day), None)
    if not done:
        return Look(0, 0.0, False, None, following)
    level = look_levels(plan.count, alpha)[len(done) - 1]
    return Look(len(done), float(level), done[-1] == day, done[-1], following)


def look_levels(count: int, alpha: float = 0.05) -> FloatArray:
    """Two-sided levels of equally spaced looks that spend `alpha` the O'Brien-Fleming way.

    Parameters
    ----------
    count
        Number of looks.
    alpha
        Chance of any false alarm over all of them.

    Returns
    -------
    FloatArray
        Shape (count,): the plain two-sided level of each look.

    References
    ----------
    O'Brien and Fleming (1979), Biometrics 35; Lan and DeMets (1983), "Discrete sequential
    boundaries for clinical trials", Biometrika 70(3); the recursion is Armitage, McPherson and
    Rowe (1969).
    """
    share = np.arange(1, count + 1) / count
    spent = 2.0 * special.ndtr(special.ndtri(alpha / 2) / np.sqrt(share))
    steps = np.diff(spent, prepend=0.0)
    levels = np.zeros(count)
    density: FloatArray | None = None
    grid = np.zeros(0)
    for k in range(count):
        root = np.sqrt(share[k])
        bound = _boundary(steps[k], density, grid, share, k)
        levels[k] = 2.0 * special.ndtr(-bound)
        edge = min(bound, _REACH) * root
        new_grid = np.linspace(-edge, edge, _GRID)
        density = _advance(new_grid, density, grid, share, k)
        grid = new_grid
    return levels


def _boundary(
    spend: float, density: FloatArray | None, grid: FloatArray, share: FloatArray, k: int
) -> float:
    """Critical value whose first crossing at look k has the probability to be spent."""
    low, high = 0.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        if _crossing(middle, density, grid, share, k) > spend:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _crossing(
    bound: float, density: FloatArray | None, grid: FloatArray, share: FloatArray, k: int
) -> float:
    edge = bound * np.sqrt(share[k])
    if density is None:
        return float(2.0 * special.ndtr(-bound))
    step = np.sqrt(share[k] - share[k - 1])
    outside = special.ndtr((-edge - grid) / step) + special.ndtr((grid - edge) / step)
    return float(np.trapezoid(density * outside, grid))


def _advance(
    new_grid: FloatArray, density: FloatArray | None, grid: FloatArray, share: FloatArray, k: int
) -> FloatArray:
    """Density of the running sum at look k among paths that never crossed."""
    if density is None:
        return _normal(new_grid, np.sqrt(share[0]))
    step = np.sqrt(share[k] - share[k - 1])
    kernel = _normal(new_grid[:, None] - grid[None, :], step)
    return np.asarray(np.trapezoid(kernel * density[None, :], grid, axis=1), dtype=np.float64)


def _normal(values: FloatArray, deviation: float) -> FloatArray:
    scaled: FloatArray = np.exp(-0.5 * (values / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))
    return scaled


def _add_months(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))
