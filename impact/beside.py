"""Estimates of the designs beside the main one, judged like it and published as supporting."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import numpy as np
import pandas as pd

from impact.arms import fit_arm, read_arm
from impact.balance import check_balance, measure_balance
from impact.checks import Check, check_designs, check_matched_share, check_negative_control
from impact.clusters import two_way_error
from impact.cohort import OVERALL, Table, count_people
from impact.cycle_time import mean_log_hours
from impact.designs import FOLLOW_UP, Arranged, Name, arrange, split_sequences
from impact.judge import Judged, judge
from impact.linear import fit_within_cells
from impact.lines import Line
from impact.matched import EPOCH, NEEDED_MENTEES, NEEDED_MONTHS, Surroundings, fit_matched
from impact.measured import Estimated
from impact.measures import Months
from impact.power import decidable_on
from impact.rows import Row
from impact.sensitivity import Sensitivity, Variant, lay_out_row
from impact.staying import MINIMUM_AT_RISK, MINIMUM_SHARE_AT_RISK, ArmDifference
from impact.study import Study
from impact.supporting_verdicts import Supported, judge_lines
from impact.types import Fit, FloatArray, IntArray, Outcome, Refusal
from impact.weights import att_weights

PREFIX: Mapping[Name, str] = {
    "mentors": "mentor_",
    "onboarding": "onboarding_",
    "again": "again_",
    "team": "team_",
    "spillover": "spillover_",
}
"""Designs that are published under outcome names of their own."""
WORDS: Mapping[Name, str] = {
    "mentors": "mentors",
    "onboarding": "new hires",
    "again": "people mentored again",
    "team": "engineers of teams with a mentee",
    "spillover": "team-mates of mentees",
}
NOT_HELD: Mapping[Name, frozenset[Outcome]] = {
    "again": frozenset({"incident_rate"}),
    "team": frozenset({"incident_rate", "retention"}),
    "spillover": frozenset({"incident_rate", "retention"}),
}
"""Outcomes whose intervals held the truth too seldom in simulation: they are not published."""
MERGES = {
    "onboarding_first_merge": "first_merge_time",
    "onboarding_tenth_merge": "tenth_merge_time",
}
MERGE_MONTHS = 6
POST_ONLY = (
    "There is nothing before the start to hold cycle time against: who enrols while slow looks "
    "slowed down by it, so the figure is no ground for a verdict."
)
_JUDGED = ("better", "worse", "no_clear_difference")


def estimate_beside(
    studies: Mapping[str, pd.DataFrame],
    merges: pd.DataFrame,
    months: Months,
    study: Study,
    not_held: Mapping[Name, frozenset[Outcome]] = NOT_HELD,
) -> list[Supported]:
    """Estimate and judge mentors, teams, team-mates, new hires and people mentored again.

    A second mentorship is told for everyone and for each sequence of models, under the dimension
    `model`; the groups are drawn to the mean of all and never judged by themselves.

    Parameters
    ----------
    studies
        Name of a design to its rows of `int_study_rows`.
    merges
        `int_onboarding_merges`.
    months
        The ordered panel.
    study
        Dates, plan, confidence and exports at hand.
    not_held
        Outcomes of a design that are left out; the bench that finds them leaves out none.
    """
    found: list[Supported] = []
    for name in PREFIX:
        if name not in studies:
            continue
        arranged = arrange(name, studies[name], months)
        without = not_held.get(name, frozenset())
        found.extend(_rename(name, _judge([arranged, *split_sequences(arranged)], study, without)))
        if name == "onboarding":
            lines = list(_follow_merges(arranged, merges, study))
            found.extend(judge_lines(lines, [], study))
    return found


def _judge(groups: Iterable[Arranged], study: Study, without: frozenset[Outcome]) -> list[Judged]:
    """Estimate, check and judge everyone and the groups of one design, some outcomes left out."""
    rows: list[Row] = []
    checks: list[Check] = []
    for group in groups:
        fitted = [row for row in _fit(group, study) if row.outcome not in without]
        checks.extend(_check(group, fitted, study))
        rows.extend(fitted)
    return judge(rows, checks, [], study)


def vary_design(
    name: Variant, studies: Mapping[str, pd.DataFrame], months: Months, study: Study
) -> list[Sensitivity]:
    """Give the headline outcomes of another design, as a sensitivity.

    Parameters
    ----------
    name
        `two_sessions` or `onboarding`.
    studies
        Name of a design to its rows of `int_study_rows`.
    months
        The ordered panel.
    study
        Confidence and exports at hand.
    """
    if name not in studies:
        return []
    arranged = arrange(cast(Name, name), studies[name], months)
    found = []
    for row in _fit(arranged, study):
        is_headline = study.is_headline(row.outcome, row.scale, row.follow_up_months)
        if not is_headline or row.effect is None or row.standard_error is None:
            continue
        found.append(lay_out_row(row, name, row.effect, row.standard_error, study))
    return found


def _fit(arranged: Arranged, study: Study) -> Iterator[Row]:
    around = Surroundings(arranged.eligible, study.as_of)
    for size in FOLLOW_UP:
        # Hazard ratios are simulated for the main design alone.
        for row in fit_matched(arranged.cohort, size, around, with_hazards=False):
            if study.lacks(row.outcome):
                continue
            if arranged.name != "onboarding":
                yield row
            elif row.outcome == "pr_cycle_time":
                yield _post_only(row, arranged.cohort.designs.get("a"), size)
            elif row.outcome != "incident_rate":
                yield row
        arranged.cohort.forget()


def _post_only(row: Row, table: Table | None, size: int) -> Row:
    """Cycle time of new hires: nothing before the start to hold it against, so cells alone."""
    if table is None:
        return row
    after, is_mentee = mean_log_hours(table, str(size)), table.flag("is_mentee")
    cell = table.label("cell_id")
    weight = att_weights(cell, is_mentee, ~np.isnan(after))
    none = np.zeros((len(table), 0))
    arms = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    followed = table.number(f"followup_git_months_{size}")[arms[0]]
    row = dataclasses.replace(
        row,
        n_mentored=int(arms[0].sum()),
        n_comparison=count_people(table.label("person_id")[arms[1]]),
        followed_share=float((followed >= NEEDED_MONTHS).mean()) if followed.size else None,
    )
    fit = fit_within_cells(after, is_mentee, none, weight, cell, cell, table.label("person_id"))
    if isinstance(fit, Refusal):
        return row.with_refusal(fit)
    mentored = float(np.exp(after[arms[0]].mean()))
    return dataclasses.replace(
        row.with_fit(fit, mentored, mentored / float(np.exp(fit.estimate))),
        refusal=None,
        refusal_sentence=None,
        deviation=float(np.std(after[arms[1]])),
    )


def _check(arranged: Arranged, rows: Iterable[Row], study: Study) -> list[Check]:
    """The checks that can make a comparison void, as for the main design."""
    cohort, segment = arranged.cohort, arranged.cohort.segment
    table = cohort.designs.get("a")
    matched = 0 if table is None else int(table.flag("is_mentee").sum())
    checks = [check_matched_share(segment, matched, arranged.eligible)]
    if table is not None and arranged.name != "onboarding":
        checks.append(check_balance(segment, measure_balance(segment, "a", table, arranged.rows)))
        checks.append(check_negative_control(cohort))
        checks.extend(
            check_designs(row)
            for row in rows
            if row.outcome == "pr_cycle_time" and study.is_headline(row.outcome, row.scale, 6)
        )
    return checks


def _rename(name: Name, judged: Iterable[Judged]) -> Iterator[Supported]:
    for row in judged:
        told = {field.name: getattr(row, field.name) for field in dataclasses.fields(Judged)}
        told["outcome"] = cast(Outcome, PREFIX[name] + row.outcome)
        told["is_headline"] = False
        if told["outcome"] == "onboarding_pr_cycle_time" and row.verdict in _JUDGED:
            told |= {"verdict": "not_comparable", "verdict_reason": POST_ONLY}
        elif row.verdict_reason is not None:
            told["verdict_reason"] = re.sub(r"\bmentees\b", WORDS[name], row.verdict_reason)
        yield Supported(**told)


def _follow_merges(arranged: Arranged, merges: pd.DataFrame, study: Study) -> Iterator[Line]:
    """Months until the first and the tenth merged pull request, of those not there yet."""
    table = arranged.cohort.designs.get("a")
    if table is None or not study.has_git:
        return
    at = merges.set_index("index_row_id").reindex(table.label("index_row_id"))
    landmarks = table.number("landmark")[table.flag("is_mentee")]
    day = (study.as_of - EPOCH).days
    for outcome, column in MERGES.items():
        yield Line(
            name=outcome,
            unit="months",
            direction="lower",
            scale="months",
            months=MERGE_MONTHS,
            segment=OVERALL,
            found=_reach(
                table, at[column].to_numpy(np.float64), at["git_time"].to_numpy(np.float64)
            ),
            eligible=arranged.eligible,
            matched_share=None,
            decidable=decidable_on(day, landmarks, NEEDED_MENTEES, MERGE_MONTHS),
            kind="months",
            source_there=True,
        )


def _reach(table: Table, reached: FloatArray, git_time: FloatArray) -> Estimated:
    end = np.fmin(table.number("leave_time"), git_time)
    event = (~np.isnan(reached) & (reached <= end)).astype(np.int64)
    time = np.where(event > 0, reached, end)
    is_mentee, person = table.flag("is_mentee"), table.label("person_id")
    # Whoever was there before the landmark is not at risk: a time of 0 or less takes no part.
    weight = att_weights(table.label("cell_id"), is_mentee, time > 0)
    mentees, others = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    result = _compare_months(table, time, event, weight)
    fit: Fit | Refusal = result if isinstance(result, Refusal) else result.fit
    met = (event > 0) & (time <= MERGE_MONTHS)
    events = int(met[mentees].sum()), int(np.unique(person[others & met]).size)
    return Estimated(
        fit=fit,
        combined=None,
        deviation=0.0,
        mentored=None if isinstance(result, Refusal) else result.mentored,
        baseline=None,
        n_mentored=int(mentees.sum()),
        n_comparison=int(np.unique(person[others]).size),
        amount_mentored=events[0],
        amount_comparison=events[1],
        events_mentored=events[0],
        events_comparison=events[1],
        followed_share=None,
    )


def _compare_months(
    table: Table, time: FloatArray, event: IntArray, weight: FloatArray
) -> ArmDifference | Refusal:
    """Restricted mean months until the event, which most reach: the rest must be few, not many."""
    is_mentee = table.flag("is_mentee")
    influence, levels = np.zeros(len(table)), []
    for rows, sign in (((weight > 0) & is_mentee, 1.0), ((weight > 0) & ~is_mentee, -1.0)):
        known = (event[rows] > 0) | (time[rows] >= MERGE_MONTHS)
        if int(known.sum()) < MINIMUM_AT_RISK or known.mean() < MINIMUM_SHARE_AT_RISK:
            return Refusal("horizon_not_reached", "Too few new hires have been followed for long.")
        arm = fit_arm(time[rows], event[rows], weight[rows], "months")
        level, own = read_arm(arm, "months", MERGE_MONTHS)
        influence[rows] = sign * own
        levels.append(level)
    clustered = two_way_error(influence, table.label("cell_id"), table.label("person_id"))
    if clustered.standard_error <= 0:
        return Refusal("too_few_people", "There are too few people to say how sure this is.")
    difference, error = levels[0] - levels[1], clustered.standard_error
    fit = Fit(difference, error, clustered.degrees, influence, weight > 0)
    return ArmDifference(fit, levels[0], levels[1])
