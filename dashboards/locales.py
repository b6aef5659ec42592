"""How a reader's part of the world writes numbers and dates.

The words of the pages are English, so months are too; the order of a date, the decimal mark and
the thousands mark follow the reader: the languages a browser asks for, or the setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import cast

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import NumberPattern, get_decimal_symbol, get_group_symbol, parse_pattern

AUTO = "auto"
DEFAULT = Locale.parse("en_001")  # English as the world writes it: 30 June 2026
_IN_USE: ContextVar[Locale] = ContextVar("locale", default=DEFAULT)
_LONGEST_HEADER = 200
_MOST_RANGES = 10


def current() -> Locale:
    """Return the locale of the request that is being answered; English outside of one."""
    return _IN_USE.get()


def use(locale: Locale) -> None:
    """Write numbers and dates of this request (or thread) as this locale does."""
    _IN_USE.set(locale)


@lru_cache(256)
def negotiate(setting: str, accepted: str) -> Locale:
    """Return the locale to answer in.

    Parameters
    ----------
    setting : a locale such as `en-GB`, or `auto` for what the browser asks for.
    accepted : the `Accept-Language` header; may be empty or nonsense.
    """
    if setting != AUTO:
        return parse(setting) or DEFAULT
    return next((found for tag in _ranked(accepted) if (found := parse(tag))), DEFAULT)


def _ranked(accepted: str) -> list[str]:
    """Languages of an `Accept-Language` header, the most wanted first."""
    ranges = []
    for part in accepted[:_LONGEST_HEADER].split(",")[:_MOST_RANGES]:
        tag, _, weight = part.partition(";q=")
        try:
            ranges.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(ranges, key=lambda entry: entry[0]) if weight < 0]


@lru_cache(256)
def parse(tag: str) -> Locale | None:
    """Return the locale of a tag such as `de-CH`; None where there is no such one."""
    try:
        found = Locale.parse(tag, sep="-" if "-" in tag else "_")
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    # Plain English says no country: a date is then written as most of the world does.
    return DEFAULT if (found.language, found.territory) == ("en", None) else found


@lru_cache(64)
def _english(locale: Locale) -> Locale:
    """Return English as that part of the world writes it: the order of a date is theirs."""
    territory = locale.territory
    if territory is None:
        likely = cast("Mapping[str, str]", get_global("likely_subtags"))
        territory = likely.get(locale.language, "").rpartition("_")[2]
    return parse(f"en_{territory}") or DEFAULT


@lru_cache(256)
def _pattern(digits: int, locale: Locale) -> NumberPattern:
    made = parse_pattern(locale.decimal_formats[None].pattern)
    made.frac_prec = (digits, digits)
    return made


@lru_cache(8192)
def number(value: float, digits: int, locale: Locale) -> str:
    """Write a number of zero or more with so many decimals: 1234.5 is "1,234.5" or "1.234,5"."""
    return str(_pattern(digits, locale).apply(Decimal(f"{value:.{digits}f}"), locale))


@lru_cache(4096)
def day(value: date, locale: Locale) -> str:
    """Write a day: "30 June 2026", or "June 30, 2026" where that is how it is written."""
    return str(format_date(value, "long", _english(locale)))


@lru_cache(1024)
def month(value: date, locale: Locale) -> str:
    """Write a month: "March 2027"."""
    return str(format_date(value, "MMMM yyyy", _english(locale)))


@lru_cache(64)
def marks(locale: Locale) -> tuple[str, str]:
    """Return the decimal mark and the thousands mark."""
    return str(get_decimal_symbol(locale)), str(get_group_symbol(locale))
