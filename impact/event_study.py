"""When an effect appears: month by month around the start of mentoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.checks import Check, Status
from impact.cohort import Segment, Table, count_people
from impact.linear import fit_within_cells
from impact.reference import critical_value
from impact.types import FloatArray, IntArray, Outcome, Refusal
from impact.weights import att_weights
from impact.wording import per_cent

BASELINE = (-12, -4)
MONTHS = range(-12, 13)
MINIMUM_MENTEES = 10
HORIZON = 6


@dataclass(frozen=True)
class Month:
    """One month relative to the start, as a ratio to what the comparison predicts.

    Attributes
    ----------
    outcome, segment, month
        What the row is about; month 0 is the one in which mentoring starts.
    estimate, ci_low, ci_high
        Ratios; 1 is no difference from the person's own months -12 to -4.
    n
        Mentees with the outcome in that month.
    n_comparison
        Comparison people with the outcome in that month.
    effect, influence
        The log ratio and its influence by person number, for the test of a drift.
    """

    outcome: Outcome
    segment: Segment
    month: int
    estimate: float
    ci_low: float
    ci_high: float
    n: int
    n_comparison: int
    effect: float
    influence: FloatArray


def follow_hours(table: Table, segment: Segment, confidence: float) -> list[Month]:
    """Mean log hours of each month minus the person's own mean of months -12 to -4, within cells.

    Parameters
    ----------
    table
        One row a matched row and relative month, of design b.
    segment
        The group the rows are about.
    confidence
        Of the intervals.

    Returns
    -------
    list[Month]
        Months without ten mentees, or without a fit, are left out.
    """
    row = pd.factorize(table.label("index_row_id"))[0].astype(np.int64)
    month = table.label("relative_month")
    total, merged = table.number("log_hours_sum"), table.number("merged")
    base = _window_mean(row, month, total, merged, BASELINE)
    value = np.divide(total, merged, out=np.full(total.size, np.nan), where=merged > 0)
    change = value - base[row]
    months = []
    for relative in MONTHS:
        at = table.take(month == relative)
        months.extend(_one_month(at, change[month == relative], segment, relative, confidence))
    return months


def follow_incidents(table: Table, segment: Segment, confidence: float) -> list[Month]:
    """Incident rate of each month against the weighted comparison, relative to months -12 to -4.

    Parameters and result are those of `follow_hours`.
    """
    month, person = table.label("relative_month"), table.label("person_id")
    size = int(person.max(initial=-1)) + 1
    inside = (month >= BASELINE[0]) & (month <= BASELINE[1])
    base = _log_rate_ratio(table.take(inside), size)
    if base is None:
        return []
    months = []
    for relative in MONTHS:
        at = table.take(month == relative)
        ratio = _log_rate_ratio(at, size)
        if ratio is None:
            continue
        influence = ratio[1] - base[1]
        error = float(np.sqrt((influence**2).sum()))
        mentees = ratio[2]
        if mentees < MINIMUM_MENTEES or not error > 0:
            continue
        effect, reach = ratio[0] - base[0], critical_value(1 - confidence, np.inf) * error
        months.append(
            Month(
                "incident_rate",
                segment,
                relative,
                float(np.exp(effect)),
                float(np.exp(effect - reach)),
                float(np.exp(effect + reach)),
                mentees,
                ratio[3],
                effect,
                influence,
            )
        )
    return months


def check_pre_trend(segment: Segment, months: list[Month], confidence: float) -> Check:
    """Largest drift over six months that the months before the start still allow.

    A straight line is fitted through months -12 to -4; the figure is the far end of its interval.
    It is shown, never a gate: a test that finds nothing at low power would reassure wrongly.

    References
    ----------
    Roth (2022), "Pretest with caution: event-study estimates after testing for parallel trends",
    American Economic Review: Insights 4(3).
    """
    before = [m for m in months if BASELINE[0] <= m.month <= BASELINE[1]]
    if len(before) < 4:
        return Check(
            "pre_trend",
            "pr_cycle_time",
            segment,
            None,
            None,
            "not_checked",
            "There is too little history to see a drift before the start.",
        )
    at = np.array([m.month for m in before], dtype=np.float64)
    slope_weight = (at - at.mean()) / np.sum((at - at.mean()) ** 2)
    slope = float(sum(w * m.effect for w, m in zip(slope_weight, before, strict=True)))
    size = max(m.influence.size for m in before)
    influence = np.zeros(size)
    for w, m in zip(slope_weight, before, strict=True):
        influence[: m.influence.size] += w * m.influence
    error = float(np.sqrt((influence**2).sum()))
    reach = critical_value(1 - confidence, np.inf) * error
    drift = max(abs(slope - reach), abs(slope + reach)) * HORIZON
    status: Status = "warn" if abs(slope) > reach else "ok"
    percent = per_cent(float(np.exp(drift)))
    sentence = (
        f"Before the start the data allow a drift of at most {percent} % over six months."
        if status == "ok"
        else "Mentees and comparison people were already drifting apart before the start "
        f"(up to {percent} % over six months)."
    )
    return Check(
        "pre_trend", "pr_cycle_time", segment, float(np.exp(drift)), None, status, sentence
    )


def _window_mean(
    row: IntArray,
    month: IntArray,
    total: FloatArray,
    merged: FloatArray,
    window: tuple[int, int],
) -> FloatArray:
    """Mean log hours of each index row over a window of relative months, shape (rows,)."""
    inside = (month >= window[0]) & (month <= window[1])
    size = int(row.max(initial=-1)) + 1
    sums = np.bincount(row[inside], weights=np.nan_to_num(total[inside]), minlength=size)
    counts = np.bincount(row[inside], weights=np.nan_to_num(merged[inside]), minlength=size)
    mean: FloatArray = np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0)
    return mean


def _one_month(
    at: Table, change: FloatArray, segment: Segment, relative: int, confidence: float
) -> list[Month]:
    if len(at) == 0:
        return []
    cell, is_mentee, person = at.label("cell_id"), at.flag("is_mentee"), at.label("person_id")
    weight = att_weights(cell, is_mentee, ~np.isnan(change))
    mentees = int(((weight > 0) & is_mentee).sum())
    none = np.zeros((len(at), 0))
    fit = fit_within_cells(change, is_mentee, none, weight, cell, cell, person)
    if isinstance(fit, Refusal) or mentees < MINIMUM_MENTEES:
        return []
    reach = critical_value(1 - confidence, fit.degrees) * fit.standard_error
    by_person = np.bincount(person, weights=fit.influence)
    return [
        Month(
            "pr_cycle_time",
            segment,
            relative,
            float(np.exp(fit.estimate)),
            float(np.exp(fit.estimate - reach)),
            float(np.exp(fit.estimate + reach)),
            mentees,
            count_people(person[(weight > 0) & ~is_mentee]),
            fit.estimate,
            by_person.astype(np.float64),
        )
    ]


def _log_rate_ratio(at: Table, people: int) -> tuple[float, FloatArray, int, int] | None:
    """Log ratio of weighted rates, its influence by person, and the people in each arm."""
    count, time, is_mentee = at.number("incidents"), at.number("exposure"), at.flag("is_mentee")
    known = (time > 0) & ~np.isnan(count)
    weight = att_weights(at.label("cell_id"), is_mentee, known)
    person = at.label("person_id")
    influence, rates = np.zeros(people), []
    for rows, sign in (((weight > 0) & is_mentee, 1.0), ((weight > 0) & ~is_mentee, -1.0)):
        events = float((weight[rows] * count[rows]).sum())
        if events <= 0:
            return None
        rate = events / float((weight[rows] * time[rows]).sum())
        residual = weight[rows] * (count[rows] - rate * time[rows]) / events
        influence += sign * np.bincount(person[rows], weights=residual, minlength=people)
        rates.append(rate)
    arms = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    return (
        float(np.log(rates[0] / rates[1])),
        influence,
        count_people(person[arms[0]]),
        count_people(person[arms[1]]),
    )
