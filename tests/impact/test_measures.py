"""Sums of measures over windows: where a window begins, ends and is cut short."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact.cohort import to_table
from impact.measures import (
    CATALOGUE,
    RATING,
    Months,
    choose_measures,
    find_spans,
    order_months,
    place_amounts,
)
from impact.supporting import LEAVING

SEED = Path(__file__).resolve().parents[2] / "data" / "seeds" / "metric_definitions.csv"


def panel(started: int | None = None, gap: int | None = None) -> pd.DataFrame:
    """Months 1 to 12 of person 1, the last two in another spell, and 5 to 6 of person 2."""
    months = [m for m in range(1, 13) if m != gap]
    frame = pd.DataFrame(
        {
            "person_id": [1] * len(months) + [2, 2],
            "spell_number": [1 if m < 11 else 2 for m in months] + [1, 1],
            "month_number": [*months, 5, 6],
        }
    )
    frame["is_started"] = (frame["person_id"] == 1) & (frame["month_number"] >= (started or 99))
    frame["value"] = 10.0 ** frame["month_number"] / 10.0
    frame["is_git_observed"] = frame["month_number"] < 10
    frame["exposure"] = 0.5
    frame["incident_exposure"] = 1.0
    frame["on_call_weeks"] = np.where(frame["month_number"] == 3, np.nan, 2.0)
    frame["incident_count"] = 1
    return frame.sample(frac=1.0, random_state=1)


def total(months: Months, index: int, window: tuple[int, int], is_mentee: bool = False) -> set[int]:
    """Months of person 1 that a window holds."""
    rows = pd.DataFrame({"person_id": [1], "index_month_number": [index], "is_mentee": [is_mentee]})
    spans = find_spans(to_table(rows), months, window)
    return {
        int(m)
        for m in months.columns["month_number"][int(spans.low[0]) : int(spans.high[0])].tolist()
    }


@pytest.mark.parametrize(
    ("index", "window", "expected"),
    [
        (4, (-3, -1), {1, 2, 3}),
        (2, (-3, -1), {1}),
        (1, (-3, -1), set()),
        (4, (1, 3), {5, 6, 7}),
        (9, (1, 6), {10}),
        (11, (-3, -1), set()),
    ],
)
def test_a_window_leaves_the_index_month_out_and_stays_inside_the_spell(
    index: int, window: tuple[int, int], expected: set[int]
) -> None:
    assert total(order_months(to_table(panel())), index, window) == expected


def test_a_comparison_window_ends_before_the_own_start_and_a_mentees_does_not() -> None:
    months = order_months(to_table(panel(started=6)))
    assert total(months, 4, (1, 6)) == {5}
    assert total(months, 5, (1, 6)) == set()
    assert total(months, 6, (1, 3), is_mentee=True) == {7, 8, 9}
    assert total(months, 8, (-6, -1), is_mentee=True) == {2, 3, 4, 5, 6, 7}


def test_windows_count_calendar_months_where_a_month_has_no_row() -> None:
    months = order_months(to_table(panel(gap=6)))
    assert total(months, 4, (1, 3)) == {5, 7}


def test_what_lies_outside_the_panel_or_the_export_is_left_out() -> None:
    months = order_months(to_table(panel()))
    sums = pd.DataFrame(
        {
            "person_id": [1, 1, 3, 2],
            "month_number": [2, 12, 2, 5],
            "numerator": [3.0, 5.0, 7.0, 1.0],
            "denominator": [2.0, 2.0, 2.0, 1.0],
        }
    )
    measures = {one.name: one for one in choose_measures({}, False)}
    pickup = place_amounts(measures["pr_pickup_time"], sums, months)
    assert pickup.numerator.sum() == 4.0
    assert pickup.denominator.sum() == 3.0
    once = pd.DataFrame(
        {"person_id": [1], "month_number": [12], "numerator": [1.0], "denominator": [None]}
    )
    opportunities = place_amounts(measures["leadership_opportunities"], once, months)
    assert opportunities.numerator.sum() == 1.0
    assert opportunities.denominator.sum() == pytest.approx(0.5 * months.key.size)
    on_call = place_amounts(measures["incident_rate_on_call"], None, months).denominator
    assert not np.isnan(on_call).any()


def test_own_outcomes_join_and_ratings_only_where_asked() -> None:
    names = [one.name for one in choose_measures({}, False)]
    assert RATING not in names
    own = {"engagement": {"unit": "points", "direction": "higher"}}
    chosen = choose_measures(own, True)
    assert [one.name for one in chosen] == [*(one.name for one in CATALOGUE), "engagement"]
    assert (chosen[-1].kind, chosen[-1].unit, chosen[-1].direction) == ("mean", "points", "higher")


def test_every_measure_has_its_definition_with_the_same_unit_and_direction() -> None:
    with SEED.open(encoding="utf-8") as file:
        defined = {row["metric"]: row for row in csv.DictReader(file)}
    for measure in CATALOGUE:
        row = defined[measure.name]
        assert (row["unit"], row["direction"]) == (measure.unit, measure.direction)
        assert row["definition"].endswith(".")
    for leaving in LEAVING:
        assert defined[leaving.name]["direction"] == leaving.direction
