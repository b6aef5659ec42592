"""The whole thread on a small organisation: what is published, what survives, what is refused."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from pipeline import snapshots
from pipeline.published import TABLES
from pipeline.settings import PROJECT

pytestmark = pytest.mark.slow

MENTORSHIP = [str(Path(sys.executable).with_name("mentorship"))]
SIZE = ["--engineers", "150", "--months", "18", "--seed", "4"]


def command(
    *arguments: str | Path, key: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MENTORSHIP, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=_environment(key) | environment,
    )


def _environment(key: Path | None) -> dict[str, str]:
    kept = {"PATH", "HOME", "LANG", "TMPDIR"}
    clean = {name: value for name, value in os.environ.items() if name in kept}
    return clean | ({"KEY": str(key)} if key else {})


def refresh(exports: Path, warehouse: Path, key: Path, *more: str) -> Any:
    return command("refresh", "--exports", exports, "--warehouse", warehouse, *more, key=key)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small organisation's exports, and a warehouse into which they were refreshed once."""
    folder = tmp_path_factory.mktemp("home")
    made = command("sample", *SIZE, "--out", folder / "exports")
    assert made.returncode == 0, made.stderr
    list_project(folder / "before.txt")
    done = refresh(folder / "exports", folder / "warehouse", folder / "key")
    assert done.returncode == 0, done.stderr
    list_project(folder / "after.txt")
    return folder


def list_project(out: Path) -> None:
    """Note what lies in the project folder, but for the tools' own caches."""
    names = (path.name for path in PROJECT.iterdir() if not path.name.startswith("."))
    out.write_text("\n".join(names))


@pytest.fixture
def warehouse(home: Path, tmp_path: Path) -> Path:
    """A copy of the refreshed warehouse."""
    copy = tmp_path / "warehouse"
    shutil.copytree(home / "warehouse", copy)
    return copy


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            name: connection.execute(f'select * from "{name}" order by all').fetchall()
            for name in TABLES
        }


def current(warehouse: Path) -> Path:
    found = snapshots.current_snapshot(warehouse / "snapshots")
    assert found is not None
    return found


def test_a_refresh_publishes_a_checked_private_snapshot(home: Path) -> None:
    path = current(home / "warehouse")
    snapshots.check(path)
    info = snapshots.read_info(path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}", path.stem)
    assert path.stem.startswith(info["as_of_date"])
    assert info["minimum_group"] == "10"
    for name in ("built_at", "exports_hash", "code_version", "settings_hash", "git_end"):
        assert info[name]
    for found in (home / "warehouse").rglob("*"):
        assert found.stat().st_mode & 0o077 == 0, found


def test_a_refresh_leaves_nothing_in_the_project_folder(home: Path) -> None:
    before, after = (
        (home / f"{moment}.txt").read_text().splitlines() for moment in ("before", "after")
    )
    assert set(after) - set(before) == set()


def test_an_unchanged_second_refresh_publishes_nothing(home: Path, warehouse: Path) -> None:
    before = current(warehouse)
    stamp = before.stat().st_mtime_ns
    done = refresh(home / "exports", warehouse, home / "key")
    assert done.returncode == 0, done.stderr
    assert "nothing to publish" in done.stdout
    assert current(warehouse) == before
    assert before.stat().st_mtime_ns == stamp


def test_the_report_of_the_data_checks_is_named_whole_and_comes_back_when_removed(
    home: Path, warehouse: Path
) -> None:
    index = warehouse / "data_docs" / "index.html"
    text = index.read_text()
    with duckdb.connect(str(current(warehouse)), read_only=True) as connection:
        published = connection.execute(
            'select distinct "table" from data_quality where starts_with("check", \'expect_\')'
        ).fetchall()
    assert published
    assert all(f'href="{table}-' in text for (table,) in published)
    shutil.rmtree(index.parent)
    done = refresh(home / "exports", warehouse, home / "key")
    assert "nothing to publish" in done.stdout
    assert f"data checks: {index}" in done.stdout
    assert index.read_text().count("href=") == text.count("href=")


def test_asking_for_the_default_day_by_name_publishes_nothing(home: Path, warehouse: Path) -> None:
    day = snapshots.read_info(current(warehouse))["as_of_date"]
    done = refresh(home / "exports", warehouse, home / "key", "--as-of", day)
    assert "nothing to publish" in done.stdout


def test_no_published_figure_depends_on_the_key(home: Path, tmp_path: Path) -> None:
    done = refresh(home / "exports", tmp_path / "w", tmp_path / "other-key")
    assert done.returncode == 0, done.stderr
    one, other = current(home / "warehouse"), current(tmp_path / "w")
    assert one.name == other.name
    mine, yours = tables(one), tables(other)
    for found in (mine, yours):
        found["snapshot_info"] = [row for row in found["snapshot_info"] if row[0] != "built_at"]
    assert mine == yours


def test_another_key_is_refused_and_nothing_changes(home: Path, warehouse: Path) -> None:
    before = current(warehouse)
    (warehouse / "key").write_text("0" * 64)
    (warehouse / "key").chmod(0o600)
    done = refresh(home / "exports", warehouse, warehouse / "key")
    assert done.returncode == 2
    assert "not the key" in done.stderr
    assert "Traceback" not in done.stderr
    assert current(warehouse) == before


def test_a_key_that_others_can_read_is_refused(home: Path, warehouse: Path) -> None:
    key = warehouse / "key"
    shutil.copy(home / "key", key)
    key.chmod(0o644)
    done = refresh(home / "exports", warehouse, key)
    assert done.returncode == 2
    assert "chmod 600" in done.stderr


def test_a_reader_is_not_disturbed_by_a_refresh_with_another_setting(
    home: Path, warehouse: Path
) -> None:
    before = current(warehouse)
    settings = warehouse / "other.toml"
    look = date.fromisoformat(snapshots.read_info(before)["as_of_date"]) - timedelta(days=75)
    plan = f"first_look = {look}\nevery = 'quarter'\nlooks = 4\n"
    settings.write_text(f"minimum_group = 12\n[plan]\n{plan}")
    with duckdb.connect(str(before), read_only=True) as reader:
        rows = reader.execute("select * from snapshot_info").fetchall()
        done = refresh(home / "exports", warehouse, home / "key", "--settings", str(settings))
        assert done.returncode == 0, done.stderr
        assert reader.execute("select * from snapshot_info").fetchall() == rows
    assert current(warehouse) != before
    assert before.exists()
    assert snapshots.read_info(current(warehouse))["minimum_group"] == "12"
    with duckdb.connect(str(current(warehouse)), read_only=True) as connection:
        (sentence,) = connection.execute(
            """select sentence from trust_checks where "check" = 'looks'"""
        ).fetchall()[0]
    assert f"verdicts those of look 1 of 4 on data up to {look:%d.%m.%Y}" in sentence


def started(home: Path, warehouse: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *MENTORSHIP,
            *("refresh", "--exports", str(home / "exports"), "--warehouse", str(warehouse)),
            *more,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=_environment(home / "key"),
    )


def until_locked(warehouse: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lock = warehouse / "refresh.lock"
        if lock.exists() and lock.read_text():
            return
    raise AssertionError("the refresh never took the lock")


def test_the_second_of_two_refreshes_is_told_who_runs_the_first(
    home: Path, warehouse: Path
) -> None:
    first = started(home, warehouse, "--as-of", "2026-03-31")
    until_locked(warehouse)
    second = refresh(home / "exports", warehouse, home / "key")
    _, err = first.communicate()
    assert first.returncode == 0, err
    assert second.returncode == 1
    assert f"process {first.pid} on " in second.stderr
    assert "since 20" in second.stderr


@pytest.mark.parametrize("seed", range(3))
def test_a_refresh_killed_at_any_moment_loses_nothing(
    home: Path, warehouse: Path, seed: int
) -> None:
    before = current(warehouse)
    process = started(home, warehouse, "--as-of", "2026-02-28")
    until_locked(warehouse)
    try:
        process.wait(timeout=float(np.random.default_rng(seed).uniform(0, 8)))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    snapshots.check(current(warehouse))
    assert before.exists()
    done = refresh(home / "exports", warehouse, home / "key", "--as-of", "2026-02-28")
    assert done.returncode == 0, done.stderr
    assert current(warehouse).stem.startswith("2026-02-28-")
    assert not [path for path in (warehouse / "snapshots").iterdir() if path.name[0] == "."]


def exports_with(home: Path, folder: Path, *rooms: str) -> Path:
    copy = folder / "exports"
    copy.mkdir()
    for room in rooms:
        shutil.copytree(home / "exports" / room, copy / room)
    return copy


@pytest.mark.parametrize(
    ("rooms", "expected"),
    [
        ((), "hris"),
        (("hris", "git"), "mentorship"),
        (("mentorship",), "hris"),
    ],
)
def test_exports_without_a_required_folder_are_refused(
    home: Path, tmp_path: Path, rooms: tuple[str, ...], expected: str
) -> None:
    exports = exports_with(home, tmp_path, *rooms)
    done = refresh(exports, tmp_path / "w", tmp_path / "key")
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert snapshots.current_snapshot(tmp_path / "w" / "snapshots") is None


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = refresh(tmp_path / "none", tmp_path / "w", tmp_path / "key")
    assert done.returncode == 2
    assert str(tmp_path / "none") in done.stderr
    assert not (tmp_path / "w").exists()


def test_without_git_and_incidents_the_rest_is_published(home: Path, tmp_path: Path) -> None:
    exports = exports_with(home, tmp_path, "hris", "mentorship")
    done = refresh(exports, tmp_path / "w", tmp_path / "key")
    assert done.returncode == 0, done.stderr
    verdicts = {
        (row[0], row[1])
        for row in duckdb.connect(str(current(tmp_path / "w")), read_only=True)
        .execute(
            "select outcome, verdict from impact_estimates "
            "where is_headline and comparison = 'matched' and segment_dimension = 'all'"
        )
        .fetchall()
    }
    assert ("pr_cycle_time", "no_data") in verdicts
    assert ("incident_rate", "no_data") in verdicts
    assert {outcome for outcome, verdict in verdicts if verdict != "no_data"} == {
        "retention",
        "promotion",
    }


def mentorships_cut_to(home: Path, folder: Path, rows: int) -> Path:
    exports = exports_with(home, folder, "hris", "git", "incidents", "mentorship")
    for path in (exports / "mentorship").iterdir():
        if not path.name.startswith("mentorships"):
            path.unlink()
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        begun = [line for line in lines[1:] if ",completed" in line or ",active" in line]
        path.write_text("\n".join([lines[0], *begun[:rows]]) + "\n", encoding="utf-8")
    return exports


def test_one_mentee_gives_no_figure_no_error_and_the_reason(home: Path, tmp_path: Path) -> None:
    exports = mentorships_cut_to(home, tmp_path, 1)
    (exports / "git" / "strange.csv").write_text("colour,taste\nred,sweet\n")
    done = refresh(exports, tmp_path / "w", tmp_path / "key")
    assert done.returncode == 0, done.stderr
    assert "files of no known shape, left unread: 1. `mentorship check`" in done.stderr
    assert "nobody is compared: of 1 mentee none" in done.stderr
    with duckdb.connect(str(current(tmp_path / "w")), read_only=True) as connection:
        rows = connection.execute(
            "select verdict, estimate, n_mentored from impact_estimates "
            "where comparison = 'matched' and segment_dimension = 'all'"
        ).fetchall()
    assert rows
    assert {row[0] for row in rows} <= {"suppressed", "not_enough_data", "no_data"}
    assert {row[1:] for row in rows} == {(None, None)}


def test_a_private_database_that_is_none_is_named_with_what_to_do(
    home: Path, warehouse: Path
) -> None:
    before = current(warehouse)
    (warehouse / "work.duckdb").write_bytes(b"not a database" * 400)
    done = refresh(home / "exports", warehouse, home / "key")
    assert done.returncode == 1
    assert "work.duckdb: cannot be opened" in done.stderr
    assert "made anew from the exports" in done.stderr
    assert current(warehouse) == before
    (warehouse / "work.duckdb").rename(warehouse / "moved-away.duckdb")
    again = refresh(home / "exports", warehouse, home / "key")
    assert "nothing to publish" in again.stdout, again.stderr
