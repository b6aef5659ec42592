"""The published statistics, one function a table: frames of the database in, a frame out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from impact.agreement import check_plan
from impact.balance import Balance, check_balance, measure_balance
from impact.beside import estimate_beside, vary_design
from impact.checks import (
    Check,
    check_designs,
    check_dip,
    check_drop_out,
    check_matched_share,
    check_negative_control,
)
from impact.cohort import OVERALL, Cohort, Segment, Table, split_segments, to_table
from impact.curves import CurvePoint, draw_curves
from impact.distribution import BinShare, spread_outcomes
from impact.event_study import (
    Around,
    Month,
    check_pre_trend,
    follow_hours,
    follow_incidents,
    look_around,
)
from impact.fits import fit_all
from impact.frames import from_frame, to_frame
from impact.judge import (
    Judged,
    SegmentTest,
    check_hidden_causes,
    check_looks,
    judge,
    test_segments,
)
from impact.matched import NEEDED_MENTEES
from impact.material import Material
from impact.measures import Measure, Months
from impact.placebo_results import check_placebos, widen
from impact.rows import Row
from impact.sensitivity import Sensitivity, find_estimated, vary
from impact.spillover import check_spillover, find_exposed, leave_out_exposed
from impact.study import HEADLINE_MONTHS, Study
from impact.supporting import support
from impact.supporting_verdicts import Supported
from impact.types import Design, Outcome
from impact.without_events import leave_out_events

_DESIGNS: tuple[Design, ...] = ("a", "b")


def make_fits(material: Material, study: Study) -> pd.DataFrame:
    """All estimates before anything is judged, one row an outcome, window, comparison, segment.

    Matched rows of an outcome whose placebos spread more than its errors say have wider errors.
    """
    return to_frame(Row, [widen(row, study.placebos) for row in fit_all(material, study)])


def make_balance(material: Material, pools: pd.DataFrame) -> pd.DataFrame:
    """Balance of every covariate, design and segment.

    Parameters
    ----------
    material
        Index rows and matched rows.
    pools
        `pool_dimension`, `pool_value`, `index_row_id`: who could have been compared.
    """
    return to_frame(Balance, _balance(material, pools))


def _balance(material: Material, pools: pd.DataFrame) -> Iterable[Balance]:
    pool = split_segments(material.rows, pools, "pool_dimension", "pool_value")
    everyone = pool.get(OVERALL, material.rows)
    for segment in material.segments:
        if segment not in material.mentees:
            continue
        risk_set = pool.get(segment, everyone)
        others = risk_set.take(~risk_set.flag("is_mentee"))
        whole = _stack(material.mentees[segment], others)
        for design in _DESIGNS:
            matched = material.cohort(segment).designs.get(design)
            if matched is not None:
                yield from measure_balance(segment, design, matched, whole)
        material.forget(segment)


def _stack(one: Table, other: Table) -> Table:
    """Rows of two tables over the same columns."""
    return Table(one.columns, np.concatenate([one.rows, other.rows]))


def make_series(material: Material, calendar: Months, study: Study) -> pd.DataFrame:
    """Month by month around the start, by segment.

    Parameters
    ----------
    material
        Matched rows of design b; index rows with `index_month_number`.
    calendar
        The ordered panel.
    study
        Confidence and exports at hand.
    """
    months: list[Month] = []
    if len(material.rows):
        around = look_around(material.rows, calendar)
        for segment, cohort in sorted(material.cohorts.items()):
            months.extend(_by_month(cohort, around, study, "pr_cycle_time", follow_hours))
            months.extend(_by_month(cohort, around, study, "incident_rate", follow_incidents))
            material.forget(segment)
    frame = to_frame(Month, months, drop=("effect", "influence"))
    frame.insert(1, "comparison", pd.Series(["matched"] * len(frame), dtype="str"))
    return frame


def _by_month(
    cohort: Cohort,
    around: Around,
    study: Study,
    outcome: Outcome,
    follow: Callable[[Table, Around, Segment, float], list[Month]],
) -> list[Month]:
    table = cohort.designs.get("b")
    if table is None or study.lacks(outcome):
        return []
    return follow(table, around, cohort.segment, study.confidence)


def make_curves(material: Material, study: Study) -> pd.DataFrame:
    """Share still employed and share promoted, by arm, segment and month."""
    points: list[CurvePoint] = []
    for segment, cohort in sorted(material.cohorts.items()):
        if "a" in cohort.designs:
            points.extend(draw_curves(cohort.designs["a"], segment, study.confidence))
        material.forget(segment)
    return to_frame(CurvePoint, points)


def make_distribution(material: Material, study: Study) -> pd.DataFrame:
    """People's merge hours and incidents in fixed bins, by arm and segment."""
    bins: list[BinShare] = []
    for segment, cohort in sorted(material.cohorts.items()):
        if "a" in cohort.designs:
            bins.extend(spread_outcomes(cohort.designs["a"], segment))
        material.forget(segment)
    return to_frame(BinShare, [one for one in bins if not study.lacks(one.outcome)])


def make_checks(
    material: Material,
    fits: pd.DataFrame,
    balance: pd.DataFrame,
    study: Study,
    calendar: Months | None = None,
) -> pd.DataFrame:
    """Every check of every segment.

    Parameters
    ----------
    material
        Matched rows and mentees by segment.
    fits
        From `make_fits`.
    balance
        From `make_balance`.
    study
        Dates, confidence and plan.
    calendar
        The ordered panel, for the months before the start and for who has a mentored team-mate;
        none leaves those checks out.
    """
    headline = {
        (row.segment, row.outcome): row
        for row in from_frame(Row, fits)
        if row.comparison == "matched"
        and study.is_headline(row.outcome, row.scale, row.follow_up_months)
    }
    by_segment: dict[Segment, list[Balance]] = defaultdict(list)
    for line in from_frame(Balance, balance):
        by_segment[line.segment].append(line)
    checks: list[Check] = []
    for segment in material.segments:
        checks.extend(_check_segment(material, segment, by_segment[segment], headline))
        material.forget(segment)
    checks.extend(_check_everyone(headline, study))
    if calendar is not None:
        checks.append(_check_pre_trend(material, calendar, study))
        if len(material.rows):
            exposed = find_exposed(material.rows, calendar)
            knows_teams = bool((material.rows.number("team_id") >= 0).any())
            checks.append(check_spillover(material.cohort(OVERALL), exposed, knows_teams))
    return to_frame(Check, checks)


def _check_segment(
    material: Material,
    segment: Segment,
    balance: list[Balance],
    headline: Mapping[tuple[Segment, Outcome], Row],
) -> Iterator[Check]:
    cohort = material.cohort(segment)
    table = cohort.designs.get("a")
    matched = 0 if table is None else int(table.flag("is_mentee").sum())
    yield check_matched_share(segment, matched, material.eligible(segment))
    yield check_balance(segment, balance)
    yield check_designs(headline[(segment, "pr_cycle_time")])
    yield check_dip(cohort)
    yield check_negative_control(cohort)
    yield check_drop_out(cohort, HEADLINE_MONTHS["pr_cycle_time"])


def _check_pre_trend(material: Material, calendar: Months, study: Study) -> Check:
    months: list[Month] = []
    if len(material.rows):
        around = look_around(material.rows, calendar)
        overall = material.cohort(OVERALL)
        months = _by_month(overall, around, study, "pr_cycle_time", follow_hours)
    return check_pre_trend(OVERALL, months, study.confidence)


def _check_everyone(
    headline: Mapping[tuple[Segment, Outcome], Row], study: Study
) -> Iterator[Check]:
    yield check_looks(study)
    yield check_plan(study.agreement, study.as_of, study.plan is not None)
    yield from check_placebos(study.placebos)
    for outcome in HEADLINE_MONTHS:
        yield check_hidden_causes(headline[(OVERALL, outcome)], study)


def make_sensitivity(
    material: Material,
    fits: pd.DataFrame,
    panel: pd.DataFrame,
    study: Study,
    calendar: Months | None = None,
    designs: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """The headline outcomes under other choices, where a choice leaves 50 people in both arms.

    Parameters
    ----------
    material
        Index rows and matched rows.
    fits
        From `make_fits`.
    panel
        Person-months with `person_id`, `month_number`, `log_hours_sum`, `pr_merged_count` and
        `is_mentored`.
    study
        Confidence and exports at hand.
    calendar, designs
        The ordered panel and the index rows of the other designs by name, for the variants that
        need them; none leaves those out.
    """
    months = None if panel.empty else to_table(panel)
    rows = from_frame(Row, fits)
    estimated = find_estimated(rows, study)
    found = vary(rows, estimated, material, months, study)
    if calendar is not None and len(material.rows):
        found.extend(leave_out_events(material, estimated, calendar, study))
        exposed = find_exposed(material.rows, calendar)
        found.extend(leave_out_exposed(material, estimated, exposed, study))
        if designs is not None:
            found.extend(vary_design("two_sessions", designs, calendar, study))
            found.extend(vary_design("onboarding", designs, calendar, study))
    enough = [line for line in found if min(line.n_mentored, line.n_comparison) >= NEEDED_MENTEES]
    return to_frame(Sensitivity, enough)


def make_segment_tests(fits: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Whether each outcome's effect differs within each dimension."""
    return to_frame(SegmentTest, test_segments(from_frame(Row, fits), study))


def make_estimates(
    fits: pd.DataFrame,
    checks: pd.DataFrame,
    tests: pd.DataFrame,
    study: Study,
    at_look: Sequence[Judged] | None = None,
) -> pd.DataFrame:
    """All estimates with intervals, verdicts and sentences.

    Parameters
    ----------
    fits, checks, tests
        From `make_fits`, `make_checks` and `make_segment_tests`.
    study
        Dates, confidence and plan.
    at_look
        Between planned looks, the headline as of the last one (`judge_at_look`), whose verdicts
        stand; none where today's data decide.
    """
    rows = from_frame(Row, fits)
    found = from_frame(Check, checks), from_frame(SegmentTest, tests)
    judged = judge(rows, *found, study, at_look)
    return to_frame(Judged, judged)


def make_supporting(
    material: Material,
    months: Months,
    sums: Mapping[str, pd.DataFrame],
    checks: pd.DataFrame,
    measures: Sequence[Measure],
    designs: Mapping[str, pd.DataFrame],
    merges: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """All supporting outcomes with intervals, verdicts and sentences.

    Parameters
    ----------
    material
        From `read_supported`.
    months
        The ordered panel.
    sums
        Name of a measure to its sums by person and month.
    checks
        From `make_checks`.
    measures
        Which ones.
    designs, merges
        Index rows of the designs beside the main one by name, and the merges of new hires.
    study
        Dates, confidence and plan.
    """
    found = support(material, months, sums, measures, from_frame(Check, checks), study)
    found.extend(estimate_beside(designs, merges, months, study))
    return to_frame(Supported, found)
