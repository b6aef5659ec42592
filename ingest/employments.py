"""Employments out of a table of statuses: BambooHR says when each began, not when one ended.

Whoever gets a status other than `Terminated`, first or after being terminated, was hired on its
day; the next `Terminated` is the end. The spells become a file in the private folder of the
load, and that file is read like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from ingest import files
from ingest.errors import DamagedFileError
from ingest.files import Peek
from ingest.joined import Joined, by_folder, read_into
from ingest.moments import day_sql
from ingest.source import Plan
from ingest.sources.hr_systems import STATUS_COLUMNS, STATUSES
from ingest.sql import name, quote

NAME = "employments of its statuses"
# Of statuses of one day the table's numbers say the order; without them, an end comes first.
# An end on a day that nobody wrote down leaves the beginning unknown as well: the person would
# else count as employed to this day.
SPELLS = f"""
    with told as (
        select distinct
            employee, {day_sql("since")} as day, status, ending,
            try_cast(id as bigint) as number,
            coalesce(lower(status) like 'terminat%', false) as ends
        from statuses
        where employee is not null
    ),
    ordered as (
        select *, lag(ends, 1, true) over (
            partition by employee order by day, number, ends desc
        ) as was_out
        from told where day is not null
    ),
    numbered as (
        select *, count(*) filter (not ends and was_out) over (
            partition by employee order by day, number, ends desc rows unbounded preceding
        ) as spell
        from ordered
    ),
    spells as (
        select
            employee, spell, min(day) filter (not ends) as hired, min(day) filter (ends) as ended,
            arg_min(ending, day) filter (ends) as ending,
            arg_max(status, day) filter (not ends) as status
        from numbered group by all
        union all
        select employee, null, null, null, min(ending), min(status) filter (not ends)
        from told where day is null
        group by all
        having not bool_or(ends) or employee not in (from (select employee from ordered))
    )
    select
        employee as "employeeId",
        case
            when ended is not null
                or employee not in (select employee from told where ends and day is null)
            then hired::varchar
        end as "hireDate",
        ended::varchar as "terminationDate",
        ending as "terminationType",
        status as "employmentStatus"
    from spells
    union all
    -- Nobody's: they go on to where rows without an employee are counted.
    select
        null, since, null, ending, status
    from statuses
    where employee is null
    order by all
"""
NO_DAYS = f"""
    select count(*) from statuses
    where since is not null and since <> '0000-00-00' and {day_sql("since")} is null
"""


def is_part(plan: Plan) -> bool:
    """Whether a file is a table of statuses."""
    return plan.source == STATUSES


def join(tables: Iterable[tuple[Peek, Plan, str]], scratch: Path) -> Joined:
    """Make employments of the statuses in each folder.

    Parameters
    ----------
    tables
        What the look showed, how it is read, and the hash of its content.
    scratch
        Private folder for what is made of them.
    """
    made: list[tuple[Peek, str]] = []
    problems: dict[str, str] = {}
    notes: list[str] = []
    for folder, members in by_folder(tables).items():
        try:
            look, file_id, undated = _records(folder, members, scratch)
        except DamagedFileError as error:
            problems |= {look.name: str(error) for look, _, _ in members}
            continue
        made.append((look, file_id))
        if undated:
            notes.append(
                f"{look.name}: {undated} of their dates are no days, so what began then has an "
                "unknown day: write days as 2024-05-07"
            )
    return Joined(tuple(made), problems, tuple(notes))


def _records(
    folder: str, members: Sequence[tuple[Peek, Plan, str]], scratch: Path
) -> tuple[Peek, str, int]:
    """Write the employments that the tables of a folder say together, and count bad days."""
    together = "\n".join(sorted(file_id for _, _, file_id in members))
    file_id = hashlib.sha256(together.encode()).hexdigest()[:32]
    target = scratch / f"employments-{file_id}"
    columns = ", ".join(name(one) for one in STATUS_COLUMNS)
    with duckdb.connect() as connection:
        listed = ", ".join(f"{name(one)} varchar" for one in STATUS_COLUMNS)
        connection.execute(f"create table statuses ({listed})")
        for look, plan, _ in members:
            fields = plan.fills[0].fields
            given = ", ".join(f"nullif({fields[one]}, '')" for one in STATUS_COLUMNS)
            rows = f"(select {given} from {{}}) as n({columns})"
            read_into(connection, look, plan, f"insert into statuses from {rows}", scratch)
        connection.execute(f"copy ({SPELLS}) to {quote(str(target))} (format json)")
        (undated,) = connection.execute(NO_DAYS).fetchone() or (0,)
    at = max(look.modified_at for look, _, _ in members)
    return files.looks(target, f"{folder}/{NAME}", at)[0][0], file_id, undated
