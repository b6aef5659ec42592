"""Standard errors from influence values that are correlated in two ways at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.types import FloatArray, IntArray

NEGLIGIBLE = 1e-9
"""Share of the largest influence below which a row says nothing."""


@dataclass(frozen=True)
class ClusteredError:
    """A standard error with the degrees of freedom of its t reference."""

    standard_error: float
    degrees: float


def two_way_error(
    influence: FloatArray, first: IntArray, second: IntArray, both: IntArray | None = None
) -> ClusteredError:
    """Add the variance of two clusterings and take away what both count.

    With G the smaller number of clusters, every part is multiplied by G / (G - 1) and the
    reference is t with G - 1 degrees of freedom. The result is never below either clustering's own:
    in small samples the part taken away is noisy, and intervals that trust it hold the truth too
    seldom (86 % for incidents at 60 mentees, against 93 %).

    Parameters
    ----------
    influence
        Shape (n,): contribution of each row to the error of one estimate.
    first, second
        Shape (n,): cluster of each row, as integers of any value.
    both
        Shape (n,): `pair(first, second)`, for those who have it already.

    Returns
    -------
    ClusteredError
        A standard error of 0 with 0 degrees of freedom where there are fewer than two clusters.

    References
    ----------
    Cameron, Gelbach and Miller (2011), "Robust inference with multiway clustering", Journal of
    Business and Economic Statistics 29(2); MacKinnon, Nielsen and Webb (2021), "Wild bootstrap and
    asymptotic inference with multiway clustering", same journal 39(2), on the small samples.
    """
    taking_part = _taking_part(influence)
    if taking_part.size == 0:
        return ClusteredError(0.0, 0.0)
    values, one = influence[taking_part], first[taking_part]
    part_one, clusters = _sum_of_squares(values, one)
    if first is second:  # then no part is counted twice
        variance = part_one
    else:
        two = second[taking_part]
        part_two, others = _sum_of_squares(values, two)
        joint = pair(one, two) if both is None else both[taking_part]
        clusters = min(clusters, others)
        between = part_one + part_two - _sum_of_squares(values, joint)[0]
        variance = max(between, part_one, part_two)
    if clusters < 2:
        return ClusteredError(0.0, 0.0)
    return ClusteredError(float(np.sqrt(variance * clusters / (clusters - 1))), clusters - 1.0)


def independent_error(influence: FloatArray) -> ClusteredError:
    """The same where every row is a cluster of its own."""
    clusters = int(_taking_part(influence).size)
    if clusters < 2:
        return ClusteredError(0.0, 0.0)
    variance = float(influence @ influence) * clusters / (clusters - 1)
    return ClusteredError(float(np.sqrt(variance)), clusters - 1.0)


def pair(first: IntArray, second: IntArray) -> IntArray:
    """Number the combinations of two labels, from 0 without gaps, shape (n,)."""
    if first.size == 0:
        return np.zeros(0, dtype=np.int64)
    one, two = _from_zero(first), _from_zero(second)
    combined = one * (int(two.max()) + 1) + two
    return pd.factorize(combined)[0].astype(np.int64)


def _from_zero(labels: IntArray) -> IntArray:
    """Labels from 0 up, not many more than there are rows."""
    low = int(labels.min())
    if int(labels.max()) - low > 4 * labels.size + 1024:
        return pd.factorize(labels)[0].astype(np.int64)
    return labels - low


def _taking_part(influence: FloatArray) -> IntArray:
    """Rows that say something: not what rounding leaves of those that say nothing."""
    size = np.abs(influence)
    return np.flatnonzero(size > NEGLIGIBLE * size.max(initial=0.0))


def team_or_self(team: FloatArray, person: IntArray) -> IntArray:
    """Cluster of each row by team; whoever's team is unknown is a cluster alone, below 0.

    Parameters
    ----------
    team
        Shape (n,): number of the team, 0 or more; NaN where it is unknown.
    person
        Shape (n,): number of the person, 0 or more.
    """
    known = ~np.isnan(team)
    return np.where(known, np.nan_to_num(team), -1.0 - person).astype(np.int64)


def _sum_of_squares(values: FloatArray, cluster: IntArray) -> tuple[float, int]:
    """Squared sums of each cluster added up, and how many clusters there are."""
    labels = _from_zero(cluster)
    totals = np.bincount(labels, weights=values)
    present = np.zeros(totals.size, dtype=np.bool_)
    present[labels] = True
    return float(totals @ totals), int(np.count_nonzero(present))
