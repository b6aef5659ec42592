"""The attacker's solver: unknown whole numbers, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

SLACK = 2  # a count published as 20 was 18 to 22


@dataclass
class Attack:
    """Unknown numbers, mostly whole, what is known of each, and of sums and differences of them."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    bounds: list[tuple[float, float]] = field(default_factory=list)

    def unknown(self, low: float = 0, high: float = np.inf, *, whole: bool = True) -> int:
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.low) - 1

    def count(self, published: int | None) -> int:
        if published is None:
            return self.unknown()
        return self.unknown(max(0, published - SLACK), published + SLACK)

    def adds_up(self, parts: Sequence[int], total: int) -> None:
        self.rows.append({**dict.fromkeys(parts, 1.0), total: -1.0})
        self.bounds.append((0, 0))

    def at_most(self, smaller: int, larger: int) -> None:
        self.rows.append({smaller: 1.0, larger: -1.0})
        self.bounds.append((-np.inf, 0))

    def reach(self, variable: int) -> tuple[float, float]:
        """The least and the greatest this unknown can be."""
        return self.least(variable), self.most(variable)

    def least(self, variable: int) -> float:
        """The least this unknown can be."""
        return self._end(variable, 1.0) if self.rows else self.low[variable]

    def most(self, variable: int) -> float:
        """The greatest this unknown can be."""
        return self._end(variable, -1.0) if self.rows else self.high[variable]

    def _end(self, variable: int, sign: float) -> float:
        sizes = [len(row) for row in self.rows]
        columns = [column for row in self.rows for column in row]
        values = [value for row in self.rows for value in row.values()]
        places = np.repeat(np.arange(len(sizes)), sizes)
        matrix = csr_array((values, (places, columns)), shape=(len(sizes), len(self.low)))
        low, high = np.asarray(self.bounds).T
        aim = np.zeros(len(self.low))
        aim[variable] = sign
        # Nobody can be told to be more than the whole organisation.
        solution = milp(
            aim,
            integrality=np.asarray(self.whole, dtype=np.int64),
            bounds=Bounds(
                np.maximum(np.asarray(self.low), -1e5), np.minimum(np.asarray(self.high), 1e5)
            ),
            constraints=LinearConstraint(matrix, low, high),
        )
        assert solution.success, solution.message
        return float(sign * solution.fun)

    def less(self, first: int, second: int) -> int:
        """A further unknown: the first less the second."""
        difference = self.unknown(-np.inf)
        self.rows.append({first: 1.0, second: -1.0, difference: -1.0})
        self.bounds.append((0, 0))
        return difference


def leavers_within(shown: dict[str, Any], arm: str = "mentored") -> tuple[float, float]:
    """The fewest and the most leavers that a published level and count allow."""
    level, n = shown[f"{arm}_value"], shown[f"n_{arm}"]
    if level is None or n is None:
        return 0, np.inf
    fewest = np.floor((1 - level - 0.005) * (n - SLACK))
    return max(0.0, fewest), np.ceil((1 - level + 0.005) * (n + SLACK))


def reach_in_total(
    cells: Sequence[tuple[float, float]], total: tuple[float, float], place: int
) -> tuple[float, float]:
    """The least and the greatest one cell can be, of cells that add up: no solver is needed.

    Parameters
    ----------
    cells, total : bounds of each.
    """
    low, high = cells[place]
    others = [cell for at, cell in enumerate(cells) if at != place]
    least = total[0] - sum(cell[1] for cell in others)
    most = total[1] - sum(cell[0] for cell in others)
    return max(low, least), min(high, most)
