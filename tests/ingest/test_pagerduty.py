"""PagerDuty: incidents with their log, logs of their own, users, and pages that are missing."""

from datetime import UTC, datetime

import pytest

from tests.ingest.conftest import Exports

pytestmark = pytest.mark.usefixtures("no_expectations")
OPENED, RESOLVED = "2022-03-01T10:00:00Z", "2022-03-01T11:00:00Z"


def reference(name, kind="user"):
    return {"id": name, "type": f"{kind}_reference", "summary": "x", "self": "x", "html_url": None}


def entry(kind, at=OPENED, agent=None, **more):
    found = {"id": f"R{kind}{at}", "type": f"{kind}_log_entry", "created_at": at, **more}
    return {**found, "agent": agent} if agent else found


def incident(number, **changes):
    return {
        "id": f"Q{number}",
        "type": "incident",
        "incident_number": number,
        "title": "x",
        "created_at": OPENED,
        "status": "resolved",
        "urgency": "high",
        "priority": {"summary": "P2"},
        "service": reference("S1", "service"),
        "teams": [reference("T1", "team"), reference("T2", "team")],
        "assignments": [],
        "acknowledgements": [],
        "last_status_change_at": RESOLVED,
        "resolved_at": RESOLVED,
        **changes,
    }


def only(report, path="incidents/i.json"):
    return next(one for one in report.files if one.path == path)


COLUMNS = (
    "urgency, severity, status, created_at, resolved_at, assignee is not null, team is not null"
)


@pytest.mark.parametrize("wrapped", [True, False])
def test_an_incident_is_stored_with_its_log(exports, warehouse, wrapped):
    log = [
        entry("notify"),
        entry("acknowledge", "2022-03-01T10:05:00Z", reference("U1")),
        entry("resolve", RESOLVED, reference("S1", "service")),
    ]
    records = [incident(1, log_entries=log), incident(2)]
    exports.json("incidents/i.json", {"incidents": records, "more": False} if wrapped else records)
    one = only(warehouse.load(exports))
    assert (one.shape, one.rows_read, one.rows_loaded) == ("pagerduty__incidents", 2, 2)
    opened, resolved = datetime(2022, 3, 1, 10, tzinfo=UTC), datetime(2022, 3, 1, 11, tzinfo=UTC)
    assert (
        warehouse.all(f"select {COLUMNS} from raw.pagerduty__incidents")
        == [("high", "high", "resolved", opened, resolved, False, True)] * 2
    )
    assert warehouse.all(
        'select entry_type, "at", agent is not null from raw.pagerduty__log_entries order by "at"'
    ) == [
        ("notify", opened, False),
        ("acknowledge", datetime(2022, 3, 1, 10, 5, tzinfo=UTC), True),
        ("resolve", resolved, False),  # a service resolved it
    ]
    assert (
        warehouse.one(
            "select count(*) from raw.pagerduty__log_entries join raw.pagerduty__incidents "
            "using (incident_id)"
        )
        == 3
    )


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        ({"priority": None}, "severity", None),
        ({"priority": {"summary": "P1"}}, "severity", "critical"),
        ({"priority": {"summary": "Sev-3"}}, "severity", "medium"),
        ({"priority": {"summary": "purple"}}, "severity", "other"),
        ({"urgency": "low"}, "urgency", "low"),
        ({"resolve_reason": {"type": "merge_resolve_reason"}}, "status", "merged"),
        ({"resolve_reason": None}, "status", "resolved"),
        ({"teams": []}, "team", None),
        ({"resolved_at": None}, "resolved_at", datetime(2022, 3, 1, 11, tzinfo=UTC)),
        (
            {"status": "triggered", "resolved_at": None, "assignments": []},
            "resolved_at",
            None,
        ),
        ({"status": "triggered", "assignments": []}, "assignee", None),
    ],
)
def test_what_an_incident_says_is_kept_and_nothing_more(exports, warehouse, change, column, value):
    exports.json("incidents/i.json", [incident(1, **change), incident(2)])
    warehouse.load(exports)
    first = "(select min(_row) from raw.pagerduty__incidents)"
    assert warehouse.one(f"select {column} from raw.pagerduty__incidents where _row = {first}") == (
        value
    )


def test_an_assignee_is_only_there_while_the_incident_is_open(exports, warehouse):
    assigned = [{"at": OPENED, "assignee": reference("U1")}]
    exports.json(
        "incidents/i.json",
        [
            incident(1, status="acknowledged", assignments=assigned),
            incident(2, assignments=assigned),
            incident(3, status="triggered", assignments=[{"assignee": reference("X", "schedule")}]),
        ],
    )
    exports.json("incidents/users.json", {"users": [{"id": "U1", "type": "user", "email": "A@x"}]})
    warehouse.load(exports)
    assert warehouse.all(
        "select i._row from raw.pagerduty__incidents as i "
        "join raw.pagerduty__users as u on u.pagerduty_user = i.assignee"
    ) == [(1,)]


def test_a_users_address_joins_to_the_employee(exports, warehouse):
    exports.json(
        "incidents/users.json",
        {"users": [{"id": "U1", "type": "user", "email": "ADA@example.org"}], "more": False},
    )
    one = only(warehouse.load(exports), "incidents/users.json")
    assert one.shape == "pagerduty__users"
    assert (
        warehouse.one(
            "select count(*) from raw.pagerduty__users join raw.generic__employees using (email)"
        )
        == 1
    )


def test_a_log_of_its_own_gives_the_same_rows_as_one_inside_incidents(exports, warehouse, tmp_path):
    log = [
        entry("acknowledge", "2022-03-01T10:05:00Z", reference("U1")),
        entry("notify", "2022-03-01T10:06:00Z"),
    ]
    exports.json("incidents/i.json", [incident(1, log_entries=log)])
    listed = [{**one, "incident": reference("Q1", "incident")} for one in log]
    exports.json("incidents/log.json", {"log_entries": listed, "limit": 100, "more": False})
    report = warehouse.load(exports)
    assert only(report, "incidents/log.json").shape == "pagerduty__log_entries"
    # Whichever is read first, the second says nothing new.
    assert warehouse.one("select count(*) from raw.pagerduty__log_entries") == 2
    assert warehouse.one("select count(*) from raw.pagerduty__log_entries__history") == 0


@pytest.mark.parametrize(
    ("pages", "missing"),
    [
        ([(0, False)], 0),
        ([(0, True)], 1),
        ([(0, True), (100, False)], 0),
        ([(0, True), (200, False)], 1),
        ([(0, True), (100, True), (200, True)], 1),
        ([(100, False), (0, True)], 0),
    ],
)
def test_a_page_that_says_more_follows_needs_the_next_one(exports, warehouse, pages, missing):
    for at, (offset, more) in enumerate(pages):
        exports.json(
            f"incidents/{at}.json",
            {"incidents": [incident(offset)], "limit": 100, "offset": offset, "more": more},
        )
    report = warehouse.load(exports)
    assert len([note for note in report.notes if "more pages follow" in note]) == missing
    assert warehouse.all(
        "select failed, status from raw.data_checks where check_name = 'pages_complete'"
    ) == ([(missing, "fail")] if missing else [])


def test_an_empty_page_is_no_error(exports: Exports, warehouse):
    exports.json("incidents/i.json", {"incidents": [], "limit": 100, "offset": 0, "more": False})
    one = only(warehouse.load(exports))
    assert one.problems == ("it holds an empty list",)


def test_an_incident_without_an_id_or_time_is_quarantined(exports, warehouse):
    exports.json(
        "incidents/i.json",
        [incident(1, id=None), incident(2, created_at="soon"), incident(3), incident(4)],
    )
    one = only(warehouse.load(exports, quarantine_share=1.0))
    assert (one.rows_loaded, one.rows_quarantined) == (2, 2)
    assert warehouse.all("select column_name, rule from raw.quarantine order by all") == [
        ("created_at", "unreadable"),
        ("incident_id", "missing"),
    ]
