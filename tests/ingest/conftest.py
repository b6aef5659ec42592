"""A folder of exports to write into, and a warehouse to load it into."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import ingest
from ingest import validate
from pipeline.settings import Settings

KEY = b"a key that only these tests use."
OTHER_KEY = b"another key, longer than a block of SHA-256, which is sixty-four bytes long."
LOADED = datetime(2026, 1, 1, tzinfo=UTC)


class Exports:
    """An exports folder with the least that can be loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows(
            "hris/employees.csv",
            ["employee_id", "email", "hire_date"],
            ["E1", "ada@example.org", "2020-01-06"],
            ["E2", "bo@example.org", "2020-02-03"],
        )
        self.rows(
            "mentorship/mentorships.csv",
            ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"],
            ["M1", "1:1", "E1", "E2", "2021-03-01", "active"],
        )

    def write(self, name: str, content: str | bytes, modified: datetime = LOADED) -> Path:
        """Write a file; a name ending in .gz is packed."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(raw, mtime=0) if name.endswith(".gz") else raw)
        os.utime(path, (modified.timestamp(), modified.timestamp()))
        return path

    def rows(
        self, name: str, *rows: Sequence[object], delimiter: str = ",", modified: datetime = LOADED
    ) -> Path:
        """Write a CSV file, its header first."""
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
        return self.write(name, out.getvalue(), modified)

    def json(self, name: str, content: Any, modified: datetime = LOADED) -> Path:
        """Write a JSON file."""
        return self.write(name, json.dumps(content), modified)

    def lines(self, name: str, records: Sequence[Any], modified: datetime = LOADED) -> Path:
        """Write one JSON record a line."""
        return self.write(name, "".join(json.dumps(one) + "\n" for one in records), modified)


class Warehouse:
    """A private database in a file of its own."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path / "work.duckdb"
        self.connection = duckdb.connect(str(self.path))

    def load(
        self,
        exports: Exports,
        key: bytes = KEY,
        accept_shrink: bool = False,
        **settings: Any,
    ) -> ingest.LoadReport:
        """Load exports with some settings other than the defaults."""
        report = ingest.load(
            self.connection, exports.path, Settings(**settings), key, accept_shrink=accept_shrink
        )
        validate.validate(self.connection, self.path.parent, report.loaded_at)
        return report

    def all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Give the rows of a query."""
        return self.connection.execute(query, list(values)).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """Give the single value of a query."""
        ((value,),) = self.all(query, *values)
        return value

    def content(self, *without: str) -> dict[str, list[tuple[Any, ...]]]:
        """Give every raw table's rows, sorted; without the load's own and some more columns."""
        tables = self.all(
            "select table_name from duckdb_tables() where schema_name = 'raw' order by all"
        )
        hidden = ("_loaded_at", "loaded_at", "checked_at", "_superseded_at", *without)
        found = {}
        for (table,) in tables:
            columns = self.all(
                "select column_name from duckdb_columns() "
                "where schema_name = 'raw' and table_name = ? order by column_index",
                table,
            )
            shown = ", ".join(f'"{column}"' for (column,) in columns if column not in hidden)
            found[table] = self.all(f'select {shown} from raw."{table}" order by all')
        return found


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path / "exports")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    one = Warehouse(tmp_path / "warehouse")
    yield one
    one.connection.close()


@pytest.fixture
def no_expectations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave Great Expectations out, where it is not what is tested: its import takes seconds."""
    monkeypatch.setattr(validate, "_due", lambda connection, folder: [])
