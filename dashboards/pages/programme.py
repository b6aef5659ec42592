"""Is the programme running: measures beside their targets, and what happened meanwhile."""

from __future__ import annotations

from dashboards import formats
from dashboards.components.html import render
from dashboards.figures.timeline import KINDS
from dashboards.pages.health import HealthPage
from dashboards.queries import Snapshot
from dashboards.rows import KnownEvent

PATH = "/programme"
TITLE = "Programme · Mentorship Impact"


def below(snapshot: Snapshot) -> str:
    """Return the list of known events."""
    lines = [
        (
            KINDS.get(event.kind, KINDS["other"]),
            "everybody" if event.organisation == "all" else event.organisation,
            formats.day(event.starts_on),
            formats.day(event.ends_on),
        )
        for event in snapshot.table(KnownEvent)
    ]
    return render("events.html", lines=lines)


PAGE = HealthPage(
    page="programme",
    path=PATH,
    name="Programme",
    about="Each measure in its last full month. Open a name for its definition.",
    sections=(
        (
            "Is it running?",
            (
                "participation",
                "active_pairs",
                "quiet_pairs",
                "cadence",
                "days_between_sessions",
                "dose",
            ),
        ),
        (
            "Does it lead somewhere?",
            (
                "goal_coverage",
                "goal_attainment",
                "match_completed",
                "match_ended_early",
                "cross_team_links",
                "cross_organisation_links",
            ),
        ),
        (
            "What do people say?",
            ("feedback_response", "feedback", "feedback_mentors", "feedback_managers"),
        ),
        ("Who waits?", ("time_to_match", "unmatched_applicants")),
    ),
    below=below,
)
layout_of = PAGE.layout_of
register = PAGE.register
