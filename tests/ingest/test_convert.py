"""Texts become values, or say why not: the forms of time, day, number and word in real exports."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings, strategies

from ingest.convert import TROUBLES, conversion
from ingest.declare import Column, Kind, vocabulary

CONNECTION = duckdb.connect()
CONNECTION.execute("set TimeZone = 'UTC'")


def read(
    text: str | None, column: Column, zone: str = "UTC", order: str | None = None
) -> tuple[object, set[str]]:
    """Convert one text: the value, and what happened to the text."""
    one = conversion(column, zone, order and f"'{order}'")
    name = column.name
    ((value, code),) = CONNECTION.execute(
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
        ("2022-04-05T15:37:31.62Z", utc(2022, 4, 5, 15, 37, 31, 620000)),
        ("2024-01-05T10:00:00.123456789+01:00", utc(2024, 1, 5, 9, 0, 0, 123456)),
        ("2024-01-05 10:00:00 PM", utc(2024, 1, 5, 22)),
        ("1702888391916", utc(2023, 12, 18, 8, 33, 11, 916000)),
        ("1578158880", utc(2020, 1, 4, 17, 28)),
        ("1578158880.523261", utc(2020, 1, 4, 17, 28, 0, 523261)),
        ("1578158880523261", utc(2020, 1, 4, 17, 28, 0, 523261)),
        ("1578158880523261999", utc(2020, 1, 4, 17, 28, 0, 523261)),
        ("/Date(1442289263000+0000)/", utc(2015, 9, 15, 3, 54, 23)),
        ("/Date(1442289263000)/", utc(2015, 9, 15, 3, 54, 23)),
        ("09/Jan/24 3:54 PM", utc(2024, 1, 9, 15, 54)),
        ("09/Jan/24 12:00 AM", utc(2024, 1, 9)),
        ("09/Jan/24 12:05 PM", utc(2024, 1, 9, 12, 5)),
        ("9/out/23 3:54 PM", utc(2023, 10, 9, 15, 54)),  # Portuguese
        ("09. Dez. 2023 15:54", utc(2023, 12, 9, 15, 54)),
        ("15-Jun-2026 12:15:55", utc(2026, 6, 15, 12, 15, 55)),
        ("2018-Feb-16", utc(2018, 2, 16)),
        ("Tue Aug 2 19:47:06 2016 -0400", utc(2016, 8, 2, 23, 47, 6)),
        ("Tue, 2 Aug 2016 19:47:06 -0400", utc(2016, 8, 2, 23, 47, 6)),
        ("Aug 2, 2016 7:47 PM", utc(2016, 8, 2, 19, 47)),
        ("29/2/2016 01:16", utc(2016, 2, 29, 1, 16)),
        ("2/29/2016 1:16 p.m.", utc(2016, 2, 29, 13, 16)),
        ("31/12/2024", utc(2024, 12, 31)),
        ("31.12.2024 08:15", utc(2024, 12, 31, 8, 15)),
        ("05.04.2024", utc(2024, 4, 5)),  # with dots the day is first
        ("7/7/2024", utc(2024, 7, 7)),
        ("20240105", utc(2024, 1, 5)),
        ("20240105T081500Z", utc(2024, 1, 5, 8, 15)),
        ("20240105T081500+0200", utc(2024, 1, 5, 6, 15)),
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
        "31/13/2024",
        "20241305",
        "12345",
        "/Date(x)/",
        "09/Foo/24 3:54 PM",
        "09/Jan/24 13:54 PM",
        "29/2/2023",
        "2024-02-30T00:00:00Z",
        "epoch",
        "infinity",
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
        "/Date(253402214400000)/",
        "1970-01-02 04:23:17",  # a duration of 28 hours
        "N/A-StillEmployed",
        "[]",
        "0",
    ],
)
def test_a_moment_that_stands_for_never_is_null_and_said_so(text):
    assert read(text, at("time")) == (None, {"sentinel"})


@pytest.mark.parametrize("text", ["7/5/2011", "07-05-2011 10:00", "1/2/83"])
@pytest.mark.parametrize("kind", ["time", "date"])
def test_a_date_whose_order_nothing_shows_is_null_and_said_so(text, kind):
    assert read(text, at(kind)) == (None, {"ambiguous"})


@pytest.mark.parametrize(
    ("order", "day", "month_first"),
    [("day", date(2011, 5, 7), None), ("month", date(2011, 7, 5), date(2011, 7, 25))],
)
def test_a_declared_order_is_kept_to(order, day, month_first):
    assert read("7/5/2011", at("date"), order=order) == (day, set())
    said = set() if month_first else {"unreadable"}
    assert read("7/25/2011", at("date"), order=order) == (month_first, said)


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
        ("31.12.2024", date(2024, 12, 31)),
        ("07/20/83", date(1983, 7, 20)),
        ("2018-Feb-16", date(2018, 2, 16)),
        ("15-Jun-2026 12:15:55", date(2026, 6, 15)),
        ("09/Jan/24 12:00 AM", date(2024, 1, 9)),
        ("1781514955014", date(2026, 6, 15)),
        ("/Date(-309312000000)/", date(1960, 3, 14)),
        ("/Date(1442275200000-0060)/", date(2015, 9, 14)),  # an hour before midnight in UTC
    ],
)
def test_a_day_is_the_one_that_is_written(text, day):
    assert read(text, at("date"), "America/New_York") == (day, set())


@pytest.mark.parametrize("text", ["2023-02-29", "31.13.2024", "2024-13-01", "soon", "20240230"])
def test_a_day_that_cannot_be_read_is_null_and_said_so(text):
    assert read(text, at("date")) == (None, {"unreadable"})


@pytest.mark.parametrize(
    "text", ["9999-12-31", "0001-01-01", "1900-01-01", "0000-00-00", "none", "99991231"]
)
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
        ("0012345678901234567", "0012345678901234567"),
        ("[]", None),
    ],
)
def test_a_name_is_trimmed_and_in_lower_case_and_nobody_is_null(text, name):
    assert read(text, at("person")) == (name, set())


def test_a_dimension_keeps_its_case():
    assert read(" Platform ", at("dimension")) == ("Platform", set())


@pytest.mark.parametrize("text", ["[]", "-", "?", "N/A", "null", " None "])
def test_a_dimension_that_stands_for_nothing_is_null(text):
    assert read(text, at("dimension")) == (None, set())


MOMENTS = strategies.datetimes(datetime(1980, 1, 2), datetime(2068, 12, 31, 23, 59, 59))
FORMS = (
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S+00:00",
    "%Y-%m-%dT%H:%M:%S+0000",
    "%Y/%m/%d %H:%M:%S",
    "%d/%b/%y %I:%M:%S %p",
    "%d-%b-%Y %H:%M:%S",
    "%Y-%b-%d %H:%M:%S",
    "%a %b %d %H:%M:%S %Y +0000",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%B %d, %Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M:%S",
)


@settings(deadline=None, max_examples=40)
@given(moment=MOMENTS, form=strategies.sampled_from(FORMS))
def test_every_moment_is_read_back_from_every_form(moment, form):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert read(moment.strftime(form), at("time")) == (moment, set())


@settings(deadline=None, max_examples=40)
@given(moment=MOMENTS, order=strategies.sampled_from(["day", "month"]), short=strategies.booleans())
def test_every_moment_is_read_back_from_numbers_of_a_known_order(moment, order, short):
    moment = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    numbers = [moment.day, moment.month] if order == "day" else [moment.month, moment.day]
    year = f"{moment.year % 100:02d}" if short and moment.year >= 1980 else moment.year
    text = f"{numbers[0]}/{numbers[1]}/{year} {moment:%H:%M}"
    assert read(text, at("time"), order=order) == (moment, set())


@settings(deadline=None, max_examples=40)
@given(moment=MOMENTS, digits=strategies.sampled_from([0, 3, 6, 9]))
def test_every_count_since_1970_is_read_back(moment, digits):
    moment = moment.replace(microsecond=moment.microsecond if digits >= 6 else 0, tzinfo=UTC)
    micros = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    text = str(micros * 10 ** (digits - 6) if digits >= 6 else micros // 10 ** (6 - digits))
    assert read(text, at("time")) == (moment, set())
    ticks = micros // 1000
    assert read(f"/Date({ticks}+0000)/", at("time"))[0] == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )


@settings(deadline=None, max_examples=40)
@given(text=strategies.text(max_size=40), kind=strategies.sampled_from(["time", "date"]))
def test_no_text_is_an_error(text, kind):
    value, said = read(text.replace("\0", ""), at(kind))
    assert value is None or isinstance(value, date)
    assert not said or value is None


@settings(deadline=None, max_examples=40)
@given(
    days=strategies.lists(strategies.dates(date(1980, 1, 2), date(2060, 1, 1)), min_size=1),
    offset=strategies.sampled_from(["+01:00", "-08:00", "+05:30", "Z"]),
)
def test_a_local_midnight_stays_on_its_day_in_any_zone(days, offset):
    for day in days[:3]:
        assert read(f"{day} 00:00:00{offset}", at("date"), "Asia/Tokyo") == (day, set())
