"""What the reader of this request may see. Reading a snapshot obeys it, whoever asks."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A limit on the segments seen.

    Attributes
    ----------
    organisations : groups of the dimension `organisation` that are seen.
    sees_all : whether the figures of everyone together are seen as well.
    """

    organisations: frozenset[str]
    sees_all: bool = False

    def where(self, table: str, columns: tuple[str, ...]) -> str:
        """Return the SQL condition that a table's rows have to meet.

        Parameters
        ----------
        table : a published table.
        columns : its columns; those of a segment decide, where there are any. A column that names
            groups or organisations beside it is limited to the own ones too.
        """
        names = ", ".join(_quoted(name) for name in sorted(self.organisations)) or "null"
        conditions = [self._segments(table, columns, names)]
        if "group_dimension" in columns:
            conditions.append(f"group_dimension = 'organisation' and \"group\" in ({names})")
        if "organisation" in columns:
            conditions.append(f"organisation in ('all', {names})")
        return " and ".join(f"({condition})" for condition in conditions)

    def hides(self, table: str, column: str) -> bool:
        """Tell whether a column of rows that are seen counts everyone, and is to be empty.

        How many rows of employees were checked is how many employees there are: of the whole
        company, from which the own organisation can be subtracted.
        """
        return not self.sees_all and column in COUNTS_OF_EVERYONE.get(table, ())

    def _segments(self, table: str, columns: tuple[str, ...], names: str) -> str:
        if "segment_value" in columns:
            own = f"segment_dimension = 'organisation' and segment_value in ({names})"
            return f"({own}) or segment_dimension = 'all'" if self.sees_all else own
        return "true" if self.sees_all or table in OF_NOBODY else "false"


OF_NOBODY = frozenset({"snapshot_info", "metric_definitions", "data_quality"})
"""Tables that tell of no group of people, but for the counts named below; any other without a
segment tells of everyone."""
COUNTS_OF_EVERYONE = {"data_quality": ("rows_checked", "failed", "quarantined")}
NOTHING = Scope(frozenset())

_CURRENT: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope | None:
    """Return the scope of the request that is being answered; None sees everything."""
    return _CURRENT.get()


def use(scope: Scope | None) -> None:
    """Limit everything that this request (or thread) reads from now on."""
    _CURRENT.set(scope)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
