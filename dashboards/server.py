"""Runs the app under gunicorn: every worker builds and warms its own copy.

Nothing is loaded before the fork: a DuckDB that was open before it crashes the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash
from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 4


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """A gunicorn of a few workers on one address.

    Parameters
    ----------
    make : builds the app; called in each worker.
    warm : called with the app before the worker takes requests.
    """

    def __init__(
        self,
        make: Callable[[], Dash],
        warm: Callable[[Dash], None],
        host: str,
        port: int,
        workers: int,
    ) -> None:
        self._make = make
        self._warm = warm
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._settings: dict[str, Any] = {
            "bind": address,
            "workers": workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "preload_app": False,
            "control_socket_disable": True,
            "graceful_timeout": 5,
            "timeout": 60,
            "keepalive": 15,
            "loglevel": "warning",
        }
        super().__init__()

    def load_config(self) -> None:
        """Set the options; nothing is read from files or the environment."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the app in this worker and warm it."""
        app = self._make()
        self._warm(app)
        server: Flask = app.server
        return server
