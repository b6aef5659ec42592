"""Disclosure control, rule by rule, at the thresholds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from impact import event_study
from pipeline import privacy
from pipeline.linked import Links, Nest, find_links
from pipeline.privacy import Family, Hidden, Segment
from pipeline.published import TABLES

ALL = Segment("all", "all")
NOTHING = Hidden(frozenset(), {}, {}, frozenset({("retention", ALL)}))


def estimate(**changes: Any) -> dict[str, Any]:
    """One matched row of 200 mentees, with every figure a long fraction."""
    row: dict[str, Any] = {
        "outcome": "retention",
        "scale": "difference",
        "comparison": "matched",
        "follow_up_months": 12,
        "segment_dimension": "all",
        "segment_value": "all",
        "is_headline": True,
        "unit": "share still employed",
        "verdict": "better",
        "verdict_reason": "A sentence.",
        "estimate": 0.04567,
        "ci_low": 0.01234,
        "ci_high": 0.07891,
        "range_low": None,
        "range_high": None,
        "p_value": 0.01234,
        "p_adjusted": 0.04936,
        "mentored_value": 0.90123,
        "comparison_value": 0.85556,
        "baseline_value": 0.8,
        "n_mentored": 202,
        "n_comparison": 1003,
        "n_mentored_eligible": 213,
        "matched_share": 0.94838,
        "e_value": 1.2345,
        "e_value_ci": 1.0,
        "detectable_effect": 0.05551,
        "decidable_on": dt.date(2026, 5, 1),
        "events_mentored": 20,
        "events_comparison": 150,
        "nonevents_mentored": 182,
        "nonevents_comparison": 853,
    }
    return row | changes


def of(value: str, n: int, **changes: Any) -> dict[str, Any]:
    """One row of an organisation with `n` mentees."""
    segment = {"segment_dimension": "organisation", "segment_value": value}
    return estimate(**segment, n_mentored=n, n_mentored_eligible=n, **changes)


def published(rows: list[dict[str, Any]], minimum: int = 10) -> list[dict[str, Any]]:
    hidden = privacy.decide(rows, minimum)
    return privacy.impact_estimates(rows, hidden, minimum)


def test_figures_are_rounded_as_ruled() -> None:
    (row,) = published([estimate()])
    assert row["estimate"] == 0.046
    assert (row["ci_low"], row["ci_high"]) == (0.012, 0.079)
    assert (row["mentored_value"], row["comparison_value"]) == (0.9, 0.86)
    assert (row["n_mentored"], row["n_comparison"], row["n_mentored_eligible"]) == (200, 1005, 215)
    assert (row["p_value"], row["matched_share"], row["e_value"]) == (0.012, 0.95, 1.23)
    assert row["detectable_effect"] == 0.056
    assert row["verdict"] == "better"
    assert list(row) == [column.name for column in TABLES["impact_estimates"].columns]


def test_a_small_arm_takes_a_digit_from_the_estimate() -> None:
    (row,) = published([estimate(n_mentored=49)])
    assert (row["estimate"], row["ci_low"], row["detectable_effect"]) == (0.05, 0.01, 0.06)


def test_hours_keep_two_significant_digits() -> None:
    (row,) = published([estimate(unit="hours", mentored_value=26.449, comparison_value=126.6)])
    assert (row["mentored_value"], row["comparison_value"]) == (26, 130)


def test_a_suppressed_row_keeps_its_keys_and_loses_every_figure() -> None:
    rows = [estimate(), of("a", 9), of("b", 40), of("c", 60), of("d", 90)]
    shown = {row["segment_value"]: row for row in published(rows)}
    for value in ("a", "b"):
        row = shown[value]
        assert row["verdict"] == "suppressed"
        assert all(row[name] is None for name in TABLES["impact_estimates"].figures)
        assert (row["outcome"], row["is_headline"]) == ("retention", True)
        assert "fewer than 10" in row["verdict_reason"]
    # The reason must not tell the small group from the one that protects it.
    assert shown["a"]["verdict_reason"] == shown["b"]["verdict_reason"]
    for value in ("all", "c", "d"):
        assert shown[value]["verdict"] == "better"


def test_ten_mentees_are_shown_and_nine_are_not() -> None:
    rows = [estimate(), of("a", 10), of("b", 40), of("c", 60)]
    assert {row["verdict"] for row in published(rows)} == {"better"}
    rows[1] = of("a", 9)
    assert [row["verdict"] for row in published(rows)] == [
        "better",
        "suppressed",
        "suppressed",
        "better",
    ]


def test_a_row_without_a_verdict_is_hidden_without_one() -> None:
    rows = [of("a", 3, comparison="naive", verdict=None, verdict_reason=None), of("b", 50)]
    row = published(rows)[0]
    assert row["verdict"] is None
    assert row["verdict_reason"] is None
    assert row["estimate"] is None


def test_an_outcome_without_data_says_so_and_is_not_suppressed() -> None:
    nothing = dict.fromkeys(TABLES["impact_estimates"].figures)
    rows = [of("a", 3), of("b", 50), of("a", 3) | nothing | {"outcome": "incident_rate"}]
    rows[2]["verdict"] = "no_data"
    assert published(rows)[2]["verdict"] == "no_data"


@pytest.mark.parametrize(
    "name", ["mentor_retention", "onboarding_retention", "again_retention", "team_promotion"]
)
def test_few_people_of_another_comparison_hide_its_rows_alone(name: str) -> None:
    few = estimate(
        outcome=name, is_headline=False, n_mentored=0, n_comparison=0, n_mentored_eligible=9
    )
    hidden = privacy.decide([estimate(), few], 10)
    assert hidden.everywhere == frozenset()
    assert not hidden.hides("retention", ALL)
    assert hidden.hides(name, ALL)


def test_few_of_one_sequence_of_models_do_not_follow_from_everyone_and_the_others() -> None:
    again = {"outcome": "again_retention", "is_headline": False, "n_comparison": 90}
    counts = {"1:1, then circle": 40, "1:1, then 1:1": 12, "peer, then 1:1": 8}
    rows = [estimate(**again, n_mentored=60, n_mentored_eligible=60)]
    rows += [of(value, n, **again) | {"segment_dimension": "model"} for value, n in counts.items()]
    # What models mentees began with are other people's groups: nothing of them is hidden.
    rows += [of(value, 50) | {"segment_dimension": "model"} for value in ("1:1", "peer")]
    shown = {row["segment_value"]: row["n_mentored"] for row in published(rows)[1:]}
    assert shown == {
        "1:1, then circle": 40,
        "1:1, then 1:1": None,
        "peer, then 1:1": None,
        "1:1": 50,
        "peer": 50,
    }


def test_few_who_came_back_do_not_follow_from_what_different_outcomes_show() -> None:
    # Matched, compared and eligible: each outcome alone would hide another sequence beside the two.
    counts = {
        "pr_cycle_time": {"1:1, then 1:1": (23, 69), "1:1, then circle": (7, 35)},
        "retention": {"1:1, then 1:1": (25, 75), "1:1, then circle": (13, 65)},
        "promotion": {"1:1, then 1:1": (26, 156), "1:1, then circle": (13, 52)},
    }
    eligible = {"1:1, then 1:1": 29, "1:1, then circle": 14, "circle, then 1:1": 2}
    rows = []
    for name, arms in counts.items():
        again = {"outcome": f"again_{name}", "is_headline": False}
        rows.append(estimate(**again, n_mentored=40, n_mentored_eligible=45))
        for value, (mentored, compared) in {**arms, "circle, then 1:1": (2, 10)}.items():
            people = {"n_mentored_eligible": eligible[value], "n_comparison": compared}
            row = of(value, mentored, **again) | people
            rows.append(row | {"segment_dimension": "model"})
    shown = [row for row in published(rows) if row["n_mentored_eligible"] is not None]
    told = {row["segment_value"]: row["n_mentored_eligible"] for row in shown}
    assert len(told) == 2
    assert told["all"] == 45


def test_nobody_matched_is_not_enough_data_and_shows_who_could_have_been() -> None:
    row = estimate(
        n_mentored=0,
        n_comparison=0,
        n_mentored_eligible=34,
        estimate=None,
        mentored_value=None,
        comparison_value=None,
        verdict="not_enough_data",
        events_mentored=None,
        events_comparison=None,
        nonevents_mentored=None,
        nonevents_comparison=None,
    )
    (shown,) = published([row])
    assert shown["verdict"] == "not_enough_data"
    assert (shown["n_mentored"], shown["n_mentored_eligible"]) == (None, 35)


def test_one_mentee_is_suppressed() -> None:
    (shown,) = published([estimate(n_mentored=1, n_mentored_eligible=1)])
    assert shown["verdict"] == "suppressed"


def test_a_cell_hidden_in_one_window_is_hidden_in_all() -> None:
    rows = [
        of(value, n if months == 24 else 60, follow_up_months=months, n_comparison=500)
        | {"n_mentored_eligible": 60}
        for value, n in (("a", 8), ("b", 40), ("c", 50))
        for months in (6, 12, 24)
    ]
    shown = published(rows)
    assert {row["segment_value"] for row in shown if row["verdict"] == "suppressed"} == {"a", "b"}
    assert sum(row["verdict"] == "suppressed" for row in shown) == 6


def test_too_few_eligible_mentees_hide_a_group_under_every_comparison() -> None:
    rows = [
        of("a", 9, comparison=comparison) | {"n_mentored": n}
        for comparison, n in (("matched", 9), ("naive", 12))
    ]
    rows += [of("b", 50, comparison=comparison) for comparison in ("matched", "naive")]
    rows += [of("c", 70, comparison=comparison) for comparison in ("matched", "naive")]
    hidden = privacy.decide(rows, 10)
    assert hidden.everywhere == {Segment("organisation", "a"), Segment("organisation", "b")}
    assert all(row["n_mentored"] is None for row in published(rows)[:2])


@pytest.mark.parametrize(
    "few", ["events_mentored", "nonevents_mentored", "events_comparison", "nonevents_comparison"]
)
def test_levels_need_five_events_and_five_without(few: str) -> None:
    (row,) = published([estimate(**{few: 5})])
    assert row["mentored_value"] is not None
    (row,) = published([estimate(**{few: 4})])
    assert row["mentored_value"] is row["comparison_value"] is row["baseline_value"] is None
    assert (row["verdict"], row["estimate"]) == ("better", 0.046)


def test_nobody_with_the_event_is_withheld_like_few() -> None:
    (row,) = published([estimate(events_mentored=0)])
    assert row["mentored_value"] is None


def test_a_withheld_level_does_not_follow_from_the_other_groups() -> None:
    rows = [estimate(), *(of(value, 60, events_mentored=6) for value in "bc")]
    rows.append(of("a", 60, events_mentored=2))
    shown = {row["segment_value"]: row["mentored_value"] for row in published(rows)}
    assert shown["a"] is None
    assert (shown["b"], shown["c"]) == (None, 0.9)


def curve(events: list[int], at_risk: int = 100, **changes: Any) -> list[dict[str, Any]]:
    keys = {"outcome": "retention", "arm": "mentored"}
    segment = {"segment_dimension": "all", "segment_value": "all"}
    return [
        {
            **keys,
            **segment,
            "month": month,
            "value": 1 - count / 100,
            "ci_low": 0.7,
            "ci_high": 1.0,
            "at_risk": at_risk - count,
            "events": count,
            "nonevents": 100 - count,
            **changes,
        }
        for month, count in enumerate(events)
    ]


def shown_months(points: list[dict[str, Any]], hidden: Hidden = NOTHING) -> list[int]:
    return [row["month"] for row in privacy.survival_curves(points, hidden, 10)]


def test_a_curve_shows_no_step_of_fewer_than_five_people() -> None:
    assert shown_months(curve([0, 3, 5, 8, 10, 10])) == [0, 2, 4, 5]


def test_a_curve_keeps_its_headline_month_and_spaces_the_others_around_it() -> None:
    events = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]
    assert shown_months(curve(events)) == [0, 6, 12, 17]


def test_a_curve_ends_where_fewer_than_ten_are_at_risk() -> None:
    points = curve([0, 5, 10, 15], at_risk=21)
    assert [point["at_risk"] for point in points] == [21, 16, 11, 6]
    assert shown_months(points) == [0, 1, 2]


def test_a_curve_of_a_hidden_group_keeps_one_empty_row() -> None:
    hidden = Hidden(
        frozenset(), {Family("retention", "matched"): frozenset({ALL})}, {}, frozenset()
    )
    (row,) = privacy.survival_curves(curve([0, 9, 20]), hidden, 10)
    assert (row["month"], row["value"], row["at_risk"]) == (0, None, None)


def test_a_curve_is_not_shown_at_a_month_whose_level_is_withheld() -> None:
    family = Family("retention", "matched")
    hidden = Hidden(frozenset(), {}, {(family, 2): frozenset({ALL})})
    assert shown_months(curve([0, 6, 12, 18]), hidden) == [0, 1, 3]


def test_a_month_of_the_series_with_nine_people_is_empty() -> None:
    keys = {"outcome": "pr_cycle_time", "comparison": "matched"}
    segment = {"segment_dimension": "all", "segment_value": "all"}
    figures = {"estimate": 0.8765, "ci_low": 0.7, "ci_high": 1.1}
    rows = [
        {**keys, **segment, "month": m, **figures, "n": n, "n_comparison": others}
        for m, n, others in ((1, 9, 50), (2, 12, 50), (3, 12, 9))
    ]
    shown = {row["month"]: row for row in privacy.impact_series(rows, NOTHING, 10)}
    assert list(shown) == list(event_study.MONTHS)
    assert (shown[2]["estimate"], shown[2]["n"]) == (0.88, 10)
    empty = [row for month, row in shown.items() if month != 2]
    assert {(row["estimate"], row["ci_low"], row["n"]) for row in empty} == {(None, None, None)}


def months_shown(*points: dict[str, Any], hidden: Hidden = NOTHING) -> dict[str, int | None]:
    """People told of a month by group, of groups that all have another month."""
    keys = {"outcome": "pr_cycle_time", "comparison": "matched", "segment_dimension": "level"}
    figures = {"estimate": 0.9, "ci_low": 0.8, "ci_high": 1.0, "n_comparison": 60}
    rows = [{**keys, **figures, "month": 3, **point} for point in points]
    rows += [
        {**keys, **figures, "month": 0, "segment_value": value, "n": 50}
        for value in sorted({point["segment_value"] for point in points})
    ]
    shown = privacy.impact_series(rows, hidden, 10)
    assert all((row["estimate"] is None) == (row["n"] is None) for row in shown)
    return {row["segment_value"]: row["n"] for row in shown if row["month"] == 3}


def test_a_month_of_few_does_not_follow_from_the_other_groups() -> None:
    shown = months_shown(
        {"segment_value": "L1", "n": 6},
        {"segment_value": "L2", "n": 31},
        {"segment_value": "L3", "n": 90},
    )
    assert shown == {"L1": None, "L2": None, "L3": 90}


def test_a_month_without_an_estimate_is_not_told_apart_from_one_of_few() -> None:
    unknown = {"estimate": None, "ci_low": None, "ci_high": None}
    shown = months_shown(
        {"segment_value": "L1", "n": 40, **unknown},
        {"segment_value": "L2", "n": 31},
        {"segment_value": "L3", "n": 90},
    )
    assert shown == {"L1": None, "L2": None, "L3": 90}


def test_a_month_of_nobody_is_not_told_apart_from_one_of_few() -> None:
    shown = months_shown(
        {"segment_value": "L1", "n": 40, "month": 2},
        {"segment_value": "L2", "n": 31},
        {"segment_value": "L3", "n": 90},
    )
    assert shown == {"L1": None, "L2": None, "L3": 90}


def test_a_hidden_group_has_one_empty_row_whatever_its_months() -> None:
    gone = frozenset({Segment("level", "L1"), Segment("level", "L2")})
    hidden = replace(NOTHING, rows={Family("pr_cycle_time", "matched"): gone})
    points = [{"segment_value": f"L{place}", "n": 40} for place in (1, 2, 3)]
    assert months_shown(*points, hidden=hidden) == {"L3": 40}
    keys = {"outcome": "pr_cycle_time", "comparison": "matched", "segment_dimension": "level"}
    figures = {"estimate": None, "ci_low": None, "ci_high": None, "n": 1, "n_comparison": 9}
    rows = [{**keys, **figures, "segment_value": "L1", "month": month} for month in (-3, -2, 1)]
    (row,) = privacy.impact_series(rows, hidden, 10)
    assert (row["month"], row["n"]) == (-12, None)


def leaving(outcome: str, value: str, gone: int) -> dict[str, Any]:
    """60 mentees of a level, and 200 others, of whom so many left."""
    return estimate(
        outcome=outcome,
        segment_dimension="level",
        segment_value=value,
        n_mentored=60,
        n_mentored_eligible=60,
        n_comparison=200,
        events_mentored=gone,
        nonevents_mentored=60 - gone,
        events_comparison=60,
        nonevents_comparison=140,
    )


def levels_told(*rows: dict[str, Any]) -> set[tuple[str, str]]:
    hidden = privacy.decide(list(rows), 10)
    return {
        (row["outcome"], row["segment_value"])
        for row in privacy.impact_estimates(list(rows), hidden, 10)
        if row["mentored_value"] is not None
    }


def test_few_who_left_in_another_way_do_not_follow_from_all_who_left() -> None:
    levels = ("L1", "L2", "L3")
    all_leavers = [leaving("retention", level, 20) for level in levels]
    by_themselves = [
        leaving("voluntary_leaving", level, gone)
        for level, gone in zip(levels, (17, 14, 9), strict=True)
    ]
    told = levels_told(*all_leavers, *by_themselves)
    # Three of L1 were sent away; another level is hidden with it.
    assert {("retention", level) for level in levels} <= told
    assert ("voluntary_leaving", "L1") not in told
    assert len([one for one in told if one[0] == "voluntary_leaving"]) == 1


def test_kinds_of_leaving_that_are_far_apart_are_told() -> None:
    rows = [leaving("retention", level, 20) for level in ("L1", "L2")]
    rows += [leaving("voluntary_leaving", level, 15) for level in ("L1", "L2")]
    rows += [leaving("regrettable_leaving", level, 15) for level in ("L1", "L2")]
    assert len(levels_told(*rows)) == 6


def test_a_small_bin_is_hidden_with_another() -> None:
    keys = {"outcome": "pr_cycle_time", "arm": "mentored"}
    segment = {"segment_dimension": "all", "segment_value": "all"}
    rows = [
        {**keys, **segment, "bin": name, "share": n / 100, "n_bin": n}
        for name, n in (("low", 3), ("middle", 60), ("high", 37))
    ]
    shown = {row["bin"]: row["share"] for row in privacy.outcome_distribution(rows, NOTHING)}
    assert shown == {"low": None, "middle": 0.6, "high": None}


def flow_of(*steps: tuple[str, int], hidden: Hidden = NOTHING) -> dict[str, int | None]:
    segment = {"segment_dimension": "all", "segment_value": "all"}
    rows = [{**segment, "step": step, "n": n} for step, n in steps]
    return {row["step"]: row["n"] for row in privacy.participant_flow(rows, hidden, 10)}


def test_the_flow_hides_few_and_shows_nobody() -> None:
    shown = flow_of(("onboarding", 0), ("left_in_index_month", 9), ("matched", 11))
    assert shown == {"onboarding": 0, "left_in_index_month": None, "matched": 10}


def test_few_without_a_baseline_do_not_follow_from_the_steps_around_them() -> None:
    shown = flow_of(("in_population", 60), ("has_baseline", 51), ("onboarding", 9))
    assert shown == {"in_population": None, "has_baseline": 50, "onboarding": None}
    shown = flow_of(("in_population", 60), ("has_baseline", 50), ("onboarding", 10))
    assert shown == {"in_population": 60, "has_baseline": 50, "onboarding": 10}


def test_a_side_step_of_few_takes_the_other_with_it() -> None:
    shown = flow_of(
        ("in_population", 62),
        ("has_baseline", 50),
        ("onboarding", 11),
        ("left_in_index_month", 1),
    )
    assert shown["onboarding"] is shown["left_in_index_month"] is None
    assert (shown["in_population"], shown["has_baseline"]) == (60, 50)


def test_few_without_a_baseline_do_not_follow_from_those_of_the_other_groups() -> None:
    steps = ("in_population", "has_baseline", "left_in_index_month", "onboarding")
    people = {
        ("all", "all"): (347, 263, 2, 82),
        ("model", "1:1"): (241, 172, 1, 68),
        ("model", "circle"): (74, 61, 1, 12),
        ("model", "peer"): (24, 23, 0, 1),
        ("model", "reverse"): (8, 7, 0, 1),
    }
    rows = [
        {"segment_dimension": dimension, "segment_value": value, "step": step, "n": n}
        for (dimension, value), counts in people.items()
        for step, n in zip(steps, counts, strict=True)
    ]
    hidden = Hidden(frozenset({Segment("model", "peer"), Segment("model", "reverse")}), {}, {})
    shown = {
        row["segment_value"]
        for row in privacy.participant_flow(rows, hidden, 10)
        if row["step"] == "in_population" and row["n"] is not None
    }
    # 84 without one in all, less 69 and 13 of the models that are shown, would leave two.
    assert "all" in shown
    assert len(shown & {"1:1", "circle"}) == 1


def test_a_step_of_few_does_not_follow_from_the_step_before_where_few_were_lost() -> None:
    before = ("in_population", 60), ("has_baseline", 30)
    shown = flow_of(*before, ("matched", 11), ("with_outcome", 9))
    assert (shown["has_baseline"], shown["matched"], shown["with_outcome"]) == (30, None, None)
    assert flow_of(*before, ("matched", 19), ("with_outcome", 9))["matched"] == 20


def test_the_flow_of_a_hidden_group_is_empty() -> None:
    hidden = Hidden(frozenset({ALL}), {}, {})
    assert flow_of(("in_population", 60), ("matched", 0), hidden=hidden) == {
        "in_population": None,
        "matched": None,
    }


def test_a_check_of_a_hidden_group_is_not_shown_as_passed() -> None:
    keys = {"check": "balance", "outcome": None, "threshold": 0.25}
    segment = {"segment_dimension": "all", "segment_value": "all"}
    row = {**keys, **segment, "value": 0.04567, "status": "ok", "sentence": "All is even."}
    (shown,) = privacy.trust_checks([row], NOTHING, 10)
    assert (shown["outcome"], shown["value"], shown["status"]) == ("all", 0.046, "ok")
    hidden = Hidden(frozenset({ALL}), {}, {})
    (shown,) = privacy.trust_checks([row], hidden, 10)
    assert (shown["value"], shown["status"]) == (None, "not_checked")
    assert shown["sentence"].startswith("Not shown")


def test_a_check_of_a_group_without_any_estimate_is_not_shown_but_the_plan_is() -> None:
    """An outcome that nobody has hides nothing, and tells nothing of the group."""
    few = estimate(n_mentored=4, n_mentored_eligible=14)
    nobody = estimate(outcome="pr_cycle_time", n_mentored=0, n_comparison=0)
    hidden = privacy.decide([few, nobody], 10)
    keys = {"outcome": "all", "threshold": 0.8, "segment_dimension": "all", "segment_value": "all"}
    row = {**keys, "check": "matched_share", "value": 0.286, "status": "fail", "sentence": "29 %."}
    plan = {**row, "check": "plan", "value": None, "sentence": "No plan was written."}
    share, planned = privacy.trust_checks([row, plan], hidden, 10)
    assert (share["value"], share["status"]) == (None, "not_checked")
    assert planned["sentence"] == "No plan was written."


def test_balance_and_sensitivity_of_a_hidden_or_small_group_are_empty() -> None:
    hidden = Hidden(frozenset({ALL}), {}, {})
    segment = {"segment_dimension": "all", "segment_value": "all"}
    smd = {"smd_before": 0.3, "smd_after": 0.0456, "se": 0.02, "adjusted_in_model": False}
    arms = {"n_mentored": 10, "n_comparison": 40}
    row = {"design": "a", "covariate": "tenure", **segment, **smd, **arms}
    assert privacy.balance([row], NOTHING, 10)[0]["smd_after"] == 0.05
    assert privacy.balance([row], hidden, 10)[0]["smd_after"] is None
    assert privacy.balance([row | {"n_comparison": 9}], NOTHING, 10)[0]["smd_after"] is None
    figures = {"estimate": 0.98765, "ci_low": 0.9, "ci_high": 1.1}
    row = {"outcome": "pr_cycle_time", "variant": "design_a", **segment, **figures, **arms}
    assert privacy.sensitivity([row], NOTHING, {ALL: 3}, 10)[0]["estimate"] == 0.99
    many = row | {"n_mentored": 50, "n_comparison": 50}
    assert privacy.sensitivity([many], NOTHING, {ALL: 3}, 10)[0]["estimate"] == 0.988
    assert privacy.sensitivity([many], NOTHING, {ALL: 2}, 10)[0]["estimate"] == 0.99
    assert privacy.sensitivity([row], hidden, {ALL: 3}, 10)[0]["estimate"] is None
    assert privacy.sensitivity([row | {"n_mentored": 9}], NOTHING, {}, 10)[0]["estimate"] is None


def windows_of(*events: int, **changes: Any) -> dict[int, dict[str, Any]]:
    """Levels of 200 mentees by window, of whom some left by each."""
    rows = [
        estimate(
            follow_up_months=months,
            events_mentored=count,
            nonevents_mentored=202 - count,
            **changes,
        )
        for months, count in zip((6, 12, 18, 24), events, strict=True)
    ]
    return {row["follow_up_months"]: row for row in published(rows)}


def test_a_small_bin_does_not_follow_from_the_group_that_holds_its_own() -> None:
    """Towns of two countries: who knows the country's bar and one town's has the other's."""
    counts = {
        ("all", "all"): (75, 119),
        ("country", "PT"): (53, 81),
        ("country", "KE"): (22, 38),
        ("location", "Porto"): (3, 21),
        ("location", "Lisbon"): (50, 60),
        ("location", "Nairobi"): (9, 20),
        ("location", "Mombasa"): (13, 18),
    }
    links = find_links(
        (Segment("country", country), Segment("location", town))
        for country, towns in (("PT", ("Porto", "Lisbon")), ("KE", ("Nairobi", "Mombasa")))
        for town in towns
    )
    rows = [
        {
            **{"outcome": "pr_cycle_time", "arm": "mentored", "bin": name, "n_bin": count},
            **{"segment_dimension": dimension, "segment_value": value, "share": 0.5},
        }
        for (dimension, value), bins in counts.items()
        for name, count in zip(("1 day", "2 days"), bins, strict=True)
    ]

    def untold(hidden: Hidden) -> set[str]:
        shown = privacy.outcome_distribution(rows, hidden)
        return {
            row["segment_value"] for row in shown if row["share"] is None and row["bin"] == "1 day"
        }

    alone = untold(Hidden(frozenset(), {}, {}))
    assert "Porto" in alone
    assert not alone & {"Lisbon", "PT"}, "53 less 50 are 3"
    found = untold(Hidden(frozenset(), {}, {}, frozenset(), Links(links)))
    assert "Porto" in found
    assert found & {"Lisbon", "PT"}


def test_what_a_group_holds_besides_another_is_no_bin_of_few() -> None:
    """A town of one organisation and three others: the town less the organisation is those."""
    counts = {
        ("all", "all"): (75, 119),
        ("organisation", "Identity"): (40, 50),
        ("organisation", "Payments"): (35, 69),
        ("location", "Porto"): (43, 56),
        ("location", "Lisbon"): (32, 63),
    }
    nest = Nest(Segment("location", "Porto"), frozenset({Segment("organisation", "Identity")}))
    rows = [
        {
            **{"outcome": "pr_cycle_time", "arm": "mentored", "bin": name, "n_bin": count},
            **{"segment_dimension": dimension, "segment_value": value, "share": 0.5},
        }
        for (dimension, value), bins in counts.items()
        for name, count in zip(("1 day", "2 days"), bins, strict=True)
    ]
    hidden = Hidden(frozenset(), {}, {}, frozenset(), Links(nests=(nest,)))
    gone = {
        (row["segment_value"], row["bin"])
        for row in privacy.outcome_distribution(rows, hidden)
        if row["share"] is None
    }
    assert gone & {("Porto", "1 day"), ("Identity", "1 day")}, "43 less 40 are 3"
    shown = privacy.outcome_distribution(rows, Hidden(frozenset(), {}, {}))
    assert all(row["share"] for row in shown)


def test_of_two_windows_between_which_few_left_the_headline_keeps_its_levels() -> None:
    shown = windows_of(10, 14, 20, 24)
    assert {months for months, row in shown.items() if row["mentored_value"]} == {12, 24}
    assert {row["estimate"] for row in shown.values()} == {0.046}


def test_windows_between_which_nobody_or_five_left_keep_their_levels() -> None:
    shown = windows_of(15, 20, 20, 25)
    assert all(row["mentored_value"] for row in shown.values())


def test_a_small_bin_does_not_follow_from_the_other_groups() -> None:
    keys = {"outcome": "pr_cycle_time", "arm": "mentored"}
    bins = {
        "all": (33, 50, 47),
        "a": (3, 10, 17),
        "b": (10, 20, 20),
        "c": (20, 20, 10),
    }
    rows = [
        {
            **keys,
            "segment_dimension": "all" if value == "all" else "organisation",
            "segment_value": value,
            "bin": name,
            "share": n / 100,
            "n_bin": n,
        }
        for value, counts in bins.items()
        for name, n in zip(("low", "middle", "high"), counts, strict=True)
    ]
    shown = {
        (row["segment_value"], row["bin"]): row["share"]
        for row in privacy.outcome_distribution(rows, NOTHING)
    }
    for name in ("low", "middle"):
        # Two groups at least are hidden in a bin, and two bins in a group.
        assert sum(shown[value, name] is None for value in "abc") == 2
    assert sum(shown["a", name] is None for name in ("low", "middle", "high")) == 2
    assert shown["c", "low"] == 0.2
    assert all(shown["all", name] is not None for name in ("low", "middle", "high"))


def test_no_rows_give_no_rows() -> None:
    hidden = privacy.decide([], 10)
    assert privacy.impact_estimates([], hidden, 10) == []
    assert privacy.survival_curves([], hidden, 10) == []
    assert privacy.outcome_distribution([], hidden) == []
    assert privacy.participant_flow([], hidden, 10) == []
