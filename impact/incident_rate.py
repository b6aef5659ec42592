"""Incidents answered as primary responder, per month at work."""

from __future__ import annotations

import numpy as np

from impact.cohort import Table
from impact.cycle_time import with_unknown
from impact.poisson import fit_counts
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal
from impact.weights import att_weights


def log_rate(count: FloatArray, months: FloatArray) -> FloatArray:
    """Log of events a month, with half an event and half a month added so that 0 has one."""
    rate: FloatArray = np.log((count + 0.5) / (months + 0.5))
    return rate


def fit_incident_rate(table: Table, months: int) -> Fit | Refusal:
    """Compare incidents per month at work in months +1 to +`months` after the landmark.

    Weighted Poisson regression with the time at work as offset, adjusted for each person's own
    incident rate over 6 and 12 months and its square, both cycle-time baselines, tenure, time on
    call where schedules are known, level and job family. The sandwich is clustered by person and
    by team, because one outage pages several of a team.

    Parameters
    ----------
    table
        The segment's rows in design a.
    months
        Follow-up window, cumulative from the landmark.

    Returns
    -------
    Fit | Refusal
        The log rate ratio.
    """
    count, time = table.number(f"incidents_{months}"), table.number(f"exposure_{months}")
    is_mentee = table.flag("is_mentee")
    known = (time > 0) & ~np.isnan(count)
    if known.any() and count[known].sum() == 0:
        return Refusal("no_events", "Nobody in either group had an incident.")
    columns = [*table.remember("incident baselines", lambda: _baselines(table))]
    for name in ("level", "job_family"):
        effects, informative = informative_effects(table.label(name), known, count)
        columns.extend(effects.T)
        known &= informative
    covariates = np.array(columns).T
    weight = att_weights(table.label("cell_id"), is_mentee, known)
    clusters = table.label("person_id"), table.label("team_id")
    both = table.pairs("person_id", "team_id")
    earlier: dict[int, FloatArray] = table.remember("incident coefficients", dict)
    return fit_counts(count, time, is_mentee, covariates, weight, *clusters, both, earlier=earlier)


def _baselines(table: Table) -> list[FloatArray]:
    half = log_rate(table.number("base_incidents_6"), table.number("base_exposure_6"))
    year = log_rate(table.number("base_incidents_12"), table.number("base_exposure_12"))
    columns = [half, year, year**2, table.number("tenure_months")]
    for name in ("base_hours_3", "base_hours_9"):
        columns.extend(with_unknown(table.number(name)))
    weeks = table.number("base_on_call_weeks_12")
    if np.nansum(weeks) > 0:
        columns.append(log_rate(np.nan_to_num(weeks), table.number("base_exposure_12")))
    return columns


def informative_effects(
    category: IntArray, known: BoolArray, count: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """One column a category but the first, and the rows of categories with any incident.

    A category without a single incident has a rate of zero whatever mentoring does: it says
    nothing about a ratio and would send its effect to minus infinity.
    """
    size = int(category.max(initial=0)) + 1
    events = np.bincount(category[known], weights=count[known], minlength=size)
    present = np.flatnonzero(events > 0)
    columns = (present[1:, None] == category).astype(np.float64)
    return columns.T, events[category] > 0
