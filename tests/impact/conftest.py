"""Small frames in the shape the database gives, with a known effect."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from impact.cohort import to_table
from impact.material import Material, gather
from impact.measures import Months, order_months
from impact.study import Study

WINDOWS = (6, 12, 18, 24)
AS_OF = dt.date(2026, 1, 1)


@dataclass(frozen=True)
class Drawn:
    """Frames of one small organisation."""

    index_rows: pd.DataFrame
    matched: pd.DataFrame
    mentee_segments: pd.DataFrame
    people: pd.DataFrame

    def material(self) -> Material:
        return gather(self.index_rows, self.matched, self.mentee_segments, self.people)

    def calendar(self) -> Months:
        """Months around everybody's index month, in which nothing happens but work."""
        month = np.arange(480, 560)
        person = np.unique(self.index_rows["person_id"])
        size = person.size * month.size
        rng = np.random.default_rng(9)
        merged = rng.poisson(3, size)
        panel = {
            "person_id": np.repeat(person, month.size),
            "spell_number": 1,
            "month_number": np.tile(month, person.size),
            "is_started": False,
            "is_git_observed": True,
            "log_hours_sum": merged * rng.normal(3, 0.3, size),
            "pr_merged_count": merged,
            "incident_count": rng.poisson(0.4, size),
            "incident_exposure": 1.0,
            "has_mentored_team_mate": False,
        }
        return order_months(to_table(pd.DataFrame(panel)))

    def changed(self, **columns: object) -> Drawn:
        return replace(self, index_rows=self.index_rows.assign(**columns))


def draw_frames(
    seed: int = 1,
    cells: int = 80,
    effect: float = 0.0,
    leaving: float = 0.03,
    mentored_leaving: float | None = None,
    promotion: float = 0.03,
    incidents: float = 0.4,
) -> Drawn:
    """One to three mentees and three to eight others a cell, followed for up to 30 months."""
    rng = np.random.default_rng(seed)
    mentees, others = rng.integers(1, 4, cells), rng.integers(3, 9, cells)
    cell = np.repeat(np.arange(cells), mentees + others)
    is_mentee = np.concatenate([np.arange(m + o) < m for m, o in zip(mentees, others, strict=True)])
    n = cell.size
    month = dt.date(2023, 1, 1)
    months = pd.to_datetime([pd.Timestamp(month) + pd.DateOffset(months=int(k % 24)) for k in cell])
    trait, shift = rng.normal(0, 0.4, n), rng.normal(0, 0.3, cells)[cell]
    hazard = np.where(is_mentee, mentored_leaving or leaving, leaving)
    end = 30.0 - (cell % 24)
    left, rise = rng.exponential(1 / hazard), rng.exponential(1 / promotion, n)
    leave_time = np.minimum(left, end)
    frame = pd.DataFrame(
        {
            "index_row_id": np.arange(n) + 1000,
            "index_month": months,
            "index_month_number": 500 + cell % 24,
            "person_id": np.arange(n) % (n - 40),
            "team_id": rng.integers(1, 40, n),
            "is_mentee": is_mentee,
            "landmark": months + pd.DateOffset(months=1),
            "level": np.array(["L1", "L2", "L3"])[cell % 3],
            "level_rank": cell % 3 + 1,
            "job_family": rng.choice(["Data", "Web"], n),
            "is_top_rank": False,
            "tenure_months": rng.uniform(6, 60, n),
            "tenure_band": 4,
            "months_in_level": rng.uniform(1, 30, n),
            "base_hours_3": 3 + trait + shift + rng.normal(0, 0.2, n),
            "base_hours_5": 3 + trait + shift + rng.normal(0, 0.2, n),
            "base_hours_8": 3 + trait + shift + rng.normal(0, 0.15, n),
            "base_hours_9": 3 + trait + shift + rng.normal(0, 0.15, n),
            "base_hours_12": 3 + trait + shift + rng.normal(0, 0.12, n),
            "base_incidents_6": rng.poisson(6 * incidents, n),
            "base_exposure_6": 6.0,
            "base_incidents_12": rng.poisson(12 * incidents, n),
            "base_exposure_12": 12.0,
            "base_on_call_weeks_12": 0.0,
            "base_merged_12": rng.poisson(60, n),
            "last_rating": rng.integers(1, 6, n) / 5,
            "leave_time": leave_time,
            "leave_event": (left <= end).astype(int),
            "promotion_time": np.minimum(rise, leave_time),
            "promotion_event": np.where(rise < leave_time, 1, np.where(left <= end, 2, 0)),
        }
    )
    for window in WINDOWS:
        followed = np.floor(np.minimum(leave_time, window)).astype(int)
        merged = rng.poisson(5.0 * followed)
        mean = 3 + trait + shift + effect * is_mentee
        frame[f"merged_{window}"] = merged
        frame[f"log_hours_sum_{window}"] = merged * mean + np.sqrt(merged) * rng.normal(0, 1, n)
        frame[f"incidents_{window}"] = rng.poisson(incidents * followed)
        frame[f"exposure_{window}"] = followed.astype(float)
        frame[f"followup_git_months_{window}"] = followed
    keys = {"segment_dimension": "all", "segment_value": "all"}
    matched = pd.concat(
        pd.DataFrame(
            {"design": design, **keys, "cell_id": cell, "index_row_id": frame["index_row_id"]}
        )
        for design in "ab"
    )
    segments = pd.DataFrame({**keys, "index_row_id": frame.loc[is_mentee, "index_row_id"]})
    return Drawn(frame, matched, segments, _people(frame))


def _people(frame: pd.DataFrame) -> pd.DataFrame:
    people = frame.drop_duplicates("person_id").reset_index(drop=True)
    mentored = people["is_mentee"].to_numpy()
    columns = {
        "person_id": people["person_id"],
        "is_ever_mentored": mentored,
        "organisation": "One",
        "level": people["level"],
        "job_family": people["job_family"],
        "location": "Here",
    }
    for name in ("program", "model", "assignment", "cohort"):
        columns[name] = np.where(mentored, "some", None)
    columns |= {
        "log_hours_sum": people["log_hours_sum_6"],
        "merged": people["merged_6"],
        "incidents": people["incidents_6"],
        "exposure": people["exposure_6"],
        "is_top_rank": False,
    }
    for name in ("leave_time", "leave_event", "promotion_time", "promotion_event"):
        columns[name] = people[name]
    return pd.DataFrame(columns)


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    """Frames without any effect."""
    return draw_frames()


@pytest.fixture
def study() -> Study:
    return Study(AS_OF)


@pytest.fixture(scope="session")
def draw():
    """The drawing function itself, for tests that need other frames."""
    return draw_frames
