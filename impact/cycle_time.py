"""Pull request cycle time: two designs that err in opposite directions, and a symmetric one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from impact.clusters import pair, two_way_error
from impact.cohort import Cohort, Table, mean_of
from impact.linear import fit_within_cells
from impact.types import Fit, FloatArray, IntArray, Refusal
from impact.weights import att_weights

SHORT_WINDOW = 6
"""Windows up to this length are held against months -12 to -5, longer ones against -12 to -8."""


@dataclass(frozen=True)
class Combined:
    """One estimate of a mean of logs out of three designs, all on the log scale.

    Attributes
    ----------
    fit
        The estimate: the symmetric design drawn towards the mean of A and B, and so its error.
    symmetric
        The change over windows as far before the slow spell as after it.
    design_a, design_b
        The two designs that err in opposite directions.
    disagreement, disagreement_error
        The mean of A and B less the symmetric design, and its standard error.
    """

    fit: Fit
    symmetric: Fit
    design_a: Fit
    design_b: Fit
    disagreement: float
    disagreement_error: float

    @property
    def span(self) -> tuple[float, float]:
        """Lowest and highest of designs A and B and the estimate."""
        values = [one.estimate for one in (self.design_a, self.design_b, self.fit)]
        return min(values), max(values)

    def without_rows(self) -> Combined:
        """Give the figures alone, without what they say of each row."""
        fits = {name: getattr(self, name) for name in ("fit", "symmetric", "design_a", "design_b")}
        return dataclasses.replace(self, **{name: one.without_rows() for name, one in fits.items()})


@dataclass(frozen=True)
class CycleTime:
    """The estimate of cycle time, and levels on the log scale.

    Attributes
    ----------
    combined
        The estimate and the designs it is made of.
    deviation
        Standard deviation of a comparison person's mean log hours, for the E-value.
    mentored_log_hours
        Mean log hours of the mentees compared.
    """

    combined: Combined
    deviation: float
    mentored_log_hours: float

    @property
    def fit(self) -> Fit:
        """The estimate itself."""
        return self.combined.fit


def mean_log_hours(table: Table, window: str) -> FloatArray:
    """Each row's mean log hours over a window, shape (n,); not-a-number without a merged one."""

    def divide() -> FloatArray:
        total, merged = table.number(f"log_hours_sum_{window}"), table.number(f"merged_{window}")
        return mean_of(total, merged)

    return table.remember(f"mean log hours {window}", divide)


def fit_cycle_time(cohort: Cohort, months: int) -> CycleTime | Refusal:
    """Compare mean log hours after the start of mentoring, in months +1 to +`months`.

    Three designs look at it. A holds people against colleagues of the same recent speed and adjusts
    for both baselines: pessimistic where people enrol on a lasting trait, optimistic where they do
    on a passing spell. B takes off each person's own months -12 to -4, the shoulder of the spell
    included: optimistic where they enrol on the spell. Their mean is precise, and right where both
    causes have a part. The symmetric design is right whatever the parts, and less precise.

    The estimate is the symmetric design's, drawn towards the mean of A and B by
    error² / (error² + difference²): as far as the two differ by no more than chance. So is its
    standard error, as if all designs erred together: each has a small bias of its own that no
    correlation knows of, and the share drawn is itself estimated.

    Parameters
    ----------
    cohort
        The segment's rows in designs a and b.
    months
        Follow-up window, cumulative from the landmark.

    Returns
    -------
    CycleTime | Refusal
        On the log scale: -0.128 is 12 % faster. Refused where one of the three cannot be fitted.

    References
    ----------
    Green and Strawderman (1991), "A James-Stein type estimator for combining unbiased and possibly
    biased estimators", Journal of the American Statistical Association 86(416); Armstrong, Kline
    and Sun (2023), "Adapting to misspecification", arXiv 2305.14265.
    """
    if "a" not in cohort.designs or "b" not in cohort.designs:
        return Refusal("no_comparison", "No mentee has a comparable colleague with this outcome.")
    table_a, table_b = cohort.designs["a"], cohort.designs["b"]
    symmetric = fit_symmetric(table_b, months)
    if isinstance(symmetric, Refusal):
        return symmetric
    fit_a = fit_design_a(table_a, months)
    if isinstance(fit_a, Refusal):
        return fit_a
    fit_b = fit_design_b(table_b, months)
    if isinstance(fit_b, Refusal):
        return fit_b
    after, is_mentee = mean_log_hours(table_b, str(months)), table_b.flag("is_mentee")
    return CycleTime(
        combined=combine_designs(symmetric, fit_a, fit_b, table_a, table_b),
        deviation=float(np.std(after[symmetric.used & ~is_mentee])),
        mentored_log_hours=float(np.mean(after[symmetric.used & is_mentee])),
    )


def combine_designs(
    symmetric: Fit, fit_a: Fit, fit_b: Fit, table_a: Table, table_b: Table
) -> Combined:
    """Draw the symmetric design towards the mean of the two others.

    Parameters
    ----------
    symmetric, fit_b
        Fits on the rows of `table_b`, the cells without recent speed.
    fit_a
        Fit on the rows of `table_a`, the cells with it.
    table_a, table_b
        Matched rows of the two designs.
    """
    difference = (fit_a.estimate + fit_b.estimate) / 2 - symmetric.estimate
    apart = fit_b.influence / 2 - symmetric.influence
    error = _joint_error(table_a, table_b, fit_a.influence / 2, apart)
    drawn = _draw(symmetric, fit_a, fit_b, _pull(difference, error))
    return Combined(drawn, symmetric, fit_a, fit_b, difference, error)


def _pull(difference: float, error: float) -> float:
    """How far a robust estimate is drawn to a precise one, 1 where they are one and the same."""
    return error**2 / (error**2 + difference**2) if error > 0 else 0.0


def _draw(symmetric: Fit, fit_a: Fit, fit_b: Fit, pull: float) -> Fit:
    """The symmetric design drawn towards the mean of the two others, its error with it."""
    mean = (fit_a.estimate + fit_b.estimate) / 2
    error = (fit_a.standard_error + fit_b.standard_error) / 2
    return dataclasses.replace(
        symmetric,
        estimate=symmetric.estimate + pull * (mean - symmetric.estimate),
        standard_error=symmetric.standard_error + pull * (error - symmetric.standard_error),
        degrees=min(symmetric.degrees, fit_a.degrees, fit_b.degrees),
    )


def fit_symmetric(table: Table, months: int) -> Fit | Refusal:
    """The symmetric design: as far before the slow spell as after it, cells of design b.

    People enrol after a slow spell of about three to four months. If spells come and go the same
    way forwards as backwards in time, what is left of one is the same at equal distances on both
    sides of it, and so is a lasting difference between people: the change from months -12 to -5 to
    months +1 to +6 holds neither. Longer windows, whose mean is farther from the spell, are held
    against months -12 to -8.

    References
    ----------
    Chabé-Ferret (2017), "Should we combine difference in differences with conditioning on
    pre-treatment outcomes?", Toulouse School of Economics working paper 824.
    """
    change = mean_log_hours(table, str(months)) - table.number(mirror_column(months))
    return _fit(table, change, table.number("tenure_months")[:, None])


def mirror_column(months: int) -> str:
    """Name of the baseline that lies as far before a spell as a window lies after it."""
    return "base_hours_8" if months <= SHORT_WINDOW else "base_hours_5"


def fit_design_a(table: Table, months: int) -> Fit | Refusal:
    """Design A: matched on recent speed, adjusted for both baselines and tenure."""
    covariates = table.remember("baselines", lambda: baseline_covariates(table))
    return _fit(table, mean_log_hours(table, str(months)), covariates)


def fit_design_b(table: Table, months: int) -> Fit | Refusal:
    """Design B: matched without recent speed, each person against their own long baseline."""
    change = mean_log_hours(table, str(months)) - table.number("base_hours_9")
    return _fit(table, change, table.number("tenure_months")[:, None])


def baseline_covariates(table: Table) -> FloatArray:
    """Both baselines, with what is unknown marked, and tenure: shape (n, 5)."""
    return np.array(
        [
            *with_unknown(table.number("base_hours_3")),
            *with_unknown(table.number("base_hours_9")),
            table.number("tenure_months"),
        ]
    ).T


def with_unknown(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Replace unknown values by the mean of the known ones and mark them in a second column."""
    unknown = np.isnan(values)
    mean = float(values[~unknown].mean()) if (~unknown).any() else 0.0
    return np.where(unknown, mean, values), unknown.astype(np.float64)


def _fit(table: Table, outcome: FloatArray, covariates: FloatArray) -> Fit | Refusal:
    is_mentee, cell = table.flag("is_mentee"), table.label("cell_id")
    weight = att_weights(cell, is_mentee, ~np.isnan(outcome))
    person, both = table.label("person_id"), table.pairs("cell_id", "person_id")
    return fit_within_cells(outcome, is_mentee, covariates, weight, cell, cell, person, both)


def _joint_error(
    table_a: Table, table_b: Table, influence_a: FloatArray, influence_b: FloatArray
) -> float:
    """Standard error of a sum of estimates from two sets of rows that share people and months."""
    # Kept with its table, so that the number it is known by stays its own.
    union, _ = table_a.remember(
        f"united with {id(table_b)}", lambda: (_unite(table_a, table_b), table_b)
    )
    values = np.concatenate([influence_a, influence_b])
    summed = np.bincount(union.place, weights=values, minlength=union.cell.size).astype(float)
    return two_way_error(summed, union.cell, union.person, union.both).standard_error


@dataclass(frozen=True)
class _Union:
    """Rows of two tables, each once.

    Attributes
    ----------
    place
        Shape (n_a + n_b,): which row each row of the two tables is.
    cell, person, both
        Shape (rows,): clusters of each row and their combinations.
    """

    place: IntArray
    cell: IntArray
    person: IntArray
    both: IntArray


def _unite(table_a: Table, table_b: Table) -> _Union:
    place, rows = pd.factorize(np.concatenate([table_a.rows, table_b.rows]))
    person = np.empty(rows.size, dtype=np.int64)
    person[place] = np.concatenate([table_a.label("person_id"), table_b.label("person_id")])
    # Cells of b hold whole cells of a; a row that only a matched is a cluster of its own.
    cell_of_b = table_b.label("cell_id")
    cell = cell_of_b.max(initial=0) + 1 + np.arange(rows.size)
    cell[place[len(table_a) :]] = cell_of_b
    return _Union(place.astype(np.int64), cell, person, pair(cell, person))
