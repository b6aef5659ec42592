"""Incident tools, each in its own shape: incidents, their times, responders and users."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from tests.ingest.conftest import KEY

pytestmark = pytest.mark.usefixtures("no_expectations")
AT = "2024-03-04T10:{:02d}:00.000Z"
OPENED, ACKED, RESOLVED = AT.format(0), AT.format(5), AT.format(50)

OPSGENIE = {
    "id": "o1",
    "tinyId": "1",
    "impactedServices": ["s1", "s2"],
    "status": "closed",
    "priority": "P1",
    "ownerTeam": "",
    "createdAt": OPENED,
    "updatedAt": RESOLVED,
    "impactEndDate": RESOLVED,
    "responders": [{"type": "team", "id": "t1"}, {"type": "user", "id": "u1"}],
}
ALERT = {
    "id": "a1",
    "tinyId": "2",
    "alias": "x",
    "status": "open",
    "acknowledged": True,
    "createdAt": OPENED,
    "priority": "P3",
    "owner": "bo@example.org",
    "source": "s1",
    "report": {"ackTime": 300_000, "closeTime": 0, "acknowledgedBy": "ada@example.org"},
}
INCIDENT_IO = {
    "id": "01H",
    "reference": "INC-1",
    "mode": "standard",
    "created_at": AT.format(1),
    "severity": {"name": "Major", "rank": 2},
    "incident_status": {"category": "closed", "name": "Closed"},
    "incident_timestamp_values": [
        {"incident_timestamp": {"name": "Reported at"}, "value": {"value": OPENED}},
        {"incident_timestamp": {"name": "Accepted at"}, "value": {"value": ACKED}},
        {"incident_timestamp": {"name": "Resolved at"}, "value": {"value": RESOLVED}},
        {"incident_timestamp": {"name": "Closed at"}, "value": None},
    ],
    "incident_role_assignments": [
        {"role": {"role_type": "lead"}, "assignee": {"id": "1", "email": "ada@example.org"}},
        {"role": {"role_type": "reporter"}, "assignee": {"id": "2", "email": "bo@example.org"}},
        {"role": {"role_type": "custom"}, "assignee": None},
    ],
}
VICTOROPS = {
    "incidentNumber": "7",
    "startTime": OPENED,
    "currentPhase": "resolved",
    "entityState": "critical",
    "service": "s1",
    "pagedTeams": ["t1"],
    "pagedUsers": ["ada", "bo"],
    "transitions": [
        {"name": "triggered", "at": OPENED},
        {"name": "acknowledged", "at": ACKED, "by": "ada"},
        {"name": "resolved", "at": RESOLVED, "by": "SYSTEM"},
    ],
}
FIREHYDRANT = {
    "id": "f1",
    "created_at": OPENED,
    "started_at": OPENED,
    "current_milestone": "resolved",
    "severity": "SEV2",
    "milestones": [
        {"type": "acknowledged", "occurred_at": ACKED},
        {"type": "resolved", "occurred_at": RESOLVED},
    ],
    "services": [{"id": "s1"}],
    "team_assignments": [],
    "role_assignments": [
        {"user": {"id": "u1", "email": "ada@example.org"}, "incident_role": {"name": "Commander"}}
    ],
}
SQUADCAST = {
    "id": "q1",
    "service": "s1",
    "alert_source": "API",
    "status": "resolved",
    "assignee": "A policy",
    "created_at": OPENED,
    "acknowledged_at": ACKED,
    "resolved_at": RESOLVED,
    "logs": [
        {"action": "triggered", "assignedTo": "escalationpolicy", "id": "p", "time": OPENED},
        {"action": "acknowledged", "assignedTo": "user", "id": "u1", "time": ACKED},
    ],
}
SOMEONE = {"data": {"id": 12, "attributes": {"email": "ada@example.org"}}}
ROOTLY = {
    "id": "r1",
    "type": "incidents",
    "attributes": {
        "kind": "normal",
        "status": "resolved",
        "started_at": OPENED,
        "acknowledged_at": ACKED,
        "resolved_at": RESOLVED,
        "severity": {"data": {"attributes": {"name": "SEV1", "severity": "critical"}}},
        "mitigated_by": SOMEONE,
        "resolved_by": SOMEONE,
    },
}
SERVICENOW = {
    "sys_id": "n1",
    "number": "INC1",
    "state": "7",
    "priority": "1",
    "opened_at": "2024-03-04 10:00:00",
    "resolved_at": "2024-03-04 10:50:00",
    "closed_at": "2024-03-09 10:00:00",
    "assigned_to": {"link": "x", "value": "u1"},
    "resolved_by": "",
    "assignment_group": "",
    "cmdb_ci": {"link": "x", "value": "s1"},
    "calendar_duration": "1970-01-02 04:23:17",
}


def moment(text):
    return datetime.fromisoformat(text) if text else None


def who(name):
    return hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest()[:32]


CASES = [
    (
        "opsgenie__incidents",
        OPSGENIE,
        "critical",
        "resolved",
        None,
        RESOLVED,
        [("u1", "other", None)],
    ),
    (
        "opsgenie__alerts",
        ALERT,
        "medium",
        "acknowledged",
        ACKED,
        None,
        [("ada@example.org", None, ACKED), ("bo@example.org", "other", None)],
    ),
    (
        "incident_io__incidents",
        INCIDENT_IO,
        "high",
        "resolved",
        ACKED,
        RESOLVED,
        [("ada@example.org", "primary", None)],
    ),
    (
        "victorops__incidents",
        VICTOROPS,
        "critical",
        "resolved",
        ACKED,
        RESOLVED,
        [
            ("victorops:ada", None, ACKED),
            ("victorops:ada", "other", None),
            ("victorops:bo", "other", None),
        ],
    ),
    (
        "firehydrant__incidents",
        FIREHYDRANT,
        "high",
        "resolved",
        ACKED,
        RESOLVED,
        [("ada@example.org", "primary", None)],
    ),
    ("squadcast__incidents", SQUADCAST, None, "resolved", ACKED, RESOLVED, [("u1", None, ACKED)]),
    (
        "rootly__incidents",
        ROOTLY,
        "critical",
        "resolved",
        ACKED,
        RESOLVED,
        [("ada@example.org", "other", None)],
    ),
    (
        "servicenow__incidents",
        SERVICENOW,
        "critical",
        "resolved",
        None,
        RESOLVED,
        [("u1", "primary", None)],
    ),
]
FOUND = (
    "select severity, status, created_at, acknowledged_at, resolved_at from raw.generic__incidents"
)


def load(exports, warehouse, **settings):
    return next(
        one for one in warehouse.load(exports, **settings).files if one.path.startswith("incidents")
    )


def responders(warehouse):
    found = warehouse.all("select responder, role, joined_at from raw.generic__incident_responders")
    return sorted(found, key=str)


@pytest.mark.parametrize(
    ("shape", "record", "severity", "status", "acknowledged", "resolved", "people"),
    CASES,
    ids=[case[0] for case in CASES],
)
def test_an_incident_is_read_with_its_times_and_responders(
    exports, warehouse, shape, record, severity, status, acknowledged, resolved, people
):
    exports.lines("incidents/x.ndjson", [record, record])
    one = load(exports, warehouse)
    assert (one.shape, one.rows_read, one.rows_loaded, one.rows_known) == (shape, 2, 1, 1)
    assert warehouse.all(FOUND) == [
        (severity, status, moment(OPENED), moment(acknowledged), moment(resolved))
    ]
    assert responders(warehouse) == sorted(
        ((who(name), role, moment(at)) for name, role, at in people), key=str
    )


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ({**INCIDENT_IO, "mode": "test"}, "test"),
        ({**INCIDENT_IO, "mode": "tutorial"}, "test"),
        ({**INCIDENT_IO, "incident_status": {"category": "merged"}}, "merged"),
        ({**INCIDENT_IO, "incident_status": {"category": "declined"}}, "cancelled"),
        ({**FIREHYDRANT, "severity": "GAMEDAY"}, "test"),
        ({**FIREHYDRANT, "discarded_at": OPENED}, "cancelled"),
        ({**ROOTLY, "attributes": {**ROOTLY["attributes"], "kind": "test_sub"}}, "test"),
        ({**SERVICENOW, "state": "8"}, "cancelled"),
        ({**SERVICENOW, "state": "2"}, "acknowledged"),
        ({**SERVICENOW, "close_code": "Duplicate"}, "merged"),
    ],
)
def test_tests_tutorials_duplicates_and_cancelled_incidents_are_told_apart(
    exports, warehouse, record, status
):
    exports.json("incidents/x.json", [record])
    load(exports, warehouse)
    assert warehouse.one("select status from raw.generic__incidents") == status


@pytest.mark.parametrize(
    "record",
    [
        {
            **INCIDENT_IO,
            "attachments": [
                {"resource": {"external_id": "Q1", "resource_type": "pager_duty_incident"}}
            ],
        },
        {**ROOTLY, "attributes": {**ROOTLY["attributes"], "pagerduty_incident_id": "Q1"}},
    ],
    ids=["incident.io", "Rootly"],
)
def test_an_incident_that_pagerduty_opened_bears_its_id(exports, warehouse, record):
    exports.json("incidents/x.json", [record])
    load(exports, warehouse)
    assert warehouse.one("select incident_id from raw.generic__incidents") == who("q1")


def test_servicenow_reads_references_in_every_form_and_no_other_tickets(exports, warehouse):
    forms = ["u1", {"value": "u1", "link": "x"}, {"display_value": "Ada", "value": "u1"}, ""]
    records = [
        {**SERVICENOW, "sys_id": f"n{at}", "assigned_to": form} for at, form in enumerate(forms)
    ]
    exports.json("incidents/x.json", {"result": records})
    exports.json("incidents/y.json", {"result": [{**SERVICENOW, "number": "CHG1"}]})
    report = warehouse.load(exports)
    assert {one.path: one.status for one in report.files if one.path.startswith("inc")} == {
        "incidents/x.json": "loaded",
        "incidents/y.json": "loaded",
    }
    assert responders(warehouse) == [(who("u1"), "primary", None)] * 3


USERS = [
    ({"id": "u1", "username": "ada@example.org", "fullName": "x", "role": {}}, "u1"),
    (
        {"username": "ada", "email": "ada@example.org", "displayName": "x", "_selfUrl": "x"},
        "victorops:ada",
    ),
    ({"id": "u1", "email": "ada@example.org", "name": "x", "slack_linked?": True}, "u1"),
    ({"id": "u1", "email": "ada@example.org", "first_name": "x", "role_id": "x"}, "u1"),
    ({"sys_id": "u1", "email": "ada@example.org", "name": "x"}, "u1"),
    ({"samlIdentity": {"nameId": "ada@example.org"}, "user": {"login": "Ada"}}, "ada"),
    (
        {"id": "0", "status": "ACTIVE", "profile": {"login": "ada", "email": "ada@example.org"}},
        "ada",
    ),
    ({"id": "0", "userPrincipalName": "ada@corp", "mail": "ada@example.org"}, "ada@corp"),
    (
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ada",
            "emails": [
                {"value": "home@example.org"},
                {"value": "ada@example.org", "primary": True},
            ],
        },
        "ada",
    ),
]


@pytest.mark.parametrize(("record", "account"), USERS)
def test_an_account_links_to_the_address_or_number_of_its_owner(
    exports, warehouse, record, account
):
    exports.json("incidents/users.json", [record])
    load(exports, warehouse)
    assert warehouse.all("select account, owner from raw.accounts__accounts") == [
        (who(account), who("ada@example.org"))
    ]


def test_an_identity_that_was_never_linked_links_nobody(exports, warehouse):
    linked = {"samlIdentity": {"nameId": "ada@example.org"}, "user": {"login": "ada"}}
    unlinked = [{**linked, "user": None}, {**linked, "samlIdentity": {"nameId": None}}]
    exports.json("incidents/saml.json", [linked, *unlinked])
    assert load(exports, warehouse).rows_quarantined == 0
    assert warehouse.one("select count(*) from raw.accounts__accounts") == 1


ANALYTICS = {
    "id": "Q1",
    "created_at": "2024-03-04T10:00:00",
    "resolved_at": None,
    "status": "resolved",
    "urgency": "high",
    "priority_name": "P2",
    "service_id": "S1",
    "team_id": None,
    "seconds_to_first_ack": 300,
    "seconds_to_resolve": 3000,
    "acknowledged_user_ids": ["U1"],
    "assigned_user_ids": ["U1", "U2"],
    "joined_user_ids": [],
    'total_interruptions"': 1,
}


def test_pagerduty_analytics_take_the_zone_of_their_page(exports, warehouse):
    page = {"first": "x", "more": False, "time_zone": "Europe/Berlin", "data": [ANALYTICS]}
    exports.json("incidents/x.json", page)
    assert load(exports, warehouse, time_zone="Asia/Tokyo").shape == "pagerduty__analytics"
    nine = [datetime(2024, 3, 4, 9, minute, tzinfo=UTC) for minute in (0, 5, 50)]
    assert warehouse.all(FOUND) == [("high", "resolved", *nine)]
    assert responders(warehouse) == sorted(
        [(who("u1"), None, nine[1]), (who("u1"), "other", None), (who("u2"), "other", None)],
        key=str,
    )


def test_a_service_without_an_id_goes_by_its_name(exports, warehouse):
    header = "ID,Created At,Seconds To First Ack,Seconds To Resolve,Service Name"
    exports.write("incidents/x.csv", f"{header}\nP4,2023-05-31T10:05:00,60,600,web\n")
    warehouse.load(exports)
    assert warehouse.all("select service is null from raw.generic__incidents") == [(False,)]


@pytest.mark.parametrize("joined", ["U1; U2", '["U1","U2"]', "U1,U2"])
def test_pagerduty_analytics_are_read_from_csv_by_any_spelling_of_their_header(
    exports, warehouse, joined
):
    header = [
        *("ID", "Created At", "Seconds to First Ack", "Seconds to Resolve", "Status"),
        *("Urgency", "Assigned User IDs"),
    ]
    row = ["Q1", "2024-03-04T10:00:00Z", "300", "3000", "resolved", "low", joined]
    exports.rows("incidents/x.csv", header, row)
    assert load(exports, warehouse).shape == "pagerduty__analytics"
    assert warehouse.all(FOUND) == [
        ("low", "resolved", moment(OPENED), moment(ACKED), moment(RESOLVED))
    ]
    assert {name for name, *_ in responders(warehouse)} == {who("u1"), who("u2")}


def test_a_log_of_changes_collapses_to_the_last_state_of_each_incident(exports, warehouse):
    header = [
        *("number", "incident_state", "sys_mod_count", "opened_at", "resolved_at", "closed_at"),
        *("assigned_to", "resolved_by", "priority", "sys_updated_at", "closed_code"),
    ]
    opened, end = "29/2/2016 01:16", "29/2/2016 11:29"

    def row(number, state, count, assigned, first=opened):
        return [number, state, count, first, end, "5/3/2016 12:00", assigned, "?", "3 - Moderate"]

    exports.rows(
        "incidents/log.csv",
        header,
        # The file's order is not that of the changes, whose times are of the same minute.
        [*row("INC1", "Closed", 2, "Resolver 2"), "29/2/2016 01:17", "code 5"],
        [*row("INC1", "New", 0, "?"), "29/2/2016 01:17", "code 5"],
        [*row("INC1", "Active", 1, "Resolver 1"), "29/2/2016 01:17", "code 5"],
        [*row("INC2", "New", 0, "?", "2/3/2016 04:04"), "2/3/2016 04:04", "?"],
    )
    one = load(exports, warehouse)
    assert (one.shape, one.rows_read, one.rows_loaded, one.rows_known) == (
        "servicenow__event_log",
        *(4, 2, 2),
    )
    ended = datetime(2016, 2, 29, 11, 29, tzinfo=UTC)
    assert warehouse.all(FOUND + " order by created_at") == [
        ("medium", "resolved", datetime(2016, 2, 29, 1, 16, tzinfo=UTC), None, ended),
        ("medium", "triggered", datetime(2016, 3, 2, 4, 4, tzinfo=UTC), None, ended),
    ]


JIRA = [
    *("Summary", "Issue key", "Issue id", "Issue Type", "Status", "Priority", "Resolution"),
    *("Assignee", "Assignee Id", "Created", "Updated", "Resolved", "Labels", "Labels", "Comment"),
    *("Comment", "Status Category"),
]


def test_a_jira_export_gives_its_incidents_and_no_other_issues(exports, warehouse):
    def row(key, kind, resolution="", resolved="", category="To Do"):
        return [
            *("x", key, "1", kind, "Open", "Highest", resolution, "Ada L.", "70121:abc"),
            *("09/Jan/24 3:54 PM", "10/Jan/24 9:00 AM", resolved, "a", "b"),
            *("09/Jan/24 4:00 PM;70121:abc;text, with commas", "", category),
        ]

    rows = [
        row("OPS-1", "[System] Incident", "Done", "09/Jan/24 6:00 PM", "Done"),
        row("OPS-2", "Incidente"),
        row("OPS-3", "Story"),
        row("OPS-4", "Incident", "Duplicate", "09/Jan/24 6:00 PM", "Done"),
    ]
    path = exports.rows("incidents/jira.csv", JIRA, *rows)
    exports.write("incidents/jira.csv", b"\xef\xbb\xbf" + path.read_bytes())
    one = load(exports, warehouse, time_zone="America/Sao_Paulo")
    assert (one.shape, one.rows_read) == ("jira__incidents", 3)
    opened = datetime(2024, 1, 9, 18, 54, tzinfo=UTC)
    ended = datetime(2024, 1, 9, 21, tzinfo=UTC)
    assert sorted(warehouse.all(FOUND), key=str) == sorted(
        [
            ("critical", "resolved", opened, None, ended),
            ("critical", "triggered", opened, None, None),
            ("critical", "merged", opened, None, ended),
        ],
        key=str,
    )
    assert responders(warehouse) == [(who("70121:abc"), "primary", None)] * 3
