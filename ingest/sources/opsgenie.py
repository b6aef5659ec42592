"""Opsgenie: incidents, alerts and users, as its REST API gives them."""

from __future__ import annotations

from ingest.declare import Table
from ingest.source import Fill, Typed, VendorShape
from ingest.sources.accounts import accounts
from ingest.sources.generic import ACKNOWLEDGED_AFTER, INCIDENTS, RESOLVED_AFTER, RESPONDERS

TABLES: tuple[Table, ...] = ()
RESPONDER = "STRUCT(type VARCHAR, id VARCHAR)"
TEAM = "list_filter(r.responders, lambda one: one.type = 'team')[1].id"
USERS = "list_filter(r.responders, lambda one: one.type = 'user')"
RESOLVED = (
    "list_filter(r.timelines, lambda one: one.type in ('IncidentResolved', 'IncidentClosed'))"
    "[1].eventTime"
)

SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "opsgenie__incidents",
        keys=frozenset({"id", "tinyId", "createdAt", "status", "impactedServices"}),
        columns={
            "id": "VARCHAR",
            "impactedServices": "VARCHAR[]",
            "status": "VARCHAR",
            "priority": "VARCHAR",
            "ownerTeam": "VARCHAR",
            "createdAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "impactEndDate": "VARCHAR",
            "responders": f"{RESPONDER}[]",
            "timelines": "STRUCT(type VARCHAR, eventTime VARCHAR)[]",
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "r.id",
                    "service": "r.impactedServices[1]",
                    "team": f"coalesce(nullif(r.ownerTeam, ''), {TEAM})",
                    "severity": "r.priority",
                    "status": "r.status",
                    "created_at": "r.createdAt",
                    "resolved_at": f"case when lower(r.status) in ('resolved', 'closed') "
                    f"then coalesce(r.impactEndDate, {RESOLVED}) end",
                    "updated_at": "r.updatedAt",
                },
            ),
            Fill(
                RESPONDERS,
                {"incident_id": "parent.incident_id", "responder": "e.id", "role": "'other'"},
                each=USERS,
            ),
        ),
    ),
    VendorShape(
        "opsgenie__alerts",
        keys=frozenset({"id", "tinyId", "alias", "createdAt", "status"}),
        columns={
            "id": "VARCHAR",
            "status": "VARCHAR",
            "priority": "VARCHAR",
            "acknowledged": "VARCHAR",
            "source": "VARCHAR",
            "owner": "VARCHAR",
            "ownerTeamId": "VARCHAR",
            "createdAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "responders": f"{RESPONDER}[]",
            "report": "STRUCT(ackTime BIGINT, closeTime BIGINT, acknowledgedBy VARCHAR)",
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "r.id",
                    "service": "r.source",
                    "team": f"coalesce(nullif(r.ownerTeamId, ''), {TEAM})",
                    "severity": "r.priority",
                    "status": "case when r.status = 'open' and r.acknowledged = 'true' "
                    "then 'acknowledged' else r.status end",
                    "created_at": "r.createdAt",
                    # Milliseconds since the alert was created; 0 where it did not happen.
                    ACKNOWLEDGED_AFTER: "(nullif(r.report.ackTime, 0) / 1000.0)::varchar",
                    RESOLVED_AFTER: "(nullif(r.report.closeTime, 0) / 1000.0)::varchar",
                    "updated_at": "r.updatedAt",
                },
            ),
            Fill(
                RESPONDERS,
                {
                    "incident_id": "parent.incident_id",
                    "responder": "e.who",
                    "role": "e.role",
                    "joined_at": Typed("case when e.role is null then parent.acknowledged_at end"),
                },
                each="list_filter([{'who': r.report.acknowledgedBy, 'role': null::varchar}, "
                "{'who': nullif(r.owner, ''), 'role': 'other'}], lambda one: one.who is not null)",
            ),
        ),
    ),
    VendorShape(
        "opsgenie__users",
        keys=frozenset({"id", "username", "fullName", "role"}),
        columns={"id": "VARCHAR", "username": "VARCHAR"},
        fills=(accounts("r.id", "r.username"),),  # the user name is the address
    ),
)
