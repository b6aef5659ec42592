"""Great Expectations runs inside DuckDB, on what changed, and says what is wrong with the data."""

import sys
from datetime import timedelta

import duckdb
import pytest

import ingest
from ingest import schema, validate
from ingest.expectations import suites
from pipeline.settings import Settings
from tests.ingest.conftest import KEY, LOADED, Warehouse

EMPLOYEES = ["employee_id", "email", "hire_date", "termination_date", "gender"]


def results(warehouse, table):
    rows = warehouse.all(
        "select check_name, rows_checked, failed, status from raw.data_checks "
        "where table_name = ? and starts_with(check_name, 'expect_')",
        table,
    )
    return {name: tuple(rest) for name, *rest in rows}


def test_every_suite_is_of_a_declared_table_and_its_columns():
    for name, suite in suites().items():
        columns = {column.name for column in schema.table(name).stored}
        for one in suite:
            assert one.columns
            assert set(one.columns) <= columns
        assert len({one.name for one in suite}) == len(suite)
        assert all(one.name.startswith(validate.PREFIX) for one in suite)


def test_every_raw_table_has_a_suite():
    assert {table.name for table in schema.tables()} == suites().keys()


def test_good_data_meets_what_is_expected(exports, warehouse):
    warehouse.load(exports)
    found = results(warehouse, "generic__employees")
    assert set(found) == {one.name for one in suites()["generic__employees"]}
    assert set(found.values()) == {(2, 0, "ok")}
    assert set(results(warehouse, "generic__mentorships").values()) == {(1, 0, "ok")}


def test_bad_data_is_counted_by_check(exports, warehouse):
    exports.rows(
        "hris/employees.csv",
        EMPLOYEES,
        *[[f"E{n}", "" if n < 3 else "same@x", "2020-01-01", "", f"word {n}"] for n in range(18)],
        ["E18", "b@x", "2020-01-02", "2020-01-01", ""],
        ["E19", "c@x", "2045-01-01", "", ""],
    )
    warehouse.load(exports)
    found = results(warehouse, "generic__employees")
    assert found["expect_email_filled"] == (20, 3, "warn")  # 15 % empty, 10 % are allowed
    assert found["expect_email_unique"] == (20, 15, "warn")
    assert found["expect_hire_date_in_the_past"] == (20, 1, "ok")  # 5 % are allowed
    assert found["expect_termination_date_not_before_hire_date"] == (20, 1, "warn")
    # A column in clear with a value a person would give people away.
    assert found["expect_gender_is_a_dimension"] == (20, 20, "fail")
    assert found["expect_location_is_a_dimension"] == (20, 0, "ok")


@pytest.mark.parametrize(("mentee", "failed"), [("E2", 0), ("E1", 1), ("", 0)])
def test_nobody_mentors_themselves(exports, warehouse, mentee, failed):
    header = ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"]
    exports.rows(
        "mentorship/mentorships.csv",
        header,
        ["1", "1:1", "E1", mentee or "E2", "2021-01-01", "active"],
        ["2", "1:1", "" if not mentee else "E1", "E2", "2021-01-01", "active"],
    )
    warehouse.load(exports)
    found = results(warehouse, "generic__mentorships")
    assert found["expect_mentor_is_not_mentee"][1] == failed


def test_a_word_column_that_is_mostly_other_is_pointed_out(exports, warehouse):
    rows = [["r", n, "bo", "2022-01-01", "approved" if n < 8 else "shrugged"] for n in range(10)]
    exports.rows("git/r.csv", ["repo", "number", "reviewer", "submitted_at", "state"], *rows)
    warehouse.load(exports)
    assert results(warehouse, "generic__reviews")["expect_state_known"] == (10, 2, "warn")


def test_a_column_named_like_a_keyword_is_checked_too(exports, warehouse):
    entry = {"id": "R", "type": "annotate_log_entry", "created_at": "2022-01-01T00:00:00Z"}
    incident = {"incident": {"id": "Q"}, "agent": None}
    exports.json("incidents/log.json", [{**entry, **incident}])
    warehouse.load(exports)
    found = results(warehouse, "pagerduty__log_entries")
    assert found["expect_at_in_the_past"] == (1, 0, "ok")


def test_only_what_changed_is_checked_again(exports, warehouse, monkeypatch):
    warehouse.load(exports)
    checked = (
        "select table_name, max(checked_at) from raw.data_checks where check_name like 'exp%' "
    )
    before = dict(warehouse.all(checked + "group by all"))
    rows = [["E1", "a@x", "2020-01-06", "", ""]]
    exports.rows("hris/more.csv", EMPLOYEES, *rows, modified=LOADED + timedelta(days=1))
    warehouse.load(exports)
    after = dict(warehouse.all(checked + "group by all"))
    assert after["generic__mentorships"] == before["generic__mentorships"]
    assert after["generic__employees"] > before["generic__employees"]


def test_an_unchanged_load_does_not_even_import_the_library(exports, warehouse, monkeypatch):
    warehouse.load(exports)
    monkeypatch.setattr(validate, "_engine", lambda connection: pytest.fail("imported"))
    warehouse.load(exports)
    assert results(warehouse, "generic__employees")


def test_checks_beside_other_work_find_what_checks_on_the_spot_find(exports, tmp_path):
    exports.rows(
        "hris/employees.csv",
        EMPLOYEES,
        *[[f"E{n}", "" if n < 3 else "same@x", "2020-01-01", "", f"word {n}"] for n in range(18)],
        ["E18", "b@x", "2020-01-02", "2020-01-01", ""],
    )
    found = []
    for name in ("beside", "there"):
        warehouse = Warehouse(tmp_path / name)
        report = ingest.load(warehouse.connection, exports.path, Settings(), KEY)
        if name == "there":
            validate.validate(warehouse.connection, tmp_path / name, report.loaded_at)
        else:
            checks = ingest.Checks(warehouse.connection, tmp_path / name, report.loaded_at)
            warehouse.connection.close()  # so that another process may have it
            with checks:
                warehouse.connection = duckdb.connect(str(warehouse.path))
                checks.enter(warehouse.connection)
            assert not list((tmp_path / name).glob(f"{validate.SCRATCH_PREFIX}*"))
        found.append(warehouse.content()["data_checks"])
        warehouse.connection.close()
    assert found[0] == found[1]
    assert any(row[2] == "expect_email_unique" for row in found[0])


def test_checks_that_a_kill_prevented_are_made_by_the_next_load(exports, warehouse):
    report = ingest.load(warehouse.connection, exports.path, Settings(), KEY)
    ingest.Checks(warehouse.connection, warehouse.path.parent, report.loaded_at)
    assert not results(warehouse, "generic__employees")
    warehouse.load(exports)
    assert results(warehouse, "generic__employees")
    assert not list(warehouse.path.parent.glob(f"{validate.SCRATCH_PREFIX}*"))


def test_checks_that_fail_are_an_error_and_no_silence(exports, warehouse, monkeypatch):
    report = ingest.load(warehouse.connection, exports.path, Settings(), KEY)
    checks = ingest.Checks(warehouse.connection, warehouse.path.parent, report.loaded_at)
    monkeypatch.setitem(sys.modules, "duckdb_engine", None)
    with checks, pytest.raises(ImportError, match="duckdb_engine"):
        checks.enter(warehouse.connection)
