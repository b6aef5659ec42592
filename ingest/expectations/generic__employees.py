"""An employee list: people can be told apart, joined by address, and followed from their hire."""

from __future__ import annotations

from ingest.expectation import Expectation, few_values, filled, in_order, past, unique

SUITE: tuple[Expectation, ...] = (
    filled("hire_date", 0.98, "fail"),
    filled("email", 0.9),
    unique("email", 0.95),
    past("hire_date", 0.95),
    in_order("hire_date", "termination_date"),
    few_values("gender", 12),
    few_values("location", 400),
)
