"""From an estimate and its surroundings to a verdict and its one plain sentence."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from impact.checks import Check
from impact.matched import EPOCH, NEEDED_EVENTS, NEEDED_MENTEES, NEEDED_MONTHS
from impact.rows import Row
from impact.study import LOWER_IS_BETTER, Study
from impact.types import Outcome, Scale
from impact.wording import about_people, in_months, per_cent, points, signed

Verdict = Literal[
    "better",
    "worse",
    "no_clear_difference",
    "as_overall",
    "not_enough_data",
    "not_comparable",
    "no_data",
]


@dataclass(frozen=True)
class Ruling:
    """A verdict and why, as one sentence."""

    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class Figures:
    """An estimate on its natural scale.

    Attributes
    ----------
    estimate, low, high
        Ratio, difference or months, with the plain interval.
    p_value, p_adjusted
        Two-sided; adjusted over the four outcomes.
    detectable
        Smallest effect that would have been found; none where unknown.
    """

    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    detectable: float | None


def find_gap(row: Row, study: Study, detectable: float | None) -> Ruling | None:
    """Rule a row out for want of data; none where there is enough.

    Parameters
    ----------
    row
        The unjudged estimate.
    study
        As-of day and exports at hand.
    detectable
        Smallest effect that could be seen, on the row's scale.
    """
    lacking = study.lacks(row.outcome)
    if lacking is not None:
        return Ruling("no_data", lacking)
    lead = _gap(row)
    if lead is None:
        return None
    if detectable is not None:
        seen = f"we could only see a change of {_size(row, detectable)} or more"
        lead += f" {seen}" if lead.startswith("with ") else f"; {seen}"
    elif lead.startswith("with "):
        lead += " nothing can be said"
    wait = _wait(row, study.as_of)
    sentence = f"{lead}; {wait}" if wait else lead
    return Ruling("not_enough_data", sentence[0].upper() + sentence[1:] + ".")


def find_bias(row: Row, checks: Sequence[Check]) -> Ruling | None:
    """Rule a row out because its arms cannot be compared; none where they can."""
    for check in checks:
        if check.status == "fail" and check.outcome in ("all", row.outcome):
            return Ruling("not_comparable", check.sentence)
    return None


def decide(row: Row, figures: Figures, study: Study, gate: Verdict | None) -> Ruling:
    """Decide between better, worse and no clear difference.

    Parameters
    ----------
    row
        The unjudged estimate.
    figures
        Its natural scale and p-values.
    study
        Level, plan and as-of day.
    gate
        For a window beside the headline: the headline's verdict, without which this one decides
        nothing. None for the headline itself.
    """
    look = study.look
    if figures.p_adjusted is None or figures.low is None or figures.high is None:
        return Ruling("not_enough_data", "There is no estimate to judge.")
    if look.number == 0 and look.following is not None:
        return Ruling(
            "no_clear_difference",
            f"{_between(row, figures)}; the first planned look is on {look.following:%d.%m.%Y}.",
        )
    significant = figures.p_adjusted <= look.alpha
    direction = _direction(row, figures)
    if significant and gate in (None, direction):
        return Ruling(direction, f"{_likely(row, figures)}.")
    sentence = _between(row, figures)
    if significant:
        return Ruling(
            "no_clear_difference",
            f"{sentence}; the headline window, which decides, shows no clear difference.",
        )
    excludes = figures.p_value is not None and figures.p_value < study.alpha
    if excludes:
        sentence += (
            "; the interval leaves out zero, but not after allowing for four outcomes"
            if study.plan is None
            else "; the interval leaves out zero, but not after allowing for four outcomes and "
            "for looking again"
        )
    elif figures.detectable is not None:
        sentence += f"; an effect under {_size(row, figures.detectable)} would not be visible"
    return Ruling("no_clear_difference", sentence + ".")


def as_overall(row: Row, is_alone: bool = False) -> Ruling:
    """Rule on a group whose dimension shows no sign of differing effects.

    Parameters
    ----------
    row
        The group's estimate.
    is_alone
        Whether no other group of the dimension has enough data to compare with.
    """
    name = row.segment_dimension.replace("_", " ")
    if is_alone:
        return Ruling(
            "as_overall",
            f"Too few groups are large enough to tell whether the effect differs by {name}.",
        )
    return Ruling(
        "as_overall",
        f"No sign that the effect differs by {name}; the figure is drawn towards the mean of all.",
    )


def _gap(row: Row) -> str | None:
    """What is missing, or none."""
    count = row.n_mentored or 0
    if count < NEEDED_MENTEES:
        return f"with {about_people(count, NEEDED_MENTEES)} matched mentees"
    if row.refusal_sentence is not None:
        return row.refusal_sentence.rstrip(".")
    events = _events(row)
    if events is not None and min(events) < NEEDED_EVENTS:
        return f"with fewer than {NEEDED_EVENTS} {_event_words(row.outcome)} in a group"
    if row.followed_share is not None and row.followed_share < 0.5:
        return f"over half of the mentees have been followed for less than {NEEDED_MONTHS} months"
    if row.effect is None or row.standard_error is None:
        return "the model has no single best fit at this size"
    return None


def _events(row: Row) -> tuple[int, int] | None:
    if row.outcome == "incident_rate":
        return row.incidents_mentored or 0, row.incidents_comparison or 0
    if row.outcome in ("retention", "promotion"):
        return row.events_mentored or 0, row.events_comparison or 0
    return None


def _event_words(outcome: Outcome) -> str:
    words: dict[Outcome, str] = {
        "incident_rate": "pages",
        "retention": "people who left",
        "promotion": "promotions",
        "pr_cycle_time": "merges",
    }
    return words[outcome]


def _wait(row: Row, as_of: dt.date) -> str:
    short = (row.n_mentored or 0) < NEEDED_MENTEES
    waits = (
        short
        or row.refusal in ("horizon_not_reached", "no_follow_up")
        or (row.followed_share is not None and row.followed_share < 0.5)
    )
    if not waits:
        return ""
    if row.decidable_on is None:
        return f"{NEEDED_MENTEES} are not in reach at today's enrolment" if short else ""
    when = in_months(as_of, EPOCH + dt.timedelta(days=row.decidable_on))
    if short:
        return f"{NEEDED_MENTEES} with enough follow-up are reached in {when} at today's enrolment"
    return f"enough of them will have been followed in {when}"


def _direction(row: Row, figures: Figures) -> Literal["better", "worse"]:
    neutral = 1.0 if _is_ratio(row.scale) else 0.0
    higher = (figures.estimate or 0.0) > neutral
    return "better" if higher != _lower_is_better(row) else "worse"


def _lower_is_better(row: Row) -> bool:
    if row.scale == "hazard_ratio":
        return row.outcome == "retention"
    return row.outcome in LOWER_IS_BETTER


def _is_ratio(scale: Scale) -> bool:
    return scale in ("ratio", "hazard_ratio")


def _size(row: Row, effect: float) -> str:
    """Size of an effect without its direction."""
    if _is_ratio(row.scale):
        return f"{max(1, abs(per_cent(effect)))} %"
    if row.scale == "months":
        return f"{abs(effect):.1f} months"
    size = max(1, abs(points(effect)))
    return "1 point" if size == 1 else f"{size} points"


def _between(row: Row, figures: Figures) -> str:
    """The interval in words."""
    low, high = figures.low or 0.0, figures.high or 0.0
    if _is_ratio(row.scale):
        return f"Between {signed(per_cent(low))} % and {signed(per_cent(high))} %"
    if row.scale == "months":
        return f"Between {_signed_months(low)} and {_signed_months(high)} months"
    return f"Between {signed(points(low))} and {signed(points(high))} points"


def _likely(row: Row, figures: Figures) -> str:
    """An effect whose direction is settled, in words."""
    low, high = figures.low or 0.0, figures.high or 0.0
    up = _direction(row, figures) == ("worse" if _lower_is_better(row) else "better")
    if _is_ratio(row.scale):
        ends = sorted(abs(per_cent(bound)) for bound in (low, high))
        span = f"{ends[0]} to {ends[1]} %"
        words = {
            "pr_cycle_time": "slower merges" if up else "faster merges",
            "incident_rate": "more pages" if up else "fewer pages",
            "retention": "more leaving" if up else "less leaving",
            "promotion": "more promotions" if up else "fewer promotions",
        }
        return f"Likely {span} {words[row.outcome]} than matched peers"
    if row.scale == "months":
        months = sorted((abs(low), abs(high)))
        return f"Likely {months[0]:.1f} to {months[1]:.1f} {'more' if up else 'fewer'} months"
    ends = sorted(abs(points(bound)) for bound in (low, high))
    what = "still employed" if row.outcome == "retention" else "promoted"
    more = "more" if up else "fewer"
    return f"Likely {ends[0]} to {ends[1]} points {more} {what} than matched peers"


def _signed_months(value: float) -> str:
    rounded = math.copysign(math.floor(abs(value) * 10 + 0.5) / 10, value)
    return f"{rounded:+.1f}".replace("-", "−")
