"""Serves a warehouse with the real server, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

SERVE = (
    "import sys, pathlib; from dashboards.app import serve;"
    "serve(pathlib.Path(sys.argv[1]), port=int(sys.argv[2]), workers=int(sys.argv[3]))"
)


class Server:
    """A served warehouse and its address."""

    def __init__(self, warehouse: Path, log: Path, workers: int, before: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.warehouse = warehouse
        self.address = f"http://127.0.0.1:{port}"
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", before + SERVE, str(warehouse), str(port), str(workers)],
            stdout=self._log,
            stderr=self._log,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def wait(self) -> None:
        """Wait until it answers."""
        for _ in range(150):
            try:
                with urlopen(f"{self.address}/healthz", timeout=2) as answer:  # noqa: S310
                    answer.read()
                return
            except OSError:
                time.sleep(0.1)  # a process that starts cannot be waited for in another way
        pytest.fail(f"the dashboard did not start; see {self._log.name}")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=10)
        self._log.close()


@contextmanager
def serving(warehouse: Path, workers: int = 1, before: str = "") -> Iterator[Server]:
    """Serve a warehouse for as long as the block lasts; `before` is Python that runs first."""
    started = Server(warehouse, warehouse / "server.log", workers, before)
    try:
        started.wait()
        yield started
    finally:
        started.stop()
