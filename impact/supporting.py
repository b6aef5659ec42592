"""Supporting outcomes: estimated like the headline, judged among themselves, never a headline.

Groups are not judged by themselves: their figures are drawn towards the mean of their dimension.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from impact.checks import Check
from impact.cohort import OVERALL, Segment, Table
from impact.lines import Line
from impact.matched import EPOCH, NEEDED_MENTEES, NEEDED_MONTHS
from impact.material import Material
from impact.measured import Estimated, estimate_measure, sum_windows
from impact.measures import Direction, Measure, Months, place_amounts
from impact.power import decidable_on
from impact.staying import fit_at_horizon
from impact.study import Study
from impact.supporting_verdicts import Supported, judge_lines
from impact.types import Column, Fit, IntArray, Refusal
from impact.weights import att_weights

FOLLOW_UP = (6, 12)
GROUP_FOLLOW_UP = 6
GROUPED_BY = ("organisation", "program", "model")
LEAVING_MONTHS = 12


@dataclasses.dataclass(frozen=True)
class Leaving:
    """One kind of leaving.

    Attributes
    ----------
    column, code
        Column of the index rows that says how somebody left, and which code is this kind; 0 is
        whoever has not left or of whom the export does not say.
    """

    name: str
    column: str
    code: int
    direction: Direction


LEAVING = (
    Leaving("voluntary_leaving", "leave_kind", 1, "lower"),
    Leaving("involuntary_leaving", "leave_kind", 2, "none"),
    Leaving("regrettable_leaving", "regret_kind", 1, "lower"),
)


def support(
    material: Material,
    months: Months,
    sums: Mapping[str, pd.DataFrame],
    measures: Sequence[Measure],
    checks: Iterable[Check],
    study: Study,
) -> list[Supported]:
    """Estimate and judge every supporting outcome.

    Parameters
    ----------
    material
        Index rows as `read_supported` gives them, and matched rows by segment.
    months
        The ordered panel.
    sums
        Name of a measure to its sums by person and month.
    measures
        Which ones.
    checks
        All checks: failures make an outcome not comparable.
    study
        Dates, exports, plan and confidence.
    """
    seen = set(sums) | {"incident_rate_on_call"}
    lines: list[Line] = []
    for measure in measures:
        if not (_has_source(measure, study, months) and measure.name in seen):
            lines.extend(_absent(measure, follow_up, material) for follow_up in FOLLOW_UP)
            continue
        amounts = place_amounts(measure, sums.get(measure.name), months)
        for follow_up in FOLLOW_UP:
            windows = sum_windows(measure, amounts, material.rows, months, follow_up)
            for segment in _segments(material, follow_up):
                found = estimate_measure(measure, windows, material.cohort(segment))
                lines.append(_line(measure, follow_up, segment, found, material, study))
    lines.extend(_leaving(material, study))
    return judge_lines(lines, checks, study)


def _segments(material: Material, follow_up: int) -> Iterator[Segment]:
    for segment in material.segments:
        is_grouped = segment.dimension in GROUPED_BY and follow_up == GROUP_FOLLOW_UP
        if segment == OVERALL or is_grouped:
            yield segment


def _has_source(measure: Measure, study: Study, months: Months) -> bool:
    if measure.clock == "on_call" and not np.nansum(months.number("on_call_weeks")) > 0:
        return False
    has_git = study.has_git or study.has_merges
    return {"git": has_git, "incidents": study.has_incidents}.get(measure.source, True)


def _absent(measure: Measure, follow_up: int, material: Material) -> Line:
    line = _line(measure, follow_up, OVERALL, _NOBODY, material, None)
    return dataclasses.replace(line, source_there=False)


def _line(
    measure: Measure,
    follow_up: int,
    segment: Segment,
    found: Estimated,
    material: Material,
    study: Study | None,
) -> Line:
    return Line(
        name=measure.name,
        unit=measure.unit,
        direction=measure.direction,
        scale="ratio" if measure.is_ratio else "difference",
        months=follow_up,
        segment=segment,
        found=found.without_rows(),
        eligible=material.eligible(segment),
        matched_share=_matched_share(material, segment),
        decidable=None if study is None else _decidable(material, segment, follow_up, study),
        kind=measure.kind,
        source_there=True,
    )


def _matched_share(material: Material, segment: Segment) -> float | None:
    eligible, table = material.eligible(segment), material.cohort(segment).designs.get("a")
    matched = 0 if table is None else int(table.flag("is_mentee").sum())
    return min(1.0, matched / eligible) if eligible else None


def _decidable(material: Material, segment: Segment, follow_up: int, study: Study) -> int | None:
    table = material.cohort(segment).designs.get("a")
    if table is None:
        return None
    landmarks = table.number("landmark")[table.flag("is_mentee")]
    wait = NEEDED_MONTHS if follow_up == GROUP_FOLLOW_UP else follow_up
    return decidable_on((study.as_of - EPOCH).days, landmarks, NEEDED_MENTEES, wait)


def _leaving(material: Material, study: Study) -> Iterator[Line]:
    """Leaving by kind at twelve months; each kind competes with all other leaving."""
    for leaving in LEAVING:
        if leaving.column not in material.rows.columns:
            continue
        is_said = bool((material.rows.number(leaving.column) > 0).any())
        for segment in _segments(material, GROUP_FOLLOW_UP):
            table = material.cohort(segment).designs.get("a")
            yield Line(
                name=leaving.name,
                unit="share who left",
                direction=leaving.direction,
                scale="difference",
                months=LEAVING_MONTHS,
                segment=segment,
                found=_leave(table, leaving) if table is not None else _NOBODY,
                eligible=material.eligible(segment),
                matched_share=_matched_share(material, segment),
                decidable=_decidable(material, segment, LEAVING_MONTHS, study),
                kind="leaving",
                source_there=is_said,
            )


def _leave(table: Table, leaving: Leaving) -> Estimated:
    kind, left = table.number(leaving.column), table.flag("leave_event")
    event = np.where(~left, 0, np.where(kind == leaving.code, 1, 2)).astype(np.int64)
    swapped = _with_events(table, event)
    time, known = table.number("leave_time"), table.number("leave_time") > 0
    is_mentee, person = table.flag("is_mentee"), table.label("person_id")
    weight = att_weights(table.label("cell_id"), is_mentee, known)
    mentees, others = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    met = (event == 1) & (time <= LEAVING_MONTHS)
    result = fit_at_horizon(swapped, "promotion", LEAVING_MONTHS)
    fit: Fit | Refusal = result if isinstance(result, Refusal) else result.fit
    if isinstance(fit, Refusal) and fit.reason in ("no_events", "all_events"):
        fit = Refusal(fit.reason, "Nobody in either group left in this way within 12 months.")
    count = int(mentees.sum())
    followed = np.where(left, np.inf, time)[mentees]
    events = int(met[mentees].sum()), len(np.unique(person[others & met]))
    return Estimated(
        fit=fit,
        combined=None,
        deviation=0.0,
        mentored=None if isinstance(result, Refusal) else result.mentored,
        baseline=None,
        n_mentored=count,
        n_comparison=len(np.unique(person[others])),
        amount_mentored=events[0],
        amount_comparison=events[1],
        events_mentored=events[0],
        events_comparison=events[1],
        followed_share=float((followed >= NEEDED_MONTHS).mean()) if count else None,
    )


def _with_events(table: Table, event: IntArray) -> Table:
    """The same rows with leaving of one kind in the place of promotion."""
    columns: dict[str, Column] = {
        "promotion_time": table.number("leave_time"),
        "promotion_event": event,
        "is_top_rank": np.zeros(len(table), dtype=np.int64),
        "is_mentee": table.flag("is_mentee").astype(np.int64),
        "person_id": table.label("person_id"),
    }
    return Table(columns, np.arange(len(table)), {"cell_id": table.label("cell_id")})


_NOBODY = Estimated(
    Refusal("no_comparison", "No mentee could be matched."),
    *(None, 0.0, None, None, 0, 0, None, None, None, None, None),
)
