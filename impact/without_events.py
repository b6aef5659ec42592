"""The headline without the months of known events."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from impact.cohort import Cohort, Table
from impact.material import Material
from impact.measured import Windows, estimate_measure, sum_windows
from impact.measures import Amounts, Measure, Months, find_spans
from impact.sensitivity import Estimated, Sensitivity, fit_headline, lay_out
from impact.study import HEADLINE_MONTHS, Study
from impact.types import BoolArray, Fit, IntArray, Outcome

_HOURS = Measure("pr_cycle_time", "log_mean", "git", "hours", "lower")
_INCIDENTS = Measure("incident_rate", "rate", "incidents", "incidents", "lower", "incidents")


def leave_out_events(
    material: Material, estimated: Estimated, months: Months, study: Study
) -> Iterator[Sensitivity]:
    """Estimate the headline with what happened in eventful months left out.

    Pull requests and incidents of those months, before and after the start, count for nobody;
    leaving and promotions in them count as not observed any further, in both arms alike.

    Parameters
    ----------
    material
        Index rows with `index_month_number`, and matched rows.
    estimated
        Segments and the outcomes to vary there.
    months
        The ordered panel with `is_eventful`.
    study
        Confidence and exports at hand.
    """
    if not estimated or not months.flag("is_eventful").any():
        return
    flows: tuple[tuple[Outcome, Measure], ...] = (
        ("pr_cycle_time", _HOURS),
        ("incident_rate", _INCIDENTS),
    )
    for outcome, measure in flows:
        if any(outcome in outcomes for outcomes in estimated.values()):
            windows = _sum_quiet(measure, material.rows, months, HEADLINE_MONTHS[outcome])
            for segment in (one for one, outcomes in estimated.items() if outcome in outcomes):
                yield from _flow(outcome, measure, windows, material.cohort(segment), study)
    censored = _censor(material.rows, months)
    for segment, outcomes in estimated.items():
        swapped = Cohort(
            segment,
            {
                design: Table(censored, of.rows, of.own)
                for design, of in material.cohort(segment).designs.items()
            },
        )
        for outcome in (one for one in outcomes if one in ("retention", "promotion")):
            fit = fit_headline(swapped, outcome, HEADLINE_MONTHS[outcome])
            if fit is not None:
                table = swapped.designs["a"]
                yield lay_out(outcome, "without_events", segment, fit, table, study)
        material.forget(segment)


def _sum_quiet(measure: Measure, rows: Table, months: Months, size: int) -> Windows:
    """Sum a measure over every row's windows without the eventful months."""
    quiet = (~months.flag("is_eventful")).astype(np.float64)
    names = {
        "pr_cycle_time": ("log_hours_sum", "pr_merged_count"),
        "incident_rate": ("incident_count", "incident_exposure"),
    }
    above, below = names[measure.name]
    if measure.source == "git":
        quiet = quiet * months.flag("is_git_observed")
    amounts = Amounts(months.number(above) * quiet, months.number(below) * quiet)
    return sum_windows(measure, amounts, rows, months, size)


def _flow(
    outcome: Outcome, measure: Measure, windows: Windows, cohort: Cohort, study: Study
) -> Iterator[Sensitivity]:
    found = estimate_measure(measure, windows, cohort).fit
    if isinstance(found, Fit):
        # A mean of logs is held by the cells without recent speed.
        table = cohort.designs["b" if outcome == "pr_cycle_time" else "a"]
        yield lay_out(outcome, "without_events", cohort.segment, found, table, study)


def _censor(rows: Table, months: Months) -> dict[str, np.ndarray]:
    """All columns, with events in eventful months turned into ends of observation."""
    columns = dict(rows.columns)
    own = find_spans(rows, months, (0, 0)).low
    own = np.minimum(own, months.key.size - 1)
    last = months.last[own]
    eventful = months.flag("is_eventful")
    leaving: BoolArray = eventful[last] & months.flag("is_leaving")[last]
    rise = _next(months.flag("is_promoted"), own)
    rising: BoolArray = (rise <= last) & eventful[np.minimum(rise, months.key.size - 1)]
    promotion = rows.label("promotion_event")
    columns["leave_event"] = np.where(leaving, 0, rows.label("leave_event"))
    gone = (promotion == 1) & rising | (promotion == 2) & leaving
    columns["promotion_event"] = np.where(gone, 0, promotion)
    return columns


def _next(flag: BoolArray, position: IntArray) -> IntArray:
    """Position of the next marked month after each one; past the end where there is none."""
    marked = np.append(np.flatnonzero(flag), np.iinfo(np.int64).max)
    found: IntArray = marked[np.searchsorted(marked[:-1], position, side="right")]
    return found
