"""Months of careers: promotion, leaving, moves and enrolment as monthly hazards.

The same hazards serve `synthetic.truth`, which runs them with and without mentoring.
"""

from dataclasses import dataclass, field

import numpy as np

from synthetic.parameters import Parameters
from synthetic.people import (
    DAYS_A_MONTH,
    NEVER,
    TOP_LEVEL,
    TRAIT,
    Calendar,
    Flags,
    Floats,
    Ints,
    People,
)

#: What a row of job history says happened.
PROMOTION, TRANSFER, REORGANISATION, RELEVELLING = range(4)

_PROMOTION = np.array([0.032, 0.027, 0.020, 0.013, 0.008, 0.0])
_PROMOTION_AGES = np.array([6, 12, 24, 48])
_PROMOTION_SHAPE = np.array([0.25, 0.9, 1.5, 1.2, 0.7])
_LEAVING = np.array([1.15, 1.1, 1.0, 0.9, 0.85, 0.8]) * 0.0145
_LEAVING_AGES = np.array([6, 12, 24, 60])
_LEAVING_SHAPE = np.array([0.8, 1.0, 1.3, 1.0, 0.7])
_ENROLMENT_AGES = np.array([3, 12, 24, 60])
_ENROLMENT_SHAPE = np.array([0.0, 0.4, 0.25, 0.0, -0.7])
_CONTRACT_MONTHS = 10
_TRANSFER = 0.006


@dataclass(frozen=True)
class Events:
    """Changes of job, one entry a row of job history after the first day observed."""

    person: Ints
    day: Ints
    kind: Ints
    level: Ints
    team: Ints


@dataclass(frozen=True)
class Careers:
    """What became of everyone.

    Attributes
    ----------
    left_day, left_kind
        Day on which leaving takes effect (`NEVER` if still employed at the end); 0 voluntary,
        1 involuntary, 2 other.
    start_day
        First day of the first mentorship, `NEVER` if never mentored; before 0 for people
        mentored before the data start.
    level, team, level_day
        Shape (people, months): as of the first day of the month, or the hire day.
    promoted_day
        Shape (people, months): day of a promotion within the month, else `NEVER`.
    events
        Rows of job history.
    """

    left_day: Ints
    left_kind: Ints
    start_day: Ints
    level: Ints
    team: Ints
    level_day: Ints
    promoted_day: Ints
    events: Events


@dataclass(frozen=True)
class Reorganisation:
    """A day on which whole teams move to another organisation, and one of re-levelling.

    Attributes
    ----------
    day, teams, organisation
        When, which teams move, and where to.
    relevel_day, relevel_family, relevel_level
        When every holder of a level in a family is put one level higher without a promotion.
    """

    day: int
    teams: Ints
    organisation: int
    relevel_day: int
    relevel_family: int
    relevel_level: int


@dataclass(frozen=True)
class Draws:
    """Uniform random numbers of shape (months, people), fixed before anything happens."""

    promotion: Floats
    promotion_day: Floats
    leaving: Floats
    leaving_day: Floats
    enrolment: Floats
    enrolment_day: Floats
    transfer: Floats
    new_team: Floats
    left_kind: Floats
    mentored_before: Floats


@dataclass
class _State:
    """Where everyone stands while the months pass."""

    level: Ints
    level_day: Ints
    team: Ints
    left_day: Ints
    start_day: Ints
    events: list[tuple[Ints, Ints, int, Ints, Ints]] = field(default_factory=list)

    def record(self, who: Ints, day: Ints, kind: int) -> None:
        self.events.append((who, day, kind, self.level[who].copy(), self.team[who].copy()))


def draw(people: People, months: int, rng: np.random.Generator) -> Draws:
    """Draw all the chances of `months` months at once."""
    shape = (months, len(people))
    names = list(Draws.__dataclass_fields__)
    values = {name: rng.random(shape) for name in names[:-2]}
    return Draws(
        **values,
        left_kind=rng.random(len(people)),
        mentored_before=rng.random(len(people)),
    )


def promotion_hazard(
    parameters: Parameters, level: Ints, months_in_level: Floats, ambition: Floats
) -> Floats:
    """Hazard of promotion a month, without mentoring; 0 at the top level."""
    shape = _PROMOTION_SHAPE[np.searchsorted(_PROMOTION_AGES, months_in_level, side="right")]
    drive = np.exp(parameters.ambition_promotion * ambition)
    hazard: Floats = parameters.promotion_scale * _PROMOTION[level] * shape * drive
    return hazard


def leaving_hazard(parameters: Parameters, level: Ints, tenure_months: Floats) -> Floats:
    """Hazard of leaving a month, without mentoring."""
    shape = _LEAVING_SHAPE[np.searchsorted(_LEAVING_AGES, tenure_months, side="right")]
    hazard: Floats = parameters.leaving_scale * _LEAVING[level] * shape
    return hazard


def enrolment_preference(
    parameters: Parameters,
    people: People,
    careers: Careers,
    calendar: Calendar,
    dip: Floats,
    onset: Flags,
) -> Floats:
    """Log hazard of enrolling without its constant, shape (people, months).

    Parameters
    ----------
    careers
        Levels as they would be without mentoring.
    dip
        Mean passing log ratio of the months just before, shape (people, months), in its
        standard deviations.
    onset
        Whether an unrecorded good turn begins in the month, same shape.
    """
    selection = parameters.selection
    tenure = (calendar.starts[:-1] - people.hire_day[:, None]) / DAYS_A_MONTH
    ages = np.searchsorted(_ENROLMENT_AGES, tenure, side="right")
    trait = people.trait / TRAIT
    preference = selection.tenure * _ENROLMENT_SHAPE[ages] + selection.trait * trait[:, None]
    preference += selection.dip * dip + selection.level * (careers.level - 1)
    preference += selection.ambition * people.ambition[:, None] + selection.shock * onset
    new = np.log(parameters.onboarding) if parameters.onboarding > 0 else -np.inf
    result: Floats = preference + np.where(tenure < 3, new, 0.0)
    return result


def enrolment_constant(
    parameters: Parameters,
    people: People,
    careers: Careers,
    calendar: Calendar,
    preference: Floats,
) -> float:
    """Solve for the constant that lets `parameters.enrolment` of the people begin."""
    within = open_to_enrolment(parameters, people, calendar)
    within &= careers.left_day[:, None] > calendar.starts[:-1]
    rate = np.where(within, np.exp(preference), 0.0).sum(axis=1)[people.kind == 0]
    low, high = -12.0, 4.0
    for _ in range(50):
        middle = (low + high) / 2
        share = float(np.mean(1 - np.exp(-np.exp(middle) * rate)))
        low, high = (middle, high) if share < parameters.enrolment else (low, middle)
    return low


def open_to_enrolment(parameters: Parameters, people: People, calendar: Calendar) -> Flags:
    """Months in which somebody not on leave could begin if employed, shape (people, months)."""
    begin, end = calendar.starts[:-1], calendar.starts[1:]
    away = (people.leave_from[:, None] < end) & (people.leave_to[:, None] > begin)
    there = (people.hire_day[:, None] < end - 1) & ~away
    open_ = np.arange(calendar.months) >= parameters.first_enrolment
    result: Flags = there & open_ & (people.kind != 2)[:, None]
    return result


def live(
    parameters: Parameters,
    people: People,
    calendar: Calendar,
    draws: Draws,
    reorganisation: Reorganisation,
    enrolment: Floats | None,
) -> Careers:
    """Let the months pass.

    Parameters
    ----------
    enrolment
        Hazard of beginning a mentorship, shape (people, months); None for a world without one.

    Returns
    -------
    Careers
        Of everyone, with the effects of mentoring from the month after its start.
    """
    count, months = len(people), calendar.months
    state = _State(
        level=people.level.copy(),
        level_day=people.level_day.copy(),
        team=people.team.copy(),
        left_day=np.full(count, NEVER, dtype=np.int64),
        start_day=np.full(count, NEVER, dtype=np.int64),
    )
    if enrolment is not None:
        _start_before(parameters, people, draws, state)
    shape = (count, months)
    level, team, level_day = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    promoted = np.full(shape, NEVER, dtype=np.int64)
    for month in range(months):
        _reorganise(people, calendar, reorganisation, month, state)
        if calendar.starts[month] not in (reorganisation.day, reorganisation.relevel_day):
            _transfer(people, calendar, draws, month, state)
        level[:, month], team[:, month] = state.level, state.team
        level_day[:, month] = np.maximum(state.level_day, people.hire_day)
        was_mentored = state.start_day < calendar.starts[month]
        _leave(parameters, people, calendar, draws, month, state, was_mentored)
        promoted[:, month] = _promote(
            parameters, people, calendar, draws, month, state, was_mentored
        )
        if enrolment is not None:
            _enrol(people, calendar, draws, month, state, enrolment[:, month])
    left_kind = np.searchsorted([0.74, 0.95], draws.left_kind, side="right")
    return Careers(
        left_day=state.left_day,
        left_kind=left_kind.astype(np.int64),
        start_day=state.start_day,
        level=level,
        team=team,
        level_day=level_day,
        promoted_day=promoted,
        events=_gather(state),
    )


def _start_before(parameters: Parameters, people: People, draws: Draws, state: _State) -> None:
    """Give a few of the staff, at least one, a mentorship that began before the data do."""
    settled = np.flatnonzero((people.hire_day < -120) & (people.kind == 0))
    if parameters.mentored_before == 0 or parameters.enrolment == 0 or len(settled) == 0:
        return
    chance = draws.mentored_before[settled]
    share = max(parameters.mentored_before, float(chance.min()))
    chosen = settled[chance <= share]
    state.start_day[chosen] = -30 - np.floor(60 * draws.left_kind[chosen]).astype(np.int64)


def _reorganise(
    people: People, calendar: Calendar, plan: Reorganisation, month: int, state: _State
) -> None:
    """Move whole teams, or put a level up, if this is the month; both on its first day."""
    day = int(calendar.starts[month])
    there = (people.hire_day < day) & (state.left_day > day) & (people.kind == 0)
    if day == plan.day:
        who = np.flatnonzero(there & np.isin(state.team, plan.teams))
        state.record(who, np.full(len(who), day), REORGANISATION)
    if day == plan.relevel_day:
        held = (people.family == plan.relevel_family) & (state.level == plan.relevel_level)
        who = np.flatnonzero(there & held)
        state.level[who] += 1
        state.record(who, np.full(len(who), day), RELEVELLING)


def _transfer(people: People, calendar: Calendar, draws: Draws, month: int, state: _State) -> None:
    """Move single people to other teams on the first day of the month."""
    day = int(calendar.starts[month])
    there = (people.hire_day < day - 60) & (state.left_day > day) & (people.kind == 0)
    who = np.flatnonzero(there & (draws.transfer[month] < _TRANSFER))
    teams = len(people.team_organisation)
    step = 1 + np.floor(draws.new_team[month][who] * (teams - 1)).astype(np.int64)
    state.team[who] = (state.team[who] + step) % teams
    state.record(who, np.full(len(who), day), TRANSFER)


def _leave(
    parameters: Parameters,
    people: People,
    calendar: Calendar,
    draws: Draws,
    month: int,
    state: _State,
    was_mentored: Flags,
) -> None:
    """Let people leave within the month, on any day after their first."""
    day, length = int(calendar.starts[month]), int(calendar.lengths[month])
    first = np.maximum(people.hire_day, day)
    share = np.clip(day + length - first, 0, None) / length
    tenure = (day - people.hire_day) / DAYS_A_MONTH
    hazard = leaving_hazard(parameters, state.level, np.maximum(tenure, 0.0))
    hazard = np.where(people.kind == 0, hazard, 1 / _CONTRACT_MONTHS)
    hazard *= np.where(was_mentored, parameters.effects.leaving, 1.0)
    goes = draws.leaving[month] < 1 - np.exp(-hazard * share)
    goes &= (state.left_day >= NEVER) & (share > 2 / length)
    within = np.floor(draws.leaving_day[month] * (day + length - first - 1)).astype(np.int64)
    state.left_day[goes] = (first + 1 + within)[goes]


def _promote(
    parameters: Parameters,
    people: People,
    calendar: Calendar,
    draws: Draws,
    month: int,
    state: _State,
    was_mentored: Flags,
) -> Ints:
    """Promote people who have been in their level since before the month; return the days."""
    day, length = int(calendar.starts[month]), int(calendar.lengths[month])
    in_level = np.maximum((day - state.level_day) / DAYS_A_MONTH, 0.0)
    hazard = promotion_hazard(parameters, state.level, in_level, people.ambition)
    hazard *= np.where(was_mentored, parameters.effects.promotion, 1.0)
    at = day + 1 + np.floor(draws.promotion_day[month] * (length - 1)).astype(np.int64)
    there = (people.hire_day < day) & (state.left_day > at) & (people.kind == 0)
    who = np.flatnonzero(there & (draws.promotion[month] < 1 - np.exp(-hazard)))
    who = who[state.level[who] < TOP_LEVEL]
    state.level[who] += 1
    state.level_day[who] = at[who]
    state.record(who, at[who], PROMOTION)
    days = np.full(len(people), NEVER, dtype=np.int64)
    days[who] = at[who]
    return days


def _enrol(
    people: People,
    calendar: Calendar,
    draws: Draws,
    month: int,
    state: _State,
    hazard: Floats,
) -> None:
    """Begin mentorships on a day on which the person is employed and not on leave."""
    day, length = int(calendar.starts[month]), int(calendar.lengths[month])
    first = np.maximum(people.hire_day, day)
    span = np.clip(day + length - first, 0, None)
    begin = first + np.floor(draws.enrolment_day[month] * span).astype(np.int64)
    starts = draws.enrolment[month] < 1 - np.exp(-hazard * span / length)
    starts &= (state.start_day >= NEVER) & (state.left_day > begin)
    state.start_day[starts] = begin[starts]


def _gather(state: _State) -> Events:
    """One array a column from the records of all months, in order of person, then day."""
    kinds = [np.full(len(who), kind) for who, _, kind, _, _ in state.events]
    person, day, level, team = (
        np.concatenate([entry[column] for entry in state.events]) for column in (0, 1, 3, 4)
    )
    order = np.lexsort((day, person))
    return Events(
        person=person[order],
        day=day[order],
        kind=np.concatenate(kinds)[order],
        level=level[order],
        team=team[order],
    )
