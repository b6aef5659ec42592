"""A measure of the programme month by month, with its target and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboards import formats
from dashboards.components.health import written
from dashboards.figures.template import axis, layout, nice_ticks
from dashboards.palette import light
from dashboards.rows import HealthRow, KnownEvent

KINDS = {
    "layoff": "Layoffs",
    "reorganisation": "Reorganisation",
    "tool_rollout": "New tool",
    "freeze": "Freeze",
    "other": "Other event",
}

#: What adds up over groups: everyone's would dwarf a group's.
ADDS_UP = ("pairs", "hours")
#: The long one is short on a chart; the list of events beside it has it in full.
SHORT = KINDS | {"reorganisation": "Reorg"}
#: Names of events stand upright above the line, not on it: pixels a letter, and of a small chart.
_LETTER, _LOWEST_CHART = 7.0, 225.0


def place(day: date) -> float:
    """Return where a day stands on an axis of months."""
    return day.year * 12 + day.month - 1 + (day.day - 1) / 31


def figure(
    rows: Sequence[HealthRow],
    events: Sequence[KnownEvent],
    everyone: Sequence[HealthRow] = (),
) -> dict[str, Any] | None:
    """Draw one measure of one group.

    Parameters
    ----------
    rows : months of one measure in one unit; withheld ones leave a gap.
    events : marked where they fall into the months shown.
    everyone : the same measure of everyone, drawn thin beside a group's; not where it adds up.

    Returns
    -------
    The figure, or None where no month has a figure.
    """
    shown = sorted(rows, key=lambda row: row.month)
    known = [row for row in shown if row.value is not None]
    if not known:
        return None
    target, unit = known[-1].target, known[-1].unit
    # Scores on two scales do not compare: the line is on the last one.
    shown = [row for row in shown if row.unit == unit]
    known = [row for row in known if row.unit == unit]
    beside = _beside(everyone, unit, shown)
    heights = [row.value or 0.0 for row in (*known, *beside)]
    heights += [] if target is None else [target]
    ticks = nice_ticks(0.0, max(heights), 5)
    colour = light("mentored")
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [place(row.month) for row in shown],
        "y": [row.value for row in shown],
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour, "size": 5},
        "text": [_hover(row) for row in shown],
        "hovertemplate": "%{text}<extra></extra>",
    }
    first, last = place(shown[0].month) - 0.6, place(shown[-1].month) + 0.6
    marked = [event for event in events if first <= place(event.starts_on) <= last]
    return {
        "data": [*_of_everyone(beside), line],
        "layout": layout(
            xaxis=_months(shown, first, last),
            yaxis=axis(
                range=[0, ticks[-1] * _room(marked)],
                tickvals=ticks,
                ticktext=[_tick(value, unit, ticks[-1]) for value in ticks],
            ),
            shapes=[*_target_line(target), *(_mark(event, last) for event in marked)],
            annotations=_words(marked, target, unit),
        ),
    }


def _beside(
    everyone: Sequence[HealthRow], unit: str, shown: Sequence[HealthRow]
) -> list[HealthRow]:
    """Everyone's months within those shown, where they compare with a group's."""
    if unit in ADDS_UP:
        return []
    first, last = shown[0].month, shown[-1].month
    fitting = [row for row in everyone if row.unit == unit and first <= row.month <= last]
    return sorted((row for row in fitting if row.value is not None), key=lambda row: row.month)


def _of_everyone(rows: Sequence[HealthRow]) -> list[dict[str, Any]]:
    if not rows:
        return []
    words = [f"Everyone  {written(row.value, row.unit)}" for row in rows]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [place(row.month) for row in rows],
            "y": [row.value for row in rows],
            "line": {"color": light("baseline"), "width": 1.5},
            "text": words,
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def _hover(row: HealthRow) -> str:
    text = f"<b>{formats.month(row.month)}</b>  {written(row.value, row.unit)}"
    return text + (f"<br>n {formats.count(row.n)}" if row.n is not None else "")


def _tick(value: float, unit: str, highest: float) -> str:
    if unit == "share":
        return formats.share(value)
    return formats.decimal(value, 1 if highest < 5 else 0)


def _months(rows: Sequence[HealthRow], first: float, last: float) -> dict[str, Any]:
    step = 6 if len(rows) > 15 else 3 if len(rows) > 6 else 1
    marks = [row.month for row in rows if (row.month.month - 1) % step == 0]
    return axis(
        range=[first, last],
        tickvals=[place(month) for month in marks],
        ticktext=[f"{formats.month(month)[:3]} {month.year % 100:02d}" for month in marks],
        showgrid=False,
        tickangle=0,
    )


def _target_line(target: float | None) -> list[dict[str, Any]]:
    if target is None:
        return []
    stroke = {"width": 1.5, "dash": "dash", "color": light("baseline")}
    return [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target,
         "line": stroke, "layer": "below"}
    ]  # fmt: skip


def _mark(event: KnownEvent, last: float) -> dict[str, Any]:
    """A line for a day, a band for a stretch of days."""
    start = place(event.starts_on)
    common = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "x0": start}
    if event.ends_on is None:
        stroke = {"width": 1.2, "dash": "dot", "color": light("chart-zero")}
        return common | {"type": "line", "x1": start, "line": stroke}
    end = min(last, max(place(event.ends_on), start + 0.1))
    fill = light("chart-before")
    return common | {"type": "rect", "x1": end, "line": {"width": 0}, "fillcolor": fill}


def _word(kind: str) -> str:
    return SHORT.get(kind, SHORT["other"])


def _room(events: Sequence[KnownEvent]) -> float:
    """How far above the highest tick the axis goes, so that names stand above all points."""
    letters = max((len(_word(event.kind)) for event in events), default=0)
    return 1 / (1 - (letters + 1) * _LETTER / _LOWEST_CHART) if letters else 1.04


def _words(events: Sequence[KnownEvent], target: float | None, unit: str) -> list[dict[str, Any]]:
    common = {"showarrow": False, "font": {"size": 11.5}}
    days = sorted({(event.starts_on, event.kind) for event in events})
    found = [
        common
        | {"x": place(day), "yref": "paper", "y": 0.98, "xanchor": "right", "yanchor": "top",
           "textangle": -90, "text": _word(kind)}
        for day, kind in days
    ]  # fmt: skip
    if target is not None:
        found.append(
            common
            | {"xref": "paper", "x": 1, "y": target, "xanchor": "right", "yanchor": "bottom",
               "text": f"target {written(target, unit)}"}
        )  # fmt: skip
    return found
