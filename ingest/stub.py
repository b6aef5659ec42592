"""A mapping to paste into the settings, for a file of no known shape.

Of the file's own columns only those are named that look like a field: what stands in the first line
of a file without a header is data.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping

from ingest.declare import Table
from ingest.files import Peek

MAIN = {
    "hris": "employees",
    "git": "pull_requests",
    "incidents": "incidents",
    "mentorship": "mentorships",
}
CUTOFF = 0.7
UNKNOWN = "?"


def stub(look: Peek, tables: tuple[Table, ...], names: Mapping[str, str]) -> str:
    """Write a mapping for the shape that a file is nearest to.

    Parameters
    ----------
    tables
        The shapes it may be mapped to.
    names
        The file's columns: name as the declarations write it -> name in the file.
    """
    main = MAIN.get(look.folder)
    table = max(tables, key=lambda one: (_met(one, names), one.shape == main))
    guesses = {field: _guess(field, names) for field in _fields(table, required=True)}
    more = {field: _guess(field, names) for field in _fields(table, required=False)}
    named = ", ".join(f"{field} = {_text(guess)}" for field, guess in guesses.items())
    extra = ", ".join(f"{field} = {_text(guess)}" for field, guess in more.items() if guess)
    words = [one for one in table.columns if one.required and one.values]
    lines = [
        f"[mapping.{json.dumps(look.name)}]",
        f'shape = "{table.shape}"',
        f"columns = {{ {named}{', ' + extra if extra else ''} }}",
        f"# further fields: {', '.join(field for field, guess in more.items() if not guess)}",
        "# what is the same in every row goes here instead; leave out what there is not:",
        "# constants = { … }",
        *(f'# values.{one.name} = {{ "…" = "{next(iter(one.values))}" }}' for one in words),
        '# date_order = "dmy"    # or "mdy": what comes first in 3/4/2024',
    ]
    return "\n".join(lines)


def _met(table: Table, names: Mapping[str, str]) -> float:
    fields = _fields(table, required=True)
    return sum(_guess(field, names) is not None for field in fields) / len(fields)


def _fields(table: Table, *, required: bool) -> list[str]:
    return [one.name for one in table.columns if one.is_read and one.required == required]


def _guess(field: str, names: Mapping[str, str]) -> str | None:
    near = difflib.get_close_matches(field, names, n=1, cutoff=CUTOFF)
    return names[near[0]] if near else None


def _text(guess: str | None) -> str:
    return json.dumps(guess or UNKNOWN, ensure_ascii=False)
