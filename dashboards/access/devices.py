"""Browsers in which a name was signed in before: whoever fails on purpose elsewhere is not they.

The scheme is OWASP's device cookie. A browser keeps a signed cookie after signing in; attempts for
that name that bring it are counted by the cookie, all others together. So a name that somebody
keeps from being signed in to stays open to its owner, and a cookie that was stolen gives a few
guesses, no more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from dashboards.access.config import Access, folded

KEPT_SECONDS = 180 * 24 * 3600
_ID_BYTES = 16


def known(access: Access, name: str) -> str | None:
    """Give the number of this browser, if the name was signed in to in it before."""
    try:
        of, device = _signer(access).loads(
            request.cookies.get(_cookie(access), ""), max_age=KEPT_SECONDS
        )
    except (BadSignature, ValueError, TypeError):
        return None
    is_own = isinstance(of, str) and hmac.compare_digest(of, _mark(access, name))
    return device if is_own and isinstance(device, str) else None


def remember(access: Access, name: str, answer: Response) -> None:
    """Give the browser the cookie with an answer; a new number each time."""
    value = _signer(access).dumps([_mark(access, name), secrets.token_hex(_ID_BYTES)])
    answer.set_cookie(
        _cookie(access),
        value,
        max_age=KEPT_SECONDS,
        secure=access.is_secure,
        httponly=True,
        samesite="Strict",
    )


def _cookie(access: Access) -> str:
    return "__Host-mentorship-device" if access.is_secure else "mentorship-device"


def _signer(access: Access) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(access.key, salt="device")


def _mark(access: Access, name: str) -> str:
    """Stand for a name: the cookie is to tell nobody who used the browser."""
    text = f"device {folded(name)}".encode()
    return hmac.new(access.key, text, hashlib.sha256).hexdigest()[:32]
