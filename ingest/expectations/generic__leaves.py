"""Absences end after they begin."""

from __future__ import annotations

from ingest.expectation import Expectation, in_order

SUITE: tuple[Expectation, ...] = (in_order("start_date", "end_date"),)
