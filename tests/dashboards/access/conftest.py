"""Fixtures: a guarded app over a test snapshot, and signed-in clients."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

# importlib mode does not see helper modules
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import published_rows as rows
from guarded import GRANTS, OWN, PASSWORD, sign_in

from dashboards import scope as scopes
from dashboards.access.config import Access
from dashboards.access.users import write_user
from dashboards.app import create_app


@dataclasses.dataclass(frozen=True)
class Guarded:
    """A warehouse with a guarded app over it, shared by the tests of a module."""

    warehouse: Path
    organisations: list[str]
    access: Access
    app: Flask


def publish(warehouse: Path) -> list[str]:
    """Publish a snapshot; give its organisations, the scoped readers' own one first."""
    tables = rows.organisation()
    names = sorted(
        {
            row["segment_value"]
            for row in tables["impact_estimates"]
            if row["segment_dimension"] == "organisation"
        }
    )
    for table in tables.values():
        for row in table:
            if row.get("segment_value") == names[0]:
                row["segment_value"] = OWN
    rows.publish(warehouse, tables)
    return [OWN, *names[1:]]


def users_of(folder: Path) -> Access:
    """Give access by a file of users that holds every kind of reader."""
    for name in (*GRANTS, "stranger"):
        write_user(folder / "users", name, PASSWORD)
    return Access("users", GRANTS, key=b"k" * 32, state=folder, users_file=folder / "users")


@pytest.fixture(autouse=True)
def _unscoped() -> Iterator[None]:
    """A guarded app leaves its thread without any rights; tests share theirs."""
    yield
    scopes.use(None)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    warehouse = tmp_path_factory.mktemp("guarded")
    names = publish(warehouse)
    access = users_of(warehouse / "access")
    return Guarded(warehouse, names, access, create_app(warehouse, gate=access).server)


@pytest.fixture
def organisations(guarded: Guarded) -> list[str]:
    return guarded.organisations


@pytest.fixture
def client_of(guarded: Guarded, tmp_path: Path) -> Callable[..., FlaskClient]:
    """A client, signed in under a name where one is given; changed access gets its own app."""

    def make(name: str | None = None, **changes: Any) -> FlaskClient:
        app = guarded.app
        if changes:
            access = dataclasses.replace(guarded.access, state=tmp_path / "state", **changes)
            app = create_app(guarded.warehouse, gate=access).server
        client = app.test_client()
        if name:
            assert sign_in(client, name).status_code == 302
        return client

    return make
