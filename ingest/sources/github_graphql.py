"""GitHub's GraphQL interface, and archives made with it: camel case, logins as objects or texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.declare import Table
from ingest.source import Fill, Typed, VendorShape
from ingest.sources.git_tables import EVENTS, PULL_REQUESTS, REVIEWS, repo_of

TABLES: tuple[Table, ...] = ()

# Of what a search was not asked for, it gives empty objects.
ASKED = "r is null or coalesce(r.number, r.createdAt, r.url) is not null"
# An event of a timeline, or a review, which may stand among them.
ITEM = '"__typename" VARCHAR, createdAt VARCHAR, submittedAt VARCHAR, author JSON, state VARCHAR'
TYPE = '"__typename"'
TYPES = {
    "ReadyForReviewEvent": "ready_for_review",
    "ConvertToDraftEvent": "convert_to_draft",
    "MergedEvent": "merged",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
}
_EVENT = " ".join(f"when '{kind}' then '{event}'" for kind, event in TYPES.items())


def _login(author: str) -> str:
    """SQL for a login, whether the author is an object or the login itself."""
    return (
        f"case json_type({author}) when 'OBJECT' then {author}->>'$.login' "
        f"when 'VARCHAR' then {author}->>'$' end"
    )


def _is_bot(author: str) -> str:
    kind = f"coalesce({author}->>'$.__typename', {author}->>'$.type')"
    return f"json_type({author}) = 'OBJECT' and {kind} = 'Bot'"


def _nodes(connection: str) -> str:
    """SQL for the elements of a connection: under `nodes`, under `edges`, or a bare list."""
    struct = f"STRUCT({ITEM}, node STRUCT({ITEM}))[]"
    found = f"coalesce({connection}->'$.nodes', {connection}->'$.edges', {connection})"
    return f"case when {connection} is not null then try_cast({found} as {struct}) end"


def _of(element: str) -> str:
    """SQL for a field of an element, or of the node in it."""
    return f"coalesce(e.{element}, e.node.{element})"


def _typed(*types: str) -> str:
    """SQL for the elements of a timeline of some types."""
    named = ", ".join(f"'{one}'" for one in types)
    of = "coalesce(one.__typename, one.node.__typename)"
    return f"list_filter({_nodes('r.timelineItems')}, lambda one: {of} in ({named}))"


def _is_pull(record: Mapping[str, Any]) -> bool:
    author = record.get("author")
    is_of_gh = isinstance(author, dict) and "is_bot" in author
    # The generic shape in camel case names its repository so; a node never does.
    return not is_of_gh and "repo" not in record


REPO = (
    f"coalesce({repo_of('r.url')}, r.repository.nameWithOwner, "
    "r.baseRepository.owner.login || '/' || r.baseRepository.name, {file})"
)
SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "github_graphql__pull_requests",
        keys=frozenset({"number", "createdAt", "author", "mergedAt"}),
        is_one=_is_pull,
        columns={
            "number": "VARCHAR",
            "url": "VARCHAR",
            "author": "JSON",
            "createdAt": "VARCHAR",
            "mergedAt": "VARCHAR",
            "closedAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "state": "VARCHAR",
            "isDraft": "VARCHAR",
            "additions": "VARCHAR",
            "deletions": "VARCHAR",
            "title": "VARCHAR",
            "repository": "STRUCT(nameWithOwner VARCHAR)",
            "baseRepository": "STRUCT(name VARCHAR, owner STRUCT(login VARCHAR))",
            "reviews": "JSON",
            "timelineItems": "JSON",
        },
        only=ASKED,
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": REPO,
                    "number": "r.number",
                    "author": _login("r.author"),
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
                bots={"author": _is_bot("r.author")},
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": _login(_of("author")),
                    "submitted_at": f"coalesce({_of('submittedAt')}, {_of('createdAt')})",
                    "state": _of("state"),
                },
                each=f"coalesce({_nodes('r.reviews')}, {_typed('PullRequestReview')})",
                bots={"reviewer": _is_bot(_of("author"))},
            ),
            Fill(
                EVENTS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "event": f"case {_of(TYPE)} {_EVENT} end",
                    "occurred_at": _of("createdAt"),
                },
                each=_typed(*TYPES),
            ),
        ),
    ),
)
