"""Builds test snapshots with `pipeline.snapshots`, so that their columns are the declared ones.

`organisation()` holds every verdict and every state: everyone has two better outcomes, one without
a clear difference and one without enough data; each group below shows other states.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import programme_rows

from pipeline import snapshots
from pipeline.published import TABLES

AS_OF = date(2026, 6, 30)
SNAPSHOT_ID = "2026-06-30-8dbd13094a77"
NEXT_ID = "2026-09-30-51c0ffee2b90"
Row = dict[str, Any]
Tables = dict[str, list[Row]]

SCALES = {
    "pr_cycle_time": ("ratio", "hours", 6),
    "incident_rate": ("ratio", "incidents per person-month", 6),
    "promotion": ("difference", "share", 12),
    "retention": ("difference", "share", 12),
}
DEFINITIONS = (
    (
        "pr_cycle_time",
        "PR cycle time",
        "Hours from ready for review (else opened) to merged, per merged human-authored pull "
        "request; a person's value is the mean of log hours in the window, shown as a geometric "
        "mean.",
        "hours",
        "lower",
    ),
    (
        "incident_rate",
        "Incident rate",
        "Incidents a person was paged for or responded to as primary, per person-month.",
        "incidents per person-month",
        "lower",
    ),
    (
        "promotion",
        "Promotion",
        "First rise in level rank inside the ladder after the index date, or an HR event that says "
        "promotion; competing with leaving.",
        "share",
        "higher",
    ),
    (
        "retention",
        "Retention",
        "Still employed at the horizon after the index date (Kaplan–Meier); leaving takes effect "
        "the day after the termination date.",
        "share",
        "higher",
    ),
    ("leaving_hazard", "Leaving hazard ratio", "Rate of leaving, ratio.", "ratio", "lower"),
    ("promotion_hazard", "Promotion hazard ratio", "Rate of promotion, ratio.", "ratio", "higher"),
)


def row(table: str, /, **values: Any) -> Row:
    """Return a row with every declared column; what is not given is null."""
    columns = [column.name for column in TABLES[table].columns]
    unknown = set(values) - set(columns)
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    return {name: values.get(name) for name in columns}


def empty() -> Tables:
    """Return a snapshot with nothing but its own date: every table empty."""
    facts = {
        "as_of_date": AS_OF.isoformat(),
        "built_at": "2026-07-01T05:12:44+00:00",
        "snapshot_id": SNAPSHOT_ID,
        "exports_hash": "5d41402abc4b",
        "code_version": "0.1.0",
        "settings_hash": "9a0364b9e99b",
        "minimum_group": "10",
        "confidence": "0.95",
        "stale_after_days": "36500",
        "git_end": "2026-06-28",
        "hris_end": "2026-06-30",
        "incidents_end": "2026-06-29",
        "mentorship_end": "2026-06-26",
    }
    return {"snapshot_info": [{"key": key, "value": value} for key, value in facts.items()]}


def publish(warehouse: Path, tables: Mapping[str, list[Row]], name: str = SNAPSHOT_ID) -> Path:
    """Publish tables as the warehouse's current snapshot."""
    folder = warehouse / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    return snapshots.publish(folder, name, tables, 12)


# ---- estimates -------------------------------------------------------------------------------


def matched(
    outcome: str,
    verdict: str | None,
    effect: tuple[float, float, float] | None,
    segment: tuple[str, str] = ("all", "all"),
    **figures: Any,
) -> Row:
    """Return a matched headline row; `effect` is estimate, low and high."""
    scale, unit, months = SCALES[outcome]
    estimate, low, high = effect or (None, None, None)
    values: Row = {
        "outcome": outcome,
        "scale": scale,
        "comparison": "matched",
        "follow_up_months": months,
        "segment_dimension": segment[0],
        "segment_value": segment[1],
        "is_headline": True,
        "unit": unit,
        "verdict": verdict,
        "estimate": estimate,
        "ci_low": low,
        "ci_high": high,
    }
    return row("impact_estimates", **(values | figures))


def compared(outcome: str, comparison: str, effect: tuple[float, float, float], **more: Any) -> Row:
    """Return a naive or before-and-after row: figures without a verdict."""
    return matched(outcome, None, effect, **({"comparison": comparison} | more))


def arms(mentored: float, peers: float, baseline: float, n: tuple[int, int] = (185, 1120)) -> Row:
    """Return the arms' levels and counts."""
    return {
        "mentored_value": mentored,
        "comparison_value": peers,
        "baseline_value": baseline,
        "n_mentored": n[0],
        "n_comparison": n[1],
        "n_mentored_eligible": n[0] + 15,
        "matched_share": 0.93,
    }


def everyone() -> list[Row]:
    """Return the rows of everyone: two better, one unclear, one without enough data."""
    return [
        matched(
            "pr_cycle_time",
            "better",
            (0.86, 0.80, 0.91),
            **arms(31.2, 36.3, 38.4),
            range_low=0.84,
            range_high=0.88,
            p_value=0.0004,
            p_adjusted=0.0016,
            e_value=1.6,
            e_value_ci=1.42,
            detectable_effect=0.92,
            verdict_reason="Likely 9 to 20 % faster merges than matched peers.",
        ),
        matched(
            "incident_rate",
            "no_clear_difference",
            (0.94, 0.81, 1.07),
            **arms(0.41, 0.44, 0.46),
            p_value=0.31,
            p_adjusted=0.62,
            e_value=1.0,
            e_value_ci=1.0,
            detectable_effect=0.77,
            verdict_reason="Between −19 % and +7 %; an effect under 23 % would not be visible.",
        ),
        matched(
            "promotion",
            "not_enough_data",
            None,
            **{"n_mentored": 35, "n_comparison": 310, "n_mentored_eligible": 45},
            detectable_effect=0.17,
            decidable_on=date(2027, 3, 31),
            matched_share=0.82,
            verdict_reason="With about 35 matched mentees; only a difference of 17 points or more "
            "could be seen; 50 followed long enough are reached in about 9 months at today's "
            "enrolment.",
        ),
        matched(
            "retention",
            "better",
            (0.052, 0.021, 0.083),
            **arms(0.93, 0.88, 0.84),
            p_value=0.001,
            p_adjusted=0.003,
            e_value=2.1,
            e_value_ci=1.5,
            detectable_effect=0.045,
            verdict_reason="Likely 2 to 8 points more still employed than matched peers.",
        ),
        compared(
            "pr_cycle_time", "naive", (1.08, 1.03, 1.13), **arms(36.1, 33.4, 33.4, (200, 480))
        ),
        compared(
            "incident_rate", "naive", (1.12, 1.02, 1.22), **arms(0.47, 0.42, 0.42, (200, 480))
        ),
        compared("promotion", "naive", (0.11, 0.07, 0.15), **arms(0.24, 0.13, 0.13, (200, 480))),
        compared("retention", "naive", (0.14, 0.10, 0.18), **arms(0.96, 0.82, 0.82, (200, 480))),
        compared("pr_cycle_time", "before_after", (0.91, 0.86, 0.96), n_mentored=190),
        compared("incident_rate", "before_after", (0.88, 0.78, 0.99), n_mentored=190),
        *later_windows(),
        *supporting(),
    ]


def later_windows() -> list[Row]:
    """Return windows that are not the headline ones: figures, and no decision."""
    rows = []
    for months, ratio, share in ((12, 0.88, 0.052), (18, 0.89, 0.06), (24, 0.9, 0.07)):
        for outcome in ("pr_cycle_time", "incident_rate"):
            effect = (ratio, ratio - 0.07, ratio + 0.08)
            more = {"is_headline": False, "follow_up_months": months}
            rows.append(matched(outcome, "better", effect, **arms(32, 36, 38), **more))
        if months > 12:
            more = {"is_headline": False, "follow_up_months": months}
            effect = (share, share - 0.03, share + 0.03)
            rows.append(matched("retention", "better", effect, **arms(0.88, 0.82, 0.76), **more))
            rows.append(matched("promotion", "suppressed", None, **more))
    return rows


def supporting() -> list[Row]:
    """Return supporting scales of the headline outcomes."""
    return [
        matched("promotion", None, (1.28, 0.91, 1.79), scale="hazard_ratio", is_headline=False,
                n_mentored=185, n_comparison=1120),
        matched("retention", None, (0.62, 0.44, 0.88), scale="hazard_ratio", is_headline=False,
                n_mentored=185, n_comparison=1120),
    ]  # fmt: skip


def group(dimension: str, value: str, verdicts: Mapping[str, str]) -> list[Row]:
    """Return one group's headline rows with these verdicts; `better` where none is named."""
    effects = {
        "pr_cycle_time": (0.83, 0.72, 0.95),
        "incident_rate": (0.79, 0.64, 0.97),
        "promotion": (0.06, 0.01, 0.11),
        "retention": (0.07, 0.02, 0.12),
    }
    levels = {
        "pr_cycle_time": arms(29.4, 35.4, 37.0, (70, 390)),
        "incident_rate": arms(0.36, 0.46, 0.47, (70, 390)),
        "promotion": arms(0.19, 0.13, 0.12, (70, 390)),
        "retention": arms(0.94, 0.87, 0.83, (70, 390)),
    }
    rows = []
    for outcome, effect in effects.items():
        verdict = verdicts.get(outcome, verdicts.get("*", "better"))
        has_figures = verdict not in ("suppressed", "no_data", "not_enough_data")
        figures = levels[outcome] if has_figures else {}
        reason = REASONS.get(verdict)
        shown = _worse(effect, outcome) if verdict == "worse" else effect
        rows.append(
            matched(
                outcome,
                verdict,
                shown if has_figures else None,
                (dimension, value),
                **figures,
                verdict_reason=reason,
            )
        )
    return rows


def _worse(effect: tuple[float, float, float], outcome: str) -> tuple[float, float, float]:
    if SCALES[outcome][0] == "difference":
        return (-effect[0], -effect[2], -effect[1])
    return (1 / effect[0], 1 / effect[2], 1 / effect[1])


REASONS = {
    "suppressed": "Withheld: fewer than 10 people in an arm.",
    "not_enough_data": "With about 20 matched mentees; it will not be reached at this pace.",
    "not_comparable": "Only 64 % of mentees with a baseline have comparable colleagues; 80 % are "
    "needed to speak for all of them.",
    "no_data": "No incidents were loaded.",
    "as_overall": "No sign that the effect differs by organisation; the figure is drawn towards "
    "the mean of all.",
    "no_clear_difference": "Between −3 % and −1 %; the interval leaves out zero, but not after "
    "allowing for four outcomes.",
}
HOSTILE = '<img src=x onerror="alert(1)"> & "Søren\'s" group'


def groups() -> list[Row]:
    """Return groups that show every verdict and state."""
    return [
        *group("organisation", "Platform", {"*": "as_overall"}),
        *group("organisation", "Payments", {"pr_cycle_time": "worse", "incident_rate": "no_data"}),
        *group("organisation", "Mobile", {"*": "suppressed"}),
        *group("organisation", HOSTILE, {"*": "no_clear_difference"}),
        *group("level", "L2", {"*": "not_enough_data"}),
        *group("level", "L10", {"*": "not_comparable", "retention": "suppressed"}),
        *group("model", "circle", {"*": "no_data"}),
        *group("model", "1:1", {"*": "worse"}),
        *group("assignment", "lottery", {"incident_rate": "no_clear_difference"}),
        *group("assignment", "volunteer", {}),
    ]


# ---- charts, checks --------------------------------------------------------------------------


def series(outcome: str, drop: float, segment: tuple[str, str] = ("all", "all")) -> list[Row]:
    """Return an event study that is flat, dips before the start and falls after it."""
    rows = []
    for month in range(-12, 13):
        centre = 0.02 * math.sin(month * 1.7) + (0.05 if -3 <= month < 0 else 0)
        centre += -drop * min(1, month / 5) if month > 0 else 0
        width = 0.05 + 0.004 * abs(month)
        rows.append(
            row(
                "impact_series",
                outcome=outcome,
                comparison="matched",
                segment_dimension=segment[0],
                segment_value=segment[1],
                month=month,
                estimate=round(math.exp(centre), 3),
                ci_low=round(math.exp(centre - width), 3),
                ci_high=round(math.exp(centre + width), 3),
                n=1300 - 5 * abs(month) * 5,
            )
        )
    return rows


def curves(outcome: str, at_year: Mapping[str, float], last: int = 18) -> list[Row]:
    """Return each arm's curve through its share at month 12."""
    rows = []
    for arm, share in at_year.items():
        for month in range(last + 1):
            fraction = (month / 12) ** 0.9
            value = share**fraction if outcome == "retention" else 1 - (1 - share) ** fraction
            wide = (0.015 if arm == "comparison" else 0.034) * math.sqrt(month / 12)
            has_interval = arm != "baseline"
            rows.append(
                row(
                    "survival_curves",
                    outcome=outcome,
                    arm=arm,
                    segment_dimension="all",
                    segment_value="all",
                    month=month,
                    value=round(value, 3),
                    ci_low=round(max(0.0, value - wide), 3) if has_interval else None,
                    ci_high=round(min(1.0, value + wide), 3) if has_interval else None,
                    at_risk={"mentored": 185, "comparison": 1120}.get(arm, 480)
                    - 5 * int(month * {"mentored": 1.2, "comparison": 6}.get(arm, 3)),
                )
            )
    return rows


def check(name: str, status: str, sentence: str, outcome: str = "all", **more: Any) -> Row:
    """Return one trust check of everyone."""
    segment = {"segment_dimension": "all", "segment_value": "all"}
    values = {"check": name, "outcome": outcome, "status": status, "sentence": sentence}
    return row("trust_checks", **(segment | values | more))


def trust() -> list[Row]:
    """Return checks of everyone: most pass, one needs care, one was not made."""
    cycle_time = "pr_cycle_time"
    return [
        check("matched_share", "ok", "93 % of mentees with a baseline have comparable colleagues.",
              value=0.93, threshold=0.8),
        check("balance", "ok", "Matched groups are alike before the start (largest difference 0.07 "
              "standard deviations).", value=0.07, threshold=0.25),
        check("design_agreement", "ok", "The two designs for cycle time agree (−16 % and −12 %).",
              cycle_time, value=0.047, threshold=0.05),
        check("dip", "warn", "Mentees had a slow spell before they started (merges 6 % slower than "
              "usual for them); simple before/after figures overstate the effect.", cycle_time),
        check("pre_trend", "ok", "Before the start the data allow a drift of at most 5 % over six "
              "months.", cycle_time),
        check("negative_control", "not_checked", "Hidden selection was not checked: too few "
              "mentees have an earlier rating."),
        check("drop_out", "ok", "4 % of mentees and 5 % of comparison people merged nothing within "
              "6 months and are left out of cycle time.", cycle_time),
        check("looks", "warn", "No looks were planned; looking often raises false alarms."),
    ]  # fmt: skip


def balance() -> list[Row]:
    """Return balance of everyone in both designs: alike, adjusted, a little apart, unknown."""
    segment = {"segment_dimension": "all", "segment_value": "all"}
    figures = {
        "level_rank": (-0.6, 0.02, False),
        "cycle_time_3_months": (0.55, 0.19, True),
        "months_in_level": (0.3, -0.14, False),
        "merged_a_month": (None, None, False),
    }
    return [
        row("balance", design=design, covariate=name, smd_before=before, smd_after=after, se=0.05,
            adjusted_in_model=adjusted, **segment)
        for design in ("a", "b")
        for name, (before, after, adjusted) in figures.items()
    ]  # fmt: skip


def sensitivity() -> list[Row]:
    """Return other analyses of everyone's cycle time and retention."""
    segment = {"segment_dimension": "all", "segment_value": "all"}
    figures = (
        ("pr_cycle_time", "design_a", (0.88, 0.82, 0.94)),
        ("pr_cycle_time", "design_b", (0.84, 0.77, 0.92)),
        ("pr_cycle_time", "two_way_fe", (0.80, 0.75, 0.85)),
        ("pr_cycle_time", "without_events", (0.87, 0.80, 0.95)),
        ("retention", "censoring_weighted", (0.05, 0.018, 0.082)),
    )
    return [
        row("sensitivity", outcome=outcome, variant=variant, estimate=effect[0], ci_low=effect[1],
            ci_high=effect[2], **segment)
        for outcome, variant, effect in figures
    ]  # fmt: skip


def segment_tests() -> list[Row]:
    """Return tests of two dimensions; one is missing."""
    return [
        row("segment_tests", outcome=outcome, segment_dimension=dimension, q=1.2, df=1, p=p,
            p_holm=min(1.0, 2 * p))
        for outcome in SCALES
        for dimension, p in (("organisation", 0.4), ("assignment", 0.004))
    ]  # fmt: skip


def spread() -> list[Row]:
    """Return how everyone's cycle time is spread; one bin is withheld."""
    segment = {"segment_dimension": "all", "segment_value": "all"}
    shares = {
        "over 5 days": (None, 0.02),
        "under 4 h": (0.10, 0.06),
        "8 to 16 h": (0.30, 0.20),
        "1 to 2 days": (0.40, 0.50),
    }
    return [
        row("outcome_distribution", outcome="pr_cycle_time", arm=arm, bin=name, share=share,
            **segment)
        for name, pair in shares.items()
        for arm, share in zip(("mentored", "comparison"), pair, strict=True)
    ]  # fmt: skip


def data_quality(failing: int = 1, total: int = 28) -> list[Row]:
    """Return data checks, some of which need care."""
    return [
        row(
            "data_quality",
            source="git" if number % 2 else "hris",
            table="pull_requests" if number % 2 else "employees",
            check=f"rule_{number:02d}",
            status="warn" if number < failing else "ok",
            rows_checked=1200,
            failed=15 if number < failing else 0,
            quarantined=0,
        )
        for number in range(total)
    ]


def flow() -> list[Row]:
    """Return how many mentees are left at each step."""
    steps = {
        "exported": 265,
        "began": 240,
        "in_population": 225,
        "has_baseline": 200,
        "matched": 185,
        "with_outcome": 180,
        "left_in_index_month": None,
        "onboarding": 20,
    }
    segment = {"segment_dimension": "all", "segment_value": "all"}
    return [row("participant_flow", step=step, n=n, **segment) for step, n in steps.items()]


def definitions() -> list[Row]:
    """Return the metric dictionary's headline outcomes."""
    names = ("metric", "label", "definition", "unit", "direction")
    return [
        row("metric_definitions", version="1", **dict(zip(names, entry, strict=True)))
        for entry in DEFINITIONS
    ]


def organisation() -> Tables:
    """Return a whole snapshot that holds every verdict and state."""
    return (
        empty()
        | {
            "impact_estimates": [*everyone(), *groups()],
            "impact_series": [*series("pr_cycle_time", 0.15), *series("incident_rate", 0.05)],
            "survival_curves": [
                *curves("retention", {"mentored": 0.93, "comparison": 0.88, "baseline": 0.84}),
                *curves("promotion", {"mentored": 0.19, "comparison": 0.13, "baseline": 0.12}),
            ],
            "trust_checks": trust(),
            "balance": balance(),
            "sensitivity": sensitivity(),
            "segment_tests": segment_tests(),
            "outcome_distribution": spread(),
            "data_quality": data_quality(),
            "participant_flow": flow(),
            "metric_definitions": [*definitions(), *programme_rows.definitions()],
        }
        | programme_rows.tables()
    )


def built(when: str, as_of: date = AS_OF) -> Tables:
    """Return the organisation's snapshot as if built at another time, as of another day."""
    facts = {"built_at": when, "as_of_date": as_of.isoformat()}
    info = [
        entry | {"value": facts.get(entry["key"], entry["value"])}
        for entry in empty()["snapshot_info"]
    ]
    return organisation() | {"snapshot_info": info}


def without(tables: Tables, *names: str) -> Tables:
    """Return the same tables with some emptied."""
    return {name: [] if name in names else rows for name, rows in tables.items()}


def only(rows: Iterable[Row], **equals: Any) -> list[Row]:
    """Return the rows whose columns have these values."""
    return [row for row in rows if all(row[name] == value for name, value in equals.items())]
