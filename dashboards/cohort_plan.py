"""How many mentees it takes to see an effect, and by when they will have been followed.

From the snapshot alone: the smallest effect that today's numbers would show (80 % power) shrinks
with the square root of the people, so the numbers for another effect follow. Peers are taken to
grow with the mentees. With places drawn by lot the same numbers give a causal answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboards import formats
from dashboards.outcomes import BY_KEY, HEADLINE
from dashboards.queries import Snapshot
from dashboards.rows import Estimate, FlowStep, ReturnRow

TARGETS = {
    "pr_cycle_time": (0.95, 0.90, 0.80),
    "incident_rate": (0.90, 0.80, 0.70),
    "promotion": (0.03, 0.05, 0.10),
    "retention": (0.03, 0.05, 0.10),
}
LONGEST_MONTHS = 120
SMALLEST = 0.005
"""Half of what effects are written in: less reads as none."""


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to see one effect.

    Attributes
    ----------
    mentees : followed mentees in all; now : those there are.
    reached_on : when, at today's enrolment; None where not within ten years.
    """

    effect: float
    mentees: int
    now: int
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class OutcomePlan:
    """One outcome's needs, for the effects asked about."""

    outcome: str
    scale: str
    detectable: float
    needs: tuple[Need, ...]


def plan(
    snapshot: Snapshot, outcome: str | None = None, effect: float | None = None
) -> list[OutcomePlan]:
    """Plan for the standard effects that can be, or for one.

    Raises
    ------
    ValueError : the effect is none on the outcome's scale, or more than the outcome can move by.
    """
    found = []
    for row in _headline(snapshot):
        if outcome not in (None, row.outcome) or not row.detectable_effect or not row.n_mentored:
            continue
        effects: tuple[float, ...] = (effect,) if effect is not None else ()
        for value in effects:
            if why := why_impossible(row, value):
                raise ValueError(why)
        effects = effects or tuple(
            value for value in TARGETS[row.outcome] if not why_impossible(row, value)
        )
        if not effects:
            continue
        monthly = _monthly(snapshot, row.n_mentored)
        needs = tuple(_need(row, value, monthly, snapshot.as_of) for value in effects)
        found.append(OutcomePlan(row.outcome, row.scale, row.detectable_effect, needs))
    return found


def why_impossible(row: Estimate, effect: float) -> str | None:
    """Say why an effect cannot be seen at any size; None where it can."""
    if row.scale == "ratio":
        is_effect = math.isfinite(effect) and effect > 0 and abs(effect - 1) >= SMALLEST
        return None if is_effect else f"{effect:g} is no effect here; give a ratio such as 0.9"
    if not SMALLEST <= abs(effect) < 1:
        return f"{effect:g} is no effect here; give a difference such as 0.05"
    level = row.comparison_value
    if level is not None and not 0 <= level + effect <= 1:
        room = 1 - level if effect > 0 else level
        return (
            f"{formats.effect(effect, row.scale)} cannot be: it is {formats.share(level)} of "
            f"matched peers, so {formats.effect(math.copysign(room, effect), row.scale)} "
            "is the most"
        )
    return None


def written(need: Need) -> str:
    """Write a need: "160 mentees, by March 2027"."""
    if need.mentees <= need.now:
        return "visible with today's numbers"
    people = f"{formats.count(need.mentees)} mentees"
    if need.reached_on is None:
        return f"{people}, {when(need)} at today's enrolment"
    return f"{people}, by {when(need)}"


def when(need: Need) -> str:
    """Write the month in which enough will have been followed."""
    if need.mentees <= need.now:
        return "now"
    return formats.month(need.reached_on) if need.reached_on else "not within ten years"


def lines(plans: Sequence[OutcomePlan]) -> list[str]:
    """Write a plan for a terminal."""
    return [
        f"{BY_KEY[one.outcome].label}, {formats.effect(need.effect, one.scale)}: "
        f"{written(need)} (now {formats.count(need.now)})"
        for one in plans
        for need in one.needs
    ]


def _headline(snapshot: Snapshot) -> list[Estimate]:
    rows = snapshot.rows(Estimate, "all", "all")
    known = {row.outcome: row for row in rows if row.is_headline and row.comparison == "matched"}
    return [known[outcome.key] for outcome in HEADLINE if outcome.key in known]


def _monthly(snapshot: Snapshot, followed: int) -> float:
    """Followed mentees that a month adds: starts of the last year, as many as get that far."""
    started = {row.measure: row.estimate for row in snapshot.table(ReturnRow)}.get(
        "mentees_started"
    )
    began = {row.step: row.n for row in snapshot.rows(FlowStep, "all", "all")}.get("began")
    if not started or not began:
        return 0.0
    return started / 12 * min(1.0, followed / began)


def _need(row: Estimate, effect: float, monthly: float, as_of: date) -> Need:
    size = _size(effect, row.scale)
    now = row.n_mentored or 0
    exact = now * (_size(row.detectable_effect or 0, row.scale) / size) ** 2
    mentees = 5 * math.ceil(round(exact / 5, 6))
    missing = max(0, mentees - now)
    months = missing / monthly if monthly else math.inf
    reached = None if months > LONGEST_MONTHS else _later(as_of, math.ceil(months))
    return Need(effect, mentees, now, reached)


def _size(effect: float, scale: str) -> float:
    """Distance from no effect: of a ratio on the scale of logarithms."""
    return abs(math.log(effect)) if scale == "ratio" else abs(effect)


def _later(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
