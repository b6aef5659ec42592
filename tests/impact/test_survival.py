"""Weighted curves against lifelines, scikit-survival and published figures."""

import numpy as np
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.datasets import load_rossi
from sksurv.datasets import load_bmt
from sksurv.nonparametric import cumulative_incidence_competing_risks

from impact.survival import (
    fit_curve,
    incidence_influence,
    incidence_influences,
    restricted_mean,
    restricted_mean_influence,
    survival_influence,
    value_at,
)


def tied_times(seed=1, n=250):
    rng = np.random.default_rng(seed)
    time = np.ceil(rng.exponential(10, n) * 2) / 2
    return time, rng.integers(0, 3, n), rng.uniform(0.2, 2, n)


def test_weighted_curve_equals_lifelines():
    time, event, weight = tied_times()
    # lifelines warns on weights that are no counts; whole numbers are the same mathematics.
    whole = np.ceil(weight * 3)
    fitter = KaplanMeierFitter().fit(time, event > 0, weights=whole)
    curve = fit_curve(time, event, whole, causes=2)
    for horizon in (0.5, 3.0, 7.25, 20.0, 60.0):
        expected = float(fitter.predict(horizon))
        assert value_at(curve, curve.surviving, 1.0, horizon) == pytest.approx(expected, abs=1e-12)


def test_weighted_incidence_equals_lifelines():
    rng = np.random.default_rng(3)
    time, event = rng.exponential(10, 200), rng.integers(0, 3, 200)
    weight = rng.integers(1, 5, 200).astype(float)
    curve = fit_curve(time, event, weight, causes=2)
    for cause in (1, 2):
        fitter = AalenJohansenFitter(calculate_variance=False)
        fitter.fit(time, event, event_of_interest=cause, weights=weight)
        expected = fitter.cumulative_density_.iloc[:, 0]
        for horizon in (2.0, 7.25, 20.0):
            ours = value_at(curve, curve.incidence[:, cause - 1], 0.0, horizon)
            assert ours == pytest.approx(expected[expected.index <= horizon].iloc[-1], abs=1e-10)


def test_bone_marrow_relapse_by_24_months_is_0_27284():
    # Scrucca, Santucci and Aversa (2007); the same data in scikit-survival.
    _, outcome = load_bmt()
    event, time = outcome["status"].astype(np.int64), outcome["ftime"].astype(float)
    curve = fit_curve(time, event, np.ones(time.size), causes=2)
    x, expected = cumulative_incidence_competing_risks(event, time)
    assert value_at(curve, curve.incidence[:, 0], 0.0, 24.0) == pytest.approx(0.27284, abs=5e-6)
    for horizon in (5.0, 24.0, 60.0):
        at = np.searchsorted(x, horizon, side="right") - 1
        for cause in (1, 2):
            ours = value_at(curve, curve.incidence[:, cause - 1], 0.0, horizon)
            assert ours == pytest.approx(expected[cause][at], abs=1e-12)


def test_rossi_restricted_means_at_52_weeks():
    # 44.83 weeks without and 46.88 with financial aid... see the figures asserted below.
    rossi = load_rossi()
    means = {}
    for aid in (0, 1):
        group = rossi[rossi["fin"] == aid]
        weeks, arrest = group["week"].to_numpy(float), group["arrest"].to_numpy(np.int64)
        means[aid] = restricted_mean(fit_curve(weeks, arrest, np.ones(len(group))), 52.0)
    assert means[0] == pytest.approx(44.83, abs=0.01)
    assert means[1] == pytest.approx(46.88, abs=0.01)


def test_incidences_and_survival_add_to_one():
    time, event, weight = tied_times()
    curve = fit_curve(time, event, weight, causes=2)
    assert np.allclose(curve.incidence.sum(axis=1) + curve.surviving, 1.0)


@pytest.mark.parametrize("quantity", ["surviving", "incidence", "mean"])
def test_influence_is_the_derivative_by_the_weight(quantity):
    time, event, weight = tied_times(n=120)
    horizon = 8.0

    def value(w):
        curve = fit_curve(time, event, w, causes=2)
        if quantity == "surviving":
            return value_at(curve, curve.surviving, 1.0, horizon)
        if quantity == "incidence":
            return value_at(curve, curve.incidence[:, 0], 0.0, horizon)
        return restricted_mean(curve, horizon)

    curve = fit_curve(time, event, weight, causes=2)
    influence = {
        "surviving": lambda: survival_influence(curve, event, weight, horizon),
        "incidence": lambda: incidence_influence(curve, 1, event, weight, horizon),
        "mean": lambda: restricted_mean_influence(curve, event, weight, horizon),
    }[quantity]()
    step = 1e-6
    for row in range(0, time.size, 7):
        nudged = weight.copy()
        nudged[row] *= 1 + step
        assert influence[row] == pytest.approx((value(nudged) - value(weight)) / step, abs=1e-6)


def test_influence_without_weights_or_ties_gives_greenwood():
    rng = np.random.default_rng(4)
    time, event = rng.exponential(10, 400), (rng.random(400) < 0.6).astype(np.int64)
    weight = np.ones(400)
    curve = fit_curve(time, event, weight)
    influence = survival_influence(curve, event, weight, 8.0)
    inside = curve.times <= 8.0
    events = curve.hazards[:, 0] * curve.at_risk
    parts = events[inside] / (curve.at_risk * (curve.at_risk - events))[inside]
    level = value_at(curve, curve.surviving, 1.0, 8.0)
    greenwood = level * np.sqrt(parts.sum())
    assert np.sqrt((influence**2).sum()) == pytest.approx(greenwood, rel=0.01)


def test_everybody_leaving_at_once_leaves_nobody_and_no_infinity():
    time, event, weight = np.full(5, 3.0), np.ones(5, dtype=np.int64), np.ones(5)
    curve = fit_curve(time, event, weight)
    assert value_at(curve, curve.surviving, 1.0, 2.9) == 1.0
    assert value_at(curve, curve.surviving, 1.0, 3.0) == 0.0
    assert np.isfinite(survival_influence(curve, event, weight, 12.0)).all()
    assert np.isfinite(restricted_mean_influence(curve, event, weight, 12.0)).all()
    assert restricted_mean(curve, 12.0) == 3.0


def test_influences_of_many_horizons_equal_those_of_each():
    time, event, weight = tied_times()
    curve = fit_curve(time, event, weight, causes=2)
    horizons = np.array([0.0, 0.5, 7.25, 12.0, 500.0])
    for cause in (1, 2):
        together = incidence_influences(curve, cause, event, weight, horizons)
        for row, horizon in zip(together, horizons, strict=True):
            alone = incidence_influence(curve, cause, event, weight, float(horizon))
            assert np.allclose(row, alone, atol=1e-14)
