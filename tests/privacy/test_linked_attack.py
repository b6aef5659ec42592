"""The attack over groups of other dimensions finds what is not protected, and nothing that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from pipeline import privacy
from pipeline.linked import NO_LINKS, Segment, links_of
from tests.privacy.linked_attack import Shared, attack_links, attack_rests
from tests.privacy.organisations import DIMENSIONS, People, draw_people, estimates
from tests.privacy.published_attack import MINIMUM, Tally, told

NAMES = ("outcome", "scale", "comparison", "follow_up_months")


def nested(seed: int) -> People:
    """Draw people whose organisations each have one location."""
    rng = np.random.default_rng([7, seed])
    people = draw_people(rng, int(rng.integers(150, 900)))
    location = people.place["organisation"] % DIMENSIONS["location"]
    return replace(people, place={**people.place, "location": location})


def shared_by(people: People) -> Shared:
    """Count who is in two cells at once."""
    together: Counter[Any] = Counter()
    for one, other in combinations(sorted(people.place), 2):
        cells = zip(people.place[one], people.place[other], strict=True)
        together.update(((one, str(a)), (other, str(b))) for a, b in cells)
    return together


def with_a_rest(seed: int) -> People:
    """Draw the same, but one in four of the third organisation sits at the first one's place."""
    people = nested(seed)
    organisation, location = people.place["organisation"], people.place["location"].copy()
    moved = np.random.default_rng(seed).random(location.size) < 0.25
    location[(organisation == 2) & moved] = 0
    return replace(people, place={**people.place, "location": location})


def attacked(
    people: People, *, with_links: bool, attack: Callable[..., None] = attack_links
) -> Tally:
    """Publish with or without what the publisher knows of links, and attack."""
    true, shared = estimates(people), shared_by(people)
    together = {(Segment(*a), Segment(*b)): n for (a, b), n in shared.items()}
    links = links_of([together], MINIMUM) if with_links else NO_LINKS
    shown = privacy.impact_estimates(true, privacy.decide(true, MINIMUM, links), MINIMUM)
    tally = Tally()
    kinds = {"n_mentored": (MINIMUM, _read)}
    attack([*zip(true, shown, strict=True)], NAMES, kinds, [shared], tally)
    return tally


def _read(pair: Sequence[Any]) -> tuple[tuple[float, float], int]:
    return told(pair[1]["n_mentored"]), int(pair[0]["n_mentored"])


def test_without_links_the_attack_recovers_groups() -> None:
    tallies = [attacked(nested(seed), with_links=False) for seed in range(10)]
    assert sum(tally.recovered.total() for tally in tallies) >= 10


@pytest.mark.parametrize("seed", range(10))
def test_with_links_it_recovers_none(seed: int) -> None:
    tally = attacked(nested(seed), with_links=True)
    assert tally.attacked.total() >= 1
    assert tally.recovered.total() == 0, tally.found


def test_without_nests_the_attack_recovers_what_a_group_holds_besides_others() -> None:
    people = map(with_a_rest, range(20))
    tallies = [attacked(one, with_links=False, attack=attack_rests) for one in people]
    assert sum(tally.recovered.total() for tally in tallies) >= 10


def test_with_nests_it_recovers_none() -> None:
    people = map(with_a_rest, range(20))
    tallies = [attacked(one, with_links=True, attack=attack_rests) for one in people]
    assert sum(tally.attacked.total() for tally in tallies) >= 10
    assert sum(tally.recovered.total() for tally in tallies) == 0
