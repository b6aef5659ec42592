"""What changed since the snapshot before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import published_rows as rows
import pytest

from dashboards.changes import Changes, changes
from dashboards.components.html import render
from dashboards.queries import SnapshotStore
from dashboards.selection import Selection
from dashboards.view import View, load

EARLIER_ID = "2026-03-31-0123456789ab"
EARLIER = rows.built("2026-04-01T05:00:00+00:00", date(2026, 3, 31))
Compare = Callable[..., View]


@pytest.fixture
def after(tmp_path: Path) -> Compare:
    """Publish an earlier snapshot, then the organisation's; load a view of the latter."""

    def make(earlier: rows.Tables, selection: Selection | None = None) -> View:
        rows.publish(tmp_path, earlier, EARLIER_ID)
        rows.publish(tmp_path, rows.organisation())
        return load(SnapshotStore(tmp_path).current(), selection or Selection())

    return make


def found(view: View) -> Changes:
    compared = changes(view)
    assert compared is not None
    return compared


def with_cycle_time(verdict: str, effect: tuple[float, float, float] | None) -> rows.Tables:
    kept = [
        row
        for row in EARLIER["impact_estimates"]
        if not (row["outcome"] == "pr_cycle_time" and row["comparison"] == "matched")
    ]
    return EARLIER | {"impact_estimates": [rows.matched("pr_cycle_time", verdict, effect), *kept]}


def test_no_earlier_snapshot_gives_no_panel(view_of: Callable[..., View]) -> None:
    assert changes(view_of()) is None
    assert render("changes.html", changes=None).strip() == ""


def test_same_verdicts_are_said_to_be_unchanged(after: Compare) -> None:
    compared = found(after(EARLIER))
    assert compared.since == "since the snapshot of 31 March 2026"
    assert compared.summary.startswith("No verdict has changed. Both hold")
    assert [row.then.effect for row in compared.rows] == [row.now.effect for row in compared.rows]


def test_changed_verdict_is_named_with_both_figures(after: Compare) -> None:
    compared = found(after(with_cycle_time("no_clear_difference", (0.95, 0.86, 1.05))))
    assert compared.summary.startswith("Another verdict for PR cycle time.")
    row = compared.rows[0]
    assert (row.then.verdict.label, row.now.verdict.label) == ("No clear difference", "Better")
    assert (row.then.effect, row.now.effect) == ("−5\u202f%", "−14\u202f%")


def test_withheld_then_shows_no_figure(after: Compare) -> None:
    row = found(after(with_cycle_time("suppressed", None))).rows[0]
    assert (row.then.verdict.label, row.then.effect, row.then.people) == ("Withheld", "–", "–")


def test_changed_settings_are_told_of(after: Compare) -> None:
    info = [
        entry | ({"value": "other"} if entry["key"] == "settings_hash" else {})
        for entry in EARLIER["snapshot_info"]
    ]
    summary = found(after(EARLIER | {"snapshot_info": info})).summary
    assert "Between the two, the settings changed as well as the data." in summary


def test_group_that_was_not_there_says_so(after: Compare) -> None:
    earlier = EARLIER | {"impact_estimates": rows.everyone()}
    compared = found(after(earlier, Selection("organisation", "Platform")))
    assert compared.rows == ()
    assert "does not hold this group" in compared.summary


def test_same_day_is_told_apart_by_when_it_was_built(after: Compare) -> None:
    compared = found(after(rows.built("2026-06-30T05:00:00+00:00")))
    assert compared.since == "since the snapshot published 30 June 2026, 05:00 UTC"
