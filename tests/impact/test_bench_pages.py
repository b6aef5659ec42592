"""The pages that `make bench` writes."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture
def new_hires(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import designs

    yield designs.report_new_hires
    sys.modules.pop("designs", None)


def rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if "onboarding_" in line and line.startswith("|")]


def test_rows_of_new_hires_are_told_with_their_scenario_and_no_others(new_hires) -> None:
    page = "## none, 20 people\n\n| mentor_retention | 1 |\n| onboarding_retention | 2 |\n"
    assert rows(new_hires(page)) == ["| none, 20 people | onboarding_retention | 2 |"]


def test_the_page_of_estimates_tells_of_new_hires_what_that_of_the_designs_does(new_hires) -> None:
    designs, estimates = (
        (BENCH / name).read_text(encoding="utf-8") for name in ("designs.md", "estimates.md")
    )
    assert rows(new_hires(designs))
    assert rows(estimates) == rows(new_hires(designs))


def test_loading_building_and_all_publishing_count_as_added_by_the_programme(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    refresh = importlib.import_module("refresh")
    names = ("first", "all_load", "headline_load", "all_models", "headline_models")
    seconds = dict(zip(names, (80.0, 34.0, 30.0, 40.0, 26.0), strict=True))
    timed = {name: {"seconds": value, "cpu_seconds": value} for name, value in seconds.items()}
    stamp = {"on": "2026-11-29", "machine": "a machine", "load_1": "0.5"}
    page = refresh.render({"programme": {**timed, "publish_seconds": 2.0, **stamp}})
    # 4 + 14 + 2 of 80 seconds, so the rest of them is 60.
    assert "would take 60.0 s of the 80.0 s" in page.replace("\n", " ")
    assert "adds 33% to it" in page.replace("\n", " ")
