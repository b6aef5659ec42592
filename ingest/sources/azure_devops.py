"""Azure DevOps: pull requests with their reviewers and threads.

Votes have no time of their own: a vote is a review only where a thread says when it was cast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ingest.declare import Table
from ingest.source import Fill, Typed, VendorShape
from ingest.sources.git_tables import PULL_REQUESTS, REVIEWS

TABLES: tuple[Table, ...] = ()

AUTHOR = "STRUCT(uniqueName VARCHAR, id VARCHAR, displayName VARCHAR)"
COMMENT = f"STRUCT(author {AUTHOR}, publishedDate VARCHAR, commentType VARCHAR, content VARCHAR)"
THREAD = f"STRUCT(publishedDate VARCHAR, properties JSON, comments {COMMENT}[])"


def _person(user: str) -> str:
    return f"coalesce(nullif({user}.uniqueName, ''), {user}.id)"


def _comments(thread: str) -> str:
    """SQL for the comments of a thread, each with the vote that the thread says was cast."""
    return (
        f"list_transform({thread}.comments, lambda c: "
        "{'author': c.author, 'at': c.publishedDate, 'kind': c.commentType, 'vote': "
        f"coalesce({thread}.properties->>'$.CodeReviewVoteResult.$value', "
        f"{thread}.properties->>'$.CodeReviewVoteResult')}})"
    )


def _reviews(comments: str) -> str:
    """SQL for those comments that are reviews: by a person, or a vote."""
    return (
        f"list_filter({comments}, lambda one: one.at is not null "
        "and (one.kind = 'text' or one.vote in ('10', '5', '-5', '-10')))"
    )


def _review(comment: str, repo: str, number: str, each: str | None = None) -> Fill:
    return Fill(
        REVIEWS,
        {
            "repo": repo,
            "number": number,
            "reviewer": _person(f"{comment}.author"),
            "submitted_at": f"{comment}.at",
            "state": f"case when {comment}.vote in ('10', '5') then 'approved' "
            f"when {comment}.vote in ('-10', '-5') then 'changes_requested' else 'commented' end",
        },
        each,
    )


def _threads(name: str, repo: str, number: str, *, is_addressed: bool) -> VendorShape:
    """Declare threads that are saved without their pull requests."""
    return VendorShape(
        name,
        keys=frozenset({"id", "publishedDate", "comments"}),
        is_one=lambda record: (
            isinstance(record["comments"], list)
            and is_addressed == bool(IN_ADDRESS.search(_address(record)))
        ),
        columns={
            "publishedDate": "VARCHAR",
            "properties": "JSON",
            "comments": f"{COMMENT}[]",
            "_links": "STRUCT(self STRUCT(href VARCHAR))",
        },
        lists={"one": _reviews(_comments("r"))},
        fills=(_review("one", repo, number),),
    )


def _address(record: Mapping[str, Any]) -> str:
    links = record.get("_links") or {}
    return str((links.get("self") or {}).get("href")) if isinstance(links, dict) else ""


ADDRESS = 'r."_links".self.href'
IN_ADDRESS = re.compile(r"/repositories/([^/]+)/pullRequests/([0-9]+)/", re.IGNORECASE)
REPOSITORY = f"nullif(regexp_extract({ADDRESS}, '{IN_ADDRESS.pattern}', 1, 'i'), '')"
NUMBER = f"regexp_extract({ADDRESS}, '{IN_ADDRESS.pattern}', 2, 'i')"
SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "azure_devops__pull_requests",
        keys=frozenset({"pullRequestId", "status", "creationDate", "createdBy", "repository"}),
        columns={
            **dict.fromkeys(("pullRequestId", "status", "creationDate", "closedDate"), "VARCHAR"),
            **dict.fromkeys(("title", "isDraft"), "VARCHAR"),
            "createdBy": AUTHOR,
            "repository": 'STRUCT(id VARCHAR, "name" VARCHAR, project STRUCT("name" VARCHAR))',
            "threads": f"{THREAD}[]",
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": "coalesce(r.repository.project.\"name\" || '/', '') || "
                    'coalesce(r.repository."name", r.repository.id)',
                    "number": "r.pullRequestId",
                    "author": _person("r.createdBy"),
                    "created_at": "r.creationDate",
                    "merged_at": "case when r.status = 'completed' then r.closedDate end",
                    "closed_at": "r.closedDate",
                    "state": "case r.status when 'completed' then 'merged' "
                    "when 'active' then 'open' when 'abandoned' then 'closed' end",
                    "is_draft": "r.isDraft",
                    "title": "r.title",
                    "updated_at": "coalesce(r.closedDate, r.creationDate)",
                    "repo_alias": "r.repository.id",
                },
            ),
            _review(
                "e",
                Typed("parent.repo"),
                Typed("parent.number"),
                _reviews(f"flatten(list_transform(r.threads, lambda t: {_comments('t')}))"),
            ),
        ),
    ),
    # A thread knows the number of its repository, which its pull requests know as well.
    _threads("azure_devops__threads", REPOSITORY, NUMBER, is_addressed=True),
    _threads("azure_devops__threads_of_one", "{file}", "{number}", is_addressed=False),
)
