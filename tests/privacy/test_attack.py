"""An attacker who has the snapshot and a solver, and asks for the groups that are hidden.

The attacker knows the rules, how counts are rounded, that a dimension's cells add up to the total,
and which groups contain which; every hidden small cell must keep a range of possible counts at
least as wide as the minimum group.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline import privacy
from tests.privacy.attack import SLACK, Attack, leavers_within
from tests.privacy.organisations import (
    DIMENSIONS,
    WINDOWS,
    People,
    curves,
    draw_people,
    estimates,
    flow,
    programme,
)

MINIMUM = 10
MINIMUM_EVENTS = 5
SEEDS = range(10)


def published_of(people: People) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    true = estimates(people)
    hidden = privacy.decide(true, MINIMUM)
    return true, privacy.impact_estimates(true, hidden, MINIMUM)


def organisation(seed: int) -> People:
    rng = np.random.default_rng(seed)
    return draw_people(rng, int(10 ** rng.uniform(np.log10(30), np.log10(3000))))


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["outcome"], row["comparison"], row["follow_up_months"]


def mentee_attack(
    rows: list[dict[str, Any]], dimension: str
) -> tuple[Attack, dict[tuple[Any, ...], int]]:
    """Everything published about mentees in one dimension, as unknowns and constraints."""
    attack, place = Attack(), {}
    for row in rows:
        if row["segment_dimension"] in (dimension, "all"):
            segment = row["segment_value"]
            place[(*key(row), segment)] = attack.count(row["n_mentored"])
            eligible = ("eligible", segment)
            if eligible not in place:
                place[eligible] = attack.count(row["n_mentored_eligible"])
            attack.at_most(place[(*key(row), segment)], place[eligible])
    for table in {name[:-1] for name in place}:
        cells = [number for name, number in place.items() if name[:-1] == table]
        parts = [number for number in cells if number != place[(*table, "all")]]
        attack.adds_up(parts, place[(*table, "all")])
    _nest_windows(attack, place)
    return attack, place


def _nest_windows(attack: Attack, place: dict[tuple[Any, ...], int]) -> None:
    """Whoever has an outcome by one window has one by the next."""
    for name, number in place.items():
        if len(name) == 4 and name[2] != WINDOWS[-1]:
            later = WINDOWS[WINDOWS.index(name[2]) + 1]
            attack.at_most(number, place[(name[0], name[1], later, name[3])])


@pytest.mark.parametrize("seed", SEEDS)
def test_no_hidden_group_of_mentees_follows_from_totals_windows_or_other_outcomes(
    seed: int,
) -> None:
    true, published = published_of(organisation(seed))
    for dimension in DIMENSIONS:
        attack, place = mentee_attack(published, dimension)
        # Of a group's windows the one with the fewest people is the hardest to protect.
        targets: dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]] = {}
        for row in true:
            small = 0 < row["n_mentored"] < MINIMUM
            if row["segment_dimension"] == dimension and small:
                group = (row["outcome"], row["comparison"], row["segment_value"])
                found = (row["n_mentored"], (*key(row), row["segment_value"]))
                targets[group] = min(found, targets.get(group, found))
        for count, name in targets.values():
            low, high = attack.reach(place[name])
            assert low <= count <= high, "the attack itself is wrong"
            assert high - low >= MINIMUM, f"{dimension} {name}: {count} lies in {low} to {high}"


@pytest.mark.parametrize("seed", SEEDS)
def test_no_arm_under_the_minimum_is_shown(seed: int) -> None:
    true, published = published_of(organisation(seed))
    for row, shown in zip(true, published, strict=True):
        if min(row["n_mentored"], row["n_comparison"]) < MINIMUM:
            assert shown["n_mentored"] is None or row["n_mentored"] >= MINIMUM
            assert shown["n_comparison"] is None or row["n_comparison"] >= MINIMUM
        if 0 < min(row["n_mentored"], row["n_comparison"]) < MINIMUM:
            assert all(shown[name] is None for name in ("estimate", "mentored_value", "n_mentored"))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_level_gives_away_how_few_had_the_event(seed: int) -> None:
    people = organisation(seed)
    true, published = published_of(people)
    for row, shown in zip(true, published, strict=True):
        if row["outcome"] != "retention":
            continue
        for arm in ("mentored", "comparison"):
            if shown[f"{arm}_value"] is not None:
                assert row[f"events_{arm}"] >= MINIMUM_EVENTS
                assert row[f"nonevents_{arm}"] >= MINIMUM_EVENTS


@pytest.mark.parametrize("seed", SEEDS)
def test_no_few_events_of_a_hidden_level_follow_from_the_levels_shown(seed: int) -> None:
    """Leavers of a group = leavers of everybody − leavers of the other groups."""
    true, published = published_of(organisation(seed))
    naive = [
        (row, shown)
        for row, shown in zip(true, published, strict=True)
        if row["outcome"] == "retention" and row["comparison"] == "naive"
    ]
    for dimension in DIMENSIONS:
        for months in WINDOWS:
            attack, cells = Attack(), {}
            for row, shown in naive:
                is_of = row["segment_dimension"] in (dimension, "all")
                if is_of and row["follow_up_months"] == months:
                    low, high = leavers_within(shown)
                    cells[row["segment_value"]] = (attack.unknown(low, high), row)
            total = cells.pop("all")[0]
            attack.adds_up([number for number, _ in cells.values()], total)
            for number, row in cells.values():
                if 0 < row["events_mentored"] < MINIMUM_EVENTS:
                    low, high = attack.reach(number)
                    assert low <= row["events_mentored"] <= high
                    assert high - low >= MINIMUM_EVENTS


@pytest.mark.parametrize("seed", SEEDS)
def test_curves_show_no_step_of_few_people_and_end_where_few_are_left(seed: int) -> None:
    people = organisation(seed)
    points = curves(people)
    hidden = privacy.decide(estimates(people), MINIMUM)
    true = {
        (row["arm"], row["segment_dimension"], row["segment_value"], row["month"]): row
        for row in points
    }
    last: dict[tuple[str, ...], int] = {}
    for row in privacy.survival_curves(points, hidden, MINIMUM):
        if row["value"] is None:
            assert row["at_risk"] is None
            continue
        curve = (row["arm"], row["segment_dimension"], row["segment_value"])
        origin = true[(*curve, row["month"])]
        assert origin["at_risk"] >= MINIMUM
        assert not hidden.hides("retention", privacy.Segment(*curve[1:]))
        step = origin["events"] - last.get(curve, 0)
        assert step == 0 or step >= MINIMUM_EVENTS
        last[curve] = origin["events"]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_small_step_of_the_flow_follows_from_the_others(seed: int) -> None:
    people = organisation(seed)
    true = flow(people)
    hidden = privacy.decide(estimates(people), MINIMUM)
    published = privacy.participant_flow(true, hidden, MINIMUM)
    for dimension in DIMENSIONS:
        for step in ("began", "matched", "with_outcome"):
            attack, cells = Attack(), {}
            for row, shown in zip(true, published, strict=True):
                if row["segment_dimension"] in (dimension, "all") and row["step"] == step:
                    cells[row["segment_value"]] = (attack.count(shown["n"]), row["n"])
            total = cells.pop("all")[0]
            attack.adds_up([number for number, _ in cells.values()], total)
            for number, count in cells.values():
                if 0 < count < MINIMUM:
                    low, high = attack.reach(number)
                    assert low <= count <= high
                    assert high - low >= MINIMUM


def test_most_groups_that_may_be_shown_are_shown() -> None:
    """Hiding everything is no protection worth having."""
    large = shown = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        true, published = published_of(draw_people(rng, 900))
        for row, after in zip(true, published, strict=True):
            if row["comparison"] == "matched" and row["outcome"] == "pr_cycle_time":
                is_large = min(row["n_mentored"], row["n_comparison"]) >= MINIMUM
                large += is_large
                shown += is_large and after["verdict"] != "suppressed"
    assert shown / large >= 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_no_hidden_group_of_the_programme_follows_from_the_others(seed: int) -> None:
    """People and those of them who count add up over the groups of a dimension."""
    true = programme(organisation(seed))
    for dimension in DIMENSIONS:
        mine = [row for row in true if row["segment_dimension"] in (dimension, "all")]
        shown = privacy.programme_health(mine, MINIMUM)
        people, counted = Attack(), Attack()
        cells = {}
        for row, public in zip(mine, shown, strict=True):
            low, high = counted_within(public)
            found = people.count(public["n"]), counted.unknown(low, high)
            cells[row["segment_value"]] = (*found, row)
        every, some, _ = cells.pop("all")
        people.adds_up([cell[0] for cell in cells.values()], every)
        counted.adds_up([cell[1] for cell in cells.values()], some)
        for number, share, row in cells.values():
            if 0 < row["people_count"] < MINIMUM:
                low, high = people.reach(number)
                assert low <= row["people_count"] <= high
                assert high - low >= MINIMUM
            if 0 < row["people_with"] < MINIMUM_EVENTS:
                low, high = counted.reach(share)
                assert low <= row["people_with"] <= high
                assert high - low >= MINIMUM_EVENTS


def counted_within(shown: dict[str, Any]) -> tuple[float, float]:
    """The fewest and the most people that a published share and count allow."""
    if shown["value"] is None or shown["n"] is None:
        return 0, np.inf
    fewest = np.floor((shown["value"] - 0.005) * (shown["n"] - SLACK))
    return max(0, fewest), np.ceil((shown["value"] + 0.005) * (shown["n"] + SLACK))
