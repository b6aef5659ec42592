"""What all charts share: fonts, margins, axes, hover boxes, in the light colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dashboards import formats
from dashboards.palette import light

FONT = 'Inter, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
CONFIG: Any = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}


def layout(**extra: object) -> dict[str, Any]:
    """Return a chart's layout with this project's look; `extra` is merged over it."""
    base: dict[str, Any] = {
        "autosize": True,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12.5, "color": light("chart-text")},
        "margin": {"l": 52, "r": 12, "t": 14, "b": 44, "pad": 4},
        "showlegend": False,
        "hovermode": "x",
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": light("chart-hover"),
            "bordercolor": light("chart-hover"),
            "font": {"family": FONT, "size": 12.5, "color": light("chart-hover-text")},
            "align": "left",
        },
    }
    return base | extra


def axis(title: str = "", **extra: object) -> dict[str, Any]:
    """Return an axis: no lines but a light grid, never zoomed by accident."""
    base: dict[str, Any] = {
        "title": {"text": title, "standoff": 10, "font": {"size": 12.5}},
        "gridcolor": light("chart-grid"),
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
    }
    return base | extra


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round tick values that span low to high, at most about `most` of them."""
    span = max(high - low, 1e-9)
    rough = span / max(1, most - 1)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(index * step, 6) for index in range(first, last + 1)]


def percent_ticks(values: Sequence[float], is_signed: bool) -> list[str]:
    """Write tick values in per cent, with a sign where they are changes."""
    if is_signed:
        return [f"{formats.signed(value)}{formats.NARROW}%" for value in values]
    return [f"{formats.whole(value)}{formats.NARROW}%" for value in values]


def band(
    x: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str
) -> list[dict[str, Any]]:
    """Return the two traces of an interval's shading, without hover."""
    common = {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    fill = f"rgba({red}, {green}, {blue}, 0.15)"
    return [
        common | {"y": list(low)},
        common | {"y": list(high), "fill": "tonexty", "fillcolor": fill},
    ]
