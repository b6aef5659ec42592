"""Requests that no page of this app sends are turned away before Dash meets them.

Dash trusts what its own pages send: anything else ends in a trace and a 500. A request of a
callback is held against the callbacks that there are, and a file that is asked for against those
that are served.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash, Output
from dash.exceptions import DependencyException
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

CALLBACK = "/_dash-update-component"
#: Addresses under which there are no pages, and the rules that answer any address with a page.
NO_PAGES = ("/_", "/export/", "/assets/")
PAGES = ("/", "/<path:path>")
NO_FILE = "There is no such file."
NO_CALLBACK = "This is no request of a page of this dashboard; reload the page."
#: What the renderer sends along of the page it is on; any value is as good as none.
PAGE_LOAD = "endId"
LONGEST_VALUE = 2048
LARGEST_NUMBER = 1e9
#: What the router takes: always texts.
LOCATION = "_pages_location"


def add_checks(app: Dash) -> None:
    """Turn away what no page sends; call it after the gate was put up."""

    server: Flask = app.server

    @server.before_request
    def _check() -> Response | None:
        if request.path.startswith(NO_PAGES) and str(request.url_rule) in PAGES:
            return _say(NO_FILE, 404)
        if request.path != CALLBACK or request.method != "POST":
            return None
        is_plain = set(request.args) <= {PAGE_LOAD}
        is_known = is_plain and is_of_a_page(_body(), app.callback_map)
        return None if is_known else _say(NO_CALLBACK, 400)

    @server.errorhandler(DependencyException)
    def _no_such_file(_error: DependencyException) -> Response:
        return _say(NO_FILE, 404)


def is_of_a_page(body: object, callbacks: Mapping[str, Any]) -> bool:
    """Whether a request of a callback is one that a page may send.

    Parameters
    ----------
    body : what was sent.
    callbacks : output -> how the callback was declared.
    """
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return False
    declared = callbacks.get(body["output"])
    if declared is None or "callback" not in declared:
        return False
    inputs, state = body.get("inputs"), body.get("state", [])
    changed = body.get("changedPropIds")
    named = {f"{one['id']}.{one['property']}" for one in declared["inputs"]}
    return (
        body.get("outputs") == outputs_of(declared["output"])
        and _are_given(inputs, declared["inputs"])
        and _are_given(state, declared["state"])
        and isinstance(changed, list)
        and all(isinstance(one, str) and one in named for one in changed)
    )


def outputs_of(declared: Output | Sequence[Output]) -> object:
    """Write the outputs of a callback as pages send them."""
    if isinstance(declared, Output):
        return {"id": declared.component_id, "property": declared.component_property}
    return [outputs_of(one) for one in declared]


def _are_given(given: object, declared: list[dict[str, str]]) -> bool:
    if not isinstance(given, list) or len(given) != len(declared):
        return False
    return all(_is_given(one, wanted) for one, wanted in zip(given, declared, strict=True))


def _is_given(one: object, wanted: dict[str, str]) -> bool:
    """Whether a component that a callback listens to is given with a value it may have."""
    if not isinstance(one, dict) or any(one.get(key) != wanted[key] for key in wanted):
        return False
    value = one.get("value")
    if wanted["id"] == LOCATION:
        begins = "/" if wanted["property"] == "pathname" else ""
        return (_is_text(value) and str(value).startswith(begins)) or (not begins and not value)
    is_number = isinstance(value, int | float) and abs(value) < LARGEST_NUMBER
    return value is None or is_number or _is_text(value)


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        return False
    return not any("\ud800" <= one <= "\udfff" for one in value)  # half a letter cannot be written


def _body() -> object:
    """Read what was sent; None for what is no JSON, or nested as no page nests it."""
    try:
        return request.get_json()
    except RecursionError:
        return None
    except HTTPException as error:
        if error.code == 413:  # too large: that is said by its own answer
            raise
        return None


def _say(text: str, status: int) -> Response:
    return Response(f"{text}\n", status=status, mimetype="text/plain")
