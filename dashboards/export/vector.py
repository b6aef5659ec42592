"""Charts as SVG for paper: the same points as the app's charts, drawn without a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards import formats
from dashboards.components.html import render
from dashboards.export.content import ARM_NAMES
from dashboards.figures.template import nice_ticks, percent_ticks
from dashboards.palette import light
from dashboards.rows import CurvePoint, SeriesPoint

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 48, 10, 12, 38


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick: where it stands and what it says."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points, and the band around it where there is one."""

    name: str
    colour: str
    line: str
    band: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns months and values into places on the drawing."""

    months: tuple[float, float]
    values: tuple[float, float]

    def x(self, month: float) -> float:
        """Place of a month."""
        low, high = self.months
        return round(LEFT + (month - low) / (high - low) * (WIDTH - LEFT - RIGHT), 2)

    def y(self, value: float) -> float:
        """Place of a value."""
        low, high = self.values
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 2)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """The points as `x,y x,y`."""
        return " ".join(f"{self.x(month)},{self.y(value)}" for month, value in points)


Band = tuple[float, float, float]
"""Month, low, high."""


def series_svg(points: Sequence[SeriesPoint], title: str) -> str:
    """Draw the monthly change in per cent with its interval; empty without points."""
    if not points:
        return ""
    change = formats.change_percent
    line = [(float(point.month), change(point.estimate or 1.0)) for point in points]
    band = [
        (float(point.month), change(point.ci_low), change(point.ci_high))
        for point in points
        if point.ci_low is not None and point.ci_high is not None
    ]
    drawn = {"Estimate": (light("mentored"), line, band)}
    return _svg(drawn, title, "Months from the start of mentoring", is_signed=True)


def curves_svg(arms: Mapping[str, Sequence[CurvePoint]], title: str) -> str:
    """Draw each arm's share in per cent with its interval; empty without points."""
    if not arms:
        return ""
    drawn = {
        ARM_NAMES[arm]: (
            light("mentored" if arm == "mentored" else "matched"),
            [(float(point.month), (point.value or 0.0) * 100) for point in points],
            [
                (float(point.month), point.ci_low * 100, point.ci_high * 100)
                for point in points
                if point.ci_low is not None and point.ci_high is not None
            ],
        )
        for arm, points in arms.items()
    }
    return _svg(drawn, title, "Months since follow-up began", is_signed=False)


def _svg(
    drawn: Mapping[str, tuple[str, list[tuple[float, float]], list[Band]]],
    title: str,
    x_title: str,
    *,
    is_signed: bool,
) -> str:
    months = [month for _, line, _ in drawn.values() for month, _ in line]
    values = [value for _, line, _ in drawn.values() for _, value in line]
    values += [end for _, _, band in drawn.values() for _, *ends in band for end in ends]
    ticks = nice_ticks(min(0.0, *values) if is_signed else min(values), max(values))
    span = (min(months), max(months) + (1 if min(months) == max(months) else 0))
    frame = Frame(span, (ticks[0], ticks[-1]))
    step = 3 if span[1] - span[0] > 6 else 1
    marks = [month for month in range(-60, 61, step) if span[0] <= month <= span[1]]
    write = formats.signed if is_signed else str
    paths = [
        Path(name, colour, frame.path(line), _band(frame, band))
        for name, (colour, line, band) in drawn.items()
    ]
    texts = percent_ticks(ticks, is_signed=is_signed)
    return render(
        "vector.html",
        title=title,
        x_title=x_title,
        box=(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM),
        across=[Mark(frame.x(month), write(month)) for month in marks],
        up=[Mark(frame.y(tick), text) for tick, text in zip(ticks, texts, strict=True)],
        zero=frame.x(0) if span[0] < 0 < span[1] else None,
        paths=paths,
        has_names=len(paths) > 1,
    )


def _band(frame: Frame, band: Sequence[Band]) -> str:
    low = [(month, bottom) for month, bottom, _ in band]
    high = [(month, top) for month, _, top in band]
    return frame.path([*low, *high[::-1]]) if len(band) > 1 else ""
