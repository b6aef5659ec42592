"""What is measured beside the headline: which measures there are, and their sums over windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from impact.cohort import Table
from impact.types import BoolArray, Column, FloatArray, IntArray

Kind = Literal["log_mean", "rate", "share", "mean"]
Direction = Literal["higher", "lower", "none"]
Clock = Literal["git", "work", "incidents", "on_call"]
Source = Literal["git", "incidents", "hris"]

WEEKS_A_MONTH = 365.25 / 12 / 7
MONTHS_A_YEAR = 12.0
BEFORE: Mapping[str, tuple[int, int]] = {
    "before_3": (-3, -1),
    "before_5": (-12, -8),
    "before_6": (-6, -1),
    "before_8": (-12, -5),
    "before_9": (-12, -4),
    "before_12": (-12, -1),
}
_MONTHS_APART = 100_000


@dataclass(frozen=True)
class Measure:
    """One outcome that is summed by person and month and estimated by its kind.

    Attributes
    ----------
    name
        Outcome in the published tables and the metric dictionary.
    kind
        `log_mean`: mean of log values, shown as a ratio; `rate`: events per time at risk, a ratio;
        `share`: one number of another, a difference; `mean`: mean value, a difference.
    source
        The export without which there is none of it.
    unit
        Of the levels.
    direction
        Which way is better; `none` for what is context and never a target.
    clock
        Time at risk of a rate.
    factor
        What a level per month (or week on call) is multiplied by to be in `unit`.
    """

    name: str
    kind: Kind
    source: Source
    unit: str
    direction: Direction
    clock: Clock = "work"
    factor: float = 1.0

    @property
    def is_ratio(self) -> bool:
        """Whether effects are log ratios; else differences."""
        return self.kind in ("log_mean", "rate")


_PER_WEEK = "per on-call week"
CATALOGUE: tuple[Measure, ...] = (
    Measure("pr_pickup_time", "log_mean", "git", "hours", "lower"),
    Measure("pr_review_time", "log_mean", "git", "hours", "lower"),
    Measure("pr_merge_time", "log_mean", "git", "hours", "lower"),
    Measure("merge_ratio", "share", "git", "share merged", "none"),
    Measure(
        "throughput", "rate", "git", "merged per active week", "none", "git", 1 / WEEKS_A_MONTH
    ),
    Measure(
        "reviews_given",
        "rate",
        "git",
        "reviews per active week",
        "higher",
        "git",
        1 / WEEKS_A_MONTH,
    ),
    Measure("authors_helped", "rate", "git", "authors per active month", "higher", "git"),
    Measure(
        "incident_rate_on_call", "rate", "incidents", f"incidents {_PER_WEEK}", "lower", "on_call"
    ),
    Measure(
        "business_hour_interruptions",
        "rate",
        "incidents",
        f"interruptions {_PER_WEEK}",
        "lower",
        "on_call",
    ),
    Measure(
        "off_hour_interruptions",
        "rate",
        "incidents",
        f"interruptions {_PER_WEEK}",
        "lower",
        "on_call",
    ),
    Measure(
        "sleep_hour_interruptions",
        "rate",
        "incidents",
        f"interruptions {_PER_WEEK}",
        "lower",
        "on_call",
    ),
    Measure(
        "heavy_on_call_weeks",
        "rate",
        "incidents",
        f"heavy weeks {_PER_WEEK}",
        "lower",
        "on_call",
    ),
    Measure("time_to_acknowledge", "log_mean", "incidents", "hours", "lower"),
    Measure("time_to_resolve", "log_mean", "incidents", "hours", "lower"),
    Measure(
        "internal_mobility",
        "rate",
        "hris",
        "transfers per person-year",
        "none",
        factor=MONTHS_A_YEAR,
    ),
    Measure(
        "leadership_opportunities",
        "rate",
        "hris",
        "opportunities per person-year",
        "higher",
        factor=MONTHS_A_YEAR,
    ),
    Measure("performance_rating", "mean", "hris", "share of the scale", "higher"),
)
RATING = "performance_rating"


def choose_measures(own: Mapping[str, Mapping[str, Any]], with_rating: bool) -> list[Measure]:
    """List the built-in measures and an organisation's own.

    Parameters
    ----------
    own
        Name to `unit` and `direction` of the settings.
    with_rating
        Whether the settings let performance ratings be published.
    """
    built_in = [one for one in CATALOGUE if with_rating or one.name != RATING]
    return built_in + [
        Measure(name, "mean", "hris", str(told["unit"]), _direction(str(told["direction"])))
        for name, told in sorted(own.items())
    ]


def _direction(word: str) -> Direction:
    allowed: dict[str, Direction] = {"higher": "higher", "lower": "lower"}
    return allowed[word]


@dataclass(frozen=True)
class Months:
    """The monthly panel in order of person and month, ready for sums over windows.

    Attributes
    ----------
    key
        Shape (n,), ascending: person and month in one number.
    first, last
        Shape (n,): positions of the first and the last month of the row's spell of employment.
    started
        Shape (n,): position of the spell's first month with mentoring; one after `last` without.
    columns
        The panel's columns in this order.
    is_gapless
        Whether no month is missing within any spell: then positions count months.
    """

    key: IntArray
    first: IntArray
    last: IntArray
    started: IntArray
    columns: dict[str, Column]
    is_gapless: bool = False

    def shift(self, own: IntArray, by: int) -> IntArray:
        """Position of the first month at or after those some months on, if it is in the spell.

        Parameters
        ----------
        own
            Positions of any shape. What is given for months outside the spell lies outside it.
        by
            Calendar months; below 0 for earlier ones.
        """
        if self.is_gapless:
            return own + by
        return np.searchsorted(self.key, self.key[own] + by).astype(np.int64)

    def number(self, name: str) -> FloatArray:
        """Return one column as numbers, shape (n,)."""
        return self.columns[name].astype(np.float64, copy=False)

    def flag(self, name: str) -> BoolArray:
        """Return one yes/no column, shape (n,)."""
        flags: BoolArray = self.columns[name] > 0
        return flags


def order_months(panel: Table) -> Months:
    """Sort the panel and find each spell's ends.

    Parameters
    ----------
    panel
        `person_id`, `spell_number`, `month_number`, `is_started` and whatever is summed.
    """
    key = month_key(panel.label("person_id"), panel.label("month_number"))
    columns = panel.columns
    if (np.diff(key) < 0).any():
        order = np.argsort(key, kind="stable")
        key, columns = key[order], {name: values[order] for name, values in columns.items()}
    spell = columns["person_id"].astype(np.int64) * 1_000 + columns["spell_number"].astype(np.int64)
    starts = np.flatnonzero(np.diff(spell, prepend=-1))
    lengths = np.diff(np.append(starts, spell.size))
    first = np.repeat(starts, lengths)
    last = np.repeat(starts + lengths - 1, lengths)
    place = np.where(columns["is_started"] > 0, np.arange(spell.size), np.iinfo(np.int64).max)
    begun = np.minimum.reduceat(place, starts) if starts.size else place
    started = np.minimum(np.repeat(begun, lengths), last + 1)
    is_gapless = bool((key[last] - key[first] == last - first).all())
    return Months(key, first, last, started.astype(np.int64), columns, is_gapless)


@dataclass(frozen=True)
class Spans:
    """Where each index row's window begins and ends in the ordered panel, shape (rows,) each."""

    low: IntArray
    high: IntArray

    def total(self, values: FloatArray) -> FloatArray:
        """Sum a panel column over every row's window, shape (rows,)."""
        return self.between(running(values))

    def between(self, sums: FloatArray) -> FloatArray:
        """The same of a column whose `running` sums are at hand."""
        summed: FloatArray = sums[self.high] - sums[self.low]
        return summed


def running(values: FloatArray) -> FloatArray:
    """Sum of a panel column before every month, and of all of it: shape (months + 1,)."""
    return np.concatenate([[0.0], np.cumsum(values)])


def find_spans(
    rows: Table, months: Months, window: tuple[int, int], own: IntArray | None = None
) -> Spans:
    """Place a window of months, counted from the index month, for every index row.

    A window stays inside the spell of employment, and after the index month a comparison person's
    ends before the month of the own start.

    Parameters
    ----------
    rows
        `person_id`, `index_month_number`, `is_mentee`.
    months
        The ordered panel; every index row has its month there.
    window
        First and last month, 0 being the index month.
    own
        From `find_own`, for those who look at several windows.
    """
    own = find_own(rows, months) if own is None else own
    end = months.last[own] + 1
    if window[1] > 0:
        end = np.where(rows.flag("is_mentee"), end, np.minimum(end, months.started[own]))
    low = np.clip(months.shift(own, window[0]), months.first[own], end)
    high = np.clip(months.shift(own, window[1] + 1), low, end)
    return Spans(low.astype(np.int64), high.astype(np.int64))


def find_own(rows: Table, months: Months) -> IntArray:
    """Position of every index row's index month in the ordered panel, shape (rows,)."""
    key = month_key(rows.label("person_id"), rows.label("index_month_number"))
    place = np.searchsorted(months.key, key)
    return np.minimum(place, months.key.size - 1).astype(np.int64)


@dataclass(frozen=True)
class Amounts:
    """One measure by month of the ordered panel: shape (n,) each."""

    numerator: FloatArray
    denominator: FloatArray


def place_amounts(measure: Measure, sums: pd.DataFrame | None, months: Months) -> Amounts:
    """Lay a measure's sums out along the panel, with the time at risk of a rate.

    Parameters
    ----------
    measure
        Which one.
    sums
        `person_id`, `month_number`, `numerator`, `denominator`: one row a person and month with
        anything in it; what lies outside the panel is left out. None where there is nothing.
    months
        The ordered panel: `exposure`, `incident_exposure`, `on_call_weeks`, `is_git_observed`,
        `incident_count`.
    """
    if measure.name == "incident_rate_on_call":
        numerator, own = months.number("incident_count"), np.zeros(months.key.size)
    else:
        numerator, own = _spread(sums, months)
    denominator = _time(measure.clock, months) if measure.kind == "rate" else own
    if measure.source == "git":
        observed = months.flag("is_git_observed")
        numerator, denominator = numerator * observed, denominator * observed
    return Amounts(numerator, np.nan_to_num(denominator))


def _spread(group: pd.DataFrame | None, months: Months) -> tuple[FloatArray, FloatArray]:
    numerator, denominator = np.zeros(months.key.size), np.zeros(months.key.size)
    if group is None or not months.key.size:
        return numerator, denominator
    wanted = month_key(
        group["person_id"].to_numpy(np.int64), group["month_number"].to_numpy(np.int64)
    )
    place = np.minimum(np.searchsorted(months.key, wanted), months.key.size - 1)
    known = months.key[place] == wanted
    np.add.at(numerator, place[known], group["numerator"].to_numpy(np.float64)[known])
    own = group["denominator"].to_numpy(np.float64, na_value=0.0)
    np.add.at(denominator, place[known], np.nan_to_num(own)[known])
    return numerator, denominator


def _time(clock: Clock, months: Months) -> FloatArray:
    names = {"incidents": "incident_exposure", "on_call": "on_call_weeks"}
    return months.number(names.get(clock, "exposure"))


def monthly_flows(months: Months) -> dict[str, FloatArray]:
    """Sums of a person's month that flow outcomes are made of: shape (person-months,) each."""
    seen = months.flag("is_git_observed").astype(np.float64)
    return {
        "log_hours_sum": months.number("log_hours_sum") * seen,
        "merged": months.number("pr_merged_count") * seen,
        "followup_git_months": seen,
        "incidents": months.number("incident_count"),
        "exposure": months.number("incident_exposure"),
    }


def month_key(person: IntArray, month: IntArray) -> IntArray:
    """Person and month in one number, in the order of the panel."""
    return person * _MONTHS_APART + month
