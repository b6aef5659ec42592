"""Who works in a synthetic organisation: hires, traits, teams, leaves of absence."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from synthetic.parameters import Parameters, month_start

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: A day after every other: has not left, has not started, never took leave.
NEVER = 10_000_000
DAYS_A_MONTH = 30.4375
#: Standard deviation of people's own lasting log ratio of pull request hours.
TRAIT = 0.36
LEVELS = ("L1", "L2", "L3", "L4", "L5", "L6")
TOP_LEVEL = len(LEVELS) - 1
FAMILIES = ("Software", "Platform", "Data", "Quality")
LOCATIONS = ("Lisbon", "Toronto", "Nairobi", "Warsaw", "Remote")
GENDERS = ("man", "woman", "nonbinary", "")
EMPLOYMENT = ("employee", "contractor", "intern")
ORGANISATIONS = (
    "Payments",
    "Search",
    "Logistics",
    "Identity",
    "Insights",
    "Mobile",
    "Marketplace",
    "Infrastructure",
)

_HIRING_LEVELS = (0.30, 0.32, 0.22, 0.12, 0.04, 0.0)
_MEAN_TENURE_MONTHS = 42
_RISE_A_YEAR = 0.25
_ROSTERED = {"Software": 0.7, "Platform": 0.95, "Data": 0.5, "Quality": 0.3}
_LEAVE_A_YEAR = 0.06


@dataclass(frozen=True)
class Calendar:
    """Months as day numbers, day 0 being the first day simulated.

    Attributes
    ----------
    starts
        Shape (months + 1,): the first day of each month, and the day after the last.
    """

    start: date
    starts: Ints

    @classmethod
    def of(cls, parameters: Parameters) -> "Calendar":
        """The calendar of the months of `parameters`."""
        first = parameters.start
        days = [(month_start(first, k) - first).days for k in range(parameters.months + 1)]
        return cls(start=first, starts=np.array(days, dtype=np.int64))

    @property
    def months(self) -> int:
        """How many months there are."""
        return len(self.starts) - 1

    @property
    def days(self) -> int:
        """How many days there are; also the number of the day after the last."""
        return int(self.starts[-1])

    @property
    def lengths(self) -> Ints:
        """Days of each month."""
        return np.diff(self.starts)

    def month_of(self, day: Ints) -> Ints:
        """Month each day falls in: below 0 before the first, `months` after the last."""
        return np.searchsorted(self.starts, day, side="right").astype(np.int64) - 1

    def dates(self, day: Ints) -> NDArray[np.datetime64]:
        """Day numbers as dates; `NEVER` as not a time."""
        dates = np.datetime64(self.start, "D") + day.astype("timedelta64[D]")
        return np.where(day >= NEVER, np.datetime64("NaT", "D"), dates)


@dataclass(frozen=True)
class People:
    """One entry an employment: arrays of shape (people,), codes into this module's names.

    Attributes
    ----------
    number, spell
        Employee number, and which employment of that person this is (2 for a rehire).
    kind
        Code into `EMPLOYMENT`; only 0 belongs to the population.
    hire_day, level_day
        Day of hire, and of entry to `level`, which is the level on the first day observed.
    hire_level
        Level when hired.
    trait
        Own lasting log ratio of pull request hours: above 0 merges slowly.
    ambition, frailty, productivity
        Standard normal; ratio of incidents; ratio of pull requests.
    team
        Team on the first day observed; team k belongs to organisation `team_organisation[k]`.
    leave_from, leave_to
        First day of a leave of absence and the day after its last; `NEVER` without one.
    """

    number: Ints
    spell: Ints
    kind: Ints
    hire_day: Ints
    hire_level: Ints
    level: Ints
    level_day: Ints
    team: Ints
    family: Ints
    gender: Ints
    location: Ints
    birth_year: Ints
    trait: Floats
    ambition: Floats
    frailty: Floats
    productivity: Floats
    is_rostered: Flags
    leave_from: Ints
    leave_to: Ints
    team_organisation: Ints

    def __len__(self) -> int:
        return len(self.number)


def draw_people(parameters: Parameters, calendar: Calendar, rng: np.random.Generator) -> People:
    """Draw everyone who is employed at any time in the calendar.

    Parameters
    ----------
    parameters
        Size and shape of the organisation.
    calendar
        Its months.
    rng
        Source of all randomness.
    """
    others = round(parameters.engineers * parameters.contractors)
    count = parameters.engineers + others
    kind = np.zeros(count, dtype=np.int64)
    kind[parameters.engineers :] = 1 + (np.arange(others) % 3 == 0)
    hire_day = _hire_days(parameters, calendar, count, rng)
    hire_level, level, level_day = _levels(hire_day, kind, rng)
    team_organisation = _teams(parameters)
    team = rng.integers(0, len(team_organisation), count)
    family = rng.choice(len(FAMILIES), count, p=[0.5, 0.2, 0.18, 0.12])
    age = np.clip(np.round(rng.normal(24 + 3.5 * level - hire_day / 900, 3.0)), 20, 64)
    rostered = np.array([_ROSTERED[name] for name in FAMILIES])[family]
    leave_from, leave_to = _leaves(calendar, hire_day, rng)
    return People(
        number=np.arange(1, count + 1),
        spell=np.ones(count, dtype=np.int64),
        kind=kind,
        hire_day=hire_day,
        hire_level=hire_level,
        level=level,
        level_day=level_day,
        team=team,
        family=family,
        gender=rng.choice(len(GENDERS), count, p=[0.655, 0.30, 0.03, 0.015]),
        location=rng.choice(len(LOCATIONS), count, p=[0.3, 0.22, 0.16, 0.2, 0.12]),
        birth_year=calendar.start.year - age.astype(np.int64),
        trait=rng.normal(0, TRAIT, count),
        ambition=rng.normal(0, 1, count),
        frailty=rng.gamma(5.0, 1 / 5.0, count),
        productivity=np.exp(rng.normal(-0.06, 0.35, count)),
        is_rostered=(rng.random(count) < rostered) & (kind == 0),
        leave_from=leave_from,
        leave_to=leave_to,
        team_organisation=team_organisation,
    )


def _hire_days(
    parameters: Parameters, calendar: Calendar, count: int, rng: np.random.Generator
) -> Ints:
    """Hire days: so many of them later on that hires replace the leavers."""
    staff = 1 / (1 + 0.0145 * parameters.leaving_scale * calendar.months)
    before = rng.random(count) < staff
    tenure = np.minimum(rng.exponential(_MEAN_TENURE_MONTHS, count), 200) * DAYS_A_MONTH
    later = rng.integers(0, calendar.days - 10, count)
    return np.where(before, -np.ceil(tenure).astype(np.int64), later)


def _levels(hire_day: Ints, kind: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Level at hire, level on the first day observed and the day it was reached."""
    count = len(hire_day)
    hired_at = rng.choice(len(LEVELS), count, p=_HIRING_LEVELS)
    years = np.clip(-hire_day, 0, None) / 365.25
    rises = rng.binomial(np.ceil(years).astype(np.int64), _RISE_A_YEAR)
    level = np.minimum(hired_at + rises, TOP_LEVEL)
    in_level = rng.random(count) * np.minimum(-hire_day, 30 * DAYS_A_MONTH)
    risen = level > hired_at
    level_day = np.where(risen, -np.floor(in_level).astype(np.int64), hire_day)
    level = np.where(kind == 0, level, 0)
    hired_at = np.where(kind == 0, hired_at, 0)
    return hired_at, level, np.where(kind == 0, level_day, hire_day)


def _teams(parameters: Parameters) -> Ints:
    """Organisation of each team; at least two teams an organisation."""
    staffed = parameters.engineers * 0.68 / parameters.team_size
    a_team = max(2, round(staffed / parameters.organisations))
    return np.repeat(np.arange(parameters.organisations), a_team)


def _leaves(calendar: Calendar, hire_day: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """At most one leave of absence a person, of 21 to 180 days."""
    count = len(hire_day)
    years = (calendar.days - np.maximum(hire_day, 0)) / 365.25
    takes = rng.random(count) < 1 - np.exp(-_LEAVE_A_YEAR * years)
    first = np.maximum(hire_day + 60, 0)
    begin = first + np.floor(rng.random(count) * (calendar.days - first)).astype(np.int64)
    length = rng.integers(21, 181, count)
    takes &= first < calendar.days
    return np.where(takes, begin, NEVER), np.where(takes, begin + length, NEVER)
