"""Retention and promotion: what happened by a horizon, read off weighted curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.arms import Arm, Measure, count_at_risk, fit_arm, read_arm
from impact.clusters import two_way_error
from impact.cohort import Table, count_people
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal
from impact.weights import att_weights

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
    arms = table.remember(f"arms of {_kind(measure)}", lambda: _fit_arms(table, _kind(measure)))
    if isinstance(arms, Refusal):
        return arms
    refusal = _refuse(table, arms, measure, months)
    if refusal is not None:
        return refusal
    influence = np.zeros(len(table))
    mentored, influence[arms.mentees] = read_arm(arms.mentored, measure, months)
    comparison, against = read_arm(arms.comparison, measure, months)
    influence[arms.others] = -against
    clustered = two_way_error(
        influence,
        table.label("cell_id"),
        table.label("person_id"),
        table.pairs("cell_id", "person_id"),
    )
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    fit = Fit(
        mentored - comparison,
        clustered.standard_error,
        clustered.degrees,
        influence,
        arms.mentees | arms.others,
    )
    return ArmDifference(fit, mentored, comparison)


@dataclass(frozen=True)
class _Arms:
    """Both arms, and which rows of the table they are."""

    mentees: BoolArray
    others: BoolArray
    mentored: Arm
    comparison: Arm


def _kind(measure: Measure) -> Measure:
    """The measure whose curve this one is read from."""
    return "promotion" if measure == "promotion" else "retention"


def _fit_arms(table: Table, measure: Measure) -> _Arms | Refusal:
    time, event, able = event_columns(table, measure)
    if (time[able] < 0).any() or np.isinf(time[able]).any():
        return Refusal("bad_values", "Some times are infinite or below zero.")
    is_mentee, weight = table.flag("is_mentee"), weigh_arms(table, measure)
    mentees, others = is_mentee & (weight > 0), ~is_mentee & (weight > 0)
    if not mentees.any() or not others.any():
        return Refusal("no_comparison", "No mentee has a comparable colleague to follow.")
    mentored, comparison = (
        fit_arm(time[rows], event[rows], weight[rows], measure) for rows in (mentees, others)
    )
    return _Arms(mentees, others, mentored, comparison)


def weigh_arms(table: Table, measure: Measure) -> FloatArray:
    """Matching weights of those at risk and observed, the same for every horizon, shape (n,)."""

    def build() -> FloatArray:
        time, _, able = event_columns(table, measure)
        known = able & np.isfinite(time) & (time > 0)
        return att_weights(table.label("cell_id"), table.flag("is_mentee"), known)

    return table.remember(f"weights of {_kind(measure)}", build)


def event_columns(table: Table, measure: Measure) -> tuple[FloatArray, IntArray, BoolArray]:
    """Time, event number (1 is the event of interest) and who is at risk of it at all."""
    if measure == "promotion":
        able = ~table.flag("is_top_rank")
        return table.number("promotion_time"), _events(table, "promotion_event"), able
    everyone = np.ones(len(table), dtype=np.bool_)
    return table.number("leave_time"), _events(table, "leave_event"), everyone


def _events(table: Table, name: str) -> IntArray:
    return np.nan_to_num(table.number(name)).astype(np.int64)


def _refuse(table: Table, arms: _Arms, measure: Measure, months: int) -> Refusal | None:
    both = (arms.mentored, arms.comparison)
    met = [(arm.event == 1) & (arm.time <= months) for arm in both]
    what = "was promoted" if measure == "promotion" else "left"
    if not any(events.any() for events in met):
        return Refusal("no_events", f"Nobody in either group {what} within {months} months.")
    if all(events.all() for events in met):
        return Refusal("all_events", f"Everybody in both groups {what} within {months} months.")
    reached, observed = count_at_risk(arms.mentored, months), arms.mentored.time.size
    people = table.label("person_id")[arms.others]
    others = count_people(people[arms.comparison.time >= months])
    if min(reached, others) < MINIMUM_AT_RISK or reached < MINIMUM_SHARE_AT_RISK * observed:
        return Refusal(
            "horizon_not_reached", f"Too few people have been followed for {months} months yet."
        )
    return None
