"""Requests that no page sends are refused in a line: no 500, and no trace in the log."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import CALLBACK, page_request
from dash import Dash
from flask.testing import FlaskClient

from dashboards.app import create_app, warm
from dashboards.asked import outputs_of

LOCAL = "http://127.0.0.1"
GONE = object()
ODD: tuple[Any, ...] = (
    *(None, 0, -1, 10**400, 0.5, True, "", "x", "..", "\x00", "\ud800", "x" * 5000),
    *([], [1], [[]], {}, {"a": 1}, {"id": "x", "property": "y"}, GONE),
)


@pytest.fixture
def app(warehouse: Path) -> Dash:
    made = create_app(warehouse)
    warm(made)
    return made


@pytest.fixture
def client(app: Dash, caplog: pytest.LogCaptureFixture) -> Iterator[FlaskClient]:
    with caplog.at_level(logging.ERROR):
        yield app.server.test_client()
    assert [one for one in caplog.records if one.exc_info or one.levelno >= logging.ERROR] == []


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in JSON, the whole of it included."""
    yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, one in inner:
        yield from places(one, (*path, key))


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The body with another value, or none, at a place."""
    if not path:
        return {} if value is GONE else value
    made = copy.deepcopy(body)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made


def requests_of(app: Dash) -> list[dict[str, Any]]:
    """A request of every callback, as a page sends it."""
    first = {"pathname": "/", "search": ""}
    return [
        {
            "output": output,
            "outputs": outputs_of(one["output"]),
            "inputs": [{**part, "value": first.get(part["property"])} for part in one["inputs"]],
            "changedPropIds": [f"{part['id']}.{part['property']}" for part in one["inputs"]],
            "state": [{**part, "value": None} for part in one["state"]],
        }
        for output, one in app.callback_map.items()
        if "callback" in one
    ]


def test_every_callback_answers_what_a_page_sends(app: Dash, client: FlaskClient) -> None:
    sent = requests_of(app)
    assert len(sent) >= 7
    for body in sent:
        assert client.post(CALLBACK, json=body, base_url=LOCAL).status_code in (200, 204)


def test_a_request_that_is_wrong_at_any_place_is_no_error_of_the_server(
    app: Dash, client: FlaskClient
) -> None:
    asked = 0
    for body in requests_of(app):
        for path in places(body):
            # Wholly odd values everywhere; within long lists of outputs a few are as good as all.
            odd = ODD if not path or path[0] != "outputs" or len(path) < 2 else (None, "x", GONE)
            for value in odd:
                sent = json.dumps(changed(body, path, value))
                answer = client.post(
                    CALLBACK, data=sent, content_type="application/json", base_url=LOCAL
                )
                asked += 1
                assert answer.status_code in (200, 204, 400), (path, value)
                is_value = bool(path) and path[-1] == "value"
                is_left_out = path in (("state",), ("inputs", 1, "value"))
                if not is_value and not is_left_out and sent != json.dumps(body):
                    assert answer.status_code == 400 or path[0] in ("changedPropIds", "state")
    assert asked > 2000


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"nul", b"NaN", b"1e999", b'"x"'],
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
def test_what_is_no_json_is_refused(client: FlaskClient, sent: bytes, kind: str) -> None:
    answer = client.post(CALLBACK, data=sent, content_type=kind, base_url=LOCAL)
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")


@pytest.mark.parametrize("search", ["?cancelJob=1", "?cacheKey=a&job=b", "?x", "?endId=a&job=b"])
def test_a_callback_takes_nothing_in_its_address(client: FlaskClient, search: str) -> None:
    answer = client.post(CALLBACK + search, json=page_request("/"), base_url=LOCAL)
    assert answer.status_code == 400


@pytest.mark.parametrize("token", ["", "x", "x" * 3000, "%00", "%ff", "a&endId=b"])
def test_the_load_of_a_page_that_the_renderer_names_is_taken(
    client: FlaskClient, token: str
) -> None:
    answer = client.post(f"{CALLBACK}?endId={token}", json=page_request("/"), base_url=LOCAL)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/_dash-component-suites/x",
        "/_dash-component-suites//",
        "/_dash-component-suites/nope/x.js",
        "/_dash-component-suites/dash/x.js",
        "/_dash-component-suites/dash/..%2f..%2fapp.py",
        "/_dash-component-suites/dash/deps/none.v1m2.js",
        "/_dash-nothing",
        "/_dash-update-component",
        "/export/impact.",
        "/export/",
        "/export/..%2fimpact.csv",
        "/export/impact.exe",
        "/assets/",
        "/assets/..%2fapp.py",
        "/assets/%2e%2e/app.py",
    ],
)
def test_a_file_that_is_not_there_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address, base_url=LOCAL).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("address", [CALLBACK, "/export/impact.csv", "/healthz", "/"])
def test_other_methods_are_refused(client: FlaskClient, address: str, method: str) -> None:
    assert getattr(client, method)(address, base_url=LOCAL).status_code == 405
