"""From the command line: a person is forgotten, a key is rotated, figures stay as they should."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.forget import pseudonym
from pipeline import rotation
from pipeline.errors import BadInputError
from pipeline.keys import next_key, obtain_key
from pipeline.progress import Progress
from pipeline.settings import read_run
from tests.pipeline.test_refresh import command, current, home, refresh, tables
from tests.privacy.test_plant import left_in

__all__ = ["home"]
pytestmark = pytest.mark.slow


@pytest.fixture
def mine(home: Path, tmp_path: Path) -> Path:
    """A copy of the exports, the refreshed warehouse and its key."""
    shutil.copytree(home, tmp_path / "mine")
    return tmp_path / "mine"


def run(mine: Path, what: str, *more: str) -> Any:
    where = ("--exports", mine / "exports", "--warehouse", mine / "warehouse")
    return command(what, *where, *more, key=mine / "key")


def somebody(mine: Path) -> str:
    with (mine / "exports" / "mentorship" / "mentorships.csv").open() as file:
        return next(row["mentee"] for row in csv.DictReader(file) if row["status"] == "completed")


def figures(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    found = tables(path)
    found["snapshot_info"] = [row for row in found["snapshot_info"] if row[0] != "built_at"]
    return found


def all_names(work_db: Path) -> list[str]:
    """The keyed hashes of everything that the forgotten person is called."""
    with duckdb.connect(str(work_db), read_only=True) as connection:
        return [one for (one,) in connection.execute("from raw.forgotten").fetchall()]


def hashes_in(warehouse: Path, hashes: list[str]) -> set[str]:
    """Give where hashes are found: in files, packed or not, and in columns of databases.

    A database packs its texts, so its file alone may show none that a column holds.
    """
    assert hashes
    return {
        place
        for place, content in left_in(warehouse).items()
        if place != "work.duckdb" and any(one.encode() in content for one in hashes)
    }


def test_a_forgotten_person_is_in_no_byte_and_does_not_come_back(mine: Path) -> None:
    work_db, who = mine / "warehouse" / "work.duckdb", somebody(mine)
    hashed = pseudonym((mine / "key").read_bytes().strip(), who)
    assert hashed.encode() in work_db.read_bytes()
    # In the private database only: snapshots, logs and reports never held it.
    assert all(one.startswith("work.duckdb") for one in hashes_in(mine / "warehouse", [hashed]))
    before = current(mine / "warehouse")
    assert (mine / "warehouse" / "told.json.gz").exists()
    done = run(mine, "forget", who)
    assert done.returncode == 0, done.stderr
    # Or figures that stand would go on telling of the person.
    assert not list((mine / "warehouse").glob("told*"))
    assert "0 rows left" in done.stdout
    assert "generic__employees " in done.stdout
    assert work_db.stat().st_mode & 0o777 == 0o600
    assert who not in done.stdout
    # Once: in the list of those forgotten.
    assert work_db.read_bytes().count(hashed.encode()) == 1
    again = run(mine, "refresh")
    assert again.returncode == 0, again.stderr
    assert current(mine / "warehouse") != before
    assert hashes_in(mine / "warehouse", all_names(work_db)) == {"work.duckdb:raw.forgotten.hash"}
    with duckdb.connect(str(work_db), read_only=True) as connection:
        known = "select 1 from raw.generic__employees where employee_id = ?"
        assert not connection.execute(known, [hashed]).fetchall()
    rotated = run(mine, "rotate-key")
    assert rotated.returncode == 0, rotated.stderr
    assert run(mine, "refresh").returncode == 0
    other = pseudonym((mine / "key").read_bytes().strip(), who)
    with duckdb.connect(str(work_db), read_only=True) as connection:
        assert not connection.execute(known, [other]).fetchall()


def test_a_stranger_cannot_be_forgotten(mine: Path) -> None:
    done = run(mine, "forget", "nobody@example.org")
    assert done.returncode == 2
    assert "names that person" in done.stderr
    assert "nobody@example.org" not in done.stderr


@pytest.mark.parametrize("is_lost", [False, True], ids=["rotated", "lost"])
def test_a_new_key_changes_no_figure(mine: Path, is_lost: bool) -> None:
    old, before = (mine / "key").read_bytes(), current(mine / "warehouse")
    shown = figures(before)
    if is_lost:
        (mine / "key").unlink()
        refused = run(mine, "refresh")
        assert refused.returncode == 2
        assert "rotate-key" in refused.stderr
    done = run(mine, "rotate-key")
    assert done.returncode == 0, done.stderr
    assert (mine / "key").read_bytes() != old
    assert (mine / "key").stat().st_mode & 0o777 == 0o600
    assert current(mine / "warehouse") == before
    assert not list(mine.rglob("*.next"))
    assert not (mine / "warehouse" / ".rotation").exists()
    done = refresh(mine / "exports", mine / "warehouse", mine / "key")
    assert "nothing to publish" in done.stdout
    later = refresh(mine / "exports", mine / "warehouse", mine / "key", "--as-of", "2026-03-31")
    assert later.returncode == 0, later.stderr
    assert figures(before) == shown


def test_a_rotation_that_would_lose_rows_is_refused(mine: Path) -> None:
    old = (mine / "key").read_bytes()
    work_db = (mine / "warehouse" / "work.duckdb").read_bytes()
    next((mine / "exports" / "git").iterdir()).unlink()
    done = run(mine, "rotate-key")
    assert done.returncode == 2
    assert "--accept-loss" in done.stderr
    assert (mine / "key").read_bytes() == old
    assert (mine / "warehouse" / "work.duckdb").read_bytes() == work_db
    assert not (mine / "key.next").exists()


def test_a_rotation_cut_off_between_database_and_key_is_finished(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, context = read_run(
        {
            "EXPORTS": str(mine / "exports"),
            "WAREHOUSE": str(mine / "warehouse"),
            "KEY": str(mine / "key"),
        },
        environment={},
    )
    switched = Path.replace

    def fail_at_key(path: Path, target: Path) -> Path:
        if path == next_key(context.key):
            raise SystemExit
        return switched(path, target)

    monkeypatch.setattr(Path, "replace", fail_at_key)
    with pytest.raises(SystemExit):
        rotation.rotate(settings, context, Progress())
    monkeypatch.undo()
    new = next_key(context.key).read_bytes().strip()
    assert obtain_key(context.key, context.work_db) == new
    assert not next_key(context.key).exists()


def test_nothing_is_rotated_where_nothing_is_loaded(tmp_path: Path) -> None:
    settings, context = read_run({"WAREHOUSE": str(tmp_path / "w")}, environment={})
    with pytest.raises(BadInputError, match="refresh first"):
        rotation.rotate(settings, context, Progress())
