"""PagerDuty's log: of known kinds, in the past. Without it nobody acknowledged anything."""

from __future__ import annotations

from ingest.expectation import Expectation, mostly_listed, past
from ingest.sources.pagerduty import ENTRY_TYPES

SUITE: tuple[Expectation, ...] = (
    past("at"),
    mostly_listed("entry_type", *ENTRY_TYPES, share=0.9),
)
