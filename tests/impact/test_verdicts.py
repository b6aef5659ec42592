"""Verdicts in their order, at their thresholds, in their words."""

import datetime as dt
import math
from dataclasses import replace

import pytest

from impact.checks import Check, check_designs, check_matched_share
from impact.cohort import OVERALL, Segment
from impact.judge import judge
from impact.judge import test_segments as compare_segments
from impact.looks import Plan
from impact.rows import Row
from impact.study import Study

AS_OF = dt.date(2026, 1, 1)
EPOCH = dt.date(1970, 1, 1)


def a_row(outcome="pr_cycle_time", segment=OVERALL, **changes):
    scale = "ratio" if outcome in ("pr_cycle_time", "incident_rate") else "difference"
    months = 6 if scale == "ratio" else 12
    base = Row(
        outcome=outcome,
        scale=scale,
        comparison="matched",
        follow_up_months=months,
        segment_dimension=segment.dimension,
        segment_value=segment.value,
        effect=-0.12 if scale == "ratio" else 0.08,
        standard_error=0.02,
        degrees=math.inf,
        deviation=0.5,
        mentored_value=20.0 if scale == "ratio" else 0.9,
        comparison_value=20.0 / math.exp(-0.12) if scale == "ratio" else 0.82,
        n_mentored=100,
        n_comparison=300,
        n_mentored_eligible=110,
        events_mentored=20,
        events_comparison=60,
        nonevents_mentored=80,
        nonevents_comparison=240,
        incidents_mentored=40,
        incidents_comparison=150,
        matched_share=0.9,
        followed_share=0.9,
    )
    return replace(base, **changes)


def verdict_of(row, others=(), checks=(), study=None, tests=()):
    judged = judge([row, *others], checks, tests, study or Study(AS_OF))
    return judged[0]


def test_clear_effect_is_better_and_says_how_much():
    judged = verdict_of(a_row())
    assert judged.verdict == "better"
    assert judged.verdict_reason == "Likely 8 to 15 % faster merges than matched peers."
    assert judged.estimate == pytest.approx(math.exp(-0.12))
    assert judged.mentored_value / judged.comparison_value == pytest.approx(judged.estimate)


def test_effect_in_the_wrong_direction_is_worse():
    assert verdict_of(a_row(effect=0.12)).verdict == "worse"
    retention = verdict_of(a_row("retention", effect=-0.08))
    assert retention.verdict == "worse"
    assert retention.verdict_reason == (
        "Likely 4 to 12 points fewer still employed than matched peers."
    )


def test_undecided_effect_says_what_it_could_be_and_what_is_visible():
    judged = verdict_of(a_row(effect=0.01, standard_error=0.025))
    assert judged.verdict == "no_clear_difference"
    assert judged.verdict_reason == (
        "Between −4 % and +6 %; an effect under 7 % would not be visible."
    )


def test_49_mentees_are_not_enough_and_50_are():
    day = (dt.date(2026, 5, 1) - EPOCH).days
    short = verdict_of(a_row(n_mentored=49, decidable_on=day))
    assert short.verdict == "not_enough_data"
    assert short.verdict_reason.startswith("With just under 50 matched mentees we could only see")
    assert "reached in about 4 months" in short.verdict_reason
    assert short.decidable_on == dt.date(2026, 5, 1)
    assert short.estimate is None
    assert short.p_value is None
    assert short.detectable_effect is not None
    assert verdict_of(a_row(n_mentored=50)).verdict == "better"


def test_nine_events_in_an_arm_are_not_enough_and_ten_are():
    assert verdict_of(a_row("retention", events_mentored=9)).verdict == "not_enough_data"
    assert verdict_of(a_row("retention", events_mentored=10)).verdict == "better"
    assert verdict_of(a_row("incident_rate", incidents_comparison=9)).verdict == "not_enough_data"


def test_under_half_followed_for_three_months_is_not_enough():
    assert verdict_of(a_row(followed_share=0.499)).verdict == "not_enough_data"
    assert verdict_of(a_row(followed_share=0.5)).verdict == "better"


def test_missing_export_comes_before_everything():
    study = Study(AS_OF, has_git=False)
    assert verdict_of(a_row(n_mentored=3), study=study).verdict == "no_data"


def test_not_enough_comes_before_not_comparable():
    failed = check_matched_share(OVERALL, 10, 100)
    assert failed.status == "fail"
    assert verdict_of(a_row(n_mentored=10), checks=[failed]).verdict == "not_enough_data"
    judged = verdict_of(a_row(), checks=[failed])
    assert judged.verdict == "not_comparable"
    assert judged.estimate is not None
    assert judged.verdict_reason.startswith("Only 10 % of mentees")


def test_80_per_cent_matched_are_comparable():
    assert check_matched_share(OVERALL, 80, 100).status == "ok"
    assert check_matched_share(OVERALL, 79, 100).status == "fail"
    assert check_matched_share(OVERALL, 0, 0).status == "not_checked"


def test_failed_check_of_one_outcome_leaves_the_others():
    check = Check("design_agreement", "pr_cycle_time", OVERALL, 0.2, 0.05, "fail", "No.")
    assert verdict_of(a_row(), checks=[check]).verdict == "not_comparable"
    assert verdict_of(a_row("retention"), checks=[check]).verdict == "better"


def test_holm_over_the_four_outcomes_takes_back_a_plain_finding():
    row = a_row(effect=-0.045)  # p = 0.024
    alone = verdict_of(row)
    assert alone.verdict == "better"
    others = [a_row(name, effect=0.001) for name in ("incident_rate", "retention", "promotion")]
    judged = verdict_of(row, others)
    assert judged.verdict == "no_clear_difference"
    assert judged.verdict_reason.endswith(
        "the interval leaves out zero, but not after allowing for four outcomes."
    )
    assert judged.p_adjusted == pytest.approx(4 * judged.p_value)


def test_outcome_without_enough_data_is_not_in_the_family():
    row = a_row(effect=-0.045)
    others = [
        a_row(name, effect=0.001, n_mentored=20)
        for name in ("incident_rate", "retention", "promotion")
    ]
    assert verdict_of(row, others).verdict == "better"


def test_other_window_decides_nothing_that_the_headline_does_not():
    year = a_row(follow_up_months=12)
    undecided = a_row(effect=0.0)
    judged = judge([year, undecided], [], [], Study(AS_OF))
    assert judged[0].verdict == "no_clear_difference"
    assert "headline window" in judged[0].verdict_reason
    assert judge([year, a_row()], [], [], Study(AS_OF))[0].verdict == "better"
    assert [row.is_headline for row in judged] == [False, True]


def test_planned_looks_are_stricter_and_start_at_the_first():
    row = a_row(effect=-0.06)  # z = 3
    plan = Plan(dt.date(2025, 10, 1), every_months=3, count=8)
    early = verdict_of(row, study=Study(AS_OF, plan=plan))
    assert early.verdict == "no_clear_difference"
    assert verdict_of(a_row(effect=-0.09), study=Study(AS_OF, plan=plan)).verdict == "better"
    before = verdict_of(row, study=Study(dt.date(2025, 9, 30), plan=plan))
    assert before.verdict == "no_clear_difference"
    assert "the first planned look is on 01.10.2025" in before.verdict_reason


def test_detectable_effect_uses_the_level_really_applied():
    row = a_row("retention", effect=0.0)
    others = [a_row(name) for name in ("pr_cycle_time", "incident_rate", "promotion")]
    # Three others are found, so Holm holds this one to the full 5 %.
    assert verdict_of(row, others).detectable_effect == pytest.approx(0.02 * 2.8016, abs=1e-4)
    undecided = [replace(other, effect=0.0) for other in others]
    expected = 0.02 * (2.4977 + 0.8416)
    assert verdict_of(row, undecided).detectable_effect == pytest.approx(expected, abs=1e-4)


def test_impossible_detectable_effect_is_not_shown():
    judged = verdict_of(a_row("retention", n_mentored=12, standard_error=0.5))
    assert judged.detectable_effect is None
    assert judged.verdict_reason.startswith("With about 10 matched mentees nothing can be said")


def test_small_group_borrows_the_error_of_all():
    segment = Segment("level", "L3")
    small = a_row(
        segment=segment,
        n_mentored=25,
        standard_error=None,
        effect=None,
        refusal="singular",
        refusal_sentence="No.",
    )
    judged = verdict_of(small, [a_row()])
    assert judged.verdict == "not_enough_data"
    assert judged.detectable_effect == pytest.approx(math.exp(-0.04 * (2.0639 + 0.8569)), abs=2e-3)


def test_groups_that_do_not_differ_are_drawn_to_their_mean():
    groups = [
        a_row(segment=Segment("level", name), effect=effect, standard_error=0.05)
        for name, effect in (("L1", -0.10), ("L2", -0.14))
    ]
    study = Study(AS_OF)
    tests = compare_segments([*groups, a_row()], study)
    assert [(test.outcome, test.segment_dimension) for test in tests] == [
        ("pr_cycle_time", "level")
    ]
    judged = judge([*groups, a_row()], [], tests, study)
    assert {row.verdict for row in judged[:2]} == {"as_overall"}
    assert judged[0].estimate == pytest.approx(math.exp(-0.12))
    assert judged[0].mentored_value / judged[0].comparison_value == pytest.approx(
        judged[0].estimate
    )
    assert judged[0].ci_high - judged[0].ci_low < 0.15


def test_groups_that_differ_get_verdicts_of_their_own():
    groups = [
        a_row(segment=Segment("model", name), effect=effect, standard_error=0.03)
        for name, effect in (("1:1", -0.30), ("peer", 0.0), ("circle", 0.02))
    ]
    study = Study(AS_OF)
    tests = compare_segments([*groups, a_row()], study)
    assert tests[0].p_holm < 0.02
    judged = judge([*groups, a_row()], [], tests, study)
    assert [row.verdict for row in judged[:3]] == [
        "better",
        "no_clear_difference",
        "no_clear_difference",
    ]
    assert judged[0].estimate == pytest.approx(math.exp(-0.30))


def test_lone_large_group_says_that_it_cannot_tell():
    lone = a_row(segment=Segment("model", "1:1"))
    judged = judge([lone, a_row()], [], [], Study(AS_OF))[0]
    assert judged.verdict == "as_overall"
    assert judged.verdict_reason.startswith("Too few groups are large enough")


def test_only_matched_rows_carry_a_verdict():
    naive = a_row(comparison="naive")
    judged = judge([naive], [], [], Study(AS_OF))[0]
    assert judged.verdict is None
    assert judged.verdict_reason is None
    assert judged.estimate is not None


@pytest.mark.parametrize(
    ("difference", "error", "status"),
    [(0.049, 0.01, "ok"), (-0.07, 0.04, "ok"), (0.051, 0.02, "fail"), (-0.12, 0.04, "fail")],
)
def test_designs_disagree_beyond_two_errors_and_five_hundredths(difference, error, status):
    row = a_row(design_a=-0.10, design_b=-0.20, disagreement=difference, disagreement_error=error)
    check = check_designs(row)
    assert check.status == status
    assert check.value == abs(difference)
    assert (check.value > check.threshold) == (status == "fail")


def test_distance_between_two_designs_that_err_apart_is_no_disagreement():
    row = a_row(design_a=0.10, design_b=-0.10, disagreement=0.01, disagreement_error=0.02)
    assert check_designs(row).status == "ok"


def test_promotion_has_no_data_without_a_job_history():
    judged = verdict_of(a_row("promotion"), study=Study(AS_OF, has_job_history=False))
    assert judged.verdict == "no_data"
    assert judged.verdict_reason == "No job history was loaded."
    assert verdict_of(a_row("retention"), study=Study(AS_OF, has_job_history=False)).estimate
