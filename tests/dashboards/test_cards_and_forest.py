"""Cards and forest: one number for one thing, nothing leaked, everything escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import published_rows as rows
import pytest

from dashboards.components import cards, forest
from dashboards.components.strip import Axis, axis, strip
from dashboards.pages import overview
from dashboards.rows import Estimate
from dashboards.view import View

Views = Callable[..., View]
GROUPS = [
    ("all", "all"),
    ("organisation", "Platform"),
    ("organisation", "Payments"),
    ("organisation", rows.HOSTILE),
    ("level", "L2"),
    ("level", "L10"),
    ("model", "circle"),
    ("model", "1:1"),
    ("assignment", "lottery"),
]


def estimate(outcome: str, effect: tuple[float, float, float] | None, **more: object) -> Estimate:
    values = rows.matched(outcome, "better", effect, **more)
    return Estimate(**{name: values[name] for name in Estimate.__slots__})


def plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def card_figures(view: View) -> dict[str, tuple[str, str, str]]:
    """Outcome label -> effect, interval and verdict as the cards say them."""
    found = {}
    for card in cards.cards_html(view).split("<article")[1:]:
        label = plain(re.search(r"<h2.*?</h2>", card, re.S)[0])
        effect = plain(re.search(r'<strong class="effect">.*?</strong>', card, re.S)[0])
        interval = re.search(r"interval <b>(.*?)</b>", card)
        badge = plain(re.search(r'<span class="badge.*?</span>', card, re.S)[0])
        found[label] = (effect, plain(interval[1]) if interval else "", badge)
    return found


def forest_figures(view: View) -> dict[str, tuple[str, str, str]]:
    found = {}
    for line in forest.forest_html(view).split("<tr")[1:]:
        if "f-headline" not in line:
            continue
        label = plain(re.search(r'f-label">(.*?)</span>', line)[1])
        effect = plain(re.search(r'<b class="effect">(.*?)</b>', line)[1])
        interval = re.search(r'f-interval">\((.*?)\)<', line)
        badge = plain(re.search(r'<span class="badge.*?</span>', line, re.S)[0])
        found[label] = (effect, plain(interval[1]) if interval else "", badge)
    return found


@pytest.mark.parametrize(("dimension", "value"), GROUPS)
@pytest.mark.parametrize("follow_up", [None, 12, 18])
def test_card_and_forest_show_the_same_number(
    view_of: Views, dimension: str, value: str, follow_up: int | None
) -> None:
    view = view_of(dimension, value, follow_up)
    on_cards, in_forest = card_figures(view), forest_figures(view)
    assert on_cards.keys() == in_forest.keys()
    for label, (effect, interval, badge) in on_cards.items():
        assert in_forest[label][2] == badge
        assert in_forest[label][1] == interval
        if interval:
            assert in_forest[label][0] == effect


def test_every_figure_of_a_card_comes_from_its_row(view_of: Views) -> None:
    effect, interval, badge = card_figures(view_of())["PR cycle time"]
    assert (effect, interval, badge) == ("−14\u202f%", "−20 to −9\u202f%", "Better")


def test_withheld_group_leaks_neither_numbers_nor_axis_limits(view_of: Views) -> None:
    hidden = view_of("organisation", "Mobile")
    shown = cards.cards_html(hidden) + forest.forest_html(hidden)
    empty = view_of(tables=rows.empty() | {
        "impact_estimates": rows.group("organisation", "Mobile", {"*": "suppressed"}),
        "metric_definitions": rows.definitions(),
    }, dimension="organisation", value="Mobile")  # fmt: skip
    # The page of a withheld group is the same whatever else the snapshot holds.
    assert shown == cards.cards_html(empty) + forest.forest_html(empty)
    assert 'class="people"' not in shown


def test_hostile_names_are_escaped_everywhere(view_of: Views) -> None:
    view = view_of("organisation", rows.HOSTILE)
    parts = [
        overview.verdict_html(view),
        cards.cards_html(view),
        forest.forest_html(view),
        overview.caveats_html(view),
    ]
    assert all("<img" not in part for part in parts)
    assert "&lt;img src=x" in parts[0]


def test_hostile_labels_definitions_and_sentences_are_escaped(view_of: Views) -> None:
    tables = rows.organisation()
    for row in tables["metric_definitions"]:
        row["label"] = row["definition"] = rows.HOSTILE
    for row in tables["trust_checks"]:
        row["sentence"] = rows.HOSTILE
    for row in tables["impact_estimates"]:
        row["verdict_reason"] = rows.HOSTILE
    view = view_of(tables=tables)
    for part in (overview.verdict_html(view), cards.cards_html(view), forest.forest_html(view)):
        assert "<img" not in part


def test_raw_comparison_stands_beside_the_matched_one(view_of: Views) -> None:
    card = plain(cards.cards_html(view_of()).split("<article")[1])
    assert "Raw, not like for like: +8\u202f%" in card
    assert "Why the raw comparison differs" in forest.forest_html(view_of())


def test_empty_snapshot_gives_four_cards_without_figures(view_of: Views) -> None:
    figures = card_figures(view_of(tables=rows.empty()))
    assert set(figures) == {"PR cycle time", "Incident rate", "Promotion", "Retention"}
    assert {badge for _, _, badge in figures.values()} == {"No data"}


def test_better_is_to_the_right_whatever_the_scale() -> None:
    faster = strip(estimate("pr_cycle_time", (0.86, 0.80, 0.91)), Axis(20, "%"), better=-1)
    more = strip(estimate("retention", (0.05, 0.02, 0.08)), Axis(10, "points"), better=1)
    for marks in (faster, more):
        assert 50 < marks.start < marks.dot < marks.end <= 100


def test_interval_beyond_the_axis_is_clipped_on_its_side() -> None:
    marks = strip(estimate("pr_cycle_time", (0.9, 0.5, 1.1)), Axis(20, "%"), better=-1)
    assert marks.end == 100
    assert marks.clipped_end
    assert not marks.clipped_start


def test_zero_effect_stands_in_the_middle() -> None:
    assert strip(estimate("pr_cycle_time", (1.0, 0.9, 1.1)), Axis(20, "%"), better=-1).dot == 50


def test_row_without_an_estimate_shows_what_could_not_be_seen() -> None:
    row = estimate("promotion", None, detectable_effect=0.17)
    marks = strip(row, Axis(20, "points"), better=1, detectable=row.detectable_effect)
    assert marks.dot is None
    assert (marks.blind_start, marks.blind_end) == (7.5, 92.5)


@pytest.mark.parametrize(
    ("effects", "limit"),
    [
        ([], 30),
        ([(1.0, 1.0, 1.0)], 10),
        ([(0.95, 0.90, 1.0)], 10),
        ([(0.95, 0.89, 1.0)], 20),
        ([(3.0, 0.5, 9.0)], 100),
    ],
)
def test_axis_is_the_smallest_that_holds_every_interval(
    effects: list[tuple[float, float, float]], limit: int
) -> None:
    assert axis([estimate("pr_cycle_time", effect) for effect in effects], "ratio").limit == limit


def test_leaving_less_is_better_and_being_promoted_more_is_better(view_of: Views) -> None:
    html_text = forest.forest_html(view_of())
    for label in ("Promotion hazard ratio", "Leaving hazard ratio"):
        line = next(line for line in html_text.split("<tr")[1:] if label in line)
        assert float(re.search(r'class="dot[^"]*" style="left:([0-9.]+)%', line)[1]) > 50


def without_events(view: View) -> list[str]:
    cycle_time = next(one for one in cards.cards_of(view) if one.key == "pr_cycle_time")
    return [text for term, text in cycle_time.details if term == "Without known events"]


def test_the_headline_stands_beside_itself_without_known_events(view_of: Views) -> None:
    (text,) = without_events(view_of())
    assert text == "−13\u202f% (−20 to −5\u202f%), their months left out."
    # It is an estimate of the headline's window and of nobody else's group.
    assert without_events(view_of(follow_up=12)) == []
    assert without_events(view_of("model", "1:1")) == []


@pytest.mark.parametrize(
    ("segment", "estimate", "count"),
    [
        (("model", "1:1"), 0.87, 1),
        (("model", "1:1"), None, 0),
        (("organisation", "Platform"), 0.87, 0),
    ],
)
def test_nothing_stands_beside_a_headline_drawn_to_the_mean_nor_where_nothing_is_known(
    segment: tuple[str, str], estimate: float | None, count: int, view_of: Views
) -> None:
    where = {"segment_dimension": segment[0], "segment_value": segment[1]}
    figures = {"estimate": estimate} | ({} if estimate else {"ci_low": None, "ci_high": None})
    (known,) = rows.only(rows.sensitivity(), variant="without_events")
    tables = rows.organisation() | {"sensitivity": [known | where | figures]}
    assert len(without_events(view_of(*segment, tables=tables))) == count
