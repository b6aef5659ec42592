"""When an effect appears: month by month around the start of mentoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from impact.checks import Check, Status
from impact.clusters import NEGLIGIBLE
from impact.cohort import Segment, Table, mean_of
from impact.linear import FLAT
from impact.measures import Months, find_own, find_spans, monthly_flows
from impact.reference import critical_value
from impact.types import FloatArray, IntArray, Outcome
from impact.wording import per_cent

BASELINE = (-12, -4)
MONTHS = range(-12, 13)
MINIMUM_MENTEES = 10
HORIZON = 6
_VALUES_AT_ONCE = 1 << 21


@dataclass(frozen=True)
class Month:
    """One month relative to the start, as a ratio to what the comparison predicts.

    Attributes
    ----------
    outcome, segment, month
        What the row is about; month 0 is the one in which mentoring starts.
    estimate, ci_low, ci_high
        Ratios; 1 is no difference from the person's own months -12 to -4. None under ten mentees
        and where nothing could be fitted.
    n
        Mentees with the outcome in that month.
    n_comparison
        Comparison people with the outcome in that month.
    effect, influence
        The log ratio and its influence by person, for the test of a drift.
    """

    outcome: Outcome
    segment: Segment
    month: int
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n: int
    n_comparison: int
    effect: float | None
    influence: FloatArray


@dataclass(frozen=True)
class Around:
    """The panel around each index row, and the row's own months -12 to -4.

    Attributes
    ----------
    months
        The ordered panel.
    own, first, end
        Shape (rows,): positions in the panel of the index month, of the first month that belongs
        to the row and of the one after the last.
    hours, incidents, exposure
        Shape (months + 1,): mean log hours of a person's month, incidents and person-months at
        risk; not-a-number where unknown, and behind the end.
    base_hours, base_known, base_incidents, base_exposure
        Shape (rows,): mean log hours of the own months before, how many of them have known
        incidents, and their sums.
    """

    months: Months
    own: IntArray
    first: IntArray
    end: IntArray
    hours: FloatArray
    incidents: FloatArray
    exposure: FloatArray
    base_hours: FloatArray
    base_known: FloatArray
    base_incidents: FloatArray
    base_exposure: FloatArray

    def at(self, rows: IntArray, relative: IntArray) -> IntArray:
        """Positions of some rows' months, behind the end where there is none.

        Shape (rows, months). A comparison person's months end before the own start.
        """
        own, key = self.own[rows], self.months.key
        place = np.stack([self.months.shift(own, int(by)) for by in relative], axis=1)
        inside = (place >= self.first[rows, None]) & (place < self.end[rows, None])
        if not self.months.is_gapless:
            inside &= key[np.minimum(place, key.size - 1)] == key[own, None] + relative
        return np.where(inside, place, key.size)


def look_around(rows: Table, months: Months) -> Around:
    """Find every index row's months once, for all segments.

    Parameters
    ----------
    rows
        All index rows: `person_id`, `index_month_number`, `is_mentee`.
    months
        The ordered panel; every index row has its month there.
    """
    flows = monthly_flows(months)
    hours, merged = flows["log_hours_sum"], flows["merged"]
    time, count = flows["exposure"], flows["incidents"]
    known = ((time > 0) & ~np.isnan(count)).astype(np.float64)
    own = find_own(rows, months)
    before = find_spans(rows, months, BASELINE, own)
    total, base_merged = before.total(np.nan_to_num(hours)), before.total(np.nan_to_num(merged))
    return Around(
        months,
        own,
        months.first[own],
        np.where(rows.flag("is_mentee"), months.last[own] + 1, months.started[own]),
        np.append(mean_of(hours, merged), np.nan),
        np.append(np.where(known > 0, count, np.nan), np.nan),
        np.append(np.where(known > 0, time, np.nan), np.nan),
        mean_of(total, base_merged),
        before.total(known),
        before.total(np.where(known > 0, count, 0.0)),
        before.total(np.where(known > 0, time, 0.0)),
    )


class _Matched:
    """Matched rows of one segment, cell by cell, and sums over them for many months at once.

    A matrix of rows has a line a matched row and a column a month.
    """

    def __init__(self, table: Table) -> None:
        cell = table.label("cell_id")
        self.is_mentee = table.flag("is_mentee")[:, None]
        self._starts = np.flatnonzero(np.diff(cell, prepend=cell[:1] - 1))
        self._sizes = np.diff(self._starts, append=cell.size)
        person = table.label("person_id")
        self._people_in_order = np.argsort(person, kind="stable")
        self._first_of_person = np.flatnonzero(np.diff(person[self._people_in_order], prepend=-1))

    def by_cell(self, values: FloatArray) -> FloatArray:
        """Sum the rows of each cell, shape (cells, months)."""
        sums: FloatArray = np.add.reduceat(values, self._starts, axis=0)
        return sums

    def by_row(self, of_cell: FloatArray) -> FloatArray:
        """Give every row its cell's value, shape (rows, months)."""
        return np.repeat(of_cell, self._sizes, axis=0)

    def by_person(self, values: FloatArray) -> FloatArray:
        """Sum the rows of each person, shape (people, months)."""
        ordered = values[self._people_in_order]
        sums: FloatArray = np.add.reduceat(ordered, self._first_of_person, axis=0)
        return sums

    def weigh(self, known: FloatArray) -> FloatArray:
        """Weigh rows month by month as `att_weights` does, where a row may count several times.

        Parameters
        ----------
        known
            Shape (rows, months): how often the outcome is known.
        """
        mentees = self.by_cell(known * self.is_mentee)
        others = self.by_cell(known) - mentees
        shared = (mentees > 0) & (others > 0)
        ratio = np.divide(mentees, others, out=np.zeros_like(others), where=shared)
        of_mentees, of_others = self.by_row(shared.astype(np.float64)), self.by_row(ratio)
        return np.where(self.is_mentee, of_mentees, of_others) * (known > 0)

    def count(self, weight: FloatArray) -> tuple[IntArray, IntArray]:
        """Count the mentees and the comparison people who weigh anything, shape (months,) each."""
        taking_part = weight > 0
        others = self.by_person((taking_part & ~self.is_mentee).astype(np.float64))
        mentees = (taking_part & self.is_mentee).sum(axis=0)
        return mentees.astype(np.int64), (others > 0).sum(axis=0).astype(np.int64)


@dataclass(frozen=True)
class _Effects:
    """Log ratios of some months; not-a-number where there is none.

    Attributes
    ----------
    effect, error, degrees
        Shape (months,).
    influence
        Shape (people, months).
    weight
        Shape (rows, months): who took part.
    """

    effect: FloatArray
    error: FloatArray
    degrees: FloatArray
    influence: FloatArray
    weight: FloatArray


def follow_hours(table: Table, around: Around, segment: Segment, confidence: float) -> list[Month]:
    """Mean log hours of each month minus the person's own mean of months -12 to -4, within cells.

    Parameters
    ----------
    table
        Matched rows of design b, cell by cell.
    around
        The months around all index rows.
    segment
        The group the rows are about.
    confidence
        Of the intervals.

    Returns
    -------
    list[Month]
        Every month in which a mentee has the outcome and a comparison.
    """
    if not len(table):
        return []
    matched, base = _Matched(table), around.base_hours[table.rows, None]
    found: list[Month] = []
    for relative in _blocks(len(table)):
        change = around.hours[around.at(table.rows, relative)] - base
        effects = _compare_changes(matched, change)
        found.extend(_tell("pr_cycle_time", segment, relative, matched, effects, confidence))
    return found


def follow_incidents(
    table: Table, around: Around, segment: Segment, confidence: float
) -> list[Month]:
    """Incident rate of each month against the weighted comparison, relative to months -12 to -4.

    Parameters and result are those of `follow_hours`.
    """
    if not len(table):
        return []
    matched, rows = _Matched(table), table.rows
    base = _compare_rates(
        matched,
        around.base_known[rows, None],
        around.base_incidents[rows, None],
        around.base_exposure[rows, None],
    )
    found: list[Month] = []
    for relative in _blocks(len(table)):
        at = around.at(rows, relative)
        count, time = around.incidents[at], around.exposure[at]
        known = ~np.isnan(count)
        effects = _compare_rates(
            matched, known.astype(np.float64), np.nan_to_num(count), np.nan_to_num(time)
        )
        effects = _less(effects, base)
        found.extend(_tell("incident_rate", segment, relative, matched, effects, confidence))
    return found


def _less(effects: _Effects, base: _Effects) -> _Effects:
    """Effects of months less that of the months before; none where either arm had no event."""
    with np.errstate(invalid="ignore"):
        influence = effects.influence - base.influence
        effect = effects.effect - base.effect
    error = np.sqrt((influence**2).sum(axis=0))
    return _Effects(effect, error, effects.degrees, influence, effects.weight)


def _blocks(rows: int) -> Iterator[IntArray]:
    """Cut the months into runs of which a matrix is of bearable size."""
    size = max(1, _VALUES_AT_ONCE // rows)
    for first in range(MONTHS.start, MONTHS.stop, size):
        yield np.arange(first, min(first + size, MONTHS.stop))


def _tell(
    outcome: Outcome,
    segment: Segment,
    relative: IntArray,
    matched: _Matched,
    effects: _Effects,
    confidence: float,
) -> Iterator[Month]:
    mentees, others = matched.count(effects.weight)
    for place in np.flatnonzero(mentees):
        effect, error = float(effects.effect[place]), float(effects.error[place])
        is_known = mentees[place] >= MINIMUM_MENTEES and np.isfinite(effect) and 0 < error < np.inf
        reach = critical_value(1 - confidence, float(effects.degrees[place])) * error
        yield Month(
            outcome,
            segment,
            int(relative[place]),
            estimate=float(np.exp(effect)) if is_known else None,
            ci_low=float(np.exp(effect - reach)) if is_known else None,
            ci_high=float(np.exp(effect + reach)) if is_known else None,
            n=int(mentees[place]),
            n_comparison=int(others[place]),
            effect=effect if is_known else None,
            influence=effects.influence[:, place],
        )


def _compare_changes(matched: _Matched, change: FloatArray) -> _Effects:
    """Mean difference within cells, with the error of `fit_within_cells` without covariates."""
    weight = matched.weigh((~np.isnan(change)).astype(np.float64))
    value = np.where(weight > 0, change, 0.0)
    of_mentees = np.where(matched.is_mentee, weight, 0.0)
    in_cell = matched.by_cell(of_mentees)
    total = in_cell.sum(axis=0)
    sign = np.where(matched.is_mentee, 1.0, -1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        effect = (weight * value * sign).sum(axis=0) / total
        mean = matched.by_cell(weight * value) / (2 * in_cell)
        centred = np.where(weight > 0, value - matched.by_row(mean), 0.0)
        influence = weight * sign * (centred - sign * effect / 2) / total
        spread = np.sqrt((weight * centred**2).sum(axis=0) / (2 * total))
    size = np.abs(influence)
    taking_part = (size > NEGLIGIBLE * size.max(axis=0)).astype(np.float64)
    by_cell, by_person = matched.by_cell(influence), matched.by_person(influence)
    clusters = np.minimum(
        (matched.by_cell(taking_part) > 0).sum(axis=0),
        (matched.by_person(taking_part) > 0).sum(axis=0),
    )
    # A cell holds the index rows of one month: nobody is in it twice.
    parts = [(values**2).sum(axis=0) for values in (by_cell, by_person, influence)]
    variance = np.maximum(np.maximum(parts[0], parts[1]), parts[0] + parts[1] - parts[2])
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(variance * clusters / (clusters - 1.0))
    is_flat = spread < FLAT * np.maximum(1.0, np.abs(value).max(axis=0))
    error = np.where(is_flat | (clusters < 2), np.nan, error)
    return _Effects(effect, error, clusters - 1.0, by_person, weight)


def _compare_rates(
    matched: _Matched, known: FloatArray, count: FloatArray, time: FloatArray
) -> _Effects:
    """Log ratio of weighted rates, shape (rows, months) each argument."""
    weight = matched.weigh(known)
    effect, influence = np.zeros(known.shape[1]), np.zeros(known.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        for arm, sign in ((matched.is_mentee, 1.0), (~matched.is_mentee, -1.0)):
            of_arm = np.where(arm, weight, 0.0)
            events = (of_arm * count).sum(axis=0)
            rate = events / (of_arm * time).sum(axis=0)
            effect += sign * np.log(rate)
            influence += sign * of_arm * (count - rate * time) / events
    by_person = matched.by_person(influence)
    error = np.sqrt((by_person**2).sum(axis=0))
    return _Effects(effect, error, np.full(effect.size, np.inf), by_person, weight)


def check_pre_trend(segment: Segment, months: list[Month], confidence: float) -> Check:
    """Largest drift over six months that the months before the start still allow.

    A straight line is fitted through months -12 to -4; the figure is the far end of its interval.
    It is shown, never a gate: a test that finds nothing at low power would reassure wrongly.

    References
    ----------
    Roth (2022), "Pretest with caution: event-study estimates after testing for parallel trends",
    American Economic Review: Insights 4(3).
    """
    before = [
        (m.month, m.effect, m.influence)
        for m in months
        if BASELINE[0] <= m.month <= BASELINE[1] and m.effect is not None
    ]
    if len(before) < 4:
        return Check(
            "pre_trend",
            "pr_cycle_time",
            segment,
            None,
            None,
            "not_checked",
            "There is too little history to see a drift before the start.",
        )
    at = np.array([month for month, _, _ in before], dtype=np.float64)
    slope_weight = (at - at.mean()) / np.sum((at - at.mean()) ** 2)
    slope = float(slope_weight @ [effect for _, effect, _ in before])
    influence = slope_weight @ np.array([by_person for _, _, by_person in before])
    error = float(np.sqrt((influence**2).sum()))
    reach = critical_value(1 - confidence, np.inf) * error
    drift = max(abs(slope - reach), abs(slope + reach)) * HORIZON
    status: Status = "warn" if abs(slope) > reach else "ok"
    percent = per_cent(float(np.exp(drift)))
    sentence = (
        f"Before the start the data allow a drift of at most {percent} % over six months."
        if status == "ok"
        else "Mentees and comparison people were already drifting apart before the start "
        f"(up to {percent} % over six months)."
    )
    return Check(
        "pre_trend", "pr_cycle_time", segment, float(np.exp(drift)), None, status, sentence
    )
