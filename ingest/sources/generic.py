"""The generic shapes: tables that any system can be exported to, recognised by their header.

A generic file needs no code of its own: its columns bear the names declared here, so recognition
(`ingest.recognise`) and reading (`ingest.stage`) follow from the declarations.
"""

from __future__ import annotations

from ingest.declare import Column, Rule, Table, person, vocabulary

BEGUN = "status in ('active', 'completed', 'ended_early')"
MERGED_BEFORE_OPENED = Rule(
    "merged_before_opened",
    "merged_at",
    "merged_at < created_at",
    "a pull request cannot be merged before it was opened: correct one of the two times",
)
PULL_REQUEST_STATE = vocabulary(
    "state",
    "open",
    "closed",
    "merged",
    also={"open": ("opened",), "closed": ("declined", "abandoned", "superseded")},
    fallback=None,
)
REVIEW_STATE = vocabulary(
    "state",
    "approved",
    "changes_requested",
    "commented",
    "dismissed",
    "pending",
    also={"commented": ("comment",), "approved": ("approve",)},
    required=True,
)
REVIEW_WITHOUT_TIME = Rule(
    "no_time",
    "submitted_at",
    "submitted_at is null and state is distinct from 'pending'",
    "a review counts from the time it was submitted: export that time",
)
# The only use of a title: older pull requests were drafts by their name.
IS_DRAFT = (
    r"coalesce(v_is_draft or regexp_matches(t_title, '^\s*\[?(draft|wip)[]:]', 'i'), v_is_draft)"
)
SEVERITY = {
    "critical": (
        *("sev0", "sev1", "p0", "p1", "1", "blocker", "s1", "sev_1", "sev_0"),
        *("1_critical", "highest"),
    ),
    "high": ("sev2", "p2", "2", "major", "s2", "sev_2", "error", "2_high"),
    "medium": (
        *("sev3", "p3", "3", "moderate", "s3", "sev_3", "warning", "3_moderate", "3_medium"),
        "normal",
    ),
    "low": (
        *("sev4", "sev5", "p4", "p5", "4", "5", "minor", "s4", "s5", "sev_4", "sev_5", "info"),
        *("4_low", "5_planning", "lowest", "trivial"),
    ),
}
INCIDENT_STATUS = {
    "triggered": (
        *("open", "new", "in_progress", "active", "started", "triage", "in_triage", "live"),
        *("investigating", "detected", "to_do", "1"),
    ),
    "acknowledged": (
        *("acked", "on_hold", "identified", "monitoring", "mitigated", "2", "3"),
        *("awaiting_user_info", "awaiting_problem", "awaiting_vendor", "awaiting_evidence"),
    ),
    "resolved": (
        *("closed", "done", "fixed", "learning", "completed", "postmortem", "retrospective"),
        *("6", "7"),
    ),
    "merged": ("duplicate",),
    "test": ("tutorial", "gameday", "example"),
    "cancelled": ("canceled", "declined", "8"),
}
# How a vendor says when, if not as a moment.
ACKNOWLEDGED_AFTER, RESOLVED_AFTER = "seconds_to_acknowledge", "seconds_to_resolve"


def _after(column: str, seconds: str) -> str:
    return f"coalesce(v_{column}, v_created_at + to_microseconds((v_{seconds} * 1e6)::bigint))"


def _table(
    shape: str,
    grain: str,
    key: tuple[str, ...],
    *columns: Column | tuple[Column, ...],
    rules: tuple[Rule, ...] = (),
    unlike: tuple[str, ...] = (),
    forgets: tuple[str, ...] = (),
    happened: str = "true",
) -> Table:
    flat = [c for column in columns for c in (column if isinstance(column, tuple) else (column,))]
    return Table(f"generic__{shape}", grain, tuple(flat), key, rules, unlike, forgets, happened)


def _time(name: str, *, required: bool = False, essential: bool = False) -> Column:
    return Column(name, "time", required=required, essential=essential, event=True)


def _day(name: str, *, required: bool = False, essential: bool = False) -> Column:
    return Column(name, "date", required=required, essential=essential, event=True)


TABLES: tuple[Table, ...] = (
    _table(
        "employees",
        "one spell of employment of a person",
        ("employee_id", "hire_date"),
        person("employee_id", required=True, essential=True),
        Column("email", "person", required=True, keeps=True),
        _day("hire_date", required=True),
        _day("termination_date"),
        vocabulary(
            "termination_type",
            "voluntary",
            "involuntary",
            also={
                "voluntary": ("resigned", "resignation", "quit", "retired", "retirement"),
                "involuntary": ("laid_off", "layoff", "dismissed", "dismissal", "fired"),
            },
        ),
        # Whether the organisation is sorry that somebody left, as it judges itself.
        Column("regrettable", "boolean"),
        vocabulary(
            "employment_type",
            "full_time",
            "part_time",
            "contractor",
            "intern",
            "temporary",
            also={
                "full_time": ("fulltime", "permanent", "regular", "employee", "ft"),
                "part_time": ("parttime", "pt"),
                "contractor": ("contract", "contingent", "freelancer", "external"),
                "intern": ("internship", "trainee", "working_student"),
                "temporary": ("temp", "fixed_term"),
            },
        ),
        Column("gender", "dimension", keeps=True),
        Column("location", "dimension", keeps=True),
        Column("birth_year", "integer", keeps=True),
        # The day of a dated list that is declared complete, as `ingest.snapshots` finds it.
        Column("listed_on", "date", made_of="as_of"),
    ),
    _table(
        "job_history",
        "one change of a person's job, in force from its effective date",
        ("employee_id", "effective_date", "event"),
        person("employee_id", required=True, essential=True),
        _day("effective_date", required=True, essential=True),
        vocabulary(
            "event",
            "hire",
            "promotion",
            "transfer",
            "demotion",
            also={"hire": ("rehire", "new_hire"), "transfer": ("lateral_move",)},
        ),
        Column("level", "dimension", required=True),
        Column("job_family", "dimension"),
        Column("org", "dimension"),
        Column("team", "hash"),
        person("manager_id"),
    ),
    _table(
        "leaves",
        "one absence of a person",
        ("employee_id", "start_date"),
        person("employee_id", required=True, essential=True),
        _day("start_date", required=True, essential=True),
        Column("end_date", "date", required=True),
        unlike=("email", "hire_date", "mentorship_id", "mentor", "mentee"),
    ),
    _table(
        "performance_reviews",
        "one review of a person",
        ("employee_id", "review_date"),
        person("employee_id", required=True, essential=True),
        _day("review_date", required=True, essential=True),
        Column("rating", "number", required=True, essential=True),
        Column("scale_max", "number"),
    ),
    _table(
        "identities",
        "one name that a person has in some system",
        ("employee_id", "kind", "value"),
        person("employee_id", required=True, essential=True),
        vocabulary(
            "kind",
            "email",
            "github",
            "gitlab",
            "bitbucket",
            "pagerduty",
            "opsgenie",
            required=True,
        ),
        person("value", required=True, essential=True),
    ),
    _table(
        "pull_requests",
        "one pull request",
        ("repo", "number"),
        Column("repo", "hash", required=True, essential=True),
        Column("number", "integer", required=True, essential=True),
        person("author", required=True, can_be_bot=True),
        _time("created_at", required=True, essential=True),
        _time("ready_for_review_at"),
        _time("merged_at", required=True),
        _time("closed_at"),
        PULL_REQUEST_STATE,
        Column("is_draft", "boolean", fill=IS_DRAFT),
        Column("additions", "integer"),
        Column("deletions", "integer"),
        Column("title", "hash", read_only=True),
        rules=(MERGED_BEFORE_OPENED,),
    ),
    _table(
        "reviews",
        "one review of a pull request",
        ("repo", "number", "reviewer", "submitted_at"),
        Column("repo", "hash", required=True, essential=True),
        Column("number", "integer", required=True, essential=True),
        person("reviewer", required=True, can_be_bot=True),
        _time("submitted_at", required=True),
        REVIEW_STATE,
        rules=(REVIEW_WITHOUT_TIME,),
    ),
    _table(
        "deployments",
        "one deployment of a service",
        ("deployment_id",),
        Column("deployment_id", "hash", required=True, essential=True),
        Column("service", "hash", required=True),
        _time("deployed_at", required=True, essential=True),
        vocabulary(
            "status",
            "succeeded",
            "failed",
            "rolled_back",
            "cancelled",
            also={
                "succeeded": ("success", "successful", "ok", "done", "completed"),
                "failed": ("failure", "error"),
                "rolled_back": ("rollback", "reverted"),
                "cancelled": ("canceled", "aborted"),
            },
            required=True,
        ),
        Column("pull_requests", "links"),
    ),
    _table(
        "incidents",
        "one incident",
        ("incident_id",),
        Column("incident_id", "hash", required=True, essential=True),
        Column("service", "hash"),
        Column("team", "hash"),
        vocabulary("severity", *SEVERITY, also=SEVERITY, required=True),
        _time("created_at", required=True, essential=True),
        Column(
            "acknowledged_at", "time", event=True, fill=_after("acknowledged_at", "acknowledged_in")
        ),
        Column("resolved_at", "time", event=True, fill=_after("resolved_at", "resolved_in")),
        vocabulary("status", *INCIDENT_STATUS, also=INCIDENT_STATUS),
        Column("acknowledged_in", "number", read_only=True, made_of=ACKNOWLEDGED_AFTER),
        Column("resolved_in", "number", read_only=True, made_of=RESOLVED_AFTER),
    ),
    _table(
        "incident_responders",
        "one person who was paged for or responded to an incident, in one role",
        ("incident_id", "responder", "role"),
        Column("incident_id", "hash", required=True, essential=True),
        person("responder", required=True, essential=True, can_be_bot=True),
        vocabulary("role", "primary", "secondary"),
        _time("joined_at"),
    ),
    _table(
        "on_call",
        "one shift of a person on a schedule",
        ("person", "schedule", "start_at"),
        person("person", required=True, essential=True, can_be_bot=True),
        Column("schedule", "hash", required=True),
        # A shift is planned ahead: its start says nothing about how far the export reaches.
        Column("start_at", "time", required=True, essential=True),
        Column("end_at", "time", required=True),
    ),
    _table(
        "services",
        "one period in which a team owns a service",
        ("service", "team", "valid_from"),
        Column("service", "hash", required=True, essential=True),
        Column("team", "hash", required=True, essential=True),
        Column("valid_from", "date"),
        Column("valid_to", "date"),
    ),
    _table(
        "mentorships",
        "one mentor of one mentee in one mentorship (a circle has a row per mentor and mentee)",
        ("mentorship_id", "mentor", "mentee"),
        Column("mentorship_id", "hash", required=True, essential=True),
        Column("program", "dimension"),
        vocabulary(
            "model",
            "1:1",
            "peer",
            "circle",
            "reverse",
            also={"1:1": ("1_1", "one_to_one", "1_on_1", "1to1"), "circle": ("group",)},
            required=True,
        ),
        person("mentor", required=True),
        person("mentee", required=True),
        _day("start_date", required=True),
        Column("end_date", "date"),
        vocabulary(
            "status",
            "active",
            "completed",
            "ended_early",
            "pending",
            "declined",
            also={
                "active": (
                    *("in_progress", "ongoing", "current", "open", "started", "running"),
                    *("matched", "paired", "live", "on_track"),
                ),
                "completed": (
                    *("complete", "finished", "closed", "ended", "concluded", "done"),
                    *("graduated", "successful", "passed"),
                ),
                "ended_early": (
                    *("terminated", "withdrawn", "withdrew", "dropped", "dropped_out", "stopped"),
                    *("discontinued", "ended_prematurely", "unmatched", "failed"),
                ),
                "pending": ("proposed", "requested", "invited", "planned", "draft", "not_started"),
                "declined": ("rejected", "refused"),
            },
            required=True,
        ),
        vocabulary("assignment", "volunteer", "nominated", "lottery", "waitlist"),
        # How exact the start is: a term or a year stands for its first day.
        vocabulary(
            "start_precision", "day", "month", "quarter", "half_year", "term", "year", fallback=None
        ),
        # Why it ended early. A text of somebody's own is `other`: no free text is loaded.
        vocabulary("end_reason", "left", "moved", "no_time", "no_fit"),
        rules=(
            Rule(
                "open_place",
                "mentee",
                f"mentee is null and not coalesce({BEGUN}, false)",
                "nobody was mentored yet: it counts once the mentee is named",
                counts=False,
            ),
            Rule("missing", "mentee", "mentee is null", "fill in mentee in every row"),
            Rule(
                "no_start",
                "start_date",
                f"start_date is null and {BEGUN}",
                "a mentorship that began needs the day it began",
            ),
        ),
        happened=BEGUN,
    ),
    _table(
        "sessions",
        "one meeting of a mentorship",
        ("mentorship_id", "held_at"),
        Column("mentorship_id", "hash", required=True, essential=True),
        Column("held_at", "time", required=True, essential=True, event=True),
        Column("duration_minutes", "number"),
        vocabulary(
            "status",
            "held",
            "cancelled",
            "scheduled",
            also={
                "held": ("completed", "done", "yes", "true", "attended", "took_place"),
                "cancelled": ("canceled", "no", "false", "missed", "no_show"),
                "scheduled": ("planned", "upcoming"),
            },
            required=True,
        ),
        person("mentor"),
        person("mentee"),
        happened="status <> 'scheduled'",
    ),
    _table(
        "goals",
        "one goal of a mentorship",
        ("goal_id",),
        Column("goal_id", "hash", required=True, essential=True),
        Column("mentorship_id", "hash", required=True),
        _time("created_at", required=True),
        Column("target_date", "date", required=True),
        vocabulary(
            "status",
            "open",
            "completed",
            "missed",
            "cancelled",
            also={
                "open": ("active", "in_progress", "not_started", "new"),
                "completed": ("reached", "achieved", "done", "met", "closed", "complete"),
                "missed": ("failed", "not_met", "overdue", "not_reached"),
                "cancelled": ("canceled", "dropped", "abandoned"),
            },
            required=True,
        ),
        _time("completed_at"),
    ),
    _table(
        "surveys",
        "one answer to one question",
        # Answers name no respondent, so two of a circle may differ in nothing but their score.
        ("mentorship_id", "respondent_role", "answered_at", "question", "score"),
        Column("mentorship_id", "hash", required=True),
        vocabulary("respondent_role", "mentee", "mentor", "manager", required=True),
        _time("answered_at", required=True, essential=True),
        Column("question", "hash", required=True),
        Column("score", "number", required=True),
        Column("scale_max", "number", required=True),
    ),
    _table(
        "opportunities",
        "one opportunity to lead that a person was given",
        ("employee_id", "kind", "occurred_at"),
        person("employee_id", required=True, essential=True),
        vocabulary(
            "kind", "design_doc", "incident_lead", "demo", "project_lead", "talk", required=True
        ),
        _time("occurred_at", required=True, essential=True),
        person("sponsor"),
    ),
    _table(
        "case_studies",
        "one story; its text is stored only with consent",
        ("story_id",),
        Column("story_id", "hash", essential=True, made_of="title"),
        Column("title", "story", required=True, fill="case when v_consent then v_title end"),
        Column("text", "story", required=True, fill="case when v_consent then v_text end"),
        Column("published_at", "time", required=True),
        Column("consent", "boolean", required=True),
        Column("mentorship_id", "hash"),
        forgets=("title", "text"),
    ),
    _table(
        "mentors",
        "one person who offers to mentor",
        ("employee_id",),
        person("employee_id", required=True, essential=True),
        Column("recognition_opt_in", "boolean", required=True),
        Column("capacity", "integer"),
    ),
    _table(
        "applications",
        "one application of a person to a programme",
        ("employee_id", "program", "applied_at"),
        person("employee_id", required=True, essential=True),
        Column("program", "dimension", required=True),
        _time("applied_at", required=True, essential=True),
        vocabulary(
            "outcome",
            "accepted",
            "waitlisted",
            "rejected",
            "withdrawn",
            "pending",
            also={
                "accepted": ("matched", "placed", "approved"),
                "waitlisted": ("waitlist", "waiting_list"),
                "rejected": ("declined", "unmatched", "not_matched"),
                "pending": ("open", "submitted"),
            },
        ),
    ),
    _table(
        "events",
        "one event that touched a whole organisation",
        ("kind", "starts_on", "org"),
        Column("name", "hash", required=True, read_only=True),
        Column("starts_on", "date", required=True, essential=True),
        Column("ends_on", "date"),
        vocabulary(
            "kind",
            "layoff",
            "reorganisation",
            "tool_rollout",
            "freeze",
            also={"reorganisation": ("reorganization", "reorg"), "layoff": ("layoffs",)},
            required=True,
        ),
        Column("org", "dimension"),
    ),
    _table(
        "measures",
        "one value of a person in an outcome that the settings declare",
        ("employee_id", "metric", "at"),
        person("employee_id", required=True, essential=True),
        # Filled by the settings: only declared metrics are stored, under their declared name.
        vocabulary("metric", required=True, fallback=None),
        _time("at", required=True, essential=True),
        Column("value", "number", required=True, essential=True),
        rules=(
            Rule(
                "metric_not_declared",
                "metric",
                "metric is null",
                "declare the metric in the settings, or leave it: it is not used",
                counts=False,
            ),
        ),
    ),
    _table(
        "employee_attributes",
        "one reporting group of one spell of employment",
        ("employee_id", "hire_date", "attribute"),
        person("employee_id", essential=True),
        Column("hire_date", "date"),
        Column("attribute", "dimension", essential=True),
        Column("value", "dimension"),
    ),
)
EMPLOYEES, JOB_HISTORY, LEAVES, INCIDENTS, RESPONDERS = (
    next(one for one in TABLES if one.shape == shape)
    for shape in ("employees", "job_history", "leaves", "incidents", "incident_responders")
)
MENTORSHIPS, SESSIONS, GOALS, SURVEYS, APPLICATIONS, IDENTITIES = (
    next(one for one in TABLES if one.shape == shape)
    for shape in ("mentorships", "sessions", "goals", "surveys", "applications", "identities")
)
# Made out of the extra columns of an employee list, never recognised as a file of its own.
ATTRIBUTES = "generic__employee_attributes"
