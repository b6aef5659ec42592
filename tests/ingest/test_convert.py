"""Texts become values, or say why not: the forms of time, day, number and word in real exports."""

from datetime import UTC, date, datetime

import duckdb
import pytest

from ingest.convert import TROUBLES, conversion
from ingest.declare import Column, Kind, vocabulary


def read(text: str | None, column: Column, zone: str = "UTC") -> tuple[object, set[str]]:
    """Convert one text: the value, and what happened to the text."""
    one = conversion(column, zone)
    name = column.name
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    ((value, code),) = connection.execute(
        f"select v_{name}, {one.trouble or 0} from (select *, {one.value} as v_{name} from "
        f"(select *, {one.parsed} as p_{name} from "
        f"(select nullif(?::varchar, '') as t_{name})))",
        [text],
    ).fetchall()
    return value, {TROUBLES[code]} if code else set()


def at(kind: Kind) -> Column:
    return Column("at", kind)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-02-02T15:54:51Z", utc(2022, 2, 2, 15, 54, 51)),
        ("2019-06-28T05:21:43.743Z", utc(2019, 6, 28, 5, 21, 43, 743000)),
        ("2014-08-06T08:35:52.000+02:00", utc(2014, 8, 6, 6, 35, 52)),
        ("2018-05-11T09:46:53.000+0300", utc(2018, 5, 11, 6, 46, 53)),
        ("2013-03-05 00:00:00 -0800", utc(2013, 3, 5, 8)),
        ("2023-01-07T01:20:10.1687451Z", utc(2023, 1, 7, 1, 20, 10, 168745)),
        ("2023-01-02 10:11:12 UTC", utc(2023, 1, 2, 10, 11, 12)),
        ("2022-08-12T15:25:31.595898+00:00", utc(2022, 8, 12, 15, 25, 31, 595898)),
        ("2022-08-12T15:25+05:30", utc(2022, 8, 12, 9, 55)),
        ("2024-01-05t10:00:00z", utc(2024, 1, 5, 10)),
        (" 2024-01-05T10:00:00Z ", utc(2024, 1, 5, 10)),
        ("2024-02-29T23:59:59Z", utc(2024, 2, 29, 23, 59, 59)),
        ("2024/01/05 10:00", utc(2024, 1, 5, 10)),
        ("2024-01-05", utc(2024, 1, 5)),
        ("2024-01-05 10:00:00,500", utc(2024, 1, 5, 10, 0, 0, 500000)),
    ],
)
def test_a_moment_is_read_in_the_forms_that_systems_write(text, moment):
    assert read(text, at("time")) == (moment, set())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-15 09:00:00", utc(2024, 1, 15, 8)),  # winter
        ("2024-07-15 09:00:00", utc(2024, 7, 15, 7)),  # summer
        ("2024-07-15", utc(2024, 7, 14, 22)),
        ("2024-03-31T02:30:00", utc(2024, 3, 31, 1, 30)),  # skipped: an hour later by the clock
        ("2024-10-27T02:30:00", utc(2024, 10, 27, 1, 30)),  # twice: the second one
        ("2024-07-15T09:00:00+00:00", utc(2024, 7, 15, 9)),  # its own offset wins
    ],
)
def test_a_naive_moment_takes_the_declared_zone(text, moment):
    assert read(text, at("time"), "Europe/Berlin") == (moment, set())


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "31/12/2024",
        "20240105",
        "1702888391916",
        "2024-02-30T00:00:00Z",
        "epoch",
        "infinity",
        "2024-01-05 10:00:00 PM",
        "12:30",
        "2023-02-29",
    ],
)
def test_a_moment_that_cannot_be_read_is_null_and_said_so(text):
    assert read(text, at("time")) == (None, {"unreadable"})


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "9999-12-31 23:59:59",
        "9999-12-31",
        "1970-01-01T00:00:00Z",
        "N/A",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "null",
        "Bad Date",
        "-",
        "2100-01-01",
    ],
)
def test_a_moment_that_stands_for_never_is_null_and_said_so(text):
    assert read(text, at("time")) == (None, {"sentinel"})


@pytest.mark.parametrize("text", [None, "", "  ", "\t"])
@pytest.mark.parametrize("kind", ["time", "date", "number", "integer", "boolean", "dimension"])
def test_an_empty_text_is_null_without_a_word(text, kind):
    assert read(text, at(kind)) == (None, set())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-1-5", date(2024, 1, 5)),
        ("2024/01/05", date(2024, 1, 5)),
        ("2014-11-09 00:00:00+01:00", date(2014, 11, 9)),  # local midnight stays that day
        ("2014-11-09T23:30:00Z", date(2014, 11, 9)),
        (" 2014-11-09", date(2014, 11, 9)),
        ("1969-12-31", date(1969, 12, 31)),
    ],
)
def test_a_day_is_the_one_that_is_written(text, day):
    assert read(text, at("date"), "America/New_York") == (day, set())


@pytest.mark.parametrize("text", ["2023-02-29", "31.12.2024", "2024-13-01", "soon", "20240105"])
def test_a_day_that_cannot_be_read_is_null_and_said_so(text):
    assert read(text, at("date")) == (None, {"unreadable"})


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1900-01-01", "0000-00-00", "none"])
def test_a_day_that_stands_for_never_is_null_and_said_so(text):
    assert read(text, at("date")) == (None, {"sentinel"})


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("#12", 12), ("!7", 7), ("12.0", 12), ("-3", -3), (" 4 ", 4), ("0", 0)],
)
def test_a_whole_number_is_read(text, number):
    assert read(text, at("integer")) == (number, set())


@pytest.mark.parametrize("text", ["12.5", "1e400", "twelve", "99999999999", "1,234"])
def test_what_is_no_whole_number_is_null_and_said_so(text):
    assert read(text, at("integer")) == (None, {"unreadable"})


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        ("4.5", 4.5, set()),
        ("-1", -1.0, set()),
        ("inf", None, {"unreadable"}),
        ("nan", None, set()),  # a way to write "none"
        ("4,5", None, {"unreadable"}),
    ],
)
def test_a_number_is_finite(text, number, said):
    assert read(text, at("number")) == (number, said)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("true", True, set()),
        ("FALSE", False, set()),
        ("Yes", True, set()),
        ("n", False, set()),
        ("1", True, set()),
        ("maybe", None, {"unreadable"}),
    ],
)
def test_yes_and_no_are_read_as_systems_write_them(text, value, said):
    assert read(text, at("boolean")) == (value, said)


WORDS = vocabulary("at", "ended_early", "1:1", "held", also={"held": ("took place",)})
CLOSED = vocabulary("at", "open", fallback=None)


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("ended_early", "ended_early", set()),
        ("Ended Early", "ended_early", set()),
        (" ENDED-EARLY ", "ended_early", set()),
        ("1:1", "1:1", set()),
        ("Took Place", "held", set()),
        ("other", "other", set()),
        ("something new", "other", {"unlisted"}),
        ("null", None, set()),
        (None, None, set()),
    ],
)
def test_a_word_is_stored_as_listed_or_as_other(text, word, said):
    assert read(text, WORDS) == (word, said)


def test_a_word_of_a_list_without_other_is_null_when_it_is_not_listed():
    assert read("OPEN", CLOSED) == ("open", set())
    assert read("ajar", CLOSED) == (None, {"unlisted"})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("\u00a0ada\ufeff", "ada"),
        ("ÅSA", "åsa"),
        ("ghost", None),
        ("N/A", None),
        (" null ", None),
        ("Nullman", "nullman"),
        ("E-1", "e-1"),
        ("42.0", "42"),  # a number that passed through a column of floats
        ("v42.0", "v42.0"),
        ("0042", "0042"),
        ("-", None),
    ],
)
def test_a_name_is_trimmed_and_in_lower_case_and_nobody_is_null(text, name):
    assert read(text, at("person")) == (name, set())


def test_a_dimension_keeps_its_case():
    assert read(" Platform ", at("dimension")) == ("Platform", set())
