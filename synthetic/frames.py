"""Pandas frames of a simulated organisation, in the names of the marts and generic exports."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.careers import PROMOTION, Careers, Reorganisation
from synthetic.pairs import (
    ASSIGNMENTS,
    END_REASONS,
    ENDED_EARLY,
    MODELS,
    PROGRAMS,
    STATUSES,
    Pairs,
)
from synthetic.people import (
    DAYS_A_MONTH,
    EMPLOYMENT,
    FAMILIES,
    GENDERS,
    LEVELS,
    LOCATIONS,
    NEVER,
    ORGANISATIONS,
    Calendar,
    Floats,
    Ints,
    People,
)
from synthetic.work import Exposure, OnCall, PullRequests, days_on_call, incidents_by_month

TERMINATIONS = ("voluntary", "involuntary", "other")
VOLUNTARY = TERMINATIONS.index("voluntary")
_EVENTS = ("promotion", "transfer", "transfer", "other")
_RATING_SCALE = 5


def employee_ids(people: People) -> NDArray[np.object_]:
    """Employee ids such as E000042; a rehire keeps the old one."""
    return np.array([f"E{number:06d}" for number in people.number.tolist()], dtype=object)


def organisation_names(count: int) -> list[str]:
    """Names of the first organisations, numbered where they run out."""
    names = list(ORGANISATIONS[:count])
    return names + [f"Division {k}" for k in range(len(names) + 1, count + 1)]


def team_names(people: People) -> list[str]:
    """Names such as Payments 3; a team keeps its name when it moves."""
    names = organisation_names(int(people.team_organisation.max()) + 1)
    seen = dict.fromkeys(names, 0)
    teams = []
    for organisation in people.team_organisation.tolist():
        seen[names[organisation]] += 1
        teams.append(f"{names[organisation]} {seen[names[organisation]]}")
    return teams


def _named(codes: Ints, names: Sequence[str]) -> "pd.Categorical[str]":
    """Codes as the names they stand for; -1 is missing."""
    named: pd.Categorical[str] = pd.Categorical.from_codes(codes, pd.Index(names))
    return named


def _stamps(calendar: Calendar, day: Ints) -> NDArray[np.datetime64]:
    """Day numbers as midnights, `NEVER` as missing."""
    return calendar.dates(day).astype("datetime64[s]")


def frame_people(calendar: Calendar, people: People, careers: Careers) -> pd.DataFrame:
    """One row an employment, in the columns of the generic employees export (without e-mail)."""
    left = careers.left_day
    kind = np.where(left < NEVER, careers.left_kind, -1)
    return pd.DataFrame(
        {
            "employee_id": employee_ids(people),
            "spell_number": people.spell,
            "hire_date": _stamps(calendar, people.hire_day),
            "termination_date": _stamps(calendar, np.where(left < NEVER, left - 1, NEVER)),
            "termination_type": _named(kind, TERMINATIONS),
            "is_regrettable": _regrets(kind),
            "employment_type": _named(people.kind, EMPLOYMENT),
            "gender": _named(people.gender, GENDERS),
            "location": _named(people.location, LOCATIONS),
            "birth_year": people.birth_year,
        }
    )


def _regrets(kind: Ints) -> list[bool | None]:
    """Whether the organisation is sorry: of three in five who left by themselves, of no other."""
    return [
        None if left < 0 else left == VOLUNTARY and place % 5 < 3
        for place, left in enumerate(kind.tolist())
    ]


def frame_months(
    calendar: Calendar,
    people: People,
    careers: Careers,
    exposure: Exposure,
    pull_requests: PullRequests,
    on_call: OnCall,
    organisation: Ints,
) -> pd.DataFrame:
    """One row a person and month with an employed day, population only.

    Parameters
    ----------
    organisation
        Organisation of every person and month, shape (people, months).
    """
    count = len(people)
    who, month = np.nonzero((exposure.employed > 0) & (people.kind == 0)[:, None])
    at = (who, month)
    first = np.maximum(calendar.starts[month], people.hire_day[who])
    start = careers.start_day[who]
    begins = (start >= calendar.starts[month]) & (start < calendar.starts[month + 1])
    left = careers.left_day[who]
    leaves = (left >= calendar.starts[month]) & (left < calendar.starts[month + 1])
    lengths = calendar.lengths[month]
    return pd.DataFrame(
        {
            "person_key": pd.Categorical(employee_ids(people)).take(who),
            "month": _stamps(calendar, calendar.starts[month]),
            "spell_number": people.spell[who],
            "employed_days": exposure.employed[at],
            "month_days": lengths,
            "exposure": exposure.working[at] / lengths,
            "level": _named(careers.level[at], LEVELS),
            "level_rank": careers.level[at] + 1,
            "organisation": _named(
                organisation[at], organisation_names(int(organisation.max()) + 1)
            ),
            "job_family": _named(people.family[who], FAMILIES),
            "team": _named(careers.team[at], team_names(people)),
            "location": _named(people.location[who], LOCATIONS),
            "tenure_months": (first - people.hire_day[who]) / DAYS_A_MONTH,
            "months_in_level": (first - careers.level_day[at]) / DAYS_A_MONTH,
            "pr_opened_count": pull_requests.opened[at],
            "pr_merged_count": pull_requests.merged[at],
            "log_hours_sum": pull_requests.log_hours_sum[at],
            "incident_count": incidents_by_month(on_call, calendar, count)[at],
            "on_call_weeks": days_on_call(on_call, calendar, count)[at] / 7,
            "promoted_on": _stamps(calendar, careers.promoted_day[at]),
            "left_on": _stamps(calendar, np.where(leaves, left, NEVER)),
            "mentoring_started_on": _stamps(calendar, np.where(begins, start, NEVER)),
            "is_mentored": start < calendar.starts[month],
            "mentored_share": _share(exposure.mentored[at], exposure.employed[at]),
        }
    )


def _share(part: Ints, whole: Ints) -> Floats:
    share: Floats = part / whole
    return share


def job_history(
    calendar: Calendar, people: People, careers: Careers, plan: Reorganisation
) -> pd.DataFrame:
    """One row a change of job, the hire and a rise before the data start included."""
    count = len(people)
    risen = np.flatnonzero(people.level > people.hire_level)
    events = careers.events
    person = np.concatenate([np.arange(count), risen, events.person])
    day = np.concatenate([people.hire_day, people.level_day[risen], events.day])
    level = np.concatenate([people.hire_level, people.level[risen], events.level])
    team = np.concatenate([people.team, people.team[risen], events.team])
    kind = np.concatenate([np.full(count, 4), np.full(len(risen), PROMOTION), events.kind]).astype(
        np.int64
    )
    order = np.lexsort((np.arange(len(person)), kind != 4, day, person))
    person, day, level, team, kind = (column[order] for column in (person, day, level, team, kind))
    moved = np.isin(team, plan.teams) & (day >= plan.day)
    organisation = np.where(moved, plan.organisation, people.team_organisation[team])
    return pd.DataFrame(
        {
            "employee_id": employee_ids(people)[person],
            "effective_date": _stamps(calendar, day),
            "event": pd.Categorical(np.array([*_EVENTS, "hire"], dtype=object)[kind]),
            "level": _named(level, LEVELS),
            "job_family": _named(people.family[person], FAMILIES),
            "org": _named(organisation, organisation_names(int(organisation.max()) + 1)),
            "team": _named(team, team_names(people)),
        }
    )


def frame_mentorships(calendar: Calendar, people: People, pairs: Pairs) -> pd.DataFrame:
    """One row a mentor and mentee, in the columns of the generic mentorships export."""
    ids = employee_ids(people)
    names = np.array([f"M{number:05d}" for number in pairs.number.tolist()], dtype=object)
    return pd.DataFrame(
        {
            "mentorship_id": names,
            "program": _named(pairs.program, PROGRAMS),
            "model": _named(pairs.model, MODELS),
            "mentor": ids[pairs.mentor],
            "mentee": ids[pairs.mentee],
            "start_date": _stamps(calendar, pairs.start_day),
            "end_date": _stamps(calendar, pairs.end_day),
            "status": _named(pairs.status, STATUSES),
            "assignment": _named(pairs.assignment, ASSIGNMENTS),
            "end_reason": end_reasons(pairs),
        }
    )


def end_reasons(pairs: Pairs) -> list[str]:
    """Why each pair ended early; empty for the others, and where the office did not write it."""
    early = pairs.status == ENDED_EARLY
    return [
        END_REASONS[number % len(END_REASONS)] if is_early else ""
        for number, is_early in zip(pairs.number.tolist(), early.tolist(), strict=True)
    ]


def frame_leaves(calendar: Calendar, people: People, careers: Careers) -> pd.DataFrame:
    """One row a leave of absence of somebody who was still employed when it began."""
    took = people.leave_from < np.minimum(careers.left_day, calendar.days)
    who = np.flatnonzero(took)
    return pd.DataFrame(
        {
            "employee_id": employee_ids(people)[who],
            "start_date": _stamps(calendar, people.leave_from[who]),
            "end_date": _stamps(calendar, people.leave_to[who] - 1),
        }
    )


def frame_ratings(calendar: Calendar, people: People, rated: Ints) -> pd.DataFrame:
    """One row a performance review; `rated` holds day, person and value."""
    day, who, value = rated
    return pd.DataFrame(
        {
            "employee_id": employee_ids(people)[who],
            "review_date": _stamps(calendar, day),
            "rating": value,
            "scale_max": _RATING_SCALE,
        }
    )
