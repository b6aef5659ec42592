"""One refresh at a time: a lock file that says who holds it, freed when its holder ends."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import LockedError


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
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(
                f"{path.parent}: another refresh is writing to this warehouse"
                f"{_holder(file.read())}. Wait until it ends, or use another WAREHOUSE."
            ) from error
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


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return f" (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        # The other one has the lock but has not written its name yet.
        return ""
