"""The attacks on what the project's own models and statistics publish of random organisations."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.privacy.published_attack import Tally

BENCH = Path(__file__).resolve().parents[2] / "bench"
#: Organisations of 127 to 799 people; `make bench` attacks two hundred of 30 to 3,000.
SEEDS = (5, 0, 3, 1)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tally() -> Tally:
    """What four organisations' pairs of snapshots gave away."""
    if str(BENCH) not in sys.path:
        sys.path.insert(0, str(BENCH))
    bench: Any = importlib.import_module("privacy")
    replications: Any = importlib.import_module("replications")
    statements, connection = bench.statements_of(), replications.connect()
    found = Tally()
    for seed in SEEDS:
        one, _ = bench.attack_organisation(connection, statements, seed)
        found += one
    return found


def test_every_kind_of_attack_was_tried(tally: Tally) -> None:
    assert len(tally.attacked) == 9
    assert min(tally.attacked.values()) >= 10


def test_no_group_is_recovered(tally: Tally) -> None:
    assert tally.recovered.total() == 0, tally.found


def test_no_figure_is_of_fewer_people_than_may_be_shown(tally: Tally) -> None:
    assert tally.exposed.total() == 0, tally.exposed


def test_not_everything_is_hidden(tally: Tally) -> None:
    assert tally.hidden["impact_estimates"] < 0.75 * tally.cells["impact_estimates"]
