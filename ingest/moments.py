r"""Times and days in the forms that systems write, as SQL expressions over a text.

ISO 8601 is read in any case. Only where a file has other forms too, `spelled` brings in the rest,
which takes DuckDB longer to prepare than to run: numbers that count from 1970, and dates that are
spelled (`09/Jan/24 3:54 PM`, `29/2/2016`, `Tue Aug 2 19:47:06 2016 -0400`), which are rearranged to
ISO 8601. Whether `7/5/2011` begins with the day or the month cannot be told
from the text: it is read only where an order is given, which `ingest.stage` decides per column over
the whole file.
"""

from __future__ import annotations

from ingest.sql import quote

BLANKS = "' \t\r\n\u00a0\u202f\ufeff'"  # a string literal of SQL
DAY = r"^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
NAIVE = DAY + r"([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?$"
# A half of the day (`10:00 PM`) is no offset.
OFFSET = DAY + r"[Tt ]+[0-9:.,]+ *(Z|z|[A-Z]{3,4}|[+-][0-9:]+)$"
ZERO_DAY = r"^0000[-/]00?[-/]00?"
# Digits since 1970 -> how many of them are a second: 9 to 11 digits are seconds, 12 to 14
# milliseconds, and so on. A day written as `20240105` is none of these.
COUNTED = r"-?[0-9]{9,19}([.][0-9]+)?"
TICKS = r"^/date\((-?[0-9]+)([+-][0-9]+)?\)/$"  # OData: milliseconds, and an offset in minutes
MIDNIGHT = "00:00"

_WEEKDAY = r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]*\s+"
_HALF = r"\s*([ap])?[.]?(?:m[.]?)?"
_CLOCK = r"(?:[\s,t]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)" + _HALF + r")?"
_OFFSET = r"\s*(z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?$"
_TAIL = _CLOCK + _OFFSET
_WORD = r"([a-zäéûç]{3,10})[.]?"
# Pattern -> how it is rearranged: year|month|day|clock|half of the day|offset.
_SPELLINGS = (
    (
        rf"^([0-9]{{1,2}})[-/.\s]+{_WORD}[-/.,\s]+([0-9]{{4}}|[0-9]{{2}}){_TAIL}",
        r"\3|\2|\1|\4|\5|\6",
    ),
    (rf"^([0-9]{{4}})[-/.\s]+{_WORD}[-/.\s]+([0-9]{{1,2}}){_TAIL}", r"\1|\2|\3|\4|\5|\6"),
    (rf"^{_WORD}\s+([0-9]{{1,2}}),?\s+([0-9]{{4}}){_TAIL}", r"\3|\1|\2|\4|\5|\6"),
    (
        rf"^{_WORD}\s+([0-9]{{1,2}})\s+([0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}})\s+([0-9]{{4}}){_OFFSET}",
        r"\4|\1|\2|\3||\5",
    ),
    (rf"^([0-9]{{4}})[-/]([0-9]{{1,2}})[-/]([0-9]{{1,2}}){_TAIL}", r"\1|\2|\3|\4|\5|\6"),
    (rf"^([0-9]{{1,2}})[.]([0-9]{{1,2}})[.]([0-9]{{4}}|[0-9]{{2}}){_TAIL}", r"\3|\2|\1|\4|\5|\6"),
    # ISO 8601 without hyphens, as SAP and calendars write it.
    (
        r"^((?:19|20|99)[0-9]{2})([0-9]{2})([0-9]{2})$",
        r"\1|\2|\3|||",
    ),
    (
        rf"^((?:19|20|99)[0-9]{{2}})([0-9]{{2}})([0-9]{{2}})t([0-9]{{2}})([0-9]{{2}})([0-9]{{2}}){_OFFSET}",
        r"\1|\2|\3|\4:\5:\6||\7",
    ),
)
_NUMBERS = rf"^([0-9]{{1,2}})[-/]([0-9]{{1,2}})[-/]([0-9]{{4}}|[0-9]{{2}}){_TAIL}"
_DAY_FIRST, _MONTH_FIRST = r"\3|\2|\1|\4|\5|\6", r"\3|\1|\2|\4|\5|\6"
# Beginnings of the months' names in the languages of exports; a longer one is looked for first.
_MONTHS = {
    1: ("jan", "ene", "gen"),
    2: ("feb", "fev", "fév"),
    3: ("mar", "mär", "mrt"),
    4: ("apr", "abr", "avr"),
    5: ("may", "mai", "mei", "mag", "maj"),
    6: ("jun", "juin", "giu"),
    7: ("jul", "juil", "lug"),
    8: ("aug", "ago", "aoû", "aou"),
    9: ("sep", "set"),
    10: ("oct", "okt", "out", "ott"),
    11: ("nov",),
    12: ("dec", "dez", "dic", "déc"),
}
_CENTURY = 69  # `68` is 2068 and `69` is 1969, as POSIX has it


def moment_sql(text: str, zone: str, order: str | None = None, *, spelled: bool = True) -> str:
    """Read a moment; without an offset it is in `zone`. Null where it cannot be read.

    A cast to TIMESTAMP would drop an offset without a word, and a cast to TIMESTAMPTZ would take
    the session's zone where there is none: so which of the two it is, is decided first.

    Parameters
    ----------
    zone
        IANA name of the zone.
    order
        SQL expression that is `day` or `month`, what comes first in `7/5/2011`; null or None where
        that is not known.
    spelled
        Whether other forms than ISO 8601 are read.
    """
    bare = f"trim({text}, {BLANKS})"
    others = (
        f"when {_is_counted(bare)} then {_counted(bare)} "
        f"when {_is_ticks(bare)} then {_ticks(bare)} "
        f"when {text} is not null then {_spelled_moment(bare, zone, order)} "
    )
    usual = f"try_cast({text} as timestamptz)"
    if spelled:
        usual = f"coalesce({usual}, {_spelled_moment(bare, zone, order)})"
    return (
        f"case when ends_with({text}, 'Z') and {text} < 'A' then {usual} "
        f"when regexp_matches({bare}, '{NAIVE}') then {_naive(bare, zone)} "
        f"when regexp_matches({bare}, '{OFFSET}') then {_with_offset(bare)} "
        f"{others if spelled else ''}end"
    )


def day_sql(text: str, order: str | None = None, *, spelled: bool = True) -> str:
    """Read a day as it is written: a local midnight with an offset stays that day.

    Parameters
    ----------
    order, spelled
        As for `moment_sql`.
    """
    bare = f"trim({text}, {BLANKS})"
    written = f"string_split({iso_sql(bare, order)}, ' ')[1]"
    others = (
        f"when {_is_counted(bare)} then timezone('UTC', {_counted(bare)})::date "
        f"when {_is_ticks(bare)} then {_day_of_ticks(bare)} "
        f"when {text} is not null then try_cast({written} as date) "
    )
    return (
        f"case when length({text}) = 10 and regexp_matches({text}, '{DAY}$') "
        f"then try_cast({text} as date) "
        f"when regexp_matches({bare}, '{DAY}([T ].*)?$') "
        f"then try_cast(regexp_extract({bare}, '{DAY}') as date) "
        f"{others if spelled else ''}end"
    )


def iso_sql(bare: str, order: str | None = None) -> str:
    """Rearrange a spelled date to `2016-08-02 19:47:06 -0400`; null where it is none.

    Parameters
    ----------
    bare
        SQL expression of the text, without blanks around it.
    """
    word = f"regexp_replace(lower({bare}), '{_WEEKDAY}', '')"
    cases = " ".join(
        f"when regexp_matches(w, '{pattern}') then regexp_replace(w, '{pattern}', '{parts}')"
        for pattern, parts in _SPELLINGS
    )
    numbers = f"when regexp_matches(w, '{_NUMBERS}') then {_ordered('w', order)}"
    rearranged = f"list_transform([{word}], lambda w: case {cases} {numbers} end)"
    return f"list_transform({rearranged}, lambda p: {_assembled('p')})[1]"


def is_ambiguous_sql(text: str) -> str:
    """SQL condition that a text is a date of which nothing in it says what comes first."""
    first, second = _first_two(f"lower(trim({text}, {BLANKS}))")
    return f"coalesce({first} <= 12 and {second} <= 12 and {first} <> {second}, false)"


def evidence_sql(text: str) -> str:
    """SQL for `day` or `month` where a text itself says which comes first, else null."""
    first, second = _first_two(f"lower(trim({text}, {BLANKS}))")
    return (
        f"case when {first} > 12 and {second} <= 12 then 'day' "
        f"when {second} > 12 and {first} <= 12 then 'month' end"
    )


def _first_two(bare: str) -> tuple[str, str]:
    return (
        f"try_cast(regexp_extract({bare}, '{_NUMBERS}', 1) as integer)",
        f"try_cast(regexp_extract({bare}, '{_NUMBERS}', 2) as integer)",
    )


def _ordered(bare: str, order: str | None) -> str:
    """Rearrange `7/5/2011`: by the order given, else by what cannot be a month."""
    first, second = _first_two(bare)
    given = order or "null"
    return (
        f"regexp_replace({bare}, '{_NUMBERS}', case "
        f"when {given} = 'day' or ({given} is null and {first} > 12) or {first} = {second} "
        f"then '{_DAY_FIRST}' "
        f"when {given} = 'month' or {second} > 12 then '{_MONTH_FIRST}' end)"
    )


def _assembled(parts: str) -> str:
    """Put year|month|day|clock|half|offset together."""
    part = [f"split_part({parts}, '|', {at})" for at in range(1, 7)]
    year = (
        f"case when length({part[0]}) = 4 then {part[0]} "
        f"when try_cast({part[0]} as integer) >= {_CENTURY} then '19' || {part[0]} "
        f"else '20' || {part[0]} end"
    )
    hour = f"try_cast(split_part({part[3]}, ':', 1) as integer)"
    rest = f"replace(substr({part[3]}, strpos({part[3]}, ':')), ',', '.')"
    clock = (
        f"case when {part[3]} = '' then '{MIDNIGHT}' when {part[4]} = '' then {part[3]} "
        f"when {hour} not between 1 and 12 then 'none' "
        f"else lpad(({hour} % 12 + case when {part[4]} = 'p' then 12 else 0 end)::varchar, 2, '0') "
        f"|| {rest} end"
    )
    offset = (
        f"case when {part[5]} in ('', 'z', 'utc', 'gmt') then upper({part[5]}) else {part[5]} end"
    )
    return (
        f"({year}) || '-' || ({_month(part[1])}) || '-' || {part[2]} || ' ' || "
        f"replace({clock}, ',', '.') || "
        f"case when {part[5]} = '' then '' else ' ' || ({offset}) end"
    )


def _month(word: str) -> str:
    cases = " ".join(
        f"when {' or '.join(f'starts_with({word}, {quote(begin)})' for begin in names)} then '{at}'"
        for at, names in _MONTHS.items()
    )
    return f"case when try_cast({word} as integer) is not null then {word} {cases} end"


def _spelled_moment(bare: str, zone: str, order: str | None) -> str:
    offset = r" (z|utc|gmt|[+-][0-9:]+)$"
    moment = (
        f"case when regexp_matches(lower(i), '{offset}') then {_with_offset('i')} "
        f"else {_naive('i', zone)} end"
    )
    return f"list_transform([{iso_sql(bare, order)}], lambda i: {moment})[1]"


def _naive(bare: str, zone: str) -> str:
    return f"timezone({quote(zone)}, try_cast(replace({bare}, ',', '.') as timestamp))"


def _with_offset(bare: str) -> str:
    return (
        f"try_cast(replace(regexp_replace(upper({bare}), '\\s+([+-][0-9]|Z$)', '\\1'), ',', '.') "
        "as timestamptz)"
    )


def _is_counted(bare: str) -> str:
    return f"regexp_full_match({bare}, '{COUNTED}')"


def _counted(bare: str) -> str:
    """Turn seconds, milli-, micro- or nanoseconds since 1970 into a moment, by their digits."""
    digits = f"length(ltrim(split_part({bare}, '.', 1), '-'))"
    micros = (
        f"case when {digits} <= 11 then try_cast({bare} as decimal(38, 9)) * 1000000 "
        f"when {digits} <= 14 then try_cast({bare} as decimal(38, 9)) * 1000 "
        f"when {digits} <= 17 then try_cast({bare} as decimal(38, 9)) "
        f"else try_cast(split_part({bare}, '.', 1) as bigint) // 1000 end"
    )
    return f"make_timestamptz(try_cast(trunc({micros}) as bigint))"


def _is_ticks(bare: str) -> str:
    return f"regexp_matches(lower({bare}), '{TICKS}')"


def _ticks(bare: str) -> str:
    count = f"try_cast(regexp_extract(lower({bare}), '{TICKS}', 1) as bigint)"
    return f"make_timestamptz(try_cast({count}::hugeint * 1000 as bigint))"


def _day_of_ticks(bare: str) -> str:
    """Give the day where the moment was written, by its offset in minutes."""
    offset = f"coalesce(try_cast(regexp_extract(lower({bare}), '{TICKS}', 2) as bigint), 0)"
    return f"(timezone('UTC', {_ticks(bare)}) + to_minutes({offset}))::date"
