"""Hands the access settings to the dashboard: secrets read, session key kept, grants checked."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import BadInputError
from pipeline.settings import Context, Settings, SignIn

if TYPE_CHECKING:
    from dashboards.access.config import Access, Grant, Provider, Proxy

SESSION_KEY = "session-key"
USERS = "users"
KEY_BYTES = 32
SHORTEST_SECRET = 16


def users_file(settings: Settings, context: Context) -> Path:
    """Give the file of users."""
    given = settings.sign_in.users_file
    return given.expanduser().absolute() if given else context.access / USERS


def access_of(settings: Settings, context: Context) -> Access:
    """Give how the dashboard is guarded.

    Raises
    ------
    BadInputError
        The settings are not complete, a secret cannot be read, or nobody was granted anything.
    """
    from dashboards.access.config import Access

    given = settings.sign_in
    if given.method == "none":
        return Access(state=context.access)
    if not settings.grants:
        raise BadInputError(
            'nobody may see anything: add [grants."name"] tables to the settings (docs/access.md).'
        )
    return Access(
        method=given.method,
        grants={name: _grant(settings, name) for name in settings.grants},
        session_hours=given.session_hours,
        public_url=given.public_url,
        proxies=given.proxies,
        key=_session_key(context.access),
        state=context.access,
        users_file=_users(settings, context) if given.method == "users" else None,
        proxy=_proxy(given) if given.method == "proxy" else None,
        provider=_provider(given) if given.method == "oidc" else None,
    )


def _grant(settings: Settings, name: str) -> Grant:
    from dashboards.access.config import Grant
    from dashboards.scope import Scope

    given = settings.grants[name]
    if not given.organisations:
        return Grant(given.role)
    return Grant(given.role, Scope(frozenset(given.organisations), given.sees_all))


def _users(settings: Settings, context: Context) -> Path:
    from dashboards.access.users import UserFileError, read_users

    path = users_file(settings, context)
    try:
        read_users(path)
    except UserFileError as error:
        raise BadInputError(f"{error} `mentorship user NAME` adds one.") from error
    return path


def _proxy(given: SignIn) -> Proxy:
    from dashboards.access.config import Proxy

    secret = _secret(given.proxy_secret_file, "sign_in.proxy_secret_file")
    return Proxy(given.proxy_user_header, given.proxy_secret_header, secret)


def _provider(given: SignIn) -> Provider:
    from dashboards.access.config import Provider

    for name in ("issuer", "client_id", "public_url"):
        if not getattr(given, name):
            raise BadInputError(f"`sign_in.{name}` is missing; OpenID Connect needs it.")
    return Provider(
        str(given.issuer),
        str(given.client_id),
        _secret(given.client_secret_file, "sign_in.client_secret_file"),
        given.claim,
        given.groups_claim,
    )


def _secret(path: Path | None, key: str) -> str:
    """Read a secret from a file that only its owner can read."""
    if path is None:
        raise BadInputError(f"`{key}` is missing.")
    path = path.expanduser()
    try:
        if path.stat().st_mode & 0o077:
            raise BadInputError(f"{path}: others can read it. Run: chmod 600 {path}")
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadInputError(f"{path}: cannot be read ({error.strerror}).") from error
    if len(secret) < SHORTEST_SECRET:
        raise BadInputError(f"{path}: the secret is shorter than {SHORTEST_SECRET} characters.")
    return secret


def _session_key(folder: Path) -> bytes:
    """Read the key that signs sessions, or make one; removing the file signs everybody out."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / SESSION_KEY
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _known_key(path)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
    return _known_key(path)


def _known_key(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise BadInputError(f"{path}: others can read it. Run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise BadInputError(f"{path}: is damaged; remove it, and everybody signs in again.")
    return key
