"""The pages that `make bench` writes."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from impact.beside import NOT_HELD, PREFIX

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


def test_scenarios_that_were_not_run_stay_on_the_page_of_the_designs(
    new_hires, tmp_path: Path
) -> None:
    designs = sys.modules["designs"]
    before = "# Head\n\n## effect, 20 people, 1 organisations\n\n| kept | 1 |\n\n"
    before += "## none, 20 people, 1 organisations\n\n| replaced | 1 |\n"
    record = {"seed": 0, "outcome": "team_promotion", "estimate": 0.5, "people": 60}
    pd.DataFrame([{**record, "error": 0.1, "covered": True, "half_width": 0.2}]).to_csv(
        tmp_path / "none-20.csv", index=False
    )
    page = designs.report(tmp_path, before)
    assert "| kept | 1 |\n\n## none, 20 people" in page
    assert "| team_promotion | 1 | 60 |" in page
    assert "replaced" not in page


def test_what_is_not_published_for_holding_too_seldom_is_measured_on() -> None:
    page = (BENCH / "designs.md").read_text(encoding="utf-8")
    measured = {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")}
    names = {f"{PREFIX[name]}{one}" for name, without in NOT_HELD.items() for one in without}
    assert names
    assert names <= measured


def test_the_limits_quote_the_coverage_that_the_bench_found_without_any_effect() -> None:
    page = (BENCH / "designs.md").read_text(encoding="utf-8").split("## none,")[1].split("## ")[0]
    names = {f"{PREFIX[name]}{one}" for name, without in NOT_HELD.items() for one in without}
    cells = [line.split("|") for line in page.splitlines() if line.startswith("| ")]
    held = [int(row[-2].strip().rstrip("%")) for row in cells if row[1].strip() in names]
    limits = (BENCH.parent / "docs" / "method" / "limits.md").read_text(encoding="utf-8")
    assert f"{min(held)} to {max(held)} %" in limits


@pytest.fixture
def first_merges(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("first_merges")


def test_merges_before_the_landmark_and_other_peoples_are_not_put_off(first_merges) -> None:
    days = ["2025-03-20", "2025-04-11", "2025-04-11"]
    merged = pd.DataFrame(
        {"author_key": ["a", "a", "b"], "merged_at": pd.to_datetime(days, utc=True)}
    )
    mentees = pd.DataFrame({"author_key": ["a"], "landmark": [pd.Timestamp("2025-04-01")]})
    put = first_merges.put_off(merged, mentees, 1.5)["merged_at"]
    assert [day.strftime("%Y-%m-%d") for day in put] == ["2025-03-20", "2025-04-16", "2025-04-11"]


def test_what_was_planted_is_told_of_those_at_risk_and_followed(first_merges) -> None:
    rows = {"index_row_id": [1, 2, 3, 4], "git_time": [9.0, 9.0, 9.0, 9.0]}
    drawn = pd.DataFrame({**rows, "tenth_merge_time": [2.0, -1.0, 5.0, 1.0]})
    put = pd.DataFrame({**rows, "tenth_merge_time": [3.0, -1.0, 7.5, 1.5]})
    mentees = pd.DataFrame({"index_row_id": [1, 2, 3, 4], "leave_time": [9.0, 9.0, 9.0, 4.0]})
    # The second was there already, the fourth left: (3 - 2) and (6 - 5) of six months.
    assert first_merges.tell_planted(drawn, put, mentees, "tenth_merge_time") == 1.0


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
