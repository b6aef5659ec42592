"""Names in clear, for whoever holds the exports and the key: nothing of it is kept.

Files are read as a load reads them, in a database in memory that is gone with the call. The
answers go to the owner's own screen or to a private file, never into the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from ingest import files, merge, recognise, stage
from ingest.load import prepared
from ingest.source import Unrecognised
from ingest.stage import Staged
from pipeline.settings import Settings

EMPLOYEES = "generic__employees"
APPLICATIONS = "generic__applications"


@dataclass(frozen=True)
class Application:
    """One application as it was exported.

    Attributes
    ----------
    person : the name the export uses: employee id, e-mail or login.
    outcome : of the shape's vocabulary; None where the export has none.
    """

    person: str
    program: str
    applied_on: date
    outcome: str | None


def employees(exports: Path, settings: Settings, key: bytes) -> dict[str, str]:
    """Say who is behind the pseudonyms of employees.

    Returns
    -------
    Keyed hash of the employee id -> e-mail, else the id itself.
    """
    found: dict[str, str] = {}
    with _staged(exports, settings, key, EMPLOYEES) as tables:
        for connection, one in tables:
            found |= dict(
                connection.execute(
                    "select pseudonyms.hash, coalesce(email, employee_id) from "
                    f"{one.rows} as rows inner join pseudonyms on pseudonyms.name = employee_id "
                    "where _bad = 0"
                ).fetchall()
            )
    return found


def applications(exports: Path, settings: Settings, key: bytes) -> list[Application]:
    """Read the applications of the exports, in no particular order."""
    found: set[Application] = set()
    with _staged(exports, settings, key, APPLICATIONS) as tables:
        for connection, one in tables:
            rows = connection.execute(
                "select employee_id, program, cast(applied_at as date), outcome from "
                f"{one.rows} as rows where _bad = 0"
            ).fetchall()
            found |= {Application(*row) for row in rows}
    return sorted(found, key=lambda one: (one.person, one.program, one.applied_on))


@contextmanager
def _staged(
    exports: Path, settings: Settings, key: bytes, table: str
) -> Iterator[Iterator[tuple[duckdb.DuckDBPyConnection, Staged]]]:
    with (
        duckdb.connect() as connection,
        prepared(connection, key) as scratch,
    ):
        yield _tables(connection, scratch, exports, settings, table)


def _tables(
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    exports: Path,
    settings: Settings,
    table: str,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Staged]]:
    """Stage the files that hold a table, one after the other, with their pseudonyms."""
    for path in files.find(exports):
        look = files.peek(path, exports)
        plan = recognise.recognise(look, settings)
        if isinstance(plan, Unrecognised) or plan.name != table:
            continue
        staged = stage.stage(connection, look, plan, scratch, settings)
        merge.make_pseudonyms(connection, staged.tables, settings)
        for one in staged.tables:
            if one.table.name == table:
                yield connection, one
