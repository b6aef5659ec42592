"""The files as the browser gets them, and the command line's words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import published_rows as rows
import pytest

from dashboards.app import create_app
from dashboards.export import paper
from dashboards.export.errors import MissingLibraryError
from dashboards.export.pack import write_pack
from dashboards.export.source import Request
from pipeline.cli import main


@pytest.fixture
def get(publish: Callable[..., Path], tmp_path: Path) -> Callable[[str], Any]:
    publish()
    client = create_app(tmp_path).server.test_client()
    return lambda address: client.get(address, base_url="http://127.0.0.1")


@pytest.mark.parametrize("kind", ["pptx", "xlsx", "pdf", "csv"])
def test_a_route_answers_with_the_packs_own_file(
    kind: str, get: Callable[[str], Any], tmp_path: Path
) -> None:
    answer = get(f"/export/impact.{kind}")
    assert answer.status_code == 200
    name = f"impact-{rows.SNAPSHOT_ID}.{kind}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    path = tmp_path / "snapshots" / f"{rows.SNAPSHOT_ID}.duckdb"
    written = write_pack(path, Request(), tmp_path / "out", [kind])  # type: ignore[list-item]
    assert answer.data == written.paths[0].read_bytes()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/export/impact.doc", 404, "pptx, xlsx, pdf, csv"),
        ("/export/impact.tables", 404, "There is no such file"),
        ("/export/impact.csv?dimension=level&group=L99", 404, "has no group L99"),
        ("/export/impact.csv?follow_up=soon", 404, "number of months"),
    ],
)
def test_what_cannot_be_exported_is_said(
    address: str, status: int, words: str, get: Callable[[str], Any]
) -> None:
    answer = get(address)
    assert answer.status_code == status
    assert words in answer.text


def test_a_warehouse_without_a_snapshot_exports_nothing(tmp_path: Path) -> None:
    client = create_app(tmp_path).server.test_client()
    answer = client.get("/export/impact.csv", base_url="http://127.0.0.1")
    assert answer.status_code == 503


def test_the_command_writes_the_pack_and_names_it(
    publish: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish()
    out = tmp_path / "pack"
    assert main(["export", "--out", str(out), "--warehouse", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    for kind in ("pptx", "xlsx", "pdf"):
        assert f"impact-{rows.SNAPSHOT_ID}.{kind}" in said
    assert (out / "tables" / "datapackage.json").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--segment", "level"], "SEGMENT=level: write a dimension and a value"),
        (["--only", "docx"], "there is no such file"),
        (["--template", "none.potx", "--only", "pptx"], "none.potx: cannot be read"),
    ],
)
def test_bad_options_end_with_two(
    arguments: list[str],
    words: str,
    publish: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publish()
    given = ["export", "--out", str(tmp_path / "o"), "--warehouse", str(tmp_path), *arguments]
    assert main(given) == 2
    assert words in capsys.readouterr().err


def test_without_pango_the_rest_is_written_and_the_package_named(
    publish: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise MissingLibraryError(paper.NEEDS_PANGO)

    monkeypatch.setattr(paper, "paper_bytes", refuse)
    written = write_pack(publish(), Request(), tmp_path / "pack", ["pdf", "csv"])
    assert [path.suffix for path in written.paths] == [".csv"]
    assert "libpango" in written.missing[0]
