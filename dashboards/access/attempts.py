"""Counts attempts to sign in, for all workers together, and says when to wait.

Three counts bound who guesses: of a name from one address, of an address whatever the name, and of
a name wherever from. The first is small, the others larger, so that whoever fails on purpose
neither keeps somebody else out of their name nor an office out of the dashboard. A browser in which
a name was signed in before (`dashboards.access.devices`) has a count of its own instead, which
nobody else can use up.

The counts lie in a fixed number of files, each of which holds a bounded number of them: whoever
comes from many addresses, or under many names, cannot fill the disk. Keyed hashes stand for names
and addresses, since people type passwords where a name is asked for.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import ipaddress
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MOST = 5
MOST_OF_ADDRESS = 20
MOST_OF_NAME = 50
WINDOW_SECONDS = 15 * 60.0
FOLDER = "counts"
#: Where an earlier version kept a file for each count, under a hash without a key.
EARLIER = ("attempts", "attempts.tidied")
FILES = 256
MOST_IN_A_FILE = 200
_DIGITS = 24  # of a hash
_OF_A_SITE = 64  # bits of an address of IPv6 that are one site's; the rest are its own to choose

Counts = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of the last quarter of an hour.

    Attributes
    ----------
    state : the private folder.
    now : seconds since the epoch.
    key : of the hashes.
    """

    state: Path
    now: Callable[[], float]
    key: bytes = field(repr=False)

    def tidy(self) -> None:
        """Remove what an earlier version left."""
        for left in (self.state / name for name in EARLIER):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def begin(self, name: str, address: str, device: str | None = None) -> bool:
        """Count an attempt before it is looked at, so that many at once are counted too.

        Parameters
        ----------
        device : the browser, where this name was signed in to in it before.

        Returns
        -------
        Whether it may be looked at. One too many counts no further.
        """
        counts = _counts(name, address, device)
        if any(self._is_full(key, most) for key, most in counts):
            return False
        return all(self._count(key, most) for key, most in counts)

    def is_news(self, address: str) -> bool:
        """Tell whether that an address is refused is worth a line: the first few times it is.

        Else somebody who has no access could fill the disk with lines.
        """
        return self._count(f"refused {_site(address)}", MOST)

    def succeeded(self, name: str, address: str, device: str | None = None) -> None:
        """Forget the attempts of a name from an address, and this one of the others."""
        (own, _), *others = _counts(name, address, device)
        with self._counted(own) as (counts, digest):
            counts.pop(digest, None)
        for key, _ in others:
            with self._counted(key) as (counts, digest):
                counts[digest] = counts.get(digest, [])[:-1]

    def _is_full(self, key: str, most: int) -> bool:
        """Look at a count without adding to it."""
        path, digest = self._place(key)
        try:
            with path.open(encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                return len(self._of(file).get(digest, ())) >= most
        except FileNotFoundError:
            return False

    def _count(self, key: str, most: int) -> bool:
        with self._counted(key) as (counts, digest):
            moments = counts.setdefault(digest, [])
            if len(moments) >= most:
                return False
            moments.append(self.now())
            return True

    @contextmanager
    def _counted(self, key: str) -> Iterator[tuple[Counts, str]]:
        """Give the counts of a file to change, and which of them is meant."""
        path, digest = self._place(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            counts = self._of(file)
            before = json.dumps(counts)
            yield counts, digest
            after = json.dumps(_bounded(counts))
            if after != before:
                file.seek(0)
                file.truncate()
                file.write(after)

    def _of(self, file: IO[str]) -> Counts:
        """Read the counts of a file that have not ended."""
        file.seek(0)
        try:
            found = json.loads(file.read())
            since = self.now() - WINDOW_SECONDS
            counts = {key: [one for one in of if one > since] for key, of in found.items()}
        except (ValueError, AttributeError, TypeError):  # new, or cut off while it was written
            return {}
        return {key: moments for key, moments in counts.items() if moments}

    def _place(self, key: str) -> tuple[Path, str]:
        """Give the file of a count, and what it stands under there."""
        digest = hmac.new(self.key, key.casefold().encode(), hashlib.sha256).hexdigest()
        return self.state / FOLDER / f"{int(digest[:8], 16) % FILES:02x}", digest[-_DIGITS:]


def _bounded(counts: Counts) -> Counts:
    """Leave out what counts least where there are too many: few attempts, and long ago."""
    kept = {key: moments for key, moments in counts.items() if moments}
    if len(kept) <= MOST_IN_A_FILE:
        return kept
    ranked = sorted(kept, key=lambda key: (len(kept[key]), kept[key][-1]))
    return {key: kept[key] for key in ranked[len(kept) - MOST_IN_A_FILE :]}


def _counts(name: str, address: str, device: str | None) -> tuple[tuple[str, int], ...]:
    if device is not None:
        return ((f"name {name} device {device}", MOST),)
    site = _site(address)
    return (
        (f"name {name} address {site}", MOST),
        (f"address {site}", MOST_OF_ADDRESS),
        (f"name {name}", MOST_OF_NAME),
    )


def _site(address: str) -> str:
    """Give whose an address is: one of IPv6 is one of very many that its site may choose from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), _OF_A_SITE), strict=False))
