"""What cells of different dimensions tell of each other to whoever knows who is where.

A model's people are those of its programmes, a location's those of the organisations there. The
attacker knows which cells of two dimensions nobody was ever in together, and where few strays are:
each cell is then the sum of what it has in common with the cells of another dimension.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from tests.privacy.attack import Attack
from tests.privacy.published_attack import ANYTHING, MINIMUM, Pair, Tally, tables

Bounds = tuple[float, float]
Cell = tuple[str, str]
"""A dimension and one of its values."""
Shared = Mapping[tuple[Cell, Cell], int]
"""Two cells of different dimensions, in order -> how many people were ever in both."""
Read = Callable[[Pair], tuple[Bounds, int]]
"""What a row tells of a count, and what it truly is."""
Kinds = Mapping[str, tuple[int, Read]]
"""Name of a count -> the fewest that may be known, and how a row is read."""
Dimensions = tuple[Sequence[Cell], Sequence[Cell]]
Link = tuple[Dimensions, Mapping[tuple[Cell, Cell], int]]
"""Two dimensions, and how many people at most are in both of two of their cells."""
EVERYBODY = ("all", "all")


def attack_links(
    pairs: Sequence[Pair],
    names: Sequence[str],
    kinds: Kinds,
    populations: Sequence[Shared],
    tally: Tally,
    segment: tuple[str, str] = ("segment_dimension", "segment_value"),
) -> None:
    """Solve for few in a cell from the cells of other dimensions.

    Parameters
    ----------
    names : what tells the tables apart.
    kinds : name of a count -> its limit, and how a row is read.
    populations : what is known of who is where, each of other people.
    segment : the columns that name a row's cell.
    """
    for at, of_table in enumerate(tables(pairs, *names)):
        cells = {(str(true[segment[0]]), str(true[segment[1]])): (true, s) for true, s in of_table}
        for kind, (limit, read) in kinds.items():
            known = {cell: read(pair) for cell, pair in cells.items()}
            _attack_table(kind, known, (limit, at), populations, tally)


def _attack_table(
    name: str,
    known: Mapping[Cell, tuple[Bounds, int]],
    asked: tuple[int, int],
    populations: Sequence[Shared],
    tally: Tally,
) -> None:
    """Attack one of the few of a table, another one in the next table."""
    limit, turn = asked
    few = [cell for cell, (_, truth) in known.items() if 0 < truth < limit]
    if not few:
        return
    cell = few[turn % len(few)]
    links = _links_of(known, cell, populations)
    if not links:  # its own dimension alone tells of it, which is attacked elsewhere
        return
    told, truth = {one: bounds for one, (bounds, _) in known.items()}, known[cell][1]
    reach = _reach(told, (cell, truth), links, limit)
    if reach[1] - reach[0] < limit:
        untold = {one: bounds if one == EVERYBODY else ANYTHING for one, bounds in told.items()}
        alone = _reach(untold, (cell, truth), links, limit)
        if alone[1] - alone[0] < limit:
            tally.beforehand[f"linked: {name}"] += 1
            return
    tally.judge(f"linked: {name}", reach, truth, limit)


def attack_rests(
    pairs: Sequence[Pair],
    names: Sequence[str],
    kinds: Kinds,
    populations: Sequence[Shared],
    tally: Tally,
) -> None:
    """Solve for few whom a cell holds besides the cells of another dimension that lie in it."""
    nests = {nest for shared in populations for nest in _nests(shared)}
    for of_table in tables(pairs, *names):
        cells = {_cell_of(pair): pair for pair in of_table}
        for kind, (limit, read) in kinds.items():
            known = {cell: read(pair) for cell, pair in cells.items()}
            for whole, parts in nests:
                mine = [known[part] for part in parts if part in known]
                if whole in known and mine:
                    rest = known[whole][1] - sum(truth for _, truth in mine)
                    low = known[whole][0][0] - sum(bounds[1] for bounds, _ in mine)
                    high = known[whole][0][1] - sum(bounds[0] for bounds, _ in mine)
                    if 0 < rest < limit:
                        tally.judge(f"besides: {kind}", (max(0, low), high), rest, limit)


def _nests(shared: Shared) -> set[tuple[Cell, frozenset[Cell]]]:
    """Give cells with those of another dimension that lie in them and do not make them up."""
    met: dict[tuple[Cell, str], set[Cell]] = defaultdict(set)
    for one, other in shared:
        met[one, other[0]].add(other)
        met[other, one[0]].add(one)
    parts: dict[tuple[Cell, str], set[Cell]] = defaultdict(set)
    for (cell, _), others in met.items():
        if len(others) == 1:
            parts[next(iter(others)), cell[0]].add(cell)
    return {
        (whole, frozenset(within))
        for (whole, dimension), within in parts.items()
        if within != met[whole, dimension]
    }


def attack_changes(
    snapshots: tuple[Sequence[Pair], Sequence[Pair]],
    names: Sequence[str],
    kinds: Kinds,
    populations: Sequence[Shared],
    tally: Tally,
) -> None:
    """Solve for few who came or went between two snapshots, from the cells of other dimensions.

    One table in three is attacked, and in it one cell.
    """
    keys = (*names, "segment_dimension", "segment_value")
    old = {tuple(pair[0][name] for name in keys): pair for pair in snapshots[0]}
    for at, now in enumerate(tables(snapshots[1], *names)):
        then = [old.get(tuple(true[name] for name in keys)) for true, _ in now]
        if at % 3 != len(old) % 3 or None in then:
            continue
        for kind, (limit, read) in kinds.items():
            known = [
                {_cell_of(pair): read(pair) for pair in then if pair},
                {
                    # A row that is as it was may stand.
                    _cell_of(pair): (ANYTHING, read(pair)[1])
                    if first and dict(first[1]) == dict(pair[1])
                    else read(pair)
                    for first, pair in zip(then, now, strict=True)
                },
            ]
            _attack_change(f"two snapshots: linked, {kind}", known, (limit, at), populations, tally)


def _cell_of(pair: Pair) -> Cell:
    return str(pair[0]["segment_dimension"]), str(pair[0]["segment_value"])


def _attack_change(
    name: str,
    known: Sequence[Mapping[Cell, tuple[Bounds, int]]],
    asked: tuple[int, int],
    populations: Sequence[Shared],
    tally: Tally,
) -> None:
    limit, turn = asked
    changes = {cell: known[1][cell][1] - count for cell, (_, count) in known[0].items()}
    few = [cell for cell, change in changes.items() if 0 < abs(change) < limit]
    if not few:
        return
    cell = few[turn % len(few)]
    links = [_links_of(one, cell, populations) for one in known]
    if not all(links):
        return
    first, second = (
        _reach({at: bounds for at, (bounds, _) in one.items()}, (cell, one[cell][1]), mine, np.inf)
        for one, mine in zip(known, links, strict=True)
    )
    reach = second[0] - first[1], second[1] - first[0]
    tally.judge(name, reach, changes[cell], limit)


def _links_of(
    known: Mapping[Cell, tuple[Bounds, int]], cell: Cell, populations: Sequence[Shared]
) -> list[Link]:
    """Give what the attacker knows of dimensions that leads to a cell, where it holds."""
    truth = {one: count for one, (_, count) in known.items()}
    links = [
        (dimensions, most)
        for shared in populations
        for dimensions in itertools.combinations(_whole_dimensions(truth), 2)
        if (most := _few_shared(shared, *dimensions, cell)) and _holds(truth, dimensions, most)
    ]
    return _linked_to(cell, links)


def _linked_to(cell: Cell, links: Sequence[Link]) -> list[Link]:
    """Keep the links that lead to a cell's dimension, straight or over others."""
    reached, found = {cell[0]}, []
    while new := [link for link in links if link not in found and reached & _names(link)]:
        found += new
        reached = reached.union(*map(_names, new))
    return found


def _names(link: Link) -> set[str]:
    return {cells[0][0] for cells in link[0]}


def _reach(
    told: Mapping[Cell, Bounds], target: tuple[Cell, int], links: Sequence[Link], width: float
) -> Bounds:
    """Give what a cell can be, of cells that make up the total and of what dimensions share.

    Where it may be so many more that this alone is wide enough, no fewer are asked for.
    """
    attack, (asked, truth) = Attack(), target
    whole = {cells[0][0]: cells for dimensions, _ in links for cells in dimensions}
    place = {cell: attack.unknown(*told[cell]) for cells in whole.values() for cell in cells}
    if EVERYBODY in told:
        total = attack.unknown(*told[EVERYBODY])
        for cells in whole.values():
            attack.adds_up([place[cell] for cell in cells], total)
    for (one, other), most in links:
        both = itertools.product(one, other)
        common = {pair: attack.unknown(0, most.get(pair, np.inf), whole=False) for pair in both}
        for cell in one:
            attack.adds_up([common[cell, peer] for peer in other], place[cell])
        for cell in other:
            attack.adds_up([common[peer, cell] for peer in one], place[cell])
    high = attack.most(place[asked])
    return (truth if high - truth >= width else attack.least(place[asked])), high


def _whole_dimensions(truth: Mapping[Cell, int]) -> list[list[Cell]]:
    """Give the dimensions whose cells make up the total, or as many as the largest of them."""
    by_dimension: dict[str, list[Cell]] = defaultdict(list)
    for cell in truth:
        if cell != EVERYBODY:
            by_dimension[cell[0]].append(cell)
    sums = {name: sum(truth[cell] for cell in cells) for name, cells in by_dimension.items()}
    total = truth.get(EVERYBODY, max(sums.values(), default=0))
    return [sorted(by_dimension[name]) for name in sorted(sums) if sums[name] == total]


def _few_shared(
    shared: Shared, one: Sequence[Cell], other: Sequence[Cell], asked: Cell
) -> dict[tuple[Cell, Cell], int]:
    """Give the cells that nobody was in together, and those of strays, one person in twenty.

    A stray shares less with either of its cells than others do. Who knows how few are in parts of
    a cell has it without being told anything: strays of the cell asked for are not known, nor any
    of two other dimensions, where a cell may be the same people.
    """
    counts = np.array([[shared.get((cell, peer), 0) for peer in other] for cell in one])
    is_minor = (counts < counts.max(axis=1, keepdims=True)) & (counts < counts.max(axis=0))
    is_minor &= np.array([[asked not in (cell, peer) for peer in other] for cell in one])
    is_minor &= asked in one or asked in other
    known = {(one[i], other[j]): 0 for i, j in np.argwhere(counts == 0)}
    strays = sorted((int(counts[i, j]), i, j) for i, j in np.argwhere(is_minor & (counts > 0)))
    people = itertools.accumulate(count for count, _, _ in strays)
    known |= {
        (one[i], other[j]): count
        for (count, i, j), so_far in zip(strays, people, strict=True)
        if so_far < min(MINIMUM, counts.sum() / 20)
    }
    return known


def _holds(
    truth: Mapping[Cell, int], dimensions: Dimensions, most: Mapping[tuple[Cell, Cell], int]
) -> bool:
    """Say whether the true counts can be split over two dimensions as the attacker believes."""
    one, other = dimensions
    size = len(one) + len(other) + 2
    total = sum(truth[cell] for cell in one)
    flow = np.zeros((size, size), dtype=np.int32)
    flow[-2, : len(one)] = [truth[cell] for cell in one]
    flow[len(one) : -2, -1] = [truth[cell] for cell in other]
    for (row, first), (column, second) in itertools.product(enumerate(one), enumerate(other)):
        flow[row, len(one) + column] = most.get((first, second), total)
    return bool(maximum_flow(csr_array(flow), size - 2, size - 1).flow_value == total)
