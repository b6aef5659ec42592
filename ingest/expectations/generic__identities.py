"""A name belongs to one person."""

from __future__ import annotations

from ingest.expectation import Expectation, unique

SUITE: tuple[Expectation, ...] = (unique("value", 0.99),)
