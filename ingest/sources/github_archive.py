"""GitHub's migration archives: every reference is an address."""

from __future__ import annotations

from ingest.declare import Table
from ingest.source import Fill, VendorShape
from ingest.sources.accounts import accounts
from ingest.sources.git_tables import (
    EVENTS,
    EVENTS_READ,
    PULL_REQUESTS,
    REVIEWS,
    number_of,
    tail_of,
)

TABLES: tuple[Table, ...] = ()
NAMES = ", ".join(f"'{one}'" for one in EVENTS_READ)
REVIEW_STATES = {"0": "pending", "1": "commented", "30": "changes_requested", "40": "approved"}
REVIEW_STATES |= {"50": "dismissed"}
_STATES = " ".join(f"when '{code}' then '{state}'" for code, state in REVIEW_STATES.items())


def _repo(address: str) -> str:
    path = f"split_part({address}, '://', 2)"
    return f"split_part({path}, '/', 2) || '/' || split_part({path}, '/', 3)"


SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "github_archive__pull_requests",
        keys=frozenset({"type", "url", "repository", "created_at", "base", "head"}),
        is_one=lambda record: record.get("type") == "pull_request",
        columns=dict.fromkeys(
            ("url", "user", "title", "created_at", "merged_at", "closed_at", "work_in_progress"),
            "VARCHAR",
        ),
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": _repo("r.url"),
                    "number": number_of("r.url"),
                    "author": tail_of('r."user"'),
                    "created_at": "r.created_at",
                    "merged_at": "r.merged_at",
                    "closed_at": "r.closed_at",
                    "state": "case when r.merged_at is not null then 'merged' "
                    "when r.closed_at is not null then 'closed' else 'open' end",
                    "is_draft": "r.work_in_progress",
                    "title": "r.title",
                },
            ),
        ),
    ),
    VendorShape(
        "github_archive__reviews",
        keys=frozenset({"type", "url", "pull_request", "state"}),
        is_one=lambda record: record.get("type") == "pull_request_review",
        columns=dict.fromkeys(
            ("url", "user", "pull_request", "state", "created_at", "submitted_at"), "VARCHAR"
        ),
        fills=(
            Fill(
                REVIEWS,
                {
                    "repo": _repo("r.pull_request"),
                    "number": number_of("r.pull_request"),
                    "reviewer": tail_of('r."user"'),
                    "submitted_at": "coalesce(r.submitted_at, r.created_at)",
                    "state": f"case r.state {_STATES} else r.state end",
                },
            ),
        ),
    ),
    VendorShape(
        "github_archive__events",
        keys=frozenset({"type", "url", "event", "created_at"}),
        is_one=lambda record: record.get("type") == "issue_event",
        columns=dict.fromkeys(("url", "pull_request", "event", "created_at"), "VARCHAR"),
        only=f"r.event is null or (r.event in ({NAMES}) and r.pull_request is not null)",
        fills=(
            Fill(
                EVENTS,
                {
                    "repo": _repo("r.pull_request"),
                    "number": number_of("r.pull_request"),
                    "event": "r.event",
                    "occurred_at": "r.created_at",
                },
            ),
        ),
    ),
    VendorShape(
        "github_archive__users",
        keys=frozenset({"type", "url", "login", "emails"}),
        is_one=lambda record: record.get("type") == "user",
        columns={"login": "VARCHAR", "emails": "STRUCT(address VARCHAR)[]"},
        only="len(r.emails) > 0",
        fills=(accounts("r.login", "r.emails[1].address"),),
    ),
)
