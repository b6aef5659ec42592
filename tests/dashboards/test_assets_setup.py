"""Browser assets come out of installed packages, once, with or without npm."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from plotly.offline import get_plotlyjs_version

from dashboards import assets_setup

BASIC = b"/**\n* plotly.js (basic - minified) v%s\n*/\n(function(){})();"


def npm_that_packs(version: str) -> Any:
    def run(command: list[str], cwd: str, **_: object) -> None:
        assert command[-1] == f"plotly.js-basic-dist-min@{assets_setup.wanted_version()}"
        with tarfile.open(Path(cwd) / "packed.tgz", "w:gz") as archive:
            content = BASIC % version.encode()
            member = tarfile.TarInfo(assets_setup.MEMBER)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))

    return run


def use_npm(monkeypatch: pytest.MonkeyPatch, run: Any) -> None:
    monkeypatch.setattr(assets_setup.shutil, "which", lambda _: "npm")
    monkeypatch.setattr(assets_setup.subprocess, "run", run)


def test_version_is_the_one_plotly_py_speaks_to() -> None:
    assert assets_setup.wanted_version() == get_plotlyjs_version()


def test_basic_bundle_is_taken_from_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_npm(monkeypatch, npm_that_packs(get_plotlyjs_version()))
    assert b"basic" in assets_setup.set_up(tmp_path).read_bytes()


def test_bundle_of_another_version_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_npm(monkeypatch, npm_that_packs("1.0.0"))
    assert b"basic" not in assets_setup.set_up(tmp_path).read_bytes()[:400]


def test_without_npm_the_full_bundle_of_plotly_py_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets_setup.shutil, "which", lambda _: None)
    path = assets_setup.set_up(tmp_path)
    assert path.read_bytes() == assets_setup._carried().read_bytes()


def test_without_a_network_the_full_bundle_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(1, "npm")

    use_npm(monkeypatch, fails)
    assert assets_setup.set_up(tmp_path).stat().st_size > 2_000_000


def test_second_run_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_npm(monkeypatch, npm_that_packs(get_plotlyjs_version()))
    before = assets_setup.set_up(tmp_path).stat().st_mtime_ns
    use_npm(monkeypatch, lambda *_, **__: pytest.fail("npm was asked again"))
    assert assets_setup.set_up(tmp_path).stat().st_mtime_ns == before
