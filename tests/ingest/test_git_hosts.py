"""Git hosts: every shape gives the same pull requests, reviews and events; one is never two."""

import io
import json
import tarfile
from datetime import UTC, datetime, timedelta

import pytest

from tests.ingest.conftest import LOADED

pytestmark = pytest.mark.usefixtures("no_expectations")

OPENED, READY = "2024-03-01T08:00:00Z", "2024-03-01T10:00:00Z"
REVIEWED, MERGED = "2024-03-01T12:00:00Z", "2024-03-01T20:00:00Z"
AT = datetime(2024, 3, 1, tzinfo=UTC)
API = "https://api.github.com/repos/Acme/Web"
SITE = "https://github.com/Acme/Web"


def rest(number, **more):
    return {
        "url": f"{API}/pulls/{number}",
        "html_url": f"{SITE}/pull/{number}",
        "id": 1000 + number,
        "number": number,
        "state": "closed",
        "title": "Make it faster",
        "user": {"login": "Ada", "type": "User"},
        "created_at": OPENED,
        "updated_at": MERGED,
        "closed_at": MERGED,
        "merged_at": MERGED,
        "merge_commit_sha": "abc",
        "draft": False,
        "base": {"ref": "main", "repo": {"full_name": "Acme/Web"}},
        "head": {"ref": "x", "repo": None},
        **more,
    }


def rest_review(number, login="bo", **more):
    return {
        "id": 7,
        "user": login and {"login": login, "type": "User"},
        "state": "APPROVED",
        "submitted_at": REVIEWED,
        "pull_request_url": f"{API}/pulls/{number}",
        **more,
    }


def rest_event(number, event="ready_for_review", at=READY, **issue):
    return {
        "id": 9,
        "url": f"{API}/issues/events/9",
        "event": event,
        "created_at": at,
        "actor": {"login": "ada"},
        "issue": {"number": number, "pull_request": {"url": f"{API}/pulls/{number}"}, **issue},
    }


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def node(number, **more):
    return {
        "number": number,
        "url": f"{SITE}/pull/{number}",
        "state": "MERGED",
        "title": "x",
        "createdAt": OPENED,
        "mergedAt": MERGED,
        "closedAt": MERGED,
        "author": {"login": "ada", "__typename": "User"},
        "reviews": {"nodes": [{"author": {"login": "bo"}, "submittedAt": REVIEWED,
                               "state": "APPROVED"}]},
        "timelineItems": {"nodes": [{"__typename": "ReadyForReviewEvent", "createdAt": READY}]},
        **more,
    }  # fmt: skip


def archive():
    """Pack the files of a migration archive."""
    pull = {
        "type": "pull_request", "url": f"{SITE}/pull/1", "user": "https://github.com/ada",
        "repository": SITE, "title": "x", "body": "", "base": {"ref": "main"}, "head": {},
        "work_in_progress": False, "merged_at": MERGED, "closed_at": MERGED, "created_at": OPENED,
    }  # fmt: skip
    review = {
        "type": "pull_request_review", "url": f"{SITE}/pull/1/files#r1", "state": 40,
        "pull_request": f"{SITE}/pull/1", "user": "https://github.com/bo", "created_at": REVIEWED,
        "submitted_at": REVIEWED,
    }  # fmt: skip
    event = {
        "type": "issue_event", "url": f"{SITE}/pull/1#event-1", "pull_request": f"{SITE}/pull/1",
        "actor": "https://github.com/ada", "event": "ready_for_review", "created_at": READY,
    }  # fmt: skip
    user = {
        "type": "user", "url": "https://github.com/ada", "login": "ada", "name": "Ada",
        "emails": [{"address": "ada@example.org", "primary": True}],
    }  # fmt: skip
    files = {
        "pull_requests_000001.json": [pull], "pull_request_reviews_000001.json": [review],
        "issue_events_000001.json": [event], "users_000001.json": [user],
        "schema.json": {"version": "1.0.1"},
    }  # fmt: skip
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        for name, content in files.items():
            body = json.dumps(content).encode()
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(body)
            packed.addfile(info, io.BytesIO(body))
    return out.getvalue()


BACKUP = {
    "type": "pull",
    "pull": rest(1),
    "events": [
        {"event": "reviewed", "state": "approved", "submitted_at": REVIEWED, "created_at": None,
         "user": {"login": "bo", "type": "User"}},
        {"event": "ready_for_review", "created_at": READY, "actor": {"login": "ada"}},
        {"event": "labeled", "created_at": READY},
    ],
    "comments": [{"id": 1, "user": {"login": "bo"}, "body": "why?"}],
}  # fmt: skip
CONNECTION = {"nodes": [node(1)], "pageInfo": {"hasNextPage": False}}
GRAPH = {"data": {"repository": {"pullRequests": CONNECTION}}}
FLAT = node(1, author="ada", reviews=[
    {"author": "bo", "state": "APPROVED", "createdAt": REVIEWED, "submittedAt": None}])  # fmt: skip
TIMELINE = [
    {"id": "1", "type": "PullRequestReviewEvent", "repo": {"name": "Acme/Web"},
     "actor": {"login": "bo"}, "created_at": REVIEWED,
     "payload": {"action": "created", "pull_request": rest(1), "review": rest_review(1)}},
    {"id": "2", "type": "PullRequestEvent", "repo": {"name": "Acme/Web"}, "actor": {"login": "ada"},
     "created_at": READY, "payload": {"action": "ready_for_review", "pull_request": rest(1)}},
    {"id": "3", "type": "PushEvent", "repo": {"name": "Acme/Web"}, "actor": {"login": "ada"},
     "created_at": READY, "payload": {"size": 1}},
]  # fmt: skip
WEBHOOKS = [
    {"action": "ready_for_review", "number": 1, "pull_request": rest(1, updated_at=READY),
     "repository": {"full_name": "Acme/Web"}},
    {"action": "submitted", "review": rest_review(1), "pull_request": rest(1),
     "repository": {"full_name": "Acme/Web"}},
]  # fmt: skip
GITHUB = {
    "rest": {"pulls.json": [rest(1)], "reviews.json": [rest_review(1)],
             "events.json": [rest_event(1), rest_event(1, "labeled")]},
    "backup": {"1.json": BACKUP},
    "backup without nulls": {"1.json": without_nulls(BACKUP)},
    "graph": {"prs.json": GRAPH},
    "edges": {"prs.json": [{"cursor": "c", "node": node(1)}]},
    "flat graph": {"archive.json": {"magic": "x", "repo": "Acme/Web", "pulls": [FLAT]}},
    "timeline": {"2024-03-01.json": TIMELINE},
    "webhooks": {"hooks.json": WEBHOOKS},
}  # fmt: skip


def stored(warehouse):
    """Give what the raw tables hold of the pull request 1, by what joins."""
    return warehouse.all(
        "select p.number, p.author_is_bot, p.created_at, p.merged_at, p.closed_at, "
        "p.state in ('merged', 'closed'), r.state, r.submitted_at, r.reviewer <> p.author, "
        "e.event, e.occurred_at from raw.git__pull_requests as p "
        "left join raw.git__reviews as r using (repo, number) "
        "left join raw.git__events as e on e.repo = p.repo and e.number = p.number "
        "and e.event <> 'other'"
    )


EXPECTED = [
    (1, False, AT.replace(hour=8), AT.replace(hour=20), AT.replace(hour=20), True, "approved",
     AT.replace(hour=12), True, "ready_for_review", AT.replace(hour=10))
]  # fmt: skip


@pytest.mark.parametrize("shape", GITHUB)
def test_every_shape_of_github_gives_the_same_pull_request(exports, warehouse, shape):
    for name, content in GITHUB[shape].items():
        exports.json(f"git/{name}", content)
    report = warehouse.load(exports)
    assert {one.status for one in report.files} == {"loaded"}
    found = stored(warehouse)
    if shape == "flat graph":
        found = [(*row[:9], *EXPECTED[0][9:]) for row in found]  # it was given no timeline
    assert found == EXPECTED


def test_a_migration_archive_gives_the_same_pull_request(exports, warehouse):
    exports.write("git/migration.bin", archive())
    warehouse.load(exports)
    assert stored(warehouse) == EXPECTED
    assert warehouse.one(
        "select count(*) from raw.accounts__accounts as a "
        "join raw.git__pull_requests as p on a.account = p.author "
        "join raw.generic__employees as e on e.email = a.owner"
    ) == 1  # fmt: skip


def test_all_shapes_together_are_one_pull_request_in_one_repository(exports, warehouse):
    for shape, files in GITHUB.items():
        for name, content in files.items():
            exports.json(f"git/{shape}/{name}", content)
    exports.write("git/migration.bin", archive())
    warehouse.load(exports)
    assert set(stored(warehouse)) == set(EXPECTED)
    assert warehouse.one("select count(*) from raw.git__reviews") == 1


@pytest.mark.parametrize("newest", ["list", "detail", "search"])
def test_what_one_file_is_silent_about_stays_as_another_said_it(exports, warehouse, newest):
    search = {key: value for key, value in rest(1).items() if key not in ("base", "merged_at")}
    search |= {"repository_url": API, "pull_request": {"url": f"{API}/pulls/1"}}
    files = {
        "list": [rest(1)],
        "detail": rest(1, additions=10, deletions=3, updated_at="2024-03-02T00:00:00Z"),
        "search": {"total_count": 1, "items": [search]},
    }
    files[newest] = json.loads(
        json.dumps(files[newest]).replace(f'"updated_at": "{MERGED}"', '"updated_at": "2024-04-01"')
    )
    for at, (name, content) in enumerate(files.items()):
        exports.json(f"git/{name}.json", content, LOADED + timedelta(hours=at))
    warehouse.load(exports)
    assert warehouse.all("select additions, deletions, merged_at from raw.git__pull_requests") == [
        (10, 3, AT.replace(hour=20))
    ]


def test_a_later_list_without_reviews_takes_none_away(exports, warehouse):
    exports.json("git/a.json", BACKUP)
    warehouse.load(exports)
    exports.json("git/b.json", [rest(1, updated_at="2024-05-01T00:00:00Z")], LOADED)
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.git__reviews") == 1


def test_an_open_pull_request_with_a_test_merge_is_not_merged(exports, warehouse):
    exports.json("git/a.json", [rest(1, state="open", merged_at=None, closed_at=None)])
    warehouse.load(exports)
    assert warehouse.all("select state, merged_at from raw.git__pull_requests") == [("open", None)]


@pytest.mark.parametrize(
    ("user", "is_bot", "is_nobody"),
    [
        ({"login": "ada", "type": "User"}, False, False),
        ({"login": "renovate[bot]", "type": "Bot"}, True, False),
        ({"login": "plain", "type": "Bot"}, True, False),
        ({"login": "merge-steward", "type": "User"}, True, False),
        ({"login": "Acme", "type": "Organization"}, False, False),
        (None, False, True),
    ],
)
def test_bots_and_deleted_accounts_are_told_from_people(
    exports, warehouse, user, is_bot, is_nobody
):
    exports.json("git/a.json", [rest(1, user=user), rest(2)])
    exports.json("git/b.json", [rest_review(1, user=user), rest_review(2)])
    warehouse.load(exports, bots=["merge-steward"])
    assert warehouse.all(
        "select p.author_is_bot, p.author is null, r.reviewer_is_bot, r.reviewer is null "
        "from raw.git__pull_requests as p join raw.git__reviews as r using (repo, number) "
        "where number = 1"
    ) == [(is_bot, is_nobody, is_bot, is_nobody)]


def test_a_pending_review_has_no_time_and_review_comments_are_no_reviews(exports, warehouse):
    pending = rest_review(1, state="PENDING")
    del pending["submitted_at"]
    exports.json("git/a.json", [pending, rest_review(1, state="DISMISSED")])
    exports.json("git/c.json", [{**rest_review(1), "diff_hunk": "@@", "body": "?"}])
    found = {one.path: one.status for one in warehouse.load(exports).files}
    assert found["git/c.json"] == "unrecognised"
    assert warehouse.all("select state, submitted_at from raw.git__reviews order by 1") == [
        ("dismissed", AT.replace(hour=12)),
        ("pending", None),
    ]


def test_issues_among_results_and_events_are_passed_over(exports, warehouse):
    issue = {key: value for key, value in rest(5).items() if key not in ("base", "merged_at")}
    found = {**issue, "number": 6, "pull_request": {"url": f"{API}/pulls/6", "merged_at": MERGED}}
    items = [{**issue, "repository_url": API}, {**found, "repository_url": API}]
    exports.json("git/a.json", {"total_count": 2, "items": items})
    event = rest_event(5, "closed")
    del event["issue"]["pull_request"]
    exports.json("git/b.json", [event, rest_event(6, "closed")])
    warehouse.load(exports)
    assert warehouse.all("select number, merged_at from raw.git__pull_requests") == [
        (6, AT.replace(hour=20))
    ]
    assert warehouse.all("select number from raw.git__events") == [(6,)]


def test_a_graph_without_addresses_is_named_by_its_folder_or_file(exports, warehouse):
    bare = {key: value for key, value in node(1).items() if key != "url"}
    exports.json("git/web.json", [{"cursor": "c", "node": bare}])
    exports.json("git/api/page-1.json", [{"cursor": "d", "node": bare}])
    exports.json("git/api/page-2.json", [{"cursor": "c", "node": {**bare, "number": 2}}])
    warehouse.load(exports)
    assert warehouse.all("select count(*), count(distinct repo) from raw.git__pull_requests") == [
        (3, 2)
    ]


def gitlab(iid, **more):
    return {
        "id": 900 + iid, "iid": iid, "project_id": 5, "target_project_id": 5, "title": "x",
        "state": "merged", "created_at": OPENED, "updated_at": MERGED, "merged_at": MERGED,
        "closed_at": None, "source_branch": "x", "target_branch": "main", "draft": False,
        "author": {"id": 77, "username": "ada"}, "web_url": "https://gl.example/a/b/-/merge_requests/1",
        "references": {"full": f"a/b!{iid}"}, **more,
    }  # fmt: skip


def note(iid, body, at, system, username="bo"):
    return {
        "id": 1, "body": body, "created_at": at, "system": system, "noteable_iid": iid,
        "noteable_type": "MergeRequest", "project_id": 5,
        "author": {"id": 78, "username": username},
    }  # fmt: skip


def test_gitlab_merge_requests_and_notes_give_the_same(exports, warehouse):
    exports.json("git/mrs.json", [gitlab(1)])
    exports.json("git/notes.json", [
        note(1, "approved this merge request", REVIEWED, True),
        note(1, "marked this merge request as **ready**", READY, True, "ada"),
        note(1, "changed the description", READY, True, "ada"),
    ])  # fmt: skip
    warehouse.load(exports)
    found = [row for row in stored(warehouse) if row[6] != "pending"]
    assert found == EXPECTED


def test_a_gitlab_project_export_gives_the_same_and_its_members_names(exports, warehouse):
    mr = {
        "iid": 1, "author_id": 77, "target_project_id": 5, "title": "x", "state": "merged",
        "created_at": OPENED, "updated_at": MERGED, "source_branch": "x", "target_branch": "main",
        "metrics": {"merged_at": MERGED, "latest_closed_at": None, "added_lines": 4},
        "notes": [
            {"note": "marked this merge request as **ready**", "system": True, "author_id": 77,
             "created_at": READY, "author": {"name": "Ada"}},
            {"note": "approved this merge request", "system": True, "author_id": 78,
             "created_at": REVIEWED, "author": {"name": "Bo"}},
            {"note": "assigned to @bo", "system": True, "author_id": 77, "created_at": READY},
        ],
    }  # fmt: skip
    member = {"access_level": 40, "user_id": 77,
              "user": {"id": 77, "username": "ada", "public_email": "ada@example.org"}}  # fmt: skip
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        for name, record in (("merge_requests", mr), ("project_members", member)):
            body = json.dumps(record).encode() + b"\n"
            info = tarfile.TarInfo(f"tree/project/{name}.ndjson")
            info.size = len(body)
            packed.addfile(info, io.BytesIO(body))
    exports.write("git/export", out.getvalue())
    warehouse.load(exports)
    assert stored(warehouse) == EXPECTED
    assert warehouse.one(
        "select count(*) from raw.accounts__accounts as a "
        "join raw.git__pull_requests as p on a.account = p.author"
    ) == 1  # fmt: skip


def test_the_csv_of_gitlab_says_that_it_has_no_time_of_merging(exports, warehouse):
    header = ["Title", "MR IID", "URL", "State", "Target Project ID", "Author Username",
              "Created At (UTC)", "Updated At (UTC)"]  # fmt: skip
    exports.rows(
        "git/mrs.csv",
        header,
        ["x", 1, "https://gl.example/a/b/-/merge_requests/1", "merged", 5, "ada",
         "2024-03-01 08:00:00 UTC", "2024-03-01 20:00:00 UTC"],
    )  # fmt: skip
    report = warehouse.load(exports)
    (one,) = [one for one in report.files if one.path == "git/mrs.csv"]
    assert "cycle time needs" in one.problems[0]
    assert warehouse.all("select number, created_at, merged_at from raw.git__pull_requests") == [
        (1, AT.replace(hour=8), None)
    ]
    exports.json("git/mrs.json", [gitlab(1)])
    warehouse.load(exports)
    assert warehouse.all("select count(*), max(merged_at) from raw.git__pull_requests") == [
        (1, AT.replace(hour=20))
    ]


def cloud(number, **more):
    return {
        "id": number, "type": "pullrequest", "state": "MERGED", "title": "x", "created_on": OPENED,
        "updated_on": "2024-03-05T00:00:00.123456+00:00",
        "author": {"account_id": "a:1", "nickname": "Ada", "type": "user"},
        "destination": {"repository": {"full_name": "acme/web"}}, **more,
    }  # fmt: skip


def test_bitbucket_cloud_takes_the_time_of_the_merge_from_its_activity(exports, warehouse):
    link = {"href": "https://api.bitbucket.org/2.0/repositories/acme/web/pullrequests/1"}
    about = {"pull_request": {"id": 1, "links": {"self": link}}}
    bo = {"account_id": "b:2", "type": "user"}
    exports.json("git/prs.json", {"values": [cloud(1)], "pagelen": 50, "page": 1, "size": 1})
    exports.json("git/activity.json", {"values": [
        {**about, "update": {"state": "MERGED", "date": MERGED}},
        {**about, "approval": {"date": REVIEWED, "user": bo}},
        {**about, "update": {"state": "OPEN", "date": READY}},
    ]})  # fmt: skip
    warehouse.load(exports)
    assert warehouse.all(
        "select p.state, e.occurred_at from raw.git__pull_requests as p "
        "join raw.git__events as e using (repo, number) where e.event = 'merged'"
    ) == [("merged", AT.replace(hour=20))]
    assert warehouse.all("select state, submitted_at from raw.git__reviews") == [
        ("approved", AT.replace(hour=12))
    ]


def test_bitbucket_server_counts_milliseconds(exports, warehouse):
    ms = int(AT.timestamp() * 1000) + 500
    ref = {"repository": {"slug": "web", "project": {"key": "ACME"}}}
    pull = {
        "id": 1, "state": "MERGED", "title": "x", "createdDate": ms, "updatedDate": ms + 7_200_000,
        "closedDate": ms + 3_600_000, "toRef": ref, "fromRef": ref,
        "author": {"user": {"name": "ada", "emailAddress": "ada@example.org", "type": "NORMAL"}},
    }  # fmt: skip
    open_one = {**pull, "id": 2, "state": "OPEN", "closedDate": None}
    exports.json("git/prs.json", {"values": [pull, open_one], "isLastPage": True, "start": 0})
    warehouse.load(exports)
    hour = timedelta(hours=1)
    at = AT + timedelta(milliseconds=500)
    assert warehouse.all(
        "select number, created_at, merged_at, closed_at, state from raw.git__pull_requests "
        "order by 1"
    ) == [(1, at, at + hour, at + hour, "merged"), (2, at, None, None, "open")]


def test_azure_devops_reads_reviews_from_threads(exports, warehouse):
    ada, bo = ({"uniqueName": f"{name}@example.org", "id": name} for name in ("ada", "bo"))
    pull = {
        "pullRequestId": 1, "status": "completed", "creationDate": "2024-03-01T08:00:00.1687451Z",
        "closedDate": MERGED, "title": "x", "isDraft": False, "createdBy": ada,
        "repository": {"id": "r", "name": "web", "project": {"name": "acme"}},
        "reviewers": [{**bo, "vote": 10}],
        "threads": [
            {"properties": {"CodeReviewVoteResult": {"$type": "System.String", "$value": "10"}},
             "comments": [{"author": bo, "publishedDate": REVIEWED, "commentType": "system"}]},
            {"comments": [{"author": ada, "publishedDate": READY, "commentType": "system"}]},
        ],
    }  # fmt: skip
    exports.json("git/prs.json", {"value": [pull], "count": 1})
    warehouse.load(exports)
    assert warehouse.all(
        "select p.state, p.merged_at, r.state, r.submitted_at, r.reviewer <> p.author "
        "from raw.git__pull_requests as p join raw.git__reviews as r using (repo, number)"
    ) == [("merged", AT.replace(hour=20), "approved", AT.replace(hour=12), True)]


LOG = """commit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
Merge: bbbbbbb ccccccc
Author: Mergers <merger@example.org>
Date:   Fri Mar 1 22:00:00 2024 +0200

    Merge pull request #1 from ada/faster

    Make it faster

commit dddddddddddddddddddddddddddddddddddddddd (HEAD)
Author: Bo B <12+Bo@users.noreply.github.com>
Date:   2024-03-02T08:00:00+00:00

    Add a thing (#2)

commit eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
Author: Ada L <ada@example.org>
Date:   Sat Mar 2 09:00:00 2024 +0000

    Author: nobody <x@y>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_the_log_of_a_repository_gives_merges_and_says_what_it_lacks(exports, warehouse, encoding):
    exports.write("git/web.log", LOG.replace("Bo B", "Bö B").encode(encoding))
    report = warehouse.load(exports)
    (one,) = [one for one in report.files if one.path == "git/web.log"]
    assert "cycle time is no data" in one.problems[0]
    assert warehouse.all(
        "select merged_at, author is not null from raw.git__merges order by 1"
    ) == [
        (AT.replace(hour=20), True),
        (AT + timedelta(days=1, hours=8), True),
        (AT + timedelta(days=1, hours=9), True),
    ]  # fmt: skip
    exports.rows("hris/i.csv", ["employee_id", "kind", "value"], ["E1", "github", "bo"])
    warehouse.load(exports)
    assert warehouse.one(
        "select count(*) from raw.git__merges as m "
        "join raw.generic__identities as i on i.value = m.author"
    ) == 1  # fmt: skip
