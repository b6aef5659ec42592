"""Who stays, and who is promoted, month by month in each arm.

Months between which too little happened to be shown are missing: points mark the months that were
published, straight lines join them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards import formats
from dashboards.figures.template import axis, band, layout, nice_ticks, percent_ticks
from dashboards.palette import light
from dashboards.rows import CurvePoint

LABEL_GAP = 0.075


@dataclass(frozen=True, slots=True)
class ArmStyle:
    """How an arm is drawn and called; the dash tells it apart without colour."""

    name: str
    short: str
    token: str
    dash: str
    has_band: bool


ARMS: dict[str, ArmStyle] = {
    "mentored": ArmStyle("Mentored", "Mentored", "mentored", "solid", has_band=True),
    "comparison": ArmStyle("Matched peers", "Matched", "matched", "6px,3px", has_band=True),
    "baseline": ArmStyle("Never mentored", "Never", "baseline", "2px,3px", has_band=False),
}


def by_arm(points: Sequence[CurvePoint]) -> dict[str, list[CurvePoint]]:
    """Return each known arm's points that have a figure, by month."""
    found = {
        arm: sorted(
            (point for point in points if point.arm == arm and point.value is not None),
            key=lambda point: point.month,
        )
        for arm in ARMS
    }
    return {arm: rows for arm, rows in found.items() if rows}


def figure(points: Sequence[CurvePoint], horizon: int) -> dict[str, Any] | None:
    """Draw the arms as steps with their intervals.

    Parameters
    ----------
    points : shares by arm and month; withheld months are left out, and with them the limits.
    horizon : month at which the verdict is taken; marked with a line.

    Returns
    -------
    The figure, or None where no arm has a figure after the start.
    """
    arms = by_arm(points)
    if not any(row.month > 0 for rows in arms.values() for row in rows):
        return None
    traces: list[dict[str, Any]] = []
    for arm, rows in arms.items():
        traces += _traces(ARMS[arm], rows)
    return {"data": traces, "layout": _layout(arms, horizon)}


def _traces(style: ArmStyle, rows: Sequence[CurvePoint]) -> list[dict[str, Any]]:
    months = [row.month for row in rows]
    colour = light(style.token)
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": months,
        "y": [_percent(row.value) for row in rows],
        "line": {"color": colour, "width": 2.5, "dash": style.dash},
        "marker": {"color": colour, "size": 5},
        "text": [_hover(style, row) for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
        "name": style.name,
    }
    if not style.has_band or any(row.ci_low is None for row in rows):
        return [line]
    lows = [_percent(row.ci_low) for row in rows]
    highs = [_percent(row.ci_high) for row in rows]
    return [*band(months, lows, highs, colour), line]


def _percent(value: float | None) -> float:
    return (value or 0.0) * 100


def _hover(style: ArmStyle, row: CurvePoint) -> str:
    text = f"{style.name}, month {row.month}: <b>{formats.share(row.value)}</b>"
    if row.ci_low is not None:
        text += f" ({formats.share(row.ci_low)} to {formats.share(row.ci_high)})"
    return text


def _layout(arms: Mapping[str, Sequence[CurvePoint]], horizon: int) -> dict[str, Any]:
    rows = [row for points in arms.values() for row in points]
    values = [
        _percent(value)
        for row in rows
        for value in (row.value, row.ci_low, row.ci_high)
        if value is not None
    ]
    last = max(row.month for row in rows)
    ticks = [tick for tick in nice_ticks(min(values), max(values)) if 0 <= tick <= 100]
    low, high = min(ticks[0], *values), max(ticks[-1], *values)
    marks = list(range(0, last + 1, 6 if last > 8 else 1))
    return layout(
        margin={"l": 52, "r": 90, "t": 18, "b": 44, "pad": 4},
        xaxis=axis(
            "Months since the month of the start",
            range=[0, max(last, 1)],
            tickvals=marks,
            ticktext=[str(mark) for mark in marks],
            showgrid=False,
        ),
        yaxis=axis(
            range=[low, high], tickvals=ticks, ticktext=percent_ticks(ticks, is_signed=False)
        ),
        shapes=[_horizon(horizon)] if horizon <= last else [],
        annotations=_end_labels(arms, low, high),
    )


def _horizon(month: int) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "below",
        "yref": "paper",
        "x0": month,
        "x1": month,
        "y0": 0,
        "y1": 1,
        "line": {"width": 1.2, "color": light("chart-zero"), "dash": "2px,3px"},
    }


def _end_labels(
    arms: Mapping[str, Sequence[CurvePoint]], low: float, high: float
) -> list[dict[str, Any]]:
    """Name each line at its end, without a figure: lines may end at different months."""
    ends = sorted((_percent(rows[-1].value), rows[-1].month, arm) for arm, rows in arms.items())
    span = max(high - low, 1e-9)
    labels, floor = [], float("-inf")
    for value, month, arm in ends:
        place = max((value - low) / span, floor)
        floor = place + LABEL_GAP
        labels.append(
            {
                "x": month,
                "xanchor": "left",
                "xshift": 6,
                "yref": "paper",
                "y": min(place, 1.0),
                "yanchor": "middle",
                "showarrow": False,
                "font": {"size": 12.5, "color": light(ARMS[arm].token)},
                "text": f"<b>{ARMS[arm].short}</b>",
            }
        )
    return labels
