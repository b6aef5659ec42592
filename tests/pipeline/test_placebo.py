"""Kept placebo draws: for the settings they were made under, and never damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import cli, placebo
from pipeline.errors import BadInputError
from pipeline.settings import Context, Settings, read_run

FOUND = [
    {
        "outcome": "retention",
        "draws": 200,
        "mean": 0.0,
        "ratio": 1.0,
        "ratio_low": 0.9,
        "alarms": 0.05,
    }
]


@pytest.fixture
def run(tmp_path: Path) -> tuple[Settings, Context]:
    (tmp_path / "exports").mkdir()
    (tmp_path / "warehouse").mkdir()
    return read_run(
        {"EXPORTS": str(tmp_path / "exports"), "WAREHOUSE": str(tmp_path / "warehouse")}, {}
    )


def keep(context: Context, settings_hash: str) -> None:
    content = {"settings_hash": settings_hash, "seed": 1, "outcomes": FOUND}
    (context.warehouse / placebo.PLACEBO_NAME).write_text(json.dumps(content))


def test_draws_hold_for_the_settings_they_were_made_under(run: tuple[Settings, Context]) -> None:
    settings, context = run
    assert placebo.kept(settings, context) == []
    keep(context, settings.hash)
    assert placebo.kept(settings, context) == FOUND
    keep(context, "another")
    assert placebo.kept(settings, context) == []


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_a_damaged_file_is_named(run: tuple[Settings, Context], text: str) -> None:
    settings, context = run
    (context.warehouse / placebo.PLACEBO_NAME).write_text(text)
    with pytest.raises(BadInputError, match=r"placebo\.json"):
        placebo.kept(settings, context)


def test_without_a_warehouse_there_is_nothing_to_draw_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["placebo", "--warehouse", str(tmp_path / "none")]) == 2
    assert "nothing was refreshed" in capsys.readouterr().err
