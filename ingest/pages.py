"""Pages of a list: whether one that says more follows has the next one among the files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest import files, json_head
from ingest.errors import DamagedFileError
from ingest.files import Peek

LINK = re.compile(r"[?&](?:page|offset|start|cursor|after|\$?skip(?:token)?)=([^&]*)")


@dataclass(frozen=True)
class Page:
    """Where a page lies among those of its list.

    Attributes
    ----------
    starts_at
        Number of its first record or of the page, where it says so.
    next_at
        The same of the page that follows; None where that is not known.
    has_next
        Whether it says that more follows.
    """

    starts_at: int | None
    next_at: int | None
    has_next: bool


def missing(looks: Sequence[Peek]) -> list[str]:
    """Find pages that say more follows, where the page that follows is not among the files."""
    pages = [(look, page) for look in looks if (page := _page(_envelope(look))) is not None]
    begun = {(_list_of(look), page.starts_at) for look, page in pages}
    ended = {_list_of(look) for look, page in pages if not page.has_next}
    sentences = []
    for look, page in pages:
        if not page.has_next:
            continue
        of_list = _list_of(look)
        follows = of_list in ended if page.next_at is None else (of_list, page.next_at) in begun
        if not follows:
            sentences.append(
                f"{look.name}: it says that more pages follow, but the next one is not there: "
                "export all pages"
            )
    return sentences


def _envelope(look: Peek) -> Mapping[str, Any]:
    """Give the envelope of the last page in a file."""
    if look.layout == "array" or not look.steps:
        return look.envelope
    if not look.has_more_pages and look.layout != "lines":
        return look.envelope
    texts = files.text_chunks(look.path, gzipped=look.gzipped, encoding=look.encoding)
    last: dict[str, Any] = {}
    try:
        for text in json_head.split(texts):
            if text:
                last = json_head.read(text).first.envelope or last
    except DamagedFileError:
        return look.envelope
    return last


def _list_of(look: Peek) -> tuple[object, ...]:
    """Tell the lists apart: what holds the records, and which repository they are of."""
    first = look.records[0] if look.records else {}
    address = first.get("url") or first.get("web_url") or first.get("html_url")
    of = re.sub(r"/(pulls?|issues|-)/.*", "", address) if isinstance(address, str) else ""
    is_of_one = bool(of) and of != address
    return (look.folder, look.steps, of if is_of_one else "")


def _page(envelope: Mapping[str, Any]) -> Page | None:
    """Read the paging of an envelope, in the ways interfaces write it; None where there is none."""
    ways = (_by_flag, _by_last, _by_info, _by_total, _by_link)
    return next((page for way in ways if (page := way(envelope)) is not None), None)


def _by_flag(envelope: Mapping[str, Any]) -> Page | None:
    """`more` or `hasMore`, with `offset` and `limit` or with a cursor."""
    flag = envelope.get("more", envelope.get("hasMore", envelope.get("has_more")))
    if not isinstance(flag, bool):
        return None
    offset, limit = _number(envelope.get("offset")), _number(envelope.get("limit"))
    if offset is None:
        return Page(None, None, flag)
    return Page(offset, None if limit is None else offset + limit, flag)


def _by_last(envelope: Mapping[str, Any]) -> Page | None:
    """`isLastPage` with `start` and `nextPageStart`."""
    flag = envelope.get("isLastPage")
    if not isinstance(flag, bool):
        return None
    return Page(_number(envelope.get("start")), _number(envelope.get("nextPageStart")), not flag)


def _by_info(envelope: Mapping[str, Any]) -> Page | None:
    """`pageInfo` with `hasNextPage`: cursors do not say where a page begins."""
    info = envelope.get("pageInfo")
    flag = info.get("hasNextPage") if isinstance(info, dict) else None
    return Page(None, None, flag) if isinstance(flag, bool) else None


def _by_total(envelope: Mapping[str, Any]) -> Page | None:
    """`startIndex`, `itemsPerPage` and `totalResults`, counted from 1."""
    keys = ("startIndex", "itemsPerPage", "totalResults")
    start, size, total = (_number(envelope.get(key)) for key in keys)
    if start is None or not size or total is None:
        return None
    return Page(start, start + size, start + size <= total)


def _by_link(envelope: Mapping[str, Any]) -> Page | None:
    """The address of the next page: `next`, `__next`, `paging.next`, `links.next`, `nextLink`."""
    inner = [envelope.get(key) for key in ("paging", "links", "_links")]
    link = envelope.get("next") or envelope.get("__next") or envelope.get("@odata.nextLink")
    for one in inner:
        link = link or (one.get("next") if isinstance(one, dict) else None)
    number = _number(envelope.get("page"))
    if isinstance(link, str) and link:
        found = LINK.search(link)
        following = _number(found.group(1)) if found and number is not None else None
        return Page(number, following, True)
    has_paging = number is not None or any(isinstance(one, dict) for one in inner)
    return Page(number, None, False) if has_paging else None


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) else None
