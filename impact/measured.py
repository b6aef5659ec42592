"""One measure in one group of matched rows: the estimate by its kind, before it is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from impact.cohort import Cohort, Table, count_people, mean_of
from impact.cycle_time import SHORT_WINDOW, Combined, combine_designs, with_unknown
from impact.incident_rate import informative_effects, log_rate
from impact.linear import fit_within_cells
from impact.measures import BEFORE, Amounts, Measure, Months, Spans, find_own, find_spans, running
from impact.poisson import fit_counts
from impact.types import BoolArray, Fit, FloatArray, Refusal
from impact.weights import att_weights

_AFTER = "after"


@dataclass(frozen=True)
class Windows:
    """Sums of one measure over every window of all index rows.

    Attributes
    ----------
    numerator, denominator
        Window name to sums, shape (rows,) each; `after` is the follow-up.
    followed
        Shape (rows,): months of the follow-up in which the measure could be seen.
    on_call
        Shape (rows,): weeks on call in the year before; not-a-number where nobody knows.
    mirror
        The look-back that lies as far before a slow spell as the follow-up lies after it.
    """

    numerator: Mapping[str, FloatArray]
    denominator: Mapping[str, FloatArray]
    followed: FloatArray
    on_call: FloatArray
    mirror: str
    _means: dict[str, FloatArray] = field(default_factory=dict, repr=False)

    def mean(self, window: str) -> FloatArray:
        """Numerator over denominator; not-a-number where there is nothing to divide by."""
        if window not in self._means:
            self._means[window] = mean_of(self.numerator[window], self.denominator[window])
        return self._means[window]


@dataclass(frozen=True)
class Estimated:
    """A measure's estimate with what is needed to judge and show it.

    Attributes
    ----------
    fit
        Log ratio or difference; a refusal where there is none.
    combined
        The designs of a mean of logs; none else.
    deviation
        Standard deviation of a comparison person's value on the model's scale.
    mentored, baseline
        Levels on the natural scale; none where unknown.
    n_mentored, n_comparison
        People compared.
    amount_mentored, amount_comparison
        Events of each arm; rates only.
    events_mentored, events_comparison
        People with any event; rates only.
    followed_share
        Share of mentees compared who were followed for three months.
    """

    fit: Fit | Refusal
    combined: Combined | None
    deviation: float
    mentored: float | None
    baseline: float | None
    n_mentored: int
    n_comparison: int
    amount_mentored: int | None
    amount_comparison: int | None
    events_mentored: int | None
    events_comparison: int | None
    followed_share: float | None

    def without_rows(self) -> Estimated:
        """Give the figures alone, without what they say of each row."""
        fit = self.fit.without_rows() if isinstance(self.fit, Fit) else self.fit
        combined = None if self.combined is None else self.combined.without_rows()
        return dataclasses.replace(self, fit=fit, combined=combined)


def sum_windows(
    measure: Measure, amounts: Amounts, rows: Table, months: Months, follow_up: int
) -> Windows:
    """Sum one measure over the follow-up and the look-backs of every index row.

    Parameters
    ----------
    measure
        For the months in which it can be seen.
    amounts
        The measure along the panel.
    rows
        All index rows.
    months
        The ordered panel.
    follow_up
        Months from the landmark.
    """
    own = rows.remember("own months", partial(find_own, rows, months))
    spans: dict[str, Spans] = {
        name: rows.remember(f"span of {window}", partial(find_spans, rows, months, window, own))
        for name, window in {**BEFORE, _AFTER: (1, follow_up)}.items()
    }
    seen = months.flag("is_git_observed") if measure.source == "git" else months.number("exposure")
    above, below = running(amounts.numerator), running(amounts.denominator)
    return Windows(
        {name: span.between(above) for name, span in spans.items()},
        {name: span.between(below) for name, span in spans.items()},
        spans[_AFTER].total((seen > 0).astype(np.float64)),
        spans["before_12"].total(months.number("on_call_weeks")),
        "before_8" if follow_up <= SHORT_WINDOW else "before_5",
    )


def estimate_measure(measure: Measure, windows: Windows, cohort: Cohort) -> Estimated:
    """Compare mentees with matched people not mentored yet on one measure.

    A mean of logs is estimated like cycle time, by three designs in one; a rate like the
    incident rate; a share or a mean by regression within the cells of design A on the person's own
    year before.

    Parameters
    ----------
    measure
        What it is.
    windows
        Its sums for all index rows.
    cohort
        The group's matched rows; empty designs are refused.
    """
    table = cohort.designs.get("a")
    if table is None:
        return _nobody(Refusal("no_comparison", "No mentee could be matched."))
    if measure.kind == "log_mean":
        return _estimate_log_mean(measure, windows, cohort)
    after = _pick(windows.mean(_AFTER), table)
    counted = _count(measure, windows, table, ~np.isnan(after))
    if counted.n_mentored == 0:
        return counted
    if measure.kind == "rate":
        return dataclasses.replace(counted, fit=_fit_rate(windows, table))
    before = with_unknown(_pick(windows.mean("before_12"), table))
    return dataclasses.replace(counted, fit=_within(table, after, [*before]))


def _estimate_log_mean(measure: Measure, windows: Windows, cohort: Cohort) -> Estimated:
    table_a, table_b = cohort.designs["a"], cohort.designs.get("b")
    if table_b is None:
        return _nobody(Refusal("no_comparison", "No mentee could be matched in design B."))
    after = windows.mean(_AFTER)
    change = _pick(after - windows.mean(windows.mirror), table_b)
    counted = _count(measure, windows, table_b, ~np.isnan(change))
    if counted.n_mentored == 0:
        return counted
    symmetric = _within(table_b, change, [])
    if isinstance(symmetric, Refusal):
        return dataclasses.replace(counted, fit=symmetric)
    covariates = [
        column
        for name in ("before_3", "before_9")
        for column in with_unknown(_pick(windows.mean(name), table_a))
    ]
    fit_a = _within(table_a, _pick(after, table_a), covariates)
    if isinstance(fit_a, Refusal):
        return dataclasses.replace(counted, fit=fit_a)
    fit_b = _within(table_b, _pick(after - windows.mean("before_9"), table_b), [])
    if isinstance(fit_b, Refusal):
        return dataclasses.replace(counted, fit=fit_b)
    combined = combine_designs(symmetric, fit_a, fit_b, table_a, table_b)
    return dataclasses.replace(counted, fit=combined.fit, combined=combined)


def _fit_rate(windows: Windows, table: Table) -> Fit | Refusal:
    count, time = (
        _pick(values, table) for values in (windows.numerator[_AFTER], windows.denominator[_AFTER])
    )
    known = time > 0
    if known.any() and count[known].sum() == 0:
        return Refusal("no_events", "Nobody in either group had one.")
    half, year = (
        log_rate(_pick(windows.numerator[name], table), _pick(windows.denominator[name], table))
        for name in ("before_6", "before_12")
    )
    columns = [half, year, year**2, table.number("tenure_months")]
    for name in ("base_hours_3", "base_hours_9"):
        columns.extend(with_unknown(table.number(name)))
    weeks = _pick(windows.on_call, table)
    if np.nansum(weeks) > 0:
        time_before = _pick(windows.denominator["before_12"], table)
        columns.append(log_rate(np.nan_to_num(weeks), time_before))
    for name in ("level", "job_family"):
        effects, informative = informative_effects(table.label(name), known, count)
        columns.extend(effects.T)
        known &= informative
    covariates = np.array(columns).T
    is_mentee = table.flag("is_mentee")
    weight = att_weights(table.label("cell_id"), is_mentee, known)
    clusters = table.label("person_id"), table.label("team_id")
    both = table.pairs("person_id", "team_id")
    return fit_counts(count, time, is_mentee, covariates, weight, *clusters, both)


def _within(table: Table, outcome: FloatArray, columns: list[FloatArray]) -> Fit | Refusal:
    is_mentee, cell = table.flag("is_mentee"), table.label("cell_id")
    weight = att_weights(cell, is_mentee, ~np.isnan(outcome))
    covariates = np.array([*columns, table.number("tenure_months")]).T
    person, both = table.label("person_id"), table.pairs("cell_id", "person_id")
    return fit_within_cells(outcome, is_mentee, covariates, weight, cell, cell, person, both)


def _count(measure: Measure, windows: Windows, table: Table, known: BoolArray) -> Estimated:
    """Who is compared, and at which levels; the estimate is still to come."""
    is_mentee, person = table.flag("is_mentee"), table.label("person_id")
    weight = att_weights(table.label("cell_id"), is_mentee, known)
    mentees, others = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    count = int(mentees.sum())
    if count == 0:
        return _nobody(
            Refusal("no_follow_up", "No mentee with a comparable colleague has any yet.")
        )
    followed = _pick(windows.followed, table)[mentees]
    after = _pick(windows.mean(_AFTER), table)
    is_rate = measure.kind == "rate"
    amount = _pick(windows.numerator[_AFTER], table)
    return Estimated(
        fit=Refusal("no_rows", "There is no estimate yet."),
        combined=None,
        deviation=float(np.std(after[others])),
        mentored=_level(measure, windows, table, mentees, _AFTER),
        baseline=_level(measure, windows, table, mentees, _base(measure)),
        n_mentored=count,
        n_comparison=count_people(person[others]),
        amount_mentored=int(amount[mentees].sum()) if is_rate else None,
        amount_comparison=int(amount[others].sum()) if is_rate else None,
        events_mentored=int((amount[mentees] > 0).sum()) if is_rate else None,
        events_comparison=count_people(person[others & (amount > 0)]) if is_rate else None,
        followed_share=float((followed >= 3).mean()),
    )


def _base(measure: Measure) -> str:
    return "before_9" if measure.kind == "log_mean" else "before_12"


def _level(
    measure: Measure, windows: Windows, table: Table, rows: BoolArray, window: str
) -> float | None:
    if measure.kind == "rate":
        above = float(_pick(windows.numerator[window], table)[rows].sum())
        below = float(_pick(windows.denominator[window], table)[rows].sum())
        return measure.factor * above / below if below > 0 else None
    values = _pick(windows.mean(window), table)[rows]
    values = values[~np.isnan(values)]
    if not values.size:
        return None
    mean = float(values.mean())
    return float(np.exp(mean)) if measure.kind == "log_mean" else mean


def _pick(values: FloatArray, table: Table) -> FloatArray:
    picked: FloatArray = values[table.rows]
    return picked


def _nobody(refusal: Refusal) -> Estimated:
    return Estimated(refusal, None, 0.0, None, None, 0, 0, None, None, None, None, None)
