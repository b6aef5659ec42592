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


def request(iid):
    return {
        "id": 9, "iid": iid, "project_id": 42, "state": "merged", "created_at": OPENED,
        "merged_at": CLOSED, "source_branch": "x", "target_branch": "main", "title": "x",
        "author": {"username": "ada"},
        "web_url": f"https://gitlab.example.org/shop/web/-/merge_requests/{iid}",
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
    exports.json("git/merge_requests.json", [request(1)])
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
    found = warehouse.all("select number, state, reviewer is null from raw.git__reviews order by 2")
    # The other one has no time: it counts for nothing, as a review that was not sent.
    assert found == [(3, "approved", False), (3, "pending", False)]


def test_approvals_of_gitlab_without_a_time_say_what_to_export(exports, warehouse):
    exports.json("git/3/approvals.json", {"approved_by": [{"user": {"username": "bo"}}], "iid": 3,
                                          "project_id": 42})  # fmt: skip
    exports.json("git/merge_requests.json", [request(3)])
    loaded = warehouse.load(exports)
    (problem,) = loaded.problems
    assert "when, in 1 of 1 approvals" in problem
    assert "export the notes" in problem
    assert [one.rows_loaded for one in loaded.files if one.path.endswith("approvals.json")] == [1]


THREADS = [
    {"id": 1, "publishedDate": "2024-03-01T09:00:00.1687451Z",
     "comments": [{"author": {"uniqueName": "bo@example.org"}, "commentType": "system",
                   "publishedDate": "2024-03-01T09:00:00.1687451Z", "content": "voted 10"}],
     "properties": {"CodeReviewVoteResult": {"$type": "System.String", "$value": "10"}}},
    {"id": 2, "publishedDate": "2024-03-01T10:00:00Z",
     "comments": [{"author": {"uniqueName": "bo@example.org"}, "commentType": "text",
                   "publishedDate": "2024-03-01T10:00:00Z", "content": "why?"},
                  {"author": {"uniqueName": "ada@example.org"}, "commentType": "system",
                   "publishedDate": "2024-03-01T10:01:00Z", "content": "rebased"}]},
]  # fmt: skip
AZURE = {
    "pullRequestId": 7, "status": "completed", "creationDate": OPENED, "closedDate": CLOSED,
    "createdBy": {"uniqueName": "ada@example.org"}, "title": "x",
    "repository": {"id": "0a-1b", "name": "web", "project": {"name": "shop"}},
}  # fmt: skip
JOINED = (
    "select r.state from raw.git__reviews as r join raw.git__pull_requests as p "
    "on p.number = r.number and r.repo in (p.repo, p.repo_alias) order by r.submitted_at"
)


@pytest.mark.parametrize("is_addressed", [True, False])
def test_threads_of_azure_saved_alone_join_their_pull_request(exports, warehouse, is_addressed):
    address = "https://dev.azure.com/o/shop/_apis/git/repositories/0a-1b/pullRequests/7/threads/1"
    links = {"_links": {"self": {"href": address}}} if is_addressed else {}
    name = "git/threads.json" if is_addressed else "git/shop/web/7/threads.json"
    exports.json(name, {"value": [{**one, **links} for one in THREADS], "count": 2})
    exports.json("git/pulls.json", {"value": [AZURE], "count": 1})
    loaded = warehouse.load(exports)
    assert [one.rows_loaded for one in loaded.files if one.path == name] == [2]
    assert warehouse.all(JOINED) == [("approved",), ("commented",)]


@pytest.mark.parametrize("name", ["git/shop/web/1/notes.json", "git/shop/web/notes.json"])
def test_notes_of_an_older_gitlab_join_by_the_path_of_their_project(exports, warehouse, name):
    old = {key: value for key, value in note("why?", CLOSED, system=False).items()
           if key != "project_id"}  # fmt: skip
    exports.json(name, [old])
    exports.json("git/merge_requests.json", [request(1)])
    warehouse.load(exports)
    assert warehouse.all(JOINED) == [("commented",)]


@pytest.mark.parametrize("wrapped", ["nodes", "edges"])
def test_merge_requests_of_gitlabs_graphql_have_reviews_and_drafts(exports, warehouse, wrapped):
    def connection(*nodes):
        held = [{"node": one} for one in nodes] if wrapped == "edges" else list(nodes)
        return {wrapped: held}

    def said(body, at, *, system=False, name="bo"):
        return {"author": {"username": name}, "createdAt": at, "system": system, "body": body}

    request = {
        "iid": "1", "title": "x", "state": "merged", "draft": False, "createdAt": OPENED,
        "mergedAt": CLOSED, "webUrl": "https://gitlab.example.org/shop/web/-/merge_requests/1",
        "author": {"username": "ada", "bot": False},
        "diffStatsSummary": {"additions": 5, "deletions": 2},
        "notes": connection(
            said("marked this merge request as **ready**", "2024-03-01T09:00:00Z", system=True),
            said("why?", "2024-03-01T10:00:00Z"),
            said("approved this merge request", "2024-03-01T11:00:00Z", system=True),
            said("assigned to @bo", "2024-03-01T12:00:00Z", system=True),
        ),
    }  # fmt: skip
    ghost = {**request, "iid": "2", "author": None, "mergedAt": None, "state": "opened",
             "notes": connection()}  # fmt: skip
    page = {"mergeRequests": {**connection(request, ghost), "pageInfo": {"hasNextPage": False}}}
    exports.json("git/x.json", {"data": {"project": {"fullPath": "shop/web", **page}}})
    assert not warehouse.load(exports).problems
    pulls = warehouse.all(
        "select number, author is null, merged_at is null, additions from raw.git__pull_requests"
    )
    assert sorted(pulls) == [(1, False, False, 5), (2, True, True, 5)]
    assert warehouse.all(JOINED) == [("commented",), ("approved",)]
    assert warehouse.all("select event from raw.git__events") == [("ready_for_review",)]


def test_comments_of_bitbucket_are_reviews_but_for_deleted_ones(exports, warehouse):
    comment = {
        "id": 3, "created_on": "2024-03-01T09:00:00.1+00:00", "content": {"raw": "x"},
        "user": {"account_id": "6", "type": "user"}, "deleted": False,
        "pullrequest": {"id": 5, "links": {"self": {
            "href": "https://api.bitbucket.org/2.0/repositories/shop/web/pullrequests/5"}}},
    }  # fmt: skip
    exports.json("git/x.json", {"values": [comment, {**comment, "id": 4, "deleted": True}]})
    warehouse.load(exports)
    assert warehouse.all("select number, state from raw.git__reviews") == [(5, "commented")]


def event(kind, action, at, login, **payload):
    pull = {"id": 1, "number": 9, "url": "https://api.github.com/repos/o/web/pulls/9"}
    return {
        "id": at, "type": f"{kind}Event", "actor": {"login": login}, "repo": {"name": "o/web"},
        "created_at": at, "payload": {"action": action, "number": 9, "pull_request": pull,
                                      **payload},
    }  # fmt: skip


def test_short_events_of_the_public_timeline_say_who_opened_merged_and_reviewed(exports, warehouse):
    review = {"user": {"login": "bo"}, "state": "approved", "submitted_at": "2024-03-01T09:00:00Z"}
    events = [
        event("PullRequest", "opened", OPENED, "ada"),
        event("PullRequestReview", "created", "2024-03-01T09:00:00Z", "bo", review=review),
        event("PullRequest", "labeled", "2024-03-01T10:00:00Z", "renovate[bot]"),
        event("PullRequest", "merged", CLOSED, "bo"),
        {"id": "p", "type": "PushEvent", "actor": {}, "repo": {"name": "o/web"}, "payload": {},
         "created_at": CLOSED},
    ]  # fmt: skip
    exports.lines("git/x.json", events)
    assert not warehouse.load(exports).problems
    assert warehouse.all("select number, author is null from raw.git__pull_requests") == [
        (9, False)
    ]
    assert warehouse.all(JOINED) == [("approved",)]
    merged = "select occurred_at = ?::timestamptz from raw.git__events where event = 'merged'"
    assert warehouse.all(merged, CLOSED) == [(True,)]


@pytest.mark.parametrize(
    "review",
    [
        {"user": {"login": "bo"}, "state": "APPROVED", "submitted_at": OPENED},
        {"author": {"login": "bo"}, "authorAssociation": "MEMBER", "state": "APPROVED",
         "submittedAt": OPENED},
    ],
)  # fmt: skip
def test_reviews_of_one_pull_request_are_taken_where_their_place_names_it(
    exports, warehouse, review
):
    exports.json("git/o/web/12/reviews.json", {"reviews": [review]})
    exports.json("git/elsewhere.json", {"reviews": [review]})
    loaded = warehouse.load(exports)
    assert warehouse.all("select number, state from raw.git__reviews") == [(12, "approved")]
    (unread,) = [one for one in loaded.files if one.path == "git/elsewhere.json"]
    assert "which pull request" in unread.problems[0]


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
