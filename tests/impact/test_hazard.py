"""Hazard ratios against lifelines, the planted ratio and hopeless input."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.datasets import load_rossi

from impact.checks import Check
from impact.cohort import OVERALL, to_table
from impact.frames import from_frame, to_frame
from impact.hazard import fit_hazard_ratio, fit_proportional, line_up
from impact.judge import Judged
from impact.naive import fit_naive
from impact.tables import make_estimates, make_fits, make_segment_tests
from impact.types import Fit, Refusal

# lifelines calls pandas in ways that its next version will not take.
QUIET = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def fit_ratio(time, met, exposed, weight, stratum, first, second):
    risk = line_up(time, exposed, weight, stratum)
    return risk if isinstance(risk, Refusal) else fit_proportional(risk, met, first, second)


def drawn_times(seed=1, cells=60, effect=0.0, size=8):
    """Cells of one size, a quarter mentees, with baseline hazards of their own."""
    rng = np.random.default_rng(seed)
    cell = np.repeat(np.arange(cells), size)
    exposed = np.tile(np.arange(size) < size // 4, cells)
    hazard = rng.uniform(0.02, 0.2, cells)[cell] * np.exp(effect * exposed)
    failure, end = rng.exponential(1 / hazard), rng.uniform(2, 24, cell.size)
    person = rng.integers(0, cells * size // 2, cell.size)
    return np.minimum(failure, end), failure <= end, exposed, cell, person


@QUIET
def test_rossi_financial_aid_equals_lifelines():
    rossi = load_rossi()
    # Weeks are tied; without ties Breslow's and Efron's likelihood are one.
    week = rossi["week"].to_numpy(float) + np.arange(len(rossi)) / 1000
    frame = pd.DataFrame({"week": week, "arrest": rossi["arrest"], "fin": rossi["fin"]})
    expected = CoxPHFitter().fit(frame, "week", "arrest", robust=True)
    n = len(rossi)
    one, each = np.zeros(n, dtype=np.int64), np.arange(n)
    fit = fit_ratio(week, frame["arrest"] == 1, frame["fin"] == 1, np.ones(n), one, each, each)
    assert isinstance(fit, Fit)
    assert fit.estimate == pytest.approx(float(expected.params_["fin"]), abs=1e-6)
    error = float(expected.standard_errors_["fin"]) * np.sqrt(n / (n - 1))
    assert fit.standard_error == pytest.approx(error, rel=1e-6)


@QUIET
def test_strata_and_weights_equal_lifelines():
    time, met, exposed, cell, _ = drawn_times(effect=0.4)
    rng = np.random.default_rng(5)
    weight = rng.integers(1, 4, time.size).astype(float)
    frame = pd.DataFrame({"t": time, "d": met, "x": exposed, "w": weight, "c": cell})
    expected = CoxPHFitter().fit(frame, "t", "d", strata="c", weights_col="w", robust=True)
    each = np.arange(time.size)
    fit = fit_ratio(time, met, exposed, weight, cell, each, each)
    assert isinstance(fit, Fit)
    assert fit.estimate == pytest.approx(float(expected.params_["x"]), abs=1e-5)
    clusters = np.count_nonzero(fit.influence)
    error = float(expected.standard_errors_["x"]) * np.sqrt(clusters / (clusters - 1))
    assert fit.standard_error == pytest.approx(error, rel=1e-4)


def test_influence_is_the_derivative_by_the_weight():
    time, met, exposed, cell, person = drawn_times(seed=2, cells=12)
    time = np.ceil(time)
    weight = np.random.default_rng(3).uniform(0.3, 2, time.size)
    fit = fit_ratio(time, met, exposed, weight, cell, cell, person)
    for row in range(0, time.size, 5):
        nudged = weight.copy()
        nudged[row] *= 1 + 1e-6
        moved = fit_ratio(time, met, exposed, nudged, cell, cell, person)
        assert (moved.estimate - fit.estimate) / 1e-6 == pytest.approx(fit.influence[row], abs=1e-5)


def test_intervals_hold_the_planted_ratio_in_most_draws():
    effect, held = np.log(0.7), 0
    for seed in range(200):
        time, met, exposed, cell, person = drawn_times(seed, effect=effect)
        weight = np.where(exposed, 1.0, 2 / 6)
        fit = fit_ratio(time, met, exposed, weight, cell, cell, person)
        held += abs(fit.estimate - effect) <= 2.0 * fit.standard_error
    # Of 200 at a true 92.5 % fewer than 175 would be seen in one of two hundred tries.
    assert 175 <= held <= 199


def test_leaving_more_slowly_is_a_ratio_under_one(draw):
    cohort = draw(cells=200, leaving=0.06, mentored_leaving=0.03).material().cohort(OVERALL)
    fit = fit_hazard_ratio(cohort.designs["a"], "retention", 12)
    assert isinstance(fit, Fit)
    assert abs(fit.estimate - np.log(0.5)) < 2.5 * fit.standard_error


def test_events_after_the_horizon_do_not_count(drawn):
    table = drawn.material().cohort(OVERALL).designs["a"]
    early, late = (fit_hazard_ratio(table, "promotion", months) for months in (6, 24))
    assert early.standard_error > late.standard_error


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda met, exposed: np.zeros_like(met), "no_events"),
        (lambda met, exposed: met & exposed, "no_events"),
        (lambda met, exposed: met & ~exposed, "no_events"),
    ],
    ids=["nobody", "mentees only", "others only"],
)
def test_a_ratio_without_events_in_both_arms_is_refused(change, reason):
    time, met, exposed, cell, person = drawn_times()
    met = change(met, exposed)
    fit = fit_ratio(time, met, exposed, np.ones(time.size), cell, cell, person)
    assert isinstance(fit, Refusal)
    assert fit.reason == reason


@pytest.mark.parametrize("value", [np.inf, -1.0, np.nan])
def test_times_that_are_no_times_are_refused(value):
    time, met, exposed, cell, person = drawn_times()
    time[3] = value
    fit = fit_ratio(time, met, exposed, np.ones(time.size), cell, cell, person)
    assert isinstance(fit, Refusal)
    assert fit.reason == "bad_values"


def test_cells_that_hold_one_arm_are_refused():
    time, met, exposed, cell, person = drawn_times()
    weight = exposed.astype(float)
    fit = fit_ratio(time, met, exposed, weight, cell, cell, person)
    assert isinstance(fit, Refusal)


def test_hazard_ratios_stand_beside_the_differences_and_equal_their_levels(drawn, study):
    rows = [
        row
        for row in from_frame(Judged, judged(drawn, study))
        if row.scale == "hazard_ratio" and row.comparison == "matched"
    ]
    assert {(row.outcome, row.follow_up_months) for row in rows} == {
        (outcome, months) for outcome in ("retention", "promotion") for months in (6, 12, 18, 24)
    }
    shown = [row for row in rows if row.estimate is not None]
    assert shown
    for row in shown:
        assert not row.is_headline
        assert row.mentored_value / row.comparison_value == pytest.approx(row.estimate)
        assert row.ci_low < row.estimate < row.ci_high
        assert row.verdict == "no_clear_difference"


def test_rows_without_a_difference_have_no_hazard_ratio_either(draw, study):
    drawn = draw(promotion=1e-9)
    for row in from_frame(Judged, judged(drawn, study)):
        if (row.scale, row.outcome, row.comparison) == ("hazard_ratio", "promotion", "matched"):
            assert row.verdict == "not_enough_data"
            assert (row.estimate, row.p_value, row.mentored_value) == (None, None, None)


def judged(drawn, study):
    fits = make_fits(drawn.material(), study)
    checks = to_frame(Check, [])
    return make_estimates(fits, checks, make_segment_tests(fits, study), study)


def test_ever_against_never_from_hire_finds_loyalty_where_nothing_happened(study):
    # Everybody leaves at one rate; whoever is still there after a year and a half may be mentored.
    rng = np.random.default_rng(9)
    time = np.minimum(rng.exponential(25, 1200), 60)
    mentored = (time > 18) & (rng.random(1200) < 0.5)
    people = pd.DataFrame(
        {
            "person_id": np.arange(1200),
            "is_ever_mentored": mentored,
            "leave_time": time,
            "leave_event": (time < 60).astype(int),
            "promotion_time": time,
            "promotion_event": np.where(time < 60, 2, 0),
            "is_top_rank": False,
            "log_hours_sum": 0.0,
            "merged": 0,
            "incidents": 0,
            "exposure": time,
        }
    )
    rows = {
        (row.outcome, row.follow_up_months): row
        for months in (18, 24)
        for row in fit_naive(to_table(people), OVERALL, months)
        if row.scale == "hazard_ratio"
    }
    late = rows[("retention", 24)]
    assert late.effect + 2 * late.standard_error < 0
    assert late.mentored_value / late.comparison_value == pytest.approx(np.exp(late.effect))
    # Nobody who was to be mentored had left by then: no finite ratio, so none is given.
    assert rows[("retention", 18)].refusal == "no_events"
    assert rows[("promotion", 24)].effect is None
