"""What a file is, by what is in it: the shape it fits, else the nearest one and what it lacks."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingest import sources
from ingest.declare import Table
from ingest.files import Peek
from ingest.source import Fill, Plan, Unrecognised, VendorShape
from ingest.sources.generic import ATTRIBUTES
from ingest.sql import name, quote
from pipeline.settings import FileMapping, Settings

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
    mapping = _mapping(look, settings)
    zone = (mapping and mapping.time_zone) or settings.time_zone
    wanted = mapping.shape if mapping else None
    found = _vendor_plan(look, zone, wanted) or _generic_plan(look, mapping, settings, zone)
    return found or Unrecognised(_nearest(look, mapping))


def canonical(column: str) -> str:
    """Write a column name as the declarations do: `Employee ID`, `employeeId` -> `employee_id`."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", column)
    folded = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return ALIASES.get(folded, folded)


def fields(look: Peek, mapping: FileMapping | None) -> dict[str, str]:
    """Map declared names to the file's own column names; a mapping in the settings comes first."""
    named = dict(mapping.columns) if mapping else {}
    for column in look.columns:
        if column and column not in named.values():
            named.setdefault(canonical(column), column)
    return {field: column for field, column in named.items() if column in look.columns}


def generic_tables() -> tuple[Table, ...]:
    """Tables that a generic file can be of."""
    tables = (table for table in sources.tables() if table.source == "generic")
    return tuple(table for table in tables if table.name != ATTRIBUTES)


def _mapping(look: Peek, settings: Settings) -> FileMapping | None:
    for pattern, mapping in settings.mapping.items():
        if fnmatch.fnmatchcase(look.name, pattern):
            return mapping
    return None


def _vendor_plan(look: Peek, zone: str, wanted: str | None) -> Plan | None:
    fitting = [shape for shape in sources.shapes() if _fits(look, shape)]
    if wanted is not None:
        fitting = [shape for shape in fitting if wanted in (shape.name, _entity(shape.name))]
    if not fitting:
        return None
    best = max(fitting, key=lambda shape: len(shape.keys))
    unused = tuple(key for key in look.columns if key not in best.columns)
    return Plan(best.name, best.columns, best.fills, zone, unused, best.suspicions)


def _fits(look: Peek, shape: VendorShape) -> bool:
    """Most records have the keys; one odd record does not make a file unknown."""
    fitting = [one for one in look.records if shape.keys <= one.keys() and shape.is_one(one)]
    return len(fitting) * 2 > len(look.records)


def _generic_plan(
    look: Peek, mapping: FileMapping | None, settings: Settings, zone: str
) -> Plan | None:
    have = fields(look, mapping)
    wanted = mapping.shape if mapping else None
    fitting = [
        table
        for table in generic_tables()
        if table.required <= have.keys()
        and wanted in (None, table.shape, table.name)
        and (wanted or not have.keys() & set(table.unlike))
    ]
    if not fitting:
        return None
    table = max(fitting, key=lambda one: (len(one.required), len(_declared(one) & have.keys())))
    if look.format == "json":
        have |= _not_seen(look, table, have)
    used = {field: have[field] for field in have if field in _declared(table)}
    fills = [Fill(table, {field: _text(look, column) for field, column in used.items()})]
    read = dict.fromkeys(used.values(), "VARCHAR")
    if table.shape == "employees":
        groups = _groups(table, have, settings)
        fills += [_attribute(group, column, look) for group, column in groups.items()]
        read |= dict.fromkeys(groups.values(), "VARCHAR")
    unused = tuple(column for column in look.columns if column and column not in read)
    return Plan(table.name, read, tuple(fills), zone, unused)


def _declared(table: Table) -> set[str]:
    return {column.name for column in table.columns if column.is_read} | {"updated_at"}


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
        each=f"[{_text(look, column)}]",
    )


def _text(look: Peek, column: str) -> str:
    """SQL for a column of the file as it is read; CSV columns go by position."""
    if look.format == "csv":
        return f"r.c{look.columns.index(column)}"
    return f"r.{name(column)}"


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


def _hint(missing: str, columns: tuple[str, ...]) -> str:
    by_name = {canonical(column): column for column in columns}
    near = difflib.get_close_matches(canonical(missing), by_name, n=1, cutoff=0.7)
    return f"{missing} (is it `{by_name[near[0]]}`?)" if near else missing


def _entity(shape: str) -> str:
    return shape.split("__", maxsplit=1)[1]
