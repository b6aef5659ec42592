"""HR systems and incident tools: what is loaded is what a plain count of the payloads says."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

FIXTURES = Path(__file__).resolve().parents[2].parent / "shared" / "fixtures"
pytestmark = [
    pytest.mark.usefixtures("no_expectations"),
    pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real payloads are not beside the clone"),
]
NO_DAY = {None, "", "0000-00-00", "Bad Date", "Bad Date Again"}


def stream(tool: str, name: str) -> list[dict[str, Any]]:
    """Read the records of one stream of a log, whatever stands between them."""
    text = (FIXTURES / f"faros_dest/{tool}/all-streams.log").read_text(encoding="utf-8")
    return [record for kind, record in records(text) if kind.endswith(f"__{name}")]


def records(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    at, decoder = 0, json.JSONDecoder()
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            at += 1
            continue
        if value.get("type") == "RECORD":
            yield value["record"]["stream"], value["record"]["data"]


def load(exports, warehouse, folder, tool, names=("all-streams.log",)):
    for name in names:
        body = (FIXTURES / f"faros_dest/{tool}/{name}").read_bytes()
        exports.write(f"{folder}/{tool}/{name}", body)
    return warehouse.load(exports, quarantine_share=1.0)


def seconds(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


ACKNOWLEDGED = (
    "select count(*), median(epoch(acknowledged_at) - epoch(created_at)) "
    "from raw.generic__incidents where acknowledged_at is not null"
)


def test_victorops_incidents_and_their_time_to_acknowledge(exports, warehouse):
    incidents = stream("victorops", "incidents")
    load(exports, warehouse, "incidents", "victorops")
    times = [
        seconds(one["startTime"], step["at"])
        for one in incidents
        for step in one["transitions"]
        if step["name"] == "acknowledged"
    ]
    assert warehouse.one("select count(*) from raw.generic__incidents") == len(incidents)
    assert warehouse.all(ACKNOWLEDGED) == [(len(times), median(times))]


def test_squadcast_incidents_and_their_time_to_acknowledge(exports, warehouse):
    incidents = stream("squadcast", "incidents")
    load(exports, warehouse, "incidents", "squadcast")
    times = [
        seconds(one["created_at"], one["acknowledged_at"])
        for one in incidents
        if not one["acknowledged_at"].startswith("0001")
    ]
    assert warehouse.one("select count(*) from raw.generic__incidents") == len(incidents)
    assert warehouse.all(ACKNOWLEDGED) == [(len(times), pytest.approx(median(times)))]


def test_firehydrant_incidents_and_their_milestones(exports, warehouse):
    incidents = stream("firehydrant", "incidents")
    load(exports, warehouse, "incidents", "firehydrant")
    firsts = [
        {one["type"]: one["occurred_at"] for one in reversed(incident["milestones"])}
        for incident in incidents
    ]
    assert warehouse.one("select count(*) from raw.generic__incidents") == len(incidents)
    assert warehouse.one("select count(resolved_at) from raw.generic__incidents") == sum(
        "resolved" in first for first in firsts
    )
    times = [
        seconds(one["started_at"], first["acknowledged"])
        for one, first in zip(incidents, firsts, strict=True)
        if "acknowledged" in first
    ]
    assert warehouse.all(ACKNOWLEDGED) == [(len(times), pytest.approx(median(times)))]


def test_opsgenie_incidents_and_who_responded(exports, warehouse):
    incidents = stream("opsgenie", "incidents")
    load(exports, warehouse, "incidents", "opsgenie")
    people = {
        (one["id"], person["id"])
        for one in incidents
        for person in one["responders"]
        if person["type"] == "user"
    }
    assert warehouse.one("select count(*) from raw.generic__incidents") == len(incidents)
    assert warehouse.one("select count(*) from raw.generic__incident_responders") == len(people)
    assert warehouse.one("select count(*) from raw.accounts__accounts") == len(
        stream("opsgenie", "users")
    )


@pytest.mark.parametrize("name", ["incidents", "incidentsRest"])
def test_servicenow_references_are_people_in_either_form(exports, warehouse, name):
    incidents = json.loads((FIXTURES / f"faros_src/servicenow/{name}.json").read_text())
    exports.json("incidents/x.json", {"result": incidents})
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.generic__incidents") == len(
        {one["sys_id"] for one in incidents}
    )
    assert warehouse.one(
        "select count(distinct responder) from raw.generic__incident_responders"
    ) == len({str(one["assigned_to"]) for one in incidents if one["assigned_to"]})


def test_bamboohr_employees_are_counted_with_their_days(exports, warehouse):
    people = stream("bamboohr", "users")
    load(exports, warehouse, "hris", "bamboohr")
    latest = {one["id"]: one for one in sorted(people, key=lambda one: one["lastChanged"] or "")}
    found = "from raw.generic__employees where _file_id <> (select file_id from raw.loads where "
    found += "path = 'hris/employees.csv')"
    assert warehouse.one(f"select count(distinct employee_id) {found}") == len(latest)
    gone_unknown = [
        one
        for one in latest.values()
        if one["employmentHistoryStatus"] == "Terminated" and one["terminationDate"] in NO_DAY
    ]
    hired = [one for one in latest.values() if one["hireDate"] not in NO_DAY]
    assert warehouse.one(
        f"select count(distinct employee_id) {found} and hire_date is not null"
    ) == len([one for one in hired if one not in gone_unknown])


def test_workday_reports_are_counted_by_person_and_hire_day(exports, warehouse):
    names = ["stream_v1.log", "stream_v3.log", "stream_v4.log", "stream_v5_cycles.log"]
    load(exports, warehouse, "hris", "workday", names)
    spells = set()
    ended: dict[tuple[str, str], bool] = {}
    for name in names:
        text = (FIXTURES / f"faros_dest/workday/{name}").read_text(encoding="utf-8")
        for _, one in records(text):
            spell = (one["Employee_ID"], one["Start_Date"][:10])
            spells.add(spell)
            # One report spells it with a small letter, for one worker.
            ended[spell] = bool(one.get("Termination_Date") or one.get("Termination_date"))
    assert warehouse.one("select count(*) from raw.generic__employees") == len(spells) + 2
    assert warehouse.one("select count(termination_date) from raw.generic__employees") == sum(
        ended.values()
    )


def test_workday_tables_give_the_worker_in_force(exports, warehouse):
    folder = FIXTURES / "fivetran_workday"
    for path in folder.glob("*.csv"):
        exports.write(f"hris/{path.name}", path.read_bytes())
    warehouse.load(exports, quarantine_share=1.0)
    with (folder / "workday_worker_history_data.csv").open(encoding="utf-8") as file:
        workers = [one for one in csv.DictReader(file) if one["_fivetran_active"].lower() == "true"]
    assert warehouse.one("select count(*) from raw.generic__employees") == 2 + len(
        {(one["id"], one["hire_date"]) for one in workers}
    )
