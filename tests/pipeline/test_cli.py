"""The command line: flags, exit status, and one clear line for whatever is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import cli, refresh
from pipeline.errors import TransformError
from pipeline.settings import PROJECT


@pytest.fixture(autouse=True)
def _clean_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("EXPORTS", "WAREHOUSE", "AS_OF", "KNOWN_AT", "SETTINGS", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KEY", str(tmp_path / "key"))
    mask = os.umask(0o022)
    yield
    os.umask(mask)


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("refresh", "exports warehouse as-of known-at settings key accept-shrink verbose"),
        ("check", "settings verbose"),
        ("dashboard", "warehouse host port exports settings"),
        ("sample", "engineers months seed out"),
        ("plan", "exports settings check replace"),
        ("placebo", "warehouse exports settings draws seed"),
    ],
)
def test_help_names_every_flag(
    command: str, flags: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for flag in flags.split():
        assert f"--{flag}" in said


def test_check_ends_with_zero_for_good_exports_and_with_two_for_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("hris", "mentorship"):
        (tmp_path / folder).mkdir()
    (tmp_path / "hris" / "e.csv").write_text("employee_id,email,hire_date\nE1,a@b.c,2020-01-06\n")
    pairs = tmp_path / "mentorship" / "m.csv"
    pairs.write_text("mentorship_id,model,mentor,mentee,start_date,status\n")
    assert cli.main(["check", str(tmp_path)]) == 0
    assert "a refresh would go through" in capsys.readouterr().out
    pairs.write_text("Who,With whom\n")
    assert cli.main(["check", str(tmp_path)]) == 2
    assert "a refresh would stop" in capsys.readouterr().out
    assert cli.main(["check", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize(
    "arguments", [[], ["refrsh"], ["refresh", "--as-off", "x"], ["sample"], ["sample", "--out"]]
)
def test_bad_usage_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: mentorship" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["refresh", "--as-of", "soon"], "AS_OF=soon: write a day as YYYY-MM-DD"),
        (["refresh", "--settings", "none.toml"], "there is no such file"),
        (["refresh", "--exports", "no-such-folder"], "there is no such folder"),
        (["dashboard", "--port", "0"], "PORT=0"),
        (["sample", "--out", "x", "--engineers", "3"], "engineers"),
    ],
)
def test_bad_input_is_one_line_and_ends_with_two(
    arguments: list[str],
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAREHOUSE", str(tmp_path / "w"))
    assert cli.main(arguments) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert len(said.splitlines()) == 1
    assert said.startswith("mentorship: ")
    assert not (tmp_path / "w").exists()


def test_a_public_address_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["dashboard", "--warehouse", str(tmp_path), "--host", "0.0.0.0"]) == 2  # noqa: S104 (refused)
    assert "refusing to listen on 0.0.0.0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (TransformError("model x failed."), 1, "mentorship: model x failed."),
        (RuntimeError("with a name in it"), 1, "stopped by a defect (RuntimeError)"),
    ],
)
def test_a_failure_ends_with_one_and_tells_no_details(
    error: Exception,
    status: int,
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(refresh, "refresh", fail)
    assert cli.main(["refresh", "--warehouse", str(tmp_path)]) == status
    said = capsys.readouterr().err
    assert expected in said
    assert "with a name in it" not in said
    assert "Traceback" not in said


def test_an_interrupt_says_that_nothing_was_published(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(refresh, "refresh", interrupt)
    assert cli.main(["refresh", "--warehouse", str(tmp_path)]) == 1
    assert "interrupted; nothing was published" in capsys.readouterr().err


def test_the_script_of_the_package_is_this_command_line() -> None:
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'mentorship = "pipeline.cli:main"' in text
