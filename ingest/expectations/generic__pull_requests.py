"""Pull requests: times in order, authors known, sizes plausible."""

from __future__ import annotations

from ingest.expectation import Expectation, between, filled, in_order, past

SUITE: tuple[Expectation, ...] = (
    filled("author", 0.9),
    past("created_at"),
    in_order("created_at", "closed_at"),
    in_order("created_at", "ready_for_review_at"),
    between("additions", 0, 10_000_000),
)
