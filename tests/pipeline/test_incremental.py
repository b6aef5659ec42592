"""Exports that come again: late, corrected, deleted and cut rows, and what was known before them.

One small organisation is refreshed as of yesterday's exports, then with today's.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipeline.test_refresh import SIZE, command, current, refresh, tables

pytestmark = pytest.mark.slow

GONE = 20
SETTINGS = 'complete = ["hris/employees*"]\n'


@dataclass(frozen=True)
class Days:
    """A warehouse after yesterday's refresh, a refusal today, and a refresh today."""

    home: Path
    known_at: str
    yesterday: Path
    refused: Any
    after_refusal: Path
    today: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the private database."""
        with duckdb.connect(str(self.home / "w" / "work.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


def rewritten(path: Path, change: Callable[[list[list[str]]], list[list[str]]]) -> None:
    """Write a CSV file anew, its header first."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *change(rows)])


def corrected(git: Path) -> None:
    """Export some merged pull requests again, each a day longer under way, and nothing else."""
    found = json.loads(gzip.decompress((git / "identity-1.json.gz").read_bytes()))
    merged = [one for one in found if one["mergedAt"]][:400]
    for one in merged:
        one["createdAt"] = one["createdAt"].replace(one["createdAt"][:4], "2025", 1)
        one["createdAt"] = min(one["createdAt"], one["mergedAt"])
        one["updatedAt"] = "2026-07-01T00:00:00Z"
    (git / "identity-again.json").write_text(json.dumps(merged), encoding="utf-8")


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    """Two days of exports, one after the other."""
    home = tmp_path_factory.mktemp("days")
    exports, warehouse, key = home / "exports", home / "w", home / "key"
    assert command("sample", *SIZE, "--out", exports).returncode == 0
    settings = (exports / "mentorship.toml").read_text(encoding="utf-8")
    (exports / "mentorship.toml").write_text(SETTINGS + settings, encoding="utf-8")
    pairs = exports / "mentorship" / "mentorships.csv"
    shutil.copy(pairs, home / "all-pairs.csv")
    rewritten(pairs, lambda rows: rows[:-30])
    done = refresh(exports, warehouse, key)
    assert done.returncode == 0, done.stderr
    known_at, yesterday = datetime.now(UTC).isoformat(), current(warehouse)
    shutil.copy(home / "all-pairs.csv", pairs)  # the rows that were late
    corrected(exports / "git")
    rewritten(exports / "hris" / "employees.csv", lambda rows: rows[:-GONE])
    for path in (pairs, exports / "hris" / "employees.csv"):
        os.utime(path, (time.time() + 1, time.time() + 1))
    refused = refresh(exports, warehouse, key)
    after_refusal = current(warehouse)
    done = refresh(exports, warehouse, key, "--accept-shrink")
    assert done.returncode == 0, done.stderr
    return Days(home, known_at, yesterday, refused, after_refusal, current(warehouse))


def test_an_export_that_shrank_is_refused_with_what_to_do_and_the_snapshot_stays(
    days: Days,
) -> None:
    assert days.refused.returncode == 2
    assert f"hris/employees.csv: it is declared complete, but lacks {GONE} of the" in (
        days.refused.stderr
    )
    assert "--accept-shrink" in days.refused.stderr
    assert "Traceback" not in days.refused.stderr
    assert days.after_refusal == days.yesterday


def test_rows_that_came_late_are_loaded_and_known_ones_are_not_loaded_again(days: Days) -> None:
    late = days.rows(
        "select count(*) from raw.generic__mentorships where _loaded_at > "
        "(select min(_loaded_at) from raw.generic__mentorships)"
    )
    assert late == [(30,)]
    assert days.rows("select count(*) from raw.generic__mentorships__history") == [(0,)]


def test_a_corrected_pull_request_counts_once_and_as_corrected(days: Days) -> None:
    once = "select count(*) = count(distinct (repo, number)) from raw.git__pull_requests"
    assert days.rows(once) == [(True,)]
    ((changed,),) = days.rows("select count(*) from raw.git__pull_requests__history")
    assert changed > 100
    assert days.rows(
        "select count(*) from raw.git__pull_requests__history as h "
        "join raw.git__pull_requests as t using (repo, number) "
        "where t.created_at <= h.created_at or t._updated_at > h._updated_at"
    ) == [(changed,)]


def test_rows_that_a_complete_export_lacks_are_gone_and_no_other(days: Days) -> None:
    assert days.rows("select count(*) from raw.generic__employees__history") == [(GONE,)]
    assert days.rows("select count(*) from raw.generic__job_history__history") == [(0,)]


def test_yesterdays_snapshot_is_rebuilt_exactly_from_what_was_known_then(days: Days) -> None:
    before, today = tables(days.yesterday), tables(days.today)
    assert before["impact_estimates"] != today["impact_estimates"]
    assert before["participant_flow"] != today["participant_flow"]
    done = refresh(
        days.home / "exports",
        days.home / "w",
        days.home / "key",
        *("--known-at", days.known_at, "--accept-shrink"),
    )
    assert done.returncode == 0, done.stderr
    rebuilt = tables(current(days.home / "w"))
    assert current(days.home / "w") not in (days.yesterday, days.today)
    own = {"snapshot_info", "data_quality"}  # of the run itself, and of the files as they are now
    assert {name for name in before if before[name] != rebuilt[name]} <= own
    info, again = (dict(found["snapshot_info"]) for found in (before, rebuilt))
    differing = {key for key in info if info[key] != again[key]}
    assert differing <= {"snapshot_id", "built_at", "known_at"}
