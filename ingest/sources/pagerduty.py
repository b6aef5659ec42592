"""PagerDuty's REST API: incidents (with or without their log entries), log entries and users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.declare import Column, Table, person, vocabulary
from ingest.source import Fill, Typed, VendorShape, cell
from ingest.sources.generic import ACKNOWLEDGED_AFTER, RESOLVED_AFTER, RESPONDERS, SEVERITY
from ingest.sources.generic import INCIDENTS as ALL_INCIDENTS

ENTRY_TYPES = (
    "trigger",
    "acknowledge",
    "unacknowledge",
    "assign",
    "delegate",
    "escalate",
    "exhaust_escalation_path",
    "repeat_escalation_path",
    "notify",
    "snooze",
    "annotate",
    "include",
    "resolve",
    "urgency_change",
    "reach_ack_limit",
    "reach_trigger_limit",
    "custom_field_value_change",
)
INCIDENTS = Table(
    "pagerduty__incidents",
    "one incident",
    (
        Column("incident_id", "hash", essential=True),
        Column("service", "hash"),
        Column("team", "hash"),
        vocabulary("urgency", "high", "low"),
        vocabulary("severity", *SEVERITY, also=SEVERITY),
        vocabulary("status", "triggered", "acknowledged", "resolved", "merged"),
        Column("created_at", "time", required=True, essential=True, event=True),
        Column("resolved_at", "time", event=True),
        *person("assignee"),  # PagerDuty empties it once the incident is resolved
    ),
    key=("incident_id",),
)
LOG_ENTRIES = Table(
    "pagerduty__log_entries",
    "one entry in the log of an incident",
    (
        Column("incident_id", "hash", essential=True),
        vocabulary("entry_type", *ENTRY_TYPES),
        Column("at", "time", required=True, essential=True, event=True),
        *person("agent"),  # null where a service, not a person, acted
    ),
    key=("incident_id", "entry_type", "at", "agent"),
)
USERS = Table(
    "pagerduty__users",
    "one user",
    (*person("pagerduty_user", essential=True), *person("email")),
    key=("pagerduty_user",),
)
TABLES: tuple[Table, ...] = (INCIDENTS, LOG_ENTRIES, USERS)

LOG_ENTRY = (
    "STRUCT(id VARCHAR, type VARCHAR, created_at VARCHAR, agent STRUCT(id VARCHAR, type VARCHAR))"
)
REFERENCE = "STRUCT(id VARCHAR, type VARCHAR)"


def _entry_type(element: str) -> str:
    return f"regexp_replace({element}.type, '_log_entry(_reference)?$', '')"


def _person(agent: str) -> str:
    """SQL for the id of a reference, if it refers to a user and not to a service or a policy."""
    return f"case when {agent}.type in ('user', 'user_reference') then {agent}.id end"


def _listed(header: str) -> str:
    """SQL for the list in a cell: `["PA", "PB"]`, `PA;PB` or `PA, PB`."""
    bare = f"regexp_replace(coalesce({cell(header)}, ''), '[\\[\\]\" ]', '', 'g')"
    parts = f"string_split_regex({bare}, '[;,]')"
    return f"list_filter({parts}, lambda one: one not in ('', 'null'))"


def _is_incident(record: Mapping[str, Any]) -> bool:
    return record.get("type") in ("incident", "incident_reference", None)


def _is_log_entry(record: Mapping[str, Any]) -> bool:
    return str(record.get("type")).removesuffix("_reference").endswith("_log_entry")


def _is_user(record: Mapping[str, Any]) -> bool:
    return record.get("type") in ("user", "user_reference")


SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "pagerduty__incidents",
        keys=frozenset({"id", "created_at", "status", "service", "urgency"}),
        is_one=_is_incident,
        columns={
            "id": "VARCHAR",
            "service": REFERENCE,
            "teams": f"{REFERENCE}[]",
            "urgency": "VARCHAR",
            "priority": "STRUCT(summary VARCHAR)",
            "status": "VARCHAR",
            "created_at": "VARCHAR",
            "resolved_at": "VARCHAR",
            "last_status_change_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "resolve_reason": "STRUCT(type VARCHAR)",
            "assignments": f"STRUCT(assignee {REFERENCE})[]",
            "log_entries": f"{LOG_ENTRY}[]",
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "r.id",
                    "service": "r.service.id",
                    "team": "r.teams[1].id",
                    "urgency": "r.urgency",
                    "severity": "r.priority.summary",
                    "status": "case when r.resolve_reason.type like 'merge%' then 'merged' "
                    "else r.status end",
                    "created_at": "r.created_at",
                    # Older payloads have no resolved_at: the last change of a resolved incident.
                    "resolved_at": "coalesce(r.resolved_at, "
                    "case when r.status = 'resolved' then r.last_status_change_at end)",
                    "assignee": "case when r.status <> 'resolved' then "
                    f"{_person('r.assignments[1].assignee')} end",
                    "updated_at": "coalesce(r.updated_at, r.last_status_change_at)",
                },
            ),
            Fill(
                LOG_ENTRIES,
                {
                    "incident_id": "parent.incident_id",
                    "entry_type": _entry_type("e"),
                    "at": "e.created_at",
                    "agent": _person("e.agent"),
                },
                each="r.log_entries",
            ),
        ),
    ),
    VendorShape(
        "pagerduty__log_entries",
        keys=frozenset({"id", "type", "created_at", "incident"}),  # a notification has no agent
        is_one=_is_log_entry,
        columns={
            "type": "VARCHAR",
            "created_at": "VARCHAR",
            "agent": REFERENCE,
            "incident": REFERENCE,
        },
        fills=(
            Fill(
                LOG_ENTRIES,
                {
                    "incident_id": "r.incident.id",
                    "entry_type": _entry_type("r"),
                    "at": "r.created_at",
                    "agent": _person("r.agent"),
                },
            ),
        ),
    ),
    VendorShape(
        "pagerduty__users",
        keys=frozenset({"id", "email", "type"}),
        is_one=_is_user,
        columns={"id": "VARCHAR", "email": "VARCHAR"},
        fills=(Fill(USERS, {"pagerduty_user": "r.id", "email": "r.email"}),),
    ),
    VendorShape(
        "pagerduty__analytics",
        # Of raw incidents, as JSON or as CSV; a list is a JSON list or joined in its cell.
        keys=frozenset({"id", "created_at", "seconds_to_first_ack", "seconds_to_resolve"}),
        is_flat=True,
        columns={},
        fills=(
            Fill(
                ALL_INCIDENTS,
                {
                    "incident_id": cell("id"),
                    "service": (
                        f"coalesce(nullif({cell('service_id')}, ''), {cell('service_name')})"
                    ),
                    "team": cell("team_id"),
                    "severity": f"coalesce(nullif({cell('priority_name')}, ''), {cell('urgency')})",
                    "status": cell("status"),
                    "created_at": cell("created_at"),
                    ACKNOWLEDGED_AFTER: cell("seconds_to_first_ack"),
                    "resolved_at": cell("resolved_at"),
                    RESOLVED_AFTER: f"case when {cell('status')} = 'resolved' "
                    f"then {cell('seconds_to_resolve')} end",
                    "updated_at": cell("updated_at"),
                },
            ),
            Fill(
                RESPONDERS,
                {
                    "incident_id": "parent.incident_id",
                    "responder": "e.who",
                    "role": "e.role",
                    # Only the first acknowledgement has a time: of several people, whose it was
                    # cannot be told.
                    "joined_at": Typed("case when e.role is null then parent.acknowledged_at end"),
                },
                each=f"list_concat(list_transform({_listed('acknowledged_user_ids')}, "
                "lambda one: {'who': one, 'role': null::varchar}), "
                f"list_transform(list_concat({_listed('joined_user_ids')}, "
                f"{_listed('assigned_user_ids')}), lambda one: {{'who': one, 'role': 'other'}}))",
            ),
        ),
    ),
)
