"""What could have been seen at this size, and when there will be enough people to say."""

from __future__ import annotations

import math

import numpy as np

from impact.reference import critical_value, quantile
from impact.types import FloatArray, Scale

POWER = 0.8
DAYS_A_MONTH = 365.25 / 12
PACE_WINDOW_DAYS = 365
FARTHEST_DAYS = 3653


def detectable_shift(standard_error: float, level: float, degrees: float) -> float:
    """Smallest true shift found with 80 % power at a two-sided level, on the model's scale."""
    reach = critical_value(level, degrees) + quantile(POWER, degrees)
    return reach * standard_error


def on_scale(shift: float, scale: Scale, lower_is_better: bool) -> float:
    """Put a shift in the favourable direction on the estimate's own scale."""
    signed = -shift if lower_is_better else shift
    return math.exp(signed) if scale in ("ratio", "hazard_ratio") else signed


def decidable_on(
    as_of: int, landmarks: FloatArray, needed: int, follow_up_months: int
) -> int | None:
    """Day on which enough mentees will have enough follow-up, at the last year's enrolment.

    Parameters
    ----------
    as_of
        The day up to which data are used; this and all days are counted from 1970-01-01.
    landmarks
        Shape (n,): first day of follow-up of every matched mentee so far.
    needed
        How many mentees must have been followed.
    follow_up_months
        For how long each of them.

    Returns
    -------
    int | None
        Never before the day after `as_of`; none where nobody enrolled during the last year, or
        where it is more than ten years away, which no plan reaches.
    """
    wait = round(follow_up_months * DAYS_A_MONTH)
    if landmarks.size >= needed:
        last = int(np.partition(landmarks, needed - 1)[needed - 1])
        return max(last + wait, as_of + 1)
    recent = int(np.count_nonzero(as_of - landmarks < PACE_WINDOW_DAYS))
    if recent == 0:
        return None
    days = math.ceil((needed - landmarks.size) * PACE_WINDOW_DAYS / recent)
    return None if days > FARTHEST_DAYS else as_of + days + wait
