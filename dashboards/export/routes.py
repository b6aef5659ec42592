"""`/export/impact.<ext>`: the files of the pack, written when they are asked for."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from flask import Flask, Response, request

from dashboards import scope as scopes
from dashboards import selection as selections
from dashboards.access import audit
from dashboards.access.config import OPEN, Access
from dashboards.access.guard import current_reader
from dashboards.export.errors import ExportError, WithheldError
from dashboards.export.pack import Kind
from dashboards.export.process import write_apart
from dashboards.export.source import Request, request_of
from dashboards.queries import Snapshot, SnapshotError, SnapshotStore

TYPES: dict[Kind, str] = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
AT_ONCE = 2
"""Files that one worker has written at a time; whoever comes after waits for a moment."""
WAIT_SECONDS = 20


def add_exports(server: Flask, store: Callable[[], SnapshotStore], access: Access = OPEN) -> None:
    """Add the routes to an app's server; who takes which file away is written down."""
    places = threading.BoundedSemaphore(AT_ONCE)

    @server.get("/export/impact.<extension>")
    def _export(extension: str) -> Response:
        kind = next((kind for kind in get_args(Kind) if kind == extension), None)
        if kind not in TYPES:
            names = ", ".join(TYPES)
            return _say(f"There is no such file; there are impact.<kind> of {names}.", 404)
        if not places.acquire(timeout=WAIT_SECONDS):
            busy = _say("Other files are being written; try again in a moment.", 503)
            busy.headers["Retry-After"] = "10"
            return busy
        try:
            return _answer(store(), kind, access)
        finally:
            places.release()


def _answer(store: SnapshotStore, kind: Kind, access: Access) -> Response:
    try:
        snapshot = store.current()
        asked = _asked(snapshot)
        path = store.warehouse / "snapshots" / f"{snapshot.id}.duckdb"
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            written = write_apart(path, asked, Path(folder), [kind])
            if written.missing:
                return _say(f"Not written: {' '.join(written.missing)}", 501)
            content, name = written.paths[0].read_bytes(), written.paths[0].name
    except SnapshotError as error:
        return _say(f"There is no snapshot to export: {error}", 503)
    except WithheldError as error:
        return _say(f"Withheld: {error}", 403)
    except ExportError as error:
        return _say(f"Not written: {error}", 404)
    reader = current_reader()
    who = reader.name if reader else "local"
    audit.record(access.state, "exported", who, snapshot=snapshot.id, file=name, view=_view(asked))
    response = Response(content, content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked(snapshot: Snapshot) -> Request:
    """Read the view that a page's own query string names."""
    widest = selections.widest(snapshot.segments())
    dimension = request.args.get("dimension") or widest.dimension
    group = request.args.get("group") or widest.value
    window = request_of(None, request.args.get("follow_up")).follow_up
    return Request(dimension, group, window, scopes.current())


def _view(asked: Request) -> str:
    window = "headline" if asked.follow_up is None else str(asked.follow_up)
    return f"{asked.dimension}:{asked.value} {window}"


def _say(text: str, status: int) -> Response:
    return Response(f"{text}\n", status=status, mimetype="text/plain")
