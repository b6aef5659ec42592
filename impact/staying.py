"""Retention and promotion: what happened by a horizon, read off weighted curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.clusters import two_way_error
from impact.cohort import Table, count_people
from impact.survival import (
    Curve,
    fit_curve,
    incidence_influence,
    restricted_mean,
    restricted_mean_influence,
    survival_influence,
    value_at,
)
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal
from impact.weights import att_weights

Measure = Literal["retention", "months", "promotion"]
MINIMUM_AT_RISK = 10
MINIMUM_SHARE_AT_RISK = 0.2


@dataclass(frozen=True)
class ArmDifference:
    """Mentees minus comparison people at a horizon.

    Attributes
    ----------
    fit
        The difference in shares (or months), with its error clustered by person and cell.
    mentored, comparison
        The level of each arm, share or months.
    """

    fit: Fit
    mentored: float
    comparison: float


@dataclass(frozen=True)
class _Arm:
    level: float
    influence: FloatArray


def fit_at_horizon(table: Table, measure: Measure, months: int) -> ArmDifference | Refusal:
    """Compare two arms at a horizon counted from the landmark.

    Parameters
    ----------
    table
        The segment's rows in design a.
    measure
        `retention` (share still employed), `months` (restricted mean months employed) or
        `promotion` (share promoted, leaving competes; people of the top rank are not at risk).
    months
        The horizon.

    Returns
    -------
    ArmDifference | Refusal
        Refused where either arm has too few people under observation at the horizon, or where
        nobody or everybody met the event.

    References
    ----------
    Kaplan and Meier (1958); Aalen and Johansen (1978); the standard error is the infinitesimal
    jackknife: Efron and Tibshirani (1993), chapter 21, summed within clusters.
    """
    time, event, able = event_columns(table, measure)
    is_mentee, cell = table.flag("is_mentee"), table.label("cell_id")
    known = able & np.isfinite(time) & (time > 0)
    if (time[able] < 0).any() or np.isinf(time[able]).any():
        return Refusal("bad_values", "Some times are infinite or below zero.")
    weight = att_weights(cell, is_mentee, known)
    refusal = _refuse(table, time, event, weight, measure, months)
    if refusal is not None:
        return refusal
    influence = np.zeros(len(table))
    levels: list[float] = []
    for arm, sign in ((is_mentee, 1.0), (~is_mentee, -1.0)):
        rows = arm & (weight > 0)
        result = _measure(measure, time[rows], event[rows], weight[rows], months)
        influence[rows] = sign * result.influence
        levels.append(result.level)
    clustered = two_way_error(influence, cell, table.label("person_id"))
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    fit = Fit(
        levels[0] - levels[1],
        clustered.standard_error,
        clustered.degrees,
        influence,
        weight > 0,
    )
    return ArmDifference(fit, levels[0], levels[1])


def event_columns(table: Table, measure: Measure) -> tuple[FloatArray, IntArray, BoolArray]:
    """Time, event number (1 is the event of interest) and who is at risk of it at all."""
    if measure == "promotion":
        able = ~table.flag("is_top_rank")
        return table.number("promotion_time"), _events(table, "promotion_event"), able
    everyone = np.ones(len(table), dtype=np.bool_)
    return table.number("leave_time"), _events(table, "leave_event"), everyone


def _events(table: Table, name: str) -> IntArray:
    return np.nan_to_num(table.number(name)).astype(np.int64)


def _refuse(
    table: Table,
    time: FloatArray,
    event: IntArray,
    weight: FloatArray,
    measure: Measure,
    months: int,
) -> Refusal | None:
    used, mentee = weight > 0, table.flag("is_mentee")
    if not used.any():
        return Refusal("no_comparison", "No mentee has a comparable colleague to follow.")
    met = used & (event == 1) & (time <= months)
    what = "was promoted" if measure == "promotion" else "left"
    if not met.any():
        return Refusal("no_events", f"Nobody in either group {what} within {months} months.")
    if met[used].all():
        return Refusal("all_events", f"Everybody in both groups {what} within {months} months.")
    people = table.label("person_id")
    still = used & (time >= months)
    reached = int((still & mentee).sum())
    others = count_people(people[still & ~mentee])
    observed = int((used & mentee).sum())
    if min(reached, others) < MINIMUM_AT_RISK or reached < MINIMUM_SHARE_AT_RISK * observed:
        return Refusal(
            "horizon_not_reached", f"Too few people have been followed for {months} months yet."
        )
    return None


def _measure(
    measure: Measure, time: FloatArray, event: IntArray, weight: FloatArray, months: int
) -> _Arm:
    causes = 2 if measure == "promotion" else 1
    curve = fit_curve(time, event, weight, causes)
    reader: dict[Measure, Callable[[Curve], _Arm]] = {
        "retention": lambda c: _Arm(
            value_at(c, c.surviving, 1.0, months),
            survival_influence(c, time, event, weight, months),
        ),
        "months": lambda c: _Arm(
            restricted_mean(c, months),
            restricted_mean_influence(c, time, event, weight, months),
        ),
        "promotion": lambda c: _Arm(
            value_at(c, c.incidence[:, 0], 0.0, months),
            incidence_influence(c, 1, time, event, weight, months),
        ),
    }
    return reader[measure](curve)
