"""JSON as exports hold it: arrays, one record a line, an object around a list, pages in a row.

Only the head of a file is read here, to see what it is; DuckDB reads the file. `split` is the
slow way for a file that DuckDB refuses: it walks the text and gives each record's own text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.errors import DamagedFileError

Layout = Literal["array", "lines", "wrapped", "other"]
MOST_RECORDS = 50
# Keys under which interfaces put their list; any other key counts when only scalars stand beside.
WRAPPERS = frozenset(
    {"incidents", "log_entries", "users", "services", "teams", "oncalls", "data", "values", "value"}
    | {"result", "results", "items", "records", "employees", "resources", "nodes", "edges"}
)
DECODER = json.JSONDecoder()
SPACE = re.compile(r"[\s,]*")
MARKS = re.compile(r'["{}\[\]]')
STRING_END = re.compile(r'(?<!\\)(?:\\\\)*"')


@dataclass(frozen=True)
class Head:
    """First records of a JSON text, and how they are laid out."""

    records: tuple[dict[str, Any], ...] = field(repr=False)
    layout: Layout
    wrapper: str | None = None
    is_empty_list: bool = False
    envelope: dict[str, Any] = field(default_factory=dict)


def read(text: str) -> Head:
    """Read the first records of a text that may break off anywhere."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == "[":
        records, closed = _elements(text, start + 1)
        return Head(records, "array", is_empty_list=closed and text[start + 1 :].strip() == "]")
    whole = _decode(text, start)
    if whole is None:
        return _read_lines(text) or _read_wrapped(text, start)
    first, end = whole
    if not isinstance(first, dict):
        return Head((), "other")
    if text[end:].strip():
        return _read_lines(text) or Head((first,), "other")
    wrapper = _wrapper(first)
    if wrapper is None:
        return Head((first,), "other")
    records = tuple(one for one in first[wrapper] if isinstance(one, dict))[:MOST_RECORDS]
    envelope = {key: value for key, value in first.items() if key != wrapper}
    return Head(records, "wrapped", wrapper, not first[wrapper], envelope)


def split(texts: Iterator[str], wrapper: str | None = None) -> Iterator[str]:
    """Give the text of each record; an empty text for one that is no JSON object.

    Parameters
    ----------
    wrapper
        Key of the list, where the records lie in an object around a list.

    Raises
    ------
    DamagedFileError
        The text ends inside a record or inside the list.
    """
    walk = _Walk(texts)
    while walk.seek():
        mark = walk.peek()
        if mark == "[":
            walk.skip()
            yield from _list(walk)
        elif mark == "{" and wrapper is not None:
            walk.skip()
            yield from _object(walk, wrapper)
        elif mark == "{":
            yield walk.value()
        else:
            yield ""  # not JSON from here on
            return


def _list(walk: _Walk) -> Iterator[str]:
    while walk.seek():
        if walk.peek() == "]":
            walk.skip()
            return
        yield walk.value()
    raise DamagedFileError("it ends inside a list: it is cut off, export it again")


def _object(walk: _Walk, wrapper: str) -> Iterator[str]:
    while walk.seek():
        if walk.peek() == "}":
            walk.skip()
            return
        key = walk.value(keep_all=True)
        walk.seek()
        walk.skip()  # the colon
        walk.seek()
        if key == json.dumps(wrapper) and walk.peek() == "[":
            walk.skip()
            yield from _list(walk)
        else:
            walk.value()
    raise DamagedFileError("it ends inside a page: it is cut off, export it again")


class _Walk:
    """A position in a text that comes in pieces."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._at = 0

    def seek(self) -> bool:
        """Go on to the next mark; false at the end of the text."""
        while True:
            found = SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def peek(self) -> str:
        return self._text[self._at]

    def skip(self) -> None:
        self._at += 1

    def value(self, *, keep_all: bool = False) -> str:
        """Give the text of the value that begins here, empty if it is no object, and pass it."""
        while True:
            decoded = _decode(self._text, self._at)
            if decoded is not None and decoded[1] < len(self._text):
                value, end = decoded
                text = self._text[self._at : end]
                self._at = end
                return text if keep_all or isinstance(value, dict) else ""
            end_of_broken = None if decoded else _end(self._text, self._at)
            if end_of_broken is not None:
                self._at = end_of_broken
                return ""
            if not self._more():
                break
        if decoded is None:
            raise DamagedFileError("it ends inside a record: it is cut off, export it again")
        text, self._at = self._text[self._at : decoded[1]], decoded[1]
        return text if keep_all or isinstance(decoded[0], dict) else ""

    def _more(self) -> bool:
        """Read on, at least as much again as is held, so that a long record is not read often."""
        pieces, wanted = [], max(1, len(self._text) - self._at)
        while wanted > 0 and (piece := next(self._texts, None)) is not None:
            pieces.append(piece)
            wanted -= len(piece)
        self._text, self._at = self._text[self._at :] + "".join(pieces), 0
        return any(pieces)


def _decode(text: str, at: int) -> tuple[Any, int] | None:
    """Decode the value at a position; None where it is broken or does not end."""
    try:
        return DECODER.raw_decode(text, at)
    except (json.JSONDecodeError, RecursionError):
        return None


def _end(text: str, at: int) -> int | None:
    """Find the end of a broken value by its brackets alone; None where the text ends first."""
    depth = 0
    while mark := MARKS.search(text, at):
        at = mark.end()
        if mark.group() == '"':
            end = STRING_END.search(text, at)
            if end is None:
                return None
            at = end.end()
        elif mark.group() in "{[":
            depth += 1
        elif depth <= 1:
            # A bracket that was never opened closes the list around the value.
            return at if depth else at - 1
        else:
            depth -= 1
    return None


def _elements(text: str, at: int) -> tuple[tuple[dict[str, Any], ...], bool]:
    """Decode the first elements of a list: (records, does the list end here)."""
    records: list[dict[str, Any]] = []
    for _ in range(MOST_RECORDS):
        found = SPACE.match(text, at)
        at = found.end() if found else at
        if text[at : at + 1] == "]":
            return tuple(records), True
        decoded = _decode(text, at)
        if decoded is None:
            break
        if isinstance(decoded[0], dict):
            records.append(decoded[0])
        at = decoded[1]
    return tuple(records), False


def _read_lines(text: str) -> Head | None:
    """Read records that stand one a line."""
    lines = text.splitlines()[: MOST_RECORDS + 1]
    whole = lines if text.endswith("\n") or len(lines) == 1 else lines[:-1]
    records = []
    for line in whole:
        decoded = _decode(line, 0)
        if decoded and isinstance(decoded[0], dict) and not line[decoded[1] :].strip():
            records.append(decoded[0])
    several = len(lines) > 1
    return Head(tuple(records), "lines") if records and several else None


def _read_wrapped(text: str, start: int) -> Head:
    """Read the list in an object that goes on beyond the text."""
    at = start + 1
    while True:
        found = SPACE.match(text, at)
        key = _decode(text, found.end() if found else at)
        if key is None or not isinstance(key[0], str):
            return Head((), "other")
        colon = text.find(":", key[1])
        at = len(text) - len(text[colon + 1 :].lstrip())
        if text[at : at + 1] == "[" and key[0].lower() in WRAPPERS:
            records, _ = _elements(text, at + 1)
            return Head(records, "wrapped", key[0])
        value = _decode(text, at)
        if value is None:
            return Head((), "other")
        at = value[1]


def _wrapper(record: dict[str, Any]) -> str | None:
    """Find the key of the list that an object is only the wrapping of."""
    lists = [key for key, value in record.items() if _is_list_of_records(value)]
    named = [key for key in lists if key.lower() in WRAPPERS]
    others = [value for key, value in record.items() if key not in lists]
    if len(named) == 1 and "id" not in record:
        return named[0]
    is_bare = len(lists) == 1 and not any(isinstance(value, dict | list) for value in others)
    return lists[0] if is_bare and record[lists[0]] and "id" not in record else None


def _is_list_of_records(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)
