"""What mentoring really did in a simulated organisation, where an estimate can only guess."""

from dataclasses import dataclass

import numpy as np

from synthetic.careers import leaving_hazard, promotion_hazard
from synthetic.organisation import Organisation
from synthetic.people import DAYS_A_MONTH, NEVER, TOP_LEVEL, Floats, Ints

HORIZONS = (6, 12, 18, 24)
_REPLICATES = 200
_MOST_FUTURES = 200_000
_BASELINE_MONTHS = 3


@dataclass(frozen=True)
class Arms:
    """An outcome of the mentored and of the same people had they never been mentored.

    Attributes
    ----------
    mentored, without
        Shape (horizons,), in the order of `HORIZONS`.
    """

    mentored: Floats
    without: Floats

    @property
    def difference(self) -> Floats:
        """Mentored less without mentoring."""
        result: Floats = self.mentored - self.without
        return result


@dataclass(frozen=True)
class Planted:
    """Average effects on the mentored.

    Attributes
    ----------
    mentees
        People averaged over.
    cycle_time_log, incident_rate_log
        Shifts of mean log hours and of the log rate.
    promotion_hazard_ratio, leaving_hazard_ratio
        Ratios of hazards from the landmark on.
    retention
        Share still employed at each horizon after the landmark.
    promotion
        Share promoted by then, leaving competing; people at the top level are left out.
    employed_months
        Restricted mean months employed.
    """

    mentees: int
    cycle_time_log: float
    incident_rate_log: float
    promotion_hazard_ratio: float
    leaving_hazard_ratio: float
    retention: Arms
    promotion: Arms
    employed_months: Arms

    @property
    def cycle_time_ratio(self) -> float:
        """Ratio of geometric mean hours."""
        return float(np.exp(self.cycle_time_log))

    @property
    def incident_rate_ratio(self) -> float:
        """Ratio of incident rates."""
        return float(np.exp(self.incident_rate_log))


def begun(organisation: Organisation, *, with_baseline: bool = True) -> Ints:
    """Indices of the population's mentees who began in the data and reached the landmark.

    Parameters
    ----------
    with_baseline
        Leave out those in their first three months of employment.
    """
    people, careers, calendar = organisation.people_, organisation.careers, organisation.calendar
    start = careers.start_day
    began = (start >= 0) & (start < NEVER) & (people.kind == 0)
    month = np.where(began, calendar.month_of(np.where(began, start, 0)), 0)
    began &= careers.left_day >= calendar.starts[month + 1]
    began &= month + 1 < calendar.months
    if with_baseline:
        look_back = np.maximum(month - _BASELINE_MONTHS, 0)
        began &= (people.hire_day <= calendar.starts[look_back]) & (month >= _BASELINE_MONTHS)
    return np.flatnonzero(began)


def planted(
    organisation: Organisation,
    rng: np.random.Generator,
    who: Ints | None = None,
    replicates: int = _REPLICATES,
) -> Planted:
    """Average the planted effects over mentees, running their hazards with and without.

    Parameters
    ----------
    who
        Indices of people to average over, by default `begun(organisation)`.
    replicates
        Futures drawn for each of them, with the same chances in both worlds; fewer where there
        are over a thousand people to average over.

    Raises
    ------
    ValueError
        If there is nobody to average over.
    """
    mentees = begun(organisation) if who is None else who
    if len(mentees) == 0:
        raise ValueError("nobody began a mentorship, so there is no effect to average")
    repeated = np.tile(mentees, max(1, min(replicates, _MOST_FUTURES // len(mentees))))
    chances = rng.random((2, max(HORIZONS), len(repeated)))
    with_, without = (
        _futures(organisation, repeated, chances, mentored) for mentored in (True, False)
    )
    effects = organisation.parameters.effects
    return Planted(
        mentees=len(mentees),
        cycle_time_log=float(organisation.log_effect[mentees].mean()),
        incident_rate_log=float(np.log(effects.incident_rate)),
        promotion_hazard_ratio=effects.promotion,
        leaving_hazard_ratio=effects.leaving,
        retention=Arms(with_[0], without[0]),
        promotion=Arms(with_[1], without[1]),
        employed_months=Arms(with_[2], without[2]),
    )


def _futures(
    organisation: Organisation, who: Ints, chances: Floats, mentored: bool
) -> tuple[Floats, Floats, Floats]:
    """Share employed, share promoted and restricted mean months at each horizon."""
    parameters, people = organisation.parameters, organisation.people_
    careers, calendar = organisation.careers, organisation.calendar
    month = calendar.month_of(careers.start_day[who]) + 1
    level = careers.level[who, month].copy()
    climbs = level < TOP_LEVEL
    tenure = (calendar.starts[month] - people.hire_day[who]) / DAYS_A_MONTH
    in_level = (calendar.starts[month] - careers.level_day[who, month]) / DAYS_A_MONTH
    employed = np.ones(len(who), dtype=bool)
    promoted = np.zeros(len(who), dtype=bool)
    staying, promotions = [1.0], [0.0]
    for step in range(max(HORIZONS)):
        leave = leaving_hazard(parameters, level, tenure + step)
        leave *= parameters.effects.leaving if mentored else 1.0
        rise = promotion_hazard(parameters, level, in_level, people.ambition[who])
        rise *= parameters.effects.promotion if mentored else 1.0
        employed &= chances[0, step] >= 1 - np.exp(-leave)
        rises = employed & (chances[1, step] < 1 - np.exp(-rise))
        promoted |= rises
        level += rises
        in_level = np.where(rises, 0.0, in_level + 1)
        staying.append(float(employed.mean()))
        promotions.append(float(promoted[climbs].mean()) if climbs.any() else 0.0)
    curve = np.array(staying)
    months = np.concatenate([[0.0], np.cumsum((curve[1:] + curve[:-1]) / 2)])
    at = np.array(HORIZONS)
    return curve[at], np.array(promotions)[at], months[at]


def naive_cycle_time_log(organisation: Organisation) -> float:
    """Mean log hours of the mentored after they started, less that of the never mentored.

    One value a person: what a report would say that compares the two groups as they are.
    """
    people, careers = organisation.people_, organisation.careers
    starts = organisation.calendar.starts[:-1]
    merged, total = organisation.pull_requests.merged, organisation.pull_requests.log_hours_sum
    start = careers.start_day[:, None]
    staff = people.kind == 0
    after = (start >= 0) & (start < starts)
    never = np.broadcast_to(start >= NEVER, after.shape)
    means = []
    for arm in (after, never):
        count = (merged * arm).sum(axis=1)
        use = (count > 0) & staff
        means.append(float(((total * arm).sum(axis=1)[use] / count[use]).mean()))
    return means[0] - means[1]
