"""One screen of what changed, sent only where a server is configured and only when asked."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import published_rows as rows
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from dashboards.export.digest import digest_of, find_snapshot
from dashboards.export.errors import ExportError
from dashboards.export.source import Request
from pipeline.cli import main


@pytest.fixture
def two(publish: Callable[..., Path]) -> tuple[Path, Path]:
    """An earlier snapshot in which cycle time was undecided, and a later one."""
    tables = rows.organisation()
    for row in tables["impact_estimates"]:
        if row["outcome"] == "pr_cycle_time" and row["verdict"] == "better":
            row |= {"verdict": "no_clear_difference", "ci_high": 1.02}
    earlier = publish(tables)
    later = publish(rows.organisation(), rows.NEXT_ID)
    return earlier, later


def test_a_changed_verdict_is_news(two: tuple[Path, Path]) -> None:
    digest = digest_of(*two, Request())
    change = next(one for one in digest.changes if one.label == "PR cycle time")
    assert change.is_news
    assert change.words == "from no clear difference to better"
    assert "unchanged" in digest.text
    for part in ("Do not conclude:", rows.NEXT_ID, rows.SNAPSHOT_ID, change.now):
        assert part in digest.text
    assert "http" not in digest.html


def test_a_digest_is_one_screen(two: tuple[Path, Path]) -> None:
    assert len(digest_of(*two, Request()).text.splitlines()) <= 40


def test_a_snapshot_is_found_by_the_beginning_of_its_id(two: tuple[Path, Path]) -> None:
    folder = two[0].parent
    assert find_snapshot(folder, "2026-06-30") == two[0]
    with pytest.raises(ExportError, match="there is no such snapshot"):
        find_snapshot(folder, "2019")
    with pytest.raises(ExportError, match="several snapshots begin so"):
        find_snapshot(folder, "2026")


class Inbox(Sink):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.messages.append(envelope.content)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    handler = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


def settings(folder: Path, text: str) -> str:
    path = folder / "mentorship.toml"
    path.write_text(text)
    return str(path)


def test_the_digest_is_mailed_in_both_forms(
    two: tuple[Path, Path], tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    handler, port = inbox
    file = settings(
        tmp_path,
        f'[digest]\nsmtp_host = "127.0.0.1"\nsmtp_port = {port}\nsecurity = "none"\n'
        'sender = "impact@example.org"\nrecipients = ["owner@example.org"]\n',
    )
    where = ["--warehouse", str(tmp_path), "--settings", file]
    assert main(["digest", "--since", "2026-06-30", *where]) == 0
    assert handler.messages == []
    assert main(["digest", "--since", "2026-06-30", "--send", *where]) == 0
    message = email.message_from_bytes(handler.messages[0], policy=email.policy.default)
    assert message["To"] == "owner@example.org"
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


def test_sending_without_a_server_is_refused(
    two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings(tmp_path, "")
    where = ["--warehouse", str(tmp_path), "--settings", file]
    assert main(["digest", "--since", "2026-06-30", "--send", *where]) == 2
    assert "nothing was sent: set `digest.smtp_host`" in capsys.readouterr().err
