"""Whether an effect differs between groups, and what each group's figure is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.reference import chi_square_p


@dataclass(frozen=True)
class Heterogeneity:
    """Cochran's test that several estimates are of the same effect.

    Attributes
    ----------
    q, degrees, p_value
        The statistic, its degrees of freedom and the chance of one as large.
    pooled, pooled_error
        Precision-weighted mean and its standard error.
    spread
        Variance of the true effects between groups (DerSimonian and Laird), at least 0.
    """

    q: float
    degrees: int
    p_value: float
    pooled: float
    pooled_error: float
    spread: float


@dataclass(frozen=True)
class Shrunken:
    """A group's estimate drawn towards the mean of the groups."""

    estimate: float
    standard_error: float


def compare_groups(estimates: Sequence[float], errors: Sequence[float]) -> Heterogeneity | None:
    """Test whether group estimates differ by more than their errors explain.

    Parameters
    ----------
    estimates, errors
        One of each a group, on the model's scale; errors positive.

    Returns
    -------
    Heterogeneity | None
        None with fewer than two groups.

    References
    ----------
    Cochran (1954), Biometrics 10; DerSimonian and Laird (1986), Controlled Clinical Trials 7.
    """
    if len(estimates) < 2:
        return None
    values = np.asarray(estimates, dtype=np.float64)
    weight = 1.0 / np.square(np.asarray(errors, dtype=np.float64))
    total = float(weight.sum())
    pooled = float((weight * values).sum()) / total
    q = float((weight * (values - pooled) ** 2).sum())
    degrees = len(estimates) - 1
    scale = total - float((weight**2).sum()) / total
    spread = max(0.0, (q - degrees) / scale)
    return Heterogeneity(
        q, degrees, chi_square_p(q, degrees), pooled, math.sqrt(1.0 / total), spread
    )


def shrink(estimate: float, error: float, groups: Heterogeneity) -> Shrunken:
    """Draw one group's estimate towards the mean, the more the less it says by itself.

    References
    ----------
    Morris (1983), "Parametric empirical Bayes inference", JASA 78(381); the mean's own error is
    part of the result's.
    """
    own = groups.spread / (groups.spread + error**2)
    value = own * estimate + (1.0 - own) * groups.pooled
    variance = own * error**2 + (1.0 - own) ** 2 * groups.pooled_error**2
    return Shrunken(value, math.sqrt(variance))
