"""One thing that is expected of a raw table, in the terms of Great Expectations.

Declared without importing that library, which takes seconds: `ingest.validate` hands it over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, cast

Severity = Literal["warn", "fail"]
EARLIEST = "1950-01-01T00:00:00+00:00"  # nobody of today was hired before
COLUMN_KEYS = ("column", "column_A", "column_B")
NOW = "now"  # stands for the time of the check


@dataclass(frozen=True)
class Expectation:
    """An expectation and what it means if it is not met.

    Attributes
    ----------
    name
        Name of the check, `expect_…`, as the data quality page shows it.
    kind
        Type of the expectation in Great Expectations.
    arguments
        Its arguments.
    severity
        What the check's status becomes when it is not met.
    """

    name: str
    kind: str
    arguments: dict[str, object] = field(hash=False)
    severity: Severity = "warn"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table that are looked at."""
        one = [self.arguments[key] for key in COLUMN_KEYS if key in self.arguments]
        several = self.arguments.get("column_list", ())
        return tuple(str(name) for name in (*one, *cast("Iterable[object]", several)))


def filled(column: str, share: float = 1.0, severity: Severity = "warn") -> Expectation:
    """Expect a column to be filled in at least this share of rows."""
    return Expectation(
        f"expect_{column}_filled",
        "expect_column_values_to_not_be_null",
        {"column": column, "mostly": share},
        severity,
    )


def unique(column: str, share: float = 1.0) -> Expectation:
    """Expect a column to name each row but a few."""
    return Expectation(
        f"expect_{column}_unique",
        "expect_column_values_to_be_unique",
        {"column": column, "mostly": share},
    )


def in_order(earlier: str, later: str, share: float = 1.0) -> Expectation:
    """Expect one time not to lie before another, where there are both."""
    return Expectation(
        f"expect_{later}_not_before_{earlier}",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {
            "column_A": later,
            "column_B": earlier,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
            "mostly": share,
        },
    )


def at_most(lower: str, upper: str) -> Expectation:
    """Expect one number not to exceed another, where there are both."""
    return Expectation(
        f"expect_{lower}_within_{upper}",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {
            "column_A": upper,
            "column_B": lower,
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    )


def between(column: str, low: float, high: float, share: float = 1.0) -> Expectation:
    """Expect a number to lie between bounds."""
    return Expectation(
        f"expect_{column}_plausible",
        "expect_column_values_to_be_between",
        {"column": column, "min_value": low, "max_value": high, "mostly": share},
    )


def mostly_listed(column: str, *values: str, share: float = 0.9) -> Expectation:
    """Expect a word to be one of these, and not `other`, in most rows."""
    return Expectation(
        f"expect_{column}_known",
        "expect_column_values_to_be_in_set",
        {"column": column, "value_set": list(values), "mostly": share},
    )


def few_values(column: str, most: int) -> Expectation:
    """Expect a column stored in clear to be a dimension: with few values, not one a person."""
    return Expectation(
        f"expect_{column}_is_a_dimension",
        "expect_column_unique_value_count_to_be_between",
        {"column": column, "min_value": 0, "max_value": most},
        "fail",
    )


def differ(first: str, second: str) -> Expectation:
    """Expect two people to be two."""
    return Expectation(
        f"expect_{first}_is_not_{second}",
        "expect_select_column_values_to_be_unique_within_record",
        {"column_list": [first, second], "ignore_row_if": "any_value_is_missing"},
    )


def past(column: str, share: float = 1.0) -> Expectation:
    """Expect a time at which something happened not to lie ahead, nor in another age."""
    return Expectation(
        f"expect_{column}_in_the_past",
        "expect_column_values_to_be_between",
        {"column": column, "min_value": EARLIEST, "max_value": NOW, "mostly": share},
    )
