r"""Jobs out of employee lists: a list of a known day says which job everyone had on that day.

Two or more dated lists are a history. The day is a column of the list (`as_of`, `Report date`),
else the settings say it (`constants = { as_of = "2024-03-31" }`), else it stands in the file's name
(`people-2024-03-31.csv`). A list without a day says nothing about jobs: the time at which a file
was written is when it was copied as often as not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ingest import mapped
from ingest.files import Peek
from ingest.source import Fill, Plan, Suspicion, Title
from ingest.sources.generic import EMPLOYEES, JOB_HISTORY
from ingest.sql import quote
from pipeline.settings import FileMapping

AS_OF = "$as_of"  # stands for the day of a list in the SQL of a vendor's shape
IN_NAME = re.compile(
    r"(?<![0-9])(20[0-9]{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
# Field of a job -> names of its column, the best first.
DAYS = ("as_of", "as_of_date", "snapshot_date", "report_date", "extract_date", "effective_date")
JOB_COLUMNS: dict[str, tuple[str, ...]] = {
    "level": (
        *("level", "job_level", "grade", "job_grade", "pay_grade", "career_level", "band"),
        *("management_level", "management_level_code", "compensation_grade"),
    ),
    "job_family": ("job_family", "job_family_group", "job_function", "function", "discipline"),
    "org": (
        *("org", "division", "business_unit", "org_name"),
        *("department", "department_name", "dept"),
    ),
    "team": (
        *("team", "team_id", "team_name", "supervisory_organization", "sub_department"),
        *("department", "department_name", "dept"),
    ),
    "manager_id": (
        *("manager_id", "supervisor_id", "manager_employee_id", "reports_to_id", "manager_email"),
        *("supervisor_email", "line_manager_id"),
    ),
}
UNDATED = Suspicion(
    "list_dated",
    "count(*)",
    "it says which job everyone has, but not on which day, so that its jobs are not used: put the "
    "day in a column `as_of` or in the file's name (people-2024-03-31.csv)",
)
TITLES = (
    "job_title",
    "business_title",
    "title",
    "position_title",
    "position",
    "role",
    "designation",
)


def job_fill(each: Mapping[str, str], employee: str = "parent.employee_id") -> Fill:
    """Fill job history with the job that a record of an employee list shows.

    Parameters
    ----------
    each
        Field of a job, and `as_of` -> SQL over the record `r`.
    """
    struct = ", ".join(f"{quote(field)}: ({sql})::varchar" for field, sql in each.items())
    fields = {field: f"e.{field}" for field in each if field != "as_of"}
    level = each.get("level")
    if isinstance(level, Title):
        fields["level"] = Title("e.level")
    return Fill(
        JOB_HISTORY,
        {"employee_id": employee, "effective_date": "e.as_of", **fields},
        each=f"case when nullif(({each['as_of']})::varchar, '') is not null "
        f"then [{{{struct}}}] else [] end",
    )


def with_jobs(plan: Plan, look: Peek, mapping: FileMapping | None) -> Plan:
    """Read the jobs in a list of employees of a known day."""
    if plan.fills[0].table.name != EMPLOYEES.name or any(_is_job(fill) for fill in plan.fills):
        return plan
    return _with_columns(plan, look, mapping)


def dated(plan: Plan, look: Peek, mapping: FileMapping | None, *, is_complete: bool) -> Plan:
    """Put the day of the list where a shape wants it, and grades in place of titles.

    Parameters
    ----------
    is_complete
        Whether the list names everyone employed on its day: then being missing from it says
        something, too.
    """
    day = day_of(look, mapping)
    text = quote(day) if day else "null"
    if is_complete and plan.fills[0].table.name == EMPLOYEES.name:
        plan = _listed(plan, look)
    uses = any(
        AS_OF in part for fill in plan.fills for part in (*fill.fields.values(), fill.each or "")
    )
    undated = uses and day is None and not any(_has_day(fill) for fill in plan.fills)
    return replace(
        plan,
        fills=tuple(_dated(fill, text) for fill in plan.fills),
        suspicions=(*plan.suspicions, UNDATED) if undated else plan.suspicions,
        day=day if uses else None,
    )


def day_of(look: Peek, mapping: FileMapping | None) -> str | None:
    """Give the day of a list, as the settings or its name say it: `2024-03-31`."""
    if mapping is not None and "as_of" in mapping.constants:
        return mapping.constants["as_of"]
    found = IN_NAME.search(look.name.rsplit("/", maxsplit=1)[-1])
    return "-".join(found.groups()) if found else None


def _listed(plan: Plan, look: Peek) -> Plan:
    """Keep the day of a list with everyone on it."""
    from ingest.recognise import canonical

    have = {canonical(column): column for column in reversed(look.columns) if column}
    column = next((have[name] for name in DAYS if name in have), None)
    first, *others = plan.fills
    day = f"coalesce(nullif({mapped.text(look, column)}, ''), {AS_OF})" if column else AS_OF
    return replace(
        plan,
        columns={**({mapped.key(look, column): "VARCHAR"} if column else {}), **plan.columns},
        fills=(replace(first, fields={**first.fields, "as_of": day}), *others),
    )


def _with_columns(plan: Plan, look: Peek, mapping: FileMapping | None) -> Plan:
    """Add the job that the columns of a list show."""
    from ingest.recognise import canonical  # it imports this module

    have = {canonical(column): column for column in reversed(look.columns) if column}
    used: list[str] = []

    def first(names: tuple[str, ...]) -> str | None:
        column = next((have[name] for name in names if name in have), None)
        if column is None:
            return None
        used.append(column)
        return mapped.text(look, column)

    each = {field: sql for field, names in JOB_COLUMNS.items() if (sql := first(names))}
    if "org" in each and each.get("team") == each["org"]:
        del each["team"]
    if "level" not in each and (title := first(TITLES)):
        each["level"] = Title(title)
    if not each:
        return plan
    level = "level" in each
    day = first(DAYS)
    each["as_of"] = f"coalesce(nullif({day}, ''), {AS_OF})" if day else AS_OF
    if not day and not day_of(look, mapping):
        return replace(plan, suspicions=(*plan.suspicions, UNDATED)) if level else plan
    keys = [mapped.key(look, column) for column in used]
    return replace(
        plan,
        columns={**dict.fromkeys(keys, "VARCHAR"), **plan.columns},
        fills=(*plan.fills, job_fill(each)),
        unused=tuple(one for one in plan.unused if one not in used),
    )


def _has_day(fill: Fill) -> bool:
    """Whether the records of a list may tell its day themselves."""
    return f", {AS_OF})" in (fill.each or "")


def _is_job(fill: Fill) -> bool:
    return fill.table.name == JOB_HISTORY.name


def _dated(fill: Fill, day: str) -> Fill:
    fields = {
        field: mapped.graded_sql(sql)
        if isinstance(sql, Title)
        else type(sql)(sql.replace(AS_OF, day))
        for field, sql in fill.fields.items()
    }
    return replace(fill, fields=fields, each=fill.each and fill.each.replace(AS_OF, day))
