"""Pull requests of Git hosts: times in order, authors known, states as they should be."""

from __future__ import annotations

from ingest.expectation import Expectation, between, filled, in_order, mostly_listed, past

SUITE: tuple[Expectation, ...] = (
    filled("author", 0.9),
    filled("state", 0.99),
    past("created_at"),
    in_order("created_at", "closed_at"),
    mostly_listed("state", "open", "closed", "merged", share=1.0),
    between("additions", 0, 10_000_000),
)
