"""Tables of GitHub as Fivetran copies them: records only together."""

import io
import json

import pandas as pd
import pytest

pytestmark = pytest.mark.usefixtures("no_expectations")

SYNCED = "2024-05-01 00:00:00"
ISSUES = [
    ["id", "_fivetran_synced", "body", "closed_at", "created_at", "locked", "number",
     "pull_request", "repository_id", "state", "title", "updated_at", "user_id"],
    [11, SYNCED, "", "2024-03-01 20:00:00", "2024-03-01 08:00:00", "FALSE", 1, "TRUE", 7, "closed",
     "Make it, faster", "2024-03-01 20:00:00", 100],
    [12, SYNCED, "", "", "2024-03-02 08:00:00", "FALSE", 2, "FALSE", 7, "open", "A bug",
     "2024-03-02 08:00:00", 100],
    [13, SYNCED, "", "2024-03-03 20:00:00", "2024-03-03 08:00:00", "FALSE", 3, "TRUE", 7, "closed",
     "Draft: no", "2024-03-03 20:00:00", ""],
    [14, SYNCED, "", "", "2024-03-04 08:00:00", "FALSE", 1, "TRUE", 8, "open", "Bump",
     "2024-03-04 08:00:00", 102],
]  # fmt: skip
PULLS = [
    ["id", "_fivetran_synced", "base_label", "base_repo_id", "head_repo_id", "issue_id"],
    [21, SYNCED, "acme:main", 7, "", 11],
    [23, SYNCED, "acme:main", 7, "", 13],
    [24, SYNCED, "acme:main", 8, "", 14],
]
MERGED = [
    ["commit_sha", "issue_id", "merged_at", "_fivetran_synced", "actor_id"],
    ["a", 11, "2024-03-01 20:00:00", SYNCED, 101],
]
REVIEWS = [
    ["id", "_fivetran_synced", "body", "commit_sha", "pull_request_id", "state", "submitted_at",
     "user_id"],
    [31, SYNCED, "", "a", 21, "APPROVED", "2024-03-01 12:00:00", 101],
    [32, SYNCED, "", "a", 21, "COMMENTED", "2024-03-01 11:00:00", 102],
    [33, SYNCED, "", "a", 21, "COMMENTED", "2024-03-01 10:00:00", 999],
]  # fmt: skip
REPOSITORIES = [
    ["id", "_fivetran_synced", "full_name", "name", "owner_id"],
    [7, SYNCED, "acme/web", "web", 1],
    [8, SYNCED, "acme/api", "api", 1],
]
USERS = [
    ["id", "_fivetran_synced", "login", "name", "site_admin", "type"],
    [100, SYNCED, "ada", "", "FALSE", "User"],
    [101, SYNCED, "bo", "", "FALSE", "User"],
    [102, SYNCED, "renovate-x", "", "FALSE", "Bot"],
]
EMAILS = [["user_id", "email", "_fivetran_synced"], [100, "ada@example.org", SYNCED]]
TABLES = {
    "issue": ISSUES,
    "pull_request": PULLS,
    "issue_merged": MERGED,
    "pull_request_review": REVIEWS,
    "repository": REPOSITORIES,
    "user": USERS,
    "user_email": EMAILS,
}
FOUND = (
    "select p.number, p.author is null, p.author_is_bot, left(p.created_at::varchar, 16), "
    "left(p.merged_at::varchar, 16), p.state, p.is_draft, count(r.state), "
    "count(*) filter (r.reviewer_is_bot), count(*) filter (r.state is not null and r.reviewer is "
    "null) from raw.git__pull_requests as p left join raw.git__reviews as r using (repo, number) "
    "group by all order by 4"
)
WANTED = [
    (1, False, False, "2024-03-01 08:00", "2024-03-01 20:00", "closed", None, 3, 1, 1),
    (3, True, False, "2024-03-03 08:00", None, "closed", True, 0, 0, 0),
    (1, False, True, "2024-03-04 08:00", None, "open", None, 0, 0, 0),
]


def write(exports, how="csv", without=()):
    for table, rows in TABLES.items():
        if table in without:
            continue
        if how == "csv":
            exports.rows(f"git/github/{table}.csv", *rows)
        elif how == "json":
            records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
            exports.write(f"git/github/{table}.json", json.dumps(records))
        else:
            out = io.BytesIO()
            pd.DataFrame(rows[1:], columns=rows[0]).astype(str).to_parquet(out)
            exports.write(f"git/github/{table}.parquet", out.getvalue())


@pytest.mark.parametrize("how", ["csv", "json", "parquet"])
def test_tables_of_a_folder_are_pull_requests_together(exports, warehouse, how):
    write(exports, how)
    report = warehouse.load(exports, time_zone="America/New_York")
    assert {one.status for one in report.files} == {"loaded"}
    assert warehouse.all(FOUND) == WANTED
    assert warehouse.one("select count(distinct repo) from raw.git__pull_requests") == 2
    assert warehouse.one("select count(*) from raw.accounts__accounts") == 1


def test_the_same_tables_again_are_known(exports, warehouse):
    write(exports)
    warehouse.load(exports)
    report = warehouse.load(exports)
    assert {one.status for one in report.files} == {"known"}


def test_a_table_without_those_it_needs_says_which(exports, warehouse):
    write(exports, without=("issue", "repository"))
    problems = warehouse.load(exports).problems
    assert all("put `issue`, `repository` beside it" in one for one in problems)
    assert len(problems) == 5


def test_tables_without_reviews_and_users_give_what_they_say(exports, warehouse):
    write(exports, without=("pull_request_review", "user", "user_email", "issue_merged"))
    warehouse.load(exports)
    counted = "select count(*), count(author), count(merged_at) from raw.git__pull_requests"
    assert warehouse.all(counted) == [(3, 0, 0)]
