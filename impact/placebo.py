"""Placebo mentees: does the method find effects, or too many, where nothing happened?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import special

from impact.cohort import OVERALL, Cohort, Table
from impact.material import Material
from impact.placebo_results import Placebo
from impact.reference import two_sided_p
from impact.sensitivity import fit_headline
from impact.study import HEADLINE_MONTHS
from impact.types import BoolArray, Design, Fit, IntArray, Outcome

DRAWS = 200
FEWEST_DRAWS = 50
_ROWS_IN_A_MINUTE = 12_000_000
_BOUND = 0.99
_ALARM = 0.05


def choose_draws(material: Material) -> int:
    """How many draws fit into a minute: fewer for large organisations, never under fifty."""
    tables = material.cohort(OVERALL).designs.values()
    rows = sum(len(table) for table in tables)
    return max(FEWEST_DRAWS, min(DRAWS, _ROWS_IN_A_MINUTE // max(1, rows)))


def draw_placebos(
    material: Material, draws: int, rng: np.random.Generator, outcomes: Sequence[Outcome]
) -> list[Placebo]:
    """Put others in the mentees' places and estimate the headline as if they had been mentored.

    In time order, each matched cell's mentees are replaced by as many people of the cell who were
    not mentored by then and were not drawn before; the rest of the cell is their comparison.
    Everybody is followed until their own real start, so nothing has happened to anyone.

    Parameters
    ----------
    material
        Matched rows of everyone together.
    draws
        Number of draws.
    rng
        Where they come from.
    outcomes
        Headline outcomes whose export exists.

    Returns
    -------
    list[Placebo]
        Outcomes that could be fitted in at least half of the draws.
    """
    cohort = material.cohort(OVERALL)
    if "a" not in cohort.designs or "b" not in cohort.designs:
        return []
    fits: dict[Outcome, list[Fit]] = {outcome: [] for outcome in outcomes}
    for _ in range(draws):
        placebo = _draw(cohort, rng)
        for outcome in outcomes:
            fit = fit_headline(placebo, outcome, HEADLINE_MONTHS[outcome])
            if fit is not None:
                fits[outcome].append(fit)
    enough = max(2, draws // 2)
    return [_sum_up(outcome, found) for outcome, found in fits.items() if len(found) >= enough]


def _draw(cohort: Cohort, rng: np.random.Generator) -> Cohort:
    """One cohort in which others stand for the mentees."""
    table = cohort.designs["a"]
    is_mentee, cell, person = (
        table.flag("is_mentee"),
        table.label("cell_id"),
        table.label("person_id"),
    )
    month = table.label("index_month")
    wanted = np.bincount(cell[is_mentee], minlength=int(cell.max()) + 1)
    others = np.flatnonzero(~is_mentee)
    # Cells in time order, people within a cell in random order.
    order = others[np.lexsort((rng.random(others.size), cell[others], month[others]))]
    drawn_in: dict[int, int] = {}
    chosen: list[int] = []
    for members in np.split(order, np.flatnonzero(np.diff(cell[order])) + 1):
        free = [int(row) for row in members if int(person[row]) not in drawn_in]
        count = min(int(wanted[cell[members[0]]]), len(free) - 1)
        for row in free[: max(0, count)]:
            chosen.append(row)
            drawn_in[int(person[row])] = int(month[row])
    marked = np.zeros(next(iter(table.columns.values())).size, dtype=np.int64)
    marked[table.rows[np.array(chosen, dtype=np.int64)]] = 1
    columns = {**table.columns, "is_mentee": marked}
    designs: dict[Design, Table] = {}
    for design, real in cohort.designs.items():
        kept = ~real.flag("is_mentee") & _not_drawn_before(real, drawn_in)
        designs[design] = Table(columns, real.rows[kept], {"cell_id": real.label("cell_id")[kept]})
    return Cohort(cohort.segment, designs)


def _not_drawn_before(table: Table, drawn_in: Mapping[int, int]) -> BoolArray:
    """Rows of people who had not been drawn in an earlier month."""
    person, month = table.label("person_id"), table.label("index_month")
    first = np.full(int(person.max(initial=0)) + 1, np.iinfo(np.int64).max)
    people: IntArray = np.fromiter(drawn_in, dtype=np.int64, count=len(drawn_in))
    inside = people < first.size
    months = np.fromiter(drawn_in.values(), dtype=np.int64, count=len(drawn_in))
    first[people[inside]] = months[inside]
    kept: BoolArray = month <= first[person]
    return kept


def _sum_up(outcome: Outcome, fits: Sequence[Fit]) -> Placebo:
    estimates = np.array([fit.estimate for fit in fits])
    errors = np.array([fit.standard_error for fit in fits])
    ratio = float(estimates.std(ddof=1) / errors.mean())
    degrees = len(fits) - 1
    low = ratio * math.sqrt(degrees / float(special.chdtri(degrees, 1.0 - _BOUND)))
    alarms = [two_sided_p(fit.estimate / fit.standard_error, fit.degrees) < _ALARM for fit in fits]
    return Placebo(outcome, len(fits), float(estimates.mean()), ratio, low, float(np.mean(alarms)))
