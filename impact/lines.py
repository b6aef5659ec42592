"""One supporting estimate before it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from impact.cohort import Segment
from impact.measured import Estimated
from impact.measures import Direction
from impact.reference import two_sided_p
from impact.types import Fit, Refusal, Scale


@dataclass(frozen=True)
class Line:
    """One outcome in one group and window.

    Attributes
    ----------
    name, unit, direction, scale, months, segment
        What it is about.
    found
        The estimate, or its refusal, with levels and counts.
    eligible, matched_share
        Mentees with a baseline, and the share of them that was matched.
    decidable
        Day (since 1970) on which enough mentees will have been followed; none where unknown.
    kind
        How it was estimated.
    source_there
        Whether the export behind it was loaded.
    """

    name: str
    unit: str
    direction: Direction
    scale: Scale
    months: int
    segment: Segment
    found: Estimated
    eligible: int
    matched_share: float | None
    decidable: int | None
    kind: Literal["log_mean", "rate", "share", "mean", "leaving", "months"]
    source_there: bool

    @property
    def fit(self) -> Fit | None:
        """The estimate, if there is one."""
        return None if isinstance(self.found.fit, Refusal) else self.found.fit

    @property
    def p_value(self) -> float | None:
        """Plain two-sided p-value."""
        if self.fit is None:
            return None
        return two_sided_p(self.fit.estimate / self.fit.standard_error, self.fit.degrees)
