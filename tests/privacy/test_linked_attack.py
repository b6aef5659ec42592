"""The attack over groups of other dimensions finds what is not protected, and nothing that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from pipeline import privacy
from pipeline.linked import Link, Segment, links_of
from tests.privacy.linked_attack import Shared, attack_links
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


def attacked(people: People, links: tuple[Link, ...]) -> Tally:
    """Publish with what the publisher knows of links, and attack with what everybody knows."""
    true = estimates(people)
    shown = privacy.impact_estimates(true, privacy.decide(true, MINIMUM, links), MINIMUM)
    tally = Tally()
    kinds = {"n_mentored": (MINIMUM, _read)}
    attack_links([*zip(true, shown, strict=True)], NAMES, kinds, [shared_by(people)], tally)
    return tally


def _read(pair: Sequence[Any]) -> tuple[tuple[float, float], int]:
    return told(pair[1]["n_mentored"]), int(pair[0]["n_mentored"])


def test_without_links_the_attack_recovers_groups() -> None:
    recovered = sum(attacked(nested(seed), ()).recovered.total() for seed in range(10))
    assert recovered >= 10


@pytest.mark.parametrize("seed", range(10))
def test_with_links_it_recovers_none(seed: int) -> None:
    people = nested(seed)
    together = {(Segment(*a), Segment(*b)): n for (a, b), n in shared_by(people).items()}
    tally = attacked(people, links_of(together, MINIMUM))
    assert tally.attacked.total() >= 1
    assert tally.recovered.total() == 0, tally.found
