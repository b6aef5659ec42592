"""PagerDuty's REST API: incidents (with or without their log entries), log entries and users."""

from __future__ import annotations

from ingest.declare import Column, Table, person, vocabulary
from ingest.sources.generic import SEVERITY

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
