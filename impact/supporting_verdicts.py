"""Verdicts and sentences of supporting outcomes, judged among themselves."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from impact.checks import Check, are_apart
from impact.cohort import OVERALL, Segment
from impact.hidden_causes import (
    EValue,
    e_value_of_difference,
    e_value_of_log_hours,
    e_value_of_ratio,
)
from impact.judge import Judged
from impact.lines import Line
from impact.matched import EPOCH, NEEDED_EVENTS, NEEDED_MENTEES, NEEDED_MONTHS
from impact.multiplicity import adjust_holm, applied_level
from impact.power import detectable_shift, on_scale
from impact.reference import critical_value
from impact.segments import Heterogeneity, compare_groups, shrink
from impact.study import Study
from impact.types import Fit, Outcome, Refusal
from impact.wording import about_people, decimals, in_months, per_cent, points, signed


@dataclass(frozen=True)
class Supported(Judged):
    """A published supporting estimate, with what its rounding needs.

    Attributes
    ----------
    deviation
        Standard deviation of a comparison person's value in an own unit; none where the unit is
        a share, a ratio or hours, whose rounding is fixed.
    """

    deviation: float | None = None


def judge_lines(lines: Sequence[Line], checks: Iterable[Check], study: Study) -> list[Supported]:
    """Rule on every line: gaps, failed checks, Holm within group and window, then a sentence.

    Parameters
    ----------
    lines
        All supporting estimates.
    checks
        Failures that concern every outcome of a group make its lines not comparable.
    study
        Plan, confidence and as-of day.

    References
    ----------
    Holm (1979), over the supporting outcomes of one group and window.
    """
    failed: dict[Segment, str] = {}
    for check in checks:
        if check.status == "fail" and check.outcome == "all":
            failed.setdefault(check.segment, check.sentence)
    families: dict[tuple[Segment, int], list[Line]] = defaultdict(list)
    for line in lines:
        if _gap(line) is None and line.fit is not None:
            families[(line.segment, line.months)].append(line)
    pools = _pools(families)
    adjusted: dict[int, tuple[float, float]] = {}
    for family in families.values():
        values = [line.p_value or 0.0 for line in family]
        for place, (line, p_adjusted) in enumerate(zip(family, adjust_holm(values), strict=True)):
            others = values[:place] + values[place + 1 :]
            level = applied_level(others, study.look.alpha or study.alpha)
            adjusted[id(line)] = (p_adjusted, level)
    return [
        _rule(line, adjusted.get(id(line)), failed.get(line.segment), pools, study)
        for line in lines
    ]


_Pool = tuple[str, int, str]


def _pools(families: Mapping[tuple[Segment, int], Sequence[Line]]) -> dict[_Pool, Heterogeneity]:
    groups: dict[_Pool, list[Fit]] = defaultdict(list)
    for family in families.values():
        for line in family:
            if line.segment != OVERALL and line.fit is not None:
                groups[(line.name, line.months, line.segment.dimension)].append(line.fit)
    compared = {
        key: compare_groups([fit.estimate for fit in fits], [fit.standard_error for fit in fits])
        for key, fits in groups.items()
    }
    return {key: result for key, result in compared.items() if result is not None}


def _rule(
    line: Line,
    adjusted: tuple[float, float] | None,
    failed: str | None,
    pools: Mapping[_Pool, Heterogeneity],
    study: Study,
) -> Supported:
    if not line.source_there:
        return _publish(line, study, ("no_data", "Nothing of this was loaded."), None, None)
    gap = _gap(line)
    fit = line.fit
    if gap is not None or fit is None or adjusted is None:
        plain = study.look.alpha or study.alpha
        shift = None if fit is None else detectable_shift(fit.standard_error, plain, fit.degrees)
        seen = None if shift is None else on_scale(shift, line.scale, line.direction == "lower")
        reason = _gap_sentence(line, gap or "the model has no single best fit", seen, study)
        return _publish(line, study, ("not_enough_data", reason), None, seen)
    p_adjusted, level = adjusted
    shift = detectable_shift(fit.standard_error, level, fit.degrees)
    detectable = on_scale(shift, line.scale, line.direction == "lower")
    bias = failed or _disagreement(line)
    if bias is not None:
        ruling = ("not_comparable", bias)
        return _publish(line, study, ruling, fit, detectable, p_adjusted)
    if line.segment != OVERALL:
        return _drawn(line, fit, detectable, p_adjusted, pools, study)
    return _publish(line, study, _decide(line, fit, p_adjusted, study), fit, detectable, p_adjusted)


def _gap(line: Line) -> str | None:
    """What is missing, or none."""
    found = line.found
    if not line.source_there:
        return "nothing of this was loaded"
    if found.n_mentored < NEEDED_MENTEES:
        return f"with {about_people(found.n_mentored, NEEDED_MENTEES)} matched mentees"
    if isinstance(found.fit, Refusal):
        return found.fit.sentence.rstrip(".")
    if found.n_comparison < NEEDED_EVENTS:
        return "with too few comparison people"
    amounts = (found.amount_mentored, found.amount_comparison)
    if any(amount is not None and amount < NEEDED_EVENTS for amount in amounts):
        return f"with fewer than {NEEDED_EVENTS} cases in one of the groups"
    if found.followed_share is not None and found.followed_share < 0.5:
        return f"over half of the mentees have been followed for less than {NEEDED_MONTHS} months"
    return None


def _is_waiting(line: Line) -> bool:
    """Whether more mentees are what is missing: nobody knows when there will be more cases."""
    return line.found.n_mentored < NEEDED_MENTEES


def _gap_sentence(line: Line, gap: str, seen: float | None, study: Study) -> str:
    sentence = gap
    if seen is not None:
        sentence += f", only a change of {_size(line, seen)} or more could be seen"
    elif gap.startswith("with "):
        sentence += " nothing can be said"
    if _is_waiting(line) and line.decidable is not None:
        when = in_months(study.as_of, EPOCH + dt.timedelta(days=line.decidable))
        sentence += f"; {NEEDED_MENTEES} are reached in {when} at today's enrolment"
    return sentence[0].upper() + sentence[1:] + "."


def _disagreement(line: Line) -> str | None:
    """What the two ways of estimating a mean of logs find, where they contradict each other."""
    both = line.found.combined
    if both is None or not are_apart(both.disagreement, both.disagreement_error):
        return None
    third = both.symmetric.estimate
    ours, theirs = (
        signed(per_cent(math.exp(value))) for value in (third + both.disagreement, third)
    )
    return f"The designs disagree ({ours} % and {theirs} %)."


def _decide(line: Line, fit: Fit, p_adjusted: float, study: Study) -> tuple[str | None, str]:
    low, high = _bounds(line, fit, study)
    between = f"Between {_signed(line, low)} and {_signed(line, high)}"
    look = study.look
    if line.direction == "none":
        return None, f"{between}. Context, never a target."
    if look.number == 0 and look.following is not None:
        day = f"{look.following:%d.%m.%Y}"
        return "no_clear_difference", f"{between}; the first planned look is on {day}."
    if p_adjusted <= look.alpha:
        higher = fit.estimate > 0
        verdict = "better" if higher == (line.direction == "higher") else "worse"
        ends = sorted((abs(_amount(line, low)), abs(_amount(line, high))))
        more = "more" if higher else "less"
        size = f"{_shown(line, ends[0])} to {_shown(line, ends[1])}{_suffix(line)}"
        return verdict, f"Likely {size} {more} than among matched peers."
    if (line.p_value or 1.0) < study.alpha:
        between += (
            "; the interval leaves out no difference, but not after allowing for the other "
            "supporting outcomes"
        )
    return "no_clear_difference", between + "."


def _drawn(
    line: Line,
    fit: Fit,
    detectable: float,
    p_adjusted: float,
    pools: Mapping[_Pool, Heterogeneity],
    study: Study,
) -> Supported:
    """Publish a group's figure drawn towards the mean of its dimension's groups."""
    name = line.segment.dimension.replace("_", " ")
    pool = pools.get((line.name, line.months, line.segment.dimension))
    if pool is None:
        ruling = ("as_overall", f"Too few groups are large enough to compare by {name}.")
        return _publish(line, study, ruling, fit, detectable, p_adjusted)
    drawn = shrink(fit.estimate, fit.standard_error, pool)
    moved = dataclasses.replace(
        fit, estimate=drawn.estimate, standard_error=drawn.standard_error, degrees=math.inf
    )
    ruling = ("as_overall", f"Groups by {name} are not judged; drawn towards the mean of all.")
    return _publish(line, study, ruling, moved, detectable, p_adjusted)


def _publish(
    line: Line,
    study: Study,
    ruling: tuple[str | None, str],
    fit: Fit | None,
    detectable: float | None,
    p_adjusted: float | None = None,
) -> Supported:
    """Lay out one row; without a fit it keeps its counts and nulls its figures."""
    found, verdict = line.found, ruling[0]
    low, high = (None, None) if fit is None else _bounds(line, fit, study)
    e_value = None if fit is None else _e_value(line, fit, study)
    shown = found.combined if fit is not None else None
    natural = [math.exp(value) for value in shown.span] if shown is not None else []
    waiting = verdict == "not_enough_data" and _is_waiting(line) and line.decidable is not None
    return Supported(
        outcome=cast(Outcome, line.name),
        scale=line.scale,
        comparison="matched",
        follow_up_months=line.months,
        segment_dimension=line.segment.dimension,
        segment_value=line.segment.value,
        is_headline=False,
        unit=line.unit,
        verdict=verdict,
        verdict_reason=ruling[1],
        estimate=None if fit is None else _natural(line, fit.estimate),
        ci_low=low,
        ci_high=high,
        range_low=natural[0] if natural else None,
        range_high=natural[-1] if natural else None,
        p_value=None if fit is None else line.p_value,
        p_adjusted=p_adjusted,
        mentored_value=None if fit is None else found.mentored,
        comparison_value=None if fit is None else _expected(line, fit),
        baseline_value=None if fit is None else found.baseline,
        n_mentored=found.n_mentored,
        n_comparison=found.n_comparison,
        n_mentored_eligible=line.eligible,
        matched_share=line.matched_share,
        e_value=None if e_value is None else e_value.estimate,
        e_value_ci=None if e_value is None else e_value.bound,
        detectable_effect=detectable,
        decidable_on=EPOCH + dt.timedelta(days=line.decidable or 0) if waiting else None,
        events_mentored=found.events_mentored,
        events_comparison=found.events_comparison,
        nonevents_mentored=_rest(found.n_mentored, found.events_mentored),
        nonevents_comparison=_rest(found.n_comparison, found.events_comparison),
        deviation=found.deviation if line.kind == "mean" else None,
    )


def _rest(people: int, events: int | None) -> int | None:
    return None if events is None else max(0, people - events)


def _expected(line: Line, fit: Fit) -> float | None:
    """What the model expects without mentoring."""
    if line.found.mentored is None:
        return None
    if line.scale == "ratio":
        return line.found.mentored / math.exp(fit.estimate)
    return line.found.mentored - fit.estimate


def _e_value(line: Line, fit: Fit, study: Study) -> EValue | None:
    low, high = _bounds(line, fit, study)
    if line.kind == "log_mean":
        logs = fit.estimate, math.log(low), math.log(high)
        return e_value_of_log_hours(*logs, line.found.deviation)
    if line.kind == "rate":
        return e_value_of_ratio(math.exp(fit.estimate), low, high)
    expected = _expected(line, fit)
    if line.kind == "leaving" and line.found.mentored is not None and expected is not None:
        return e_value_of_difference(line.found.mentored, expected, low, high)
    return None


def _bounds(line: Line, fit: Fit, study: Study) -> tuple[float, float]:
    reach = critical_value(study.alpha, fit.degrees) * fit.standard_error
    low, high = fit.estimate - reach, fit.estimate + reach
    if line.kind in ("share", "leaving"):
        low, high = max(-1.0, low), min(1.0, high)
    return _natural(line, low), _natural(line, high)


def _natural(line: Line, value: float) -> float:
    return math.exp(value) if line.scale == "ratio" else value


def _amount(line: Line, value: float) -> float:
    """A natural effect as per cents, points or units away from no effect."""
    if line.scale == "ratio":
        return float(per_cent(value))
    return float(points(value)) if line.kind in ("share", "leaving") else value


def _shown(line: Line, amount: float) -> str:
    if line.kind == "months":
        return decimals(amount, 1)
    if line.kind != "mean":
        return f"{amount:.0f}"
    # As coarse as the spread of the values: no digit that says something of one person.
    spread = line.found.deviation
    digits = 2 if spread <= 0 else max(0, 1 - math.floor(math.log10(spread)))
    return decimals(amount, min(digits, 2))


def _suffix(line: Line) -> str:
    if line.scale == "ratio":
        return " %"
    return " points" if line.kind in ("share", "leaving") else f" {line.unit}"


def _signed(line: Line, value: float) -> str:
    amount = _amount(line, value)
    if line.kind not in ("mean", "months"):
        return signed(int(amount)) + _suffix(line)
    shown = _shown(line, amount)
    sign = "+" if amount > 0 and shown.strip("0.") else ""
    return f"{sign}{shown}{_suffix(line)}"


def _size(line: Line, effect: float) -> str:
    amount = abs(_amount(line, effect))
    if line.kind not in ("mean", "months"):
        amount = max(1.0, amount)
    return _shown(line, amount) + _suffix(line)
