"""Events of pull requests are known by name and happened."""

from __future__ import annotations

from ingest.expectation import Expectation, mostly_listed, past

SUITE: tuple[Expectation, ...] = (
    past("occurred_at"),
    mostly_listed(
        "event", "ready_for_review", "convert_to_draft", "merged", "closed", "reopened", share=0.5
    ),
)
