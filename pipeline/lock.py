"""One refresh at a time: a lock file that says who holds it, freed when its holder ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import LockedError

LOOKS = 10
LOOK_SECONDS = 0.02
"""A dashboard that looks whether the lock is held holds it for a moment itself."""


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock for the duration of a block.

    The lock belongs to the open file, so it ends with the process however that ends; what the
    file says is for people, and is overwritten by the next holder.

    Raises
    ------
    LockedError
        Another process holds it; the message says which, where and since when.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        if not _is_taken(file.fileno()):
            raise LockedError(
                f"{path.parent}: another refresh is writing to this warehouse"
                f"{_holder(file.read())}. Wait until it ends, or use another WAREHOUSE."
            )
        file.truncate(0)
        json.dump(
            {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            file,
        )
        file.flush()
        yield
        file.truncate(0)


def is_held(path: Path) -> bool:
    """Tell whether somebody holds a lock; for readers, who never write to it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _is_taken(handle: int) -> bool:
    for look in range(LOOKS):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if look < LOOKS - 1:
                time.sleep(LOOK_SECONDS)
        else:
            return True
    return False


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return f" (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        # The other one has the lock but has not written its name yet.
        return ""
