"""Simulated organisations through the project's own compiled SQL and all of the statistics."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

BENCH = Path(__file__).resolve().parents[2] / "bench"

pytestmark = pytest.mark.slow


def load(name):
    """A script of the bench folder, which is no package."""
    if str(BENCH) not in sys.path:
        sys.path.insert(0, str(BENCH))
    return importlib.import_module(name)


OUTCOMES = ("pr_cycle_time", "incident_rate", "retention", "promotion")
REPLICATIONS = 40


@pytest.fixture(scope="module")
def replicate():
    replications, estimates = load("replications"), load("estimates")
    statements = replications.compile_statements()
    connection = replications.connect()

    def run(name, engineers, seeds, only_published=False):
        records = [
            record
            for seed in seeds
            for record in estimates.replicate(
                connection, statements, name, engineers, seed, only_published
            )
        ]
        return pd.DataFrame(records)

    return run


@pytest.fixture(scope="module")
def with_effect(replicate):
    return replicate("effect", 500, range(9000, 9016))


@pytest.fixture(scope="module")
def without(replicate):
    return replicate("none", 500, range(9000, 9000 + REPLICATIONS), only_published=True)


def errors(frame, outcome, estimator="matched"):
    rows = frame[(frame["outcome"] == outcome) & (frame["estimator"] == estimator)]
    return rows.dropna(subset=["error"])


def fewest(runs, share):
    """What a true share falls short of in one of two hundred tries."""
    return binom.ppf(0.005, runs, share)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_planted_effects_are_recovered_within_monte_carlo_error(with_effect, outcome):
    rows = errors(with_effect, outcome)
    assert len(rows) >= 10
    assert abs(rows["error"].mean()) < 3.5 * rows["error"].std() / np.sqrt(len(rows))
    assert (rows["error"].abs() <= rows["half_width"]).sum() >= fewest(len(rows), 0.925)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_intervals_hold_the_truth_in_forty_organisations_without_effect(without, outcome):
    rows = errors(without, outcome)
    rows = rows[rows["mentees"] >= 75]
    assert len(rows) >= 0.9 * REPLICATIONS
    assert (rows["error"].abs() <= rows["half_width"]).sum() >= fewest(len(rows), 0.925)


def test_usual_comparisons_are_wrong_where_that_was_planted(with_effect):
    naive = errors(with_effect, "pr_cycle_time", "naive")
    before_after = errors(with_effect, "pr_cycle_time", "before_after")
    two_way = errors(with_effect, "pr_cycle_time", "two_way_fe")
    assert naive["error"].mean() > 0.08
    assert before_after["error"].mean() < -0.05
    assert two_way["error"].mean() < -0.02
    assert (naive["error"].abs() <= naive["half_width"]).mean() < 0.5


def test_nothing_happening_seldom_looks_like_something(without):
    decided = without["verdict"].isin(["better", "worse"])
    # Of 40 organisations at a true 7 %, 8 and more would be seen in one of two hundred tries.
    assert without[decided]["seed"].nunique() <= binom.ppf(0.995, REPLICATIONS, 0.07)


def test_designs_agree_in_most_ordinary_organisations(without):
    once = without.dropna(subset=["verdict"]).drop_duplicates("seed")
    assert (once["designs"] == "fail").sum() <= binom.ppf(0.995, len(once), 0.05)


@pytest.mark.parametrize("name", ["second_none", "second_strong"])
def test_a_second_simulator_finds_the_intervals_honest_too(replicate, name):
    frame = replicate(name, 600, range(9000, 9010), only_published=True)
    for outcome in OUTCOMES:
        rows = errors(frame, outcome)
        assert len(rows) >= 7
        assert (rows["error"].abs() <= rows["half_width"]).sum() >= fewest(len(rows), 0.925)


def test_hidden_ambition_fails_the_negative_control(replicate):
    frame = replicate("hidden_ambition", 2000, range(9000, 9004), only_published=True)
    once = frame.dropna(subset=["verdict"]).drop_duplicates("seed")
    assert (once["control"] == "fail").sum() >= 3
    decided = frame[frame["control"] == "fail"]["verdict"].dropna()
    assert not decided.isin(["better", "worse"]).any()


def test_every_figure_is_the_same_on_a_second_run(replicate):
    one, other = (replicate("effect", 500, [9001]) for _ in range(2))
    columns = ["outcome", "estimator", "error", "half_width", "verdict"]
    pd.testing.assert_frame_equal(one[columns], other[columns])


def test_designs_beside_the_main_one_are_estimated_on_a_simulated_organisation():
    replications, designs = load("replications"), load("designs")
    wanted = (*replications.WANTED, "int_study_rows", "int_months_measured")
    statements = replications.compile_statements(
        wanted=wanted, given=replications.GIVEN | designs.MORE
    )
    found = designs.replicate(replications.connect(), statements, "effect", 800, 1)
    outcomes = {record["outcome"].split("_")[0] for record in found}
    assert outcomes >= {"mentor", "spillover", "team", "two", "unexposed"}
