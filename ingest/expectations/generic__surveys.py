"""Answers lie on their scale."""

from __future__ import annotations

from ingest.expectation import Expectation, at_most, between, past

SUITE: tuple[Expectation, ...] = (
    past("answered_at"),
    at_most("score", "scale_max"),
    between("scale_max", 1, 100),
)
