"""Mentored team-mates among the comparison people, and the headline without eventful months."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from impact.cohort import OVERALL, to_table
from impact.cycle_time import fit_cycle_time
from impact.material import Material, gather
from impact.measures import Months, order_months
from impact.spillover import check_spillover, find_exposed, leave_out_exposed
from impact.study import HEADLINE_MONTHS, Study
from impact.without_events import leave_out_events
from tests.impact.conftest import AS_OF, draw_frames

INDEX = 24_290
STUDY = Study(AS_OF)
ALL_OUTCOMES = {OVERALL: tuple(HEADLINE_MONTHS)}


def setting(effect: float = -0.3, eventful: object = False) -> tuple[Material, Months]:
    """Everybody compared from one month on, with a panel that holds their work month by month."""
    drawn = draw_frames(seed=8, cells=120)
    rows = drawn.index_rows.drop_duplicates("person_id").reset_index(drop=True)
    rows = rows.assign(index_month_number=INDEX, spell_number=1, leave_kind=0)
    kept = drawn.matched[drawn.matched["index_row_id"].isin(rows["index_row_id"])]
    mentees = drawn.mentee_segments
    mentees = mentees[mentees["index_row_id"].isin(rows["index_row_id"])]
    months, people = np.arange(INDEX - 12, INDEX + 13), rows["person_id"].to_numpy()
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "person_id": np.repeat(people, months.size),
            "spell_number": 1,
            "month_number": np.tile(months, people.size),
            "is_started": False,
            "is_git_observed": True,
            "exposure": 1.0,
            "incident_exposure": 1.0,
            "on_call_weeks": np.nan,
            "pr_merged_count": 1,
            "is_leaving": False,
            "is_promoted": False,
            "has_mentored_team_mate": np.repeat(people % 2 == 0, months.size),
        }
    )
    after = frame["month_number"] > INDEX
    treated = np.repeat(rows["is_mentee"].to_numpy(), months.size)
    noise = rng.normal(0, 0.3, len(frame)) + np.repeat(rng.normal(3, 0.3, people.size), months.size)
    frame["log_hours_sum"] = noise + effect * (after & treated)
    frame["incident_count"] = rng.poisson(0.5, len(frame))
    frame["is_eventful"] = (
        eventful if np.isscalar(eventful) else frame["month_number"].isin(eventful)
    )
    return gather(rows, kept, mentees), order_months(to_table(frame))


def test_without_events_there_is_nothing_to_leave_out() -> None:
    material, months = setting()
    assert list(leave_out_events(material, ALL_OUTCOMES, months, STUDY)) == []


def test_the_effect_is_found_in_the_months_that_are_left() -> None:
    material, months = setting(eventful=[INDEX + 1, INDEX + 2, INDEX - 5])
    rows = {row.outcome: row for row in leave_out_events(material, ALL_OUTCOMES, months, STUDY)}
    cycle = rows["pr_cycle_time"]
    assert cycle.ci_low < np.exp(-0.3) < cycle.ci_high
    assert cycle.ci_high < 1
    assert rows["incident_rate"].ci_low < 1 < rows["incident_rate"].ci_high
    assert {row.variant for row in rows.values()} == {"without_events"}


def test_an_effect_in_the_eventful_months_alone_disappears_with_them() -> None:
    everything = [*range(INDEX + 4, INDEX + 13)]
    material, months = setting(effect=0.0, eventful=everything)
    moved = months.columns["log_hours_sum"].copy()
    treated = np.isin(
        months.columns["person_id"],
        material.rows.label("person_id")[material.rows.flag("is_mentee")],
    )
    moved[treated & np.isin(months.columns["month_number"], everything)] -= 2.0
    months.columns["log_hours_sum"] = moved
    rows = {row.outcome: row for row in leave_out_events(material, ALL_OUTCOMES, months, STUDY)}
    assert rows["pr_cycle_time"].ci_low < 1 < rows["pr_cycle_time"].ci_high


def test_leaving_in_an_eventful_month_ends_observation_instead() -> None:
    material, months = setting(eventful=[INDEX + 12])
    left = material.rows.flag("leave_event").sum()
    assert left > 20
    last = months.last
    columns = dict(months.columns)
    marks = np.zeros(months.key.size, dtype=np.int64)
    marks[np.unique(last)] = 1
    columns["is_leaving"] = marks
    gone = Months(months.key, months.first, months.last, months.started, columns)
    found = {row.outcome for row in leave_out_events(material, ALL_OUTCOMES, gone, STUDY)}
    # Everybody who left did so in the eventful month: nobody is left to have left.
    assert "retention" not in found
    assert "pr_cycle_time" in found


def test_over_half_exposed_is_a_lower_bound_and_no_team_is_not_checked() -> None:
    material, months = setting()
    cohort = material.cohort(OVERALL)
    exposed = find_exposed(material.rows, months)
    assert exposed.tolist() == (material.rows.label("person_id") % 2 == 0).tolist()
    everyone = np.ones_like(exposed)
    assert check_spillover(cohort, everyone, knows_teams=True).status == "warn"
    assert "lower bound" in check_spillover(cohort, everyone, knows_teams=True).sentence
    assert check_spillover(cohort, ~everyone, knows_teams=True).status == "ok"
    assert check_spillover(cohort, everyone, knows_teams=False).status == "not_checked"


def test_the_unexposed_comparison_undoes_help_to_team_mates() -> None:
    material, months = setting()
    exposed = find_exposed(material.rows, months)
    helped = exposed & ~material.rows.flag("is_mentee")
    columns = dict(material.rows.columns)
    merged = columns["merged_6"]
    columns["log_hours_sum_6"] = columns["log_hours_sum_6"] - 0.4 * merged * (
        helped | material.rows.flag("is_mentee")
    )
    rows = material.rows.columns
    rows.clear()
    rows.update(columns)
    cohort = material.cohort(OVERALL)
    for table in cohort.designs.values():
        table._gathered.clear()
    (cycle, *_) = leave_out_exposed(material, ALL_OUTCOMES, exposed, STUDY)
    plain = fit_cycle_time(cohort, 6)
    assert cycle.variant == "unexposed_comparison"
    assert cycle.ci_low < np.exp(-0.4) < cycle.ci_high
    assert np.exp(plain.fit.estimate) == pytest.approx(np.exp(-0.2), abs=0.08)
