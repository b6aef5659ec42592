"""Azure DevOps: pull requests with their reviewers and threads.

Votes have no time of their own: a vote is a review only where a thread says when it was cast.
"""

from __future__ import annotations

from ingest.declare import Table
from ingest.source import Fill, Typed, VendorShape
from ingest.sources.git_tables import PULL_REQUESTS, REVIEWS

TABLES: tuple[Table, ...] = ()

AUTHOR = "STRUCT(uniqueName VARCHAR, id VARCHAR, displayName VARCHAR)"
THREAD = (
    "STRUCT(publishedDate VARCHAR, properties JSON, "
    f"comments STRUCT(author {AUTHOR}, publishedDate VARCHAR, commentType VARCHAR, "
    "content VARCHAR)[])"
)
COMMENTS = (
    "flatten(list_transform(r.threads, lambda one: list_transform(one.comments, lambda c: "
    "{'author': c.author, 'at': c.publishedDate, 'kind': c.commentType, 'vote': "
    "coalesce(one.properties->>'$.CodeReviewVoteResult.$value', "
    "one.properties->>'$.CodeReviewVoteResult')})))"
)


def _person(user: str) -> str:
    return f"coalesce(nullif({user}.uniqueName, ''), {user}.id)"


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
                },
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": _person("e.author"),
                    "submitted_at": "e.at",
                    "state": "case when e.vote in ('10', '5') then 'approved' "
                    "when e.vote in ('-10', '-5') then 'changes_requested' else 'commented' end",
                },
                each=f"list_filter({COMMENTS}, lambda one: one.at is not null "
                "and (one.kind = 'text' or one.vote in ('10', '5', '-5', '-10')))",
            ),
        ),
    ),
)
