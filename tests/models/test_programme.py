"""The programme's measures: one list of names, in the models, the dictionary and the settings."""

from __future__ import annotations

import csv
import re

from pipeline.settings import ProgrammeTargets
from tests.models.conftest import PROJECT

MEASURE = re.compile(
    r"^        '(\w+)': \('(\w+)', '(\w+)', '(higher|lower)', \d+\),$", re.MULTILINE
)


def measures() -> dict[str, str]:
    """Measure -> which way is better."""
    text = (PROJECT / "macros" / "programme.sql").read_text(encoding="utf-8")
    found = {name: direction for name, _, _, direction in MEASURE.findall(text)}
    assert found
    return found


def test_every_measure_is_defined_with_its_direction() -> None:
    with (PROJECT / "data" / "seeds" / "metric_definitions.csv").open(encoding="utf-8") as file:
        defined = {row["metric"]: row["direction"] for row in csv.DictReader(file)}
    assert {name: defined.get(name) for name in measures()} == measures()


def test_every_measure_can_have_a_target_and_no_target_is_without_a_measure() -> None:
    assert set(ProgrammeTargets.model_fields) == set(measures())
