"""The forest: effects with their intervals on a common axis, as a table anyone can read.

The rows, the axis and the text are the very ones of the cards: one number for one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import formats, sentences
from dashboards.components.html import render
from dashboards.components.strip import RATIO_SCALES, Axis, Effect, Strip, axis, strip
from dashboards.outcomes import better_sign
from dashboards.rows import Estimate
from dashboards.sentences import VerdictWords
from dashboards.view import OutcomeRows, View

SUPPORTING_GROUPS = (
    ("Supporting, relative change", RATIO_SCALES),
    ("Supporting, percentage points", ("difference",)),
    ("Supporting, months", ("months",)),
)
MUTED_LABELS = {"naive": "Raw comparison", "before_after": "Before and after"}
SUPPORTING_METRICS = {
    ("retention", "hazard_ratio"): "leaving_hazard",
    ("promotion", "hazard_ratio"): "promotion_hazard",
    ("retention", "months"): "retention_months",
}
RECOVERY = "includes recovery that would have happened anyway"


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One line of the forest."""

    label: str
    note: str
    kind: str
    strip: Strip
    effect: str
    interval: str
    people: str
    verdict: VerdictWords | None
    definition: str = ""


@dataclass(frozen=True, slots=True)
class ForestGroup:
    """Lines that share a scale, with their axis."""

    title: str
    axis: Axis
    rows: tuple[ForestRow, ...]

    @property
    def count(self) -> int:
        """Number of lines."""
        return len(self.rows)


def axes(view: View) -> dict[str, Axis]:
    """Return one axis for relative changes and one for differences in points."""
    rows = [
        row
        for entry in view.outcomes
        for row in (entry.matched, entry.naive, entry.before_after)
        if row is not None
    ]
    return {
        scale: axis([row for row in rows if row.scale == scale], scale)
        for scale in ("ratio", "difference")
    }


def interval_text(row: Effect) -> str:
    """Write a row's interval; empty where it has none."""
    if row.ci_low is None:
        return ""
    return formats.interval(row.ci_low, row.ci_high, row.scale)


def forest_html(view: View, *, has_supporting: bool = True) -> str:
    """Return the forest: every effect on its own scale, the headline rows first."""
    chosen = axes(view)
    groups = [
        _group("Relative change", "ratio", view, chosen["ratio"]),
        _group("Difference in percentage points", "difference", view, chosen["difference"]),
    ]
    supporting = _supporting(view) if has_supporting else []
    notes = [
        (view.label(rows.outcome.key), sentences.raw_words(rows))
        for rows in view.outcomes
        if sentences.raw_words(rows)
    ]
    has_blind = any(row.strip.blind_start is not None for group in groups for row in group.rows)
    context = {"confidence": view.confidence, "has_blind": has_blind}
    return render("forest.html", groups=groups, supporting=supporting, notes=notes, **context)


def _group(title: str, scale: str, view: View, axis: Axis) -> ForestGroup:
    rows: list[ForestRow] = []
    for entry in view.outcomes:
        if entry.outcome.direction != ("lower" if scale == "ratio" else "higher"):
            continue
        rows.append(_headline_row(view, entry, axis))
        rows += [
            _muted_row(row, axis, better_sign(row.outcome, row.scale))
            for row in (entry.naive, entry.before_after)
            if row is not None and row.estimate is not None
        ]
    return ForestGroup(title, axis, tuple(rows))


def _headline_row(view: View, entry: OutcomeRows, axis: Axis) -> ForestRow:
    row = entry.matched
    months = row.follow_up_months if row else entry.outcome.window
    return ForestRow(
        label=view.label(entry.outcome.key),
        note=f"{months} months",
        kind="headline",
        strip=_empty() if row is None else _strip_of(row, axis),
        effect=formats.effect(row.estimate, row.scale) if row else formats.NONE,
        interval=interval_text(row) if row else "",
        people=_two_counts(row),
        verdict=sentences.verdict_words(entry.verdict),
    )


def _strip_of(row: Estimate, axis: Axis) -> Strip:
    return strip(row, axis, better_sign(row.outcome, row.scale), row.detectable_effect)


def _empty() -> Strip:
    return Strip(None, None, None, clipped_start=False, clipped_end=False)


def _two_counts(row: Estimate | None) -> str:
    if row is None or row.n_mentored is None:
        return formats.NONE
    if row.comparison == "before_after":
        return formats.count(row.n_mentored)
    return f"{formats.count(row.n_mentored)} / {formats.count(row.n_comparison)}"


def _muted_row(row: Estimate, axis: Axis, better: int) -> ForestRow:
    return ForestRow(
        label=MUTED_LABELS[row.comparison],
        note=RECOVERY if row.comparison == "before_after" else "",
        kind="muted",
        strip=strip(row, axis, better),
        effect=formats.effect(row.estimate, row.scale),
        interval=interval_text(row),
        people=_two_counts(row),
        verdict=None,
    )


def _supporting(view: View) -> list[ForestGroup]:
    shown = [
        row.as_shown()
        for row in view.supporting
        if row.comparison == "matched" and row.estimate is not None
    ]
    own = sorted({row.scale for row in shown if row.scale.startswith(formats.OWN)})
    groups = []
    for title, scales in (*SUPPORTING_GROUPS, *((f"Supporting, {name}", (name,)) for name in own)):
        rows: Sequence[Estimate] = [row for row in shown if row.scale in scales]
        if rows:
            made = axis(rows, scales[0])
            groups.append(
                ForestGroup(title, made, tuple(_support(view, row, made) for row in rows))
            )
    return groups


def _support(view: View, row: Estimate, axis: Axis) -> ForestRow:
    metric = SUPPORTING_METRICS.get((row.outcome, row.scale), row.outcome)
    definition = view.definitions.get(metric)
    better = better_sign(row.outcome, row.scale, definition.direction if definition else None)
    return ForestRow(
        label=view.label(metric),
        note=f"{row.follow_up_months} months",
        kind="supporting",
        strip=strip(row, axis, better),
        effect=formats.effect(row.estimate, row.scale),
        interval=interval_text(row),
        people=_two_counts(row),
        verdict=None,
        definition=formats.tidy(definition.definition) if definition else "",
    )
