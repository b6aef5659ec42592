"""An outcome's own page: its groups, its windows, its spread."""

from __future__ import annotations

import re
from collections.abc import Callable

import published_rows as rows
import pytest
from test_cards_and_forest import card_figures, plain

from dashboards import sentences
from dashboards.components import groups
from dashboards.outcomes import BY_KEY
from dashboards.view import View

Views = Callable[..., View]
CYCLE = BY_KEY["pr_cycle_time"]


def lines(text: str) -> dict[str, str]:
    """Group -> its line of the forest."""
    found = text.split("f-row")[1:]
    return {plain(re.search(r'f-label">(.*?)</span>', line)[1]): line for line in found}


def test_groups_stand_in_reading_order_after_everyone(view_of: Views) -> None:
    shown = lines(groups.groups_html(view_of("organisation", "Payments"), CYCLE))
    assert list(shown) == ["Everyone", rows.HOSTILE, "Mobile", "Payments", "Platform"]


def test_everyone_and_the_picked_group_show_the_figures_of_their_cards(view_of: Views) -> None:
    picked = view_of("organisation", "Payments")
    shown = lines(groups.groups_html(picked, CYCLE))
    for view, name in ((picked, "Payments"), (view_of(), "Everyone")):
        effect = plain(re.search(r'<b class="effect">(.*?)</b>', shown[name])[1])
        assert effect == card_figures(view)["PR cycle time"][0]
    assert "picked" in shown["Payments"]


def test_withheld_group_has_neither_figure_nor_count(view_of: Views) -> None:
    line = plain(lines(groups.groups_html(view_of("organisation", "Payments"), CYCLE))["Mobile"])
    assert "Withheld" in line
    assert not any(character.isdigit() for character in line)


def test_withheld_group_does_not_move_the_axis(view_of: Views) -> None:
    tables = rows.organisation()
    kept = [row for row in tables["impact_estimates"] if row["segment_value"] != "Mobile"]
    with_it = groups.groups_html(view_of("organisation", "Payments"), CYCLE)
    without = groups.groups_html(
        view_of("organisation", "Payments", tables=tables | {"impact_estimates": kept}), CYCLE
    )
    ticks = r'class="ticks">(.*?)</span></td>'
    assert re.search(ticks, with_it)[1] == re.search(ticks, without)[1]


@pytest.mark.parametrize(
    ("dimension", "value", "text"),
    [
        ("organisation", "Platform", "The effect differs by organisation"),
        ("assignment", "lottery", "The effect differs by how mentees were chosen (p 0.004, 0.008"),
        ("level", "L2", "Too few groups are large enough to tell"),
    ],
)
def test_groups_say_whether_the_effect_differs(
    view_of: Views, dimension: str, value: str, text: str
) -> None:
    assert text in plain(groups.groups_html(view_of(dimension, value), CYCLE))


def test_no_difference_is_said_where_no_group_has_a_verdict_of_its_own(view_of: Views) -> None:
    tables = rows.organisation()
    tables["impact_estimates"] = [
        *rows.everyone(),
        *rows.group("organisation", "Platform", {"*": "as_overall"}),
        *rows.group("organisation", "Mobile", {"*": "suppressed"}),
    ]
    view = view_of("organisation", "Platform", tables=tables)
    assert "No sign that the effect differs by organisation" in groups.groups_html(view, CYCLE)


def test_everyone_is_split_by_the_first_dimension_there_is(view_of: Views) -> None:
    view = view_of()
    assert groups.split_by(view.snapshot, view.selection) == "model"
    empty = view_of(tables=rows.empty())
    assert groups.split_by(empty.snapshot, empty.selection) is None
    assert "not split into groups" in groups.groups_html(empty, CYCLE)


def test_only_the_headline_window_carries_a_verdict(view_of: Views) -> None:
    text = groups.windows_html(view_of(), CYCLE)
    found = re.findall(r'row">(\d+ months)</th>.*?nowrap">(.*?)</td>', text)
    assert found == [
        ("6 months", "Better"),
        ("12 months", "No verdict"),
        ("18 months", "No verdict"),
        ("24 months", "No verdict"),
    ]


def test_withheld_window_says_so(view_of: Views) -> None:
    text = groups.windows_html(view_of(), BY_KEY["promotion"])
    assert re.findall(r'row">(\d+ months)</th>.*?nowrap">(.*?)</td>', text)[-1] == (
        "24 months",
        "Withheld",
    )


def test_spread_is_in_order_and_says_what_is_withheld(view_of: Views) -> None:
    text = groups.spread_html(view_of(), CYCLE)
    assert re.findall(r'<th scope="row">(.*?)</th>', text) == [
        "under 4 h",
        "8 to 16 h",
        "1 to 2 days",
        "over 5 days",
    ]
    last = text.split("<tr>")[-1]
    assert "withheld" in last
    assert "width:0.0%" in last


def test_spread_is_absent_where_none_was_published(view_of: Views) -> None:
    assert groups.spread_html(view_of(), BY_KEY["retention"]) == ""
    assert groups.spread_html(view_of("organisation", "Mobile"), CYCLE) == ""


@pytest.mark.parametrize(
    ("group", "number", "text"),
    [
        (("all", "all"), 0, "PR cycle time: likely 9 to 20 % faster merges than matched peers."),
        (("all", "all"), 2, "Promotion: not enough data."),
        (("organisation", "Platform"), 0, "PR cycle time: no sign that it differs from everyone."),
        (("organisation", "Mobile"), 3, "Retention: withheld."),
        (("level", "L10"), 1, "Incident rate: not comparable."),
        (("model", "circle"), 0, "PR cycle time: no data."),
    ],
)
def test_headline_of_an_outcome(
    view_of: Views, group: tuple[str, str], number: int, text: str
) -> None:
    view = view_of(*group)
    found = sentences.outcome_headline(view, view.outcomes[number])
    assert found.replace("\u202f", " ") == text


@pytest.mark.parametrize(
    ("dimension", "is_said"), [("model", True), ("program", True), ("organisation", False)]
)
def test_groups_that_people_choose_say_so_and_where_sequences_are(
    view_of: Callable[..., View],
    monkeypatch: pytest.MonkeyPatch,
    dimension: str,
    is_said: bool,
) -> None:
    monkeypatch.setattr(groups, "split_by", lambda *_: dimension)
    shown = plain(groups.groups_html(view_of("organisation", "Payments"), CYCLE))
    assert ("between their people" in shown) == is_said
    assert ("what followed the first mentorship is not told apart" in shown) == is_said
