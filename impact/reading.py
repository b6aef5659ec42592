"""Read from any database relation exactly the columns and rows the statistics need."""

from __future__ import annotations

from typing import Protocol, Self

import pandas as pd

from impact.cohort import to_table
from impact.material import (
    INDEX_COLUMNS,
    MATCHED_COLUMNS,
    PEOPLE_COLUMNS,
    SEGMENT_COLUMNS,
    Material,
    gather,
    outcome_columns,
)
from impact.measures import Months, order_months

WINDOWS = (6, 12, 18, 24)
_MONTHLY = (
    "cell_id",
    "index_row_id",
    "person_id",
    "is_mentee",
    "relative_month",
    "log_hours_sum",
    "merged",
    "incidents",
    "exposure",
)


class Relation(Protocol):
    """What is asked of a table: a database's own relation object has it."""

    def project(self, columns: str, /) -> Self:
        """Keep some columns."""

    def filter(self, condition: str, /) -> Self:
        """Keep some rows."""

    def join(self, other: Self, condition: str, /) -> Self:
        """Join on columns of one name."""

    def df(self) -> pd.DataFrame:
        """Fetch as a frame."""


def read_material(
    index_rows: Relation,
    outcomes: Relation,
    matched: Relation,
    mentee_segments: Relation,
    people: Relation | None = None,
    groups: Relation | None = None,
) -> Material:
    """Read what estimates are made of.

    Parameters
    ----------
    index_rows, outcomes
        Covariates and outcomes of index rows, one row each, joined by `index_row_id`.
    matched
        Matched index rows by design and segment.
    mentee_segments
        Mentees by design, rung and segment; those of one design and rung are read.
    people, groups
        For the naive comparison; left out where it is not needed.
    """
    columns = [*INDEX_COLUMNS, *outcome_columns(WINDOWS)]
    return gather(
        index_rows.join(outcomes, "index_row_id").project(", ".join(columns)).df(),
        matched.project(", ".join(MATCHED_COLUMNS)).df(),
        mentee_segments.filter("design = 'a' and rung = 1")
        .project(", ".join(SEGMENT_COLUMNS))
        .df(),
        None if people is None else people.project(", ".join(PEOPLE_COLUMNS)).df(),
        None
        if groups is None
        else groups.project("person_id, segment_dimension, segment_value").df(),
    )


_LEAVE_KINDS = {"voluntary": 1, "involuntary": 2}


def read_supported(
    index_rows: Relation,
    outcomes: Relation,
    matched: Relation,
    mentee_segments: Relation,
) -> Material:
    """Read matched rows with what supporting outcomes need beside the headline's columns.

    Parameters and result are those of `read_material`, with `index_month_number`, `spell_number`
    and `leave_kind` (1 voluntary, 2 involuntary, 3 else, 0 not left) as further columns.
    """
    columns = [*INDEX_COLUMNS, *outcome_columns((6, 12))]
    columns += ["index_month_number", "spell_number", "leave_type"]
    frame = index_rows.join(outcomes, "index_row_id").project(", ".join(columns)).df()
    kind = frame.pop("leave_type").map(_LEAVE_KINDS).fillna(3).astype("int64")
    frame["leave_kind"] = kind.where(frame["leave_event"] > 0, 0)
    return gather(
        frame,
        matched.project(", ".join(MATCHED_COLUMNS)).df(),
        mentee_segments.filter("design = 'a' and rung = 1")
        .project(", ".join(SEGMENT_COLUMNS))
        .df(),
    )


def read_months(months_measured: Relation) -> Months:
    """Read the monthly panel that measures are summed over, in order."""
    return order_months(to_table(months_measured.df()))


def read_sums(person_measures: Relation) -> pd.DataFrame:
    """Read the measures' sums by person and month."""
    columns = "metric, person_id, month_number, numerator, denominator"
    return person_measures.project(columns).df()


def read_event_time(event_time: Relation) -> pd.DataFrame:
    """Read the months around the start, of design b."""
    return event_time.filter("design = 'b'").project(", ".join(_MONTHLY)).df()


def read_pools(pool_rows: Relation) -> pd.DataFrame:
    """Read who could have been compared in each segment."""
    others = pool_rows.filter("not is_mentee")
    return others.project("pool_dimension, pool_value, index_row_id").df()


def read_panel(person_months: Relation) -> pd.DataFrame:
    """Read the monthly panel of the population, as far as pull requests are known."""
    known = person_months.filter("is_git_observed and is_in_population")
    return known.project(
        "person_id, month_number, log_hours_sum, pr_merged_count, is_mentored"
    ).df()
