"""Runs the app under gunicorn: every worker builds and warms its own copy.

Nothing is loaded before the fork: a DuckDB that was open before it crashes the worker.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from dash import Dash
from flask import Flask
from gunicorn.app.base import BaseApplication

from dashboards.bounded import BoundedWorker
from pipeline.settings import set_environment

THREADS = 4
#: Where prometheus_client looks for the common counters when a worker first imports it.
COUNTERS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class _Worker(Protocol):
    """What is asked of a worker that has ended."""

    pid: int


def _forget(_arbiter: object, worker: _Worker) -> None:
    """Drop what a worker that has ended said of its own moment; its counts stay."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """A gunicorn of a few workers on one address.

    Parameters
    ----------
    make : builds the app, given the folder of the workers' common counters; called in each worker.
    warm : called with the app before the worker takes requests.
    """

    def __init__(
        self,
        make: Callable[[Path], Dash],
        warm: Callable[[Dash], None],
        host: str,
        port: int,
        workers: int,
    ) -> None:
        self._make = make
        self._warm = warm
        self._counters = Path(tempfile.mkdtemp(prefix="mentorship-metrics-"))
        set_environment({COUNTERS_VARIABLE: str(self._counters)})
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._settings: dict[str, Any] = {
            "bind": address,
            "workers": workers,
            "threads": THREADS,
            "worker_class": BoundedWorker,
            "preload_app": False,
            "control_socket_disable": True,
            # No peer says where the app is mounted or how it was reached, a local one neither.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "graceful_timeout": 5,
            "timeout": 60,
            "keepalive": 15,
            "loglevel": "warning",
            "child_exit": _forget,
            "on_exit": lambda _arbiter: shutil.rmtree(self._counters, ignore_errors=True),
        }
        super().__init__()

    def load_config(self) -> None:
        """Set the options; nothing is read from files or the environment."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the app in this worker and warm it."""
        app = self._make(self._counters)
        self._warm(app)
        server: Flask = app.server
        return server
