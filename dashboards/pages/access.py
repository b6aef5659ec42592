"""For whom: who comes to mentoring and who is put forward, one kind of group at a time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboards import ids
from dashboards.components import access, controls
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.rows import AccessRow

PATH = "/access"
TITLE = "Access · Mentorship Impact"
PAGE: ids.Page = "access"


def _rows(snapshot: Snapshot) -> tuple[AccessRow, ...]:
    return snapshot.rows(AccessRow, "all", "all")


def content(snapshot: Snapshot, dimension: str) -> tuple[str, str]:
    """Return the HTML of the heading and of the measures, for one kind of group."""
    rows = _rows(snapshot)
    if not rows:
        return (
            render(
                "heading.html", kicker="Access", headline="Nothing is known of access.", lede=""
            ),
            render("nothing.html", icon_name="empty", text="The snapshot holds no group."),
        )
    heading = render(
        "heading.html",
        kicker="Access",
        headline=access.headline(rows, dimension, "participation"),
        lede=_of_sponsors(rows, dimension),
    )
    definitions = snapshot.definitions()
    table = render(
        "access.html",
        blocks=access.blocks(rows, dimension, definitions),
        name=access.name_of(dimension),
        ratio=definitions["access_ratio"].definition if "access_ratio" in definitions else "",
        minimum_group=snapshot.info.get("minimum_group", ""),
    )
    return heading, table


def _of_sponsors(rows: tuple[AccessRow, ...], dimension: str) -> str:
    if not any(row.measure == "sponsored_opportunities" for row in rows):
        return "Who is put forward was not exported."
    _, _, told = access.headline(rows, dimension, "sponsored_opportunities").partition(": ")
    return f"Being put forward for work that is seen: {told}"


def layout_of(store: SnapshotStore, query: dict[str, str]) -> Component:
    """Return the whole page; `by` in the link names the kind of group."""
    snapshot = store.current()
    known = access.dimensions(_rows(snapshot))
    chosen = query.get("by", "")
    chosen = chosen if chosen in known else next(iter(known), "")
    heading, table = content(snapshot, chosen)
    options = [(name, access.name_of(name)) for name in known]
    picker = controls.chooser(ids.on(PAGE, ids.DIMENSION), "Compare by", options, chosen)
    return page(
        PATH,
        snapshot,
        [
            Html(id=ids.on(PAGE, ids.VERDICT), html=heading),
            *([picker] if known else []),
            Html(id=ids.on(PAGE, ids.GROUPS), html=table),
        ],
    )


def register(app: Dash, store: SnapshotStore) -> None:
    """Add the page's callback to an app."""

    @app.callback(
        Output(ids.SELECTION, "data"),
        Output(ids.on(PAGE, ids.VERDICT), "html"),
        Output(ids.on(PAGE, ids.GROUPS), "html"),
        Input(ids.on(PAGE, ids.DIMENSION), "value"),
        State(ids.SNAPSHOT, "data"),
        prevent_initial_call=True,
    )
    def update(dimension: str, shown_id: str) -> list[Any]:
        snapshot = store.current()
        answer = {"query": "?" + urlencode({"by": dimension}), "snapshot": snapshot.id}
        if snapshot.id != shown_id:
            return [answer, no_update, no_update]
        return [answer, *content(snapshot, dimension)]
