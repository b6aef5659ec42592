"""Holm, planned looks, E-values, power and group tests against published figures."""

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from scipy import stats

from impact.hidden_causes import (
    e_value_of_difference,
    e_value_of_hazard_ratio,
    e_value_of_log_hours,
    e_value_of_ratio,
)
from impact.looks import Plan, find_look, look_levels
from impact.multiplicity import adjust_holm, applied_level
from impact.power import decidable_on, detectable_shift, on_scale
from impact.reference import chi_square_p, critical_value, quantile, two_sided_p
from impact.segments import compare_groups, shrink


def test_holm_equals_r_p_adjust():
    # p.adjust(c(.01, .04, .03, .005), "holm") in R
    assert adjust_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_of_nothing_and_of_one():
    assert adjust_holm([]) == []
    assert adjust_holm([0.2]) == [0.2]
    assert adjust_holm([0.6, 0.9]) == [1.0, 1.0]


@pytest.mark.parametrize("seed", range(20))
def test_applied_level_is_where_holm_turns(seed):
    rng = np.random.default_rng(seed)
    others = (rng.random(3) * rng.choice([0.02, 0.1, 1.0])).tolist()
    level = applied_level(others, 0.05)
    assert adjust_holm([level * 0.9999, *others])[0] <= 0.05
    assert adjust_holm([level * 1.0001, *others])[0] > 0.05


def test_eight_looks_are_as_strict_as_published():
    bounds = [critical_value(level, math.inf) for level in look_levels(8)]
    assert bounds[4:] == pytest.approx([2.54, 2.35, 2.21, 2.10], abs=0.01)
    assert bounds[0] > 5
    assert all(earlier > later for earlier, later in itertools.pairwise(bounds))


def test_planned_looks_keep_the_chance_of_any_false_alarm():
    rng = np.random.default_rng(11)
    steps = rng.standard_normal((200_000, 8))
    statistic = np.cumsum(steps, axis=1) / np.sqrt(np.arange(1, 9))
    bounds = np.array([critical_value(level, math.inf) for level in look_levels(8)])
    alarms = float((np.abs(statistic) > bounds).any(axis=1).mean())
    assert alarms == pytest.approx(0.05, abs=0.002)


def test_one_look_spends_everything():
    assert look_levels(1) == pytest.approx([0.05])


def test_looks_fall_on_the_last_day_where_a_month_is_short():
    plan = Plan(dt.date(2024, 11, 30), every_months=3, count=3)
    assert plan.dates() == [dt.date(2024, 11, 30), dt.date(2025, 2, 28), dt.date(2025, 5, 30)]


def test_day_is_placed_between_looks():
    plan = Plan(dt.date(2025, 1, 1), every_months=3, count=2)
    before = find_look(plan, dt.date(2024, 12, 31), 0.05)
    assert (before.number, before.alpha, before.following) == (0, 0.0, dt.date(2025, 1, 1))
    exactly = find_look(plan, dt.date(2025, 4, 1), 0.05)
    assert (exactly.number, exactly.is_today, exactly.following) == (2, True, None)
    between = find_look(plan, dt.date(2025, 3, 31), 0.05)
    assert (between.number, between.is_today, between.last) == (1, False, dt.date(2025, 1, 1))
    assert find_look(None, dt.date(2025, 3, 31), 0.05).alpha == 0.05


def test_e_value_of_a_risk_ratio_equals_the_papers():
    # VanderWeele and Ding (2017): RR 3.9 (1.8, 8.7) has E-values 7.26 and 3.0.
    value = e_value_of_ratio(3.9, 1.8, 8.7)
    assert value.estimate == pytest.approx(7.26, abs=0.01)
    assert value.bound == pytest.approx(3.0, abs=0.01)


def test_e_value_is_the_same_for_a_protective_ratio():
    one, other = e_value_of_ratio(1 / 3.9, 1 / 8.7, 1 / 1.8), e_value_of_ratio(3.9, 1.8, 8.7)
    assert (one.estimate, one.bound) == pytest.approx((other.estimate, other.bound))


def test_interval_over_no_effect_needs_no_hidden_cause():
    assert e_value_of_ratio(1.2, 0.9, 1.6).bound == 1.0
    difference = e_value_of_difference(0.2, 0.15, -0.01, 0.11)
    assert difference is not None
    assert difference.bound == 1.0


def test_false_promotion_ratio_of_ambition_has_the_stated_e_value():
    assert e_value_of_ratio(1.19, 1.05, 1.35).estimate == pytest.approx(1.67, abs=0.01)


def test_e_value_of_a_difference_uses_the_rarer_event():
    # 95 % against 90 % still employed: leaving halves.
    value = e_value_of_difference(0.95, 0.90, 0.01, 0.09)
    assert value is not None
    assert value.estimate == pytest.approx(e_value_of_ratio(0.5, 0.1, 0.9).estimate)
    assert value.bound == pytest.approx(e_value_of_ratio(0.5, 0.1, 0.9).bound)


def test_hazard_ratio_of_a_common_event_is_turned_into_one_of_risks():
    rare, common = (e_value_of_hazard_ratio(0.6, 0.4, 0.9, share) for share in (0.15, 0.16))
    assert rare == e_value_of_ratio(0.6, 0.4, 0.9)
    # VanderWeele and Ding (2017), table 2: (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)).
    ratios = [(1 - 0.5**value**0.5) / (1 - 0.5 ** (1 / value) ** 0.5) for value in (0.6, 0.4, 0.9)]
    assert common == e_value_of_ratio(*ratios)
    assert common.estimate < rare.estimate
    assert e_value_of_hazard_ratio(0.8, 0.6, 1.1, 0.5).bound == 1.0


def test_e_value_needs_an_event_and_a_spread():
    assert e_value_of_difference(0.1, 0.0, 0.05, 0.15) is None
    assert e_value_of_log_hours(-0.1, -0.2, 0.0, 0.0) is None
    value = e_value_of_log_hours(-0.1, -0.15, -0.05, 0.5)
    assert value is not None
    assert value.estimate == pytest.approx(e_value_of_ratio(math.exp(-0.182), 0.7, 0.95).estimate)


def test_detectable_shift_is_found_with_80_per_cent_power():
    rng = np.random.default_rng(2)
    shift = detectable_shift(0.1, 0.0125, math.inf)
    found = np.abs(rng.normal(shift, 0.1, 200_000)) > 0.1 * critical_value(0.0125, math.inf)
    assert found.mean() == pytest.approx(0.8, abs=0.004)
    assert on_scale(shift, "ratio", lower_is_better=True) == pytest.approx(math.exp(-shift))
    assert on_scale(shift, "difference", lower_is_better=False) == shift


def test_decidable_day_waits_for_the_fiftieth_mentee():
    as_of = 20_000
    started = np.full(10, as_of - 180.0)
    # Ten a year: two more take 73 days, and then three months pass.
    assert decidable_on(as_of, started, 12, 3) == as_of + 73 + 91
    assert decidable_on(as_of, started, 10, 12) == as_of - 180 + 365
    assert decidable_on(as_of, started, 10, 3) == as_of + 1
    assert decidable_on(as_of, started - 400, 12, 3) is None
    assert decidable_on(as_of, started[:0], 5, 3) is None
    assert decidable_on(as_of, started[:1], 50, 3) is None


def test_reference_equals_scipy():
    assert two_sided_p(2.1, 17.0) == pytest.approx(2 * stats.t.sf(2.1, 17))
    assert two_sided_p(-2.1, math.inf) == pytest.approx(2 * stats.norm.sf(2.1))
    assert critical_value(0.05, 17.0) == pytest.approx(stats.t.ppf(0.975, 17))
    assert quantile(0.8, math.inf) == pytest.approx(stats.norm.ppf(0.8))
    assert chi_square_p(7.0, 3) == pytest.approx(stats.chi2.sf(7.0, 3))


def test_groups_with_one_effect_are_drawn_to_their_mean():
    groups = compare_groups([0.10, 0.12, 0.11], [0.05, 0.05, 0.05])
    assert groups is not None
    assert groups.spread == 0.0
    assert groups.p_value > 0.9
    drawn = shrink(0.12, 0.05, groups)
    assert drawn.estimate == pytest.approx(0.11)
    assert drawn.standard_error == pytest.approx(0.05 / math.sqrt(3))


def test_cochran_q_is_a_chi_square_without_differences():
    rng = np.random.default_rng(6)
    errors = [0.05, 0.1, 0.2, 0.07]
    p_values = []
    for _ in range(4000):
        groups = compare_groups(rng.normal(0.1, errors).tolist(), errors)
        assert groups is not None
        p_values.append(groups.p_value)
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.011)


def test_groups_that_differ_are_hardly_drawn():
    groups = compare_groups([-0.5, 0.0, 0.5], [0.05, 0.05, 0.05])
    assert groups is not None
    assert groups.p_value < 1e-9
    assert shrink(0.5, 0.05, groups).estimate > 0.49


def test_one_group_has_nothing_to_differ_from():
    assert compare_groups([0.1], [0.1]) is None
