"""The headline comparison: one segment's mentees against matched people not mentored yet."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact.arms import Measure
from impact.cohort import Cohort, Table, count_people
from impact.cycle_time import fit_cycle_time, mean_log_hours, mirror_column
from impact.hazard import fit_hazard_ratio, mentored_rate
from impact.incident_rate import fit_incident_rate
from impact.power import decidable_on
from impact.rows import Row
from impact.staying import MINIMUM_AT_RISK, event_columns, fit_at_horizon, weigh_arms
from impact.study import HEADLINE_MONTHS
from impact.types import BoolArray, FloatArray, IntArray, Outcome, Refusal, Scale
from impact.weights import att_weights

NEEDED_MENTEES = 50
NEEDED_EVENTS = 10
NEEDED_MONTHS = 3
HEADLINE_FLOW_MONTHS = 6
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Surroundings:
    """What is known of a segment beside its matched rows.

    Attributes
    ----------
    eligible
        Mentees with a baseline, matched or not.
    as_of
        The day up to which data are used.
    is_open
        Whether anybody can still join the group: a half-year that is over takes nobody more.
    """

    eligible: int
    as_of: dt.date
    is_open: bool = True


def fit_matched(
    cohort: Cohort, months: int, surroundings: Surroundings, with_hazards: bool = True
) -> Iterator[Row]:
    """All matched rows of one segment and window: outcomes, restricted mean, hazard ratios.

    Parameters
    ----------
    cohort
        The segment's matched rows.
    months
        Follow-up window, from the landmark.
    surroundings
        Eligible mentees and the as-of day.
    with_hazards
        Whether hazard ratios are wanted.
    """
    yield _cycle_time(cohort, months, surroundings)
    yield _incident_rate(cohort, months, surroundings)
    retention = _staying(cohort, "retention", months, surroundings)
    yield retention
    yield _staying(cohort, "months", months, surroundings)
    promotion = _staying(cohort, "promotion", months, surroundings)
    yield promotion
    if with_hazards:
        yield _hazard_ratio(cohort, retention)
        yield _hazard_ratio(cohort, promotion)


def fit_headline_rows(cohort: Cohort, surroundings: Surroundings) -> Iterator[Row]:
    """The matched rows of the four headline outcomes, each at its own window."""
    yield _cycle_time(cohort, HEADLINE_MONTHS["pr_cycle_time"], surroundings)
    yield _incident_rate(cohort, HEADLINE_MONTHS["incident_rate"], surroundings)
    yield _staying(cohort, "retention", HEADLINE_MONTHS["retention"], surroundings)
    yield _staying(cohort, "promotion", HEADLINE_MONTHS["promotion"], surroundings)


def _blank(
    cohort: Cohort, outcome: Outcome, scale: Scale, months: int, around: Surroundings
) -> Row:
    table = cohort.designs.get("a")
    matched = 0 if table is None else int(table.flag("is_mentee").sum())
    return Row(
        outcome=outcome,
        scale=scale,
        comparison="matched",
        follow_up_months=months,
        segment_dimension=cohort.segment.dimension,
        segment_value=cohort.segment.value,
        n_mentored=0,
        n_comparison=0,
        n_mentored_eligible=around.eligible,
        matched_share=min(1.0, matched / around.eligible) if around.eligible else None,
    )


def _cycle_time(cohort: Cohort, months: int, around: Surroundings) -> Row:
    row = _blank(cohort, "pr_cycle_time", "ratio", months, around)
    table = cohort.designs.get("b")
    if table is None:
        return row.with_refusal(Refusal("no_comparison", "No mentee could be matched."))
    change = mean_log_hours(table, str(months)) - table.number(mirror_column(months))
    followed = table.number(f"followup_git_months_{months}")
    weight = _weigh(table, ~np.isnan(change))
    row, refusal = _describe(row, table, weight, followed, around, months)
    if refusal is not None:
        return row.with_refusal(refusal)
    fit = fit_cycle_time(cohort, months)
    if isinstance(fit, Refusal):
        return row.with_refusal(fit)
    mentored, both = float(np.exp(fit.mentored_log_hours)), fit.combined
    return dataclasses.replace(
        row.with_fit(fit.fit, mentored, mentored / float(np.exp(fit.fit.estimate))),
        design_a=both.design_a.estimate,
        design_b=both.design_b.estimate,
        error_a=both.design_a.standard_error,
        error_b=both.design_b.standard_error,
        disagreement=both.disagreement,
        disagreement_error=both.disagreement_error,
        deviation=fit.deviation,
    )


def _incident_rate(cohort: Cohort, months: int, around: Surroundings) -> Row:
    row = _blank(cohort, "incident_rate", "ratio", months, around)
    table = cohort.designs.get("a")
    if table is None:
        return row.with_refusal(Refusal("no_comparison", "No mentee could be matched."))
    count = table.number(f"incidents_{months}")
    time = table.number(f"exposure_{months}")
    known = (time > 0) & ~np.isnan(count)
    followed, weight = np.where(known, table.number("leave_time"), 0.0), _weigh(table, known)
    row, refusal = _describe(row, table, weight, followed, around, months)
    row = _count_incidents(row, table, weight, count)
    if refusal is not None:
        return row.with_refusal(refusal)
    fit = fit_incident_rate(table, months)
    if isinstance(fit, Refusal):
        return row.with_refusal(fit)
    mentees = known & table.flag("is_mentee")
    mentored = float(count[mentees].sum() / time[mentees].sum())
    return row.with_fit(fit, mentored, mentored / float(np.exp(fit.estimate)))


def _staying(cohort: Cohort, measure: Measure, months: int, around: Surroundings) -> Row:
    outcome: Outcome = "promotion" if measure == "promotion" else "retention"
    scale: Scale = "months" if measure == "months" else "difference"
    row = _blank(cohort, outcome, scale, months, around)
    table = cohort.designs.get("a")
    if table is None:
        return row.with_refusal(Refusal("no_comparison", "No mentee could be matched."))
    time, event, _ = event_columns(table, measure)
    followed, weight = np.where(event > 0, np.inf, time), weigh_arms(table, measure)
    row, refusal = _describe(row, table, weight, followed, around, months)
    row = _count_people(row, table, weight, (event == 1) & (time <= months))
    if refusal is not None:
        return row.with_refusal(refusal)
    result = fit_at_horizon(table, measure, months)
    if isinstance(result, Refusal):
        return row.with_refusal(result)
    return row.with_fit(result.fit, result.mentored, result.comparison)


def _hazard_ratio(cohort: Cohort, difference: Row) -> Row:
    """Leaving or promotion as a ratio of rates, on the people and under the limits of a row."""
    row = dataclasses.replace(
        difference,
        scale="hazard_ratio",
        effect=None,
        standard_error=None,
        degrees=None,
        mentored_value=None,
        comparison_value=None,
    )
    table = cohort.designs.get("a")
    if table is None or row.refusal is not None:
        return row
    measure: Measure = "promotion" if row.outcome == "promotion" else "retention"
    fit = fit_hazard_ratio(table, measure, row.follow_up_months)
    if isinstance(fit, Refusal):
        return row.with_refusal(fit)
    mentored = mentored_rate(table, measure, row.follow_up_months)
    return row.with_fit(fit, mentored, mentored / float(np.exp(fit.estimate)))


def _describe(
    row: Row,
    table: Table,
    weight: FloatArray,
    followed: FloatArray,
    around: Surroundings,
    months: int,
) -> tuple[Row, Refusal | None]:
    """Count who is compared and for how long they were followed; refuse an unreached window."""
    is_mentee = table.flag("is_mentee")
    mentees, others = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    count = int(mentees.sum())
    long_enough = int((followed[mentees] >= NEEDED_MONTHS).sum())
    row = dataclasses.replace(
        row,
        n_mentored=count,
        n_comparison=_people(table, others),
        followed_share=long_enough / count if count else None,
        decidable_on=_decidable(row, table, is_mentee, around, months),
    )
    if count == 0:
        return row, Refusal("no_follow_up", "No mentee with a comparable colleague has any yet.")
    reached = mentees & (followed >= months)
    reached_others = _people(table, others & (followed >= months))
    enough = min(int(reached.sum()), reached_others) >= MINIMUM_AT_RISK
    if months > HEADLINE_FLOW_MONTHS and not enough:
        return row, Refusal(
            "horizon_not_reached", f"Too few people have been followed for {months} months yet."
        )
    return row, None


def _decidable(
    row: Row, table: Table, is_mentee: BoolArray, around: Surroundings, months: int
) -> int | None:
    """When enough mentees will have been followed; flow outcomes need three months of it."""
    flow = row.scale == "ratio" and months <= HEADLINE_FLOW_MONTHS
    wait = NEEDED_MONTHS if flow else months
    landmarks = table.number("landmark")[is_mentee]
    if not around.is_open and landmarks.size < NEEDED_MENTEES:
        return None
    return decidable_on((around.as_of - EPOCH).days, landmarks, NEEDED_MENTEES, wait)


def _weigh(table: Table, known: BoolArray) -> FloatArray:
    return att_weights(table.label("cell_id"), table.flag("is_mentee"), known)


def _people(table: Table, rows: BoolArray) -> int:
    return count_people(table.label("person_id")[rows])


def _count_incidents(row: Row, table: Table, weight: FloatArray, count: FloatArray) -> Row:
    """Incidents by arm; a comparison person's are those of the row that saw most of them."""
    is_mentee, person = table.flag("is_mentee"), table.label("person_id")
    mentees, others = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    most = _most(person[others], count[others])
    return dataclasses.replace(
        row,
        incidents_mentored=int(count[mentees].sum()),
        incidents_comparison=int(most.sum()),
        events_mentored=int((count[mentees] > 0).sum()),
        events_comparison=int((most > 0).sum()),
        nonevents_mentored=int((count[mentees] == 0).sum()),
        nonevents_comparison=int((most == 0).sum()),
    )


def _count_people(row: Row, table: Table, weight: FloatArray, met: BoolArray) -> Row:
    """People of each arm with and without the event."""
    is_mentee, person = table.flag("is_mentee"), table.label("person_id")
    mentees, others = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    most = _most(person[others], met[others].astype(np.float64))
    return dataclasses.replace(
        row,
        events_mentored=int(met[mentees].sum()),
        events_comparison=int((most > 0).sum()),
        nonevents_mentored=int((~met[mentees]).sum()),
        nonevents_comparison=int((most == 0).sum()),
    )


def _most(person: IntArray, values: FloatArray) -> FloatArray:
    """Each person's largest value, one entry a person."""
    most = np.full(int(person.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(most, person, values)
    return most[most > -np.inf]
