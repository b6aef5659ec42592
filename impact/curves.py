"""Month by month: the share still employed and the share promoted, in both arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from impact.clusters import pair, two_way_error
from impact.cohort import Segment, Table, count_people
from impact.reference import critical_value
from impact.staying import event_columns
from impact.survival import fit_curve, incidence_influences, value_at
from impact.types import BoolArray, FloatArray, IntArray
from impact.weights import att_weights

LAST_MONTH = 24

Arm = Literal["mentored", "comparison"]
CurveOutcome = Literal["retention", "promotion"]


@dataclass(frozen=True)
class CurvePoint:
    """One arm's curve at one month after the landmark.

    Attributes
    ----------
    outcome, arm, segment, month
        What the row is about.
    value, ci_low, ci_high
        Share still employed, or promoted by then; 0 to 1.
    at_risk
        People still under observation just before the month's end.
    events, nonevents
        People with the event by then, and without.
    """

    outcome: CurveOutcome
    arm: Arm
    segment: Segment
    month: int
    value: float
    ci_low: float
    ci_high: float
    at_risk: int
    events: int
    nonevents: int


def draw_curves(
    table: Table, segment: Segment, confidence: float, last_month: int = LAST_MONTH
) -> list[CurvePoint]:
    """Weighted curves of both arms, by whole months from 0.

    Parameters
    ----------
    table
        The segment's matched rows of design a.
    segment
        The group the rows are about.
    confidence
        Of the pointwise intervals (complementary log-log, so they stay within 0 and 1).
    last_month
        Where the curves stop; they stop earlier where nobody is under observation.

    References
    ----------
    Kalbfleisch and Prentice (2002), section 1.4, for the interval.
    """
    points: list[CurvePoint] = []
    is_mentee, outcomes = table.flag("is_mentee"), get_args(CurveOutcome)
    for outcome in outcomes:
        time, event, able = event_columns(table, outcome)
        known = able & np.isfinite(time) & (time > 0)
        weight = att_weights(table.label("cell_id"), is_mentee, known)
        arms: tuple[tuple[Arm, BoolArray], ...] = (
            ("mentored", is_mentee & (weight > 0)),
            ("comparison", ~is_mentee & (weight > 0)),
        )
        for arm, rows in arms:
            members = _Members(
                time[rows],
                event[rows],
                weight[rows],
                table.label("cell_id")[rows],
                table.label("person_id")[rows],
            )
            points.extend(_draw(members, segment, outcome, arm, confidence, last_month))
    return points


@dataclass(frozen=True)
class _Members:
    """Rows of one arm."""

    time: FloatArray
    event: IntArray
    weight: FloatArray
    cell: IntArray
    person: IntArray


def _draw(
    members: _Members,
    segment: Segment,
    outcome: CurveOutcome,
    arm: Arm,
    confidence: float,
    last_month: int,
) -> list[CurvePoint]:
    if members.time.size == 0:
        return []
    everyone = count_people(members.person)
    curve = fit_curve(members.time, members.event, members.weight, 2)
    influences = incidence_influences(
        curve, 1, members.event, members.weight, np.arange(last_month + 1.0)
    )
    clusters = members.cell, members.person, pair(members.cell, members.person)
    points = []
    for month in range(last_month + 1):
        at_risk = count_people(members.person[members.time >= month])
        if at_risk == 0:
            break
        if outcome == "retention":
            value = value_at(curve, 1.0 - curve.incidence[:, 0], 1.0, month)
        else:
            value = value_at(curve, curve.incidence[:, 0], 0.0, month)
        error = two_way_error(influences[month], *clusters).standard_error
        low, high = _bounds(value, error, confidence)
        met = (members.event == 1) & (members.time <= month)
        events = count_people(members.person[met])
        points.append(
            CurvePoint(
                outcome, arm, segment, month, value, low, high, at_risk, events, everyone - events
            )
        )
    return points


def _bounds(value: float, error: float, confidence: float) -> tuple[float, float]:
    """Interval on the complementary log-log scale; none is wider than 0 to 1."""
    if not 0 < value < 1 or not error > 0:
        return value, value
    scale = float(np.log(value))
    spread = critical_value(1 - confidence, np.inf) * error / (value * abs(scale))
    ends = sorted((value ** float(np.exp(spread)), value ** float(np.exp(-spread))))
    return ends[0], ends[1]
