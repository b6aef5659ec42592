"""The gap between mentored engineers and matched peers, month by month around the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import formats
from dashboards.figures.template import axis, band, layout, nice_ticks, percent_ticks
from dashboards.palette import light
from dashboards.rows import SeriesPoint

MOST_REACH = 2.5
LEAST_REACH = 60.0


def visible(points: Sequence[SeriesPoint]) -> list[SeriesPoint]:
    """Return the points that have a figure, by month."""
    return sorted(
        (point for point in points if point.estimate is not None), key=lambda point: point.month
    )


def figure(points: Sequence[SeriesPoint], better: int) -> dict[str, Any] | None:
    """Draw the monthly change in per cent with its interval.

    Parameters
    ----------
    points : ratios by month; withheld months are left out of line, band and limits.
    better : +1 where a rise is better, -1 where a fall is, 0 unknown.

    Returns
    -------
    The figure, or None where no month has a figure.
    """
    shown = visible(points)
    if not shown:
        return None
    values = [formats.change_percent(point.estimate or 1.0) for point in shown]
    lows = [formats.change_percent(_or(point.ci_low, point.estimate)) for point in shown]
    highs = [formats.change_percent(_or(point.ci_high, point.estimate)) for point in shown]
    months = [point.month for point in shown]
    low, high = _limits(values, lows, highs)
    ticks = nice_ticks(low, high)
    colour = light("mentored")
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": months,
        "y": values,
        "line": {"color": colour, "width": 2.5},
        "marker": {"color": colour, "size": 6},
        "text": [_hover(point) for point in shown],
        "hovertemplate": "%{text}<extra></extra>",
    }
    return {
        "data": [*band(months, lows, highs, colour), line],
        "layout": _layout(months, ticks, better),
    }


def _limits(
    values: Sequence[float], lows: Sequence[float], highs: Sequence[float]
) -> tuple[float, float]:
    """Return the ends of the axis: every point fits, and of the widest intervals what does.

    One month with a handful of people would otherwise flatten all the others.
    """
    reach = max(MOST_REACH * max(abs(value) for value in values), LEAST_REACH)
    return max(min(0.0, *lows), -reach), min(max(0.0, *highs), reach)


def is_cut(points: Sequence[SeriesPoint]) -> bool:
    """Tell whether an interval reaches beyond the axis of `figure`."""
    shown = visible(points)
    if not shown:
        return False
    values = [formats.change_percent(point.estimate or 1.0) for point in shown]
    lows = [formats.change_percent(_or(point.ci_low, point.estimate)) for point in shown]
    highs = [formats.change_percent(_or(point.ci_high, point.estimate)) for point in shown]
    ticks = nice_ticks(*_limits(values, lows, highs))
    return min(lows) < ticks[0] or max(highs) > ticks[-1]


def _or(value: float | None, other: float | None) -> float:
    if value is not None:
        return value
    return 1.0 if other is None else other


def _hover(point: SeriesPoint) -> str:
    text = f"<b>Month {formats.signed(point.month)}</b>  {formats.percent_change(point.estimate)}"
    if point.ci_low is not None:
        text += f"<br>interval {formats.interval(point.ci_low, point.ci_high, 'ratio')}"
    return text + (f"<br>n {formats.count(point.n)}" if point.n is not None else "")


def _layout(months: Sequence[int], ticks: Sequence[float], better: int) -> dict[str, Any]:
    first, last = min(months) - 0.5, max(months) + 0.5
    step = 3 if last - first > 12 else 1
    marks = [month for month in range(-60, 61, step) if first <= month <= last]
    return layout(
        xaxis=axis(
            "Months from the start of mentoring",
            range=[first, last],
            tickvals=marks,
            ticktext=[formats.signed(month) for month in marks],
            showgrid=False,
        ),
        yaxis=axis(
            range=[ticks[0], ticks[-1]],
            tickvals=list(ticks),
            ticktext=percent_ticks(ticks, is_signed=True),
        ),
        shapes=_shapes(first),
        annotations=_annotations(first, better),
    )


def _shapes(first: float) -> list[dict[str, Any]]:
    before = {
        "type": "rect",
        "layer": "below",
        "xref": "x",
        "yref": "paper",
        "x0": first,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "line": {"width": 0},
        "fillcolor": light("chart-before"),
    }
    zero = {
        "type": "line",
        "layer": "below",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"width": 1.2, "color": light("chart-zero")},
    }
    return [before, zero]


def _annotations(first: float, better: int) -> list[dict[str, Any]]:
    common = {"showarrow": False, "yref": "paper", "y": 1, "yanchor": "top", "font": {"size": 12}}
    found = [
        common | {"x": first, "xanchor": "left", "text": " before"},
        common | {"x": 0, "xanchor": "left", "text": " after the start"},
    ]
    if better:
        place = {"y": 1, "yanchor": "top"} if better > 0 else {"y": 0, "yanchor": "bottom"}
        text = "better ▴ " if better > 0 else "better ▾ "
        found.append(common | place | {"xref": "paper", "x": 1, "xanchor": "right", "text": text})
    return found
