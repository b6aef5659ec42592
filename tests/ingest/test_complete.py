"""A complete export says who is gone; one that lacks too much is refused."""

from datetime import timedelta

import pytest

import ingest
from ingest import merge
from tests.ingest.conftest import LOADED

pytestmark = pytest.mark.usefixtures("no_expectations")

HEADER = ["employee_id", "email", "hire_date"]
COMPLETE = {"complete": ["hris/*"]}


def employees(exports, numbers, name="employees", day=0, *header, **more):
    rows = [[f"E{n}", f"{n}@x", "2020-01-01", *more.get("values", [])] for n in numbers]
    modified = LOADED + timedelta(days=day)
    exports.rows(f"hris/{name}.csv", [*HEADER, *header], *rows, modified=modified)


def people(warehouse, table="generic__employees"):
    return warehouse.one(f"select count(*) from raw.{table}")


def test_a_row_that_a_complete_export_lacks_moves_to_the_history(exports, warehouse):
    employees(exports, range(100))
    warehouse.load(exports, **COMPLETE)
    employees(exports, range(3, 100), day=1)
    warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 97
    assert people(warehouse, "generic__employees__history") == 3


def test_without_the_declaration_nobody_is_gone(exports, warehouse):
    employees(exports, range(100))
    warehouse.load(exports)
    employees(exports, range(3), day=1)
    warehouse.load(exports)
    assert people(warehouse) == 100


@pytest.mark.parametrize(("gone", "refused"), [(5, False), (6, True), (100, True)])
def test_an_export_is_refused_above_the_allowed_share_and_not_at_it(
    exports, warehouse, gone, refused
):
    employees(exports, range(100))
    warehouse.load(exports, **COMPLETE)
    before = warehouse.content()
    employees(exports, range(gone, 101), day=1)
    if not refused:
        warehouse.load(exports, **COMPLETE)
        assert people(warehouse) == 101 - gone
        return
    for _ in range(2):  # it stays refused
        with pytest.raises(ingest.InputError) as stopped:
            warehouse.load(exports, **COMPLETE)
        assert f"lacks {gone} of the 100 rows" in str(stopped.value)
        assert "--accept-shrink" in str(stopped.value)
        after = warehouse.content()
        assert after["generic__employees"] == before["generic__employees"]
        assert after["loads"] == before["loads"]
    warehouse.load(exports, **COMPLETE, accept_shrink=True)
    assert people(warehouse) == 101 - gone


def test_a_share_of_one_in_the_settings_takes_any_export(exports, warehouse):
    employees(exports, range(100))
    warehouse.load(exports, **COMPLETE)
    employees(exports, range(99, 100), day=1)
    warehouse.load(exports, **COMPLETE, shrink_share=1.0)
    assert people(warehouse) == 1


def test_several_files_of_a_shape_are_complete_together(exports, warehouse):
    employees(exports, range(50))
    employees(exports, range(50, 100), name="abroad")
    warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 100
    # One of them changes: the rows of the other are still there.
    employees(exports, range(2, 50), day=1)
    warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 98


def test_an_export_under_a_new_name_replaces_the_one_it_follows(exports, warehouse):
    employees(exports, range(100), name="employees")
    warehouse.load(exports, **COMPLETE)
    (exports.path / "hris/employees.csv").unlink()
    employees(exports, range(2, 100), name="employees-june", day=1)
    warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 98


def test_a_corrected_key_leaves_no_second_row(exports, warehouse):
    employees(exports, range(100))
    warehouse.load(exports, **COMPLETE)
    rows = [[f"E{n}", f"{n}@x", "2020-01-02" if n == 7 else "2020-01-01"] for n in range(100)]
    exports.rows("hris/employees.csv", HEADER, *rows, modified=LOADED + timedelta(days=1))
    warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 100
    assert warehouse.one("select count(distinct employee_id) from raw.generic__employees") == 100


def test_the_reporting_groups_of_who_is_gone_go_too(exports, warehouse):
    settings = {**COMPLETE, "reporting_groups": ["squad", "floor"]}
    employees(exports, range(100), "employees", 0, "Squad", "Floor", values=["Blue", "2"])
    warehouse.load(exports, **settings)
    assert people(warehouse, "generic__employee_attributes") == 200
    employees(exports, range(1, 100), "employees", 1, "Squad", "Floor", values=["Blue", "2"])
    warehouse.load(exports, **settings)
    assert people(warehouse, "generic__employee_attributes") == 198


def test_other_exports_are_not_touched(exports, warehouse):
    exports.rows("mentorship/more.csv", HEADER, ["M9", "m@x", "2020-01-01"])
    employees(exports, range(100))
    warehouse.load(exports, **COMPLETE)
    employees(exports, range(1, 100), day=1)
    warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 100


def test_a_complete_export_that_cannot_be_read_takes_nobody_away(exports, warehouse):
    employees(exports, range(50))
    employees(exports, range(50, 100), name="abroad")
    warehouse.load(exports, **COMPLETE)
    exports.write("hris/abroad.csv", '[{"employee_id": "E1", "email": "", "hire_date": ""}, {')
    employees(exports, range(49), day=1)
    with pytest.raises(ingest.InputError, match=r"hris/abroad.csv.*cannot be read"):
        warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 100


def test_what_is_gone_leaves_with_the_last_file_of_a_set(exports, warehouse, monkeypatch):
    """A run that is killed before the last file does the whole set again."""
    employees(exports, range(50))
    employees(exports, range(50, 100), name="abroad")
    warehouse.load(exports, **COMPLETE)
    employees(exports, range(1, 50), day=1)
    employees(exports, range(51, 100), name="abroad", day=1)
    whole, done = merge.merge, []

    def killed(connection, staged, broken, origin):
        if done:
            raise KeyboardInterrupt
        done.append(origin)
        return whole(connection, staged, broken, origin)

    with monkeypatch.context() as patch:
        patch.setattr(merge, "merge", killed)
        with pytest.raises(KeyboardInterrupt):
            warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 100
    warehouse.load(exports, **COMPLETE)
    assert people(warehouse) == 98


def incident(number):
    return {
        "id": f"Q{number}",
        "created_at": f"2024-01-01T{number:02}:00:00Z",
        "status": "resolved",
        "service": {"id": "S", "type": "service_reference"},
        "urgency": "high",
    }


def test_a_page_without_the_next_one_takes_nothing_away(exports, warehouse):
    settings = {"complete": ["incidents/*"]}
    page = {"incidents": [incident(n) for n in range(20)], "limit": 20, "offset": 0, "more": False}
    exports.json("incidents/page.json", page)
    warehouse.load(exports, **settings)
    cut = {**page, "incidents": page["incidents"][1:], "more": True}
    exports.json("incidents/page.json", cut, LOADED + timedelta(days=1))
    for _ in range(2):
        with pytest.raises(ingest.InputError) as stopped:
            warehouse.load(exports, **settings)
        assert "incidents/page.json: it is declared complete, but" in str(stopped.value)
        assert "export all pages, or run with --accept-shrink" in str(stopped.value)
        assert people(warehouse, "pagerduty__incidents") == 20
    warehouse.load(exports, **settings, accept_shrink=True)
    assert people(warehouse, "pagerduty__incidents") == 19
