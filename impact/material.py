"""Cut the frames of the database into what each segment's estimates are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from impact.cohort import OVERALL, Cohort, Segment, Table, split_cohorts, split_segments, to_table
from impact.types import BoolArray

PERSON_DIMENSIONS = ("organisation", "level", "job_family", "location")
MENTORSHIP_DIMENSIONS = ("program", "model", "assignment", "cohort")
INDEX_COLUMNS = (
    "index_row_id",
    "index_month",
    "person_id",
    "team_id",
    "is_mentee",
    "landmark",
    "level",
    "level_rank",
    "job_family",
    "is_top_rank",
    "tenure_months",
    "tenure_band",
    "months_in_level",
    "base_hours_3",
    "base_hours_5",
    "base_hours_8",
    "base_hours_9",
    "base_hours_12",
    "base_incidents_6",
    "base_exposure_6",
    "base_incidents_12",
    "base_exposure_12",
    "base_on_call_weeks_12",
    "base_merged_12",
    "last_rating",
)
TIME_COLUMNS = ("leave_time", "leave_event", "promotion_time", "promotion_event")
WINDOW_COLUMNS = ("log_hours_sum", "merged", "incidents", "exposure", "followup_git_months")
MATCHED_COLUMNS = ("design", "segment_dimension", "segment_value", "cell_id", "index_row_id")
SEGMENT_COLUMNS = ("segment_dimension", "segment_value", "index_row_id")
PEOPLE_COLUMNS = (
    "person_id",
    "is_ever_mentored",
    *PERSON_DIMENSIONS,
    *MENTORSHIP_DIMENSIONS,
    "log_hours_sum",
    "merged",
    "incidents",
    "exposure",
    *TIME_COLUMNS,
    "is_top_rank",
)


@dataclass(frozen=True)
class Material:
    """What all estimates are made of.

    Attributes
    ----------
    rows
        All index rows: mentees and everyone who could have started in the same month.
    cohorts
        Matched rows by segment.
    mentees
        Mentees with a baseline by segment, matched or not.
    people
        Everybody for the naive comparison, by segment.
    """

    rows: Table
    cohorts: Mapping[Segment, Cohort]
    mentees: Mapping[Segment, Table]
    people: Mapping[Segment, Table]

    @property
    def segments(self) -> list[Segment]:
        """Every group with a mentee, and everyone together even without one."""
        return sorted({OVERALL, *self.mentees})

    def cohort(self, segment: Segment) -> Cohort:
        """Return a segment's matched rows; without any, a cohort without designs."""
        return self.cohorts.get(segment, Cohort(segment, {}))

    def forget(self, segment: Segment) -> None:
        """Let go of what a segment's tables gathered, which is more than all rows themselves."""
        self.cohort(segment).forget()
        for held in (self.mentees, self.people):
            if segment in held:
                held[segment].forget()

    def eligible(self, segment: Segment) -> int:
        """Count a segment's mentees with a baseline."""
        return len(self.mentees[segment]) if segment in self.mentees else 0


def outcome_columns(windows: tuple[int, ...]) -> list[str]:
    """Names of the outcome columns of an index row."""
    flows = [f"{name}_{months}" for months in windows for name in WINDOW_COLUMNS]
    return [*flows, *TIME_COLUMNS]


def gather(
    index_rows: pd.DataFrame,
    matched: pd.DataFrame,
    mentee_segments: pd.DataFrame,
    people: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> Material:
    """Cut frames into segments.

    Parameters
    ----------
    index_rows
        `INDEX_COLUMNS` and the outcome columns, one row an index row.
    matched
        `MATCHED_COLUMNS`, one row a design, segment and matched index row.
    mentee_segments
        `SEGMENT_COLUMNS`, one row a segment and mentee with a baseline.
    people
        `PEOPLE_COLUMNS`, one row a person; none where no naive row is wanted.
    groups
        `person_id`, `segment_dimension`, `segment_value` of the reporting groups.
    """
    rows = to_table(index_rows)
    cohorts = {cohort.segment: cohort for cohort in split_cohorts(rows, matched)}
    mentees = split_segments(rows, mentee_segments, "segment_dimension", "segment_value")
    return Material(rows, cohorts, mentees, _split_people(people, groups))


def _split_people(people: pd.DataFrame | None, groups: pd.DataFrame | None) -> dict[Segment, Table]:
    """Everybody by segment; a mentorship's group is set against everyone never mentored."""
    if people is None or people.empty:
        return {}
    labels = {name: people[name] for name in (*PERSON_DIMENSIONS, *MENTORSHIP_DIMENSIONS)}
    table = to_table(people.drop(columns=list(labels)))
    mentored = table.flag("is_ever_mentored")
    found = {OVERALL: table}
    for dimension, column in labels.items():
        never = ~mentored if dimension in MENTORSHIP_DIMENSIONS else np.zeros(len(table), bool)
        found |= _split_by(table, dimension, column.to_numpy(dtype=object), never)
    if groups is not None:
        nobody = np.zeros(len(table), dtype=np.bool_)
        for name, members in groups.groupby("segment_dimension", sort=True):
            value = members.set_index("person_id")["segment_value"]
            values = people["person_id"].map(value).fillna("unknown").to_numpy(dtype=object)
            found |= _split_by(table, str(name), values, nobody)
    return found


def _split_by(
    table: Table, dimension: str, values: npt.NDArray[np.object_], always: BoolArray
) -> dict[Segment, Table]:
    codes, names = pd.factorize(values)
    return {
        Segment(dimension, str(name)): table.take((codes == number) | always)
        for number, name in enumerate(names)
    }
