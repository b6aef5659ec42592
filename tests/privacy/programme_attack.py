"""Everything published of the programme itself, attacked table by table.

As in `published_attack`, a relation is given to the attacker only where it holds for the true
counts. Measures over the last twelve months overlap from month to month, so an attacker writes
each as a sum of months and solves for these.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from pipeline.published import TABLES
from tests.privacy.attack import SLACK, Attack, reach_in_total
from tests.privacy.linked_attack import (
    Kinds,
    Read,
    Shared,
    attack_changes,
    attack_links,
    attack_rests,
)
from tests.privacy.published_attack import (
    ANYTHING,
    ARMS,
    MINIMUM,
    MINIMUM_EVENTS,
    TABLE,
    Pair,
    Row,
    Tally,
    dimensions,
    events_within,
    tables,
    told,
)

Bounds = tuple[float, float]
#: Why pairs ended early: of one group in a month, the five are one whole.
ENDED = ("ended_left", "ended_moved", "ended_no_time", "ended_no_fit", "ended_other")
#: Shares of what happened within the last twelve months, and what each month adds to them.
TRAILING = (
    *ENDED,
    "feedback_response",
    "goal_attainment",
    "match_completed",
    "match_ended_early",
    "unmatched_applicants",
)
TRAILING_MONTHS = 12
#: `access.months` of the settings, in years.
ACCESS_YEARS = 2
CROSSED = " × "
MONTH_KINDS = ("with", "without")


def counted(share: float | None, n: int | None) -> Bounds:
    """How many of the people a published share and count allow to be among it."""
    if share is None or n is None:
        return ANYTHING
    least = math.floor((share - 0.005) * (n - SLACK))
    return max(0.0, least), float(math.ceil((share + 0.005) * (n + SLACK)))


def bounds_of(pair: Pair, kind: str) -> Bounds:
    """What a row of a measure tells of its people, of those with it and of those without it."""
    true, shown = pair
    value, n = shown["value"], shown["n"]
    if kind == "people":
        return told(n)
    if value is None:
        return ANYTHING
    if shown["unit"] == "pairs":
        return told(int(value)) if kind == "with" else _rest(told(n), told(int(value)))
    if shown["unit"] != "share":
        return ANYTHING
    reach = counted(value if kind == "with" else 1 - value, n)
    # A share of goals or sessions is none of people where people have several.
    return reach if reach[0] <= int(true[f"people_{kind}"]) <= reach[1] else ANYTHING


def _rest(total: Bounds, part: Bounds) -> Bounds:
    return max(0.0, total[0] - part[1]), max(0.0, total[1] - part[0])


def truth_of(row: Row, kind: str) -> int | None:
    """How many there truly were."""
    value = row["people_count" if kind == "people" else f"people_{kind}"]
    return None if value is None else int(value)


def attack_health(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for few people, and for few with or without a measure, month by month."""
    for of_month in tables(pairs, "measure", "month"):
        for cells in dimensions(of_month):
            for kind, limit in (("people", MINIMUM), *((k, MINIMUM_EVENTS) for k in MONTH_KINDS)):
                truths = [truth_of(true, kind) for true, _ in cells]
                if None in truths:
                    continue
                _attack_cells(
                    f"programme: {kind}",
                    [bounds_of(pair, kind) for pair in cells],
                    [count or 0 for count in truths],
                    limit,
                    tally,
                )


def attack_parts(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for the few who ended for one reason, as one less the shares of the other reasons."""
    mine = [pair for pair in pairs if pair[0]["measure"] in ENDED]
    for parts in tables(mine, "month", "segment_dimension", "segment_value"):
        if len(parts) < len(ENDED) or any(true["people_with"] is None for true, _ in parts):
            continue
        people = {int(true["people_count"]) for true, _ in parts}
        if len(people) == 1:
            bounds = [bounds_of(pair, "with") for pair in parts]
            truths = [truth_of(true, "with") or 0 for true, _ in parts]
            total = bounds_of(parts[0], "people")
            every = [*people, *truths]
            _attack_cells("programme: parts", [total, *bounds], every, MINIMUM_EVENTS, tally)


def _attack_cells(
    name: str, bounds: Sequence[Bounds], truths: Sequence[int], limit: int, tally: Tally
) -> None:
    """Solve for the few among cells of which the first is the total, if they add up to it."""
    total, *cells = bounds
    adds_up = sum(truths[1:]) == truths[0]
    for place, truth in enumerate(truths):
        if not 0 < truth < limit:
            continue
        reach = bounds[place]
        if adds_up and place:
            reach = reach_in_total(cells, total, place - 1)
        elif adds_up:
            reach = (
                max(total[0], sum(low for low, _ in cells)),
                min(total[1], sum(high for _, high in cells)),
            )
        tally.judge(name, reach, truth, limit)


def attack_linked(
    reports: Mapping[str, Sequence[Row]],
    shown: Mapping[str, Sequence[Row]],
    populations: Sequence[Shared],
    tally: Tally,
) -> None:
    """Attack what cells of different dimensions tell of each other, table by table."""

    def of_health(kind: str) -> Read:
        return lambda pair: (bounds_of(pair, kind), truth_of(pair[0], kind) or 0)

    def attack(pairs: Sequence[Pair], names: Sequence[str], kinds: Kinds) -> None:
        attack_links(pairs, names, kinds, populations, tally)
        attack_rests(pairs, names, kinds, populations, tally)

    health = [*_some_months(_beside(reports, shown, "programme_health"))]
    attack(health, ("measure", "month"), {"people": (MINIMUM, of_health("people"))})
    attack(
        [pair for pair in health if pair[0]["people_with"] is not None],
        ("measure", "month"),
        {kind: (MINIMUM_EVENTS, of_health(kind)) for kind in MONTH_KINDS},
    )
    estimates = [*zip(reports["impact_estimates"], shown["impact_estimates"], strict=True)]
    counts = ("n_mentored", "n_comparison", "n_mentored_eligible")
    attack(estimates, TABLE, {name: (MINIMUM, _told_in(name)) for name in counts})
    attack(
        [pair for pair in estimates if pair[0]["events_mentored"] is not None],
        TABLE,
        {f"events_{arm}": (MINIMUM_EVENTS, _events_of(arm)) for arm in ARMS},
    )
    flow = _beside(reports, shown, "participant_flow")
    attack(flow, ("step",), {"flow": (MINIMUM, _told_in("n"))})
    attack_links(
        _beside(reports, shown, "access"),
        ("measure",),
        {"access": (MINIMUM, _told_in("n", "people_count"))},
        populations,
        tally,
        ("group_dimension", "group_value"),
    )
    bins = [*zip(reports["outcome_distribution"], shown["outcome_distribution"], strict=True)]
    attack(bins, ("outcome", "arm", "bin"), {"bins": (MINIMUM_EVENTS, _bin_of)})


def _some_months(pairs: Sequence[Pair]) -> Iterable[Pair]:
    """Give one month in six of each measure, of every measure another one, and all its groups."""
    for turn, of_measure in enumerate(tables(pairs, "measure")):
        months = sorted({str(true["month"]) for true, _ in of_measure})
        some = set(months[turn % 6 :: 6])
        yield from (pair for pair in of_measure if str(pair[0]["month"]) in some)


def _events_of(arm: str) -> Read:
    return lambda pair: (events_within(*pair, arm), int(pair[0][f"events_{arm}"]))


def _told_in(column: str, count: str | None = None) -> Read:
    return lambda pair: (told(pair[1][column]), int(pair[0][count or column] or 0))


def _bin_of(pair: Pair) -> tuple[Bounds, int]:
    true, shown = pair
    reach = counted(shown["share"], int(true["n"]))
    return (reach if shown["share"] is not None else ANYTHING), int(true["n_bin"])


def attack_months(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for what few did in a month, from measures over twelve months that overlap."""
    mine = [pair for pair in pairs if pair[0]["measure"] in TRAILING]
    for series in tables(mine, "measure", "segment_dimension", "segment_value"):
        ordered = sorted(series, key=lambda pair: str(pair[0]["month"]))
        if len(ordered) < 2 or any(pair[0]["people_with"] is None for pair in ordered):
            continue
        for kind in MONTH_KINDS:
            _attack_flows(ordered, kind, tally)


def _attack_flows(series: Sequence[Pair], kind: str, tally: Tally) -> None:
    flows = _flows([int(true[f"people_{kind}"]) for true, _ in series])
    few = [place for place, flow in enumerate(flows) if 0 < flow < MINIMUM_EVENTS and place]
    if min(flows) < 0 or not few:  # people are counted once in a year: no sum of months
        return
    attack = Attack()
    months = [attack.unknown() for _ in flows]
    for place, pair in enumerate(series):
        bounds = bounds_of(pair, kind)
        if bounds != ANYTHING:
            first = max(0, place + 1 - TRAILING_MONTHS)
            attack.adds_up(months[first : place + 1], attack.unknown(*bounds))
    for place in sorted(few, key=lambda place: flows[place])[:3]:
        tally.try_reach("months", attack, (months[place], flows[place]), MINIMUM_EVENTS)


def _flows(sums: Sequence[int]) -> list[int]:
    """Give what each month added to sums of twelve."""
    flows: list[int] = []
    for place, total in enumerate(sums):
        gone = flows[place - TRAILING_MONTHS] if place >= TRAILING_MONTHS else 0
        flows.append(total - (sums[place - 1] if place else 0) + gone)
    return flows


def attack_stocks(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for how few began within a month, from how many are mentored at two months' ends.

    Who began = who came on balance + who ended; that many can have ended as there were.
    """
    mine = [pair for pair in pairs if pair[0]["measure"] == "participation"]
    for series in tables(mine, "segment_dimension", "segment_value"):
        ordered = sorted(series, key=lambda pair: str(pair[0]["month"]))
        for before, after in itertools.pairwise(ordered):
            change = int(after[0]["people_with"]) - int(before[0]["people_with"])
            if 0 < change < MINIMUM_EVENTS:
                first, second = bounds_of(before, "with"), bounds_of(after, "with")
                reach = max(0.0, second[0] - first[1]), second[1]
                tally.judge("began in a month", reach, change, MINIMUM_EVENTS)


def attack_access(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for groups and for those put forward in them, from rates and ratios to the rest."""
    groups = {
        (true["measure"], true["group_dimension"], true["group_value"]): shown["n"]
        for true, shown in pairs
    }
    for cells in tables(pairs, "measure", "group_dimension"):
        # How many there are of all of them is told elsewhere, in fives.
        everybody = told(5 * round(sum(int(true["people_count"]) for true, _ in cells) / 5))
        _attack_groups(cells, everybody, tally)
        if cells[0][0]["measure"] == "participation":  # who starts does so once
            _attack_rates(cells, tally)
        for dimension, value, line in _lines(cells):
            total = told(groups.get((cells[0][0]["measure"], dimension, value)))
            _attack_groups(line, total, tally)


def _lines(cells: Sequence[Pair]) -> Iterable[tuple[str, str, list[Pair]]]:
    """Give the groups of a crossing that make up one value of either of its dimensions."""
    names = str(cells[0][0]["group_dimension"]).split(CROSSED)
    for side, dimension in enumerate(names if len(names) > 1 else ()):
        lines: dict[str, list[Pair]] = defaultdict(list)
        for pair in cells:
            lines[str(pair[0]["group_value"]).split(CROSSED)[side]].append(pair)
        for value, line in lines.items():
            yield dimension, value, line


def _attack_groups(cells: Sequence[Pair], total: Bounds, tally: Tally) -> None:
    people = [int(true["people_count"]) for true, _ in cells]
    bounds = [total, *(told(shown["n"]) for _, shown in cells)]
    _attack_cells("access: people", bounds, [sum(people), *people], MINIMUM, tally)


def _attack_rates(cells: Sequence[Pair], tally: Tally) -> None:
    """Solve for events and years of everybody at once: rate = events / years, for the rest too."""
    attack, unknown = Attack(), []
    for _, shown in cells:
        # Nobody is there for longer than access is counted.
        years = attack.unknown(0, ACCESS_YEARS * told(shown["n"])[1], whole=False)
        unknown.append((attack.unknown(), years))
        if shown["rate"] is not None:
            _is_rate(attack, unknown[-1:], _around(shown["rate"]))
    for place, (_, shown) in enumerate(cells):
        if shown["rate"] is not None and shown["rate_ratio"]:
            (rate_low, rate_high), (low, high) = map(_around, (shown["rate"], shown["rate_ratio"]))
            rest = [pair for at, pair in enumerate(unknown) if at != place]
            _is_rate(attack, rest, (rate_low / high, rate_high / max(low, 1e-6)))
    for place, (true, _) in enumerate(cells):
        truth = int(true["people_with"])
        if 0 < truth < MINIMUM_EVENTS:
            tally.try_reach("access: with", attack, (unknown[place][0], truth), MINIMUM_EVENTS)


def _around(figure: float) -> Bounds:
    return max(0.0, figure - 0.0051), figure + 0.0051


def _is_rate(attack: Attack, groups: Sequence[tuple[int, int]], rate: Bounds) -> None:
    """Tell the attacker that events of some groups lie within a rate times their years."""
    for factor, bounds in ((rate[0], (0.0, np.inf)), (rate[1], (-np.inf, 0.0))):
        row = {event: 1.0 for event, _ in groups}
        row |= {years: -factor for _, years in groups}
        attack.rows.append(row)
        attack.bounds.append(bounds)


#: Each step is part of the one before it; the side steps are part of the population.
STEPS = ("in_population", "has_baseline", "matched", "with_outcome")
SIDE_STEPS = ("left_in_index_month", "onboarding")


def attack_flow(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for few at a step from the other steps, and from the other groups at each."""
    groups: dict[str, list[str]] = defaultdict(list)
    at = {_step(true): (true, shown) for true, shown in pairs}
    for dimension, value, _ in at:
        if value not in groups[dimension]:
            groups[dimension].append(value)
    for dimension, values in groups.items():
        if dimension != "all":
            _attack_steps(at, [("all", "all"), *((dimension, value) for value in values)], tally)


def _step(row: Row) -> tuple[str, str, str]:
    return str(row["segment_dimension"]), str(row["segment_value"]), str(row["step"])


def _attack_steps(
    at: Mapping[tuple[str, str, str], Pair], segments: Sequence[tuple[str, str]], tally: Tally
) -> None:
    attack, place, truths = Attack(), {}, {}
    for segment in segments:
        for step in (*STEPS, *SIDE_STEPS):
            true, shown = at[(*segment, step)]
            place[segment, step] = attack.count(shown["n"])
            truths[segment, step] = int(true["n"])
        _nest(attack, segment, place, truths)
    for step in (*STEPS, *SIDE_STEPS):
        parts = [(segment, step) for segment in segments[1:]]
        if sum(truths[part] for part in parts) == truths[segments[0], step]:
            attack.adds_up([place[part] for part in parts], place[segments[0], step])
    for name, truth in truths.items():
        if name[0] != segments[0] and 0 < truth < MINIMUM:
            tally.try_reach("flow", attack, (place[name], truth), MINIMUM)


def _nest(
    attack: Attack,
    segment: tuple[str, str],
    place: Mapping[tuple[tuple[str, str], str], int],
    truths: Mapping[tuple[tuple[str, str], str], int],
) -> None:
    for outer, inner in itertools.pairwise(STEPS):
        if truths[segment, inner] <= truths[segment, outer]:
            attack.at_most(place[segment, inner], place[segment, outer])
    parts = [(segment, step) for step in ("has_baseline", *SIDE_STEPS)]
    if sum(truths[part] for part in parts) == truths[segment, "in_population"]:
        attack.adds_up([place[part] for part in parts], place[segment, "in_population"])


def attack_teams(pairs: Sequence[Pair], tally: Tally) -> None:
    """Solve for the people of a third of the teams, and of the teams that a measure leaves out."""
    by_measure = {
        str(cells[0][0]["measure"]): {str(true["band"]): (true, shown) for true, shown in cells}
        for cells in tables(pairs, "measure")
    }
    everybody = by_measure.get("mentored_share", {})
    for bands in by_measure.values():
        for band, (true, shown) in bands.items():
            truth = int(true["people_count"])
            if 0 < truth < MINIMUM:
                tally.judge("teams", told(shown["n"]), truth, MINIMUM)
            if band in everybody:
                left_out = int(everybody[band][0]["people_count"]) - truth
                reach = _rest(told(everybody[band][1]["n"]), told(shown["n"]))
                if 0 < left_out < MINIMUM:
                    tally.judge("teams left out", reach, left_out, MINIMUM_EVENTS)


def attack_two(
    name: str, before: Sequence[Pair], after: Sequence[Pair], keys: Sequence[str], tally: Tally
) -> None:
    """Solve for how few came or went between two snapshots of a table of the programme."""
    old = {_key(true, keys): (true, shown) for true, shown in before}
    for cells in _cells_of(name, after):
        for kind in _kinds_of(name):
            firsts = [old.get(_key(true, keys)) for true, _ in cells]
            truths = [
                [(_count(pair, kind) if pair else 0) for pair in firsts],
                [_count(pair, kind) for pair in cells],
            ]
            told_then = [_bounds(name, pair, kind) if pair else ANYTHING for pair in firsts]
            told_now = [
                # A row that is as it was may stand.
                ANYTHING if first and dict(first[1]) == dict(pair[1]) else _bounds(name, pair, kind)
                for first, pair in zip(firsts, cells, strict=True)
            ]
            for place, (then, now) in enumerate(zip(*truths, strict=True)):
                if 0 < abs(now - then) < MINIMUM_EVENTS:
                    first = _reach(told_then, truths[0], place)
                    second = _reach(told_now, truths[1], place)
                    reach = second[0] - first[1], second[1] - first[0]
                    kind_ = f"two snapshots: {name}, {kind}"
                    tally.judge(kind_, reach, now - then, MINIMUM_EVENTS)


def _key(row: Row, keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in keys)


def _cells_of(name: str, pairs: Sequence[Pair]) -> Iterable[list[Pair]]:
    """Give the cells of each table that add up, with the total first where it is told."""
    if name == "access":
        yield from tables(pairs, "measure", "group_dimension")
    elif name == "flow":
        for of_step in tables(pairs, "step"):
            yield from dimensions(of_step)
    else:
        for of_month in tables(pairs, "measure", "month"):
            yield from dimensions(of_month)


def _kinds_of(name: str) -> tuple[str, ...]:
    return ("people",) if name in ("flow", "access") else ("people", *MONTH_KINDS)


def _count(pair: Pair, kind: str) -> int:
    row = pair[0]
    return int((row["n"] if "n" in row else row[_COLUMN[kind]]) or 0)


_COLUMN = {"people": "people_count", "with": "people_with", "without": "people_without"}


def _bounds(name: str, pair: Pair, kind: str) -> Bounds:
    if name in ("flow", "access"):
        return told(pair[1]["n"])
    return bounds_of(pair, kind) if pair[0][_COLUMN[kind]] is not None else ANYTHING


def _reach(bounds: Sequence[Bounds], truths: Sequence[int], place: int) -> Bounds:
    total, *cells = bounds
    if place == 0 or sum(truths[1:]) != truths[0]:
        return bounds[place]
    return reach_in_total(cells, total, place - 1)


def count_exposed(
    reports: Mapping[str, Sequence[Row]], shown: Mapping[str, Sequence[Row]], tally: Tally
) -> None:
    """Count figures of fewer than may be shown, in every table that holds people of its own."""
    for true, row in _beside(reports, shown, "programme_health"):
        few = [true[f"people_{kind}"] for kind in MONTH_KINDS]
        is_few = any(count is not None and count < MINIMUM_EVENTS for count in few)
        if row["n"] is not None and int(true["people_count"]) < MINIMUM:
            tally.exposed["programme of few"] += 1
        if row["value"] is not None and (is_few or int(true["people_count"]) < MINIMUM):
            tally.exposed["programme share of few"] += 1
    for true, row in _beside(reports, shown, "access"):
        few = min(int(true["people_with"]), int(true["people_without"]))
        if row["rate"] is not None and few < MINIMUM_EVENTS:
            tally.exposed["access rate of few"] += 1
        if row["n"] is not None and int(true["people_count"]) < MINIMUM:
            tally.exposed["access of few"] += 1
    for true, row in _beside(reports, shown, "team_outcomes"):
        if row["value"] is not None and int(true["people_count"]) < MINIMUM:
            tally.exposed["teams of few"] += 1
    for true, row in _beside(reports, shown, "participant_flow"):
        if row["n"] is not None and 0 < int(true["n"]) < MINIMUM:
            tally.exposed["step of few"] += 1
    for true, row in _beside(reports, shown, "sensitivity"):
        people = [int(true[name] or 0) for name in ("n_mentored", "n_comparison")]
        if row["estimate"] is not None and min(people) < MINIMUM:
            tally.exposed["other analysis of few"] += 1
    for true, row in _beside(reports, shown, "return_estimates"):
        is_price = str(row["measure"]).startswith("price_")
        if row["estimate"] is not None and not is_price and int(true["people_count"]) < MINIMUM:
            tally.exposed["return of few"] += 1
    _count_exposed_tests(reports, shown, tally)
    _count_exposed_checks(shown, tally)


def _count_exposed_tests(
    reports: Mapping[str, Sequence[Row]], shown: Mapping[str, Sequence[Row]], tally: Tally
) -> None:
    """A test between groups is of no group that is under the minimum."""
    large = Counter(
        (row["outcome"], row["segment_dimension"])
        for row in reports["impact_estimates"]
        if row["is_headline"]
        and row["comparison"] == "matched"
        and min(row["n_mentored"] or 0, row["n_comparison"] or 0) >= MINIMUM
    )
    for row in shown["segment_tests"]:
        if int(row["df"]) + 1 > large[row["outcome"], row["segment_dimension"]]:
            tally.exposed["test of a group of few"] += 1


def _count_exposed_checks(shown: Mapping[str, Sequence[Row]], tally: Tally) -> None:
    """A check tells of a segment, or of an outcome in it, none of whose estimates is shown."""
    told_of = set()
    for row in shown["impact_estimates"]:
        if row["comparison"] == "matched" and row["n_mentored"] is not None:
            for outcome in (row["outcome"], "all"):
                told_of.add((outcome, row["segment_dimension"], row["segment_value"]))
    for row in shown["trust_checks"]:
        about = row["outcome"], row["segment_dimension"], row["segment_value"]
        if row["value"] is not None and about not in told_of:
            tally.exposed["check of a hidden group"] += 1
            tally.found.append(f"exposed: {row}")


def _beside(
    reports: Mapping[str, Sequence[Row]], shown: Mapping[str, Sequence[Row]], name: str
) -> list[Pair]:
    """Put the published rows of a table beside the true ones."""
    keys = TABLES[name].key
    named = [{**row, "group": row.get("group_value")} for row in reports[name]]
    true = {_key(row, keys): row for row in named}
    return [(true[_key(row, keys)], row) for row in shown[name]]


def attack_programme(
    reports: Mapping[str, Sequence[Row]],
    shown: Mapping[str, Sequence[Row]],
    populations: Sequence[Shared],
    tally: Tally,
) -> None:
    """Run every attack on one snapshot's tables of the programme."""
    health = _beside(reports, shown, "programme_health")
    attack_health(health, tally)
    attack_parts(health, tally)
    attack_linked(reports, shown, populations, tally)
    attack_months(health, tally)
    attack_stocks(health, tally)
    attack_access(_beside(reports, shown, "access"), tally)
    attack_flow(_beside(reports, shown, "participant_flow"), tally)
    attack_teams(_beside(reports, shown, "team_outcomes"), tally)
    count_exposed(reports, shown, tally)


def attack_next_programme(
    before: tuple[Mapping[str, Sequence[Row]], Mapping[str, Sequence[Row]]],
    after: tuple[Mapping[str, Sequence[Row]], Mapping[str, Sequence[Row]]],
    populations: Sequence[Shared],
    tally: Tally,
) -> None:
    """Run every attack on two consecutive snapshots' tables of the programme."""
    for name, table, keys in (
        ("programme", "programme_health", ("measure", "month", *_SEGMENT)),
        ("access", "access", ("measure", "group_dimension", "group_value")),
        ("flow", "participant_flow", (*_SEGMENT, "step")),
    ):
        pairs = [_beside(*one, table) for one in (before, after)]
        attack_two(name, *pairs, keys, tally)
    estimates = [
        [*zip(*(one["impact_estimates"] for one in two), strict=True)] for two in (before, after)
    ]
    for column, kind in (
        ("n_mentored", {"people": (MINIMUM_EVENTS, _told_in("n_mentored"))}),
        ("events_mentored", {"events": (MINIMUM_EVENTS, _events_of("mentored"))}),
    ):
        first, second = ([pair for pair in one if pair[0][column] is not None] for one in estimates)
        attack_changes((first, second), TABLE, kind, populations, tally)


_SEGMENT = ("segment_dimension", "segment_value")
