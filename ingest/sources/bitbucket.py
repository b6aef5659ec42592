"""Bitbucket Cloud and Server (Data Center): pull requests and their activity.

Cloud says in no field when a pull request was merged: its activity does, else its last update
stands in. Server writes times as milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.declare import Table
from ingest.source import Fill, Typed, VendorShape
from ingest.sources.accounts import accounts
from ingest.sources.git_tables import EVENTS, PULL_REQUESTS, REVIEWS

TABLES: tuple[Table, ...] = ()

ACCOUNT = 'STRUCT(account_id VARCHAR, uuid VARCHAR, nickname VARCHAR, "type" VARCHAR)'
REPOSITORY = "STRUCT(repository STRUCT(full_name VARCHAR))"
SERVER_USER = 'STRUCT("name" VARCHAR, emailAddress VARCHAR, "type" VARCHAR)'
SERVER_REF = "STRUCT(repository STRUCT(slug VARCHAR, project STRUCT(key VARCHAR)))"
SERVER_REPO = "r.toRef.repository.project.key || '/' || r.toRef.repository.slug"
STATES = (
    "case {0} when 'MERGED' then 'merged' when 'OPEN' then 'open' "
    "when 'DECLINED' then 'closed' when 'SUPERSEDED' then 'closed' end"
)
SERVER_ACTIONS = (
    *("OPENED", "APPROVED", "UNAPPROVED", "REVIEWED", "COMMENTED", "MERGED", "DECLINED"),
    *("RESCOPED", "UPDATED", "REOPENED"),
)
_PATH = "split_part(split_part({0}, '/repositories/', 2), '/pullrequests/', 1)"


def _person(user: str) -> str:
    """SQL for the id of an account: names change, ids do not."""
    return f"coalesce({user}.account_id, {user}.uuid, {user}.nickname)"


def _moment(milliseconds: str) -> Typed:
    return Typed(f"make_timestamptz({milliseconds} * 1000)")


def _is_server(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("toRef"), dict)


SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "bitbucket__pull_requests",
        keys=frozenset({"id", "state", "created_on", "destination", "author"}),
        columns={
            **dict.fromkeys(("id", "state", "title", "draft"), "VARCHAR"),
            **dict.fromkeys(("created_on", "updated_on"), "VARCHAR"),
            "author": ACCOUNT,
            "destination": REPOSITORY,
            "participants": f'STRUCT("user" {ACCOUNT}, role VARCHAR, approved VARCHAR, '
            "state VARCHAR, participated_on VARCHAR)[]",
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": "r.destination.repository.full_name",
                    "number": "r.id",
                    "author": _person("r.author"),
                    "created_at": "r.created_on",
                    "merged_at": "case when r.state = 'MERGED' then r.updated_on end",
                    "closed_at": "case when r.state <> 'OPEN' then r.updated_on end",
                    "state": STATES.format("r.state"),
                    "is_draft": "r.draft",
                    "title": "r.title",
                    "updated_at": "r.updated_on",
                },
                bots={"author": "r.author.type = 'app_user'"},
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": _person('e."user"'),
                    "submitted_at": "e.participated_on",
                    "state": "case when e.approved = 'true' then 'approved' "
                    "when e.state = 'changes_requested' then e.state else 'commented' end",
                },
                each="list_filter(r.participants, lambda one: one.participated_on is not null "
                "and (one.role = 'REVIEWER' or one.approved = 'true'))",
                bots={"reviewer": "e.\"user\".type = 'app_user'"},
            ),
        ),
    ),
    VendorShape(
        "bitbucket__activity",
        keys=frozenset({"pull_request"}),
        is_one=lambda record: (
            not {"approval", "update", "comment", "changes_requested"}.isdisjoint(record)
        ),
        columns={
            "pull_request": "STRUCT(id VARCHAR, links STRUCT(self STRUCT(href VARCHAR)))",
            "approval": f'STRUCT("date" VARCHAR, "user" {ACCOUNT})',
            "changes_requested": f'STRUCT("date" VARCHAR, "user" {ACCOUNT})',
            "comment": f'STRUCT(created_on VARCHAR, "user" {ACCOUNT})',
            "update": 'STRUCT(state VARCHAR, "date" VARCHAR)',
        },
        only="coalesce(r.approval.date, r.changes_requested.date, r.comment.created_on) "
        "is not null or r.\"update\".state in ('MERGED', 'DECLINED', 'SUPERSEDED')",
        fills=(
            Fill(
                EVENTS,
                {
                    "repo": _PATH.format("r.pull_request.links.self.href"),
                    "number": "r.pull_request.id",
                    "event": "case r.\"update\".state when 'MERGED' then 'merged' "
                    "when 'DECLINED' then 'closed' when 'SUPERSEDED' then 'closed' "
                    "else 'other' end",
                    "occurred_at": 'coalesce(r."update".date, r.approval.date, '
                    "r.changes_requested.date, r.comment.created_on)",
                },
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": _person('e."user"'),
                    "submitted_at": "e.at",
                    "state": "e.state",
                },
                each="list_filter(["
                "{'user': r.approval.user, 'at': r.approval.date, 'state': 'approved'}, "
                "{'user': r.changes_requested.user, 'at': r.changes_requested.date, "
                "'state': 'changes_requested'}, "
                "{'user': r.comment.user, 'at': r.comment.created_on, 'state': 'commented'}], "
                "lambda one: one.at is not null)",
                bots={"reviewer": "e.\"user\".type = 'app_user'"},
            ),
        ),
    ),
    VendorShape(
        "bitbucket__comments",
        keys=frozenset({"id", "created_on", "user", "content", "pullrequest"}),
        columns={
            "created_on": "VARCHAR",
            "deleted": "VARCHAR",
            "user": ACCOUNT,
            "pullrequest": "STRUCT(id VARCHAR, links STRUCT(self STRUCT(href VARCHAR)))",
        },
        only="coalesce(r.deleted, 'false') <> 'true'",
        fills=(
            Fill(
                REVIEWS,
                {
                    "repo": _PATH.format("r.pullrequest.links.self.href"),
                    "number": "r.pullrequest.id",
                    "reviewer": _person('r."user"'),
                    "submitted_at": "r.created_on",
                    "state": "'commented'",
                },
                bots={"reviewer": "r.\"user\".type = 'app_user'"},
            ),
        ),
    ),
    VendorShape(
        "bitbucket_server__pull_requests",
        keys=frozenset({"id", "state", "createdDate", "toRef", "author"}),
        is_one=_is_server,
        columns={
            **dict.fromkeys(("id", "state", "title", "draft"), "VARCHAR"),
            **dict.fromkeys(("createdDate", "updatedDate", "closedDate"), "BIGINT"),
            "author": f'STRUCT("user" {SERVER_USER})',
            "toRef": SERVER_REF,
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": SERVER_REPO,
                    "number": "r.id",
                    "author": 'r.author."user"."name"',
                    "created_at": _moment("r.createdDate"),
                    "merged_at": _moment(
                        "case when r.state = 'MERGED' then coalesce(r.closedDate, r.updatedDate) "
                        "end"
                    ),
                    "closed_at": _moment(
                        "case when r.state <> 'OPEN' then coalesce(r.closedDate, r.updatedDate) end"
                    ),
                    "state": STATES.format("r.state"),
                    "is_draft": "r.draft",
                    "title": "r.title",
                    "updated_at": _moment("r.updatedDate"),
                },
                bots={"author": "r.author.\"user\".type = 'SERVICE'"},
            ),
        ),
    ),
    VendorShape(
        "bitbucket_server__activities",
        keys=frozenset({"id", "createdDate", "user", "action", "computedProperties"}),
        is_one=lambda record: isinstance(record["computedProperties"].get("pullRequest"), dict),
        columns={
            "createdDate": "BIGINT",
            "user": SERVER_USER,
            "action": "VARCHAR",
            "computedProperties": "STRUCT(pullRequest STRUCT(id VARCHAR, "
            "repository STRUCT(fullName VARCHAR)))",
        },
        only="r.action in ('APPROVED', 'REVIEWED', 'COMMENTED') or r.action is null",
        fills=(
            Fill(
                REVIEWS,
                {
                    "repo": "r.computedProperties.pullRequest.repository.fullName",
                    "number": "r.computedProperties.pullRequest.id",
                    "reviewer": 'r."user"."name"',
                    "submitted_at": _moment("r.createdDate"),
                    "state": "case r.action when 'APPROVED' then 'approved' "
                    "when 'REVIEWED' then 'changes_requested' else 'commented' end",
                },
                bots={"reviewer": "r.\"user\".type = 'SERVICE'"},
            ),
        ),
    ),
    VendorShape(
        # As the interface answers for one pull request, which it does not name.
        "bitbucket_server__activity",
        keys=frozenset({"id", "createdDate", "user", "action"}),
        is_one=lambda record: record["action"] in SERVER_ACTIONS,
        columns={"createdDate": "BIGINT", "user": SERVER_USER, "action": "VARCHAR"},
        only="r.action in ('APPROVED', 'REVIEWED', 'COMMENTED') or r.action is null",
        fills=(
            Fill(
                REVIEWS,
                {
                    "repo": "{file}",
                    "number": "{number}",
                    "reviewer": 'r."user"."name"',
                    "submitted_at": _moment("r.createdDate"),
                    "state": "case r.action when 'APPROVED' then 'approved' "
                    "when 'REVIEWED' then 'changes_requested' else 'commented' end",
                },
                bots={"reviewer": "r.\"user\".type = 'SERVICE'"},
            ),
        ),
    ),
    VendorShape(
        "bitbucket_server__users",
        keys=frozenset({"name", "emailAddress", "slug", "type"}),
        columns={"name": "VARCHAR", "emailAddress": "VARCHAR"},
        only="r.name is not null and r.emailAddress is not null",
        fills=(accounts("r.name", "r.emailAddress"),),
    ),
)
