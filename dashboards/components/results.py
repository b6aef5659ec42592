"""Cards and forest: the same rows, the same axis, the same text for the same figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import formats, sentences
from dashboards.components.html import render
from dashboards.components.strip import RATIO_SCALES, Axis, Strip, axis, strip
from dashboards.outcomes import Outcome, better_sign
from dashboards.queries import Estimate
from dashboards.sentences import VerdictWords
from dashboards.view import OutcomeRows, View

SUPPORTING_GROUPS = (
    ("Supporting, relative change", RATIO_SCALES),
    ("Supporting, percentage points", ("difference",)),
    ("Supporting, months", ("months",)),
)
STATE_WORDS = {
    "not_enough_data": "Not yet known",
    "not_comparable": "Not comparable",
    "suppressed": "Withheld",
    "no_data": "No data",
}
MUTED_LABELS = {"naive": "Raw comparison", "before_after": "Before and after"}
SUPPORTING_METRICS = {
    ("retention", "hazard_ratio"): "leaving_hazard",
    ("promotion", "hazard_ratio"): "promotion_hazard",
    ("retention", "months"): "retention_months",
}
RECOVERY = "includes recovery that would have happened anyway"


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm's level, and how many people it is of."""

    kind: str
    name: str
    value: str
    people: str


@dataclass(frozen=True, slots=True)
class Big:
    """The card's large figure, its unit set smaller."""

    number: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says, ready for its template."""

    key: str
    label: str
    icon: str
    verdict: VerdictWords
    big: Big
    is_state: bool
    measure: str
    strip: Strip | None
    axis: Axis
    left: str
    right: str
    interval: str
    decidable: str
    sentence: str
    arms: tuple[Arm, ...]
    raw: str
    raw_note: str
    details: tuple[tuple[str, str], ...]


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


@dataclass(frozen=True, slots=True)
class ForestGroup:
    """Lines that share a scale, with their axis."""

    title: str
    axis: Axis
    rows: tuple[ForestRow, ...]


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


# ---- cards -----------------------------------------------------------------------------------


def cards_html(view: View) -> str:
    """Return the four outcome cards."""
    chosen = axes(view)
    cards = [_card(view, rows, chosen) for rows in view.outcomes]
    return render("cards.html", cards=cards, confidence=view.confidence)


def _card(view: View, rows: OutcomeRows, chosen: dict[str, Axis]) -> Card:
    outcome, row = rows.outcome, rows.matched
    scale = "ratio" if outcome.direction == "lower" else "difference"
    state = None if row and row.estimate is not None else STATE_WORDS.get(rows.verdict or "")
    months = row.follow_up_months if row else outcome.window
    better = better_sign(outcome.key, scale)
    ends = (outcome.less_word, outcome.more_word)
    left, right = ends if better > 0 else ends[::-1]
    has_strip = row is not None and rows.verdict not in ("suppressed", "no_data")
    return Card(
        key=outcome.key,
        label=view.label(outcome.key),
        icon=outcome.icon,
        verdict=sentences.verdict_words(rows.verdict),
        big=Big(state) if state else _big(row, scale),
        is_state=state is not None,
        measure=outcome.measure.format(months=months),
        strip=strip(row, chosen[scale], better) if row and has_strip else None,
        axis=chosen[scale],
        left=left,
        right=right,
        interval=_interval(row) if row else "",
        decidable=sentences.decidable_words(row)
        if row and rows.verdict == "not_enough_data"
        else "",
        sentence=sentences.card_sentence(view, rows),
        arms=_arms(rows),
        raw=formats.effect(rows.naive.estimate, scale) if rows.naive else formats.NONE,
        raw_note=sentences.raw_words(rows),
        details=_details(view, rows),
    )


def _big(row: Estimate | None, scale: str) -> Big:
    value = row.estimate if row else None
    number = formats.effect_number(value, scale)
    return Big(number, formats.effect(value, scale).removeprefix(number))


def _interval(row: Estimate) -> str:
    if row.ci_low is None:
        return ""
    return formats.interval(row.ci_low, row.ci_high, row.scale)


def _arms(rows: OutcomeRows) -> tuple[Arm, ...]:
    row, outcome = rows.matched, rows.outcome
    if row is None or (row.mentored_value is None and row.n_mentored is None):
        return ()
    base_n = row.n_mentored if outcome.level != "share" else None
    if outcome.level == "share" and rows.naive is not None:
        base_n = rows.naive.n_comparison
    return (
        _arm("mentored", "Mentored", row.mentored_value, row.n_mentored, outcome),
        _arm("matched", "Matched peers", row.comparison_value, row.n_comparison, outcome),
        _arm("baseline", outcome.baseline, row.baseline_value, base_n, outcome),
    )


def _arm(kind: str, name: str, value: float | None, people: int | None, outcome: Outcome) -> Arm:
    shown = "" if people is None else formats.count(people)
    return Arm(kind, name, formats.level(value, outcome.level), shown)


def _details(view: View, rows: OutcomeRows) -> tuple[tuple[str, str], ...]:
    """Terms behind the card: definition, people, designs, what could be seen, what could hide."""
    row, outcome = rows.matched, rows.outcome
    definition = view.definitions.get(outcome.key)
    found = [("Definition", definition.definition if definition else "")]
    if row is not None:
        found += [
            ("Direction", f"{outcome.direction.capitalize()} is better."),
            ("Period", _period(outcome, row)),
            ("People", _people(row)),
            ("Two designs", formats.interval(row.range_low, row.range_high, row.scale)),
            ("Smallest visible effect", sentences.detectable_words(outcome, row)),
            ("p, adjusted", formats.probability(row.p_adjusted)),
            ("Unmeasured cause", _e_value(row)),
        ]
    found += [("Before and after", _before_after(rows)), ("Mind", outcome.caveat)]
    return tuple((term, text) for term, text in found if text and text != formats.NONE)


def _period(outcome: Outcome, row: Estimate) -> str:
    if outcome.level == "share":
        return f"At month {row.follow_up_months}, counted from the month after the start."
    return f"Months 1 to {row.follow_up_months} after the month of the start, taken together."


def _people(row: Estimate) -> str:
    if row.n_mentored is None:
        return ""
    text = f"{formats.count(row.n_mentored)} mentored"
    if row.n_mentored_eligible is not None:
        text += f" of {formats.count(row.n_mentored_eligible)} with a baseline"
    text += f", {formats.count(row.n_comparison)} matched peers"
    if row.matched_share is not None:
        text += f"; {formats.share(row.matched_share)} of mentees have a match"
    return text + "."


def _e_value(row: Estimate) -> str:
    if row.e_value is None:
        return ""
    text = f"would have to be {formats.decimal(row.e_value, 1)} times as common among mentees"
    if row.e_value_ci is not None and row.e_value_ci > 1:
        text += f" ({formats.decimal(row.e_value_ci, 1)} for the near end of the interval)"
    return f"{text} and weigh as much on the outcome to explain this away."


def _before_after(rows: OutcomeRows) -> str:
    if rows.before_after is None or rows.before_after.estimate is None:
        return ""
    effect = formats.effect(rows.before_after.estimate, rows.before_after.scale)
    return f"{effect}; {RECOVERY}."


# ---- forest ----------------------------------------------------------------------------------


def forest_html(view: View) -> str:
    """Return the forest: every effect on its own scale, the headline rows first."""
    chosen = axes(view)
    groups = [
        _group("Relative change", "ratio", view, chosen["ratio"]),
        _group("Difference in percentage points", "difference", view, chosen["difference"]),
        *_supporting(view),
    ]
    notes = [
        (view.label(rows.outcome.key), sentences.raw_words(rows))
        for rows in view.outcomes
        if sentences.raw_words(rows)
    ]
    has_blind = any(row.strip.blind_start is not None for group in groups for row in group.rows)
    context = {"confidence": view.confidence, "has_blind": has_blind}
    return render("forest.html", groups=groups, notes=notes, **context)


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
        strip=_empty() if row is None else strip(row, axis, better_sign(row.outcome, row.scale)),
        effect=formats.effect(row.estimate, row.scale) if row else formats.NONE,
        interval=_interval(row) if row else "",
        people=_two_counts(row),
        verdict=sentences.verdict_words(entry.verdict),
    )


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
        interval=_interval(row),
        people=_two_counts(row),
        verdict=None,
    )


def _supporting(view: View) -> list[ForestGroup]:
    shown = [
        row for row in view.supporting if row.comparison == "matched" and row.estimate is not None
    ]
    groups = []
    for title, scales in SUPPORTING_GROUPS:
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
        interval=_interval(row),
        people=_two_counts(row),
        verdict=None,
    )
