"""Weights that make the comparison people of each cell stand for its mentees."""

from __future__ import annotations

import numpy as np

from impact.types import BoolArray, FloatArray, IntArray


def att_weights(cell: IntArray, is_mentee: BoolArray, has_outcome: BoolArray) -> FloatArray:
    """Weigh comparison rows to their cell's mentees, after rows without the outcome drop out.

    A mentee counts 1; a comparison row counts mentees / comparison rows of its cell, both counted
    among rows that have the outcome. A cell that lost one of its arms weighs nothing.

    Parameters
    ----------
    cell
        Shape (n,): matched cell of each row, numbered from 0.
    is_mentee
        Shape (n,): true for mentees.
    has_outcome
        Shape (n,): true where the outcome is known.

    Returns
    -------
    FloatArray
        Shape (n,), never negative; both arms sum to the number of mentees that kept a comparison.

    References
    ----------
    Iacus, King and Porro (2012), "Causal inference without balance checking: coarsened exact
    matching", Political Analysis 20(1).
    """
    if cell.size == 0:
        return np.zeros(0)
    known = np.bincount(cell, weights=has_outcome)
    mentees = np.bincount(cell, weights=is_mentee & has_outcome)
    others = known - mentees
    shared = ((mentees > 0) & (others > 0)).astype(np.float64)
    ratio = shared * mentees / np.maximum(others, 1.0)
    # A cell's two weights lie side by side: one look-up a row.
    weights = np.column_stack([ratio, shared]).ravel()
    weight: FloatArray = weights[2 * cell + is_mentee] * has_outcome
    return weight
