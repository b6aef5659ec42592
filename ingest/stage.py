"""The rows of files, typed and judged, in temporary tables: nothing of them is in `raw` yet.

One pass over each file. Small files that are read alike are staged together, since to prepare the
statement takes longer than to run it on one of them. Each step is a projection over the one
before: text (`t_`), parsed (`p_`), value (`v_`), stored column, and last whether the row can be
used. People and other identifiers are still in clear here; temporary tables live in memory, and
what spills to disk is encrypted.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest import places, read
from ingest.convert import CODE_BITS, CODES, TROUBLES, Conversion, Trouble, conversion
from ingest.declare import Column, Rule, Table
from ingest.errors import DamagedFileError
from ingest.files import Peek
from ingest.moments import evidence_sql
from ingest.read import Broken, Relation
from ingest.source import DateOrder, Fill, Plan, Typed
from ingest.sql import name, quote
from pipeline.settings import Settings

UPDATED = Column("updated_at", "time")
CODE_MASK = (1 << CODE_BITS) - 1
DAY_OR_MONTH = (
    "nothing in the column says whether 7/5/2024 is in May or in July: write days as 2024-05-07, "
    'or say `date_order = "dmy"` or `"mdy"` in the mapping of the file'
)
OVERFLOW_RULE = Rule(
    "too_many_cells",
    "",
    "t__overflow is not null",
    "put quotes around cells that hold the delimiter",
)
# Programs that act under a name of their own. A pattern alone misses plain-named bots, so the
# settings can list more; `jean-bot` is taken for a bot, `talbot` is not.
BOT_PATTERNS = (
    r"\[bot\]$",
    r"^app/",
    r"(^|[-_.])bot$",
    r"^bot[-_.]",
    r"^(project|group)_[0-9]+_bot",
    r"^(svc|service|service-account)[-_.]",
)
BOT_NAMES = (
    "github-actions",
    "dependabot",
    "dependabot-preview",
    "renovate",
    "codecov-commenter",
    "greenkeeper",
    "mergify",
    "snyk",
    "copilot",
    "copilot-pull-request-reviewer",
)
# Accounts that several people or machines use: whoever acted, the name does not say.
SHARED_NAMES = (
    *("root", "admin", "administrator", "deploy", "deployer", "deployment", "jenkins", "ci"),
    *("build", "builder", "ubuntu", "ec2-user", "git", "nobody", "oncall", "on-call", "ops"),
)


@dataclass(frozen=True)
class Facts:
    """What staged rows sum up to.

    Attributes
    ----------
    rows, bad
        All rows, and those that cannot be used.
    flags
        Troubles of the usable rows: `_flags` -> rows.
    first, last
        Earliest and latest event among the usable rows, up to now.
    """

    rows: int
    bad: int
    flags: dict[int, int]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Staged:
    """Rows of one table that one file has, in a temporary table.

    The temporary table has the stored columns (names in clear), `b_<person>` where the source
    itself says bot, and `_file` (number of the file), `_seq` (unique), `_row`, `_updated_at`,
    `_bad` (0, or the number of the rule that the row breaks, from 1) and `_flags` (why texts gave
    no value).

    Attributes
    ----------
    table, relation, file
        What is filled; the temporary table's name; the file's number in it.
    rules
        Rule number `n` is `rules[n - 1]`.
    troubled
        Columns whose text may give no value; `_flags` has a code of `CODE_BITS` bits for each.
    known_bots
        Person columns of which the source itself says whether it is a bot.
    facts
        What the rows sum up to.
    """

    table: Table
    relation: str
    file: int
    rules: tuple[Rule, ...]
    troubled: tuple[str, ...]
    known_bots: tuple[str, ...]
    facts: Facts

    @property
    def rows(self) -> str:
        """SQL for the file's rows."""
        return f"(from {self.relation} where _file = {self.file})"

    def troubles(self) -> dict[tuple[str, Trouble], int]:
        """Count what happened to texts of the usable rows: (column, trouble) -> rows."""
        found: dict[tuple[str, Trouble], int] = {}
        for flags, rows in self.facts.flags.items():
            for at, column in enumerate(self.troubled):
                code = flags >> (at * CODE_BITS) & CODE_MASK
                if code:
                    key = (column, TROUBLES[code])
                    found[key] = found.get(key, 0) + rows
        return found


@dataclass(frozen=True)
class StagedFile:
    """All rows of one file: the records' own table first, and the lines that are no row at all."""

    tables: tuple[Staged, ...]
    broken: tuple[Broken, ...]


def stage(
    connection: duckdb.DuckDBPyConnection,
    look: Peek,
    plan: Plan,
    scratch: Path,
    settings: Settings,
) -> StagedFile:
    """Read a file into temporary tables, in the first way that gives all of it.

    Raises
    ------
    DamagedFileError
        The file cannot be read to its end in any way.
    """
    problem: DamagedFileError | None = None
    for attempt in read.attempts(look, plan, scratch):
        clear(connection)
        try:
            relation = attempt.relation()
            (records,) = _stage_records(connection, [relation], [look], plan, settings)
        except duckdb.Error as error:
            problem = read.explain(error, look)
            continue
        except DamagedFileError as error:
            problem = error
            continue
        if attempt.problem is None or not attempt.problem(connection, records.facts.bad > 0):
            broken = relation.broken + tuple(read.rejected(connection) if relation.rejects else ())
            (lists,) = _stage_lists(connection, [look], plan, settings)
            return StagedFile((records, *lists), broken)
    if problem is None:
        raise AssertionError("the last way to read a file has no problem of its own")
    raise problem


def stage_together(
    connection: duckdb.DuckDBPyConnection,
    looks: Sequence[Peek],
    plan: Plan,
    scratch: Path,
    settings: Settings,
) -> list[StagedFile] | None:
    """Read JSON files that are read alike; None where one of them needs more than the fast way."""
    clear(connection)
    try:
        relations = read.together(looks, plan, scratch)
        records = _stage_records(connection, relations, looks, plan, settings)
    except duckdb.Error as error:
        read.explain(error, looks[0])  # a defect of the program is raised again
        return None
    pairs = zip(records, looks, strict=True)
    if any(one.facts.bad and look.layout == "lines" for one, look in pairs):
        return None
    lists = _stage_lists(connection, looks, plan, settings)
    return [StagedFile((one, *more), ()) for one, more in zip(records, lists, strict=True)]


def with_settings(table: Table, settings: Settings) -> Table:
    """Add to the closed lists what the settings name: declared measures, employment types."""
    columns = []
    for column in table.columns:
        named: tuple[str, ...] = ()
        if column.name == "metric":
            named = tuple(settings.measures)
        elif column.name == "employment_type":
            named = settings.population.employment_types_excluded
        more = {value: () for value in named if value not in column.values}
        columns.append(replace(column, values={**column.values, **more}) if more else column)
    return replace(table, columns=tuple(columns))


def bot_sql(person: str, settings: Settings) -> str:
    """SQL condition that a name (in lower case) is a bot's."""
    listed = (*BOT_NAMES, *SHARED_NAMES, *(bot.strip().lower() for bot in settings.bots))
    names = ", ".join(quote(bot) for bot in listed)
    patterns = "|".join(f"({pattern})" for pattern in BOT_PATTERNS)
    return f"({person} in ({names}) or regexp_matches({person}, {quote(patterns)}))"


def clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables of the last files: there are names in clear in them."""
    names = connection.execute(
        "select table_name from duckdb_tables() where temporary "
        "and regexp_matches(table_name, '^(staged_|rejected|pseudonyms$|bots$|repeated$)')"
    ).fetchall()
    for (one,) in names:
        connection.execute(f'drop table temp."{one}"')


def _stage_records(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[Relation],
    looks: Sequence[Peek],
    plan: Plan,
    settings: Settings,
) -> list[Staged]:
    """Stage the records of files; the lists in them are carried along in `l_<number>`."""
    fill, *lists = plan.fills
    carried = "".join(f", {inner.each} as l_{at}" for at, inner in enumerate(lists, start=1))
    each = [
        f"select {file} as _file, {_numbered_rows(plan)}, "
        f"{quote(look.modified_at.isoformat())}::timestamptz as _file_updated_at, "
        f"{relation.overflow} as t__overflow, {_texts(fill, look)}{carried} "
        f"from {_spread(relation, plan)}"
        for file, (relation, look) in enumerate(zip(relations, looks, strict=True))
    ]
    keep = tuple(f"l_{at}" for at in range(1, len(lists) + 1))
    return _stage(connection, 0, fill, " union all ".join(each), plan, settings, keep, len(looks))


def _numbered_rows(plan: Plan) -> str:
    return "_row" if plan.lists else "row_number() over () as _row"


def _spread(relation: Relation, plan: Plan) -> str:
    """SQL for the records of a file, each spread over the lists that make rows of it."""
    records = f"{relation.sql} where ({relation.keep}) and ({plan.only})"
    if not plan.lists:
        return records
    lists = ", ".join(f"unnest({sql}) as of_{one}({one})" for one, sql in plan.lists.items())
    return f"(select row_number() over () as _row, r from {records}) as numbered, {lists}"


def _stage_lists(
    connection: duckdb.DuckDBPyConnection, looks: Sequence[Peek], plan: Plan, settings: Settings
) -> list[list[Staged]]:
    """Stage the lists inside the usable records, and drop them from the records."""
    tables: list[list[Staged]] = [[] for _ in looks]
    for at, fill in enumerate(plan.fills[1:], start=1):
        source = (
            "select parent._file, parent._row, parent._updated_at as _file_updated_at, "
            f"null as t__overflow, {_texts(fill)} "
            f"from staged_0 as parent, unnest(parent.l_{at}) as u(e) where parent._bad = 0"
        )
        staged = _stage(connection, at, fill, source, plan, settings, (), len(looks))
        for of_file, one in zip(tables, staged, strict=True):
            of_file.append(one)
        connection.execute(f"alter table staged_0 drop column l_{at}")
    return tables


def _texts(fill: Fill, look: Peek | None = None) -> str:
    """Give the text of every declared column, null where the file has none.

    `{file}` and `{number}` in an expression stand for what the file's place says (`ingest.places`).
    """
    parts = []
    for column in (*fill.table.columns, UPDATED):
        if column.flags is not None:
            continue
        given = fill.fields.get(column.made_of or column.name)
        if given is not None and look is not None:
            given = _placed(given, look)
        if given is None:
            parts.append(f"null::varchar as t_{column.name}")
        elif isinstance(given, Typed):
            parts.append(f"{given} as t_{column.name}")
        else:
            parts.append(f"nullif({given}, '') as t_{column.name}")
    parts += [f"coalesce({sql}, false) as b_{person}" for person, sql in fill.bots.items()]
    return ", ".join(parts)


def _placed(sql: str, look: Peek) -> str:
    """Put what the place of a file says into an expression."""
    if places.FILE in sql:
        sql = type(sql)(sql.replace(places.FILE, quote(places.repo(look))))
    if places.NUMBER in sql:
        said = places.number(look)
        sql = type(sql)(sql.replace(places.NUMBER, quote(said) if said else "null::varchar"))
    return sql


def _stage(
    connection: duckdb.DuckDBPyConnection,
    at: int,
    fill: Fill,
    source: str,
    plan: Plan,
    settings: Settings,
    keep: tuple[str, ...],
    files: int,
) -> list[Staged]:
    """Create the temporary table of one fill: what each file has in it.

    Nearly all files write times as ISO 8601. One that does not is staged again, with every form
    that is known, and with the order of day and month that its dates show.
    """
    table = with_settings(fill.table, settings)
    statement = _Statement(table, fill, plan.zone, f"staged_{at}", source, keep)
    statement.run(connection, None)
    sums = _sums(connection, table, statement.relation)
    if any(statement.has_foreign_times(flags) for _, _, flags, *_ in sums):
        statement.run(connection, _orders(connection, statement, plan.date_order))
        sums = _sums(connection, table, statement.relation)
    return [
        Staged(
            table,
            statement.relation,
            file,
            statement.rules,
            statement.troubled,
            tuple(fill.bots),
            _facts_of([row[1:] for row in sums if row[0] == file]),
        )
        for file in range(files)
    ]


@dataclass(frozen=True)
class _Statement:
    """The statement that stages one fill, but for the forms of its times."""

    table: Table
    fill: Fill
    zone: str
    relation: str
    source: str
    keep: tuple[str, ...]

    @functools.cached_property
    def columns(self) -> list[Column]:
        return [column for column in (*self.table.columns, UPDATED) if column.flags is None]

    @functools.cached_property
    def troubled(self) -> tuple[str, ...]:
        conversions = self.conversions(None)
        return tuple(column for column, one in conversions.items() if one.trouble)

    @functools.cached_property
    def dated(self) -> list[str]:
        """Columns of times and days that are read from text."""
        dated = {column.name for column in self.columns if column.kind in ("time", "date")}
        return [column for column in self.troubled if column in dated]

    @functools.cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(_rules(self.table, self.troubled))

    def has_foreign_times(self, flags: int) -> bool:
        """Whether a time could not be read, by the packed codes of a row."""
        shifts = (self.troubled.index(column) * CODE_BITS for column in self.dated)
        return any(flags >> shift & CODE_MASK == CODES["unreadable"] for shift in shifts)

    def conversions(self, orders: Mapping[str, str | None] | None) -> dict[str, Conversion]:
        """Give the SQL of every column: times in any form, or (None) in ISO 8601 alone."""
        given = orders or {}
        return {
            column.name: _conversion(
                column, self.fill, self.zone, given.get(column.name), spelled=orders is not None
            )
            for column in self.columns
        }

    def run(
        self, connection: duckdb.DuckDBPyConnection, orders: Mapping[str, str | None] | None
    ) -> None:
        """Create the temporary table anew."""
        conversions = self.conversions(orders)
        stored = [column for column in self.table.stored if column.flags is None]
        bots = tuple(f"b_{person}" for person in self.fill.bots)
        columns = ", ".join((*(name(column.name) for column in stored), *bots, *self.keep))
        named = ", ".join(
            f"{column.fill or f'v_{column.name}'} as {name(column.name)}" for column in stored
        )
        connection.execute(
            f"""
            create or replace temp table {self.relation} as
            select
                _file, row_number() over () as _seq, _row, {columns},
                coalesce(v_updated_at, _file_updated_at) as _updated_at,
                {_numbered([rule.bad_when for rule in self.rules])}::utinyint as _bad, _flags
            from (
                select *, {named}, {_packed(conversions, self.troubled)}::ubigint as _flags from (
                    select *, {_aliased(conversions, "value", "v")} from (
                        select *, {_aliased(conversions, "parsed", "p")} from ({self.source})
                    )
                )
            )
            """
        )


def _orders(
    connection: duckdb.DuckDBPyConnection, statement: _Statement, date_order: DateOrder | None
) -> dict[str, str | None]:
    """Decide for each file and column whether the day or the month comes first.

    A column's own dates decide (`29/2/2016` has the day first); where they all could be either,
    those of the file's other columns do, if they agree. A column that shows both has no order.
    What the settings say (`date_order`) comes before all of it.
    """
    dated = statement.dated
    if date_order is not None:
        return dict.fromkeys(dated, quote("day" if date_order == "dmy" else "month"))
    shown = ", ".join(
        f"list(distinct {evidence_sql(f't_{column}')}) "
        f"filter ({evidence_sql(f't_{column}')} is not null)"
        for column in dated
    )
    found = connection.execute(
        f"select _file, {shown} from ({statement.source}) group by _file order by _file"
    ).fetchall()
    orders: dict[str, str | None] = {}
    for at, column in enumerate(dated, start=1):
        cases = []
        for file, *evidence in found:
            own = evidence[at - 1] or {one for of_one in evidence for one in of_one or ()}
            if len(own) == 1:
                cases.append(f"when {file} then {quote(next(iter(own)))}")
        orders[column] = f"(case _file {' '.join(cases)} end)" if cases else None
    return orders


def _sums(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str
) -> list[tuple[Any, ...]]:
    """Sum up the rows: file, are they bad, what happened to texts, how many, first, last event."""
    events = [f"{name(column.name)}::timestamptz" for column in table.stored if column.event]
    past = [f"case when {event} <= now() then {event} end" for event in events]
    listed = ", ".join(past) or "null::timestamptz"
    happened = f"filter ({table.happened})"
    return connection.execute(
        "select _file, _bad > 0, _flags, count(*), "
        f"min(least({listed})) {happened}, max(greatest({listed})) {happened} "
        f"from {relation} group by all"
    ).fetchall()


def _facts_of(sums: list[tuple[Any, ...]]) -> Facts:
    usable = [row for row in sums if not row[0]]
    return Facts(
        sum(row[2] for row in sums),
        sum(row[2] for row in sums if row[0]),
        {row[1]: row[2] for row in usable if row[1]},
        min((row[3] for row in usable if row[3]), default=None),
        max((row[4] for row in usable if row[4]), default=None),
    )


def _conversion(
    column: Column, fill: Fill, zone: str, order: str | None, *, spelled: bool
) -> Conversion:
    given = fill.fields.get(column.made_of or column.name)
    text = f"t_{column.name}"
    if given is None:
        return Conversion(f"null::{column.sql_type}", f"p_{column.name}")
    if not isinstance(given, Typed):
        return conversion(column, zone, order, spelled=spelled)
    if column.kind != "time":
        return Conversion(text, f"p_{column.name}")
    return Conversion(text, conversion(column, zone).value)


def _rules(table: Table, troubled: tuple[str, ...]) -> Iterator[Rule]:
    """Every reason why a row of a table cannot be used; the first that holds is given."""
    yield OVERFLOW_RULE
    for column in table.columns:
        if column.required and column.name in troubled and column.kind != "vocabulary":
            shift = troubled.index(column.name) * CODE_BITS
            code = f"(_flags >> {shift}) & {CODE_MASK}"
            bad_when = f"{code} = {CODES['unreadable']}"
            yield Rule("unreadable", column.name, bad_when, _advice(column))
            bad_when = f"{code} = {CODES['ambiguous']}"
            yield Rule("ambiguous", column.name, bad_when, DAY_OR_MONTH)
        if column.essential:
            bad_when = f"v_{column.name} is null"
            yield Rule("missing", column.name, bad_when, f"fill in {column.name} in every row")
    yield from table.rules


def _advice(column: Column) -> str:
    if column.kind == "time":
        return "write times as 2024-01-31T09:30:00Z, or with their offset"
    if column.kind == "date":
        return "write days as 2024-01-31"
    if column.kind == "boolean":
        return "write true or false"
    return "write a plain number"


def _aliased(conversions: dict[str, Conversion], step: str, prefix: str) -> str:
    return ", ".join(
        f"{getattr(one, step)} as {prefix}_{column}" for column, one in conversions.items()
    )


def _numbered(conditions: list[str]) -> str:
    cases = " ".join(f"when {one} then {at}" for at, one in enumerate(conditions, start=1))
    return f"case {cases} else 0 end"


def _packed(conversions: dict[str, Conversion], troubled: tuple[str, ...]) -> str:
    """SQL for one number that holds the code of every column."""
    codes = [
        f"({conversions[column].trouble}) * {1 << (at * CODE_BITS)}::ubigint"
        for at, column in enumerate(troubled)
    ]
    return " + ".join(codes) or "0"
