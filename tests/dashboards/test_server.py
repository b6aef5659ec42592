"""The server as it runs: a fresh worker under a burst, and snapshots replaced under load."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

import published_rows as rows
import pytest
from asking import CALLBACK, page_request
from served import Server, serving


def ask(server: Server, path: str) -> tuple[int, bytes]:
    """Ask once: a callback by POST, anything else by GET."""
    body = json.dumps(page_request("/")).encode() if path == CALLBACK else None
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(server.address + path, body, headers), timeout=20) as answer:  # noqa: S310
        return answer.status, answer.read()


def test_first_burst_on_a_fresh_worker_is_answered(warehouse: Path) -> None:
    with serving(warehouse) as server, ThreadPoolExecutor(24) as pool:
        paths = ["/", "/_dash-layout", "/_dash-dependencies", CALLBACK] * 15
        answers = list(pool.map(lambda path: ask(server, path), paths))
    assert {status for status, _ in answers} == {200}
    pages = [body for path, (_, body) in zip(paths, answers, strict=True) if path == CALLBACK]
    assert all(b"did better on 2 of 4 outcomes" in body for body in pages)


def test_snapshots_replaced_under_load_cause_no_error(warehouse: Path) -> None:
    names = (rows.NEXT_ID, rows.SNAPSHOT_ID)
    found: set[str] = set()
    done = threading.Event()

    def read(server: Server) -> int:
        count = 0
        while not done.is_set():
            status, body = ask(server, CALLBACK)
            assert status == 200
            found.update(name for name in names if name.encode() in body)
            count += 1
        return count

    with serving(warehouse) as server, ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, server) for _ in range(4)]
        for turn in range(6):
            rows.publish(warehouse, rows.organisation(), names[turn % 2])
            ask(server, "/readyz")
        done.set()
        counts = [reader.result() for reader in readers]
    assert all(counts)
    assert found == set(names)


def test_metrics_add_up_what_every_worker_answered(warehouse: Path) -> None:
    with serving(warehouse, workers=2) as server, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(server, CALLBACK), range(40)))
        text = ask(server, "/metrics")[1].decode()
    assert len(answers) == 40
    line = 'mentorship_requests_total{route="/_dash-update-component",status="200"} 40.0'
    assert line in text


def workers_of(server: Server) -> set[str]:
    text = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return set(text.split())


@pytest.mark.skipif(sys.platform != "linux", reason="lists the workers by /proc")
def test_a_reload_replaces_every_worker_and_no_reader_notices(warehouse: Path) -> None:
    done = threading.Event()

    def read(server: Server) -> list[int]:
        found = []
        while not done.is_set():
            found.append(ask(server, CALLBACK)[0])
        return found

    with serving(warehouse) as server, ThreadPoolExecutor(4) as pool:
        before = workers_of(server)
        readers = [pool.submit(read, server) for _ in range(4)]
        os.kill(server.pid, signal.SIGHUP)
        for _ in range(600):
            if (now := workers_of(server)) and not now & before:
                break
            done.wait(0.1)
        done.set()
        answers = [status for reader in readers for status in reader.result()]
    assert not workers_of_gone(now, before)
    assert answers
    assert set(answers) == {200}


def workers_of_gone(now: set[str], before: set[str]) -> set[str]:
    """Old workers that are still there; nobody at all counts as all of them."""
    return now & before if now else before


SHORT = "from dashboards import bounded; bounded.READ_SECONDS = 1; bounded.ANSWER_SECONDS = 2;"
BEGUN = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY_BEGUN = (
    b"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
)


def connection_of(server: Server) -> socket.socket:
    port = int(server.address.rsplit(":", 1)[1])
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def trickle(client: socket.socket, begun: bytes) -> float:
    """Send a request byte by byte until the server cuts it; give the seconds that took."""
    began = time.monotonic()
    client.sendall(begun)
    while time.monotonic() - began < 30:
        readable, _, _ = select.select([client], [], [], 0.2)
        try:
            if readable and not client.recv(4096):
                break
            client.send(b"x")
        except OSError:
            break
    return time.monotonic() - began


@pytest.mark.parametrize("begun", [BEGUN, BODY_BEGUN])
def test_a_client_that_trickles_its_request_is_cut(warehouse: Path, begun: bytes) -> None:
    with serving(warehouse, before=SHORT) as server, ThreadPoolExecutor(4) as pool:
        clients = [connection_of(server) for _ in range(4)]  # as many as the server has threads
        seconds = list(pool.map(lambda client: trickle(client, begun), clients))
        status, _ = ask(server, "/healthz")
        for client in clients:
            client.close()
    assert max(seconds) < 15
    assert status == 200


def test_a_client_that_does_not_take_its_answer_is_cut(warehouse: Path) -> None:
    with serving(warehouse, before=SHORT) as server:
        client = connection_of(server)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        asset = b"GET /assets/vendor/plotly.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        client.sendall(asset * 8)
        found = [ask(server, "/healthz")[0] for _ in range(3)]
        taken = 0
        while part := received(client):
            taken += len(part)
        client.close()
    assert found == [200] * 3
    assert taken < 8 * 1_000_000


def received(client: socket.socket) -> bytes:
    try:
        return client.recv(65536)
    except ConnectionResetError:
        return b""


def answered(server: Server, *headers: str, line: str = "GET /healthz HTTP/1.1") -> int:
    """The status that a request, written by hand, is answered with; 0 where it is cut."""
    text = "\r\n".join((line, *headers, "Connection: close", "", ""))
    with connection_of(server) as client:
        client.sendall(text.encode())
        begun = received(client)
    return int(begun.split(b" ")[1]) if begun else 0


def test_a_request_written_by_hand_passes_for_no_other(warehouse: Path) -> None:
    host = "Host: 127.0.0.1"
    with serving(warehouse) as server:
        # Nobody says where the app is mounted or how it is reached, whatever address they have.
        assert answered(server, host, "SCRIPT_NAME: /elsewhere") == 200
        assert answered(server, host, "PATH_INFO: /", "X-Forwarded-Proto: https") == 200
        # What two servers could take for two requests is none.
        chunked = "Transfer-Encoding: chunked"
        assert answered(server, host, "Content-Length: 5", chunked) in (0, 400)
        assert answered(server, host, "Content-Length: 5", "Content-Length: 6") in (0, 400)
        assert answered(server, host, "Transfer-Encoding : chunked") in (0, 400)
        assert answered(server, host, f"Cookie: {'a' * 20_000}") in (0, 400, 431)
        assert answered(server, "Host: evil.example") == 403
        assert answered(server, host, "Host: evil.example") in (0, 400, 403)
        evil = "GET http://evil.example/healthz HTTP/1.1"
        assert answered(server, "Host: evil.example", line=evil) == 403
        assert ask(server, "/healthz")[0] == 200
    log = (warehouse / "server.log").read_text()
    assert "Traceback" not in log
