"""One arm's curve, fitted once and read at any horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.survival import (
    Curve,
    fit_curve,
    incidence_influence,
    restricted_mean,
    restricted_mean_influence,
    survival_influence,
    value_at,
)
from impact.types import FloatArray, IntArray

Measure = Literal["retention", "months", "promotion"]


@dataclass(frozen=True)
class Arm:
    """People of one arm and their curve.

    Attributes
    ----------
    time, event, weight
        Shape (n,): months under observation, what ended it (0 censored, 1 the event of interest, 2
        one that competes) and the weight.
    curve
        Their product-limit curve.
    """

    time: FloatArray
    event: IntArray
    weight: FloatArray
    curve: Curve


def fit_arm(time: FloatArray, event: IntArray, weight: FloatArray, measure: Measure) -> Arm:
    """Fit the curve that a measure is read from: two causes for promotion, one for the others."""
    causes = 2 if measure == "promotion" else 1
    return Arm(time, event, weight, fit_curve(time, event, weight, causes))


def read_arm(arm: Arm, measure: Measure, months: int) -> tuple[float, FloatArray]:
    """Level at a horizon, a share or months, and each row's influence on it, shape (n,)."""
    curve, rows = arm.curve, (arm.event, arm.weight)
    level = read_level(arm, measure, months)
    if measure == "retention":
        return level, survival_influence(curve, *rows, months)
    if measure == "months":
        return level, restricted_mean_influence(curve, *rows, months)
    return level, incidence_influence(curve, 1, *rows, months)


def read_level(arm: Arm, measure: Measure, months: int) -> float:
    """Level at a horizon: a share, or months."""
    curve = arm.curve
    if measure == "retention":
        return value_at(curve, curve.surviving, 1.0, months)
    if measure == "months":
        return restricted_mean(curve, months)
    return value_at(curve, curve.incidence[:, 0], 0.0, months)


def count_at_risk(arm: Arm, months: int) -> int:
    """Rows still under observation at a horizon."""
    return int(np.count_nonzero(arm.time >= months))
