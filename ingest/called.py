"""What HR exports call their people: read for suggestions, by whoever holds the exports.

Loading reads no name of a person. These are read beside it, into memory alone, and handed to the
caller: nothing of them is in any table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from ingest import files, inventory, mapped
from ingest.errors import DamagedFileError
from ingest.inventory import Export
from ingest.joined import read_into
from ingest.recognise import canonical
from ingest.source import Plan
from ingest.sources.generic import EMPLOYEES
from pipeline.settings import Settings

# Columns that hold a name, the best first; of a pair both are read.
NAMES = (
    ("first_name", "last_name"),
    ("preferred_name", "last_name"),
    *((one,) for one in ("full_name", "employee_name", "display_name", "legal_name")),
    *((one,) for one in ("preferred_name", "worker", "employee", "name")),
)


def people(exports: Path, settings: Settings, scratch: Path) -> dict[str, set[str]]:
    """Read who is called what: name -> addresses of those called so, else their employee ids.

    Parameters
    ----------
    scratch
        Private folder for copies, gone afterwards.
    """
    found: dict[str, set[str]] = {}
    for one in inventory.take(files.find(exports), exports, scratch, settings).exports:
        for part in one.parts or (one,):
            for name, owner in _called(part, scratch):
                found.setdefault(name, set()).add(owner)
    return found


def _called(export: Export, scratch: Path) -> Iterator[tuple[str, str]]:
    """Give the names in one list of employees, each with whose it is."""
    first = export.plan.fills[0]
    have = {canonical(column): column for column in reversed(export.look.columns) if column}
    columns = next((names for names in NAMES if all(one in have for one in names)), None)
    if first.table.name != EMPLOYEES.name or columns is None or export.plan.lists:
        return
    texts = [mapped.text(export.look, have[one]) for one in columns]
    fields: Mapping[str, str] = first.fields
    owner = ", ".join(
        f"nullif({fields[one]}, '')" for one in ("email", "employee_id") if one in fields
    )
    keys = dict.fromkeys((mapped.key(export.look, have[one]) for one in columns), "VARCHAR")
    plan = replace(export.plan, columns={**keys, **export.plan.columns})
    query = (
        f"select concat_ws(' ', {', '.join(texts)}) as name, coalesce({owner}) as owner from {{}}"
    )
    for name, of in _rows(export, plan, query, scratch):
        if name and of:
            last, _, first_name = name.partition(",")  # `Doe, Jane`
            yield f"{first_name} {last}".strip(), of.strip().lower()


def _rows(
    export: Export, plan: Plan, query: str, scratch: Path
) -> list[tuple[str | None, str | None]]:
    """Run a query on the rows of a file; none of a file that cannot be read, which loading says."""
    with duckdb.connect(config={"temp_directory": ""}) as connection:  # nothing spills to disk
        try:
            read_into(connection, export.look, plan, f"create table called as {query}", scratch)
        except DamagedFileError:
            return []
        return connection.execute("from called").fetchall()
