"""Employee lists and job histories: reports and spreadsheets of any HR system.

Workday's reports have the columns that their author chose, Rippling and the like show labels, and
spreadsheets have whatever was typed: only the names declared here are known, anything else is left
to a mapping in the settings. A manager who is given by name is not linked.
"""

from __future__ import annotations

from ingest.declare import Table
from ingest.sheet import Part, Sheet
from ingest.snapshots import JOB_COLUMNS, TITLES
from ingest.sources.generic import EMPLOYEES, JOB_HISTORY
from ingest.sources.hr_systems import birth_year_sql, ending_sql

TABLES: tuple[Table, ...] = ()
EMPLOYEE_ID = Part(
    (
        *("employee_id", "emp_id", "empid", "employee_number", "employee_no", "employee_num"),
        *("emp_no", "worker_id", "worker_code", "person_number", "personnel_number", "staff_id"),
        *("associate_id", "payroll_id", "eeid", "employee_code", "user_id"),
    )
)
EMAIL = Part(
    (
        *("email", "work_email", "email_address", "work_email_address", "business_email"),
        *("company_email", "email_work", "employee_email", "primary_work_email", "mail", "e_mail"),
        "email_id",
    )
)
HIRED = Part(
    (
        *("hire_date", "date_of_hire", "dateof_hire", "date_hired", "hired_on", "hired"),
        *("start_date", "employment_start_date", "company_start_date", "work_start_date"),
        *("original_hire_date", "most_recent_hire_date", "last_hire_date", "join_date"),
        *("joining_date", "date_of_joining", "date_joined", "joined", "continuous_service_date"),
        "dateofjoining",
    )
)
ENDED = Part(
    (
        *("termination_date", "date_of_termination", "dateof_termination", "date_terminated"),
        *("terminated_on", "term_date", "end_date", "employment_end_date", "exit_date"),
        *("leave_date", "leaving_date", "last_day", "last_day_of_work", "last_working_day"),
        *("separation_date", "contract_end_date", "dateofexit", "date_of_exit"),
    )
)
ENDING = Part(
    (
        *("termination_type", "termination_category", "primary_termination_category"),
        *("exit_type", "separation_type", "term_reason+employment_status"),
        *("termination_reason+employment_status", "termination_reason", "term_reason"),
        *("reason_for_leaving", "exit_reason", "employment_status"),
    ),
    text=ending_sql("{text}"),
)
REGRETTABLE = Part(
    (
        *("regrettable", "regrettable_termination", "termination_regrettable", "regretted"),
        *("regrettable_loss", "regretted_loss", "regrettable_attrition", "regretted_attrition"),
        *("regrettable_leaver", "regretted_leaver", "is_regrettable", "is_regretted"),
    ),
    text="case when regexp_matches({text}, '^ *(non|not|un)[- ]*regret', 'i') then 'false' "
    "when regexp_matches({text}, '^ *regret', 'i') then 'true' else {text} end",
)
# What shows that a list is one of employees, and not of leaves or of machines.
TELLING = Part(
    (
        *EMAIL.columns,
        *("full_name", "employee_name", "employee", "name", "first_name", "last_name", "surname"),
        *("worker", "legal_name", "preferred_name", "display_name", *TITLES),
    )
)
TYPE = (
    *("employment_type", "employee_type", "worker_type", "contract_type", "employment_category"),
    *("worker_category", "employment_history_status", "time_type"),
)
TYPE_WORDS = (
    "case when regexp_matches({text}, 'full.?time', 'i') then 'full_time' "
    "when regexp_matches({text}, 'part.?time', 'i') then 'part_time' "
    "when regexp_matches({text}, 'contractor|contingent|freelanc|consultant', 'i') "
    "then 'contractor' when regexp_matches({text}, '(^|[^a-z])intern(ship)?([^a-z]|$)', 'i') "
    "then 'intern' when regexp_matches({text}, '^(terminated|inactive)$', 'i') then null "
    "else {text} end"
)
JOB_PARTS = {
    field: Part(columns) for field, columns in JOB_COLUMNS.items() if field != "manager_id"
}
EMPLOYEE_PARTS = {
    "employee_id": EMPLOYEE_ID,
    "email": EMAIL,
    "hire_date": HIRED,
    "termination_date": ENDED,
    "termination_type": ENDING,
    "regrettable": REGRETTABLE,
    "employment_type": Part(TYPE, text=TYPE_WORDS),
    "gender": Part(("gender", "sex", "gender_identity")),
    "location": Part(
        (
            *("location", "work_location", "office", "office_location", "site"),
            *("location_name", "city", "state", "country"),
        )
    ),
    "birth_year": Part(
        ("birth_year", "date_of_birth", "dob", "birth_date", "birthday"),
        text=birth_year_sql("{text}"),
    ),
    "updated_at": Part(("updated_at", "last_updated", "last_modified", "last_changed")),
    "telling": TELLING,
}
HISTORY_PARTS = {
    "employee_id": EMPLOYEE_ID,
    "effective_date": Part(
        (
            *("effective_date", "change_date", "date_effective", "valid_from", "from_date"),
            *("position_start_date", "job_start_date", "date_of_change"),
        )
    ),
    "event": Part(
        (
            *("event", "event_type", "change_type", "change_reason", "reason"),
            *("job_change_reason", "business_process_reason", "action", "event_reason"),
        ),
        text="case when {text} ilike '%promot%' then 'promotion' "
        "when {text} ilike '%demot%' then 'demotion' "
        "when {text} ilike '%transfer%' or {text} ilike '%lateral%' then 'transfer' "
        "when regexp_matches({text}, '(^|[^a-z])(re)?hire', 'i') then 'hire' "
        "else {text} end",
    ),
    **JOB_PARTS,
    "manager_id": Part(JOB_COLUMNS["manager_id"]),
    "updated_at": Part(("updated_at", "last_updated", "last_modified")),
}
SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "hr_sheets__employees",
        EMPLOYEES,
        EMPLOYEE_PARTS,
        needs=frozenset({"employee_id", "hire_date", "telling"}),
    ),
    # Anything may have an id, a name and a start: with a plain id, the day must be one of hiring.
    Sheet(
        "hr_reports__employees",
        EMPLOYEES,
        {
            **EMPLOYEE_PARTS,
            "employee_id": Part(("id",)),
            "hire_date": Part(tuple(one for one in HIRED.columns if "hire" in one)),
        },
        needs=frozenset({"employee_id", "hire_date", "telling"}),
    ),
    # Some systems show no number at all: there the address is the name of a person.
    Sheet(
        "hr_addresses__employees",
        EMPLOYEES,
        {
            **EMPLOYEE_PARTS,
            "employee_id": Part(otherwise="{email}"),
            "telling": Part((*TITLES, "department", "manager")),
        },
        needs=frozenset({"email", "hire_date", "telling"}),
    ),
    Sheet(
        "hr_sheets__job_history",
        JOB_HISTORY,
        HISTORY_PARTS,
        needs=frozenset({"employee_id", "effective_date", "level"}),
    ),
    Sheet(
        "hr_titles__job_history",
        JOB_HISTORY,
        {**HISTORY_PARTS, "level": Part(TITLES, is_title=True)},
        needs=frozenset({"employee_id", "effective_date", "level"}),
    ),
)
