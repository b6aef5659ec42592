"""Judge all estimates together: intervals, Holm, checks, group tests, verdicts, sentences."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from impact.checks import Check
from impact.cohort import OVERALL, Segment
from impact.hidden_causes import (
    EValue,
    e_value_of_difference,
    e_value_of_hazard_ratio,
    e_value_of_log_hours,
    e_value_of_ratio,
)
from impact.matched import EPOCH
from impact.multiplicity import adjust_holm, applied_level
from impact.power import detectable_shift, on_scale
from impact.reference import critical_value, two_sided_p
from impact.rows import Row
from impact.segments import Heterogeneity, compare_groups, shrink
from impact.study import HEADLINE_MONTHS, HEADLINE_SCALE, LOWER_IS_BETTER, UNITS, Study
from impact.types import Outcome, Scale
from impact.verdicts import Figures, Ruling, Verdict, as_overall, decide, find_bias, find_gap

SEGMENT_LEVEL = 0.02
"""Holm-adjusted level under which a dimension's groups are taken to differ."""
WEAK_CAUSE = 1.25
"""An E-value under this is within reach of ordinary unrecorded differences."""

_Family = tuple[str, str, int]
_Pool = tuple[Outcome, Scale, int, str]
_Place = tuple[Outcome, str, str]


@dataclass(frozen=True)
class Judged:
    """One published estimate; the columns of `impact_estimates` and those disclosure needs."""

    outcome: Outcome
    scale: Scale
    comparison: str
    follow_up_months: int
    segment_dimension: str
    segment_value: str
    is_headline: bool
    unit: str
    verdict: str | None
    verdict_reason: str | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    range_low: float | None
    range_high: float | None
    p_value: float | None
    p_adjusted: float | None
    mentored_value: float | None
    comparison_value: float | None
    baseline_value: float | None
    n_mentored: int | None
    n_comparison: int | None
    n_mentored_eligible: int | None
    matched_share: float | None
    e_value: float | None
    e_value_ci: float | None
    detectable_effect: float | None
    decidable_on: dt.date | None
    events_mentored: int | None
    events_comparison: int | None
    nonevents_mentored: int | None
    nonevents_comparison: int | None


@dataclass(frozen=True)
class SegmentTest:
    """Whether one outcome's effect differs between the groups of one dimension."""

    outcome: Outcome
    segment_dimension: str
    q: float
    df: int
    p: float
    p_holm: float


@dataclass(frozen=True)
class _Context:
    study: Study
    checks: Mapping[Segment, Sequence[Check]]
    tests: Mapping[tuple[Outcome, str], SegmentTest]
    pools: Mapping[_Pool, Heterogeneity]
    overall: Mapping[tuple[Outcome, Scale, int], Row]
    settled: Mapping[_Place, Judged] | None


def test_segments(rows: Iterable[Row], study: Study) -> list[SegmentTest]:
    """Test each dimension for differing effects, outcome by outcome, Holm over dimensions.

    Parameters
    ----------
    rows
        All unjudged estimates; the headline matched ones of groups with enough data are used.
    study
        Windows and exports at hand.

    References
    ----------
    Cochran (1954), Biometrics 10; Holm (1979).
    """
    found: dict[Outcome, dict[str, Heterogeneity]] = defaultdict(dict)
    for (outcome, scale, months, dimension), groups in sorted(_pools(rows, study).items()):
        if study.is_headline(outcome, scale, months):
            found[outcome][dimension] = groups
    tests = []
    for outcome, dimensions in found.items():
        adjusted = adjust_holm([groups.p_value for groups in dimensions.values()])
        for (dimension, groups), p_holm in zip(dimensions.items(), adjusted, strict=True):
            tests.append(
                SegmentTest(outcome, dimension, groups.q, groups.degrees, groups.p_value, p_holm)
            )
    return tests


def judge(
    rows: Sequence[Row],
    checks: Iterable[Check],
    tests: Iterable[SegmentTest],
    study: Study,
    at_look: Iterable[Judged] | None = None,
) -> list[Judged]:
    """Turn unjudged estimates into published ones.

    Parameters
    ----------
    rows
        All estimates of all segments, windows and comparisons.
    checks
        All checks of all segments; failures turn verdicts into not comparable.
    tests
        The dimensions' tests, from `test_segments`.
    study
        Dates, confidence and plan.
    at_look
        Headline rows as judged on data cut at the last look; their verdicts stand until the next.
        None where today's data decide.

    Returns
    -------
    list[Judged]
        In the order of `rows`.
    """
    by_segment: dict[Segment, list[Check]] = defaultdict(list)
    for check in checks:
        by_segment[check.segment].append(check)
    context = _Context(
        study,
        by_segment,
        {(test.outcome, test.segment_dimension): test for test in tests},
        _pools(rows, study),
        {
            (row.outcome, row.scale, row.follow_up_months): row
            for row in rows
            if row.comparison == "matched" and row.segment == OVERALL
        },
        None if at_look is None else {_place(one): one for one in at_look},
    )
    families = _families(rows, study)
    judged: dict[int, Judged] = {}
    headline: dict[_Place, str] = {}
    order = sorted(
        range(len(rows)),
        key=lambda i: (
            not study.is_headline(rows[i].outcome, rows[i].scale, rows[i].follow_up_months)
        ),
    )
    for index in order:
        row = rows[index]
        if row.comparison != "matched":
            judged[index] = _unjudged(row, study)
            continue
        is_headline = study.is_headline(row.outcome, row.scale, row.follow_up_months)
        key = _place(row)
        gate = None if is_headline else headline.get(key, "no_clear_difference")
        result = _say_when(_judge_matched(row, families, context, gate), study)
        judged[index] = result
        if is_headline and result.verdict is not None:
            headline[key] = result.verdict
    return [judged[i] for i in range(len(rows))]


def _pools(rows: Iterable[Row], study: Study) -> dict[_Pool, Heterogeneity]:
    """Compare the groups with enough data of each dimension, outcome, scale and window."""
    groups: dict[_Pool, list[Row]] = defaultdict(list)
    for row in rows:
        if row.comparison != "matched" or row.segment == OVERALL:
            continue
        if find_gap(row, study, None) is None:
            key = (row.outcome, row.scale, row.follow_up_months, row.segment_dimension)
            groups[key].append(row)
    pools = {}
    for key, members in groups.items():
        result = compare_groups(
            [row.effect or 0.0 for row in members],
            [row.standard_error or 0.0 for row in members],
        )
        if result is not None:
            pools[key] = result
    return pools


def _families(rows: Sequence[Row], study: Study) -> dict[_Family, dict[Outcome, float]]:
    """Plain p-values of the outcomes judged together: one segment, each at one window.

    The headline family holds the four headline rows, whatever their windows; it goes under the
    window 0.
    """
    families: dict[_Family, dict[Outcome, float]] = defaultdict(dict)
    for row in rows:
        if row.comparison != "matched" or row.scale != HEADLINE_SCALE[row.outcome]:
            continue
        if find_gap(row, study, None) is not None:
            continue
        p_value = _p_value(row)
        if p_value is None:
            continue
        segment = (row.segment_dimension, row.segment_value)
        families[(*segment, row.follow_up_months)][row.outcome] = p_value
        if HEADLINE_MONTHS[row.outcome] == row.follow_up_months:
            families[(*segment, 0)][row.outcome] = p_value
    return families


def _judge_matched(
    row: Row,
    families: Mapping[_Family, Mapping[Outcome, float]],
    context: _Context,
    gate: str | None,
) -> Judged:
    study = context.study
    headline = study.is_headline(row.outcome, row.scale, row.follow_up_months)
    window = 0 if headline else row.follow_up_months
    family = families.get((row.segment_dimension, row.segment_value, window), {})
    others = [p for outcome, p in family.items() if outcome != row.outcome]
    level = applied_level(others, study.look.alpha or study.alpha)
    detectable = _detectable(row, context, level)
    gap = find_gap(row, study, detectable)
    if gap is not None:
        keep = detectable if gap.verdict == "not_enough_data" else None
        return _publish(row, study, gap, _no_figures(keep), blank=True)
    figures = _figures(row, family, detectable, study)
    if headline and context.settled is not None:
        return _settle(row, figures, context)
    bias = find_bias(row, context.checks.get(row.segment, ()))
    if bias is not None:
        return _publish(row, study, bias, figures)
    if row.segment != OVERALL:
        test = context.tests.get((row.outcome, row.segment_dimension))
        if test is None or test.p_holm >= SEGMENT_LEVEL:
            return _draw_to_mean(row, figures, context)
    verdict: Verdict | None = None if gate is None else _as_verdict(gate)
    return _publish(row, study, decide(row, figures, study, verdict), figures)


def _settle(row: Row, figures: Figures, context: _Context) -> Judged:
    """Publish today's figures under the verdict of the last look."""
    study = context.study
    then = (context.settled or {}).get(_place(row))
    if then is None or then.verdict is None:
        return _draw_to_mean(row, figures, context, Ruling("as_overall", _unseen(study)))
    ruling = Ruling(cast(Verdict, then.verdict), then.verdict_reason or "")
    if ruling.verdict == "not_enough_data":
        day = None if then.decidable_on is None else (then.decidable_on - EPOCH).days
        waiting = dataclasses.replace(row, decidable_on=day)
        return _publish(waiting, study, ruling, _no_figures(then.detectable_effect), blank=True)
    if ruling.verdict == "as_overall":
        return _draw_to_mean(row, figures, context, ruling)
    return _publish(row, study, ruling, figures)


def _unseen(study: Study) -> str:
    following = study.look.following
    when = "no look is left" if following is None else f"the next is on {following:%d.%m.%Y}"
    return f"Nobody of this group could be followed by the last planned look; {when}."


def _place(row: Row | Judged) -> _Place:
    return row.outcome, row.segment_dimension, row.segment_value


def _say_when(judged: Judged, study: Study) -> Judged:
    """Add the day of the look to the sentence of a headline verdict made on it."""
    look, reason = study.look, judged.verdict_reason
    is_made = judged.is_headline and judged.verdict != "no_data" and look.number > 0
    if study.plan is None or reason is None or not is_made or not look.is_today:
        return judged
    day = f"judged on {look.last:%d.%m.%Y}, look {look.number} of {study.plan.count}"
    return dataclasses.replace(judged, verdict_reason=f"{reason.removesuffix('.')}; {day}.")


def _draw_to_mean(
    row: Row, figures: Figures, context: _Context, ruling: Ruling | None = None
) -> Judged:
    """Publish the group's estimate drawn towards the mean of its dimension's groups."""
    study = context.study
    pool = context.pools.get((row.outcome, row.scale, row.follow_up_months, row.segment_dimension))
    if pool is None or row.effect is None or row.standard_error is None:
        return _publish(row, study, ruling or as_overall(row, is_alone=True), figures)
    drawn = shrink(row.effect, row.standard_error, pool)
    moved = dataclasses.replace(
        row,
        effect=drawn.estimate,
        standard_error=drawn.standard_error,
        degrees=math.inf,
        comparison_value=_comparison_value(row, drawn.estimate),
    )
    low, high = _interval(moved, study)
    shown = dataclasses.replace(
        figures, estimate=_natural(row.scale, drawn.estimate), low=low, high=high
    )
    return _publish(moved, study, ruling or as_overall(row), shown)


def _comparison_value(row: Row, effect: float) -> float | None:
    """What the comparison level must be for the arms to give this effect."""
    if row.mentored_value is None:
        return None
    if row.scale in ("ratio", "hazard_ratio"):
        return row.mentored_value / math.exp(effect)
    return row.mentored_value - effect


def _as_verdict(text: str) -> Verdict:
    allowed: dict[str, Verdict] = {"better": "better", "worse": "worse"}
    return allowed.get(text, "no_clear_difference")


def _unjudged(row: Row, study: Study) -> Judged:
    """Publish a naive or before/after row: figures without a verdict."""
    figures = _figures(row, {}, None, study)
    return _publish(row, study, None, figures)


def _figures(
    row: Row, family: Mapping[Outcome, float], detectable: float | None, study: Study
) -> Figures:
    if row.effect is None or row.standard_error is None:
        return _no_figures(detectable)
    low, high = _interval(row, study)
    p_value = _p_value(row)
    adjusted = None
    if row.scale == HEADLINE_SCALE[row.outcome] and row.outcome in family:
        outcomes = sorted(family)
        values = adjust_holm([family[outcome] for outcome in outcomes])
        adjusted = values[outcomes.index(row.outcome)]
    elif row.comparison == "matched":
        adjusted = p_value
    return Figures(_natural(row.scale, row.effect), low, high, p_value, adjusted, detectable)


def _no_figures(detectable: float | None) -> Figures:
    return Figures(None, None, None, None, None, detectable)


def _interval(row: Row, study: Study) -> tuple[float, float]:
    effect, error = row.effect or 0.0, row.standard_error or 0.0
    reach = critical_value(study.alpha, _degrees(row)) * error
    low, high = effect - reach, effect + reach
    if row.scale == "difference":
        low, high = max(low, -1.0), min(high, 1.0)
    return _natural(row.scale, low), _natural(row.scale, high)


def _natural(scale: Scale, value: float) -> float:
    return math.exp(value) if scale in ("ratio", "hazard_ratio") else value


def _degrees(row: Row) -> float:
    return math.inf if row.degrees is None else row.degrees


def _p_value(row: Row) -> float | None:
    if row.effect is None or row.standard_error is None:
        return None
    return two_sided_p(row.effect / row.standard_error, _degrees(row))


def _detectable(row: Row, context: _Context, level: float) -> float | None:
    """Smallest effect found with 80 % power, by the row's own error or one scaled from all."""
    error, degrees = row.standard_error, _degrees(row)
    if error is None:
        whole = context.overall.get((row.outcome, row.scale, row.follow_up_months))
        if whole is None or whole.standard_error is None or not whole.n_mentored:
            return None
        if not row.n_mentored:
            return None
        error = whole.standard_error * math.sqrt(whole.n_mentored / row.n_mentored)
        degrees = max(2.0, row.n_mentored - 1.0)
    lower = row.outcome in LOWER_IS_BETTER
    if row.scale == "hazard_ratio":
        lower = row.outcome == "retention"
    value = on_scale(detectable_shift(error, level, degrees), row.scale, lower)
    possible = {"difference": 1.0, "months": float(row.follow_up_months)}.get(row.scale, math.inf)
    return value if abs(value) < possible else None


def _e_value(row: Row, figures: Figures) -> EValue | None:
    """E-value of a matched row with an estimate."""
    if row.comparison != "matched" or figures.estimate is None:
        return None
    estimate, low, high = figures.estimate, figures.low or 0.0, figures.high or 0.0
    if row.outcome == "pr_cycle_time":
        logs = (math.log(estimate), math.log(low), math.log(high))
        return e_value_of_log_hours(*logs, row.deviation or 0.0)
    if row.scale == "ratio":
        return e_value_of_ratio(estimate, low, high)
    if row.scale == "hazard_ratio":
        return e_value_of_hazard_ratio(estimate, low, high, _event_share(row))
    if row.scale == "difference" and row.mentored_value is not None:
        return e_value_of_difference(row.mentored_value, row.comparison_value or 0.0, low, high)
    return None


def _event_share(row: Row) -> float:
    """Share of the people compared who met the event."""
    met = (row.events_mentored or 0) + (row.events_comparison or 0)
    spared = (row.nonevents_mentored or 0) + (row.nonevents_comparison or 0)
    return met / (met + spared) if met + spared else 0.0


def check_looks(study: Study) -> Check:
    """Whether looks were planned, and where today stands in the plan."""
    look = study.look
    value = float(look.number)
    if study.plan is None:
        return Check(
            "looks",
            "all",
            OVERALL,
            None,
            None,
            "warn",
            "No looks were planned: looking at verdicts often raises false alarms.",
        )
    count = study.plan.count
    if look.last is None:
        sentence = f"The first of {count} planned looks is still to come."
    elif look.is_today:
        sentence = f"This is look {look.number} of {count} planned ones."
    else:
        following = look.following
        sentence = (
            f"This is between planned looks: figures are today's, verdicts those of look "
            f"{look.number} of {count} on data up to {look.last:%d.%m.%Y}; "
        )
        sentence += (
            "it was the last." if following is None else f"the next is on {following:%d.%m.%Y}."
        )
    return Check("looks", "all", OVERALL, value, float(count), "ok", sentence)


def check_hidden_causes(row: Row, study: Study) -> Check:
    """How strong an unrecorded cause would have to be to explain the estimate away."""
    figures = _figures(row, {}, None, study)
    value = _e_value(row, figures)
    if value is None:
        return Check(
            "hidden_causes",
            row.outcome,
            row.segment,
            None,
            WEAK_CAUSE,
            "not_checked",
            "There is no estimate that a hidden cause could explain.",
        )
    if value.bound <= 1.0:
        return Check(
            "hidden_causes",
            row.outcome,
            row.segment,
            value.bound,
            WEAK_CAUSE,
            "ok",
            "The interval includes no difference, so there is nothing to explain away.",
        )
    return Check(
        "hidden_causes",
        row.outcome,
        row.segment,
        value.bound,
        WEAK_CAUSE,
        "warn" if value.bound < WEAK_CAUSE else "ok",
        "To explain the estimate away, something unrecorded would have to make both being mentored "
        f"and the outcome {value.estimate:.1f} times as likely ({value.bound:.1f} times for the "
        "nearer end of the interval).",
    )


def _span(row: Row) -> list[float]:
    """Designs A and B and the estimate on the natural scale, ascending; empty without designs."""
    if row.design_a is None or row.design_b is None or row.effect is None:
        return []
    return sorted(math.exp(value) for value in (row.design_a, row.design_b, row.effect))


def _publish(
    row: Row, study: Study, ruling: Ruling | None, figures: Figures, blank: bool = False
) -> Judged:
    """Lay out one row; a blank one keeps its counts and nulls its figures."""
    e_value = None if blank else _e_value(row, figures)
    ranges = _span(row)
    waiting = row.comparison == "matched" and ruling is not None
    undecided = waiting and ruling is not None and ruling.verdict == "not_enough_data"
    day = None if row.decidable_on is None else EPOCH + dt.timedelta(days=row.decidable_on)
    return Judged(
        outcome=row.outcome,
        scale=row.scale,
        comparison=row.comparison,
        follow_up_months=row.follow_up_months,
        segment_dimension=row.segment_dimension,
        segment_value=row.segment_value,
        is_headline=study.is_headline(row.outcome, row.scale, row.follow_up_months),
        unit=UNITS[(row.outcome, row.scale)],
        verdict=None if ruling is None else ruling.verdict,
        verdict_reason=None if ruling is None else ruling.sentence,
        estimate=figures.estimate,
        ci_low=figures.low,
        ci_high=figures.high,
        range_low=ranges[0] if ranges and not blank else None,
        range_high=ranges[-1] if ranges and not blank else None,
        p_value=figures.p_value,
        p_adjusted=figures.p_adjusted,
        mentored_value=None if blank else row.mentored_value,
        comparison_value=None if blank else row.comparison_value,
        baseline_value=None if blank else row.baseline_value,
        n_mentored=row.n_mentored,
        n_comparison=row.n_comparison,
        n_mentored_eligible=row.n_mentored_eligible,
        matched_share=row.matched_share,
        e_value=None if e_value is None else e_value.estimate,
        e_value_ci=None if e_value is None else e_value.bound,
        detectable_effect=figures.detectable,
        decidable_on=day if undecided else None,
        events_mentored=row.events_mentored,
        events_comparison=row.events_comparison,
        nonevents_mentored=row.nonevents_mentored,
        nonevents_comparison=row.nonevents_comparison,
    )
