"""HR systems, each in its own shape: who is employed since when, in which job, and who is who."""

import hashlib
import hmac
from datetime import date, timedelta

import pytest

from tests.ingest.conftest import KEY, LOADED

pytestmark = pytest.mark.usefixtures("no_expectations")
EMPLOYED = (
    "select hire_date, termination_date, termination_type, employment_type, gender, location, "
    "birth_year from raw.generic__employees where employee_id = ?"
)
JOBS = (
    "select effective_date, event, level, org, team is not null, manager_id "
    "from raw.generic__job_history order by effective_date, level"
)


def who(name):
    return hmac.new(KEY, name.encode(), hashlib.sha256).hexdigest()[:32]


def load(exports, warehouse, **settings):
    files = warehouse.load(exports, **settings).files
    return next(one for one in files if one.path.startswith("hris/x"))


BAMBOO = {
    "id": "7",
    "employeeNumber": "0042",
    "workEmail": "ada@example.org",
    "hireDate": "2020-03-01",
    "terminationDate": "0000-00-00",
    "employmentHistoryStatus": "Full-Time",
    "gender": "Female",
    "location": "Oslo",
    "dateOfBirth": "1990-05-06",
    "jobTitle": "Engineer (L4)",
    "department": "Search",
    "division": "North",
    "supervisor": "Lace, Bo",
    "supervisorId": "8",
    "lastChanged": "2024-01-01T00:00:00+00:00",
}
HIBOB = {
    "id": "3332883894671639712",
    "email": "ada@example.org",
    "work": {
        "startDate": "2020-03-01",
        "title": "Engineer IC3",
        "department": "Search",
        "site": "Oslo",
        "reportsTo": {"id": "8", "email": "bo@example.org"},
    },
    "internal": {"terminationDate": "2023-05-01", "terminationType": "Resignation"},
    "personal": {"gender": "Female"},
}
PERSONIO = {
    "type": "Employee",
    "attributes": {
        "id": {"label": "ID", "value": 7},
        "email": {"value": "ada@example.org"},
        "hire_date": {"value": "2020-03-01T00:00:00+01:00"},
        "termination_date": {"value": "2023-05-01T00:00:00+02:00"},
        "termination_type": {"value": "employer"},
        "employment_type": {"value": "internal"},
        "gender": {"value": "female"},
        "position": {"value": "Engineer L4"},
        "office": {"value": {"attributes": {"name": "Oslo"}}},
        "department": {"value": {"attributes": {"name": "Search"}}},
        "supervisor": {"value": {"attributes": {"id": {"value": 8}}}},
    },
}
WORKER = {
    "id": "a" * 32,
    "worker_code": "10010",
    "user_id": "adal",
    "_fivetran_active": "true",
    "_fivetran_start": "2000-01-01 00:00:00",
    "_fivetran_end": "9999-12-31 23:59:59",
    "hire_date": "2020-03-01",
    "termination_date": "2023-05-01",
    "termination_involuntary": "true",
    "regrettable_termination": "false",
    "primary_termination_category": "Terminate_Employee_Involuntary",
}
USER = {
    "userId": "7",
    "email": "ada@example.org",
    "hireDate": "/Date(1583020800000)/",
    "gender": "F",
    "location": "Oslo",
}
ENDED = date(2023, 5, 1)
CASES = [
    (
        "bamboohr__employees",
        {"title": "R", "fields": [], "employees": [BAMBOO]},
        "7",
        (None, None, "full_time", "Female", "Oslo", 1990),
    ),
    (
        "hibob__employees",
        {"employees": [HIBOB]},
        "3332883894671639712",
        (ENDED, "voluntary", None, "Female", "Oslo", None),
    ),
    (
        "personio__employees",
        {"success": True, "data": [PERSONIO]},
        "7",
        (ENDED, "involuntary", None, "female", "Oslo", None),
    ),
    (
        "workday__employees",
        [WORKER, {**WORKER, "_fivetran_active": "false", "termination_date": None}],
        "a" * 32,
        (ENDED, "involuntary", None, None, None, None),
    ),
    ("successfactors__users", [USER], "7", (None, None, None, "F", "Oslo", None)),
]


@pytest.mark.parametrize(
    ("shape", "content", "employee", "expected"), CASES, ids=[case[0] for case in CASES]
)
def test_an_employee_is_read_from_every_system(
    exports, warehouse, shape, content, employee, expected
):
    exports.json("hris/x.json", content)
    one = load(exports, warehouse)
    assert (one.shape, one.rows_loaded, one.rows_quarantined) == (shape, 1, 0)
    assert warehouse.all(EMPLOYED, who(employee)) == [(date(2020, 3, 1), *expected)]


def test_a_list_without_a_day_says_nothing_about_jobs(exports, warehouse):
    exports.json("hris/x.json", [BAMBOO])
    (problem,) = (one for one in load(exports, warehouse).problems if "which day" in one)
    assert "as_of" in problem
    assert warehouse.all(JOBS) == []


@pytest.mark.parametrize(
    ("record", "job"),
    [
        (BAMBOO, ("L4", "North", True, who("8"))),
        (HIBOB, ("IC3", "Search", False, who("8"))),
        (PERSONIO, ("L4", "Search", False, who("8"))),
    ],
    ids=["bamboohr", "hibob", "personio"],
)
def test_dated_lists_become_a_history(exports, warehouse, record, job):
    level, *rest = job
    # Two lists that differ in nothing but their day.
    exports.json("hris/x-2023-01-31.json", [record])
    exports.json("hris/y_20240131.json", [record])
    for _ in range(2):
        load(exports, warehouse)
    assert warehouse.all(JOBS) == [(date(year, 1, 31), None, level, *rest) for year in (2023, 2024)]


def test_complete_lists_keep_the_last_day_that_each_row_was_listed(exports, warehouse):
    header = ["employee_id", "email", "hire_date"]
    ada, bo = ["X1", "ada@x", "2020-01-06"], ["X2", "bo@x", "2020-01-06"]
    exports.rows("hris/x-2023-01-31.csv", header, ada, bo)
    later = LOADED + timedelta(days=1)
    exports.rows("hris/x-2024-01-31.csv", header, ada, modified=later)
    listed = "select listed_on from raw.generic__employees where employee_id = ?"
    load(exports, warehouse)
    assert warehouse.all(listed, who("x1")) == [(None,)]
    load(exports, warehouse, complete=("hris/x-*",))
    assert warehouse.all(listed, who("x1")) == [(date(2024, 1, 31),)]
    assert warehouse.all(listed, who("x2")) == [(date(2023, 1, 31),)]
    assert warehouse.all(listed, who("e1")) == [(None,)]


def test_the_settings_say_the_day_of_a_list_and_the_level_of_a_title(exports, warehouse):
    exports.json("hris/x.json", [{**BAMBOO, "jobTitle": "Chief Engineer"}, {**BAMBOO, "id": "8"}])
    mapping = {
        "shape": "bamboohr__employees",
        "constants": {"as_of": "2024-03-31"},
        "values": {"level": {"chief engineer": "L7"}},
    }
    load(exports, warehouse, mapping={"hris/x*": mapping})
    assert [(row[0], row[2]) for row in warehouse.all(JOBS)] == [
        (date(2024, 3, 31), "L4"),
        (date(2024, 3, 31), "L7"),
    ]


@pytest.mark.parametrize(
    ("title", "grade"),
    [
        ("Engineer L4", "L4"),
        ("Engineer (IC-3)", "IC3"),
        ("Clerk, Grade 7", "GRADE7"),
        ("Engineer II", None),
        ("Engineer 2", None),
        ("Area 51 Guard", None),
        ("", None),
    ],
)
def test_a_title_gives_a_level_only_where_it_names_a_grade(exports, warehouse, title, grade):
    exports.json("hris/x-2024-01-31.json", [{**BAMBOO, "jobTitle": title}])
    load(exports, warehouse)
    assert [row[2] for row in warehouse.all(JOBS)] == [grade]


HEADER = ["Employee_ID", "Email", "Hire_Date", "Level", "Department", "Manager ID"]


def test_the_lists_of_any_system_become_a_history_by_their_day(exports, warehouse):
    row = ["E1", "ada@example.org", "2020-01-06"]
    exports.rows("hris/x-2022-12-31.csv", HEADER, [*row, "L3", "Search", "E2"])
    exports.rows(
        "hris/y.csv",
        [*HEADER, "Report Date"],
        [*row, "L4", "Search", "E2", "2023-12-31"],
        modified=LOADED + timedelta(days=1),
    )
    load(exports, warehouse)
    assert warehouse.all(JOBS) == [
        (date(2022, 12, 31), None, "L3", "Search", False, who("e2")),
        (date(2023, 12, 31), None, "L4", "Search", False, who("e2")),
    ]


def test_bad_dates_are_empty_and_who_left_on_an_unknown_day_is_not_employed_since(
    exports, warehouse
):
    records = [
        {**BAMBOO, "id": "1", "hireDate": "Bad Date", "terminationDate": "Bad Date"},
        {**BAMBOO, "id": "2", "employmentHistoryStatus": "Terminated", "terminationDate": ""},
        {
            **BAMBOO,
            "id": "3",
            "employmentHistoryStatus": "Terminated",
            "terminationDate": "2023-05-01",
        },
    ]
    exports.json("hris/x.json", records)
    assert load(exports, warehouse).rows_loaded == 3
    found = [warehouse.all(EMPLOYED, who(str(at)))[0][:2] for at in (1, 2, 3)]
    assert found == [(None, None), (None, None), (date(2020, 3, 1), ENDED)]


def test_of_two_changes_on_one_day_the_later_numbered_counts(exports, warehouse):
    change = {
        "id": "41",
        "employeeId": "7",
        "date": "2023-04-01",
        "jobTitle": "Engineer L5",
        "department": "Search",
        "division": "North",
        "reportsTo": "Bo Lace",
    }
    exports.json("hris/x.json", [change, {**change, "id": "9", "jobTitle": "Engineer L4"}])
    one = load(exports, warehouse)
    assert (one.shape, one.rows_loaded, one.rows_known) == ("bamboohr__job_info", 1, 1)
    assert warehouse.all(JOBS) == [(date(2023, 4, 1), None, "L5", "North", True, None)]


def test_changes_listed_by_employee_are_read(exports, warehouse):
    change = {
        "date": "2023-04-01",
        "jobTitle": "Engineer L5",
        "department": "Search",
        "division": "",
        "location": "Oslo",
        "reportsTo": "Bo Lace",
    }
    rows = {"lastChanged": "2024-01-01T00:00:00Z", "rows": [change]}
    exports.json("hris/x.json", {"table": "jobInfo", "employees": {"7": rows, "8": rows}})
    one = load(exports, warehouse)
    assert (one.shape, one.rows_loaded) == ("bamboohr__changed_job_info", 2)
    found = warehouse.all("select employee_id, level, org from raw.generic__job_history")
    assert sorted(found) == sorted((who(number), "L5", "Search") for number in ("7", "8"))


def test_a_directory_names_people_and_employs_nobody(exports, warehouse):
    entry = {"id": "7", "displayName": "Ada", "jobTitle": "x", "workEmail": "ada@example.org"}
    exports.json("hris/x.json", {"fields": [], "employees": [entry]})
    assert load(exports, warehouse).shape == "bamboohr__directory"
    assert warehouse.all(EMPLOYED, who("7"))[0][0] is None


def test_workdays_other_tables_are_read_by_the_workers_id(exports, warehouse):
    worker = "a" * 32
    position = {
        "worker_id": worker,
        "position_id": "p",
        "effective_date": "2021-02-01",
        "end_date": "",
        "management_level_code": "8_Individual_Contributor",
        "is_primary_job": "true",
    }
    exports.json("hris/w.json", [WORKER])
    exports.json("hris/x.json", [position, {**position, "is_primary_job": "false"}])
    exports.json(
        "hris/mail.json",
        [
            {
                "personal_info_system_id": worker,
                "email_address": "ada@example.org",
                "email_code": "x",
            }
        ],
    )
    leave = {"worker_id": worker, "leave_start_date": "2022-01-01", "leave_end_date": ""}
    exports.json("hris/leave.json", [{**leave, "estimated_leave_end_date": "2022-02-01"}])
    assert load(exports, warehouse).shape == "workday__positions"
    assert warehouse.all(JOBS) == [
        (date(2021, 2, 1), None, "8_Individual_Contributor", None, False, None)
    ]
    assert sorted(warehouse.all("select account, owner from raw.accounts__accounts")) == sorted(
        (who(name), who(worker)) for name in ("10010", "adal", "ada@example.org")
    )
    assert warehouse.all("select start_date, end_date from raw.generic__leaves") == [
        (date(2022, 1, 1), date(2022, 2, 1))
    ]


def test_the_end_of_an_assignment_abroad_is_not_the_end_of_an_employment(exports, warehouse):
    home = {
        "userId": "7",
        "personIdExternal": "P7",
        "startDate": "/Date(1583020800000)/",
        "endDate": "/Date(253402214400000)/",
        "assignmentClass": "ST",
    }
    abroad = {**home, "userId": "7a", "endDate": "/Date(1682899200000)/", "assignmentClass": "GA"}
    exports.json("hris/x.json", {"results": [home, abroad]})
    assert load(exports, warehouse).rows_loaded == 1
    assert warehouse.all(EMPLOYED, who("7"))[0][:2] == (date(2020, 3, 1), None)
    assert warehouse.all("select account, owner from raw.accounts__accounts") == [
        (who("p7"), who("7"))
    ]


def test_complete_exports_of_several_shapes_do_not_retire_each_others_rows(exports, warehouse):
    change = {"id": "1", "employeeId": "7", "date": "2023-04-01", "jobTitle": "x", "reportsTo": ""}
    exports.json("hris/x-2024-01-31.json", [BAMBOO])
    exports.json("hris/jobs.json", [change])
    for _ in range(2):
        load(exports, warehouse, complete=("hris/*",))
        assert [row[0] for row in warehouse.all(JOBS)] == [date(2023, 4, 1), date(2024, 1, 31)]
        exports.json("hris/jobs.json", [{**change, "jobTitle": "y"}])


def test_a_spreadsheet_of_an_hr_system_is_read_by_the_names_its_columns_go_by(exports, warehouse):
    header = [
        *("Employee_Name", "EmpID", "Sex", "State", "DOB", "DateofHire", "DateofTermination"),
        *("TermReason", "EmploymentStatus", "Department", "Position", "ManagerName"),
    ]
    rows = [
        *(("Lace, Ada  M", "0042", "F ", "MA", "07/10/83", "7/5/2011", "6/16/2016"),),
        *(("Bo, Cy", "0043", "M ", "MA", "01/25/51", "3/30/2015", ""),),
        *(("Do, Di", "0044", "F", "TX", "12/02/90", "1/9/2012", "3/1/2014"),),
    ]
    ends = [
        ("career change", "Voluntarily Terminated"),
        ("N/A-StillEmployed", "Active"),
        ("performance", "Terminated for Cause"),
    ]
    jobs = [("Production       ", "Technician I", "Bo, Cy")] * 3
    exports.rows(
        "hris/x.csv",
        header,
        *[[*row, *end, *job] for row, end, job in zip(rows, ends, jobs, strict=True)],
        delimiter=";",
    )
    one = load(exports, warehouse)
    assert (one.shape, one.rows_loaded, one.rows_quarantined) == ("hr_sheets__employees", 3, 0)
    assert [warehouse.all(EMPLOYED, who(number))[0] for number in ("0042", "0043", "0044")] == [
        (date(2011, 7, 5), date(2016, 6, 16), "voluntary", None, "F", "MA", 1983),
        (date(2015, 3, 30), None, None, None, "M", "MA", 1951),
        (date(2012, 1, 9), date(2014, 3, 1), "involuntary", None, "F", "TX", 1990),
    ]


REGRETTED = "select regrettable from raw.generic__employees where employee_id = ?"


@pytest.mark.parametrize(
    ("column", "said", "expected"),
    [
        ("Regrettable Loss", "Non-regrettable", False),
        ("Regretted", "Regretted", True),
        ("Regrettable Termination", "Yes", True),
        ("Regrettable", "", None),
        ("Regrettable", "to be discussed", None),
    ],
)
def test_regret_about_a_leaver_is_read_in_the_words_of_the_sheet(
    exports, warehouse, column, said, expected
):
    header = ["Emp No", "Full Name", "Work email", "Start date", "Exit Date", column]
    exports.rows("hris/x.csv", header, ["7", "Ada", "a@x", "2020-03-01", "2023-05-01", said])
    assert load(exports, warehouse).rows_quarantined == 0
    assert warehouse.all(REGRETTED, who("7")) == [(expected,)]


def test_a_workday_copy_says_whether_a_leaver_is_regretted(exports, warehouse):
    exports.json("hris/x.json", [{**WORKER, "regrettable_termination": "true"}])
    load(exports, warehouse)
    assert warehouse.all(REGRETTED, who("a" * 32)) == [(True,)]


def test_a_list_without_numbers_names_people_by_their_address(exports, warehouse):
    header = ["Employee", "Work email", "Start date", "End date", "Department", "Title", "Manager"]
    exports.rows("hris/x.csv", header, ["Ada", "Ada@x", "2020-03-01", "", "Search", "x", "Bo"])
    assert load(exports, warehouse).shape == "hr_addresses__employees"
    assert warehouse.all(EMPLOYED, who("ada@x"))[0][:2] == (date(2020, 3, 1), None)


def test_one_short_row_of_a_spreadsheet_loses_no_other(exports, warehouse):
    header = "Employee Number,Work email,Start date,Job title"
    rows = ["1,a@x,2020-01-01,x", "2,b@x", "3,c@x,2020-01-02,y"]
    exports.write("hris/x.csv", "\r\n".join([header, *rows]).encode("utf-16"))
    one = load(exports, warehouse)
    assert (one.shape, one.rows_read, one.rows_loaded) == ("hr_sheets__employees", 3, 3)


def test_a_report_with_many_spellings_of_a_column_is_read_by_all_of_them(exports, warehouse):
    entries = [
        {
            "Employee_ID": "001",
            "Full_Name": "x",
            "Email": "a@x",
            "Start_Date": "2019-03-29T12:07:39Z",
        },
        {"employeeID": "002", "FullName": "y", "email": "b@x", "startDate": "2020-01-02"},
    ]
    exports.json("hris/x.json", {"Report_Entry": entries})
    assert load(exports, warehouse).shape == "hr_sheets__employees"
    found = [warehouse.all(EMPLOYED, who(number))[0][0] for number in ("001", "002")]
    assert found == [date(2019, 3, 29), date(2020, 1, 2)]


def status(number, employee, day, word, **more):
    return {"id": str(number), "employeeId": employee, "date": day, "employmentStatus": word,
            "comment": "", **more}  # fmt: skip


STATUSES = [
    status(1, "7", "2019-01-07", "Full-Time"),
    status(2, "7", "2020-03-01", "Part-Time"),
    status(3, "7", "2021-02-03", "Terminated", terminationTypeId="Resignation (Voluntary)"),
    status(9, "7", "2022-05-02", "Contractor"),  # back again
    status(4, "8", "2020-01-01", "Full-Time"),
    status(5, "8", "0000-00-00", "Terminated"),
    status(6, "9", "0000-00-00", "Full-Time"),
    status(7, "6", "2018-01-01", "Terminated", terminationReasonId="Laid off"),
]
SPELLS = [
    (date(2019, 1, 7), date(2021, 2, 3), "voluntary", "part_time", None, None, None),
    (date(2022, 5, 2), None, None, "contractor", None, None, None),
]


def changed(rows):
    """The same rows as the interface lists changes: by employee, without their numbers."""
    employees = {}
    for row in rows:
        of = employees.setdefault(row["employeeId"], {"lastChanged": "2024-01-01", "rows": []})
        of["rows"].append({k: v for k, v in row.items() if k not in ("id", "employeeId")})
    return {"table": "employmentStatus", "employees": employees}


@pytest.mark.parametrize("table", [STATUSES, changed(STATUSES)], ids=["all", "changed"])
def test_statuses_of_bamboohr_are_employments_with_their_ends(exports, warehouse, table):
    exports.json("hris/status.json", table)
    (report,) = [one for one in warehouse.load(exports).files if "statuses" in one.path]
    assert (report.shape, report.rows_read, report.rows_loaded) == ("bamboohr__employments", 5, 5)
    assert warehouse.all(EMPLOYED + " order by 1", who("7")) == SPELLS
    # When the other two left, and when one was hired, nobody wrote down.
    assert [warehouse.all(EMPLOYED, who(one))[0][:3] for one in ("8", "9", "6")] == [
        (None, None, None),
        (None, None, None),
        (None, date(2018, 1, 1), "involuntary"),
    ]


@pytest.mark.parametrize("held", [list, lambda rows: changed(rows[::-1])], ids=["all", "changed"])
@pytest.mark.parametrize(
    "again",
    [
        [status(4, "7", "2021-02-03", "Contractor")],  # on the day of the end
        [status(4, "7", "2021-02-03", ""), status(5, "7", "2022-05-02", "Contractor")],
    ],
)
def test_who_is_hired_again_by_any_status_is_employed(exports, warehouse, held, again):
    first = status(1, "7", "2019-01-07", "Full-Time")
    end = status(3, "7", "2021-02-03", "Terminated", terminationTypeId="Resignation")
    exports.json("hris/status.json", held([first, end, *again]))
    warehouse.load(exports)
    assert [row[:2] for row in warehouse.all(EMPLOYED + " order by 1", who("7"))] == [
        (date(2019, 1, 7), date(2021, 2, 3)),
        (date(2021, 2, 3), None),
    ]


@pytest.mark.parametrize("others", [STATUSES[:4], []], ids=["some", "none"])
def test_statuses_of_nobody_are_counted_and_quarantined(exports, warehouse, others):
    lost = [status(31, "", "2020-01-01", "Full-Time"), status(32, None, "", "Terminated")]
    exports.json("hris/status.json", [*others, *lost])
    loaded = warehouse.load(exports, quarantine_share=1.0)
    (one,) = [one for one in loaded.files if "statuses" in one.path]
    spells = 2 if others else 0
    assert (one.rows_read, one.rows_loaded, one.rows_quarantined) == (spells + 2, spells, 2)
    assert warehouse.all("select distinct column_name from raw.quarantine") == [("employee_id",)]


def test_statuses_without_a_readable_day_are_named(exports, warehouse):
    soon = status(31, "7", "soon", "Full-Time")
    exports.json("hris/status.json", [soon, status(32, "8", "0000-00-00", "Full-Time")])
    (note,) = [one for one in warehouse.load(exports).problems if "no days" in one]
    assert "1 of their dates" in note


def test_a_table_of_statuses_without_rows_is_named(exports, warehouse):
    exports.rows("hris/status.csv", ["id", "employeeId", "date", "employmentStatus"])
    (one,) = [one for one in warehouse.load(exports).files if "status" in one.path]
    assert (one.status, len(one.problems)) == ("unrecognised", 1)


def test_statuses_in_several_files_are_read_together(exports, warehouse):
    exports.json("hris/status-1.json", STATUSES[:2])
    exports.json("hris/status-2.json", STATUSES[1:4])
    warehouse.load(exports)
    assert warehouse.all(EMPLOYED + " order by 1", who("7")) == SPELLS


@pytest.mark.parametrize("held", [lambda rows: rows, lambda rows: {"items": rows}])
def test_workers_of_oracle_are_employed_once_a_relationship(exports, warehouse, held):
    worker = {
        "PersonId": 3, "PersonNumber": "7", "DisplayName": "x",
        "emails": held([{"EmailAddress": "ada@x.org"}]),
        "workRelationships": held([
            {"StartDate": "2019-06-02", "TerminationDate": "2021-02-03"},
            {"StartDate": "2022-05-02", "TerminationDate": None},
        ]),
    }  # fmt: skip
    none = {**worker, "PersonNumber": "8", "workRelationships": held([])}
    exports.json("hris/x.json", {"items": [worker, none], "count": 2, "hasMore": False})
    assert load(exports, warehouse).rows_loaded == 3
    assert warehouse.all(EMPLOYED, who("8"))[0][:2] == (None, None)
    assert [row[:2] for row in warehouse.all(EMPLOYED + " order by 1", who("7"))] == [
        (date(2019, 6, 2), date(2021, 2, 3)),
        (date(2022, 5, 2), None),
    ]


def test_employees_of_gusto_have_the_first_hire_and_the_last_end(exports, warehouse):
    worker = {
        "uuid": "u-7", "email": "private@x.org", "work_email": "ada@x.org", "terminated": True,
        "jobs": [{"hire_date": "2020-03-01"}, {"hire_date": "2019-06-02"}],
        "terminations": [{"effective_date": "2021-02-03"}],
    }  # fmt: skip
    stays = {**worker, "uuid": "u-8", "work_email": "", "terminated": False, "terminations": []}
    back = {**worker, "uuid": "u-9", "work_email": "bo@x.org", "terminated": False}
    exports.json("hris/x.json", [worker, stays, back])
    assert load(exports, warehouse).rows_loaded == 3
    assert [warehouse.all(EMPLOYED, who(one))[0][:2] for one in ("u-7", "u-8", "u-9")] == [
        (date(2019, 6, 2), date(2021, 2, 3)),
        (date(2019, 6, 2), None),
        (date(2019, 6, 2), None),
    ]
    emails = warehouse.all(
        "select email from raw.generic__employees where employee_id = ?", who("u-7")
    )
    assert emails == [(who("ada@x.org"),)]


def test_users_of_bamboohr_link_their_address_to_the_employee(exports, warehouse):
    user = {"id": 1, "employeeId": 7, "firstName": "A", "lastName": "B", "email": "ada@x.org",
            "status": "enabled"}  # fmt: skip
    exports.json("hris/users.json", {"1": user, "2": {**user, "id": 2, "employeeId": None}})
    warehouse.load(exports)
    found = warehouse.all("select account, owner from raw.accounts__accounts")
    assert found == [(who("ada@x.org"), who("7"))]


def test_keys_that_differ_in_their_case_alone_are_one_column(exports, warehouse):
    stays = {"Employee_ID": "1", "Email": "a@x", "Hire_Date": "2020-01-01", "Termination_date": ""}
    left = {"Employee_ID": "2", "Email": "b@x", "Hire_Date": "2020-01-01",
            "Termination_Date": "2021-02-03"}  # fmt: skip
    exports.json("hris/x.json", {"Report_Entry": [stays] * 60 + [left]})
    assert load(exports, warehouse).rows_read == 61
    assert warehouse.all(EMPLOYED, who("2"))[0][:2] == (date(2020, 1, 1), date(2021, 2, 3))


def test_a_history_of_titles_gives_the_grades_that_they_end_in(exports, warehouse):
    header = ["emp_no", "title", "from_date", "to_date"]
    exports.rows("hris/x.csv", header, ["1", "Engineer (L4)", "2020-01-01", "2021-01-01"],
                 ["1", "Senior Engineer", "2021-01-01", "9999-01-01"])  # fmt: skip
    assert load(exports, warehouse).shape == "hr_titles__job_history"
    assert [row[2] for row in warehouse.all(JOBS)] == ["L4", None]


def test_a_history_in_a_spreadsheet_is_read_with_its_reasons(exports, warehouse):
    header = ["Worker ID", "Effective Date", "Business Process Reason", "Management Level", "Team"]
    exports.rows(
        "hris/x.csv",
        header,
        ["1", "2020-01-01", "Hire Employee > New Hire", "P3", "A"],
        ["1", "2021-01-01", "Promotion > Merit", "P4", "A"],
        ["1", "2022-01-01", "Lateral Move", "P4", "B"],
        ["1", "2023-01-01", "Data change", "P4", "B"],
    )
    assert load(exports, warehouse).shape == "hr_sheets__job_history"
    assert [(row[1], row[2]) for row in warehouse.all(JOBS)] == [
        ("hire", "P3"),
        ("promotion", "P4"),
        ("transfer", "P4"),
        ("other", "P4"),
    ]


@pytest.mark.parametrize("names", [("a-users", "b-ends"), ("b-users", "a-ends")])
def test_users_and_employments_of_successfactors_complete_each_other(exports, warehouse, names):
    employment = {
        "userId": "7",
        "personIdExternal": "p7",
        "startDate": "/Date(1583020800000)/",
        "endDate": "/Date(1682899200000)/",
    }
    users, ends = names
    exports.json(f"hris/{users}.json", {"d": {"results": [USER]}})
    exports.json(f"hris/{ends}.json", {"d": {"results": [employment]}})
    loaded = warehouse.load(exports)
    assert sum(one.rows_quarantined for one in loaded.files) == 0
    assert warehouse.all(EMPLOYED, who("7")) == [
        (date(2020, 3, 1), ENDED, None, None, "F", "Oslo", None)
    ]
    email = "select email from raw.generic__employees where employee_id = ?"
    assert warehouse.all(email, who("7")) == [(who("ada@example.org"),)]


def test_an_export_under_another_name_than_employees_is_enough(exports, warehouse):
    (exports.path / "hris" / "employees.csv").unlink()
    exports.json("hris/x.json", {"d": {"results": [USER]}})
    assert load(exports, warehouse).rows_loaded == 1
