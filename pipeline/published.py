"""The published snapshot's tables: the one declaration of their columns, types and keys.

A figure is a number (or a sentence that quotes one) which disclosure control may withhold; every
other column says what the row is about and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

STALE_AFTER_DAYS = 45
"""Days after the last day of the data from which they are old, where nothing else is said."""

Type = Literal["VARCHAR", "DOUBLE", "INTEGER", "BOOLEAN", "DATE"]


@dataclass(frozen=True)
class Column:
    """One column: its name, its DuckDB type and whether it is a figure."""

    name: str
    type: Type
    is_figure: bool


@dataclass(frozen=True)
class Table:
    """One published table: columns in order and the columns that tell its rows apart."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the columns that a suppressed row leaves empty."""
        return tuple(column.name for column in self.columns if column.is_figure)

    @property
    def ddl(self) -> str:
        """The statement that creates the empty table."""
        columns = ", ".join(f'"{column.name}" {column.type}' for column in self.columns)
        return f'create table "{self.name}" ({columns})'


_SUFFIXES: Mapping[str, Type] = {
    "": "VARCHAR",
    "f": "DOUBLE",
    "i": "INTEGER",
    "b": "BOOLEAN",
    "d": "DATE",
}


def _columns(names: str, is_figure: bool) -> tuple[Column, ...]:
    """Read `name` (text) and `name:f`, `:i`, `:b`, `:d` (double, integer, boolean, date)."""
    split = (name.partition(":") for name in names.split())
    return tuple(Column(name, _SUFFIXES[suffix], is_figure) for name, _, suffix in split)


def _table(name: str, key: str, labels: str, figures: str) -> Table:
    columns = _columns(key, False) + _columns(labels, False) + _columns(figures, True)
    return Table(name, columns, tuple(column.name for column in _columns(key, False)))


_SEGMENT = "segment_dimension segment_value"

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        _table("snapshot_info", "key", "value", ""),
        _table(
            "impact_estimates",
            f"outcome scale comparison follow_up_months:i {_SEGMENT}",
            "is_headline:b unit verdict verdict_reason",
            "estimate:f ci_low:f ci_high:f range_low:f range_high:f p_value:f p_adjusted:f "
            "mentored_value:f comparison_value:f baseline_value:f "
            "n_mentored:i n_comparison:i n_mentored_eligible:i matched_share:f "
            "e_value:f e_value_ci:f detectable_effect:f decidable_on:d",
        ),
        _table(
            "impact_series",
            f"outcome comparison {_SEGMENT} month:i",
            "",
            "estimate:f ci_low:f ci_high:f n:i",
        ),
        _table(
            "survival_curves",
            f"outcome arm {_SEGMENT} month:i",
            "",
            "value:f ci_low:f ci_high:f at_risk:i",
        ),
        _table(
            "balance",
            f"design covariate {_SEGMENT}",
            "adjusted_in_model:b",
            "smd_before:f smd_after:f se:f",
        ),
        _table(
            "trust_checks",
            f"check outcome {_SEGMENT}",
            "threshold:f status sentence",
            "value:f",
        ),
        _table(
            "sensitivity",
            f"outcome variant {_SEGMENT}",
            "",
            "estimate:f ci_low:f ci_high:f",
        ),
        _table("segment_tests", "outcome segment_dimension", "", "q:f df:i p:f p_holm:f"),
        _table("outcome_distribution", f"outcome arm {_SEGMENT} bin", "", "share:f"),
        _table("participant_flow", f"{_SEGMENT} step", "", "n:i"),
        _table(
            "programme_health",
            f"measure {_SEGMENT} month:d",
            "unit target:f status",
            "value:f n:i",
        ),
        _table(
            "access",
            f"measure {_SEGMENT} group_dimension group",
            "",
            "rate:f rate_ratio:f ci_low:f ci_high:f n:i",
        ),
        _table(
            "data_quality",
            "source table check",
            "status",
            "rows_checked:i failed:i quarantined:i",
        ),
        _table("team_outcomes", "measure band", "", "value:f ci_low:f ci_high:f n_teams:i n:i"),
        _table("known_events", "kind organisation starts_on:d", "ends_on:d", ""),
        _table("stories", "title", "text published_on:d", ""),
        _table(
            "return_estimates",
            "measure",
            "unit sentence",
            "estimate:f ci_low:f ci_high:f",
        ),
        _table("metric_definitions", "metric", "label definition unit direction version", ""),
    )
}
