"""VictorOps (Splunk On-Call), FireHydrant, Squadcast and Rootly: incidents and users.

User names and numbers that are unique in one tool only are written `victorops:ben`, so that nobody
is taken for someone else of that name.
"""

from __future__ import annotations

from ingest.declare import Table
from ingest.source import Fill, VendorShape
from ingest.sources.accounts import accounts
from ingest.sources.generic import INCIDENTS, RESPONDERS

TABLES: tuple[Table, ...] = ()
NAMED = "STRUCT(id VARCHAR, name VARCHAR)"


def _transition(name: str) -> str:
    return f"list_filter(r.transitions, lambda one: lower(one.name) = '{name}')[1].\"at\""


VICTOROPS = (
    VendorShape(
        "victorops__incidents",
        keys=frozenset({"incidentNumber", "startTime", "currentPhase", "transitions"}),
        columns={
            "incidentNumber": "VARCHAR",
            "startTime": "VARCHAR",
            "currentPhase": "VARCHAR",
            "entityState": "VARCHAR",
            "service": "VARCHAR",
            "routingKey": "VARCHAR",
            "lastAlertTime": "VARCHAR",
            "pagedTeams": "VARCHAR[]",
            "pagedUsers": "VARCHAR[]",
            "transitions": 'STRUCT(name VARCHAR, "at" VARCHAR, "by" VARCHAR)[]',
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "'victorops:' || r.incidentNumber",
                    "service": "coalesce(nullif(r.service, ''), r.routingKey)",
                    "team": "r.pagedTeams[1]",
                    "severity": "case when lower(r.entityState) in ('critical', 'warning', 'info') "
                    "then r.entityState end",
                    "status": "r.currentPhase",
                    "created_at": "r.startTime",
                    "acknowledged_at": _transition("acknowledged"),
                    "resolved_at": _transition("resolved"),
                    "updated_at": 'coalesce(r.transitions[-1]."at", r.lastAlertTime)',
                },
            ),
            Fill(
                RESPONDERS,
                {
                    "incident_id": "parent.incident_id",
                    "responder": "'victorops:' || e.who",
                    "role": "e.role",
                    "joined_at": 'e."at"',
                },
                each="list_concat(list_transform(list_filter(r.transitions, lambda one: "
                "lower(one.name) = 'acknowledged' and one.\"by\" is not null "
                "and lower(one.\"by\") <> 'system'), lambda one: "
                "{'who': one.\"by\", 'at': one.\"at\", 'role': null::varchar}), "
                "list_transform(r.pagedUsers, lambda one: "
                "{'who': one, 'at': null::varchar, 'role': 'other'}))",
            ),
        ),
    ),
    VendorShape(
        "victorops__users",
        keys=frozenset({"username", "email", "displayName", "_selfUrl"}),
        columns={"username": "VARCHAR", "email": "VARCHAR"},
        only="r.email is not null",
        fills=(accounts("'victorops:' || r.username", "r.email"),),
    ),
)


def _milestone(*names: str) -> str:
    """SQL for the moment of the first milestone of some names, wherever it is listed."""
    listed = ", ".join(f"'{name}'" for name in names)
    plain = f"list_filter(r.milestones, lambda one: one.type in ({listed}))[1].occurred_at"
    phases = "flatten(list_transform(r.lifecycle_phases, lambda phase: phase.milestones))"
    phased = f"list_filter({phases}, lambda one: one.slug in ({listed}))[1].occurred_at"
    return f"coalesce({plain}, {phased})"


FIREHYDRANT = (
    VendorShape(
        "firehydrant__incidents",
        keys=frozenset({"id", "started_at", "current_milestone", "milestones"}),
        columns={
            "id": "VARCHAR",
            "created_at": "VARCHAR",
            "started_at": "VARCHAR",
            "discarded_at": "VARCHAR",
            "current_milestone": "VARCHAR",
            "severity": "VARCHAR",
            "priority": "VARCHAR",
            "milestones": "STRUCT(type VARCHAR, occurred_at VARCHAR)[]",
            "lifecycle_phases": "STRUCT(milestones STRUCT(slug VARCHAR, occurred_at VARCHAR)[])[]",
            "services": f"{NAMED}[]",
            "team_assignments": f"STRUCT(team {NAMED})[]",
            "role_assignments": "STRUCT(user STRUCT(id VARCHAR, email VARCHAR), "
            f"incident_role {NAMED})[]",
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "r.id",
                    "service": "r.services[1].id",
                    "team": "r.team_assignments[1].team.id",
                    "severity": "coalesce(nullif(nullif(r.severity, 'UNSET'), ''), r.priority)",
                    "status": "case when r.discarded_at is not null then 'cancelled' "
                    "when upper(r.severity) = 'GAMEDAY' then 'test' "
                    f"when {_milestone('resolved')} is not null then 'resolved' "
                    f"when {_milestone('acknowledged')} is not null then 'acknowledged' "
                    "else r.current_milestone end",
                    "created_at": "coalesce(r.started_at, r.created_at)",
                    "acknowledged_at": _milestone("acknowledged"),
                    "resolved_at": _milestone("resolved", "mitigated"),
                },
            ),
            Fill(
                RESPONDERS,
                {
                    "incident_id": "parent.incident_id",
                    "responder": 'coalesce(nullif(e."user".email, \'\'), e."user".id)',
                    "role": "case when e.incident_role.name ilike '%command%' then 'primary' "
                    "else 'other' end",
                },
                each='list_filter(r.role_assignments, lambda one: one."user".id is not null)',
            ),
        ),
    ),
    VendorShape(
        "firehydrant__users",
        keys=frozenset({"id", "email", "name", "slack_linked?"}),
        columns={"id": "VARCHAR", "email": "VARCHAR"},
        only="r.email is not null",
        fills=(accounts("r.id", "r.email"),),
    ),
)
SQUADCAST = (
    VendorShape(
        "squadcast__incidents",
        keys=frozenset({"id", "service", "created_at", "acknowledged_at", "alert_source"}),
        columns={
            "id": "VARCHAR",
            "service": "VARCHAR",
            "status": "VARCHAR",
            "created_at": "VARCHAR",
            "acknowledged_at": "VARCHAR",
            "resolved_at": "VARCHAR",
            "logs": 'STRUCT(action VARCHAR, "assignedTo" VARCHAR, id VARCHAR, "time" VARCHAR)[]',
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "r.id",
                    "service": "r.service",
                    "status": "case when r.status = 'suppressed' then 'cancelled' "
                    "else r.status end",
                    "created_at": "r.created_at",
                    "acknowledged_at": "r.acknowledged_at",
                    "resolved_at": "r.resolved_at",
                },
            ),
            Fill(
                RESPONDERS,
                {
                    "incident_id": "parent.incident_id",
                    "responder": "e.id",
                    "role": "case when e.action <> 'acknowledged' then 'other' end",
                    "joined_at": "case when e.action = 'acknowledged' then e.\"time\" end",
                },
                each="list_filter(r.logs, lambda one: one.\"assignedTo\" = 'user' "
                "and one.id is not null)",
            ),
        ),
    ),
    VendorShape(
        "squadcast__users",
        keys=frozenset({"id", "email", "first_name", "role_id"}),
        columns={"id": "VARCHAR", "email": "VARCHAR"},
        only="r.email is not null",
        fills=(accounts("r.id", "r.email"),),
    ),
)
PERSON = "STRUCT(data STRUCT(id VARCHAR, attributes STRUCT(email VARCHAR)))"
_ATTRIBUTES = "r.attributes"


def _someone(field: str) -> str:
    one = f"{_ATTRIBUTES}.{field}.data"
    return f"coalesce({one}.attributes.email, 'rootly:' || {one}.id)"


ROOTLY = (
    VendorShape(
        "rootly__incidents",
        keys=frozenset({"id", "type", "attributes"}),
        # Datadog writes incidents in the same frame, with other names in it.
        is_one=lambda record: (
            record.get("type") == "incidents" and "started_at" in (record.get("attributes") or {})
        ),
        columns={
            "id": "VARCHAR",
            "attributes": "STRUCT(kind VARCHAR, status VARCHAR, created_at VARCHAR, "
            "started_at VARCHAR, detected_at VARCHAR, acknowledged_at VARCHAR, "
            "mitigated_at VARCHAR, resolved_at VARCHAR, closed_at VARCHAR, updated_at VARCHAR, "
            "pagerduty_incident_id VARCHAR, "
            "severity STRUCT(data STRUCT(attributes STRUCT(name VARCHAR, severity VARCHAR))), "
            f"mitigated_by {PERSON}, resolved_by {PERSON})",
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    # What PagerDuty opened is the same incident there.
                    "incident_id": f"coalesce({_ATTRIBUTES}.pagerduty_incident_id, r.id)",
                    "severity": f"coalesce({_ATTRIBUTES}.severity.data.attributes.severity, "
                    f"{_ATTRIBUTES}.severity.data.attributes.name)",
                    "status": f"case when regexp_matches({_ATTRIBUTES}.kind, '^(test|example)') "
                    f"then 'test' else {_ATTRIBUTES}.status end",
                    "created_at": f"coalesce({_ATTRIBUTES}.started_at, {_ATTRIBUTES}.detected_at, "
                    f"{_ATTRIBUTES}.created_at)",
                    "acknowledged_at": f"{_ATTRIBUTES}.acknowledged_at",
                    "resolved_at": f"coalesce({_ATTRIBUTES}.resolved_at, "
                    f"{_ATTRIBUTES}.mitigated_at, {_ATTRIBUTES}.closed_at)",
                    "updated_at": f"{_ATTRIBUTES}.updated_at",
                },
            ),
            Fill(
                RESPONDERS,
                {"incident_id": "parent.incident_id", "responder": "e", "role": "'other'"},
                each="list_distinct(list_filter("
                f"[{_someone('mitigated_by')}, {_someone('resolved_by')}], "
                "lambda one: one is not null))",
            ),
        ),
    ),
)
SHAPES: tuple[VendorShape, ...] = (*VICTOROPS, *FIREHYDRANT, *SQUADCAST, *ROOTLY)
