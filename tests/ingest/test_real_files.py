"""Payloads of real systems, where they are at hand: they load, and the counts are right."""

import csv
import json
import statistics
import sys
from datetime import datetime
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
pytestmark = [
    pytest.mark.usefixtures("no_expectations"),
    pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real payloads are not beside the clone"),
]
csv.field_size_limit(sys.maxsize)


def only(report, path):
    return next(one for one in report.files if one.path == path)


def in_csv(path):
    with (FIXTURES / path).open(encoding="utf-8", newline="") as file:
        return [json.loads(row["data"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("name", "shape", "rows"),
    [
        ("incidents", "pagerduty__incidents", 3),
        ("incidentLogEntries", "pagerduty__log_entries", 3),
        ("users", "pagerduty__users", 1),
    ],
)
def test_pagerduty_bodies_load(exports, warehouse, name, shape, rows):
    body = json.loads((FIXTURES / f"faros_src/pagerduty/{name}.json").read_text())
    assert len(body) == rows
    exports.json("incidents/x.json", body)
    one = only(warehouse.load(exports), "incidents/x.json")
    assert (one.shape, one.rows_loaded, one.rows_quarantined) == (shape, rows, 0)


def test_pagerduty_incidents_with_their_log_keep_who_acknowledged(exports, warehouse):
    incidents = in_csv("devlake_pagerduty/_raw_pagerduty_incidents.csv")
    exports.json("incidents/x.json", {"incidents": incidents})
    one = only(warehouse.load(exports), "incidents/x.json")
    assert one.rows_loaded == 3
    entries = [entry for incident in incidents for entry in incident["log_entries"]]
    acknowledged = [entry for entry in entries if entry["type"] == "acknowledge_log_entry"]
    assert warehouse.one("select count(*) from raw.pagerduty__log_entries") == len(
        {(e["type"], e["created_at"], e.get("agent", {}).get("id"), e["incident"]["id"])
         for e in entries}
    )  # fmt: skip
    assert warehouse.one(
        "select count(*) from raw.pagerduty__log_entries "
        "where entry_type = 'acknowledge' and agent is not null"
    ) == len(acknowledged)
    assert warehouse.all(
        "select status, resolved_at is not null, assignee is not null "
        "from raw.pagerduty__incidents order by all"
    ) == [
        ("acknowledged", False, True),
        ("resolved", True, False),
        ("triggered", False, True),
    ]


def test_pagerduty_lists_of_other_things_are_not_taken_for_incidents(exports, warehouse):
    for name in ("services", "teams", "prioritiesResource"):
        body = (FIXTURES / f"faros_src/pagerduty/{name}.json").read_text()
        exports.write(f"incidents/{name}.json", body)
    report = warehouse.load(exports)
    assert [one.status for one in report.files if one.path.startswith("incidents/")] == [
        "unrecognised"
    ] * 3


def test_no_file_of_a_real_system_stops_a_load_or_is_taken_for_what_it_is_not(exports, warehouse):
    known = {"pagerduty"}
    paths = [path for path in sorted(FIXTURES.rglob("*")) if path.is_file()]
    for path in paths:
        inside = path.relative_to(FIXTURES).as_posix()
        exports.write(f"git/{inside}", path.read_bytes())
    report = warehouse.load(exports, quarantine_share=1.0)
    told = [*(one.path for one in report.files), *report.notes]
    for path in paths:  # a log or an archive is told of by its parts
        inside = f"git/{path.relative_to(FIXTURES).as_posix()}"
        assert any(one.startswith(inside) for one in told), inside
    for one in report.files:
        assert one.rows_read == one.rows_loaded + one.rows_known + one.rows_quarantined
        if one.shape.startswith("pagerduty"):
            assert any(name in one.path for name in known), one.path


def records_of(path, stream):
    lines = (FIXTURES / path).read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    found = [one["record"] for one in records if one.get("type") == "RECORD"]
    return [one["data"] for one in found if one["stream"].endswith(stream)]


def hours(opened, merged):
    first, last = (datetime.fromisoformat(one) for one in (opened, merged))
    return max((last - first).total_seconds() / 3600, 1 / 60)


def github_pulls():
    pulls = in_csv("devlake_github/_raw_github_api_pull_requests.csv")
    return {(one["html_url"].lower(), one["created_at"], one["merged_at"]) for one in pulls}


def gitlab_pulls():
    pulls = in_csv("devlake_gitlab/_raw_gitlab_api_merge_requests.csv")
    return {(one["web_url"], one["created_at"], one["merged_at"]) for one in pulls}


def logged_pulls():
    pulls = records_of("faros_dest/github/all-streams.log", "github__pull_requests")
    return {(one["html_url"], one["created_at"], one["merged_at"]) for one in pulls}


def azure_pulls():
    pulls = records_of("faros_dest/azure-repos/all-streams.log", "azure-repos__pull_requests")
    return {
        (
            f"{one['repository']['id']}{one['repository']['name']}{one['pullRequestId']}",
            one["creationDate"],
            one["closedDate"] if one["status"] == "completed" else None,
        )
        for one in pulls
    }


def bitbucket_pulls():
    pulls = in_csv("devlake_bitbucket/_raw_bitbucket_api_pull_requests.csv")
    return {
        (
            f"{one['destination']['repository']['full_name']}{one['id']}",
            one["created_on"],
            one["updated_on"] if one["state"] == "MERGED" else None,
        )
        for one in pulls
    }


@pytest.mark.parametrize(
    ("path", "truth"),
    [
        ("devlake_github/_raw_github_api_pull_requests.csv", github_pulls),
        ("devlake_gitlab/_raw_gitlab_api_merge_requests.csv", gitlab_pulls),
        ("devlake_bitbucket/_raw_bitbucket_api_pull_requests.csv", bitbucket_pulls),
        ("faros_dest/github/all-streams.log", logged_pulls),
        ("faros_dest/azure-repos/all-streams.log", azure_pulls),
    ],
)
def test_counts_and_median_cycles_are_those_of_the_raw_records(exports, warehouse, path, truth):
    exports.write(f"git/{Path(path).name}", (FIXTURES / path).read_bytes())
    warehouse.load(exports)
    expected = truth()
    cycles = [hours(opened, merged) for _, opened, merged in expected if merged]
    (row,) = warehouse.all(
        "select count(*), count(merged_at), median(greatest("
        "(epoch(merged_at) - epoch(created_at)) / 3600, 1.0 / 60)) filter (merged_at is not null) "
        "from raw.git__pull_requests"
    )
    assert row[:2] == (len(expected), len(cycles))
    assert row[2] == pytest.approx(statistics.median(cycles), rel=1e-5)


def test_reviews_of_others_are_told_from_the_authors_own(exports, warehouse):
    path = "faros_dest/github/all-streams.log"
    exports.write("git/x.log", (FIXTURES / path).read_bytes())
    warehouse.load(exports)
    authors = {
        one["url"]: one["user"]["login"].lower()
        for one in records_of(path, "github__pull_requests")
    }
    reviews = {
        (one["pull_request_url"], one["user"]["login"].lower(), one["submitted_at"])
        for one in records_of(path, "github__reviews")
    }
    own = [one for one in reviews if authors.get(one[0]) == one[1]]
    assert own
    assert warehouse.all(
        "select count(*), count(*) filter (r.reviewer = p.author) from raw.git__reviews as r "
        "left join raw.git__pull_requests as p using (repo, number)"
    ) == [(len(reviews), len(own))]
