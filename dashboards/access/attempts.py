"""Counts failed sign-ins, for all workers together, and says when to wait.

A file for each name and each address holds the moments of the last failures; its name is a hash,
so that a listing names nobody.
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

MOST = 5
WINDOW_SECONDS = 15 * 60.0
FOLDER = "attempts"


@dataclass(frozen=True, slots=True)
class Attempts:
    """The failures of the last quarter of an hour.

    Attributes
    ----------
    state : the private folder.
    now : seconds since the epoch.
    """

    state: Path
    now: Callable[[], float]

    def is_blocked(self, *who: str) -> bool:
        """Tell whether a name, or an address, has failed too often lately."""
        return any(len(self._recent(one)) >= MOST for one in who)

    def failed(self, *who: str) -> None:
        """Count one failure against a name and an address."""
        for one in who:
            with self._open(one) as file:
                moments = [*self._of(file), self.now()]
                file.seek(0)
                file.truncate()
                json.dump(moments[-MOST:], file)

    def succeeded(self, who: str) -> None:
        """Forget the failures of a name."""
        self._path(who).unlink(missing_ok=True)

    def _recent(self, who: str) -> list[float]:
        if not self._path(who).exists():
            return []
        with self._open(who) as file:
            return self._of(file)

    def _of(self, file: IO[str]) -> list[float]:
        text = file.read()
        moments = json.loads(text) if text else []
        return [moment for moment in moments if moment > self.now() - WINDOW_SECONDS]

    def _path(self, who: str) -> Path:
        return self.state / FOLDER / hashlib.sha256(who.casefold().encode()).hexdigest()[:32]

    @contextmanager
    def _open(self, who: str) -> Iterator[IO[str]]:
        path = self._path(who)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
