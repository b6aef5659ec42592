"""Two-way clustered errors at their boundaries."""

import numpy as np
import pytest

from impact.clusters import team_or_self, two_way_error


def test_rows_that_are_their_own_clusters_give_the_sum_of_squares():
    influence = np.array([1.0, -2.0, 0.5, 0.5])
    own = np.arange(4)
    expected = np.sqrt((influence**2).sum() * 4 / 3)
    assert two_way_error(influence, own, own).standard_error == pytest.approx(expected)
    assert two_way_error(influence, own, own + 7).standard_error == pytest.approx(expected)
    assert two_way_error(influence, own, own).degrees == 3


def test_two_clusterings_add_and_their_intersection_counts_once():
    influence = np.array([1.0, 2.0, 3.0, 4.0])
    first, second = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    # (1 + 2)^2 + (3 + 4)^2 + (1 + 3)^2 + (2 + 4)^2 - (1 + 4 + 9 + 16)
    expected = np.sqrt((9 + 49 + 16 + 36 - 30) * 2)
    assert two_way_error(influence, first, second).standard_error == pytest.approx(expected)


def test_error_is_never_below_that_of_one_clustering_alone():
    influence = np.array([1.0, -1.0, 1.0, -1.0])
    pairs, alone = np.array([0, 0, 1, 1]), np.arange(4)
    # Summed by pairs nothing is left; the rows themselves still vary.
    assert two_way_error(influence, pairs, alone).standard_error == pytest.approx(np.sqrt(4 * 2))


def test_labels_of_any_size_are_clusters():
    influence = np.array([1.0, 2.0, -3.0])
    far = np.array([-5, 10**12, 7])
    assert two_way_error(influence, far, far).standard_error == pytest.approx(
        two_way_error(influence, np.arange(3), np.arange(3)).standard_error
    )


@pytest.mark.parametrize("influence", [np.zeros(3), np.zeros(0), np.array([0.0, 5.0, 0.0])])
def test_fewer_than_two_clusters_have_no_error(influence):
    rows = np.arange(influence.size)
    result = two_way_error(influence, rows, rows + 1)
    assert (result.standard_error, result.degrees) == (0.0, 0.0)


def test_whoever_has_no_known_team_is_a_cluster_alone():
    team = np.array([0.0, 4.0, np.nan, np.nan, 4.0, np.nan])
    person = np.array([0, 1, 2, 3, 4, 2])
    labels = team_or_self(team, person)
    assert len(set(labels.tolist())) == 4
    assert labels[1] == labels[4]
    assert labels[2] == labels[5] != labels[3]


def test_rounding_errors_are_no_cluster():
    influence = np.array([1.0, -2.0, 0.5, 0.0, 0.0])
    rounded = np.array([1.0, -2.0, 0.5, 1e-16, -3e-17])
    labels = np.arange(5)
    assert two_way_error(rounded, labels, labels).degrees == 2.0
    exact = two_way_error(influence, labels, labels).standard_error
    assert two_way_error(rounded, labels, labels).standard_error == pytest.approx(exact)
