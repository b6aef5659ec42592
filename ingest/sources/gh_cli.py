"""`gh pr list --json …`: pull requests with their reviews, as GitHub's command line has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.declare import Table
from ingest.source import Fill, Suspicion, Typed, VendorShape
from ingest.sources.git_tables import PULL_REQUESTS, REVIEWS

TABLES: tuple[Table, ...] = ()

# gh writes a bot as `app/<slug>`, and a deleted account as the bot `app/`: nobody, but no bot.
LOGIN = "nullif(r.author.login, 'app/')"
# https://<host>/<owner>/<name>/pull/<number>, by search: a pattern takes five times as long.
_PATH = "split_part(substr(r.url, strpos(r.url, '://') + 3), '/pull/', 1)"
REPO = (
    f"case when contains(r.url, '/pull/') then substr({_PATH}, strpos({_PATH}, '/') + 1) "
    "when r.url is null then {file} end"
)


def _is_of_gh(record: Mapping[str, Any]) -> bool:
    """Whether gh wrote a record: GraphQL itself wraps reviews and knows no `is_bot`."""
    author = record.get("author")
    is_gh = not author or (isinstance(author, dict) and "is_bot" in author)
    return is_gh and not isinstance(record.get("reviews"), dict)


SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        # `gh pr view NUMBER --json reviews`, which does not name the pull request.
        "gh__reviews",
        keys=frozenset({"author", "authorAssociation", "state", "submittedAt"}),
        columns={
            "author": "STRUCT(login VARCHAR)",
            "state": "VARCHAR",
            "submittedAt": "VARCHAR",
        },
        fills=(
            Fill(
                REVIEWS,
                {
                    "repo": "{file}",
                    "number": "{number}",
                    "reviewer": "r.author.login",
                    "submitted_at": "r.submittedAt",
                    "state": "r.state",
                },
            ),
        ),
    ),
    VendorShape(
        "gh__pull_requests",
        keys=frozenset({"number", "author", "createdAt", "mergedAt"}),
        is_one=_is_of_gh,
        columns={
            "number": "VARCHAR",
            "url": "VARCHAR",
            "author": "STRUCT(login VARCHAR, is_bot VARCHAR)",
            "createdAt": "VARCHAR",
            "mergedAt": "VARCHAR",
            "closedAt": "VARCHAR",
            "updatedAt": "VARCHAR",
            "state": "VARCHAR",
            "isDraft": "VARCHAR",
            "additions": "VARCHAR",
            "deletions": "VARCHAR",
            "title": "VARCHAR",
            "reviews": "STRUCT(author STRUCT(login VARCHAR), state VARCHAR, "
            "submittedAt TIMESTAMPTZ)[]",
        },
        fills=(
            Fill(
                PULL_REQUESTS,
                {
                    "repo": REPO,
                    "number": "r.number",
                    "author": LOGIN,
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
                bots={"author": f"r.author.is_bot = 'true' and {LOGIN} is not null"},
            ),
            Fill(
                REVIEWS,
                {
                    "repo": Typed("parent.repo"),
                    "number": Typed("parent.number"),
                    "reviewer": "e.author.login",
                    "submitted_at": Typed("e.submittedAt"),
                    "state": "e.state",
                },
                each="r.reviews",
            ),
        ),
        suspicions=(
            Suspicion(
                "export_complete",
                "count(*) in (30, 100, 1000) and count(*) filter (where state <> 'open') = 0",
                "holds exactly as many pull requests as gh gives by default, all of them open: "
                "export again with --state all --limit 1000000",
            ),
        ),
    ),
)
