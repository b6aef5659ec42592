"""The words this room shares: array types, options and result types that several modules use."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Column = FloatArray | IntArray | BoolArray
"""Numbers, category numbers or yes/no values, held as narrow as they come."""

Outcome = Literal["pr_cycle_time", "incident_rate", "retention", "promotion"]
Comparison = Literal["naive", "before_after", "matched"]
Scale = Literal["ratio", "difference", "months", "hazard_ratio"]
Design = Literal["a", "b"]
Reason = Literal[
    "no_rows",
    "no_follow_up",
    "no_comparison",
    "too_few_people",
    "constant_outcome",
    "no_events",
    "all_events",
    "bad_values",
    "vanishing_weights",
    "singular",
    "separation",
    "no_convergence",
    "horizon_not_reached",
]


@dataclass(frozen=True)
class Refusal:
    """Why no figure is given, in place of a figure.

    Attributes
    ----------
    reason
        The kind of refusal, one of a closed list.
    sentence
        What is missing, as one plain sentence for the page.
    """

    reason: Reason
    sentence: str


@dataclass(frozen=True)
class Fit:
    """One estimate with everything needed to combine it with another.

    Attributes
    ----------
    estimate
        On the model's scale: a log ratio, a difference in shares, or months.
    standard_error
        Cluster-robust, on the same scale.
    degrees
        Degrees of freedom of its t reference; infinite for a normal one.
    influence
        Shape (n,): what each row of the input adds to the estimate's error; 0 for a row left out.
        Summed within clusters and squared it gives the variance.
    used
        Shape (n,): the rows that took part.
    """

    estimate: float
    standard_error: float
    degrees: float
    influence: FloatArray
    used: BoolArray

    def without_rows(self) -> Fit:
        """Give the estimate alone: what it says of each row is most of its memory."""
        return dataclasses.replace(self, influence=np.zeros(0), used=np.zeros(0, dtype=np.bool_))
