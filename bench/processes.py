"""Run a command as a process of its own and account for it: seconds, memory, output."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
LOOKS_A_SECOND = 5


@dataclass(frozen=True)
class Run:
    """One finished process and the children it waited for.

    Attributes
    ----------
    seconds, cpu_seconds
        By the wall clock, and of all processors.
    peak_mib, sum_mib
        Most resident memory of the largest process, and of all together at one moment (looked at
        five times a second).
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float
    sum_mib: float
    output: str = ""


def run(command: list[str], **environment: str) -> Run:
    """Run `command` from the repository root; raise with its output when it fails."""
    with tempfile.TemporaryFile("w+") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=os.environ | environment
        )
        ended = threading.Event()
        sums: list[float] = [0.0]
        watch = threading.Thread(target=_watch, args=(process.pid, ended, sums))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        ended.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        output = log.read()
    if process.returncode:
        raise RuntimeError(f"{command} failed with {process.returncode}:\n{output[-4000:]}")
    peak = usage.ru_maxrss / 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak, max(peak, *sums), output)


def _watch(pid: int, ended: threading.Event, sums: list[float]) -> None:
    while not ended.wait(1 / LOOKS_A_SECOND):
        sums.append(sum(_resident_mib(one) for one in _family(pid)))


def _family(pid: int) -> Iterator[int]:
    """A process and all below it; those that end meanwhile are left out."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _resident_mib(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def machine() -> str:
    """Name the machine the figures are from: processor, cores, memory, Python."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [ln for ln in cpuinfo.read_text().splitlines() if ln.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {gib:.0f} GiB, Python {platform.python_version()}"
