"""What is kept of a failure for those who mend it: where it happened, never what was in the row.

The message of an exception often quotes the value that could not be read, and that value may be
somebody's name. So traces keep types and places, and no message is repeated but the machine's own.
"""

from __future__ import annotations

import traceback

import duckdb

#: Failures of the machine, a full disk or too little memory: what they quote is a file's place.
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
    """Give the kind of what a database says; where the machine failed, its first line as well."""
    if isinstance(error, _OF_THE_MACHINE):
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    kind = type(error).__name__
    return f"{kind.removesuffix('Exception')} Error ({kind})"
