"""Keyed hashes: HMAC-SHA-256 of a name, first 32 hex characters, computed inside DuckDB.

The key is bound to two session variables (its inner and outer pad), which live in memory only:
no statement, log line or database file ever holds it. The same name gives the same hash in every
column, so people join across sources without being named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

BLOCK = 64  # bytes in a block of SHA-256
HASH_LENGTH = 32  # hex characters kept


@contextmanager
def keyed(connection: duckdb.DuckDBPyConnection, key: bytes) -> Iterator[None]:
    """Offer the macro `keyed(name)` on a connection, and take the key away again.

    Parameters
    ----------
    key
        Any number of bytes; longer than a block it is hashed first, as HMAC says.
    """
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    pads = {"inner_pad": bytes(b ^ 0x36 for b in block)}
    pads["outer_pad"] = bytes(b ^ 0x5C for b in block)
    for pad, value in pads.items():
        connection.execute(f"set variable {pad} = $1::blob", [value])
    connection.execute(
        "create or replace temp macro keyed(name) as left(sha256("
        "getvariable('outer_pad') || unhex(sha256(getvariable('inner_pad') || encode(name)))"
        f"), {HASH_LENGTH})"
    )
    try:
        yield
    finally:
        for pad in pads:
            connection.execute(f"reset variable {pad}")


def links_sql(text: str) -> str:
    """Turn a list of `repo#number` or pull request addresses into "<hash of repo>#<number> …".

    The hashes are those of the pull requests' own `repo`, so a deployment joins to what it held.
    """
    words = f"regexp_split_to_array(lower({text}), '[\\s,;\"\\[\\]]+')"
    marks = "(?:/-)?(?:/pull/|/pulls/|/merge_requests/|/pull-requests/|[#!])"
    repo = f"regexp_extract(word, '^(?:https?://[^/]+/)?(.+?){marks}[0-9]+$', 1)"
    number = "regexp_extract(word, '([0-9]+)$', 1)"
    one = f"case when {repo} <> '' then keyed({repo}) || '#' || {number} else keyed(word) end"
    listed = f"list_transform(list_filter({words}, lambda word: word <> ''), lambda word: {one})"
    return f"nullif(array_to_string({listed}, ' '), '')"
