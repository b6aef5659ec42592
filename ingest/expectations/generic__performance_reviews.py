"""Ratings lie on their scale."""

from __future__ import annotations

from ingest.expectation import Expectation, at_most, between, past

SUITE: tuple[Expectation, ...] = (
    past("review_date"),
    at_most("rating", "scale_max"),
    between("rating", 0, 1000),
)
