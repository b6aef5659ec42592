"""The months around the start: which belong to a row, and what is estimated of them."""

import math

import numpy as np
import pandas as pd
import pytest

from impact import event_study
from impact.cohort import OVERALL, Table, to_table
from impact.event_study import (
    check_pre_trend,
    follow_hours,
    follow_incidents,
    look_around,
)
from impact.linear import fit_within_cells
from impact.measures import find_spans, order_months
from impact.weights import att_weights

INDEX_MONTH = 100
RELATIVE = np.arange(-12, 13)
SIZE = 6


def panel_of(columns):
    frame = {"spell_number": 1, "is_started": False, "is_git_observed": True, **columns}
    return order_months(to_table(pd.DataFrame(frame)))


def monthly(seed=2, cells=120, effect=-0.25, drift=0.0, rate=0.5, merges=6.0):
    """One mentee and five others a cell: the matched rows, and the months around them."""
    rng = np.random.default_rng(seed)
    n = cells * SIZE
    row = np.arange(n)
    mentee = row % SIZE == 0
    after = mentee[:, None] & (RELATIVE > 0)
    merged = rng.poisson(merges, (n, RELATIVE.size))
    mean = rng.normal(3, 0.4, n)[:, None] + effect * after + drift * mentee[:, None] * RELATIVE
    total = merged * mean + np.sqrt(merged) * rng.normal(0, 0.8, merged.shape)
    months = panel_of(
        {
            "person_id": np.repeat(row, RELATIVE.size),
            "month_number": np.tile(INDEX_MONTH + RELATIVE, n),
            "log_hours_sum": total.ravel(),
            "pr_merged_count": merged.ravel(),
            "incident_count": rng.poisson(rate * np.where(after, 0.5, 1.0)).ravel(),
            "incident_exposure": 1.0,
        }
    )
    rows = to_table(
        pd.DataFrame({"person_id": row, "is_mentee": mentee, "index_month_number": INDEX_MONTH})
    )
    table = Table(rows.columns, rows.rows, {"cell_id": row // SIZE})
    return table, look_around(rows, months)


def by_month(months):
    return {month.month: month for month in months}


def test_event_study_is_flat_before_and_shows_the_effect_after():
    months = by_month(follow_hours(*monthly(), OVERALL, 0.95))
    before = [months[k] for k in range(-12, -3)]
    assert np.mean([m.ci_low <= 1 <= m.ci_high for m in before]) >= 0.75
    after = np.mean([months[k].estimate for k in range(1, 13)])
    assert after == pytest.approx(math.exp(-0.25), abs=0.03)
    assert months[6].n == 120
    assert check_pre_trend(OVERALL, list(months.values()), 0.95).status == "ok"


def test_drift_before_the_start_warns_and_says_how_large_it_may_be():
    months = follow_hours(*monthly(drift=0.04, effect=0.0), OVERALL, 0.95)
    check = check_pre_trend(OVERALL, months, 0.95)
    assert check.status == "warn"
    assert check.value > math.exp(6 * 0.04)


def test_incidents_by_month_halve_after_the_start():
    months = by_month(follow_incidents(*monthly(cells=300), OVERALL, 0.95))
    before = np.mean([months[k].estimate for k in range(-12, -3)])
    after = np.mean([months[k].estimate for k in range(1, 13)])
    assert before == pytest.approx(1.0, abs=0.06)
    assert after == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize("follow", [follow_hours, follow_incidents])
def test_months_without_ten_mentees_have_people_and_no_estimate(follow):
    months = follow(*monthly(cells=9), OVERALL, 0.95)
    assert [month.month for month in months] == list(RELATIVE)
    assert {month.estimate for month in months} == {None}
    assert {month.n for month in months} == {9}


def test_a_month_of_hours_is_the_regression_within_cells():
    table, around = monthly(seed=5, merges=0.8)  # many months without a pull request
    month = by_month(follow_hours(table, around, OVERALL, 0.95))[3]
    change = around.hours[around.at(table.rows, np.array([3]))[:, 0]] - around.base_hours
    cell, mentee, person = table.label("cell_id"), table.flag("is_mentee"), table.label("person_id")
    weight = att_weights(cell, mentee, ~np.isnan(change))
    none = np.zeros((len(table), 0))
    fit = fit_within_cells(change, mentee, none, weight, cell, cell, person)
    assert month.effect == pytest.approx(fit.estimate, rel=1e-12)
    assert np.sqrt((month.influence**2).sum()) == pytest.approx(np.sqrt((fit.influence**2).sum()))
    assert math.log(month.ci_high / month.ci_low) == pytest.approx(
        2 * event_study.critical_value(0.05, fit.degrees) * fit.standard_error
    )
    assert month.n == (mentee & (weight > 0)).sum()


def test_months_in_many_blocks_are_the_months_in_one(monkeypatch):
    table, around = monthly(seed=3, cells=20)
    whole = follow_hours(table, around, OVERALL, 0.95)
    monkeypatch.setattr(event_study, "_VALUES_AT_ONCE", 7 * len(table))
    cut = follow_hours(table, around, OVERALL, 0.95)
    assert [m.month for m in cut] == [m.month for m in whole]
    assert [m.estimate for m in cut] == pytest.approx([m.estimate for m in whole])


def test_event_time_of_a_comparison_person_ends_before_the_own_start():
    months = panel_of(
        {
            "person_id": [1, 1, 1, 1, 2, 2, 2],
            "spell_number": [1, 1, 2, 2, 1, 1, 1],
            "month_number": [99, 100, 104, 105, 100, 101, 102],
            "is_started": [0, 1, 1, 1, 0, 0, 1],
            "log_hours_sum": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
            "pr_merged_count": 1,
            "is_git_observed": [1, 1, 1, 1, 1, 0, 1],
            "incident_count": [1, 2, 3, 4, 5, 6, 7],
            "incident_exposure": 1.0,
        }
    )
    rows = to_table(
        pd.DataFrame({"person_id": [1, 2], "is_mentee": [True, False], "index_month_number": 100})
    )
    around = look_around(rows, months)
    at = around.at(rows.rows, np.array([-2, -1, 0, 1, 2, 5]))
    nothing = np.nan
    # The first was hired in the month before, and what follows a gap is another employment; the
    # second starts two months later, and one month's pull requests had no time to be merged.
    np.testing.assert_array_equal(
        around.incidents[at],
        [[nothing, 1, 2, nothing, nothing, nothing], [nothing, nothing, 5, 6, nothing, nothing]],
    )
    np.testing.assert_array_equal(around.hours[at][1], [nothing, nothing, 5, *[nothing] * 3])


def test_an_outcome_that_is_constant_or_infinite_has_no_estimate():
    table, around = monthly(cells=20)
    for value in (3.0, np.inf):
        same = np.full(around.hours.size, value)
        frozen = event_study.Around(**{**vars(around), "hours": same})
        months = follow_hours(table, frozen, OVERALL, 0.95)
        if np.isinf(value):
            assert {month.estimate for month in months} == {None}
        else:  # the own past still differs
            assert all(month.estimate is not None for month in months)
    flat = {**vars(around), "hours": np.full(around.hours.size, 3.0)}
    flat["base_hours"] = np.full(around.base_hours.size, 2.0)
    months = follow_hours(table, event_study.Around(**flat), OVERALL, 0.95)
    assert {month.estimate for month in months} == {None}


def test_a_month_without_an_incident_in_one_arm_has_no_ratio():
    table, around = monthly(cells=40, rate=0.0)
    months = follow_incidents(table, around, OVERALL, 0.95)
    assert months
    assert {month.estimate for month in months} == {None}


@pytest.mark.parametrize("gap", [None, 102])
def test_a_month_missing_in_the_panel_moves_no_other(gap):
    numbers = [month for month in range(98, 106) if month != gap]
    months = panel_of(
        {
            "person_id": 1,
            "month_number": numbers,
            "log_hours_sum": 3.0,
            "pr_merged_count": 1,
            "incident_count": numbers,
            "incident_exposure": 1.0,
        }
    )
    assert months.is_gapless == (gap is None)
    rows = to_table(
        pd.DataFrame({"person_id": [1], "is_mentee": [True], "index_month_number": [100]})
    )
    relative = np.arange(-3, 6)
    expected = [month if month in numbers else np.nan for month in 100 + relative]
    around = look_around(rows, months)
    np.testing.assert_array_equal(around.incidents[around.at(rows.rows, relative)], [expected])
    within = [month for month in numbers if 101 <= month <= 103]
    assert find_spans(rows, months, (1, 3)).total(months.number("incident_count")) == [sum(within)]
