"""The true effects of a simulated organisation."""

from dataclasses import replace

import numpy as np
import pytest

from synthetic.organisation import Effects, Organisation, scenario, simulate
from synthetic.truth import HORIZONS, begun, naive_cycle_time_log, planted


def draw(name, **overrides) -> Organisation:
    return simulate(scenario(name, **overrides), np.random.default_rng(8))


def test_without_effects_every_difference_is_exactly_nothing():
    truth = planted(draw("none", engineers=400), np.random.default_rng(1), replicates=20)
    for arms in (truth.retention, truth.promotion, truth.employed_months):
        np.testing.assert_array_equal(arms.difference, np.zeros(len(HORIZONS)))
    assert truth.cycle_time_ratio == 1
    assert truth.incident_rate_ratio == 1


def test_shares_move_one_way_with_the_horizon():
    truth = planted(draw("effect", engineers=400), np.random.default_rng(1), replicates=20)
    assert (np.diff(truth.retention.mentored) < 0).all()
    assert (np.diff(truth.promotion.without) > 0).all()
    assert (truth.retention.difference > 0).all()
    assert (truth.promotion.difference > 0).all()


def test_retention_follows_the_planted_hazard():
    one_hazard = replace(Effects.nothing(), leaving=0.5)
    drawn = draw("effect", engineers=2000, effects=one_hazard)
    truth = planted(drawn, np.random.default_rng(1), replicates=50)
    halved = np.sqrt(truth.retention.without)
    np.testing.assert_allclose(truth.retention.mentored, halved, atol=0.006)


def test_average_over_models_weighs_by_their_mentees():
    drawn = draw("by_model", engineers=600)
    truth = planted(drawn, np.random.default_rng(1), replicates=1)
    assert np.log(0.8) < truth.cycle_time_log < 0
    who = begun(drawn)[:1]
    single = planted(drawn, np.random.default_rng(1), who, replicates=1)
    assert single.cycle_time_log == drawn.log_effect[who[0]]


def test_baseline_leaves_out_the_first_three_months_of_employment():
    drawn = draw("effect", engineers=800, onboarding=3.0)
    everyone, settled = begun(drawn, with_baseline=False), begun(drawn)
    assert set(settled.tolist()) < set(everyone.tolist())
    tenure = drawn.careers.start_day[settled] - drawn.people_.hire_day[settled]
    assert tenure.min() >= 89


def test_no_mentee_gives_a_typed_refusal():
    drawn = draw("effect", engineers=100, enrolment=0.0)
    with pytest.raises(ValueError, match="nobody began"):
        planted(drawn, np.random.default_rng(1))


def test_naive_comparison_has_the_wrong_sign_where_slow_people_enrol():
    assert naive_cycle_time_log(draw("strong", engineers=2000)) > 0.1
