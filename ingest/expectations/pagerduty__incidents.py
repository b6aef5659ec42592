"""PagerDuty's incidents: resolved after they opened, on a service."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, in_order, past

SUITE: tuple[Expectation, ...] = (
    past("created_at"),
    in_order("created_at", "resolved_at"),
    filled("service", 0.9),
)
