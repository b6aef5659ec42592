"""A file is recognised by what is in it; what is not is told what it lacks."""

import pytest

from ingest import files, schema
from ingest.recognise import canonical, generic_tables, recognise
from ingest.source import Plan, Unrecognised
from pipeline.settings import Settings


def plan_of(exports, name, content, **settings):
    look = files.peek(exports.write(name, content), exports.path)
    return recognise(look, Settings(**settings))


@pytest.mark.parametrize("table", generic_tables(), ids=lambda table: table.shape)
@pytest.mark.parametrize("folder", ["hris", "git", "mentorship"])
def test_every_generic_shape_is_recognised_by_its_required_columns_alone(exports, table, folder):
    header = ",".join(sorted(table.required))
    plan = plan_of(exports, f"{folder}/anything.txt", header + "\n")
    assert isinstance(plan, Plan)
    assert plan.name == table.name


@pytest.mark.parametrize("table", generic_tables(), ids=lambda table: table.shape)
def test_every_generic_shape_is_recognised_with_all_its_columns_and_more(exports, table):
    columns = [column.name for column in table.columns if column.is_read]
    plan = plan_of(exports, "hris/x.csv", ",".join(["Extra", *columns, "updated_at"]) + "\n")
    assert isinstance(plan, Plan)
    assert plan.name == table.name
    assert plan.unused == ("Extra",)
    assert set(plan.fills[0].fields) == {*columns, "updated_at"}


@pytest.mark.parametrize("table", generic_tables(), ids=lambda table: table.shape)
def test_a_shape_without_a_required_column_says_which_one(exports, table):
    for lacking in table.required:
        header = [column for column in table.required if column != lacking]
        found = plan_of(exports, "hris/x.csv", ",".join(header) + ",zzz\n")
        if isinstance(found, Plan) and found.source == "spreadsheet":
            # A sheet of the same table, in which that column may be missing.
            assert found.fills[0].table == table
        elif isinstance(found, Plan):
            # What is left is another, smaller shape.
            assert schema.table(found.name).required < table.required
        elif f"most like {table.name}," in found.reason:
            assert lacking in found.reason


def test_a_misspelt_column_is_pointed_out(exports):
    found = plan_of(exports, "hris/x.csv", "employee_id,email,hiring_date\n")
    assert isinstance(found, Unrecognised)
    assert found.reason == (
        "it looks most like generic__employees, but lacks hire_date (is it `hiring_date`?)"
    )


def test_what_names_no_known_column_may_be_data_and_is_not_repeated(exports):
    found = plan_of(exports, "hris/x.csv", "Ada Lovelace,ada@example.org\n")
    assert isinstance(found, Unrecognised)
    assert "Ada" not in found.reason
    assert "ada@" not in found.reason


def test_an_employee_list_with_start_and_end_is_not_taken_for_leaves(exports):
    found = plan_of(exports, "hris/x.csv", "employee_id,email,start_date,end_date\n")
    assert isinstance(found, Plan)
    assert found.name == "hr_sheets__employees"


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Employee ID", "employee_id"),
        ("employeeId", "employee_id"),
        ("EMPLOYEE-ID ", "employee_id"),
        ("Programme", "program"),
        ("organisation", "org"),
        ("merged_at", "merged_at"),
    ],
)
def test_a_column_is_known_in_any_usual_spelling(column, field):
    assert canonical(column) == field


def test_a_mapping_names_columns_that_nothing_else_would(exports):
    plan = plan_of(
        exports,
        "hris/people.csv",
        "Nr,Post,Eintritt,Hire date\n",
        mapping={
            "hris/peo*.csv": {
                "shape": "employees",
                "columns": {"employee_id": "Nr", "email": "Post", "hire_date": "Eintritt"},
                "time_zone": "Europe/Berlin",
            }
        },
    )
    assert isinstance(plan, Plan)
    assert (plan.name, plan.zone) == ("generic__employees", "Europe/Berlin")
    assert plan.fills[0].fields == {"employee_id": "r.c0", "email": "r.c1", "hire_date": "r.c2"}
    assert plan.unused == ("Hire date",)


def test_a_mapping_can_choose_among_shapes(exports):
    header = "employee_id,start_date,end_date,email\n"
    plan = plan_of(exports, "hris/x.csv", header, mapping={"hris/x.csv": {"shape": "leaves"}})
    assert isinstance(plan, Plan)
    assert plan.name == "generic__leaves"


@pytest.mark.parametrize("group", ["Squad", "squad"])
def test_a_reporting_group_is_read_from_the_employee_list_only(exports, group):
    header = "employee_id,email,hire_date,Squad,Shoe size\n"
    plan = plan_of(exports, "hris/x.csv", header, reporting_groups=[group])
    assert isinstance(plan, Plan)
    assert [fill.table.name for fill in plan.fills] == [
        "generic__employees",
        "generic__employee_attributes",
    ]
    assert plan.unused == ("Shoe size",)


def test_a_reporting_group_that_is_a_column_already_is_not_stored_twice(exports):
    header = "employee_id,email,hire_date,gender\n"
    plan = plan_of(exports, "hris/x.csv", header, reporting_groups=["gender"])
    assert isinstance(plan, Plan)
    assert len(plan.fills) == 1


def test_keys_that_the_first_records_leave_out_are_still_read(exports):
    plan = plan_of(
        exports, "hris/x.json", '[{"employeeId": "1", "email": "", "hireDate": "2020-01-01"}]'
    )
    assert isinstance(plan, Plan)
    assert plan.columns["terminationDate"] == "VARCHAR"
