"""How strong an unmeasured cause would have to be to explain an estimate away."""

from __future__ import annotations

import math
from dataclasses import dataclass

_COMMON = 0.15
_COHEN = 0.91
"""Log risk ratio for one standardised difference of a continuous outcome."""


@dataclass(frozen=True)
class EValue:
    """E-values of an estimate and of the nearer bound of its interval (1: no cause is needed)."""

    estimate: float
    bound: float


def e_value_of_ratio(ratio: float, low: float, high: float) -> EValue:
    """E-value of a risk or rate ratio with its interval.

    Parameters
    ----------
    ratio, low, high
        Estimate and bounds, positive.

    Returns
    -------
    EValue
        Risk ratio that a hidden cause would need with both mentoring and the outcome.

    References
    ----------
    VanderWeele and Ding (2017), "Sensitivity analysis in observational research: introducing the
    E-value", Annals of Internal Medicine 167(4).
    """
    nearer = 1.0 if low <= 1.0 <= high else (low if ratio > 1 else high)
    return EValue(_e_value(ratio), _e_value(nearer))


def e_value_of_hazard_ratio(ratio: float, low: float, high: float, share: float) -> EValue:
    """E-value of a hazard ratio; where events are common it overstates the risk ratio.

    Parameters
    ----------
    ratio, low, high
        Estimate and bounds, positive.
    share
        Share of the people compared who met the event, 0 to 1. Above 0.15 the ratio of hazards is
        first turned into one of risks.

    References
    ----------
    VanderWeele (2017), "On a square-root transformation of the odds ratio for a common outcome",
    Epidemiology 28(6), and VanderWeele and Ding (2017), table 2, for hazard ratios.
    """
    if share > _COMMON:
        ratio, low, high = (_risk_ratio(value) for value in (ratio, low, high))
    return e_value_of_ratio(ratio, low, high)


def _risk_ratio(hazard_ratio: float) -> float:
    """Risk ratio that a hazard ratio of a common event comes to."""
    root = math.sqrt(hazard_ratio)
    return float((1.0 - 0.5**root) / (1.0 - 0.5 ** (1.0 / root)))


def e_value_of_log_hours(
    estimate: float, low: float, high: float, deviation: float
) -> EValue | None:
    """E-value of a difference in mean log hours, through its standardised size.

    Parameters
    ----------
    estimate, low, high
        Differences on the log scale.
    deviation
        Standard deviation of the outcome among comparison people; none without one.
    """
    if not deviation > 0:
        return None
    ratios = [math.exp(_COHEN * value / deviation) for value in (estimate, low, high)]
    return e_value_of_ratio(ratios[0], ratios[1], ratios[2])


def e_value_of_difference(
    mentored: float, comparison: float, low: float, high: float
) -> EValue | None:
    """E-value of a difference in shares, through the risk ratio of the rarer event.

    Parameters
    ----------
    mentored, comparison
        Share of each arm with the event, 0 to 1.
    low, high
        Bounds of the difference, mentored minus comparison.

    Returns
    -------
    EValue | None
        None where the rarer event did not happen in the comparison arm, so no ratio exists.
    """
    sign, one, other = 1.0, mentored, comparison
    if mentored + comparison > 1.0:
        sign, one, other = -1.0, 1.0 - mentored, 1.0 - comparison
    if not other > 0 or not one > 0:
        return None
    bounds = sorted(max(other + sign * bound, 1e-9) / other for bound in (low, high))
    return e_value_of_ratio(one / other, bounds[0], bounds[1])


def _e_value(ratio: float) -> float:
    size = max(ratio, 1.0 / ratio)
    return size + math.sqrt(size * (size - 1.0))
