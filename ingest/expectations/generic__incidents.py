"""Incidents: times in order, severities known."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, in_order, mostly_listed, past

SUITE: tuple[Expectation, ...] = (
    past("created_at"),
    in_order("created_at", "resolved_at"),
    in_order("created_at", "acknowledged_at", 0.99),
    filled("severity", 0.5),
    mostly_listed("severity", "critical", "high", "medium", "low"),
)
