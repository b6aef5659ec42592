"""An alias belongs to one person."""

from __future__ import annotations

from ingest.expectation import Expectation, unique

SUITE: tuple[Expectation, ...] = (unique("alias", 0.95),)
