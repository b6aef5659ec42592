"""ServiceNow (table API, list export, event log) and Jira (CSV): tickets that are incidents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.declare import Table
from ingest.source import Fill, Suspicion, VendorShape, cell
from ingest.sources.accounts import accounts
from ingest.sources.generic import INCIDENTS, RESPONDERS

TABLES: tuple[Table, ...] = ()
# Tickets of other kinds bear the same columns: changes, problems, requests, tasks.
OTHER_TICKETS = ("CHG", "PRB", "RITM", "REQ", "SCTASK", "CTASK", "PTASK", "STRY")


def _value(field: str) -> str:
    """SQL for a field that is a text or, for a reference, an object with its value."""
    text = f"r.{field}"
    return (
        f"case when starts_with({text}, '{{') "
        f"then coalesce(json_extract_string({text}, '$.value'), "
        f"json_extract_string({text}, '$.display_value')) else nullif({text}, '') end"
    )


def _is_incident(record: Mapping[str, Any]) -> bool:
    number = record.get("number")
    text = str(number.get("value") if isinstance(number, Mapping) else number)
    return not text.upper().startswith(OTHER_TICKETS)


def _is_user(record: Mapping[str, Any]) -> bool:
    return "number" not in record


def _status(state: str, close_code: str) -> str:
    folded = f"lower({state})"
    return (
        f"case when {close_code} ilike '%duplicate%' then 'merged' "
        f"when {folded} = 'in progress' then 'acknowledged' else {state} end"
    )


def _responders(*listed: tuple[str, str]) -> Fill:
    """Fill responders: (SQL for who, role)."""
    people = ", ".join(f"{{'who': {who}, 'role': '{role}'}}" for who, role in listed)
    return Fill(
        RESPONDERS,
        {"incident_id": "parent.incident_id", "responder": "e.who", "role": "e.role"},
        each=f"list_filter([{people}], lambda one: one.who not in ('', '?'))",
    )


_FIELDS = (
    *("sys_id", "number", "state", "priority", "opened_at", "resolved_at", "closed_at"),
    *("assigned_to", "resolved_by", "assignment_group", "business_service", "cmdb_ci"),
    *("sys_updated_on", "close_code"),
)
LOGGED = "1000000000"  # seconds: counts of changes become moments in their order
SERVICENOW = (
    VendorShape(
        "servicenow__incidents",
        keys=frozenset({"sys_id", "number", "opened_at", "state"}),
        is_one=_is_incident,
        columns=dict.fromkeys(_FIELDS, "VARCHAR"),
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": _value("sys_id"),
                    "service": f"coalesce({_value('business_service')}, {_value('cmdb_ci')})",
                    "team": _value("assignment_group"),
                    "severity": _value("priority"),
                    "status": _status(_value("state"), _value("close_code")),
                    "created_at": _value("opened_at"),
                    "resolved_at": f"coalesce({_value('resolved_at')}, {_value('closed_at')})",
                    "updated_at": _value("sys_updated_on"),
                },
            ),
            _responders((_value("assigned_to"), "primary"), (_value("resolved_by"), "other")),
        ),
    ),
    VendorShape(
        "servicenow__users",
        keys=frozenset({"sys_id", "email"}),
        is_one=_is_user,
        columns={"sys_id": "VARCHAR", "email": "VARCHAR", "employee_number": "VARCHAR"},
        only=f"coalesce({_value('email')}, {_value('employee_number')}) is not null",
        fills=(accounts(_value("sys_id"), _value("employee_number"), _value("email")),),
    ),
    VendorShape(
        "servicenow__event_log",
        # A row a change: the row with the most changes is the incident as it is now.
        keys=frozenset({"number", "incident_state", "opened_at", "sys_mod_count"}),
        is_flat=True,
        columns={},
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": cell("number"),
                    "service": cell("cmdb_ci"),
                    "team": cell("assignment_group"),
                    "severity": cell("priority"),
                    "status": _status(cell("incident_state"), cell("closed_code")),
                    "created_at": cell("opened_at"),
                    "resolved_at": f"coalesce(nullif(nullif({cell('resolved_at')}, ''), '?'), "
                    f"nullif({cell('closed_at')}, '?'))",
                    "updated_at": f"({LOGGED} + try_cast({cell('sys_mod_count')} as bigint))"
                    "::varchar",
                },
            ),
            _responders((cell("assigned_to"), "primary"), (cell("resolved_by"), "other")),
        ),
    ),
    VendorShape(
        "servicenow__list",
        keys=frozenset({"number", "opened_at", "state"}),
        is_flat=True,
        columns={},
        only=" and ".join(
            f"not starts_with(upper({cell('number')}), '{prefix}')" for prefix in OTHER_TICKETS
        ),
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": cell("number"),
                    "service": f"coalesce({cell('business_service')}, {cell('cmdb_ci')})",
                    "team": cell("assignment_group"),
                    "severity": cell("priority"),
                    "status": _status(cell("state"), cell("close_code")),
                    "created_at": cell("opened_at"),
                    "resolved_at": f"coalesce(nullif({cell('resolved_at')}, ''), "
                    f"{cell('closed_at')})",
                    "updated_at": cell("sys_updated_on"),
                },
            ),
            _responders((cell("assigned_to"), "primary"), (cell("resolved_by"), "other")),
        ),
    ),
)
INCIDENT_TYPE = "incident|outage|st[öo]rung|incid[eê]n"
_NAMED = 'STRUCT("name" VARCHAR)'


def _none_found(shape: str) -> Suspicion:
    """Say that a tracker's export has no incident, and how to take all of it for incidents."""
    return Suspicion(
        "has_incidents",
        "count(*) = 0",
        "none of its issues is of a type that speaks of an incident, so none is read: if they are "
        f'incidents all the same, say `shape = "{shape}"` in the mapping of the file',
    )


JIRA = (
    VendorShape(
        "jira__incidents",
        keys=frozenset({"Issue key", "Issue Type", "Status", "Created"}),
        is_flat=True,
        columns={},
        only=f"regexp_matches(lower({cell('Issue Type')}), '{INCIDENT_TYPE}')",
        may_be_all=True,
        suspicions=(_none_found("jira__incidents"),),
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": cell("Issue key"),
                    "service": f"coalesce({cell('Custom field (Affected services)')}, "
                    f"{cell('Component/s')}, {cell('Components')})",
                    "team": f"coalesce({cell('Custom field (Team)')}, {cell('Team')})",
                    "severity": f"coalesce({cell('Custom field (Severity)')}, {cell('Priority')})",
                    "status": f"case when {cell('Resolution')} ilike 'duplicate%' then 'merged' "
                    f"when nullif({cell('Resolved')}, '') is not null "
                    f"or lower({cell('Status Category')}) = 'done' then 'resolved' "
                    f"else coalesce({cell('Status Category')}, {cell('Status')}) end",
                    "created_at": cell("Created"),
                    "resolved_at": cell("Resolved"),
                    "updated_at": cell("Updated"),
                },
            ),
            # Without the account's id there is a display name, which links to nobody by itself.
            _responders((f"coalesce({cell('Assignee Id')}, {cell('Assignee')})", "primary")),
        ),
    ),
    VendorShape(
        "jira__issues",
        keys=frozenset({"key", "fields"}),
        is_one=lambda record: (
            isinstance(record.get("fields"), Mapping) and "issuetype" in record["fields"]
        ),
        columns={
            "key": "VARCHAR",
            "fields": f"STRUCT(issuetype {_NAMED}, created VARCHAR, updated VARCHAR, "
            f"resolutiondate VARCHAR, priority {_NAMED}, resolution {_NAMED}, "
            f"components {_NAMED}[], assignee STRUCT(emailAddress VARCHAR, accountId VARCHAR, "
            '"name" VARCHAR), status STRUCT("name" VARCHAR, '
            "statusCategory STRUCT(key VARCHAR)))",
        },
        only=f'r.key is null or regexp_matches(lower(r.fields.issuetype."name"), '
        f"'{INCIDENT_TYPE}')",
        may_be_all=True,
        suspicions=(_none_found("jira__issues"),),
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "r.key",
                    "service": 'r.fields.components[1]."name"',
                    "severity": 'r.fields.priority."name"',
                    "status": "case when r.fields.resolution.\"name\" ilike 'duplicate%' "
                    "then 'merged' when r.fields.resolutiondate is not null "
                    "or lower(r.fields.status.statusCategory.key) = 'done' then 'resolved' "
                    "when r.fields.status.statusCategory.key = 'new' then 'triggered' "
                    "when r.fields.status.statusCategory.key = 'indeterminate' "
                    "then 'acknowledged' else r.fields.status.\"name\" end",
                    "created_at": "r.fields.created",
                    "resolved_at": "r.fields.resolutiondate",
                    "updated_at": "r.fields.updated",
                },
            ),
            Fill(
                RESPONDERS,
                {"incident_id": "parent.incident_id", "responder": "e", "role": "'primary'"},
                each="list_filter([coalesce(nullif(r.fields.assignee.emailAddress, ''), "
                'r.fields.assignee.accountId, r.fields.assignee."name")], '
                "lambda one: one is not null)",
            ),
        ),
    ),
)
GITLAB = (
    VendorShape(
        "gitlab__incidents",
        keys=frozenset({"id", "iid", "state", "created_at", "issue_type"}),
        columns={
            **dict.fromkeys(("id", "state", "created_at", "closed_at", "updated_at"), "VARCHAR"),
            **dict.fromkeys(("issue_type", "severity", "project_id"), "VARCHAR"),
            "assignees": "STRUCT(username VARCHAR)[]",
        },
        only="r.id is null or lower(r.issue_type) = 'incident'",
        may_be_all=True,
        suspicions=(_none_found("gitlab__incidents"),),
        fills=(
            Fill(
                INCIDENTS,
                {
                    "incident_id": "'gitlab:' || r.id",
                    "service": "'gitlab-project-' || r.project_id",
                    "severity": "nullif(upper(r.severity), 'UNKNOWN')",
                    "status": "case r.state when 'closed' then 'resolved' else 'triggered' end",
                    "created_at": "r.created_at",
                    "resolved_at": "r.closed_at",
                    "updated_at": "r.updated_at",
                },
            ),
            Fill(
                RESPONDERS,
                {
                    "incident_id": "parent.incident_id",
                    "responder": "e.username",
                    "role": "case when len(parent.l_1) = 1 then 'primary' else 'other' end",
                },
                each="list_filter(r.assignees, lambda one: one.username is not null)",
            ),
        ),
    ),
)
SHAPES: tuple[VendorShape, ...] = (*SERVICENOW, *JIRA, *GITLAB)
