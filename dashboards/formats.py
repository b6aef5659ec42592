"""The one place where a figure becomes text. Cards, forest, charts and tables all come here.

Whole per cents and points, hours to two significant digits, a true minus sign, a space before a
unit that no line breaks at. None is never shown as zero: it becomes an en dash. Decimal mark,
thousands mark and the order of a date are the reader's (`locales`).
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from dashboards import locales

MINUS = "\u2212"
NARROW = "\u202f"
SPACE = "\u00a0"
NONE = "\u2013"
OWN = "in "
"""How the scale of a difference begins that is no share: the unit of an own outcome follows."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")


def is_missing(value: float | None) -> bool:
    """Tell whether there is nothing to show: null or not a number."""
    return value is None or not math.isfinite(value)


def whole(value: float) -> int:
    """Round half away from zero, so that -0.5 and +0.5 read alike."""
    # The nudge absorbs binary noise: 0.145 * 100 is 14.499999999999998.
    return int(math.copysign(math.floor(abs(value) + 0.5 + 1e-9), value))


def change_percent(ratio: float) -> float:
    """Turn a ratio into a change in per cent: 0.86 is -14."""
    return (ratio - 1.0) * 100.0


def plain(value: float, digits: int = 0) -> str:
    """Write a size without a sign, with so many decimals, in the reader's marks."""
    return locales.number(abs(value), digits, locales.current())


def signed(number: float, digits: int = 0) -> str:
    """Write a number with its sign; zero has none."""
    rounded = whole(number * 10**digits) / 10**digits
    text = plain(rounded, digits)
    if rounded == 0:
        return text
    return (MINUS if rounded < 0 else "+") + text


def percent_change(ratio: float | None) -> str:
    """Write a ratio as a signed change: 0.86 is "−14 %"."""
    if ratio is None or is_missing(ratio):
        return NONE
    return f"{signed(change_percent(ratio))}{NARROW}%"


def points(difference: float | None) -> str:
    """Write a difference of shares in whole points: 0.038 is "+4 points"."""
    if difference is None or is_missing(difference):
        return NONE
    number = signed(difference * 100)
    return f"{number}{SPACE}{'point' if number.strip('+' + MINUS) == '1' else 'points'}"


def share(value: float | None) -> str:
    """Write a share from 0 to 1 in whole per cents: 0.914 is "91 %"."""
    if value is None or is_missing(value):
        return NONE
    return f"{whole(value * 100)}{NARROW}%"


def significant(value: float | None, digits: int = 2) -> str:
    """Write a number with that many significant digits: 31.44 is "31", 4.235 is "4.2"."""
    if value is None or is_missing(value):
        return NONE
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    scale = 10.0 ** (digits - 1 - exponent)
    rounded = math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return (MINUS if rounded < 0 else "") + plain(rounded, decimals)


def hours(value: float | None) -> str:
    """Write hours to two significant digits: 31.44 is "31 h"."""
    if value is None or is_missing(value):
        return NONE
    return f"{significant(value)}{NARROW}h"


def decimal(value: float | None, digits: int = 2) -> str:
    """Write a plain number with a true minus sign."""
    if value is None or is_missing(value):
        return NONE
    text = plain(value, digits)
    return MINUS + text if value < 0 and text != plain(0, digits) else text


def count(value: int | None) -> str:
    """Write a count of people with thousands separated."""
    return NONE if value is None else plain(value)


def probability(value: float | None) -> str:
    """Write a p-value: three decimals, never zero."""
    if value is None or is_missing(value):
        return NONE
    return f"< {plain(0.001, 3)}" if value < 0.001 else plain(value, 3)


def day(value: date | str | None) -> str:
    """Write a day: 2026-11-22 is "22 November 2026", or "November 22, 2026" in the US."""
    if value is None:
        return NONE
    moment = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return locales.day(moment, locales.current())


def month(value: date | None) -> str:
    """Write a month: 2027-03-14 is "March 2027"."""
    return NONE if value is None else locales.month(value, locales.current())


def moment(value: str | None) -> str:
    """Write a point in time from ISO text: "22 November 2026, 14:05 UTC"."""
    if not value:
        return NONE
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return NONE
    zone = when.strftime("%Z") or "UTC"
    return f"{day(when.date())}, {when:%H:%M} {zone}"


def effect(value: float | None, scale: str) -> str:
    """Write an effect on its own scale, signed."""
    if scale.startswith(OWN):
        return NONE if is_missing(value) else f"{effect_number(value, scale)}{unit_of(scale)}"
    if scale == "difference":
        return points(value)
    if scale == "months":
        return NONE if value is None or is_missing(value) else f"{signed(value, 1)}{SPACE}months"
    return percent_change(value)


def effect_number(value: float | None, scale: str) -> str:
    """Write an effect without its unit, for the bounds of an interval."""
    if value is None or is_missing(value):
        return NONE
    if scale.startswith(OWN):
        return ("+" if value > 0 else "") + significant(value)
    if scale == "difference":
        return signed(value * 100)
    return signed(value, 1) if scale == "months" else signed(change_percent(value))


def interval(low: float | None, high: float | None, scale: str) -> str:
    """Write an interval on its own scale: "−20 to −9 %"."""
    if low is None or high is None or is_missing(low) or is_missing(high):
        return NONE
    return f"{effect_number(low, scale)} to {effect_number(high, scale)}{unit_of(scale)}"


def unit_of(scale: str) -> str:
    """Return the unit of an effect with the space before it."""
    if scale.startswith(OWN):
        return f"{SPACE}{scale.removeprefix(OWN)}"
    words = {"difference": f"{SPACE}points", "months": f"{SPACE}months"}
    return words.get(scale, f"{NARROW}%")


def level(value: float | None, unit: str | None) -> str:
    """Write an outcome's level in an arm, in the outcome's own unit."""
    if unit == "hours":
        return hours(value)
    if unit == "share":
        return share(value)
    return decimal(value, 2)


def tidy(text: str) -> str:
    """Fit a sentence of the snapshot to the page: its numbers in the reader's marks, a number and
    its per cent sign never apart.
    """
    text = text.replace(" %", f"{NARROW}%")
    decimal_mark, thousands_mark = locales.marks(locales.current())
    if (decimal_mark, thousands_mark) == (".", ","):
        return text
    text = _THOUSANDS.sub("\0", text)
    return _DECIMAL.sub(decimal_mark, text).replace("\0", thousands_mark)


def first_sentence(text: str) -> str:
    """Return a text up to its first full stop."""
    return tidy(text.partition(". ")[0].rstrip(".") + ".") if text else ""


def words_of(names: list[str]) -> str:
    """Join names as in a sentence: "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
