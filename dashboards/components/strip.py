"""Geometry of the interval strips: better is always to the right, on cards and in the forest."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from dashboards import formats

PERCENT_LIMITS = (10, 20, 30, 40, 60, 80, 100)
MONTH_LIMITS = (1, 2, 3, 6, 12)
POINT_LIMITS = (4, 6, 10, 20, 30, 40, 60)
RATIO_SCALES = ("ratio", "hazard_ratio")


class Effect(Protocol):
    """Anything with an effect and its interval on a scale."""

    @property
    def scale(self) -> str:
        """One of ratio, hazard_ratio, difference, months; or in the unit of an own outcome."""

    @property
    def estimate(self) -> float | None:
        """The effect; None where there is none to show."""

    @property
    def ci_low(self) -> float | None:
        """Lower end of the interval."""

    @property
    def ci_high(self) -> float | None:
        """Upper end of the interval."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A symmetric axis around no effect.

    Attributes
    ----------
    limit : largest change shown, in per cents, points or the unit of an own outcome.
    unit : what stands after a tick.
    """

    limit: float
    unit: str

    def position(self, change: float, better: int) -> float:
        """Return where a change stands, in per cent of the width; better is to the right."""
        place = 50.0 + 50.0 * (change * better) / self.limit
        return round(min(100.0, max(0.0, place)), 2)

    def tick(self, share: float) -> str:
        """Return the text of the tick at a share of the limit, with its unit."""
        number = self.short_tick(share)
        if not share or self.unit == "%":
            return number
        unit = self.unit.removesuffix("s") if number == "1" else self.unit
        return f"{number}{formats.SPACE}{unit}"

    def short_tick(self, share: float) -> str:
        """Return the same without a unit that is a word: ticks stand close to each other."""
        size = abs(share) * self.limit
        digits = next((digits for digits in (0, 1) if round(size, digits) == size), None)
        number = formats.significant(size) if digits is None else formats.plain(size, digits)
        return f"{number}{formats.NARROW}%" if share and self.unit == "%" else number


@dataclass(frozen=True, slots=True)
class Strip:
    """Where the marks of one estimate stand, in per cent of the width."""

    dot: float | None
    start: float | None
    end: float | None
    clipped_start: bool
    clipped_end: bool
    blind_start: float | None = None
    blind_end: float | None = None


def change(value: float, scale: str) -> float:
    """Turn an effect into per cents or points."""
    if scale in RATIO_SCALES:
        return formats.change_percent(value)
    return value * 100 if scale == "difference" else value


def axis(rows: Iterable[Effect], scale: str) -> Axis:
    """Choose the smallest axis that holds every interval shown.

    Withheld rows have no figures, so they cannot move the limits.
    """
    values = [
        abs(change(value, row.scale))
        for row in rows
        for value in (row.estimate, row.ci_low, row.ci_high)
        if value is not None
    ]
    limits: tuple[float, ...] = PERCENT_LIMITS
    unit = "%"
    if scale not in RATIO_SCALES:
        limits, unit = (MONTH_LIMITS, "months") if scale == "months" else (POINT_LIMITS, "points")
    needed = max(values, default=0.0)
    if scale.startswith(formats.OWN):
        limits, unit = _round_limits(needed), scale.removeprefix(formats.OWN)
    limit = next((limit for limit in limits if limit >= needed), limits[-1])
    return Axis(limit if values else limits[2], unit)


def _round_limits(needed: float) -> tuple[float, ...]:
    """Round numbers about a size, the last of them above it: an own outcome may have any."""
    power = 10.0 ** math.floor(math.log10(needed)) if needed > 0 else 1.0
    return tuple(power * factor for factor in (1, 2, 5, 10))


def strip(row: Effect, axis: Axis, better: int, detectable: float | None = None) -> Strip:
    """Place one estimate on an axis; without one, the span in which none could be seen."""
    way = better or 1
    ends = [change(value, row.scale) for value in (row.ci_low, row.ci_high) if value is not None]
    places = sorted(axis.position(end, way) for end in ends)
    outside = [end * way for end in ends if abs(end) > axis.limit]
    dot = None if row.estimate is None else axis.position(change(row.estimate, row.scale), way)
    blind = None
    if row.estimate is None and detectable is not None:
        blind = abs(change(detectable, row.scale))
    return Strip(
        dot=dot,
        start=places[0] if len(places) == 2 else None,
        end=places[1] if len(places) == 2 else None,
        clipped_start=any(end < 0 for end in outside),
        clipped_end=any(end > 0 for end in outside),
        blind_start=None if blind is None else axis.position(-blind, 1),
        blind_end=None if blind is None else axis.position(blind, 1),
    )
