"""Local servers that speak to each kind of remote file system, all out of one store of files."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import paramiko

ROOT = "2026"
MODIFIED = 1_767_225_600  # 2026-01-01
CUT_AT = 1_000_000


@dataclass
class Store:
    """Files by their path, what was read of them, and whether the line is dead after a megabyte."""

    files: dict[str, bytes]
    reads: list[tuple[str, int]] = field(default_factory=list)
    is_cut: bool = False
    knows_ranges: bool = True

    def read(self, name: str, start: int, end: int) -> bytes:
        """Give a piece of a file."""
        self.reads.append((name, start))
        if self.is_cut and start >= CUT_AT:
            raise ConnectionAbortedError
        return self.files[name][start:end]

    def tag(self, name: str) -> str:
        """Give what changes with a file's content."""
        return f"{hash(self.files[name]) & 0xFFFFFFFF:08x}"


class Handler(BaseHTTPRequestHandler):
    """A web server that lists its folders, and the two calls of Google's and Azure's interfaces."""

    store: Store
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self._answer(with_body=False)

    def do_GET(self) -> None:
        """Answer with a body, unless the line is cut."""
        try:
            self._answer(with_body=True)
        except ConnectionAbortedError:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, *, with_body: bool) -> None:
        url = urlsplit(self.path)
        path, asked = unquote(url.path), {k: v[0] for k, v in parse_qs(url.query).items()}
        names = self.store.files
        if path.startswith("/storage/v1/b/exports/o") and not path.endswith(tuple(names)):
            found = [name for name in sorted(names) if name.startswith(asked.get("prefix", ""))]
            body = json.dumps({"items": [self._google(name) for name in found]}).encode()
            self._send(200, body, "application/json", with_body=with_body)
        elif path.startswith("/storage/v1/"):
            body = json.dumps(self._google(path.split("/o/", 1)[1])).encode()
            self._send(200, body, "application/json", with_body=with_body)
        elif asked.get("comp") == "list":
            self._send(200, self._azure(asked).encode(), "application/xml", with_body=with_body)
        else:
            name = re.sub(r"^/(download/storage/v1/b/exports/o/|account/exports/|)", "", path)
            is_azure = path.startswith("/account/")
            self._file(name, with_body=with_body, has_folders=not is_azure)

    def _file(self, name: str, *, with_body: bool, has_folders: bool) -> None:
        if name.endswith("/"):
            self._send(200, self._listing(name).encode(), "text/html", with_body=with_body)
        elif has_folders and any(one.startswith(f"{name}/") for one in self.store.files):
            self._send(301, b"", "text/plain", with_body=with_body, Location=f"{self.path}/")
        elif name not in self.store.files:
            self._send(404, b"", "text/plain", with_body=with_body)
        else:
            self._piece(name, with_body=with_body)

    def _piece(self, name: str, *, with_body: bool) -> None:
        size = len(self.store.files[name])
        wanted = self.headers.get("x-ms-range") or self.headers.get("Range")
        more = {
            "ETag": f'"{self.store.tag(name)}"',
            "Last-Modified": formatdate(MODIFIED, usegmt=True),
            "x-ms-blob-type": "BlockBlob",
        }
        if not wanted or not self.store.knows_ranges:
            body = self.store.read(name, 0, size) if with_body else b" " * size
            self._send(200, body, "text/csv", with_body=with_body, **more)
            return
        first, last = re.match(r"bytes=(\d+)-(\d*)", wanted).groups()  # type: ignore[union-attr]
        start, end = int(first), min(int(last) + 1 if last else size, size)
        body = self.store.read(name, start, end)
        more["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        self._send(206, body, "text/csv", with_body=with_body, **more)

    def _send(self, status: int, body: bytes, kind: str, *, with_body: bool, **more: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _listing(self, folder: str) -> str:
        """List a folder as web servers do: with links upwards, and to itself in other orders."""
        inside = {
            name.removeprefix(folder).partition("/")
            for name in self.store.files
            if name.startswith(folder)
        }
        links = ["?C=N;O=D", "../", "/", "https://elsewhere.example/hris/x.csv"]
        links += sorted({quote(first) + slash for first, slash, _ in inside})
        return "".join(f'<a href="{link}">{link}</a>\n' for link in links)

    def _google(self, name: str) -> dict[str, Any]:
        when = "2026-01-01T00:00:00Z"
        tag = self.store.tag(name)
        return {
            **{"kind": "storage#object", "bucket": "exports", "name": name},
            **{"size": str(len(self.store.files[name])), "etag": tag, "generation": "1"},
            **{"updated": when, "timeCreated": when, "contentType": "text/csv"},
        }

    def _azure(self, asked: dict[str, str]) -> str:
        prefix, cut = asked.get("prefix", ""), asked.get("delimiter")
        blobs, folders = "", set()
        for name, content in sorted(self.store.files.items()):
            rest = name.removeprefix(prefix)
            if not name.startswith(prefix):
                continue
            if cut and cut in rest:
                folders.add(prefix + rest.split(cut)[0] + cut)
                continue
            blobs += (
                f"<Blob><Name>{escape(name)}</Name><Properties>"
                f"<Content-Length>{len(content)}</Content-Length>"
                f"<Last-Modified>{formatdate(MODIFIED, usegmt=True)}</Last-Modified>"
                f"<Etag>{self.store.tag(name)}</Etag><BlobType>BlockBlob</BlobType>"
                "</Properties></Blob>"
            )
        below = "".join(
            f"<BlobPrefix><Name>{escape(one)}</Name></BlobPrefix>" for one in sorted(folders)
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><EnumerationResults '
            f'ContainerName="exports"><Blobs>{blobs}{below}</Blobs><NextMarker/></EnumerationResults>'
        )


@contextmanager
def web(store: Store) -> Iterator[str]:
    """Serve a store by HTTP, and give the server's address."""
    handler = type("Bound", (Handler,), {"store": store})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Door(paramiko.ServerInterface):
    """Lets one user in, with a password."""

    def check_auth_password(self, username: str, password: str) -> int:
        """Compare both."""
        good = (username, password) == ("reader", "secret")
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Allow sessions."""
        return paramiko.OPEN_SUCCEEDED


class Files(paramiko.SFTPServerInterface):
    """The store as a tree of folders."""

    store: Store

    def _attributes(self, path: str) -> paramiko.SFTPAttributes | int:
        name = path.strip("/")
        found = paramiko.SFTPAttributes()
        found.filename = name.rsplit("/", 1)[-1]
        found.st_mtime = found.st_atime = MODIFIED
        found.st_uid = found.st_gid = 0
        if name in self.store.files:
            found.st_size, found.st_mode = len(self.store.files[name]), 0o100644
        elif any(one.startswith(f"{name}/") for one in self.store.files):
            found.st_size, found.st_mode = 0, 0o040755
        else:
            return int(paramiko.SFTP_NO_SUCH_FILE)
        return found

    def list_folder(self, path: str) -> Any:
        """List what lies in a folder."""
        start = f"{path.strip('/')}/"
        inside = {
            start + one.removeprefix(start).split("/")[0]
            for one in self.store.files
            if one.startswith(start)
        }
        return [self._attributes(one) for one in sorted(inside)]

    def stat(self, path: str) -> Any:
        """Describe a file or a folder."""
        return self._attributes(path)

    lstat = stat

    def open(self, path: str, flags: int, attr: object) -> Any:
        """Open a file for reading."""
        name, store, attributes = path.strip("/"), self.store, self._attributes(path)

        class Handle(paramiko.SFTPHandle):
            def read(self, offset: int, length: int) -> Any:
                try:
                    return store.read(name, offset, offset + length)
                except ConnectionAbortedError:
                    return paramiko.SFTP_CONNECTION_LOST

            def stat(self) -> Any:
                return attributes

        return Handle(flags)


@contextmanager
def shell(store: Store, home: Path) -> Iterator[str]:
    """Serve a store by SFTP; its key stands in `known_hosts` of a home folder."""
    key = paramiko.RSAKey.generate(2048)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    (home / ".ssh").mkdir()
    known = paramiko.HostKeys()
    known.add(f"[127.0.0.1]:{port}", key.get_name(), key)
    known.save(str(home / ".ssh" / "known_hosts"))
    transports = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            files = type("Bound", (Files,), {"store": store})
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
            transports.append(transport)
            with suppress(paramiko.SSHException, EOFError):  # a client that goes away at once
                transport.start_server(server=Door())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"sftp://reader:secret@127.0.0.1:{port}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for transport in transports:
        transport.close()
    thread.join()
