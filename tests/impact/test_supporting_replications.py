"""The generic mechanism on a simulated organisation: the headline, to the last digit."""

from __future__ import annotations

import pandas as pd
import pytest

from impact.cohort import OVERALL, to_table
from impact.cycle_time import fit_cycle_time
from impact.incident_rate import fit_incident_rate
from impact.measured import estimate_measure, sum_windows
from impact.measures import Amounts, Measure, order_months
from impact.reading import read_supported
from tests.impact.test_replications import load

pytestmark = pytest.mark.slow
ONLY_ALL = "segment_dimension = 'all'"


@pytest.fixture(scope="module")
def organisation():
    """Material and ordered panel of one organisation of 600 people."""
    replications, estimates = load("replications"), load("estimates")
    connection = replications.connect()
    statements = replications.compile_statements()
    frames, _, _ = estimates.draw("effect", 600, 77)
    replications.build_frames(connection, frames, statements)
    material = read_supported(
        connection.table("int_index_rows"),
        connection.table("int_index_outcomes"),
        connection.table("int_matched_rows").filter(ONLY_ALL),
        connection.table("int_mentee_segments").filter(ONLY_ALL),
    )
    panel = connection.table("int_person_months").df()
    panel["is_started"] = panel["is_mentored"] | panel["mentoring_started_on"].notna()
    numbers = panel.select_dtypes(["number", "bool"])
    return material, order_months(to_table(pd.DataFrame(numbers)))


@pytest.mark.parametrize("months", [6, 12])
def test_fed_with_cycle_hours_it_gives_the_headline(organisation, months):
    material, panel = organisation
    cohort = material.cohort(OVERALL)
    measure = Measure("pr_cycle_time", "log_mean", "git", "hours", "lower")
    seen = panel.flag("is_git_observed")
    amounts = Amounts(panel.number("log_hours_sum"), panel.number("pr_merged_count"))
    # Look-backs are known beyond the observed months; follow-ups are not.
    amounts = Amounts(amounts.numerator * seen, amounts.denominator * seen)
    windows = sum_windows(measure, amounts, material.rows, panel, months)
    found = estimate_measure(measure, windows, cohort)
    headline = fit_cycle_time(cohort, months)
    assert found.fit.estimate == pytest.approx(headline.fit.estimate, rel=1e-9)
    assert found.fit.standard_error == pytest.approx(headline.fit.standard_error, rel=1e-9)
    assert found.deviation == pytest.approx(headline.deviation, rel=1e-9)


def test_fed_with_incidents_it_gives_the_headline(organisation):
    material, panel = organisation
    cohort = material.cohort(OVERALL)
    measure = Measure("incident_rate", "rate", "incidents", "incidents", "lower", "incidents")
    amounts = Amounts(panel.number("incident_count"), panel.number("incident_exposure"))
    windows = sum_windows(measure, amounts, material.rows, panel, 6)
    found = estimate_measure(measure, windows, cohort)
    headline = fit_incident_rate(cohort.designs["a"], 6)
    assert found.fit.estimate == pytest.approx(headline.estimate, rel=1e-6)
    assert found.fit.standard_error == pytest.approx(headline.standard_error, rel=1e-6)
