"""Applications: known people, to programmes that can be told apart, before now."""

from __future__ import annotations

from ingest.expectation import Expectation, few_values, filled, past

SUITE: tuple[Expectation, ...] = (
    filled("employee_id", 0.9),
    filled("program", 0.9),
    past("applied_at"),
    few_values("program", 200),
)
