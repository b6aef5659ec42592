"""Responders: known, and called before now."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, past

SUITE: tuple[Expectation, ...] = (
    filled("responder", 0.9),
    past("joined_at"),
)
