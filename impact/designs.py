"""Designs beside the main one: mentors, two sessions, team-mates, teams, new hires, a second time.

Each takes another day as its index date and is otherwise the main design: matched cells, windows
from the landmark, the same estimators. SQL lists who could have started; here cells are numbered
and the panel is summed over each row's windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from impact.cohort import OVERALL, Cohort, Segment, Table, mean_of, to_table
from impact.measures import BEFORE, Months, Spans, find_own, find_spans, month_key, monthly_flows
from impact.types import BoolArray, Column, Design, IntArray

Name = Literal["mentors", "two_sessions", "onboarding", "again", "team", "spillover"]
NAMES: tuple[Name, ...] = ("mentors", "two_sessions", "onboarding", "again", "team", "spillover")
LADDER_SHARE = 0.85
FOLLOW_UP = (6, 12)
_COARSE_BANDS = (3, 5)
"""Bands 1 and 2, 3 and 4, 5: under a year, to five, and more."""
_SINCE_FIRST = (9, 12, 18, 24)
_SINCE_FIRST_COARSE = (12, 24)
"""Months since the first mentorship began, from which its bands begin."""


@dataclass(frozen=True)
class Arranged:
    """One design ready for the estimators.

    Attributes
    ----------
    name
        Which one.
    rows
        All its index rows, with covariates and outcomes under the main design's column names.
    cohort
        The matched rows in designs a and b (onboarding: in the same cells).
    sequence
        Of the design `again`, the models of both mentorships of whoever began a second, else an
        empty text: shape (all rows,).
    """

    name: Name
    rows: Table
    cohort: Cohort
    sequence: npt.NDArray[np.str_] | None = None

    @property
    def eligible(self) -> int:
        """How many started, matched or not."""
        return int(self.rows.flag("is_mentee").sum())


def arrange(name: Name, frame: pd.DataFrame, months: Months) -> Arranged:
    """Sum up, match and lay out one design.

    Parameters
    ----------
    name
        Which one.
    frame
        Its rows of `int_study_rows`, in any order: no figure depends on it.
    months
        The ordered panel: pull requests, incidents and time at risk by person and month.
    """
    if name in ("team", "spillover"):
        # Whoever is in no known team is nobody's team-mate and no comparison either.
        frame = frame[frame["team_id"].notna()]
    if not frame["index_row_id"].is_monotonic_increasing:
        frame = frame.sort_values("index_row_id", kind="stable")
    base = to_table(frame)
    columns = dict(base.columns)
    own = find_own(base, months)
    columns |= _history(base, months, own) | _outcomes(base, months, own)
    if name in ("team", "spillover"):
        # Whoever shares a team shares its first mentee: the team is the unit.
        columns["person_id"] = columns["team_id"].astype(np.int64)
    rows = Table(columns, np.arange(len(frame)), is_whole=True)
    none = np.zeros(len(frame), dtype=np.int64)
    classes: dict[Design, IntArray] = {"a": none, "b": none}
    if name != "onboarding":
        classes["a"] = terciles(rows)
    designs = {
        design: keep_matched(rows, _cells(name, frame, rows, tercile))
        for design, tercile in classes.items()
    }
    kept = {design: table for design, table in designs.items() if len(table)}
    sequence = None
    if name == "again":
        sequence = frame["sequence"].astype(object).fillna("").to_numpy(dtype=np.str_)
    return Arranged(name, rows, Cohort(OVERALL, kept), sequence)


def split_sequences(arranged: Arranged) -> list[Arranged]:
    """Restrict a design to each sequence of models, the comparison rows of its cells kept.

    Parameters
    ----------
    arranged
        The design `again`, whose rows carry `sequence`.

    Returns
    -------
    list[Arranged]
        In order of the sequences' names; nothing where nobody went on.
    """
    sequence = arranged.sequence
    if sequence is None:
        return []
    found = []
    for value in sorted(set(sequence[sequence != ""])):
        is_out = arranged.rows.flag("is_mentee") & (sequence != value)
        kept = arranged.rows.take(~is_out)
        designs = {
            design: keep_matched(part, part.label("cell_id"))
            for design, table in arranged.cohort.designs.items()
            for part in [table.take(~is_out[table.rows])]
        }
        matched = {design: table for design, table in designs.items() if len(table)}
        cohort = Cohort(Segment("model", str(value)), matched)
        found.append(Arranged(arranged.name, kept, cohort))
    return found


def _history(rows: Table, months: Months, own: IntArray) -> dict[str, Column]:
    """Baselines, as the main design has them."""
    spans = {name: find_spans(rows, months, window, own) for name, window in BEFORE.items()}
    hours, merged = months.number("log_hours_sum"), months.number("pr_merged_count")
    found: dict[str, Column] = {}
    for size in (3, 5, 6, 8, 9, 12):
        span = spans[f"before_{size}"]
        found[f"base_hours_{size}"] = mean_of(span.total(hours), span.total(merged))
    for size in (6, 12):
        span = spans[f"before_{size}"]
        found[f"base_incidents_{size}"] = span.total(months.number("incident_count"))
        found[f"base_exposure_{size}"] = span.total(months.number("incident_exposure"))
    year = spans["before_12"]
    found["base_merged_12"] = year.total(merged)
    found["base_on_call_weeks_12"] = year.total(np.nan_to_num(months.number("on_call_weeks")))
    return found


def _outcomes(rows: Table, months: Months, own: IntArray) -> dict[str, Column]:
    """Flow outcomes of every window, up to the month in which a row's observation ends."""
    monthly = monthly_flows(months)
    found: dict[str, Column] = {}
    for size in FOLLOW_UP:
        span = _followed(rows, months, size, own)
        found |= {f"{name}_{size}": span.total(values) for name, values in monthly.items()}
    return found


def _followed(rows: Table, months: Months, size: int, own: IntArray) -> Spans:
    """A follow-up window cut at `end_month_number` instead of the own start of mentoring."""
    everyone = Table({**rows.columns, "is_mentee": np.ones(len(rows), dtype=np.int64)}, rows.rows)
    whole = find_spans(everyone, months, (1, size), own)
    left = rows.label("end_month_number") - rows.label("index_month_number") - 1
    last = rows.label("index_month_number") + np.clip(left, 0, size)
    end = np.searchsorted(months.key, month_key(rows.label("person_id"), last + 1))
    return Spans(whole.low, np.clip(end, whole.low, whole.high))


def _cells(name: Name, frame: pd.DataFrame, rows: Table, tercile: IntArray) -> IntArray:
    """The key and the ladder of the main design, with what a design compares by instead.

    New hires are compared by month of hire and family, mentors with people who have been mentored
    themselves as they have, people mentored again by the model of the first mentorship and the
    time since it began.
    """
    month = frame["index_month_number"].to_numpy(np.int64)
    level, organisation = _codes(frame["level_class"]), _codes(frame["organisation"])
    if name == "onboarding":
        hired = frame["hire_month_number"].to_numpy(np.int64)
        family = _codes(frame["job_family"])
        return climb(rows, [month, hired, level], [[family, organisation], [family], []])
    tenure = frame["tenure_band"].to_numpy(np.int64)
    coarse = np.digitize(tenure, _COARSE_BANDS)
    if name == "again":
        months_since = frame["months_since_first"].to_numpy(np.float64)
        since = np.digitize(months_since, _SINCE_FIRST)
        about = np.digitize(months_since, _SINCE_FIRST_COARSE)
        # Few are mentored once: the last rungs leave recent speed, then tenure, to the models.
        rungs = [[tercile, since, tenure], [tercile, since, coarse], [tercile, about, coarse]]
        rungs += [[since, coarse], [about, coarse], [about]]
        return climb(rows, [month, level, _codes(frame["first_model"])], rungs)
    rungs = [[tenure, organisation], [tenure], [coarse]]
    # Many mentors are mentored themselves, peers from the same day: that is held alike.
    mentored = [frame["mentored_class"].to_numpy(np.int64)] if name == "mentors" else []
    return climb(rows, [month, level, tercile, *mentored], rungs)


def climb(rows: Table, base: Sequence[IntArray], rungs: Sequence[Sequence[IntArray]]) -> IntArray:
    """Number the cells of the first rung that matches enough, else the last; covariates only.

    Parameters
    ----------
    rows
        Both arms.
    base
        Parts of the key that every rung has, shape (n,) each.
    rungs
        What each rung adds, finest first.
    """
    is_mentee = rows.flag("is_mentee")
    cell = np.zeros(len(rows), dtype=np.int64)
    for rung in rungs:
        cell = _number([*base, *rung])
        matched = _shared(cell, is_mentee)[is_mentee]
        if matched.size and matched.mean() >= LADDER_SHARE:
            break
    return cell


def _shared(cell: IntArray, is_mentee: BoolArray) -> BoolArray:
    """Rows whose cell holds both arms."""
    size = int(cell.max(initial=0)) + 1
    mentees = np.bincount(cell[is_mentee], minlength=size)
    others = np.bincount(cell[~is_mentee], minlength=size)
    both: BoolArray = ((mentees > 0) & (others > 0))[cell]
    return both


def keep_matched(rows: Table, cell: IntArray) -> Table:
    """Keep rows of cells that hold both arms, cell by cell, their cells numbered from 0."""
    shared = np.flatnonzero(_shared(cell, rows.flag("is_mentee")))
    order = shared[np.argsort(cell[shared], kind="stable")]
    numbered = cell[order]
    dense = np.cumsum(np.diff(numbered, prepend=numbered[:1]) != 0)
    return Table(rows.columns, rows.rows[order], {"cell_id": dense.astype(np.int64)})


def terciles(rows: Table) -> IntArray:
    """Tercile of recent cycle time among the rows of an index month; none is its own class."""
    hours, month = np.round(rows.number("base_hours_6"), 9), rows.label("index_month_number")
    found = np.zeros(len(rows), dtype=np.int64)
    for at in np.unique(month):
        here = np.flatnonzero((month == at) & ~np.isnan(hours))
        if here.size:
            place = np.searchsorted(np.sort(hours[here]), hours[here])
            found[here] = 1 + np.minimum(3 * place // here.size, 2)
    return found


def _number(columns: Sequence[IntArray]) -> IntArray:
    """Number the distinct combinations of several columns."""
    number = np.zeros(columns[0].size, dtype=np.int64)
    for column in columns:
        dense = pd.factorize(column, sort=True)[0]
        combined = number * (int(dense.max(initial=0)) + 1) + dense
        number = pd.factorize(combined, sort=True)[0].astype(np.int64)
    return number


def _codes(column: pd.Series[str]) -> IntArray:
    return pd.factorize(column, sort=True)[0].astype(np.int64)
