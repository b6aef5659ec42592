"""The within-cell regression against published answers and another implementation."""

import numpy as np
import pandas as pd
import pyfixest
import pytest
from causaldata import cps_mixtape, nsw_mixtape

from impact.linear import fit_within_cells
from impact.types import Refusal
from impact.weights import att_weights

# The reference library itself still calls pandas the old way.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")


def matched_rows(seed=3, n=900, cells=80):
    rng = np.random.default_rng(seed)
    cell = rng.integers(0, cells, n)
    person = rng.integers(0, n // 3, n)
    # Exposure and outcome both go with people and effects with cells: each clustering matters.
    of_person = rng.normal(size=n)[person]
    exposed = of_person + rng.normal(size=n) > 0.8
    x = rng.normal(size=(n, 3))
    y = (0.4 + rng.normal(size=cells)[cell]) * exposed + x @ [0.5, -0.2, 0.0]
    y += rng.normal(size=cells)[cell] + rng.normal(size=n)[person] + rng.normal(size=n)
    weight = att_weights(cell, exposed, rng.random(n) < 0.9)
    return y, exposed, x, weight, cell, person


def test_estimate_and_two_way_error_equal_pyfixest():
    y, exposed, x, weight, cell, person = matched_rows()
    fit = fit_within_cells(y, exposed, x, weight, cell, cell, person)
    frame = pd.DataFrame(x, columns=["x0", "x1", "x2"]).assign(
        y=y, exposed=exposed.astype(float), w=weight, cell=cell, person=person
    )
    reference = pyfixest.feols(
        "y ~ exposed + x0 + x1 + x2 | cell",
        frame[weight > 0],
        weights="w",
        vcov={"CRV1": "cell + person"},
        ssc=pyfixest.ssc(k_adj=False, G_adj=True, G_df="min"),
    )
    assert fit.estimate == pytest.approx(reference.coef()["exposed"], abs=1e-9)
    assert fit.standard_error == pytest.approx(reference.se()["exposed"], rel=1e-7)


def test_influence_values_sum_to_zero_and_give_the_one_way_variance():
    y, exposed, x, weight, cell, person = matched_rows()
    fit = fit_within_cells(y, exposed, x, weight, cell, person, person)
    assert fit.influence.sum() == pytest.approx(0.0, abs=1e-12)
    by_person = np.bincount(person, weights=fit.influence)
    clusters = np.unique(person[fit.used]).size
    variance = (by_person**2).sum() * clusters / (clusters - 1)
    assert fit.standard_error == pytest.approx(np.sqrt(variance))


def test_redundant_columns_change_nothing():
    y, exposed, x, weight, cell, person = matched_rows()
    constant_in_cell = (cell % 3).astype(float)
    more = np.column_stack([x, 2 * x[:, 0] - x[:, 1], constant_in_cell, np.zeros(len(y))])
    one = fit_within_cells(y, exposed, x, weight, cell, cell, person)
    two = fit_within_cells(y, exposed, more, weight, cell, cell, person)
    assert two.estimate == pytest.approx(one.estimate, abs=1e-9)
    assert two.standard_error == pytest.approx(one.standard_error, rel=1e-8)


def lalonde(frame, covariates=()):
    rows = np.arange(len(frame))
    return fit_within_cells(
        frame["re78"].to_numpy(float),
        frame["treat"].to_numpy() == 1,
        frame[list(covariates)].to_numpy(float),
        np.ones(len(frame)),
        np.zeros(len(frame), dtype=np.int64),
        rows,
        rows,
    )


def test_nsw_experiment_raises_earnings_by_1794_dollars():
    # Dehejia and Wahba (1999): 1,794.34; robust standard error 670.
    frame = nsw_mixtape.load_pandas().data
    fit = lalonde(frame)
    assert fit.estimate == pytest.approx(1794.34, abs=0.01)
    assert fit.standard_error == pytest.approx(670.8, abs=1.0)
    # With one variance for both arms the influence gives the classical 632.9.
    earnings, treated = frame["re78"].to_numpy(float), frame["treat"].to_numpy() == 1
    mean = np.where(treated, earnings[treated].mean(), earnings[~treated].mean())
    share = fit.influence / (earnings - mean)
    pooled = float((earnings - mean) @ (earnings - mean)) / (len(frame) - 2)
    assert np.sqrt(pooled * float(share @ share)) == pytest.approx(632.9, abs=0.1)


def test_matching_brings_survey_controls_back_from_minus_8497_to_the_experiment():
    nsw = nsw_mixtape.load_pandas().data
    mixed = pd.concat([nsw[nsw["treat"] == 1], cps_mixtape.load_pandas().data])
    assert lalonde(mixed).estimate == pytest.approx(-8497.52, abs=0.01)
    bands = {
        "age": [0, 20, 25, 30, 40, 99],
        "educ": [-1, 8, 11, 12, 99],
        "re74": [-1, 0, 5000, 1e9],
        "re75": [-1, 0, 5000, 1e9],
    }
    keys = [pd.cut(mixed[name], edges, labels=False) for name, edges in bands.items()]
    keys += [mixed[name] for name in ("black", "hisp", "marr", "nodegree")]
    cell = pd.DataFrame(dict(enumerate(keys))).groupby(list(range(len(keys)))).ngroup()
    labels, treated = cell.to_numpy(), mixed["treat"].to_numpy() == 1
    weight = att_weights(labels, treated, np.ones(len(mixed), dtype=bool))
    covariates = mixed[["age", "educ", "re74", "re75"]].to_numpy(float)
    outcome = mixed["re78"].to_numpy(float)
    rows = np.arange(len(mixed))
    fit = fit_within_cells(outcome, treated, covariates, weight, labels, labels, rows)
    assert (weight[treated] > 0).sum() > 140
    assert abs(fit.estimate - 1794.34) < 2 * fit.standard_error
    assert fit.estimate > 500


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda y, d, x, w: (np.ones_like(y), d, x, w), "constant_outcome"),
        (lambda y, d, x, w: (y, np.ones_like(d), x, w), "no_comparison"),
        (lambda y, d, x, w: (y, np.zeros_like(d), x, w), "no_comparison"),
        (lambda y, d, x, w: (y, d, x, np.zeros_like(w)), "no_comparison"),
        (lambda y, d, x, w: (np.where(y > 1, np.inf, y), d, x, w), "bad_values"),
        (lambda y, d, x, w: (y, d, np.where(x > 1, np.nan, x), w), "bad_values"),
        (lambda y, d, x, w: (y, d, np.column_stack([x, d * 3.0]), w), "singular"),
    ],
)
def test_hopeless_input_is_refused(change, reason):
    y, exposed, x, weight, cell, person = matched_rows()
    y, exposed, x, weight = change(y, exposed, x, weight)
    result = fit_within_cells(y, exposed, x, weight, cell, cell, person)
    assert isinstance(result, Refusal)
    assert result.reason == reason


def test_one_cell_is_refused_because_it_has_no_spread_between_cells():
    y, exposed, x, _, _, person = matched_rows()
    one = np.zeros(len(y), dtype=np.int64)
    result = fit_within_cells(y, exposed, x, np.ones(len(y)), one, one, person)
    assert isinstance(result, Refusal)
    assert result.reason == "too_few_people"
