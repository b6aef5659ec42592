"""One view of one snapshot: the rows that a page draws, picked once and never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from dashboards import formats
from dashboards.outcomes import BY_KEY, HEADLINE, Outcome
from dashboards.queries import Snapshot
from dashboards.rows import CurvePoint, DataCheck, Definition, Estimate, SeriesPoint, TrustCheck
from dashboards.selection import ALL, Selection

RANDOMISED = ("lottery", "waitlist")
OF_THE_SNAPSHOT = ("looks",)
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
    def shown_checks(self) -> tuple[TrustCheck, ...]:
        """Checks of what the page shows: one of an estimate that is not shown passes nothing.

        A check that is of everything, or that says why an outcome has no estimate, stays.
        """
        hidden = {
            rows.outcome.key
            for rows in self.outcomes
            if rows.matched is None or rows.matched.estimate is None
        }
        return tuple(row for row in self.checks if row.outcome not in hidden)

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
    estimates = _estimates(snapshot, selection)
    series = _by_outcome(
        point for point in snapshot.rows(SeriesPoint, *group) if point.comparison == "matched"
    )
    curves = _by_outcome(snapshot.rows(CurvePoint, *group))
    return View(
        snapshot=snapshot,
        selection=selection,
        outcomes=outcomes_of(snapshot, selection),
        supporting=tuple(row for row in estimates if _is_supporting(row)),
        checks=_checks(snapshot, selection),
        data_checks=snapshot.table(DataCheck),
        series=series,
        curves=curves,
        definitions=snapshot.definitions(),
    )


def _checks(snapshot: Snapshot, selection: Selection) -> tuple[TrustCheck, ...]:
    """Return a group's own checks, and those that are of the whole snapshot whatever the group."""
    own = snapshot.rows(TrustCheck, selection.dimension, selection.value)
    if not own or selection.is_everyone:
        return own
    whole = snapshot.rows(TrustCheck, ALL, ALL)
    return (*own, *(row for row in whole if row.check in OF_THE_SNAPSHOT))


def outcomes_of(snapshot: Snapshot, selection: Selection) -> tuple[OutcomeRows, ...]:
    """Return the headline outcomes of one view; any snapshot with estimates will do."""
    estimates = _estimates(snapshot, selection)
    return tuple(_rows_of(outcome, estimates) for outcome in HEADLINE)


def _estimates(snapshot: Snapshot, selection: Selection) -> list[Estimate]:
    rows = snapshot.rows(Estimate, selection.dimension, selection.value)
    windows = _supporting_windows(rows)
    return [row for row in rows if _in_window(row, selection.follow_up, windows)]


def _supporting_windows(rows: Iterable[Estimate]) -> dict[tuple[str, str], int]:
    """Return the one window at which each supporting outcome is shown by default.

    The window of its headline outcome; else the first from six months that has a figure.
    """
    found: dict[tuple[str, str], int] = {}
    ranked = sorted(
        (row for row in rows if _is_supporting(row) and row.comparison == "matched"),
        key=lambda row: (row.estimate is None, row.follow_up_months < 6, row.follow_up_months),
    )
    for row in ranked:
        known = BY_KEY.get(row.outcome)
        window = known.window if known else row.follow_up_months
        found.setdefault((row.outcome, row.scale), window)
    return found


def _in_window(
    row: Estimate, follow_up: int | None, windows: Mapping[tuple[str, str], int]
) -> bool:
    if follow_up is not None:
        return row.follow_up_months == follow_up
    if _is_supporting(row):
        return row.follow_up_months == windows.get((row.outcome, row.scale))
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
