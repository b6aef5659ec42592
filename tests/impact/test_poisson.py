"""The Poisson regression against another implementation, and what it refuses."""

import numpy as np
import pandas as pd
import pyfixest
import pytest

from impact.poisson import fit_counts
from impact.types import Refusal

# The reference library itself still calls pandas the old way.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")


def counts(seed=8, n=1200):
    rng = np.random.default_rng(seed)
    person, team = rng.integers(0, n // 3, n), rng.integers(0, 40, n)
    # Exposure and rates both go with people and teams, so that each clustering matters.
    of_person, of_team = rng.normal(size=n), rng.normal(size=40)
    exposed = of_person[person] + of_team[team] > 0.3
    time = rng.uniform(0.3, 6, n)
    x = rng.normal(size=(n, 2))
    level = rng.integers(0, 4, n)
    rate = np.exp(-1.2 + 0.3 * exposed + x @ [0.3, -0.1] + 0.2 * level)
    rate *= rng.gamma(2, 1 / 2, n)[person] * rng.gamma(2, 1 / 2, 40)[team]
    y = rng.poisson(rate * time).astype(float)
    weight = rng.choice([0.0, 0.4, 1.0], n)
    dummies = (level[:, None] == np.arange(1, 4)[None, :]).astype(float)
    covariates = np.column_stack([x, dummies])
    return y, time, exposed, covariates, weight, person, team


def test_rate_ratio_and_two_way_error_equal_pyfixest():
    y, time, exposed, covariates, weight, person, team = counts()
    fit = fit_counts(y, time, exposed, covariates, weight, person, team, correct_leverage=False)
    frame = pd.DataFrame(covariates, columns=list("abcde")).assign(
        y=y,
        exposed=exposed.astype(float),
        w=weight,
        offset=np.log(time),
        person=person,
        team=team,
    )
    reference = pyfixest.fepois(
        "y ~ exposed + a + b + c + d + e",
        frame[weight > 0],
        weights="w",
        offset="offset",
        vcov={"CRV1": "person + team"},
        ssc=pyfixest.ssc(k_adj=False, G_adj=True, G_df="min"),
        iwls_tol=1e-12,
    )
    assert fit.estimate == pytest.approx(reference.coef()["exposed"], abs=1e-7)
    assert fit.standard_error == pytest.approx(reference.se()["exposed"], rel=1e-6)


def test_without_covariates_it_is_the_ratio_of_the_rates():
    y, time, exposed, covariates, _, person, team = counts()
    weight = np.ones(len(y))
    fit = fit_counts(y, time, exposed, covariates[:, :0], weight, person, team)
    rates = [y[arm].sum() / time[arm].sum() for arm in (exposed, ~exposed)]
    assert fit.estimate == pytest.approx(np.log(rates[0] / rates[1]), abs=1e-9)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda y, t, d, w: (np.zeros_like(y), t, d, w), "no_events"),
        (lambda y, t, d, w: (np.where(d, 0.0, y), t, d, w), "no_events"),
        (lambda y, t, d, w: (-y - 1, t, d, w), "bad_values"),
        (lambda y, t, d, w: (np.where(y > 2, np.inf, y), t, d, w), "bad_values"),
        (lambda y, t, d, w: (y, 0 * t, d, w), "bad_values"),
        (lambda y, t, d, w: (y, t, np.ones_like(d), w), "no_comparison"),
        (lambda y, t, d, w: (y, t, d, 0 * w), "no_comparison"),
    ],
)
def test_hopeless_input_is_refused(change, reason):
    y, time, exposed, covariates, weight, person, team = counts()
    y, time, exposed, weight = change(y, time, exposed, weight)
    result = fit_counts(y, time, exposed, covariates, weight, person, team)
    assert isinstance(result, Refusal)
    assert result.reason == reason


def test_exposure_that_a_covariate_repeats_is_refused():
    y, time, exposed, covariates, weight, person, team = counts()
    repeated = np.column_stack([covariates, 2.0 * exposed - 5])
    result = fit_counts(y, time, exposed, repeated, weight, person, team)
    assert isinstance(result, Refusal)
    assert result.reason == "singular"


def test_category_without_events_tells_nothing_and_changes_nothing():
    y, time, exposed, covariates, weight, person, team = counts()
    rare = np.zeros(len(y))
    rare[:200] = 1.0
    y[:200] = 0.0
    separated = np.column_stack([covariates, rare])
    fit = fit_counts(y, time, exposed, separated, weight, person, team, correct_leverage=False)
    weight[:200] = 0.0
    without = fit_counts(y, time, exposed, covariates, weight, person, team, correct_leverage=False)
    assert fit.estimate == pytest.approx(without.estimate, abs=1e-6)
    assert fit.standard_error == pytest.approx(without.standard_error, rel=1e-4)


def test_leverage_correction_widens_the_error_a_little():
    y, time, exposed, covariates, weight, person, team = counts(n=300)
    plain = fit_counts(y, time, exposed, covariates, weight, person, team, correct_leverage=False)
    corrected = fit_counts(y, time, exposed, covariates, weight, person, team)
    assert corrected.estimate == plain.estimate
    assert 1.0 < corrected.standard_error / plain.standard_error < 1.1


def test_a_fit_that_begins_at_an_earlier_one_ends_at_the_same_maximum():
    y, time, exposed, covariates, weight, person, team = counts()
    plain = fit_counts(y, time, exposed, covariates, weight, person, team)
    earlier = {}
    half = weight * (np.arange(y.size) % 2)
    fit_counts(y, time, exposed, covariates, half, person, team, earlier=earlier)
    (begun,) = (found.copy() for found in earlier.values())
    fit = fit_counts(y, time, exposed, covariates, weight, person, team, earlier=earlier)
    assert fit.estimate == pytest.approx(plain.estimate, abs=1e-9)
    assert fit.standard_error == pytest.approx(plain.standard_error, rel=1e-6)
    assert not np.allclose(earlier[begun.size], begun)


def test_a_fit_that_cannot_begin_at_an_earlier_one_begins_anew():
    y, time, exposed, covariates, weight, person, team = counts()
    plain = fit_counts(y, time, exposed, covariates, weight, person, team)
    size = covariates.shape[1] + 2
    for lost in (np.full(size, 30.0), np.linspace(-900.0, 0.0, size)):
        fit = fit_counts(y, time, exposed, covariates, weight, person, team, earlier={size: lost})
        assert fit.estimate == pytest.approx(plain.estimate, abs=1e-9)
