"""incident.io: incidents of version 2 of its API, with the people in their roles."""

from __future__ import annotations

from ingest.declare import Table
from ingest.source import Fill, VendorShape
from ingest.sources.generic import INCIDENTS, RESPONDERS

TABLES: tuple[Table, ...] = ()


def _moment(*names: str) -> str:
    """SQL for the first of some named moments; customers name them as they like."""
    moments = [
        "list_filter(r.incident_timestamp_values, lambda one: "
        f"lower(one.incident_timestamp.name) = '{name}')[1].value.value"
        for name in names
    ]
    return ", ".join(moments)


SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "incident_io__incidents",
        keys=frozenset({"id", "reference", "created_at", "incident_status"}),
        columns={
            "id": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "mode": "VARCHAR",
            "severity": "STRUCT(name VARCHAR)",
            "incident_status": "STRUCT(category VARCHAR)",
            "incident_timestamp_values": "STRUCT(incident_timestamp STRUCT(name VARCHAR), "
            "value STRUCT(value VARCHAR))[]",
            "incident_role_assignments": 'STRUCT("role" STRUCT(role_type VARCHAR), '
            "assignee STRUCT(id VARCHAR, email VARCHAR))[]",
            "attachments": "STRUCT(resource STRUCT(external_id VARCHAR, resource_type VARCHAR))[]",
        },
        fills=(
            Fill(
                INCIDENTS,
                {
                    # What PagerDuty opened is the same incident there.
                    "incident_id": "coalesce(list_filter(r.attachments, lambda one: "
                    "one.resource.resource_type = 'pager_duty_incident')[1].resource.external_id, "
                    "r.id)",
                    "severity": "r.severity.name",
                    "status": "case when r.mode in ('test', 'tutorial') then 'test' "
                    "else r.incident_status.category end",
                    "created_at": f"coalesce({_moment('reported at', 'declared at')}, "
                    "r.created_at)",
                    "acknowledged_at": f"coalesce({_moment('acknowledged at', 'accepted at')})",
                    "resolved_at": f"coalesce({_moment('resolved at', 'fixed at', 'closed at')})",
                    "updated_at": "r.updated_at",
                },
            ),
            Fill(
                RESPONDERS,
                {
                    "incident_id": "parent.incident_id",
                    "responder": "coalesce(nullif(e.assignee.email, ''), e.assignee.id)",
                    "role": "case when e.\"role\".role_type = 'lead' then 'primary' "
                    "else 'other' end",
                },
                # Who reported an incident did not respond to it.
                each="list_filter(r.incident_role_assignments, lambda one: one.assignee.id "
                "is not null and one.\"role\".role_type is distinct from 'reporter')",
            ),
        ),
    ),
)
