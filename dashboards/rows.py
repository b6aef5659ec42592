"""Rows of the published tables, as the pages read them: names, types and reading order.

Null figures are withheld or unknown; they are never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from dashboards import formats


class PublishedRow:
    """A row of one published table: which table, and in which order its rows are read."""

    __slots__ = ()
    table: ClassVar[str]
    order: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Estimate(PublishedRow):
    """One outcome × comparison × follow-up window × segment; null figures are withheld."""

    table: ClassVar[str] = "impact_estimates"
    order: ClassVar[str] = "outcome, scale, comparison, follow_up_months"
    outcome: str
    comparison: str
    scale: str
    follow_up_months: int
    is_headline: bool
    unit: str | None
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
    e_value: float | None
    e_value_ci: float | None
    detectable_effect: float | None
    decidable_on: date | None
    matched_share: float | None
    verdict: str | None
    verdict_reason: str | None

    def as_shown(self) -> Estimate:
        """Give the row with the scale it is written on: an own outcome differs in its unit."""
        if self.scale != "difference" or not self.unit or self.unit.startswith("share"):
            return self
        return replace(self, scale=f"{formats.OWN}{self.unit}")


@dataclass(frozen=True, slots=True)
class SeriesPoint(PublishedRow):
    """The gap between the arms in one month relative to the start of mentoring."""

    table: ClassVar[str] = "impact_series"
    order: ClassVar[str] = "outcome, comparison, month"
    outcome: str
    comparison: str
    month: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n: int | None


@dataclass(frozen=True, slots=True)
class CurvePoint(PublishedRow):
    """An arm's cumulative share at one month since the landmark."""

    table: ClassVar[str] = "survival_curves"
    order: ClassVar[str] = "outcome, arm, month"
    outcome: str
    arm: str
    month: int
    value: float | None
    ci_low: float | None
    ci_high: float | None
    at_risk: int | None


@dataclass(frozen=True, slots=True)
class BalanceRow(PublishedRow):
    """How far apart the arms are in one covariate, before and after matching."""

    table: ClassVar[str] = "balance"
    order: ClassVar[str] = "design, covariate"
    design: str
    covariate: str
    smd_before: float | None
    smd_after: float | None
    se: float | None
    adjusted_in_model: bool | None


@dataclass(frozen=True, slots=True)
class TrustCheck(PublishedRow):
    """One check of whether an estimate can be believed."""

    table: ClassVar[str] = "trust_checks"
    order: ClassVar[str] = '"check", outcome'
    check: str
    outcome: str | None
    value: float | None
    threshold: float | None
    status: str | None
    sentence: str | None


@dataclass(frozen=True, slots=True)
class SensitivityRow(PublishedRow):
    """The same effect under another analysis choice."""

    table: ClassVar[str] = "sensitivity"
    order: ClassVar[str] = "outcome, variant"
    outcome: str
    variant: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class FlowStep(PublishedRow):
    """How many people are left at one step from exported to analysed."""

    table: ClassVar[str] = "participant_flow"
    order: ClassVar[str] = "n desc nulls last, step"
    step: str
    n: int | None


@dataclass(frozen=True, slots=True)
class DistributionBin(PublishedRow):
    """Share of an arm in one bin of an outcome."""

    table: ClassVar[str] = "outcome_distribution"
    order: ClassVar[str] = "outcome, arm, bin"
    outcome: str
    arm: str
    bin: str
    share: float | None


@dataclass(frozen=True, slots=True)
class SegmentEstimate(PublishedRow):
    """The headline comparison of one segment, for the outcome's own page."""

    table: ClassVar[str] = "impact_estimates"
    order: ClassVar[str] = "segment_dimension, segment_value"
    outcome: str
    segment_dimension: str
    segment_value: str
    scale: str
    follow_up_months: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n_mentored: int | None
    n_comparison: int | None
    verdict: str | None
    verdict_reason: str | None


@dataclass(frozen=True, slots=True)
class SegmentTest(PublishedRow):
    """Cochran's Q of one dimension: does the effect differ between its groups?"""

    table: ClassVar[str] = "segment_tests"
    order: ClassVar[str] = "outcome, segment_dimension"
    outcome: str
    segment_dimension: str
    q: float | None
    df: int | None
    p: float | None
    p_holm: float | None


@dataclass(frozen=True, slots=True)
class DataCheck(PublishedRow):
    """One check of the loaded data."""

    table: ClassVar[str] = "data_quality"
    order: ClassVar[str] = 'source, "table", "check"'
    source: str
    table_name: str
    check: str
    rows_checked: int | None
    failed: int | None
    quarantined: int | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Definition(PublishedRow):
    """What a metric means, in the words of the metric dictionary."""

    table: ClassVar[str] = "metric_definitions"
    order: ClassVar[str] = "metric"
    metric: str
    label: str
    definition: str
    unit: str | None
    direction: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class HealthRow(PublishedRow):
    """One measure of how the programme runs, in one month; null value is withheld or unknown."""

    table: ClassVar[str] = "programme_health"
    order: ClassVar[str] = "measure, month"
    measure: str
    month: date
    unit: str
    target: float | None
    status: str | None
    value: float | None
    n: int | None


@dataclass(frozen=True, slots=True)
class KnownEvent(PublishedRow):
    """Something that touched a whole organisation, or everybody (`all`)."""

    table: ClassVar[str] = "known_events"
    order: ClassVar[str] = "starts_on desc, kind, organisation"
    kind: str
    organisation: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Story(PublishedRow):
    """A case study whose author consented."""

    table: ClassVar[str] = "stories"
    order: ClassVar[str] = "published_on desc, title"
    title: str
    text: str | None
    published_on: date | None


@dataclass(frozen=True, slots=True)
class AccessRow(PublishedRow):
    """One group's rate of starting or being put forward, and its ratio to everybody else."""

    table: ClassVar[str] = "access"
    order: ClassVar[str] = 'measure, group_dimension, "group"'
    measure: str
    group_dimension: str
    group: str
    rate: float | None
    rate_ratio: float | None
    ci_low: float | None
    ci_high: float | None
    n: int | None


@dataclass(frozen=True, slots=True)
class ReturnRow(PublishedRow):
    """One figure of costs and returns; a null estimate is withheld or not allowed."""

    table: ClassVar[str] = "return_estimates"
    order: ClassVar[str] = "measure"
    measure: str
    unit: str
    sentence: str | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class TeamBand(PublishedRow):
    """A measure of a third of the teams, by how much of their time is mentored people's."""

    table: ClassVar[str] = "team_outcomes"
    order: ClassVar[str] = "measure, band"
    measure: str
    band: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    n_teams: int | None
    n: int | None
