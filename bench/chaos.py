"""Does anything get lost when a refresh is killed, a disk fills or a file is spoilt?

    python bench/chaos.py [--kills 200] [--seed 1] [--out bench/chaos.md]

Faults come first: a newest snapshot that is spoilt, files that cannot be read (without the rights
that let root read everything), a disk that is full (a small tmpfs; root only). Then a small
organisation gets a new export of pull requests before every kill. The refresh that loads it is
killed with -9 at a moment drawn evenly over the time a whole one takes; then the dashboard has to
serve the last good snapshot, and the next refresh has to publish by itself. Every row that was ever
exported has to be there, and the last snapshot has to be the one that a warehouse gives which
nothing ever happened to. That is checked after every twenty kills, and the report is written each
time, so that a run which is stopped keeps what it has found.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import duckdb
import numpy as np
from processes import PYTHON, ROOT, machine

from pipeline import journal, snapshots

ROWS_A_FILE = 50
KILLS_A_CHECK = 20
ENGINEERS, MONTHS = 60, 18
SERVE = (
    "import sys, pathlib; from dashboards.app import serve;"
    "serve(pathlib.Path(sys.argv[1]), port=int(sys.argv[2]), workers=1)"
)
#: Runs a command without root's right to read what nobody may read.
HUMBLE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
FULL_DISK = "disk full"
UNREADABLE = "unreadable"
AT_AN_END = "starting or ending"


class BrokenPromiseError(AssertionError):
    """Something was lost, was not served, or did not mend itself."""


@dataclass
class House:
    """An organisation's exports, its warehouse, and what was done to them.

    Attributes
    ----------
    files : exports of pull requests added so far.
    killed : step of the refresh -> kills that hit it.
    faults : fault -> times it was made.
    skipped : fault -> why it could not be made here.
    """

    folder: Path
    files: int = 0
    seconds: float = 0.0
    killed: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def exports(self) -> Path:
        """The exports folder."""
        return self.folder / "exports"

    @property
    def warehouse(self) -> Path:
        """The warehouse."""
        return self.folder / "warehouse"

    @property
    def environment(self) -> dict[str, str]:
        """Give what a refresh knows of this machine: no setting of the caller's."""
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return kept | {"HOME": str(self.folder)}

    @property
    def current(self) -> Path:
        """The published snapshot."""
        found = snapshots.current_snapshot(self.warehouse / "snapshots")
        if found is None:
            raise BrokenPromiseError("nothing is published")
        return found

    def command(self, warehouse: Path, *before: str) -> list[str]:
        """Give the command that refreshes into a warehouse."""
        mentorship = str(Path(PYTHON).with_name("mentorship"))
        where = ["--exports", str(self.exports), "--warehouse", str(warehouse)]
        return [*before, mentorship, "refresh", *where, "--key", str(self.folder / "key")]

    def start(self, *before: str) -> subprocess.Popen[str]:
        """Start a refresh."""
        return subprocess.Popen(
            self.command(self.warehouse, *before),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )

    def refresh(self, warehouse: Path | None = None) -> None:
        """Refresh; it has to go through."""
        done = subprocess.run(
            self.command(warehouse or self.warehouse),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
        )
        if done.returncode:
            raise BrokenPromiseError(f"the refresh failed: {done.stderr[-2000:]}")

    def add_export(self) -> None:
        """Write one more export of pull requests that nobody has loaded yet."""
        self.files += 1
        opened = datetime(2025, 6, 1, tzinfo=UTC)
        with (self.exports / "git" / f"chaos-{self.files:04}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["repo", "number", "author", "created_at", "merged_at"])
            for number in range(ROWS_A_FILE):
                at = opened + timedelta(hours=number)
                merged = at + timedelta(hours=5)
                who = f"nobody-{number}@example.org"
                writer.writerow(
                    [f"chaos/{self.files}", number + 1, who, at.isoformat(), merged.isoformat()]
                )

    def rows_lost(self) -> int:
        """Count the exported pull requests that are not in the private database."""
        with duckdb.connect(str(self.warehouse / "work.duckdb"), read_only=True) as connection:
            ((found,),) = connection.execute(
                "select count(*) from raw.generic__pull_requests as p join raw.loads as l "
                "on l.file_id = p._file_id where l.path = 'git/*.csv'"
            ).fetchall()
        return self.files * ROWS_A_FILE - int(found)


def make_house(folder: Path) -> House:
    """Write the organisation and refresh it once."""
    house = House(folder)
    mentorship = str(Path(PYTHON).with_name("mentorship"))
    size = ["--engineers", str(ENGINEERS), "--months", str(MONTHS), "--seed", "4"]
    subprocess.run(
        [mentorship, "sample", *size, "--out", str(house.exports)], check=True, capture_output=True
    )
    house.refresh()
    house.add_export()
    started = time.perf_counter()
    house.refresh()
    house.seconds = time.perf_counter() - started
    return house


@dataclass(frozen=True)
class Served:
    """A dashboard over a warehouse."""

    address: str

    def snapshot(self) -> str:
        """Say which snapshot is served; a page has to come with it."""
        with urlopen(f"{self.address}/readyz", timeout=60) as answer:  # noqa: S310
            ready = json.load(answer)
        with urlopen(f"{self.address}/", timeout=60) as answer:  # noqa: S310
            answer.read()
        return str(ready["snapshot"])

    def state(self) -> str:
        """Say what the dashboard knows of the last refresh."""
        with urlopen(f"{self.address}/healthz", timeout=60) as answer:  # noqa: S310
            return str(json.load(answer)["refresh"])


@contextmanager
def serving(warehouse: Path, log: Path) -> Iterator[Served]:
    """Serve a warehouse for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [PYTHON, "-c", SERVE, str(warehouse), str(port)], stdout=out, stderr=out, cwd=ROOT
        )
    served = Served(f"http://127.0.0.1:{port}")
    try:
        for _ in range(600):
            try:
                served.snapshot()
                break
            except HTTPError:
                raise
            except OSError:
                time.sleep(0.1)  # a process that starts cannot be waited for in another way
        yield served
    finally:
        process.terminate()
        process.wait(timeout=60)


def expect(served: Served, wanted: str, after: str) -> None:
    """Hold the dashboard to a snapshot."""
    found = served.snapshot()
    if found != wanted:
        raise BrokenPromiseError(f"after {after}: {found} is served, not {wanted}")


def kill(house: House, served: Served, at: float) -> None:
    """Kill a refresh at a share of its time, and see whether all is well."""
    house.add_export()
    before = house.current.stem
    process = house.start()
    try:
        process.wait(timeout=at * house.seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.communicate()
    if process.returncode == -signal.SIGKILL:
        house.killed[_step(house)] += 1
        if house.current.stem == before:
            expect(served, before, "a kill")
            if _step(house) != AT_AN_END and served.state() != "cut off":
                raise BrokenPromiseError("the dashboard does not know of the kill")
    house.refresh()
    if house.current.stem == before or not snapshots.is_whole(house.current):
        raise BrokenPromiseError("the refresh after a kill published nothing whole")
    expect(served, house.current.stem, "the refresh after a kill")
    if house.rows_lost():
        raise BrokenPromiseError(f"{house.rows_lost()} rows were lost by a kill")


def _step(house: House) -> str:
    """Say how far the last refresh had come, by its log."""
    lines = (house.warehouse / journal.PLACE).read_text().splitlines()
    last = json.loads(lines[-1])["event"]
    steps = {"started": "loading", "loaded": "building the models", "modelled": "publishing"}
    return steps.get(last, AT_AN_END)


def spoil(house: House, served: Served, name: str, do: Callable[[Path], None]) -> None:
    """Spoil the newest snapshot: every dashboard serves a good one, and a refresh mends it."""
    house.faults[name] += 1
    newest = house.current
    shown = served.snapshot()
    do(newest)
    expect(served, shown, name)
    with serving(house.warehouse, house.folder / "fresh.log") as fresh:
        if fresh.snapshot() == newest.stem:
            raise BrokenPromiseError(f"{name}: the spoilt snapshot is served")
    house.refresh()
    if house.current.stem != newest.stem or not snapshots.is_whole(house.current):
        raise BrokenPromiseError(f"{name}: the refresh did not mend it")
    expect(served, newest.stem, f"the refresh after {name}")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _scramble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    noise = np.random.default_rng(7)
    for start in range(12_288, len(content) - 4096, 32_768):
        content[start : start + 4096] = noise.bytes(4096)
    path.write_bytes(bytes(content))


SPOILT: dict[str, Callable[[Path], None]] = {
    "newest snapshot cut short": _cut,
    "newest snapshot empty": _empty,
    "newest snapshot scrambled": _scramble,
}


def make_unreadable(house: House, served: Served, path: Path) -> None:
    """Take the right to read a file away: the refresh says so; with the right it goes through."""
    before, mode = house.current.stem, path.stat().st_mode
    house.add_export()
    house.faults[f"{UNREADABLE}: {path.name}"] += 1
    path.chmod(0)
    process = house.start(*(HUMBLE if os.geteuid() == 0 else ()))
    said, _ = process.communicate()
    path.chmod(mode)
    if process.returncode not in (1, 2) or "Traceback" in said:
        raise BrokenPromiseError(f"{path.name} unreadable: {process.returncode}: {said[-2000:]}")
    expect(served, before, f"{path.name} was unreadable")
    house.refresh()
    expect(served, house.current.stem, f"{path.name} was readable again")


def fill_disk(house: House, free_mib: float) -> None:
    """Refresh on a disk with little left; with more room it goes through."""
    house.faults[f"{FULL_DISK} with {free_mib:g} MiB left"] += 1
    house.add_export()
    disk = house.folder / "disk"
    disk.mkdir(exist_ok=True)
    used = sum(path.stat().st_blocks * 512 for path in house.warehouse.rglob("*"))
    size = int(used + free_mib * 2**20) // 1024
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)], check=True)
    own = house.warehouse
    try:
        shutil.copytree(own, disk / "warehouse", dirs_exist_ok=True)
        own.rename(house.folder / "aside")
        own.symlink_to(disk / "warehouse")
        before = house.current.stem
        process = house.start()
        said, _ = process.communicate()
        if process.returncode != 1 or "Traceback" in said:
            raise BrokenPromiseError(f"full disk: {process.returncode}: {said[-2000:]}")
        with serving(own, house.folder / "full.log") as served:
            expect(served, before, "a full disk")
            subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
            house.refresh()
            expect(served, house.current.stem, "room on the disk")
    finally:
        if own.is_symlink():
            own.unlink()
            (house.folder / "aside").rename(own)
        subprocess.run(["umount", str(disk)], check=True)
    house.refresh()


def run(
    house: House,
    kills: int,
    seed: int,
    *,
    with_files: bool = True,
    note: Callable[[int], None] = lambda _: None,
) -> int:
    """Do everything to a house; give the rows lost.

    `note` is called with the rows lost whenever all has been held against a warehouse that
    nothing happened to: after the faults, after every `KILLS_A_CHECK` kills, and at the end.

    Raises
    ------
    BrokenPromiseError
        Something was lost, was not served, or did not mend itself.
    """
    chance = np.random.default_rng(seed)
    with serving(house.warehouse, house.folder / "served.log") as served:
        for name, do in SPOILT.items():
            spoil(house, served, name, do)
        if with_files:
            _take_rights_away(house, served)
    if with_files:
        _fill_disks(house)
    note(_check(house))
    with serving(house.warehouse, house.folder / "served.log") as served:
        while (done := house.killed.total()) < kills:  # a kill after the end is none
            kill(house, served, at := float(chance.uniform()))
            print(f"kill {done + 1} of {kills} at {at:.2f}: {dict(house.killed)}", flush=True)
            if (done := house.killed.total()) < kills and done % KILLS_A_CHECK == 0:
                note(_check(house))
    note(lost := _check(house))
    return lost


def _check(house: House) -> int:
    """Hold a house against a warehouse that nothing happened to; give the rows lost."""
    untouched = house.folder / "untouched"
    shutil.rmtree(untouched, ignore_errors=True)
    house.refresh(untouched)
    found = snapshots.current_snapshot(untouched / "snapshots")
    if found is None or found.stem != house.current.stem:
        raise BrokenPromiseError("a warehouse that nothing happened to publishes another snapshot")
    return house.rows_lost()


def _take_rights_away(house: House, served: Served) -> None:
    if os.geteuid() == 0 and shutil.which(HUMBLE[0]) is None:
        house.skipped[UNREADABLE] = "root reads everything, and setpriv is not here"
        return
    for path in (
        house.exports / "hris" / "employees.csv",
        house.exports / "hris",
        house.warehouse / "work.duckdb",
        house.folder / "key",
    ):
        make_unreadable(house, served, path)


def _fill_disks(house: House) -> None:
    if os.geteuid() != 0:
        house.skipped[FULL_DISK] = "only root mounts a small disk"
        return
    for free_mib in (0, 1, 4):
        fill_disk(house, free_mib)


def report(house: House, kills: int, lost: int) -> str:
    """Write what was done and found."""
    hit = sum(house.killed.values())
    steps = ", ".join(f"{n} while {step}" for step, n in sorted(house.killed.items())) or "none"
    lines = [
        "# Chaos",
        "",
        "What `bench/chaos.py` did to a refresh and what was lost; see there for how.",
        "",
        "| | |",
        "|---|---:|",
        f"| refreshes killed with -9 | {hit} of {kills} |",
        f"| other faults | {sum(house.faults.values())} |",
        f"| rows exported meanwhile | {house.files * ROWS_A_FILE} |",
        f"| **rows lost** | **{lost}** |",
        "",
        f"Kills by what they hit: {steps}; one that came after the end is none. After every kill "
        "and every fault the dashboard served the last good snapshot and the next refresh "
        "published by itself; the last snapshot is the one of a warehouse that nothing happened "
        "to.",
        "",
        "| fault | times |",
        "|---|---:|",
        *(f"| {name} | {times} |" for name, times in house.faults.items()),
        *(f"| {name} | skipped: {why} |" for name, why in house.skipped.items()),
        "",
        f"{machine()}; an uninterrupted refresh took {house.seconds:.0f} s.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Do it all and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "chaos.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        house = make_house(Path(folder))

        def note(lost: int) -> None:
            given.out.write_text(report(house, given.kills, lost), encoding="utf-8")

        run(house, given.kills, given.seed, note=note)
    print(given.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
