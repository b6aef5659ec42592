"""Teams as the unit: what goes with more of a team being mentored, and with its other members."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards import formats
from dashboards.components import health, supporting
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.pages.outcomes import table
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.rows import TeamBand

PATH = "/teams"
TITLE = "Teams · Mentorship Impact"
WANTED = ("team_", "spillover_")
LEDE = (
    "No team is named or shown by itself. Teams differ in much else, so read these as what goes "
    "together; a team gains or loses by its services before it does by its mentors."
)


BANDS = {"fewest": "Fewest mentees", "some": "Some", "most": "Most mentees"}
MEASURES = (
    "mentored_share",
    "service_incident_rate",
    "change_failure_share",
    "release_spread",
)


def bands(snapshot: Snapshot) -> str:
    """Return the thirds of the teams, side by side, as HTML."""
    known = {(row.measure, row.band): row for row in snapshot.table(TeamBand)}
    definitions = snapshot.definitions()
    lines = [
        (
            health.label(measure, definitions),
            definitions[measure].definition if measure in definitions else "",
            [_cell(known.get((measure, band))) for band in BANDS],
        )
        for measure in MEASURES
        if any((measure, band) in known for band in BANDS)
    ]
    return render("team_bands.html", lines=lines, bands=list(BANDS.values()))


def _cell(row: TeamBand | None) -> tuple[str, str, str]:
    """Value, interval and teams of a third."""
    if row is None or row.value is None:
        return "withheld" if row else formats.NONE, "", ""
    is_share = row.measure in ("mentored_share", "change_failure_share")
    written = formats.share if is_share else formats.decimal
    interval = ""
    if row.ci_low is not None and row.ci_high is not None:
        interval = f"{written(max(0.0, row.ci_low))} to {written(row.ci_high)}"
    return written(row.value), interval, f"{formats.count(row.n_teams)} teams"


def headline_of(sections: Sequence[supporting.Section]) -> str:
    """Return the page's one sentence: a difference, none, or that nothing can be told."""
    lines = [line for section in sections for line in section.lines]
    clear = [line.label.lower() for line in lines if line.verdict.key in ("better", "worse")]
    if clear:
        return f"A clear difference in {', '.join(clear)}."
    if any(line.verdict.key == "no_clear_difference" for line in lines):
        return "No clear difference between teams with more and fewer mentees."
    return "Too little is known to compare teams." if lines else "Nothing is known of teams."


def layout_of(store: SnapshotStore, _query: dict[str, str]) -> Component:
    """Return the whole page."""
    snapshot = store.current()
    found = supporting.sections(snapshot, WANTED)
    headline = headline_of(found)
    heading = render(
        "heading.html", kicker="Teams · everyone", headline=headline, lede=LEDE if found else ""
    )
    body = bands(snapshot) + table(
        snapshot, WANTED, "teams", "The snapshot holds no estimate of teams."
    )
    return page(PATH, snapshot, [Html(id="teams", html=heading + body)])
