"""Simulated organisations mislead simple analyses as much as the method's table says.

The table is of 2,000 people over 36 months. Here each figure is a mean over a few organisations,
so it is held to its sign and rough size.
"""

from functools import lru_cache

import numpy as np
import pytest

from synthetic.organisation import Organisation, scenario, simulate
from synthetic.people import NEVER
from synthetic.truth import begun, naive_cycle_time_log

ORGANISATIONS = 5


@lru_cache
def draw(name) -> list[Organisation]:
    return [simulate(scenario(name), np.random.default_rng(seed)) for seed in range(ORGANISATIONS)]


def starts(organisation: Organisation) -> np.ndarray:
    """Month of the start of mentoring, far away for people never or earlier mentored."""
    start = organisation.careers.start_day
    within = (start >= 0) & (start < NEVER) & (organisation.people_.kind == 0)
    return np.where(within, organisation.calendar.month_of(np.where(within, start, 0)), 10_000)


def mean_hours(organisation: Organisation, months: np.ndarray) -> np.ndarray:
    """Mean log hours of each person over some months, missing without a merged one."""
    work = organisation.pull_requests
    count = (work.merged * months).sum(axis=1)
    total = (work.log_hours_sum * months).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def before_after(organisation: Organisation) -> float:
    """Months 1 to 6 less months -12 to -1, of mentees."""
    start = starts(organisation)
    relative = np.arange(organisation.calendar.months) - start[:, None]
    after = mean_hours(organisation, (relative >= 1) & (relative <= 6))
    before = mean_hours(organisation, (relative >= -12) & (relative <= -1))
    return float(np.nanmean((after - before)[start < 10_000]))


def dip(organisation: Organisation) -> float:
    """Months -3 to -1 less months -12 to -4, of mentees."""
    start = starts(organisation)
    relative = np.arange(organisation.calendar.months) - start[:, None]
    recent = mean_hours(organisation, (relative >= -3) & (relative <= -1))
    before = mean_hours(organisation, (relative >= -12) & (relative <= -4))
    return float(np.nanmean((recent - before)[start < 10_000]))


def attrition(organisation: Organisation) -> float:
    """Log ratio of leaving rates, ever against never mentored, by half-years since hire."""
    months = organisation.months
    ever = months["person_key"].isin(
        months.loc[months["mentored_share"] > 0, "person_key"].unique()
    )
    band = (months["tenure_months"] // 6).clip(upper=30)
    events = months["left_on"].notna().groupby([band, ever]).sum().unstack(fill_value=0)
    time = (months["employed_days"] / months["month_days"]).groupby([band, ever]).sum().unstack()
    weight = (time[True] * time[False] / (time[True] + time[False])).fillna(0)
    rates = (events / time).fillna(0)
    return float(np.log((weight * rates[True]).sum() / (weight * rates[False]).sum()))


def mean(values) -> float:
    return float(np.mean(list(values)))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("random", -0.12, -0.02), ("none", 0.08, 0.19), ("strong", 0.20, 0.32)],
)
def test_naive_cycle_time_is_off_by_what_the_table_says(name, low, high):
    planted = np.log(scenario(name).effects.cycle_time)
    assert low < mean(naive_cycle_time_log(o) - planted for o in draw(name)) < high


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("random", -0.075, -0.005), ("none", -0.13, -0.05), ("strong", -0.16, -0.08)],
)
def test_before_and_after_flatters_mentoring_by_what_the_table_says(name, low, high):
    planted = np.log(scenario(name).effects.cycle_time)
    assert low < mean(before_after(o) - planted for o in draw(name)) < high


def test_people_enrol_on_a_dip_unless_they_enrol_at_random():
    assert abs(mean(dip(o) for o in draw("random"))) < 0.03
    assert mean(dip(o) for o in draw("effect")) > 0.03
    assert mean(dip(o) for o in draw("strong")) > 0.08


def test_leaving_looks_halved_where_mentoring_does_nothing():
    assert -1.1 < mean(attrition(o) for o in draw("none")) < -0.65


@pytest.mark.parametrize(
    ("name", "low", "high"), [("none", -0.3, 0.0), ("hidden_ambition", 0.05, 0.4)]
)
def test_ratings_show_hidden_ambition_and_nothing_else(name, low, high):
    gaps = []
    for organisation in draw(name):
        ratings = organisation.ratings
        ever = set(organisation.mentorships.query("status != 'declined'")["mentee"])
        is_ever = ratings["employee_id"].isin(ever)
        gap = ratings["rating"][is_ever].mean() - ratings["rating"][~is_ever].mean()
        gaps.append(gap / ratings["rating"].std())
    assert low < np.mean(gaps) < high


def test_few_mentees_are_in_their_first_three_months_unless_onboarding_is_asked_for():
    shares = []
    for onboarding in (0.0, 0.5, 4.0):
        drawn = simulate(
            scenario("effect", onboarding=onboarding), np.random.default_rng(ORGANISATIONS)
        )
        began = starts(drawn) < 10_000
        tenure = drawn.careers.start_day[began] - drawn.people_.hire_day[began]
        shares.append(float(np.mean(tenure < 91)))
    assert shares[0] < 0.02 < shares[1] < 0.08 < shares[2] < 0.35


def test_about_four_hundred_and_ninety_mentees_have_a_baseline():
    assert mean(len(begun(o)) for o in draw("effect")) == pytest.approx(490, abs=40)
