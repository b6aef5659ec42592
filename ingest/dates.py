"""Terms, months and years that stand for their first day, rewritten as ISO text."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.sql import quote

MONTHS = (
    ("jan", "january"),
    ("feb", "february"),
    ("mar", "march"),
    ("apr", "april"),
    ("may", "may"),
    ("jun", "june"),
    ("jul", "july"),
    ("aug", "august"),
    ("sep", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
)
# First day of a season, month and day. Winter begins in one year and ends in the next: whoever
# uses it says in the settings which day is meant.
SEASONS = {"spring": "03-01", "summer": "06-01", "fall": "09-01", "autumn": "09-01"}
ANY_MONTH = "|".join(one for names in MONTHS for one in names)
NUMBERED = "(?:term [1-4] |0[1-9] )?"  # before the months of a term
YEAR = "((?:19|20)[0-9]{2})"


def term_sql(text: str, terms: Mapping[str, str]) -> str:
    """Rewrite a term, a month or a year as its first day; anything else stays as it is.

    Parameters
    ----------
    terms
        Declared terms: name -> day (`2024-03-01`), or name of a season -> month and day (`03-01`).
    """
    word = _word(text)
    cases = [
        f"when {word} = {quote(_folded(name))} then {quote(day)}" for name, day in _named(terms)
    ]
    for pattern, first in _periods(terms):
        for whole in (f"^{pattern}[ ]{YEAR}$", f"^{YEAR}[ ]{pattern}$"):
            year = f"regexp_extract({word}, '{YEAR}')"
            cases.append(f"when regexp_full_match({word}, '{whole}') then {year} || '-{first}'")
    cases.append(f"when regexp_full_match({word}, '{YEAR}') then {word} || '-01-01'")
    month = f"regexp_full_match({word}, '{YEAR} (0[1-9]|1[0-2])')"
    cases.append(f"when {month} then replace({word}, ' ', '-') || '-01'")
    return f"case {' '.join(cases)} else {text} end"


def precision_sql(text: str, terms: Mapping[str, str]) -> str:
    """Say how exact a date is that may be a term: day, month, quarter, half_year, term or year."""
    word = _word(text)
    of_year = f"(?:[ ]{YEAR})?"
    before = f"^(?:{YEAR}[ ])?"
    months = ANY_MONTH
    declared = [f"{word} = {quote(_folded(name))}" for name, _ in _named(terms)]
    seasons = "|".join(_seasons(terms))
    cases = [f"when {' or '.join(declared)} then 'term'"] if declared else []
    cases += [
        f"when regexp_full_match({word}, '{YEAR}') then 'year'",
        f"when regexp_full_match({word}, '{before}(h[12]|half [12]){of_year}$') then 'half_year'",
        f"when regexp_full_match({word}, '{before}q[1-4]{of_year}$') then 'quarter'",
        f"when regexp_full_match({word}, '{before}({seasons}){of_year}$') then 'term'",
        f"when regexp_full_match({word}, '{before}{NUMBERED}\\(?(?:{months}) (?:{months})\\)?"
        f"{of_year}$') then 'term'",
        f"when regexp_full_match({word}, '{YEAR} (0[1-9]|1[0-2])') then 'month'",
        f"when regexp_full_match({word}, '{before}({months}){of_year}$') then 'month'",
    ]
    return f"case when {text} is null then null {' '.join(cases)} else 'day' end"


def _periods(terms: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give patterns of parts of a year, and the month and day each begins on."""
    halves = [("(?:h1|half 1)", "01-01"), ("(?:h2|half 2)", "07-01")]
    quarters = [(f"q{number}", f"{3 * number - 2:02d}-01") for number in range(1, 5)]
    months = [
        (f"(?:{'|'.join(names)})", f"{number:02d}-01") for number, names in enumerate(MONTHS, 1)
    ]
    # `2024 Term 1 (Mar - May)`, `2024/01-Mar-May`
    ranges = [
        (rf"{NUMBERED}\(?(?:{'|'.join(names)}) (?:{ANY_MONTH})\)?", f"{number:02d}-01")
        for number, names in enumerate(MONTHS, 1)
    ]
    return [*halves, *quarters, *_seasons(terms).items(), *months, *ranges]


def _seasons(terms: Mapping[str, str]) -> dict[str, str]:
    declared = {_folded(name): day for name, day in terms.items() if len(day) == len("03-01")}
    return {**SEASONS, **declared}


def _named(terms: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, day) for name, day in terms.items() if len(day) > len("03-01")]


def _word(text: str) -> str:
    """SQL for a text as terms are compared: lower case, single blanks for blanks, `-`, `_`, `/`."""
    return rf"trim(regexp_replace(lower({text}), '[\s/_,-]+', ' ', 'g'))"


def _folded(name: str) -> str:
    for mark in "/_,-":
        name = name.replace(mark, " ")
    return " ".join(name.lower().split())
