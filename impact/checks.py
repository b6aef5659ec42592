"""Checks of whether a comparison can be trusted, each with a figure, a status and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from impact.cohort import Cohort, Segment, Table
from impact.cycle_time import baseline_covariates, mean_log_hours
from impact.linear import fit_within_cells
from impact.reference import two_sided_p
from impact.rows import Row
from impact.types import Fit, FloatArray, Refusal
from impact.weights import att_weights
from impact.wording import decimals, per_cent, share, signed

Status = Literal["ok", "warn", "fail", "not_checked"]
CheckName = Literal[
    "matched_share",
    "balance",
    "design_agreement",
    "dip",
    "negative_control",
    "pre_trend",
    "drop_out",
    "placebo",
    "looks",
    "plan",
    "spillover",
    "hidden_causes",
]

MATCHED_SHARE = 0.8
LADDER_SHARE = 0.85
DISAGREEMENT = 0.05
CONTROL_SIZE = 0.15
CONTROL_LEVEL = 0.01
CONTROL_MENTEES = 30
DROP_OUT = 0.05
FEWEST_TOLD = 5


@dataclass(frozen=True)
class Check:
    """One check of one segment.

    Attributes
    ----------
    check, outcome, segment
        What was checked; outcome is `all` where the check concerns every outcome.
    value, threshold
        The figure and where it turns; none where there is none.
    status
        `fail` turns verdicts into not comparable, `warn` is said on the page.
    sentence
        One plain sentence.
    """

    check: CheckName
    outcome: str
    segment: Segment
    value: float | None
    threshold: float | None
    status: Status
    sentence: str


def check_matched_share(segment: Segment, matched: int, eligible: int) -> Check:
    """Whether enough mentees have a comparable colleague to speak for all of them."""
    if eligible == 0:
        return Check(
            "matched_share",
            "all",
            segment,
            None,
            MATCHED_SHARE,
            "not_checked",
            "No mentee has a baseline to be matched on.",
        )
    value = min(1.0, matched / eligible)
    status: Status = "fail" if value < MATCHED_SHARE else "ok"
    sentence = f"{share(value)} of mentees with a baseline have comparable colleagues."
    if status == "fail":
        sentence = (
            f"Only {share(value)} of mentees with a baseline have comparable colleagues; "
            f"{share(MATCHED_SHARE)} are needed to speak for all of them."
        )
    return Check("matched_share", "all", segment, value, MATCHED_SHARE, status, sentence)


def check_designs(row: Row) -> Check:
    """Whether the two ways of estimating cycle time agree: mean of A and B, and symmetric design.

    A and B err in opposite directions wherever people enrol on a trait and on a spell, so a
    distance between these two is normal (0.05 and more in half of ordinary organisations) and shown
    as the range. Their mean, though, must agree with the symmetric design; it does not where only
    one of the two causes is at work. They disagree where they differ by more than two standard
    errors of their difference and more than 0.05 on the log scale.
    """
    if row.disagreement is None or row.design_a is None or row.design_b is None:
        return Check(
            "design_agreement",
            "pr_cycle_time",
            row.segment,
            None,
            DISAGREEMENT,
            "not_checked",
            "The designs for cycle time could not all be fitted.",
        )
    size = abs(row.disagreement)
    error = row.disagreement_error or 0.0
    threshold, apart = max(DISAGREEMENT, 2 * error), are_apart(row.disagreement, error)
    mean = (row.design_a + row.design_b) / 2
    ours, theirs = (
        f"{signed(per_cent(float(np.exp(effect))))} %" for effect in (mean, mean - row.disagreement)
    )
    return Check(
        "design_agreement",
        "pr_cycle_time",
        row.segment,
        size,
        threshold,
        "fail" if apart else "ok",
        f"The designs for cycle time {'disagree' if apart else 'agree'} ({ours} and {theirs}).",
    )


def are_apart(difference: float, error: float) -> bool:
    """Whether two ways of estimating differ by more than chance and by more than matters."""
    return abs(difference) > max(DISAGREEMENT, 2 * error)


def check_dip(cohort: Cohort) -> Check:
    """Whether mentees had a slow spell just before they started, against their cell mates.

    A spell is normal and no fault of the design; it is why before/after figures overstate.
    """
    table = cohort.designs.get("b")
    fit: Fit | Refusal = Refusal("no_rows", "")
    if table is not None:
        change = table.number("base_hours_3") - table.number("base_hours_9")
        fit = _within(table, change)
    if isinstance(fit, Refusal):
        return Check(
            "dip",
            "pr_cycle_time",
            cohort.segment,
            None,
            None,
            "not_checked",
            "There is too little history to see whether mentees had a slow spell before.",
        )
    slow = fit.estimate > 0 and two_sided_p(fit.estimate / fit.standard_error, fit.degrees) < 0.05
    size = per_cent(float(np.exp(fit.estimate)))
    sentence = (
        f"Mentees had a slow spell before they started (merges {size} % slower than usual for "
        "them); simple before/after figures overstate the effect."
        if slow
        else "Mentees had no slow spell before they started."
    )
    return Check(
        "dip",
        "pr_cycle_time",
        cohort.segment,
        float(np.exp(fit.estimate)),
        1.0,
        "warn" if slow else "ok",
        sentence,
    )


def check_negative_control(cohort: Cohort) -> Check:
    """Whether matched mentees were rated differently before they started.

    The last rating before the start was not matched on and mentoring cannot move it: a difference
    that the cells and the baselines of design A leave means that something unrecorded decides who
    is mentored.

    References
    ----------
    Lipsitch, Tchetgen Tchetgen and Cohen (2010), "Negative controls: a tool for detecting
    confounding and bias in observational studies", Epidemiology 21(3).
    """
    table = cohort.designs.get("a")
    size = _control_size(table) if table is not None else None
    if table is None or size is None:
        return Check(
            "negative_control",
            "all",
            cohort.segment,
            None,
            CONTROL_SIZE,
            "not_checked",
            "Hidden selection was not checked: too few mentees have an earlier rating.",
        )
    value, p_value = size
    fails = abs(value) >= CONTROL_SIZE and p_value < CONTROL_LEVEL
    better = "better" if value > 0 else "worse"
    sentence = (
        f"Mentees were rated {better} before they started than the people they are compared "
        f"with ({decimals(abs(value))} standard deviations): something not recorded decides who "
        "is mentored."
        if fails
        else "Mentees and comparison people had similar ratings before the start."
    )
    return Check(
        "negative_control",
        "all",
        cohort.segment,
        value,
        CONTROL_SIZE,
        "fail" if fails else "ok",
        sentence,
    )


def check_drop_out(cohort: Cohort, months: int) -> Check:
    """Whether the arms differ in how many people have no cycle time after the landmark."""
    table = cohort.designs.get("a")
    missing: _DropOut | None = None
    if table is not None:
        missing = _drop_out(table, months)
    if missing is None:
        return Check(
            "drop_out",
            "pr_cycle_time",
            cohort.segment,
            None,
            DROP_OUT,
            "not_checked",
            "Nobody has been followed yet.",
        )
    value = missing.mentored - missing.comparison
    fit = missing.fit
    certain = not isinstance(fit, Refusal) and abs(fit.estimate) > 2 * fit.standard_error
    differ = abs(value) >= DROP_OUT and certain
    are_few = missing.fewest < FEWEST_TOLD
    sentence = (
        f"Fewer than {FEWEST_TOLD} mentees, or fewer than {FEWEST_TOLD} comparison people,"
        if are_few
        else f"{share(missing.mentored)} of mentees and {share(missing.comparison)} of comparison "
        "people"
    )
    sentence += f" merged nothing within {months} months and are left out of cycle time."
    return Check(
        "drop_out",
        "pr_cycle_time",
        cohort.segment,
        value,
        DROP_OUT,
        "warn" if differ else "ok",
        sentence,
    )


def _control_size(table: Table) -> tuple[float, float] | None:
    """Standardised difference in the last rating and its p-value; none where not to be had."""
    rating = table.number("last_rating")
    is_mentee = table.flag("is_mentee")
    known = ~np.isnan(rating)
    weight = att_weights(table.label("cell_id"), is_mentee, known)
    arms = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    if arms[0].sum() < CONTROL_MENTEES:
        return None
    spread = float(np.sqrt((rating[arms[0]].var() + rating[arms[1]].var()) / 2))
    if not spread > 0:
        return None
    fit = _within(table, rating / spread, baseline_covariates(table))
    if isinstance(fit, Refusal):
        return None
    return fit.estimate, two_sided_p(fit.estimate / fit.standard_error, fit.degrees)


@dataclass(frozen=True)
class _DropOut:
    """Shares of each arm without a cycle time, the fewest people behind one, and their fit."""

    mentored: float
    comparison: float
    fewest: int
    fit: Fit | Refusal


def _drop_out(table: Table, months: int) -> _DropOut | None:
    followed = table.number(f"followup_git_months_{months}") > 0
    is_mentee = table.flag("is_mentee")
    weight = att_weights(table.label("cell_id"), is_mentee, followed)
    if not weight.any():
        return None
    missing = np.isnan(mean_log_hours(table, str(months))).astype(np.float64)
    outcome = np.where(followed, missing, np.nan)
    arms = (weight > 0) & is_mentee, (weight > 0) & ~is_mentee
    shares = [float(np.average(missing[rows], weights=weight[rows])) for rows in arms]
    fewest = min(int(missing[rows].sum()) for rows in arms)
    return _DropOut(shares[0], shares[1], fewest, _within(table, outcome))


def _within(
    table: Table, outcome: FloatArray, covariates: FloatArray | None = None
) -> Fit | Refusal:
    """Difference of an outcome within matched cells."""
    cell, is_mentee = table.label("cell_id"), table.flag("is_mentee")
    weight = att_weights(cell, is_mentee, ~np.isnan(outcome))
    x = np.zeros((len(table), 0)) if covariates is None else covariates
    return fit_within_cells(outcome, is_mentee, x, weight, cell, cell, table.label("person_id"))
