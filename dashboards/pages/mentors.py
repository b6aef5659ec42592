"""Who carries the programme: mentors' load, hours, reviews, and where mentors come from."""

from __future__ import annotations

from dashboards.components.html import render
from dashboards.pages.health import HealthPage
from dashboards.pages.outcomes import table
from dashboards.queries import Snapshot

PATH = "/mentors"
TITLE = "Mentors · Mentorship Impact"


def below(snapshot: Snapshot) -> str:
    """Return the mentors' own outcomes, and what is said of thanking mentors."""
    nothing = "No outcome of mentors was estimated."
    return table(snapshot, ("mentor_",), "mentors", nothing) + render("mentors.html")


PAGE = HealthPage(
    page="mentors",
    path=PATH,
    name="Mentors",
    about="Each measure in its last full month, by the mentors' own organisation.",
    sections=(
        ("How much do they carry?", ("mentor_load", "mentors_over_limit", "mentoring_hours")),
        ("What do they do?", ("mentor_reviews",)),
        ("Where do mentors come from?", ("mentee_becomes_mentor_12", "mentee_becomes_mentor")),
    ),
    below=below,
)
layout_of = PAGE.layout_of
register = PAGE.register
