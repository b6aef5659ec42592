"""What changed since the snapshot before: verdicts, figures, people; and what made them differ."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import formats, sentences
from dashboards.queries import Snapshot
from dashboards.rows import Estimate
from dashboards.sentences import VerdictWords
from dashboards.view import OutcomeRows, View, outcomes_of

CAUSES = (
    ("settings_hash", "the settings"),
    ("code_version", "the program's version"),
    ("minimum_group", "the smallest group shown"),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One outcome in one of the two snapshots."""

    verdict: VerdictWords
    effect: str
    interval: str
    people: str


@dataclass(frozen=True, slots=True)
class Change:
    """One outcome then and now."""

    label: str
    then: Side
    now: Side
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """The comparison of a view with the same view of the snapshot before.

    Attributes
    ----------
    since : how the snapshot before is called in a heading.
    summary : what changed, in one sentence.
    rows : outcomes in their order; empty where the view did not exist.
    """

    since: str
    summary: str
    rows: tuple[Change, ...]


def changes(view: View) -> Changes | None:
    """Compare a view with the snapshot before; None where there is none."""
    before = view.snapshot.previous
    if before is None:
        return None
    then = outcomes_of(before, view.selection)
    if all(rows.matched is None for rows in then):
        return Changes(_since(view.snapshot, before), _no_view(view), ())
    pairs = tuple(_change(view, *pair) for pair in zip(then, view.outcomes, strict=True))
    return Changes(_since(view.snapshot, before), _summary(view, before, pairs), pairs)


def _since(snapshot: Snapshot, before: Snapshot) -> str:
    """Name the snapshot before by its last day, or by when it was built if that is the same."""
    if before.as_of != snapshot.as_of:
        return f"since the snapshot of {formats.day(before.as_of)}"
    return f"since the snapshot published {formats.moment(before.info.get('built_at'))}"


def _no_view(view: View) -> str:
    what = "group" if not view.selection.is_everyone else "comparison"
    return f"The snapshot before does not hold this {what} at this window."


def _change(view: View, then: OutcomeRows, now: OutcomeRows) -> Change:
    return Change(
        label=view.label(now.outcome.key),
        then=_side(then.matched, then.verdict),
        now=_side(now.matched, now.verdict),
        is_changed=then.verdict != now.verdict,
    )


def _side(row: Estimate | None, verdict: str | None) -> Side:
    return Side(
        verdict=sentences.verdict_words(verdict),
        effect=formats.effect(row.estimate, row.scale) if row else formats.NONE,
        interval=formats.interval(row.ci_low, row.ci_high, row.scale)
        if row and row.ci_low is not None
        else "",
        people=formats.count(row.n_mentored) if row else formats.NONE,
    )


def _summary(view: View, before: Snapshot, pairs: tuple[Change, ...]) -> str:
    changed = [pair.label for pair in pairs if pair.is_changed]
    if not view.carries_verdicts:
        text = "Figures then and now; this window carries no verdict."
    elif changed:
        names = formats.words_of([sentences.in_sentence(name) for name in changed])
        text = f"Another verdict for {names}."
    else:
        text = "No verdict has changed."
    caused = [words for key, words in CAUSES if before.info.get(key) != view.snapshot.info.get(key)]
    if caused:
        text += f" Between the two, {formats.words_of(caused)} changed as well as the data."
    return f"{text} Both hold mostly the same people, so a moved figure is no second finding."
