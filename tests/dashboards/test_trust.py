"""Chips and caveats follow from rows of the very group that is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import published_rows as rows
import pytest

from dashboards import trust
from dashboards.view import View

Views = Callable[..., View]


def chips(view: View) -> dict[str, trust.Chip]:
    return {chip.key: chip for chip in trust.chips(view)}


def with_checks(*checks: rows.Row) -> rows.Tables:
    return rows.organisation() | {"trust_checks": list(checks)}


def test_every_check_of_the_statistics_belongs_to_a_chip() -> None:
    from impact.checks import CheckName

    known = {check for group in trust.GROUPS for check in group.concerns}
    assert set(get_args(CheckName)) == known


def test_people_are_the_counts_of_the_matched_rows(view_of: Views) -> None:
    chip = chips(view_of())["people"]
    assert chip.text == "35 to 185 mentored, 310 to 1,120 peers"
    assert chip.tone == "plain"


def test_passing_checks_are_green_only_with_rows_that_pass(view_of: Views) -> None:
    found = chips(view_of())
    assert found["alike"].tone == "better"
    assert found["before"].text == "Slow spell before the start"
    assert found["before"].tone == "caution"
    assert found["hidden"].text == "Hidden selection: not checked"
    assert found["hidden"].tone == "neutral"


def test_group_without_checks_is_not_green(view_of: Views) -> None:
    found = chips(view_of("organisation", "Payments"))
    assert found["checks"].text == "Comparison not checked"
    assert {chip.tone for chip in found.values()} <= {"plain", "neutral", "caution"}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["ok", "ok"], "better"),
        (["ok", "not_checked"], "neutral"),
        (["ok", "warn", "not_checked"], "caution"),
        (["fail", "warn"], "worse"),
        (["ok", None], "neutral"),
        (["ok", "splendid"], "neutral"),
    ],
)
def test_a_chip_is_as_good_as_its_worst_check(
    view_of: Views, statuses: list[str | None], expected: str
) -> None:
    outcomes = ("all", "pr_cycle_time", "retention")
    checks = [
        rows.check("balance", status or "", "…", outcome)
        for status, outcome in zip(statuses, outcomes, strict=False)
    ]
    assert chips(view_of(tables=with_checks(*checks)))["alike"].tone == expected


def test_a_check_this_page_does_not_know_is_shown_with_its_status(view_of: Views) -> None:
    tables = with_checks(rows.check("moon_phase", "fail", "The moon was full."))
    chip = chips(view_of(tables=tables))["moon_phase"]
    assert (chip.text, chip.tone) == ("Moon phase: fails", "worse")


def test_withheld_group_shows_no_check_and_no_count(view_of: Views) -> None:
    tables = rows.organisation()
    hidden = {"segment_dimension": "organisation", "segment_value": "Mobile"}
    tables["trust_checks"] = [row | hidden for row in rows.trust()]
    found = chips(view_of("organisation", "Mobile", tables=tables))
    assert set(found) == {"people", "data"}
    assert found["people"].text == "Too few people to show"
    assert not any(character.isdigit() for character in found["people"].text)


def test_data_checks_are_counted(view_of: Views) -> None:
    assert chips(view_of())["data"].text == "27 of 28 data checks pass"
    passing = rows.organisation() | {"data_quality": rows.data_quality(0)}
    chip = chips(view_of(tables=passing))["data"]
    assert (chip.text, chip.tone) == ("All 28 data checks pass", "better")


def test_no_data_checks_is_not_a_pass(view_of: Views) -> None:
    chip = chips(view_of(tables=rows.without(rows.organisation(), "data_quality")))["data"]
    assert (chip.text, chip.tone) == ("Data not checked", "neutral")


def test_placebo_that_was_not_drawn_takes_no_place(view_of: Views) -> None:
    drawn = with_checks(rows.check("placebo", "ok", "100 placebos: no bias."))
    skipped = with_checks(rows.check("placebo", "not_checked", "Not drawn in this refresh."))
    assert chips(view_of(tables=drawn))["placebo"].text == "Placebo starts show nothing"
    assert "placebo" not in chips(view_of(tables=skipped))


@pytest.mark.parametrize(
    ("check", "chip"),
    [("dip", "before"), ("matched_share", "alike"), ("drop_out", "alike"),
     ("hidden_causes", "hidden")],
)  # fmt: skip
def test_a_side_check_alone_is_not_green(view_of: Views, check: str, chip: str) -> None:
    found = chips(view_of(tables=with_checks(rows.check(check, "ok", "Fine."))))[chip]
    assert found.tone == "neutral"
    assert found.text.endswith("not checked")


def test_unplanned_looks_are_told_of_in_every_group(view_of: Views) -> None:
    tables = rows.organisation()
    group = {"segment_dimension": "organisation", "segment_value": "Platform"}
    tables["trust_checks"] = [*rows.trust(), rows.check("balance", "ok", "Alike.") | group]
    assert chips(view_of("organisation", "Platform", tables=tables))["looks"].tone == "caution"


def test_a_warning_is_said_more_mildly_than_a_failure(view_of: Views) -> None:
    said = [
        chips(view_of(tables=with_checks(rows.check("balance", status, "…"))))["alike"].text
        for status in ("warn", "fail")
    ]
    assert said == ["Groups differ a little", "Groups are not alike"]


@pytest.mark.parametrize(("git_end", "is_told"), [("2026-05-16", False), ("2026-05-15", True)])
def test_sources_over_45_days_apart_are_told(view_of: Views, git_end: str, is_told: bool) -> None:
    tables = rows.organisation()
    for entry in tables["snapshot_info"]:
        if entry["key"] == "git_end":
            entry["value"] = git_end
    assert ("dates" in chips(view_of(tables=tables))) is is_told


def test_caveats_name_assignment_hidden_causes_and_blind_spots(view_of: Views) -> None:
    text = " ".join(trust.caveats(view_of()))
    assert "nobody was assigned by lot" in text
    assert "1.6 times (PR cycle time) and 2.1 times (retention)" in text
    assert "No clear difference is not no effect" in text
    assert "slow spell before they started" in text


def test_caveats_of_a_lottery_allow_more(view_of: Views) -> None:
    text = " ".join(trust.caveats(view_of("assignment", "lottery")))
    assert "drawn by lot" in text
    assert "not assigned by lot" not in text


def test_caveats_of_a_withheld_group_tell_nothing_of_it(view_of: Views) -> None:
    text = " ".join(trust.caveats(view_of("organisation", "Mobile")))
    assert "says nothing" in text
    assert not any(character.isdigit() for character in text)
