"""The declared tables are those of the contract."""

import duckdb
import pytest

from ingest import schema
from ingest.declare import LOAD_COLUMNS

# The generic shapes, word for word: `?` marks optional columns.
CONTRACT = """
employees | employee_id, email, hire_date, termination_date?, termination_type?, regrettable?, employment_type?, gender?, location?, birth_year?
job_history | employee_id, effective_date, event?, level, job_family?, org?, team?, manager_id?
leaves | employee_id, start_date, end_date
performance_reviews | employee_id, review_date, rating, scale_max?
identities | employee_id, kind, value
pull_requests | repo, number, author, created_at, ready_for_review_at?, merged_at, closed_at?, state?, is_draft?, additions?, deletions?, title?
reviews | repo, number, reviewer, submitted_at, state
deployments | deployment_id, service, deployed_at, status, pull_requests?
incidents | incident_id, service?, team?, severity, created_at, acknowledged_at?, resolved_at?, status?
incident_responders | incident_id, responder, role?, joined_at?
on_call | person, schedule, start_at, end_at
services | service, team, valid_from?, valid_to?
mentorships | mentorship_id, program?, model, mentor, mentee, start_date, end_date?, status, assignment?, start_precision?, end_reason?
sessions | mentorship_id, held_at, duration_minutes?, status, mentor?, mentee?
goals | goal_id, mentorship_id, created_at, target_date, status, completed_at?
surveys | mentorship_id, respondent_role, answered_at, question, score, scale_max
opportunities | employee_id, kind, occurred_at, sponsor?
case_studies | title, text, published_at, consent, mentorship_id?
mentors | employee_id, recognition_opt_in, capacity?
applications | employee_id, program, applied_at, outcome?
events | name, starts_on, ends_on?, kind, org?
measures | employee_id, metric, at, value
"""  # noqa: E501
SHAPES = [
    (shape.strip(), [column.strip() for column in columns.split(",")])
    for shape, columns in (line.split("|") for line in CONTRACT.strip().splitlines())
]


@pytest.mark.parametrize(("shape", "columns"), SHAPES, ids=[shape for shape, _ in SHAPES])
def test_a_generic_table_has_the_contracts_columns_in_its_order(shape, columns):
    table = schema.table(f"generic__{shape}")
    read = [column for column in table.columns if column.is_read]
    assert [f"{one.name}{'' if one.required else '?'}" for one in read] == columns


def test_every_table_exists_typed_and_empty_after_creation():
    connection = duckdb.connect()
    schema.create_all(connection)
    found = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'raw' order by table_name, column_index"
    ).fetchall()
    for table in schema.tables():
        types = [(c, t) for name, c, t in found if name == table.name]
        assert types == [
            *(
                (column.name, column.sql_type.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"))
                for column in table.stored
            ),
            *((c, t.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")) for c, t in LOAD_COLUMNS),
        ]
        history = [c for name, c, _ in found if name == table.history]
        assert history == [*(c for c, _ in types), "_superseded_at"]
        assert connection.execute(f"select count(*) from raw.{table.name}").fetchall() == [(0,)]


def test_creating_the_tables_again_keeps_their_rows():
    connection = duckdb.connect()
    schema.create_all(connection)
    connection.execute("insert into raw.generic__mentors (employee_id) values ('x')")
    schema.create_all(connection)
    assert connection.execute("select count(*) from raw.generic__mentors").fetchall() == [(1,)]


def test_a_table_of_an_earlier_version_gains_the_columns_declared_since():
    connection = duckdb.connect()
    connection.execute("create schema raw")
    connection.execute("create table raw.generic__mentors (employee_id varchar)")
    connection.execute("insert into raw.generic__mentors values ('x')")
    schema.create_all(connection)
    rows = connection.execute("select employee_id, capacity, _row from raw.generic__mentors")
    assert rows.fetchall() == [("x", None, None)]


def test_every_natural_key_and_rule_names_declared_columns():
    for table in schema.tables():
        stored = {column.name for column in table.stored}
        assert set(table.key) <= stored
        assert {rule.column for rule in table.rules} <= stored
        assert {column.flags for column in table.columns if column.flags} <= stored
        assert set(table.forgets) <= stored


def test_only_declared_dimensions_and_stories_are_stored_as_text():
    clear = {
        f"{table.name}.{column.name}"
        for table in schema.tables()
        for column in table.stored
        if column.kind in ("dimension", "story")
    }
    assert clear == {
        "generic__employees.gender",
        "generic__employees.location",
        "generic__employee_attributes.attribute",
        "generic__employee_attributes.value",
        "generic__job_history.level",
        "generic__job_history.job_family",
        "generic__job_history.org",
        "generic__mentorships.program",
        "generic__applications.program",
        "generic__events.org",
        "generic__case_studies.title",
        "generic__case_studies.text",
    }
