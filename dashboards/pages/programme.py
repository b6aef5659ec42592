"""Is the programme running: measures beside their targets, and what happened meanwhile."""

from __future__ import annotations

from dashboards import cohort_plan, formats
from dashboards.components import again
from dashboards.components.html import render
from dashboards.figures.timeline import KINDS
from dashboards.outcomes import BY_KEY
from dashboards.pages.health import HealthPage
from dashboards.queries import Snapshot
from dashboards.rows import KnownEvent

PATH = "/programme"
TITLE = "Programme · Mentorship Impact"


def below(snapshot: Snapshot) -> str:
    """Return what a second mentorship adds, the plan for the next cohort and known events."""
    lines = [
        (
            KINDS.get(event.kind, KINDS["other"]),
            "everybody" if event.organisation == "all" else event.organisation,
            formats.day(event.starts_on),
            formats.day(event.ends_on),
        )
        for event in snapshot.table(KnownEvent)
    ]
    confidence = formats.share(float(snapshot.info.get("confidence", "0.95")))
    second = again.html_of(snapshot, confidence)
    return second + _plans(snapshot) + render("events.html", lines=lines)


def _plans(snapshot: Snapshot) -> str:
    definitions = snapshot.definitions()
    plans = [
        (
            BY_KEY[one.outcome].label,
            definitions[one.outcome].definition if one.outcome in definitions else "",
            formats.count(one.needs[0].now),
            formats.effect(one.detectable, one.scale),
            [
                (
                    formats.effect(need.effect, one.scale),
                    formats.count(need.mentees),
                    cohort_plan.when(need),
                )
                for need in one.needs
            ],
        )
        for one in cohort_plan.plan(snapshot)
    ]
    return render("cohort_plan.html", plans=plans)


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
                "ended_left",
                "ended_moved",
                "ended_no_time",
                "ended_no_fit",
                "ended_other",
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
