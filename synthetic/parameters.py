"""What a synthetic organisation is made of, and the named scenarios the method is proved on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal

ScenarioName = Literal[
    "random",
    "effect",
    "none",
    "strong",
    "hidden_shock",
    "hidden_ambition",
    "by_model",
    "spillover",
    "again_none",
    "again",
]

#: Fewer would leave a level, an organisation or an arm without anybody.
SMALLEST_ORGANISATION = 30
#: A year before the first start and half a year after it.
SHORTEST_HISTORY = 18


@dataclass(frozen=True)
class Effects:
    """What mentoring does from the first of the month after it starts; 1 is nothing.

    Attributes
    ----------
    cycle_time
        Ratio of pull request hours (and so a shift of their mean log).
    incident_rate
        Ratio of incidents as primary responder per on-call day; in force from the very day.
    promotion, leaving
        Ratios of the monthly hazards.
    cycle_time_by_model
        Pairs of mentoring model and ratio, which replace `cycle_time` for these models.
    team_mates
        Ratio of pull request hours for unmentored people with a mentored team-mate.
    engagement
        Points on the survey's scale of 0 to 100, added; 0 is nothing.
    again_cycle_time, again_incident_rate
        What a second mentorship adds to the first: ratios from its first day on.
    """

    cycle_time: float = 0.88
    incident_rate: float = 0.85
    promotion: float = 1.35
    leaving: float = 0.70
    cycle_time_by_model: tuple[tuple[str, float], ...] = ()
    team_mates: float = 1.0
    engagement: float = 0.0
    again_cycle_time: float = 1.0
    again_incident_rate: float = 1.0

    @classmethod
    def nothing(cls) -> "Effects":
        """Mentoring that changes nothing at all."""
        return cls(cycle_time=1.0, incident_rate=1.0, promotion=1.0, leaving=1.0)

    def __post_init__(self) -> None:
        ratios = [self.cycle_time, self.incident_rate, self.promotion, self.leaving]
        ratios += [self.again_cycle_time, self.again_incident_rate]
        ratios += [self.team_mates, *(ratio for _, ratio in self.cycle_time_by_model)]
        if min(ratios) <= 0:
            raise ValueError(f"effects are ratios above 0, found {min(ratios)}")


@dataclass(frozen=True)
class Selection:
    """Log hazard ratios of enrolling, each for one standard deviation unless said otherwise.

    Attributes
    ----------
    trait
        Slow merges that are the person's own and stay.
    dip
        Slow merges of the last four months that pass by themselves.
    level
        Per level above the second.
    tenure
        Scales the fixed preference of people in their first years.
    ambition
        Latent ambition, which also raises promotion and shows in ratings.
    shock
        A good turn that no export records (not per standard deviation: for the month it begins).
    """

    trait: float = 0.4
    dip: float = 0.48
    level: float = -0.15
    tenure: float = 1.0
    ambition: float = 0.0
    shock: float = 0.0


@dataclass(frozen=True)
class Again:
    """Who comes back for a second mentorship, ten to sixteen months after the first began.

    Attributes
    ----------
    share
        Of the mentees who are still there.
    circle
        Share of them who join a circle; the others have one mentor.
    dip
        Log ratio of choosing a month for each standard deviation of a slow spell before it.
    stays
        Days that whoever comes back stays at least. Above 0 it keeps them a little by itself.
    """

    share: float = 0.15
    circle: float = 0.0
    dip: float = 0.0
    stays: int = 30

    def __post_init__(self) -> None:
        if not (0 <= self.share <= 1 and 0 <= self.circle <= 1):
            raise ValueError(f"shares are from 0 to 1, found {self.share} and {self.circle}")


@dataclass(frozen=True)
class Parameters:
    """Everything that decides what organisation comes out, the random generator apart.

    Attributes
    ----------
    engineers
        People of the population ever employed in the months simulated (about two thirds of them
        at any one time); contractors and interns come on top.
    months, start
        Whole calendar months, and the first day of the first.
    enrolment
        Share of `engineers` who begin a mentorship within the months.
    first_enrolment
        Months before the programme opens.
    pull_requests
        Human pull requests a full person-month, on average.
    incidents
        Incidents as primary responder a full person-month, on average.
    level_cycle_time
        Ratio of pull request hours from one level to the next.
    promotion_scale, leaving_scale
        Ratios of everybody's hazards to the usual ones.
    onboarding
        Hazard of enrolling in the first three months of employment, against later.
    again
        Who comes back for a second mentorship.
    """

    engineers: int = 2000
    months: int = 36
    start: date = date(2023, 7, 1)
    scenario: str = "effect"
    effects: Effects = field(default_factory=Effects)
    selection: Selection = field(default_factory=Selection)
    enrolment: float = 0.28
    first_enrolment: int = 4
    onboarding: float = 0.5
    again: Again = field(default_factory=Again)
    pull_requests: float = 6.0
    incidents: float = 0.22
    level_cycle_time: float = 0.95
    promotion_scale: float = 1.0
    leaving_scale: float = 1.0
    ambition_promotion: float = 0.3
    shock_cycle_time: float = 0.80
    organisations: int = 4
    team_size: int = 9
    contractors: float = 0.05
    mentored_before: float = 0.01

    def __post_init__(self) -> None:
        if self.engineers < SMALLEST_ORGANISATION:
            raise ValueError(
                f"engineers must be {SMALLEST_ORGANISATION} or more, found {self.engineers}"
            )
        if self.months < SHORTEST_HISTORY:
            raise ValueError(f"months must be {SHORTEST_HISTORY} or more, found {self.months}")
        if self.start.day != 1:
            raise ValueError(f"start must be the first day of a month, found {self.start}")
        if not 0 <= self.enrolment < 1:
            raise ValueError(f"enrolment is a share from 0 to below 1, found {self.enrolment}")
        if self.pull_requests <= 0 or self.incidents <= 0:
            raise ValueError("pull_requests and incidents are rates above 0")

    @property
    def end(self) -> date:
        """The last day simulated, on which all exports are taken."""
        return month_start(self.start, self.months) - timedelta(days=1)


def month_start(start: date, months: int) -> date:
    """First day of the month `months` after `start`'s."""
    count = start.year * 12 + start.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


_MANY_COME_BACK = Again(share=0.6, circle=0.4, dip=0.48, stays=0)

SCENARIOS: Mapping[ScenarioName, Parameters] = MappingProxyType(
    {
        "random": Parameters(
            scenario="random", selection=Selection(trait=0, dip=0, level=0, tenure=0)
        ),
        "effect": Parameters(scenario="effect"),
        "none": Parameters(scenario="none", effects=Effects.nothing()),
        "strong": Parameters(
            scenario="strong", effects=Effects.nothing(), selection=Selection(trait=0.8, dip=0.96)
        ),
        "hidden_shock": Parameters(
            scenario="hidden_shock", effects=Effects.nothing(), selection=Selection(shock=2.2)
        ),
        "hidden_ambition": Parameters(
            scenario="hidden_ambition",
            effects=Effects.nothing(),
            selection=Selection(ambition=0.58),
        ),
        "by_model": Parameters(
            scenario="by_model",
            effects=Effects(cycle_time_by_model=(("1:1", 0.80), ("circle", 0.95), ("peer", 1.0))),
        ),
        "spillover": Parameters(scenario="spillover", effects=Effects(team_mates=0.94)),
        "again_none": Parameters(scenario="again_none", again=_MANY_COME_BACK),
        "again": Parameters(
            scenario="again",
            again=_MANY_COME_BACK,
            effects=Effects(again_cycle_time=0.88, again_incident_rate=0.80),
        ),
    }
)


def scenario(name: ScenarioName, **overrides: object) -> Parameters:
    """A named scenario, with any of its parameters replaced.

    Raises
    ------
    ValueError
        If the name or a parameter is unknown, or a value is out of range.
    """
    if name not in SCENARIOS:
        raise ValueError(f"unknown scenario {name!r}; known: {', '.join(SCENARIOS)}")
    known = {entry.name for entry in fields(Parameters)}
    if unknown := sorted(set(overrides) - known):
        raise ValueError(f"unknown parameters {', '.join(unknown)}; known: {', '.join(known)}")
    values: dict[str, Any] = dict(overrides)
    return replace(SCENARIOS[name], **values)
