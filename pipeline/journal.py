"""The log of refreshes: one JSON object a line, of counts, hashes and fixed words, never a person.

The last line also says how the last refresh ended. A refresh that was killed says nothing more
after it began: then nobody holds the warehouse's lock, and that gives it away.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipeline import lock
from pipeline.errors import PipelineError

LOGGER = logging.getLogger(__name__)
PLACE = Path("logs", "refresh.log")
LOCK_NAME = "refresh.lock"
_TAIL = 16 * 1024
State = Literal["done", "running", "failed", "cut off"]
Fact = str | int | float
_ENDS: dict[str, State] = {"published": "done", "unchanged": "done", "failed": "failed"}


@dataclass(frozen=True)
class Last:
    """How the last refresh stands.

    Attributes
    ----------
    state : `cut off` is a refresh that was killed, or whose machine went down.
    at : when it ended, or began where it did not end; ISO text in UTC.
    reason : why it failed, in the words of `pipeline.errors`; empty where it did not.
    """

    state: State
    at: str
    reason: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether what is published stays behind what a refresh was to publish."""
        return self.state in ("failed", "cut off")


@dataclass(frozen=True)
class Journal:
    """Writes the lines of one refresh.

    Attributes
    ----------
    path : the log; it is appended to.
    run : tells the lines of one refresh from those of another.
    """

    path: Path
    run: str

    def note(self, event: str, **facts: Fact) -> None:
        """Append a line; a disk that takes none stops no refresh."""
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({"at": moment, "run": self.run, "event": event} | facts)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o600)
            try:
                os.write(handle, f"{_mend(handle)}{line}\n".encode())
            finally:
                os.close(handle)
        except OSError as error:
            LOGGER.warning("the log of refreshes takes no line: %s", error.strerror)


def _mend(handle: int) -> str:
    """Give the line break that an earlier line lacks: its writer was cut off."""
    size = os.fstat(handle).st_size
    return "\n" if size and os.pread(handle, 1, size - 1) != b"\n" else ""


@contextmanager
def kept(warehouse: Path) -> Iterator[Journal]:
    """Note that a refresh begins, and if it fails why; call it holding the warehouse's lock."""
    journal = Journal(warehouse / PLACE, secrets.token_hex(4))
    journal.note("started")
    try:
        yield journal
    except BaseException as error:
        journal.note("failed", reason=reason_of(error))
        raise


def note_failure(warehouse: Path, error: BaseException) -> None:
    """Note a refresh that failed before it could begin; nothing where none ever began."""
    if not (warehouse / LOCK_NAME).exists() or lock.is_held(warehouse / LOCK_NAME):
        return
    Journal(warehouse / PLACE, secrets.token_hex(4)).note("failed", reason=reason_of(error))


def reason_of(error: BaseException) -> str:
    """Say in fixed words what kind of failure it was: messages may hold paths and values."""
    if isinstance(error, PipelineError):
        return error.reason
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted"
    return "the program stopped on a defect"


def last(warehouse: Path) -> Last | None:
    """Give how the last refresh stands; None where none is known."""
    found = _last_line(warehouse / PLACE)
    if found is not None and found.state == "running":
        if lock.is_held(warehouse / LOCK_NAME):
            return found
        # It may have ended between the two looks.
        found = _last_line(warehouse / PLACE)
        if found is not None and found.state == "running":
            return Last("cut off", found.at)
    return found


def _last_line(path: Path) -> Last | None:
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            found = json.loads(line)
            state = _ENDS.get(found["event"], "running")
            return Last(state, str(found["at"]), str(found.get("reason", "")))
        except (ValueError, KeyError, TypeError):
            continue  # cut off while it was written
    return None
