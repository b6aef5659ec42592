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
    """Plan for the standard effects, or for one.

    Raises
    ------
    ValueError : the effect is no effect on the outcome's scale.
    """
    found = []
    for row in _headline(snapshot):
        if outcome not in (None, row.outcome) or not row.detectable_effect or not row.n_mentored:
            continue
        effects = TARGETS[row.outcome] if effect is None else (effect,)
        monthly = _monthly(snapshot, row.n_mentored)
        needs = tuple(_need(row, value, monthly, snapshot.as_of) for value in effects)
        found.append(OutcomePlan(row.outcome, row.scale, row.detectable_effect, needs))
    return found


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
    size = abs(math.log(effect)) if scale == "ratio" and effect > 0 else abs(effect)
    if size == 0 or (scale == "ratio" and effect <= 0) or (scale != "ratio" and size >= 1):
        what = "a ratio such as 0.9" if scale == "ratio" else "a difference such as 0.05"
        raise ValueError(f"{effect:g} is no effect here; give {what}")
    return size


def _later(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
