"""Weighted linear regression on one exposure within matched cells."""

from __future__ import annotations

import numpy as np

from impact.clusters import two_way_error
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal

_RELATIVE_RANK = 1e-10


def fit_within_cells(
    outcome: FloatArray,
    exposed: BoolArray,
    covariates: FloatArray,
    weight: FloatArray,
    cell: IntArray,
    first: IntArray,
    second: IntArray,
) -> Fit | Refusal:
    """Regress an outcome on exposure and covariates with an effect for every cell.

    Parameters
    ----------
    outcome
        Shape (n,). Any value where the weight is 0.
    exposed
        Shape (n,): true for mentees.
    covariates
        Shape (n, k). Columns that say nothing new beside the cells and each other are left out.
    weight
        Shape (n,), not negative; rows of weight 0 take no part.
    cell
        Shape (n,): the matched cell, numbered from 0, whose effect is taken out.
    first, second
        Shape (n,): the two clusterings of the sandwich, for matched rows the cell and the person.

    Returns
    -------
    Fit | Refusal
        The coefficient of exposure, in the outcome's unit, with a two-way clustered error.
        Refused where nothing is left to compare, the outcome is not finite,
        constant within cells, or exposure cannot be told from the cells and covariates.

    References
    ----------
    Frisch and Waugh (1933); Cameron, Gelbach and Miller (2011).
    """
    used = weight > 0
    refusal = _refuse(outcome, exposed, covariates, used)
    if refusal is not None:
        return refusal
    rows = np.flatnonzero(used)
    w, labels = weight[rows], cell[rows]
    columns = np.column_stack([outcome[rows], exposed[rows].astype(np.float64), covariates[rows]])
    columns = _demean(columns, w, labels)
    y, d, x = columns[:, 0], columns[:, 1], columns[:, 2:]
    if _is_flat(y, outcome[rows], w):
        return Refusal("constant_outcome", "The outcome is the same for everyone compared.")
    d_left = _residual(d, x, w)
    information = float(np.sum(w * d_left**2))
    if information <= _RELATIVE_RANK * float(np.sum(w)):
        return Refusal("singular", "Mentees and comparison people cannot be told apart by more.")
    estimate = float(np.sum(w * d_left * y)) / information
    error = _residual(y - estimate * d, x, w)
    influence = np.zeros(weight.size)
    influence[rows] = w * d_left * error / information
    clustered = two_way_error(influence[rows], first[rows], second[rows])
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    return Fit(estimate, clustered.standard_error, clustered.degrees, influence, used)


def _refuse(
    outcome: FloatArray, exposed: BoolArray, covariates: FloatArray, used: BoolArray
) -> Refusal | None:
    if not used.any():
        return Refusal("no_comparison", "No mentee has a comparable colleague with this outcome.")
    if not np.isfinite(outcome[used]).all() or not np.isfinite(covariates[used]).all():
        return Refusal("bad_values", "Some values are infinite or missing where they may not be.")
    arms = exposed[used]
    if arms.all() or not arms.any():
        return Refusal("no_comparison", "Only one of the two groups has this outcome.")
    return None


def _demean(columns: FloatArray, weight: FloatArray, cell: IntArray) -> FloatArray:
    """Take each cell's weighted mean off every column."""
    count = int(cell.max()) + 1
    total = np.bincount(cell, weights=weight, minlength=count)
    total[total == 0] = 1.0
    out = np.empty_like(columns)
    for j in range(columns.shape[1]):
        mean = np.bincount(cell, weights=weight * columns[:, j], minlength=count) / total
        out[:, j] = columns[:, j] - mean[cell]
    return out


def _is_flat(within: FloatArray, raw: FloatArray, weight: FloatArray) -> bool:
    """Whether nothing but rounding error varies within the cells."""
    size = max(1.0, float(np.abs(raw).max()))
    return bool(np.sqrt(np.sum(weight * within**2) / np.sum(weight)) < 1e-9 * size)


def _residual(target: FloatArray, x: FloatArray, weight: FloatArray) -> FloatArray:
    """What is left of the target after a weighted projection on x (of any rank)."""
    if x.shape[1] == 0:
        return target
    scale = np.sqrt(np.average(x**2, axis=0, weights=weight))
    kept = scale > _RELATIVE_RANK * max(1.0, float(scale.max(initial=0.0)))
    if not kept.any():
        return target
    z = x[:, kept] / scale[kept]
    gram = (z * weight[:, None]).T @ z
    solution = np.linalg.pinv(gram, rcond=_RELATIVE_RANK, hermitian=True) @ (
        z.T @ (weight * target)
    )
    residual: FloatArray = target - z @ solution
    return residual
