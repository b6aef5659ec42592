"""Two-way fixed effects on the monthly panel: the usual alternative, as a sensitivity."""

from __future__ import annotations

import numpy as np

from impact.clusters import two_way_error
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal

_ROUNDS = 500
_TOLERANCE = 1e-9


def fit_two_way(
    outcome: FloatArray, treated: BoolArray, person: IntArray, month: IntArray
) -> Fit | Refusal:
    """Regress a monthly outcome on being mentored with person and month effects.

    Parameters
    ----------
    outcome
        Shape (n,): not-a-number where there is none.
    treated
        Shape (n,): mentored in that month.
    person, month
        Shape (n,): the two effects; the error is clustered by person.

    Returns
    -------
    Fit | Refusal
        Refused where nobody changes from not mentored to mentored.

    References
    ----------
    Goodman-Bacon (2021), "Difference-in-differences with variation in treatment timing", Journal of
    Econometrics 225(2), on why it misleads when effects or selection vary over time.
    """
    used = np.isfinite(outcome)
    rows = np.flatnonzero(used)
    if rows.size == 0:
        return Refusal("no_rows", "There are no months with this outcome.")
    one, other = _dense(person[rows]), _dense(month[rows])
    columns = np.column_stack([outcome[rows], treated[rows].astype(np.float64)])
    columns = _sweep(columns, one, other)
    y, d = columns[:, 0], columns[:, 1]
    information = float(d @ d)
    if information <= 1e-9 * rows.size:
        return Refusal("singular", "Nobody changes from not mentored to mentored.")
    estimate = float(d @ y) / information
    influence = np.zeros(outcome.size)
    influence[rows] = d * (y - estimate * d) / information
    clustered = two_way_error(influence, person, person)
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    return Fit(estimate, clustered.standard_error, clustered.degrees, influence, used)


def _dense(labels: IntArray) -> IntArray:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _sweep(columns: FloatArray, one: IntArray, other: IntArray) -> FloatArray:
    """Take off person and month means in turn until nothing changes."""
    left: FloatArray = columns - columns.mean(axis=0)
    counts = [np.bincount(labels).astype(np.float64) for labels in (one, other)]
    for _ in range(_ROUNDS):
        largest = 0.0
        for labels, count in zip((one, other), counts, strict=True):
            for j in range(left.shape[1]):
                mean = np.bincount(labels, weights=left[:, j]) / count
                left[:, j] -= mean[labels]
                largest = max(largest, float(np.abs(mean).max()))
        if largest < _TOLERANCE:
            break
    return left
