"""One outcome by group, by window and by size: for whom, does it last, how is it spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards import formats, sentences
from dashboards.components.forest import ForestGroup, ForestRow, interval_text
from dashboards.components.html import render
from dashboards.components.strip import Axis, axis, strip
from dashboards.outcomes import Outcome, better_sign
from dashboards.queries import Snapshot
from dashboards.rows import DistributionBin, Estimate, SegmentEstimate, SegmentTest
from dashboards.selection import ALL, Selection, dimension_label
from dashboards.view import HEADLINE_SCALES, View

PREFERRED = ("model", "organisation", "level", "cohort", "program")
DIFFERS = ("better", "worse", "no_clear_difference")
BINS = (
    "none",
    "1",
    "2",
    "3 or 4",
    "5 or more",
    "under 4 h",
    "4 to 8 h",
    "8 to 16 h",
    "16 to 24 h",
    "1 to 2 days",
    "2 to 3 days",
    "3 to 5 days",
    "over 5 days",
)
ARMS = {"mentored": "Mentored", "comparison": "Matched peers"}
TOKENS = {"mentored": "mentored", "comparison": "matched"}

_BEGAN_WITH = (
    "Mentees count by what they began with; who began several in one month is in “several”, and "
    "what followed the first mentorship is not told apart here: a second one has outcomes of its "
    "own."
)
CAVEATS = {
    "model": f"Who takes part in which model is not left to chance, so a difference between models "
    f"may be one between their people. {_BEGAN_WITH}",
    "program": f"Programmes choose whom they take, so a difference between them may be one between "
    f"their people. {_BEGAN_WITH}",
}
"""What has to be said beside the groups of a dimension."""


def split_by(snapshot: Snapshot, selection: Selection) -> str | None:
    """Return the dimension to compare groups of: the picked one, else the first there is."""
    if not selection.is_everyone:
        return selection.dimension
    known = snapshot.segments()
    ranked = [*PREFERRED, *(name for name in known if name not in PREFERRED)]
    return next((name for name in ranked if name in known and name != ALL), None)


# ---- for whom --------------------------------------------------------------------------------


def groups_html(view: View, outcome: Outcome) -> str:
    """Return the groups of one dimension on one axis, everyone first, in reading order."""
    dimension = split_by(view.snapshot, view.selection)
    rows = {
        (row.segment_dimension, row.segment_value): row
        for row in view.snapshot.by_segment(outcome.key)
    }
    values = view.snapshot.segments().get(dimension or "", ())
    keys = [(ALL, ALL), *((dimension or "", value) for value in values)]
    shown = [rows[key] for key in keys if key in rows]
    common = axis(shown, HEADLINE_SCALES.get(outcome.key, "difference"))
    lines = tuple(_group_row(view, row, common) for row in shown)
    name = dimension_label(dimension).lower() if dimension else ""
    return render(
        "groups.html",
        groups=[ForestGroup(_unit(outcome), common, lines)] if values else [],
        name=name,
        test=" ".join(
            filter(
                None,
                (_test_sentence(view, outcome, dimension, shown), CAVEATS.get(dimension or "")),
            )
        ),
        confidence=view.confidence,
    )


def _unit(outcome: Outcome) -> str:
    return "Relative change" if outcome.level != "share" else "Difference in points"


def _group_row(view: View, row: SegmentEstimate, common: Axis) -> ForestRow:
    is_all = row.segment_dimension == ALL
    people = formats.NONE
    if row.n_mentored is not None:
        people = f"{formats.count(row.n_mentored)} / {formats.count(row.n_comparison)}"
    picked = (view.selection.dimension, view.selection.value)
    is_picked = not is_all and picked == (row.segment_dimension, row.segment_value)
    return ForestRow(
        label="Everyone" if is_all else row.segment_value,
        note="picked" if is_picked else "",
        kind="headline" if is_all or is_picked else "supporting",
        strip=strip(row, common, better_sign(row.outcome, row.scale)),
        effect=formats.effect(row.estimate, row.scale),
        interval=interval_text(row),
        people=people,
        verdict=sentences.verdict_words(row.verdict),
    )


def _test_sentence(
    view: View, outcome: Outcome, dimension: str | None, shown: Sequence[SegmentEstimate]
) -> str:
    """Say whether the effect differs between the groups, as the verdicts have it."""
    if dimension is None:
        return "The snapshot is not split into groups."
    name = dimension_label(dimension).lower()
    test = next(
        (
            row
            for row in view.snapshot.table(SegmentTest)
            if (row.outcome, row.segment_dimension) == (outcome.key, dimension)
        ),
        None,
    )
    if test is None or test.p is None:
        return f"Too few groups are large enough to tell whether the effect differs by {name}."
    p = f"p {formats.probability(test.p)}, {formats.probability(test.p_holm)} over all dimensions"
    if any(row.verdict in DIFFERS for row in shown if row.segment_dimension != ALL):
        return f"The effect differs by {name} ({p})."
    return (
        f"No sign that the effect differs by {name}: differences this large come up by chance "
        f"({p}). Each figure is drawn towards the mean of all."
    )


# ---- does it last ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """The outcome at one follow-up window."""

    name: str
    effect: str
    interval: str
    mentored: str
    matched: str
    people: str
    note: str


def windows_html(view: View, outcome: Outcome) -> str:
    """Return the outcome at every window; only the headline one carries a verdict."""
    scale = HEADLINE_SCALES.get(outcome.key, "difference")
    group = (view.selection.dimension, view.selection.value)
    rows = sorted(
        (
            row
            for row in view.snapshot.rows(Estimate, *group)
            if (row.outcome, row.comparison, row.scale) == (outcome.key, "matched", scale)
        ),
        key=lambda row: row.follow_up_months,
    )
    return render("windows.html", windows=[_window(row, outcome) for row in rows])


def _window(row: Estimate, outcome: Outcome) -> Window:
    note = sentences.verdict_words(row.verdict).label
    if not row.is_headline and row.estimate is not None:
        note = "No verdict"
    elif row.decidable_on is not None:
        note += f", decidable about {formats.month(row.decidable_on)}"
    return Window(
        name=f"{row.follow_up_months} months",
        effect=formats.effect(row.estimate, row.scale),
        interval=interval_text(row),
        mentored=formats.level(row.mentored_value, outcome.level),
        matched=formats.level(row.comparison_value, outcome.level),
        people=formats.count(row.n_mentored),
        note=note,
    )


# ---- how it is spread ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One arm's share in one bin."""

    token: str
    arm: str
    text: str
    width: float


def spread_html(view: View, outcome: Outcome) -> str:
    """Return how an outcome is spread over people in both arms; empty where not published."""
    rows = [
        row
        for row in view.snapshot.rows(
            DistributionBin, view.selection.dimension, view.selection.value
        )
        if row.outcome == outcome.key
    ]
    shares = {(row.bin, row.arm): row.share for row in rows}
    most = max((share for share in shares.values() if share is not None), default=0.0)
    names = sorted({row.bin for row in rows}, key=_bin_order)
    if not most:
        return ""
    bins = [(name, [_bar(shares.get((name, arm)), arm, most) for arm in ARMS]) for name in names]
    return render("spread.html", bins=bins, arms=ARMS, tokens=TOKENS)


def _bin_order(name: str) -> tuple[int, str]:
    return (BINS.index(name) if name in BINS else len(BINS), name)


def _bar(share: float | None, arm: str, most: float) -> Bar:
    width = 0.0 if share is None or not most else round(100 * share / most, 1)
    text = "withheld" if share is None else formats.share(share)
    return Bar(TOKENS[arm], ARMS[arm], text, width)
