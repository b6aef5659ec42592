"""`gh pr list --json …`: pull requests with their reviews, as GitHub's command line has them."""

from __future__ import annotations

from ingest.declare import Column, Table, person
from ingest.source import Fill, Suspicion, Typed, VendorShape
from ingest.sources.generic import (
    IS_DRAFT,
    MERGED_BEFORE_OPENED,
    PULL_REQUEST_STATE,
    REVIEW_STATE,
    REVIEW_WITHOUT_TIME,
)

PULL_REQUESTS = Table(
    "gh__pull_requests",
    "one pull request",
    (
        Column("repo", "hash", essential=True),
        Column("number", "integer", essential=True),
        *person("author", can_be_bot=True),
        Column("created_at", "time", required=True, essential=True, event=True),
        Column("ready_for_review_at", "time", event=True),
        Column("merged_at", "time", required=True, event=True),
        Column("closed_at", "time", event=True),
        PULL_REQUEST_STATE,
        Column("is_draft", "boolean", fill=IS_DRAFT),
        Column("additions", "integer"),
        Column("deletions", "integer"),
        Column("title", "hash", read_only=True),
    ),
    key=("repo", "number"),
    rules=(MERGED_BEFORE_OPENED,),
)
REVIEWS = Table(
    "gh__reviews",
    "one review of a pull request",
    (
        Column("repo", "hash", essential=True),
        Column("number", "integer", essential=True),
        *person("reviewer", can_be_bot=True),
        Column("submitted_at", "time", required=True, event=True),
        REVIEW_STATE,
    ),
    key=("repo", "number", "reviewer", "submitted_at"),
    rules=(REVIEW_WITHOUT_TIME,),
)
TABLES: tuple[Table, ...] = (PULL_REQUESTS, REVIEWS)

# gh writes a bot as `app/<slug>`, and a deleted account as the bot `app/`: nobody, but no bot.
LOGIN = "nullif(r.author.login, 'app/')"
# https://<host>/<owner>/<name>/pull/<number>, by search: a pattern takes five times as long.
_PATH = "split_part(substr(r.url, strpos(r.url, '://') + 3), '/pull/', 1)"
REPO = f"case when contains(r.url, '/pull/') then substr({_PATH}, strpos({_PATH}, '/') + 1) end"

SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "gh__pull_requests",
        keys=frozenset({"number", "url", "author", "createdAt", "mergedAt"}),
        columns={
            "number": "VARCHAR",
            "url": "VARCHAR",
            "author": "STRUCT(login VARCHAR, is_bot VARCHAR)",
            "createdAt": "VARCHAR",
            "mergedAt": "VARCHAR",
            "closedAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "state": "VARCHAR",
            "isDraft": "VARCHAR",
            "additions": "VARCHAR",
            "deletions": "VARCHAR",
            "title": "VARCHAR",
            "reviews": "STRUCT(author STRUCT(login VARCHAR), state VARCHAR, "
            "submittedAt TIMESTAMPTZ)[]",
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": REPO,
                    "number": "r.number",
                    "author": LOGIN,
                    "created_at": "r.createdAt",
                    "merged_at": "r.mergedAt",
                    "closed_at": "r.closedAt",
                    "state": "r.state",
                    "is_draft": "r.isDraft",
                    "additions": "r.additions",
                    "deletions": "r.deletions",
                    "title": "r.title",
                    "updated_at": "r.updatedAt",
                },
                bots={"author": f"r.author.is_bot = 'true' and {LOGIN} is not null"},
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": "e.author.login",
                    "submitted_at": Typed("e.submittedAt"),
                    "state": "e.state",
                },
                each="r.reviews",
            ),
        ),
        suspicions=(
            Suspicion(
                "export_complete",
                "count(*) in (30, 100, 1000) and count(*) filter (where state <> 'open') = 0",
                "holds exactly as many pull requests as gh gives by default, all of them open: "
                "export again with --state all --limit 1000000",
            ),
        ),
    ),
)
