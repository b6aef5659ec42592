"""Nobody named in an export is named in the database, its log, or anything said about the load."""

import json
import logging
from pathlib import Path

import pytest

from ingest import schema
from ingest.recognise import generic_tables
from tests.ingest.conftest import Exports, Warehouse

PLANT = "Qxzvanna"  # in no word of any language, nor in any hash: it is not hexadecimal
CLEAR = ("dimension",)


def everything(path: Path) -> bytes:
    return b"".join(one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file())


def planted(column, number: int) -> str:
    """Give a value that fits a column, with an unmistakable name where any text fits."""
    if column.kind == "time":
        return "2022-03-01T10:00:00Z"
    if column.kind == "date":
        return "2022-03-01"
    if column.kind in ("integer", "number"):
        return str(number)
    if column.kind == "boolean":
        return "false"
    if column.kind in CLEAR:
        return "Platform"
    return f"{PLANT}.{column.name}.{number}@example.org"


def plant_generic(exports: Exports) -> int:
    """Write every generic shape with a name in every text field, in each form of file."""
    count = 0
    for table in generic_tables():
        columns = [column for column in table.columns if column.is_read]
        header = [column.name for column in columns]
        rows = [[planted(column, n) for column in columns] for n in range(3)]
        for row in rows:
            if "status" in header and table.shape == "mentorships":
                row[header.index("status")] = "active"
        extra = [[*row, f"{PLANT} extra"] for row in rows]
        exports.rows(f"hris/{table.shape}.csv", [*header, "notes"], *extra)
        records = [dict(zip(header, row, strict=True)) for row in rows]
        exports.json(f"git/{table.shape}.json", records[:2])
        exports.lines(f"mentorship/{table.shape}.ndjson.gz", records[1:])
        exports.write(
            f"incidents/{table.shape}.csv",
            "".join(";".join(row) + "\n" for row in [header, *rows]).encode("utf-16"),
        )
        # What cannot be used is not repeated either.
        exports.rows(
            f"hris/{table.shape}-bad.csv",
            header,
            *[[f"{PLANT} {name}" for name in header] for _ in range(2)],
            [f'{PLANT}"quote', *row[1:], PLANT],
        )
        count += 5
    return count


def person(name: str) -> dict[str, object]:
    return {"id": f"{PLANT}{name}", "type": "user_reference", "summary": f"{PLANT} {name}"}


def plant_vendors(exports: Exports) -> None:
    """Write every vendor shape with a name in every text field."""
    exports.json(
        "git/gh.json",
        [
            {
                "number": n,
                "url": f"https://github.com/{PLANT}/{PLANT}-web/pull/{n}",
                "author": {"login": f"{PLANT}-{n}", "is_bot": False, "name": PLANT, "id": PLANT},
                "createdAt": "2022-01-01T00:00:00Z",
                "mergedAt": "2022-01-02T00:00:00Z" if n else "2021-01-01T00:00:00Z",
                "state": PLANT,
                "title": f"WIP: {PLANT}",
                "body": PLANT,
                "labels": [{"name": PLANT}],
                "reviews": [
                    {
                        "author": {"login": PLANT},
                        "state": PLANT,
                        "submittedAt": "2022-01-02T00:00:00Z",
                    },
                    {"author": {"login": PLANT}, "state": PLANT, "submittedAt": PLANT},
                ],
            }
            for n in range(3)
        ],
    )
    entry = {
        "id": PLANT,
        "type": "acknowledge_log_entry",
        "created_at": "2022-01-01T00:00:00Z",
        "agent": person("agent"),
        "summary": f"Acknowledged by {PLANT}",
        "incident": {"id": PLANT, "type": "incident_reference", "summary": PLANT},
        "channel": {"type": PLANT, "summary": PLANT},
    }
    exports.json(
        "incidents/incidents.json",
        {
            "incidents": [
                {
                    "id": f"{PLANT}{n}",
                    "type": "incident",
                    "title": PLANT,
                    "description": PLANT,
                    "created_at": "2022-01-01T00:00:00Z",
                    "status": status,
                    "urgency": PLANT,
                    "priority": {"summary": PLANT},
                    "service": {"id": PLANT, "type": "service_reference", "summary": PLANT},
                    "teams": [{"id": PLANT, "type": "team_reference", "summary": PLANT}],
                    "assignments": [{"assignee": person("assignee")}],
                    "log_entries": [
                        entry,
                        {**entry, "type": PLANT},
                        {**entry, "created_at": PLANT},
                    ],
                }
                for n, status in enumerate(["triggered", "resolved", PLANT])
            ],
            "more": False,
            "total": PLANT,
        },
    )
    exports.json("incidents/log.json", {"log_entries": [entry, {**entry, "created_at": PLANT}]})
    exports.json(
        "incidents/users.json",
        {"users": [{"id": PLANT, "type": "user", "email": f"{PLANT}@x.org", "name": PLANT}] * 2},
    )


@pytest.mark.parametrize("checkpointed", [True, False], ids=["file", "log"])
def test_no_planted_name_is_found_anywhere(exports, warehouse, caplog, checkpointed):
    written = plant_generic(exports)
    plant_vendors(exports)
    settings = {
        "quarantine_share": 1.0,
        "measures": {"m": {"unit": "h", "direction": "higher"}},
        "bots": [f"{PLANT}-bot"],
    }
    if not checkpointed:
        warehouse.connection.execute("pragma disable_checkpoint_on_shutdown")
        warehouse.connection.execute("set wal_autocheckpoint = '1TB'")
    with caplog.at_level(logging.DEBUG):
        report = warehouse.load(exports, **settings)
        again = warehouse.load(exports, **{**settings, "time_zone": "Europe/Berlin"})
    assert {one.status for one in report.files} <= {"loaded", "known"}
    assert len(report.files) >= written
    for table in schema.tables():
        for column in table.stored:
            if column.is_hashed:
                for one in (table.name, table.history):
                    assert not warehouse.all(
                        f'select 1 from raw.{one} where "{column.name}" is not null '
                        f"and not regexp_full_match(\"{column.name}\", '[0-9a-f]{{32}}')"
                    )
    if checkpointed:
        warehouse.connection.execute("checkpoint")
    warehouse.connection.close()
    searched = everything(warehouse.path.parent)
    assert len(searched) > 100_000
    for name in (PLANT, PLANT.lower(), PLANT.upper(), PLANT[::-1], "vanna"):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert name.encode(encoding) not in searched
    said = caplog.text + repr(report) + repr(again) + json.dumps(report.problems)
    assert PLANT.lower() not in said.lower()


def test_the_search_would_find_a_name_that_is_stored(tmp_path):
    """Columns are compressed in the file: what the search looks for must not hide that way."""
    warehouse = Warehouse(tmp_path / "w")
    warehouse.connection.execute(
        f"create table t as select '{PLANT}' || (i % 7) as name from range(10000) as r(i)"
    )
    warehouse.connection.execute("checkpoint")
    warehouse.connection.close()
    assert PLANT.encode() in everything(tmp_path / "w")


def test_declared_dimensions_and_consented_stories_are_all_that_is_in_clear(exports, warehouse):
    exports.rows(
        "hris/employees.csv",
        ["employee_id", "email", "hire_date", "location", "gender", "Squad", "notes"],
        ["E1", "a@x", "2020-01-01", "Lisbon", "woman", "Blueberry", "hushhush"],
    )
    exports.rows(
        "mentorship/stories.csv",
        ["title", "text", "published_at", "consent"],
        ["Openly", "toldtold", "2024-01-01", "true"],
    )
    warehouse.load(exports, reporting_groups=["squad"])
    warehouse.connection.execute("checkpoint")
    warehouse.connection.close()
    searched = everything(warehouse.path.parent)
    for shown in ("Lisbon", "woman", "Blueberry", "Openly", "toldtold"):
        assert shown.encode() in searched
    assert b"hushhush" not in searched


def test_names_that_spill_to_disk_are_encrypted(exports, warehouse):
    warehouse.load(exports)
    connection = warehouse.connection
    connection.execute("set memory_limit = '100MB'")
    connection.execute(
        f"create temp table t as select '{PLANT}' || i || repeat('x', 30) as name, i "
        "from range(3000000) as r(i)"
    )
    spilled = everything(warehouse.path.parent / "work.duckdb.tmp")
    assert len(spilled) > 1_000_000
    assert PLANT.encode() not in spilled
