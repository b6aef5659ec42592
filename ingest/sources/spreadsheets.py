"""The spreadsheets that organisations keep of their mentoring: pairs, meetings, goals, surveys.

Only the names declared here are known; anything else is left to a mapping in the settings.
"""

from __future__ import annotations

from ingest.declare import Table
from ingest.sheet import Part, Sheet
from ingest.sources.generic import GOALS, MENTORSHIPS, SESSIONS, SURVEYS

TABLES: tuple[Table, ...] = ()


def _person(word: str, *others: str) -> Part:
    """Name the columns of one side; what identifies a person best comes first."""
    rest = ("email_address", "email", "emails", "e_mail", "mail", "work_email", "employee_id", "id")
    more = ("github", "github_handle", "login", "username", "lfid", "name", "names", "full_name")
    names = [f"{side}_{end}" for end in (*rest, *more) for side in (word, *others)]
    return Part((*names, *(plain for side in (word, *others) for plain in (side, f"{side}s"))))


MENTOR = _person("mentor", "mentor_s", "coach", "advisor", "adviser")
MENTEE = _person(
    *("mentee", "mentee_s", "protege", "coachee", "selected_mentee", "mentee_participant"),
    *("student", "contributor", "intern", "apprentice"),
)
PROGRAM = Part(
    ("program", "program_name", "mentoring_program", "mentorship_program", "track", "cohort")
)
START = Part(
    (
        *("start_date", "start", "started", "started_on", "start_on", "match_date", "matched_on"),
        *("date_matched", "matched_date", "match_start_date", "pairing_date", "paired_on"),
        *("begin", "begin_date", "begins", "from", "since", "accept_date"),
        *("term+year", "season+year", "quarter+year", "term", "semester", "year", "cohort"),
    )
)
END = Part(
    (
        *("end_date", "end", "ended", "ended_on", "end_on", "match_end_date", "close_date"),
        *("closed_on", "completion_date", "completed_on", "concluded_on", "until", "to"),
    )
)
STATUS = Part(
    (
        *("status", "match_status", "matching_status", "mentorship_status", "pairing_status"),
        *("relationship_status", "connection_status", "loop_status", "state", "stage"),
    ),
    otherwise="case when coalesce({mentee}, '') = '' then 'pending' "
    "when {end_date} is null then 'active' else 'completed' end",
)
PAIR = "concat_ws('|', 'pair', lower({mentor}), lower({mentee})"
PAIR_ID = (
    *("mentorship_id", "match_id", "pair_id", "pairing_id", "connection_id", "relationship_id"),
    "loop_id",
)
MENTORSHIP_PARTS = {
    "mentorship_id": Part(PAIR_ID, otherwise=PAIR + ", {program}, {start_date})"),
    "program": PROGRAM,
    "model": Part(
        (
            *("model", "type", "mentorship_type", "match_type", "connection_type", "loop_type"),
            *("relationship_type", "format"),
        ),
        otherwise="case when contains({mentee}, chr(31)) then 'circle' "
        "when contains({mentor}, chr(31)) then 'other' else '1:1' end",
    ),
    "mentor": MENTOR,
    "mentee": MENTEE,
    "start_date": START,
    "end_date": END,
    "status": STATUS,
    "assignment": Part(("assignment", "assigned_by", "how_matched")),
    "updated_at": Part(("updated_at", "last_updated", "last_modified", "modified")),
}
MEETING = Part(
    (
        *("held_at", "meeting_date", "session_date", "date_of_meeting", "date_of_session"),
        *("met_on", "held_on", "date_time", "datetime", "date"),
    )
)
# `1 h 30`, `1:30`, `90 min`: hours where they are written, minutes otherwise.
MINUTES = (
    "coalesce(try_cast({text} as double), "
    r"case when regexp_matches({text}, '^\s*[0-9]+:[0-9]{2}\s*$') "
    "then split_part({text}, ':', 1)::double * 60 + split_part({text}, ':', 2)::double end, "
    r"case when regexp_matches(lower({text}), '[0-9]\s*h') "
    r"then try_cast(regexp_extract(lower({text}), '([0-9.]+)\s*h', 1) as double) * 60 "
    r"+ coalesce(try_cast(regexp_extract(lower({text}), 'h[a-z]*\s*([0-9]+)', 1) as double), 0) "
    r"when regexp_matches(lower({text}), '[0-9]\s*m') "
    r"then try_cast(regexp_extract({text}, '([0-9.]+)', 1) as double) end)::varchar"
)
ANSWERS = {
    "strongly agree": 5,
    "agree": 4,
    "neither agree nor disagree": 3,
    "neutral": 3,
    "disagree": 2,
    "strongly disagree": 1,
    "very satisfied": 5,
    "satisfied": 4,
    "dissatisfied": 2,
    "very dissatisfied": 1,
}
_WORDS = " ".join(f"when '{word}' then '{score}'" for word, score in ANSWERS.items())
SCORE = (
    "coalesce(try_cast({answer} as double)::varchar, "
    r"nullif(regexp_extract({answer}, '^\s*([0-9]+(?:[.][0-9]+)?)\s*(?:/|out of|-|–|:)', 1), ''), "
    f"case lower(trim({{answer}})) {_WORDS} end)"
)
SCALE = (
    r"coalesce(nullif(regexp_extract({answer}, '(?:/|out of)\s*([0-9]+)\s*$', 1), ''), "
    f"case when (case lower(trim({{answer}})) {_WORDS} end) is not null then '5' end)"
)
ROLE = (
    "case when regexp_matches(lower({text}), 'mentee|prot[eé]g|coachee') then 'mentee' "
    "when regexp_matches(lower({text}), 'mentor|coach') then 'mentor' "
    "when contains(lower({text}), 'manager') then 'manager' else {text} end"
)

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "spreadsheet__mentorships",
        MENTORSHIPS,
        MENTORSHIP_PARTS,
        needs=frozenset({"mentor", "mentee", "start_date"}),
        lists=("mentor", "mentee"),
    ),
    Sheet(
        "spreadsheet__sessions",
        SESSIONS,
        {
            "mentorship_id": Part(PAIR_ID, otherwise=PAIR + ")"),
            "mentor": MENTOR,
            "mentee": MENTEE,
            "held_at": MEETING,
            "duration_minutes": Part(
                (
                    *("duration_minutes", "duration_min", "duration_mins", "duration", "minutes"),
                    *("length", "meeting_length", "length_minutes"),
                ),
                text=MINUTES,
            ),
            "status": Part(
                ("status", "meeting_status", "held", "attended", "took_place"), otherwise="'held'"
            ),
        },
        needs=frozenset({"mentor", "mentee", "held_at"}),
    ),
    Sheet(
        "spreadsheet__goals",
        GOALS,
        {
            "goal_id": Part(
                ("goal_id",), otherwise="concat_ws('|', lower({mentee}), lower({goal}))"
            ),
            "mentorship_id": Part(PAIR_ID),
            "mentee": MENTEE,
            "goal": Part(("goal", "goal_name", "goal_title", "objective")),
            "created_at": Part(("created_at", "created", "created_on", "set_on", "date_set")),
            "target_date": Part(
                ("target_date", "target", "due", "due_date", "deadline", "by_when")
            ),
            "status": Part(
                ("status", "goal_status", "state", "progress", "done"),
                text=r"case when try_cast(rtrim({text}, ' %') as double) >= 100 "
                "or lower(trim({text})) in ('yes', 'true', 'x') then 'completed' "
                "when try_cast(rtrim({text}, ' %') as double) is not null "
                "or lower(trim({text})) in ('no', 'false') then 'open' else {text} end",
            ),
            "completed_at": Part(
                ("completed_at", "completed_on", "completion_date", "achieved_on")
            ),
        },
        needs=frozenset({"mentee", "goal", "target_date", "status"}),
    ),
    Sheet(
        "spreadsheet__surveys",
        SURVEYS,
        {
            "mentorship_id": Part(PAIR_ID),
            "answered_at": Part(("timestamp", "submitted_at", "submission_date", "completed_at")),
            "respondent_role": Part(
                ("role", "your_role", "respondent_role", "i_am_a", "i_am", "are_you_a_mentor_or_*"),
                otherwise="'other'",
                text=ROLE,
            ),
            "respondent": Part(("email_address", "email", "username", "name", "your_name")),
            "question": Part(),
            "score": Part(otherwise=SCORE),
            "scale_max": Part(otherwise=SCALE),
        },
        needs=frozenset({"answered_at"}),
        questions=True,
    ),
)
