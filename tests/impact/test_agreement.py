"""What the page says about the settings and the written plan."""

from __future__ import annotations

import datetime as dt

import pytest

from impact.agreement import Agreement, check_plan, read_agreement

AS_OF = dt.date(2026, 6, 30)
LOOKS = (dt.date(2026, 3, 31), dt.date(2026, 6, 30), dt.date(2026, 9, 30))


def test_nothing_planned_is_never_green() -> None:
    assert check_plan(Agreement(), AS_OF, is_planned=False).status == "not_checked"


def test_planned_looks_that_were_not_written_down_warn() -> None:
    found = check_plan(Agreement(), AS_OF, is_planned=True)
    assert found.status == "warn"
    assert "mentorship plan" in found.sentence


def test_a_kept_plan_is_green_and_names_its_hash() -> None:
    found = check_plan(Agreement("kept", "abc123", (), LOOKS), AS_OF, is_planned=True)
    assert (found.status, "abc123" in found.sentence) == ("ok", True)


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        (dt.date(2026, 3, 30), "no look has passed"),
        (dt.date(2026, 3, 31), "after look 1 "),
        (AS_OF, "after look 2 "),
    ],
)
def test_a_changed_plan_says_after_which_look(as_of: dt.date, said: str) -> None:
    changed = Agreement("changed", "abc123", ("windows.follow_up_months",), LOOKS)
    found = check_plan(changed, as_of, is_planned=True)
    assert found.status == "warn"
    assert said in found.sentence
    assert "windows.follow_up_months" in found.sentence


def test_settings_without_a_plan_after_one_was_written_are_a_change() -> None:
    changed = Agreement("changed", "abc123", ("plan.first_look",), LOOKS)
    assert check_plan(changed, AS_OF, is_planned=False).status == "warn"


def test_what_the_settings_hand_over_is_read_back() -> None:
    given = {"agreement": "changed", "hash": "h", "changed": ["a"], "dates": ["2026-03-31"]}
    assert read_agreement(given) == Agreement("changed", "h", ("a",), (dt.date(2026, 3, 31),))
    assert read_agreement({"first_look": None}) == Agreement()
