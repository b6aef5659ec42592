"""Cells of two dimensions that are made of the same people.

Where every programme has one model, a model's people are those of its programmes: whoever knows
that reads a hidden programme off its model and the programmes beside it. The same goes for any two
dimensions that fall apart into blocks: organisations that each have locations of their own, levels
that are a job family's, a programme of each half-year, a reporting group that holds organisations.

Where a location holds a whole organisation and a few people more, these few are the location less
the organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Segment(NamedTuple):
    """A dimension and one of its values."""

    dimension: str
    value: str


Link = frozenset[Segment]
"""Cells of two dimensions; those of the one add up to those of the other."""


class Nest(NamedTuple):
    """A cell, and cells of another dimension that lie within it and do not make it up."""

    whole: Segment
    parts: frozenset[Segment]


class Links(NamedTuple):
    """What cells of two dimensions tell of each other.

    Attributes
    ----------
    blocks
        Cells of two dimensions that are made of the same people.
    nests
        Cells within another: what it holds besides them is a group that nobody named.
    """

    blocks: tuple[Link, ...] = ()
    nests: tuple[Nest, ...] = ()


NO_LINKS = Links()
Together = tuple[Segment, Segment]


def links_of(populations: Iterable[Mapping[Together, int]], minimum: int) -> Links:
    """Find the blocks and nests of several populations, each of which tables are made of.

    Parameters
    ----------
    populations
        Cells of different dimensions -> how many people are in both.
    minimum
        Fewer people across blocks, or outside of a nest, are strays.
    """
    known = list(populations)
    blocks = {block for people in known for block in blocks_of(people, minimum)}
    nests = {nest for people in known for nest in nests_of(people, minimum)}
    return Links(tuple(sorted(blocks, key=sorted)), tuple(sorted(nests, key=_in_order)))


def _in_order(nest: Nest) -> tuple[Segment, list[Segment]]:
    return nest.whole, sorted(nest.parts)


#: Of a cell's people, the share outside of another in which it still lies within it.
_STRAYED = 0.1


def nests_of(people: Mapping[Together, int], minimum: int) -> tuple[Nest, ...]:
    """Find cells that lie within one of another dimension and do not make it up.

    Those that lie in it wholly are a nest, and so are those and the ones that do but for strays.

    Parameters
    ----------
    people
        Cells of different dimensions -> how many people are in both.
    minimum
        A cell lies within another if fewer than these, and a tenth at most, are elsewhere.
    """
    shared: dict[tuple[Segment, str], dict[Segment, int]] = defaultdict(dict)
    for (first, second), count in people.items():
        shared[first, second.dimension][second] = count
        shared[second, first.dimension][first] = count
    found: set[Nest] = set()
    for share in (0.0, _STRAYED):
        parts: dict[tuple[Segment, str], set[Segment]] = defaultdict(set)
        for (cell, _), inside in shared.items():
            whole = max(sorted(inside), key=inside.__getitem__)
            elsewhere = sum(inside.values()) - inside[whole]
            if elsewhere < minimum and elsewhere <= share * inside[whole]:
                parts[whole, cell.dimension].add(cell)
        found.update(
            Nest(whole, frozenset(within))
            for (whole, dimension), within in parts.items()
            if within != shared[whole, dimension].keys()
        )
    return tuple(sorted(found, key=_in_order))


def blocks_of(people: Mapping[Together, int], minimum: int) -> tuple[Link, ...]:
    """Find the blocks as they are, and as they are but for a few people.

    One pair of years ago would make one block of two, while their people still follow from each
    other but for that one.

    Parameters
    ----------
    people
        Cells of different dimensions -> how many people are in both.
    minimum
        Cells that fewer people share make no link, unless one of the two shares no more with any
        other; and fewer are in a block by one dimension and in another block by the other.
    """
    most: dict[tuple[Segment, str], int] = defaultdict(int)
    for (first, second), count in people.items():
        for cell, other in ((first, second), (second, first)):
            most[cell, other.dimension] = max(most[cell, other.dimension], count)
    found = set(find_links(people))
    for fewest in range(2, minimum + 1):
        many = [
            (first, second)
            for (first, second), count in people.items()
            if count >= min(fewest, most[first, second.dimension], most[second, first.dimension])
        ]
        across = _across(people, blocks := find_links(many))
        found.update(block for block in blocks if across[block] < minimum)
    return tuple(sorted(found, key=sorted))


def _across(people: Mapping[Together, int], blocks: Iterable[Link]) -> Mapping[Link, int]:
    """Count for each block the people who are in it by one of its dimensions alone."""
    block_of: dict[tuple[Segment, str], Link] = {}
    for block in blocks:
        dimensions = {cell.dimension for cell in block}
        for cell in block:
            (other,) = dimensions - {cell.dimension}
            block_of[cell, other] = block
    across: dict[Link, int] = defaultdict(int)
    for (first, second), count in people.items():
        one = block_of.get((first, second.dimension))
        other_block = block_of.get((second, first.dimension))
        if one is not None and other_block is not None and one != other_block:
            across[one] += count
            across[other_block] += count
    return across


def find_links(together: Iterable[tuple[Segment, Segment]]) -> tuple[Link, ...]:
    """Find the blocks of each two dimensions.

    Parameters
    ----------
    together
        Cells of different dimensions that share people.

    Returns
    -------
    tuple of Link
        The blocks, of dimensions that fall apart into two or more; in a fixed order.
    """
    by_dimensions: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for pair in together:
        first, second = sorted(pair)
        blocks = by_dimensions[first.dimension, second.dimension]
        touched = [block for block in blocks if first in block or second in block]
        for block in touched:
            blocks.remove(block)
        blocks.append(frozenset({first, second}).union(*touched))
    found = [block for blocks in by_dimensions.values() if len(blocks) > 1 for block in blocks]
    return tuple(sorted(found, key=sorted))
