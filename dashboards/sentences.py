"""Sentences that follow from the figures. Nothing here is fixed text about a result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import formats
from dashboards.outcomes import Outcome
from dashboards.rows import CurvePoint, Estimate, SeriesPoint
from dashboards.selection import ALL, Selection, dimension_label
from dashboards.view import OutcomeRows, View, load


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """How a verdict looks: its word, its icon and its tone."""

    key: str
    label: str
    icon: str
    tone: str


VERDICTS: dict[str | None, VerdictWords] = {
    "better": VerdictWords("better", "Better", "check", "better"),
    "worse": VerdictWords("worse", "Worse", "cross", "worse"),
    "no_clear_difference": VerdictWords(
        "no_clear_difference", "No clear difference", "equals", "neutral"
    ),
    "as_overall": VerdictWords("as_overall", "As overall", "approximately", "neutral"),
    "not_enough_data": VerdictWords("not_enough_data", "Not enough data", "hourglass", "caution"),
    "not_comparable": VerdictWords("not_comparable", "Not comparable", "unequal", "caution"),
    "suppressed": VerdictWords("suppressed", "Withheld", "lock", "neutral"),
    "no_data": VerdictWords("no_data", "No data", "empty", "neutral"),
    None: VerdictWords("none", "No verdict", "empty", "neutral"),
}


def verdict_words(verdict: str | None) -> VerdictWords:
    """Return label, icon and tone of a verdict.

    Raises
    ------
    KeyError : a verdict that no page knows; better an error than a wrong colour.
    """
    return VERDICTS[verdict]


# ---- one outcome -----------------------------------------------------------------------------


def _bounds(row: Estimate) -> tuple[float, float] | None:
    """Interval in the units people read: per cents or points."""
    if row.ci_low is None or row.ci_high is None:
        return None
    if row.scale == "difference":
        return row.ci_low * 100, row.ci_high * 100
    return formats.change_percent(row.ci_low), formats.change_percent(row.ci_high)


def _amount(number: int, scale: str) -> str:
    if scale == "difference":
        return f"{number}{formats.SPACE}{'point' if number == 1 else 'points'}"
    return f"{number}{formats.NARROW}%"


def range_words(outcome: Outcome, row: Estimate, verdict: str | None) -> str:
    """Say an interval in words: "Likely 9 to 20 % faster merges than matched peers".

    A direction is called likely only where the verdict settles it.
    """
    bounds = _bounds(row)
    if bounds is None:
        return ""
    low, high = bounds
    if low <= 0 <= high:
        return _undecided(outcome, low, high, row.scale)
    phrase = outcome.more if low > 0 else outcome.less
    near, far = sorted((abs(formats.whole(low)), abs(formats.whole(high))))
    if verdict in ("better", "worse"):
        return f"Likely {_span(near, far, row.scale)} {phrase} {outcome.peers}"
    if 0 < near < far:
        return f"Between {near} and {_amount(far, row.scale)} {phrase} {outcome.peers}"
    return f"{_capital(_span(near, far, row.scale))} {phrase} {outcome.peers}"


def _span(near: int, far: int, scale: str) -> str:
    if far == 0:
        return f"under {_amount(1, scale)}"
    if near == 0:
        return f"up to {_amount(far, scale)}"
    return f"about {_amount(far, scale)}" if near == far else f"{near} to {_amount(far, scale)}"


def _undecided(outcome: Outcome, low: float, high: float, scale: str) -> str:
    down, up = abs(formats.whole(low)), abs(formats.whole(high))
    if not down and not up:
        return f"Less than {_amount(1, scale)} apart from matched peers"
    if down and up:
        first = f"{_amount(down, scale)} {outcome.less_word}"
        return f"Between {first} and {_amount(up, scale)} {outcome.more} {outcome.peers}"
    phrase = outcome.more if up else outcome.less
    return f"Up to {_amount(up or down, scale)} {phrase} {outcome.peers}, or no difference"


def detectable_words(outcome: Outcome, row: Estimate) -> str:
    """Say which effect these numbers could have shown; empty where that is not known."""
    if row.detectable_effect is None:
        return ""
    phrase = outcome.less if outcome.direction == "lower" else outcome.more
    return f"{_amount(_detectable(row), row.scale)} {phrase}"


def _detectable(row: Estimate) -> int:
    value = row.detectable_effect or 0.0
    change = value * 100 if row.scale == "difference" else formats.change_percent(value)
    return max(1, abs(formats.whole(change)))


def decidable_words(row: Estimate) -> str:
    """Say when an undecided outcome can be decided; empty where that is not known."""
    if row.decidable_on is None:
        return ""
    return f"Decidable about {formats.month(row.decidable_on)} at today's enrolment."


def card_sentence(view: View, rows: OutcomeRows) -> str:
    """Return the one sentence of a card: a range in words, or why there is none.

    Ranges are said from the published figures, so that they agree with every number on the page.
    """
    row, verdict = rows.matched, rows.verdict
    if row is None:
        return "Nothing was published for this outcome."
    reason = formats.tidy(row.verdict_reason or "")
    if verdict == "suppressed":
        return withheld_words(view.minimum_group)
    if verdict == "not_enough_data" and row.decidable_on is not None:
        # When it will be decided is said beside it, as a month.
        reason = f"{reason.partition('; ')[0].rstrip('.')}." if reason else ""
    if row.estimate is None or verdict in ("not_comparable", "as_overall"):
        return reason or _FALLBACKS.get(verdict or "", "There is no estimate here.")
    return f"{range_words(rows.outcome, row, verdict)}."


def card_aside(rows: OutcomeRows) -> str:
    """Return what the range alone does not say: what could not be seen, or when it can be."""
    row = rows.matched
    if row is None or rows.verdict not in ("no_clear_difference", "not_enough_data"):
        return ""
    if rows.verdict == "not_enough_data":
        return decidable_words(row)
    # The statistics' sentence begins with the range, which the card says from published figures.
    _, _, rest = formats.tidy(row.verdict_reason or "").partition("; ")
    return _capital(rest)


_FALLBACKS = {
    "no_data": "No export with this outcome was loaded.",
    "not_enough_data": "Too few people have been followed so far.",
    "not_comparable": "Mentored engineers and their peers are too different to compare.",
    "as_overall": "No sign that this group differs from everyone.",
}


def outcome_headline(view: View, rows: OutcomeRows) -> str:
    """Return the one sentence of an outcome's own page."""
    label = view.label(rows.outcome.key)
    if rows.matched is None or rows.matched.estimate is None or rows.verdict == "not_comparable":
        return f"{label}: {verdict_words(rows.verdict).label.lower()}."
    if rows.verdict == "as_overall":
        return f"{label}: no sign that it differs from everyone."
    found = range_words(rows.outcome, rows.matched, rows.verdict)
    return f"{label}: {found[:1].lower()}{found[1:]}."


def withheld_words(minimum_group: str) -> str:
    """Say why a group is withheld."""
    who = f"Fewer than {minimum_group} people" if minimum_group else "Too few people"
    return f"{who} in an arm, or showing it would give another small group away."


def raw_words(rows: OutcomeRows) -> str:
    """Say in one sentence why the raw comparison differs from the matched one."""
    if rows.naive is None or rows.matched is None:
        return ""
    raw = formats.effect(rows.naive.estimate, rows.naive.scale)
    matched = formats.effect(rows.matched.estimate, rows.matched.scale)
    if rows.naive.estimate is None:
        return ""
    if rows.matched.estimate is None:
        return f"The raw {raw} is not like for like: {rows.outcome.raw_differs}."
    if raw == matched:
        return f"Here the raw comparison gives the same figure, {raw}."
    return f"Raw {raw} against matched {matched}: {rows.outcome.raw_differs}."


# ---- the whole view --------------------------------------------------------------------------


def _named(view: View, verdict: str) -> list[str]:
    return [view.label(rows.outcome.key) for rows in view.outcomes if rows.verdict == verdict]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def kicker(view: View) -> str:
    """Say whom and which window the page is about."""
    return f"{_who(view)}, {_windows(view)} after the start of mentoring"


def kicker_of(view: View, outcome: Outcome) -> str:
    """Say whom and which window the page of one outcome is about."""
    return f"{_who(view)}, {outcome.window} months after the start of mentoring"


def _who(view: View) -> str:
    picked = view.selection
    if picked.is_everyone:
        return "Everyone"
    return f"{dimension_label(picked.dimension)}: {picked.value}"


def _windows(view: View) -> str:
    if view.selection.follow_up is not None:
        return f"{view.selection.follow_up} months"
    months = sorted({str(rows.outcome.window) for rows in view.outcomes}, key=int)
    return f"{' and '.join(months)} months"


def headline(view: View) -> str:
    """Return the page's one sentence."""
    group = "" if view.selection.is_everyone else f"{view.selection.value}: "
    if view.is_withheld:
        return f"{group}too small a group to show." if group else "Too small a group to show."
    if not view.carries_verdicts:
        return f"{group}{view.selection.follow_up} months on, figures without a verdict."
    return _capital(group + _verdict_clause(view))


def _verdict_clause(view: View) -> str:
    better, worse = len(_named(view, "better")), len(_named(view, "worse"))
    subject = "mentoring improved" if view.is_randomised else "mentored engineers did better on"
    opposite = "made worse" if view.is_randomised else "worse on"
    total = _total(view)
    if better and worse:
        return f"{subject} {better} of {total} and {opposite} {worse}."
    if better:
        return f"{subject} {better} of {total}."
    if worse:
        return f"mentored engineers did worse on {worse} of {total}."
    return _clause_without_difference(view)


def _total(view: View) -> str:
    """Say of how many outcomes: without data there is nothing to be better on."""
    total = len(view.outcomes)
    with_data = total - len(_named(view, "no_data"))
    return f"{total} outcomes" if with_data == total else f"the {with_data} outcomes with data"


def _clause_without_difference(view: View) -> str:
    as_overall, unclear = len(_named(view, "as_overall")), len(_named(view, "no_clear_difference"))
    if as_overall:
        return f"no sign that it differs from everyone on {_of(view, as_overall)}."
    if unclear:
        return f"no clear difference on {_of(view, unclear)}."
    if _named(view, "not_comparable"):
        return "mentored engineers and their peers are too different to compare."
    if _named(view, "not_enough_data"):
        return "not enough data yet to tell whether mentored engineers do better."
    return "no outcome data has been loaded yet."


def _of(view: View, number: int) -> str:
    with_data = len(view.outcomes) - len(_named(view, "no_data"))
    total = _total(view)
    if number != with_data:
        return f"{number} of {total}"
    return f"any of {total}" if total.startswith("the") else f"any of the {total}"


_LEDE: tuple[tuple[str, str, str], ...] = (
    ("better", "is better than for matched peers", "are better than for matched peers"),
    ("worse", "is worse than for matched peers", "are worse than for matched peers"),
    (
        "no_clear_difference",
        "cannot be told apart from no effect",
        "cannot be told apart from no effect",
    ),
    (
        "as_overall",
        "shows no sign of differing from everyone",
        "show no sign of differing from everyone",
    ),
    ("not_comparable", "cannot be compared fairly", "cannot be compared fairly"),
    ("not_enough_data", "needs more data", "need more data"),
    ("suppressed", "is withheld", "are withheld"),
    ("no_data", "has no data", "have no data"),
)


def lede(view: View) -> str:
    """Return the line under the headline: every outcome named once."""
    if view.is_withheld:
        return f"{withheld_words(view.minimum_group)} Choose a wider group."
    if not view.carries_verdicts:
        return (
            "Verdicts are taken only at the window fixed in advance for each outcome; other "
            "windows are for reading, not for deciding."
        )
    parts = []
    for verdict, one, many in _LEDE:
        names = [in_sentence(name) for name in _named(view, verdict)]
        if names:
            verb = one if len(names) == 1 else many
            parts.append(f"{formats.words_of(names)} {verb}")
    return " ".join([*(f"{_capital(part)}." for part in parts), *_overall(view)])


def _overall(view: View) -> list[str]:
    """Recall what holds for everyone, where a group shows no sign of differing from it."""
    is_known = ALL in view.snapshot.segments()
    if not is_known or not _named(view, "as_overall"):
        return []
    return [f"Everyone: {_verdict_clause(load(view.snapshot, Selection()))}"]


def in_sentence(name: str) -> str:
    """Lower the first letter of a name unless its first word is an abbreviation."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


# ---- charts ----------------------------------------------------------------------------------


#: Share of months in which chance alone moves a 95 % interval off zero.
CHANCE = 0.05


NO_VERDICT_BY_MONTH = "There is no verdict here, so nothing is to be read from single months."
_NO_MONTH_COUNTS = {
    "not_enough_data": NO_VERDICT_BY_MONTH,
    "not_comparable": NO_VERDICT_BY_MONTH,
    "as_overall": "There is no sign that this group differs from everyone, so nothing is to be "
    "read from its single months.",
}


def why_no_month_counts(view: View, outcome_key: str) -> str | None:
    """Say why nothing is to be read from an outcome's single months; None where something is."""
    verdict = next(rows.verdict for rows in view.outcomes if rows.outcome.key == outcome_key)
    return _NO_MONTH_COUNTS.get(verdict or "")


def series_sentence(outcome: Outcome, points: Sequence[SeriesPoint]) -> str:
    """Say what the months after the start show, by counting intervals that leave out zero.

    "faster merges in 7 of the 12 months after the start"; empty where there is none after it.
    """
    after = [point for point in points if point.month > 0 and point.ci_low and point.ci_high]
    if not after:
        return ""
    below = sum((point.ci_high or 1) < 1 for point in after)
    above = sum((point.ci_low or 1) > 1 for point in after)
    if below + above <= math.ceil(CHANCE * len(after)):
        return f"no clear pattern in the {len(after)} months after the start"
    parts = [
        f"{phrase} in {number}"
        for number, phrase in ((below, outcome.less), (above, outcome.more))
        if number
    ]
    return f"{formats.words_of(parts)} of the {len(after)} months after the start"


def curve_title(outcome: Outcome, curves: Sequence[CurvePoint], months: int) -> str:
    """Say both arms' shares at a month: "94 % of mentored engineers …; 91 % of matched peers"."""
    at = {point.arm: point.value for point in curves if point.month == months}
    mentored, matched = at.get("mentored"), at.get("comparison")
    what = outcome.measure.format(months=months)
    if mentored is None or matched is None:
        return _capital(what)
    return (
        f"{formats.share(mentored)} of mentored engineers {what}, "
        f"{formats.share(matched)} of matched peers"
    )
