"""Hopeless organisations get a sentence: never a number, a not-a-number or an exception."""

import numpy as np
import pandas as pd
import pytest

from impact.frames import from_frame
from impact.judge import Judged
from impact.rows import Row
from impact.tables import (
    make_balance,
    make_checks,
    make_curves,
    make_distribution,
    make_estimates,
    make_fits,
    make_segment_tests,
    make_sensitivity,
    make_series,
)

NO_PANEL = pd.DataFrame(
    {
        name: pd.Series(dtype="float64")
        for name in ("person_id", "month_number", "log_hours_sum", "pr_merged_count", "is_mentored")
    }
)


def publish(drawn, study):
    """Every table, and the matched headline rows by outcome."""
    material = drawn.material()
    pools = pd.DataFrame(
        {
            "pool_dimension": "all",
            "pool_value": "all",
            "index_row_id": drawn.index_rows.loc[~drawn.index_rows["is_mentee"], "index_row_id"],
        }
    ).astype({"pool_dimension": "str", "pool_value": "str"})
    fits = make_fits(material, study)
    balance = make_balance(material, pools)
    checks = make_checks(material, fits, balance, study, drawn.calendar())
    tests = make_segment_tests(fits, study)
    estimates = make_estimates(fits, checks, tests, study)
    tables = {
        "fits": fits,
        "balance": balance,
        "checks": checks,
        "estimates": estimates,
        "series": make_series(material, drawn.calendar(), study),
        "curves": make_curves(material, study),
        "distribution": make_distribution(material, study),
        "sensitivity": make_sensitivity(material, fits, NO_PANEL, study),
    }
    for table in tables.values():
        numbers = table.select_dtypes("float64")
        assert not np.isinf(numbers.to_numpy()[:, [c != "degrees" for c in numbers]]).any()
    headline = {
        row.outcome: row
        for row in from_frame(Judged, estimates)
        if row.comparison == "matched" and row.is_headline
    }
    refusals = {
        row.outcome: row.refusal
        for row in from_frame(Row, fits)
        if row.comparison == "matched"
        and row.outcome in headline
        and row.follow_up_months == headline[row.outcome].follow_up_months
        and row.scale == headline[row.outcome].scale
    }
    return headline, refusals


def assert_refused(row):
    assert row.verdict in ("not_enough_data", "no_data")
    assert row.verdict_reason.endswith(".")
    figures = (row.estimate, row.ci_low, row.ci_high, row.p_value, row.p_adjusted)
    assert figures == (None,) * 5
    assert row.mentored_value is None
    assert row.comparison_value is None


def test_plain_input_is_estimated(drawn, study):
    headline, refusals = publish(drawn, study)
    assert set(refusals.values()) == {None}
    assert {row.verdict for row in headline.values()} <= {"better", "worse", "no_clear_difference"}


def test_no_mentee_at_all_gives_rows_for_everyone(draw, study):
    drawn = draw()
    nobody = drawn.index_rows[~drawn.index_rows["is_mentee"]]
    empty = type(drawn)(nobody, drawn.matched[:0], drawn.mentee_segments[:0], drawn.people[:0])
    headline, _ = publish(empty, study)
    assert len(headline) == 4
    for row in headline.values():
        assert_refused(row)
        assert row.verdict_reason.startswith("With no matched mentees")


def test_no_mentee_with_follow_up_is_refused(draw, study):
    drawn = draw()
    nothing = {
        f"{name}_{months}": 0
        for months in (6, 12, 18, 24)
        for name in ("merged", "log_hours_sum", "incidents", "exposure", "followup_git_months")
    }
    drawn = drawn.changed(
        **nothing, leave_time=0.0, promotion_time=0.0, leave_event=0, promotion_event=0
    )
    headline, refusals = publish(drawn, study)
    assert set(refusals.values()) == {"no_follow_up"}
    for row in headline.values():
        assert_refused(row)


def test_one_cell_is_refused(draw, study):
    drawn = draw(cells=40)
    drawn = type(drawn)(
        drawn.index_rows, drawn.matched.assign(cell_id=7), drawn.mentee_segments, drawn.people
    )
    headline, refusals = publish(drawn, study)
    assert refusals["pr_cycle_time"] == "too_few_people"
    assert refusals["retention"] == "too_few_people"
    assert_refused(headline["pr_cycle_time"])
    assert_refused(headline["retention"])


def test_all_treated_at_once_leaves_nobody_to_compare_with(draw, study):
    drawn = draw()
    treated = drawn.index_rows[drawn.index_rows["is_mentee"]]
    alone = type(drawn)(treated, drawn.matched[:0], drawn.mentee_segments, drawn.people)
    headline, refusals = publish(alone, study)
    assert set(refusals.values()) == {"no_comparison"}
    for row in headline.values():
        assert_refused(row)


def test_constant_cycle_time_is_refused(draw, study):
    drawn = draw()
    frame = drawn.index_rows
    drawn = drawn.changed(log_hours_sum_6=3.0 * frame["merged_6"])
    headline, refusals = publish(drawn, study)
    assert refusals["pr_cycle_time"] == "constant_outcome"
    assert_refused(headline["pr_cycle_time"])


def test_zero_incidents_are_refused(draw, study):
    drawn = draw(incidents=1e-12)
    headline, refusals = publish(drawn, study)
    assert refusals["incident_rate"] == "no_events"
    assert_refused(headline["incident_rate"])


def test_all_promoted_is_refused(draw, study):
    drawn = draw(leaving=1e-6)
    drawn = drawn.changed(promotion_time=2.0, promotion_event=1)
    headline, refusals = publish(drawn, study)
    assert refusals["promotion"] == "all_events"
    assert_refused(headline["promotion"])


def test_nobody_leaving_is_refused(draw, study):
    headline, refusals = publish(draw(leaving=1e-9), study)
    assert refusals["retention"] == "no_events"
    assert_refused(headline["retention"])


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_hours_are_refused(draw, study, value):
    drawn = draw()
    hours = drawn.index_rows["log_hours_sum_6"].copy()
    hours[5] = value
    headline, refusals = publish(drawn.changed(log_hours_sum_6=hours), study)
    assert refusals["pr_cycle_time"] == "bad_values"
    assert_refused(headline["pr_cycle_time"])


def test_negative_times_are_refused(draw, study):
    drawn = draw()
    time = drawn.index_rows["leave_time"].copy()
    time[3] = -2.0
    headline, refusals = publish(drawn.changed(leave_time=time), study)
    assert refusals["retention"] == "bad_values"
    assert_refused(headline["retention"])


def test_weights_that_vanish_are_refused(draw, study):
    drawn = draw()
    others = ~drawn.index_rows["is_mentee"]
    merged = drawn.index_rows["merged_6"].where(~others, 0)
    headline, refusals = publish(drawn.changed(merged_6=merged), study)
    assert refusals["pr_cycle_time"] == "no_follow_up"
    assert_refused(headline["pr_cycle_time"])


def test_design_that_a_covariate_repeats_is_refused(draw, study):
    drawn = draw()
    mentees = drawn.index_rows["is_mentee"]
    drawn = drawn.changed(tenure_months=np.where(mentees, 50.0, 20.0))
    headline, refusals = publish(drawn, study)
    assert refusals["pr_cycle_time"] == "singular"
    assert refusals["incident_rate"] == "singular"
    assert_refused(headline["pr_cycle_time"])


def test_missing_exports_are_no_data(drawn, study):
    from dataclasses import replace

    headline, _ = publish(drawn, replace(study, has_git=False, has_incidents=False))
    assert headline["pr_cycle_time"].verdict == "no_data"
    assert headline["incident_rate"].verdict == "no_data"
    assert_refused(headline["pr_cycle_time"])
    assert headline["retention"].verdict != "no_data"
