"""Counts attempts to sign in, for all workers together, and says when to wait.

Three counts bound who guesses: of a name from one address, of an address whatever the name, and of
a name wherever from. The first is small, the others larger, so that whoever fails on purpose
neither keeps somebody else out of their name nor an office out of the dashboard.

A file for each count holds the moments of its last attempts; its name is a hash, so that a listing
names nobody.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dashboards.access.marks import drop_older

MOST = 5
MOST_OF_ADDRESS = 20
MOST_OF_NAME = 50
WINDOW_SECONDS = 15 * 60.0
TIDY_SECONDS = 60.0
FOLDER, TIDIED = "attempts", "attempts.tidied"


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of the last quarter of an hour.

    Attributes
    ----------
    state : the private folder.
    now : seconds since the epoch.
    """

    state: Path
    now: Callable[[], float]

    def begin(self, name: str, address: str) -> bool:
        """Count an attempt before it is looked at, so that many at once are counted too.

        Returns
        -------
        Whether it may be looked at. One too many counts no further, and leaves nothing on the disk:
        an address that goes on guessing names would write a file for each.
        """
        counts = _counts(name, address)
        if any(self._is_full(key, most) for key, most in counts):
            return False
        return all(self._count(key, most) for key, most in counts)

    def is_news(self, address: str) -> bool:
        """Tell whether that an address is refused is worth a line: the first few times it is.

        Else somebody who has no access could fill the disk with lines.
        """
        return self._count(f"refused address {address}", MOST)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the attempts of a name from an address, and this one of the others."""
        (own, _), *others = _counts(name, address)
        self._path(own).unlink(missing_ok=True)
        for key, _ in others:
            with self._open(key) as file:
                self._write(file, self._of(file)[:-1])

    def _is_full(self, key: str, most: int) -> bool:
        """Look at a count without adding to it, nor making a file for it."""
        try:
            with self._path(key).open(encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_SH)
                return len(self._of(file)) >= most
        except FileNotFoundError:
            return False

    def _count(self, key: str, most: int) -> bool:
        if not self._path(key).exists():
            self._tidy()
        with self._open(key) as file:
            moments = self._of(file)
            if len(moments) >= most:
                return False
            self._write(file, [*moments, self.now()])
        return True

    def _tidy(self) -> None:
        """Drop the counts that ended, so that names tried once do not fill the disk.

        Once a minute at most: it looks at every file, and each new name would bring it about.
        """
        last = self.state / TIDIED
        if last.exists() and 0 <= self.now() - last.stat().st_mtime < TIDY_SECONDS:
            return
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        last.touch(mode=0o600)
        os.utime(last, (self.now(), self.now()))
        drop_older(self.state / FOLDER, self.now() - WINDOW_SECONDS)

    def _of(self, file: IO[str]) -> list[float]:
        file.seek(0)
        try:
            moments = json.loads(file.read())
        except ValueError:  # new, or cut off while it was written
            moments = []
        return [moment for moment in moments if moment > self.now() - WINDOW_SECONDS]

    def _write(self, file: IO[str], moments: list[float]) -> None:
        file.seek(0)
        file.truncate()
        json.dump(moments, file)
        file.flush()
        os.utime(file.fileno(), (self.now(), self.now()))

    def _path(self, key: str) -> Path:
        return self.state / FOLDER / hashlib.sha256(key.casefold().encode()).hexdigest()[:32]

    @contextmanager
    def _open(self, key: str) -> Iterator[IO[str]]:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def _counts(name: str, address: str) -> tuple[tuple[str, int], ...]:
    return (
        (f"name {name} address {address}", MOST),
        (f"address {address}", MOST_OF_ADDRESS),
        (f"name {name}", MOST_OF_NAME),
    )
