"""The state of the raw data, one row a check: `raw.data_checks`.

Two kinds of checks stand there: the books of the load (rows that could not be used, values that
could not be read, signs of truncation), and the expectations of `ingest.expectations`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from ingest import books, schema
from ingest.files import FOLDERS
from ingest.orphans import Orphans
from ingest.report import FileReport
from ingest.sql import name, transaction

Row = tuple[str, str, str, int, int, int, str, datetime]
HIRED = "hire_date"


@dataclass(frozen=True)
class Undated:
    """A table of employees: its rows, and those without a hire date."""

    table: str
    rows: int
    missing: int

    @property
    def sentence(self) -> str:
        """What it means and what to do."""
        return (
            f"hris: {self.missing} of {self.rows} rows of {self.table} have no hire date: these "
            "people are left out of every figure. Fill in hire_date."
        )


def record(
    connection: duckdb.DuckDBPyConnection,
    file_ids: Sequence[str],
    reports: Sequence[FileReport],
    incomplete: int,
    now: datetime,
    quarantine_share: float,
    orphans: Sequence[Orphans] = (),
) -> None:
    """Write the books' checks anew, for the files that lie in the exports now.

    Parameters
    ----------
    incomplete
        Number of pages that say more follows, where nothing follows.
    orphans
        Rows that belong to what no file has.
    """
    rows = [
        *_accounts(connection, file_ids, now, quarantine_share),
        *_noted(connection, file_ids, now),
        *_orphans(orphans, now),
        *_files(reports, now),
        *(
            (
                one.table.split("__", maxsplit=1)[0],
                one.table,
                "employees_dated",
                one.rows,
                one.missing,
                0,
                "warn" if one.missing else "ok",
                now,
            )
            for one in undated(connection)
        ),
    ]
    if incomplete:
        rows.append(("incidents", "", "pages_complete", incomplete, incomplete, 0, "fail", now))
    with transaction(connection):
        connection.execute(
            "delete from raw.data_checks where not starts_with(check_name, 'expect_')"
        )
        if rows:
            connection.executemany(
                "insert into raw.data_checks values (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )


def undated(connection: duckdb.DuckDBPyConnection) -> list[Undated]:
    """Count the employees without a hire date, in every source: no month of theirs is known."""
    found = []
    for table in schema.tables():
        if table.shape != "employees" or HIRED not in {column.name for column in table.stored}:
            continue
        ((rows, missing),) = connection.execute(
            f"select count(*), count(*) - count({HIRED}) from raw.{name(table.name)}"
        ).fetchall()
        if rows:
            found.append(Undated(table.name, rows, missing))
    return found


def is_empty(connection: duckdb.DuckDBPyConnection, shape: str) -> bool:
    """Whether no raw table of a shape has a row, whatever the source."""
    tables = [table for table in schema.tables() if table.shape == shape]
    return not any(
        connection.execute(f"from raw.{name(table.name)} limit 1").fetchone() for table in tables
    )


def _accounts(
    connection: duckdb.DuckDBPyConnection,
    file_ids: Sequence[str],
    now: datetime,
    quarantine_share: float,
) -> list[Row]:
    rows: list[Row] = []
    for share in books.shares(connection, file_ids):
        status = "fail" if share.value > quarantine_share else "warn" if share.quarantined else "ok"
        source = share.table.split("__", maxsplit=1)[0]
        rows.append(
            (
                source,
                share.table,
                "rows_usable",
                share.read,
                share.quarantined,
                share.quarantined,
                status,
                now,
            )
        )
    return rows


def _noted(
    connection: duckdb.DuckDBPyConnection, file_ids: Sequence[str], now: datetime
) -> list[Row]:
    noted = connection.execute(
        "select table_name, check_name, sum(rows_checked)::bigint, sum(failed)::bigint "
        "from raw.load_checks where file_id in (select unnest($ids)) group by all order by all",
        {"ids": list(file_ids)},
    ).fetchall()
    return [
        (table.split("__", maxsplit=1)[0], table, check, rows, failed, 0, "warn", now)
        for table, check, rows, failed in noted
    ]


def _orphans(orphans: Sequence[Orphans], now: datetime) -> list[Row]:
    """Sum up, a table, the rows that belong to what no file has."""
    rows: list[Row] = []
    for table in dict.fromkeys(one.tie.table for one in orphans):
        of_table = [one for one in orphans if one.tie.table == table]
        missing = sum(one.missing for one in of_table)
        status = "warn" if missing else "ok"
        source = table.split("__", maxsplit=1)[0]
        checked = sum(one.rows for one in of_table)
        rows.append((source, table, "belongs_to_something", checked, missing, 0, status, now))
    return rows


def _files(reports: Sequence[FileReport], now: datetime) -> list[Row]:
    """Count the files of each folder that were not recognised, or could not be read."""
    total = Counter(report.path.split("/", maxsplit=1)[0] for report in reports)
    rows: list[Row] = []
    for status, check in (("unrecognised", "files_recognised"), ("damaged", "files_readable")):
        failed = Counter(
            report.path.split("/", maxsplit=1)[0] for report in reports if report.status == status
        )
        for folder in FOLDERS:
            if not total[folder]:
                continue
            bad = "warn" if status == "unrecognised" else "fail"
            outcome = bad if failed[folder] else "ok"
            rows.append((folder, "", check, total[folder], failed[folder], 0, outcome, now))
    return rows
