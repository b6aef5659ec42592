"""Curves in which later own starts are made up for, as a sensitivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.arms import Measure
from impact.clusters import two_way_error
from impact.cohort import Table
from impact.staying import event_columns
from impact.survival import Curve, fit_curve, incidence_influence, value_at
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal
from impact.weights import att_weights

_LEAST_LEFT = 0.05
"""No weight grows beyond 1 / this: a stratum emptied by starts says little about who is left."""
_SAME_DAY = 0.02


@dataclass(frozen=True)
class _Strata:
    """Share of each stratum not yet started by itself, before each time of the curve."""

    times: FloatArray
    position: IntArray
    stratum: IntArray
    left: FloatArray


def starts_later(table: Table, everyone: Table) -> BoolArray:
    """Which comparison rows end because the person starts mentoring, shape (n,).

    Parameters
    ----------
    table
        Matched rows.
    everyone
        All index rows: the longest follow-up of an index month is where its data end.
    """
    first, end = everyone.remember("ends of follow-up", lambda: _ends(everyone))
    last = end[table.label("index_month") - first]
    censored = (table.number("leave_event") == 0) & ~table.flag("is_mentee")
    early: BoolArray = censored & (table.number("leave_time") < last - _SAME_DAY)
    return early


def _ends(everyone: Table) -> tuple[int, FloatArray]:
    """The first index month, and the longest follow-up of each index month from it on."""
    month, time = everyone.label("index_month"), everyone.number("leave_time")
    first = int(month.min())
    end = np.zeros(int(month.max()) - first + 1)
    np.maximum.at(end, month - first, np.nan_to_num(time))
    return first, end


def fit_censoring_weighted(
    table: Table, everyone: Table, measure: Measure, months: int
) -> Fit | Refusal:
    """Difference at a horizon with comparison people weighed up for peers who start later.

    Within strata of level and tenure band, those still unmentored stand for those censored by
    their own start: weights are one over the stratum's share not yet started.

    Parameters
    ----------
    table
        The segment's matched rows of design a.
    everyone
        All index rows.
    measure
        `retention` or `promotion`.
    months
        Horizon from the landmark.

    References
    ----------
    Robins and Finkelstein (2000), "Correcting for noncompliance and dependent censoring",
    Biometrics 56(3). The weights are taken as known, which errs on the side of wide intervals.
    """
    time, event, able = event_columns(table, measure)
    is_mentee, cell = table.flag("is_mentee"), table.label("cell_id")
    weight = att_weights(cell, is_mentee, able & np.isfinite(time) & (time > 0))
    mentees, others = is_mentee & (weight > 0), ~is_mentee & (weight > 0)
    if not mentees.any() or not others.any():
        return Refusal("no_comparison", "No mentee has a comparable colleague to follow.")
    influence = np.zeros(len(table))
    mentored = fit_curve(time[mentees], event[mentees], weight[mentees], 2)
    influence[mentees] = incidence_influence(mentored, 1, event[mentees], weight[mentees], months)
    strata = _strata(
        time[others],
        starts_later(table, everyone)[others] & (event[others] == 0),
        10 * table.label("level_rank")[others] + table.label("tenure_band")[others],
    )
    comparison = _weighted_curve(strata, event[others], weight[others])
    influence[others] = -_weighted_influence(
        comparison, strata, event[others], weight[others], months
    )
    clustered = two_way_error(influence, cell, table.label("person_id"))
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    difference = value_at(mentored, mentored.incidence[:, 0], 0.0, months) - value_at(
        comparison, comparison.incidence[:, 0], 0.0, months
    )
    sign = -1.0 if measure == "retention" else 1.0
    return Fit(
        sign * difference,
        clustered.standard_error,
        clustered.degrees,
        sign * influence,
        weight > 0,
    )


def _strata(time: FloatArray, started: BoolArray, stratum: IntArray) -> _Strata:
    times, position = np.unique(time, return_inverse=True)
    groups, number = np.unique(stratum, return_inverse=True)
    left = np.ones((groups.size, times.size))
    for group in range(groups.size):
        rows = number == group
        ends = np.bincount(position[rows], minlength=times.size)
        at_risk = np.cumsum(ends[::-1])[::-1]
        starts = np.bincount(position[rows], weights=started[rows], minlength=times.size)
        stay = 1.0 - np.divide(starts, at_risk, out=np.zeros(times.size), where=at_risk > 0)
        left[group, 1:] = np.cumprod(stay)[:-1]
    return _Strata(times, position, number.astype(np.int64), np.maximum(left, _LEAST_LEFT))


def _weighted_curve(strata: _Strata, event: IntArray, weight: FloatArray) -> Curve:
    size = strata.times.size
    at_risk, events = np.zeros(size), np.zeros((size, 2))
    for group, left in enumerate(strata.left):
        rows = strata.stratum == group
        place = strata.position[rows]
        ends = np.bincount(place, weights=weight[rows], minlength=size)
        at_risk += np.cumsum(ends[::-1])[::-1] / left
        for cause in (1, 2):
            met = weight[rows] * (event[rows] == cause)
            events[:, cause - 1] += np.bincount(place, weights=met, minlength=size) / left
    hazards = np.divide(
        events, at_risk[:, None], out=np.zeros((size, 2)), where=at_risk[:, None] > 0
    )
    surviving = np.cumprod(np.clip(1.0 - hazards.sum(axis=1), 0.0, 1.0))
    before = np.concatenate([[1.0], surviving[:-1]])
    incidence = np.cumsum(before[:, None] * hazards, axis=0)
    return Curve(strata.times, strata.position, at_risk, surviving, before, hazards, incidence)


def _weighted_influence(
    curve: Curve, strata: _Strata, event: IntArray, weight: FloatArray, months: int
) -> FloatArray:
    """As `incidence_influence`, with each row's weight growing over its stratum's time."""
    level = value_at(curve, curve.incidence[:, 0], 0.0, months)
    inside = curve.times <= months
    stay = 1.0 - curve.hazards.sum(axis=1)
    lost = (level - curve.incidence[:, 0]) / np.where(stay > 1e-12, stay, np.inf)
    gains = np.repeat(np.where(inside, -lost, 0.0)[:, None], 2, axis=1)
    gains[:, 0] += np.where(inside, curve.before, 0.0)
    safe = np.where(curve.at_risk > 0, curve.at_risk, np.inf)
    influence = np.zeros(event.size)
    for group, left in enumerate(strata.left):
        rows = strata.stratum == group
        drift = np.cumsum((gains * curve.hazards).sum(axis=1) / (safe * left))
        place, met = strata.position[rows], event[rows]
        own = np.zeros(place.size)
        for cause in (1, 2):
            at = place[met == cause]
            own[met == cause] = gains[at, cause - 1] / (safe[at] * left[at])
        influence[rows] = weight[rows] * (own - drift[place])
    return influence
