"""Whether `7/5/2024` is in May or in July is decided per column and file, or reported."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from pipeline.settings import FileMapping

pytestmark = pytest.mark.usefixtures("no_expectations")
HEADER = ["employee_id", "email", "hire_date", "termination_date"]
DAYS = "select hire_date, termination_date from raw.generic__employees order by _row"


def hired(exports, *rows, name="hris/employees.csv"):
    filled = [[f"E{at}", f"e{at}@x", *row] for at, row in enumerate(rows, start=1)]
    exports.rows(name, HEADER, *filled)


def test_one_date_shows_the_order_of_its_whole_column(exports, warehouse):
    hired(exports, ["7/5/2011", ""], ["29/2/2016", ""])
    warehouse.load(exports)
    assert warehouse.all(DAYS) == [(date(2011, 5, 7), None), (date(2016, 2, 29), None)]


def test_the_order_is_that_of_the_column_and_not_of_the_file(exports, warehouse):
    hired(exports, ["7/5/2011", "07/06/83"], ["29/2/2016", "07/25/83"])
    warehouse.load(exports)
    assert warehouse.all(DAYS) == [
        (date(2011, 5, 7), date(1983, 7, 6)),
        (date(2016, 2, 29), date(1983, 7, 25)),
    ]


def test_a_column_that_shows_nothing_follows_the_others_of_its_file(exports, warehouse):
    hired(exports, ["7/25/2011", "1/2/2015"], ["3/1/2012", ""])
    warehouse.load(exports)
    assert warehouse.all(DAYS) == [
        (date(2011, 7, 25), date(2015, 1, 2)),
        (date(2012, 3, 1), None),
    ]


def test_where_nothing_shows_it_nothing_is_guessed(exports, warehouse):
    hired(exports, ["2011-07-05", "1/2/2015"], ["2012-03-01", ""])
    report = warehouse.load(exports)
    assert warehouse.all(DAYS) == [(date(2011, 7, 5), None), (date(2012, 3, 1), None)]
    (problem,) = next(one for one in report.files if one.path.startswith("hris")).problems
    assert problem.startswith("termination_date could be day or month first (`date_order`")
    assert "in 1 of 2 rows (first in row 1)" in problem


def test_a_column_that_shows_both_orders_is_read_only_where_it_is_plain(exports, warehouse):
    hired(
        exports, ["2011-07-05", "13/2/2015"], ["2012-03-01", "2/13/2015"], ["2012-03-02", "1/2/15"]
    )
    warehouse.load(exports)
    assert warehouse.all(DAYS) == [
        (date(2011, 7, 5), date(2015, 2, 13)),
        (date(2012, 3, 1), date(2015, 2, 13)),
        (date(2012, 3, 2), None),
    ]


def test_a_required_date_without_an_order_is_quarantined_with_what_to_do(exports, warehouse):
    hired(exports, ["7/5/2011", ""], ["2012-03-01", ""])
    report = warehouse.load(exports, quarantine_share=1.0)
    one = next(one for one in report.files if one.path.startswith("hris"))
    assert one.rows_quarantined == 1
    assert "date_order" in one.problems[0]


@pytest.mark.parametrize(
    ("date_order", "day"), [("dmy", date(2011, 5, 7)), ("mdy", date(2011, 7, 5))]
)
def test_the_mapping_says_the_order(exports, warehouse, date_order, day):
    hired(exports, ["7/5/2011", ""])
    mapping = {"hris/*": FileMapping(date_order=date_order)}
    warehouse.load(exports, mapping=mapping)
    assert warehouse.all(DAYS) == [(day, None)]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    days=strategies.lists(
        strategies.dates(date(1981, 1, 1), date(2060, 1, 1)), min_size=1, max_size=30, unique=True
    ),
    day_first=strategies.booleans(),
)
def test_every_column_with_one_telling_date_is_read_right(exports, warehouse, days, day_first):
    days = [*days, date(1990, 4, 28)]
    form = "{0.day}/{0.month}/{0.year}" if day_first else "{0.month}/{0.day}/{0.year}"
    hired(exports, *[[form.format(day), ""] for day in days])
    warehouse.connection.execute("drop schema if exists raw cascade")
    warehouse.load(exports)
    assert [row[0] for row in warehouse.all(DAYS)] == days
