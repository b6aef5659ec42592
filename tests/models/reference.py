"""The panel, the risk set and the matching once more, day by day in plain Python.

Slow and obvious on purpose: what the SQL does with windows and joins is done here with loops over
people and days, so that the two can only agree where both are right.
"""

from __future__ import annotations

import calendar
import collections
import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

from tests.models.organisations import FIRST_DAY, LAST_DAY, Organisation

ONE_DAY = dt.timedelta(days=1)
BEGUN = ("active", "completed", "ended_early")
LAST_GIT_MONTH = (2024, 11)
Month = tuple[int, int]


def month_of(day: dt.date) -> Month:
    """Give the month of a day."""
    return (day.year, day.month)


def shift(month: Month, by: int) -> Month:
    """Give the month so many months later."""
    number = month[0] * 12 + month[1] - 1 + by
    return (number // 12, number % 12 + 1)


def first_of(month: Month) -> dt.date:
    """Give the first day of a month."""
    return dt.date(*month, 1)


def days_of(month: Month) -> list[dt.date]:
    """Give the days of a month."""
    return [first_of(month).replace(day=n + 1) for n in range(calendar.monthrange(*month)[1])]


def months_between(first: dt.date, second: dt.date) -> float:
    """Count months, days as a share of their month."""

    def position(day: dt.date) -> float:
        return (
            day.year * 12 + day.month + (day.day - 1) / calendar.monthrange(day.year, day.month)[1]
        )

    return position(second) - position(first)


@dataclass
class Person:
    """What the organisation's rows say of one person."""

    name: str
    spells: list[tuple[dt.date, dt.date | None]] = field(default_factory=list)
    employed: set[dt.date] = field(default_factory=set)
    leave: set[dt.date] = field(default_factory=set)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    hours: dict[Month, list[float]] = field(default_factory=lambda: collections.defaultdict(list))
    incidents: collections.Counter[Month] = field(default_factory=collections.Counter)
    ratings: dict[dt.date, float] = field(default_factory=dict)
    locations: dict[dt.date, str] = field(default_factory=dict)
    start: dt.date | None = None
    program: str | None = None

    def spell_of(self, day: dt.date) -> tuple[dt.date, dt.date | None]:
        """Give the spell that holds a day."""
        return next(s for s in self.spells if s[0] <= day and (s[1] is None or day <= s[1]))

    def job_on(self, day: dt.date) -> dict[str, Any]:
        """Give the job in force on a day."""
        known = [job for job in self.jobs if job["effective_date"] <= day]
        return known[-1] if known else {}


def read_people(organisation: Organisation) -> dict[str, Person]:
    """Gather the rows of every person of the population."""
    people: dict[str, Person] = {}
    rows = organisation.rows
    for row in sorted(rows["generic__employees"], key=lambda r: r["hire_date"]):
        if row["employment_type"] == "intern" or row["hire_date"] > LAST_DAY:
            continue
        person = people.setdefault(row["employee_id"], Person(row["employee_id"]))
        last = row.get("termination_date")
        last = None if last is None or last > LAST_DAY else last
        before = person.spells[-1] if person.spells else None
        if before and before[1] and (row["hire_date"] - before[1]).days <= 90:
            person.spells[-1] = (before[0], last)
        else:
            person.spells.append((row["hire_date"], last))
        person.locations[person.spells[-1][0]] = row["location"]
        at = row["hire_date"]
        while at <= (last or LAST_DAY):
            person.employed.add(at)
            at += ONE_DAY
    _read_work(rows, people)
    _read_mentorships(rows, people)
    return people


def _read_work(rows: dict[str, list[dict[str, Any]]], people: dict[str, Person]) -> None:
    for row in rows["generic__leaves"]:
        if row["employee_id"] in people:
            at = row["start_date"]
            while at <= (row["end_date"] or LAST_DAY):
                people[row["employee_id"]].leave.add(at)
                at += ONE_DAY
    for row in rows["generic__job_history"]:
        if row["employee_id"] in people and row["effective_date"] <= LAST_DAY:
            people[row["employee_id"]].jobs.append(row)
    for person in people.values():
        person.jobs.sort(key=lambda job: job["effective_date"])
    for row in rows["git__pull_requests"]:
        person = people.get(row["author"].removesuffix("-login"))
        if person and row["merged_at"]:
            clock = row["ready_for_review_at"] or row["created_at"]
            if clock > row["merged_at"]:
                clock = row["created_at"]
            hours = max((row["merged_at"] - clock).total_seconds() / 3600, 1 / 60)
            person.hours[month_of(row["created_at"].date())].append(math.log(hours))
    for row in rows["generic__incidents"]:
        name = row["incident_id"].split("-")[0]
        if name in people:
            people[name].incidents[month_of(row["created_at"].date())] += 1
    for row in rows["generic__performance_reviews"]:
        if row["employee_id"] in people:
            people[row["employee_id"]].ratings[row["review_date"]] = row["rating"] / 5


def _read_mentorships(rows: dict[str, list[dict[str, Any]]], people: dict[str, Person]) -> None:
    for row in rows["generic__mentorships"]:
        person = people.get(row["mentee"].removesuffix("@mail"))
        if person is None or row["status"] not in BEGUN or row["start_date"] > LAST_DAY:
            continue
        last = person.spells[-1][1]
        if last is not None and row["start_date"] > last:
            continue
        now = (row["start_date"], row["program"])
        if person.start is None or now < (person.start, person.program or ""):
            person.start, person.program = now


def promotions(person: Person, spell: tuple[dt.date, dt.date | None]) -> list[dt.date]:
    """Give the days of promotion within a spell."""
    found, highest = [], None
    for job in person.jobs:
        if spell[1] is not None and job["effective_date"] > spell[1]:
            continue
        rank = int(job["level"][-1])
        if job["effective_date"] <= spell[0]:
            highest = rank
            continue
        if job["event"] == "promotion" or (highest is not None and rank > highest):
            found.append(job["effective_date"])
        highest = rank if highest is None else max(highest, rank)
    return found


def index_rows(people: dict[str, Person]) -> dict[tuple[Month, str], dict[str, Any]]:
    """Give the risk set of every month in which anyone starts, with covariates and outcomes."""
    found: dict[tuple[Month, str], dict[str, Any]] = {}
    month = month_of(FIRST_DAY)
    while first_of(shift(month, 1)) <= LAST_DAY:
        rows = {
            (month, person.name): _index_row(person, month)
            for person in people.values()
            if _is_at_risk(person, month)
        }
        if any(row["is_mentee"] for row in rows.values()):
            _add_terciles(list(rows.values()))
            found.update(rows)
        month = shift(month, 1)
    return found


def _is_at_risk(person: Person, month: Month) -> bool:
    if shift(month, -3) < month_of(FIRST_DAY):
        return False
    if person.start is not None and person.start < first_of(month):
        return False
    landmark = first_of(shift(month, 1))
    needed = [day for n in range(-3, 1) for day in days_of(shift(month, n))]
    return landmark in person.employed and all(day in person.employed for day in needed)


def _exposure(person: Person, month: Month) -> float:
    days = days_of(month)
    return sum(d in person.employed and d not in person.leave for d in days) / len(days)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _index_row(person: Person, month: Month) -> dict[str, Any]:
    first, landmark = first_of(month), first_of(shift(month, 1))
    spell = person.spell_of(first)

    def before(far: int, near: int) -> list[Month]:
        months = [shift(month, -n) for n in range(near, far + 1)]
        return [
            m
            for m in months
            if m >= month_of(FIRST_DAY)
            and m >= month_of(spell[0])
            and any(d in person.employed for d in days_of(m))
        ]

    def hours(months: list[Month]) -> list[float]:
        return [value for m in months for value in person.hours[m]]

    job = person.job_on(max(first, spell[0]))
    rated = [day for day in person.ratings if day < first]
    row: dict[str, Any] = {
        "is_mentee": person.start is not None and month_of(person.start) == month,
        "level": job["level"],
        "organisation": job["org"],
        "location": person.locations[spell[0]],
        "tenure_months": months_between(spell[0], first),
        "base_hours_3": _mean(hours(before(3, 1))),
        "base_hours_6": _mean(hours(before(6, 1))),
        "base_hours_5": _mean(hours(before(12, 8))),
        "base_hours_8": _mean(hours(before(12, 5))),
        "base_hours_9": _mean(hours(before(12, 4))),
        "base_incidents_12": sum(person.incidents[m] for m in before(12, 1)),
        "base_exposure_6": sum(_exposure(person, m) for m in before(6, 1)),
        "last_rating": person.ratings[max(rated)] if rated else None,
        "program": person.program if person.start and month_of(person.start) == month else None,
    }
    _add_outcomes(row, person, month, landmark, spell)
    return row


def _add_outcomes(
    row: dict[str, Any],
    person: Person,
    month: Month,
    landmark: dt.date,
    spell: tuple[dt.date, dt.date | None],
) -> None:
    own_start = None if row["is_mentee"] else person.start
    for horizon in (6, 12):
        months = [shift(month, n) for n in range(1, horizon + 1)]
        months = [
            m
            for m in months
            if first_of(m) <= (spell[1] or LAST_DAY)
            and (own_start is None or m < month_of(own_start))
            and any(d in person.employed for d in days_of(m))
        ]
        merged = [v for m in months if m <= LAST_GIT_MONTH for v in person.hours[m]]
        row[f"merged_{horizon}"] = len(merged)
        row[f"log_hours_sum_{horizon}"] = sum(merged)
        row[f"incidents_{horizon}"] = sum(person.incidents[m] for m in months)
        row[f"exposure_{horizon}"] = sum(_exposure(person, m) for m in months)
    left = spell[1] + ONE_DAY if spell[1] else None
    censored = min([day for day in (own_start, LAST_DAY + ONE_DAY) if day])
    ended = min(left, censored) if left else censored
    row["leave_time"] = months_between(landmark, ended)
    row["leave_event"] = int(left is not None and left <= censored)
    later = [day for day in promotions(person, spell) if landmark <= day < ended]
    row["promotion_event"] = 1 if later else 2 * row["leave_event"]
    row["promotion_time"] = row["leave_time"]
    if later:
        length = calendar.monthrange(later[0].year, later[0].month)[1]
        row["promotion_time"] = months_between(landmark, later[0]) + 0.5 / length


def _add_terciles(rows: list[dict[str, Any]]) -> None:
    known = sorted(row["base_hours_6"] for row in rows if row["base_hours_6"] is not None)
    for row in rows:
        if row["base_hours_6"] is None:
            row["tercile"] = "none"
        else:
            slower = sum(value < row["base_hours_6"] - 1e-9 for value in known)
            row["tercile"] = str(1 + 3 * slower // len(known))


def _band(months: float, bounds: tuple[int, ...]) -> int:
    return 1 + sum(months >= bound for bound in bounds)


def _cell(design: str, rung: int, month: Month, row: dict[str, Any]) -> tuple[Any, ...]:
    bounds = (6, 12, 24, 60) if rung < 3 else (12, 60)
    key: tuple[Any, ...] = (month, row["level"], _band(row["tenure_months"], bounds))
    key += (row["organisation"],) if rung == 1 else ()
    return key + ((row["tercile"],) if design == "a" else ())


def matched_rows(
    rows: dict[tuple[Month, str], dict[str, Any]], design: str, dimension: str, value: str
) -> tuple[int, set[tuple[Month, str]]]:
    """Match one segment by hand: the rung in use and the index rows kept."""
    restricts_both = dimension in ("all", "organisation", "level", "location")

    def belongs(row: dict[str, Any]) -> bool:
        return dimension == "all" or row[dimension] == value

    mentees = {k: r for k, r in rows.items() if r["is_mentee"] and belongs(r)}
    others = {
        k: r for k, r in rows.items() if not r["is_mentee"] and (belongs(r) or not restricts_both)
    }
    for rung in (1, 2, 3):
        held = {_cell(design, rung, k[0], r) for k, r in others.items()}
        matched = {k for k, r in mentees.items() if _cell(design, rung, k[0], r) in held}
        if len(matched) >= 0.85 * len(mentees) or rung == 3:
            cells = {_cell(design, rung, k[0], mentees[k]) for k in matched}
            kept = {k for k, r in others.items() if _cell(design, rung, k[0], r) in cells}
            return rung, matched | kept
    raise AssertionError("unreachable")
