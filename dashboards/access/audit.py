"""The audit log: who did what when, on which snapshot; appended to, never rewritten.

One JSON object a line. It holds no outcome and no figure.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

NAME = "audit.log"


def record(state: Path | None, event: str, who: str, **facts: str) -> None:
    """Append one event; nothing without a state folder.

    Parameters
    ----------
    state : the private folder; `audit.log` in it is made readable to its owner only.
    event : what happened, such as `signed in` or `exported`.
    who : name of the person, as they signed in.
    facts : snapshot, file and the like.
    """
    if state is None:
        return
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"at": moment, "event": event, "who": who} | facts, ensure_ascii=False)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    # One write under O_APPEND: lines of several workers do not mix.
    handle = os.open(state / NAME, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)
