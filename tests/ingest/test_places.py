"""What the place of a file says: answers about one pull request that do not say which."""

from datetime import UTC, datetime

import pytest

from ingest import places
from ingest.files import Peek
from tests.ingest.test_git_hosts import API, MERGED, OPENED, READY, REVIEWED, node, rest

pytestmark = pytest.mark.usefixtures("no_expectations")


def event(name="ready_for_review", at=READY, **more):
    return {
        "id": 9,
        "url": f"{API}/issues/events/9",
        "event": name,
        "created_at": at,
        "actor": {"login": "ada"},
        **more,
    }


def reviewed(**more):
    return {
        "id": 7,
        "event": "reviewed",
        "state": "approved",
        "submitted_at": REVIEWED,
        "user": {"login": "bo", "type": "User"},
        **more,
    }


def look(name, *records, **more):
    at = datetime(2024, 1, 1, tzinfo=UTC)
    return Peek(None, name, "git", 1, at, "json", records=records, **more)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("git/acme/web/123/timeline.json", "123"),
        ("git/web/pr-123/timeline.json.gz", "123"),
        ("git/web/pulls/123/timeline-page-2.json", "123"),
        ("git/web/123/timeline-2024-03-01.json", "123"),
        ("git/log4j-2/123-timeline.json", "123"),
        ("git/web/timeline_123.json", "123"),
        ("git/web/PR123.json", "123"),
        ("git/web/timeline.json", None),
        ("git/web/12-of-345-timeline.json", None),
        ("git/12/34/timeline.json", None),
        ("git/web-2.1/timeline.json", None),
    ],
)
def test_a_number_is_taken_from_a_path_where_there_is_but_one(name, number):
    assert places.number(look(name)) == number


def test_an_address_in_a_record_says_the_number_before_the_path(exports, warehouse):
    assert places.number(look("git/99.json", {"pull_request_url": f"{API}/pulls/12"})) == "12"


@pytest.mark.parametrize(
    ("name", "more", "repo"),
    [
        ("git/acme/web/123/timeline.json", {}, "acme/web"),
        ("git/acme/web/pulls/123/reviews/1.json", {}, "acme/web"),
        ("git/web.json.gz", {}, "web"),
        ("git/acme/web/prs-2024.json", {}, "acme/web"),
        ("git/all.json", {"envelope": {"nameWithOwner": "acme/web"}}, "acme/web"),
        ("git/all.json", {"steps": ("acme/web", "[]")}, "acme/web"),
    ],
)
def test_a_repository_is_named_by_the_page_else_the_folders_else_the_file(name, more, repo):
    assert places.repo(look(name, **more)) == repo


def test_a_timeline_by_itself_belongs_to_the_pull_request_of_its_folder(exports, warehouse):
    exports.json("git/pulls.json", [rest(1), rest(2)])
    exports.json(
        "git/web/1/timeline.json",
        [
            event(),
            {"event": "committed", "sha": "a", "url": f"{API}/git/commits/a"},
            {"event": "labeled", "actor": None, "created_at": READY, "node_id": "x"},
            {"event": "cross-referenced", "actor": None, "created_at": READY, "source": {}},
            reviewed(),
            reviewed(submitted_at=None, state="pending"),
            event("merged", MERGED, actor=None),
        ],
    )
    report = warehouse.load(exports)
    assert not report.problems
    assert warehouse.all(
        "select p.number, e.event from raw.git__events as e inner join raw.git__pull_requests as p "
        "using (repo, number) where e.event <> 'other' order by e.event"
    ) == [(1, "merged"), (1, "ready_for_review")]
    # A record without an address is of the repository that the others name.
    assert warehouse.all(
        "select p.number, r.state from raw.git__reviews as r "
        "inner join raw.git__pull_requests as p using (repo, number)"
    ) == [(1, "approved")]
    assert warehouse.one("select count(*) from raw.git__reviews") == 1


@pytest.mark.parametrize(
    ("addresses", "repo"),
    [
        ([f"{API}/issues/events/9", None], "Acme/Web"),
        (["https://github.com/Acme/Web/pull/1#pullrequestreview-7"], "Acme/Web"),
        ([f"{API}/issues/events/9", "https://api.github.com/repos/acme/api/pulls/1"], "web"),
        (["https://example.org/1"], "web"),
        ([None], "web"),
    ],
)
def test_a_repository_is_named_by_addresses_that_agree_before_the_folders(addresses, repo):
    records = [{"url": address} for address in addresses]
    assert places.repo(look("git/web/1/timeline.json", *records)) == repo


def test_a_timeline_of_nobody_knows_which_says_what_to_do(exports, warehouse):
    exports.json("git/timeline.json", [event(), event("closed", MERGED)])
    (problem,) = warehouse.load(exports).problems
    assert "put the number into its name or folder" in problem


def test_thousands_of_timelines_are_one_set_and_keep_their_numbers(exports, warehouse):
    for number in range(1, 81):
        exports.json(f"git/web/{number}/timeline.json", [event(), event("merged", MERGED)])
    exports.json("git/web/81/timeline.json", [])
    report = warehouse.load(exports)
    assert "git/web/*/*.json" in [one.path for one in report.files]
    counted = "select count(*), count(distinct number), count(distinct repo) from raw.git__events"
    assert warehouse.all(counted) == [(160, 80, 1)]


def test_the_same_content_in_two_places_is_two_repositories(exports, warehouse):
    pull = {"number": 1, "createdAt": OPENED, "mergedAt": MERGED, "author": {"is_bot": False,
            "login": "ada"}}  # fmt: skip
    exports.json("git/web.json", [pull])
    exports.json("git/api.json", [pull])
    report = warehouse.load(exports)
    assert warehouse.one("select count(distinct repo) from raw.git__pull_requests") == 2
    assert all("ask for `url`" in one for one in report.problems)
    report = warehouse.load(exports)
    assert {one.status for one in report.files if one.path.startswith("git/")} == {"known"}


def test_lists_kept_by_repository_are_repositories(exports, warehouse):
    exports.json("git/all.json", {"acme/web": [node(1, url=None)], "acme/api": [node(1, url=None)]})
    report = warehouse.load(exports)
    assert not report.problems
    assert warehouse.one("select count(distinct repo) from raw.git__pull_requests") == 2


def test_reviews_and_events_beside_a_pull_request_are_read(exports, warehouse):
    exports.json("git/a.json", [{**rest(1), "reviews": [reviewed()], "timeline": [event()]}])
    exports.json("git/b.json", [{**rest(2), "events": [reviewed(), event()]}])
    warehouse.load(exports)
    found = "select r.number, r.state, e.event from raw.git__reviews as r inner join "
    found += "raw.git__events as e using (repo, number) order by 1"
    wanted = [(1, "approved", "ready_for_review"), (2, "approved", "ready_for_review")]
    assert warehouse.all(found) == wanted


def test_items_of_a_timeline_of_other_types_cost_nothing(exports, warehouse):
    items = [
        {"__typename": "ReadyForReviewEvent", "createdAt": READY, "actor": None},
        {"__typename": "LabeledEvent"},
        {"__typename": "PullRequestReview", "submittedAt": REVIEWED, "state": "APPROVED",
         "author": {"login": "bo", "__typename": "User"}},
    ]  # fmt: skip
    one = node(1, timelineItems={"nodes": items}, reviews={"totalCount": 1})
    exports.json("git/one.json", {"data": {"repository": {"pullRequest": one}}})
    assert not warehouse.load(exports).problems
    assert warehouse.all("select event from raw.git__events") == [("ready_for_review",)]
    assert warehouse.all("select state, reviewer is null from raw.git__reviews") == [
        ("approved", False)
    ]


def test_what_a_search_did_not_ask_for_is_no_pull_request(exports, warehouse):
    edges = [{"node": {}}, {"node": node(1)}, {"node": {}}]
    exports.json("git/search.json", {"data": {"search": {"issueCount": 3, "edges": edges}}})
    assert not warehouse.load(exports).problems
    assert warehouse.one("select count(*) from raw.git__pull_requests") == 1


def test_an_export_of_jira_without_incidents_says_so_and_a_mapping_reads_it(exports, warehouse):
    exports.rows(
        "incidents/issues.csv",
        ["Issue key", "Issue Type", "Status", "Created", "Resolved", "Assignee Id"],
        ["OPS-1", "Bug", "Done", "2024-03-01 08:00", "2024-03-02 08:00", "a:1"],
    )
    (problem,) = warehouse.load(exports).problems
    assert "none of its issues is of a type that speaks of an incident" in problem
    mapping = {"incidents/issues.csv": {"shape": "jira__incidents"}}
    assert not warehouse.load(exports, mapping=mapping).problems
    assert warehouse.one("select count(*) from raw.generic__incidents") == 1
    assert warehouse.one("select count(*) from raw.generic__incident_responders") == 1
