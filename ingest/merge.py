"""Staged rows into raw tables: what is new replaces what it supersedes, and every row is counted.

Runs inside one transaction a file. A row is known if a newer row with its key was loaded before,
if it says nothing new, or if the same file has a later row with its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from ingest import forget
from ingest.declare import LOAD_COLUMNS, Column, Table
from ingest.errors import AccountingError
from ingest.read import Broken
from ingest.sql import changed, count, name, quote
from ingest.stage import Staged, bot_sql
from pipeline.settings import Settings

LOAD_NAMES = tuple(column for column, _ in LOAD_COLUMNS)


@dataclass(frozen=True)
class Origin:
    """Where rows come from and when: content hash, path as it is kept, time of the load.

    Attributes
    ----------
    path_hash
        Keyed hash of the whole path.
    """

    file_id: str
    path: str
    loaded_at: datetime
    path_hash: str = ""


@dataclass(frozen=True)
class Account:
    """Rows of one table in one file: read = loaded + known + quarantined."""

    table: Table
    read: int
    loaded: int
    known: int
    quarantined: int

    def check(self) -> None:
        """Hold the account to its identity.

        Raises
        ------
        AccountingError
            A row is missing or counted twice.
        """
        if self.read != self.loaded + self.known + self.quarantined:
            raise AccountingError(
                f"{self.table.name}: {self.read} rows read, but {self.loaded} loaded, "
                f"{self.known} known and {self.quarantined} quarantined"
            )


def make_pseudonyms(
    connection: duckdb.DuckDBPyConnection, staged: Sequence[Staged], settings: Settings
) -> None:
    """Hash every distinct name once, and find the bots among those who can be one.

    Creates the temporary tables `pseudonyms` (name, hash, is_forgotten) and `bots` (name), for all
    files that were staged together.
    """
    tables = {one.relation: one for one in staged}.values()
    named = [
        f"select {name(column.name)} as name from {one.relation}"
        for one in tables
        for column in one.table.stored
        if column.is_hashed
    ]
    acting = [
        f"select {name(column.flags)} as name from {one.relation}"
        for one in tables
        for column in one.table.stored
        if column.flags is not None
    ]
    nobody = "select null::varchar as name where false"
    connection.execute(
        "create or replace temp table pseudonyms as select name, keyed(name) as hash, "
        "hash in (from raw.forgotten) as is_forgotten "
        f"from (select distinct name from ({' union all '.join(named or [nobody])})) "
        "where name is not null"
    )
    connection.execute(
        "create or replace temp table bots as select distinct name "
        f"from ({' union all '.join(acting or [nobody])}) where {bot_sql('name', settings)}"
    )


def merge(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    broken: Sequence[Broken],
    origin: Origin,
) -> Account:
    """Put the staged rows of one table where they belong.

    Parameters
    ----------
    broken
        Lines of the file that are no row at all; they count as read and quarantined.

    Raises
    ------
    AccountingError
        The counts do not add up.
    """
    rows, bad = staged.facts.rows, staged.facts.bad
    if bad or broken:
        _quarantine(connection, staged, broken, origin)
    repeated = find_repeated(connection, staged)
    table = staged.table
    hashed = hashed_sql(staged, origin)
    if count(connection, f"from (from raw.{name(table.name)} limit 1)") == 0:
        loaded, unchanged = _insert(connection, table, hashed), 0
    else:
        connection.execute(f"create or replace temp table incoming as {hashed}")
        loaded, unchanged = _supersede(connection, table, origin)
        connection.execute("drop table incoming")
    account = Account(table, rows + len(broken), loaded, repeated + unchanged, bad + len(broken))
    account.check()
    return account


def retire(
    connection: duckdb.DuckDBPyConnection, table: Table, where: str, loaded_at: datetime
) -> int:
    """Move rows of a raw table to its history.

    Parameters
    ----------
    where
        SQL condition over the raw table's columns.

    Returns
    -------
    int
        Number of rows moved.
    """
    _keep_as_was(connection, table, where, loaded_at)
    return changed(connection, f"delete from raw.{name(table.name)} where {where}")


def _keep_as_was(
    connection: duckdb.DuckDBPyConnection, table: Table, where: str, loaded_at: datetime
) -> None:
    """Copy rows of a raw table to its history, as they were until now."""
    stored = (*(one.name for one in table.stored), *LOAD_NAMES)
    into = ", ".join(name(column) for column in stored)
    columns = ", ".join("null" if column in table.forgets else name(column) for column in stored)
    connection.execute(
        f"insert into raw.{name(table.history)} ({into}, _superseded_at) "
        f"select {columns}, $loaded_at from raw.{name(table.name)} where {where}",
        {"loaded_at": loaded_at},
    )


def _quarantine(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    broken: Sequence[Broken],
    origin: Origin,
) -> None:
    """Note every row that cannot be used.

    Raises
    ------
    AccountingError
        More or fewer rows are noted than are bad.
    """
    rules = ", ".join(
        f"({number}, {quote(rule.column)}, {quote(rule.name)}, {quote(rule.advice)})"
        for number, rule in enumerate(staged.rules, start=1)
    )
    note = {"file_id": origin.file_id, "path": origin.path, "table_name": staged.table.name}
    path_hash = quote(origin.path_hash)
    noted = changed(
        connection,
        "insert into raw.quarantine "
        "select $file_id, $path, $table_name, s._row, rules.column_name, rules.rule, "
        f"rules.advice, 1, {path_hash}, null from {staged.rows} as s "
        f"join (values {rules}) as rules(number, column_name, rule, advice) "
        "on rules.number = s._bad where s._bad > 0",
        note,
    )
    if noted != staged.facts.bad:
        raise AccountingError(f"{staged.table.name}: {noted} of {staged.facts.bad} rows noted")
    if broken:
        connection.executemany(
            f"insert into raw.quarantine values (?, ?, ?, ?, '', ?, ?, 1, {path_hash}, null)",
            [(*note.values(), line.row, line.rule, line.advice) for line in broken],
        )


def find_repeated(connection: duckdb.DuckDBPyConnection, staged: Staged) -> int:
    """List in `repeated` the rows of which the same file has a later one, and count them.

    Rows about people who were erased are among them: they were known, and are not to be again.
    """
    key = ", ".join(name(column) for column in staged.table.key)
    same = same_key(staged.table, "s", "k")
    connection.execute(
        f"""
        create or replace temp table repeated as
        with keys as (
            select {key} from {staged.rows} where _bad = 0
            group by {key} having count(*) > 1
        ),
        ranked as (
            select s._seq, row_number() over (
                partition by {", ".join(f"s.{name(column)}" for column in staged.table.key)}
                order by s._updated_at desc, s._seq desc
            ) as place
            from {staged.rows} as s join keys as k on {same}
            where s._bad = 0
        )
        select _seq from ranked where place > 1{_of_forgotten(staged)}
        """
    )
    return count(connection, "from repeated")


def _of_forgotten(staged: Staged) -> str:
    """SQL that adds the rows about forgotten people."""
    named = "(select name from pseudonyms where is_forgotten)"
    columns = forget.subjects(staged.table)
    about = " or ".join(f"{name(column)} in {named}" for column in columns)
    return f" union select _seq from {staged.rows} where _bad = 0 and ({about})" if about else ""


def hashed_sql(staged: Staged, origin: Origin) -> str:
    """SQL for the usable rows as they are stored: names hashed, with the load's own columns."""
    joins: list[str] = []
    columns: list[str] = []
    for column in staged.table.stored:
        columns.append(f"{_stored_sql(column, staged, joins)} as {name(column.name)}")
    loaded_at = f"{quote(origin.loaded_at.isoformat())}::timestamptz"
    return (
        f"select {', '.join(columns)}, {quote(origin.file_id)} as _file_id, s._row, "
        f"{loaded_at} as _loaded_at, s._updated_at from {staged.rows} as s "
        f"{' '.join(joins)} where s._bad = 0 "
        "and not exists (select 1 from repeated where repeated._seq = s._seq)"
    )


def _stored_sql(column: Column, staged: Staged, joins: list[str]) -> str:
    """SQL for one stored column; adds the joins it needs."""
    at = f"j{len(joins)}"
    if column.is_hashed:
        joins.append(f"left join pseudonyms as {at} on {at}.name = s.{name(column.name)}")
        is_person = column.kind == "person"
        return f"case when not {at}.is_forgotten then {at}.hash end" if is_person else f"{at}.hash"
    if column.flags is not None:
        joins.append(f"left join bots as {at} on {at}.name = s.{name(column.flags)}")
        says = f" or s.b_{column.flags}" if column.flags in staged.known_bots else ""
        return f"({at}.name is not null{says})"
    return f"s.{name(column.name)}"


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: str) -> int:
    columns = (*(column.name for column in table.stored), *LOAD_NAMES)
    listed = ", ".join(name(column) for column in columns)
    return changed(connection, f"insert into raw.{name(table.name)} ({listed}) {rows}")


def _supersede(
    connection: duckdb.DuckDBPyConnection, table: Table, origin: Origin
) -> tuple[int, int]:
    """Merge `incoming` into a raw table that has rows: (rows loaded, rows known)."""
    raw = f"raw.{name(table.name)}"
    _complete(connection, table, origin)
    others = [column.name for column in table.stored if column.name not in table.key]
    differs = " or ".join(f"i.{name(one)} is distinct from t.{name(one)}" for one in others)
    newly, again = "differs and is_newer", "not differs and is_later"
    connection.execute(
        f"""
        create or replace temp table met as
        select
            i.rowid as incoming_row, t.rowid as raw_row,
            ({differs or "false"}) as differs, i._updated_at >= t._updated_at as is_newer,
            i._updated_at > t._updated_at as is_later, i._updated_at
        from incoming as i join {raw} as t on {same_key(table, "i", "t")}
        """
    )
    ((met, newer, confirmed),) = connection.execute(
        f"select count(*), count(*) filter ({newly}), count(*) filter ({again}) from met"
    ).fetchall()
    if newer:
        where = f"rowid in (select raw_row from met where {newly})"
        retire(connection, table, where, origin.loaded_at)
    if confirmed:  # a row that says the same later is as new as its latest saying
        connection.execute(
            f"update {raw} as t set _updated_at = met._updated_at from met "
            f"where met.raw_row = t.rowid and {again}"
        )
    loaded = _insert(
        connection,
        table,
        "select * from incoming as i where not exists "
        f"(select 1 from met where met.incoming_row = i.rowid and not ({newly}))",
    )
    connection.execute("drop table met")
    return loaded, met - newer


def _complete(connection: duckdb.DuckDBPyConnection, table: Table, origin: Origin) -> None:
    """Let rows in `incoming` and those loaded before lend each other what only one of them says.

    A row loaded before that is lent something is another one from now on: the history keeps what
    was known until then.
    """
    raw, keeps = f"raw.{name(table.name)}", [one.name for one in table.stored if one.keeps]
    if not keeps:
        return
    for to, of in (("incoming", raw), (raw, "incoming")):
        lent = [f"{to}.{name(one)} is null and {of}.{name(one)} is not null" for one in keeps]
        later = f"{to}._updated_at {'>=' if of == raw else '>'} {of}._updated_at"
        where = f"{same_key(table, to, of)} and {later} and ({' or '.join(lent)})"
        if to == raw:
            lender = f"exists (select 1 from {of} where {where})"
            _keep_as_was(connection, table, lender, origin.loaded_at)
        given = [f"{name(one)} = coalesce({to}.{name(one)}, {of}.{name(one)})" for one in keeps]
        given.append(f"_loaded_at = {quote(origin.loaded_at.isoformat())}::timestamptz")
        connection.execute(f"update {to} set {', '.join(given)} from {of} where {where}")


def same_key(table: Table, left: str, right: str) -> str:
    """SQL condition that two usable rows have the same natural key, nulls included.

    What is never null is compared with `=`: only then does DuckDB pass over the parts of a large
    table where no key of a small one can be, and one file costs the same however many there are.
    """
    essential = {column.name for column in table.columns if column.essential}
    return " and ".join(
        f"{left}.{name(column)} {'=' if column in essential else 'is not distinct from'} "
        f"{right}.{name(column)}"
        for column in table.key
    )
