"""A small random organisation as rows of the raw tables, full of what makes rules differ."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ingest import schema

FIRST_DAY = dt.date(2023, 1, 1)
LAST_DAY = dt.date(2024, 12, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
LEVELS = ("L1", "L2", "L3", "L4")
LOADED_AT = dt.datetime(2025, 1, 10, tzinfo=dt.UTC)


def day(offset: int) -> dt.date:
    """Give the day so many days after the first of the data."""
    return FIRST_DAY + dt.timedelta(days=int(offset))


def moment(days: float) -> dt.datetime:
    """Give the moment so many days after the beginning of the data, to the second."""
    start = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
    return start + dt.timedelta(seconds=round(float(days) * 86400))


@dataclass
class Organisation:
    """Rows of raw tables by table, with people, teams and so on under their plain names."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        self.rows.setdefault(table, []).append(row)


def simulate(seed: int, people: int = 70) -> Organisation:
    """Draw an organisation."""
    rng = np.random.default_rng(seed)
    organisation = Organisation()
    for number in range(people):
        _add_person(organisation, rng, f"e{number}")
    # The data reach to their last day in every source.
    organisation.add("generic__leaves", employee_id="e0", start_date=LAST_DAY, end_date=None)
    return organisation


def _add_person(organisation: Organisation, rng: np.random.Generator, person: str) -> None:
    hired = int(rng.integers(-1500, 0)) if rng.random() < 0.6 else int(rng.integers(0, DAYS - 30))
    if rng.random() < 0.3:
        hired = (day(hired).replace(day=1) - FIRST_DAY).days
    last = max(hired, 0) + int(rng.exponential(900)) + 20
    if rng.random() < 0.3:
        # The last day of a month.
        last = (day(last).replace(day=1) - FIRST_DAY).days - 1
    last = max(last, hired + 5)
    left = last < DAYS - 1
    organisation.add(
        "generic__employees",
        employee_id=person,
        email=f"{person}@mail",
        hire_date=day(hired),
        termination_date=day(last) if left or rng.random() < 0.1 else None,
        termination_type=str(rng.choice(["voluntary", "involuntary"])) if left else None,
        employment_type="intern" if rng.random() < 0.05 else "full_time",
        location=str(rng.choice(["North", "South"])),
    )
    if left and rng.random() < 0.4:
        back = last + int(rng.integers(60, 130))
        if back < DAYS:
            organisation.add(
                "generic__employees",
                employee_id=person,
                email=f"{person}@mail",
                hire_date=day(back),
                employment_type="full_time",
                location="North",
            )
    _add_jobs(organisation, rng, person, hired)
    _add_work(organisation, rng, person, hired, last if left else DAYS - 1)
    _add_mentorships(organisation, rng, person)


def _add_jobs(
    organisation: Organisation, rng: np.random.Generator, person: str, hired: int
) -> None:
    level, org = int(rng.integers(0, 3)), str(rng.choice(["A", "B"]))
    family = str(rng.choice(["swe", "data"]))
    at, event = hired, "hire"
    while at < DAYS:
        organisation.add(
            "generic__job_history",
            employee_id=person,
            effective_date=day(at),
            event=event,
            level=LEVELS[level],
            job_family=family,
            org=org,
            team=f"{org}{rng.integers(0, 3)}",
        )
        at = max(at, 0) + int(rng.integers(40, 400))
        if rng.random() < 0.3:
            at = (day(at).replace(day=1) - FIRST_DAY).days
        if rng.random() < 0.6 and level < 3:
            event, level = ("promotion" if rng.random() < 0.7 else "other"), level + 1
        else:
            event, org = "transfer", str(rng.choice(["A", "B"]))


def _add_work(
    organisation: Organisation, rng: np.random.Generator, person: str, hired: int, last: int
) -> None:
    organisation.add(
        "generic__identities", employee_id=person, kind="github", value=f"{person}-login"
    )
    first = max(hired, 0)
    if rng.random() < 0.2 and last - first > 60:
        away = int(rng.integers(first, last - 40))
        organisation.add(
            "generic__leaves",
            employee_id=person,
            start_date=day(away),
            end_date=day(away + int(rng.integers(5, 40))),
        )
    for number in range(rng.poisson(max(0, last - first) * 0.08)):
        opened = rng.uniform(first, last + 1)
        merged = opened + np.exp(rng.normal(0, 1.3))
        organisation.add(
            "git__pull_requests",
            repo=f"repo-{person}",
            number=number,
            author=f"{person}-login",
            author_is_bot=False,
            created_at=moment(opened),
            ready_for_review_at=moment(opened + 0.2) if rng.random() < 0.1 else None,
            merged_at=moment(merged) if rng.random() < 0.9 and merged < DAYS else None,
            is_draft=False,
        )
    for number in range(rng.poisson(max(0, last - first) * 0.01)):
        began = rng.uniform(first, min(last + 1, DAYS - 0.1))
        organisation.add(
            "generic__incidents",
            incident_id=f"{person}-{number}",
            severity="high",
            created_at=moment(began),
            status="resolved",
        )
        organisation.add(
            "generic__incident_responders",
            incident_id=f"{person}-{number}",
            responder=f"{person}@mail",
            responder_is_bot=False,
            role="primary",
        )
    for year in (2023, 2024):
        organisation.add(
            "generic__performance_reviews",
            employee_id=person,
            review_date=dt.date(year, 3, 15),
            rating=float(rng.integers(1, 6)),
            scale_max=5.0,
        )


def _add_mentorships(organisation: Organisation, rng: np.random.Generator, person: str) -> None:
    for number in range(int(rng.choice([0, 1, 2], p=[0.45, 0.4, 0.15]))):
        start = int(rng.integers(-60, DAYS))
        if rng.random() < 0.3:
            start = (day(start).replace(day=1) - FIRST_DAY).days
        for mentor in range(int(rng.choice([1, 3], p=[0.8, 0.2]))):
            organisation.add(
                "generic__mentorships",
                mentorship_id=f"{person}-{number}",
                program=str(rng.choice(["P", "Q"])) if mentor == 0 else "P",
                model="1:1",
                mentor=f"e{rng.integers(0, 20)}",
                mentee=f"{person}@mail",
                start_date=day(start),
                status=str(rng.choice(["active", "completed", "ended_early", "declined"])),
            )


PEOPLE = ("employee_id", "email", "value", "author", "responder", "mentor", "mentee")
HASHED = (*PEOPLE, "team", "repo", "incident_id", "mentorship_id")


def keyed(key: str, value: str | None) -> str | None:
    """Hash a name under a key, as ingest does."""
    return None if value is None else hashlib.sha256(f"{key}{value}".encode()).hexdigest()[:32]


def write(organisation: Organisation, database: Path, key: str = "") -> None:
    """Create the raw tables and fill them; an empty key leaves the names plain."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        schema.create_all(connection)
        for table, rows in organisation.rows.items():
            frame = pd.DataFrame(rows).astype(object)
            for column in HASHED if key else ():
                if column in frame:
                    frame[column] = [keyed(key, value) for value in frame[column]]
            frame["_file_id"] = table
            frame["_row"] = range(1, len(frame) + 1)
            frame["_loaded_at"] = frame["_updated_at"] = LOADED_AT
            frame = frame.where(frame.notna(), None)
            names = ", ".join(f'"{name}"' for name in frame.columns)
            marks = ", ".join("?" for _ in frame.columns)
            connection.executemany(
                f'insert into raw."{table}" ({names}) values ({marks})',
                frame.to_numpy().tolist(),
            )
