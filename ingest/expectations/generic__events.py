"""Events of the organisation: periods in order, organisations that are dimensions."""

from __future__ import annotations

from ingest.expectation import Expectation, few_values, in_order

SUITE: tuple[Expectation, ...] = (
    in_order("starts_on", "ends_on"),
    few_values("org", 1000),
)
