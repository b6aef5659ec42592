"""What every file of the pack says, once: sentences, outcomes, checks, where it is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from dashboards import formats, sentences, trust
from dashboards.components import returns
from dashboards.components.cards import Card, cards_of
from dashboards.components.evidence import CheckLine, check_lines
from dashboards.components.health import is_old, latest, status_of
from dashboards.export.source import Source
from dashboards.rows import CurvePoint, Estimate, HealthRow, ReturnRow, SeriesPoint, Story
from dashboards.selection import ALL, dimension_label
from dashboards.view import OutcomeRows

COMPARISON = (
    "Mentored engineers against matched peers: the same month, level, tenure band and, where "
    "enough match, organisation and recent cycle time, who had not been mentored by then."
)
UNSETTLED = "Figures at this window are for reading; verdicts are taken at the headline windows."


STORIES_ARE = (
    "Single voices, chosen and told by the people themselves with their consent; no evidence of an "
    "effect."
)
RETURN_RESTS = (
    "A return rests on the matched comparison of retention and on its limits: people who mean to "
    "stay are more likely to sign up."
)
HEALTH_ORDER = {"needs_action": 0, "on_target": 1}
PARTICIPATION = "participation"
MOST_HEALTH, MOST_ACCESS = 12, 18


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """One headline outcome: the card of the app, its rows, and the sentence for a speaker."""

    card: Card
    rows: OutcomeRows
    spoken: str

    @property
    def row(self) -> Estimate | None:
        """The matched estimate."""
        return self.rows.matched


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One measure of the programme, in the last month that shows it."""

    label: str
    definition: str
    value: float | None
    target: float | None
    unit: str
    status: str
    month: date | None
    n: int | None


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One group's participation against everyone else's."""

    measure: str
    group: str
    rate: float | None
    rate_ratio: float | None
    ci_low: float | None
    ci_high: float | None
    n: int | None


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything that slides, paper, the summary sheet and the digest say."""

    title: str
    kicker: str
    headline: str
    lede: str
    chips: tuple[trust.Chip, ...]
    outcomes: tuple[OutcomeLine, ...]
    checks: tuple[CheckLine, ...]
    caveats: tuple[str, ...]
    health: tuple[HealthLine, ...]
    access: tuple[AccessLine, ...]
    stories: tuple[Story, ...]
    returns: tuple[returns.Section, ...]
    returns_headline: str
    provenance: tuple[tuple[str, str], ...]
    foot: str

    @property
    def do_not_conclude(self) -> str:
        """The one line that goes into every file."""
        return self.caveats[0] if self.caveats else UNSETTLED


def brief_of(source: Source) -> Brief:
    """Put together what is said of a view."""
    view = source.view
    caveats = trust.caveats(view)
    # Costs and returns are of everyone: beside a group they would be taken for its own.
    is_whole = view.selection.dimension == ALL
    priced = source.snapshot.table(ReturnRow) if is_whole else ()
    lines = tuple(
        OutcomeLine(card, rows, spoken_words(source, rows))
        for card, rows in zip(cards_of(view), view.outcomes, strict=True)
    )
    return Brief(
        title="Does our mentorship programme work?",
        kicker=sentences.kicker(view),
        headline=sentences.headline(view),
        lede=sentences.lede(view),
        chips=trust.chips(view),
        outcomes=lines,
        checks=tuple(check_lines(view)),
        caveats=caveats,
        health=health_lines(source),
        access=access_lines(source),
        stories=source.snapshot.table(Story),
        returns=tuple(returns.sections(priced, view.definitions)),
        returns_headline=returns.headline(priced) if priced else "",
        provenance=provenance(source, caveats),
        foot=foot(source),
    )


def people_words(source: Source) -> str:
    """Say how many people are compared, as the first chip does."""
    return trust.chips(source.view)[0].text


def foot(source: Source) -> str:
    """Give the line under every slide and page."""
    view = source.view
    return " · ".join(
        (
            sentences.kicker(view),
            people_words(source),
            f"{view.confidence} intervals",
            f"data to {formats.day(source.snapshot.as_of)}",
            f"snapshot {source.snapshot.id}",
        )
    )


def spoken_words(source: Source, rows: OutcomeRows) -> str:
    """Say one outcome's definition, figure and interval in sentences, for notes."""
    view, row = source.view, rows.matched
    label = view.label(rows.outcome.key)
    definition = view.definitions.get(rows.outcome.key)
    verdict = sentences.verdict_words(rows.verdict).label
    found = [f"{label}. {verdict}: {sentences.card_sentence(view, rows)}"]
    if row is not None and row.estimate is not None:
        effect = formats.effect(row.estimate, row.scale)
        interval = formats.interval(row.ci_low, row.ci_high, row.scale)
        found.append(
            f"The estimate is {effect}, the {view.confidence} interval {interval}, over "
            f"{row.follow_up_months} months, with {formats.count(row.n_mentored)} mentored "
            f"engineers and {formats.count(row.n_comparison)} matched peers."
        )
    if definition is not None:
        found.append(f"Definition (version {definition.version}): {definition.definition}")
    found.append(rows.outcome.caveat)
    return " ".join(found)


def provenance(source: Source, caveats: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Say where the figures are from and how they may be read."""
    view, info = source.view, source.snapshot.info
    picked = view.selection
    window = "headline" if picked.follow_up is None else f"{picked.follow_up} months"
    versions = ", ".join(
        f"{rows.outcome.key} {view.definitions[rows.outcome.key].version}"
        for rows in view.outcomes
        if rows.outcome.key in view.definitions
    )
    rule = (
        f"Groups and arms of fewer than {view.minimum_group} people, and whatever would give one "
        "away by subtraction, are withheld; counts are rounded to the nearest 5 and figures to "
        "what so many people allow."
    )
    return (
        ("Snapshot", source.snapshot.id),
        ("Data to", source.snapshot.as_of.isoformat()),
        *(
            (f"Data end, {name}", str(info[f"{name}_end"])[:10])
            for name in ("hris", "git", "incidents", "mentorship")
            if info.get(f"{name}_end")
        ),
        ("Segment", f"{picked.dimension}:{picked.value}"),
        ("Follow-up", window),
        ("Comparison", COMPARISON),
        ("People", people_words(source)),
        ("Intervals", view.confidence),
        ("Suppression rule", rule),
        ("Do not conclude", caveats[0] if caveats else UNSETTLED),
        ("Definition versions", versions),
        *(
            (words, info[key])
            for words, key in (
                ("Built", "built_at"),
                ("Code version", "code_version"),
                ("Exports", "exports_hash"),
                ("Settings", "settings_hash"),
            )
            if info.get(key)
        ),
    )


def health_lines(source: Source) -> tuple[HealthLine, ...]:
    """Give the programme's measures in the last month, those that need action first.

    Of a measure that is not told every month the last one of the year that is told stands, with
    its month, and without a verdict where it is too old to be judged.
    Measures with a target come before those without; a withheld one is left out.
    """
    names = [column.name for column in fields(HealthRow)]
    rows = _segment_rows(source, "programme_health")
    last = max((row["month"] for row in rows), default=date.min)
    now = latest([HealthRow(**{name: row[name] for name in names}) for row in rows])
    shown = [row for row in now.values() if row.value is not None and not is_old(row.month, last)]
    shown.sort(key=lambda row: HEALTH_ORDER.get(status_of(row, last), len(HEALTH_ORDER)))
    definitions = source.view.definitions
    return tuple(
        HealthLine(
            label=source.view.label(row.measure)
            + ("" if row.month == last else f", {formats.month(row.month)}"),
            definition=definitions[row.measure].definition if row.measure in definitions else "",
            value=row.value,
            target=row.target,
            unit=row.unit or "",
            status=status_of(row, last),
            month=row.month,
            n=row.n,
        )
        for row in shown[:MOST_HEALTH]
    )


def access_lines(source: Source) -> tuple[AccessLine, ...]:
    """Give who comes to mentoring: each group's participation against everyone else's.

    In the order of dimensions and groups, crossings last, never of size: groups are not ranked.
    """
    shown = [
        row
        for row in _segment_rows(source, "access")
        if row["measure"] == PARTICIPATION and row["rate_ratio"] is not None
    ]
    shown.sort(
        key=lambda row: (" × " in row["group_dimension"], row["group_dimension"], row["group"])
    )
    return tuple(
        AccessLine(
            measure=source.view.label(row["measure"]),
            group=f"{dimension_label(row['group_dimension'])}: {row['group']}",
            rate=row["rate"],
            rate_ratio=row["rate_ratio"],
            ci_low=row["ci_low"],
            ci_high=row["ci_high"],
            n=row["n"],
        )
        for row in shown[:MOST_ACCESS]
    )


def _segment_rows(source: Source, table: str) -> list[dict[str, Any]]:
    picked = source.view.selection
    return [
        row
        for row in source.tables[table].records()
        if (row["segment_dimension"], row["segment_value"]) == (picked.dimension, picked.value)
    ]


def series_of(source: Source, outcome: str) -> list[SeriesPoint]:
    """Give the event study at the months that have a figure, if anything is to be read of them."""
    if sentences.why_no_month_counts(source.view, outcome):
        return []
    points = source.view.series.get(outcome, ())
    return sorted((p for p in points if p.estimate is not None), key=lambda point: point.month)


def curves_of(source: Source, outcome: str) -> dict[str, list[CurvePoint]]:
    """Give each arm's curve at the months that have a figure, the mentored arm first."""
    arms: dict[str, list[CurvePoint]] = {"mentored": [], "comparison": []}
    for point in source.view.curves.get(outcome, ()):
        if point.value is not None and point.arm in arms:
            arms[point.arm].append(point)
    return {
        arm: sorted(points, key=lambda point: point.month) for arm, points in arms.items() if points
    }


ARM_NAMES = {"mentored": "Mentored", "comparison": "Matched peers"}


def measure_text(value: float | None, unit: str) -> str:
    """Write a programme measure in its own unit."""
    if unit == "share":
        return formats.share(value)
    text = formats.significant(value, 2)
    return text if value is None else f"{text} {unit}"
