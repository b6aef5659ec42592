"""Costs and returns: hours against what the estimates allow, as intervals that may hold a loss."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards import formats
from dashboards.components import returns
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.queries import SnapshotStore
from dashboards.rows import ReturnRow

PATH = "/return"
TITLE = "Return · Mentorship Impact"


def layout_of(store: SnapshotStore, _query: dict[str, str]) -> Component:
    """Return the whole page."""
    snapshot = store.current()
    rows = snapshot.table(ReturnRow)
    html = render(
        "returns.html",
        headline=returns.headline(rows),
        sections=returns.sections(rows, snapshot.definitions()),
        confidence=formats.share(float(snapshot.info.get("confidence", "0.95"))),
    )
    return page(PATH, snapshot, [Html(id="return", html=html)])
