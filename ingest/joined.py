"""Tables that are records only together, put together: GitHub's as Fivetran copies them.

The tables of a folder become one file of records as the interface gives them, in the private
folder of the load, and that file is read like any other. It is the same file as long as none of
its tables changes.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

import duckdb

from ingest import files, read
from ingest.errors import DamagedFileError
from ingest.files import Peek
from ingest.source import Plan
from ingest.sources.fivetran_github import COLUMNS, NEEDED, SOURCE
from ingest.sql import name, quote

NAME = "pull requests of its tables"
# Its moments are UTC and do not say so.
UTC = "case when regexp_full_match({0}, '[0-9-]{{10}}[ T][0-9:.]+') then {0} || 'Z' else {0} end"
PERSON = "case when {0}.login is not null then {{'login': {0}.login, 'type': {0}.\"type\"}} end"
PULLS = f"""
    select
        cast(issue.number as varchar) as number,
        {PERSON.format("author")} as "user",
        {UTC.format("issue.created_at")} as created_at,
        {UTC.format("issue.updated_at")} as updated_at,
        {UTC.format("merged.merged_at")} as merged_at,
        {UTC.format("issue.closed_at")} as closed_at,
        issue.state,
        pull_request.draft,
        issue.title,
        {{'repo': {{'full_name': repository.full_name}}}} as base,
        (
            select list({{
                'state': review.state,
                'submitted_at': {UTC.format("review.submitted_at")},
                'user': {PERSON.format("reviewer")}
            }})
            from pull_request_review as review
            left join "user" as reviewer on review.user_id = reviewer.id
            where review.pull_request_id = pull_request.id
        ) as reviews
    from pull_request
    inner join issue on pull_request.issue_id = issue.id
    left join repository on coalesce(issue.repository_id, pull_request.base_repo_id) = repository.id
    left join (
        select issue_id, min(merged_at) as merged_at from issue_merged group by 1
    ) as merged on issue.id = merged.issue_id
    left join "user" as author on issue.user_id = author.id
"""
USERS = """
    select 'user' as type, '' as url, "user".login, [{'address': user_email.email}] as emails
    from "user" inner join user_email on "user".id = user_email.user_id
    where user_email.email is not null
"""


@dataclass(frozen=True)
class Joined:
    """What tables came to: the records they make together, or what is missing.

    Attributes
    ----------
    looks
        Files of records, each with the hash of the tables it is made of.
    problems
        Name of a table's file -> why it cannot be used.
    notes
        On what was passed over inside tables that are used.
    """

    looks: tuple[tuple[Peek, str], ...]
    problems: Mapping[str, str]
    notes: tuple[str, ...] = ()


def is_part(plan: Plan) -> bool:
    """Whether a file is a table that says something only with others."""
    return plan.source == SOURCE


def by_folder(
    tables: Iterable[tuple[Peek, Plan, str]],
) -> Mapping[str, Sequence[tuple[Peek, Plan, str]]]:
    """Tables that lie together, by the path of their folder."""
    folders: dict[str, list[tuple[Peek, Plan, str]]] = defaultdict(list)
    for one in tables:
        folders[PurePosixPath(one[0].name).parent.as_posix()].append(one)
    return folders


def join(tables: Iterable[tuple[Peek, Plan, str]], scratch: Path) -> Joined:
    """Put the tables of each folder together.

    Parameters
    ----------
    tables
        What the look showed, how it is read, and the hash of its content.
    scratch
        Private folder for what is made of them.
    """
    made: list[tuple[Peek, str]] = []
    problems: dict[str, str] = {}
    for folder, members in by_folder(tables).items():
        have = {plan.shape for _, plan, _ in members}
        lacking = [one for one in NEEDED if one not in have]
        if lacking:
            reason = (
                "it is a table of GitHub as Fivetran copies it, which says something only with "
                f"others: put {', '.join(f'`{one}`' for one in lacking)} beside it"
            )
            problems |= {look.name: reason for look, _, _ in members}
            continue
        try:
            made += _records(folder, members, scratch)
        except DamagedFileError as error:
            problems |= {look.name: str(error) for look, _, _ in members}
    return Joined(tuple(made), problems)


def _records(
    folder: str, members: Sequence[tuple[Peek, Plan, str]], scratch: Path
) -> list[tuple[Peek, str]]:
    """Write the records of a folder's tables."""
    file_id = hashlib.sha256("\n".join(sorted(one for _, _, one in members)).encode())
    at = max(look.modified_at for look, _, _ in members)
    made = []
    with duckdb.connect() as connection:
        for table in COLUMNS:
            _copy(connection, table, [one for one in members if one[1].shape == table], scratch)
        for kind, query in (("pulls", PULLS), ("users", USERS)):
            target = scratch / f"joined-{kind}-{file_id.hexdigest()[:32]}"
            connection.execute(f"copy ({query}) to {quote(str(target))} (format json)")
            if target.stat().st_size:
                made.append(_look(target, f"{folder}/{NAME} ({kind})", at))
    return [
        (look, hashlib.sha256(file_id.digest() + look.name.encode()).hexdigest()[:32])
        for look in made
    ]


def _look(path: Path, name_inside: str, at: datetime) -> Peek:
    """Look at records that stand one a line, whatever lists are in them."""
    groups = files.looks(path, name_inside, at)
    return next(group[0] for group in groups if not group[0].steps)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    members: Sequence[tuple[Peek, Plan, str]],
    scratch: Path,
) -> None:
    """Read the files of a table, each in the first way that works; the newest row of an id counts.

    Raises
    ------
    DamagedFileError
        A file cannot be read to its end.
    """
    keys, more = COLUMNS[table]
    columns = [one for one in (*keys, *more) if not one.startswith("_")]
    named = ", ".join(name(one) for one in columns)
    listed = ", ".join(f"{name(one)} varchar" for one in columns)
    connection.execute(f"create table {name(table)} ({listed})")
    for look, plan, _ in sorted(members, key=lambda one: one[0].modified_at, reverse=True):
        fields = plan.fills[0].fields
        given = ", ".join(f"nullif({fields[one]}, '')" for one in columns)
        seen = f"select * from {name(table)} as seen where seen.id = new.id"
        known = f"where not exists ({seen})" if "id" in columns else ""
        into = f"insert into {name(table)} select * from (select {given} from {{}}) as new({named})"
        read_into(connection, look, plan, f"{into} {known}", scratch)


def read_into(
    connection: duckdb.DuckDBPyConnection, look: Peek, plan: Plan, statement: str, scratch: Path
) -> None:
    """Run a statement on the rows of a file, in the first way to read it that works.

    Parameters
    ----------
    statement
        SQL with `{}` where the file's rows belong.

    Raises
    ------
    DamagedFileError
        The file cannot be read to its end.
    """
    problem: DamagedFileError | None = None
    for attempt in read.attempts(look, plan, scratch):
        connection.execute("drop table if exists rejected")
        connection.execute("drop table if exists rejected_scan")
        try:
            relation = attempt.relation()
            source = f"{relation.sql} where ({relation.keep}) and ({plan.only})"
            connection.execute(statement.format(source))
        except duckdb.Error as error:
            problem = read.explain(error, look)
        except DamagedFileError as error:
            problem = error
        else:
            return
    if problem is not None:
        raise problem
