"""Each outcome's estimator on frames with a known effect, and what it must not depend on."""

import dataclasses

import numpy as np
import pytest

from impact.balance import check_balance, measure_balance
from impact.checks import check_dip, check_drop_out, check_negative_control
from impact.cohort import OVERALL
from impact.curves import draw_curves
from impact.cycle_time import fit_cycle_time
from impact.distribution import spread_outcomes
from impact.fits import fit_all
from impact.incident_rate import fit_incident_rate
from impact.reference import critical_value
from impact.staying import fit_at_horizon
from impact.types import Refusal


def covers(error, fit):
    return abs(error) <= critical_value(0.05, fit.degrees) * fit.standard_error


@pytest.mark.parametrize("effect", [0.0, -0.3])
def test_cycle_time_is_recovered_by_both_designs(draw, effect):
    fit = fit_cycle_time(draw(seed=4, cells=300, effect=effect).material().cohort(OVERALL), 6)
    assert not isinstance(fit, Refusal)
    assert fit.design_a.estimate == pytest.approx(effect, abs=0.05)
    assert fit.design_b.estimate == pytest.approx(effect, abs=0.05)
    assert fit.estimate == pytest.approx((fit.design_a.estimate + fit.design_b.estimate) / 2)
    assert covers(fit.estimate - effect, fit)


def test_published_error_takes_no_credit_for_what_the_designs_do_not_share(draw):
    fit = fit_cycle_time(draw(seed=4).material().cohort(OVERALL), 6)
    assert fit.standard_error == pytest.approx(
        (fit.design_a.standard_error + fit.design_b.standard_error) / 2
    )
    independent = np.hypot(fit.design_a.standard_error, fit.design_b.standard_error) / 2
    assert independent * 0.95 < fit.joint_error < fit.standard_error * 1.0001
    # Variance of a mean and of a difference: 4 V(mean) + V(difference) = 2 (V(a) + V(b)).
    both = 2 * (fit.design_a.standard_error**2 + fit.design_b.standard_error**2)
    assert 4 * fit.joint_error**2 + fit.difference_error**2 == pytest.approx(both, rel=0.05)


def test_intervals_cover_where_nothing_happens(draw):
    hits = {"pr_cycle_time": 0, "incident_rate": 0, "retention": 0, "promotion": 0}
    runs = 80
    for seed in range(runs):
        cohort = draw(seed=100 + seed, cells=60, leaving=0.02).material().cohort(OVERALL)
        table = cohort.designs["a"]
        fits = {
            "pr_cycle_time": fit_cycle_time(cohort, 6),
            "incident_rate": fit_incident_rate(table, 6),
            "retention": fit_at_horizon(table, "retention", 12).fit,
            "promotion": fit_at_horizon(table, "promotion", 12).fit,
        }
        for outcome, fit in fits.items():
            hits[outcome] += covers(fit.estimate, fit)
    # Binomial: 80 intervals of 95 % hold the truth 71 times or more in 99 of 100 tries.
    assert min(hits.values()) >= 71


def test_leaving_less_shows_as_retention(draw):
    drawn = draw(seed=9, cells=400, leaving=0.04, mentored_leaving=0.02)
    table = drawn.material().cohort(OVERALL).designs["a"]
    result = fit_at_horizon(table, "retention", 12)
    assert result.mentored == pytest.approx(np.exp(-0.24), abs=0.04)
    assert result.comparison == pytest.approx(np.exp(-0.48), abs=0.04)
    assert result.fit.estimate == pytest.approx(result.mentored - result.comparison)
    assert covers(result.fit.estimate - (np.exp(-0.24) - np.exp(-0.48)), result.fit)
    mean = fit_at_horizon(table, "months", 12)
    assert 0 < mean.fit.estimate < 12


def test_no_figure_depends_on_the_order_of_rows_or_the_numbering_of_cells(draw, study):
    drawn = draw(seed=12)
    rng = np.random.default_rng(0)
    shuffled = dataclasses.replace(
        drawn,
        index_rows=drawn.index_rows.sample(frac=1, random_state=1).reset_index(drop=True),
        matched=drawn.matched.sample(frac=1, random_state=2).reset_index(drop=True),
        mentee_segments=drawn.mentee_segments.sample(frac=1, random_state=3),
    )
    renumbered = rng.permutation(200)[shuffled.matched["cell_id"]] * 1_000_003
    shuffled = dataclasses.replace(shuffled, matched=shuffled.matched.assign(cell_id=renumbered))
    for one, other in zip(
        fit_all(drawn.material(), study), fit_all(shuffled.material(), study), strict=True
    ):
        for field in dataclasses.fields(one):
            left, right = getattr(one, field.name), getattr(other, field.name)
            if isinstance(left, float):
                assert right == pytest.approx(left, rel=1e-9), field.name
            else:
                assert right == left, field.name


def test_slow_spell_before_the_start_is_found_and_its_absence_too(draw):
    drawn = draw(seed=5, cells=200)
    assert check_dip(drawn.material().cohort(OVERALL)).status == "ok"
    slower = drawn.index_rows["base_hours_3"] + 0.15 * drawn.index_rows["is_mentee"]
    check = check_dip(drawn.changed(base_hours_3=slower).material().cohort(OVERALL))
    assert check.status == "warn"
    assert check.value == pytest.approx(np.exp(0.15), abs=0.06)
    assert "overstate" in check.sentence


def test_better_ratings_before_the_start_fail_the_negative_control(draw):
    drawn = draw(seed=6, cells=250)
    assert check_negative_control(drawn.material().cohort(OVERALL)).status == "ok"
    rating = drawn.index_rows["last_rating"] + 0.08 * drawn.index_rows["is_mentee"]
    check = check_negative_control(drawn.changed(last_rating=rating).material().cohort(OVERALL))
    assert check.status == "fail"
    assert check.value > 0.15


def test_without_ratings_the_control_is_not_checked_and_never_green(draw):
    drawn = draw(seed=6).changed(last_rating=np.nan)
    assert check_negative_control(drawn.material().cohort(OVERALL)).status == "not_checked"


def test_drop_out_that_differs_between_arms_warns(draw):
    drawn = draw(seed=7, cells=200)
    assert check_drop_out(drawn.material().cohort(OVERALL), 6).status == "ok"
    gone = drawn.index_rows["is_mentee"] & (drawn.index_rows["index_row_id"] % 4 == 0)
    changed = drawn.changed(merged_6=drawn.index_rows["merged_6"].where(~gone, 0))
    check = check_drop_out(changed.material().cohort(OVERALL), 6)
    assert check.status == "warn"
    assert check.value == pytest.approx(0.25, abs=0.08)


def test_balance_is_red_only_two_errors_over_the_threshold_and_unadjusted(draw):
    drawn = draw(seed=8, cells=250)
    mentees = drawn.index_rows["is_mentee"]

    def judged(**columns):
        material = drawn.changed(**columns).material()
        table = material.cohort(OVERALL).designs["a"]
        rows = measure_balance(OVERALL, "a", table, material.rows)
        return check_balance(OVERALL, rows), {row.covariate: row for row in rows}

    assert judged()[0].status in ("ok", "warn")
    far = drawn.index_rows["months_in_level"] + 8 * mentees
    check, rows = judged(months_in_level=far)
    assert check.status == "fail"
    assert "months in level" in check.sentence
    assert rows["months_in_level"].smd_after == pytest.approx(
        rows["months_in_level"].smd_before, abs=0.15
    )
    adjusted, rows = judged(tenure_months=drawn.index_rows["tenure_months"] + 15 * mentees)
    assert rows["tenure_months"].smd_after > 0.5
    assert rows["tenure_months"].adjusted_in_model
    assert adjusted.status != "fail"


def test_curves_start_at_all_and_none_and_keep_within_bounds(draw):
    table = draw(seed=3).material().cohort(OVERALL).designs["a"]
    points = draw_curves(table, OVERALL, 0.95)
    assert {p.value for p in points if p.month == 0 and p.outcome == "retention"} == {1.0}
    assert {p.value for p in points if p.month == 0 and p.outcome == "promotion"} == {0.0}
    for point in points:
        assert 0 <= point.ci_low <= point.value <= point.ci_high <= 1
    for outcome, falls in (("retention", True), ("promotion", False)):
        for arm in ("mentored", "comparison"):
            values = [p.value for p in points if p.outcome == outcome and p.arm == arm]
            assert values == sorted(values, reverse=falls)
    year = next(p for p in points if p.month == 12 and p.arm == "mentored")
    assert year.value == pytest.approx(fit_at_horizon(table, "retention", 12).mentored)


def test_distribution_adds_to_one_in_each_arm(draw):
    table = draw(seed=3).material().cohort(OVERALL).designs["a"]
    bins = spread_outcomes(table, OVERALL)
    for outcome in ("pr_cycle_time", "incident_rate"):
        for arm in ("mentored", "comparison"):
            arms = [b for b in bins if b.outcome == outcome and b.arm == arm]
            assert sum(b.share for b in arms) == pytest.approx(1.0)
            assert sum(b.n_bin for b in arms) >= arms[0].n
