"""What a file is, by what is in it: the shape it fits, else the nearest one and what it lacks."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from ingest import books, mapped, places, sheet, snapshots, sources
from ingest.declare import Table
from ingest.files import Peek
from ingest.source import Fill, Plan, Unrecognised, VendorShape
from ingest.sources.generic import ATTRIBUTES
from ingest.sql import quote
from ingest.stub import stub as write_stub
from pipeline.settings import FileMapping, Settings

CELL = re.compile(r'\br\."((?:[^"]|"")+)"')  # a column of a flat shape, in SQL
PLAIN = re.compile(r"[a-z][a-zA-Z0-9]*|[a-z0-9_]+")  # a key as programs write it
VENDORS = frozenset(shape.name.split("__", maxsplit=1)[0] for shape in sources.shapes())
MOST_COLUMNS = 5000  # more need gigabytes to read
ALIASES = {"programme": "program", "organisation": "org", "organization": "org"}


@dataclass(frozen=True)
class _Near:
    """How near a file is to a shape: how many of its needs it meets, and which it does not."""

    shape: str
    met: int
    missing: tuple[str, ...]


def recognise(look: Peek, settings: Settings) -> Plan | Unrecognised:
    """Say how a file is read, or why it cannot be.

    Parameters
    ----------
    look
        What the head of the file shows.
    settings
        Column mappings, reporting groups and the zone of naive times count.
    """
    if look.note:
        return Unrecognised(look.note)
    if look.format == "csv" and len(look.columns) > MOST_COLUMNS:
        return Unrecognised(f"it has {len(look.columns)} columns: no export has so many")
    mapping = mapped.of_file(look, settings)
    open_fields = mapped.unfilled(mapping)
    if open_fields:
        return Unrecognised(
            f"its mapping is not filled in yet: name the columns of {', '.join(open_fields)} in "
            "the place of `?`, or leave out what there is not"
        )
    lacking = mapped.lacking(look, mapping)
    if lacking:
        named = ", ".join(f"`{column}`" for column in lacking)
        return Unrecognised(f"the settings map columns that it does not have: {named}")
    wrong = mapped.wrong_lists(look, mapping)
    if wrong:
        return Unrecognised(wrong)
    zone = _zone(look, mapping, settings)
    wanted = mapping.shape if mapping else None
    found = (
        _vendor_plan(look, zone, wanted)
        or _sheet_plan(look, mapping, zone, marked=True)
        or _generic_plan(look, mapping, settings, zone)
        or _sheet_plan(look, mapping, zone, marked=False)
    )
    if found is None:
        stub = write_stub(look, generic_tables(), _likely(look)) if look.columns else ""
        return Unrecognised(_nearest(look, mapping), stub)
    with_jobs = mapped.apply(snapshots.with_jobs(found, look, mapping), look, mapping)
    with_jobs = _folding(_with_twins(with_jobs, look), look)
    is_complete = books.is_complete(settings, look.name)
    dated = snapshots.dated(with_jobs, look, mapping, is_complete=is_complete)
    return places.check(mapped.with_terms(dated, settings), look)


def _likely(look: Peek) -> dict[str, str]:
    """Map fields to the columns of a file that may be meant."""
    have = canonical_columns(look)
    found = {
        field: hits[0][0]
        for one in sources.sheets()
        if not one.marks
        for field, hits in sheet.found(one, have).items()
        if hits
    }
    return {**found, **fields(look, None)}


@functools.lru_cache(maxsize=1 << 16)  # asked for every shape and file
def canonical(column: str) -> str:
    """Write a column name as the declarations do: `Employee ID`, `employeeId` -> `employee_id`.

    `Employee #` is `employee_number`.
    """
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", column.replace("#", " number "))
    folded = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return ALIASES.get(folded, folded)


def fields(look: Peek, mapping: FileMapping | None) -> dict[str, str]:
    """Map declared names to the file's own column names; a mapping in the settings comes first."""
    named = dict(mapping.columns) if mapping else {}
    for column in look.columns:
        if column and column not in named.values():
            named.setdefault(canonical(column), column)
    return {field: column for field, column in named.items() if mapped.has(look, column)}


def generic_tables() -> tuple[Table, ...]:
    """Tables that a generic file can be of."""
    tables = (table for table in sources.tables() if table.source == "generic")
    return tuple(table for table in tables if table.name != ATTRIBUTES)


def _zone(look: Peek, mapping: FileMapping | None, settings: Settings) -> str:
    """Give the zone of times without an offset: declared, else what the page itself says."""
    said = look.envelope.get("time_zone")
    of_page = said if isinstance(said, str) and said in available_timezones() else None
    return (mapping and mapping.time_zone) or of_page or settings.time_zone


def _vendor_plan(look: Peek, zone: str, wanted: str | None) -> Plan | None:
    fitting = [shape for shape in sources.shapes() if _fits(look, shape)]
    if wanted is not None:
        fitting = [shape for shape in fitting if wanted in (shape.name, _entity(shape.name))]
    if not fitting:
        return None
    best = max(fitting, key=lambda shape: len(shape.keys))
    if wanted == best.name and best.may_be_all:
        best = replace(best, only="true")
    if best.is_flat:
        return _flat_plan(look, best, zone)
    unused = tuple(key for key in look.columns if key not in best.columns)
    plan = Plan(best.name, best.columns, best.fills, zone, unused, best.suspicions)
    return replace(plan, only=best.only, lists=best.lists)


def _sheet_plan(look: Peek, mapping: FileMapping | None, zone: str, *, marked: bool) -> Plan | None:
    """Say how a file is read as a sheet, of a platform (marked) or of anybody."""
    have = canonical_columns(look)
    wanted = mapping.shape if mapping else None
    given = {**mapping.columns, **mapping.constants} if mapping else {}
    fitting = [
        one
        for one in sources.sheets()
        if bool(one.marks) == marked
        and wanted in (None, one.name, _entity(one.name), one.table.name)
        and sheet.fits(one, have, given)
    ]
    if not fitting:
        return None
    best = max(fitting, key=lambda one: (len(one.marks), len(sheet.found(one, have))))
    return sheet.plan(best, look, have, zone)


def canonical_columns(look: Peek) -> dict[str, str]:
    """Map names as the declarations write them to the file's own; the first of equal ones."""
    return {canonical(column): column for column in reversed(look.columns) if column}


def _flat_plan(look: Peek, shape: VendorShape, zone: str) -> Plan:
    """Find the named columns of a flat shape in the file at hand."""
    have = canonical_columns(look)
    read: dict[str, str] = {}

    def found(wanted: str) -> str:
        column = have.get(canonical(wanted))
        if column is None and look.format != "json":
            return "null::varchar"
        column = column or wanted  # a record further on may have the key
        read[column] = "VARCHAR"
        return mapped.text(look, column)

    plan = _rewritten(Plan(shape.name, {}, shape.fills, zone, only=shape.only), found)
    unused = tuple(column for column in look.columns if column and column not in read)
    return replace(plan, columns=read, unused=unused, suspicions=shape.suspicions)


def _with_twins(plan: Plan, look: Peek) -> Plan:
    """Read JSON keys that differ in their spelling only (`startDate`, `Start_Date`) as one.

    Those that differ in their case alone are made one while the file is copied (`_folding`).
    """
    if look.format != "json":
        return plan
    twins: dict[str, list[str]] = {}
    for column in dict.fromkeys((*plan.columns, *look.columns)):
        same = twins.setdefault(canonical(column), [])
        if column.lower() not in (one.lower() for one in same):
            same.append(column)
    read = {column: twins[canonical(column)] for column in plan.columns}
    if all(len(same) == 1 for same in read.values()):
        return plan

    def found(column: str) -> str:
        texts = [mapped.text(look, one) for one in read.get(column, [column])]
        return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"

    more = dict.fromkeys((one for same in read.values() for one in same), "VARCHAR")
    columns = {**more, **plan.columns}
    unused = tuple(column for column in plan.unused if column not in columns)
    return replace(_rewritten(plan, found), columns=columns, unused=unused)


def _folding(plan: Plan, look: Peek) -> Plan:
    """Take keys in any case where their author chose them, or where a record shows two cases.

    DuckDB reads a key as it is spelled: of `Termination_date` in one record and `Termination_Date`
    in another it reads one.
    """
    is_chosen = plan.source not in VENDORS and not all(map(PLAIN.fullmatch, plan.columns))
    has_two = len({column.lower() for column in look.columns}) < len(set(look.columns))
    return replace(plan, folds=look.format == "json" and (is_chosen or has_two))


def _rewritten(plan: Plan, found: Callable[[str], str]) -> Plan:
    """Put other SQL in the place of every column that a plan names."""

    def located(sql: str) -> str:
        return type(sql)(CELL.sub(lambda match: found(match.group(1).replace('""', '"')), sql))

    fills = tuple(
        replace(
            one,
            fields={field: located(sql) for field, sql in one.fields.items()},
            bots={person: located(sql) for person, sql in one.bots.items()},
            each=located(one.each) if one.each else None,
        )
        for one in plan.fills
    )
    lists = {one: located(sql) for one, sql in plan.lists.items()}
    return replace(plan, fills=fills, lists=lists, only=located(plan.only))


def _fits(look: Peek, shape: VendorShape) -> bool:
    """Most records have the keys; one odd record does not make a file unknown."""
    if shape.is_flat:
        return {canonical(key) for key in shape.keys} <= {canonical(one) for one in look.columns}
    records = [one for one in look.records if one]  # a search has `{}` for what was not asked for
    fitting = [one for one in records if shape.keys <= one.keys() and shape.is_one(one)]
    return len(fitting) * 2 > len(records)


def _generic_plan(
    look: Peek, mapping: FileMapping | None, settings: Settings, zone: str
) -> Plan | None:
    have = fields(look, mapping)
    constants = mapping.constants.keys() if mapping else set()
    wanted = mapping.shape if mapping else None
    fitting = [
        table
        for table in generic_tables()
        if table.required <= have.keys() | constants
        and wanted in (None, table.shape, table.name)
        and (wanted or not have.keys() & set(table.unlike))
    ]
    if not fitting:
        return None
    table = max(fitting, key=lambda one: (len(one.required), len(_declared(one) & have.keys())))
    if look.format == "json":
        have |= _not_seen(look, table, have)
    used = {field: have[field] for field in have if field in _declared(table)}
    fills = [Fill(table, {field: mapped.text(look, column) for field, column in used.items()})]
    read = {mapped.key(look, column): "VARCHAR" for column in used.values()}
    if table.shape == "employees":
        groups = _groups(table, have, settings)
        fills += [_attribute(group, column, look) for group, column in groups.items()]
        read |= dict.fromkeys(groups.values(), "VARCHAR")
    unused = tuple(column for column in look.columns if column and column not in read)
    return Plan(table.name, read, tuple(fills), zone, unused)


def _declared(table: Table) -> set[str]:
    return {column.name for column in mapped.readable(table)}


def _not_seen(look: Peek, table: Table, have: Mapping[str, str]) -> dict[str, str]:
    """Name the declared keys that the first records lack: many systems leave out what is null."""
    camel = any(re.search(r"[a-z][A-Z]", key) for key in look.columns)
    return {field: _camel(field) if camel else field for field in _declared(table) - have.keys()}


def _camel(field: str) -> str:
    first, *others = field.split("_")
    return first + "".join(word.capitalize() for word in others)


def _groups(table: Table, have: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Extra columns of an employee list that the settings name as reporting groups."""
    declared = _declared(table)
    groups = {group: canonical(group) for group in settings.reporting_groups}
    return {
        group: have[field]
        for group, field in groups.items()
        if field in have and field not in declared
    }


def _attribute(group: str, column: str, look: Peek) -> Fill:
    """One reporting group of each employee, as a row of its own."""
    table = next(one for one in sources.tables() if one.name == ATTRIBUTES)
    return Fill(
        table,
        {
            "employee_id": "parent.employee_id",
            "hire_date": "parent.hire_date::varchar",
            "attribute": quote(group),
            "value": "e",
        },
        each=f"[{mapped.text(look, column)}]",
    )


def _nearest(look: Peek, mapping: FileMapping | None) -> str:
    """Say what a file looks most like and what it lacks."""
    if not look.columns:
        return "it holds an empty list"
    have = set(fields(look, mapping))
    # The vendors first: their keys are compared as they are written, so of two shapes that fit
    # equally well theirs fits better.
    needs = [(shape.name, shape.keys, set(look.columns)) for shape in sources.shapes()]
    needs += [
        (table.name, table.required, have)
        for table in generic_tables()
        if not have & set(table.unlike)
    ]
    needs += [_of_sheet(one, look) for one in sources.sheets() if not one.marks]
    near = [
        _Near(shape, len(required & columns), tuple(sorted(required - columns)))
        for shape, required, columns in needs
    ]
    best = max(near, key=lambda one: (one.met / (one.met + len(one.missing)), one.met))
    if not best.met:
        return f"it is of no known shape: none of its {len(look.columns)} columns is known"
    if not best.missing:
        return f"it has the columns of {best.shape}, but its records are of another kind"
    hints = [_hint(one, look.columns) for one in best.missing]
    return f"it looks most like {best.shape}, but lacks {', '.join(hints)}"


def _of_sheet(one: sheet.Sheet, look: Peek) -> tuple[str, frozenset[str], set[str]]:
    """Give what a sheet needs and what of it a file has, each as a name of its column."""
    columns = sheet.found(one, canonical_columns(look))
    named = {field: one.parts[field].columns[0] for field in one.needs if one.parts[field].columns}
    needed = frozenset(name for field, name in named.items() if field != sheet.TELLING)
    return one.name, needed, {name for field, name in named.items() if field in columns}


def _hint(missing: str, columns: tuple[str, ...]) -> str:
    by_name = {canonical(column): column for column in columns}
    near = difflib.get_close_matches(canonical(missing), by_name, n=1, cutoff=0.7)
    return f"{missing} (is it `{by_name[near[0]]}`?)" if near else missing


def _entity(shape: str) -> str:
    return shape.split("__", maxsplit=1)[1]
