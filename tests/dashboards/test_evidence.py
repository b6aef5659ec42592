"""The evidence page: checks, balance and other analyses of the very group that is shown."""

from __future__ import annotations

import re
from collections.abc import Callable

import published_rows as rows
import pytest
from test_cards_and_forest import card_figures, plain

from dashboards.components import evidence
from dashboards.view import View

Views = Callable[..., View]


def with_statuses(*statuses: str) -> rows.Tables:
    outcomes = ("all", "pr_cycle_time", "retention", "promotion")
    checks = [rows.check("balance", status, "…", outcome)
              for status, outcome in zip(statuses, outcomes, strict=False)]  # fmt: skip
    return rows.organisation() | {"trust_checks": checks}


@pytest.mark.parametrize(
    ("statuses", "text"),
    [
        ((), "Nothing has been checked."),
        (("ok", "ok"), "All 2 checks pass."),
        (("ok", "warn"), "No check fails, 1 of 2 needs care."),
        (("warn", "warn", "ok"), "No check fails, 2 of 3 need care."),
        (("ok", "fail", "warn"), "1 of 3 checks fails."),
        (("ok", "not_checked"), "1 of 2 checks pass, the rest could not be made."),
    ],
)
def test_headline_tallies_the_checks(view_of: Views, statuses: tuple[str, ...], text: str) -> None:
    assert evidence.headline(view_of(tables=with_statuses(*statuses))) == text


def test_headline_of_a_group_names_it(view_of: Views) -> None:
    assert evidence.headline(view_of("organisation", "Payments")) == (
        "Payments: nothing has been checked."
    )


def test_withheld_group_shows_no_evidence(view_of: Views) -> None:
    tables = rows.organisation()
    hidden = {"segment_dimension": "organisation", "segment_value": "Mobile"}
    for name in ("trust_checks", "balance", "sensitivity"):
        tables[name] = [row | hidden for row in tables[name]]
    view = view_of("organisation", "Mobile", tables=tables)
    assert evidence.headline(view) == "Mobile: too small a group to show."
    for part in (
        evidence.checks_html(view),
        evidence.balance_html(view),
        evidence.estimators_html(view),
        evidence.power_html(view),
    ):
        assert "<table" not in part


def test_gravest_checks_come_first(view_of: Views) -> None:
    text = evidence.checks_html(view_of())
    found = re.findall(r"badge-(\w+)", text)
    order = ["worse", "caution", "neutral", "better"]
    assert found == sorted(found, key=order.index)
    assert found[0] == "caution"


def test_balance_marks_what_is_apart_and_what_the_model_adjusts(view_of: Views) -> None:
    lines = evidence.balance_html(view_of()).split("<tr")[2:5]
    adjusted, apart, alike = lines
    assert "Cycle time, last 3 months" in adjusted
    assert "dot-neutral" in adjusted
    assert "adjusted in the model" in adjusted
    assert "dot-caution" in apart
    assert "dot-better" in alike


def test_unknown_balance_is_left_out(view_of: Views) -> None:
    assert "Merged a month" not in evidence.balance_html(view_of())


@pytest.mark.parametrize(
    ("size", "tone"),
    [(0.1, "better"), (-0.1, "better"), (0.101, "caution"), (0.25, "caution"), (0.251, "worse")],
)
def test_thresholds_of_balance(size: float, tone: str) -> None:
    assert evidence._balance_tone(size) == tone


def test_estimators_begin_with_the_figure_of_the_card(view_of: Views) -> None:
    view = view_of()
    cards = card_figures(view)
    for group in evidence.estimators_html(view).split("f-group")[1:]:
        label = plain(re.search(r"rowgroup\"[^>]*>(.*?)</th>", group)[1])
        first = group.split("f-headline")[1]
        assert plain(re.search(r'<b class="effect">(.*?)</b>', first)[1]) == cards[label][0]


def test_misleading_analyses_are_hollow_and_missing_ones_left_out(view_of: Views) -> None:
    text = evidence.estimators_html(view_of())
    two_way = next(line for line in text.split("<tr") if "Two-way fixed effects" in line)
    assert "f-muted" in two_way
    assert "Symmetric windows" not in text


def test_outcome_without_an_estimate_has_no_estimators(view_of: Views) -> None:
    assert "Promotion" not in evidence.estimators_html(view_of())


def test_power_says_what_was_and_what_could_be_seen(view_of: Views) -> None:
    text = plain(evidence.power_html(view_of()))
    assert "8\u202f% faster merges" in text
    assert "March 2027" in text
    assert "1.6 (1.4)" in text


def test_hostile_names_are_escaped(view_of: Views) -> None:
    tables = rows.organisation()
    for row in tables["trust_checks"]:
        row["check"] = row["sentence"] = rows.HOSTILE
    tables["trust_checks"] = tables["trust_checks"][:1]
    for row in tables["balance"]:
        row["covariate"] += rows.HOSTILE
    for row in tables["sensitivity"]:
        row["variant"] += rows.HOSTILE
    view = view_of(tables=tables)
    for part in (
        evidence.checks_html(view),
        evidence.balance_html(view),
        evidence.estimators_html(view),
    ):
        assert "<img" not in part
        assert "&lt;img" in part
