"""What people do each month: pull requests, weeks on call, incidents."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from synthetic.careers import Careers
from synthetic.parameters import Parameters
from synthetic.people import DAYS_A_MONTH, NEVER, Calendar, Flags, Floats, Ints, People

#: Standard deviation of log hours among one person's pull requests of one month.
SPREAD = 1.2
#: Share of human pull requests that are merged in the end.
MERGED = 0.88

_BASE = np.log(26.0)
_NEWCOMER, _NEWCOMER_MONTHS = 0.20, 9.0
_TREND = -0.002
_SPELL, _SPELL_MEMORY = 0.24, 0.6
_NOISE = 0.2
#: Months that people look back on when they decide to enrol.
_DIP_MONTHS = 4
_ORGANISATION = 0.12
_BURSTS = 3.0
_TEAM_INCIDENTS = 0.3
_SHOCK_ONSET, _SHOCK_MONTHS = 0.03, 9


@dataclass(frozen=True)
class Moods:
    """What passes: log ratios of hours, shape (people, months).

    Attributes
    ----------
    spell
        Good and bad spells: autoregressive, stationary.
    noise
        Of the single month.
    dip
        Mean of spell and noise over the four months before, in standard deviations;
        0 where there are fewer months.
    onset
        Whether an unrecorded good turn begins.
    """

    spell: Floats
    noise: Floats
    dip: Floats
    onset: Flags


@dataclass(frozen=True)
class Exposure:
    """Days of shape (people, months): employed, at work (leave out), begun mentoring."""

    employed: Ints
    working: Ints
    mentored: Ints


@dataclass(frozen=True)
class PullRequests:
    """Counts and means of shape (people, months), by the month opened.

    Attributes
    ----------
    mean_log_hours
        Expected log hours of a pull request, all effects included.
    log_hours_sum
        Sum of the log hours of the merged ones.
    """

    opened: Ints
    merged: Ints
    mean_log_hours: Floats
    log_hours_sum: Floats


@dataclass(frozen=True)
class OnCall:
    """Shifts of a week from Monday, and the incidents that came in them.

    Attributes
    ----------
    shift_person, shift_team, shift_day
        Who, for which team, from which Monday.
    incident_person, incident_team, incident_day
        Primary responder, team and day, in order of day.
    """

    shift_person: Ints
    shift_team: Ints
    shift_day: Ints
    incident_person: Ints
    incident_team: Ints
    incident_day: Ints


def draw_moods(count: int, months: int, rng: np.random.Generator) -> Moods:
    """Draw good and bad spells for `count` people over `months` months."""
    noise = rng.normal(0, _NOISE, (count, months))
    spell = np.empty((count, months))
    fresh = rng.normal(0, _SPELL * np.sqrt(1 - _SPELL_MEMORY**2), (count, months))
    spell[:, 0] = rng.normal(0, _SPELL, count)
    for month in range(1, months):
        spell[:, month] = _SPELL_MEMORY * spell[:, month - 1] + fresh[:, month]
    window = np.lib.stride_tricks.sliding_window_view(spell + noise, _DIP_MONTHS, axis=1)
    dip = np.zeros((count, months))
    dip[:, _DIP_MONTHS:] = window[:, : months - _DIP_MONTHS].mean(axis=2)
    return Moods(
        spell=spell,
        noise=noise,
        dip=dip / _dip_deviation(),
        onset=rng.random((count, months)) < _SHOCK_ONSET,
    )


def _dip_deviation() -> float:
    """Standard deviation of a dip: of the mean of some months of spell and noise."""
    lags = np.arange(1, _DIP_MONTHS)
    pairs = _DIP_MONTHS + 2 * float(np.sum((_DIP_MONTHS - lags) * _SPELL_MEMORY**lags))
    return float(np.sqrt(_SPELL**2 * pairs / _DIP_MONTHS**2 + _NOISE**2 / _DIP_MONTHS))


def measure_exposure(people: People, careers: Careers, calendar: Calendar) -> Exposure:
    """Count the days employed, at work and since mentoring began, in each month."""
    begin, end = calendar.starts[:-1], calendar.starts[1:]
    hire, left = people.hire_day[:, None], careers.left_day[:, None]
    employed = _overlap(hire, left, begin, end)
    away_from = np.maximum(people.leave_from[:, None], hire)
    away = _overlap(away_from, np.minimum(people.leave_to[:, None], left), begin, end)
    start = np.maximum(careers.start_day[:, None], hire)
    return Exposure(
        employed=employed,
        working=employed - away,
        mentored=_overlap(start, left, begin, end),
    )


def _overlap(first: Ints, last: Ints, begin: Ints, end: Ints) -> Ints:
    """Days of [first, last) within [begin, end)."""
    days: Ints = np.clip(np.minimum(last, end) - np.maximum(first, begin), 0, None)
    return days


def open_pull_requests(
    parameters: Parameters,
    people: People,
    careers: Careers,
    calendar: Calendar,
    moods: Moods,
    exposure: Exposure,
    log_effect: Floats,
    again_day: Ints,
    organisation: Ints,
    rng: np.random.Generator,
) -> PullRequests:
    """Draw counts and sums of log hours of every person and month.

    Parameters
    ----------
    log_effect
        Log ratio of hours that mentoring plants in each person, shape (people,).
    again_day
        First day of a second mentorship, shape (people,).
    organisation
        Organisation of each person and month.
    """
    share = exposure.working / calendar.lengths
    rate = parameters.pull_requests * people.productivity[:, None] * share
    opened = rng.poisson(rate * rng.gamma(_BURSTS, 1 / _BURSTS, rate.shape))
    merged = rng.binomial(opened, MERGED)
    mean = _mean_log_hours(parameters, people, calendar, moods, organisation, rng)
    mean += log_effect[:, None] * exposure.mentored / np.maximum(exposure.employed, 1)
    mean += np.log(parameters.effects.again_cycle_time) * _share_since(
        np.maximum(again_day, people.hire_day), careers, calendar, exposure
    )
    mean += _shock(parameters, careers, calendar, moods)
    if parameters.effects.team_mates != 1.0:
        mean += np.log(parameters.effects.team_mates) * _exposed(careers, exposure)
    total = merged * mean + SPREAD * np.sqrt(merged) * rng.standard_normal(mean.shape)
    return PullRequests(opened=opened, merged=merged, mean_log_hours=mean, log_hours_sum=total)


def _mean_log_hours(
    parameters: Parameters,
    people: People,
    calendar: Calendar,
    moods: Moods,
    organisation: Ints,
    rng: np.random.Generator,
) -> Floats:
    """Expected log hours without mentoring.

    The level is that of the first day observed: a promotion alone speeds nobody up, so mentoring
    has no second way to act.
    """
    tenure = np.maximum(calendar.starts[:-1] - people.hire_day[:, None], 0) / DAYS_A_MONTH
    of_organisation = rng.normal(0, _ORGANISATION, int(people.team_organisation.max()) + 1)
    mean = _BASE + people.trait[:, None] + moods.spell + moods.noise
    mean += np.log(parameters.level_cycle_time) * (people.level[:, None] - 2) + _TREND * np.arange(
        calendar.months
    )
    mean += _NEWCOMER * np.exp(-tenure / _NEWCOMER_MONTHS) + of_organisation[organisation]
    result: Floats = mean
    return result


def _shock(parameters: Parameters, careers: Careers, calendar: Calendar, moods: Moods) -> Floats:
    """Log ratio of the months after an unrecorded good turn, if there are any."""
    lasting = np.zeros(careers.level.shape)
    if parameters.selection.shock:
        for lag in range(1, min(_SHOCK_MONTHS, calendar.months - 1) + 1):
            lasting[:, lag:] = np.maximum(lasting[:, lag:], moods.onset[:, :-lag])
    result: Floats = np.log(parameters.shock_cycle_time) * lasting
    return result


def _share_since(day: Ints, careers: Careers, calendar: Calendar, exposure: Exposure) -> Floats:
    """Share of each month's employed days from a day of each person on."""
    begin, end = calendar.starts[:-1], calendar.starts[1:]
    days = _overlap(day[:, None], careers.left_day[:, None], begin, end)
    share: Floats = days / np.maximum(exposure.employed, 1)
    return share


def _exposed(careers: Careers, exposure: Exposure) -> Flags:
    """Whether an unmentored person has a mentored team-mate in the month."""
    mentored = exposure.mentored > 0
    teams = int(careers.team.max()) + 1
    exposed = np.zeros(mentored.shape, dtype=bool)
    for month in range(mentored.shape[1]):
        team = careers.team[:, month]
        exposed[:, month] = np.bincount(team[mentored[:, month]], minlength=teams)[team] > 0
    result: Flags = exposed & ~mentored & (exposure.employed > 0)
    return result


def take_shifts(
    parameters: Parameters,
    people: People,
    careers: Careers,
    calendar: Calendar,
    again_day: Ints,
    rng: np.random.Generator,
) -> OnCall:
    """Rotate each team's roster week by week and draw the incidents of every shift day."""
    shifts = list(_rotate(people, careers, calendar, rng))
    person, team, monday = (np.concatenate([entry[k] for entry in shifts]) for k in range(3))
    day = (monday[:, None] + np.arange(7)).ravel()
    who, where = np.repeat(person, 7), np.repeat(team, 7)
    weight = people.frailty[who]
    weight *= rng.gamma(1 / _TEAM_INCIDENTS, _TEAM_INCIDENTS, int(team.max(initial=0)) + 1)[where]
    months = measure_exposure(people, careers, calendar).working.sum() / DAYS_A_MONTH
    rate = parameters.incidents * months * weight / max(float(weight.sum()), 1.0)
    rate *= np.where(day >= careers.start_day[who], parameters.effects.incident_rate, 1.0)
    rate *= np.where(day >= again_day[who], parameters.effects.again_incident_rate, 1.0)
    found = np.repeat(np.arange(len(day)), rng.poisson(rate))
    found = found[day[found] < calendar.days]
    found = found[np.argsort(day[found], kind="stable")]
    return OnCall(
        shift_person=person,
        shift_team=team,
        shift_day=monday,
        incident_person=who[found],
        incident_team=where[found],
        incident_day=day[found],
    )


def _rotate(
    people: People, careers: Careers, calendar: Calendar, rng: np.random.Generator
) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Give each team's week to whoever of its roster has waited longest."""
    tie = rng.random(len(people))
    last = np.full(len(people), -NEVER, dtype=np.int64)
    first_monday = (-calendar.start.weekday()) % 7
    for monday in range(first_monday, calendar.days, 7):
        month = int(calendar.month_of(np.array([monday]))[0])
        free = (people.leave_from >= monday + 7) | (people.leave_to <= monday)
        free &= (people.hire_day <= monday - 45) & (careers.left_day >= monday + 7)
        who = np.flatnonzero(free & people.is_rostered)
        team = careers.team[who, month]
        order = np.lexsort((tie[who], last[who], team))
        chosen = order[np.unique(team[order], return_index=True)[1]]
        last[who[chosen]] = monday
        yield who[chosen], team[chosen], np.full(len(chosen), monday, dtype=np.int64)


def days_on_call(on_call: OnCall, calendar: Calendar, count: int) -> Ints:
    """Days on call of every person and month, shape (people, months)."""
    day = (on_call.shift_day[:, None] + np.arange(7)).ravel()
    who = np.repeat(on_call.shift_person, 7)
    within = day < calendar.days
    cell = who[within] * calendar.months + calendar.month_of(day[within])
    counts = np.bincount(cell, minlength=count * calendar.months)
    return counts.reshape(count, calendar.months).astype(np.int64)


def incidents_by_month(on_call: OnCall, calendar: Calendar, count: int) -> Ints:
    """Incidents as primary of every person and month, shape (people, months)."""
    month = calendar.month_of(on_call.incident_day)
    cell = on_call.incident_person * calendar.months + month
    counts = np.bincount(cell, minlength=count * calendar.months)
    return counts.reshape(count, calendar.months).astype(np.int64)
