"""How costs and returns are spoken of: as intervals, with their losses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboards.components import returns
from dashboards.components.html import render
from dashboards.queries import SnapshotStore
from dashboards.rows import ReturnRow


@pytest.fixture
def rows(warehouse: Path) -> tuple[ReturnRow, ...]:
    return SnapshotStore(warehouse).current().table(ReturnRow)


def test_headline_gives_the_range_and_says_that_it_may_be_a_loss(
    rows: tuple[ReturnRow, ...],
) -> None:
    assert returns.headline(rows) == (
        "The estimates allow a loss or a gain: between −130,000\u00a0EUR and 750,000\u00a0EUR."
    )


@pytest.mark.parametrize(("low", "high", "word"), [(10, 20, "a gain"), (-20, -10, "a loss")])
def test_headline_says_gain_or_loss_only_where_the_interval_does(
    rows: tuple[ReturnRow, ...], low: float, high: float, word: str
) -> None:
    moved = [
        replace(row, ci_low=low, ci_high=high) if row.measure == "net_return" else row
        for row in rows
    ]
    assert returns.headline(moved).startswith(f"The estimates allow {word}: ")


def test_no_return_is_told_without_an_interval(rows: tuple[ReturnRow, ...]) -> None:
    bare = [row for row in rows if row.measure != "net_return"]
    assert returns.headline(bare).endswith("no return can be told.")


def test_price_that_is_not_set_and_figure_that_is_not_told_say_so(
    rows: tuple[ReturnRow, ...],
) -> None:
    found = returns.sections(rows, {})
    lines = {line.key: line for section in found for line in section.lines}
    assert (lines["price_mentor_hour"].value, lines["price_mentor_hour"].note) == ("–", "not set")
    assert lines["waiting_hours"].note == "Not told: a reason."
    assert lines["leavers_avoided"].interval == "−1.1\u00a0people to 14\u00a0people"


def test_only_estimates_have_a_column_of_intervals(rows: tuple[ReturnRow, ...]) -> None:
    found = returns.sections(rows, {})
    for section in found:
        told = dict.fromkeys(("headline", "confidence"), "") | {"sections": [section]}
        html = render("returns.html", **told)
        assert ("interval</th>" in html) is section.is_estimated
        assert all(section.is_estimated or not line.interval for line in section.lines)
    assert {section.is_estimated for section in found} == {True, False}
