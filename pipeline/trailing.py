"""Which months of a measure over the last year may be told, so that no month of few follows.

A measure over twelve months is a sum of months, and next month's shares all but one of them. Who
has both has what the new month added, less what fell out. An attacker who writes every sum that is
told as a sum of months knows at best what happened between two of the days on which a told window
begins or ends. So a month is told only if between any two such days nobody was counted, or enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Sums = Mapping[int, int]
"""Number of a month -> people counted within the window that ends with it."""


@dataclass
class Windows:
    """One measure of one group, counted in several ways at once, and what is told of it so far.

    Attributes
    ----------
    length : months of a window.
    limit : fewest that may be told of.
    added : of each way of counting, month -> people that it added.
    ends : the months after which a told window begins or with which it ends.
    """

    length: int
    limit: int
    added: Sequence[Mapping[int, int]]
    ends: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, sums: Sequence[Sums], length: int, limit: int) -> Windows:
        """Take the sums apart into months; a month without a sum had nobody."""
        return cls(length, limit, [_added(of_kind, length) for of_kind in sums])

    def may_tell(self, month: int) -> bool:
        """Say whether nobody, or enough, were counted between any two ends with this month told."""
        mine = {month, month - self.length}
        # Any two ends that are known already were looked at when they came.
        pairs = {(min(end, new), max(end, new)) for new in mine for end in self.ends | mine}
        return all(
            self._is_none_or_enough(added, first, last)
            for first, last in sorted(pairs)
            for added in self.added
        )

    def tell(self, month: int) -> None:
        """Note that a month is told."""
        self.ends |= {month, month - self.length}

    def _is_none_or_enough(self, added: Mapping[int, int], after: int, until: int) -> bool:
        # Whoever is counted once in a year, however often, makes a month of less than none.
        between = [added.get(month, 0) for month in range(after + 1, until + 1)]
        return not any(between) or abs(sum(between)) >= self.limit


def _added(sums: Sums, length: int) -> dict[int, int]:
    added: dict[int, int] = {}
    for month in range(min(sums), max(sums) + 1) if sums else ():
        gone = added.get(month - length, 0)
        added[month] = sums.get(month, 0) - sums.get(month - 1, 0) + gone
    return added
