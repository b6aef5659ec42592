"""Holm's step-down adjustment for several outcomes judged together."""

from __future__ import annotations

from collections.abc import Sequence


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that any false alarm among them stays at the nominal level.

    Parameters
    ----------
    p_values
        Two-sided p-values of one family.

    Returns
    -------
    list[float]
        Adjusted p-values in the order given, at most 1 and never in a different order than the
        plain ones.

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal
    of Statistics 6(2).
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, (len(p_values) - rank) * p_values[index])
        adjusted[index] = min(1.0, highest)
    return adjusted


def applied_level(others: Sequence[float], alpha: float) -> float:
    """Level one member of the family is really held to, given the p-values of the others.

    Parameters
    ----------
    others
        P-values of the rest of the family.
    alpha
        Level of the whole family.

    Returns
    -------
    float
        The largest plain p-value at which Holm would still reject this member.
    """
    left = len(others) + 1
    for p_value in sorted(others):
        if p_value > alpha / left:
            break
        left -= 1
    return alpha / left
