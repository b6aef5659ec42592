"""Whole organisations from their exports to what is published, in one process, again and again.

An organisation of the sample's kind is drawn, written as exports and loaded by ingest. Every model
of the project, SQL as dbt compiles it and Python as it stands, then runs on the raw tables as of
one day after another, and the publisher makes a snapshot's tables of each, as refreshes of one
warehouse do. dbt compiles once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np

import ingest
from pipeline import publish, settings
from pipeline.told import Edition, Memory
from synthetic import exports
from synthetic.organisation import simulate
from synthetic.parameters import month_start
from tests.privacy.linked_attack import Shared

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "work"
A_DAY = "1999-12-31"
"""Stands in the compiled SQL for the day reported as of."""
KEY = b"a key of an organisation that is nowhere"
EXTRA_SETTINGS = """
[access]
crossings = [["organisation", "gender"]]
"""

REPORTS = (
    *publish.HEADLINE_REPORTS,
    "return_estimates",
    "programme_health",
    "access",
    "team_outcomes",
)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Model:
    """One model of the project.

    Attributes
    ----------
    code : compiled SQL, or the Python of the model.
    meta : what a Python model reads of its configuration.
    """

    name: str
    is_python: bool
    is_view: bool
    code: str
    meta: Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What one refresh read and published.

    Attributes
    ----------
    reports : with true counts, under the names of the published tables.
    shown : the snapshot's tables.
    populations : who is where, as colleagues know: of everybody, of those mentored, of mentees.
    """

    reports: Mapping[str, Rows]
    shown: Mapping[str, Rows]
    populations: Sequence[Shared]


def compile_project(given: settings.Settings, folder: Path) -> list[Model]:
    """Compile every model under these settings, each after what it reads."""
    context = settings.Context(folder, folder, folder / "key", None, None, None, "", 0)
    beside = {"agreement": "none", "hash": "", "changed": [], "dates": [], "placebos": []}
    variables = settings.dbt_vars(given, context, beside=beside) | {"as_of_date": A_DAY}
    command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "compile", "--no-introspect"]
    command += ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    command += ["--target-path", str(folder), "--log-path", str(folder)]
    command += ["--vars", json.dumps(variables)]
    place = {"MENTORSHIP_WORK_DB": str(folder / f"{DATABASE}.duckdb"), "DO_NOT_TRACK": "1"}
    done = subprocess.run(command, env=os.environ | place, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"dbt compile failed: {done.stdout}{done.stderr}")
    nodes = json.loads((folder / "manifest.json").read_text())["nodes"]
    return [_model(node) for node in _in_order(nodes)]


def _in_order(nodes: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    found: dict[str, dict[str, Any]] = {}

    def visit(key: str) -> None:
        if key in found or key not in models:
            return
        for parent in models[key]["depends_on"]["nodes"]:
            visit(parent)
        found[key] = models[key]

    for key in models:
        visit(key)
    return list(found.values())


def _model(node: Mapping[str, Any]) -> Model:
    is_python = node["language"] == "python"
    return Model(
        node["name"],
        is_python,
        node["config"]["materialized"] == "view",
        node["raw_code" if is_python else "compiled_code"],
        node["config"]["meta"],
    )


def build(connection: duckdb.DuckDBPyConnection, models: Sequence[Model], day: dt.date) -> None:
    """Run every model on the raw tables, as of a day."""
    for model in models:
        if model.is_python:
            _run_python(connection, model)
        else:
            kind = "view" if model.is_view else "table"
            code = model.code.replace(A_DAY, day.isoformat())
            connection.execute(f"create or replace {kind} {model.name} as {code}")


def _run_python(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Run a Python model as dbt does: what it needs of dbt is three calls."""
    names: dict[str, Any] = {}
    exec(compile(model.code, f"{model.name}.py", "exec"), names)  # noqa: S102  the project's own
    config = SimpleNamespace(meta_get=lambda key, default=None: model.meta.get(key, default))
    dbt = SimpleNamespace(ref=connection.table, config=config)
    session = SimpleNamespace(from_df=connection.from_df)
    found = names["model"](dbt, session)
    if not isinstance(found, duckdb.DuckDBPyRelation):
        found = connection.from_df(found)
    connection.execute(f"drop table if exists {model.name}")
    found.create(model.name)


def write_exports(seed: int, size: int, months: int, enrolment: float, out: Path) -> dt.date:
    """Draw an organisation of the sample's kind and write its exports; give its last day."""
    start = month_start(exports.SAMPLE_END, 1 - months)
    drawn, written = np.random.default_rng(seed).spawn(2)
    given = replace(exports.SAMPLE, engineers=size, months=months, start=start, enrolment=enrolment)
    organisation = simulate(given, drawn)
    exports.write(organisation, out, written)
    with (out / "mentorship.toml").open("a", encoding="utf-8") as file:
        file.write(EXTRA_SETTINGS)
    return organisation.parameters.end


def connect() -> duckdb.DuckDBPyConnection:
    """An empty database in memory under the name that the compiled SQL uses."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute(f"attach ':memory:' as {DATABASE}")
    connection.execute(f"use {DATABASE}")
    connection.execute("set TimeZone = 'UTC'")
    seed = ROOT / "data" / "seeds" / "metric_definitions.csv"
    reading = f"read_csv('{seed}', all_varchar = true)"
    connection.execute(f"create table metric_definitions as from {reading}")
    return connection


def refreshes(
    models: Sequence[Model],
    given: settings.Settings,
    folder: Path,
    days: Sequence[dt.date],
) -> Iterator[Seen]:
    """Load an exports folder and publish it as of one day after another.

    Parameters
    ----------
    models
        Compiled under the same settings.
    """
    with connect() as connection:
        ingest.load(connection, folder, given, KEY)
        memory = Memory(Edition(days[0], given.confidence, given.minimum_group))
        for day in days:
            build(connection, models, day)
            memory.edition = Edition(day, given.confidence, given.minimum_group)
            shown = publish.collect(connection, given, {}, memory)
            yield Seen(_reports(connection), shown, _populations(connection))


def _reports(connection: duckdb.DuckDBPyConnection) -> dict[str, Rows]:
    """Read the reports with true counts, under the names of the published tables."""
    found = {name: _read(connection, f"rpt_{name}") for name in REPORTS}
    found["impact_estimates"] += _read(connection, "rpt_supporting_estimates")
    return found


#: Of one row each, cells that somebody was in at once: everybody, those mentored, mentees.
_PLACES = (
    """
    select person_id as person, concat(person_id, ' ', month) as place, dimension, cell
    from int_person_months
    unpivot (cell for dimension in (organisation, location, level, job_family))
    union all
    select person_id, concat(person_id, ' ', month), segment_dimension, segment_value
    from int_person_months inner join int_person_groups using (person_id)
    """,
    """
    with begun as (
        select begun.person_key as person, cast(row_number() over () as varchar) as place,
            program, model, assignment, organisation, location, level, job_family
        from int_mentorships_begun as begun
        left join int_person_months as months
            on begun.person_key = months.person_key
            and date_trunc('month', begun.starts_on) = months.month
    )
    select person, place, dimension, cell from begun
    unpivot (cell for dimension in
        (program, model, assignment, organisation, location, level, job_family))
    """,
    """
    select index_row_id, cast(index_row_id as varchar), segment_dimension, segment_value
    from int_mentee_segments where design = 'a' and rung = 1 and segment_dimension <> 'all'
    """,
)


def _populations(connection: duckdb.DuckDBPyConnection) -> list[Shared]:
    """Count who was ever in two cells at once."""
    found = []
    for places in _PLACES:
        query = f"""
            with places (person, place, dimension, cell) as materialized ({places})
            select one.dimension, one.cell, other.dimension, other.cell,
                count(distinct one.person)
            from places as one inner join places as other
                on one.place = other.place and one.dimension < other.dimension
            group by all
        """
        rows = connection.execute(query).fetchall()
        found.append({((a, b), (c, d)): count for a, b, c, d, count in rows})
    return found


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> Rows:
    cursor = connection.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
