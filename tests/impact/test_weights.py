"""ATT weights at their boundaries."""

import numpy as np

from impact.weights import att_weights


def flags(*values):
    return np.array(values, dtype=bool)


def test_comparison_rows_of_a_cell_share_the_weight_of_its_mentees():
    cell = np.array([0, 0, 0, 1, 1])
    weight = att_weights(cell, flags(1, 0, 0, 1, 0), np.ones(5, dtype=bool))
    assert weight.tolist() == [1.0, 0.5, 0.5, 1.0, 1.0]


def test_weights_are_renewed_when_a_row_lacks_the_outcome():
    cell = np.zeros(4, dtype=np.int64)
    weight = att_weights(cell, flags(1, 1, 0, 0), flags(1, 1, 1, 0))
    assert weight.tolist() == [1.0, 1.0, 2.0, 0.0]


def test_a_cell_that_lost_an_arm_weighs_nothing():
    cell = np.array([0, 0, 1, 1])
    weight = att_weights(cell, flags(1, 0, 1, 0), flags(1, 0, 1, 1))
    assert weight.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_no_rows_give_no_weights():
    empty = np.zeros(0, dtype=bool)
    assert att_weights(np.zeros(0, dtype=np.int64), empty, empty).size == 0


def test_both_arms_sum_to_the_mentees_that_kept_a_comparison():
    rng = np.random.default_rng(5)
    cell = rng.integers(0, 40, 500)
    is_mentee, known = rng.random(500) < 0.3, rng.random(500) < 0.8
    weight = att_weights(cell, is_mentee, known)
    kept = weight[is_mentee].sum()
    assert kept > 50
    assert np.isclose(weight[~is_mentee].sum(), kept)
