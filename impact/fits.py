"""Every estimate of every segment, window and comparison, before anything is judged."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

import numpy as np

from impact.arms import Measure, count_at_risk, read_level
from impact.cohort import Cohort, Segment, Table
from impact.cycle_time import mean_log_hours
from impact.hazard import rate
from impact.matched import Surroundings, fit_matched
from impact.material import Material
from impact.naive import fit_before_after, fit_naive, since_hire
from impact.rows import Row
from impact.study import Study


def fit_all(material: Material, study: Study) -> list[Row]:
    """Fit every segment and window, in a fixed order.

    Parameters
    ----------
    material
        Matched rows, mentees and people by segment.
    study
        Windows and dates.

    Returns
    -------
    list[Row]
        Matched, before/after and naive rows; refusals are rows too.
    """
    rows: list[Row] = []
    for segment in material.segments:
        for months in study.follow_up_months:
            rows.extend(_fit_segment(material, segment, months, study))
        material.forget(segment)
    return rows


def _fit_segment(material: Material, segment: Segment, months: int, study: Study) -> Iterator[Row]:
    cohort = material.cohort(segment)
    is_open = segment.dimension != "cohort" or segment.value >= half_year(study.as_of)
    around = Surroundings(material.eligible(segment), study.as_of, is_open)
    people, mentees = material.people.get(segment), material.mentees.get(segment)
    for row in fit_matched(cohort, months, around):
        yield _with_baseline(row, cohort, people)
    if mentees is not None:
        yield from fit_before_after(mentees, segment, months)
    if people is not None:
        yield from fit_naive(people, segment, months)


def half_year(day: dt.date) -> str:
    """Name of the calendar half-year that holds a day, as cohorts are named."""
    return f"{day.year}-H{1 if day.month <= 6 else 2}"


def _with_baseline(row: Row, cohort: Cohort, people: Table | None) -> Row:
    """Add the level the comparison starts from.

    Mentees' own months -12 to -4 for cycle time, their own year before for incidents; everyone
    never mentored, from hire, for retention and promotion.
    """
    value: float | None = None
    table = cohort.designs.get("a")
    if row.outcome in ("retention", "promotion"):
        value = _never_mentored(row, people)
    elif table is not None and len(table):
        mentees = table.flag("is_mentee")
        if row.outcome == "pr_cycle_time":
            known = mentees & ~np.isnan(mean_log_hours(table, str(row.follow_up_months)))
            hours = table.number("base_hours_9")[known]
            hours = hours[~np.isnan(hours)]
            value = float(np.exp(hours.mean())) if hours.size else None
        else:
            count = table.number("base_incidents_12")[mentees]
            time = table.number("base_exposure_12")[mentees]
            value = float(count.sum() / time.sum()) if time.sum() > 0 else None
    return dataclasses.replace(row, baseline_value=value)


def _never_mentored(row: Row, people: Table | None) -> float | None:
    if people is None:
        return None
    measure: Measure = "promotion" if row.outcome == "promotion" else "retention"
    if row.scale == "months":
        measure = "months"
    never = since_hire(people, measure).never
    if count_at_risk(never, row.follow_up_months) < 2:
        return None
    if row.scale == "hazard_ratio":
        return rate(never.time, never.event, row.follow_up_months)
    return read_level(never, measure, row.follow_up_months)
