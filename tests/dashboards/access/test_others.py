"""What a scoped reader gets does not depend on anything outside of the scope.

Two warehouses hold the same of what the reader may see and other figures of everything else. Every
page for every group, callbacks called by hand and every file have to be the same in both, byte by
byte: then no number in them can be, or be computed from, a number of others.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import published_rows as rows
import pytest
from asking import CALLBACK, page_request
from conftest import publish, users_of
from flask.testing import FlaskClient
from guarded import LOCAL, OWN, sign_in
from test_guard import PAGES, forged, order_of

from dashboards import scope as scopes
from dashboards.app import create_app
from pipeline.published import TABLES

Row = dict[str, Any]


def is_seen(table: str, row: Row, sees_all: bool) -> bool:
    """Whether a scoped reader may see a row: said once more, not by the code that is tested."""
    if table in ("snapshot_info", "metric_definitions"):
        return True
    if "segment_value" not in row and table != "known_events":  # it tells of everyone together
        return sees_all
    is_own = (row.get("segment_dimension"), row.get("segment_value")) == ("organisation", OWN)
    is_of_all = row.get("segment_dimension", "all") == "all"
    if not is_own and not (is_of_all and sees_all):
        return False
    if table == "access":
        return (row["group_dimension"], row["group"]) == ("organisation", OWN)
    return table != "known_events" or row["organisation"] in ("all", OWN)


def another(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value + (5 if isinstance(value, int) else 0.07)
    return value + timedelta(days=40) if hasattr(value, "year") else f"{value} altered"


def altered(tables: dict[str, list[Row]], sees_all: bool) -> dict[str, list[Row]]:
    """Change every figure and sentence that the reader may not see."""
    free = {"sentence", "verdict_reason", "text"}
    found: dict[str, list[Row]] = {}
    for name, of_table in tables.items():
        figures = {*TABLES[name].figures, *(free & {c.name for c in TABLES[name].columns})}
        found[name] = [
            row
            if is_seen(name, row, sees_all)
            else {key: another(value) if key in figures else value for key, value in row.items()}
            for row in of_table
        ]
    return found


@dataclasses.dataclass(frozen=True)
class Pair:
    """A reader of the two warehouses, and every group that there is in them."""

    clients: tuple[FlaskClient, FlaskClient]
    groups: list[tuple[str, str]]


@pytest.fixture(scope="module", params=["own-viewer", "own-owner"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("others")
    publish(folder / "one")
    tables = own_tables()
    rows.publish(folder / "other", altered(tables, request.param == "own-owner"))
    access = users_of(folder / "access")
    clients = []
    for name in ("one", "other"):
        app = create_app(folder / name, gate=access).server
        client = app.test_client()
        assert sign_in(client, request.param).status_code == 302
        clients.append(client)
    groups = sorted(
        {(row["segment_dimension"], row["segment_value"]) for row in tables["impact_estimates"]}
    )
    return Pair((clients[0], clients[1]), groups)


def own_tables() -> dict[str, list[Row]]:
    """Give the tables that `publish` publishes."""
    tables = rows.organisation()
    estimates = tables["impact_estimates"]
    names = {
        row["segment_value"] for row in estimates if row["segment_dimension"] == "organisation"
    }
    for table in tables.values():
        for row in table:
            if row.get("segment_value") == min(names):
                row["segment_value"] = OWN
    return tables


def both(pair: Pair, ask: Callable[[FlaskClient], bytes]) -> bytes:
    """Give the answer, once it is known to be the same in both."""
    one, other = (ask(client) for client in pair.clients)
    scopes.use(None)
    assert one == other
    return one


def test_the_two_warehouses_differ_in_what_is_not_seen() -> None:
    for sees_all in (False, True):
        tables = own_tables()
        changed = altered(tables, sees_all)
        different = {name for name, found in tables.items() if found != changed[name]}
        assert different >= {"impact_estimates", "access"}, sees_all
        assert ("data_quality" in different) == (not sees_all)


def test_no_page_for_any_group_depends_on_what_is_not_seen(pair: Pair) -> None:
    asked = 0
    for path in PAGES:
        for dimension, group in pair.groups:
            search = f"?dimension={dimension}&group={group}"

            def ask(client: FlaskClient, path: str = path, search: str = search) -> bytes:
                answer = client.post(CALLBACK, base_url=LOCAL, json=page_request(path, search))
                assert answer.status_code == 200, path
                return answer.data

            asked += bool(both(pair, ask))
    assert asked >= 50


def test_no_callback_called_by_hand_depends_on_what_is_not_seen(pair: Pair) -> None:
    others = [group for dimension, group in pair.groups if dimension == "organisation"]
    others = [OWN, *(group for group in others if group != OWN)]
    dependencies = pair.clients[0].get("/_dash-dependencies", base_url=LOCAL).json
    asked = 0
    for dependency in dependencies or ():
        inputs = [
            {
                "id": one["id"],
                "property": one["property"],
                "value": forged(one["id"], others),
            }
            for one in (*dependency["inputs"], *dependency["state"])
            if isinstance(one["id"], str) and not one["id"].startswith("{")
        ]
        if dependency["clientside_function"] or len(inputs) < 3:
            continue
        order = order_of(dependency, inputs)
        both(
            pair, lambda client, order=order: client.post(CALLBACK, base_url=LOCAL, json=order).data
        )
        asked += 1
    assert asked >= 2


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pptx", "pdf"])
def test_no_file_depends_on_what_is_not_seen(pair: Pair, kind: str) -> None:
    for search in (f"?dimension=organisation&group={OWN}", ""):
        both(
            pair,
            lambda client, search=search: (
                client.get(f"/export/impact.{kind}{search}", base_url=LOCAL).data
            ),
        )


def test_what_is_seen_does_change_the_page(tmp_path: Path) -> None:
    """The comparison would notice."""
    tables = own_tables()
    changed = altered(tables, True)
    mine = [row for row in changed["impact_estimates"] if row["segment_value"] == OWN]
    for row in mine:
        row["estimate"] = another(row["estimate"])
    access = users_of(tmp_path / "access")
    answers = []
    for name, found in (("one", own_tables()), ("other", changed)):
        rows.publish(tmp_path / name, found)
        client = create_app(tmp_path / name, gate=access).server.test_client()
        sign_in(client, "own-owner")
        search = f"?dimension=organisation&group={OWN}"
        body = page_request("/outcomes/retention", search)
        answers.append(client.post(CALLBACK, base_url=LOCAL, json=body).data)
    assert answers[0] != answers[1]
