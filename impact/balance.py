"""How alike mentees and comparison people were before the start, before and after matching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.checks import Check, Status
from impact.clusters import two_way_error
from impact.cohort import Segment, Table, count_people, mean_of
from impact.incident_rate import log_rate
from impact.types import BoolArray, Design, FloatArray, IntArray
from impact.weights import att_weights
from impact.wording import decimals

AMBER = 0.10
RED = 0.25
ADJUSTED: dict[Design, frozenset[str]] = {
    "a": frozenset(
        {
            "cycle_time_3_months",
            "cycle_time_9_months",
            "tenure_months",
            "incident_rate_6_months",
            "incident_rate_12_months",
            "on_call_weeks_12_months",
        }
    ),
    "b": frozenset({"cycle_time_3_months", "cycle_time_9_months", "tenure_months"}),
}
"""Covariates that a design's model takes out, so that their balance is no ground to refuse."""


@dataclass(frozen=True)
class Balance:
    """Standardised mean difference of one covariate.

    Attributes
    ----------
    design, covariate, segment
        What the row is about.
    smd_before
        All mentees with a baseline against everyone who could have started in the same months.
    smd_after
        The matched arms, weighted; divided by the same standard deviation.
    se
        Standard error of `smd_after`, by cell and person.
    adjusted_in_model
        Whether the design's model takes the covariate out.
    n_mentored, n_comparison
        People of the matched arms in whom the covariate is known.
    """

    design: Design
    covariate: str
    segment: Segment
    smd_before: float | None
    smd_after: float | None
    se: float | None
    adjusted_in_model: bool
    n_mentored: int
    n_comparison: int


def covariates(table: Table) -> dict[str, FloatArray]:
    """Covariates as of the index date, by published name; unknown values are not-a-number."""
    merged, exposure = table.number("base_merged_12"), table.number("base_exposure_12")
    half = log_rate(table.number("base_incidents_6"), table.number("base_exposure_6"))
    columns = {
        "cycle_time_3_months": table.number("base_hours_3"),
        "cycle_time_9_months": table.number("base_hours_9"),
        "incident_rate_6_months": half,
        "incident_rate_12_months": log_rate(table.number("base_incidents_12"), exposure),
        "merged_a_month": mean_of(merged, exposure),
        "tenure_months": table.number("tenure_months"),
        "months_in_level": table.number("months_in_level"),
        "level_rank": table.number("level_rank"),
    }
    if np.nansum(table.number("base_on_call_weeks_12")) > 0:
        columns["on_call_weeks_12_months"] = table.number("base_on_call_weeks_12")
    return columns


def measure_balance(
    segment: Segment, design: Design, matched: Table, everyone: Table
) -> list[Balance]:
    """Compare the arms on every covariate.

    Parameters
    ----------
    segment, design
        What the rows are about.
    matched
        The segment's matched rows in this design.
    everyone
        The segment's whole risk set: mentees with a baseline and everyone who could have started
        in the same months.

    Returns
    -------
    list[Balance]
        One a covariate; figures are none where a covariate does not vary or is unknown.

    References
    ----------
    Austin (2009), "Balance diagnostics for comparing the distribution of baseline covariates
    between treatment groups in propensity-score matched samples", Statistics in Medicine 28.
    """
    before, after = covariates(everyone), covariates(matched)
    month = everyone.label("index_month")
    rows = []
    for name in sorted(before.keys() & after.keys()):
        difference, spread = _raw(before[name], everyone.flag("is_mentee"), month)
        figures = _weighted(after[name], matched, spread)
        rows.append(
            Balance(
                design,
                name,
                segment,
                difference / spread if spread > 0 else None,
                figures[0],
                figures[1],
                name in ADJUSTED[design],
                figures[2],
                figures[3],
            )
        )
    return rows


def check_balance(segment: Segment, rows: list[Balance]) -> Check:
    """Judge the worst covariate that the models do not take out.

    Amber above 0.10, red above 0.25; red only where the excess is two standard errors, because a
    small group is never exactly alike.
    """
    open_rows = [row for row in rows if not row.adjusted_in_model and row.smd_after is not None]
    if not open_rows:
        return Check(
            "balance", "all", segment, None, RED, "not_checked", "Balance could not be measured."
        )
    worst = max(open_rows, key=lambda row: abs(row.smd_after or 0.0))
    value = abs(worst.smd_after or 0.0)
    red = [row for row in open_rows if abs(row.smd_after or 0.0) - 2 * (row.se or 0.0) > RED]
    status: Status = "fail" if red else "warn" if value > AMBER else "ok"
    words = worst.covariate.replace("_", " ")
    sentence = {
        "ok": f"Matched groups are alike before the start (largest difference {decimals(value)} "
        "standard deviations).",
        "warn": f"Matched groups still differ a little before the start ({words}: "
        f"{decimals(value)} standard deviations).",
        "fail": f"Matched groups were too different before the start ({words}: "
        f"{decimals(value)} standard deviations).",
        "not_checked": "",
    }[status]
    return Check("balance", "all", segment, value, RED, status, sentence)


def _raw(values: FloatArray, is_mentee: BoolArray, month: IntArray) -> tuple[float, float]:
    """Difference before matching, months weighed alike, and the pooled standard deviation."""
    known = ~np.isnan(values)
    mentees, others = known & is_mentee, known & ~is_mentee
    if not mentees.any() or not others.any():
        return np.nan, 0.0
    weight = att_weights(month - month.min(), is_mentee, known)
    if not weight.any():
        return np.nan, 0.0
    means = [
        float(np.average(values[rows], weights=weight[rows]))
        for rows in (mentees & (weight > 0), others & (weight > 0))
    ]
    spread = float(np.sqrt((values[mentees].var() + values[others].var()) / 2))
    return means[0] - means[1], spread


def _weighted(
    values: FloatArray, table: Table, spread: float
) -> tuple[float | None, float | None, int, int]:
    """Standardised difference after matching, its error, and the people behind it."""
    is_mentee, cell = table.flag("is_mentee"), table.label("cell_id")
    weight = att_weights(cell, is_mentee, ~np.isnan(values))
    arms = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    person = table.label("person_id")
    counts = int(arms[0].sum()), count_people(person[arms[1]])
    if not spread > 0 or not arms[0].any():
        return None, None, *counts
    influence, means = np.zeros(values.size), []
    for rows, sign in zip(arms, (1.0, -1.0), strict=True):
        mean = float(np.average(values[rows], weights=weight[rows]))
        influence[rows] = sign * weight[rows] * (values[rows] - mean) / weight[rows].sum()
        means.append(mean)
    both = table.pairs("cell_id", "person_id")
    error = two_way_error(influence, cell, person, both).standard_error
    return (means[0] - means[1]) / spread, error / spread, *counts
