"""`gh pr list --json`: repositories from addresses, bots and ghosts, reviews inside, truncation."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.ingest.conftest import LOADED

pytestmark = pytest.mark.usefixtures("no_expectations")


def pull(number, **changes):
    return {
        "additions": 10,
        "author": {"id": "U1", "is_bot": False, "login": "Ada", "name": "Ada L."},
        "closedAt": "2022-01-02T10:00:01Z",
        "createdAt": "2022-01-01T10:00:00Z",
        "deletions": 2,
        "isDraft": False,
        "mergedAt": "2022-01-02T10:00:00Z",
        "number": number,
        "reviews": [],
        "state": "MERGED",
        "title": "Make it faster",
        "updatedAt": "2022-01-03T10:00:00Z",
        "url": f"https://github.com/Acme/Web/pull/{number}",
        **changes,
    }


def review(login, state="APPROVED", at="2022-01-01T12:00:00Z"):
    return {"author": login and {"login": login}, "state": state, "submittedAt": at}


def only(report, path="git/prs.json"):
    return next(one for one in report.files if one.path == path)


def test_a_pull_request_is_stored_as_it_is_with_its_reviews(exports, warehouse):
    reviews = [review("Bo"), review("ada", "COMMENTED"), review(None, "DISMISSED")]
    exports.json("git/prs.json", [pull(7, reviews=reviews)])
    one = only(warehouse.load(exports))
    assert (one.shape, one.rows_read, one.rows_loaded) == ("gh__pull_requests", 1, 1)
    assert one.first_event_at == datetime(2022, 1, 1, 10, tzinfo=UTC)
    assert one.last_event_at == datetime(2022, 1, 2, 10, 0, 1, tzinfo=UTC)
    stored = warehouse.all(
        "select number, author_is_bot, created_at, ready_for_review_at, merged_at, closed_at, "
        "state, is_draft, additions, deletions, _row, _updated_at from raw.git__pull_requests"
    )
    assert stored == [
        (
            7,
            False,
            datetime(2022, 1, 1, 10, tzinfo=UTC),
            None,
            datetime(2022, 1, 2, 10, tzinfo=UTC),
            datetime(2022, 1, 2, 10, 0, 1, tzinfo=UTC),
            "merged",
            False,
            10,
            2,
            1,
            datetime(2022, 1, 3, 10, tzinfo=UTC),
        )
    ]
    # The author's own review is kept, and known by the author's hash; a ghost's by no hash.
    assert warehouse.all(
        "select r.state, r.reviewer = p.author, r.reviewer is null, r._updated_at = p._updated_at "
        "from raw.git__reviews as r join raw.git__pull_requests as p using (repo, number) "
        "order by all"
    ) == [
        ("approved", False, False, True),
        ("commented", True, False, True),
        ("dismissed", None, True, True),
    ]


@pytest.mark.parametrize(
    ("author", "is_bot", "is_nobody"),
    [
        ({"login": "ada", "is_bot": False}, False, False),
        ({"login": "app/dependabot", "is_bot": True}, True, False),
        ({"login": "plain", "is_bot": True}, True, False),  # the account says so
        ({"login": "app/", "is_bot": True}, False, True),  # a deleted account
        ({"login": "ghost", "is_bot": False}, False, True),
        ({"login": "merge-steward", "is_bot": False}, True, False),  # the settings say so
        (None, False, True),
        ({}, False, True),
    ],
)
def test_bots_and_ghosts_are_told_from_people(exports, warehouse, author, is_bot, is_nobody):
    exports.json("git/prs.json", [pull(1, author=author), pull(2)])
    warehouse.load(exports, bots=["merge-steward"])
    assert warehouse.all(
        "select author_is_bot, author is null from raw.git__pull_requests where number = 1"
    ) == [(is_bot, is_nobody)]


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://github.com/acme/web/pull/1", True),
        ("https://git.example.org/ACME/Web/pull/1", True),
        ("https://github.com/acme/web2/pull/1", False),
    ],
)
def test_the_repository_is_that_of_the_address(exports, warehouse, url, same):
    exports.json("git/prs.json", [pull(1, url=url)])
    exports.rows(
        "git/prs.csv",
        ["repo", "number", "author", "created_at", "merged_at"],
        ["acme/web", 1, "ada", "2022-01-01", ""],
    )
    warehouse.load(exports)
    query = (
        "select count(*) from raw.git__pull_requests join raw.generic__pull_requests using (repo)"
    )
    assert warehouse.one(query) == int(same)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://github.com/acme/web/issues/1"},
        {"number": None},
        {"createdAt": None},
        {"mergedAt": "2021-01-01T00:00:00Z"},
        {"mergedAt": 5},
    ],
)
def test_a_pull_request_that_cannot_be_used_is_quarantined_with_its_reviews(
    exports, warehouse, change
):
    exports.json("git/prs.json", [{**pull(1, reviews=[review("bo")]), **change}, pull(2)])
    one = only(warehouse.load(exports, quarantine_share=1.0))
    assert (one.rows_read, one.rows_loaded, one.rows_quarantined) == (2, 1, 1)
    assert warehouse.one("select count(*) from raw.git__reviews") == 0


def test_a_pending_review_has_no_time_and_is_no_error(exports, warehouse):
    reviews = [review("bo", "PENDING", None), review("cy", "APPROVED", None)]
    exports.json("git/prs.json", [pull(1, reviews=reviews)])
    warehouse.load(exports, quarantine_share=1.0)
    assert warehouse.all("select state, submitted_at from raw.git__reviews") == [("pending", None)]
    assert warehouse.all("select table_name, rule from raw.quarantine") == [
        ("git__reviews", "no_time")
    ]


@pytest.mark.parametrize(
    ("number", "state", "warned"),
    [
        (29, "OPEN", False),
        (30, "OPEN", True),
        (31, "OPEN", False),
        (100, "OPEN", True),
        (1000, "OPEN", True),
        (30, "CLOSED", False),
    ],
)
def test_a_list_that_stops_at_a_default_limit_is_pointed_out(
    exports, warehouse, number, state, warned
):
    pulls = [pull(n, state="OPEN", mergedAt=None, closedAt=None) for n in range(1, number)]
    exports.json("git/prs.json", [*pulls, pull(number, state=state, mergedAt=None)])
    one = only(warehouse.load(exports))
    assert any("--state all" in problem for problem in one.problems) == warned
    assert warehouse.all(
        "select status from raw.data_checks where check_name = 'export_complete'"
    ) == ([("warn",)] if warned else [])


def test_a_newer_list_updates_what_changed_and_adds_its_reviews(exports, warehouse):
    first = pull(1, state="OPEN", mergedAt=None, closedAt=None, updatedAt="2022-01-01T11:00:00Z")
    exports.json("git/prs.json", [first, pull(2)])
    warehouse.load(exports)
    second = [pull(1, reviews=[review("bo")]), pull(2), pull(3)]
    exports.json("git/prs.json", second, LOADED + timedelta(days=1))
    one = only(warehouse.load(exports))
    assert (one.rows_read, one.rows_loaded, one.rows_known) == (3, 2, 1)
    assert warehouse.all("select number, state from raw.git__pull_requests order by all") == [
        (1, "merged"),
        (2, "merged"),
        (3, "merged"),
    ]
    assert warehouse.one("select count(*) from raw.git__reviews") == 1
    assert warehouse.one("select state from raw.git__pull_requests__history") == "open"


def test_fields_that_were_not_asked_for_are_missing_and_not_wrong(exports, warehouse):
    needed = ("number", "url", "author", "createdAt", "mergedAt")
    exports.json("git/prs.json", [{key: pull(1)[key] for key in needed}])
    warehouse.load(exports)
    assert warehouse.all("select state, is_draft, additions from raw.git__pull_requests") == [
        (None, None, None)
    ]


def test_a_list_without_addresses_is_named_by_its_file(exports, warehouse):
    bare = {k: v for k, v in pull(1).items() if k != "url"}
    exports.json("git/web.json", [bare])
    exports.json("git/api.json", [{**bare, "additions": 11}])
    warehouse.load(exports)
    assert warehouse.one("select count(distinct repo) from raw.git__pull_requests") == 2


def test_one_odd_record_costs_itself_only(exports, warehouse):
    odd = {"number": {"a": 1}, "url": [], "author": "ada", "createdAt": {}, "reviews": "none"}
    exports.json("git/prs.json", [pull(1), odd, pull(2)])
    one = only(warehouse.load(exports, quarantine_share=1.0))
    assert (one.rows_read, one.rows_loaded, one.rows_quarantined) == (3, 2, 1)
    assert warehouse.all("select row_number from raw.quarantine") == [(2,)]


def test_pages_written_one_after_the_other_are_read_to_the_last(exports, warehouse):
    pages = json.dumps([pull(1), pull(2)]) + "\n" + json.dumps([pull(3)])
    exports.write("git/prs.json", pages)
    assert only(warehouse.load(exports)).rows_loaded == 3
