"""The readers of the guarded test app, and how they sign in."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from dashboards.access.config import Grant
from dashboards.scope import Scope

LOCAL = "http://127.0.0.1"
PASSWORD = "correct horse battery"
OWN = "Own organisation"
GRANTS = {
    "owner": Grant("owner"),
    "viewer": Grant("viewer"),
    "own-viewer": Grant("viewer", Scope(frozenset({OWN}))),
    "own-owner": Grant("owner", Scope(frozenset({OWN}), sees_all=True)),
}


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **form: str) -> Any:
    """Fill the form in and send it."""
    page = client.get("/login", base_url=LOCAL).text
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    data = {"name": name, "password": password, "token": token[1]} | form
    return client.post("/login", base_url=LOCAL, data=data)
