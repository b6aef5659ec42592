"""How a source fills raw tables: what a vendor's module declares, and what a recognised file gives.

A vendor shape is a declaration like a table is: the keys its records have, the part of a record
that is read, and one SQL expression a column. Adding a vendor is adding one module of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ingest.declare import Table
from ingest.sql import name

DateOrder = Literal["dmy", "mdy"]


class Typed(str):
    """An SQL expression that already has the type of its column, so that nothing is parsed."""

    __slots__ = ()


class Title(str):
    """An SQL expression of a job's title, which may end in a grade (`Engineer (L4)`)."""

    __slots__ = ()


@dataclass(frozen=True)
class Fill:
    """How the records of a file fill one table.

    Attributes
    ----------
    table
        The table.
    fields
        Column -> SQL expression giving its text. Over the record `r` for the first fill of a
        shape; over the element `e` and the record's own row `parent` for a list in the record.
        A column that is left out is null; `updated_at` may be given as well.
    each
        For a list in the record: SQL expression of that list over `r`, one row an element.
    bots
        Person column -> SQL condition (over the same names) that the person is known to be a bot.
    """

    table: Table
    fields: Mapping[str, str]
    each: str | None = None
    bots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Suspicion:
    """A sign that an export is not whole.

    Attributes
    ----------
    name
        Name of the check.
    when
        SQL over aggregates of the first table's typed rows: a condition, or how many rows fail.
    message
        What it means and what to do; `{failed}` and `{rows}` stand for the counts.
    """

    name: str
    when: str
    message: str


@dataclass(frozen=True)
class VendorShape:
    """One kind of file of a vendor, recognised by the keys of its records.

    Attributes
    ----------
    name
        `<source>__<shape>`, as reports name it.
    keys
        Keys that the records of such a file have.
    columns
        Key -> DuckDB type of the part of a record that is read.
    fills
        The record's own table first, then those of the lists in it.
    is_one
        Condition on one record, beyond its keys.
    suspicions
        Signs that the export is not whole.
    is_flat
        Whether its records are rows: such a file may be CSV and parquet as well as JSON. The
        expressions of its fills name a column with `cell`; how its header is written (upper and
        lower case, blanks) does not matter, `columns` follow from the file, and `is_one` is not
        asked.
    only
        SQL condition over `r`: other records are of another kind (an issue that is no incident)
        and are not read.
    may_be_all
        Whether `only` guesses by words that people chose: a mapping that names the shape says that
        every record is one.
    lists
        As of a plan: lists in a record that make rows of its own table.
    """

    name: str
    keys: frozenset[str]
    columns: Mapping[str, str]
    fills: tuple[Fill, ...]
    is_one: Callable[[Mapping[str, Any]], bool] = lambda record: bool(record)
    suspicions: tuple[Suspicion, ...] = ()
    is_flat: bool = False
    only: str = "true"
    may_be_all: bool = False
    lists: Mapping[str, str] = field(default_factory=dict)


def cell(header: str) -> str:
    """SQL for the text of a column of a flat shape; null where a file lacks it."""
    return f"r.{name(header)}"


@dataclass(frozen=True)
class Plan:
    """How a recognised file is read.

    Attributes
    ----------
    name
        `<source>__<shape>`, as reports name it.
    columns
        JSON key or header name -> DuckDB type to read it as.
    fills
        The record's own table first.
    zone
        Zone of times without an offset.
    unused
        Columns or keys of the file that are not read.
    suspicions
        Signs that the export is not whole.
    date_order
        Order of day and month in `7/5/2024`, where the settings say; None: what the file shows.
    only
        SQL condition over `r` for the records that are read.
    day
        Day of a list that only the file's name tells: of two files that differ in nothing else,
        each says something of its own.
    lists
        Name -> SQL expression of a list over `r`: the record becomes a row for every element (of
        several lists, for every combination), which the first fill finds under the name. A record
        whose list is empty becomes no row; where the record itself says something, as a worker
        does, the expression gives `[null]` instead.
    folds
        Whether the keys of a JSON file are taken whatever their upper and lower case.
    """

    name: str
    columns: Mapping[str, str]
    fills: tuple[Fill, ...]
    zone: str
    unused: tuple[str, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    date_order: DateOrder | None = None
    only: str = "true"
    day: str | None = None
    lists: Mapping[str, str] = field(default_factory=dict)
    folds: bool = False

    @property
    def source(self) -> str:
        """The source's name."""
        return self.name.split("__", maxsplit=1)[0]

    @property
    def shape(self) -> str:
        """The shape's name."""
        return self.name.split("__", maxsplit=1)[1]

    def reads_like(self, other: Plan) -> bool:
        """Whether a file of another plan is read in the same way, whatever more is in it."""
        return replace(self, unused=()) == replace(other, unused=())


@dataclass(frozen=True)
class Unrecognised:
    """A file of no known shape: what it looks most like, what is missing, a mapping to fill in."""

    reason: str
    stub: str = ""
