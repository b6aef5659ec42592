"""What is kept of a failure for those who mend it: where it happened, never what was in the row.

The message of an exception often quotes the value that could not be read, and that value may be
somebody's name. So traces keep types and places, and messages lose what they quote.
"""

from __future__ import annotations

import re
import traceback

import duckdb

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`", re.DOTALL)
#: Failures of the machine: what they quote is the place of a file.
_OF_THE_MACHINE = (duckdb.IOException, duckdb.OutOfMemoryException)


def trace_of(error: BaseException) -> str:
    """Give an exception's types and places, and those of what it came from, without messages."""
    parts: list[str] = []
    known: set[int] = set()
    here: BaseException | None = error
    while here is not None and id(here) not in known:
        known.add(id(here))
        frames = "".join(traceback.format_tb(here.__traceback__))
        kind = type(here)
        parts.append(
            f"Traceback (most recent call last):\n{frames}{kind.__module__}.{kind.__name__}\n"
        )
        here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)
    return "\nwhich came of this:\n\n".join(parts)


def first_line(error: duckdb.Error) -> str:
    """Give the first line of what a database says, without the values it quotes."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, _OF_THE_MACHINE):
        return line
    kind, _, _ = line.partition(":")
    return f"{kind} ({type(error).__name__})" if _QUOTED.search(line) else line
