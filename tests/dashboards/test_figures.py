"""Figures: zero, negative and missing cases."""

from __future__ import annotations

import published_rows as rows
import pytest

from dashboards.figures import event_study, survival
from dashboards.figures.template import nice_ticks
from dashboards.rows import CurvePoint, SeriesPoint


def series(outcome: str = "pr_cycle_time", drop: float = 0.15) -> list[SeriesPoint]:
    names = SeriesPoint.__slots__
    return [
        SeriesPoint(**{name: row[name] for name in names}) for row in rows.series(outcome, drop)
    ]


def curves(outcome: str, **shares: float) -> list[CurvePoint]:
    names = CurvePoint.__slots__
    return [
        CurvePoint(**{name: row[name] for name in names}) for row in rows.curves(outcome, shares)
    ]


def point(month: int, estimate: float | None = None) -> SeriesPoint:
    low, high = (None, None) if estimate is None else (estimate - 0.05, estimate + 0.05)
    return SeriesPoint("pr_cycle_time", "matched", month, estimate, low, high, 100)


def test_event_study_without_points_draws_nothing() -> None:
    assert event_study.figure([], -1) is None
    assert event_study.figure([point(1), point(2)], -1) is None


def test_event_study_draws_changes_in_per_cent() -> None:
    drawn = event_study.figure([point(0, 1.0), point(1, 0.9)], -1)
    assert drawn["data"][-1]["y"] == pytest.approx([0, -10])


def test_withheld_months_move_neither_line_nor_axis() -> None:
    shown = [point(1, 0.9), point(2, 0.92)]
    assert event_study.figure([*shown, point(3)], -1) == event_study.figure(shown, -1)


def test_event_study_says_which_way_is_better() -> None:
    texts = {
        better: [
            note["text"] for note in event_study.figure(series(), better)["layout"]["annotations"]
        ]
        for better in (-1, 0, 1)
    }
    assert any("▾" in text for text in texts[-1])
    assert any("▴" in text for text in texts[1])
    assert not any("better" in text for text in texts[0])


def test_event_study_axis_holds_zero_and_every_interval() -> None:
    drawn = event_study.figure([point(1, 1.4), point(2, 1.5)], -1)
    low, high = drawn["layout"]["yaxis"]["range"]
    assert low <= 0
    assert high >= 55


def test_hover_text_is_ready_made_with_true_minus_and_n() -> None:
    drawn = event_study.figure([point(-3, 0.9)], -1)
    text = drawn["data"][-1]["text"][0]
    assert "Month −3" in text
    assert "−10\u202f%" in text
    assert "n 100" in text


def test_survival_without_points_draws_nothing() -> None:
    assert survival.figure([], 12) is None
    empty = CurvePoint("retention", "mentored", 0, None, None, None, None)
    assert survival.figure([empty], 12) is None


def test_survival_ends_where_an_arm_is_withheld() -> None:
    points = [
        CurvePoint("retention", "mentored", 0, 1.0, 1.0, 1.0, 40),
        CurvePoint("retention", "mentored", 1, 0.95, 0.9, 1.0, 20),
        CurvePoint("retention", "mentored", 2, None, None, None, None),
    ]
    drawn = survival.figure(points, 12)
    assert drawn["data"][-1]["x"] == [0, 1]
    assert drawn["layout"]["xaxis"]["range"] == [0, 1]
    assert drawn["layout"]["shapes"] == []


def test_unknown_arms_are_left_out() -> None:
    assert survival.figure([CurvePoint("retention", "x", 0, 1.0, 1.0, 1.0, 40)], 12) is None


def test_arms_differ_by_dash_and_not_by_colour_alone() -> None:
    drawn = survival.figure(curves("retention", mentored=0.93, comparison=0.88, baseline=0.84), 12)
    lines = [trace["line"] for trace in drawn["data"] if "name" in trace]
    assert len({line["dash"] for line in lines}) == len(lines) == 3


def test_end_labels_do_not_touch() -> None:
    drawn = survival.figure(curves("retention", mentored=0.90, comparison=0.90), 12)
    places = sorted(note["y"] for note in drawn["layout"]["annotations"])
    assert places[1] - places[0] >= survival.LABEL_GAP - 1e-9


def test_shares_stay_between_nothing_and_all() -> None:
    drawn = survival.figure(curves("promotion", mentored=0.02, comparison=0.01), 12)
    low, high = drawn["layout"]["yaxis"]["range"]
    assert low >= 0
    assert high <= 100


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 0, None),
        (-23, 12, [-30, -20, -10, 0, 10, 20]),
        (75, 100, [75, 80, 85, 90, 95, 100]),
    ],
)
def test_ticks_are_round_and_span_the_values(
    low: float, high: float, ticks: list[float] | None
) -> None:
    found = nice_ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert ticks is None or found == ticks
