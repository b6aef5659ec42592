"""Run dbt on a database of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import schema

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Warehouse:
    """A private database and where dbt leaves what it writes."""

    folder: Path

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / "work.duckdb"

    def dbt(self, *arguments: str, variables: Mapping[str, Any] | None = None) -> str:
        """Run a dbt command and give what it printed; fail with it when dbt fails."""
        command = [
            *(sys.executable, "-m", "dbt.cli.main", *arguments),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(self.folder / "target")),
            *("--log-path", str(self.folder / "logs")),
            *("--no-use-colors", "--vars", json.dumps(dict(variables or {}))),
        ]
        environment = {**os.environ, "MENTORSHIP_WORK_DB": str(self.database), "DO_NOT_TRACK": "1"}
        done = subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.fail(done.stdout[-6000:] + done.stderr[-2000:])
        return done.stdout

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Query the database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Every model built on empty raw tables."""
    warehouse = Warehouse(tmp_path_factory.mktemp("empty"))
    with duckdb.connect(str(warehouse.database)) as connection:
        schema.create_all(connection)
    variables = {"as_of_date": "2024-12-31"}
    warehouse.dbt("build", "--exclude-resource-type", "unit_test", variables=variables)
    return warehouse
