"""Answers and exports that people save beside the usual ones."""

import tomllib

import pytest

from ingest import files
from ingest.recognise import recognise
from ingest.source import Plan, Unrecognised
from pipeline.settings import Settings

pytestmark = pytest.mark.usefixtures("no_expectations")

OPENED, CLOSED = "2024-03-01T08:00:00Z", "2024-03-02T08:00:00Z"


def note(body, at, *, system=True, name="bo"):
    return {
        "id": 1, "body": body, "author": {"id": 6, "username": name}, "created_at": at,
        "system": system, "noteable_type": "MergeRequest", "project_id": 42, "noteable_iid": 1,
    }  # fmt: skip


def test_discussions_of_gitlab_are_their_notes(exports, warehouse):
    exports.json(
        "git/discussions.json",
        [
            {"id": "a", "individual_note": True,
             "notes": [note("approved this merge request", "2024-03-01T12:00:00Z")]},
            {"id": "b", "individual_note": False,
             "notes": [note("why?", "2024-03-01T11:00:00Z", system=False),
                       note("because", "2024-03-01T11:30:00Z", system=False, name="ada")]},
        ],
    )  # fmt: skip
    assert not warehouse.load(exports).problems
    found = warehouse.all("select state from raw.git__reviews order by submitted_at")
    assert found == [("commented",), ("commented",), ("approved",)]


def approvals(**more):
    by = [{"user": {"id": 6, "username": "bo"}, "approved_at": "2024-03-01T12:00:00Z"},
          {"user": {"id": 7, "username": "cy"}, "approved_at": None}]  # fmt: skip
    return {"approved": True, "approved_by": by, **more}


@pytest.mark.parametrize(
    ("name", "more"),
    [("git/42/3/approvals.json", {"iid": 3, "project_id": 42}), ("git/g/p/3/approvals.json", {})],
)
def test_approvals_of_gitlab_with_a_time_are_reviews(exports, warehouse, name, more):
    exports.json(name, approvals(**more))
    assert [one.status for one in warehouse.load(exports).files if one.path == name] == ["loaded"]
    found = warehouse.all("select number, state, reviewer is null from raw.git__reviews")
    assert found == [(3, "approved", False)]


def test_approvals_of_gitlab_without_a_time_say_what_to_export(exports, warehouse):
    exports.json("git/3/approvals.json", {"approved_by": [{"user": {"username": "bo"}}], "iid": 3,
                                          "project_id": 42})  # fmt: skip
    (problem,) = warehouse.load(exports).problems
    assert "export the notes" in problem


def test_activities_of_bitbucket_server_take_their_pull_request_from_the_path(exports, warehouse):
    actions = ("OPENED", "APPROVED", "COMMENTED", "MERGED")
    records = [
        {"id": at, "createdDate": 1709290000000 + at, "user": {"name": "bo"}, "action": action}
        for at, action in enumerate(actions)
    ]
    exports.json("git/ACME/web/5/activities.json", {"values": records, "isLastPage": True})
    warehouse.load(exports)
    found = warehouse.all("select number, state from raw.git__reviews order by submitted_at")
    assert found == [(5, "approved"), (5, "commented")]


def issue(key="OPS-1", kind="Incident", **more):
    return {
        "id": "1", "key": key,
        "fields": {
            "issuetype": {"name": kind}, "priority": {"name": "Major"}, "summary": "x",
            "status": {"name": "Closed", "statusCategory": {"key": "done"}},
            "created": "2024-03-01T11:00:00.000+0300", "updated": "2024-03-02T11:00:00.000+0300",
            "resolutiondate": "2024-03-02T11:00:00.000+0300", "resolution": {"name": "Fixed"},
            "assignee": {"emailAddress": "ada@example.org", "accountId": "5:a"},
            "components": [{"name": "core"}], **more,
        },
    }  # fmt: skip


INCIDENTS = (
    "select severity, status, created_at, resolved_at - created_at, service is null "
    "from raw.generic__incidents"
)


def test_the_interface_of_jira_gives_incidents_and_passes_other_issues_over(exports, warehouse):
    page = {"startAt": 0, "maxResults": 50, "total": 2, "issues": [issue(), issue("OPS-2", "Task")]}
    exports.json("incidents/search.json", page)
    assert not warehouse.load(exports).problems
    ((severity, status, at, took, unknown),) = warehouse.all(INCIDENTS)
    assert (severity, status, at.hour, took.days, unknown) == ("high", "resolved", 8, 1, False)
    assert warehouse.all("select role from raw.generic__incident_responders") == [("primary",)]


def test_incidents_of_gitlab_are_told_from_its_other_issues(exports, warehouse):
    record = {
        "id": 1, "iid": 1, "project_id": 42, "state": "closed", "created_at": OPENED,
        "closed_at": CLOSED, "updated_at": CLOSED, "issue_type": "incident",
        "severity": "CRITICAL", "assignees": [{"username": "ada"}, {"username": "bo"}],
    }  # fmt: skip
    exports.json("incidents/issues.json", [record, {**record, "id": 2, "issue_type": "issue"}])
    warehouse.load(exports)
    assert [one[:2] for one in warehouse.all(INCIDENTS)] == [("critical", "resolved")]
    found = warehouse.all("select role from raw.generic__incident_responders")
    assert found == [("other",), ("other",)]


def test_a_report_of_bamboohr_as_csv_is_an_employee_list(exports, warehouse):
    exports.rows(
        "hris/employees.csv",
        ["Employee #", "Last Name", "Hire Date", "Work Email", "Job Title", "Employment Type"],
        ["007", "Lovelace", "05 Jan 2015", "ada@example.org", "Engineer", "Salaried Full-Time"],
        ["008", "Hopper", "06 Jan 2015", "bo@example.org", "Engineer", "Terminated"],
    )
    exports.rows(
        "mentorship/mentorships.csv",
        ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"],
        ["M1", "1:1", "007", "008", "2021-03-01", "active"],
    )
    warehouse.load(exports)
    found = "select hire_date::varchar, employment_type from raw.generic__employees order by 1"
    assert warehouse.all(found) == [("2015-01-05", "full_time"), ("2015-01-06", None)]
    joined = "select count(*) from raw.generic__mentorships as m inner join "
    joined += "raw.generic__employees as e on e.employee_id = m.mentor"
    assert warehouse.one(joined) == 1


@pytest.mark.parametrize(
    ("term", "start", "precision"),
    [
        ("2024 Term 1 (Mar-May)", "2024-03-01", "term"),
        ("2023 - Term 3 (Sep - Nov)", "2023-09-01", "term"),
        ("2024/01-Mar-May", "2024-03-01", "term"),
    ],
)
def test_terms_of_open_source_programmes_begin_with_their_first_month(
    exports, warehouse, term, start, precision
):
    exports.rows(
        "mentorship/mentorships.csv",
        ["program_name", "term", "mentee_email", "mentee_name", "mentor_names", "mentor_emails",
         "status"],
        ["CNCF", term, "E2", "Cy", "Ada; Bo", "ada@example.org; bo@example.org", "Passed"],
    )  # fmt: skip
    warehouse.load(exports)
    found = "select start_date::varchar, start_precision, status from raw.generic__mentorships"
    assert warehouse.all(found) == [(start, precision, "completed")] * 2


def test_a_printed_mapping_can_be_pasted_and_says_what_is_left_to_fill_in(exports):
    content = "Coach,Who,Von,Stage\na@b.org,c@b.org,2024-01-02,active\n"
    path = exports.write("mentorship/x.csv", content)
    look = files.peek(path, exports.path)
    unknown = recognise(look, Settings())
    assert isinstance(unknown, Unrecognised)
    pasted = recognise(look, Settings(**tomllib.loads(unknown.stub)))
    assert isinstance(pasted, Unrecognised)
    assert "name the columns of mentorship_id, model, mentee, start_date" in pasted.reason
    filled = unknown.stub.replace('mentorship_id = "?", model = "?", ', "")
    filled = filled.replace('mentee = "?"', 'mentee = "Who"').replace('"?"', '"Von"')
    assert isinstance(recognise(look, Settings(**tomllib.loads(filled))), Plan)
