from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.models.conftest import PROJECT, Warehouse
from tests.models.organisations import Organisation, simulate, write

VARIABLES = {"loaded_on": "2024-12-31"}
CORRECTED_AT = dt.datetime(2025, 1, 17, tzinfo=dt.UTC)
COHORTS = (
    "--select",
    *("+fct_cohort_rows", "+fct_mentee_rows", "+fct_naive_people"),
    "+rpt_participant_flow",
)
NO_RULES = ("--exclude-resource-type", "unit_test")
# What differs by key and may: the hashes themselves.
HASHES = ("person_key", "team", "mentorship_key")
FRAMES = {
    "fct_cohort_rows": "design, segment_dimension, segment_value, index_row_id",
    "fct_mentee_rows": "index_row_id",
    "fct_naive_people": "person_id",
    "rpt_participant_flow": "segment_dimension, segment_value, step",
}


def manifest(warehouse: Warehouse) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((warehouse.folder / "target/manifest.json").read_text())
    return content


def test_every_model_builds_and_holds_on_empty_raw_tables(empty_warehouse: Warehouse) -> None:
    assert empty_warehouse.rows("select count(*) from fct_cohort_rows") == [(0,)]
    assert empty_warehouse.rows("select n from rpt_participant_flow") == []


def test_every_rule_holds_at_its_boundary(empty_warehouse: Warehouse) -> None:
    printed = empty_warehouse.dbt("test", "--select", "test_type:unit")
    done = re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0", printed)
    assert done is not None
    assert int(done[1]) == len(manifest(empty_warehouse)["unit_tests"]) > 60


def test_every_model_states_its_grain_and_documents_every_column(
    empty_warehouse: Warehouse,
) -> None:
    columns: dict[str, set[str]] = {}
    for table, column in empty_warehouse.rows(
        "select table_name, column_name from duckdb_columns() where schema_name = 'main'"
    ):
        columns.setdefault(table, set()).add(column)
    problems = []
    for node in manifest(empty_warehouse)["nodes"].values():
        if node["resource_type"] not in {"model", "seed"}:
            continue
        if not re.search(r"Grain: one row [^.]+\.$", node["description"].strip()):
            problems.append(f"{node['name']}: no grain")
        described = {name for name, column in node["columns"].items() if column["description"]}
        problems += [f"{node['name']}.{c}" for c in columns[node["name"]] ^ described]
    assert problems == []


def test_only_staging_reads_raw_tables(empty_warehouse: Warehouse) -> None:
    readers = {
        node["name"]
        for node in manifest(empty_warehouse)["nodes"].values()
        if any(name.startswith("source.") for name in node["depends_on"].get("nodes", []))
    }
    assert {name.split("_")[0] for name in readers} == {"stg"}
    assert len(readers) == len(manifest(empty_warehouse)["sources"])


def test_no_model_reads_the_clock() -> None:
    clock = re.compile(r"\b(now|current_date|current_timestamp|today|get_current_timestamp)\b")
    readers = [
        str(path.relative_to(PROJECT))
        for folder in ("models", "macros")
        for path in (PROJECT / folder).rglob("*.sql")
        if clock.search(path.read_text())
    ]
    assert readers == []


def frames(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """Read what the statistics read, without the hashes, with floats rounded for their sums."""
    found = {}
    for table, order in FRAMES.items():
        excluded = ", ".join(
            name
            for (name,) in warehouse.rows(
                f"select column_name from duckdb_columns() where table_name = '{table}'"
            )
            if name in HASHES
        )
        columns = f"* exclude ({excluded})" if excluded else "*"
        found[table] = [
            tuple(round(value, 9) if isinstance(value, float) else value for value in row)
            for row in warehouse.rows(f"select {columns} from {table} order by {order}")
        ]
    return found


def test_no_figure_depends_on_the_key(tmp_path: Path) -> None:
    organisation = simulate(3)
    found = []
    for key in ("one key", "another"):
        warehouse = Warehouse(tmp_path / key)
        warehouse.folder.mkdir()
        write(organisation, warehouse.database, key)
        warehouse.dbt(
            "run",
            *COHORTS,
            variables={**VARIABLES, "comparison_cap": 2},
        )
        found.append(frames(warehouse))
    assert all(found[0].values())
    assert found[0] == found[1]


@pytest.fixture
def corrected(tmp_path: Path) -> Warehouse:
    """Two mentees; a week later one pair was corrected and a third mentee came."""
    organisation = Organisation()
    for mentee in ("ada", "bob", "cyd"):
        organisation.add(
            "generic__mentorships",
            mentorship_id=f"of-{mentee}",
            mentor="dot",
            mentee=mentee,
            start_date=dt.date(2024, 3, 1),
            status="active",
        )
    warehouse = Warehouse(tmp_path)
    write(organisation, warehouse.database)
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "insert into raw.generic__mentorships__history "
            "select *, ? from raw.generic__mentorships where mentee = 'ada'",
            [CORRECTED_AT],
        )
        connection.execute(
            "update raw.generic__mentorships set status = 'declined' where mentee = 'ada'"
        )
        connection.execute(
            "update raw.generic__mentorships set _loaded_at = ? where mentee <> 'bob'",
            [CORRECTED_AT],
        )
    return warehouse


@pytest.mark.parametrize(
    ("known_at", "expected"),
    [
        (None, {("ada", "declined"), ("bob", "active"), ("cyd", "active")}),
        ("2025-01-09T23:59:59+00:00", set()),
        ("2025-01-16T23:59:59+00:00", {("ada", "active"), ("bob", "active")}),
        ("2025-01-17T01:00:00+01:00", {("ada", "declined"), ("bob", "active"), ("cyd", "active")}),
    ],
)
def test_known_at_rebuilds_from_what_had_been_loaded_by_then(
    corrected: Warehouse, known_at: str | None, expected: set[tuple[str, str]]
) -> None:
    corrected.dbt("run", "--select", "stg_generic__mentorships", variables={"known_at": known_at})
    found = corrected.rows("select mentee_name_key, status from stg_generic__mentorships")
    assert set(found) == expected
    assert len(found) == len(expected)


def test_as_of_cuts_events_on_what_is_loaded_now(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    write(simulate(5), warehouse.database)
    warehouse.dbt("build", *COHORTS, *NO_RULES, variables={**VARIABLES, "as_of_date": "2024-03-31"})
    (ends,) = warehouse.rows("select as_of_date, git_end, hris_end from int_data_ends")
    assert set(ends) == {dt.date(2024, 3, 31)}
    assert warehouse.rows(
        "select max(month), max(promoted_on) <= '2024-03-31', max(left_on) <= '2024-04-01' "
        "from int_person_months"
    ) == [(dt.date(2024, 3, 1), True, True)]
    assert warehouse.rows("select max(landmark) <= '2024-03-31' from fct_mentee_rows") == [(True,)]
