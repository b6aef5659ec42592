"""Goals are reached after they were set."""

from __future__ import annotations

from ingest.expectation import Expectation, in_order, past

SUITE: tuple[Expectation, ...] = (
    past("created_at"),
    in_order("created_at", "completed_at"),
)
