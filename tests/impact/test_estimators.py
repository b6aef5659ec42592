"""Each outcome's estimator on frames with a known effect, and what it must not depend on."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from impact.balance import check_balance, measure_balance
from impact.checks import check_dip, check_drop_out, check_negative_control
from impact.cohort import OVERALL, Cohort, Table, to_table
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
def test_cycle_time_is_recovered_by_all_three_designs(draw, effect):
    result = fit_cycle_time(draw(seed=4, cells=300, effect=effect).material().cohort(OVERALL), 6)
    assert not isinstance(result, Refusal)
    both = result.combined
    for one in (both.design_a, both.design_b, both.symmetric, both.fit):
        assert one.estimate == pytest.approx(effect, abs=0.05)
        assert covers(one.estimate - effect, one)


def test_estimate_lies_between_the_symmetric_design_and_the_mean_of_the_others(draw):
    for seed in range(4, 9):
        result = fit_cycle_time(draw(seed=seed).material().cohort(OVERALL), 6).combined
        mean = (result.design_a.estimate + result.design_b.estimate) / 2
        assert result.disagreement == pytest.approx(mean - result.symmetric.estimate)
        pull = (result.fit.estimate - result.symmetric.estimate) / result.disagreement
        ratio = (result.disagreement / result.disagreement_error) ** 2
        assert pull == pytest.approx(1 / (1 + ratio))
        errors = [one.standard_error for one in (result.design_a, result.design_b)]
        expected = pull * np.mean(errors) + (1 - pull) * result.symmetric.standard_error
        assert result.fit.standard_error == pytest.approx(expected)


def chosen(rng, cells, trait, spell):
    """Index rows without any effect; who is slow, lastingly or just now, is chosen in each cell.

    Hours are a lasting trait, a spell that comes and goes, and the chance of the single pull
    requests; people look back on the spell of three months.
    """
    size, months = 8, 36
    shape = (cells * size, months)
    lasting, passing = rng.normal(0, 0.35, shape[0]), np.zeros(shape)
    passing[:, 0] = rng.normal(0, 0.3, shape[0])
    for month in range(1, months):
        passing[:, month] = 0.5 * passing[:, month - 1] + rng.normal(0, 0.26, shape[0])
    hours = lasting[:, None] + passing + rng.normal(0, 0.5, shape)
    wish = trait * lasting / 0.35 + spell * passing[:, 17:20].mean(axis=1) / 0.2
    wish = (wish + rng.gumbel(0, 1, shape[0])).reshape(cells, size)
    is_mentee = (np.arange(size) == wish.argmax(axis=1)[:, None]).ravel()

    def mean(first, last):
        return hours[:, 20 + first : 21 + last].mean(axis=1)

    tercile = np.digitize(mean(-6, -1), np.quantile(mean(-6, -1), [1 / 3, 2 / 3]))
    cell = np.repeat(np.arange(cells), size)
    columns = {
        "base_hours_3": mean(-3, -1),
        "base_hours_8": mean(-12, -5),
        "base_hours_9": mean(-12, -4),
        "log_hours_sum_6": mean(1, 6),
        "merged_6": np.ones(shape[0]),
        "tenure_months": rng.uniform(12, 60, shape[0]),
        "person_id": np.arange(shape[0]),
        "is_mentee": is_mentee,
    }
    table = to_table(pd.DataFrame(columns))
    tables = {
        "a": Table(table.columns, table.rows, {"cell_id": (cell // 8) * 3 + tercile}),
        "b": Table(table.columns, table.rows, {"cell_id": cell // 8}),
    }
    return Cohort(OVERALL, tables)


@pytest.mark.parametrize(("trait", "spell"), [(1.0, 0.0), (0.0, 1.0), (0.6, 0.6)])
def test_symmetric_design_is_right_whatever_people_enrol_on(trait, spell):
    rng = np.random.default_rng(8)
    results = [fit_cycle_time(chosen(rng, 400, trait, spell), 6).combined for _ in range(12)]
    symmetric = np.array([one.symmetric.estimate for one in results])
    assert abs(symmetric.mean()) < 3.5 * symmetric.std(ddof=1) / np.sqrt(len(results))
    drawn = np.array([one.fit.estimate for one in results])
    mean = symmetric + np.array([one.disagreement for one in results])
    if 0.0 in (trait, spell):
        assert abs(mean.mean()) > 0.03
        assert abs(drawn.mean()) < abs(mean.mean()) / 2


def test_intervals_cover_where_nothing_happens(draw):
    hits = {"pr_cycle_time": 0, "incident_rate": 0, "retention": 0, "promotion": 0}
    runs = 80
    for seed in range(runs):
        cohort = draw(seed=100 + seed, cells=60, leaving=0.02).material().cohort(OVERALL)
        table = cohort.designs["a"]
        fits = {
            "pr_cycle_time": fit_cycle_time(cohort, 6).fit,
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
