"""Does the dashboard hold under readers who never stop while its snapshot is switched?

    python bench/soak.py [--readers 50] [--seconds 300] [--every 20] [--out bench/soak.md]

Readers ask for pages, callbacks and health, one after another, each over a connection of its own.
Meanwhile `current` is switched between prebuilt snapshots of the same warehouse. Every answer has
to be good, and every page has to be made of one snapshot only: each of them carries its own mark in
every figure's unit, and no page may hold two. Memory is that of all server processes together,
looked at every second; it may not grow from the second quarter to the last.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from processes import PYTHON, ROOT, machine

from pipeline import snapshots

sys.path.insert(0, str(ROOT))  # the tests are no installed package

from tests.dashboards.asking import CALLBACK, page_request

SNAPSHOTS = 3
WORKERS = 2
FLAT_SHARE = 0.05
SERVE = (
    "import sys, pathlib; from dashboards.app import serve;"
    "serve(pathlib.Path(sys.argv[1]), port=int(sys.argv[2]), workers=int(sys.argv[3]))"
)
PAGES = ("/", "/outcomes", "/evidence", "/programme", "/access", "/data", "/outcomes/retention")
OTHERS = ("/healthz", "/readyz", "/metrics", "/_dash-layout", "/_dash-dependencies")
MARK = re.compile(r"soak-mark-(\d+)")
SHOWN = re.compile(r'"data-snapshot": ?"([^"]+)"')


@dataclass
class Found:
    """What the readers met.

    Attributes
    ----------
    answers : address -> answers.
    errors : what was wrong -> times.
    seen : snapshot -> pages that showed it.
    """

    answers: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, path: str, problem: str | None, snapshot: str | None, seconds: float) -> None:
        """Count one answer."""
        with self.lock:
            self.answers[path] += 1
            self.seconds.append(seconds)
            if problem:
                self.errors[f"{path}: {problem}"] += 1
            if snapshot:
                self.seen[snapshot] += 1


def make_snapshots(source: Path, warehouse: Path) -> list[str]:
    """Copy one snapshot several times, each with its own mark in all that its pages show."""
    folder = warehouse / "snapshots"
    folder.mkdir(parents=True)
    names = []
    for number in range(SNAPSHOTS):
        name = f"2026-06-{10 + number}-{number:012x}"
        shutil.copyfile(source, folder / f"{name}.duckdb")
        with duckdb.connect(str(folder / f"{name}.duckdb")) as connection:
            mark = f" soak-mark-{number}"
            connection.execute("update metric_definitions set label = label || ?", [mark])
            connection.execute("update impact_estimates set unit = unit || ?", [mark])
            connection.execute(
                "update impact_estimates set verdict_reason = verdict_reason || ?", [mark]
            )
        names.append(f"{name}.duckdb")
    snapshots.switch(folder, names[0])
    return names


@contextmanager
def serving(warehouse: Path) -> Iterator[tuple[int, int]]:
    """Serve a warehouse; give the port and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with (warehouse / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [PYTHON, "-c", SERVE, str(warehouse), str(port), str(WORKERS)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    try:
        for _ in range(600):
            try:
                first = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                with closing(first) as connection:
                    ask(connection, "/readyz")
                break
            except OSError:
                time.sleep(0.1)  # a process that starts cannot be waited for in another way
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
    """Ask once: a page as Dash's renderer does, anything else by GET."""
    if path in PAGES:
        body = json.dumps(page_request(path))
        connection.request("POST", CALLBACK, body, {"Content-Type": "application/json"})
    else:
        connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def judge(path: str, status: int, text: str) -> tuple[str | None, str | None]:
    """Say what is wrong with an answer, and which snapshot it shows."""
    if status != 200:
        return f"status {status}", None
    if path not in PAGES:
        return None, None
    marks, shown = set(MARK.findall(text)), set(SHOWN.findall(text))
    if len(shown) != 1:
        return f"{len(shown)} snapshots named", None
    (name,) = shown
    number = str(int(name.rsplit("-", 1)[1], 16))
    if marks - {number}:
        return "a page mixed from two snapshots", name
    if path in ("/", "/outcomes") and not marks:
        return "a page without its snapshot's mark", name
    return None, name


def read(port: int, first: int, done: threading.Event, found: Found) -> None:
    """Ask for one address after another until it is over."""
    addresses = PAGES + OTHERS
    at = first
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        while not done.is_set():
            path = addresses[at % len(addresses)]
            at += 1
            started = time.perf_counter()
            try:
                problem, snapshot = judge(path, *ask(connection, path))
            except (OSError, http.client.HTTPException) as error:
                problem, snapshot = type(error).__name__, None
                connection.close()  # the next request opens it anew
            found.add(path, problem, snapshot, time.perf_counter() - started)


def memory_mib(pid: int) -> float:
    """Give the proportional memory of a process and its children, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for one in (str(pid), *children):
        text = Path(f"/proc/{one}/smaps_rollup").read_text()
        pss = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(pss[1]) if pss else 0
    return total / 1024


@dataclass(frozen=True)
class Soaked:
    """A soak's result: what the readers met, switches made, memory second by second (MiB)."""

    found: Found
    switches: int
    memory: list[float]

    @property
    def growth(self) -> float:
        """Memory of the last quarter over that of the second, minus one."""
        quarter = len(self.memory) // 4
        early = statistics.median(self.memory[quarter : 2 * quarter])
        return statistics.median(self.memory[3 * quarter :]) / early - 1


def soak(source: Path, folder: Path, readers: int, seconds: float, every: float) -> Soaked:
    """Let readers ask for `seconds` while the snapshot is switched every so often."""
    names = make_snapshots(source, folder)
    found, done, memory = Found(), threading.Event(), list[float]()
    switches = 0
    with serving(folder) as (port, pid):
        threads = [
            threading.Thread(target=read, args=(port, number, done, found))
            for number in range(readers)
        ]
        for thread in threads:
            thread.start()
        started = time.monotonic()
        while (passed := time.monotonic() - started) < seconds:
            if passed >= (switches + 1) * every:
                switches += 1
                snapshots.switch(folder / "snapshots", names[switches % len(names)])
            memory.append(memory_mib(pid))
            done.wait(min(1.0, every / 4))
        done.set()
        for thread in threads:
            thread.join()
    return Soaked(found, switches, memory)


def report(soaked: Soaked, readers: int, seconds: float, every: float) -> str:
    """Write what was met."""
    found = soaked.found
    total, ranked = sum(found.answers.values()), sorted(found.seconds)
    lines = [
        "# Soak",
        "",
        f"`bench/soak.py`: {readers} readers who never stop, for {seconds:.0f} s, on a server of "
        f"{WORKERS} workers; the snapshot is switched every {every:g} s. The readers share the "
        "machine with the server.",
        "",
        "| | |",
        "|---|---:|",
        f"| answers | {total} |",
        f"| **errors** | **{sum(found.errors.values())}** |",
        f"| pages made of more than one snapshot | "
        f"{sum(n for what, n in found.errors.items() if 'mixed' in what)} |",
        f"| switches | {soaked.switches} |",
        f"| pages that showed each snapshot | {', '.join(map(str, found.seen.values()))} |",
        f"| seconds to an answer, median and 99 % | {statistics.median(ranked):.2f}, "
        f"{ranked[int(0.99 * len(ranked))]:.2f} |",
        f"| memory of all server processes, median | {statistics.median(soaked.memory):.0f} MiB |",
        f"| growth from the second quarter to the last | {soaked.growth:+.1%} |",
        "",
        *(f"- {what}: {times}" for what, times in found.errors.items()),
        f"{machine()}.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Soak the dashboard over the sample and write the report; fail where it did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warehouse", type=Path, default=ROOT / "data" / "warehouse")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--every", type=float, default=20)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "soak.md")
    given = parser.parse_args()
    source = snapshots.current_snapshot(given.warehouse / "snapshots")
    if source is None:
        parser.error(f"{given.warehouse}: nothing is published; run make refresh first")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soaked = soak(source, Path(folder), given.readers, given.seconds, given.every)
    given.out.write_text(
        report(soaked, given.readers, given.seconds, given.every), encoding="utf-8"
    )
    print(given.out.read_text(encoding="utf-8"))
    if soaked.found.errors or soaked.growth > FLAT_SHARE:
        raise SystemExit("the dashboard did not hold")


if __name__ == "__main__":
    main()
