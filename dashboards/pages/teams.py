"""Teams as the unit: what goes with more of a team being mentored, and with its other members."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components import supporting
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.pages.outcomes import table
from dashboards.queries import SnapshotStore

PATH = "/teams"
TITLE = "Teams · Mentorship Impact"
WANTED = ("team_", "spillover_")
LEDE = (
    "No team is named or shown by itself. Teams differ in much else, so read these as what goes "
    "together; a team gains or loses by its services before it does by its mentors."
)


def layout_of(store: SnapshotStore, _query: dict[str, str]) -> Component:
    """Return the whole page."""
    snapshot = store.current()
    found = supporting.sections(snapshot, WANTED)
    clear = [
        line.label.lower()
        for section in found
        for line in section.lines
        if line.verdict.key in ("better", "worse")
    ]
    headline = "Nothing is known of teams."
    if found:
        headline = f"A clear difference in {', '.join(clear)}." if clear else (
            "No clear difference between teams with more and fewer mentees."
        )  # fmt: skip
    heading = render(
        "heading.html", kicker="Teams · everyone", headline=headline, lede=LEDE if found else ""
    )
    body = table(snapshot, WANTED, "teams", "The snapshot holds no estimate of teams.")
    return page(PATH, snapshot, [Html(id="teams", html=heading + body)])
