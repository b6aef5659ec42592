"""JSON as exports hold it: arrays, one record a line, pages in a row, lists deep inside objects.

Only the head of a file is read here, to see what it is; DuckDB reads the file. `split` is the
slow way for a file that DuckDB refuses: it walks the text and gives each record's own text.

Where the records lie in a value is written as steps: a key to go into, `EACH` for the elements of
a list, `BY_KEY` for the values of an object keyed by id (the id is added to each record as
`_key`), `PARSED` for a text that is JSON itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest import json_ways
from ingest.errors import DamagedFileError
from ingest.json_ways import BY_KEY, EACH, PARSED, Reading, Steps

__all__ = ["BY_KEY", "EACH", "PARSED", "Head", "Layout", "Reading", "Steps", "read", "split"]

Layout = Literal["array", "lines", "other"]
MOST_RECORDS = 50
LONGEST_NUMBER = 400  # digits; Python refuses to read some thousands


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float("inf")


DECODER = json.JSONDecoder(parse_int=_whole)
SPACE = re.compile(r"[\s,]*")
BLANK = re.compile(r"[ \t\r\n]*")
MARKS = re.compile(r'["{}\[\],]')
STRING_END = re.compile(r'(?<!\\)(?:\\\\)*"')


@dataclass(frozen=True)
class Head:
    """First values of a JSON text, and how they are laid out.

    Attributes
    ----------
    layout
        `array`: one list of values; `lines`: one value a line; `other`: values in a row, or one.
    values
        The first of them; one that the text cuts off has what is left of it.
    groups
        Ways to take the values as records, the likeliest first; the readings of one group hold
        together (several lists in one object).
    is_empty_list
        Whether there is a list with nothing in it.
    has_more_pages
        Whether the text goes on after its first list or object, other than line by line.
    is_cut_off
        Whether the only value goes on beyond the text, and is itself the likeliest record.
    """

    layout: Layout
    values: tuple[Any, ...] = field(repr=False)
    groups: tuple[tuple[Reading, ...], ...]
    is_empty_list: bool = False
    has_more_pages: bool = False
    is_cut_off: bool = False

    @property
    def is_log(self) -> bool:
        """Whether it is a log of records, each of a stream of its own."""
        return json_ways.is_log(self.values)

    @property
    def first(self) -> Reading:
        """The likeliest reading."""
        return self.groups[0][0] if self.groups else Reading((), ())


def read(text: str) -> Head:
    """Read the first values of a text that may break off anywhere."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == "[":
        values, end, pages = _pages(text, start)
        more = end is not None and (pages > 1 or bool(text[end:].strip()))
        is_empty = end is not None and not values
        return _head("array", values, is_empty, more)
    lines = _lines(text)
    whole = _decode(text, start)
    if lines and (whole is None or text[whole[1] :].strip()):
        return _head("lines", lines)
    if whole is None:
        cut = _cut_off(text, start)
        return _head("other", [] if cut is None else [cut], is_cut=True)
    values, end = [whole[0]], whole[1]
    more = bool(text[end:].strip())
    # A page with nothing on it says nothing of those that follow.
    while json_ways.is_empty(values[-1]) and len(values) < MOST_RECORDS:
        following = _decode(text, _skip(text, end))
        if following is None:
            break
        values.append(following[0])
        end = following[1]
    return _head("other", values, has_more_pages=more)


def _head(
    layout: Layout,
    values: list[Any],
    is_empty_list: bool = False,
    has_more_pages: bool = False,
    is_cut: bool = False,
) -> Head:
    groups = json_ways.groups(values)
    is_itself = bool(groups) and not groups[0][0].steps
    return Head(layout, tuple(values), groups, is_empty_list, has_more_pages, is_cut and is_itself)


def split(texts: Iterator[str], steps: Steps = (), stream: str | None = None) -> Iterator[str]:
    """Give the text of each record; an empty text for one that is no JSON object.

    Parameters
    ----------
    steps
        Where the records lie in each value of the text.
    stream
        Only records of this stream of a log.

    Raises
    ------
    DamagedFileError
        The text ends inside a record or inside a list.
    """
    walk = _Walk(texts)
    while walk.seek():
        mark = walk.peek()
        if mark == "[":
            walk.skip()
            yield from _list(walk, steps, stream)
        elif mark == "{":
            yield from _value(walk, steps, stream)
        else:
            yield ""  # not JSON from here on
            return


def _value(walk: _Walk, steps: Steps, stream: str | None) -> Iterator[str]:
    """Give the records in the value that begins here."""
    if stream is not None:
        text = walk.value()
        record = json.loads(text) if text else {}
        found = record.get("record") if record.get("type") == "RECORD" else None
        if isinstance(found, dict) and found.get("stream") == stream:
            yield from split(iter([text]), steps)
    elif not steps or not walk.is_deep():
        yield walk.value() if not steps else walk.drop()
    elif steps[0] == EACH and walk.peek() == "[":
        walk.skip()
        yield from _list(walk, steps[1:], None)
    elif steps[0] == PARSED:
        text = walk.value(keep_all=True)
        yield from split(iter([json.loads(text)]), steps[1:]) if text.startswith('"') else [""]
    elif walk.peek() == "{":
        yield from _object(walk, steps)
    else:
        yield walk.drop()


def _list(walk: _Walk, steps: Steps, stream: str | None) -> Iterator[str]:
    while walk.seek():
        if walk.peek() == "]":
            walk.skip()
            return
        yield from _value(walk, steps, stream)
    raise DamagedFileError("it ends inside a list: it is cut off, export it again")


def _object(walk: _Walk, steps: Steps) -> Iterator[str]:
    """Give the records under a key of the object that begins here, or under every key."""
    walk.skip()
    while walk.seek():
        if walk.peek() == "}":
            walk.skip()
            return
        key = walk.value(keep_all=True)
        walk.seek()
        walk.skip()  # the colon
        walk.seek()
        if steps[0] == BY_KEY:
            records = _value(walk, steps[1:], None)
            yield from (f'{{"_key": {key}, {one[1:]}' if one else one for one in records)
        elif key == json.dumps(steps[0]) and walk.peek() in '[{"':
            yield from _value(walk, steps[1:], None)
        else:
            walk.drop()
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

    def is_deep(self) -> bool:
        """Whether a value begins here that may have something inside."""
        return self.peek() in '[{"'

    def drop(self) -> str:
        """Pass the value that begins here."""
        self.value(keep_all=True)
        return ""

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
                self._at = max(end_of_broken, self._at + 1)  # a stray bracket is passed over
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
        if mark.group() == "," and depth == 0:
            return mark.start()
        at = mark.end()
        if mark.group() == '"':
            end = STRING_END.search(text, at)
            if end is None:
                return None
            at = end.end()
        elif mark.group() in "{[":
            depth += 1
        elif mark.group() in "}]" and depth <= 1:
            # A bracket that was never opened closes the list around the value.
            return at if depth else at - 1
        elif mark.group() in "}]":
            depth -= 1
    return None


def _cut_off(text: str, at: int, depth: int = 1) -> list[Any] | dict[str, Any] | None:
    """Decode what is left of a value that the text cuts off: what is whole of it; None if nothing.

    A list is whole as far as its elements are, an object as far as its members are; a number or a
    word is whole where the next element or a bracket follows it. Every element is decoded in one
    go, and only the one that the text cuts off, inside `depth` brackets, is gone into.
    """
    is_list = text[at : at + 1] == "["
    if depth > json_ways.DEEPEST or not (is_list or text[at : at + 1] == "{"):
        return None
    values: list[Any] = []
    members: dict[str, Any] = {}
    at = _skip(text, at + 1)
    while at < len(text):
        key = ""
        if not is_list:
            named = _decode(text, at)
            if named is None or not isinstance(named[0], str):
                break
            key, at = named[0], _skip(text, named[1])
            if text[at : at + 1] != ":":
                break
            at = _skip(text, at + 1)
        found = _decode(text, at)
        value = _cut_off(text, at, depth + 1) if found is None else found[0]
        at = len(text) if found is None else _skip(text, found[1])
        if isinstance(value, (list, dict)) or text[at : at + 1] in (",", "]", "}"):
            values.append(value)
            members[key] = value
        if text[at : at + 1] != ",":
            break
        at = _skip(text, at + 1)
    return values if is_list else members or None


def _skip(text: str, at: int) -> int:
    found = BLANK.match(text, at)
    return found.end() if found else at


def _pages(text: str, start: int) -> tuple[list[Any], int | None, int]:
    """Decode the first elements of lists in a row, as far as they are empty: (…, lists seen)."""
    pages = 0
    while True:
        values, end = _elements(text, start)
        pages += 1
        if values or end is None:
            return values, end, pages
        following = len(text) - len(text[end:].lstrip(" \t\r\n,"))
        if text[following : following + 1] != "[":
            return values, end, pages
        start = following


def _elements(text: str, start: int) -> tuple[list[Any], int | None]:
    """Decode the first elements of a list, and where it ends if that was reached."""
    values: list[Any] = []
    at = start + 1
    for _ in range(MOST_RECORDS):
        found = SPACE.match(text, at)
        at = found.end() if found else at
        if text[at : at + 1] == "]":
            return values, at + 1
        decoded = _decode(text, at)
        if decoded is None:
            return values, None
        values.append(decoded[0])
        at = decoded[1]
    return values, None


def _lines(text: str) -> list[Any]:
    """Read values that stand one a line; none if there is but one line."""
    lines = text.splitlines()[: MOST_RECORDS + 1]
    values = []
    for line in lines:  # one that the text cuts off is no whole object
        decoded = _decode(line.strip(), 0)
        if decoded and isinstance(decoded[0], dict) and not line.strip()[decoded[1] :].strip():
            values.append(decoded[0])
    return values if len(lines) > 1 else []
