"""The books of a load: which file was loaded when, how many rows, and what was noted about them."""

from __future__ import annotations

import bisect
import fnmatch
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from ingest import file_names, sources
from ingest.convert import CODE_BITS, CODES, Trouble
from ingest.merge import Account, Origin
from ingest.source import Plan
from ingest.sql import number, quote, transaction
from ingest.stage import Staged
from pipeline.settings import Settings

# Raise it when the same file would now be read differently: files are then loaded anew.
ACCEPTED = "hris/identities-accepted.csv"  # links that a person accepted; edited by hand to undo
READER_VERSION = 5
_HASHED = "keyed('file ' || ?)"  # of a path; `file ` tells it from anybody's name
TROUBLE_CHECKS = {
    "unreadable": "readable",
    "sentinel": "not_sentinel",
    "unlisted": "on_the_list",
    "ambiguous": "order_known",
}
TROUBLE_WORDS = {
    "unreadable": "cannot be read and is taken for empty",
    "sentinel": 'stands for "never" or "none" and is taken for empty',
    "unlisted": "is not on the list of known values",
    "ambiguous": "could be day or month first (`date_order` in the mapping says which) and is "
    "taken for empty",
}


@dataclass(frozen=True)
class Load:
    """A row of `raw.loads`, as an earlier run left it; `path` is what is kept of its name."""

    file_id: str
    path: str
    source: str
    shape: str
    rows_read: int
    rows_quarantined: int
    first_event_at: datetime | None
    last_event_at: datetime | None
    fingerprint: str
    path_hash: str
    is_complete: bool

    @property
    def name(self) -> str:
        """`<source>__<shape>`."""
        return f"{self.source}__{self.shape}"


@dataclass(frozen=True)
class Noted:
    """Something noted about a table of a file: a check, how many rows failed it, and a sentence."""

    table: str
    check: str
    rows: int
    failed: int
    sentence: str


def fingerprint(settings: Settings, path: str) -> str:
    """Hash of every setting that changes how a file is read (12 hex characters)."""
    content = {
        "complete": is_complete(settings, path),
        "reader": READER_VERSION,
        "time_zone": settings.time_zone,
        "bots": sorted(settings.bots),
        "mapping": [
            one.model_dump(mode="json")
            for pattern, one in settings.mapping.items()
            if fnmatch.fnmatchcase(path, pattern)
        ][:1],
        "terms": {term: str(day) for term, day in settings.terms.items()},
        "reporting_groups": sorted(settings.reporting_groups),
        "employment_types": sorted(settings.population.employment_types_excluded),
        "measures": sorted(settings.measures),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def is_complete(settings: Settings, path: str) -> bool:
    """Whether an export is complete, by its path in the exports folder.

    The settings declare it; accepted links always are: who takes one out of the file, undoes it.
    """
    declared = any(fnmatch.fnmatchcase(path, pattern) for pattern in settings.complete)
    return declared or path == ACCEPTED


def loads(connection: duckdb.DuckDBPyConnection) -> dict[str, Load]:
    """Every file loaded so far, by content hash."""
    rows = connection.execute(
        "select file_id, path, source, shape, rows_read, rows_quarantined, first_event_at, "
        "last_event_at, load_fingerprint, path_hash, is_complete from raw.loads"
    ).fetchall()
    return {row[0]: Load(*row) for row in rows}


def notes(connection: duckdb.DuckDBPyConnection, staged: Staged, plan: Plan) -> list[Noted]:
    """Count what happened to the texts of one staged table, and look for signs of truncation."""
    table, total = staged.table, staged.facts.rows
    found = []
    for (column, trouble), failed in staged.troubles().items():
        check = f"{column}_{TROUBLE_CHECKS[trouble]}"
        words = f"{column} {TROUBLE_WORDS[trouble]} in {failed} of {total} rows"
        if trouble != "sentinel":
            words += f" (first in row {_first(connection, staged, column, trouble)})"
        found.append(Noted(table.name, check, total, failed, words))
    if table == plan.fills[0].table:
        for sign in plan.suspicions:
            failed = number(connection, f"select ({sign.when})::int from {staged.rows}")
            if failed:
                words = sign.message.format(failed=failed, rows=total)
                found.append(Noted(table.name, sign.name, total, failed, words))
    return found


def _first(
    connection: duckdb.DuckDBPyConnection, staged: Staged, column: str, trouble: Trouble
) -> int:
    """Find the first usable row of a file in which a column is in trouble."""
    code = f"(_flags >> {staged.troubled.index(column) * CODE_BITS}) & {(1 << CODE_BITS) - 1}"
    where = f"_bad = 0 and {code} = {CODES[trouble]}"
    return number(connection, f"select min(_row) from {staged.rows} where {where}")


def quarantined(connection: duckdb.DuckDBPyConnection, file_id: str) -> list[str]:
    """Say what was quarantined of a file and what to do about it."""
    rows = connection.execute(
        "select table_name, rule, column_name, advice, sum(count), min(row_number) "
        "from raw.quarantine where file_id = ? group by all order by all",
        [file_id],
    ).fetchall()
    return [
        f"{count} {'row' if count == 1 else 'rows'} of {table} cannot be used "
        f"({f'{column}: ' if column else ''}{rule}, first in row {first}): {advice}"
        for table, rule, column, advice, count, first in rows
    ]


def forget(connection: duckdb.DuckDBPyConnection, file_id: str, path: str) -> None:
    """Strike what was noted of a file before it is loaded anew, or of what lay at its path."""
    for table in ("loads", "load_tables", "load_checks", "quarantine"):
        connection.execute(f"delete from raw.{table} where file_id = ?", [file_id])
    connection.execute(
        "delete from raw.quarantine where path_hash = ?", [path_hash(connection, path)]
    )


def path_hash(connection: duckdb.DuckDBPyConnection, path: str) -> str:
    """Hash the path of a file with the key, which the connection must offer."""
    ((found,),) = connection.execute(f"select {_HASHED}", [path]).fetchall()
    return str(found)


def origin(
    connection: duckdb.DuckDBPyConnection, file_id: str, path: str, loaded_at: datetime
) -> Origin:
    """Say where the rows of a file come from, without its name."""
    return Origin(file_id, file_names.kept(path), loaded_at, path_hash(connection, path))


def hide_names(connection: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> int:
    """Keep of names that an earlier version kept whole what may be kept, and count them.

    The freed pages still hold them then, which `raw.to_rewrite` says.
    """
    rows = connection.execute(
        "select distinct path from (select path, path_hash from raw.loads union all "
        "select path, path_hash from raw.quarantine) where path_hash is null and path is not null"
    ).fetchall()
    paths = [str(path) for (path,) in rows]
    if not paths:
        return 0
    said = [file_names.kept(path) for path in paths]
    complete = [is_complete(settings, path) for path in paths]
    with transaction(connection):
        connection.execute(
            "create or replace temp table said as select unnest($1::varchar[]) as path, "
            "unnest($2::varchar[]) as kept, unnest($3::boolean[]) as complete",
            [paths, said, complete],
        )
        hashed = _HASHED.replace("?", "said.path")
        for table, more in (("loads", ", is_complete = said.complete"), ("quarantine", "")):
            connection.execute(
                f"update raw.{table} as t set path = said.kept, path_hash = {hashed}{more} "
                "from said where t.path = said.path and t.path_hash is null"
            )
        connection.execute("drop table said")
        connection.execute("insert into raw.to_rewrite values (?)", [now])
    return len(paths)


def name_parts(
    connection: duckdb.DuckDBPyConnection,
    file_id: str,
    parts: Sequence[tuple[str, str]],
    ends: Sequence[int],
) -> None:
    """Name the file and the row in it of what was quarantined of a set of files read as one.

    Parameters
    ----------
    parts, ends
        Path and content hash of the files, and the number of the last row of each in the set.
    """
    names = [name for name, _ in parts]
    connection.execute(
        "delete from raw.quarantine where file_id <> ? and path_hash in "
        f"(select {_HASHED.replace('?', 'path')} from (select unnest(?::varchar[]) as path))",
        [file_id, names],
    )
    rows = connection.execute(
        "select distinct row_number from raw.quarantine where file_id = ?", [file_id]
    ).fetchall()
    for (row,) in rows:
        part = bisect.bisect_left(ends, row)
        before = ends[part - 1] if part else 0
        connection.execute(
            f"update raw.quarantine set path = ?, path_hash = {_HASHED}, part_id = ?, "
            "row_number = ? where file_id = ? and row_number = ? and part_id is null",
            [file_names.kept(names[part]), *parts[part], row - before, file_id, row],
        )


def enter(
    connection: duckdb.DuckDBPyConnection,
    load: Load,
    accounts: Sequence[Account],
    noted: Sequence[Noted],
    loaded_at: datetime,
    size: int,
) -> None:
    """Write a loaded file into the books; the first account is that of its records."""
    main = accounts[0]
    rows = (main.read, main.loaded, main.known, main.quarantined)
    span = (load.first_event_at, load.last_event_at)
    of_file = (load.file_id, load.path, load.source, load.shape, *rows, *span, loaded_at)
    more = (load.fingerprint, size, load.path_hash, load.is_complete)
    _insert(connection, "loads", [(*of_file, *more)])
    of_tables = [
        (load.file_id, one.table.name, one.read, one.loaded, one.known, one.quarantined, loaded_at)
        for one in accounts
    ]
    _insert(connection, "load_tables", of_tables)
    _insert(
        connection,
        "load_checks",
        [(load.file_id, one.table, one.check, one.rows, one.failed) for one in noted],
    )


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        places = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into raw.{table} values ({places})", rows)


@dataclass(frozen=True)
class Share:
    """How much of a table's rows in the files at hand could not be used."""

    table: str
    read: int
    quarantined: int
    counted: int

    @property
    def value(self) -> float:
        """Share of rows that count as unusable, 0 to 1."""
        return self.counted / self.read if self.read else 0.0


def shares(connection: duckdb.DuckDBPyConnection, file_ids: Sequence[str]) -> list[Share]:
    """Give each table's share of unusable rows over the files that lie in the exports now."""
    exempt = {rule.name for table in sources.tables() for rule in table.rules if not rule.counts}
    listed = ", ".join(quote(rule) for rule in sorted(exempt)) or "''"
    rows = connection.execute(
        f"""
        with read as (
            select table_name, sum(rows_read) as rows, sum(rows_quarantined) as quarantined
            from raw.load_tables where file_id in (select unnest($ids)) group by table_name
        ),
        bad as (
            select table_name, sum(count) as counted from raw.quarantine
            where file_id in (select unnest($ids)) and rule not in ({listed}) group by table_name
        )
        select
            read.table_name, read.rows::bigint, read.quarantined::bigint,
            coalesce(bad.counted, 0)::bigint
        from read left join bad on bad.table_name = read.table_name
        order by read.table_name
        """,
        {"ids": list(file_ids)},
    ).fetchall()
    return [Share(*row) for row in rows]
