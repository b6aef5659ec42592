"""Opportunities: they happened, of known kinds, and nobody sponsors themselves."""

from __future__ import annotations

from ingest.expectation import Expectation, differ, mostly_listed, past

SUITE: tuple[Expectation, ...] = (
    past("occurred_at"),
    mostly_listed("kind", "design_doc", "incident_lead", "demo", "project_lead", "talk", share=0.5),
    differ("employee_id", "sponsor"),
)
