"""What of the programme's own measures is published, and what is held back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline import privacy

MONTH = date(2026, 5, 1)


def row(value: str, people: int, **more: Any) -> dict[str, Any]:
    dimension = "all" if value == "all" else "organisation"
    return {
        "measure": "cadence",
        "segment_dimension": dimension,
        "segment_value": value,
        "month": MONTH,
        "unit": "share",
        "direction": "higher",
        "scale_max": None,
        "target": None,
        "measure_value": 0.7777,
        "people_count": people,
        "people_with": None,
        "people_without": None,
    } | more


def published(*rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["segment_value"]: row for row in privacy.programme_health(rows, 10)}


def test_a_small_group_is_hidden_with_another_one_and_without_a_status() -> None:
    found = published(row("all", 63), row("A", 9), row("B", 24), row("C", 30, target=0.5))
    assert (found["all"]["value"], found["all"]["n"]) == (0.78, 65)
    assert found["A"]["value"] is found["A"]["n"] is None
    assert found["A"]["status"] == found["B"]["status"] == "suppressed"
    assert found["C"]["status"] == "on_target"


def test_a_share_that_few_have_or_lack_is_withheld_but_not_its_people() -> None:
    few = {"people_with": 4, "people_without": 26}
    most = {"people_with": 26, "people_without": 4}
    for share in (few, most):
        found = published(row("all", 30, **share))["all"]
        assert (found["value"], found["n"], found["status"]) == (None, 30, "suppressed")
    shown = published(row("all", 30, people_with=5, people_without=25))["all"]
    assert shown["value"] == 0.78


def test_a_withheld_share_does_not_follow_from_the_others() -> None:
    found = published(
        row("all", 90, people_with=24, people_without=66),
        row("A", 30, people_with=2, people_without=28),
        row("B", 30, people_with=10, people_without=20),
        row("C", 30, people_with=12, people_without=18),
    )
    withheld = [name for name, shown in found.items() if shown["value"] is None]
    assert len(withheld) == 2
    assert "A" in withheld


@pytest.mark.parametrize(
    ("direction", "value", "status"),
    [
        ("higher", 0.796, "on_target"),
        ("higher", 0.794, "needs_action"),
        ("lower", 0.804, "on_target"),
        ("lower", 0.806, "needs_action"),
    ],
)
def test_the_status_is_that_of_the_rounded_value(direction: str, value: float, status: str) -> None:
    found = published(row("all", 50, target=0.8, direction=direction, measure_value=value))
    assert found["all"]["status"] == status


def test_what_is_not_known_yet_has_no_status_of_its_own() -> None:
    found = published(row("all", 50, target=0.8, measure_value=None))["all"]
    assert (found["status"], found["value"], found["n"]) == ("not_known", None, 50)


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [("pairs", 83.0, 85), ("hours", 156.4, 160.0), ("days", 20.4, 20.0), ("sessions", 6.43, 6.4)],
)
def test_a_value_is_rounded_as_its_unit_is(unit: str, value: float, shown: float) -> None:
    assert published(row("all", 50, unit=unit, measure_value=value))["all"]["value"] == shown


def test_a_score_names_its_scale() -> None:
    found = published(row("all", 50, unit="score", scale_max=5.0, measure_value=3.94))["all"]
    assert (found["unit"], found["value"]) == ("of 5", 3.9)
