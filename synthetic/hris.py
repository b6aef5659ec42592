"""Generic HRIS exports: employees, job history, leaves, reviews, identities."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from synthetic.directory import Directory
from synthetic.files import SENTINEL, dates, write_table
from synthetic.organisation import Organisation
from synthetic.people import LOCATIONS, NEVER, Ints

_EMPLOYEES = (
    "employee_id",
    "full_name",
    "email",
    "hire_date",
    "termination_date",
    "termination_type",
    "regrettable",
    "employment_type",
    "gender",
    "location",
    "birth_year",
)
_WORDS = {True: "yes", False: "no", None: ""}
_REPEATED = 3
_UNASSIGNED = ""


def write_hris(
    organisation: Organisation, directory: Directory, out: Path, rng: np.random.Generator
) -> Mapping[str, int]:
    """Write the HRIS exports under `out` and return how many rows each has."""
    history = organisation.job_history
    return {
        "employees": write_table(
            out / "employees.csv", _EMPLOYEES, _employees(organisation, directory, rng)
        ),
        "job_history": write_table(
            out / "job_history.csv",
            (*history.columns, "manager_id"),
            _job_history(organisation, directory),
        ),
        "leaves": write_table(
            out / "leaves.csv", organisation.leaves.columns.tolist(), _leaves(organisation)
        ),
        "performance_reviews": write_table(
            out / "performance_reviews.csv",
            organisation.ratings.columns.tolist(),
            _ratings(organisation),
        ),
        "identities": write_table(
            out / "identities.csv", ("employee_id", "kind", "value"), _identities(directory)
        ),
    }


def _employees(
    organisation: Organisation, directory: Directory, rng: np.random.Generator
) -> Iterator[Sequence[object]]:
    """Employees; a few rows come twice, one office writes an end that never comes."""
    frame = organisation.people
    left = dates(
        organisation.calendar,
        np.where(organisation.careers.left_day < NEVER, organisation.careers.left_day - 1, NEVER),
    )
    hired = dates(organisation.calendar, organisation.people_.hire_day)
    warsaw = organisation.people_.location == LOCATIONS.index("Warsaw")
    kinds = [kind if isinstance(kind, str) else "" for kind in frame["termination_type"].tolist()]
    regrets = frame["is_regrettable"].tolist()
    columns = [
        frame[name].tolist() for name in ("employment_type", "gender", "location", "birth_year")
    ]
    again = set(rng.choice(len(frame), min(_REPEATED, len(frame)), replace=False).tolist())
    for who, (kind, gender, location, year) in enumerate(zip(*columns, strict=True)):
        ended = left[who] or (SENTINEL if warsaw[who] else "")
        row = (
            directory.employee_id[who],
            directory.full_name[who],
            directory.email[who],
            hired[who],
            ended,
            kinds[who],
            _WORDS[regrets[who]],
            kind,
            gender,
            location,
            year,
        )
        yield row
        if who in again:
            yield row


def _job_history(organisation: Organisation, directory: Directory) -> Iterator[Sequence[object]]:
    """Job history with the manager of the team."""
    frame = organisation.job_history
    managers = _managers(organisation)
    names = {
        team: directory.employee_id[who] if who >= 0 else _UNASSIGNED
        for team, who in zip(frame["team"].cat.categories, managers.tolist(), strict=True)
    }
    days = frame["effective_date"].dt.strftime("%Y-%m-%d").tolist()
    rest = frame.drop(columns="effective_date")
    for day, (employee, event, level, family, organisation_, team) in zip(
        days, rest.itertuples(index=False, name=None), strict=True
    ):
        manager = names[team] if names[team] != employee else _UNASSIGNED
        yield employee, day, event, level, family, organisation_, team, manager


def _managers(organisation: Organisation) -> Ints:
    """The most senior of each team who stays to the end, -1 if nobody does."""
    people, careers = organisation.people_, organisation.careers
    manager = np.full(len(people.team_organisation), -1, dtype=np.int64)
    fit = np.flatnonzero((people.hire_day < 0) & (careers.left_day >= NEVER) & (people.kind == 0))
    order = fit[np.lexsort((fit, people.level[fit]))]
    manager[people.team[order]] = order
    return manager


def _leaves(organisation: Organisation) -> Iterator[Sequence[object]]:
    """Leaves; the end of one that still runs is not known yet."""
    end = np.datetime64(organisation.parameters.end)
    for employee, first, last in organisation.leaves.itertuples(index=False, name=None):
        known = last.to_datetime64() <= end
        yield employee, f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}" if known else ""


def _ratings(organisation: Organisation) -> Iterator[Sequence[object]]:
    """Performance reviews."""
    for employee, day, rating, scale in organisation.ratings.itertuples(index=False, name=None):
        yield employee, f"{day:%Y-%m-%d}", rating, scale


def _identities(directory: Directory) -> Iterator[Sequence[object]]:
    """Logins and former addresses of everyone who could be linked."""
    seen: set[str] = set()
    for who, employee in enumerate(directory.employee_id):
        if employee in seen or not directory.is_linked[who]:
            continue
        seen.add(employee)
        yield employee, "github", directory.login[who]
        if directory.later_login[who] != directory.login[who]:
            yield employee, "github", directory.later_login[who]
        if directory.pagerduty_email[who] != directory.email[who]:
            yield employee, "email", directory.pagerduty_email[who]
