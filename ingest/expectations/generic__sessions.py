"""Meetings last minutes, and it is known whether they took place."""

from __future__ import annotations

from ingest.expectation import Expectation, between, mostly_listed

SUITE: tuple[Expectation, ...] = (
    between("duration_minutes", 1, 600, 0.95),
    mostly_listed("status", "held", "cancelled", "scheduled"),
)
