"""The pages of signing in and out, for a user file and for OpenID Connect."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, Response, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from requests import RequestException

from dashboards.access import audit, devices, sessions
from dashboards.access.attempts import Attempts
from dashboards.access.config import Access, folded
from dashboards.access.guard import current_reader, safe_next, sign_in
from dashboards.access.users import is_right, read_users, stored
from dashboards.components.html import render
from dashboards.palette import css

LOGGER = logging.getLogger(__name__)
FORM_TOKEN, NEXT = "form", "next"
DISCOVERY = "/.well-known/openid-configuration"
WRONG = "Name or password is wrong."
BLOCKED = "Too many attempts. Wait a quarter of an hour and try again."
STALE = "The form has expired. Try again."
NOT_GRANTED = "You are signed in, but nothing has been granted to you here. Ask for access."
FAILED = "Signing in did not work. Try again, or ask whoever runs this dashboard."


def add_sign_in(server: Flask, access: Access) -> None:
    """Add the routes of the method that is set up."""
    if access.method == "users":
        _add_form(server, access)
    elif access.method == "oidc":
        _add_provider(server, access)
    if access.method != "none":
        _add_sign_out(server, access)


def _page(problem: str = "", status: int = 200, *, has_form: bool) -> Response:
    token = session.setdefault(FORM_TOKEN, secrets.token_urlsafe(24)) if has_form else ""
    target = safe_next(request.values.get(NEXT))
    html = render(
        "login.html", palette=css(), problem=problem, token=token, next=target, has_form=has_form
    )
    return Response(html, status=status, mimetype="text/html")


# ---- a user file -----------------------------------------------------------------------------


def _add_form(server: Flask, access: Access) -> None:
    users_file, state = access.users_file, access.state
    if users_file is None or state is None:
        raise ValueError("a user file and a state folder are needed")
    if access.is_secure and not access.proxies:
        LOGGER.warning(
            "TLS ends at a proxy, so all readers come from its address, and failed attempts of one "
            "count against everybody; set sign_in.proxies (docs/access.md)"
        )
    attempts = Attempts(state, time.time, access.key)
    attempts.tidy()

    @server.get("/login")
    def _form() -> Response:
        return _page(has_form=True)

    @server.post("/login")
    def _sign_in() -> ResponseReturnValue:
        name = request.form.get("name", "").strip()
        token = request.form.get("token", "")
        if not _is_same(token, session.get(FORM_TOKEN) or secrets.token_hex()):
            return _page(STALE, 400, has_form=True)
        who = (name, str(request.remote_addr), devices.known(access, name))
        # Read anew each time: a user who was taken out cannot sign in any more.
        users = read_users(users_file)
        if not attempts.begin(*who):
            if attempts.is_news(who[1]):
                audit.record(state, "blocked", _typed(access, users, name))
            return _page(BLOCKED, 429, has_form=True)
        if not is_right(users, name, request.form.get("password", "")):
            audit.record(state, "failed", _typed(access, users, name))
            return _page(WRONG, 401, has_form=True)
        attempts.succeeded(*who)
        answer = make_response(_enter(access, name, (), has_form=True))
        devices.remember(access, name, answer)
        return answer


def _typed(access: Access, users: dict[str, str], name: str) -> str:
    """Say which name was typed: a user's own, else a keyed hash, since passwords are typed too."""
    if stored(users, name) is not None:
        return folded(name)
    text = f"typed {folded(name)}".encode()
    return f"unknown {hmac.new(access.key, text, hashlib.sha256).hexdigest()[:12]}"


def _is_same(one: str, other: str) -> bool:
    """Compare texts, of any letters, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def _enter(
    access: Access, name: str, groups: tuple[str, ...], *, has_form: bool
) -> ResponseReturnValue:
    target = safe_next(request.form.get(NEXT) or session.get(NEXT))
    if not sign_in(access, name, groups):
        return _page(NOT_GRANTED, 403, has_form=has_form)
    return redirect(target)


# ---- OpenID Connect --------------------------------------------------------------------------


def _add_provider(server: Flask, access: Access) -> None:
    provider = access.provider
    if provider is None:
        raise ValueError("an OpenID Connect provider is needed")
    client = OAuth(server).register(
        "provider",
        server_metadata_url=provider.issuer.rstrip("/") + DISCOVERY,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )

    @server.get("/login")
    def _offer() -> Response:
        return _page(has_form=False)

    @server.get("/login/start")
    def _start() -> ResponseReturnValue:
        target = safe_next(request.args.get(NEXT))
        session.clear()
        session[NEXT] = target
        try:
            answer: ResponseReturnValue = client.authorize_redirect(_back(access))
        except (AuthlibBaseError, RequestException) as error:
            return _failed(access, error)
        return answer

    @server.get("/login/back")
    def _return() -> ResponseReturnValue:
        try:
            claims = _claims(client, provider.claim)
        except (AuthlibBaseError, RequestException) as error:
            return _failed(access, error)
        name = claims.get(provider.claim)
        if not isinstance(name, str) or not name:
            return _page(FAILED, 403, has_form=False)
        if provider.claim == "email" and not _is_verified(claims):
            audit.record(access.state, "refused", name, why="address not verified")
            return _page(NOT_GRANTED, 403, has_form=False)
        groups = claims.get(provider.groups_claim) or ()
        found = tuple(str(group) for group in groups) if isinstance(groups, list) else ()
        return _enter(access, name, found, has_form=False)


def _claims(client: FlaskOAuth2App, wanted: str) -> dict[str, Any]:
    """Give the claims of who came back: the identity token's, else the user info's of the same."""
    token = client.authorize_access_token()
    claims = dict(token.get("userinfo") or {})
    if wanted not in claims:
        told = dict(client.userinfo(token=token))
        if "sub" in claims and told.get("sub") == claims["sub"]:
            claims |= told
    return claims


def _is_verified(claims: dict[str, Any]) -> bool:
    """Whether an address is not marked unverified; some providers write true and false as text."""
    return str(claims.get("email_verified", True)).lower() == "true"


def _back(access: Access) -> str:
    root = (access.public_url or request.host_url).rstrip("/")
    return f"{root}/login/back"


def _failed(access: Access, error: Exception) -> Response:
    LOGGER.warning("sign-in failed: %s", type(error).__name__)
    audit.record(access.state, "failed", "", why=type(error).__name__)
    return _page(FAILED, 502, has_form=False)


# ---- out -------------------------------------------------------------------------------------


def _add_sign_out(server: Flask, access: Access) -> None:
    @server.post("/logout")
    def _sign_out() -> ResponseReturnValue:
        reader = current_reader()
        if reader is not None:
            audit.record(access.state, "signed out", reader.name)
        sessions.end(access)
        return redirect("/login")
