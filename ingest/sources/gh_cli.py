"""`gh pr list --json …`: pull requests with their reviews, as GitHub's command line has them."""

from __future__ import annotations

from ingest.declare import Column, Table, person
from ingest.sources.generic import (
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
        Column("is_draft", "boolean"),
        Column("additions", "integer"),
        Column("deletions", "integer"),
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
