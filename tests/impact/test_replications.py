"""Simulated organisations through the project's own compiled SQL and all of the statistics."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"

pytestmark = pytest.mark.slow


def load(name):
    """A script of the bench folder, which is no package."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCH / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="module")
def replicate():
    load("processes")
    replications, estimates = load("replications"), load("estimates")
    statements = replications.compile_statements()
    connection = replications.connect()

    def run(name, engineers, seeds):
        records = [
            record
            for seed in seeds
            for record in estimates.replicate(connection, statements, name, engineers, seed)
        ]
        return pd.DataFrame(records)

    return run


@pytest.fixture(scope="module")
def with_effect(replicate):
    return replicate("effect", 1500, range(900, 912))


def errors(frame, outcome, estimator="matched"):
    rows = frame[(frame["outcome"] == outcome) & (frame["estimator"] == estimator)]
    return rows.dropna(subset=["error"])


@pytest.mark.parametrize("outcome", ["pr_cycle_time", "incident_rate", "retention", "promotion"])
def test_planted_effects_are_recovered_within_monte_carlo_error(with_effect, outcome):
    rows = errors(with_effect, outcome)
    assert len(rows) >= 11
    assert abs(rows["error"].mean()) < 3.5 * rows["error"].std() / np.sqrt(len(rows))
    assert (rows["error"].abs() <= rows["half_width"]).mean() >= 0.75


def test_usual_comparisons_are_wrong_where_that_was_planted(with_effect):
    naive = errors(with_effect, "pr_cycle_time", "naive")
    before_after = errors(with_effect, "pr_cycle_time", "before_after")
    two_way = errors(with_effect, "pr_cycle_time", "two_way_fe")
    assert naive["error"].mean() > 0.08
    assert before_after["error"].mean() < -0.05
    assert two_way["error"].mean() < -0.02
    assert (naive["error"].abs() <= naive["half_width"]).mean() < 0.3


def test_slow_spell_is_found_where_people_enrol_after_one(with_effect):
    once = with_effect.dropna(subset=["verdict"]).drop_duplicates("seed")
    assert (once["dip"] == "warn").mean() >= 0.5


def test_nothing_happening_seldom_looks_like_something(replicate):
    frame = replicate("none", 1500, range(900, 908))
    decided = frame["verdict"].isin(["better", "worse"])
    assert frame[decided]["seed"].nunique() <= 3
    for outcome in ("pr_cycle_time", "incident_rate", "retention", "promotion"):
        rows = errors(frame, outcome)
        assert (rows["error"].abs() <= rows["half_width"]).mean() >= 0.7


def test_hidden_ambition_fails_the_negative_control(replicate):
    frame = replicate("hidden_ambition", 2000, range(900, 904))
    once = frame.dropna(subset=["verdict"]).drop_duplicates("seed")
    assert (once["control"] == "fail").sum() >= 3
    decided = frame[frame["control"] == "fail"]["verdict"].dropna()
    assert not decided.isin(["better", "worse"]).any()


def test_every_figure_is_the_same_on_a_second_run(replicate):
    one, other = (replicate("effect", 500, [901]) for _ in range(2))
    columns = ["outcome", "estimator", "error", "half_width", "verdict"]
    pd.testing.assert_frame_equal(one[columns], other[columns])
