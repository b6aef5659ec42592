"""One view of one snapshot: the rows that a page draws, picked once and never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dashboards import formats
from dashboards.outcomes import BY_KEY, HEADLINE, Outcome
from dashboards.queries import Snapshot
from dashboards.rows import CurvePoint, DataCheck, Definition, Estimate, SeriesPoint, TrustCheck
from dashboards.selection import Selection

RANDOMISED = ("lottery", "waitlist")
DECIDED = ("better", "worse", "no_clear_difference", "as_overall")
Point = TypeVar("Point", SeriesPoint, CurvePoint)
HEADLINE_SCALES = {"pr_cycle_time": "ratio", "incident_rate": "ratio"}


@dataclass(frozen=True, slots=True)
class OutcomeRows:
    """What is known of one headline outcome in one view; None where no row was published."""

    outcome: Outcome
    matched: Estimate | None
    naive: Estimate | None
    before_after: Estimate | None

    @property
    def verdict(self) -> str | None:
        """Verdict of the matched row; None at a window that decides nothing.

        A window other than the headline one still says why a figure is missing.
        """
        if self.matched is None:
            return "no_data"
        decides = self.matched.is_headline or self.matched.verdict not in DECIDED
        return self.matched.verdict if decides else None


@dataclass(frozen=True, slots=True)
class View:
    """Everything the overview shows of one group and window."""

    snapshot: Snapshot
    selection: Selection
    outcomes: tuple[OutcomeRows, ...]
    supporting: tuple[Estimate, ...]
    checks: tuple[TrustCheck, ...]
    data_checks: tuple[DataCheck, ...]
    series: Mapping[str, tuple[SeriesPoint, ...]]
    curves: Mapping[str, tuple[CurvePoint, ...]]
    definitions: Mapping[str, Definition]

    @property
    def minimum_group(self) -> str:
        """Fewest people in an arm that are shown; empty where the snapshot does not say."""
        return self.snapshot.info.get("minimum_group", "")

    @property
    def confidence(self) -> str:
        """Level of the intervals, as text: "95 %"."""
        return formats.share(float(self.snapshot.info.get("confidence", "0.95")))

    @property
    def carries_verdicts(self) -> bool:
        """Verdicts exist only at the windows fixed in advance."""
        return self.selection.follow_up is None

    @property
    def is_withheld(self) -> bool:
        """Tell whether every headline row of the group is withheld."""
        shown = [rows.verdict for rows in self.outcomes if rows.verdict != "no_data"]
        return bool(shown) and all(verdict == "suppressed" for verdict in shown)

    @property
    def is_randomised(self) -> bool:
        """Tell whether mentees of this group were drawn by lot, which allows more to be said."""
        picked = self.selection
        return picked.dimension == "assignment" and picked.value in RANDOMISED

    def label(self, outcome: str) -> str:
        """Name of an outcome or metric for people."""
        if outcome in self.definitions:
            return self.definitions[outcome].label
        known = BY_KEY.get(outcome)
        return known.label if known else outcome.replace("_", " ").capitalize()


def load(snapshot: Snapshot, selection: Selection) -> View:
    """Read every row that one view needs."""
    group = (selection.dimension, selection.value)
    estimates = [
        row for row in snapshot.rows(Estimate, *group) if _in_window(row, selection.follow_up)
    ]
    series = _by_outcome(
        point for point in snapshot.rows(SeriesPoint, *group) if point.comparison == "matched"
    )
    curves = _by_outcome(snapshot.rows(CurvePoint, *group))
    return View(
        snapshot=snapshot,
        selection=selection,
        outcomes=tuple(_rows_of(outcome, estimates) for outcome in HEADLINE),
        supporting=tuple(row for row in estimates if _is_supporting(row)),
        checks=snapshot.rows(TrustCheck, *group),
        data_checks=snapshot.table(DataCheck),
        series=series,
        curves=curves,
        definitions=snapshot.definitions(),
    )


def _in_window(row: Estimate, follow_up: int | None) -> bool:
    if follow_up is not None:
        return row.follow_up_months == follow_up
    if _is_supporting(row):
        known = BY_KEY.get(row.outcome)
        return row.follow_up_months == (known.window if known else 12)
    return row.is_headline


def _is_supporting(row: Estimate) -> bool:
    if row.outcome not in BY_KEY:
        return True
    return row.scale != HEADLINE_SCALES.get(row.outcome, "difference")


def _rows_of(outcome: Outcome, estimates: Iterable[Estimate]) -> OutcomeRows:
    rows = {
        row.comparison: row
        for row in estimates
        if row.outcome == outcome.key and not _is_supporting(row)
    }
    return OutcomeRows(
        outcome=outcome,
        matched=rows.get("matched"),
        naive=rows.get("naive"),
        before_after=rows.get("before_after"),
    )


def _by_outcome(points: Iterable[Point]) -> dict[str, tuple[Point, ...]]:
    found: dict[str, list[Point]] = {}
    for point in points:
        found.setdefault(point.outcome, []).append(point)
    return {outcome: tuple(rows) for outcome, rows in found.items()}
