from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.models import reference
from tests.models.conftest import Warehouse
from tests.models.organisations import simulate, write

COLUMNS = (
    *("is_mentee", "level", "organisation", "location", "tenure_months", "tercile"),
    *("base_hours_3", "base_hours_5", "base_hours_6", "base_hours_8", "base_hours_9"),
    *("base_incidents_12", "base_exposure_6"),
    *("last_rating", "program", "merged_6", "log_hours_sum_6", "incidents_6", "exposure_6"),
    *("merged_12", "log_hours_sum_12", "incidents_12", "exposure_12"),
    *("leave_time", "leave_event", "promotion_time", "promotion_event"),
)
DATA_END = {"git": "2024-12-31", "hris": None, "incidents": "2024-12-31", "mentorship": None}
SEGMENTS = (
    ("all", "all"),
    ("organisation", "A"),
    ("level", "L2"),
    ("location", "South"),
    ("program", "P"),
    ("program", "Q"),
)


def build(folder: Path, seed: int) -> tuple[Warehouse, dict[str, reference.Person]]:
    organisation = simulate(seed)
    warehouse = Warehouse(folder)
    write(organisation, warehouse.database)
    warehouse.dbt(
        "build",
        *("--select", "+int_matched_rows", "+int_index_outcomes"),
        *("--exclude-resource-type", "unit_test"),
        # Dates after the load, such as terminations to come, have not happened.
        variables={"loaded_on": "2024-12-31", "data_end": DATA_END},
    )
    return warehouse, reference.read_people(organisation)


@pytest.fixture(scope="module", params=[1, 2])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Warehouse, dict[str, reference.Person]]:
    return build(tmp_path_factory.mktemp("reference"), request.param)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, int | float):
        return math.isclose(left, right, abs_tol=1e-9)
    return bool(left == right)


def test_risk_set_with_covariates_and_outcomes_is_that_of_days_counted_by_hand(
    built: tuple[Warehouse, dict[str, reference.Person]],
) -> None:
    warehouse, people = built
    expected = reference.index_rows(people)
    found = {
        ((row[0].year, row[0].month), row[1]): dict(zip(COLUMNS, row[2:], strict=True))
        for row in warehouse.rows(
            f"select index_month, person_key, {', '.join(COLUMNS)} "
            "from int_index_rows inner join int_index_outcomes using (index_row_id)"
        )
    }
    assert found.keys() == expected.keys()
    assert sum(row["is_mentee"] for row in expected.values()) >= 10
    wrong = [
        (key, name, row[name], expected[key][name])
        for key, row in found.items()
        for name in COLUMNS
        if not same(row[name], expected[key][name])
    ]
    assert not wrong


@pytest.mark.parametrize("design", ["a", "b"])
@pytest.mark.parametrize(("dimension", "value"), SEGMENTS)
def test_matched_rows_are_those_matched_by_hand(
    built: tuple[Warehouse, dict[str, reference.Person]],
    design: str,
    dimension: str,
    value: str,
) -> None:
    warehouse, people = built
    rung, expected = reference.matched_rows(reference.index_rows(people), design, dimension, value)
    found = warehouse.rows(
        "select index_month, person_key, rung "
        "from int_matched_rows inner join int_index_rows using (index_row_id) "
        f"where design = '{design}' and segment_dimension = '{dimension}' "
        f"and segment_value = '{value}'"
    )
    assert {((month.year, month.month), person) for month, person, _ in found} == expected
    assert {row[2] for row in found} <= {rung}
    assert expected
