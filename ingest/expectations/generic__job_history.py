"""Job changes: levels and organisations are known, and are dimensions rather than names."""

from __future__ import annotations

from ingest.expectation import Expectation, few_values, filled, past

SUITE: tuple[Expectation, ...] = (
    filled("level", 0.9, "fail"),
    past("effective_date", 0.95),
    few_values("level", 60),
    few_values("org", 1000),
    few_values("job_family", 300),
)
