"""Every outcome that was estimated, in sections, each with its definition one click away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards import formats, sentences
from dashboards.components.forest import SUPPORTING_METRICS, interval_text
from dashboards.components.health import label
from dashboards.outcomes import BY_KEY
from dashboards.queries import Snapshot
from dashboards.rows import Definition, Estimate
from dashboards.sentences import VerdictWords

#: Heading -> how the names of its outcomes begin; the last takes what no other does.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Headline outcomes", tuple(BY_KEY)),
    (
        "Changes and reviews",
        ("pr_", "merge_ratio", "throughput", "reviews_given", "authors_helped"),
    ),
    (
        "On call",
        (
            "incident_rate_on_call",
            "business_hour",
            "off_hour",
            "sleep_hour",
            "heavy_on_call",
            "time_to_",
        ),
    ),
    (
        "Careers",
        (
            "internal_mobility",
            "leadership_opportunities",
            "performance_rating",
            "voluntary_leaving",
            "involuntary_leaving",
            "regrettable",
            "leaving_hazard",
            "promotion_hazard",
        ),
    ),
    ("New hires mentored in their first three months", ("onboarding_",)),
    ("Mentors, against matched people who do not mentor", ("mentor_",)),
    ("A second mentorship, against people mentored once", ("again_",)),
    ("Teams, as the unit", ("team_",)),
    ("Team-mates of mentees who are not mentored themselves", ("spillover_",)),
    ("Your own measures", ("",)),
)
EVERYONE = ("all", "all")
#: The window that is shown: that of the headline outcome on the same scale.
_WINDOWS = {"ratio": 6, "difference": 12, "months": 6}


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome: effect, interval, people, verdict."""

    key: str
    label: str
    link: str
    definition: str
    window: str
    effect: str
    interval: str
    people: str
    verdict: VerdictWords
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """Outcomes that belong together."""

    title: str
    lines: tuple[Line, ...]


def sections(snapshot: Snapshot, wanted: Sequence[str] = ()) -> list[Section]:
    """Return the matched estimates of everyone, section by section.

    Parameters
    ----------
    wanted : beginnings of names; those of every section where none is given.
    """
    filed: dict[str, list[Line]] = {title: [] for title, _ in SECTIONS}
    for line in lines_of(snapshot, wanted):
        filed[_section_of(line.key)].append(line)
    return [Section(title, tuple(lines)) for title, lines in filed.items() if lines]


def lines_of(
    snapshot: Snapshot, wanted: Sequence[str] = (), segment: tuple[str, str] = EVERYONE
) -> tuple[Line, ...]:
    """Return the matched estimates of a group, one line an outcome.

    Parameters
    ----------
    wanted : beginnings of names; every outcome where none is given.
    segment : dimension and group.
    """
    definitions = snapshot.definitions()
    return tuple(
        _line(row, definitions)
        for row in _shown(snapshot, segment)
        if not wanted or _metric(row).startswith(tuple(wanted))
    )


def _shown(snapshot: Snapshot, segment: tuple[str, str]) -> list[Estimate]:
    """One row an outcome: its headline scale at the headline window."""
    found: dict[str, Estimate] = {}
    order = list(_WINDOWS)
    rows = [
        row for row in snapshot.rows(Estimate, *segment)
        if row.comparison == "matched" and row.scale in _WINDOWS
    ]  # fmt: skip
    for row in sorted(rows, key=lambda row: (order.index(row.scale), row.follow_up_months)):
        known = found.get(row.outcome)
        is_right = row.follow_up_months == _WINDOWS[row.scale]
        if known is None or (is_right and known.scale == row.scale):
            found[row.outcome] = row
    headline = [found[key] for key in BY_KEY if key in found]
    others = [row for key, row in sorted(found.items()) if key not in BY_KEY]
    hazards = [
        row for row in snapshot.rows(Estimate, *segment)
        if row.comparison == "matched"
        and row.scale == "hazard_ratio"
        and row.follow_up_months == _WINDOWS["difference"]
    ]  # fmt: skip
    return [*headline, *others, *sorted(hazards, key=_metric)]


def _metric(row: Estimate) -> str:
    """Name under which the dictionary holds what a row is about."""
    if row.scale == "hazard_ratio":
        return SUPPORTING_METRICS.get((row.outcome, row.scale), row.outcome)
    return row.outcome


def _section_of(outcome: str) -> str:
    if outcome in BY_KEY:
        return SECTIONS[0][0]
    return next(title for title, starts in SECTIONS[1:] if outcome.startswith(starts))


def _line(row: Estimate, definitions: Mapping[str, Definition]) -> Line:
    metric, row = _metric(row), row.as_shown()
    known = definitions.get(metric)
    has_figures = row.estimate is not None
    return Line(
        key=metric,
        label=label(metric, definitions),
        link=f"/outcomes/{metric}" if metric in BY_KEY else "",
        definition=formats.tidy(known.definition) if known else "",
        window=f"{row.follow_up_months} months",
        effect=formats.effect(row.estimate, row.scale),
        interval=interval_text(row) if has_figures else "",
        people=_people(row),
        verdict=sentences.verdict_words(row.verdict),
        reason="" if has_figures else formats.tidy(row.verdict_reason or ""),
    )


def _people(row: Estimate) -> str:
    if row.n_mentored is None:
        return formats.NONE
    return f"{formats.count(row.n_mentored)} / {formats.count(row.n_comparison)}"
