"""GitHub's REST interface: pull requests, reviews, events, and backups made of them.

Lists, details, search results, webhooks and archived events have the same objects inside. An
object whose null keys were left out is read like one that has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingest.declare import Table
from ingest.source import Fill, Suspicion, Typed, VendorShape
from ingest.sources.git_tables import (
    EVENTS,
    EVENTS_READ,
    PULL_REQUESTS,
    REVIEWS,
    number_of,
    repo_of,
)

TABLES: tuple[Table, ...] = ()

ACCOUNT = 'STRUCT(login VARCHAR, "type" VARCHAR)'
PULL = {
    "number": "VARCHAR",
    "url": "VARCHAR",
    "html_url": "VARCHAR",
    "user": ACCOUNT,
    "created_at": "VARCHAR",
    "updated_at": "VARCHAR",
    "merged_at": "VARCHAR",
    "closed_at": "VARCHAR",
    "state": "VARCHAR",
    "draft": "VARCHAR",
    "additions": "VARCHAR",
    "deletions": "VARCHAR",
    "title": "VARCHAR",
    "base": "STRUCT(repo STRUCT(full_name VARCHAR))",
}
REVIEW = (
    f'STRUCT(state VARCHAR, submitted_at VARCHAR, "user" {ACCOUNT}, html_url VARCHAR, '
    "pull_request_url VARCHAR)"
)
EVENT = (
    f"STRUCT(event VARCHAR, created_at VARCHAR, submitted_at VARCHAR, state VARCHAR, "
    f'"user" {ACCOUNT})'
)
NAMES = ", ".join(f"'{one}'" for one in EVENTS_READ)
# A list of merged pull requests is recognised by these alone; `base` tells them from issues.
PULL_KEYS = frozenset({"number", "state", "created_at", "base"})
NOT_MERGED = Suspicion(
    "merges_known",
    "count(*) filter (state = 'closed') > 20 and count(merged_at) = 0",
    "it does not say which pull requests were merged: export /pulls, or search with "
    "`is:merged`, which has `pull_request.merged_at`",
)


def _struct(columns: Mapping[str, str]) -> str:
    return "STRUCT(" + ", ".join(f'"{key}" {kind}' for key, kind in columns.items()) + ")"


def _pull(pull: str, **given: str) -> Fill:
    """Fill pull requests from an object of the interface; `given` goes before its own fields."""
    repo = (
        f"coalesce({pull}.base.repo.full_name, {repo_of(f'{pull}.html_url')}, "
        f"{repo_of(f'{pull}.url')})"
    )
    fields = {
        "repo": repo,
        "number": f"{pull}.number",
        "author": f'{pull}."user".login',
        "created_at": f"{pull}.created_at",
        "merged_at": f"{pull}.merged_at",
        "closed_at": f"{pull}.closed_at",
        "state": f"{pull}.state",
        "is_draft": f"{pull}.draft",
        "additions": f"{pull}.additions",
        "deletions": f"{pull}.deletions",
        "title": f"{pull}.title",
        "updated_at": f"{pull}.updated_at",
        **given,
    }
    return Fill(PULL_REQUESTS, fields, bots={"author": f"{pull}.\"user\".type = 'Bot'"})


def _review(review: str, each: str | None = None, **given: str) -> Fill:
    fields = {
        "repo": Typed("parent.repo"),
        "number": Typed("parent.number"),
        "reviewer": f'{review}."user".login',
        "submitted_at": f"{review}.submitted_at",
        "state": f"{review}.state",
        **given,
    }
    return Fill(REVIEWS, fields, each, bots={"reviewer": f"{review}.\"user\".type = 'Bot'"})


def _event(event: str, at: str, each: str | None = None, **given: str) -> Fill:
    fields = {"repo": Typed("parent.repo"), "number": Typed("parent.number")}
    return Fill(EVENTS, {**fields, "event": event, "occurred_at": at, **given}, each)


def _list(key: str, element: str) -> str:
    """SQL for a list that someone put into a record beside what the interface says."""
    return f"try_cast(r.{key} as {element}[])"


def _named(events: str) -> str:
    """SQL for the events of a list that are read."""
    return f"list_filter({events}, lambda one: one.event in ({NAMES}))"


def _reviewed(events: str) -> str:
    """SQL for the reviews in a list of events."""
    return f"list_filter({events}, lambda one: one.event = 'reviewed')"


def _is_timeline(record: Mapping[str, Any]) -> bool:
    """Whether a record is an event of a pull request's timeline, which names no issue."""
    known = {"actor", "sha", "submitted_at", "source", "comments", "commit_id"}
    is_event = isinstance(record.get("event"), str) and not known.isdisjoint(record)
    return is_event and "type" not in record and "issue" not in record


def _is_pull(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("base"), dict)


def _is_review(record: Mapping[str, Any]) -> bool:
    return "diff_hunk" not in record and "event" not in record


def _is_webhook(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("pull_request"), dict) and "number" in record["pull_request"]


_ADDRESSES = ("r.pull_request_url", "r.issue_url", "r.html_url", "r.url")
BESIDE = ("reviews", "timeline", "events", "timeline_events")
TIMELINE = f"coalesce({', '.join(_list(key, EVENT) for key in BESIDE[1:])})"
SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "github__pull_requests",
        keys=PULL_KEYS,
        is_one=_is_pull,
        # Scripts put reviews and events of a pull request beside what the interface says of it.
        columns={**PULL, "repository": "VARCHAR", **dict.fromkeys(BESIDE, "JSON")},
        fills=(
            _pull(
                "r",
                repo=f"coalesce(r.base.repo.full_name, {repo_of('r.html_url')}, "
                f"{repo_of('r.url')}, case when r.repository not like '{{%' then r.repository end)",
            ),
            _review("e", f"coalesce({_list('reviews', REVIEW)}, {_reviewed(TIMELINE)})"),
            _event("e.event", "e.created_at", _named(TIMELINE)),
        ),
        suspicions=(
            Suspicion(
                "export_complete",
                "count(*) in (30, 100) and count(*) filter (state <> 'open') = 0",
                "holds exactly one page of open pull requests: export with state=all, every page",
            ),
        ),
    ),
    VendorShape(
        "github__search",
        keys=frozenset({"number", "state", "created_at", "repository_url"}),
        columns={
            **{key: kind for key, kind in PULL.items() if key != "base"},
            "repository_url": "VARCHAR",
            "pull_request": "STRUCT(url VARCHAR, merged_at VARCHAR)",
        },
        only="r.number is null or r.pull_request is not null",  # the others are issues
        fills=(
            _pull(
                "r",
                repo=repo_of("r.repository_url"),
                merged_at="r.pull_request.merged_at",
                additions="null::varchar",
            ),
        ),
        suspicions=(
            NOT_MERGED,
            Suspicion(
                "export_complete",
                "count(*) = 1000",
                "holds exactly as many results as a search gives at most: search by shorter "
                "periods (`created:2024-01-01..2024-03-31`)",
            ),
        ),
    ),
    VendorShape(
        "github__reviews",
        keys=frozenset({"id", "state", "pull_request_url"}),
        is_one=_is_review,
        columns={
            "user": ACCOUNT,
            "state": "VARCHAR",
            "submitted_at": "VARCHAR",
            "pull_request_url": "VARCHAR",
        },
        fills=(
            _review(
                "r",
                repo=repo_of("r.pull_request_url"),
                number=number_of("r.pull_request_url"),
            ),
        ),
    ),
    VendorShape(
        # Reviews that someone cut down to this, of one pull request, which they do not name.
        "github__reviews_of_one",
        keys=frozenset({"state", "submitted_at", "user"}),
        is_one=lambda record: _is_review(record) and "pull_request_url" not in record,
        columns={"user": ACCOUNT, "state": "VARCHAR", "submitted_at": "VARCHAR"},
        fills=(_review("r", repo="{file}", number="{number}"),),
    ),
    VendorShape(
        "github__issue_events",
        keys=frozenset({"event", "created_at", "issue"}),
        columns={
            "event": "VARCHAR",
            "created_at": "VARCHAR",
            "url": "VARCHAR",
            "issue": "STRUCT(number VARCHAR, repository_url VARCHAR, "
            "pull_request STRUCT(url VARCHAR))",
        },
        only=f"r.event is null or (r.event in ({NAMES}) and r.issue.pull_request is not null)",
        fills=(
            _event(
                "r.event",
                "r.created_at",
                repo=f"coalesce({repo_of('r.issue.repository_url')}, {repo_of('r.url')})",
                number="r.issue.number",
            ),
        ),
    ),
    VendorShape(
        "github__timeline",
        keys=frozenset({"event"}),
        is_one=_is_timeline,
        columns={
            **dict.fromkeys(("event", "created_at", "submitted_at", "state", "url"), "VARCHAR"),
            **dict.fromkeys(("html_url", "pull_request_url", "issue_url"), "VARCHAR"),
            "user": ACCOUNT,
        },
        only=f"r.event is null or r.event in ({NAMES}) "
        "or (r.event = 'reviewed' and r.submitted_at is not null)",
        fills=(
            _event(
                "case r.event when 'reviewed' then 'other' else r.event end",
                "coalesce(r.created_at, r.submitted_at)",
                repo=f"coalesce({', '.join(repo_of(one) for one in _ADDRESSES)}, {{file}})",
                number=f"coalesce({', '.join(number_of(one) for one in _ADDRESSES)}, {{number}})",
            ),
            _review(
                "e",
                "case when r.event = 'reviewed' then [{'user': r.\"user\", "
                "'submitted_at': r.submitted_at, 'state': r.state}] end",
            ),
        ),
    ),
    VendorShape(
        "github__backup",
        keys=frozenset({"type", "pull"}),
        is_one=lambda record: isinstance(record.get("pull"), dict),
        columns={"pull": _struct(PULL), "events": f"{EVENT}[]"},
        fills=(
            _pull("r.pull"),
            _review("e", _reviewed("r.events")),
            _event("e.event", "e.created_at", _named("r.events")),
        ),
    ),
    VendorShape(
        "github__webhooks",
        keys=frozenset({"action", "pull_request"}),
        is_one=_is_webhook,
        columns={"action": "VARCHAR", "pull_request": _struct(PULL), "review": REVIEW},
        fills=(
            _pull("r.pull_request"),
            _review("e", "case when r.review is not null then [r.review] end"),
            _event(
                "e.event",
                "e.at",
                f"case when r.action in ({NAMES}, 'converted_to_draft') then "
                "[{'event': replace(r.action, 'converted', 'convert'), "
                "'at': r.pull_request.updated_at}] end",
            ),
        ),
    ),
    VendorShape(
        "github__events",
        keys=frozenset({"type", "repo", "payload", "created_at"}),
        columns={
            "type": "VARCHAR",
            "created_at": "VARCHAR",
            "actor": "STRUCT(login VARCHAR)",
            "repo": "STRUCT(name VARCHAR)",
            "payload": f"STRUCT(action VARCHAR, number VARCHAR, pull_request {_struct(PULL)}, "
            f"review {REVIEW})",
        },
        # Since October 2025 the events of a public timeline say no more of the pull request than
        # its number: who opened one, when it was merged and who reviewed it is in events alone.
        only="r.type is null or (starts_with(r.type, 'PullRequest') and (r.type in "
        "('PullRequestEvent', 'PullRequestReviewEvent') "
        "or r.payload.pull_request.created_at is not null))",
        fills=(
            _event(
                f"case when r.payload.action in ({NAMES}) then r.payload.action else 'other' end",
                "r.created_at",
                repo="r.repo.name",
                number="coalesce(r.payload.pull_request.number, r.payload.number)",
            ),
            replace(
                _pull(
                    "e.pull",
                    repo=Typed("parent.repo"),
                    number=Typed("parent.number"),
                    author='coalesce(e.pull."user".login, e.opener)',
                    created_at="coalesce(e.pull.created_at, e.at)",
                    updated_at="coalesce(e.pull.updated_at, e.at)",
                ),
                each="case when r.payload.pull_request.created_at is not null "
                "or r.payload.action = 'opened' then [{'pull': r.payload.pull_request, "
                "'at': r.created_at, 'opener': case when r.payload.action = 'opened' "
                "then r.actor.login end}] end",
            ),
            _review("e", "case when r.payload.review is not null then [r.payload.review] end"),
        ),
    ),
)
