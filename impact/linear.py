"""Weighted linear regression on one exposure within matched cells."""

from __future__ import annotations

import numpy as np

from impact.clusters import two_way_error
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal

_RELATIVE_RANK = 1e-10
FLAT = 1e-9
"""Spread within cells, for values of size 1 or less, that is rounding error alone."""


def fit_within_cells(
    outcome: FloatArray,
    exposed: BoolArray,
    covariates: FloatArray,
    weight: FloatArray,
    cell: IntArray,
    first: IntArray,
    second: IntArray,
    both: IntArray | None = None,
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
    both
        Shape (n,): their combinations numbered, for those who have them already.

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
    refusal = _refuse(exposed, used)
    if refusal is not None:
        return refusal
    rows = np.flatnonzero(used)
    if (np.diff(cell[rows]) < 0).any():
        rows = rows[np.argsort(cell[rows], kind="stable")]
    w, labels = weight[rows], cell[rows]
    columns = np.empty((2 + covariates.shape[1], rows.size))
    columns[0], columns[1], columns[2:] = outcome[rows], exposed[rows], covariates.T[:, rows]
    if not np.isfinite(columns).all():
        return Refusal("bad_values", "Some values are infinite or missing where they may not be.")
    columns = _demean(columns, w, labels)
    gram = (columns * w) @ columns.T
    if _is_flat(float(gram[0, 0]), outcome[rows], w):
        return Refusal("constant_outcome", "The outcome is the same for everyone compared.")
    on_x = _project(gram)
    information = float(gram[1, 1] - gram[1, 2:] @ on_x[:, 1])
    if information <= _RELATIVE_RANK * float(np.sum(w)):
        return Refusal("singular", "Mentees and comparison people cannot be told apart by more.")
    estimate = float(gram[1, 0] - gram[1, 2:] @ on_x[:, 0]) / information
    x = columns[2:]
    exposed_left = columns[1] - on_x[:, 1] @ x
    error = columns[0] - estimate * columns[1] - (on_x[:, 0] - estimate * on_x[:, 1]) @ x
    influence = np.zeros(weight.size)
    influence[rows] = w * exposed_left * error / information
    clustered = two_way_error(influence, first, second, both)
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    return Fit(estimate, clustered.standard_error, clustered.degrees, influence, used)


def _refuse(exposed: BoolArray, used: BoolArray) -> Refusal | None:
    if not used.any():
        return Refusal("no_comparison", "No mentee has a comparable colleague with this outcome.")
    arms = exposed[used]
    if arms.all() or not arms.any():
        return Refusal("no_comparison", "Only one of the two groups has this outcome.")
    return None


def _demean(columns: FloatArray, weight: FloatArray, cell: IntArray) -> FloatArray:
    """Take each cell's weighted mean off every column, shape (columns, n); rows cell by cell."""
    starts = np.flatnonzero(np.diff(cell, prepend=cell[0] - 1))
    means = np.add.reduceat(columns * weight, starts, axis=1) / np.add.reduceat(weight, starts)
    centred: FloatArray = columns - np.repeat(means, np.diff(starts, append=cell.size), axis=1)
    return centred


def _is_flat(within: float, raw: FloatArray, weight: FloatArray) -> bool:
    """Whether nothing but rounding error varies within the cells."""
    size = max(1.0, float(np.abs(raw).max()))
    return bool(np.sqrt(max(within, 0.0) / np.sum(weight)) < FLAT * size)


def _project(gram: FloatArray) -> FloatArray:
    """Coefficients of outcome and exposure on the covariates (of any rank), shape (k, 2).

    The Gram matrix holds outcome, exposure and covariates in this order.
    """
    inner = gram[2:, 2:]
    scale = np.sqrt(np.diag(inner))
    scale = np.where(
        scale > _RELATIVE_RANK * max(1.0, float(scale.max(initial=0.0))), scale, np.inf
    )
    unit = inner / np.outer(scale, scale)
    inverse = np.linalg.pinv(unit, rcond=_RELATIVE_RANK, hermitian=True)
    coefficients: FloatArray = (inverse @ (gram[2:, :2] / scale[:, None])) / scale[:, None]
    return coefficients
