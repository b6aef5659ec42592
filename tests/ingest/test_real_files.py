"""Payloads of real systems, where they are at hand: they load, and the counts are right."""

import csv
import json
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
pytestmark = [
    pytest.mark.usefixtures("no_expectations"),
    pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real payloads are not beside the clone"),
]
csv.field_size_limit(sys.maxsize)


def only(report, path):
    return next(one for one in report.files if one.path == path)


def in_csv(path):
    with (FIXTURES / path).open(encoding="utf-8", newline="") as file:
        return [json.loads(row["data"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("name", "shape", "rows"),
    [
        ("incidents", "pagerduty__incidents", 3),
        ("incidentLogEntries", "pagerduty__log_entries", 3),
        ("users", "pagerduty__users", 1),
    ],
)
def test_pagerduty_bodies_load(exports, warehouse, name, shape, rows):
    body = json.loads((FIXTURES / f"faros_src/pagerduty/{name}.json").read_text())
    assert len(body) == rows
    exports.json("incidents/x.json", body)
    one = only(warehouse.load(exports), "incidents/x.json")
    assert (one.shape, one.rows_loaded, one.rows_quarantined) == (shape, rows, 0)


def test_pagerduty_incidents_with_their_log_keep_who_acknowledged(exports, warehouse):
    incidents = in_csv("devlake_pagerduty/_raw_pagerduty_incidents.csv")
    exports.json("incidents/x.json", {"incidents": incidents})
    one = only(warehouse.load(exports), "incidents/x.json")
    assert one.rows_loaded == 3
    entries = [entry for incident in incidents for entry in incident["log_entries"]]
    acknowledged = [entry for entry in entries if entry["type"] == "acknowledge_log_entry"]
    assert warehouse.one("select count(*) from raw.pagerduty__log_entries") == len(
        {(e["type"], e["created_at"], e.get("agent", {}).get("id"), e["incident"]["id"])
         for e in entries}
    )  # fmt: skip
    assert warehouse.one(
        "select count(*) from raw.pagerduty__log_entries "
        "where entry_type = 'acknowledge' and agent is not null"
    ) == len(acknowledged)
    assert warehouse.all(
        "select status, resolved_at is not null, assignee is not null "
        "from raw.pagerduty__incidents order by all"
    ) == [
        ("acknowledged", False, True),
        ("resolved", True, False),
        ("triggered", False, True),
    ]


def test_pagerduty_lists_of_other_things_are_not_taken_for_incidents(exports, warehouse):
    for name in ("services", "teams", "prioritiesResource"):
        body = (FIXTURES / f"faros_src/pagerduty/{name}.json").read_text()
        exports.write(f"incidents/{name}.json", body)
    report = warehouse.load(exports)
    assert [one.status for one in report.files if one.path.startswith("incidents/")] == [
        "unrecognised"
    ] * 3


def test_no_file_of_a_real_system_stops_a_load_or_is_taken_for_what_it_is_not(exports, warehouse):
    known = {"faros_src/pagerduty"}
    paths = [path for path in sorted(FIXTURES.rglob("*")) if path.is_file()]
    for path in paths:
        inside = path.relative_to(FIXTURES).as_posix()
        exports.write(f"git/{inside}", path.read_bytes())
    report = warehouse.load(exports, quarantine_share=1.0)
    assert len(report.files) == len(paths) + 2
    for one in report.files:
        assert one.rows_read == one.rows_loaded + one.rows_known + one.rows_quarantined
        if one.shape.startswith("pagerduty"):
            assert any(name in one.path for name in known), one.path
