"""GitLab: merge requests, notes and approvals of its interface, its project export, its CSV.

In a project export people are numbers that only a list of members can turn into names. Such a
number is written `gitlab-user-<number>`, so that it is taken for nobody's employee id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.declare import Table
from ingest.source import Fill, Suspicion, Typed, VendorShape, cell
from ingest.sources.accounts import accounts
from ingest.sources.git_tables import EVENTS, PULL_REQUESTS, REVIEWS

TABLES: tuple[Table, ...] = ()

USER = "STRUCT(id VARCHAR, username VARCHAR)"
SYSTEM = "system"
# Lists, notes, exports and CSV files all know the number of the project, and not all its path.
FULL = 'r."references"."full"'
REPO = (
    "coalesce('gitlab-project-' || coalesce(r.target_project_id, r.project_id), "
    f"nullif(split_part({FULL}, '!', 1), ''), r.web_url)"
)
BOT = "regexp_matches({0}, '^(project|group)_[0-9]+_bot')"
READY = r"marked this merge request as \*\*ready\*\*|unmarked as a \*\*Work In Progress\*\*"
DRAFT = r"marked this merge request as \*\*draft\*\*|marked as a \*\*Work In Progress\*\*"
NOTE = (
    "STRUCT(author_id VARCHAR, author STRUCT(name VARCHAR, username VARCHAR), created_at VARCHAR, "
    'note VARCHAR, body VARCHAR, "system" VARCHAR)'
)


def _system(note: str) -> str:
    return f'{note}."{SYSTEM}"'


def path_of(address: str) -> str:
    """SQL for the path of a project in the address of its merge request."""
    return (
        f"nullif(regexp_extract({address}, '^https?://[^/]+/(.+?)/(?:-/)?merge_requests/', 1), '')"
    )


def _numbered(user: str) -> str:
    return f"'gitlab-user-' || {user}"


def state_of(note: str, is_system: str) -> str:
    """SQL for the state of the review that a note is; null for one that is no review."""
    return (
        f"case when {is_system} = 'true' and starts_with({note}, 'approved this merge request') "
        f"then 'approved' when {is_system} = 'true' and "
        f"starts_with({note}, 'requested changes') then 'changes_requested' "
        f"when coalesce({is_system}, 'false') <> 'true' then 'commented' end"
    )


def event_of(note: str) -> str:
    """SQL for what a note of the system says happened to a draft; null for any other."""
    return (
        f"case when regexp_matches({note}, '{READY}') then 'ready_for_review' "
        f"when regexp_matches({note}, '{DRAFT}') then 'convert_to_draft' end"
    )


def _draft_notes(notes: str) -> str:
    words = "coalesce(one.note, one.body)"
    return (
        f"list_filter({notes}, lambda one: one.\"system\" = 'true' and {event_of(words)} "
        "is not null)"
    )


def _is_exported(record: Mapping[str, Any]) -> bool:
    return "author" not in record and "web_url" not in record


def _is_of_interface(record: Mapping[str, Any]) -> bool:
    return "web_url" in record or "references" in record


def _is_note(record: Mapping[str, Any]) -> bool:
    return bool(record.get("noteable_type", "MergeRequest") == "MergeRequest")


TIMES = ("created_at", "merged_at", "closed_at", "updated_at")
SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "gitlab__merge_requests",
        keys=frozenset({"iid", "state", "created_at", "source_branch", "target_branch"}),
        is_one=_is_of_interface,
        columns={
            **dict.fromkeys(("iid", "project_id", "target_project_id", *TIMES), "VARCHAR"),
            **dict.fromkeys(("state", "draft", "work_in_progress", "title", "web_url"), "VARCHAR"),
            "author": USER,
            "author_id": "VARCHAR",
            "references": 'STRUCT("full" VARCHAR)',
            "prepared_at": "VARCHAR",
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": REPO,
                    "number": "r.iid",
                    "author": f"coalesce(r.author.username, {_numbered('r.author_id')})",
                    "created_at": "r.created_at",
                    "merged_at": "r.merged_at",
                    "closed_at": "coalesce(r.closed_at, r.merged_at)",
                    "state": "case r.state when 'locked' then 'open' else r.state end",
                    "is_draft": "coalesce(r.draft, r.work_in_progress)",
                    "title": "r.title",
                    "updated_at": "r.updated_at",
                    "repo_alias": f"coalesce(nullif(split_part({FULL}, '!', 1), ''), "
                    f"{path_of('r.web_url')})",
                },
                bots={"author": BOT.format("r.author.username")},
            ),
        ),
    ),
    VendorShape(
        # An older GitLab does not say which project a note is of.
        "gitlab__notes",
        keys=frozenset({"body", "author", "created_at", "system", "noteable_iid"}),
        is_one=_is_note,
        columns={
            "body": "VARCHAR",
            "author": USER,
            "created_at": "VARCHAR",
            "system": "VARCHAR",
            "project_id": "VARCHAR",
            "noteable_iid": "VARCHAR",
        },
        only=f"r.noteable_iid is null or {state_of('r.body', _system('r'))} is not null "
        f"or {event_of('r.body')} is not null",
        fills=(
            Fill(
                REVIEWS,
                {
                    "repo": "coalesce('gitlab-project-' || r.project_id, {file})",
                    "number": "r.noteable_iid",
                    "reviewer": "r.author.username",
                    "submitted_at": "r.created_at",
                    "state": f"coalesce({state_of('r.body', _system('r'))}, 'pending')",
                },
                bots={"reviewer": BOT.format("r.author.username")},
            ),
            Fill(
                EVENTS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "event": "e.event",
                    "occurred_at": "e.at",
                },
                each=f"case when r.\"system\" = 'true' and {event_of('r.body')} is not null then "
                f"[{{'event': {event_of('r.body')}, 'at': r.created_at}}] end",
            ),
        ),
    ),
    VendorShape(
        "gitlab__approvals",
        keys=frozenset({"approved_by"}),
        is_one=lambda record: (
            isinstance(record.get("approved_by"), list) and "rule_type" not in record
        ),
        columns={
            "project_id": "VARCHAR",
            "iid": "VARCHAR",
            "approved_by": f'STRUCT("user" {USER}, approved_at VARCHAR)[]',
        },
        lists={"one": "r.approved_by"},
        fills=(
            Fill(
                REVIEWS,
                {
                    "repo": "coalesce('gitlab-project-' || r.project_id, {file})",
                    "number": "coalesce(r.iid, {number})",
                    "reviewer": 'one."user".username',
                    "submitted_at": "one.approved_at",
                    # Without a time it counts for nothing, as a review that was not sent.
                    "state": "case when one.approved_at is null then 'pending' else 'approved' end",
                },
                bots={"reviewer": BOT.format('one."user".username')},
            ),
        ),
        suspicions=(
            Suspicion(
                "approvals_dated",
                "count(*) - count(submitted_at)",
                "it says who approved, but not when, in {failed} of {rows} approvals, which count "
                "for nothing: export the notes of the merge requests, which say it "
                "(GET /projects/:id/merge_requests/:iid/notes)",
            ),
        ),
    ),
    VendorShape(
        "gitlab__export",
        keys=frozenset({"iid", "author_id", "created_at", "source_branch", "target_branch"}),
        is_one=_is_exported,
        columns={
            **dict.fromkeys(("iid", "author_id", "target_project_id", *TIMES), "VARCHAR"),
            **dict.fromkeys(("state", "draft", "title"), "VARCHAR"),
            "metrics": "STRUCT(merged_at VARCHAR, latest_closed_at VARCHAR, added_lines VARCHAR, "
            "removed_lines VARCHAR)",
            "notes": f"{NOTE}[]",
            "approvals": "STRUCT(user_id VARCHAR, created_at VARCHAR)[]",
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": "'gitlab-project-' || r.target_project_id",
                    "number": "r.iid",
                    "author": _numbered("r.author_id"),
                    "created_at": "r.created_at",
                    "merged_at": "coalesce(r.metrics.merged_at, r.merged_at)",
                    "closed_at": "coalesce(r.metrics.latest_closed_at, r.metrics.merged_at)",
                    "state": "r.state",
                    "is_draft": "r.draft",
                    "additions": "r.metrics.added_lines",
                    "deletions": "r.metrics.removed_lines",
                    "title": "r.title",
                    "updated_at": "r.updated_at",
                },
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": _numbered("e.author_id"),
                    "submitted_at": "e.created_at",
                    "state": state_of("e.note", _system("e")),
                },
                each=f"list_filter(r.notes, lambda one: "
                f"{state_of('one.note', _system('one'))} is not null)",
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": _numbered("e.user_id"),
                    "submitted_at": "e.created_at",
                    "state": "'approved'",
                },
                each="list_filter(r.approvals, lambda one: one.created_at is not null)",
            ),
            Fill(
                EVENTS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "event": event_of("coalesce(e.note, e.body)"),
                    "occurred_at": "e.created_at",
                },
                each=_draft_notes("r.notes"),
            ),
        ),
    ),
    VendorShape(
        "gitlab__members",
        keys=frozenset({"user", "user_id", "access_level"}),
        is_one=lambda record: isinstance(record.get("user"), dict),
        columns={
            "user": "STRUCT(id VARCHAR, username VARCHAR, public_email VARCHAR, email VARCHAR)",
        },
        only='r."user".id is not null',
        fills=(
            accounts(
                _numbered('r."user".id'),
                'r."user".public_email',
                'r."user".email',
                'r."user".username',
            ),
        ),
    ),
    VendorShape(
        "gitlab__users",
        keys=frozenset({"id", "username", "name", "state", "web_url"}),
        columns=dict.fromkeys(("id", "username", "email", "public_email"), "VARCHAR"),
        fills=(accounts(_numbered("r.id"), "r.email", "r.public_email", "r.username"),),
    ),
    VendorShape(
        "gitlab__csv",
        keys=frozenset({"MR IID", "URL", "Author Username", "Created At (UTC)"}),
        columns={},
        is_flat=True,
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": f"'gitlab-project-' || {cell('Target Project ID')}",
                    "number": cell("MR IID"),
                    "author": cell("Author Username"),
                    "created_at": f"replace({cell('Created At (UTC)')}, ' UTC', 'Z')",
                    "state": cell("State"),
                    "title": cell("Title"),
                    "updated_at": f"replace({cell('Updated At (UTC)')}, ' UTC', 'Z')",
                },
            ),
        ),
        suspicions=(
            Suspicion(
                "merges_dated",
                "count(*) filter (state = 'merged')",
                "says of {failed} of {rows} merge requests that they were merged, but not when: "
                "cycle time needs the interface's list or the project export",
            ),
        ),
    ),
)
