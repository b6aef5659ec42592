"""The headline on data cut at the last planned look: what verdicts between looks are made of.

Whatever came after the look is taken back: merges (the pull request was still open), incidents,
leaving, promotions, starts of mentoring and everybody whose landmark had not come. What is left is
matched and estimated anew, group by group, by the main design's own code.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.balance import check_balance, measure_balance
from impact.checks import Check, check_designs, check_matched_share, check_negative_control
from impact.cohort import OVERALL, Cohort, Segment, Table, split_segments, to_table
from impact.designs import climb, keep_matched, terciles
from impact.fits import half_year
from impact.judge import Judged, judge, test_segments
from impact.matched import EPOCH, Surroundings, fit_headline_rows
from impact.measures import (
    BEFORE,
    Months,
    Spans,
    find_own,
    find_spans,
    month_key,
    monthly_flows,
    order_months,
)
from impact.placebo_results import widen
from impact.rows import Row
from impact.study import HEADLINE_MONTHS, Study
from impact.types import BoolArray, Column, Design, FloatArray, IntArray

_FLOW_MONTHS = HEADLINE_MONTHS["pr_cycle_time"]
_COARSE_BANDS = (3, 5)
_CLOSE = 1e-9
_DAYS_TO_MERGE = 20


@dataclass(frozen=True)
class Late:
    """What happened after the look, laid out along the panel: shape (months,) each.

    Attributes
    ----------
    merged, log_hours
        Pull requests opened in the month and merged after the look, and their log hours.
    incidents
        Incidents of the month opened after the look.
    starts
        Whether mentoring started in the month, after the look.
    """

    merged: FloatArray
    log_hours: FloatArray
    incidents: FloatArray
    starts: BoolArray


@dataclass(frozen=True)
class Ends:
    """Ends of the sources as of the look; none without such an export."""

    hris: dt.date
    git: dt.date | None
    incidents: dt.date | None


def judge_at_look(
    index_rows: pd.DataFrame,
    months: Months,
    late: pd.DataFrame,
    mentee_segments: pd.DataFrame,
    pools: pd.DataFrame,
    ends: pd.DataFrame,
    study: Study,
) -> list[Judged]:
    """Give the headline verdicts of every segment as of the last look.

    Parameters
    ----------
    index_rows
        All index rows: covariates, times of leaving and promotion, and what the key is made of.
    months
        The ordered panel.
    late
        `kind`, `person_id`, `month_number`, `log_hours`: what happened after the look.
    mentee_segments, pools
        Mentees by segment, and who else could have been compared.
    ends
        One row of data ends.
    study
        Today's study, with a look behind it.

    Raises
    ------
    ValueError
        If no look has passed.
    """
    day = study.look.last
    if day is None:
        raise ValueError("no look has passed: there is nothing to judge")
    then = dataclasses.replace(study, as_of=day)
    known = _read_ends(ends, day)
    panel, late_on = _cut_months(months, _place(late, months), known)
    table = _cut_rows(to_table(index_rows.sort_values("index_row_id")), panel, late_on, known)
    rows: list[Row] = []
    checks: list[Check] = []
    for segment, members in _segments(table, mentee_segments, pools):
        found, checked = _fit(segment, members, then)
        rows.extend(found)
        checks.extend(checked)
    return judge(rows, checks, test_segments(rows, then), then)


def _read_ends(ends: pd.DataFrame, day: dt.date) -> Ends:
    row = ends.iloc[0]

    def until(name: str) -> dt.date | None:
        return None if pd.isna(row[name]) else min(pd.Timestamp(row[name]).date(), day)

    return Ends(until("hris_end") or day, until("git_end"), until("incidents_end"))


def _place(late: pd.DataFrame, months: Months) -> Late:
    """Lay late events out along the panel; those outside it concern nobody."""
    size = months.key.size
    wanted = month_key(
        late["person_id"].to_numpy(np.int64), late["month_number"].to_numpy(np.int64)
    )
    place = np.minimum(np.searchsorted(months.key, wanted), max(size - 1, 0))
    known = months.key[place] == wanted if size else np.zeros(wanted.size, dtype=np.bool_)
    kind = late["kind"].to_numpy(dtype=object)

    def count(name: str, values: FloatArray | None = None) -> FloatArray:
        own = known & (kind == name)
        weights = None if values is None else values[own]
        counted: FloatArray = np.bincount(place[own], weights, size).astype(np.float64)
        return counted

    hours = late["log_hours"].to_numpy(np.float64, na_value=np.nan)
    return Late(count("merge"), count("merge", hours), count("incident"), count("start") > 0)


def _cut_months(months: Months, late: Late, ends: Ends) -> tuple[Months, Late]:
    """The panel up to the end of employment's data, less what came later."""
    number = months.columns["month_number"].astype(np.int64)
    last = _number(ends.hris)
    kept = number <= last
    columns = {name: values[kept] for name, values in months.columns.items()}
    cut = Late(*(getattr(late, field.name)[kept] for field in dataclasses.fields(Late)))
    number = number[kept]
    columns["log_hours_sum"] = columns["log_hours_sum"] - cut.log_hours
    columns["pr_merged_count"] = columns["pr_merged_count"] - cut.merged
    columns["incident_count"] = columns["incident_count"] - cut.incidents
    columns["is_started"] = np.where(cut.starts, 0, columns["is_started"])
    observed = number <= _last_git_month(ends.git)
    columns["is_git_observed"] = np.where(observed, columns["is_git_observed"], 0)
    # Of the month of the look only the days up to it were at work.
    size = calendar.monthrange(ends.hris.year, ends.hris.month)[1]
    worked = np.minimum(columns["exposure"], ends.hris.day / size)
    seen = _days_seen(ends) / ends.hris.day
    at_risk = np.where(columns["incident_exposure"] > 0, worked * seen, 0.0)
    columns["exposure"] = np.where(number == last, worked, columns["exposure"])
    columns["incident_exposure"] = np.where(number == last, at_risk, columns["incident_exposure"])
    return order_months(Table(columns, np.arange(number.size))), cut


def _days_seen(ends: Ends) -> int:
    """Days of the last month of employment's data of which incidents are known."""
    if ends.incidents is None or _number(ends.incidents) < _number(ends.hris):
        return 0
    return min(ends.incidents, ends.hris).day


def _last_git_month(end: dt.date | None) -> int:
    """Number of the last month whose pull requests had three weeks to be merged."""
    return -1 if end is None else _number(end - dt.timedelta(days=_DAYS_TO_MERGE)) - 1


def _number(day: dt.date) -> int:
    return day.year * 12 + day.month


def _cut_rows(table: Table, months: Months, late: Late, ends: Ends) -> Table:
    """Index rows whose landmark had come, with baselines and outcomes as of the look."""
    day = (ends.hris - EPOCH).days
    rows = np.flatnonzero(table.number("landmark") <= day)
    columns: dict[str, Column] = {name: values[rows] for name, values in table.columns.items()}
    kept = Table(columns, np.arange(rows.size))
    columns |= _cut_times(kept, ends)
    columns |= _cut_baselines(kept, months, late)
    columns |= _sum_outcomes(kept, months)
    cut = Table(columns, kept.rows)
    columns["tercile"] = terciles(cut)
    return cut


def _cut_times(rows: Table, ends: Ends) -> dict[str, Column]:
    """Leaving and promotion after the data's end had not happened."""
    end = ends.hris + dt.timedelta(days=1)
    part = (end.day - 1) / calendar.monthrange(end.year, end.month)[1]
    limit = _number(end) + part - (rows.number("index_month_number") + 1)
    leave, left = rows.number("leave_time"), rows.label("leave_event")
    left = np.where(leave <= limit + _CLOSE, left, 0)
    leave = np.minimum(leave, limit)
    rise, kind = rows.number("promotion_time"), rows.label("promotion_event")
    risen = (kind == 1) & (rise < limit)
    return {
        "leave_time": leave,
        "leave_event": left,
        "promotion_time": np.where(risen, rise, leave),
        "promotion_event": np.where(risen, 1, np.where(left > 0, 2, 0)),
    }


def _cut_baselines(rows: Table, months: Months, late: Late) -> dict[str, Column]:
    """Own history without late merges; where there were none it stays to the last digit."""
    found: dict[str, Column] = {}
    hours, merged = months.number("log_hours_sum"), months.number("pr_merged_count")
    own = find_own(rows, months)
    for name, window in BEFORE.items():
        column = name.replace("before", "base_hours")
        span = find_spans(rows, months, window, own)
        gone = span.total(late.merged)
        count = span.total(merged)
        mean = np.divide(
            span.total(hours), count, out=np.full(len(rows), np.nan), where=count > 0.5
        )
        found[column] = np.where(gone > 0, mean, rows.number(column))
        if name == "before_12":
            found["base_merged_12"] = rows.number("base_merged_12") - gone
    return found


def _sum_outcomes(rows: Table, months: Months) -> dict[str, Column]:
    """Flow outcomes of the headline window."""
    span: Spans = find_spans(rows, months, (1, _FLOW_MONTHS))
    monthly = monthly_flows(months)
    found = {f"{name}_{_FLOW_MONTHS}": span.total(values) for name, values in monthly.items()}
    # Differences of running sums: whole numbers again.
    for name in ("merged", "followup_git_months", "incidents"):
        found[f"{name}_{_FLOW_MONTHS}"] = np.round(found[f"{name}_{_FLOW_MONTHS}"])
    return dict(found)


def _segments(
    table: Table, mentee_segments: pd.DataFrame, pools: pd.DataFrame
) -> Iterator[tuple[Segment, Table]]:
    """Each segment's mentees with everyone they could be compared with, and everyone first."""
    known = table.label("index_row_id")
    mentees, others = (
        split_segments(
            table, frame[frame["index_row_id"].isin(known)], f"{kind}_dimension", f"{kind}_value"
        )
        for frame, kind in ((mentee_segments, "segment"), (pools, "pool"))
    )
    everyone = np.flatnonzero(~table.flag("is_mentee"))
    for segment in sorted({OVERALL, *mentees}):
        own = mentees[segment].rows if segment in mentees else np.zeros(0, dtype=np.int64)
        pool = others[segment].rows if segment in others else everyone
        yield segment, Table(table.columns, np.sort(np.concatenate([own, pool])))


def _fit(segment: Segment, members: Table, study: Study) -> tuple[list[Row], list[Check]]:
    """Match, estimate and check one segment."""
    is_open = segment.dimension != "cohort" or segment.value >= half_year(study.as_of)
    eligible = int(members.flag("is_mentee").sum())
    cohort = _match(segment, members)
    around = Surroundings(eligible, study.as_of, is_open)
    rows = [widen(row, study.placebos) for row in fit_headline_rows(cohort, around)]
    table = cohort.designs.get("a")
    matched = 0 if table is None else int(table.flag("is_mentee").sum())
    checks = [check_matched_share(segment, matched, eligible), check_negative_control(cohort)]
    checks += [check_designs(row) for row in rows if row.outcome == "pr_cycle_time"]
    balance = [
        line
        for design, own in cohort.designs.items()
        for line in measure_balance(segment, design, own, members)
    ]
    return rows, [*checks, check_balance(segment, balance)]


def _match(segment: Segment, members: Table) -> Cohort:
    """The key and the ladder of the main design."""
    tenure = members.label("tenure_band")
    organisation = members.label("organisation")
    rungs = [[tenure, organisation], [tenure], [np.digitize(tenure, _COARSE_BANDS)]]
    base = [members.label("index_month_number"), members.label("level_class")]
    keys: Mapping[Design, list[IntArray]] = {
        "a": [*base, members.label("tercile")],
        "b": base,
    }
    designs = {
        design: keep_matched(members, climb(members, key, rungs)) for design, key in keys.items()
    }
    return Cohort(segment, {design: own for design, own in designs.items() if len(own)})
