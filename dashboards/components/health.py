"""How the programme runs: its measures as lines of a table, with target, trend and definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboards import formats
from dashboards.rows import Definition, HealthRow

TREND_MONTHS = 24
#: A value that is older than this many months is shown with its month, and judged no more.
JUDGED_MONTHS = 3
STATUSES = {
    "on_target": ("better", "check", "On target"),
    "needs_action": ("caution", "warning", "Needs action"),
    "no_target": ("neutral", "empty", "No target set"),
    "for_everyone": ("neutral", "empty", "Target for everyone only"),
    "not_known": ("neutral", "hourglass", "Not known yet"),
    "too_old": ("neutral", "hourglass", "Too old to judge"),
    "suppressed": ("neutral", "lock", "Withheld"),
}
JUDGED = ("on_target", "needs_action")
AT_LEAST, AT_MOST = "at least", "at most"


@dataclass(frozen=True, slots=True)
class Badge:
    """A status in a colour, a sign and a word."""

    tone: str
    icon: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One measure as the table shows it.

    Attributes
    ----------
    note : the month, where it is not the page's.
    everyone : the same of everyone in the same month and unit, beside a group; empty where the page
        is of everyone, or that month was not told.
    trend : points of a polyline in a box of 100 by 24; empty where there is no line to draw.
    """

    key: str
    label: str
    definition: str
    now: str
    note: str
    target: str
    badge: Badge
    change: str
    trend: str
    people: str
    everyone: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Measures that belong together."""

    title: str
    lines: tuple[Line, ...]


def written(value: float | None, unit: str) -> str:
    """Write a measure in its own unit."""
    if value is None:
        return formats.NONE
    if unit == "share":
        return formats.share(value)
    if unit.startswith("of "):
        return f"{formats.decimal(value, 1)}{formats.SPACE}{unit}"
    if unit in ("pairs", "days"):
        return f"{formats.count(round(value))}{formats.SPACE}{unit}"
    if unit == "hours":
        return formats.hours(value)
    return formats.decimal(value, 1)


def latest(rows: Sequence[HealthRow]) -> dict[str, HealthRow]:
    """Return each measure's last month; the last one with a value, if that is of the last year.

    Disclosure control leaves months out of measures over a year: what they added is too little.
    """
    found: dict[str, HealthRow] = {}
    for row in sorted(rows, key=lambda row: row.month):
        known = found.get(row.measure)
        is_held = known is not None and known.value is not None and row.value is None
        if known is None or not is_held or is_old(known.month, row.month):
            found[row.measure] = row
    return found


def is_old(month: date, now: date) -> bool:
    """Say whether a month is of another year than the one that ends now."""
    return _months_between(month, now) >= 12


def _months_between(month: date, now: date) -> int:
    return (now.year - month.year) * 12 + now.month - month.month


def status_of(row: HealthRow, shown: date) -> str:
    """Return a row's status as of the page's month: the verdict of a value too old is none."""
    status = row.status or ""
    is_old_verdict = status in JUDGED and _months_between(row.month, shown) > JUDGED_MONTHS
    return "too_old" if is_old_verdict else status


def newest_month(rows: Sequence[HealthRow]) -> date:
    """Return the page's month: the newest of all, whether or not anything is told of it."""
    return max((row.month for row in rows), default=date.min)


def sections(
    rows: Sequence[HealthRow],
    definitions: Mapping[str, Definition],
    groups: Sequence[tuple[str, Sequence[str]]],
    everyone: Sequence[HealthRow] = (),
) -> list[Section]:
    """Return the measures of one group of people in the page's sections, those that exist.

    Parameters
    ----------
    everyone : the rows that stand beside those of a group.
    """
    now = latest(rows)
    shown = newest_month(rows)
    found = []
    for title, measures in groups:
        lines = tuple(
            _line(
                now[measure],
                [row for row in rows if row.measure == measure],
                definitions,
                shown,
                [row for row in everyone if row.measure == measure],
            )
            for measure in measures
            if measure in now
        )
        if lines:
            found.append(Section(title, lines))
    return found


def missed(rows: Sequence[HealthRow], measures: Sequence[str]) -> tuple[list[str], int]:
    """Return the measures that miss their target, and how many have one that can be judged now."""
    shown = newest_month(rows)
    now = [row for row in latest(rows).values() if row.measure in measures]
    judged = [row for row in now if status_of(row, shown) in JUDGED]
    late = {row.measure for row in judged if row.status == "needs_action"}
    return [measure for measure in measures if measure in late], len(judged)


def headline(
    rows: Sequence[HealthRow], measures: Sequence[str], definitions: Mapping[str, Definition]
) -> tuple[str, str]:
    """Return the page's one sentence, and what needs action."""
    late, judged = missed(rows, measures)
    if not rows:
        return "Nothing is known of the programme.", "The snapshot holds no month of mentoring."
    if not judged:
        text = "Set targets in the settings, under programme_targets, and this page judges them."
        return "No measure has a target that can be judged.", text
    if not late:
        text = "Nothing here needs action by its target."
        return f"All {judged} targets are met." if judged > 1 else "The one target is met.", text
    names = [label(measure, definitions) for measure in late]
    verb = "needs" if len(late) == 1 else "need"
    count = f"{len(late)} of {judged} measures" if judged > 1 else "The one measure"
    return f"{count} with a target {verb} action.", (
        f"Short of target: {formats.words_of([name.lower() for name in names])}."
    )


def label(measure: str, definitions: Mapping[str, Definition]) -> str:
    """Return a measure's name for people."""
    known = definitions.get(measure)
    return known.label if known else measure.replace("_", " ").capitalize()


def _line(
    row: HealthRow,
    history: Sequence[HealthRow],
    definitions: Mapping[str, Definition],
    shown: date,
    everyone: Sequence[HealthRow],
) -> Line:
    known = definitions.get(row.measure)
    status = status_of(row, shown)
    if status == "no_target" and any(other.target is not None for other in everyone):
        status = "for_everyone"
    place = row.month, row.unit
    beside = next((other for other in everyone if (other.month, other.unit) == place), None)
    tone, icon, text = STATUSES.get(status, STATUSES["not_known"])
    return Line(
        key=row.measure,
        label=label(row.measure, definitions),
        definition=known.definition if known else "",
        now=written(row.value, row.unit),
        note="" if row.month == shown else formats.month(row.month),
        target=_target(row, known),
        badge=Badge(tone, icon, text),
        change=_change(row, history),
        trend=_trend([other for other in history if other.unit == row.unit]),
        people=formats.count(row.n),
        everyone="" if beside is None else written(beside.value, beside.unit),
    )


def _target(row: HealthRow, definition: Definition | None) -> str:
    if row.target is None:
        return formats.NONE
    bound = AT_MOST if definition and definition.direction == "lower" else AT_LEAST
    return f"{bound} {written(row.target, row.unit)}"


def _change(row: HealthRow, history: Sequence[HealthRow]) -> str:
    """Write how much the measure moved in a year, in its own unit."""
    year_ago = row.month.replace(year=row.month.year - 1)
    before = next((other for other in history if other.month == year_ago), None)
    if before is None or before.value is None or row.value is None or before.unit != row.unit:
        return formats.NONE
    difference = row.value - before.value
    if row.unit == "share":
        return formats.points(difference)
    return formats.signed(difference, 0 if row.unit in ("pairs", "days", "hours") else 1)


def _trend(history: Sequence[HealthRow]) -> str:
    """Return a polyline through the months that are shown; a gap is bridged."""
    recent = sorted(history, key=lambda row: row.month)[-TREND_MONTHS:]
    points = [(place, row.value) for place, row in enumerate(recent) if row.value is not None]
    if len(points) < 3:
        return ""
    values = [value for _, value in points]
    low, span = min(values), max(values) - min(values)
    width = max(1, len(recent) - 1)
    return " ".join(
        f"{100 * place / width:.1f},{21 - 18 * ((value - low) / span if span else 0.5):.1f}"
        for place, value in points
    )
