"""PagerDuty's users link to people by their address."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, unique

SUITE: tuple[Expectation, ...] = (
    filled("email", 0.9, "fail"),
    unique("email", 0.95),
)
