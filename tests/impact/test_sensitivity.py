"""The other choices: two-way fixed effects, weights for own starts, symmetry, groups."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pyfixest
import pytest

from impact.censoring import fit_censoring_weighted, starts_later
from impact.cohort import OVERALL, Table, to_table
from impact.frames import from_frame
from impact.looks import Plan
from impact.naive import fit_before_after, fit_naive
from impact.rows import Row
from impact.sensitivity import find_estimated, vary
from impact.staying import fit_at_horizon
from impact.study import Study, read_study
from impact.tables import make_fits
from impact.two_way import fit_two_way
from impact.types import Refusal


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_two_way_fixed_effects_equal_pyfixest():
    rng = np.random.default_rng(3)
    person, month = (grid.ravel() for grid in np.meshgrid(np.arange(120), np.arange(20)))
    start = rng.integers(5, 40, 120)[person]
    treated = month >= start
    y = rng.normal(size=120)[person] + 0.02 * month - 0.2 * treated + rng.normal(size=person.size)
    kept = rng.random(person.size) < 0.8
    fit = fit_two_way(np.where(kept, y, np.nan), treated, person, month)
    frame = pd.DataFrame({"y": y, "d": treated.astype(float), "i": person, "t": month})[kept]
    reference = pyfixest.feols(
        "y ~ d | i + t",
        frame,
        vcov={"CRV1": "i"},
        ssc=pyfixest.ssc(k_adj=False, G_adj=True),
    )
    assert fit.estimate == pytest.approx(reference.coef()["d"], abs=1e-5)
    assert fit.standard_error == pytest.approx(reference.se()["d"], rel=1e-3)


def test_two_way_without_a_change_is_refused():
    person, month = np.repeat(np.arange(10), 4), np.tile(np.arange(4), 10)
    result = fit_two_way(np.arange(40.0), person < 5, person, month)
    assert isinstance(result, Refusal)
    assert result.reason == "singular"


def own_starts(seed):
    """Cohorts in which people of one level both leave more and start mentoring more."""
    rng = np.random.default_rng(seed)
    cells, size = 600, 7
    cell, place = np.repeat(np.arange(cells), size), np.tile(np.arange(size), cells)
    is_mentee, level = place == 0, cell % 2 + 1
    leave = rng.exponential(1 / np.where(level == 2, 0.06, 0.01))
    start = np.where(is_mentee, np.inf, rng.exponential(1 / np.where(level == 2, 0.15, 0.001)))
    time = np.minimum(np.minimum(leave, start), 24.0)
    event = ((leave <= start) & (leave < 24)).astype(int)
    frame = pd.DataFrame(
        {
            "index_month": 0,
            "person_id": np.arange(cell.size),
            "is_mentee": is_mentee,
            "level_rank": level,
            "tenure_band": 1,
            "leave_time": time,
            "leave_event": event,
        }
    )
    table = to_table(frame)
    return Table(table.columns, table.rows, {"cell_id": cell})


def test_weights_make_up_for_own_starts_that_go_with_leaving():
    errors = {"plain": [], "weighted": []}
    for seed in range(20):
        table = own_starts(seed)
        assert starts_later(table, table).any()
        assert not starts_later(table, table)[table.flag("is_mentee")].any()
        errors["plain"].append(fit_at_horizon(table, "retention", 12).fit.estimate)
        weighted = fit_censoring_weighted(table, table, "retention", 12)
        errors["weighted"].append(weighted.estimate)
        assert 0.01 < weighted.standard_error < 0.05
    # Nothing happens here: the plain curve keeps those of the level that stays.
    assert np.mean(errors["plain"]) < -0.02
    assert np.mean(errors["weighted"]) == pytest.approx(0.0, abs=0.012)


def test_naive_and_before_after_are_what_people_compute(draw):
    material = draw(seed=20, effect=-0.2).material()
    naive = {(r.outcome, r.scale): r for r in fit_naive(material.people[OVERALL], OVERALL, 12)}
    people = draw(seed=20, effect=-0.2).people
    value = people["log_hours_sum"] / people["merged"]
    means = value[people["merged"] > 0].groupby(people["is_ever_mentored"]).mean()
    hours = naive[("pr_cycle_time", "ratio")]
    assert hours.effect == pytest.approx(means[True] - means[False])
    assert hours.mentored_value / hours.comparison_value == pytest.approx(math.exp(hours.effect))
    assert set(naive) == {
        ("pr_cycle_time", "ratio"),
        ("incident_rate", "ratio"),
        ("retention", "difference"),
        ("retention", "months"),
        ("promotion", "difference"),
        ("retention", "hazard_ratio"),
        ("promotion", "hazard_ratio"),
    }
    own = {r.outcome: r for r in fit_before_after(material.mentees[OVERALL], OVERALL, 6)}
    assert set(own) == {"pr_cycle_time", "incident_rate"}
    assert own["pr_cycle_time"].effect == pytest.approx(-0.2, abs=0.1)


def test_study_is_read_from_the_settings():
    ends = pd.DataFrame(
        {"as_of_date": [dt.date(2026, 6, 30)], "git_end": [None], "incidents_end": ["2026-06-30"]}
    ).assign(has_pull_requests=False, has_job_history=False)
    plan = {"first_look": "2026-01-31", "every_months": 6, "looks": 4}
    study = read_study(ends, 0.9, [12, 6], plan)
    assert study == Study(
        dt.date(2026, 6, 30), 0.9, (6, 12), Plan(dt.date(2026, 1, 31), 6, 4), False, True, False
    )
    assert not study.has_merges
    of_log = read_study(ends.assign(git_end="2026-06-30"), 0.9, [12, 6], plan)
    assert (of_log.has_git, of_log.has_merges) == (False, True)
    unplanned = read_study(ends, 0.95, [6, 12], dict.fromkeys(plan))
    assert unplanned.plan is None
    with pytest.raises(ValueError, match="one row of data ends"):
        read_study(ends[:0], 0.95, [6, 12], plan)


def test_groups_with_enough_people_are_varied_and_the_others_are_not(drawn, study):
    rows, matched, mentees = drawn.index_rows, drawn.matched, drawn.mentee_segments
    groups = {"large": rows["level"].isin(["L1", "L2"]), "small": rows["person_id"] < 60}
    for name, members in groups.items():
        ids, keys = rows.loc[members, "index_row_id"], {"segment_value": name}
        parts = [
            frame[frame["index_row_id"].isin(ids)].assign(segment_dimension="level", **keys)
            for frame in (drawn.matched, drawn.mentee_segments)
        ]
        matched, mentees = pd.concat([matched, parts[0]]), pd.concat([mentees, parts[1]])
    material = replace(drawn, matched=matched, mentee_segments=mentees).material()
    fits = from_frame(Row, make_fits(material, study))
    found = {
        (line.segment.value, line.outcome, line.variant)
        for line in vary(fits, find_estimated(fits, study), material, None, study)
        if line.variant in ("clean_controls", "censoring_weighted")
    }
    assert {value for value, _, _ in found} == {"all", "large"}
    large, everyone = ({key[1:] for key in found if key[0] == value} for value in ("large", "all"))
    assert large == everyone
