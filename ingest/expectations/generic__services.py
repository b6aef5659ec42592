"""Services: periods in order."""

from __future__ import annotations

from ingest.expectation import Expectation, in_order

SUITE: tuple[Expectation, ...] = (in_order("valid_from", "valid_to"),)
