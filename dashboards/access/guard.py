"""The gate in front of every route: who is it, may they, and what may they see.

Everything is refused that is not allowed here. The scope of the reader is set before any page,
callback or file is made, and `queries` reads nothing outside of it.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from flask import Flask, Response, g, has_request_context, request, session
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboards import scope as scopes
from dashboards.access import audit, sessions
from dashboards.access.config import Access, Grant

OPEN_PATHS = frozenset(
    {"/login", "/login/start", "/login/back", "/healthz", "/readyz", "/metrics"}
    | {f"/assets/{name}" for name in ("app.css", "theme.js", "favicon.svg")}
)
"""Paths that tell nothing of the data, so that one need not have signed in."""
OWNER_PATHS = ("/export/",)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PORTS = {"http": 80, "https": 443}
LARGEST_REQUEST = 256 * 1024
LONGEST_NAME = 254


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and what they may do."""

    name: str
    grant: Grant


def add_guard(server: Flask, access: Access) -> None:
    """Put the gate in front of every route of a server; call it before other hooks are added."""
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    if access.proxies:
        # Only whom the proxies heard from is taken of what they add, never a host or a scheme.
        outer = ProxyFix(server.wsgi_app, x_for=access.proxies, x_proto=0, x_host=0)
        server.wsgi_app = outer  # type: ignore[method-assign]  # as Flask documents it

    @server.before_request
    def _gate() -> Response | None:
        scopes.use(None if not access.is_guarded else scopes.NOTHING)
        own = (f"//{request.host}", access.public_url or "")
        if is_cross_site(request.method, dict(request.headers), own):
            return _refuse("This request came from another site.", 403)
        return _admit(access) if access.is_guarded else None

    @server.teardown_request
    def _forget(_error: BaseException | None) -> None:
        scopes.use(scopes.NOTHING if access.is_guarded else None)

    if access.is_guarded:
        _set_up_sessions(server, access)


def _set_up_sessions(server: Flask, access: Access) -> None:
    server.secret_key = access.key
    server.config.update(
        SESSION_COOKIE_NAME="__Host-mentorship" if access.is_secure else "mentorship",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=access.is_secure,
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=access.session_hours),
        SESSION_REFRESH_EACH_REQUEST=False,
    )


def _admit(access: Access) -> Response | None:
    if request.path in OPEN_PATHS:
        return None
    reader = _reader(access)
    if reader is None:
        return _ask_to_sign_in(access)
    if request.path.startswith(OWNER_PATHS) and reader.grant.role != "owner":
        audit.record(access.state, "refused", reader.name, path=request.path)
        return _refuse("Only owners can take files away. Ask whoever runs this dashboard.", 403)
    g.reader = reader
    scopes.use(reader.grant.scope)
    return None


def _reader(access: Access) -> Reader | None:
    if access.proxy is not None:
        return _of_proxy(access)
    found = sessions.signed_in(access)
    grant = access.grant_of(found.name, found.groups) if found else None
    return Reader(found.name, grant) if found and grant else None


def _of_proxy(access: Access) -> Reader | None:
    proxy = access.proxy
    if proxy is None:
        return None
    secret = request.headers.get(proxy.secret_header, "")
    name = request.headers.get(proxy.user_header, "")
    if not name or not hmac.compare_digest(secret.encode(), proxy.secret.encode()):
        return None
    grant = access.grant_of(name)
    return None if grant is None else Reader(name[:LONGEST_NAME], grant)


def sign_in(access: Access, name: str, groups: Iterable[str] = ()) -> bool:
    """Start a session; False, and none, for somebody who was granted nothing."""
    session.clear()
    known = access.granted(groups)
    if len(name) > LONGEST_NAME or access.grant_of(name, known) is None:
        audit.record(access.state, "refused", name[:LONGEST_NAME], why="nothing granted")
        return False
    sessions.begin(access, name, known)
    audit.record(access.state, "signed in", name)
    return True


def current_reader() -> Reader | None:
    """Return who asks; None where nobody has to sign in, or nobody asks."""
    reader: Reader | None = g.get("reader") if has_request_context() else None
    return reader


def may_export() -> bool:
    """Tell whether who asks may take files away."""
    reader = current_reader()
    return reader is None or reader.grant.role == "owner"


def is_cross_site(method: str, headers: Mapping[str, str], own: Collection[str]) -> bool:
    """Tell whether a request that may change something was sent by another site's page.

    Parameters
    ----------
    own : addresses of this site, of any scheme where they name none: some proxies ask by another
        than readers do.
    """
    if method in SAFE_METHODS:
        return False
    if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("Origin")
    return origin is not None and not _is_of(origin, own)


def _is_of(origin: str, own: Collection[str]) -> bool:
    """Compare hosts as browsers do: without regard to capitals, or to a port that goes unsaid."""
    asked = _host_and_port(origin, "")
    scheme = origin.partition(":")[0].lower()
    return asked is not None and asked in {_host_and_port(address, scheme) for address in own}


def _host_and_port(address: str, scheme: str) -> tuple[str, int] | None:
    """Give the host in small letters and the port; None where the address has none.

    Parameters
    ----------
    scheme : that of an address which names none.
    """
    try:
        parts = urlsplit(address, scheme)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:  # a port that is no number, a bracket that is not closed
        return None
    return (parts.hostname, port) if parts.hostname and port else None


def safe_next(target: str | None) -> str:
    """Return where to go after signing in: a path of this app, never another host's."""
    target = target or "/"
    is_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    is_plain = all(character.isprintable() for character in target)
    return target if is_path and is_plain and not urlsplit(target).netloc else "/"


def _ask_to_sign_in(access: Access) -> Response:
    wants_page = request.method == "GET" and request.accept_mimetypes.accept_html
    if access.proxy is not None or not wants_page or request.path.startswith("/_"):
        return _refuse("Sign in first.", 401)
    target = request.full_path.rstrip("?")
    answer = Response(status=302)
    answer.headers["Location"] = f"/login?next={quote(target)}"
    return answer


def _refuse(text: str, status: int) -> Response:
    return Response(f"{text}\n", status=status, mimetype="text/plain")
