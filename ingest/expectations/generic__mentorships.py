"""Mentorships: two people, in order, in a known state."""

from __future__ import annotations

from ingest.expectation import Expectation, differ, few_values, filled, in_order, mostly_listed

SUITE: tuple[Expectation, ...] = (
    filled("mentor", 0.9),
    differ("mentor", "mentee"),
    in_order("start_date", "end_date"),
    mostly_listed("status", "active", "completed", "ended_early", "pending", "declined"),
    few_values("program", 200),
)
