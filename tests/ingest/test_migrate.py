"""A private database of an earlier version is brought up to date, and no row is lost."""

import duckdb
import pytest

import ingest
from ingest import migrate, schema
from pipeline.settings import Settings
from tests.ingest.conftest import KEY, Warehouse

PULL = "(repo varchar, number integer, author varchar, author_is_bot boolean, " + (
    "created_at timestamptz, ready_for_review_at timestamptz, merged_at timestamptz, "
    "closed_at timestamptz, state varchar, is_draft boolean, additions integer, deletions integer, "
    "_file_id varchar, _row bigint, _loaded_at timestamptz, _updated_at timestamptz"
)


def make_old(connection, pulls=(1, 2)):
    """Make the tables as version 1 had them, with rows of which no export is left."""
    schema.create_all(connection)
    connection.execute("drop table raw.schema_version")
    for table in ("generic__mentorships", "generic__mentorships__history"):
        connection.execute(f"alter table raw.{table} drop start_precision")
    for table in ("gh__pull_requests", "gh__pull_requests__history"):
        more = ", _superseded_at timestamptz" if table.endswith("history") else ""
        connection.execute(f"create table raw.{table} {PULL}{more})")
    for number in pulls:
        connection.execute(
            "insert into raw.gh__pull_requests (repo, number, _file_id) values ('r', ?, 'gone')",
            [number],
        )
    connection.execute(
        "insert into raw.gh__pull_requests__history (repo, number, _superseded_at) "
        "values ('r', 1, '2025-01-01 00:00:00+00')"
    )
    connection.execute(
        "insert into raw.generic__mentorships (mentorship_id, _file_id, _row) "
        "values ('kept', 'gone', 7)"
    )
    connection.execute(
        "insert into raw.quarantine (file_id, table_name) values ('gone', 'gh__pull_requests')"
    )


def test_an_earlier_versions_rows_are_all_there_under_todays_names(warehouse):
    make_old(warehouse.connection)
    done = schema.create_all(warehouse.connection)
    assert (done.version, done.rows) == (1, 4)
    assert warehouse.all("select number from raw.git__pull_requests order by 1") == [(1,), (2,)]
    assert warehouse.one("select count(*) from raw.git__pull_requests__history") == 1
    assert warehouse.all(
        "select mentorship_id, start_precision, _row from raw.generic__mentorships"
    ) == [("kept", None, 7)]
    assert warehouse.one("select table_name from raw.quarantine") == "git__pull_requests"
    assert migrate.existing(warehouse.connection) == schema._declared()
    assert schema.create_all(warehouse.connection) is None


def test_a_row_read_again_under_its_new_name_keeps_its_earlier_reading_as_history(warehouse):
    make_old(warehouse.connection)
    warehouse.connection.execute(
        "insert into raw.git__pull_requests (repo, number, _file_id) values ('r', 2, 'new')"
    )
    schema.create_all(warehouse.connection)
    found = warehouse.all("select number, _file_id from raw.git__pull_requests order by 1")
    assert found == [(1, "gone"), (2, "new")]
    earlier = warehouse.all(
        "select number, _file_id from raw.git__pull_requests__history where _file_id is not null"
    )
    assert earlier == [(2, "gone")]


def test_exports_load_into_an_earlier_versions_database_and_it_is_said(exports, warehouse):
    exports.rows(
        "mentorship/mentorships.csv",
        ["mentorship_id", "model", "mentor", "mentee", "start_date", "status", "updated_at"],
        ["M1", "1:1", "E1", "E2", "2021-03-01", "active", "2021-03-01T00:00:00Z"],
    )
    warehouse.load(exports)
    make_old(warehouse.connection)
    exports.rows(
        "mentorship/mentorships.csv",
        ["mentorship_id", "model", "mentor", "mentee", "start_date", "status", "updated_at"],
        ["M1", "1:1", "E1", "E2", "2021-03-01", "completed", "2021-09-01T00:00:00Z"],
    )
    report = warehouse.load(exports)
    assert any("earlier version (tables 1, now 2)" in one for one in report.problems)
    assert warehouse.one("select count(*) from raw.generic__mentorships") == 2
    assert warehouse.one("select count(*) from raw.generic__mentorships__history") == 1


def test_a_later_versions_database_is_refused_and_left_as_it_is(exports, tmp_path):
    made = Warehouse(tmp_path / "later")
    made.load(exports)
    made.connection.execute("update raw.schema_version set version = 999")
    before = made.content()
    with pytest.raises(ingest.InputError, match="later version"):
        made.load(exports)
    assert made.content() == before


def test_a_column_that_cannot_be_carried_over_stops_the_migration(exports, warehouse):
    make_old(warehouse.connection)
    warehouse.connection.execute(
        "alter table raw.generic__mentors alter capacity type varchar using 'many'"
    )
    warehouse.connection.execute(
        "insert into raw.generic__mentors (employee_id, capacity) values ('x', 'many')"
    )
    with pytest.raises(ingest.InputError, match="is made anew from the exports"):
        ingest.load(warehouse.connection, exports.path, Settings(), KEY)
    assert warehouse.one("select count(*) from raw.gh__pull_requests") == 2


def test_a_new_database_says_nothing_of_versions():
    connection = duckdb.connect()
    assert schema.create_all(connection) is None
    assert migrate.version(connection) == migrate.SCHEMA_VERSION
