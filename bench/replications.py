"""Simulated organisations through the project's own compiled SQL, in memory, again and again.

`dbt compile` runs once; its statements then run in dependency order on tables that hold simulated
person-months in place of what ingest and staging would give. So a replication costs a second or
less and still proves the SQL that ships.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from synthetic.organisation import Organisation

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "work"
GIVEN = frozenset(
    {
        "int_data_ends",
        "int_employment_spells",
        "int_job_states_classified",
        "int_mentorships_begun",
        "int_person_groups",
        "int_person_months",
        "int_ratings_dated",
    }
)
"""Models that simulated frames stand in for; everything below them is the project's own."""
WANTED = (
    "int_index_rows",
    "int_index_outcomes",
    "int_mentee_segments",
    "int_matching_rungs",
    "int_matched_rows",
    "int_pool_rows",
    "fct_naive_people",
)
GROUPED = {"int_pool_rows": "pool_dimension", "int_mentee_segments": "segment_dimension"}
"""Models in which everyone appears once for everybody and once a group."""


@dataclass(frozen=True)
class Statement:
    """One compiled model."""

    name: str
    materialized: str
    sql: str


def compile_statements(
    variables: Mapping[str, object] | None = None,
    only_all: bool = True,
    wanted: Sequence[str] = WANTED,
    given: frozenset[str] = GIVEN,
) -> list[Statement]:
    """Compile the project and list the statements between the given and the wanted models."""
    with tempfile.TemporaryDirectory() as folder:
        place = {"MENTORSHIP_WORK_DB": str(Path(folder) / f"{DATABASE}.duckdb")}
        command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "compile"]
        command += ["--no-introspect", "--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
        command += ["--target-path", folder, "--log-path", folder]
        command += ["--vars", json.dumps(dict(variables or {}))]
        done = subprocess.run(command, env=os.environ | place, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"dbt compile failed: {done.stdout}{done.stderr}")
        manifest = json.loads((Path(folder) / "manifest.json").read_text())
    statements = _order(manifest["nodes"], wanted, given)
    return leave_groups_out(statements) if only_all else statements


def leave_groups_out(statements: Sequence[Statement]) -> list[Statement]:
    """The same statements for everyone together, where groups would begin to multiply the rows."""
    return [_for_all(one) for one in statements]


def _for_all(statement: Statement) -> Statement:
    """The same statement without the groups."""
    column = GROUPED.get(statement.name)
    if column is None:
        return statement
    sql = f"select * from ({statement.sql}) where {column} = 'all'"
    return dataclasses.replace(statement, sql=sql)


def _order(
    nodes: Mapping[str, dict], wanted: Sequence[str], given: frozenset[str]
) -> list[Statement]:
    """Models above the wanted ones and below the given ones, each after what it reads."""
    models = {
        node["name"]: node
        for node in nodes.values()
        if node["resource_type"] == "model" and node["language"] == "sql"
    }
    done: list[Statement] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen or name in given:
            return
        seen.add(name)
        node = models[name]
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("model."):
                visit(parent.rsplit(".", 1)[1])
        done.append(Statement(name, node["config"]["materialized"], node["compiled_code"]))

    for name in wanted:
        visit(name)
    return done


def connect(threads: int = 1) -> duckdb.DuckDBPyConnection:
    """An empty in-memory database under the name the compiled SQL uses."""
    connection = duckdb.connect(":memory:", config={"threads": threads})
    connection.execute(f"attach ':memory:' as {DATABASE}")
    connection.execute(f"use {DATABASE}")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def build_frames(
    connection: duckdb.DuckDBPyConnection,
    frames: Mapping[str, pd.DataFrame],
    statements: Sequence[Statement],
) -> None:
    """Load one organisation and run the project's statements on it."""
    for name, frame in frames.items():
        connection.register("given_frame", frame)
        connection.execute(f"create or replace table {name} as select * from given_frame")
        connection.unregister("given_frame")
    for statement in statements:
        kind = "view" if statement.materialized == "view" else "table"
        connection.execute(f"create or replace {kind} {statement.name} as {statement.sql}")


def given_frames(organisation: Organisation) -> dict[str, pd.DataFrame]:
    """The frames that stand in for what ingest and staging would give."""
    spells = _spells(organisation)
    numbers = spells.drop_duplicates("person_key").set_index("person_key")["person_id"]
    return {
        "int_employment_spells": spells,
        "int_person_months": _person_months(organisation, numbers),
        "int_job_states_classified": _job_states(organisation),
        "int_mentorships_begun": _mentorships(organisation),
        "int_ratings_dated": _ratings(organisation),
        "int_person_groups": _groups(spells),
        "int_data_ends": _ends(organisation),
    }


def _spells(organisation: Organisation) -> pd.DataFrame:
    people = organisation.people
    people = people[people["employment_type"] == "employee"]
    order = people.sort_values(["hire_date", "employee_id"], kind="stable")
    first = order.drop_duplicates("employee_id")["employee_id"].reset_index(drop=True)
    number = pd.Series(np.arange(1, len(first) + 1), index=first)
    ends = people["termination_date"]
    return pd.DataFrame(
        {
            "person_key": people["employee_id"].astype(str),
            "spell_number": people["spell_number"],
            "person_id": people["employee_id"].map(number).astype(np.int32),
            "starts_on": _dates(people["hire_date"]),
            "ends_on": _dates(ends),
            "left_on": _dates(ends + pd.Timedelta(days=1)),
            "leave_type": people["termination_type"].astype(object),
            "is_regrettable": people["is_regrettable"],
            "location": people["location"].astype(object),
            "gender": people["gender"].astype(object).replace("", None),
            "birth_year": people["birth_year"],
        }
    ).reset_index(drop=True)


def _person_months(organisation: Organisation, numbers: pd.Series) -> pd.DataFrame:
    months = organisation.months
    frame = months.assign(
        person_key=months["person_key"].astype(str),
        person_id=months["person_key"].astype(str).map(numbers).astype(np.int32),
        month_number=months["month"].dt.year * 12 + months["month"].dt.month,
        incident_exposure=months["exposure"],
        is_git_observed=months["month"] < months["month"].max(),
        team_id=months["team"].cat.codes.astype(np.int32) + 1,
        is_in_population=True,
    )
    for name in ("level", "organisation", "job_family", "team", "location"):
        frame[name] = frame[name].astype(object)
    for name in ("month", "promoted_on", "left_on", "mentoring_started_on"):
        frame[name] = _dates(frame[name])
    return frame


def _job_states(organisation: Organisation) -> pd.DataFrame:
    people, history = organisation.people, organisation.job_history
    staff = people[people["employment_type"] == "employee"]
    spells = staff[["employee_id", "spell_number", "hire_date", "termination_date"]]
    joined = history.merge(spells, on="employee_id")
    last = joined["termination_date"].fillna(pd.Timestamp("2200-01-01"))
    inside = (joined["effective_date"] >= joined["hire_date"]) & (joined["effective_date"] <= last)
    joined = joined[inside]
    return pd.DataFrame(
        {
            "person_key": joined["employee_id"].astype(str),
            "spell_number": joined["spell_number"],
            "valid_from": _dates(joined["effective_date"]),
            "is_promotion": joined["event"] == "promotion",
            "level_rank": joined["level"].astype(str).str[-1].astype(int),
        }
    )


def _mentorships(organisation: Organisation) -> pd.DataFrame:
    pairs = organisation.mentorships
    begun = pairs["status"].isin(["active", "completed", "ended_early"])
    pairs = pairs[begun]
    return pd.DataFrame(
        {
            "person_key": pairs["mentee"].astype(str),
            "mentorship_key": pairs["mentorship_id"].astype(str),
            "starts_on": _dates(pairs["start_date"]),
            "program": pairs["program"].astype(object),
            "model": pairs["model"].astype(object),
            "assignment": pairs["assignment"].astype(object),
            "source_file_id": "",
            "source_row": np.arange(len(pairs)),
        }
    )


def _ratings(organisation: Organisation) -> pd.DataFrame:
    ratings = organisation.ratings.sort_values(["employee_id", "review_date"], kind="stable")
    following = ratings.groupby("employee_id")["review_date"].shift(-1)
    return pd.DataFrame(
        {
            "person_key": ratings["employee_id"].astype(str),
            "reviewed_on": _dates(ratings["review_date"]),
            "next_reviewed_on": _dates(following),
            "scaled_rating": ratings["rating"] / ratings["scale_max"],
        }
    )


def _groups(spells: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_id": spells["person_id"],
            "person_key": spells["person_key"],
            "segment_dimension": "gender",
            "segment_value": spells["gender"].fillna("unknown").astype(str),
        }
    ).drop_duplicates("person_key", keep="last")


def _ends(organisation: Organisation) -> pd.DataFrame:
    end, start = organisation.parameters.end, organisation.parameters.start
    last = (pd.Timestamp(end) - pd.DateOffset(months=1)).replace(day=1)
    columns = {"as_of_date": end, "git_end": end, "hris_end": end, "incidents_end": end}
    columns |= {"mentorship_end": end, "data_start": start, "git_last_month": last.date()}
    ends = pd.DataFrame({name: [day] for name, day in columns.items()})
    return ends.assign(has_pull_requests=True, has_job_history=True)


def _dates(moments: pd.Series) -> pd.Series:
    """Moments as plain dates, missing ones as null."""
    return moments.dt.date.astype(object).where(moments.notna(), None)
