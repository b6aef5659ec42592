"""BambooHR, HiBob, Personio, SuccessFactors, Oracle, Gusto and Workday (as Fivetran copies it).

What a system says of a person's job now belongs to the day of its list (`ingest.snapshots`); tables
of changes are a history by themselves. A manager who is given by name is not linked.
"""

from __future__ import annotations

from ingest.declare import Column, Table
from ingest.snapshots import AS_OF, job_fill
from ingest.source import Fill, Title, VendorShape, cell
from ingest.sources.accounts import ACCOUNTS, accounts
from ingest.sources.generic import EMPLOYEES, JOB_HISTORY, LEAVES

TABLES: tuple[Table, ...] = ()
# Numbers of changes become moments in their order, so that of two on one day the later counts.
NUMBERED = "1000000000"


def ending_sql(text: str) -> str:
    """SQL for how an employment ended, from a type, a reason or a status."""
    return (
        f"case when regexp_matches({text}, 'involuntar|for cause|laid.?off|layoff|dismiss|fired|"
        f"redundan', 'i') then 'involuntary' "
        f"when regexp_matches({text}, 'voluntar|resign|quit|retire', 'i') then 'voluntary' end"
    )


def birth_year_sql(text: str) -> str:
    """SQL for the year in a date of birth; of two digits, the one that lies 16 years back."""
    year = f"regexp_extract({text}, '(19|20)[0-9]{{2}}')"
    short = f"regexp_extract({text}, '^[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]([0-9]{{2}})$', 1)"
    return (
        f"case when {year} <> '' then {year} when {short} > '12' then '19' || {short} "
        f"when {short} <> '' then '20' || {short} end"
    )


def hired_sql(hired: str, status: str, ended: str) -> str:
    """SQL for a hire date, null where someone left on a day that nobody wrote down.

    Such a person would else count as employed to this day.
    """
    unknown = f"coalesce({ended}, '') in ('', '0000-00-00', 'Bad Date')"
    return f"case when lower({status}) like 'terminated%' and {unknown} then null else {hired} end"


def _numbered(text: str) -> str:
    return f"({NUMBERED} + try_cast({text} as bigint))::varchar"


def _job_info(employee: str, updated_at: str | None = None) -> Fill:
    fields = {
        "employee_id": employee,
        "effective_date": cell("date"),
        "level": Title(cell("jobTitle")),
        "org": f"coalesce(nullif({cell('division')}, ''), {cell('department')})",
        "team": cell("department"),
    }
    return Fill(JOB_HISTORY, {**fields, **({"updated_at": updated_at} if updated_at else {})})


# Columns of a table of statuses, as `ingest.employments` reads them.
STATUSES = "bamboohr_statuses"
STATUS_COLUMNS = ("employee", "since", "status", "ending", "id")


def _statuses(shape: str, employee: str) -> VendorShape:
    """Declare a table of statuses, which says something of employments only as a whole."""
    declared = Table(
        f"{STATUSES}__{shape}", "", tuple(Column(one, "hash") for one in STATUS_COLUMNS), ()
    )
    endings = ("terminationTypeId", "terminationType", "terminationReasonId", "terminationReason")
    said = ", ".join(f"nullif({cell(one)}, '')" for one in endings)
    return VendorShape(
        declared.name,
        keys=frozenset({employee, "date", "employmentStatus"}),
        is_flat=True,
        columns={},
        fills=(
            Fill(
                declared,
                {
                    "employee": cell(employee),
                    "since": cell("date"),
                    "status": cell("employmentStatus"),
                    "ending": f"concat_ws(' ', {said})",
                    "id": cell("id"),
                },
            ),
        ),
    )


_USER_KEYS = frozenset({"_key", "id", "employeeId", "firstName", "lastName", "email", "status"})
BAMBOOHR = (
    _statuses("table", "employeeId"),
    _statuses("changed", "_key"),
    VendorShape(
        # Made of the statuses.
        "bamboohr__employments",
        keys=frozenset(
            {"employeeId", "hireDate", "terminationDate", "terminationType", "employmentStatus"}
        ),
        is_flat=True,
        columns={},
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": cell("employeeId"),
                    "hire_date": cell("hireDate"),
                    "termination_date": cell("terminationDate"),
                    "termination_type": ending_sql(cell("terminationType")),
                    "employment_type": cell("employmentStatus"),
                },
            ),
        ),
    ),
    VendorShape(
        "bamboohr__users",
        keys=frozenset({"employeeId", "email", "lastName", "status"}),
        is_one=lambda record: record.keys() <= _USER_KEYS | {"lastLogin"},
        columns={"employeeId": "VARCHAR", "email": "VARCHAR"},
        only='r."employeeId" is not null and r.email is not null',
        fills=(accounts("r.email", 'r."employeeId"'),),
    ),
    VendorShape(
        "bamboohr__employees",
        keys=frozenset({"id", "hireDate", "employmentHistoryStatus"}),
        is_flat=True,
        columns={},
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": cell("id"),
                    "email": f"coalesce(nullif({cell('workEmail')}, ''), {cell('bestEmail')})",
                    "hire_date": hired_sql(
                        cell("hireDate"), cell("employmentHistoryStatus"), cell("terminationDate")
                    ),
                    "termination_date": cell("terminationDate"),
                    "termination_type": ending_sql(cell("terminationType")),
                    "employment_type": "case when lower("
                    f"{cell('employmentHistoryStatus')}) <> 'terminated' "
                    f"then {cell('employmentHistoryStatus')} end",
                    "gender": cell("gender"),
                    "location": cell("location"),
                    "birth_year": birth_year_sql(cell("dateOfBirth")),
                    "updated_at": cell("lastChanged"),
                },
            ),
        ),
    ),
    VendorShape(
        "bamboohr__directory",
        keys=frozenset({"id", "displayName", "workEmail"}),
        is_flat=True,
        columns={},
        # Those who work here now, without dates: it names people, and nothing more.
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": cell("id"),
                    "email": cell("workEmail"),
                    "location": cell("location"),
                },
            ),
        ),
    ),
    VendorShape(
        "bamboohr__job_info",
        keys=frozenset({"employeeId", "date", "jobTitle", "reportsTo"}),
        is_flat=True,
        columns={},
        fills=(_job_info(cell("employeeId"), _numbered(cell("id"))),),
    ),
    VendorShape(
        "bamboohr__changed_job_info",
        # What changed since a day, by employee (`_key`); without numbers of its own.
        keys=frozenset({"_key", "date", "jobTitle", "reportsTo"}),
        is_flat=True,
        columns={},
        fills=(_job_info(cell("_key")),),
    ),
)
_SITE = "STRUCT(id VARCHAR, email VARCHAR)"
HIBOB = (
    VendorShape(
        "hibob__employees",
        keys=frozenset({"id", "email", "work", "internal"}),
        columns={
            "id": "VARCHAR",
            "email": "VARCHAR",
            "work": f'STRUCT("startDate" VARCHAR, title VARCHAR, department VARCHAR, '
            f'site VARCHAR, "reportsTo" {_SITE})',
            "internal": 'STRUCT("terminationDate" VARCHAR, "terminationType" VARCHAR)',
            "personal": "STRUCT(gender VARCHAR)",
            "employment": "STRUCT(type VARCHAR)",
        },
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": "r.id",
                    "email": "r.email",
                    "hire_date": 'r.work."startDate"',
                    "termination_date": 'r.internal."terminationDate"',
                    "termination_type": ending_sql('r.internal."terminationType"'),
                    "employment_type": "r.employment.type",
                    "gender": "r.personal.gender",
                    "location": "r.work.site",
                },
            ),
            job_fill(
                {
                    "as_of": AS_OF,
                    "level": Title("r.work.title"),
                    "org": "r.work.department",
                    "manager_id": 'r.work."reportsTo".id',
                }
            ),
        ),
    ),
    VendorShape(
        "hibob__work_history",
        keys=frozenset({"employeeId", "effectiveDate", "title", "department", "isCurrent"}),
        columns={
            "id": "VARCHAR",
            "employeeId": "VARCHAR",
            "effectiveDate": "VARCHAR",
            "title": "VARCHAR",
            "department": "VARCHAR",
            "reportsTo": _SITE,
            "workChangeType": "VARCHAR",
        },
        fills=(
            Fill(
                JOB_HISTORY,
                {
                    "employee_id": 'r."employeeId"',
                    "effective_date": 'r."effectiveDate"',
                    "event": "case when r.\"workChangeType\" ilike '%promotion%' "
                    "then 'promotion' when r.\"workChangeType\" ilike '%transfer%' "
                    "then 'transfer' end",
                    "level": Title("r.title"),
                    "org": "r.department",
                    "manager_id": 'r."reportsTo".id',
                },
            ),
        ),
    ),
)
_TEXT = "STRUCT(value VARCHAR)"
_NAMED = "STRUCT(value STRUCT(attributes STRUCT(name VARCHAR)))"
PERSONIO = (
    VendorShape(
        "personio__employees",
        keys=frozenset({"type", "attributes"}),
        is_one=lambda record: record.get("type") == "Employee",
        columns={
            "attributes": f"STRUCT(id {_TEXT}, email {_TEXT}, gender {_TEXT}, "
            f"status {_TEXT}, position {_TEXT}, employment_type {_TEXT}, hire_date {_TEXT}, "
            f"termination_date {_TEXT}, termination_type {_TEXT}, last_modified_at {_TEXT}, "
            f"office {_NAMED}, department {_NAMED}, team {_NAMED}, "
            "supervisor STRUCT(value STRUCT(attributes STRUCT(id STRUCT(value VARCHAR)))))",
        },
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": "r.attributes.id.value",
                    "email": "r.attributes.email.value",
                    "hire_date": "r.attributes.hire_date.value",
                    "termination_date": "r.attributes.termination_date.value",
                    "termination_type": "case r.attributes.termination_type.value "
                    "when 'employee' then 'voluntary' when 'employer' then 'involuntary' "
                    f"else {ending_sql('r.attributes.termination_type.value')} end",
                    "employment_type": "case r.attributes.employment_type.value "
                    "when 'external' then 'contractor' when 'internal' then null "
                    "else r.attributes.employment_type.value end",
                    "gender": "r.attributes.gender.value",
                    "location": "r.attributes.office.value.attributes.name",
                    "updated_at": "r.attributes.last_modified_at.value",
                },
            ),
            job_fill(
                {
                    "as_of": AS_OF,
                    "level": Title("r.attributes.position.value"),
                    "org": "r.attributes.department.value.attributes.name",
                    "team": "r.attributes.team.value.attributes.name",
                    "manager_id": "r.attributes.supervisor.value.attributes.id.value",
                }
            ),
        ),
    ),
)
SUCCESSFACTORS = (
    VendorShape(
        "successfactors__users",
        keys=frozenset({"userId", "hireDate", "email"}),
        is_flat=True,
        columns={},
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": cell("userId"),
                    "email": cell("email"),
                    "hire_date": cell("hireDate"),
                    "gender": cell("gender"),
                    "location": cell("location"),
                    # Employments know how it ended: a user only lends what they do not say.
                    "updated_at": "'1990-01-01T00:00:00Z'",
                },
            ),
        ),
    ),
    VendorShape(
        "successfactors__employments",
        keys=frozenset({"userId", "personIdExternal", "startDate"}),
        is_flat=True,
        columns={},
        # The end of an assignment abroad is not the end of an employment.
        only=f"coalesce({cell('assignmentClass')}, 'ST') <> 'GA'",
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": cell("userId"),
                    "hire_date": cell("startDate"),
                    "termination_date": cell("endDate"),
                },
            ),
            Fill(
                ACCOUNTS,
                {"account": "e", "owner": "parent.employee_id"},
                each=f"list_filter([{cell('personIdExternal')}], lambda one: one is not null)",
            ),
        ),
    ),
    VendorShape(
        "successfactors__jobs",
        keys=frozenset({"userId", "startDate", "seqNumber", "jobTitle"}),
        is_flat=True,
        columns={},
        fills=(
            Fill(
                JOB_HISTORY,
                {
                    "employee_id": cell("userId"),
                    "effective_date": cell("startDate"),
                    "event": f"case when {cell('eventReason')} ilike '%prom%' then 'promotion' "
                    f"when {cell('eventReason')} ilike '%demot%' then 'demotion' "
                    f"when {cell('eventReason')} ilike '%transf%' then 'transfer' end",
                    "level": f"coalesce(nullif({cell('payGrade')}, ''), {cell('jobLevel')})",
                    "job_family": cell("jobFamily"),
                    "org": f"coalesce(nullif({cell('division')}, ''), {cell('department')})",
                    "team": cell("department"),
                    "manager_id": f"nullif({cell('managerId')}, 'NO_MANAGER')",
                    "updated_at": _numbered(cell("seqNumber")),
                },
            ),
        ),
    ),
)
# A copy by Fivetran keeps every version of a row: the one in force counts.
IN_FORCE = (
    f"lower(coalesce({cell('_fivetran_active')}, 'true')) = 'true' "
    f"and lower(coalesce({cell('_fivetran_deleted')}, 'false')) <> 'true'"
)
WORKDAY = (
    VendorShape(
        "workday__employees",
        keys=frozenset({"id", "worker_code", "hire_date", "termination_date"}),
        is_flat=True,
        columns={},
        only=IN_FORCE,
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": cell("id"),
                    "hire_date": cell("hire_date"),
                    "termination_date": cell("termination_date"),
                    "termination_type": f"case lower({cell('termination_involuntary')}) "
                    "when 'true' then 'involuntary' when 'false' then 'voluntary' "
                    f"else {ending_sql(cell('primary_termination_category'))} end",
                    "regrettable": cell("regrettable_termination"),
                    "updated_at": cell("_fivetran_start"),
                },
            ),
            # The code is what people know; the other tables name the id.
            Fill(
                ACCOUNTS,
                {"account": "e", "owner": "parent.employee_id"},
                each=f"list_filter([nullif({cell('worker_code')}, ''), "
                f"nullif({cell('user_id')}, '')], lambda one: one is not null)",
            ),
        ),
    ),
    VendorShape(
        "workday__emails",
        keys=frozenset({"personal_info_system_id", "email_address", "email_code"}),
        is_flat=True,
        columns={},
        only=f"{IN_FORCE} and {cell('email_address')} is not null",
        fills=(accounts(cell("email_address"), cell("personal_info_system_id")),),
    ),
    VendorShape(
        "workday__positions",
        keys=frozenset({"worker_id", "position_id", "effective_date", "management_level_code"}),
        is_flat=True,
        columns={},
        only=f"lower(coalesce({cell('_fivetran_deleted')}, 'false')) <> 'true' "
        f"and lower(coalesce({cell('is_primary_job')}, 'true')) <> 'false'",
        fills=(
            Fill(
                JOB_HISTORY,
                {
                    "employee_id": cell("worker_id"),
                    "effective_date": cell("effective_date"),
                    "level": cell("management_level_code"),
                    "updated_at": cell("_fivetran_start"),
                },
            ),
        ),
    ),
    VendorShape(
        "workday__leaves",
        keys=frozenset({"worker_id", "leave_start_date", "leave_end_date"}),
        is_flat=True,
        columns={},
        only=f"lower(coalesce({cell('_fivetran_deleted')}, 'false')) <> 'true'",
        fills=(
            Fill(
                LEAVES,
                {
                    "employee_id": cell("worker_id"),
                    "start_date": cell("leave_start_date"),
                    "end_date": f"coalesce(nullif({cell('leave_end_date')}, ''), "
                    f"{cell('estimated_leave_end_date')})",
                },
            ),
        ),
    ),
)
_RELATIONSHIP = 'STRUCT("StartDate" VARCHAR, "TerminationDate" VARCHAR)[]'
ORACLE = (
    VendorShape(
        # A worker has a relationship for each time of being employed; lists may stand in `items`.
        "oracle_hcm__workers",
        keys=frozenset({"PersonNumber", "workRelationships"}),
        columns={"PersonNumber": "VARCHAR", "workRelationships": "JSON", "emails": "JSON"},
        lists={
            # Who has none is a worker all the same, hired nobody wrote down when.
            "one": "coalesce(nullif(try_cast(coalesce(r.\"workRelationships\"->'$.items', "
            f'r."workRelationships") as {_RELATIONSHIP}), []::{_RELATIONSHIP}), [null])'
        },
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": 'r."PersonNumber"',
                    "email": "coalesce(r.emails->>'$.items[0].EmailAddress', "
                    "r.emails->>'$[0].EmailAddress')",
                    "hire_date": 'one."StartDate"',
                    "termination_date": 'one."TerminationDate"',
                },
            ),
        ),
    ),
)
GUSTO = (
    VendorShape(
        "gusto__employees",
        keys=frozenset({"uuid", "jobs", "terminated"}),
        columns={
            **dict.fromkeys(("uuid", "email", "work_email", "terminated"), "VARCHAR"),
            "jobs": "STRUCT(hire_date VARCHAR)[]",
            "terminations": "STRUCT(effective_date VARCHAR)[]",
        },
        fills=(
            Fill(
                EMPLOYEES,
                {
                    "employee_id": "r.uuid",
                    # The other address is a private one.
                    "email": "coalesce(nullif(r.work_email, ''), r.email)",
                    "hire_date": "list_min(list_transform(r.jobs, lambda j: j.hire_date))",
                    # Who was hired again has the ends of before, and has not left.
                    "termination_date": "case when r.terminated = 'true' then list_max("
                    "list_transform(r.terminations, lambda t: t.effective_date)) end",
                },
            ),
        ),
    ),
)
SHAPES: tuple[VendorShape, ...] = (
    *(*BAMBOOHR, *HIBOB, *PERSONIO, *SUCCESSFACTORS, *WORKDAY, *ORACLE, *GUSTO),
)
