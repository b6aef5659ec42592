"""Everything published of the outcomes, attacked table by table.

A relation is given to the attacker only where it holds for the true counts (people who are matched
anew in each group need not add up); an attacker who believes in one that does not hold learns
nothing that is true.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.privacy import OF_OTHERS
from tests.privacy.attack import SLACK, Attack, reach_in_total

MINIMUM, MINIMUM_EVENTS = 10, 5
ARMS = ("mentored", "comparison")
Row = Mapping[str, Any]
Pair = tuple[Row, Row]
"""A true row and the published one."""


@dataclass
class Tally:
    """What an attack came to.

    Attributes
    ----------
    attacked, recovered : by the kind of attack, groups.
    exposed : shown figures of fewer people than may be shown.
    cells, hidden : by published table, rows and rows without a figure.
    found : what was recovered, in words.
    beforehand : groups that whoever knows who is where has from the total alone.
    """

    attacked: Counter[str] = field(default_factory=Counter)
    recovered: Counter[str] = field(default_factory=Counter)
    exposed: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    beforehand: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Tally:
        for name in ("attacked", "recovered", "exposed", "cells", "hidden", "beforehand"):
            getattr(self, name).update(getattr(other, name))
        self.found += other.found
        return self

    def try_reach(self, kind: str, attack: Attack, target: tuple[int, int], width: int) -> None:
        """Attack one unknown whose true value is given.

        Where it may be so many more that this alone is wide enough, no fewer are asked for.
        """
        variable, truth = target
        high = attack.most(variable)
        low = truth if high - truth >= width else attack.least(variable)
        self.judge(kind, (low, high), truth, width)

    def judge(self, kind: str, reach: tuple[float, float], truth: int, width: int) -> None:
        """Take down what an attacker knows of a group: whether that is too much."""
        low, high = reach
        if not low <= truth <= high:
            raise AssertionError(f"{kind}: the attack itself is wrong, {truth} in {low} to {high}")
        self.attacked[kind] += 1
        if high - low < width:
            self.recovered[kind] += 1
            self.found.append(f"{kind}: {truth} lies in {low:g} to {high:g}")


def dimensions(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Give each dimension's cells with the total in the first place."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[str(pair[0]["segment_dimension"])].append(pair)
    total = groups.pop("all", [])
    if len(total) == 1:
        for cells in groups.values():
            yield [*total, *cells]


def tables(pairs: Sequence[Pair], *names: str) -> Iterator[list[Pair]]:
    """Give the rows that differ in their segment only."""
    found: dict[tuple[Any, ...], list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[tuple(pair[0][name] for name in names)].append(pair)
    yield from found.values()


TABLE = ("outcome", "scale", "comparison", "follow_up_months")


def attack_people(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for the people of an arm from totals, those eligible and the other windows."""
    for of_family in tables(pairs, "outcome", "scale", "comparison"):
        windows = sorted({pair[0]["follow_up_months"] for pair in of_family})
        by_window = {
            months: [pair for pair in of_family if pair[0]["follow_up_months"] == months]
            for months in windows
        }
        for name in ("n_mentored", "n_comparison", "n_mentored_eligible"):
            columns = {months: list(dimensions(rows)) for months, rows in by_window.items()}
            for place in range(min(map(len, columns.values()))):
                _attack_windows([columns[months][place] for months in windows], name, tally)


def _attack_windows(windows: Sequence[list[Pair]], name: str, tally: Tally) -> None:
    attack = Attack()
    last: dict[str, tuple[int, int]] = {}
    hardest: dict[str, tuple[int, int]] = {}
    for cells in windows:
        known = {
            str(true["segment_value"]): (attack.count(shown[name]), int(true[name] or 0))
            for true, shown in cells
        }
        _add_up(attack, list(known.values()))
        for value, (variable, truth) in known.items():
            if value in last and last[value][1] <= truth:
                attack.at_most(last[value][0], variable)
            if 0 < truth < MINIMUM and truth < hardest.get(value, (0, MINIMUM))[1]:
                hardest[value] = variable, truth
        last = known
    for target in hardest.values():
        tally.try_reach(f"people: {name}", attack, target, MINIMUM)


def attack_shared_counts(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for those who could have been matched from all outcomes of the same people.

    Each outcome tells how many there are: what one of them hides another may show.
    """
    name = "n_mentored_eligible"
    mine = [pair for pair in pairs if pair[0]["comparison"] == "matched"]
    people: dict[str, list[Pair]] = defaultdict(list)
    for pair in mine:
        begins = [prefix for prefix in OF_OTHERS if pair[0]["outcome"].startswith(prefix)]
        people["".join(begins)].append(pair)
    for of_people in people.values():
        for cells in dimensions(_tightest(of_people, name)):
            _attack_windows([cells], name, tally)


def _tightest(pairs: Sequence[Pair], name: str) -> list[Pair]:
    """Give one row for each segment that shows what any of its rows shows, of those alike."""
    found: dict[tuple[str, str], Pair] = {}
    for true, shown in pairs:
        segment = str(true["segment_dimension"]), str(true["segment_value"])
        known = found.get(segment)
        if known is None or (known[1][name] is None and known[0][name] == true[name]):
            found[segment] = true, shown
    return list(found.values())


def attack_series(true_rows: Sequence[Row], shown_rows: Sequence[Row], tally: Tally) -> None:
    """Solve for the mentees of a group in a month from the other groups of that month.

    Neither which months there are, nor a month that is empty for one group alone, may tell
    anything.
    """
    names = ("outcome", "comparison", "segment_dimension", "segment_value")
    true = {tuple(row[name] for name in (*names, "month")): row for row in true_rows}
    pairs = []
    for shown in shown_rows:
        key = tuple(shown[name] for name in (*names, "month"))
        pairs.append((true.get(key, {**shown, "n": 0, "n_comparison": 0}), shown))
    groups = Counter(key[:3] for key in {tuple(row[name] for name in names) for row in shown_rows})
    for of_month in tables(pairs, "outcome", "comparison", "month"):
        for cells in dimensions(of_month):
            _attack_windows([cells], "n", tally)
            told = sum(shown["estimate"] is not None for _, shown in cells[1:])
            of_dimension = groups[tuple(cells[1][1][name] for name in names[:3])]
            # A group that is hidden whole has no row in most months, and is hidden there as well.
            if told == of_dimension - 1 and told and cells[0][1]["estimate"] is not None:
                tally.exposed["month empty for one group alone"] += 1
        for whole, shown in of_month:
            if shown["estimate"] is not None and min(whole["n"], whole["n_comparison"]) < MINIMUM:
                tally.exposed["month of few"] += 1
    for of_group in tables(pairs, *names):
        months = [shown["month"] for _, shown in of_group]
        if months not in ([-12], list(range(-12, 13))):
            tally.exposed["months that tell of people"] += 1


def _add_up(attack: Attack, cells: Sequence[tuple[int, int]]) -> None:
    """Tell the attacker that cells make the total, if they do."""
    (total, truth), *parts = cells
    if sum(count for _, count in parts) == truth:
        attack.adds_up([variable for variable, _ in parts], total)


def events_within(true: Row, shown: Row, arm: str) -> tuple[float, float]:
    """Read the events off a level; everything is possible where there is none, or it misleads."""
    level, n = shown[f"{arm}_value"], shown[f"n_{arm}"]
    if level is None or n is None or true["scale"] != "difference":
        return 0, np.inf
    share = 1 - level if true["outcome"] == "retention" else level
    low = max(0.0, np.floor((share - 0.005) * (n - SLACK)))
    high = float(np.ceil((share + 0.005) * (n + SLACK)))
    # With people whose follow-up ended early a level is no plain share.
    return (low, high) if low <= int(true[f"events_{arm}"]) <= high else (0, np.inf)


def attack_events(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for how few had the event from the levels of everybody else."""
    shares = [pair for pair in pairs if pair[0]["events_mentored"] is not None]
    for of_table in tables(shares, *TABLE):
        for cells in dimensions(of_table):
            for arm in ARMS:
                bounds = [events_within(true, shown, arm) for true, shown in cells]
                truths = [int(true[f"events_{arm}"]) for true, _ in cells]
                for place, truth in enumerate(truths):
                    if 0 < truth < MINIMUM_EVENTS:
                        reach = _reach(bounds, truths, place)
                        tally.judge("events", reach, truth, MINIMUM_EVENTS)


def _reach(
    bounds: Sequence[tuple[float, float]], truths: Sequence[int], place: int
) -> tuple[float, float]:
    """Give what one of some cells can be; the first of them is the total, if they add up to it."""
    total, *cells = bounds
    if sum(truths[1:]) != truths[0]:
        return bounds[place]
    if place:
        return reach_in_total(cells, total, place - 1)
    return max(total[0], sum(low for low, _ in cells)), min(total[1], sum(h for _, h in cells))


def key_of(row: Row) -> tuple[Any, ...]:
    """Tell the estimates' rows apart."""
    return (*(row[name] for name in TABLE), row["segment_dimension"], row["segment_value"])


def attack_two_looks(
    before: Sequence[Pair], after: Sequence[Pair], tally: Tally, name: str = "events_mentored"
) -> None:
    """Solve for how few left, or came, between two snapshots."""
    old = {key_of(true): (true, shown) for true, shown in before}
    shares = [pair for pair in after if pair[0][name] is not None]
    limit = MINIMUM if name.startswith("n_") else MINIMUM_EVENTS
    for of_table in tables(shares, *TABLE):
        for cells in dimensions(of_table):
            firsts = [old.get(key_of(true)) for true, _ in cells]
            truths = [
                [int((first[0][name] if first else 0) or 0) for first in firsts],
                [int(true[name]) for true, _ in cells],
            ]
            bounds = [
                [_told(first, name) for first in firsts],
                [
                    # A row that is as it was may stand.
                    ANYTHING if first and _is_same(first[1], pair[1]) else _told(pair, name)
                    for first, pair in zip(firsts, cells, strict=True)
                ],
            ]
            for place in range(len(cells)):
                change = truths[1][place] - truths[0][place]
                if 0 < abs(change) < limit:
                    first, second = (_reach(bounds[at], truths[at], place) for at in (0, 1))
                    reach = second[0] - first[1], second[1] - first[0]
                    tally.judge(f"two snapshots: {name}", reach, change, MINIMUM_EVENTS)


ANYTHING = (0.0, np.inf)


def told(count: int | None) -> tuple[float, float]:
    """What a published count of people was."""
    return ANYTHING if count is None else (max(0.0, count - SLACK), count + SLACK)


def _told(pair: Pair | None, name: str) -> tuple[float, float]:
    if pair is None:
        return ANYTHING
    true, shown = pair
    if name.startswith("n_"):
        n = shown[name]
        return told(n)
    return events_within(true, shown, name.removeprefix("events_"))


def _is_same(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in one)


def attack_bins(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for bins of few mentees from the other bins and the other groups."""
    mentees = [pair for pair in pairs if pair[0]["arm"] == "mentored"]
    for of_outcome in tables(mentees, "outcome"):
        segments = tables(of_outcome, "segment_dimension", "segment_value")
        grouped = {str(rows[0][0]["segment_dimension"]): [] for rows in segments}
        for rows in tables(of_outcome, "segment_dimension", "segment_value"):
            grouped[str(rows[0][0]["segment_dimension"])].append(rows)
        everybody = grouped.pop("all", [])
        for groups in grouped.values():
            _attack_grid([*everybody, *groups], tally)


def _attack_grid(groups: Sequence[Sequence[Pair]], tally: Tally) -> None:
    attack = Attack()
    by_bin: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for rows in groups:
        n = int(rows[0][0]["n"])
        parts = []
        for true, shown in rows:
            share, truth = shown["share"], int(true["n_bin"])
            low = 0.0 if share is None else max(0.0, np.floor((share - 0.005) * (n - SLACK)))
            high = np.inf if share is None else float(np.ceil((share + 0.005) * (n + SLACK)))
            parts.append((attack.unknown(low, high), truth))
            by_bin[str(true["bin"])].append(parts[-1])
        # How many a group is that is hidden whole is not told.
        is_told = any(shown["share"] is not None for _, shown in rows)
        total = attack.unknown(n - SLACK, n + SLACK) if is_told else attack.unknown()
        attack.adds_up([variable for variable, _ in parts], total)
    for cells in by_bin.values():
        if len(cells) == len(groups):
            _add_up(attack, cells)
    for rows, place in ((rows, place) for place, rows in enumerate(groups)):
        few = [
            by_bin[str(true["bin"])][place]
            for true, _ in rows
            if len(by_bin[str(true["bin"])]) == len(groups) and 0 < true["n_bin"] < MINIMUM_EVENTS
        ]
        for target in few[:1]:
            tally.try_reach("bins", attack, target, MINIMUM_EVENTS)


def count_exposed(pairs: Sequence[Pair], tally: Tally) -> None:
    """Count figures of fewer than the minimum, and hidden groups whose union is as small."""
    for true, shown in pairs:
        people = [int(true[f"n_{arm}"] or 0) for arm in ARMS]
        if shown["estimate"] is not None and min(people) < MINIMUM:
            tally.exposed["estimate of few"] += 1
        events = [true[f"{kind}_{arm}"] for kind in ("events", "nonevents") for arm in ARMS]
        known = [int(count) for count in events if count is not None]
        if shown["mentored_value"] is not None and known and min(known) < MINIMUM_EVENTS:
            tally.exposed["level of few"] += 1
    for of_table in tables(pairs, *TABLE):
        for _, *cells in dimensions(of_table):
            for name in ("n_mentored", "n_comparison"):
                gone = [int(true[name] or 0) for true, shown in cells if shown[name] is None]
                every = sum(int(true[name] or 0) for true, _ in cells)
                held = [count for count in gone if count]
                if held and len(held) < len([1 for t, _ in cells if t[name]]) and (
                    len(held) < 2 or sum(held) < min(MINIMUM, every)
                ):  # fmt: skip
                    tally.exposed["hidden groups that add up to few"] += 1
