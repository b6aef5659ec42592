"""Supporting outcomes: what is compared, and what may be said about it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from impact.checks import Check
from impact.cohort import OVERALL, Segment, to_table
from impact.cycle_time import Combined
from impact.lines import Line
from impact.material import Material, gather
from impact.measured import Estimated
from impact.measures import CATALOGUE, Measure, order_months
from impact.study import Study
from impact.supporting import support
from impact.supporting_verdicts import Supported, judge_lines
from impact.types import Fit, Refusal
from tests.impact.conftest import AS_OF, Drawn, draw_frames

OWN = Measure("engagement", "mean", "hris", "points", "higher")
FAILED = Check("balance", "all", OVERALL, 1.0, 0.25, "fail", "The groups are not alike.")


def estimated(effect: float, error: float = 0.1, **changes: object) -> Estimated:
    """Two hundred mentees with one estimate."""
    fit = Fit(effect, error, math.inf, np.zeros(1), np.ones(1, dtype=np.bool_))
    whole = Estimated(fit, None, 0.5, 2.0, 2.0, 200, 400, None, None, None, None, 0.9)
    return dataclasses.replace(whole, **changes)


def line(effect: float = 0.0, name: str = "pr_pickup_time", **changes: object) -> Line:
    measure = next(one for one in CATALOGUE if one.name == name)
    told = Line(
        name=name,
        unit=measure.unit,
        direction=measure.direction,
        scale="ratio" if measure.is_ratio else "difference",
        months=6,
        segment=OVERALL,
        found=estimated(effect),
        eligible=220,
        matched_share=0.9,
        decidable=None,
        kind=measure.kind,
        source_there=True,
    )
    return dataclasses.replace(told, **changes)


def test_lower_hours_are_better_and_higher_ones_worse(study: Study) -> None:
    better, worse = judge_lines([line(-0.5)], [], study), judge_lines([line(0.5)], [], study)
    assert better[0].verdict == "better"
    assert worse[0].verdict == "worse"
    assert better[0].estimate == pytest.approx(math.exp(-0.5))
    assert not better[0].is_headline


def test_holm_counts_every_outcome_of_the_window(study: Study) -> None:
    # Alone p = 0.02 would do; among three it does not.
    lines = [line(-0.233), line(0.0, "pr_merge_time"), line(0.0, "reviews_given")]
    assert judge_lines(lines[:1], [], study)[0].verdict == "better"
    found = judge_lines(lines, [], study)[0]
    assert found.verdict == "no_clear_difference"
    assert found.p_adjusted == pytest.approx(3 * found.p_value)
    assert "not after allowing for the other supporting outcomes" in found.verdict_reason


def test_context_is_never_better_or_worse(study: Study) -> None:
    (found,) = judge_lines([line(0.9, "throughput")], [], study)
    assert found.verdict is None
    assert "never a target" in found.verdict_reason


def test_a_group_is_drawn_to_the_mean_and_not_judged(study: Study) -> None:
    groups = [Segment("organisation", name) for name in ("One", "Two")]
    lines = [line(-0.9, segment=groups[0]), line(0.1, segment=groups[1])]
    found = judge_lines(lines, [], study)
    assert [one.verdict for one in found] == ["as_overall"] * 2
    assert math.log(found[0].estimate) > -0.9
    assert found[0].mentored_value / found[0].comparison_value == pytest.approx(found[0].estimate)


def test_a_failed_check_of_the_group_or_designs_at_odds_are_not_comparable(study: Study) -> None:
    assert judge_lines([line(-0.5)], [FAILED], study)[0].verdict == "not_comparable"
    one = Fit(-0.5, 0.05, math.inf, np.zeros(1), np.ones(1, dtype=np.bool_))
    other, third = (dataclasses.replace(one, estimate=value) for value in (0.1, -0.3))
    apart = estimated(-0.2, combined=Combined(third, third, one, other, 0.1, 0.04))
    (found,) = judge_lines([line(found=apart)], [], study)
    assert found.verdict == "not_comparable"
    assert found.range_low == pytest.approx(math.exp(-0.5))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_mentored": 49}, "just under 50"),
        ({"amount_mentored": 9, "amount_comparison": 50}, "fewer than 10"),
        ({"followed_share": 0.49}, "over half"),
        ({"fit": Refusal("no_events", "Nobody in either group had one.")}, "Nobody"),
    ],
)
def test_what_is_too_little_has_no_figure(
    changes: dict[str, object], said: str, study: Study
) -> None:
    (found,) = judge_lines([line(found=estimated(-0.5, **changes))], [], study)
    assert found.verdict == "not_enough_data"
    assert said.lower() in found.verdict_reason.lower()
    assert (found.estimate, found.ci_low, found.p_value, found.mentored_value) == (None,) * 4


def test_nothing_loaded_is_no_data(study: Study) -> None:
    (found,) = judge_lines([line(source_there=False)], [], study)
    assert (found.verdict, found.estimate) == ("no_data", None)


def with_panel(drawn: Drawn, effect: float) -> tuple[Material, pd.DataFrame, pd.DataFrame]:
    """An own outcome measured once before and once after the start, moved by mentoring."""
    rng = np.random.default_rng(3)
    rows = drawn.index_rows.drop_duplicates("person_id").reset_index(drop=True)
    rows = rows.assign(index_month_number=24_290, spell_number=1, leave_kind=0)
    kept = drawn.matched[drawn.matched["index_row_id"].isin(rows["index_row_id"])]
    segments = drawn.mentee_segments
    segments = segments[segments["index_row_id"].isin(rows["index_row_id"])]
    people, months = rows["person_id"].to_numpy(), np.arange(24_278, 24_297)
    frame = pd.DataFrame(
        {
            "person_id": np.repeat(people, months.size),
            "spell_number": 1,
            "month_number": np.tile(months, people.size),
            "is_started": False,
            "exposure": 1.0,
            "incident_exposure": 1.0,
            "on_call_weeks": np.nan,
            "is_git_observed": True,
            "incident_count": 0,
        }
    )
    trait = rng.normal(60, 10, people.size)
    sums = pd.concat(
        pd.DataFrame(
            {
                "person_id": people,
                "month_number": month,
                "numerator": trait + moved + rng.normal(0, 2, people.size),
                "denominator": 1.0,
            }
        )
        for month, moved in ((24_285, 0.0), (24_294, effect * rows["is_mentee"].to_numpy()))
    )
    return gather(rows, kept, segments), frame, sums


def test_an_own_outcome_is_recovered_in_its_unit() -> None:
    material, panel, sums = with_panel(draw_frames(seed=5, cells=150), effect=3.0)
    months = order_months(to_table(panel))
    found = support(material, months, {"engagement": sums}, [OWN], [], Study(AS_OF))
    row = next(one for one in found if one.outcome == "engagement" and one.follow_up_months == 6)
    assert row.verdict == "better"
    assert row.ci_low < 3.0 < row.ci_high
    assert row.ci_high - row.ci_low < 1.5
    assert row.deviation == pytest.approx(10, rel=0.2)


def test_without_schedules_there_is_no_on_call_figure() -> None:
    material, panel, sums = with_panel(draw_frames(seed=5, cells=60), effect=0.0)
    months = order_months(to_table(panel))
    measure = next(one for one in CATALOGUE if one.name == "heavy_on_call_weeks")
    found = support(material, months, {"engagement": sums}, [measure], [], Study(AS_OF))
    rows = [one for one in found if one.outcome == "heavy_on_call_weeks"]
    assert {one.verdict for one in rows} == {"no_data"}


def test_a_day_of_decision_is_told_where_mentees_are_what_is_missing(study: Study) -> None:
    few = line(found=estimated(-0.5, n_mentored=49), decidable=20_000)
    rare = line(found=estimated(-0.5, amount_mentored=9, amount_comparison=50), decidable=20_000)
    waiting, never = judge_lines([few], [], study) + judge_lines([rare], [], study)
    assert waiting.decidable_on is not None
    assert "are reached in" in waiting.verdict_reason
    assert never.decidable_on is None
    assert "are reached in" not in never.verdict_reason


def leavers(**kinds: int) -> Material:
    """Everybody who leaves does so in the ways that are given."""
    drawn = draw_frames(seed=5, cells=400)
    left = drawn.index_rows["leave_event"]
    return gather(
        drawn.index_rows.assign(**{name: code * left for name, code in kinds.items()}),
        drawn.matched,
        drawn.mentee_segments,
    )


def leaving_of(material: Material, name: str) -> Supported:
    _, panel, _ = with_panel(draw_frames(seed=5, cells=60), effect=0.0)
    found = support(material, order_months(to_table(panel)), {}, [], [], Study(AS_OF))
    return next(one for one in found if one.outcome == name and one.segment_dimension == "all")


def test_leaving_that_is_regretted_is_leaving_where_all_of_it_is() -> None:
    material = leavers(leave_kind=1, regret_kind=1)
    voluntary = leaving_of(material, "voluntary_leaving")
    regretted = leaving_of(material, "regrettable_leaving")
    assert voluntary.estimate is not None
    assert (regretted.estimate, regretted.ci_low) == (voluntary.estimate, voluntary.ci_low)
    # Lower is better for both, and leaving that is not regretted is no event of this kind.
    spared = leaving_of(leavers(leave_kind=1, regret_kind=2), "regrettable_leaving")
    assert spared.verdict == "not_enough_data"
    assert spared.events_mentored == 0


def test_leaving_of_a_kind_that_no_export_tells_is_no_data() -> None:
    material = leavers(leave_kind=0, regret_kind=0)
    for name in ("voluntary_leaving", "involuntary_leaving", "regrettable_leaving"):
        assert leaving_of(material, name).verdict == "no_data"
