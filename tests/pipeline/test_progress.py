"""Progress: plain lines with counts in a log, bars on a terminal."""

from __future__ import annotations

import io

import pytest

from pipeline import progress
from pipeline.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_one_line_a_step_with_its_count() -> None:
    out = io.StringIO()
    shown = Progress(out)
    with shown.step("load", unit="rows") as bar:
        bar.update(40)
        bar.note("a file")
        bar.update(2)
    assert out.getvalue().startswith("load: 42 rows (")
    assert len(out.getvalue().splitlines()) == 1
    assert list(shown.seconds) == ["load"]


def test_a_long_step_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 4.0, 11.0, 12.0, 30.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    out = io.StringIO()
    with Progress(out).step("models", unit="models") as bar:
        bar.expect(9)
        for _ in range(3):
            bar.update()
    assert out.getvalue().splitlines() == ["models: 2 of 9 models", "models: 3 models (30.0 s)"]


def test_a_failed_step_is_timed_and_not_called_done() -> None:
    out = io.StringIO()
    shown = Progress(out)
    with pytest.raises(ValueError, match="x"), shown.step("load"):
        raise ValueError("x")
    assert out.getvalue() == ""
    assert "load" in shown.seconds


def test_a_terminal_gets_a_bar() -> None:
    out = Terminal()
    with Progress(out).step("load", total=2, unit="rows") as bar:
        bar.update(2)
        bar.note("a file")
    assert "2/2" in out.getvalue()
    assert "\r" in out.getvalue()
