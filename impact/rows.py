"""One unjudged estimate: the row that every comparison fills and every verdict reads."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from impact.cohort import Segment
from impact.types import Comparison, Fit, Outcome, Refusal, Scale


@dataclass(frozen=True)
class Row:
    """An estimate before multiplicity, checks and verdict.

    Attributes
    ----------
    outcome, scale, comparison, follow_up_months, segment_dimension, segment_value
        What the row is about.
    effect, standard_error, degrees
        On the model's scale: log ratio, difference, or months; none where refused.
    design_a, design_b, error_a, error_b, disagreement, disagreement_error
        The two designs on the model's scale and their errors, their mean less the symmetric design
        and its error; cycle time only.
    deviation
        Standard deviation of the comparison arm on the model's scale; cycle time only.
    mentored_value, comparison_value, baseline_value
        Levels on the natural scale.
    n_mentored, n_comparison, n_mentored_eligible
        People with the outcome in each arm, and mentees before matching.
    events_mentored, events_comparison, nonevents_mentored, nonevents_comparison
        People with and without the event; none for cycle time.
    incidents_mentored, incidents_comparison
        Incidents counted; incident rate only.
    matched_share
        Share of eligible mentees with a comparable colleague.
    followed_share
        Share of the mentees compared with at least three months of follow-up.
    decidable_on
        Day (number of days since 1970) on which enough mentees will have been followed.
    refusal, refusal_sentence
        Why there is no estimate; none where there is one.
    """

    outcome: Outcome
    scale: Scale
    comparison: Comparison
    follow_up_months: int
    segment_dimension: str
    segment_value: str
    effect: float | None = None
    standard_error: float | None = None
    degrees: float | None = None
    design_a: float | None = None
    design_b: float | None = None
    error_a: float | None = None
    error_b: float | None = None
    disagreement: float | None = None
    disagreement_error: float | None = None
    deviation: float | None = None
    mentored_value: float | None = None
    comparison_value: float | None = None
    baseline_value: float | None = None
    n_mentored: int | None = None
    n_comparison: int | None = None
    n_mentored_eligible: int | None = None
    events_mentored: int | None = None
    events_comparison: int | None = None
    nonevents_mentored: int | None = None
    nonevents_comparison: int | None = None
    incidents_mentored: int | None = None
    incidents_comparison: int | None = None
    matched_share: float | None = None
    followed_share: float | None = None
    decidable_on: int | None = None
    refusal: str | None = None
    refusal_sentence: str | None = None

    @property
    def segment(self) -> Segment:
        """The group the row is about."""
        return Segment(self.segment_dimension, self.segment_value)

    def with_fit(self, fit: Fit, mentored: float, comparison: float) -> Row:
        """Fill in the estimate and its error, and the levels on the natural scale."""
        return dataclasses.replace(
            self,
            effect=fit.estimate,
            standard_error=fit.standard_error,
            degrees=fit.degrees,
            mentored_value=mentored,
            comparison_value=comparison,
        )

    def with_refusal(self, refusal: Refusal) -> Row:
        """Fill in why there is no estimate, and take away what there is of one."""
        return dataclasses.replace(
            self,
            effect=None,
            standard_error=None,
            degrees=None,
            refusal=refusal.reason,
            refusal_sentence=refusal.sentence,
        )
