"""Pull request cycle time: two matched designs whose errors point in opposite directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impact.clusters import two_way_error
from impact.cohort import Cohort, Table
from impact.linear import fit_within_cells
from impact.types import Fit, FloatArray, Refusal
from impact.weights import att_weights


@dataclass(frozen=True)
class CycleTime:
    """The mean of designs A and B on the log scale.

    Attributes
    ----------
    estimate, standard_error, degrees
        Mean of the two estimates and of their standard errors, and the fewer degrees of freedom.
    design_a, design_b
        The two fits.
    difference, difference_error
        A minus B, and its standard error from the two fits' joint influence.
    joint_error
        Standard error of the mean if the designs had no bias of their own; for comparison only.
    deviation
        Standard deviation of a comparison person's mean log hours, for the E-value.
    mentored_log_hours
        Mean log hours of the mentees compared in design A.
    """

    estimate: float
    standard_error: float
    degrees: float
    design_a: Fit
    design_b: Fit
    difference: float
    difference_error: float
    joint_error: float
    deviation: float
    mentored_log_hours: float


def mean_log_hours(table: Table, window: str) -> FloatArray:
    """Each row's mean log hours over a window, shape (n,); not-a-number without a merged one."""
    total, merged = table.number(f"log_hours_sum_{window}"), table.number(f"merged_{window}")
    mean: FloatArray = np.divide(total, merged, out=np.full(total.size, np.nan), where=merged > 0)
    return mean


def fit_cycle_time(cohort: Cohort, months: int) -> CycleTime | Refusal:
    """Compare mean log hours after the start of mentoring, in months +1 to +`months`.

    Design A holds people against colleagues of the same recent speed (cells with the tercile of
    the last six months) and adjusts for both baselines; a lasting difference between volunteers
    and others that the baselines show only in part makes it a little pessimistic. Design B drops
    the tercile and subtracts each person's own months -12 to -4, leaving out the slow spell just
    before enrolment; a spell that began earlier misleads it the other way. Their mean is the
    estimate, and both are shown.

    Parameters
    ----------
    cohort
        The segment's rows in designs a and b.
    months
        Follow-up window, cumulative from the landmark.

    Returns
    -------
    CycleTime | Refusal
        On the log scale: -0.128 is 12 % faster. Refused where either design cannot be fitted.
    """
    if "a" not in cohort.designs or "b" not in cohort.designs:
        return Refusal("no_comparison", "No mentee has a comparable colleague with this outcome.")
    table_a, table_b = cohort.designs["a"], cohort.designs["b"]
    fit_a = fit_design_a(table_a, months)
    if isinstance(fit_a, Refusal):
        return fit_a
    fit_b = fit_design_b(table_b, months)
    if isinstance(fit_b, Refusal):
        return fit_b
    after = mean_log_hours(table_a, str(months))
    mentees = fit_a.used & table_a.flag("is_mentee")
    others = fit_a.used & ~table_a.flag("is_mentee")
    return CycleTime(
        estimate=(fit_a.estimate + fit_b.estimate) / 2,
        standard_error=(fit_a.standard_error + fit_b.standard_error) / 2,
        degrees=min(fit_a.degrees, fit_b.degrees),
        design_a=fit_a,
        design_b=fit_b,
        difference=fit_a.estimate - fit_b.estimate,
        difference_error=_joint_error(table_a, table_b, fit_a.influence, -fit_b.influence),
        joint_error=_joint_error(table_a, table_b, fit_a.influence / 2, fit_b.influence / 2),
        deviation=float(np.std(after[others])),
        mentored_log_hours=float(np.mean(after[mentees])),
    )


def fit_design_a(table: Table, months: int) -> Fit | Refusal:
    """Design A: matched on recent speed, adjusted for both baselines and tenure."""
    return _fit(table, mean_log_hours(table, str(months)), baseline_covariates(table))


def fit_design_b(table: Table, months: int) -> Fit | Refusal:
    """Design B: matched without recent speed, each person against their own long baseline."""
    change = mean_log_hours(table, str(months)) - table.number("base_hours_9")
    return _fit(table, change, table.number("tenure_months")[:, None])


def baseline_covariates(table: Table) -> FloatArray:
    """Both baselines, with what is unknown marked, and tenure: shape (n, 5)."""
    return np.column_stack(
        [
            *with_unknown(table.number("base_hours_3")),
            *with_unknown(table.number("base_hours_9")),
            table.number("tenure_months"),
        ]
    )


def with_unknown(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Replace unknown values by the mean of the known ones and mark them in a second column."""
    unknown = np.isnan(values)
    mean = float(values[~unknown].mean()) if (~unknown).any() else 0.0
    return np.where(unknown, mean, values), unknown.astype(np.float64)


def _fit(table: Table, outcome: FloatArray, covariates: FloatArray) -> Fit | Refusal:
    is_mentee, cell = table.flag("is_mentee"), table.label("cell_id")
    weight = att_weights(cell, is_mentee, ~np.isnan(outcome))
    person = table.label("person_id")
    return fit_within_cells(outcome, is_mentee, covariates, weight, cell, cell, person)


def _joint_error(
    table_a: Table, table_b: Table, influence_a: FloatArray, influence_b: FloatArray
) -> float:
    """Standard error of a sum of estimates from two sets of rows that share people and months."""
    row = np.concatenate([table_a.rows, table_b.rows])
    person = np.concatenate([table_a.label("person_id"), table_b.label("person_id")])
    values = np.concatenate([influence_a, influence_b])
    unique, index, inverse = np.unique(row, return_index=True, return_inverse=True)
    summed: FloatArray = np.bincount(inverse, weights=values, minlength=unique.size).astype(float)
    # Cells of b hold whole cells of a; a row that only a matched is a cluster of its own.
    cell = np.concatenate([np.full(len(table_a), -1, dtype=np.int64), table_b.label("cell_id")])
    cell_of_row = np.full(unique.size, -1, dtype=np.int64)
    np.maximum.at(cell_of_row, inverse, cell)
    alone = cell_of_row < 0
    cell_of_row[alone] = cell.max(initial=0) + 1 + np.arange(int(alone.sum()))
    return two_way_error(summed, cell_of_row, person[index]).standard_error
