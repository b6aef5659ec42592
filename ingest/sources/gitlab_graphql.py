"""GitLab's GraphQL interface: merge requests with their notes, in camel case.

Who approved stands there without a time: the note that says so has one.
"""

from __future__ import annotations

from ingest.declare import Table
from ingest.source import Fill, Typed, VendorShape
from ingest.sources.git_tables import EVENTS, PULL_REQUESTS, REVIEWS, tail_of
from ingest.sources.gitlab import BOT, event_of, path_of, state_of

TABLES: tuple[Table, ...] = ()

NOTE = 'STRUCT(author STRUCT(username VARCHAR), createdAt VARCHAR, body VARCHAR, "system" VARCHAR)'
IS_SYSTEM = '"system"'
# `gid://gitlab/Project/42`
PROJECT = f"coalesce(r.projectId, r.targetProjectId, {tail_of('r.project.id')})"
PATH = f"coalesce(r.project.fullPath, {path_of('r.webUrl')})"


def _notes() -> str:
    """SQL for the notes of a merge request, under `nodes` or under `edges`."""
    edges = "list_transform(r.notes.edges, lambda edge: edge.node)"
    return f"coalesce(r.notes.nodes, {edges})"


def _that(condition: str) -> str:
    return f"list_filter({_notes()}, lambda one: {condition})"


SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "gitlab_graphql__merge_requests",
        keys=frozenset({"iid", "state", "createdAt", "mergedAt"}),
        columns={
            **dict.fromkeys(("iid", "state", "title", "draft", "webUrl"), "VARCHAR"),
            **dict.fromkeys(("createdAt", "mergedAt", "closedAt", "updatedAt"), "VARCHAR"),
            **dict.fromkeys(("projectId", "targetProjectId"), "VARCHAR"),
            "author": "STRUCT(username VARCHAR, bot VARCHAR)",
            "project": "STRUCT(id VARCHAR, fullPath VARCHAR)",
            "diffStatsSummary": "STRUCT(additions VARCHAR, deletions VARCHAR)",
            "notes": f"STRUCT(nodes {NOTE}[], edges STRUCT(node {NOTE})[])",
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": f"coalesce('gitlab-project-' || {PROJECT}, {PATH}, {{file}})",
                    "number": "r.iid",
                    "author": "r.author.username",
                    "created_at": "r.createdAt",
                    "merged_at": "r.mergedAt",
                    "closed_at": "coalesce(r.closedAt, r.mergedAt)",
                    "state": "case r.state when 'locked' then 'open' else r.state end",
                    "is_draft": "r.draft",
                    "additions": "r.diffStatsSummary.additions",
                    "deletions": "r.diffStatsSummary.deletions",
                    "title": "r.title",
                    "updated_at": "r.updatedAt",
                    "repo_alias": PATH,
                },
                bots={"author": f"r.author.bot = 'true' or {BOT.format('r.author.username')}"},
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": "e.author.username",
                    "submitted_at": "e.createdAt",
                    "state": state_of("e.body", f"e.{IS_SYSTEM}"),
                },
                each=_that(f"{state_of('one.body', f'one.{IS_SYSTEM}')} is not null"),
                bots={"reviewer": BOT.format("e.author.username")},
            ),
            Fill(
                EVENTS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "event": event_of("e.body"),
                    "occurred_at": "e.createdAt",
                },
                each=_that(f"one.{IS_SYSTEM} = 'true' and {event_of('one.body')} is not null"),
            ),
        ),
    ),
)
