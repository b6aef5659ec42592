"""How access is spoken of and drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.components import access
from dashboards.queries import SnapshotStore
from dashboards.rows import AccessRow


@pytest.fixture
def rows(warehouse: Path) -> tuple[AccessRow, ...]:
    return SnapshotStore(warehouse).current().rows(AccessRow, "all", "all")


def test_reporting_groups_come_before_the_standard_ones(rows: tuple[AccessRow, ...]) -> None:
    assert access.dimensions(rows) == ["gender", "level"]


def test_headline_names_the_groups_whose_interval_leaves_out_one(
    rows: tuple[AccessRow, ...],
) -> None:
    assert access.headline(rows, "level", "participation") == (
        "By level: L1 starts mentoring more often than everybody else."
    )
    assert access.headline(rows, "gender", "participation") == (
        "By gender: no group clearly starts mentoring more or less often."
    )


def test_headline_without_a_rate_says_that_nothing_can_be_shown() -> None:
    assert access.headline((), "gender", "sponsored_opportunities") == (
        "By gender: nothing can be shown of who is put forward."
    )


def test_half_as_often_is_as_far_from_one_as_twice() -> None:
    half = AccessRow("participation", "level", "L1", 0.1, 0.5, 0.25, 1.0, 50)
    twice = AccessRow("participation", "level", "L2", 0.1, 2.0, 1.0, 4.0, 50)
    (block,) = access.blocks((half, twice), "level", {})
    low, high = (line.strip for line in block.lines)
    assert (low.dot, high.dot) == (25.0, 75.0)
    assert (low.start, high.end) == (0.0, 100.0)
    assert block.ticks[2] == "×\u202f4"


def test_withheld_group_has_no_mark(rows: tuple[AccessRow, ...]) -> None:
    block = access.blocks(rows, "level", {})[0]
    line = next(line for line in block.lines if line.group == "L9")
    assert (line.strip.dot, line.strip.start, line.is_withheld, line.people) == (
        None, None, True, "–",
    )  # fmt: skip


def test_groups_of_a_crossing_that_are_withheld_are_named_in_one_line(
    rows: tuple[AccessRow, ...],
) -> None:
    hidden = next(row for row in rows if row.rate is None)
    shown = next(row for row in rows if row.rate is not None and row.measure == hidden.measure)
    crossed = [
        replace(row, group_dimension="gender × level", group=group)
        for row, group in ((shown, "man × L1"), (hidden, "man × L6"), (hidden, "woman × L6"))
    ]
    block = access.blocks(crossed, "gender × level", {})[0]
    assert [line.group for line in block.lines] == ["man × L1"]
    assert block.withheld == "man × L6, woman × L6"
    plain = access.blocks(rows, hidden.group_dimension, {})[0]
    assert hidden.group in [line.group for line in plain.lines]
    assert plain.withheld == ""
