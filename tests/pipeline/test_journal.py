"""The log of refreshes says how the last one stands, whatever ended it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import journal, lock
from pipeline.errors import BadInputError, LockedError, PipelineError, SettingsError, TransformError
from pipeline.remote import TransferError

SECRET = "ada@example.org in /home/ada/exports"
KILLED = """
import os, pathlib, signal, sys
from pipeline import journal, lock
warehouse = pathlib.Path(sys.argv[1])
with lock.hold(warehouse / "refresh.lock"), journal.kept(warehouse):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def lines(warehouse: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (warehouse / journal.PLACE).read_text().splitlines()]


def run(warehouse: Path, error: BaseException | None = None) -> None:
    with lock.hold(warehouse / "refresh.lock"), journal.kept(warehouse) as log:
        if error is not None:
            raise error
        log.note("loaded", files=3, rows_read=120)
        log.note("published", snapshot="2026-06-30-8dbd13094a77")


def test_nothing_is_known_before_the_first_refresh(tmp_path: Path) -> None:
    assert journal.last(tmp_path) is None


def test_a_refresh_that_went_through_is_done(tmp_path: Path) -> None:
    run(tmp_path)
    last = journal.last(tmp_path)
    assert last is not None
    assert (last.state, last.reason, last.is_bad) == ("done", "", False)
    found = lines(tmp_path)
    assert [line["event"] for line in found] == ["started", "loaded", "published"]
    assert len({line["run"] for line in found}) == 1
    assert (tmp_path / journal.PLACE).stat().st_mode & 0o077 == 0


def test_a_refresh_under_way_is_running_while_its_lock_is_held(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "refresh.lock"), journal.kept(tmp_path) as log:
        last = journal.last(tmp_path)
        assert last is not None
        assert last.state == "running"
        log.note("unchanged")


@pytest.mark.parametrize(
    "error",
    [
        BadInputError(SECRET),
        TransformError(SECRET),
        SettingsError(SECRET),
        ValueError(SECRET),
        KeyboardInterrupt(SECRET),
    ],
)
def test_a_failure_is_told_in_fixed_words_without_its_message(
    tmp_path: Path, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        run(tmp_path, error)
    last = journal.last(tmp_path)
    assert last is not None
    assert last.state == "failed"
    assert last.reason
    assert "ada" not in (tmp_path / journal.PLACE).read_text()
    run(tmp_path)
    assert not journal.last(tmp_path).is_bad  # type: ignore[union-attr]


def test_every_kind_of_failure_has_words_of_its_own() -> None:
    kinds = {PipelineError, *PipelineError.__subclasses__(), *BadInputError.__subclasses__()}
    assert TransferError in kinds
    assert len({kind.reason for kind in kinds}) == len(kinds)


def test_a_killed_refresh_is_cut_off(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == -9
    last = journal.last(tmp_path)
    assert last is not None
    assert (last.state, last.is_bad) == ("cut off", True)


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    run(tmp_path)
    with (tmp_path / journal.PLACE).open("a") as file:
        file.write('{"at": "2026-07-01T05:00:00+00:00", "ev')
    assert journal.last(tmp_path).state == "done"  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="later"):
        run(tmp_path, ValueError("later"))
    assert journal.last(tmp_path).state == "failed"  # type: ignore[union-attr]


def test_a_failure_before_the_start_is_noted_only_where_something_ran(tmp_path: Path) -> None:
    journal.note_failure(tmp_path, SettingsError(SECRET))
    assert not list(tmp_path.iterdir())
    run(tmp_path)
    journal.note_failure(tmp_path, SettingsError(SECRET))
    assert journal.last(tmp_path).reason == SettingsError.reason  # type: ignore[union-attr]


def test_a_failure_beside_a_refresh_under_way_says_nothing_of_it(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "refresh.lock"), journal.kept(tmp_path) as log:
        journal.note_failure(tmp_path, SettingsError(SECRET))
        assert journal.last(tmp_path).state == "running"  # type: ignore[union-attr]
        log.note("unchanged")


def test_a_disk_that_takes_no_line_stops_no_refresh(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder is to be")
    run(tmp_path)
    assert journal.last(tmp_path) is None


def test_looking_whether_the_lock_is_held_takes_it_from_nobody(tmp_path: Path) -> None:
    path = tmp_path / "refresh.lock"
    assert not lock.is_held(path)
    with lock.hold(path):
        assert lock.is_held(path)
        with pytest.raises(LockedError), lock.hold(path):
            pass
    assert not lock.is_held(path)
    assert path.stat().st_size == 0
