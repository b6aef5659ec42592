"""A small file of users: one `name:hash` a line, the hashes Argon2id.

Hashes are made and checked by argon2-cffi with its own parameters (RFC 9106, low memory).
"""

from __future__ import annotations

import os
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboards.access.config import folded

_HASHER = PasswordHasher()
SHORTEST = 12


class UserFileError(Exception):
    """The file of users cannot be used; the message says why."""


def read_users(path: Path) -> dict[str, str]:
    """Read name -> hash.

    Raises
    ------
    UserFileError : it cannot be read, others may read it too, or a line is not `name:hash`.
    """
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserFileError(f"{path}: cannot be read ({error.strerror}).") from error
    if mode & 0o077:
        raise UserFileError(f"{path}: others may read it; run chmod 600 {path}.")
    users = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, hashed = line.partition(":")
        if not colon or not hashed.startswith("$argon2id$"):
            raise UserFileError(f"{path}: row {number}: write `name:hash`; see mentorship user.")
        users[folded(name.strip())] = hashed.strip()
    return users


def write_user(path: Path, name: str, password: str) -> None:
    """Add a user, or give one another password.

    Raises
    ------
    UserFileError : the name or the password cannot be used.
    """
    if not name.isprintable() or name != name.strip() or not name or ":" in name or name[0] == "#":
        raise UserFileError("a name is printable, has no colon, begins with no # and is not empty.")
    if len(password) < SHORTEST:
        raise UserFileError(f"use a password of at least {SHORTEST} characters.")
    users = read_users(path) if path.exists() else {}
    users[folded(name)] = _HASHER.hash(password)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{user}:{hashed}\n" for user, hashed in sorted(users.items()))
    aside.replace(path)


def stored(users: dict[str, str], name: str) -> str | None:
    """Give the hash of a user's password; None for a name that does not exist."""
    return users.get(folded(name))


def is_right(users: dict[str, str], name: str, password: str) -> bool:
    """Tell whether a password is a user's; it takes as long for a name that does not exist."""
    hashed = stored(users, name)
    try:
        _HASHER.verify(hashed or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


_NOBODY = _HASHER.hash("nobody has this password, and nobody can sign in with it")
