"""One number for one thing: cards, forest, outcome page, evidence, windows and curves."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import published_rows as rows
import pytest
from test_cards_and_forest import card_figures, forest_figures, plain

from dashboards import formats
from dashboards.components import cards, charts, evidence, groups
from dashboards.outcomes import HEADLINE, Outcome
from dashboards.rows import Estimate
from dashboards.view import OutcomeRows, View

Views = Callable[..., View]
SHOWN = [("all", "all"), ("organisation", "Payments"), ("organisation", rows.HOSTILE),
         ("level", "L2"), ("assignment", "lottery"), ("model", "1:1")]  # fmt: skip


def shown_rows(view: View) -> dict[str, OutcomeRows]:
    return {view.label(entry.outcome.key): entry for entry in view.outcomes}


def line_with(text: str, mark: str) -> str:
    """The table row that holds a mark, as plain text."""
    return plain(next(line for line in text.split("<tr")[1:] if mark in line))


def matched_row(view: View, outcome: Outcome) -> Estimate | None:
    entry = next(entry for entry in view.outcomes if entry.outcome is outcome)
    return entry.matched if entry.matched and entry.matched.estimate is not None else None


@pytest.mark.parametrize(("dimension", "value"), SHOWN)
@pytest.mark.parametrize("outcome", HEADLINE, ids=lambda outcome: outcome.key)
def test_every_place_shows_the_published_effect(
    view_of: Views, dimension: str, value: str, outcome: Outcome
) -> None:
    view = view_of(dimension, value)
    row, label = matched_row(view, outcome), view.label(outcome.key)
    if row is None:
        assert card_figures(view)[label][1] == ""
        return
    effect = formats.effect(row.estimate, row.scale)
    interval = formats.interval(row.ci_low, row.ci_high, row.scale)
    assert card_figures(view)[label][:2] == (effect, interval)
    assert forest_figures(view)[label][:2] == (effect, interval)
    name = html.escape(value if dimension != "all" else "Everyone").replace("&#x27;", "&#39;")
    name = name.replace("&quot;", "&#34;")
    places = (
        line_with(groups.groups_html(view, outcome), f'f-label">{name}<'),
        line_with(groups.windows_html(view, outcome), f">{row.follow_up_months} months<"),
        line_with(_estimators_of(view, label), "Shown on the cards"),
    )
    for place in places:
        assert f"{effect} ({interval})" in re.sub(r"\s*\n\s*", " ", place)


def _estimators_of(view: View, label: str) -> str:
    """The part of the evidence page on one outcome."""
    bodies = evidence.estimators_html(view).split("<tbody")[1:]
    return next(body for body in bodies if f">{label}<" in body)


@pytest.mark.parametrize("outcome", HEADLINE, ids=lambda outcome: outcome.key)
def test_arms_of_a_card_are_those_of_the_windows_and_curves(
    view_of: Views, outcome: Outcome
) -> None:
    view = view_of()
    row = matched_row(view, outcome)
    if row is None:
        return
    mentored = formats.level(row.mentored_value, outcome.level)
    matched = formats.level(row.comparison_value, outcome.level)
    card = plain(cards.cards_html(view, only=outcome.key))
    assert mentored in card
    assert matched in card
    window = line_with(groups.windows_html(view, outcome), f">{row.follow_up_months} months<")
    assert mentored in window
    assert matched in window
    if outcome.level == "share":
        part = charts.curve_part(view, outcome.key)
        assert f"{mentored} of mentored" in part.summary
        assert f"{matched} of matched peers" in part.summary


def test_counts_are_the_same_on_cards_forest_and_power(view_of: Views) -> None:
    view = view_of()
    power = evidence.power_html(view)
    for label, entry in shown_rows(view).items():
        row = entry.matched
        assert row is not None
        people = formats.count(row.n_mentored)
        assert f"n {people}" in plain(cards.cards_html(view, only=entry.outcome.key))
        assert f">{people}<" in next(
            line for line in power.split("<tr")[1:] if f">{label}<" in line
        )
