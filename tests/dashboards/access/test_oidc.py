"""Signing in at a real OpenID Connect provider that runs on this machine."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from guarded import LOCAL
from oidc_provider_mock import User, run_server_in_thread

from dashboards.access.config import Grant, Provider


@dataclass
class Issuer:
    """A running provider."""

    address: str

    def add(self, subject: str, **claims: Any) -> None:
        """Make a person known."""
        answer = requests.put(f"{self.address}/users/{subject}", json=claims, timeout=10)
        answer.raise_for_status()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with run_server_in_thread() as server:
        yield Issuer(f"http://localhost:{server.server_port}")


@pytest.fixture
def client(client_of: Callable[..., FlaskClient], issuer: Issuer) -> FlaskClient:
    provider = Provider(issuer.address, "mentorship", "a secret of the client")
    grants = {"ada@example.org": Grant("owner"), "group:leads": Grant("viewer")}
    return client_of(
        method="oidc", provider=provider, grants=grants, users_file=None, public_url=LOCAL
    )


def through(client: FlaskClient, subject: str) -> Any:
    """Sign in as a browser does: to the provider, through its form, and back."""
    start = client.get("/login/start?next=/evidence", base_url=LOCAL)
    assert start.status_code == 302
    at_provider = requests.Session()
    form = at_provider.get(start.headers["Location"], timeout=10)
    form.raise_for_status()
    back = at_provider.post(
        form.url, data={"sub": subject}, allow_redirects=False, timeout=10
    ).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}", base_url=LOCAL)


def test_a_granted_person_gets_in_and_lands_where_they_were_going(
    client: FlaskClient, issuer: Issuer
) -> None:
    issuer.add("1", email="ada@example.org", email_verified=True)
    answer = through(client, "1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/evidence")
    assert client.get("/export/impact.csv", base_url=LOCAL).status_code == 200


def test_a_group_grants_what_it_was_granted(client: FlaskClient, issuer: Issuer) -> None:
    issuer.add("2", email="grace@example.org", email_verified=True, groups=["Leads", "others"])
    assert through(client, "2").status_code == 302
    assert client.get("/", base_url=LOCAL).status_code == 200
    assert client.get("/export/impact.csv", base_url=LOCAL).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "mallory@example.org", "email_verified": True},
        {"email": "ada@example.org", "email_verified": False},
        {"email": "ada@example.org", "email_verified": "false"},
        {"email": "group:leads", "email_verified": True},
        {"email": "GROUP:leads", "email_verified": True},
        {},
    ],
)
def test_who_is_granted_nothing_or_not_verified_stays_out(
    claims: dict[str, Any], client: FlaskClient, issuer: Issuer
) -> None:
    issuer.add("3", **claims)
    assert through(client, "3").status_code == 403
    assert client.get("/", base_url=LOCAL, headers={"Accept": "text/html"}).status_code == 302


def test_an_answer_that_nobody_asked_for_is_refused(client: FlaskClient) -> None:
    answer = client.get("/login/back?code=x&state=y", base_url=LOCAL)
    assert answer.status_code == 502
    assert re.search("Signing in did not work", answer.text)


def test_a_provider_out_of_reach_is_said(client_of: Callable[..., FlaskClient]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    provider = Provider(address, "mentorship", "a secret of the client")
    client = client_of(method="oidc", provider=provider, users_file=None, public_url=LOCAL)
    assert client.get("/login/start", base_url=LOCAL).status_code == 502


def test_users_of_the_provider_are_people(issuer: Issuer) -> None:
    assert User(sub="1").sub == "1"
