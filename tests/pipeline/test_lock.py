"""One refresh at a time, and no lock outlives its holder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import lock
from pipeline.errors import LockedError

HOLDER = """
import sys, pathlib
from pipeline import lock
with lock.hold(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder_of(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def ended(process: subprocess.Popen[str]) -> None:
    process.communicate()


def test_the_second_is_told_who_holds_it_and_since_when(tmp_path: Path) -> None:
    process = holder_of(tmp_path / "lock")
    with pytest.raises(LockedError) as caught, lock.hold(tmp_path / "lock"):
        pass
    said = str(caught.value)
    assert f"process {process.pid} on {os.uname().nodename}" in said
    assert re.search(r"since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", said)
    assert caught.value.exit_status == 1
    ended(process)


def test_a_lock_is_free_after_its_holder_was_killed(tmp_path: Path) -> None:
    process = holder_of(tmp_path / "lock")
    process.send_signal(signal.SIGKILL)
    ended(process)
    assert str(process.pid) in (tmp_path / "lock").read_text()
    with lock.hold(tmp_path / "lock"):
        assert str(os.getpid()) in (tmp_path / "lock").read_text()
    assert (tmp_path / "lock").read_text() == ""


def test_a_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), lock.hold(tmp_path / "lock"):
        raise ValueError("x")
    with lock.hold(tmp_path / "lock"):
        pass


def test_the_lock_file_is_private(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_mode & 0o077 == 0
