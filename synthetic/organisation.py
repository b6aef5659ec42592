"""Simulate an organisation whose mentoring has known effects.

Draw the people, let their months pass once without mentoring (which sets how readily people
enrol) and once with it, pair them up, then draw their work. Everything is vectorised over
people; 2,000 people over 36 months take well under a second.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import careers as careers_
from synthetic import pairs as pairs_
from synthetic import work as work_
from synthetic.careers import Careers, Reorganisation
from synthetic.frames import (
    frame_leaves,
    frame_mentorships,
    frame_months,
    frame_people,
    frame_ratings,
    job_history,
)
from synthetic.pairs import Pairs
from synthetic.parameters import (
    SCENARIOS,
    Effects,
    Parameters,
    ScenarioName,
    Selection,
    month_start,
    scenario,
)
from synthetic.people import FAMILIES, NEVER, Calendar, Ints, People, draw_people
from synthetic.work import Exposure, Moods, OnCall, PullRequests

__all__ = [
    "SCENARIOS",
    "Effects",
    "Organisation",
    "Parameters",
    "ScenarioName",
    "Selection",
    "scenario",
    "simulate",
]

_REHIRED = 0.006
_REHIRE_GAP_DAYS = 100
_REVIEW_MONTHS = (3, 9)


@dataclass(frozen=True)
class Organisation:
    """A simulated organisation: arrays over people and months, and frames made of them.

    Attributes
    ----------
    parameters
        What it was drawn from.
    calendar
        Its months.
    people, careers, pairs, exposure, pull_requests, on_call
        The arrays; see the modules of the same names.
    reorganisation
        The day on which whole teams moved, and the day of re-levelling.
    log_effect
        Log ratio of pull request hours planted in each person, 0 for those never mentored.
    rated
        Ratings: day, person and value, shape (3, ratings).
    """

    parameters: Parameters
    calendar: Calendar
    people_: People
    careers: Careers
    pairs: Pairs
    exposure: Exposure
    moods: Moods
    pull_requests: PullRequests
    on_call: OnCall
    reorganisation: Reorganisation
    log_effect: NDArray[np.float64]
    rated: Ints

    @cached_property
    def months(self) -> pd.DataFrame:
        """One row a person and month with an employed day, population only.

        The columns are those of the mart `fct_person_months`, as far as exports give them.
        """
        return frame_months(
            self.calendar,
            self.people_,
            self.careers,
            self.exposure,
            self.pull_requests,
            self.on_call,
            self.organisation_of,
        )

    @cached_property
    def people(self) -> pd.DataFrame:
        """One row an employment: number, dates, person attributes."""
        return frame_people(self.calendar, self.people_, self.careers)

    @cached_property
    def job_history(self) -> pd.DataFrame:
        """One row a change of job, the hire included."""
        return job_history(self.calendar, self.people_, self.careers, self.reorganisation)

    @cached_property
    def mentorships(self) -> pd.DataFrame:
        """One row a mentor and mentee of a mentorship, begun or not."""
        return frame_mentorships(self.calendar, self.people_, self.pairs)

    @cached_property
    def leaves(self) -> pd.DataFrame:
        """One row a leave of absence; its end may be planned."""
        return frame_leaves(self.calendar, self.people_, self.careers)

    @cached_property
    def ratings(self) -> pd.DataFrame:
        """One row a performance review."""
        return frame_ratings(self.calendar, self.people_, self.rated)

    @property
    def organisation_of(self) -> Ints:
        """Organisation of every person and month, shape (people, months)."""
        return _organisation_of(self.people_, self.careers.team, self.calendar, self.reorganisation)


def simulate(
    parameters: Parameters,
    rng: np.random.Generator,
    mentors_stay_days: int = pairs_.MENTORS_STAY_DAYS,
) -> Organisation:
    """Draw an organisation.

    Parameters
    ----------
    parameters
        Size, effects and selection.
    rng
        Source of all randomness; the same generator state gives the same organisation.
    mentors_stay_days
        Days for which whoever becomes a mentor is sure to stay.

    Returns
    -------
    Organisation
        With arrays of shape (people,) and (people, months).
    """
    streams = rng.spawn(9)
    calendar = Calendar.of(parameters)
    people = draw_people(parameters, calendar, streams[0])
    plan = _plan_reorganisation(parameters, calendar, people)
    moods = work_.draw_moods(len(people), calendar.months, streams[1])
    draws = careers_.draw(people, calendar.months, streams[2])
    careers = _live(parameters, people, calendar, draws, plan, moods)
    pairs, careers = pairs_.pair_up(
        people, careers, calendar, (parameters.again, moods.dip), streams[3], mentors_stay_days
    )
    again_day = pairs_.second_day(pairs, careers)
    exposure = work_.measure_exposure(people, careers, calendar)
    log_effect = _log_effects(parameters, careers, pairs)
    pull_requests = work_.open_pull_requests(
        parameters,
        people,
        careers,
        calendar,
        moods,
        exposure,
        log_effect,
        again_day,
        _organisation_of(people, careers.team, calendar, plan),
        streams[4],
    )
    return Organisation(
        parameters=parameters,
        calendar=calendar,
        people_=_rehire(people, careers, streams[5]),
        careers=careers,
        pairs=pairs,
        exposure=exposure,
        moods=moods,
        pull_requests=pull_requests,
        on_call=work_.take_shifts(parameters, people, careers, calendar, again_day, streams[6]),
        reorganisation=plan,
        log_effect=log_effect,
        rated=_rate(people, careers, calendar, streams[7]),
    )


def _live(
    parameters: Parameters,
    people: People,
    calendar: Calendar,
    draws: careers_.Draws,
    plan: Reorganisation,
    moods: Moods,
) -> Careers:
    """Pass the months without mentoring, set the readiness to enrol, pass them with it."""
    without = careers_.live(parameters, people, calendar, draws, plan, None)
    preference = careers_.enrolment_preference(
        parameters, people, without, calendar, moods.dip, moods.onset
    )
    constant = careers_.enrolment_constant(parameters, people, without, calendar, preference)
    open_ = careers_.open_to_enrolment(parameters, people, calendar)
    hazard = np.where(open_, np.exp(constant + preference), 0.0)
    return careers_.live(parameters, people, calendar, draws, plan, hazard)


def _plan_reorganisation(
    parameters: Parameters, calendar: Calendar, people: People
) -> Reorganisation:
    """Two teams of the first organisation move to the last, six tenths of the way through."""
    teams = np.flatnonzero(people.team_organisation == 0)[:2]
    return Reorganisation(
        day=int(calendar.starts[round(0.6 * calendar.months)]),
        teams=teams,
        organisation=parameters.organisations - 1,
        relevel_day=int(calendar.starts[round(0.45 * calendar.months)]),
        relevel_family=FAMILIES.index("Data"),
        relevel_level=1,
    )


def _organisation_of(people: People, team: Ints, calendar: Calendar, plan: Reorganisation) -> Ints:
    """Organisation of teams of shape (people, months), the reorganisation applied."""
    moved = np.isin(team, plan.teams) & (calendar.starts[:-1] >= plan.day)
    result: Ints = np.where(moved, plan.organisation, people.team_organisation[team])
    return result


def _log_effects(parameters: Parameters, careers: Careers, pairs: Pairs) -> NDArray[np.float64]:
    """Log ratio of hours planted in each person, by the model of the first mentorship."""
    model = pairs_.model_of_first(pairs, careers)
    by_model = dict(parameters.effects.cycle_time_by_model)
    ratios = [by_model.get(name, parameters.effects.cycle_time) for name in pairs_.MODELS]
    effect: NDArray[np.float64] = np.where(model >= 0, np.log(ratios)[model], 0.0)
    return effect


def _rehire(people: People, careers: Careers, rng: np.random.Generator) -> People:
    """Turn a few late hires into people who had been here before and never mentored then."""
    gone = (careers.left_day < NEVER) & (careers.start_day >= NEVER) & (people.kind == 0)
    left = rng.permutation(np.flatnonzero(gone))
    fresh = rng.permutation(np.flatnonzero((people.hire_day > 0) & (people.kind == 0)))
    wanted = max(1, round(_REHIRED * len(people)))
    number, spell = people.number.copy(), people.spell.copy()
    same = {name: getattr(people, name).copy() for name in ("gender", "location", "birth_year")}
    taken: set[int] = set()
    for new in fresh.tolist():
        old = left[careers.left_day[left] < people.hire_day[new] - _REHIRE_GAP_DAYS]
        old = [k for k in old.tolist() if k not in taken and k != new]
        if len(taken) >= 2 * wanted or not old:
            continue
        number[new], spell[new] = number[old[0]], 2
        for values in same.values():
            values[new] = values[old[0]]
        taken |= {old[0], new}
    return replace(people, number=number, spell=spell, **same)


def _rate(people: People, careers: Careers, calendar: Calendar, rng: np.random.Generator) -> Ints:
    """Review everybody on the first of March and of September, on a scale of five."""
    rated: list[Ints] = []
    for month in range(calendar.months):
        day = int(calendar.starts[month])
        if month_start(calendar.start, month).month not in _REVIEW_MONTHS:
            continue
        there = (people.hire_day < day - 60) & (careers.left_day > day) & (people.kind == 0)
        who = np.flatnonzero(there)
        score = 3.3 + 0.35 * people.ambition[who] - 0.5 * people.trait[who]
        score += rng.normal(0, 0.6, len(who))
        value = np.clip(np.round(score), 1, 5).astype(np.int64)
        rated.append(np.stack([np.full(len(who), day), who, value]))
    return np.concatenate(rated, axis=1) if rated else np.empty((3, 0), dtype=np.int64)
