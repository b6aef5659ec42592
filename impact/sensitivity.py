"""The headline again under other choices: how much does the answer hang on ours?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.censoring import fit_censoring_weighted, starts_later
from impact.cohort import OVERALL, Cohort, Segment, Table, count_people, mean_of
from impact.cycle_time import fit_cycle_time
from impact.incident_rate import fit_incident_rate
from impact.material import Material
from impact.reference import critical_value
from impact.rows import Row
from impact.staying import fit_at_horizon
from impact.study import HEADLINE_MONTHS, HEADLINE_SCALE, Study
from impact.two_way import fit_two_way
from impact.types import Design, Fit, Outcome, Refusal
from impact.verdicts import find_gap

Variant = Literal[
    "undrawn",
    "design_a",
    "design_b",
    "two_way_fe",
    "clean_controls",
    "censoring_weighted",
    "two_sessions",
    "without_events",
    "onboarding",
    "unexposed_comparison",
]


@dataclass(frozen=True)
class Sensitivity:
    """One headline outcome under one other choice, on its natural scale.

    Attributes
    ----------
    outcome, variant, segment
        What the row is about.
    estimate, ci_low, ci_high
        Ratio or difference.
    n_mentored, n_comparison
        People behind it.
    """

    outcome: Outcome
    variant: Variant
    segment: Segment
    estimate: float
    ci_low: float
    ci_high: float
    n_mentored: int
    n_comparison: int


Estimated = Mapping[Segment, Collection[Outcome]]
"""Segments, and which of the headline outcomes are estimated there on enough people."""


def vary(
    rows: Iterable[Row],
    estimated: Estimated,
    material: Material,
    panel: Table | None,
    study: Study,
) -> list[Sensitivity]:
    """Every variant that could be fitted.

    Parameters
    ----------
    rows
        All estimates, for the two designs of cycle time in every segment.
    estimated
        From `find_estimated`.
    material
        Matched rows.
    panel
        Person-months: `person_id`, `month_number`, `log_hours_sum`, `pr_merged_count`,
        `is_mentored`, for the two-way fit of everyone together; none without pull requests.
    study
        Confidence.
    """
    found = [*_designs(rows, study)]
    for segment, outcomes in estimated.items():
        cohort = material.cohort(segment)
        found.extend(_clean_controls(cohort, outcomes, material, study))
        found.extend(_censoring_weighted(cohort, outcomes, material, study))
        material.forget(segment)
    if panel is not None and study.has_git:
        found.extend(_two_way(panel, study))
    return found


def find_estimated(rows: Iterable[Row], study: Study) -> Estimated:
    """Find the headline estimates that are shown: elsewhere a variant has nothing beside it."""
    found: dict[Segment, list[Outcome]] = defaultdict(list)
    for row in rows:
        is_fitted = row.comparison == "matched" and row.effect is not None
        if is_fitted and _is_headline(row, study) and find_gap(row, study, None) is None:
            found[row.segment].append(row.outcome)
    return dict(sorted(found.items()))


def _is_headline(row: Row, study: Study) -> bool:
    return study.is_headline(row.outcome, row.scale, row.follow_up_months)


def _designs(rows: Iterable[Row], study: Study) -> Iterator[Sensitivity]:
    for row in rows:
        if row.comparison != "matched" or row.effect is None or not _is_headline(row, study):
            continue
        pairs: list[tuple[Variant, float | None, float | None]] = [
            ("design_a", row.design_a, row.error_a),
            ("design_b", row.design_b, row.error_b),
        ]
        if row.segment != OVERALL:
            # A group that shows no sign of differing is published drawn towards all groups.
            pairs.append(("undrawn", row.effect, row.standard_error))
        for variant, effect, error in pairs:
            if effect is not None and error is not None:
                yield lay_out_row(row, variant, effect, error, study)


def lay_out_row(
    row: Row, variant: Variant, effect: float, error: float, study: Study
) -> Sensitivity:
    """Lay out what an estimate's row says, with the row's people and degrees of freedom."""
    degrees = np.inf if row.degrees is None else row.degrees
    values = _on_natural_scale(row.outcome, effect, error, degrees, study)
    people = row.n_mentored or 0, row.n_comparison or 0
    return Sensitivity(row.outcome, variant, row.segment, *values, *people)


def _clean_controls(
    cohort: Cohort, outcomes: Collection[Outcome], material: Material, study: Study
) -> Iterator[Sensitivity]:
    """Leave out comparison people who start within the window.

    That conditions on the future, which is why it is no headline.
    """
    later = {name: starts_later(table, material.rows) for name, table in cohort.designs.items()}
    for outcome in outcomes:
        months = HEADLINE_MONTHS[outcome]
        kept: dict[Design, Table] = {}
        for name, table in cohort.designs.items():
            kept[name] = table.take(~(later[name] & (table.number("leave_time") < months)))
        fit = fit_headline(Cohort(cohort.segment, kept), outcome, months)
        if fit is not None:
            design: Design = "b" if outcome == "pr_cycle_time" else "a"
            yield lay_out(outcome, "clean_controls", cohort.segment, fit, kept[design], study)


def fit_headline(cohort: Cohort, outcome: Outcome, months: int) -> Fit | None:
    """Fit one headline outcome by its own estimator; none where it is refused."""
    if outcome == "pr_cycle_time":
        result = fit_cycle_time(cohort, months)
        return None if isinstance(result, Refusal) else result.fit
    table = cohort.designs["a"]
    if outcome == "incident_rate":
        rate = fit_incident_rate(table, months)
        return None if isinstance(rate, Refusal) else rate
    difference = fit_at_horizon(table, outcome, months)
    return None if isinstance(difference, Refusal) else difference.fit


def _censoring_weighted(
    cohort: Cohort, outcomes: Collection[Outcome], material: Material, study: Study
) -> Iterator[Sensitivity]:
    table = cohort.designs["a"]
    measures: tuple[Literal["retention", "promotion"], ...] = ("retention", "promotion")
    for measure in measures:
        if measure not in outcomes:
            continue
        months = HEADLINE_MONTHS[measure]
        # The same horizon must have been reached as for the headline.
        if isinstance(fit_at_horizon(table, measure, months), Refusal):
            continue
        fit = fit_censoring_weighted(table, material.rows, measure, months)
        if not isinstance(fit, Refusal):
            yield lay_out(measure, "censoring_weighted", cohort.segment, fit, table, study)


def _two_way(panel: Table, study: Study) -> Iterator[Sensitivity]:
    merged, total = panel.number("pr_merged_count"), panel.number("log_hours_sum")
    value = mean_of(total, merged)
    treated, person = panel.flag("is_mentored"), panel.label("person_id")
    fit = fit_two_way(value, treated, person, panel.label("month_number"))
    if isinstance(fit, Refusal):
        return
    reach = critical_value(study.alpha, fit.degrees) * fit.standard_error
    mentored = np.unique(person[fit.used & treated])
    everybody = np.unique(person[fit.used])
    yield Sensitivity(
        "pr_cycle_time",
        "two_way_fe",
        OVERALL,
        float(np.exp(fit.estimate)),
        float(np.exp(fit.estimate - reach)),
        float(np.exp(fit.estimate + reach)),
        int(mentored.size),
        int(everybody.size - mentored.size),
    )


def lay_out(
    outcome: Outcome, variant: Variant, segment: Segment, fit: Fit, table: Table, study: Study
) -> Sensitivity:
    """Lay out one variant, with the people its fit used."""
    values = _on_natural_scale(outcome, fit.estimate, fit.standard_error, fit.degrees, study)
    is_mentee, person = table.flag("is_mentee"), table.label("person_id")
    return Sensitivity(
        outcome,
        variant,
        segment,
        *values,
        int((fit.used & is_mentee).sum()),
        count_people(person[fit.used & ~is_mentee]),
    )


def _on_natural_scale(
    outcome: Outcome, effect: float, error: float, degrees: float, study: Study
) -> tuple[float, float, float]:
    """Estimate and interval as a ratio or a difference in shares."""
    reach = critical_value(study.alpha, degrees) * error
    values = (effect, effect - reach, effect + reach)
    if HEADLINE_SCALE[outcome] == "ratio":
        estimate, low, high = (float(np.exp(value)) for value in values)
    else:
        estimate, low, high = (min(1.0, max(-1.0, value)) for value in values)
    return estimate, low, high
