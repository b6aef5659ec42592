"""Reviews inside pull requests name a reviewer and happened."""

from __future__ import annotations

from ingest.expectation import Expectation, filled, mostly_listed, past

SUITE: tuple[Expectation, ...] = (
    filled("reviewer", 0.9),
    past("submitted_at"),
    mostly_listed("state", "approved", "changes_requested", "commented", "dismissed", "pending"),
)
