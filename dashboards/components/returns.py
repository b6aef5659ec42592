"""What the programme cost and what the estimates allow it to have kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards import formats
from dashboards.components.health import label
from dashboards.rows import Definition, ReturnRow

SECTIONS = (
    ("What it took", ("mentees_started", "mentor_hours", "mentee_hours", "programme_cost"), False),
    ("What it may have kept", ("leavers_avoided", "value_of_staying", "net_return"), True),
    ("Shown, never priced", ("waiting_hours",), True),
    (
        "Prices, from the settings",
        ("price_mentor_hour", "price_mentee_hour", "price_leaver"),
        False,
    ),
)
"""Title, measures in reading order, and whether they are estimates with an interval."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure with its interval, or why there is none."""

    key: str
    label: str
    definition: str
    value: str
    interval: str
    note: str


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together; those of the last twelve months are counts, not estimates."""

    title: str
    lines: tuple[Line, ...]
    is_estimated: bool


def headline(rows: Sequence[ReturnRow]) -> str:
    """Return the page's one sentence; an interval, never a single return."""
    known = {row.measure: row for row in rows}
    net, cost = known.get("net_return"), known.get("programme_cost")
    if net and net.ci_low is not None and net.ci_high is not None:
        low, high = written(net.ci_low, net.unit), written(net.ci_high, net.unit)
        word = "a gain" if net.ci_low > 0 else "a loss" if net.ci_high < 0 else "a loss or a gain"
        return f"The estimates allow {word}: between {low} and {high}."
    if cost and cost.estimate is not None:
        cost_text = written(cost.estimate, cost.unit)
        return f"The last twelve months took {cost_text}; a return cannot be told."
    return "What the programme took in hours; no return can be told."


def sections(rows: Sequence[ReturnRow], definitions: Mapping[str, Definition]) -> list[Section]:
    """Return the figures in reading order, those that the snapshot holds."""
    known = {row.measure: row for row in rows}
    found = []
    for title, measures, is_estimated in SECTIONS:
        lines = tuple(_line(known[name], definitions) for name in measures if name in known)
        if lines:
            found.append(Section(title, lines, is_estimated))
    return found


def written(value: float | None, unit: str) -> str:
    """Write hours, people or money, with a true minus sign."""
    if value is None:
        return formats.NONE
    digits = 1 if unit == "people" and abs(value) < 10 else 0
    number = formats.decimal(value, digits)
    if unit == "money":
        return number
    return f"{number}{formats.SPACE}{'h' if unit == 'hours' else unit}"


def _line(row: ReturnRow, definitions: Mapping[str, Definition]) -> Line:
    known = definitions.get(row.measure)
    interval = ""
    if row.ci_low is not None and row.ci_high is not None:
        interval = f"{written(row.ci_low, row.unit)} to {written(row.ci_high, row.unit)}"
    is_price = row.measure.startswith("price_")
    note = "not set" if is_price and row.estimate is None else row.sentence or ""
    return Line(
        key=row.measure,
        label=label(row.measure, definitions),
        definition=known.definition if known else "",
        value=written(row.estimate, row.unit),
        interval=interval,
        note=note,
    )
