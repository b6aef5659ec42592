"""Rows of what no file has are loaded, counted and named by their file."""

import pytest

pytestmark = pytest.mark.usefixtures("no_expectations")

PULLS = ["repo", "number", "author", "created_at", "merged_at"]
REVIEWS = ["repo", "number", "reviewer", "submitted_at", "state"]
OPENED, CLOSED = "2024-03-01T08:00:00Z", "2024-03-02T08:00:00Z"


def review(number, at=OPENED):
    return {
        "id": number, "user": {"login": "bo", "type": "User"}, "state": "APPROVED",
        "submitted_at": at, "pull_request_url": f"https://api.github.com/repos/o/web/pulls/{number}",
    }  # fmt: skip


def pull(number):
    return {
        "number": number, "state": "open", "created_at": OPENED, "user": {"login": "ada"},
        "base": {"repo": {"full_name": "o/web"}},
    }  # fmt: skip


def said(loaded, path):
    (report,) = [one for one in loaded.files if one.path == path]
    assert report.rows_read == report.rows_loaded + report.rows_known + report.rows_quarantined
    return [text for text in report.problems if "no file has" in text]


def checked(warehouse, table):
    return warehouse.all(
        "select rows_checked, failed, status from raw.data_checks "
        "where check_name = 'belongs_to_something' and table_name = ?",
        table,
    )


def test_reviews_whose_pull_request_no_file_has_are_counted_for_their_file(exports, warehouse):
    exports.json("git/pulls.json", [pull(1), pull(2)])
    exports.json("git/reviews-a.json", [review(1), review(3), review(4)])
    exports.json("git/reviews-b.json", [review(2), review(2, CLOSED)])
    loaded = warehouse.load(exports)
    (sentence,) = said(loaded, "git/reviews-a.json")
    assert sentence.startswith("2 of its 3 reviews are of pull requests that no file has")
    assert said(loaded, "git/reviews-b.json") == []
    assert checked(warehouse, "git__reviews") == [(5, 2, "warn")]


def test_they_are_orphans_no_more_once_the_pull_requests_are_there(exports, warehouse):
    exports.json("git/reviews.json", [review(1)])
    assert said(warehouse.load(exports), "git/reviews.json")
    exports.json("git/pulls.json", [pull(1)])
    assert said(warehouse.load(exports), "git/reviews.json") == []
    assert checked(warehouse, "git__reviews") == [(1, 0, "ok")]


def test_generic_reviews_may_be_of_a_vendors_pull_requests(exports, warehouse):
    exports.json("git/pulls.json", [pull(1)])
    exports.rows("git/reviews.csv", REVIEWS, ["o/web", 1, "bo", OPENED, "approved"])
    assert said(warehouse.load(exports), "git/reviews.csv") == []


def test_sessions_of_a_mentorship_that_is_not_there_are_counted(exports, warehouse):
    exports.rows(
        "mentorship/sessions.csv",
        ["mentorship_id", "held_at", "duration_minutes", "status"],
        ["M1", OPENED, 30, "held"],
        ["M9", OPENED, 30, "held"],
    )
    (sentence,) = said(warehouse.load(exports), "mentorship/sessions.csv")
    assert sentence.startswith("1 of its 2 sessions are of mentorships that no file has")


def test_a_sheet_of_sessions_that_names_people_is_no_orphan(exports, warehouse):
    exports.rows(
        "mentorship/log.csv",
        ["Date", "Mentor", "Mentee", "Duration"],
        ["2024-03-01", "ada@example.org", "bo@example.org", "30"],
    )
    assert said(warehouse.load(exports), "mentorship/log.csv") == []
