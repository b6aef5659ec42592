"""Weighted Poisson regression of counts on one exposure."""

from __future__ import annotations

import numpy as np

from impact.clusters import two_way_error
from impact.types import BoolArray, Fit, FloatArray, IntArray, Refusal

_MAX_STEPS = 60
_TOLERANCE = 1e-9
"""Of the likelihood, not of the coefficients: a category without events may drift off for ever."""
_RELATIVE_RANK = 1e-10
_NEW_SHARE = 1e-7
"""A column must keep this share of its variance beside the columns before it."""
_MOST_LEVERAGE = 0.9
_MANY_ROWS, _EVERY = 20_000, 8
_ABSURD = 50.0
"""No row has a log mean above this."""
_RUNAWAY = 12.0
"""A log rate ratio this large is the sign of a fit running away to infinity."""


def fit_counts(
    count: FloatArray,
    time: FloatArray,
    exposed: BoolArray,
    covariates: FloatArray,
    weight: FloatArray,
    first: IntArray,
    second: IntArray,
    both: IntArray | None = None,
    correct_leverage: bool = True,
    earlier: dict[int, FloatArray] | None = None,
) -> Fit | Refusal:
    """Fit log E(count) = log(time) + exposure + covariates by weighted maximum likelihood.

    Parameters
    ----------
    count
        Shape (n,): events, not negative.
    time
        Shape (n,): time at risk, in months, positive where the weight is.
    exposed
        Shape (n,): true for mentees.
    covariates
        Shape (n, k) without a constant; columns that say nothing new are left out.
    weight
        Shape (n,), not negative; rows of weight 0 take no part.
    first, second
        Shape (n,): the two clusterings of the sandwich.
    both
        Shape (n,): their combinations numbered, for those who have them already.
    correct_leverage
        Whether residuals are blown up for the part that the fit itself takes off them (HC2). The
        plain sandwich is too small where a hundred people carry twenty coefficients.
    earlier
        Coefficients of a fit of much the same people, by their number, to begin at; this fit's are
        kept there for the next. The maximum is one, wherever the search for it begins.

    Returns
    -------
    Fit | Refusal
        The log rate ratio of exposure. Refused without events in both arms, on values that are no
        counts or times, on separation, and where the likelihood has no single maximum.

    References
    ----------
    Gourieroux, Monfort and Trognon (1984), "Pseudo maximum likelihood methods: applications to
    Poisson models", Econometrica 52(3); MacKinnon and White (1985), Journal of Econometrics 29.
    """
    used = weight > 0
    refusal = _refuse(count, time, exposed, covariates, used)
    if refusal is not None:
        return refusal
    rows = np.flatnonzero(used)
    y, w, offset = count[rows], weight[rows], np.log(time[rows])
    x = _independent(exposed[rows], covariates.T[:, rows], w)
    if x is None:
        return Refusal("singular", "Mentees and comparison people cannot be told apart by more.")
    known = {} if earlier is None else earlier
    solution = _climb(y, x, w, offset, known.get(x.shape[0]))
    if isinstance(solution, Refusal):
        return solution
    coefficients, mean = solution
    known[coefficients.size] = coefficients
    inverse = np.linalg.inv(_gram(x, w * mean))
    values = w * (y - mean) * (inverse[0] @ x)
    if correct_leverage:
        leverage = w * mean * np.sum((inverse @ x) * x, axis=0)
        values /= np.sqrt(1.0 - np.minimum(leverage, _MOST_LEVERAGE))
    influence = np.zeros(weight.size)
    influence[rows] = values
    clustered = two_way_error(influence, first, second, both)
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    estimate = float(coefficients[0])
    return Fit(estimate, clustered.standard_error, clustered.degrees, influence, used)


def _refuse(
    count: FloatArray, time: FloatArray, exposed: BoolArray, covariates: FloatArray, used: BoolArray
) -> Refusal | None:
    if not used.any():
        return Refusal("no_comparison", "No mentee has a comparable colleague with this outcome.")
    values = (count[used], time[used], covariates[used])
    if not all(np.isfinite(value).all() for value in values):
        return Refusal("bad_values", "Some values are infinite or missing where they may not be.")
    if (count[used] < 0).any() or (time[used] <= 0).any():
        return Refusal("bad_values", "Counts below zero or no time at risk cannot be used.")
    arms = exposed[used]
    if arms.all() or not arms.any():
        return Refusal("no_comparison", "Only one of the two groups has this outcome.")
    events = count[used]
    if events[arms].sum() == 0 or events[~arms].sum() == 0:
        return Refusal("no_events", "One of the two groups has no incident at all.")
    return None


def _independent(
    exposed: BoolArray, covariates: FloatArray, weight: FloatArray
) -> FloatArray | None:
    """Scale the columns and keep those that add something, exposure above all: shape (kept, n).

    Columns are taken in the order constant, covariates, exposure, by a Cholesky factorisation that
    skips a column which the ones before it already determine. Exposure keeps its own scale and
    comes first in the result, the constant second. A column is a row here, so that every step runs
    along memory.
    """
    x = np.empty((covariates.shape[0] + 2, weight.size))
    x[0], x[1], x[2:] = exposed, 1.0, covariates
    total = weight.sum()
    x[2:] -= (x[2:] @ weight / total)[:, None]
    gram = _gram(x, weight) / total
    scale = np.sqrt(np.diag(gram))
    scale[~(scale > _RELATIVE_RANK)] = np.inf
    kept = _pivots(gram / np.outer(scale, scale), [1, *range(2, x.shape[0]), 0])
    if not kept or kept[-1] != 0:
        return None
    scale[0] = 1.0
    order = [0, *kept[:-1]]
    independent: FloatArray = x[order] / scale[order, None]
    return independent


def _gram(x: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted products of every two rows of x, summed: shape (k, k)."""
    scaled = x * np.sqrt(weight)
    products: FloatArray = scaled @ scaled.T
    return products


def _pivots(gram: FloatArray, order: list[int]) -> list[int]:
    """The columns, in this order, that the kept ones before them do not determine."""
    left = gram.copy()
    kept: list[int] = []
    for j in order:
        if left[j, j] > _NEW_SHARE * max(gram[j, j], _RELATIVE_RANK):
            kept.append(j)
            left = left - np.outer(left[:, j], left[j]) / left[j, j]
    return kept


def _climb(
    y: FloatArray,
    x: FloatArray,
    weight: FloatArray,
    offset: FloatArray,
    earlier: FloatArray | None,
) -> tuple[FloatArray, FloatArray] | Refusal:
    """Find the maximum from an earlier fit, or from that of a part of very many rows, or from none.

    Where a coefficient of the start has drifted off the steps from it may fail, so what is refused
    is refused from the level of all rows.
    """
    level = np.zeros(x.shape[0])
    level[1] = np.log(np.sum(weight * y) / np.sum(weight * np.exp(offset)))
    if earlier is None:
        earlier = _fit_part(y, x, weight, offset, level)
    if earlier is not None:
        better = max((earlier, level), key=lambda beta: _likelihood(beta, y, x, weight, offset)[0])
        solution = _maximise(y, x, weight, offset, better)
        if better is level or not isinstance(solution, Refusal):
            return solution
    return _maximise(y, x, weight, offset, level)


def _fit_part(
    y: FloatArray, x: FloatArray, weight: FloatArray, offset: FloatArray, level: FloatArray
) -> FloatArray | None:
    """Coefficients of every eighth of very many rows; none where there are few, or no events."""
    part = slice(None, None, _EVERY)
    if y.size < _MANY_ROWS or not np.sum(weight[part] * y[part]) > 0:
        return None
    some = np.ascontiguousarray(x[:, part])
    solution = _maximise(y[part], some, weight[part], offset[part], level)
    return None if isinstance(solution, Refusal) else solution[0]


def _maximise(
    y: FloatArray, x: FloatArray, weight: FloatArray, offset: FloatArray, start: FloatArray
) -> tuple[FloatArray, FloatArray] | Refusal:
    """Newton steps, halved whenever the likelihood would fall."""
    beta = start
    score, mean = _likelihood(beta, y, x, weight, offset)
    for _ in range(_MAX_STEPS):
        gradient = x @ (weight * (y - mean))
        try:
            step = np.linalg.solve(_gram(x, weight * mean), gradient)
        except np.linalg.LinAlgError:
            return Refusal("separation", "The model has no single best fit at this size.")
        size = 1.0
        candidate, mean = _likelihood(beta + step, y, x, weight, offset)
        while not candidate >= score - 1e-10 * abs(score) and size > 1e-4:
            size /= 2
            candidate, mean = _likelihood(beta + size * step, y, x, weight, offset)
        if not np.isfinite(candidate):
            return Refusal("no_convergence", "The model has no single best fit at this size.")
        beta = beta + size * step
        gain, score = candidate - score, candidate
        if size == 1.0 and abs(gain) <= _TOLERANCE * (abs(score) + 0.1):
            break
    else:
        return Refusal("no_convergence", "The model has no single best fit at this size.")
    if np.abs(beta[0]) > _RUNAWAY:
        return Refusal("separation", "The model has no single best fit at this size.")
    return beta, mean


def _likelihood(
    beta: FloatArray, y: FloatArray, x: FloatArray, weight: FloatArray, offset: FloatArray
) -> tuple[float, FloatArray]:
    """Log likelihood, and the mean of each row: minus infinity, and none, where one is absurd."""
    linear = beta @ x + offset
    if linear.max() > _ABSURD:
        return -np.inf, offset
    mean: FloatArray = np.exp(linear)
    return float(weight @ (y * linear - mean)), mean
