"""Every outcome at a glance: the four headline ones, and the supporting ones in sections."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards import formats
from dashboards.components import supporting
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.queries import Snapshot, SnapshotStore

PATH = "/outcomes"
TITLE = "Outcomes · Mentorship Impact"
LEDE = (
    "Four outcomes were chosen in advance and carry the verdict. The others support: they are "
    "estimated in the same way and allow for each other's number, but they were not chosen in "
    "advance, so read them for why, not for whether."
)


def table(snapshot: Snapshot, wanted: tuple[str, ...], anchor: str, nothing: str) -> str:
    """Return the sections of some outcomes (all where none is named) as HTML."""
    return render(
        "supporting.html",
        sections=supporting.sections(snapshot, wanted),
        confidence=formats.share(float(snapshot.info.get("confidence", "0.95"))),
        anchor=anchor,
        nothing=nothing,
    )


def layout_of(store: SnapshotStore, _query: dict[str, str]) -> Component:
    """Return the whole page."""
    snapshot = store.current()
    found = supporting.sections(snapshot)
    lines = [line for section in found for line in section.lines]
    count = sum(line.effect != formats.NONE for line in lines)
    heading = render(
        "heading.html",
        kicker="Outcomes · everyone, against matched peers",
        headline=f"{count} of {len(lines)} outcomes have an estimate."
        if count
        else "No outcome has an estimate.",
        lede=LEDE if count else "",
    )
    body = table(snapshot, (), "outcomes", "The snapshot holds no estimate.")
    return page(PATH, snapshot, [Html(id="outcomes-list", html=heading + body)])
