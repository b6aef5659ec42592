"""Standard errors from influence values that are correlated in two ways at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.types import FloatArray, IntArray


@dataclass(frozen=True)
class ClusteredError:
    """A standard error with the degrees of freedom of its t reference."""

    standard_error: float
    degrees: float


def two_way_error(influence: FloatArray, first: IntArray, second: IntArray) -> ClusteredError:
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
    if first is second:
        return _one_way_error(influence, first)
    taking_part = influence != 0
    values, one, two = influence[taking_part], first[taking_part], second[taking_part]
    if values.size == 0:
        return ClusteredError(0.0, 0.0)
    one, count_one = _dense(one)
    two, count_two = _dense(two)
    clusters = min(count_one, count_two)
    if clusters < 2:
        return ClusteredError(0.0, 0.0)
    both, count_both = _dense(one * count_two + two)
    part_one = _sum_of_squares(values, one, count_one)
    part_two = _sum_of_squares(values, two, count_two)
    joint = part_one + part_two - _sum_of_squares(values, both, count_both)
    variance = max(joint, part_one, part_two) * clusters / (clusters - 1)
    return ClusteredError(float(np.sqrt(variance)), clusters - 1.0)


def _one_way_error(influence: FloatArray, cluster: IntArray) -> ClusteredError:
    """The same where both clusterings are one: then no part is counted twice."""
    taking_part = influence != 0
    if not taking_part.any():
        return ClusteredError(0.0, 0.0)
    labels, clusters = _dense(cluster[taking_part])
    if clusters < 2:
        return ClusteredError(0.0, 0.0)
    variance = _sum_of_squares(influence[taking_part], labels, clusters)
    return ClusteredError(float(np.sqrt(variance * clusters / (clusters - 1))), clusters - 1.0)


def _dense(labels: IntArray) -> tuple[IntArray, int]:
    """Number the labels from 0 without gaps."""
    low = int(labels.min())
    span = int(labels.max()) - low + 1
    if span > 4 * labels.size + 1024:
        unique, dense = np.unique(labels, return_inverse=True)
        return dense.astype(np.int64), int(unique.size)
    present = np.zeros(span, dtype=np.bool_)
    present[labels - low] = True
    number = np.cumsum(present) - 1
    return number[labels - low].astype(np.int64), int(number[-1]) + 1


def _sum_of_squares(values: FloatArray, cluster: IntArray, count: int) -> float:
    return float(np.square(np.bincount(cluster, weights=values, minlength=count)).sum())
