"""What a raw table is: its columns, the kind of each, what must be there and what makes a row new.

Everything else follows from a declaration: the DDL, recognition of files, the conversion of text
to types, the keyed hashes, the quarantine rules and the merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "person",  # names a person (employee id, e-mail, login): stored as a keyed hash
    "hash",  # any other identifier or free text that joins or counts: a keyed hash
    "dimension",  # a declared dimension, stored in clear
    "vocabulary",  # one of a short closed list, stored in clear; anything else becomes `fallback`
    "story",  # consented free text, the only free text that is stored
    "links",  # a list of pull requests, stored as "<hash of repo>#<number>" apart by blanks
    "time",  # a moment, TIMESTAMPTZ in UTC
    "date",  # a calendar day
    "integer",
    "number",
    "boolean",
]

SQL_TYPES: dict[Kind, str] = {
    "person": "VARCHAR",
    "hash": "VARCHAR",
    "dimension": "VARCHAR",
    "vocabulary": "VARCHAR",
    "story": "VARCHAR",
    "links": "VARCHAR",
    "time": "TIMESTAMPTZ",
    "date": "DATE",
    "integer": "INTEGER",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One column of a raw table.

    Parameters
    ----------
    name
        Column name in the raw table, and in a generic export.
    kind
        What it holds, and so how it is parsed and stored.
    required
        A file without this column is not of this shape; text in it that cannot be read
        quarantines the row.
    essential
        A row without this value cannot be used and is quarantined.
    values
        For a vocabulary: stored value -> other spellings of it, in lower case with `_` for blanks
        and hyphens.
    fallback
        For a vocabulary: what any other text becomes (`None` stores null).
    event
        A moment something happened (never planned): counts towards the source's first and last
        event.
    read_only
        Declared so that a file's column is recognised and used, but never stored (a pull
        request's title).
    made_of
        Takes the text of this other column; never read from a file's column of its own name.
    flags
        True where the person in this other column is a bot (`author_is_bot`); never read from a
        file's column of its own name.
    keeps
        A row without this value says nothing about it: what an earlier or an older row with the
        same key says stays (the size in a detail, not in a list).
    fill
        SQL for the stored value, where it takes more than one column: `v_<column>` are the typed
        values, `t_<column>` the texts.
    """

    name: str
    kind: Kind
    required: bool = False
    essential: bool = False
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fallback: str | None = "other"
    event: bool = False
    read_only: bool = False
    made_of: str | None = None
    flags: str | None = None
    fill: str | None = None
    keeps: bool = False

    @property
    def sql_type(self) -> str:
        """DuckDB type of the stored column."""
        return SQL_TYPES[self.kind]

    @property
    def is_hashed(self) -> bool:
        """Whether the keyed hash of the text is stored in place of the text."""
        return self.kind in ("person", "hash")

    @property
    def is_read(self) -> bool:
        """Whether a generic file may have a column of this name."""
        return self.made_of is None and self.flags is None


@dataclass(frozen=True)
class Rule:
    """A reason why a row cannot be used.

    Parameters
    ----------
    name, column
        The rule's name and the column it is about, as the quarantine table shows them.
    bad_when
        SQL condition over the table's typed columns, true for a row that cannot be used.
    advice
        What the owner of the export can do about it.
    counts
        Whether such rows count towards the share at which a load stops.
    """

    name: str
    column: str
    bad_when: str
    advice: str
    counts: bool = True


@dataclass(frozen=True)
class Table:
    """One raw table.

    Parameters
    ----------
    name
        Name in the schema `raw`, `<source>__<entities>`.
    grain
        What one row is.
    columns
        In the order of the DDL; the load's own columns (`_file_id` and so on) come after them.
    key
        Natural key: a later row with the same key replaces the earlier one.
    rules
        Reasons for quarantine beyond missing essential values.
    unlike
        A file with one of these columns is another shape (an employee list is not a list of
        leaves).
    forgets
        Columns emptied when a row moves to the history table (a story whose consent was
        withdrawn).
    happened
        SQL condition for rows whose events are no mere plans.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    unlike: tuple[str, ...] = ()
    forgets: tuple[str, ...] = ()
    happened: str = "true"

    @property
    def stored(self) -> tuple[Column, ...]:
        """Columns of the raw table, without those only read."""
        return tuple(column for column in self.columns if not column.read_only)

    @property
    def required(self) -> frozenset[str]:
        """Names of the columns without which a file is not of this shape."""
        return frozenset(column.name for column in self.columns if column.required)

    @property
    def history(self) -> str:
        """Name of the table that keeps superseded rows."""
        return f"{self.name}__history"

    @property
    def source(self) -> str:
        """The source's name: what stands before the first `__`."""
        return self.name.split("__", maxsplit=1)[0]

    @property
    def shape(self) -> str:
        """The entities' name: what stands after the first `__`."""
        return self.name.split("__", maxsplit=1)[1]


LOAD_COLUMNS: tuple[tuple[str, str], ...] = (
    ("_file_id", "VARCHAR"),  # content hash of the file the row came from
    ("_row", "BIGINT"),  # its row (record) in that file, from 1
    ("_loaded_at", "TIMESTAMPTZ"),
    ("_updated_at", "TIMESTAMPTZ"),  # the row's own updated_at, else the file's modification time
)


def person(
    name: str, *, required: bool = False, essential: bool = False, can_be_bot: bool = False
) -> tuple[Column, ...]:
    """Columns for someone named by an id, e-mail or login; `<name>_is_bot` where a bot can be."""
    column = Column(name, "person", required=required, essential=essential)
    return (column, Column(f"{name}_is_bot", "boolean", flags=name)) if can_be_bot else (column,)


def vocabulary(
    name: str,
    *values: str,
    also: dict[str, tuple[str, ...]] | None = None,
    required: bool = False,
    essential: bool = False,
    fallback: str | None = "other",
) -> Column:
    """Build a column with a closed list of values; `also` gives other spellings of some of them."""
    spellings = {value: (also or {}).get(value, ()) for value in values}
    return Column(
        name,
        "vocabulary",
        required=required,
        essential=essential,
        values=spellings,
        fallback=fallback,
    )
