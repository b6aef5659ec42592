"""The pages that `make bench` writes."""

from __future__ import annotations

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
