"""Sentences follow from the figures shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import published_rows as rows
import pytest

from dashboards import sentences
from dashboards.formats import NARROW, SPACE
from dashboards.outcomes import BY_KEY
from dashboards.rows import Estimate
from dashboards.view import View

Views = Callable[..., View]


def estimate(outcome: str, verdict: str | None, low: float, high: float) -> Estimate:
    middle = (low + high) / 2
    values = rows.matched(outcome, verdict, (middle, low, high))
    return Estimate(**{name: values[name] for name in Estimate.__slots__})


def words(outcome: str, verdict: str | None, low: float, high: float) -> str:
    row = estimate(outcome, verdict, low, high)
    return (
        sentences.range_words(BY_KEY[outcome], row, verdict)
        .replace(NARROW, " ")
        .replace(SPACE, " ")
    )


CYCLE, PAGES, RISE, STAY = "pr_cycle_time", "incident_rate", "promotion", "retention"
UNCLEAR = "no_clear_difference"


@pytest.mark.parametrize(
    ("outcome", "verdict", "low", "high", "text"),
    [
        (CYCLE, "better", 0.80, 0.91, "Likely 9 to 20 % faster merges than matched peers"),
        (CYCLE, "worse", 1.05, 1.39, "Likely 5 to 39 % slower merges than matched peers"),
        (CYCLE, "better", 0.80, 0.998, "Likely up to 20 % faster merges than matched peers"),
        (CYCLE, "better", 0.903, 0.904, "Likely about 10 % faster merges than matched peers"),
        (PAGES, "better", 0.64, 0.97, "Likely 3 to 36 % fewer pages than matched peers"),
        (RISE, "worse", -0.11, -0.01,
         "Likely 1 to 11 points fewer engineers promoted than among matched peers"),
        (STAY, "better", 0.021, 0.083,
         "Likely 2 to 8 points more engineers still employed than among matched peers"),
        (CYCLE, UNCLEAR, 0.96, 1.07, "Between 4 % faster and 7 % slower merges than matched peers"),
        (RISE, UNCLEAR, -0.01, 0.05,
         "Between 1 point fewer and 5 points more engineers promoted than among matched peers"),
        (CYCLE, UNCLEAR, 0.80, 0.95, "Between 5 and 20 % faster merges than matched peers"),
        (CYCLE, None, 0.80, 0.95, "Between 5 and 20 % faster merges than matched peers"),
        (CYCLE, UNCLEAR, 0.999, 1.07,
         "Up to 7 % slower merges than matched peers, or no difference"),
        (CYCLE, UNCLEAR, 0.9, 1.001,
         "Up to 10 % faster merges than matched peers, or no difference"),
        (CYCLE, UNCLEAR, 0.999, 1.001, "Less than 1 % apart from matched peers"),
    ],
)  # fmt: skip
def test_interval_in_words(
    outcome: str, verdict: str | None, low: float, high: float, text: str
) -> None:
    assert words(outcome, verdict, low, high) == text


def test_a_direction_is_likely_only_where_the_verdict_settles_it() -> None:
    for verdict in ("no_clear_difference", "as_overall", None):
        assert not words("pr_cycle_time", verdict, 0.8, 0.9).startswith("Likely")


def test_every_verdict_of_the_statistics_has_words() -> None:
    from impact.verdicts import Verdict

    for verdict in (*get_args(Verdict), "suppressed", None):
        assert sentences.verdict_words(verdict).label


def test_unknown_verdict_is_an_error_and_not_a_colour() -> None:
    with pytest.raises(KeyError):
        sentences.verdict_words("splendid")


@pytest.mark.parametrize(
    ("dimension", "value", "text"),
    [
        ("all", "all", "Mentored engineers did better on 2 of 4 outcomes."),
        ("organisation", "Payments",
         "Payments: mentored engineers did better on 2 of the 3 outcomes with data and worse "
         "on 1."),
        ("organisation", "Mobile", "Mobile: too small a group to show."),
        ("organisation", "Platform",
         "Platform: no sign that it differs from everyone on any of the 4 outcomes."),
        ("level", "L2", "L2: not enough data yet to tell whether mentored engineers do better."),
        ("level", "L10", "L10: mentored engineers and their peers are too different to compare."),
        ("model", "circle", "Circle: no outcome data has been loaded yet."),
        ("model", "1:1", "1:1: mentored engineers did worse on 4 of 4 outcomes."),
        ("assignment", "volunteer", "Volunteer: mentored engineers did better on 4 of 4 outcomes."),
    ],
)  # fmt: skip
def test_headline_counts_the_verdicts(
    view_of: Views, dimension: str, value: str, text: str
) -> None:
    assert sentences.headline(view_of(dimension, value)) == text


def test_mentoring_improved_is_said_only_of_a_lottery(view_of: Views) -> None:
    segments = view_of().snapshot.segments()
    said = {
        (dimension, value)
        for dimension, values in segments.items()
        for value in values
        if "mentoring improved" in sentences.headline(view_of(dimension, value)).lower()
    }
    assert said == {("assignment", "lottery")}


def test_other_windows_carry_no_verdict(view_of: Views) -> None:
    view = view_of(follow_up=18)
    assert sentences.headline(view) == "18 months on, figures without a verdict."
    assert {entry.verdict for entry in view.outcomes} == {None, "suppressed"}


def test_lede_names_every_outcome_once(view_of: Views) -> None:
    text = sentences.lede(view_of()).lower()
    for name in ("pr cycle time", "incident rate", "promotion", "retention"):
        assert text.count(name) == 1


def test_lede_of_a_group_as_overall_recalls_everyone(view_of: Views) -> None:
    text = sentences.lede(view_of("organisation", "Platform"))
    assert text.endswith("Everyone: mentored engineers did better on 2 of 4 outcomes.")


def test_card_of_a_withheld_row_says_why_and_no_number_of_people(view_of: Views) -> None:
    view = view_of("organisation", "Mobile")
    text = sentences.card_sentence(view, view.outcomes[0])
    assert text == (
        "Fewer than 10 people in an arm, or showing it would give another small group away."
    )


def test_card_without_a_clear_difference_adds_what_could_not_be_seen(view_of: Views) -> None:
    view = view_of()
    entry = view.outcomes[1]
    assert sentences.card_sentence(view, entry).replace(NARROW, " ") == (
        "Between 19 % fewer and 7 % more pages than matched peers."
    )
    assert sentences.card_aside(entry).replace(NARROW, " ") == (
        "An effect under 23 % would not be visible."
    )


def test_card_without_enough_data_says_when_there_will_be(view_of: Views) -> None:
    entry = view_of().outcomes[2]
    assert sentences.card_aside(entry) == "Decidable about March 2027 at today's enrolment."


def test_decided_and_withheld_cards_add_nothing(view_of: Views) -> None:
    assert sentences.card_aside(view_of().outcomes[0]) == ""
    assert sentences.card_aside(view_of("organisation", "Mobile").outcomes[0]) == ""


def test_raw_comparison_says_both_figures_and_why_they_differ(view_of: Views) -> None:
    text = sentences.raw_words(view_of().outcomes[0]).replace(NARROW, " ")
    assert text.startswith("Raw +8 % against matched −14 %: people who join")


def test_raw_comparison_is_silent_where_none_was_published(view_of: Views) -> None:
    assert sentences.raw_words(view_of("level", "L2").outcomes[0]) == ""


def test_empty_snapshot_claims_nothing(view_of: Views) -> None:
    view = view_of(tables=rows.empty())
    assert sentences.headline(view) == "No outcome data has been loaded yet."
    assert "have no data" in sentences.lede(view)
