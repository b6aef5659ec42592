"""The reading pages: data and methods."""

from __future__ import annotations

from pathlib import Path

import published_rows as rows
import pytest

from dashboards.pages import data, methods
from dashboards.queries import SnapshotStore
from dashboards.rows import DataCheck


def checks(*statuses: str | None) -> tuple[DataCheck, ...]:
    return tuple(
        DataCheck("git", "pull_requests", f"rule {number}", 10, 0, number, status)
        for number, status in enumerate(statuses)
    )


@pytest.mark.parametrize(
    ("statuses", "text"),
    [
        ((), "No data check has been recorded."),
        (("ok",), "The one check of the data passes."),
        (("ok", "ok"), "All 2 checks of the data pass."),
        (("ok", "warn"), "1 of 2 checks of the data pass."),
        (("ok", None), "1 of 2 checks of the data pass."),
    ],
)
def test_data_headline_counts_the_checks(statuses: tuple[str | None, ...], text: str) -> None:
    assert data.headline(checks(*statuses)) == text


def test_data_lede_says_what_does_not_pass_and_what_was_set_aside() -> None:
    assert data.lede(checks("ok", "warn", "fail", "fail")) == (
        "2 fail and 1 needs care. 6 rows that could not be used were set aside and kept."
    )
    assert data.lede(checks("ok")) == "No row had to be set aside."


def test_checks_that_do_not_pass_come_first() -> None:
    lines = data.check_lines(checks("ok", "not_checked", "fail", "warn"))
    assert [line.tone for line in lines] == ["worse", "caution", "neutral", "better"]


def test_flow_leaves_out_what_is_withheld(warehouse: Path) -> None:
    steps, beside = data.flow(SnapshotStore(warehouse).current())
    assert [step.people for step in steps] == ["265", "240", "225", "200", "185", "180"]
    assert beside == ["20 started in their first three months, without a baseline of their own"]


def test_empty_flow_has_no_steps(tmp_path: Path) -> None:
    rows.publish(tmp_path, rows.empty())
    assert data.flow(SnapshotStore(tmp_path).current()) == ([], [])


def test_source_that_was_not_loaded_is_told(tmp_path: Path) -> None:
    tables = rows.empty()
    tables["snapshot_info"] = [
        row for row in tables["snapshot_info"] if row["key"] != "incidents_end"
    ]
    rows.publish(tmp_path, tables)
    found = {entry.name: entry for entry in data.freshness(SnapshotStore(tmp_path).current())}
    assert found["Incidents"].end == "not loaded"
    assert found["HR system"].behind == "to the last day"
    assert found["Git"].behind == "2 days before the last day"


def test_facts_are_those_of_the_snapshot(warehouse: Path) -> None:
    facts = dict(methods.facts(SnapshotStore(warehouse).current()))
    assert facts["Data to"] == "30 June 2026"
    assert facts["Level of the intervals"] == "95\u202f%"
    assert facts["Smallest group shown"] == "10 people"


def test_anchors_are_unique() -> None:
    keys = [entry.key for entry in (*methods.STEPS, *methods.ASSUMPTIONS, *methods.GLOSSARY)]
    assert len(keys) == len(set(keys))


def test_glossary_is_in_alphabetical_order() -> None:
    terms = [entry.term.lower() for entry in methods.GLOSSARY]
    assert terms == sorted(terms)
