"""The two comparisons people make without a design, shown so that they can be seen to mislead."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from impact.arms import Arm, Measure, count_at_risk, fit_arm, read_arm
from impact.clusters import independent_error
from impact.cohort import Segment, Table, mean_of
from impact.hazard import fit_proportional, line_up, rate
from impact.rows import Row
from impact.staying import event_columns
from impact.types import BoolArray, Comparison, Fit, FloatArray, Outcome, Refusal, Scale

_ONE_ARM = Refusal("no_comparison", "One of the two groups has nobody with this outcome.")


def fit_naive(people: Table, segment: Segment, months: int) -> Iterator[Row]:
    """Everybody ever mentored against everybody never mentored, like for like or not.

    Parameters
    ----------
    people
        One row a person of the segment: mentored people's mentored months (or everything since
        hire, for leaving and promotion) and the others' employed months.
    segment
        The group the row is about.
    months
        Horizon since hire of retention and promotion; the other outcomes have no window here and
        are the same in each.
    """
    for name, fit in (("hours", _naive_hours), ("incidents", _naive_incidents)):
        row = people.remember(f"naive {name}", partial(fit, people, segment, months))
        yield dataclasses.replace(row, follow_up_months=months)
    for measure in ("retention", "months", "promotion"):
        yield _naive_curve(people, segment, measure, months)
    for outcome in ("retention", "promotion"):
        yield _naive_hazard(people, segment, outcome, months)


def fit_before_after(mentees: Table, segment: Segment, months: int) -> Iterator[Row]:
    """Mentees after the landmark against their own year before the start, recovery included.

    Parameters
    ----------
    mentees
        One row a mentee of the segment with a baseline.
    segment
        The group the row is about.
    months
        Follow-up window, from the landmark.
    """
    yield _own_hours(mentees, segment, months)
    yield _own_incidents(mentees, segment, months)


def _naive_hours(people: Table, segment: Segment, months: int) -> Row:
    row = _blank("pr_cycle_time", "ratio", "naive", segment, months)
    value = mean_of(people.number("log_hours_sum"), people.number("merged"))
    known, arm = np.isfinite(value), people.flag("is_ever_mentored")
    row = _count(row, known, arm)
    if min(row.n_mentored or 0, row.n_comparison or 0) < 2:
        return row.with_refusal(_ONE_ARM)
    levels, influence = [], np.zeros(value.size)
    for group, sign in ((known & arm, 1.0), (known & ~arm, -1.0)):
        level = float(value[group].mean())
        influence[group] = sign * (value[group] - level) / group.sum()
        levels.append(level)
    return _finish(row, levels[0] - levels[1], influence, np.exp(levels[0]), np.exp(levels[1]))


def _naive_incidents(people: Table, segment: Segment, months: int) -> Row:
    row = _blank("incident_rate", "ratio", "naive", segment, months)
    count, time = people.number("incidents"), people.number("exposure")
    known, arm = (time > 0) & np.isfinite(count), people.flag("is_ever_mentored")
    row = _count(row, known, arm)
    groups = (known & arm, known & ~arm)
    if any(not group.any() or count[group].sum() <= 0 for group in groups):
        return row.with_refusal(_ONE_ARM)
    rates, influence = [], np.zeros(count.size)
    for group, sign in zip(groups, (1.0, -1.0), strict=True):
        rate = float(count[group].sum() / time[group].sum())
        influence[group] = sign * (count[group] - rate * time[group]) / count[group].sum()
        rates.append(rate)
    return _finish(row, float(np.log(rates[0] / rates[1])), influence, rates[0], rates[1])


def _naive_curve(people: Table, segment: Segment, measure: Measure, months: int) -> Row:
    outcome: Outcome = "promotion" if measure == "promotion" else "retention"
    scale: Scale = "months" if measure == "months" else "difference"
    row = _blank(outcome, scale, "naive", segment, months)
    groups = since_hire(people, measure)
    known = groups.mentored_rows | groups.never_rows
    row = _count(row, known, groups.mentored_rows)
    arms = (groups.mentored, groups.never)
    if any(count_at_risk(arm, months) < 2 for arm in arms):
        return row.with_refusal(_ONE_ARM)
    row = _count_events(row, arms, months)
    influence = np.zeros(len(people))
    mentored, influence[groups.mentored_rows] = read_arm(groups.mentored, measure, months)
    never, against = read_arm(groups.never, measure, months)
    influence[groups.never_rows] = -against
    return _finish(row, mentored - never, influence, mentored, never)


def _naive_hazard(people: Table, segment: Segment, outcome: Outcome, months: int) -> Row:
    """The usual report on attrition: as if whoever is mentored later could have left before."""
    measure: Measure = "promotion" if outcome == "promotion" else "retention"
    row = _blank(outcome, "hazard_ratio", "naive", segment, months)
    groups = since_hire(people, measure)
    known = groups.mentored_rows | groups.never_rows
    row = _count(row, known, groups.mentored_rows)
    arms = (groups.mentored, groups.never)
    if any(count_at_risk(arm, months) < 2 for arm in arms):
        return row.with_refusal(_ONE_ARM)
    row = _count_events(row, arms, months)
    time, event, _ = event_columns(people, measure)
    met, person = (event == 1) & (time <= months), np.arange(len(people))
    together, weight = np.zeros(len(people), dtype=np.int64), known.astype(np.float64)
    risk = people.remember(
        f"risk since hire of {measure}",
        lambda: line_up(time, groups.mentored_rows, weight, together),
    )
    fit = risk if isinstance(risk, Refusal) else fit_proportional(risk, met, person, person)
    if isinstance(fit, Refusal):
        return row.with_refusal(fit)
    mentored = rate(groups.mentored.time, groups.mentored.event, months)
    expected = mentored / float(np.exp(fit.estimate))
    return row.with_fit(fit, mentored, expected)


@dataclass(frozen=True)
class SinceHire:
    """Ever and never mentored people followed from hire, and which rows they are."""

    mentored_rows: BoolArray
    never_rows: BoolArray
    mentored: Arm
    never: Arm


def since_hire(people: Table, measure: Measure) -> SinceHire:
    """Curves from hire of the ever and the never mentored, fitted once for all horizons."""
    kind: Measure = "promotion" if measure == "promotion" else "retention"

    def build() -> SinceHire:
        time, event, able = event_columns(people, kind)
        known, arm = able & np.isfinite(time) & (time > 0), people.flag("is_ever_mentored")
        rows = (known & arm, known & ~arm)
        arms = [fit_arm(time[own], event[own], np.ones(int(own.sum())), kind) for own in rows]
        return SinceHire(rows[0], rows[1], arms[0], arms[1])

    return people.remember(f"since hire by {kind}", build)


def _own_hours(mentees: Table, segment: Segment, months: int) -> Row:
    row = _blank("pr_cycle_time", "ratio", "before_after", segment, months)
    after = mean_of(mentees.number(f"log_hours_sum_{months}"), mentees.number(f"merged_{months}"))
    before = mentees.number("base_hours_12")
    known = np.isfinite(after) & np.isfinite(before)
    row = dataclasses.replace(row, n_mentored=int(known.sum()), n_comparison=int(known.sum()))
    if known.sum() < 2:
        return row.with_refusal(_ONE_ARM)
    change = np.where(known, after - before, 0.0)
    effect = float(change[known].mean())
    influence = np.where(known, (change - effect) / known.sum(), 0.0)
    mentored = float(np.exp(after[known].mean()))
    return _finish(row, effect, influence, mentored, mentored / np.exp(effect))


def _own_incidents(mentees: Table, segment: Segment, months: int) -> Row:
    row = _blank("incident_rate", "ratio", "before_after", segment, months)
    count, time = mentees.number(f"incidents_{months}"), mentees.number(f"exposure_{months}")
    count_before, time_before = (
        mentees.number("base_incidents_12"),
        mentees.number("base_exposure_12"),
    )
    known = (time > 0) & (time_before > 0) & np.isfinite(count) & np.isfinite(count_before)
    row = dataclasses.replace(row, n_mentored=int(known.sum()), n_comparison=int(known.sum()))
    if not known.any() or count[known].sum() <= 0 or count_before[known].sum() <= 0:
        return row.with_refusal(_ONE_ARM)
    influence = np.zeros(count.size)
    rates = []
    for events, months_at_risk, sign in ((count, time, 1.0), (count_before, time_before, -1.0)):
        rate = float(events[known].sum() / months_at_risk[known].sum())
        residual = events[known] - rate * months_at_risk[known]
        influence[known] += sign * residual / events[known].sum()
        rates.append(rate)
    return _finish(row, float(np.log(rates[0] / rates[1])), influence, rates[0], rates[1])


def _blank(
    outcome: Outcome, scale: Scale, comparison: Comparison, segment: Segment, months: int
) -> Row:
    return Row(
        outcome=outcome,
        scale=scale,
        comparison=comparison,
        follow_up_months=months,
        segment_dimension=segment.dimension,
        segment_value=segment.value,
    )


def _count(row: Row, known: BoolArray, arm: BoolArray) -> Row:
    return dataclasses.replace(
        row, n_mentored=int((known & arm).sum()), n_comparison=int((known & ~arm).sum())
    )


def _count_events(row: Row, arms: tuple[Arm, Arm], months: int) -> Row:
    met = [int(np.count_nonzero((arm.event == 1) & (arm.time <= months))) for arm in arms]
    return dataclasses.replace(
        row,
        events_mentored=met[0],
        events_comparison=met[1],
        nonevents_mentored=arms[0].time.size - met[0],
        nonevents_comparison=arms[1].time.size - met[1],
    )


def _finish(
    row: Row, effect: float, influence: FloatArray, mentored: float, comparison: float
) -> Row:
    """Fill in the estimate; people are independent of each other here."""
    clustered = independent_error(influence)
    if not (np.isfinite(effect) and clustered.standard_error > 0):
        return row.with_refusal(
            Refusal("constant_outcome", "The outcome is the same for everyone compared.")
        )
    fit = Fit(effect, clustered.standard_error, clustered.degrees, influence, influence != 0)
    return row.with_fit(fit, float(mentored), float(comparison))
