"""How far DuckDB has come with a long statement, told while it runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from ingest.report import Progress

EVERY_SECONDS = 2.0


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, progress: Progress, name: str) -> Iterator[None]:
    """Note every other second how much of a file has been read.

    Parameters
    ----------
    name
        What is being read; the note is `<name> 42 %`.
    """
    connection.execute("set enable_progress_bar = true")
    connection.execute("set enable_progress_bar_print = false")  # the caller shows it
    done = threading.Event()

    def watch() -> None:
        while not done.wait(EVERY_SECONDS):
            share = connection.query_progress()
            if share >= 0:
                progress.note(f"{name} {share:.0f} %")

    watcher = threading.Thread(target=watch, name="watch a long statement", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
