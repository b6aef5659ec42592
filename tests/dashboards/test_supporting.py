"""Every outcome at a glance: in its section, at the headline window, with its reason."""

from __future__ import annotations

from pathlib import Path

import published_rows as published
import pytest

from dashboards import scope
from dashboards.components import again, supporting
from dashboards.components.strip import axis, strip
from dashboards.pages import teams
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.rows import Estimate


def snapshot_of(folder: Path, *rows: published.Row) -> Snapshot:
    tables = published.empty() | {"impact_estimates": [*published.everyone(), *rows]}
    published.publish(folder, tables)
    return SnapshotStore(folder).current()


def row(outcome: str, months: int, verdict: str | None = "better", **more: object) -> published.Row:
    values = {
        "outcome": outcome, "comparison": "matched", "scale": "ratio", "follow_up_months": months,
        "segment_dimension": "all", "segment_value": "all", "is_headline": False,
        "verdict": verdict, "estimate": months / 10, "ci_low": 0.1, "ci_high": 2.0,
        "n_mentored": 60, "n_comparison": 90,
    }  # fmt: skip
    return published.row("impact_estimates", **(values | more))


def lines(snapshot: Snapshot, *wanted: str) -> dict[str, tuple[str, supporting.Line]]:
    return {
        line.key: (section.title, line)
        for section in supporting.sections(snapshot, wanted)
        for line in section.lines
    }


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        ("retention", "Headline outcomes"),
        ("pr_pickup_time", "Changes and reviews"),
        ("sleep_hour_interruptions", "On call"),
        ("internal_mobility", "Careers"),
        ("leaving_hazard", "Careers"),
        ("mentor_retention", "Mentors, against matched people who do not mentor"),
        ("again_retention", "A second mentorship, against people mentored once"),
        ("team_incident_rate", "Teams, as the unit"),
        ("engagement", "Your own measures"),
    ],
)
def test_outcome_stands_in_its_section(tmp_path: Path, outcome: str, title: str) -> None:
    extra = () if outcome in ("retention", "leaving_hazard") else (row(outcome, 6),)
    assert lines(snapshot_of(tmp_path, *extra))[outcome][0] == title


def test_headline_window_is_shown_where_there_is_one(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, row("throughput", 6), row("throughput", 12), row("x", 12))
    found = lines(snapshot)
    assert (found["throughput"][1].window, found["throughput"][1].effect) == (
        "6 months", "\u221240\u202f%",
    )  # fmt: skip
    assert found["x"][1].window == "12 months"


def test_headline_outcome_leads_to_its_page_and_the_others_do_not(tmp_path: Path) -> None:
    found = lines(snapshot_of(tmp_path, row("throughput", 6)))
    assert found["retention"][1].link == "/outcomes/retention"
    assert found["throughput"][1].link == ""


def test_withheld_outcome_gives_its_reason_and_no_figure(tmp_path: Path) -> None:
    hidden = row(
        "throughput", 6, "suppressed", estimate=None, ci_low=None, ci_high=None, n_mentored=None,
        n_comparison=None, verdict_reason="Not shown.",
    )  # fmt: skip
    line = lines(snapshot_of(tmp_path, hidden))["throughput"][1]
    assert (line.effect, line.interval, line.people, line.reason) == ("–", "", "–", "Not shown.")


def test_only_what_is_wanted_is_listed(tmp_path: Path) -> None:
    snapshot = snapshot_of(tmp_path, row("team_incident_rate", 6), row("mentor_retention", 6))
    assert set(lines(snapshot, *teams.WANTED)) == {"team_incident_rate"}


@pytest.mark.parametrize(
    ("unit", "effect", "interval"),
    [
        ("points", "+4.2\u00a0points", "+3.2 to +5.2\u00a0points"),
        ("share who left", "+422\u00a0points", "+325 to +520\u00a0points"),
    ],
)
def test_an_own_outcome_differs_in_its_own_unit(
    tmp_path: Path, unit: str, effect: str, interval: str
) -> None:
    measured = row(
        "engagement", 12, scale="difference", unit=unit, estimate=4.221, ci_low=3.246, ci_high=5.196
    )
    _, line = lines(snapshot_of(tmp_path, measured))["engagement"]
    assert (line.effect, line.interval) == (effect, interval)


def test_the_forest_draws_an_own_outcome_on_an_axis_of_its_unit(tmp_path: Path) -> None:
    measured = row(
        "engagement", 6, scale="difference", unit="points", estimate=4.2, ci_low=-3.2, ci_high=5.2
    )
    own = next(
        one.as_shown()
        for one in snapshot_of(tmp_path, measured).rows(Estimate, "all", "all")
        if one.outcome == "engagement"
    )
    made = axis([own], own.scale)
    assert (made.limit, made.tick(1)) == (10.0, "10\u00a0points")
    assert strip(own, made, 1).dot == 71.0


@pytest.mark.parametrize(
    ("verdict", "more", "text"),
    [
        ("better", {}, "A clear difference in"),
        ("no_clear_difference", {}, "No clear difference between teams"),
        ("not_enough_data", {"estimate": None}, "Too little is known to compare teams."),
        ("suppressed", {"estimate": None}, "Too little is known to compare teams."),
    ],
)
def test_teams_without_an_estimate_are_not_said_to_be_alike(
    tmp_path: Path, verdict: str, more: dict[str, object], text: str
) -> None:
    snapshot = snapshot_of(tmp_path, row("team_promotion", 12, verdict, **more))
    assert teams.headline_of(supporting.sections(snapshot, teams.WANTED)).startswith(text)
    assert teams.headline_of([]) == "Nothing is known of teams."


def sequence(value: str, outcome: str, months: int, **more: object) -> published.Row:
    return row(outcome, months, segment_dimension="model", segment_value=value, **more)


def test_a_second_mentorship_is_told_for_everyone_and_by_sequence(tmp_path: Path) -> None:
    withheld = {"estimate": None, "n_mentored": None, "n_comparison": None, "ci_low": None}
    snapshot = snapshot_of(
        tmp_path,
        row("again_pr_cycle_time", 6),
        sequence(
            "1:1, then circle",
            "again_pr_cycle_time",
            6,
            verdict="as_overall",
            n_mentored_eligible=35,
        ),
        sequence("peer, then <b>", "again_pr_cycle_time", 6, verdict="suppressed", **withheld),
    )
    found = again.html_of(snapshot, "95 %")
    assert found.count('data-outcome="again_pr_cycle_time"') == 2
    assert (
        "People mentored 1:1 who then joined a circle, against people mentored 1:1 once." in found
    )
    assert "1:1, then circle: 35 people" in found
    assert "Both had the first" in found
    assert "too few people to show: peer, then &lt;b&gt;." in found


def test_where_nobody_began_a_second_mentorship_the_page_says_what_it_takes(tmp_path: Path) -> None:
    found = again.html_of(snapshot_of(tmp_path), "95 %")
    assert "Nobody is known to have begun a second mentorship" in found
    assert "<table" not in found


def test_who_may_see_one_organisation_is_not_told_that_nobody_came_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = snapshot_of(tmp_path, row("again_pr_cycle_time", 6))
    own = scope.Scope(frozenset({"Payments"}))
    monkeypatch.setattr(scope, "current", lambda: own)
    assert again.html_of(snapshot, "95 %") == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1:1, then 1:1", "People mentored 1:1 who were then mentored 1:1 again, against "),
        ("circle, then several", "who then began several at once, against people mentored in a "),
        ("other, then unknown", "against people whose mentorship was “other” once."),
    ],
)
def test_every_sequence_says_whom_it_compares(value: str, said: str) -> None:
    assert said in again.meaning_of(value)
