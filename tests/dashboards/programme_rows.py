"""The programme's tables of a test snapshot: every status, a withheld group, a changed scale."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

Row = dict[str, Any]
SEED = Path(__file__).parents[2] / "data" / "seeds" / "metric_definitions.csv"
MONTHS = [date(year, month, 1) for year in (2024, 2025, 2026) for month in range(1, 13)][:30]
UNITS = {
    "active_pairs": "pairs",
    "days_between_sessions": "days",
    "time_to_match": "days",
    "dose": "sessions",
    "mentor_load": "mentees",
    "mentoring_hours": "hours",
    "feedback": "of 5",
}


def health_row(measure: str, month: date, value: float | None, **more: Any) -> Row:
    return {
        "measure": measure,
        "segment_dimension": "all",
        "segment_value": "all",
        "month": month,
        "unit": UNITS.get(measure, "share"),
        "target": None,
        "status": "no_target",
        "value": value,
        "n": 120,
    } | more


def health() -> list[Row]:
    """Everyone: one measure of each status; Payments: the same, one of them withheld."""
    rows = []
    for place, month in enumerate(MONTHS):
        rise = 0.1 + place / 100
        short, met = (
            {"target": 0.5, "status": "needs_action"},
            {"target": 0.1, "status": "on_target"},
        )
        score, scale = (8.0, "of 10") if place < 9 else (4.0, "of 5")
        rows += [
            health_row("participation", month, rise, **met),
            health_row("cadence", month, rise, **short),
            health_row("active_pairs", month, 50 + 5 * (place % 3)),
            health_row("feedback", month, score, unit=scale),
            health_row("mentor_load", month, 1.4, target=2.0, status="on_target"),
            health_row("mentoring_hours", month, 130.0),
            health_row(
                "participation", month, None, status="suppressed", n=None,
                segment_dimension="organisation", segment_value="Mobile",
            ),
            health_row(
                "participation", month, rise, segment_dimension="organisation",
                segment_value="Payments", **short,
            ),
        ]  # fmt: skip
    rows.append(health_row("mentee_becomes_mentor", MONTHS[-1], None, status="not_known", n=235))
    return rows


def access() -> list[Row]:
    """By gender no group differs; by level L1 starts more often, and L9 is withheld."""
    groups = {
        ("gender", "woman"): (0.2, 1.05, 0.8, 1.4, 200),
        ("gender", "man"): (0.19, 0.95, 0.7, 1.25, 400),
        ("level", "L1"): (0.5, 2.3, 1.7, 3.1, 165),
        ("level", "L2"): (0.2, 0.9, 0.7, 1.2, 300),
        ("level", "L9"): (None, None, None, None, None),
    }
    return [
        {"measure": measure, "segment_dimension": "all", "segment_value": "all",
         "group_dimension": dimension, "group": value, "rate": rate, "rate_ratio": ratio,
         "ci_low": low, "ci_high": high, "n": n}
        for measure in ("participation", "sponsored_opportunities")
        for (dimension, value), (rate, ratio, low, high, n) in groups.items()
    ]  # fmt: skip


def returns() -> list[Row]:
    """Prices but one are set; the return may be a loss; waiting is not told."""
    figures = {
        "mentees_started": ("people", 120.0, None, None, ""),
        "mentor_hours": ("hours", 640.0, None, None, ""),
        "price_leaver": ("EUR", 60000.0, None, None, ""),
        "price_mentor_hour": ("EUR", None, None, None, ""),
        "leavers_avoided": ("people", 6.2, -1.1, 13.5, ""),
        "net_return": ("EUR", 310000.0, -130000.0, 750000.0, ""),
        "waiting_hours": ("hours", None, None, None, "Not told: a reason."),
    }
    return [
        {"measure": measure, "unit": unit, "estimate": estimate, "ci_low": low, "ci_high": high,
         "sentence": sentence}
        for measure, (unit, estimate, low, high, sentence) in figures.items()
    ]  # fmt: skip


def tables() -> dict[str, list[Row]]:
    """The programme's published tables."""
    return {
        "programme_health": health(),
        "access": access(),
        "return_estimates": returns(),
        "team_outcomes": [
            {"measure": measure, "band": band, "value": value, "ci_low": low, "ci_high": high,
             "n_teams": teams, "n": n}
            for band in ("fewest", "some", "most")
            for measure, value, low, high, teams, n in (
                ("mentored_share", 0.2, 0.1, 0.3, 20, 180),
                ("release_spread", None, None, None, None, None),
            )
        ],
        "known_events": [
            {"kind": "freeze", "organisation": "all", "starts_on": date(2025, 12, 18),
             "ends_on": date(2026, 1, 4)},
            {"kind": "reorganisation", "organisation": "Payments", "starts_on": date(2025, 7, 1),
             "ends_on": None},
        ],
        "stories": [
            {"title": "Two teams, one queue", "text": "We page each other less.",
             "published_on": date(2025, 2, 11)},
            {"title": "<img src=x onerror=alert(1)>", "text": "<script>alert(1)</script>",
             "published_on": date(2025, 3, 11)},
        ],
    }  # fmt: skip


def definitions() -> list[Row]:
    """The dictionary's rows of the programme's measures."""
    named = {row["measure"] for row in health()}
    named |= {row["measure"] for row in returns()}
    named |= {"mentored_share", "release_spread"}
    named |= {"access_ratio", "starts_of_mentoring", "sponsored_opportunities"}
    with SEED.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["metric"] in named]
