"""Text from exports to typed columns, as SQL expressions that DuckDB evaluates a vector at a time.

For every column there is the value, and a code that says why a text gave none: it could not be
read (`unreadable`), it stands for "none" (`sentinel`), it is not on the closed list (`unlisted`),
or it is a date of which nothing says whether the day or the month comes first (`ambiguous`).
Nothing here looks at a row in Python.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ingest.declare import Column
from ingest.moments import BLANKS, ZERO_DAY, day_sql, is_ambiguous_sql, moment_sql
from ingest.pseudonyms import links_sql
from ingest.sql import quote

Trouble = Literal["unreadable", "sentinel", "unlisted", "ambiguous"]
TROUBLES: dict[int, Trouble] = {1: "unreadable", 2: "sentinel", 3: "unlisted", 4: "ambiguous"}
CODES = {trouble: code for code, trouble in TROUBLES.items()}
CODE_BITS = 3

# How systems write "no value" into a column of times, dates or names.
NO_TIME = (
    "null",
    "none",
    "n/a",
    "na",
    "nan",
    "nat",
    "-",
    "?",
    "bad date",
    "present",
    "ongoing",
    "current",
    "never",
    "not set",
    "still employed",
    "n/a-stillemployed",
    "0",
    "[]",
)
NO_NAME = ("null", "none", "n/a", "nan", "-", "?", "ghost", "[]")
NO_TEXT = ("null", "none", "n/a", "nan", "-", "--", "?", "[]", "n/a-stillemployed", "bad date")
# `583231+octocat@users.noreply.github.com`, `1-ada@users.noreply.gitlab.example.org`
NOREPLY = r"^\s*(?:[0-9]+[+-])?([^@\s]+)@users\.noreply\."
# With some blanks around it; a longer text need not be compared.
LONGEST_NO_NAME, LONGEST_NO_TEXT = 8, 20
# Moments that systems write for "never": the year 0 or 1, the epoch, 9999-12-31 and the like.
# Durations are written as days of 1970 (`1970-01-02 04:23:17` is 28 hours): no moments either.
EARLIEST_TIME, EARLIEST_DATE, LATEST = "1980-01-01", "1900-01-01", "2100-01-01"

SPACES = "[ \t\r\n\u00a0\u202f\ufeff]*"


@dataclass(frozen=True)
class Conversion:
    """SQL for one column.

    Attributes
    ----------
    parsed
        Expression over the text `t_<column>` giving `p_<column>`, a value before it is judged.
    value
        Expression over `p_<column>` and `t_<column>` giving `v_<column>`.
    trouble
        Expression over `t_`, `p_` and `v_` columns giving a code of `TROUBLES`, else 0.
    """

    parsed: str
    value: str
    trouble: str | None = None


def conversion(
    column: Column, zone: str, order: str | None = None, *, spelled: bool = True
) -> Conversion:
    """Give the SQL that turns the text of a column into its value.

    Parameters
    ----------
    zone
        IANA name of the zone that times without an offset are in.
    order
        SQL expression for what comes first in `7/5/2011`, `day` or `month`; null where nothing
        says.
    spelled
        Whether other forms of time than ISO 8601 are read.
    """
    text, parsed = f"t_{column.name}", f"p_{column.name}"
    if column.kind == "time":
        return _bounded(
            column, moment_sql(text, zone, order, spelled=spelled), EARLIEST_TIME, spelled=spelled
        )
    if column.kind == "date":
        return _bounded(
            column, day_sql(text, order, spelled=spelled), EARLIEST_DATE, spelled=spelled
        )
    if column.kind in ("integer", "number", "boolean"):
        expression = {"integer": integer_sql, "number": number_sql, "boolean": boolean_sql}[
            column.kind
        ](text)
        unreadable = f"{parsed} is null and {_says_something(text)}"
        return Conversion(expression, parsed, _code(unreadable, "unreadable"))
    if column.kind == "vocabulary":
        value = vocabulary_sql(parsed, column)
        other = f"v_{column.name}"
        unlisted = (
            f"{parsed} is not null and {other} is null"
            if column.fallback is None
            else f"{other} = {quote(column.fallback)} and {parsed} <> {other}"
        )
        return Conversion(folded_sql(text), value, _code(unlisted, "unlisted"))
    if column.is_hashed:
        return Conversion(name_sql(text), parsed)
    if column.kind == "links":
        return Conversion(links_sql(text), parsed)
    nothing = _stands_for_nothing(text)
    return Conversion(f"case when {nothing} then null else {trimmed_sql(text)} end", parsed)


def trimmed_sql(text: str) -> str:
    """Text without blanks around it.

    To trim costs more than all else that is done to a text, so only what may need it is trimmed:
    what begins or ends with anything but a visible ASCII character.
    """
    last = f"right({text}, 1)"
    edges = f"{text} < '!' or {text} > '~' or {last} < '!' or {last} > '~'"
    return f"case when {edges} then nullif(trim({text}, {BLANKS}), '') else {text} end"


def name_sql(text: str) -> str:
    """Give a name as it is hashed: trimmed, in lower case, null where it stands for nobody."""
    nobody = f"length({text}) <= {LONGEST_NO_NAME} and {is_one_of(text, NO_NAME)}"
    # A number that passed through a column of floats is still the same id.
    decimal = f"ends_with({text}, '.0') and regexp_full_match({text}, '[0-9]+\\.0')"
    # The address that hides an address is made of the login.
    hidden = f"contains(lower({text}), '@users.noreply.')"
    return (
        f"case when {nobody} then null when {decimal} then left({text}, length({text}) - 2) "
        f"when {hidden} then regexp_extract(lower({text}), '{NOREPLY}', 1) "
        f"else lower({trimmed_sql(text)}) end"
    )


def integer_sql(text: str) -> str:
    """Read a whole number, `#12`, `!12` and `12.0` among them."""
    whole = number_sql(f"ltrim({text}, ' #!')")
    return (
        f"coalesce(case when not contains({text}, '.') then try_cast({text} as integer) end, "
        f"case when {whole} = floor({whole}) then try_cast({whole} as integer) end)"
    )


def number_sql(text: str) -> str:
    """Read a finite number."""
    value = f"try_cast({text} as double)"
    return f"case when isfinite({value}) then {value} end"


def boolean_sql(text: str) -> str:
    """Read yes or no in the ways systems write them."""
    return (
        f"case when {text} = 'true' then true when {text} = 'false' then false "
        f"when {is_one_of(text, ('true', 't', 'yes', 'y', '1'))} then true "
        f"when {is_one_of(text, ('false', 'f', 'no', 'n', '0'))} then false end"
    )


def folded_sql(text: str) -> str:
    """Fold the spellings of a word: lower case, `_` for blanks and hyphens."""
    nothing = _stands_for_nothing(text)
    folded = f"regexp_replace(lower({trimmed_sql(text)}), '[\\s_-]+', '_', 'g')"
    return f"case when {nothing} then null else {folded} end"


def vocabulary_sql(word: str, column: Column) -> str:
    """Find the stored spelling of a folded word on a closed list."""
    cases = []
    for value, others in column.values.items():
        spellings = dict.fromkeys(_folded(one) for one in (value, *others))
        cases += [f"when {quote(one)} then {quote(value)}" for one in spellings]
    if column.fallback is None:
        return f"case {word} {' '.join(cases)} end" if cases else "null::varchar"
    other = f"case when {word} is not null then {quote(column.fallback)} end"
    return f"case {word} {' '.join(cases)} else {other} end"


def is_one_of(text: str, words: tuple[str, ...]) -> str:
    """SQL condition that a text is one of some words, in any case, with blanks around or not.

    Not SQL's `in`: DuckDB turns a list into a join, which evaluates both sides for every row where
    a condition before it would have spared nearly all of them.
    """
    pattern = "|".join(re.sub(r"([^\w ])", r"\\\1", word) for word in words)
    return f"regexp_full_match({text}, {quote(f'{SPACES}({pattern}){SPACES}')}, 'i')"


def _bounded(column: Column, parsed: str, earliest: str, *, spelled: bool) -> Conversion:
    """Read a time that stands for "never" as null, and tell it from one that cannot be read."""
    text, value = f"t_{column.name}", f"p_{column.name}"
    kind = column.sql_type
    bounds = f"{value} > {quote(earliest)}::{kind} and {value} < {quote(LATEST)}::{kind}"
    if kind == "DATE":
        bounds += f" and {value} <> '1970-01-01'::DATE"
    zero = f"regexp_matches({text}, '{ZERO_DAY}')"
    unreadable = str(CODES["unreadable"])
    if spelled:
        ambiguous = f"when {is_ambiguous_sql(text)} then {CODES['ambiguous']}"
        unreadable = f"case {ambiguous} else {unreadable} end"
    return Conversion(
        parsed,
        f"case when {bounds} then {value} end",
        # Nearly every row stops at the first condition.
        f"case when v_{column.name} is not null or {text} is null then 0 "
        f"when {value} is null and not {zero} and {_says_something(text)} then {unreadable} "
        f"when trim({text}, {BLANKS}) <> '' then {CODES['sentinel']} else 0 end",
    )


def _stands_for_nothing(text: str) -> str:
    return f"length({text}) <= {LONGEST_NO_TEXT} and {is_one_of(text, NO_TEXT)}"


def _code(condition: str, trouble: Trouble) -> str:
    return f"case when {condition} then {CODES[trouble]} else 0 end"


def _says_something(text: str) -> str:
    """SQL condition that a text is more than a way to write "none"; false for null."""
    return f"({text} is not null and not {is_one_of(text, ('', *NO_TIME))})"


def _folded(word: str) -> str:
    return "_".join(word.lower().replace("-", " ").replace("_", " ").split())
