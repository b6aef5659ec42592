"""An account belongs to one person."""

from __future__ import annotations

from ingest.expectation import Expectation, unique

SUITE: tuple[Expectation, ...] = (unique("account", 0.95),)
