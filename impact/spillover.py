"""Whether mentees' team-mates are among those they are compared with, and what that hides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from impact.checks import Check, Status
from impact.cohort import OVERALL, Cohort, Table
from impact.material import Material
from impact.measures import Months, find_spans
from impact.sensitivity import Estimated, Sensitivity, fit_headline, lay_out
from impact.study import HEADLINE_MONTHS, Study
from impact.types import BoolArray, Design
from impact.weights import att_weights

HALF = 0.5


def find_exposed(rows: Table, months: Months) -> BoolArray:
    """Which index rows have a mentored team-mate by the end of the index month, shape (rows,).

    Parameters
    ----------
    rows
        Index rows with `index_month_number`.
    months
        The ordered panel with `has_mentored_team_mate`.
    """
    own = find_spans(rows, months, (0, 0))
    exposed: BoolArray = own.total(months.number("has_mentored_team_mate")) > 0
    return exposed


def check_spillover(cohort: Cohort, exposed: BoolArray, knows_teams: bool) -> Check:
    """Whether so many comparison people have a mentored team-mate that the effect is a floor.

    Parameters
    ----------
    cohort
        Everyone's matched rows.
    exposed
        From `find_exposed`.
    knows_teams
        Whether the exports say who is in which team.
    """
    table = cohort.designs.get("a")
    if table is None or not knows_teams:
        return Check(
            "spillover",
            "all",
            OVERALL,
            None,
            HALF,
            "not_checked",
            "Nobody knows who has a mentored team-mate: no teams were exported.",
        )
    is_mentee = table.flag("is_mentee")
    weight = att_weights(table.label("cell_id"), is_mentee, np.ones(len(table), dtype=np.bool_))
    others = (weight > 0) & ~is_mentee
    value = float(np.average(exposed[table.rows][others], weights=weight[others]))
    sentence = (
        f"{round(100 * value)} % of comparison people have a mentored team-mate; if mentees help "
        "their team-mates, "
    )
    sentence += "the figures are a lower bound." if value > HALF else "the figures miss little."
    status: Status = "warn" if value > HALF else "ok"
    return Check("spillover", "all", OVERALL, value, HALF, status, sentence)


def leave_out_exposed(
    material: Material, estimated: Estimated, exposed: BoolArray, study: Study
) -> Iterator[Sensitivity]:
    """The headline against comparison people without a mentored team-mate.

    Parameters
    ----------
    material
        Matched rows.
    estimated
        Segments and the outcomes to vary there.
    exposed
        From `find_exposed`.
    study
        Confidence and exports at hand.
    """
    if not exposed.any():
        return
    for segment, outcomes in estimated.items():
        kept: dict[Design, Table] = {
            design: table.take(table.flag("is_mentee") | ~exposed[table.rows])
            for design, table in material.cohort(segment).designs.items()
        }
        for outcome in outcomes:
            fit = fit_headline(Cohort(segment, kept), outcome, HEADLINE_MONTHS[outcome])
            if fit is not None:
                table = kept["b" if outcome == "pr_cycle_time" else "a"]
                yield lay_out(outcome, "unexposed_comparison", segment, fit, table, study)
        material.forget(segment)
