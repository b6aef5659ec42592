"""The frame of every page: header, navigation, what stands on top when something is amiss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards import formats, ids
from dashboards.access.guard import current_reader, may_export
from dashboards.components.html import Html, attributes, render
from dashboards.queries import Snapshot


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the navigation."""

    path: str
    name: str
    icon: str


PAGES: tuple[Page, ...] = (
    Page("/", "Overview", "overview"),
    Page("/outcomes", "Outcomes", "outcomes"),
    Page("/evidence", "Evidence", "evidence"),
    Page("/programme", "Programme", "programme"),
    Page("/access", "Access", "access"),
    Page("/mentors", "Mentors", "mentors"),
    Page("/teams", "Teams", "teams"),
    Page("/return", "Return", "return"),
    Page("/stories", "Stories", "stories"),
    Page("/data", "Data", "data"),
    Page("/methods", "Methods", "methods"),
)
THEME = {
    "fontFamily": "var(--font)",
    "primaryColor": "blue",
    "defaultRadius": "md",
    "cursorType": "pointer",
}


def page(path: str, snapshot: Snapshot | None, children: Sequence[Component]) -> Component:
    """Put a page's content into the frame.

    Parameters
    ----------
    path : address of the page, to mark it in the navigation.
    snapshot : what the page shows; its id stays in the page to notice a newer one.
    children : components of the page.
    """
    as_of = formats.day(snapshot.as_of) if snapshot else ""
    context: dict[str, Any] = {
        "pages": PAGES,
        "path": path,
        "as_of": as_of,
        "id": snapshot.id if snapshot else "",
        "reader": current_reader(),
        "may_export": may_export(),
    }
    return html.Div(
        [
            # Beside the pickers, not at the root: else every page view would cost a second call.
            dcc.Store(id=ids.SNAPSHOT, data=context["id"]),
            dcc.Store(id=ids.SELECTION),
            dcc.Store(id=ids.URL_WRITTEN),
            Html(id="top", tag="header", className="top", html=render("top.html", **context)),
            Html(id="nav", tag="nav", className="nav", html=render("nav.html", **context)),
            html.Main(
                [Html(id="stale", html=render("stale.html")), *children],
                id="main",
                tabIndex="-1",
            ),
        ],
        className="frame" if len(PAGES) > 1 else "frame frame-single",
        **attributes(data_snapshot=context["id"]),
    )


def root(content: Component) -> Component:
    """Wrap the app: theme first, then whatever page the address asks for."""
    provider: Component = dmc.MantineProvider(content, theme=THEME, defaultColorScheme="auto")
    return provider
