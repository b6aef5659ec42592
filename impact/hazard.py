"""Rates of leaving and promotion compared as a hazard ratio within matched cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.arms import Measure
from impact.clusters import two_way_error
from impact.cohort import Table
from impact.staying import event_columns, weigh_arms
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal

_A_YEAR = 12.0
_MAX_STEPS = 50
_TOLERANCE = 1e-10
_RUNAWAY = 12.0
"""A log hazard ratio this large is the sign of a fit running away to infinity."""
_NOBODY = Refusal("no_comparison", "No mentee has a comparable colleague to follow.")
_NO_FIT = Refusal("separation", "The model has no single best fit at this size.")


@dataclass(frozen=True)
class RiskSets:
    """Rows of positive weight in order of stratum and time: shape (n,) each.

    Attributes
    ----------
    order
        Positions among all rows.
    last
        Position of the last row of the same stratum and time.
    opening
        Position of the stratum's first row.
    exposed, weight
        Of the row itself.
    mentored, others
        Weight of either arm under observation just before the row's time.
    """

    order: IntArray
    last: IntArray
    opening: IntArray
    exposed: BoolArray
    weight: FloatArray
    mentored: FloatArray
    others: FloatArray


def fit_hazard_ratio(table: Table, measure: Measure, months: int) -> Fit | Refusal:
    """Compare how soon mentees and their cell mates leave, or are promoted, up to a horizon.

    Weighted proportional hazards with a baseline hazard of its own in every matched cell. What
    competes censors: of promotion, leaving does; people of the top rank are not at risk.

    Parameters
    ----------
    table
        The segment's rows in design a.
    measure
        `retention` for leaving, `promotion` for promotion.
    months
        The horizon, counted from the landmark; nothing after it counts.

    Returns
    -------
    Fit | Refusal
        The log hazard ratio, clustered by cell and person.
    """
    time, event, _ = event_columns(table, measure)
    is_mentee, cell = table.flag("is_mentee"), table.label("cell_id")
    weight, met = weigh_arms(table, measure), (event == 1) & (time <= months)
    # Who is at risk with whom is the same for every horizon.
    risk = table.remember(f"risk of {measure}", lambda: line_up(time, is_mentee, weight, cell))
    if isinstance(risk, Refusal):
        return risk
    both = table.pairs("cell_id", "person_id")
    return fit_proportional(risk, met, cell, table.label("person_id"), both)


def line_up(
    time: FloatArray, exposed: BoolArray, weight: FloatArray, stratum: IntArray
) -> RiskSets | Refusal:
    """Say who is under observation with whom, for events of any kind and up to any horizon.

    Parameters
    ----------
    time
        Shape (n,): months under observation, finite and positive where the weight is.
    exposed
        Shape (n,): true for mentees.
    weight
        Shape (n,), not negative; rows of weight 0 take no part.
    stratum
        Shape (n,): rows of one number share a baseline hazard.

    Returns
    -------
    RiskSets | Refusal
        Refused where nobody has a weight, and on times that are no times.
    """
    rows = np.flatnonzero(weight > 0)
    if not rows.size:
        return _NOBODY
    if not np.isfinite(time[rows]).all() or (time[rows] <= 0).any():
        return Refusal("bad_values", "Some times are infinite or below zero.")
    order = rows[np.lexsort((time[rows], stratum[rows]))]
    at, group = time[order], stratum[order]
    place = np.arange(order.size)
    opens = np.diff(group, prepend=group[0] - 1) != 0
    new = opens | (np.diff(at, prepend=np.nan) != 0)
    opening = np.maximum.accumulate(np.where(opens, place, 0))
    first = np.maximum.accumulate(np.where(new, place, 0))
    starts = np.append(np.flatnonzero(new), order.size)
    last = starts[np.cumsum(new)] - 1
    groups = np.append(np.flatnonzero(opens), order.size)
    end = groups[np.cumsum(opens)]

    def at_risk(values: FloatArray) -> FloatArray:
        running = np.concatenate([[0.0], np.cumsum(values)])
        summed: FloatArray = running[end] - running[first]
        return summed

    arm, own = exposed[order], weight[order]
    return RiskSets(order, last, opening, arm, own, at_risk(own * arm), at_risk(own * ~arm))


def fit_proportional(
    risk: RiskSets,
    met: BoolArray,
    first: IntArray,
    second: IntArray,
    both: IntArray | None = None,
) -> Fit | Refusal:
    """Fit the hazard of exposed people as a multiple of that of the others of their stratum.

    Parameters
    ----------
    risk
        From `line_up`.
    met
        Shape (n,): whether the event ended them; else they are censored.
    first, second
        Shape (n,): the two clusterings of the sandwich.
    both
        Shape (n,): their combinations numbered, for those who have them already.

    Returns
    -------
    Fit | Refusal
        The log hazard ratio. Refused without events, and where only one arm has them or could have
        had them.

    References
    ----------
    Cox (1972), "Regression models and life-tables", JRSS B 34(2), with ties after Breslow (1974);
    Lin and Wei (1989), "The robust inference for the Cox proportional hazards model", JASA 84(408),
    and Binder (1992), Biometrika 79(1), for the error under weights.
    """
    ended = met[risk.order]
    effect = _solve(risk, ended)
    if isinstance(effect, Refusal):
        return effect
    influence = np.zeros(met.size)
    influence[risk.order] = _influence(risk, ended, effect)
    clustered = two_way_error(influence, first, second, both)
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    used = np.zeros(met.size, dtype=np.bool_)
    used[risk.order] = True
    return Fit(effect, clustered.standard_error, clustered.degrees, influence, used)


def rate(time: FloatArray, event: IntArray, months: int) -> float:
    """Events of interest (number 1) per year under observation up to a horizon."""
    met = (event == 1) & (time <= months)
    return float(_A_YEAR * np.count_nonzero(met) / np.sum(np.minimum(time, months)))


def mentored_rate(table: Table, measure: Measure, months: int) -> float:
    """The matched mentees' events per year under observation up to a horizon."""
    time, event, _ = event_columns(table, measure)
    mentees = table.flag("is_mentee") & (weigh_arms(table, measure) > 0)
    return rate(time[mentees], event[mentees], months)


def _solve(risk: RiskSets, met: BoolArray) -> float | Refusal:
    """Newton steps on the one coefficient; the partial likelihood is concave in it."""
    tells = met & (risk.mentored > 0) & (risk.others > 0)
    weight, exposed = risk.weight[tells], risk.exposed[tells]
    if not exposed.any() or exposed.all():
        return Refusal("no_events", "Only one of the two groups has anybody with the event.")
    log_odds = np.log(risk.mentored[tells] / risk.others[tells])
    effect = 0.0
    for _ in range(_MAX_STEPS):
        expected = 1.0 / (1.0 + np.exp(-(log_odds + effect)))
        information = float(np.sum(weight * expected * (1.0 - expected)))
        if not information > 0:
            return _NO_FIT
        step = float(np.sum(weight * (exposed - expected))) / information
        effect += float(np.clip(step, -1.0, 1.0))
        if abs(step) < _TOLERANCE:
            return effect if abs(effect) <= _RUNAWAY else _NO_FIT
    return Refusal("no_convergence", _NO_FIT.sentence)


def _influence(risk: RiskSets, met: BoolArray, effect: float) -> FloatArray:
    """What each row, in order, adds to the error of the coefficient."""
    ratio = float(np.exp(effect))
    total = risk.others + ratio * risk.mentored
    expected = np.divide(ratio * risk.mentored, total, out=np.zeros(total.size), where=total > 0)
    mass = risk.weight * met
    hazard = np.divide(mass, total, out=np.zeros(total.size), where=total > 0)
    drift, pull = (_until(risk, values) for values in (hazard, hazard * expected))
    blow = np.where(risk.exposed, ratio, 1.0)
    residual = np.where(met, risk.exposed - expected, 0.0)
    residual -= blow * (risk.exposed * drift - pull)
    information = float(np.sum(mass * expected * (1.0 - expected)))
    influence: FloatArray = risk.weight * residual / information
    return influence


def _until(risk: RiskSets, values: FloatArray) -> FloatArray:
    """Sum over a row's stratum up to and with its own time."""
    running = np.concatenate([[0.0], np.cumsum(values)])
    summed: FloatArray = running[risk.last + 1] - running[risk.opening]
    return summed
