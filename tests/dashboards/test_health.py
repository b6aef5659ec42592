"""How the programme's measures are spoken of."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import programme_rows as programme
import pytest

from dashboards.components import health
from dashboards.figures import timeline
from dashboards.pages import stories
from dashboards.pages.programme import PAGE
from dashboards.queries import SnapshotStore
from dashboards.rows import HealthRow, KnownEvent


def rows(**wanted: str) -> list[HealthRow]:
    segment = {"segment_dimension": "all", "segment_value": "all"} | wanted
    names = [entry.name for entry in fields(HealthRow)]
    return [
        HealthRow(**{name: row[name] for name in names})
        for row in programme.health()
        if all(row[key] == value for key, value in segment.items())
    ]


def of_mobile() -> list[HealthRow]:
    return rows(segment_dimension="organisation", segment_value="Mobile")


def test_headline_counts_what_misses_its_target_and_names_it(warehouse: Path) -> None:
    definitions = SnapshotStore(warehouse).current().definitions()
    text, action = health.headline(rows(), PAGE.measures, definitions)
    assert text == "1 of 2 measures with a target needs action."
    assert action == "Short of target: cadence."


def test_headline_of_a_withheld_group_judges_nothing(warehouse: Path) -> None:
    text, _ = health.headline(of_mobile(), PAGE.measures, {})
    assert text == "No measure has a target that can be judged."


def test_headline_without_any_month_says_so() -> None:
    assert health.headline((), PAGE.measures, {})[0] == "Nothing is known of the programme."


def aged(months: int) -> list[HealthRow]:
    """One measure that missed its target and was told last some months ago, and nothing since."""
    (first,) = [row for row in rows() if row.measure == "cadence"][-1:]
    told = replace(first, month=date(2025, 1, 1), value=0.2, target=0.5, status="needs_action")
    since = [
        replace(told, month=date(2025, 1 + later, 1), value=None, n=None, status="suppressed")
        for later in range(1, months + 1)
    ]
    return [told, *since]


def test_a_figure_told_months_ago_is_not_judged_as_of_now() -> None:
    text, _ = health.headline(aged(10), PAGE.measures, {})
    assert text == "No measure has a target that can be judged."
    ((line,),) = [section.lines for section in health.sections(aged(10), {}, PAGE.sections)]
    assert (line.note, line.badge.label) == ("January 2025", "Too old to judge")


def test_a_figure_of_the_last_months_is_judged_and_names_its_month() -> None:
    text, _ = health.headline(aged(3), PAGE.measures, {})
    assert text == "The one measure with a target needs action."
    ((line,),) = [section.lines for section in health.sections(aged(3), {}, PAGE.sections)]
    assert (line.note, line.badge.label) == ("January 2025", "Needs action")
    assert health.headline(aged(4), PAGE.measures, {})[0] != text


def test_line_gives_a_measure_its_unit_bound_and_change(warehouse: Path) -> None:
    definitions = SnapshotStore(warehouse).current().definitions()
    found = health.sections(rows(), definitions, PAGE.sections)
    lines = {line.key: line for section in found for line in section.lines}
    assert lines["participation"].now == "39\u202f%"
    assert lines["participation"].target == "at least 10\u202f%"
    assert lines["participation"].change == "+12\u00a0points"
    assert lines["active_pairs"].badge.label == "No target set"
    assert "Eligible people" in lines["participation"].definition


def test_trend_of_a_score_stays_on_its_last_scale() -> None:
    found = health.sections(rows(), {}, PAGE.sections)
    (line,) = [line for section in found for line in section.lines if line.key == "feedback"]
    assert line.now == "4.0\u00a0of 5"
    assert {point.split(",")[1] for point in line.trend.split()} == {"12.0"}
    drawn = timeline.figure([row for row in rows() if row.measure == "feedback"], ())
    assert drawn is not None
    assert set(drawn["data"][0]["y"]) == {4.0}


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "share", "–"),
        (0.0, "share", "0\u202f%"),
        (85.0, "pairs", "85\u00a0pairs"),
        (160.0, "hours", "160\u202fh"),
        (6.4, "sessions", "6.4"),
    ],
)
def test_value_is_written_in_its_unit(value: float | None, unit: str, text: str) -> None:
    assert health.written(value, unit) == text


def test_chart_marks_events_in_sight_and_the_target() -> None:
    events = [
        KnownEvent("freeze", "all", date(2025, 12, 18), date(2026, 1, 4)),
        KnownEvent("layoff", "all", date(2019, 1, 1), None),
    ]
    drawn = timeline.figure([row for row in rows() if row.measure == "cadence"], events)
    assert drawn is not None
    assert [shape["type"] for shape in drawn["layout"]["shapes"]] == ["line", "rect"]
    texts = [note["text"] for note in drawn["layout"]["annotations"]]
    assert texts == ["Freeze", "target 50\u202f%"]


@pytest.mark.parametrize("kind", ["freeze", "reorganisation", "other"])
def test_names_of_events_stand_above_every_point_of_a_small_chart(kind: str) -> None:
    shown = [row for row in rows() if row.measure == "cadence"]
    drawn = timeline.figure(shown, [KnownEvent(kind, "all", shown[0].month, None)])
    assert drawn is not None
    axis = drawn["layout"]["yaxis"]
    word = drawn["layout"]["annotations"][0]["text"]
    # Letters of 6.6 px, under the upper 2 %, on the 230 px of a telephone's chart.
    lowest = axis["range"][1] * (0.98 - len(word) * 6.6 / 230)
    assert lowest > axis["tickvals"][-1]


def test_a_group_stands_beside_everyone_in_table_and_chart() -> None:
    found = health.sections(of_mobile(), {}, PAGE.sections, rows())
    lines = {line.key: line for section in found for line in section.lines}
    assert lines["participation"].everyone == "39\u202f%"
    group = [row for row in rows() if row.measure == "cadence"]
    drawn = timeline.figure(group, (), [replace(row, value=0.9) for row in group])
    assert drawn is not None
    everyone, line = drawn["data"]
    assert set(everyone["y"]) == {0.9}
    assert line["y"] == [row.value for row in sorted(group, key=lambda row: row.month)]
    assert everyone["text"][0] == "Everyone  90\u202f%"


def test_everyone_beside_a_group_is_of_the_same_month_and_unit() -> None:
    def beside(*everyone: HealthRow) -> str:
        ((line,),) = [one.lines for one in health.sections(aged(2), {}, PAGE.sections, everyone)]
        assert (line.now, line.note) == ("20\u202f%", "January 2025")
        return line.everyone

    told = replace(aged(0)[0], value=0.3)
    since = replace(told, month=date(2025, 3, 1), value=0.9)
    assert beside(told, since) == "30\u202f%"
    assert beside(since) == ""
    assert beside(replace(told, unit="of 5")) == ""


def test_what_adds_up_over_groups_is_not_drawn_beside_one() -> None:
    pairs = [row for row in rows() if row.measure == "active_pairs"]
    drawn = timeline.figure(pairs, (), pairs)
    assert drawn is not None
    assert len(drawn["data"]) == 1


def test_a_part_without_a_target_of_its_own_names_whose_it_is() -> None:
    (part,) = [row for row in rows() if row.measure == "active_pairs"][-1:]
    part = replace(part, target=None, status="no_target")
    whole = replace(part, target=50.0, status="on_target")
    ((alone,),) = [one.lines for one in health.sections([part], {}, PAGE.sections)]
    ((beside,),) = [one.lines for one in health.sections([part], {}, PAGE.sections, [whole])]
    assert (alone.badge.label, beside.badge.label) == ("No target set", "Target for everyone only")


def test_chart_of_withheld_months_draws_nothing() -> None:
    assert timeline.figure(of_mobile(), ()) is None


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "No story has been told yet."),
        (1, "One story, told with consent."),
        (3, "3 stories, told with consent."),
    ],
)
def test_stories_are_counted(count: int, text: str) -> None:
    assert stories.headline(count) == text
