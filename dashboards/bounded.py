"""Threads of the server that no client holds for longer than a request may take.

gunicorn gives a thread to a connection and lets it wait for each byte. A client that sends a byte
now and then, or takes its answer as slowly, would hold the thread for as long as it likes. Here
every connection that is being served has a moment at which it is cut: soon for the whole request,
headers and body, later for the answer.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from dashboards.access.guard import LARGEST_REQUEST

#: A whole request has arrived by then.
READ_SECONDS = 15.0
#: Its answer is made and taken by then; writing a planning pack may take two minutes.
ANSWER_SECONDS = 150.0


class BoundedWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """A threaded worker that cuts clients which keep it waiting."""

    def init_process(self) -> None:
        """Start with no connection served."""
        self._ends: dict[TConn, float] = {}
        self._served = threading.local()
        super().init_process()

    def load_wsgi(self) -> None:
        """Read each request whole before the app is asked."""
        super().load_wsgi()
        app = self.wsgi  # type: ignore[has-type]  # gunicorn publishes no types

        def read_first(
            request: dict[str, Any], start_response: Callable[..., Any]
        ) -> Iterable[bytes]:
            self._read(request)
            answer: Iterable[bytes] = app(request, start_response)
            return answer

        self.wsgi = read_first

    def handle(self, conn: TConn) -> object:
        """Serve one request of a connection, for as long as it may take."""
        self._served.conn = conn
        self._ends[conn] = time.monotonic() + READ_SECONDS
        try:
            kept: object = super().handle(conn)
        finally:
            self._ends.pop(conn, None)
        return kept

    def murder_pending(self) -> None:
        """Cut what is over its time; the worker's main loop calls this every second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, end in list(self._ends.items()):
            if end < now:
                with contextlib.suppress(OSError):  # gone by itself
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def _read(self, request: dict[str, Any]) -> None:
        """Take the body in, unless it is larger than the app allows, and give time to answer."""
        length = str(request.get("CONTENT_LENGTH") or "")
        is_chunked = "HTTP_TRANSFER_ENCODING" in request
        if not is_chunked and (not length or int(length) <= LARGEST_REQUEST):
            request["wsgi.input"] = io.BytesIO(request["wsgi.input"].read(int(length or 0)))
            self._ends[self._served.conn] = time.monotonic() + ANSWER_SECONDS
