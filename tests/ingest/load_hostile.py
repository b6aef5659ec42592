"""Load an exports folder under limits, and say how that went; run as a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import duckdb

from ingest.load import read_all
from pipeline.settings import Settings


class Clock:
    """Progress that keeps the most processor time between two files."""

    def __init__(self) -> None:
        self.last, self.at, self.longest = time.process_time(), "", (0.0, "")

    def update(self, n: int = 1) -> None:
        """Count nothing."""

    def note(self, text: str) -> None:
        """A new file begins."""
        now = time.process_time()
        self.longest = max(self.longest, (now - self.last, self.at))
        self.last, self.at = now, text


def main(exports: Path) -> None:
    """Load, and print counts, the longest time and the most memory as JSON."""
    clock = Clock()
    with duckdb.connect(str(exports.parent / "work.duckdb")) as connection:
        report, _ = read_all(connection, exports, Settings(), b"k" * 32, clock)
    clock.note("")
    said = {
        "files": {one.path: [one.status, one.rows_read, one.rows_loaded] for one in report.files},
        "balanced": all(
            one.rows_read == one.rows_loaded + one.rows_known + one.rows_quarantined
            for one in report.files
        ),
        "longest": clock.longest,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
