"""What a page cannot show without an export, or without a column of it."""

from __future__ import annotations

from collections.abc import Collection

# Shape -> what is missing without any file of it; docs/sources.md says the same.
WITHOUT_SHAPE = {
    "employees": "nothing works: the export is required",
    "job_history": "levels, organisations and teams are unknown: matching is coarser, promotion is "
    '"no data"',
    "leaves": "months of absence count as months of work",
    "performance_reviews": 'hidden selection is "not checked"',
    "identities": "logins link to people only where they are e-mail addresses",
    "pull_requests": 'cycle time is "no data" (unless a vendor\'s export has them)',
    "reviews": 'phases of a pull request and review contribution are "no data"',
    "deployments": 'change-failure share and release predictability are "no data"',
    "incidents": 'incident rate is "no data" (unless a vendor\'s export has them)',
    "incident_responders": 'nobody is known to have responded: incident rate is "no data"',
    "on_call": "incident rate is per month only, without a correction for time on call",
    "services": "incidents count for people, not for the teams that own the service",
    "mentorships": "nothing works: the export is required",
    "sessions": 'cadence, pairs gone quiet and the two-sessions variant are "no data"',
    "goals": 'goal attainment is "no data"',
    "surveys": 'feedback is "no data"',
    "opportunities": 'leadership opportunities and sponsorship are "no data"',
    "case_studies": "the stories page is empty",
    "mentors": 'mentor load against capacity and recognition are "no data"',
    "applications": 'time to match and unmatched applicants are "no data"',
    "events": 'the variant without organisation-wide events is "no data"',
    "measures": 'your own outcomes are "no data"',
}
# (shape, column) -> what is missing where a file of the shape lacks the column.
WITHOUT_COLUMN = {
    ("employees", "termination_date"): 'nobody is known to have left: retention is "no data"',
    ("employees", "employment_type"): "contractors and interns are analysed with everyone else",
    ("employees", "location"): "no segments by location",
    ("job_history", "event"): "promotion rests on the order of levels",
    ("job_history", "job_family"): "no segments by job family, and coarser matching",
    ("job_history", "org"): "no segments by organisation, and coarser matching",
    ("job_history", "manager_id"): "a mentee's manager is not known",
    ("pull_requests", "ready_for_review_at"): "cycle time of drafts counts from the opening",
    ("pull_requests", "closed_at"): 'merge ratio and open pull requests are "no data"',
    ("pull_requests", "additions"): 'size is "no data"',
    ("incidents", "acknowledged_at"): 'time to acknowledge is "no data"',
    ("incidents", "resolved_at"): 'time to resolve is "no data"',
    ("mentorships", "program"): "no segments by programme",
    ("mentorships", "end_date"): "mentorships are taken to go on",
    ("mentorships", "assignment"): "how places were given is unknown: no claim of a cause",
    ("sessions", "duration_minutes"): 'length of sessions is "no data"',
    ("goals", "completed_at"): "whether a goal was reached in time is unknown",
}
# Tables of vendors that say what a generic shape of another name says.
SAYS = {
    "log_entries": "incident_responders",
    "users": "identities",
    "accounts": "identities",
    "addresses": "identities",
}


def missing_shapes(tables: Collection[str]) -> list[tuple[str, str]]:
    """List the shapes that no file gave, and what is missing without them.

    Parameters
    ----------
    tables
        Names of the raw tables that have rows, `<source>__<shape>`.
    """
    have = {table.split("__", maxsplit=1)[1] for table in tables}
    have |= {SAYS[shape] for shape in have if shape in SAYS}
    return [(shape, text) for shape, text in WITHOUT_SHAPE.items() if shape not in have]


def missing_columns(shape: str, fields: Collection[str]) -> list[tuple[str, str]]:
    """List the columns that a file lacks, and what is missing without them."""
    return [
        (column, text)
        for (of, column), text in WITHOUT_COLUMN.items()
        if of == shape and column not in fields
    ]
