"""The log of a repository: the fallback where no host exports pull requests."""

from __future__ import annotations

from ingest.declare import Table
from ingest.source import Fill, Suspicion, VendorShape
from ingest.sources.git_tables import MERGES

TABLES: tuple[Table, ...] = ()
SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "git_log__commits",
        keys=frozenset({"git_commit", "git_author", "git_date"}),
        columns=dict.fromkeys(("git_commit", "git_author", "git_date"), "VARCHAR"),
        fills=(
            Fill(
                MERGES,
                {
                    "repo": "{file}",
                    "commit": "r.git_commit",
                    "author": "r.git_author",
                    "merged_at": "r.git_date",
                },
            ),
        ),
        suspicions=(
            Suspicion(
                "has_pull_requests",
                "count(*) > 0",
                "is the log of a repository: it counts what was merged, but knows nothing of "
                "reviews and drafts, so cycle time is no data; export pull requests",
            ),
        ),
    ),
)
