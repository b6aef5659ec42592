"""What the settings say of a file, applied to how it is read: for any shape, a vendor's too."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ingest import dates, sources
from ingest.declare import Column, Table
from ingest.files import Peek
from ingest.source import Fill, Plan, Suspicion, Title, Typed
from ingest.sql import name, quote
from ingest.stub import UNKNOWN
from pipeline.settings import FileMapping, Settings

NESTED = "."  # between the keys of a path into nested objects
EACH = "[]"  # behind the key of a list: its elements are rows
ELEMENT = "element"  # what a plan calls an element of that list
UPDATED = "updated_at"
MENTORSHIPS = "generic__mentorships"
EMPLOYEES = "generic__employees"
IMPRECISE = Suspicion(
    "start_date_exact",
    "count(*) filter (start_precision <> 'day')",
    "start_date names a term, a month or a year in {failed} of {rows} rows: its first day is "
    "taken, so that effects seem to begin late; export the day where it is known",
)


def of_file(look: Peek, settings: Settings) -> FileMapping | None:
    """Find the mapping for a file: the first whose pattern fits its path in the exports folder."""
    for pattern, mapping in settings.mapping.items():
        if fnmatch.fnmatchcase(look.name, pattern):
            return mapping
    return None


def mistakes(settings: Settings) -> list[str]:
    """Say which mappings name a shape or a field that does not exist, and what there is."""
    return [
        f'[mapping."{pattern}"]: {text}'
        for pattern, mapping in settings.mapping.items()
        for text in _mistakes(mapping)
    ]


def lacking(look: Peek, mapping: FileMapping | None) -> tuple[str, ...]:
    """Give the columns that a mapping names and the file does not have."""
    if mapping is None:
        return ()
    return tuple(column for column in mapping.columns.values() if not has(look, column))


def unfilled(mapping: FileMapping | None) -> tuple[str, ...]:
    """Give the fields of a mapping that was pasted and not filled in yet."""
    columns = mapping.columns if mapping else {}
    return tuple(field for field, column in columns.items() if column == UNKNOWN)


def has(look: Peek, column: str) -> bool:
    """Whether a file has a column, or an object or a list that a path leads into."""
    return column in look.columns or (look.format == "json" and key(look, column) in look.columns)


def wrong_lists(look: Peek, mapping: FileMapping | None) -> str | None:
    """Say what is wrong with the lists that the columns of a mapping lead into; None if nothing."""
    columns = mapping.columns.values() if mapping else ()
    into = [one for one in columns if "[" in one and one not in look.columns]
    for one in into:
        if one.count("[") != 1 or EACH not in one:
            return (
                f"its mapping leads to `{one}`: one list can be gone into, all of it, and each of "
                "its elements is a row (`reviews[].submitted_at`)"
            )
    lists = list(dict.fromkeys(one.split(EACH)[0] + EACH for one in into))
    if len(lists) > 1:
        return (
            f"its mapping leads into several lists ({', '.join(lists)}), but its rows can be the "
            "elements of one only: put the file into the folder twice, under two names, with a "
            "mapping for each list"
        )
    return None


def elements(look: Peek, mapping: FileMapping) -> dict[str, str]:
    """Give the list whose elements a mapping makes rows of, as a plan has it; none: no list."""
    for column in mapping.columns.values():
        if EACH in column and column not in look.columns:
            whole, path = _path(column.split(EACH)[0])
            found = f"json_extract({whole}, {quote(path)})"
            valid = f"case when json_valid({whole}) then {found} end"
            return {ELEMENT: f"coalesce(try_cast({valid} as json[]), [])"}
    return {}


def text(look: Peek, column: str) -> str:
    """SQL for a column of the file as it is read; CSV columns go by position."""
    if look.format == "csv":
        return f"r.c{look.columns.index(column)}"
    if column in look.columns or (NESTED not in column and EACH not in column):
        return f"r.{name(column)}"
    if EACH in column:
        inside = column.split(EACH)[1].removeprefix(NESTED)
        return f"json_extract_string({ELEMENT}, {quote(_steps(inside))})"
    whole, path = _path(column)
    return f"case when json_valid({whole}) then json_extract_string({whole}, {quote(path)}) end"


def key(look: Peek, column: str) -> str:
    """Name the key of a record that is read for a column."""
    return column if column in look.columns else column.split(EACH)[0].split(NESTED)[0]


def _path(column: str) -> tuple[str, str]:
    """Give the SQL for what is read of a record, and the path in it."""
    first, _, rest = column.partition(NESTED)
    return f"r.{name(first)}", _steps(rest)


def _steps(path: str) -> str:
    return "$" + "".join(f'."{step}"' for step in path.split(NESTED) if step)


def apply(plan: Plan, look: Peek, mapping: FileMapping | None) -> Plan:
    """Put what the settings say of columns, constants, words and dates into a plan."""
    if mapping is None:
        return plan
    first, *others = plan.fills
    columns = {field: text(look, column) for field, column in mapping.columns.items()}
    columns |= {field: quote(value) for field, value in mapping.constants.items()}
    declared = {one.name for one in readable(first.table)}
    given = {field: sql for field, sql in columns.items() if field in declared}
    keys = [key(look, column) for field, column in mapping.columns.items() if field in declared]
    fills = (replace(first, fields={**first.fields, **given}), *others)
    return replace(
        plan,
        columns={**dict.fromkeys(keys, "VARCHAR"), **plan.columns},
        fills=tuple(replace(one, fields=_words(one, mapping)) for one in fills),
        unused=tuple(column for column in plan.unused if column not in keys),
        date_order=mapping.date_order or plan.date_order,
        lists={**plan.lists, **elements(look, mapping)},
    )


def readable(table: Table) -> tuple[Column, ...]:
    """Columns that a file can give."""
    return (*(one for one in table.columns if one.is_read), Column(UPDATED, "time"))


def with_terms(plan: Plan, settings: Settings) -> Plan:
    """Let a mentorship begin in a term or a year: on its first day, and how exact that is."""
    first, *others = plan.fills
    start = first.fields.get("start_date")
    if first.table.name != MENTORSHIPS or start is None:
        return plan
    terms = {term: str(day) for term, day in settings.terms.items()}
    fields = {
        "start_precision": dates.precision_sql(start, terms),
        **first.fields,
        "start_date": dates.term_sql(start, terms),
    }
    suspicions = (*plan.suspicions, IMPRECISE)
    return replace(plan, fills=(replace(first, fields=fields), *others), suspicions=suspicions)


def _words(fill: Fill, mapping: FileMapping) -> dict[str, str]:
    """Put the declared meanings of words into a fill's expressions."""
    found = {}
    for field, sql in fill.fields.items():
        meant = sql
        if field in mapping.values and not isinstance(sql, Typed):
            meant = _meant(sql, mapping.values[field])
        found[field] = meant
    return found


def graded_sql(title: str) -> str:
    """SQL for the grade at the end of a job's title (`L4`, `IC3`, `Grade 7`), else null.

    Only a grade that says so: `Engineer II` and `Senior Engineer II` are of two ranks.
    """
    pattern = r"(?:^|[\s(,/-])((?:l|ic|p|e|g|t|m|level|grade|band)[ -]?[0-9]{1,2})\)?\s*$"
    grade = f"regexp_extract({title}, '{pattern}', 1, 'i')"
    return f"nullif(upper(regexp_replace({grade}, '[ -]', '')), '')"


def _meant(sql: str, values: Mapping[str, str]) -> str:
    cases = " ".join(
        f"when {quote(theirs.strip().lower())} then {quote(ours)}"
        for theirs, ours in values.items()
    )
    otherwise = graded_sql(sql) if isinstance(sql, Title) else sql
    return f"case lower(trim({sql})) {cases} else {otherwise} end"


def _mistakes(mapping: FileMapping) -> Iterator[str]:
    if mapping.shape is None:
        return
    shapes = {table.shape: table for table in sources.tables()}
    shapes |= {table.name: table for table in sources.tables()}
    vendors = {shape.name: shape.fills[0].table for shape in sources.shapes()}
    vendors |= {sheet.name: sheet.table for sheet in sources.sheets()}
    table = _table(mapping.shape, shapes, vendors)
    if table is None:
        known = [one.shape for one in sources.tables() if one.source == "generic"]
        near = difflib.get_close_matches(mapping.shape, [*known, *vendors], n=1)
        hint = f" (did you mean `{near[0]}`?)" if near else f"; there are {', '.join(known)}"
        yield f"there is no shape `{mapping.shape}`{hint}"
        return
    fields = [one.name for one in readable(table)]
    if table.name == EMPLOYEES:  # a list also says jobs, on its day
        fields += ["as_of", "level"]
    for field in {**mapping.columns, **mapping.constants, **mapping.values}:
        if field not in fields:
            near = difflib.get_close_matches(field, fields, n=1)
            hint = f" (did you mean `{near[0]}`?)" if near else ""
            yield f"`{mapping.shape}` has no field `{field}`{hint}; it has {', '.join(fields)}"


def _table(shape: str, tables: Mapping[str, Table], vendors: Mapping[str, Table]) -> Table | None:
    """Find the table a shape fills first; `mentorships` is the generic one."""
    if f"generic__{shape}" in tables:
        return tables[f"generic__{shape}"]
    if shape in vendors:
        return vendors[shape]
    named = [one for one in vendors if one.split("__", maxsplit=1)[1] == shape]
    return tables.get(shape) or (vendors[named[0]] if named else None)
