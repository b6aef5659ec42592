"""Mentors: each once, with a plausible number of places."""

from __future__ import annotations

from ingest.expectation import Expectation, between, unique

SUITE: tuple[Expectation, ...] = (
    unique("employee_id"),
    between("capacity", 0, 50),
)
