"""Mentoring platforms, as far as they document what they export.

None publishes a whole schema, so each is known by the columns that only its exports have; the rest
goes by the names that spreadsheets use. Totals of meetings are not read: Qooper counts meetings
that were scheduled, and no total says when a meeting was held.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.declare import Table
from ingest.sheet import Part, Sheet
from ingest.source import DateOrder
from ingest.sources.generic import APPLICATIONS, IDENTITIES, MENTORSHIPS, SURVEYS
from ingest.sources.spreadsheets import MENTORSHIP_PARTS, PAIR_ID, ROLE

TABLES: tuple[Table, ...] = ()


def _said(words: Mapping[str, str]) -> str:
    """SQL for what a platform's own words mean; others stay as they are."""
    cases = " ".join(f"when '{word}' then '{meaning}'" for word, meaning in words.items())
    return f"case regexp_replace(lower(trim({{text}})), '\\s*-\\s*', '-') {cases} else {{text}} end"


def _pairs(
    platform: str,
    *marks: str,
    order: DateOrder | None = None,
    start_needed: bool = True,
    **parts: Part,
) -> Sheet:
    """Declare a platform's list of pairs by the columns that mark it."""
    return Sheet(
        f"{platform}__mentorships",
        MENTORSHIPS,
        {**MENTORSHIP_PARTS, **parts},
        needs=frozenset({"mentor", "mentee", *(("start_date",) if start_needed else ())}),
        marks=frozenset(marks),
        lists=("mentor", "mentee"),
        order=order,
    )


def _places(platform: str, *marks: str) -> Sheet:
    """Declare a list of projects that look for a mentee, by the columns that mark it."""
    project = Part(("project", "program_name_full", "cncf_project"))
    parts = {**MENTORSHIP_PARTS, "project": project}
    parts["start_date"] = Part(MENTORSHIP_PARTS["start_date"].columns, otherwise=TERM)
    parts["mentorship_id"] = Part(
        PAIR_ID,
        otherwise="concat_ws('|', 'pair', lower({mentor}), lower({mentee}), {project}, "
        "{start_date})",
    )
    needs = frozenset({"mentor"})
    return Sheet(
        f"{platform}__mentorships",
        MENTORSHIPS,
        parts,
        needs,
        frozenset(marks),
        lists=("mentor", "mentee"),
    )


# `CNCF - Envoy: Faster tests (2026 Term 3)`: its terms begin in March, June and September.
_TERM = r"\((20[0-9][0-9]) Term ([123])"
_YEAR, _NUMBER = (f"regexp_extract({{project}}, '{_TERM}', {at})" for at in (1, 2))
TERM = (
    f"case when {_YEAR} <> '' then {_YEAR} || ' ' || "
    f"case {_NUMBER} when '1' then 'spring' when '2' then 'summer' else 'fall' end end"
)


def _own_id(platform: str) -> str:
    return f"'{platform}:' || {{text}}"


EPOCH = (
    "case when try_cast({text} as double) is null then {text} "
    "else strftime(to_timestamp(try_cast({text} as double)), '%Y-%m-%dT%H:%M:%SZ') end"
)
# Numbers of a platform's own could be someone else's employee number.
OWN_PERSON = (
    "case when regexp_full_match({text}, '[0-9]+') then 'anitab:' || {text} else {text} end"
)
STATUS_COLUMNS = MENTORSHIP_PARTS["status"].columns

SHEETS: tuple[Sheet, ...] = (
    # Its import file, which has no dates: the start must be given by a mapping.
    _pairs("chronus", "mentor_email_address", "mentee_email_address", start_needed=False),
    _pairs(
        "qooper",
        "matching_status",
        "completed_meetings",
        order="mdy",
        start_needed=False,
        mentee=Part(MENTORSHIP_PARTS["mentee"].columns),
        status=Part(
            ("matching_status",),
            text=_said(
                {
                    "matched-active": "active",
                    "matched-duration completed": "completed",
                    "concluded": "completed",
                    "unmatched": "pending",
                    "not registered": "pending",
                    "match request-waiting mentee approval": "pending",
                    "match request-waiting mentor approval": "pending",
                    "match request-waiting admin approval": "pending",
                    "match request-waiting 2 approvals": "pending",
                }
            ),
        ),
    ),
    _pairs("pushfar", "number_of_meetings", "last_meeting_date"),
    _pairs(
        "mentorcliq",
        "match_status",
        "published*",
        start_date=Part(
            ("published_date", "published_on", "published_at", "published", "start_date")
        ),
        status=Part(
            ("match_status",), text=_said({"published": "active", "unpublished": "ended_early"})
        ),
    ),
    _pairs(
        "mentor_collective",
        "date_matched",
        "total_conversations_logged",
        status=Part(STATUS_COLUMNS, text=_said({"matched": "active", "unmatched": "ended_early"})),
    ),
    _pairs(
        "workday",
        "mentorship_type",
        "descriptor",
        mentorship_id=Part(("id", "mentorship_id"), text=_own_id("workday")),
    ),
    # mentorship-backend: times count seconds from 1970, states are numbers, people are its own ids.
    _pairs(
        "anitab",
        "action_user_id",
        "accept_date",
        "state",
        mentorship_id=Part(("id",), text=_own_id("anitab")),
        mentor=Part(("mentor_email", "mentor_id", "mentor"), text=OWN_PERSON),
        mentee=Part(("mentee_email", "mentee_id", "mentee"), text=OWN_PERSON),
        start_date=Part(("start_date", "accept_date", "creation_date"), text=EPOCH),
        end_date=Part(("end_date",), text=EPOCH),
        status=Part(
            ("state",),
            text=_said(
                {
                    **{"1": "pending", "2": "active", "3": "declined", "4": "ended_early"},
                    **{"5": "completed", "accepted": "active", "rejected": "declined"},
                    **{"cancelled": "ended_early"},
                }
            ),
        ),
    ),
    # Its users say whose number is whose.
    Sheet(
        "anitab__identities",
        IDENTITIES,
        {
            "employee_id": Part(("email",)),
            "kind": Part(otherwise="'other'"),
            "value": Part(("id",), text=OWN_PERSON),
        },
        needs=frozenset({"employee_id", "value"}),
        marks=frozenset({"username", "terms_and_conditions_checked"}),
    ),
    # The Linux Foundation's tracking sheet, up to four mentors a project, and its export as JSON:
    # mostly places that are open, whose mentee nobody is yet.
    _places("lfx", "mentor_1", "mentor_1_lfid"),
    _places("lfx_export", "mentors", "lfx_url", "term"),
    # One row a participant and programme: who signed up, not who was matched with whom.
    Sheet(
        "mentorloop__applications",
        APPLICATIONS,
        {
            "employee_id": Part(("email",)),
            "program": Part(("program", "program_name")),
            "applied_at": Part(("signup_date",)),
            "outcome": Part(("approved*",), text=_said({"true": "accepted", "false": "pending"})),
        },
        needs=frozenset({"employee_id", "applied_at"}),
        marks=frozenset({"role_id", "signup_date", "completion*"}),
    ),
    # Feedback after a session, out of four.
    Sheet(
        "together__surveys",
        SURVEYS,
        {
            "mentorship_id": Part(PAIR_ID),
            "answered_at": Part(("submitted_at", "submitted_on", "session_date", "date")),
            "respondent_role": Part(
                ("role", "respondent_role", "submitted_by_role"), otherwise="'other'", text=ROLE
            ),
            "question": Part(otherwise="'session rating'"),
            "score": Part(
                ("session_rating", "rating", "rating_out_of_4", "session_rating_out_of_4")
            ),
            "scale_max": Part(otherwise="'4'"),
        },
        needs=frozenset({"answered_at", "score"}),
        marks=frozenset({"pairing_id", "session*", "*rating*"}),
    ),
)
