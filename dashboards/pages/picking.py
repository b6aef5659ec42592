"""What every page with pickers does: read the view from a link, answer a change, write the link."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from dash import Output

from dashboards import ids, locales
from dashboards import selection as selections
from dashboards.components import controls
from dashboards.components.html import render
from dashboards.queries import Snapshot
from dashboards.selection import Selection
from dashboards.view import View, load

Made = TypeVar("Made")
UNKNOWN_LINK = (
    "This link asks for a group or window that this snapshot does not hold. Everyone is shown."
)


def from_query(
    snapshot: Snapshot, query: dict[str, str], segments: controls.Segments | None = None
) -> tuple[Selection, str]:
    """Return the view that a link asks for, and a notice (HTML) where it cannot be met."""
    asked = {key: query.get(key) or None for key in ("dimension", "group", "follow_up")}
    known = snapshot.segments() if segments is None else segments
    selection = selections.choose(known, snapshot.follow_ups(), **asked)
    if selections.is_met(selection, **asked):
        return selection, ""
    notice = render("notice.html", tone="caution", icon_name="warning", text=UNKNOWN_LINK)
    return selection, notice


def from_pickers(
    snapshot: Snapshot,
    dimension: str,
    group: str | None,
    follow_up: str | None = None,
    segments: controls.Segments | None = None,
) -> Selection:
    """Return the view that the pickers show.

    A change of dimension leaves a group that it does not have: then its first one.
    """
    segments = snapshot.segments() if segments is None else segments
    asked = group if group in segments.get(dimension, ()) else None
    return selections.choose(segments, snapshot.follow_ups(), dimension, asked, follow_up)


def view_of(snapshot: Snapshot, selection: Selection) -> View:
    """Return a view, loaded once a snapshot."""
    return snapshot.remembered(("view", selection), lambda: load(snapshot, selection))


def drawn(part: Hashable, view: View, make: Callable[[], Made]) -> Made:
    """Return a part of a page, drawn once for a snapshot, a view and a reader's locale."""
    key = (part, view.selection, locales.current())
    return view.snapshot.remembered(key, make)


def answer(snapshot: Snapshot, selection: Selection) -> dict[str, str]:
    """Return which view and which snapshot answer; the browser compares, and writes the link."""
    return {"query": selection.query(), "snapshot": snapshot.id}


def outputs(page: ids.Page) -> list[Output]:
    """Return what a change of view writes beside the page's own parts: link and group picker."""
    return [
        Output(ids.SELECTION, "data"),
        Output(ids.on(page, ids.GROUP), "data"),
        Output(ids.on(page, ids.GROUP), "value"),
        Output(ids.on(page, ids.GROUP), "disabled"),
    ]


def values(
    snapshot: Snapshot, selection: Selection, segments: controls.Segments | None = None
) -> list[Any]:
    """Return the values of `outputs`."""
    return [
        answer(snapshot, selection),
        controls.group_options(snapshot, selection.dimension, segments),
        selection.value,
        selection.is_everyone,
    ]
