"""How an outcome is spread over people, in fixed bins, in both arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.cohort import Segment, Table, count_people
from impact.cycle_time import mean_log_hours
from impact.types import BoolArray, IntArray
from impact.weights import att_weights

HOUR_EDGES = (4.0, 8.0, 16.0, 24.0, 48.0, 72.0, 120.0)
HOUR_BINS = (
    "under 4 h",
    "4 to 8 h",
    "8 to 16 h",
    "16 to 24 h",
    "1 to 2 days",
    "2 to 3 days",
    "3 to 5 days",
    "over 5 days",
)
COUNT_EDGES = (0.5, 1.5, 2.5, 4.5)
COUNT_BINS = ("none", "1", "2", "3 or 4", "5 or more")
MONTHS = 6


@dataclass(frozen=True)
class BinShare:
    """Share of one arm in one bin.

    Attributes
    ----------
    outcome, arm, segment, bin
        What the row is about; bins are numbered in their names' order by `position`.
    position
        Place of the bin on the axis, from 0.
    share
        Weighted share of the arm, 0 to 1.
    n, n_bin
        People of the arm, and people in the bin.
    """

    outcome: Literal["pr_cycle_time", "incident_rate"]
    arm: Literal["mentored", "comparison"]
    segment: Segment
    bin: str
    position: int
    share: float
    n: int
    n_bin: int


def spread_outcomes(table: Table, segment: Segment) -> list[BinShare]:
    """Distribution of people's mean merge hours and incidents over six months.

    Parameters
    ----------
    table
        The segment's matched rows of design a.
    segment
        The group the rows are about.
    """
    hours = mean_log_hours(table, str(MONTHS))
    places = np.searchsorted(np.log(HOUR_EDGES), hours, side="right").astype(np.int64)
    count = table.number(f"incidents_{MONTHS}")
    # A short follow-up would pass for few incidents: whole windows only.
    whole = (table.number("leave_time") >= MONTHS) & (table.number(f"exposure_{MONTHS}") > 0)
    steps = np.searchsorted(COUNT_EDGES, np.nan_to_num(count), side="right").astype(np.int64)
    return [
        *_spread(table, segment, "pr_cycle_time", places, HOUR_BINS, ~np.isnan(hours)),
        *_spread(table, segment, "incident_rate", steps, COUNT_BINS, whole & ~np.isnan(count)),
    ]


def _spread(
    table: Table,
    segment: Segment,
    outcome: Literal["pr_cycle_time", "incident_rate"],
    places: IntArray,
    names: tuple[str, ...],
    known: BoolArray,
) -> list[BinShare]:
    is_mentee, person = table.flag("is_mentee"), table.label("person_id")
    weight = att_weights(table.label("cell_id"), is_mentee, known)
    shares = []
    for arm, members in (("mentored", is_mentee), ("comparison", ~is_mentee)):
        rows = members & (weight > 0)
        if not rows.any():
            continue
        total, people = weight[rows].sum(), count_people(person[rows])
        for position, name in enumerate(names):
            inside = rows & (places == position)
            shares.append(
                BinShare(
                    outcome,
                    "mentored" if arm == "mentored" else "comparison",
                    segment,
                    name,
                    position,
                    float(weight[inside].sum() / total),
                    people,
                    count_people(person[inside]),
                )
            )
    return shares
