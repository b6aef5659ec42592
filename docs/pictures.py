"""Draw the pictures of the method pages from a published snapshot of the sample.

    python docs/pictures.py [WAREHOUSE]

Writes `docs/method/*.svg`: plain shapes and text, a few kilobytes each, the same bytes for the same
snapshot.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "method"
TRUTH = ROOT / "data" / "sample" / "truth.json"
WIDTH, LEFT, RIGHT, TOP = 720, 230, 30, 56
INK, QUIET, RULE, MENTORED, OTHERS, PLANTED = (
    "#1f2933",
    "#616e7c",
    "#cbd2d9",
    "#0b6e4f",
    "#9a5b13",
    "#7b2cbf",
)
WAYS = (
    ("naive", "Naive: ever against never"),
    ("before_after", "Before and after"),
    ("matched", "Matched (published)"),
)
NAMES = {
    "cycle_time_3_months": "Cycle time, last 3 months",
    "cycle_time_9_months": "Cycle time, months −12 to −4",
    "incident_rate_6_months": "Incident rate, 6 months",
    "incident_rate_12_months": "Incident rate, 12 months",
    "merged_a_month": "Merged a month",
    "tenure_months": "Tenure",
    "months_in_level": "Months in level",
    "level_rank": "Level",
    "on_call_weeks_12_months": "Weeks on call",
}

Scale = Callable[[float], float]


def main(warehouse: Path) -> None:
    """Read the snapshot in use and write every picture."""
    folder = warehouse / "snapshots"
    snapshot = folder / (folder / "current").read_text(encoding="utf-8").strip()
    with duckdb.connect(str(snapshot), read_only=True) as database:
        pictures = {
            "three-ways": draw_ways(database),
            "event-study": draw_months(database),
            "balance": draw_balance(database),
            "promotion": draw_curves(database),
            "designs": draw_variants(database),
        }
    for name, svg in pictures.items():
        (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


def draw_ways(database: duckdb.DuckDBPyConnection) -> str:
    """Three ways of looking at cycle time, and what was planted."""
    rows = database.execute(
        "select comparison, estimate, ci_low, ci_high from impact_estimates where outcome = "
        "'pr_cycle_time' and is_headline and segment_dimension = 'all'"
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    planted = json.loads(TRUTH.read_text(encoding="utf-8"))["parameters"]["effects"]["cycle_time"]
    lines = [(label, found[name]) for name, label in WAYS if name in found]
    title = "Cycle time of mentees, ratio to the comparison: three ways of looking"
    return _intervals(title, lines, planted, "planted effect")


def draw_variants(database: duckdb.DuckDBPyConnection) -> str:
    """The headline and its variants for cycle time."""
    rows = database.execute(
        "select variant, estimate, ci_low, ci_high from sensitivity where outcome = "
        "'pr_cycle_time' and segment_dimension = 'all' and estimate is not null order by variant"
    ).fetchall()
    lines = [(name.replace("_", " "), tuple(rest)) for name, *rest in rows]
    return _intervals("Cycle time under other choices, ratio", lines, 1.0, "no difference")


def _intervals(
    title: str,
    lines: Sequence[tuple[str, tuple[float, ...]]],
    marked: float,
    marked_as: str,
) -> str:
    bounds = [value for _, values in lines for value in values] + [1.0, marked]
    x = _log_scale(min(bounds) / 1.05, max(bounds) * 1.05)
    height = TOP + 40 * len(lines) + 46
    parts = [_text(16, 26, title, size=15, weight=600)]
    bottom = height - 40
    for tick in (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3):
        if min(bounds) / 1.05 <= tick <= max(bounds) * 1.05:
            parts.append(_line(x(tick), TOP - 10, x(tick), bottom, RULE))
            parts.append(_text(x(tick), bottom + 16, f"{tick:.1f}", anchor="middle", fill=QUIET))
    parts.append(_line(x(marked), TOP - 10, x(marked), bottom, PLANTED, dash="5 4", width=2))
    parts.append(
        _text(x(marked), bottom + 32, marked_as, anchor="middle", fill=PLANTED, weight=600)
    )
    for number, (label, (estimate, low, high)) in enumerate(lines):
        y = TOP + 40 * number + 14
        parts.append(_text(LEFT - 12, y + 4, label, anchor="end"))
        parts.append(_line(x(low), y, x(high), y, MENTORED, width=3))
        parts.append(f'<circle cx="{x(estimate):.1f}" cy="{y}" r="6" fill="{MENTORED}"/>')
    return _svg(height, title, parts)


def draw_months(database: duckdb.DuckDBPyConnection) -> str:
    """The event study of cycle time."""
    rows = database.execute(
        "select month, estimate, ci_low, ci_high from impact_series where outcome = "
        "'pr_cycle_time' and segment_dimension = 'all' and estimate is not null order by month"
    ).fetchall()
    title = "Merge hours of mentees against matched peers, month by month around the start"
    height, left = 330, 60
    values = [value for row in rows for value in row[1:]]
    y = _vertical(min(values), max(values), TOP, height - 50)
    x = _horizontal(-12, 12, left, WIDTH - RIGHT)
    band = [f"{x(row[0]):.1f},{y(row[3]):.1f}" for row in rows]
    band += [f"{x(row[0]):.1f},{y(row[2]):.1f}" for row in reversed(rows)]
    path = " ".join(f"{x(row[0]):.1f},{y(row[1]):.1f}" for row in rows)
    parts = [_text(16, 26, title, size=15, weight=600)]
    for tick in (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3):
        if min(values) <= tick <= max(values):
            parts.append(_line(left, y(tick), WIDTH - RIGHT, y(tick), RULE))
            parts.append(_text(left - 8, y(tick) + 4, f"{tick:.1f}", anchor="end", fill=QUIET))
    for tick in range(-12, 13, 3):
        label = f"{tick:+d}".replace("-", "−") if tick else "0"
        parts.append(_text(x(tick), height - 30, label, anchor="middle"))
    parts.append(_line(x(0), TOP - 10, x(0), height - 50, PLANTED, dash="5 4", width=2))
    parts.append(_text(x(0) + 6, TOP, "start", fill=PLANTED, weight=600))
    parts.append(f'<polygon points="{" ".join(band)}" fill="{MENTORED}" fill-opacity="0.18"/>')
    parts.append(f'<polyline points="{path}" fill="none" stroke="{MENTORED}" stroke-width="3"/>')
    parts.append(
        _text(left, height - 8, "1 is each person's own months −12 to −4; the band is 95 %.")
    )
    return _svg(height, title, parts)


def draw_balance(database: duckdb.DuckDBPyConnection) -> str:
    """Standardised differences before and after matching, design A."""
    rows = database.execute(
        "select covariate, abs(smd_before), abs(smd_after) from balance where design = 'a' and "
        "segment_dimension = 'all' and smd_before is not null and smd_after is not null "
        "order by abs(smd_before) desc, covariate"
    ).fetchall()
    title = "How unlike mentees were before matching, and after"
    height = TOP + 30 * len(rows) + 60
    top = max([0.3, *(value for row in rows for value in row[1:])])
    x = _horizontal(0.0, top * 1.05, LEFT, WIDTH - RIGHT)
    bottom = height - 50
    parts = [_text(16, 26, title, size=15, weight=600)]
    for tick in (0.0, 0.1, 0.25, 0.5, 1.0):
        if tick <= top:
            parts.append(_line(x(tick), TOP - 10, x(tick), bottom, RULE))
            parts.append(_text(x(tick), bottom + 16, f"{tick:g}", anchor="middle", fill=QUIET))
    for number, (name, before, after) in enumerate(rows):
        y = TOP + 30 * number + 8
        parts.append(_text(LEFT - 12, y + 4, NAMES.get(name, name), anchor="end"))
        parts.append(_line(x(before), y, x(after), y, RULE, width=2))
        parts.append(
            f'<circle cx="{x(before):.1f}" cy="{y}" r="5" fill="none" stroke="{OTHERS}" '
            'stroke-width="2"/>'
        )
        parts.append(f'<circle cx="{x(after):.1f}" cy="{y}" r="5" fill="{MENTORED}"/>')
    legend = "Standard deviations. Hollow: before matching. Full: after. Over 0.1 is amber."
    parts.append(_text(16, height - 12, legend, fill=QUIET))
    return _svg(height, title, parts)


def draw_curves(database: duckdb.DuckDBPyConnection) -> str:
    """Share promoted by month, both arms."""
    rows = database.execute(
        "select arm, month, value from survival_curves where outcome = 'promotion' and "
        "segment_dimension = 'all' and value is not null order by arm, month"
    ).fetchall()
    title = "Share promoted since follow-up began"
    height, left = 320, 60
    last = max(row[1] for row in rows)
    y = _vertical(0.0, max(row[2] for row in rows) * 1.05, TOP, height - 40)
    x = _horizontal(0, last, left, WIDTH - 130)
    parts = [_text(16, 26, title, size=15, weight=600)]
    for tick in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        if tick <= max(row[2] for row in rows):
            parts.append(_line(left, y(tick), WIDTH - 130, y(tick), RULE))
            parts.append(_text(left - 8, y(tick) + 4, f"{tick:.0%}", anchor="end", fill=QUIET))
    for month in range(0, last + 1, 6):
        parts.append(_text(x(month), height - 18, f"{month} months", anchor="middle", fill=QUIET))
    for arm, colour, label in (("mentored", MENTORED, "mentees"), ("comparison", OTHERS, "peers")):
        points = [(month, value) for name, month, value in rows if name == arm]
        if not points:
            continue
        path = " ".join(f"{x(month):.1f},{y(value):.1f}" for month, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3"/>')
        end = points[-1]
        parts.append(_text(x(end[0]) + 8, y(end[1]) + 4, label, fill=colour, weight=600))
    return _svg(height, title, parts)


def _log_scale(low: float, high: float) -> Scale:
    span = math.log(high / low)
    return lambda value: LEFT + (WIDTH - RIGHT - LEFT) * math.log(value / low) / span


def _horizontal(low: float, high: float, left: float, right: float) -> Scale:
    return lambda value: left + (right - left) * (value - low) / (high - low)


def _vertical(low: float, high: float, top: float, bottom: float) -> Scale:
    return lambda value: bottom - (bottom - top) * (value - low) / (high - low)


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "", width: int = 1
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dashed}/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: int = 13,
    fill: str = INK,
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _svg(height: float, title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        'font-family="system-ui, sans-serif">'
    )
    paper = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *parts, "</svg>", ""])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data" / "warehouse")
