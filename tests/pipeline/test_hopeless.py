"""Organisations that nothing can be said of: a refresh publishes sentences, never a number."""

from __future__ import annotations

import csv
import datetime as dt
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pytest

from pipeline import snapshots
from pipeline.settings import PROJECT
from tests.pipeline.test_refresh import _environment

pytestmark = pytest.mark.slow

STAFF, MENTEES = 150, 60
LAST = dt.date(2025, 12, 31)
START = dt.date(2024, 11, 10)
OUTCOMES = ("pr_cycle_time", "incident_rate", "retention", "promotion")

Row = dict[str, object]


@dataclass(frozen=True)
class Organisation:
    """What is written into the exports: one function a question, told the number of a person."""

    hired: Callable[[int], dt.date] = lambda person: dt.date(2019 + person % 4, 1 + person % 12, 1)
    level: Callable[[int], str] = lambda person: f"L{1 + person % 3}"
    mentored: Callable[[int], dt.date | None] = lambda person: START if person < MENTEES else None
    promoted: Callable[[int], dt.date | None] = lambda person: None
    left: Callable[[int], dt.date | None] = lambda person: None
    hours: Callable[[int, int], float | None] = lambda person, month: (
        10.0 + (7 * person + month) % 9
    )
    incidents: Callable[[int, int], int] = lambda person, month: int((person + month) % 3 == 0)
    more_pulls: tuple[Row, ...] = field(default=())


def months() -> Iterator[tuple[int, dt.date]]:
    for number in range(24):
        yield number, dt.date(2024 + number // 12, 1 + number % 12, 5)


def write(organisation: Organisation, folder: Path) -> None:
    """Write the exports in the generic shapes."""
    people = range(STAFF)
    tables: dict[str, list[Row]] = {
        "hris/employees": [
            {"employee_id": f"E{n}", "email": mail(n), "hire_date": organisation.hired(n),
             "termination_date": organisation.left(n)}
            for n in people
        ],
        "hris/job_history": list(careers(organisation)),
        "git/pull_requests": [*pulls(organisation), *organisation.more_pulls],
        "mentorship/mentorships": [
            {"mentorship_id": f"M{n}", "model": "1:1", "mentor": mail(STAFF - 1), "mentee": mail(n),
             "start_date": start, "status": "active", "assignment": "volunteer"}
            for n in people if (start := organisation.mentored(n))
        ],
    }  # fmt: skip
    tables |= pages(organisation)
    ends = "".join(f"{source} = {LAST}\n" for source in ("hris", "git", "incidents", "mentorship"))
    folder.mkdir(parents=True)
    (folder / "mentorship.toml").write_text(f"[data_end]\n{ends}", encoding="utf-8")
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def mail(person: int) -> str:
    return f"p{person}@example.org"


def careers(organisation: Organisation) -> Iterator[Row]:
    for n in range(STAFF):
        level = organisation.level(n)
        row = {"job_family": "Software", "org": "One", "team": f"Team {n % 10}"}
        yield {"employee_id": f"E{n}", "effective_date": organisation.hired(n), "event": "hire",
               "level": level, **row}  # fmt: skip
        rise = organisation.promoted(n)
        if rise is not None:
            above = f"L{int(level[1:]) + 1}"
            yield {"employee_id": f"E{n}", "effective_date": rise, "event": "promotion",
                   "level": above, **row}  # fmt: skip


def pulls(organisation: Organisation) -> Iterator[Row]:
    for n in range(STAFF):
        for number, day in months():
            hours = organisation.hours(n, number)
            if hours is None:
                continue
            opened = dt.datetime.combine(day, dt.time(8), dt.UTC)
            yield pull(100 * n + number, n, opened, opened + dt.timedelta(hours=hours))


def pull(number: int, author: int, opened: dt.datetime, merged: object) -> Row:
    merged_at = merged.isoformat() if isinstance(merged, dt.datetime) else merged
    return {"repo": "one/one", "number": number, "author": mail(author),
            "created_at": opened.isoformat(), "merged_at": merged_at}  # fmt: skip


def pages(organisation: Organisation) -> dict[str, list[Row]]:
    incidents, responders = [], []
    for n in range(STAFF):
        for number, day in months():
            for _ in range(organisation.incidents(n, number)):
                key = f"I{len(incidents)}"
                incidents.append(incident(key, day))
                responders.append({"incident_id": key, "responder": mail(n), "role": "primary"})
    # A stranger is paged every month: incidents were exported from beginning to end.
    for number, day in months():
        incidents.append(incident(f"of {number}", day))
        responders.append(
            {"incident_id": f"of {number}", "responder": mail(999), "role": "primary"}
        )
    return {"incidents/incidents": incidents, "incidents/incident_responders": responders}


def incident(key: str, day: dt.date) -> Row:
    return {"incident_id": key, "severity": "low", "created_at": f"{day}T03:00:00Z"}


def publish(organisation: Organisation, folder: Path) -> Path:
    """Refresh and give the snapshot, in which no number may be without a value."""
    write(organisation, folder / "exports")
    command = [
        *(str(Path(sys.executable).with_name("mentorship")), "refresh"),
        *("--exports", str(folder / "exports"), "--warehouse", str(folder / "warehouse")),
    ]
    environment = _environment(folder / "key")
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=environment)
    assert done.returncode == 0, done.stderr
    path = snapshots.current_snapshot(folder / "warehouse" / "snapshots")
    assert path is not None
    with duckdb.connect(str(path), read_only=True) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            for row in connection.execute(f'select * from "{table}"').fetchall():
                assert all(math.isfinite(x) for x in row if isinstance(x, float)), (table, row)
    return path


def headline(path: Path) -> dict[str, tuple[object, ...]]:
    """Verdict, sentence and every figure of the matched rows of everyone together."""
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "select outcome, verdict, verdict_reason, estimate, ci_low, ci_high, p_value, "
            "mentored_value, comparison_value, e_value from impact_estimates "
            "where is_headline and comparison = 'matched' and segment_dimension = 'all'"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


def assert_refused(found: tuple[object, ...], sentence: str) -> None:
    verdict, reason, *figures = found
    assert verdict == "not_enough_data"
    assert sentence in str(reason)
    assert figures == [None] * len(figures)


BASE = Organisation()
NOTHING_VARIES = replace(
    BASE,
    hours=lambda person, month: 10.0,
    incidents=lambda person, month: 0,
    promoted=lambda person: dt.date(2025, 3, 1),
    # Merged before it was opened, and at the end of all days: hours below zero and without end.
    more_pulls=tuple(
        pull(50_000 + n, n % STAFF, dt.datetime(2025, 4, 5, 8, tzinfo=dt.UTC), merged)
        for n in range(20)
        for merged in ("2025-04-01T08:00:00Z" if n % 2 else "9999-12-31T00:00:00Z",)
    ),
)
TENURE_TELLS = replace(
    BASE,
    hired=lambda person: dt.date(2022, 1 if person < MENTEES else 4, 1),
    hours=lambda person, month: None if person >= MENTEES and month >= 11 else 12.0 + person % 7,
)


@pytest.mark.parametrize(
    ("organisation", "sentences"),
    [
        pytest.param(
            replace(BASE, mentored=lambda n: dt.date(2025, 12, 10) if n < MENTEES else None),
            dict.fromkeys(OUTCOMES, "With no matched mentees"),
            id="no mentee with follow-up",
        ),
        pytest.param(
            replace(BASE, mentored=lambda n: START),
            dict.fromkeys(OUTCOMES, "With no matched mentees"),
            id="all treated at once",
        ),
        pytest.param(
            replace(
                BASE,
                hired=lambda n: dt.date(2022, 1, 1),
                level=lambda n: "L1",
                hours=lambda n, month: None if month < 10 else 10.0 + n % 9,
                left=lambda n: dt.date(2025, 4, 1 + n % 20) if n % 3 == 0 else None,
            ),
            {"retention": "too few people to say how sure"},
            id="one cell",
        ),
        pytest.param(
            NOTHING_VARIES,
            {
                "pr_cycle_time": "outcome is the same for everyone",
                "incident_rate": "Nobody in either group had an incident",
                "retention": "Nobody in either group left",
                "promotion": "Everybody in both groups was promoted",
            },
            id="constant hours, no incidents, all promoted, impossible hours",
        ),
        pytest.param(
            TENURE_TELLS,
            {
                "pr_cycle_time": "With no matched mentees",
                "incident_rate": "cannot be told apart by more",
            },
            id="weights that vanish, a covariate that repeats the arms",
        ),
    ],
)
def test_a_hopeless_organisation_gets_a_sentence(
    organisation: Organisation, sentences: dict[str, str], tmp_path: Path
) -> None:
    found = headline(publish(organisation, tmp_path))
    assert found.keys() == set(OUTCOMES)
    for outcome, sentence in sentences.items():
        assert_refused(found[outcome], sentence)
