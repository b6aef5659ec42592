"""Commits of a log name an author and happened."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, past

SUITE: tuple[Expectation, ...] = (filled("author", 0.5), past("merged_at"))
