"""The four outcome cards."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import formats, sentences
from dashboards.components.forest import RECOVERY, axes, interval_text
from dashboards.components.html import render
from dashboards.components.strip import Axis, Strip, strip
from dashboards.outcomes import Outcome, better_sign
from dashboards.rows import Estimate, SensitivityRow
from dashboards.sentences import VerdictWords
from dashboards.view import OutcomeRows, View

STATE_WORDS = {
    "not_enough_data": "Not yet known",
    "not_comparable": "Not comparable",
    "suppressed": "Withheld",
    "no_data": "No data",
}


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
    sentence: str
    aside: str
    arms: tuple[Arm, ...]
    raw: str
    raw_note: str
    details: tuple[tuple[str, str], ...]


def cards_html(view: View, only: str | None = None) -> str:
    """Return the four outcome cards, or only one of them."""
    cards = [card for card in cards_of(view) if only in (None, card.key)]
    return render("cards.html", cards=cards, confidence=view.confidence, has_links=only is None)


def cards_of(view: View) -> list[Card]:
    """Return what the outcome cards say, one an outcome."""
    chosen = axes(view)
    return [_card(view, rows, chosen) for rows in view.outcomes]


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
        strip=strip(row, chosen[scale], better, row.detectable_effect)
        if row and has_strip
        else None,
        axis=chosen[scale],
        left=left,
        right=right,
        interval=interval_text(row) if row else "",
        sentence=sentences.card_sentence(view, rows),
        aside=sentences.card_aside(rows),
        arms=_arms(rows),
        raw=formats.effect(rows.naive.estimate, scale) if rows.naive else formats.NONE,
        raw_note=sentences.raw_words(rows),
        details=_details(view, rows),
    )


def _big(row: Estimate | None, scale: str) -> Big:
    value = row.estimate if row else None
    number = formats.effect_number(value, scale)
    return Big(number, formats.effect(value, scale).removeprefix(number))


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
            ("Range of designs", formats.interval(row.range_low, row.range_high, row.scale)),
            ("Smallest visible effect", sentences.detectable_words(outcome, row)),
            ("p, adjusted", formats.probability(row.p_adjusted)),
            ("Unmeasured cause", _e_value(row)),
        ]
    found += [
        ("Without known events", _without_events(view, rows)),
        ("Before and after", _before_after(rows)),
        ("Mind", outcome.caveat),
    ]
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


def _without_events(view: View, rows: OutcomeRows) -> str:
    """The headline once more, the months of known events left out; nothing at other windows.

    Nor beside a headline that was drawn to the mean of the groups, as the other is not: what lies
    between them would be that.
    """
    headline = rows.matched
    if headline is None or headline.estimate is None or not view.carries_verdicts:
        return ""
    if headline.verdict == "as_overall":
        return ""
    segment = view.selection.dimension, view.selection.value
    for row in view.snapshot.rows(SensitivityRow, *segment):
        is_same = (row.outcome, row.variant) == (headline.outcome, "without_events")
        if is_same and row.estimate is not None:
            effect = formats.effect(row.estimate, headline.scale)
            interval = formats.interval(row.ci_low, row.ci_high, headline.scale)
            return f"{effect} ({interval}), their months left out."
    return ""


def _before_after(rows: OutcomeRows) -> str:
    if rows.before_after is None or rows.before_after.estimate is None:
        return ""
    effect = formats.effect(rows.before_after.estimate, rows.before_after.scale)
    return f"{effect}; {RECOVERY}."
