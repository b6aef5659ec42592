"""Answers in gzip. A page's scripts are 3.3 MB as they are and 0.9 MB packed."""

from __future__ import annotations

import gzip
import threading

from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request

SMALLEST = 800
#: Levels: packed once and kept, or packed anew for every answer (a third of the work of level 5).
KEPT, PASSING = 9, 1
#: Scripts of Dash's components: no tag, but their version is part of the path.
SCRIPTS = "/_dash-component-suites/"
PACKED = ("text/", "application/json", "application/javascript", "image/svg+xml")


def add_compression(server: Flask) -> None:
    """Pack text answers; files that never change are packed once a worker."""
    lock = threading.Lock()
    kept: dict[str, bytes] = {}

    @server.after_request
    def _pack(response: Response) -> Response:
        if not _wants_packing(response):
            return response
        response.direct_passthrough = False
        etag = response.headers.get("ETag", "")
        is_kept = bool(etag) or request.path.startswith(SCRIPTS)
        # Dash answers any version in the path of a script: it must not make another copy.
        key = etag or str(check_fingerprint(request.path)[0])  # type: ignore[no-untyped-call]
        if is_kept and key in kept:
            packed = kept[key]
        else:
            packed = gzip.compress(response.get_data(), KEPT if is_kept else PASSING, mtime=0)
            if is_kept:
                with lock:
                    kept[key] = packed
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(packed))
        response.headers.add("Vary", "Accept-Encoding")
        return response


def _wants_packing(response: Response) -> bool:
    return (
        response.status_code == 200
        and "gzip" in request.headers.get("Accept-Encoding", "").lower()
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(PACKED)
        and (response.content_length is None or response.content_length >= SMALLEST)
    )
