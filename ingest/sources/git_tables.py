"""Raw tables that every Git host fills: pull requests, their reviews and events, merges alone.

One pull request may come in a list, in a detail, in an archive and in events. They are one row:
the newer says what it says, and what it is silent about stays as another said it.
"""

from __future__ import annotations

from ingest.declare import Column, Table, person, vocabulary
from ingest.sources.generic import (
    IS_DRAFT,
    MERGED_BEFORE_OPENED,
    PULL_REQUEST_STATE,
    REVIEW_STATE,
    REVIEW_WITHOUT_TIME,
)

EVENTS_READ = ("ready_for_review", "convert_to_draft", "merged", "closed", "reopened")
AUTHOR = Column("author", "person", keeps=True)
PULL_REQUESTS = Table(
    "git__pull_requests",
    "one pull request",
    (
        Column("repo", "hash", essential=True),
        Column("number", "integer", essential=True),
        AUTHOR,
        Column("author_is_bot", "boolean", flags="author"),
        Column("created_at", "time", required=True, essential=True, event=True),
        Column("ready_for_review_at", "time", event=True, keeps=True),
        Column("merged_at", "time", required=True, event=True, keeps=True),
        Column("closed_at", "time", event=True),
        PULL_REQUEST_STATE,
        Column("is_draft", "boolean", fill=IS_DRAFT, keeps=True),
        Column("additions", "integer", keeps=True),
        Column("deletions", "integer", keeps=True),
        Column("title", "hash", read_only=True),
        # What else its host calls the repository: reviews that are saved alone may say only that.
        Column("repo_alias", "hash", keeps=True),
    ),
    key=("repo", "number"),
    rules=(MERGED_BEFORE_OPENED,),
)
REVIEWS = Table(
    "git__reviews",
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
EVENTS = Table(
    "git__events",
    "one thing that happened to a pull request",
    (
        Column("repo", "hash", essential=True),
        Column("number", "integer", essential=True),
        vocabulary("event", *EVENTS_READ),
        Column("occurred_at", "time", required=True, essential=True, event=True),
    ),
    key=("repo", "number", "event", "occurred_at"),
)
MERGES = Table(
    "git__merges",
    "one commit on the main branch, as the log of a repository has it",
    (
        Column("repo", "hash", essential=True),
        Column("commit", "hash", essential=True),
        *person("author", can_be_bot=True),
        Column("merged_at", "time", required=True, essential=True, event=True),
    ),
    key=("repo", "commit"),
)
TABLES: tuple[Table, ...] = (PULL_REQUESTS, REVIEWS, EVENTS, MERGES)


def repo_of(address: str) -> str:
    """SQL for `owner/name` in the address of a pull request, of the site or of its interface."""
    api, site = f"split_part({address}, '/repos/', 2)", f"split_part({address}, '://', 2)"
    site = f"split_part({site}, '/pull/', 1)"
    return (
        f"case when contains({address}, '/repos/') "
        f"then split_part({api}, '/', 1) || '/' || split_part({api}, '/', 2) "
        f"when contains({address}, '/pull/') then substr({site}, strpos({site}, '/') + 1) end"
    )


def tail_of(address: str) -> str:
    """SQL for what stands behind the last slash of an address."""
    return f"regexp_extract({address}, '([^/]+)/*$', 1)"


def number_of(address: str) -> str:
    """SQL for the number in the address of a pull request or of what belongs to it."""
    return f"nullif(regexp_extract({address}, '/(?:pulls?|issues)/([0-9]+)', 1), '')"
