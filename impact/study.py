"""What a run of the statistics is told: dates, windows, confidence, plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from impact.agreement import Agreement, read_agreement
from impact.looks import DEFAULT_LOOKS, Look, Plan, find_look
from impact.placebo_results import Placebo, read_placebos
from impact.types import Outcome, Scale

HEADLINE_MONTHS: dict[Outcome, int] = {
    "pr_cycle_time": 6,
    "incident_rate": 6,
    "retention": 12,
    "promotion": 12,
}
HEADLINE_SCALE: dict[Outcome, Scale] = {
    "pr_cycle_time": "ratio",
    "incident_rate": "ratio",
    "retention": "difference",
    "promotion": "difference",
}
LOWER_IS_BETTER: frozenset[Outcome] = frozenset({"pr_cycle_time", "incident_rate"})
UNITS: dict[tuple[Outcome, Scale], str] = {
    ("pr_cycle_time", "ratio"): "hours",
    ("incident_rate", "ratio"): "incidents per person-month",
    ("retention", "difference"): "share still employed",
    ("retention", "months"): "months employed",
    ("promotion", "difference"): "share promoted",
    ("retention", "hazard_ratio"): "leavers per person-year",
    ("promotion", "hazard_ratio"): "promotions per person-year",
}


@dataclass(frozen=True)
class Study:
    """Settings of one run.

    Attributes
    ----------
    as_of
        The day up to which data are used.
    confidence
        Of the intervals; its complement is the level of the verdicts.
    follow_up_months
        Windows, ascending.
    plan
        Planned looks; none for a single look at `as_of`.
    has_git, has_incidents, has_job_history
        Whether there are pull requests, incidents, and job history.
    has_merges
        Whether there is at least the log of a repository, which knows only what was merged.
    agreement
        Whether the settings are those of the written plan.
    placebos
        What placebo draws said, where any were made.
    """

    as_of: dt.date
    confidence: float = 0.95
    follow_up_months: tuple[int, ...] = (6, 12, 18, 24)
    plan: Plan | None = None
    has_git: bool = True
    has_incidents: bool = True
    has_job_history: bool = True
    has_merges: bool = False
    agreement: Agreement = field(default_factory=Agreement)
    placebos: tuple[Placebo, ...] = ()

    def lacks(self, outcome: str) -> str | None:
        """Say which export an outcome cannot be known without; none where it was loaded."""
        needed = {
            "pr_cycle_time": (self.has_git, "No pull requests were loaded."),
            "incident_rate": (self.has_incidents, "No incidents were loaded."),
            "promotion": (self.has_job_history, "No job history was loaded."),
        }
        is_there, sentence = needed.get(outcome, (True, ""))
        return None if is_there else sentence

    @property
    def alpha(self) -> float:
        """Two-sided level of one look without a plan."""
        return 1.0 - self.confidence

    @property
    def look(self) -> Look:
        """Where the as-of day stands in the plan."""
        return find_look(self.plan, self.as_of, self.alpha)

    @property
    def is_between_looks(self) -> bool:
        """Whether a planned look has passed and this day is none: verdicts are that look's."""
        return self.look.number > 0 and not self.look.is_today

    def is_headline(self, outcome: Outcome, scale: Scale, months: int) -> bool:
        """Whether a row is the outcome's headline window and scale."""
        return HEADLINE_MONTHS[outcome] == months and HEADLINE_SCALE[outcome] == scale


def read_study(
    ends: pd.DataFrame,
    confidence: float,
    follow_up_months: Sequence[int],
    plan: Mapping[str, Any],
) -> Study:
    """Read a study from the data ends and the settings that dbt hands over.

    Parameters
    ----------
    ends
        One row with `as_of_date`, `git_end` and `incidents_end`, the latter null without such an
        export, `has_pull_requests` and `has_job_history`.
    confidence
        Of the intervals.
    follow_up_months
        Windows.
    plan
        `first_look` (a day as text, none without a plan), `every_months` and `looks`, and how the
        settings stand to the written plan (`read_agreement`), and `placebos`.

    Raises
    ------
    ValueError
        If there is not exactly one row of data ends, or no as-of day in it.
    """
    if len(ends) != 1 or ends["as_of_date"].isna().any():
        raise ValueError(f"one row of data ends with an as-of day is needed, found {len(ends)}")
    row = ends.iloc[0]
    return Study(
        as_of=pd.Timestamp(row["as_of_date"]).date(),
        confidence=float(confidence),
        follow_up_months=tuple(sorted(int(months) for months in follow_up_months)),
        plan=_read_plan(plan),
        has_git=bool(row["has_pull_requests"]),
        has_incidents=bool(pd.notna(row["incidents_end"])),
        has_job_history=bool(row["has_job_history"]),
        has_merges=bool(pd.notna(row["git_end"])),
        agreement=read_agreement(plan),
        placebos=read_placebos(plan.get("placebos") or ()),
    )


def _read_plan(plan: Mapping[str, Any]) -> Plan | None:
    first, every, looks = plan["first_look"], plan["every_months"], plan["looks"]
    if first is None:
        return None
    return Plan(
        dt.date.fromisoformat(str(first)),
        3 if every is None else int(every),
        DEFAULT_LOOKS if looks is None else int(looks),
    )
