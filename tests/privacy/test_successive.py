"""An attacker who keeps every snapshot and subtracts the one before from the one after.

The attacker knows the rules: a row that is the same as before may stand although people came and
left, a row that is not tells of the present. Where few left a group between two snapshots, or few
came to it, the attacker must not be able to tell how many.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest

from pipeline import privacy, successive
from pipeline.published import TABLES
from pipeline.told import Edition, Memory
from tests.privacy.attack import SLACK, Attack, leavers_within
from tests.privacy.organisations import (
    DIMENSIONS,
    WINDOWS,
    People,
    curves,
    draw_people,
    estimates,
    flow,
    later,
    programme,
)

MINIMUM, MINIMUM_EVENTS = 10, 5
SEEDS = range(10)
Rows = list[dict[str, Any]]
OTHERS = ("impact_series", "sensitivity", "outcome_distribution", "return_estimates")


def look(people: People, memory: Memory) -> tuple[Rows, Mapping[str, Rows]]:
    """True rows of the estimates, and what is published of the organisation at one look."""
    true = estimates(people)
    hidden = privacy.decide(true, MINIMUM)
    points = curves(people)
    tables: dict[str, Rows] = {name: [] for name in OTHERS}
    tables["impact_estimates"] = privacy.impact_estimates(true, hidden, MINIMUM)
    tables["survival_curves"] = privacy.survival_curves(points, hidden, MINIMUM)
    steps = flow(people)
    tables["participant_flow"] = privacy.participant_flow(steps, hidden, MINIMUM)
    reports: dict[str, Rows] = {"outcome_distribution": [], "participant_flow": steps}
    reports |= {"impact_estimates": true, "survival_curves": points}
    published = dict(successive.impact(tables, reports, memory))
    health = programme(people)
    published["programme_health"] = successive.programme_health(
        health, privacy.programme_health(health, MINIMUM), memory
    )
    return true, published


def looks(
    seed: int, count: int = 2, *, remembers: bool = True
) -> list[tuple[Rows, Mapping[str, Rows]]]:
    """Look at a random organisation again and again while time passes."""
    rng = np.random.default_rng(seed)
    people = draw_people(rng, int(10 ** rng.uniform(np.log10(30), np.log10(3000))))
    edition = Edition(date(2026, 1, 31), 0.95, MINIMUM)
    memory = Memory(edition)
    found = []
    for _ in range(count):
        memory = memory if remembers else Memory(edition)
        found.append(look(people, memory))
        people = later(people, rng)
    return found


def by_key(table: str, rows: Rows) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[name] for name in TABLES[table].key): row for row in rows}


@pytest.mark.parametrize("seed", SEEDS)
def test_few_who_left_between_two_snapshots_cannot_be_counted(seed: int) -> None:
    assert attack_everything(looks(seed)), "nobody left, so nothing was attacked"


def test_without_a_memory_the_same_attack_succeeds() -> None:
    found = [looks(seed, remembers=False) for seed in SEEDS]
    with pytest.raises(AssertionError, match="left, told as"):
        _ = [attack_everything(one) for one in found]


def attack_everything(found: list[tuple[Rows, Mapping[str, Rows]]]) -> int:
    (true_before, before), (true_after, after) = found
    old, new = (by_key("impact_estimates", shown["impact_estimates"]) for shown in (before, after))
    left = [by_key("impact_estimates", rows) for rows in (true_before, true_after)]
    attacked = 0
    for comparison in ("naive", "matched"):
        for dimension in DIMENSIONS:
            for months in WINDOWS:
                attacked += attack_leavers(old, new, left, (comparison, months), dimension)
    return attacked


def attack_leavers(
    old: dict[tuple[Any, ...], dict[str, Any]],
    new: dict[tuple[Any, ...], dict[str, Any]],
    left: list[dict[tuple[Any, ...], dict[str, Any]]],
    table: tuple[str, int],
    dimension: str,
) -> int:
    """Solve one dimension at one window; give how many groups were attacked."""
    attack, cells = Attack(), {}
    for key, row in new.items():
        is_of = key[4] in (dimension, "all") and (key[2], key[3]) == table
        if key[0] != "retention" or not is_of:
            continue
        first = attack.unknown(*leavers_within(old.get(key, dict.fromkeys(row))))
        is_same = row == old.get(key)
        second = attack.unknown(*((0, np.inf) if is_same else leavers_within(row)))
        cells[key] = first, second, attack.less(second, first)
    every = next(key for key in cells if key[4] == "all")
    for place in (0, 1):
        parts = [found[place] for key, found in cells.items() if key != every]
        attack.adds_up(parts, cells[every][place])
    attacked = 0
    for key, found in cells.items():
        gone = (
            left[1][key]["events_mentored"]
            - left[0].get(key, {"events_mentored": 0})["events_mentored"]
        )
        if 0 < gone < MINIMUM_EVENTS:
            low, high = attack.reach(found[2])
            assert low <= gone <= high, "the attack itself is wrong"
            assert high - low >= MINIMUM_EVENTS, f"{key}: {gone} left, told as {low} to {high}"
            attacked += 1
    return attacked


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_told_anew_changed_by_nobody_or_by_enough(seed: int) -> None:
    told: dict[tuple[Any, ...], list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for true, shown in looks(seed, 6):
        origin = by_key("impact_estimates", true)
        for key, row in by_key("impact_estimates", shown["impact_estimates"]).items():
            if row["n_mentored"] is None or any(row == other for other, _ in told.get(key, [])):
                continue
            for _, once in told.get(key, []):
                for name in ("n_mentored", "n_comparison"):
                    step = abs(origin[key][name] - once[name])
                    assert step == 0 or step >= MINIMUM, (key, name)
            told.setdefault(key, []).append((row, origin[key]))
    assert told


@pytest.mark.parametrize("seed", SEEDS)
def test_no_point_of_a_curve_and_no_level_moves_by_few(seed: int) -> None:
    """A curve and a level tell the same leavers: neither is the way round the other."""
    told: dict[tuple[Any, ...], set[tuple[int, int]]] = {}
    rng = np.random.default_rng(seed)
    people = draw_people(rng, 600)
    memory = Memory(Edition(date(2026, 1, 31), 0.95, MINIMUM))
    seen: set[str] = set()
    for _ in range(6):
        _, shown = look(people, memory)
        events = {
            (row["arm"], row["segment_dimension"], row["segment_value"], row["month"]): (
                row["events"],
                row["events"] + row["nonevents"],
            )
            for row in curves(people)
        }
        fresh = [row for row in shown["survival_curves"] if repr(row) not in seen]
        for row in fresh:
            seen.add(repr(row))
            if row["value"] is None or row["month"] == 0:
                continue
            key = row["arm"], row["segment_dimension"], row["segment_value"], row["month"]
            for count, _ in told.get(key, set()):
                step = abs(events[key][0] - count)
                assert step == 0 or step >= MINIMUM_EVENTS, key
            told.setdefault(key, set()).add(events[key])
        people = later(people, rng)
    assert told


def test_a_look_at_the_same_organisation_is_the_same() -> None:
    people = draw_people(np.random.default_rng(1), 700)
    memory = Memory(Edition(date(2026, 1, 31), 0.95, MINIMUM))
    _, first = look(people, memory)
    _, again = look(people, memory)
    assert again == first
    assert memory.stood == 0


def test_figures_do_not_stand_for_ever() -> None:
    """Hiding every change is no protection worth having."""
    rng = np.random.default_rng(3)
    people = draw_people(rng, 900)
    memory = Memory(Edition(date(2026, 1, 31), 0.95, MINIMUM))
    _, shown = look(people, memory)
    first = by_key("impact_estimates", shown["impact_estimates"])
    for _ in range(12):
        people = later(people, rng)
        _, shown = look(people, memory)
    last = by_key("impact_estimates", shown["impact_estimates"])
    moved = [last[key] != row for key, row in first.items() if row["n_mentored"] is not None]
    assert np.mean(moved) > 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_few_who_came_to_a_group_of_the_programme_cannot_be_counted(seed: int) -> None:
    (_, before), (_, after) = looks(seed)
    old, new = (by_key("programme_health", shown["programme_health"]) for shown in (before, after))
    for dimension in DIMENSIONS:
        attack, cells = Attack(), {}
        for key, row in new.items():
            if key[1] not in (dimension, "all"):
                continue
            known = old.get(key)
            first = attack.count(known["n"] if known else None)
            second = attack.unknown() if row == known else attack.count(row["n"])
            cells[key] = first, second, attack.less(second, first)
        every = next(key for key in cells if key[1] == "all")
        for place in (0, 1):
            parts = [found[place] for key, found in cells.items() if key != every]
            attack.adds_up(parts, cells[every][place])
        for key, found in cells.items():
            if key in old and new[key] == old[key] and new[key]["n"] is not None:
                low, high = attack.reach(found[2])
                assert high - low > 2 * SLACK, f"{key}: {low} to {high} came"


@pytest.mark.parametrize(("more", "told"), [(1, 55), (9, 55), (10, 65)])
def test_people_at_a_step_stand_until_ten_more_or_fewer(more: int, told: int) -> None:
    """57 of 263 are told as 55; where all roundings go one way, they are known exactly."""
    memory = Memory(Edition(date(2026, 1, 31), 0.95, MINIMUM))
    for people in (57, 57 + more):
        rows = [
            {"segment_dimension": "assignment", "segment_value": value, "step": "matched", "n": n}
            for value, n in (("nominated", people), ("volunteer", 167), ("lottery", 27))
        ]
        hidden = privacy.Hidden(frozenset(), {}, {})
        shown = privacy.participant_flow(rows, hidden, MINIMUM)
        found = successive.participant_flow(rows, shown, memory)
    assert found[0]["n"] == told
