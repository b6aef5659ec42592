"""What a simulated organisation must be, whatever it is drawn from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synthetic.careers import RELEVELLING, REORGANISATION
from synthetic.organisation import SCENARIOS, Effects, Organisation, scenario, simulate
from synthetic.pairs import ENDED_EARLY, MODELS, second_day
from synthetic.parameters import Again, Parameters
from synthetic.people import NEVER, TOP_LEVEL

MONTH_COLUMNS = [
    *("person_key", "month", "spell_number", "employed_days", "month_days", "exposure"),
    *("level", "level_rank", "organisation", "job_family", "team", "location"),
    *("tenure_months", "months_in_level", "pr_opened_count", "pr_merged_count"),
    *("log_hours_sum", "incident_count", "on_call_weeks", "promoted_on", "left_on"),
    *("mentoring_started_on", "is_mentored", "mentored_share"),
]


def draw(parameters: Parameters, seed: int = 5) -> Organisation:
    return simulate(parameters, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return draw(scenario("effect", engineers=800, months=30))


def test_same_generator_state_gives_the_same_organisation(organisation: Organisation):
    again = draw(organisation.parameters)
    pd.testing.assert_frame_equal(organisation.months, again.months)
    pd.testing.assert_frame_equal(organisation.mentorships, again.mentorships)
    pd.testing.assert_frame_equal(organisation.ratings, again.ratings)


def test_another_seed_gives_another_organisation(organisation: Organisation):
    other = draw(organisation.parameters, seed=6)
    assert not organisation.months["log_hours_sum"].equals(other.months["log_hours_sum"])


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_reaches_its_enrolment(name):
    drawn = draw(scenario(name, engineers=1500))
    began = (drawn.careers.start_day >= 0) & (drawn.careers.start_day < NEVER)
    assert began[drawn.people_.kind == 0].mean() == pytest.approx(0.28, abs=0.04)


def test_months_have_the_columns_of_the_mart_and_one_row_a_person_and_month(organisation):
    months = organisation.months
    assert months.columns.tolist() == MONTH_COLUMNS
    assert not months.duplicated(["person_key", "month"]).any()
    moments = ["promoted_on", "left_on", "mentoring_started_on"]
    assert not months.drop(columns=moments).isna().to_numpy().any()


def test_months_count_days_and_pull_requests_consistently(organisation):
    months = organisation.months
    assert (months["employed_days"] >= 1).all()
    assert (months["employed_days"] <= months["month_days"]).all()
    assert (months["exposure"] <= months["employed_days"] / months["month_days"] + 1e-12).all()
    assert months["mentored_share"].between(0, 1).all()
    assert (months["pr_merged_count"] <= months["pr_opened_count"]).all()
    assert (months.loc[months["pr_merged_count"] == 0, "log_hours_sum"] == 0).all()
    assert (months.loc[months["exposure"] == 0, "pr_opened_count"] == 0).all()


def test_nobody_has_a_month_after_leaving_or_before_hire(organisation):
    months = organisation.months.assign(person=organisation.months["person_key"].astype(str))
    left = months.groupby(["person", "spell_number"])["left_on"].transform("max")
    assert not (months["month"] > left).any()
    assert (months["tenure_months"] >= 0).all()


def test_headcount_stays_level(organisation):
    heads = organisation.months.groupby("month").size()
    assert heads.min() > 0.85 * heads.max()


def test_mentoring_begins_only_at_work(organisation):
    people, start = organisation.people_, organisation.careers.start_day
    began = (start >= 0) & (start < NEVER)
    assert (people.hire_day[began] <= start[began]).all()
    assert (organisation.careers.left_day[began] > start[began]).all()
    away = (people.leave_from[began] <= start[began]) & (start[began] < people.leave_to[began])
    assert not away.any()


def test_circles_share_a_day_and_have_a_row_for_every_mentor_and_mentee(organisation):
    pairs = organisation.mentorships
    circles = pairs[pairs["model"] == "circle"].groupby("mentorship_id")
    assert (circles["start_date"].nunique() == 1).all()
    rows = circles.size()
    assert (rows == circles["mentor"].nunique() * circles["mentee"].nunique()).all()
    assert circles["mentor"].nunique().max() == 3
    assert circles["mentee"].nunique().min() >= 2


def test_peers_have_two_rows_that_swap_them(organisation):
    peers = organisation.mentorships.query("model == 'peer'")
    assert len(peers)
    for _, rows in peers.groupby("mentorship_id"):
        assert rows["mentor"].tolist() == rows["mentee"].tolist()[::-1]


def test_nobody_mentors_themselves(organisation):
    assert (organisation.pairs.mentor != organisation.pairs.mentee).all()


def test_first_begun_pair_of_a_person_is_the_start_of_mentoring(organisation):
    pairs, careers = organisation.pairs, organisation.careers
    began = (pairs.status <= ENDED_EARLY) & (careers.left_day[pairs.mentee] > pairs.start_day)
    first = np.full(len(careers.start_day), NEVER)
    np.minimum.at(first, pairs.mentee[began], pairs.start_day[began])
    np.testing.assert_array_equal(first, careers.start_day)


def test_promotion_raises_the_level_by_one_and_never_from_the_top(organisation):
    careers = organisation.careers
    promoted = careers.promoted_day < NEVER
    before, after = careers.level[:, :-1], careers.level[:, 1:]
    relevelled = organisation.calendar.starts[1:-1] == organisation.reorganisation.relevel_day
    plain = promoted[:, :-1] & ~relevelled & (careers.left_day[:, None] >= NEVER)
    assert (after[plain] == before[plain] + 1).all()
    assert (careers.level[promoted] < TOP_LEVEL).all()


def test_re_levelling_touches_all_holders_on_one_date_and_is_no_promotion(organisation):
    history = organisation.job_history
    wave = history[history["event"] == "other"]
    assert len(wave) >= 5
    assert wave["effective_date"].nunique() == 1
    assert wave["job_family"].nunique() == 1
    assert set(wave["level"]) == {"L3"}
    events = organisation.careers.events
    assert np.sum(events.kind == RELEVELLING) == len(wave)


def test_reorganisation_moves_whole_teams(organisation):
    events, plan = organisation.careers.events, organisation.reorganisation
    moved = set(events.person[events.kind == REORGANISATION].tolist())
    month = int(organisation.calendar.month_of(np.array([plan.day]))[0])
    there = organisation.exposure.employed[:, month - 1] > 0
    there &= (organisation.careers.left_day > plan.day) & (organisation.people_.kind == 0)
    there &= np.isin(organisation.careers.team[:, month], plan.teams)
    there &= organisation.careers.team[:, month] == organisation.careers.team[:, month - 1]
    assert set(np.flatnonzero(there).tolist()) <= moved
    assert len(moved) >= 5
    assert (organisation.organisation_of[there, month] == plan.organisation).all()
    assert (organisation.organisation_of[there, month - 1] == 0).all()


def test_job_history_has_one_row_a_person_date_and_event(organisation):
    history = organisation.job_history
    assert not history.duplicated(["employee_id", "effective_date", "event"]).any()


def test_a_rehire_keeps_the_number_and_comes_back_after_ninety_days(organisation):
    people = organisation.people
    again = people[people["spell_number"] == 2]
    assert len(again) >= 1
    first = people[people["spell_number"] == 1].set_index("employee_id")
    gap = again["hire_date"].to_numpy() - first.loc[again["employee_id"], "termination_date"]
    assert (gap > pd.Timedelta(days=90)).all()


def test_cycle_time_is_shifted_by_exactly_what_is_planted():
    nothing = scenario("none", engineers=300)
    only_hours = replace(nothing, effects=Effects(0.8, 1.0, 1.0, 1.0))
    without, with_ = draw(nothing), draw(only_hours)
    shift = with_.pull_requests.mean_log_hours - without.pull_requests.mean_log_hours
    whole = (with_.exposure.mentored == with_.exposure.employed) & (with_.exposure.employed > 0)
    np.testing.assert_allclose(shift[whole], np.log(0.8))
    np.testing.assert_allclose(shift[with_.exposure.mentored == 0], 0)


def test_models_get_their_own_effects():
    drawn = draw(scenario("by_model", engineers=600))
    ratios = np.exp(drawn.log_effect[drawn.careers.start_day < NEVER])
    assert {round(ratio, 2) for ratio in ratios.tolist()} == {0.8, 0.88, 0.95, 1.0}
    assert set(drawn.mentorships["model"]) == set(MODELS)


def test_incident_effect_changes_only_days_after_the_start():
    base = scenario("none", engineers=1200)
    fewer = replace(base, effects=Effects(1.0, 0.5, 1.0, 1.0))
    counts = []
    for parameters in (base, fewer):
        drawn = draw(parameters)
        who, day = drawn.on_call.incident_person, drawn.on_call.incident_day
        counts.append(int(np.sum(day >= drawn.careers.start_day[who])))
    assert counts[1] / counts[0] == pytest.approx(0.5, abs=0.08)


def test_team_mates_of_mentored_people_are_faster_under_spillover_alone():
    alone = scenario("spillover", engineers=300)
    none = replace(alone, effects=replace(alone.effects, team_mates=1.0))
    with_, without = draw(alone), draw(none)
    shift = with_.pull_requests.mean_log_hours - without.pull_requests.mean_log_hours
    unmentored = (with_.exposure.mentored == 0) & (with_.exposure.employed > 0)
    values = {round(value, 6) for value in shift[unmentored].tolist()}
    assert values == {0.0, round(float(np.log(0.94)), 6)}
    np.testing.assert_allclose(shift[with_.exposure.mentored > 0], 0)


@pytest.fixture(scope="module")
def coming_back() -> Organisation:
    return draw(scenario("again", engineers=800))


def test_second_mentorships_begin_after_the_first_has_ended_and_some_are_circles(coming_back):
    pairs, start = coming_back.pairs, coming_back.careers.start_day
    began = pairs.take(pairs.status <= ENDED_EARLY)
    is_second = began.start_day > start[began.mentee]
    ended = np.zeros(len(start), dtype=np.int64)
    np.maximum.at(ended, began.mentee[~is_second], began.end_day[~is_second])
    second = began.take(is_second)
    assert (ended[second.mentee] <= second.start_day).all()
    assert (coming_back.careers.left_day[second.mentee] > second.start_day).all()
    people = np.unique(second.mentee)
    circle = np.unique(second.mentee[second.model == MODELS.index("circle")])
    assert len(people) > 40
    assert len(circle) / len(people) == pytest.approx(0.4, abs=0.15)


def test_people_come_back_after_slow_months(coming_back):
    day = second_day(coming_back.pairs, coming_back.careers)
    who = np.flatnonzero(day < NEVER)
    month = coming_back.calendar.month_of(day[who])
    assert coming_back.moods.dip[who, month].mean() > 0.15


def test_a_second_mentorship_adds_what_was_planted_from_its_first_day(coming_back):
    effects = replace(coming_back.parameters.effects, again_cycle_time=1.0)
    without = draw(replace(coming_back.parameters, effects=effects))
    shift = coming_back.pull_requests.mean_log_hours - without.pull_requests.mean_log_hours
    starts, day = coming_back.calendar.starts, second_day(coming_back.pairs, coming_back.careers)
    employed = coming_back.exposure.employed > 0
    after = employed & (starts[:-1] >= day[:, None])
    before = employed & (starts[1:] <= day[:, None])
    assert after.any()
    np.testing.assert_allclose(shift[after], np.log(0.88))
    np.testing.assert_allclose(shift[before], 0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"engineers": 29}, "engineers must be 30 or more, found 29"),
        ({"months": 17}, "months must be 18 or more, found 17"),
        ({"enrolment": 1.0}, "share from 0 to below 1, found 1.0"),
        ({"pull_requests": 0.0}, "rates above 0"),
        ({"cohorts": 3}, "unknown parameters cohorts"),
    ],
)
def test_wrong_parameters_are_refused_with_what_was_found(wrong, says):
    with pytest.raises(ValueError, match=says):
        scenario("none", **wrong)


def test_shares_of_those_who_come_back_are_shares():
    with pytest.raises(ValueError, match=r"shares are from 0 to 1, found 1\.2"):
        Again(share=1.2)


def test_unknown_scenario_names_the_known_ones():
    with pytest.raises(ValueError, match="unknown scenario 'lucky'; known: random, effect"):
        scenario("lucky")


def test_effects_of_nought_are_refused():
    with pytest.raises(ValueError, match="ratios above 0"):
        Effects(cycle_time=0.0)


def test_the_smallest_organisation_can_be_drawn():
    drawn = draw(scenario("effect", engineers=30, months=18))
    assert len(drawn.months)


def test_a_programme_nobody_joins_leaves_no_mentoring_behind():
    drawn = draw(scenario("effect", engineers=200, enrolment=0.0))
    assert (drawn.careers.start_day == NEVER).all()
    assert not drawn.months["is_mentored"].any()
    assert set(drawn.mentorships["status"]) <= {"pending", "declined", "active"}
