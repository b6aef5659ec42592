"""Weighted curves of leaving and promotion, with the influence of every row on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.types import FloatArray, IntArray


@dataclass(frozen=True)
class Curve:
    """A step curve of one arm.

    Attributes
    ----------
    times
        Shape (m,): distinct times at which anything ended, ascending, in months.
    position
        Shape (n,): place of each fitted row's time among them.
    at_risk
        Shape (m,): weight under observation just before each time.
    surviving
        Shape (m,): share with neither event just after each time (Kaplan-Meier).
    before
        Shape (m,): the same share just before each time.
    hazards
        Shape (m, causes): weighted events / at risk, by cause.
    incidence
        Shape (m, causes): share that has met each event by each time (Aalen-Johansen).
    """

    times: FloatArray
    position: IntArray
    at_risk: FloatArray
    surviving: FloatArray
    before: FloatArray
    hazards: FloatArray
    incidence: FloatArray


def fit_curve(time: FloatArray, event: IntArray, weight: FloatArray, causes: int = 1) -> Curve:
    """Estimate the weighted product-limit curve and the incidence of each cause.

    Parameters
    ----------
    time
        Shape (n,): months under observation, positive.
    event
        Shape (n,): 0 censored, else the number of the cause that ended observation.
    weight
        Shape (n,), not negative.
    causes
        How many causes compete.

    Returns
    -------
    Curve

    References
    ----------
    Kaplan and Meier (1958); Aalen and Johansen (1978), "An empirical transition matrix for
    non-homogeneous Markov chains", Scandinavian Journal of Statistics 5.
    """
    times, position = np.unique(time, return_inverse=True)
    leaving = np.bincount(position, weights=weight, minlength=times.size)
    at_risk: FloatArray = np.cumsum(leaving[::-1])[::-1].astype(np.float64)
    hazards = np.zeros((times.size, causes))
    for cause in range(1, causes + 1):
        events = np.bincount(position, weights=weight * (event == cause), minlength=times.size)
        hazards[:, cause - 1] = np.divide(
            events, at_risk, out=np.zeros(times.size), where=at_risk > 0
        )
    surviving = np.cumprod(np.clip(1.0 - hazards.sum(axis=1), 0.0, 1.0))
    before = np.concatenate([[1.0], surviving[:-1]])
    incidence = np.cumsum(before[:, None] * hazards, axis=0)
    return Curve(times, position, at_risk, surviving, before, hazards, incidence)


def value_at(curve: Curve, levels: FloatArray, start: float, horizon: float) -> float:
    """Read a step curve at a horizon; `start` is its value before the first time."""
    index = int(np.searchsorted(curve.times, horizon, side="right")) - 1
    return start if index < 0 else float(levels[index])


def restricted_mean(curve: Curve, horizon: float) -> float:
    """Mean months spent without any event within the horizon: the area under the curve."""
    inside = curve.times < horizon
    edges = np.concatenate([[0.0], curve.times[inside], [horizon]])
    heights = np.concatenate([[1.0], curve.surviving[inside]])
    return float(np.sum(np.diff(edges) * heights))


def survival_influence(
    curve: Curve, event: IntArray, weight: FloatArray, horizon: float
) -> FloatArray:
    """Influence of each row on the share surviving at the horizon, shape (n,)."""
    level = value_at(curve, curve.surviving, 1.0, horizon)
    gain = np.where(curve.times <= horizon, -level / _stay(curve), 0.0)
    gains = np.repeat(gain[:, None], curve.hazards.shape[1], axis=1)
    return _influence(curve, gains, event, weight)


def incidence_influence(
    curve: Curve, cause: int, event: IntArray, weight: FloatArray, horizon: float
) -> FloatArray:
    """Influence of each row on the share that met one cause by the horizon, shape (n,)."""
    level = value_at(curve, curve.incidence[:, cause - 1], 0.0, horizon)
    inside = curve.times <= horizon
    lost = (level - curve.incidence[:, cause - 1]) / _stay(curve)
    gains = np.repeat(np.where(inside, -lost, 0.0)[:, None], curve.hazards.shape[1], axis=1)
    gains[:, cause - 1] += np.where(inside, curve.before, 0.0)
    return _influence(curve, gains, event, weight)


def incidence_influences(
    curve: Curve,
    cause: int,
    event: IntArray,
    weight: FloatArray,
    horizons: FloatArray,
) -> FloatArray:
    """Influences on the incidence at many horizons at once, shape (horizons, n).

    The gain of `incidence_influence` is, up to the horizon, a part that does not depend on it less
    the horizon's level times another: two running sums serve all horizons.
    """
    safe = np.where(curve.at_risk > 0, curve.at_risk, np.inf)
    by_level = 1.0 / (_stay(curve) * safe)
    causes = curve.hazards.shape[1]
    fixed = np.repeat((curve.incidence[:, cause - 1] * by_level)[:, None], causes, axis=1)
    fixed[:, cause - 1] += curve.before / safe
    fixed_drift = np.concatenate([[0.0], np.cumsum((fixed * curve.hazards).sum(axis=1))])
    level_drift = np.concatenate([[0.0], np.cumsum(by_level * curve.hazards.sum(axis=1))])
    position = curve.position
    met = event > 0
    own_fixed, own_level = np.zeros(position.size), np.zeros(position.size)
    own_fixed[met] = fixed[position[met], event[met] - 1]
    own_level[met] = by_level[position[met]]
    influences = np.empty((horizons.size, position.size))
    for number, horizon in enumerate(horizons):
        level = value_at(curve, curve.incidence[:, cause - 1], 0.0, horizon)
        last = int(np.searchsorted(curve.times, horizon, side="right"))
        seen = np.minimum(position + 1, last)
        inside = position < last
        influences[number] = np.where(inside, own_fixed - level * own_level, 0.0)
        influences[number] -= fixed_drift[seen] - level * level_drift[seen]
    weighted: FloatArray = influences * weight
    return weighted


def restricted_mean_influence(
    curve: Curve, event: IntArray, weight: FloatArray, horizon: float
) -> FloatArray:
    """Influence of each row on the restricted mean, in months, shape (n,)."""
    ends = np.append(curve.times[1:], np.inf)
    widths = np.clip(np.minimum(ends, horizon) - curve.times, 0.0, None)
    area_after = np.cumsum((widths * curve.surviving)[::-1])[::-1]
    gain = np.where(curve.times < horizon, -area_after / _stay(curve), 0.0)
    gains = np.repeat(gain[:, None], curve.hazards.shape[1], axis=1)
    return _influence(curve, gains, event, weight)


def _stay(curve: Curve) -> FloatArray:
    """Share of those at risk that stays at each time; infinite where nobody does.

    Where all leave at once every later level is 0, and so is the numerator this divides.
    """
    stay = 1.0 - curve.hazards.sum(axis=1)
    return np.where(stay > 1e-12, stay, np.inf)


def _influence(curve: Curve, gains: FloatArray, event: IntArray, weight: FloatArray) -> FloatArray:
    """Sum over causes of the integral of a gain against each row's counting-process residual.

    Row i adds weight * (gain at its own event - sum over times it was at risk of gain * hazard),
    each divided by the weight at risk: the derivative of the estimate by the row's weight.
    """
    safe = np.where(curve.at_risk > 0, curve.at_risk, np.inf)
    drift = np.cumsum((gains * curve.hazards).sum(axis=1) / safe)
    position = curve.position
    own = np.zeros(position.size)
    for cause in range(1, gains.shape[1] + 1):
        met = event == cause
        own[met] = gains[position[met], cause - 1] / safe[position[met]]
    influence: FloatArray = weight * (own - drift[position])
    return influence
