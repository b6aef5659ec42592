"""Headers that every answer carries. No other host is ever asked for anything."""

from __future__ import annotations

from http import HTTPStatus

from dash import Dash
from flask import Flask, Response, request

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
#: Of answers that are no page: nothing in them may load, run, be framed or send anything.
POLICY_OF_FILES = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: The same bytes for everybody, and nothing of the data: browsers may keep these, and no others.
KEPT_PATHS = ("/assets/", "/_dash-component-suites/")
KEPT_STATUSES = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


def content_security_policy(script_hashes: list[str]) -> str:
    """Return the policy: own scripts and Dash's inline ones by hash; inline styles are needed."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def add_headers(app: Dash, *, is_secure: bool = False) -> None:
    """Make the app's server send the headers with every answer.

    Parameters
    ----------
    is_secure : readers reach it over TLS, and are to go on doing so.
    """
    known: dict[str, str] = {}
    headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if is_secure else {})

    server: Flask = app.server

    @server.after_request
    def _headers(response: Response) -> Response:
        if response.mimetype == "text/html":
            # Dash adds its own inline scripts on the first request, so not before.
            if "policy" not in known:
                known["policy"] = content_security_policy(sorted(set(app.csp_hashes())))
            response.headers["Content-Security-Policy"] = known["policy"]
        else:
            response.headers["Content-Security-Policy"] = POLICY_OF_FILES
        response.headers.update(headers)
        is_kept = request.path.startswith(KEPT_PATHS) and response.status_code in KEPT_STATUSES
        if not is_kept:
            response.headers["Cache-Control"] = "no-store"
        return response
