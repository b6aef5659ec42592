"""A repository's `.mailmap`, made into records: which addresses are one person's.

Only pairs of addresses are kept. A name alone says nothing, and an address that is no address
(`none@none`, `root@localhost`) is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ENTRY = re.compile(r"^[^<>#]*<\s*([^<>]*?)\s*>(?:[^<>]*<\s*([^<>]*?)\s*>)?\s*(?:#.*)?$")
ADDRESS = re.compile(r"^[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+$")
MOST_LINES = 50


def begins(text: str) -> bool:
    """Whether every line of a text is an entry of a mailmap or a comment."""
    whole = text.lstrip("\ufeff").splitlines()[:MOST_LINES]
    lines = [line for line in whole if line.strip() and not line.lstrip().startswith("#")]
    entries = [ENTRY.match(line) for line in lines]
    return bool(entries) and all(entries) and any(one and one[2] for one in entries)


def records(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """Give a record for each pair of addresses: `mailmap_address`, `mailmap_alias`."""
    for line in lines:
        entry = ENTRY.match(line.strip()) if not line.lstrip().startswith("#") else None
        if entry is None or entry[2] is None:
            continue
        address, alias = entry[1], entry[2]
        if ADDRESS.match(address) and ADDRESS.match(alias) and address.lower() != alias.lower():
            yield {"mailmap_address": address, "mailmap_alias": alias}
