"""Reporting groups: few of them, each with few values."""

from __future__ import annotations

from ingest.expectation import Expectation, few_values

SUITE: tuple[Expectation, ...] = (
    few_values("attribute", 100),
    few_values("value", 2000),
)
