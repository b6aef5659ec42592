"""Tail probabilities and critical values of the t reference, with infinite degrees as normal."""

from __future__ import annotations

import math

from scipy import special


def two_sided_p(statistic: float, degrees: float) -> float:
    """Probability of a value at least this far from 0 in either direction."""
    size = -abs(statistic)
    tail = special.ndtr(size) if math.isinf(degrees) else special.stdtr(degrees, size)
    return float(min(1.0, 2.0 * tail))


def critical_value(alpha: float, degrees: float) -> float:
    """Distance from 0 that is left out with two-sided probability `alpha`."""
    if math.isinf(degrees):
        return float(-special.ndtri(alpha / 2))
    return float(-special.stdtrit(degrees, alpha / 2))


def quantile(probability: float, degrees: float) -> float:
    """Point below which a share `probability` of the reference lies."""
    if math.isinf(degrees):
        return float(special.ndtri(probability))
    return float(special.stdtrit(degrees, probability))


def chi_square_p(statistic: float, degrees: int) -> float:
    """Probability of a chi-square value at least this large."""
    return float(special.chdtrc(degrees, max(0.0, statistic)))
