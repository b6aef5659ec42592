"""An organisation's own measures: filled in, and measured before now."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, past

SUITE: tuple[Expectation, ...] = (
    filled("value", 0.9),
    past("at"),
)
