"""Who comes to mentoring and who is put forward: rates and ratios of one kind of group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards import formats
from dashboards.components.health import label
from dashboards.components.strip import Strip
from dashboards.rows import AccessRow, Definition
from dashboards.selection import dimension_label

#: Measure -> its entry in the dictionary.
MEASURES: Mapping[str, str] = {
    "participation": "starts_of_mentoring",
    "sponsored_opportunities": "sponsored_opportunities",
    "opportunities": "opportunities",
    "sponsored_design_doc": "sponsored_design_doc",
    "sponsored_incident_lead": "sponsored_incident_lead",
    "sponsored_demo": "sponsored_demo",
    "sponsored_project_lead": "sponsored_project_lead",
    "sponsored_talk": "sponsored_talk",
    "sponsored_other": "sponsored_other",
}
VERBS = {
    "participation": ("start mentoring", "starts mentoring"),
    "sponsored_opportunities": ("are put forward", "is put forward"),
}
_LIMITS = (2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Line:
    """One group: where its ratio stands on the axis, and in words."""

    group: str
    strip: Strip
    is_apart: bool
    ratio: str
    interval: str
    rate: str
    people: str
    is_withheld: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One measure over the groups of a dimension, on an axis of ratios.

    Most groups of a crossing are small: those that are withheld are named in one line.
    """

    key: str
    title: str
    definition: str
    ticks: tuple[str, ...]
    lines: tuple[Line, ...]
    withheld: str


def dimensions(rows: Sequence[AccessRow]) -> list[str]:
    """Return what groups are formed by: reporting groups first, then the standard ones."""
    standard = ("organisation", "level", "job_family", "location")
    known = list(dict.fromkeys(row.group_dimension for row in rows))
    return sorted(known, key=lambda name: (name in standard, " × " in name, known.index(name)))


def name_of(dimension: str) -> str:
    """Return a dimension's name for people; a crossing has two."""
    return " × ".join(dimension_label(part) for part in dimension.split(" × "))


def headline(rows: Sequence[AccessRow], dimension: str, measure: str) -> str:
    """Say in a sentence which groups clearly differ from everybody else in a measure."""
    shown = [
        row
        for row in rows
        if row.group_dimension == dimension and row.measure == measure and row.rate is not None
    ]
    name, (many, one) = name_of(dimension), VERBS[measure]
    if not shown:
        return f"By {name.lower()}: nothing can be shown of who {one}."
    more = [row.group for row in shown if (row.ci_low or 0) > 1]
    less = [row.group for row in shown if row.ci_high is not None and row.ci_high < 1]
    parts = [
        f"{formats.words_of(groups)} {many if len(groups) > 1 else one} {how} often"
        for groups, how in ((more, "more"), (less, "less"))
        if groups
    ]
    if not parts:
        return f"By {name.lower()}: no group clearly {one} more or less often."
    return f"By {name.lower()}: {', '.join(parts)} than everybody else."


def blocks(
    rows: Sequence[AccessRow], dimension: str, definitions: Mapping[str, Definition]
) -> list[Block]:
    """Return the measures of one dimension that the snapshot holds, each on its own axis."""
    found = []
    for measure, metric in MEASURES.items():
        mine = [row for row in rows if row.group_dimension == dimension and row.measure == measure]
        if mine:
            is_crossing = " × " in dimension
            shown = [row for row in mine if row.rate is not None or not is_crossing]
            hidden = [row.group for row in mine if row not in shown]
            limit = _limit(mine)
            known = definitions.get(metric)
            found.append(
                Block(
                    key=measure,
                    title=label(metric, definitions),
                    definition=known.definition if known else "",
                    ticks=(f"÷{formats.NARROW}{limit}", "1", f"×{formats.NARROW}{limit}"),
                    lines=tuple(_line(row, limit) for row in shown),
                    withheld=", ".join(hidden),
                )
            )
    return found


def _limit(rows: Sequence[AccessRow]) -> int:
    ends = [abs(math.log(end)) for row in rows for end in (row.ci_low, row.ci_high) if end]
    needed = math.exp(max(ends, default=0.0))
    return next((limit for limit in _LIMITS if limit >= needed), _LIMITS[-1])


def _line(row: AccessRow, limit: int) -> Line:
    is_apart = (row.ci_low or 0) > 1 or (row.ci_high is not None and row.ci_high < 1)
    interval = ""
    if row.ci_low is not None and row.ci_high is not None:
        interval = f"{formats.decimal(row.ci_low)} to {formats.decimal(row.ci_high)}"
    return Line(
        group=row.group,
        strip=_strip(row, limit),
        is_apart=is_apart,
        ratio=formats.decimal(row.rate_ratio),
        interval=interval,
        rate=formats.NONE if row.rate is None else formats.count(round(row.rate * 100)),
        people=formats.count(row.n),
        is_withheld=row.rate is None,
    )


def _strip(row: AccessRow, limit: int) -> Strip:
    """Place a ratio on an axis of logarithms: half as often is as far from 1 as twice."""
    low, high = row.ci_low, row.ci_high
    return Strip(
        dot=_place(row.rate_ratio, limit),
        start=_place(low, limit) if high is not None else None,
        end=_place(high, limit) if low is not None else None,
        clipped_start=low is not None and low < 1 / limit,
        clipped_end=high is not None and high > limit,
    )


def _place(ratio: float | None, limit: int) -> float | None:
    if ratio is None:
        return None
    share = math.log(max(ratio, 1e-9)) / math.log(limit)
    return round(50 + 50 * min(1.0, max(-1.0, share)), 2)
