"""How many mentees an effect takes, and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from markupsafe import escape

from dashboards import cohort_plan
from dashboards.pages import programme
from dashboards.queries import Snapshot, SnapshotStore
from pipeline.cli import main


@pytest.fixture
def snapshot(warehouse: Path) -> Snapshot:
    return SnapshotStore(warehouse).current()


def needs(snapshot: Snapshot, outcome: str, effect: float) -> cohort_plan.Need:
    ((need,),) = [one.needs for one in cohort_plan.plan(snapshot, outcome, effect)]
    return need


def test_half_the_effect_takes_four_times_the_people(snapshot: Snapshot) -> None:
    # 185 matched mentees would show 4.5 points of retention.
    assert needs(snapshot, "retention", 0.045).mentees == 185
    assert needs(snapshot, "retention", 0.0225).mentees == 740


def test_a_ratio_is_measured_in_logarithms(snapshot: Snapshot) -> None:
    # 185 would show 0.92 of cycle time; its square is twice as far from one.
    assert needs(snapshot, "pr_cycle_time", 0.92**0.5).mentees == 740
    assert needs(snapshot, "pr_cycle_time", 1 / 0.92).mentees == 185


def test_what_is_visible_now_needs_nobody_more(snapshot: Snapshot) -> None:
    need = needs(snapshot, "retention", 0.10)
    assert cohort_plan.written(need) == "visible with today's numbers"


def test_the_date_follows_from_the_enrolment_of_the_last_year(snapshot: Snapshot) -> None:
    # 120 started in a year and 185 of 240 get as far as the comparison: 7.7 a month.
    need = needs(snapshot, "retention", 0.04)
    assert (need.mentees, need.now) == (235, 185)
    assert need.reached_on == date(2027, 1, 1)
    far = needs(snapshot, "retention", 0.005)
    assert far.reached_on is None
    assert "not within ten years" in cohort_plan.written(far)


def test_no_effect_is_nothing_to_plan_for(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["plan-cohort", "--warehouse", str(warehouse)]
    for effect in ("1.0", "-0.5"):
        assert main([*where, "--outcome", "pr_cycle_time", "--effect", effect]) == 2
    assert main([*where, "--outcome", "retention", "--effect", "0"]) == 2
    assert main([*where, "--effect", "0.9"]) == 2
    assert main([*where, "--outcome", "joy"]) == 2
    assert "there is no such outcome" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outcome", "effect", "says"),
    [
        ("retention", "0.2", "is the most"),
        ("retention", "-0.99", "is the most"),
        ("retention", "0.001", "is no effect here"),
        ("incident_rate", "nan", "is no effect here"),
        ("pr_cycle_time", "inf", "is no effect here"),
    ],
)
def test_an_effect_that_cannot_be_is_refused(
    warehouse: Path, capsys: pytest.CaptureFixture[str], outcome: str, effect: str, says: str
) -> None:
    where = ["plan-cohort", "--warehouse", str(warehouse), "--outcome", outcome]
    assert main([*where, "--effect", effect]) == 2
    assert says in capsys.readouterr().err


def test_the_page_plans_for_no_effect_that_cannot_be(snapshot: Snapshot) -> None:
    row = next(row for row in cohort_plan._headline(snapshot) if row.outcome == "retention")
    room = 1 - (row.comparison_value or 0)
    (plan,) = [one for one in cohort_plan.plan(snapshot) if one.outcome == "retention"]
    assert [need.effect for need in plan.needs] == [
        effect for effect in cohort_plan.TARGETS["retention"] if effect <= room
    ]
    close = replace(row, comparison_value=0.98)
    assert all(cohort_plan.why_impossible(close, one) for one in cohort_plan.TARGETS["retention"])


def test_the_command_says_people_and_month(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan-cohort", "--warehouse", str(warehouse), "--outcome", "retention",
                 "--effect", "0.04"]) == 0  # fmt: skip
    assert capsys.readouterr().out == (
        "Retention, +4\u00a0points: 235 mentees, by January 2027 (now 185)\n"
    )


def test_the_month_is_now_later_or_too_far_off(snapshot: Snapshot) -> None:
    told = [cohort_plan.when(needs(snapshot, "retention", one)) for one in (0.1, 0.04, 0.005)]
    assert told == ["now", "January 2027", "not within ten years"]


def test_every_outcome_of_the_plan_opens_to_its_definition(snapshot: Snapshot) -> None:
    html = programme._plans(snapshot)
    for one in cohort_plan.plan(snapshot):
        assert f"<p>{escape(snapshot.definitions()[one.outcome].definition)}</p>" in html
    assert html.count('<details class="define">') == len(cohort_plan.plan(snapshot))
