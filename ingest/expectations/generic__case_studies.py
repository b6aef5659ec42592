"""Case studies: each says whether its people agreed, and was published."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, past

SUITE: tuple[Expectation, ...] = (
    filled("consent"),
    past("published_at"),
)
