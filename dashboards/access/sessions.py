"""Sessions: who is signed in since when, in a signed cookie; and what ends one before its time.

A cookie that was copied stays signed. So signing out writes the session down as ended, and one that
began with a password is good for as long as that password is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from typing import NamedTuple

from flask import session

from dashboards.access.config import LONGEST_SESSION_HOURS, Access
from dashboards.access.marks import drop_older
from dashboards.access.users import UserFileError, read_users, stored

WHO, SINCE, GROUPS, ID, MARK = "who", "since", "groups", "id", "mark"
FOLDER = "ended"
ID_BYTES = 16


class SignedIn(NamedTuple):
    """A name and those of its groups that were granted something."""

    name: str
    groups: tuple[str, ...]


def begin(access: Access, name: str, groups: Sequence[str]) -> None:
    """Start a session in place of whatever the browser had."""
    session.clear()
    session.permanent = True
    session.update(
        {
            WHO: name,
            SINCE: time.time(),
            GROUPS: list(groups),
            ID: secrets.token_hex(ID_BYTES),
            MARK: _mark(access, name),
        }
    )


def signed_in(access: Access) -> SignedIn | None:
    """Give who is signed in; None where nobody is, or the session has ended."""
    name, since = session.get(WHO), session.get(SINCE)
    if not isinstance(name, str) or not isinstance(since, int | float):
        return None
    is_over = not 0 <= time.time() - since < access.session_hours * 3600
    if is_over or _was_ended(access) or not _holds_the_password(access, name):
        session.clear()
        return None
    return SignedIn(name, tuple(session.get(GROUPS) or ()))


def end(access: Access) -> None:
    """End the session, also for whoever has a copy of its cookie.

    What it leaves stays for as long as a session may ever last: a later setting of more hours would
    make the copy good again.
    """
    found = session.get(ID)
    if access.state is not None and isinstance(found, str):
        folder = access.state / FOLDER
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _name(found)).touch(mode=0o600)
        drop_older(folder, time.time() - LONGEST_SESSION_HOURS * 3600)
    session.clear()


def _was_ended(access: Access) -> bool:
    found = session.get(ID)
    if not isinstance(found, str):
        return True
    return access.state is not None and (access.state / FOLDER / _name(found)).exists()


def _name(found: str) -> str:
    return hashlib.sha256(found.encode()).hexdigest()[:32]


def _holds_the_password(access: Access, name: str) -> bool:
    mark = session.get(MARK)
    known = _mark(access, name)
    return isinstance(mark, str) and known is not None and hmac.compare_digest(mark, known)


def _mark(access: Access, name: str) -> str | None:
    """Give a text that changes with a user's password; None for one who is not in the file."""
    if access.users_file is None:
        return ""
    try:
        hashed = stored(read_users(access.users_file), name)
    except UserFileError:
        return None
    return hashed and hmac.new(access.key, hashed.encode(), hashlib.sha256).hexdigest()
