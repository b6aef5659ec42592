"""Disclosure control: what of the true figures is published, in one place.

Takes the models' report rows with true, unrounded figures and gives the rows that may leave the
warehouse. A segment is a dimension and one of its values; `all`/`all` is everybody.

- A group or an arm of fewer than the minimum is hidden, and with it as many other cells of its
  dimension as it takes (`pipeline.cells`); a cell that is hidden at one window is hidden at all.
- Where fewer than five people have the event, or do not have it, the arms' levels are withheld.
- A curve ends where fewer than the minimum are at risk, and shows no month between which and the
  one shown before it some but fewer than five people had the event.
- Everything that is left is rounded (`pipeline.rounding`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np

from pipeline.cells import IntArray, hidden_cells
from pipeline.linked import NO_LINKS, Links, Nest, Segment
from pipeline.published import TABLES
from pipeline.rounding import (
    coarser_digits,
    estimate_digits,
    to_count,
    to_digits,
    to_two_significant,
)
from pipeline.trailing import Windows

MINIMUM_EVENTS = 5
#: Between the two groups of a crossing.
CROSSED = " × "
WITHHELD = "Not shown: fewer than {minimum} people, or a group that small would follow from it."
_ESTIMATE_SCALE = (
    "estimate",
    "ci_low",
    "ci_high",
    "range_low",
    "range_high",
    "detectable_effect",
)
_LEVELS = ("mentored_value", "comparison_value", "baseline_value")
_ARMS = ("mentored", "comparison")
#: The headline horizon first: it is the one kept where two windows are too close to show both.
_WINDOW_ORDER = (12, 6, 24, 18)

K = TypeVar("K")
V = TypeVar("V")
Row = Mapping[str, Any]
Published = dict[str, Any]


class Family(NamedTuple):
    """Rows that are hidden together: one outcome under one comparison."""

    outcome: str
    comparison: str


@dataclass(frozen=True)
class Hidden:
    """What is withheld.

    Attributes
    ----------
    everywhere
        Segments with too few mentees for anything.
    rows
        Family -> segments without figures.
    levels
        Family and follow-up months -> segments without the arms' levels.
    told
        Outcomes and segments whose matched comparison is shown, with people in both arms.
    links
        Cells of two dimensions that are made of the same people, or lie within each other.
    """

    everywhere: frozenset[Segment]
    rows: Mapping[Family, frozenset[Segment]]
    levels: Mapping[tuple[Family, int], frozenset[Segment]]
    told: frozenset[tuple[str, Segment]] = frozenset()
    links: Links = NO_LINKS

    def hides(self, outcome: str, segment: Segment) -> bool:
        """Say whether the matched comparison of an outcome is hidden in a segment."""
        return segment in self.rows.get(Family(outcome, "matched"), self.everywhere)

    def hides_all_of(self, segment: Segment) -> bool:
        """Say whether no outcome's matched comparison of a segment's mentees is shown.

        An outcome that nobody has is not hidden, and tells nothing.
        """
        return not any(of == segment and not _is_of_others(outcome) for outcome, of in self.told)

    def tells(self, outcome: str, segment: Segment) -> bool:
        """Say whether the matched comparison of an outcome has people, and is shown."""
        return (outcome, segment) in self.told


OF_OTHERS = ("mentor_", "onboarding_", "again_", "team_", "spillover_")
"""How the outcomes begin that compare other people than mentees with their peers."""
MENTEES = ""
"""Of which the other outcomes are, whatever their names."""


def decide(estimates: Sequence[Row], minimum: int, links: Links = NO_LINKS) -> Hidden:
    """Decide which segments are hidden, from the true counts of the estimates.

    Parameters
    ----------
    estimates
        Rows of `rpt_impact_estimates` and of `rpt_supporting_estimates`.
    minimum
        Fewest people an arm and a group that are published.
    links
        Cells of two dimensions that are made of the same people, or lie within each other.

    Few mentees hide a group everywhere. Few mentors, new hires or teams are people of another
    comparison: they hide its rows alone, but those of all its outcomes, each of which tells how
    many could have been matched.
    """
    few = {
        people: withheld(
            _counts(of_people, _table_key, ("n_mentored_eligible",)), frozenset(), minimum, links
        )
        for people, of_people in _grouped(estimates, lambda row: _people_of(row["outcome"])).items()
    }
    everywhere = few.get(MENTEES, frozenset())
    rows: dict[Family, frozenset[Segment]] = {}
    levels: dict[tuple[Family, int], frozenset[Segment]] = {}
    for family, of_family in _grouped(estimates, _family).items():
        counts = _counts(of_family, _table_key, ("n_mentored", "n_comparison"))
        known = everywhere | few[_people_of(family.outcome)]
        rows[family] = withheld(counts, known, minimum, links)
        levels |= _levels_of_windows(family, of_family, rows[family], links)
    levels |= _levels_of_leaving(estimates, levels, links)
    told = frozenset(
        (str(row["outcome"]), _segment(row))
        for row in estimates
        if row["comparison"] == "matched"
        and not _has_few(row, minimum)
        and _segment(row) not in rows[_family(row)]
    )
    return Hidden(everywhere, rows, levels, told, links)


def _people_of(outcome: str) -> str:
    """Give how the names of the outcomes begin that are of the same people."""
    return next((name for name in OF_OTHERS if outcome.startswith(name)), MENTEES)


def _is_of_others(outcome: str) -> bool:
    """Whether the arms of an outcome are not mentees and their peers."""
    return _people_of(outcome) != MENTEES


def _levels_of_windows(
    family: Family, rows: Sequence[Row], hidden: frozenset[Segment], links: Links
) -> dict[tuple[Family, int], frozenset[Segment]]:
    """Find segments without levels, window by window: the one told first keeps its level.

    A level is withheld as well where some but fewer than five people had the event between that
    window and one that keeps its level.
    """
    windows = _grouped(rows, _months)
    order = [months for months in _WINDOW_ORDER if months in windows]
    order += [months for months in sorted(windows) if months not in order]
    told: dict[Segment, list[Row]] = defaultdict(list)
    levels: dict[tuple[Family, int], frozenset[Segment]] = {}
    for months in order:
        of_window = windows[months]
        close = frozenset(
            _segment(row)
            for row in of_window
            if any(_are_close(row, other) for other in told[_segment(row)])
        )
        withheld_here = _levels_withheld(of_window, hidden | close, links)
        levels[family, months] = withheld_here
        for row in of_window:
            if _segment(row) not in withheld_here and _has_level(row):
                told[_segment(row)].append(row)
    return levels


#: Leaving, and the kinds of it: who left in one way is among those who left.
_LEAVING = ("retention", "voluntary_leaving", "involuntary_leaving", "regrettable_leaving")


def _levels_of_leaving(
    estimates: Sequence[Row],
    levels: Mapping[tuple[Family, int], frozenset[Segment]],
    links: Links,
) -> dict[tuple[Family, int], frozenset[Segment]]:
    """Find segments without levels of a kind of leaving: some but few left in another way.

    The kinds are told in order; one whose people are all but a few of those already told of, at
    the same window, would tell how many those few are.
    """
    of_leaving = [
        row for row in estimates if row["outcome"] in _LEAVING and row["scale"] == "difference"
    ]
    found: dict[tuple[Family, int], frozenset[Segment]] = {}
    tables = _grouped(of_leaving, lambda row: (row["comparison"], _months(row)))
    for (comparison, months), of_table in tables.items():
        told: dict[Segment, list[Row]] = defaultdict(list)
        kinds = _grouped(of_table, lambda row: str(row["outcome"]))
        for kind in (one for one in _LEAVING if one in kinds):
            key = Family(kind, comparison), months
            close = frozenset(
                _segment(row)
                for row in kinds[kind]
                if any(_are_close(row, other) for other in told[_segment(row)])
            )
            gone = levels.get(key, frozenset())
            if close - gone:
                gone = found[key] = _levels_withheld(kinds[kind], gone | close, links)
            for row in kinds[kind]:
                if _segment(row) not in gone and _has_level(row):
                    told[_segment(row)].append(row)
    return found


def _has_level(row: Row) -> bool:
    return any(row[f"{arm}_value"] is not None for arm in _ARMS)


def _are_close(row: Row, other: Row) -> bool:
    """Say whether, of the same people, some but few had the event between two windows.

    The level of a ratio is no share of people.
    """
    return row["scale"] != "ratio" and any(
        row[f"n_{arm}"] == other[f"n_{arm}"]
        and row[f"events_{arm}"] is not None
        and other[f"events_{arm}"] is not None
        and not _is_apart(row[f"events_{arm}"], other[f"events_{arm}"])
        for arm in _ARMS
    )


def withheld(
    counts: Mapping[Segment, Sequence[int]],
    forced: frozenset[Segment],
    minimum: int,
    links: Links = NO_LINKS,
) -> frozenset[Segment]:
    """Choose the segments to hide, dimension by dimension; linked dimensions together.

    Parameters
    ----------
    counts
        Segment -> people in each table, the same tables in the same order for every segment.
    forced
        Segments that are hidden anyway.
    links
        Cells of two dimensions that are made of the same people, or lie within each other.
    """
    found: set[Segment] = set()
    for dimensions in _linked_dimensions(counts, links):
        ordered = sorted(segment for segment in counts if segment.dimension in dimensions)
        matrix = np.asarray([counts[segment] for segment in ordered], dtype=np.int64).T
        is_in = [[segment.dimension == one for segment in ordered] for one in sorted(dimensions)]
        here = set(ordered)
        is_in += [
            [segment in link for segment in ordered]
            for link in links.blocks
            if len({segment.dimension for segment in link & here}) > 1
        ]
        lines = np.concatenate([matrix * np.asarray(members) for members in is_in])
        nests = [nest for nest in links.nests if nest.whole in here and nest.parts & here]
        rests = [_rest(nest, ordered, matrix, minimum) for nest in nests]
        lines = _with_rests(lines, [rest for rest in rests if rest.any()])
        known = np.zeros(lines.shape[1], dtype=np.bool_)
        known[: len(ordered)] = [segment in forced for segment in ordered]
        hidden = hidden_cells(lines, known, minimum)[: len(ordered)]
        found.update(segment for segment, hide in zip(ordered, hidden, strict=True) if hide)
    return frozenset(found | forced)


def _rest(nest: Nest, cells: Sequence[Segment], counts: IntArray, minimum: int) -> IntArray:
    """Give the tables in which a cell holds few besides those that lie within it.

    Returns
    -------
    IntArray
        Shape (tables, cells + 1): counts of the cell, of those within it and of the rest, in
        tables where the rest are some but fewer than the minimum; else 0.
    """
    is_whole = np.asarray([cell == nest.whole for cell in cells])
    is_part = np.asarray([cell in nest.parts for cell in cells])
    rest = counts[:, is_whole].sum(axis=1) - counts[:, is_part].sum(axis=1)
    is_few = (rest > 0) & (rest < minimum)
    line = np.column_stack([counts * (is_whole | is_part), rest])
    return np.asarray(line * is_few[:, None], dtype=np.int64)


def _with_rests(lines: IntArray, rests: Sequence[IntArray]) -> IntArray:
    """Add the lines of rests, each with a cell of its own, to those of the cells."""
    if not rests:
        return lines
    width = lines.shape[1]
    found = [np.pad(lines, ((0, 0), (0, len(rests))))]
    for at, rest in enumerate(rests):
        wide = np.zeros((len(rest), width + len(rests)), dtype=np.int64)
        wide[:, :width], wide[:, width + at] = rest[:, :-1], rest[:, -1]
        found.append(wide)
    return np.concatenate(found)


def _linked_dimensions(counts: Iterable[Segment], links: Links) -> list[set[str]]:
    """Give the dimensions that are to be protected together."""
    known = set(counts)
    together = [
        {segment.dimension for segment in cells & known}
        for cells in (*links.blocks, *(nest.parts | {nest.whole} for nest in links.nests))
    ]
    sets: list[set[str]] = [{one} for one in sorted({segment.dimension for segment in known})]
    for dimensions in together:
        joined = [one for one in sets if one & dimensions]
        sets = [one for one in sets if not one & dimensions]
        sets += [set().union(*joined)] if joined else []
    return sets


def impact_estimates(rows: Iterable[Row], hidden: Hidden, minimum: int) -> list[Published]:
    """Publish the estimates: hidden rows keep their keys, the others are rounded."""
    return [_estimate(row, hidden, minimum) for row in rows]


def survival_curves(rows: Iterable[Row], hidden: Hidden, minimum: int) -> list[Published]:
    """Publish the curves at the months that may be shown; a hidden one keeps its first month.

    `rows` carry `events` and `nonevents` (people with and without the event by the month) beside
    the published columns.
    """
    published = []
    curves = _grouped(rows, lambda row: (row["outcome"], _segment(row), row["arm"]))
    close = _months_withheld(curves, hidden)
    for (outcome, segment, arm), points in curves.items():
        ordered = sorted(points, key=_month)
        if hidden.hides(outcome, segment):
            published.append(blank("survival_curves", ordered[0]))
            continue
        risky = close[outcome, arm]
        shown = [
            point
            for point in _before_few_at_risk(ordered, minimum)
            if segment not in risky.get(_month(point), frozenset())
        ]
        published += [_curve_point(point) for point in _spaced(shown)]
    return published


SERIES_MONTHS = range(-12, 13)


def impact_series(rows: Iterable[Row], hidden: Hidden, minimum: int) -> list[Published]:
    """Publish the event study; what is hidden in a month follows from no other group of it.

    A month that could not be estimated takes company like one of few, and so does one in which
    nobody of a group had the outcome: neither is told apart. A shown group has all months and a
    hidden one a single empty row, so that which months there are tells nothing. `rows` carry
    `n_comparison` beside the published columns.
    """
    series = {
        key: {_month(row): row for row in of_series}
        for key, of_series in _grouped(rows, lambda row: (row["outcome"], _segment(row))).items()
    }
    gone = {
        (outcome, month): _series_withheld(
            {segment: at.get(month) for (of, segment), at in series.items() if of == outcome},
            hidden.rows.get(Family(outcome, "matched"), hidden.everywhere),
            hidden.links,
            minimum,
        )
        for outcome in dict.fromkeys(outcome for outcome, _ in series)
        for month in SERIES_MONTHS
    }
    published = []
    for (outcome, segment), points in series.items():
        shown = {month for month in points if segment not in gone[outcome, month]}
        empty = blank("impact_series", next(iter(points.values())))
        published += [
            _series_point(points[month]) if month in shown else {**empty, "month": month}
            for month in (SERIES_MONTHS if shown else SERIES_MONTHS[:1])
        ]
    return published


def _series_withheld(
    points: Mapping[Segment, Row | None],
    hidden: frozenset[Segment],
    links: Links,
    minimum: int,
) -> frozenset[Segment]:
    """Find the groups without figures in one month, of which nobody counts as one person."""
    counts = {
        segment: (1, 1) if row is None else (int(row["n"]), int(row["n_comparison"]))
        for segment, row in points.items()
    }
    unknown = {s for s, row in points.items() if row is None or row["estimate"] is None}
    return withheld(counts, hidden | unknown, minimum, links)


def outcome_distribution(rows: Iterable[Row], hidden: Hidden) -> list[Published]:
    """Publish each arm's shares; bins of fewer than five people are hidden with enough others.

    A hidden bin follows neither from the other bins of its group nor from the other groups of its
    dimension. `rows` carry `n_bin`, the people in the bin.
    """
    known = list(rows)
    gone = _bins_withheld(known, hidden)
    return [
        {
            **blank("outcome_distribution", row),
            "share": None if _bin(row) in gone else to_digits(row["share"], 2),
        }
        for row in known
    ]


_Bin = tuple[str, str, Segment, str]


def _bin(row: Row) -> _Bin:
    return row["outcome"], row["arm"], _segment(row), row["bin"]


def _bins_withheld(rows: Sequence[Row], hidden: Hidden) -> set[_Bin]:
    """Hide few in a group's bins, then in a bin's groups, until nothing more has to go.

    A hidden bin lies on two lines, each of which narrows what it can be: so what is hidden on
    either adds up to twice as many as it had to on a line alone. Groups of linked dimensions are a
    line as well: those of the one add up to those of the other.
    """
    gone = {_bin(row) for row in rows if hidden.hides(row["outcome"], _segment(row))}
    lines = [
        *((line, 0) for line in _grouped(rows, lambda row: _bin(row)[:3]).values()),
        *((line, 0) for line in _bins_of(rows, lambda row: _segment(row)[0])),
        *(
            (line, 0)
            for link in hidden.links.blocks
            for line in _bins_of([row for row in rows if _segment(row) in link])
        ),
        *(
            (line, rest)
            for nest in hidden.links.nests
            for line in _bins_of(
                [row for row in rows if _segment(row) in nest.parts | {nest.whole}]
            )
            if (rest := _rest_of_bin(line, nest))
        ),
    ]
    before = -1
    while len(gone) > before:
        before = len(gone)
        for line, rest in lines:
            people = [*(int(row["n_bin"] or 0) for row in line), rest]
            known = np.asarray([*(_bin(row) in gone for row in line), False], dtype=np.bool_)
            hide = hidden_cells(np.asarray([people]), known, MINIMUM_EVENTS, 2 * MINIMUM_EVENTS)
            gone |= {_bin(row) for row, is_hidden in zip(line, hide[:-1], strict=True) if is_hidden}
    return gone


def _bins_of(
    rows: Iterable[Row], also: Callable[[Row], object] = lambda _: None
) -> Iterable[list[Row]]:
    """Give the groups of one bin of an arm's outcome, and of what they are told apart by also."""
    grouped = _grouped(rows, lambda row: (row["outcome"], row["arm"], row["bin"], also(row)))
    return grouped.values()


def _rest_of_bin(rows: Sequence[Row], nest: Nest) -> int:
    """Count those of a bin whom a group holds besides the groups within it, where they are few."""
    signs = {nest.whole: 1, **dict.fromkeys(nest.parts, -1)}
    rest = sum(signs[_segment(row)] * int(row["n_bin"] or 0) for row in rows)
    return rest if 0 < rest < MINIMUM_EVENTS else 0


_POPULATION, _BASELINE = "in_population", "has_baseline"
_SIDE_STEPS = ("left_in_index_month", "onboarding")
#: Each of these holds those of the next.
_NESTED_STEPS = (_POPULATION, _BASELINE, "matched", "with_outcome")


def participant_flow(rows: Sequence[Row], hidden: Hidden, minimum: int) -> list[Published]:
    """Publish how many people are left at each step; few are hidden, nobody is not."""
    counts: dict[str, dict[Segment, list[int]]] = defaultdict(dict)
    for row in rows:
        counts[row["step"]][_segment(row)] = [int(row["n"] or 0)]
    gone = _flow_withheld(counts, hidden, minimum)
    return [
        {
            **blank("participant_flow", row),
            "n": None if _segment(row) in gone[row["step"]] else to_count(row["n"]),
        }
        for row in rows
    ]


def _flow_withheld(
    counts: Mapping[str, Mapping[Segment, Sequence[int]]], hidden: Hidden, minimum: int
) -> dict[str, frozenset[Segment]]:
    """Find the groups to hide at each step.

    The population is those with a baseline and the two side steps, so what is hidden of them
    follows neither from the other groups at its step nor from the other steps of its group. Those
    without a baseline stand in no row, but where both others are shown they are told as well. A
    step of few takes those with it that differ by as few: where few were lost of all groups, it
    would follow from them.
    """
    population, baseline = counts.get(_POPULATION, {}), counts.get(_BASELINE, {})
    without = {
        segment: [n - baseline[segment][0]]
        for segment, (n,) in population.items()
        if segment in baseline
    }
    gone = {step: hidden.everywhere & found.keys() for step, found in counts.items()}
    before = -1
    while (after := sum(map(len, gone.values()))) > before:
        before = after
        gone = {
            step: withheld(counts[step], found, minimum, hidden.links)
            for step, found in gone.items()
        }
        if without:
            untold = (gone[_POPULATION] | gone[_BASELINE]) & without.keys()
            gone[_POPULATION] |= withheld(without, untold, minimum, hidden.links) - untold
        for segment in population:
            for step in (
                *_steps_withheld(segment, counts, gone, minimum),
                *_steps_beside(segment, counts, gone, minimum),
            ):
                gone[step] |= {segment}
    return gone


def _steps_withheld(
    segment: Segment,
    counts: Mapping[str, Mapping[Segment, Sequence[int]]],
    gone: Mapping[str, frozenset[Segment]],
    minimum: int,
) -> Sequence[str]:
    """Find the steps to hide, so that no side step of a group follows from its population."""
    if segment in gone[_POPULATION]:
        return ()
    of_step = {step: counts.get(step, {}).get(segment, [0])[0] for step in _SIDE_STEPS}
    hidden = [step for step in _SIDE_STEPS if segment in gone.get(step, ()) and of_step[step]]
    if not hidden:
        return ()
    if sum(of_step.values()) >= minimum and all(of_step.values()):
        return _SIDE_STEPS
    return (_POPULATION,)


def _steps_beside(
    segment: Segment,
    counts: Mapping[str, Mapping[Segment, Sequence[int]]],
    gone: Mapping[str, frozenset[Segment]],
    minimum: int,
) -> Sequence[str]:
    """Find the steps to hide beside one of few that they differ from by as few."""
    known = [step for step in _NESTED_STEPS if segment in counts.get(step, ())]
    people = {step: counts[step][segment][0] for step in known}
    return [
        other
        for pair in pairwise(known)
        for few, other in (pair, pair[::-1])
        if segment in gone[few]
        and 0 < people[few] < minimum
        and abs(people[few] - people[other]) < minimum
    ]


def balance(rows: Iterable[Row], hidden: Hidden, minimum: int) -> list[Published]:
    """Publish the covariates' differences of the segments that are shown."""
    return [
        blank("balance", row)
        if hidden.hides_all_of(_segment(row)) or _has_few(row, minimum)
        else _rounded("balance", row, 2)
        for row in rows
    ]


def trust_checks(rows: Iterable[Row], hidden: Hidden, minimum: int) -> list[Published]:
    """Publish the checks; of a hidden segment neither value, verdict nor sentence."""
    published = []
    for row in rows:
        known = {**row, "outcome": row["outcome"] or "all"}
        result = _rounded("trust_checks", known, 3)
        result["threshold"] = to_digits(result["threshold"], 3)
        segment = _segment(row)
        if row["check"] in _CHECKS_OF_NOBODY:
            is_hidden = False
        elif row["outcome"] in (None, "all"):
            is_hidden = hidden.hides_all_of(segment)
        else:
            is_hidden = hidden.hides(row["outcome"], segment) or (
                row["value"] is not None and not hidden.tells(row["outcome"], segment)
            )
        if is_hidden:
            sentence = WITHHELD.format(minimum=minimum)
            result |= {"value": None, "status": "not_checked", "sentence": sentence}
        published.append(result)
    return published


#: Checks of what was planned: nothing in them is about people.
_CHECKS_OF_NOBODY = ("looks", "plan")


def sensitivity(
    rows: Iterable[Row], hidden: Hidden, digits: Mapping[Segment, int], minimum: int
) -> list[Published]:
    """Publish other analyses' estimates of the segments that are shown."""
    return [
        blank("sensitivity", row)
        if hidden.hides(row["outcome"], _segment(row)) or _has_few(row, minimum)
        else _rounded("sensitivity", row, _variant_digits(row, digits))
        for row in rows
    ]


def _variant_digits(row: Row, digits: Mapping[Segment, int]) -> int:
    """Give the digits that both the segment's estimates and the variant's own people allow."""
    own = estimate_digits(row["n_mentored"], row["n_comparison"])
    return min(own, digits.get(_segment(row), 2))


def segment_tests(rows: Iterable[Row]) -> list[Published]:
    """Publish the tests for differences between segments."""
    return [_rounded("segment_tests", row, 3) for row in rows]


#: Why pairs ended early: parts of one whole, so a hidden one is what the others leave.
_PARTS_OF_ONE = ("ended_left", "ended_moved", "ended_no_time", "ended_no_fit", "ended_other")


def hidden_with(measure: str) -> str:
    """Name what a measure is hidden with: parts of one whole go together, others alone."""
    return "ended_early_parts" if measure in _PARTS_OF_ONE else measure


def programme_health(rows: Sequence[Row], minimum: int, links: Links = NO_LINKS) -> list[Published]:
    """Publish how the programme runs, and whether what is shown meets its target.

    `rows` carry `people_count`, the people a measure is about, `window_months`, and for shares
    `people_with` and `people_without`. A status follows from the rounded value: of a hidden one
    nothing is told. Of windows that overlap, the earlier months are told first. Parts of one whole
    are told of a group in a month all together or not at all.
    """
    published = []
    for of_measure in _grouped(rows, lambda row: hidden_with(row["measure"])).values():
        windows = _windows(of_measure)
        for _, of_month in sorted(_grouped(of_measure, _number_of_month).items()):
            people = _counts(of_month, _measure, ("people_count",))
            gone = withheld(people, frozenset(), minimum, links)
            levels = _shares_withheld(of_month, gone, windows, links)
            published += [
                _health(row, _segment(row) in gone, _segment(row) in levels) for row in of_month
            ]
    return published


_SHARE_COUNTS = ("people_with", "people_without")


def _measure(row: Row) -> str:
    return str(row["measure"])


def _number_of_month(row: Row) -> int:
    month = row["month"]
    return 0 if month is None else int(month.year * 12 + month.month)


def _windows(rows: Sequence[Row]) -> dict[Segment, Windows]:
    """Give the windows of each group's shares, where they overlap from month to month."""
    overlapping = [row for row in rows if row["window_months"] > 1]
    shares = [row for row in overlapping if row["people_with"] is not None]
    return {
        segment: Windows.of(
            [
                {_number_of_month(row): int(row[name]) for row in of_measure}
                for of_measure in _grouped(series, _measure).values()
                for name in _SHARE_COUNTS
            ],
            int(series[0]["window_months"]),
            MINIMUM_EVENTS,
        )
        for segment, series in _grouped(shares, _segment).items()
    }


def _shares_withheld(
    rows: Sequence[Row],
    hidden: frozenset[Segment],
    windows: Mapping[Segment, Windows],
    links: Links,
) -> frozenset[Segment]:
    """Find segments in which few, or all but few, people have what a share counts.

    Few may be counted in the month itself, or between it and one that is told.
    """
    shares = [row for row in rows if row["people_with"] is not None]
    few = {
        _segment(row)
        for row in shares
        if min(row[name] for name in _SHARE_COUNTS) < MINIMUM_EVENTS
        or not (
            _segment(row) not in windows or windows[_segment(row)].may_tell(_number_of_month(row))
        )
    }
    counts = _counts(shares, _measure, _SHARE_COUNTS)
    found = withheld(counts, frozenset(few) | hidden, MINIMUM_EVENTS, links)
    for row in shares:
        if _segment(row) in windows and _segment(row) not in found:
            windows[_segment(row)].tell(_number_of_month(row))
    return found


def withheld_health(row: Row) -> Published:
    """Give the row of a hidden measure: its keys, and that it is hidden."""
    return blank("programme_health", {**row, "value": None, "n": None, "status": "suppressed"})


def _health(row: Row, is_hidden: bool, is_level_hidden: bool) -> Published:
    result = withheld_health(row)
    result["target"] = to_digits(row["target"], 2)
    result["unit"] = _unit_shown(row)
    if is_hidden:
        return result
    result["n"] = to_count(row["people_count"])
    if is_level_hidden:
        return result
    result["value"] = _rounded_health(row["measure_value"], row["unit"])
    result["status"] = _health_status(result["value"], result["target"], row["direction"])
    return result


def _unit_shown(row: Row) -> str:
    return f"of {row['scale_max']:g}" if row["unit"] == "score" else str(row["unit"])


def _rounded_health(value: float | None, unit: str) -> float | None:
    """Round a measure as its unit is rounded everywhere."""
    if value is None:
        return None
    if unit == "pairs":
        return to_count(round(value))
    if unit == "hours":
        return to_two_significant(value)
    return to_digits(value, {"share": 2, "days": 0}.get(unit, 1))


def _health_status(value: float | None, target: float | None, direction: str) -> str:
    if value is None:
        return "not_known"
    if target is None:
        return "no_target"
    is_met = value >= target if direction == "higher" else value <= target
    return "on_target" if is_met else "needs_action"


def access(rows: Sequence[Row], minimum: int, links: Links = NO_LINKS) -> list[Published]:
    """Publish who comes to mentoring and who is put forward, group by group.

    A group that is too small for one measure is hidden in all. A crossing of two dimensions is
    protected against the sums over either of them as well.
    """
    gone = withheld(_group_counts(rows, ("people_count",)), frozenset(), minimum, links)
    few = {
        measure: _groups_with_few(of_measure, gone, links)
        for measure, of_measure in _grouped(rows, lambda row: str(row["measure"])).items()
    }
    return [
        _access(row, _group(row) in gone, _group(row) in few[str(row["measure"])]) for row in rows
    ]


def _groups_with_few(
    rows: Sequence[Row], hidden: frozenset[Segment], links: Links
) -> frozenset[Segment]:
    """Find groups in which few, or all but few, people had an event."""
    few = {_group(row) for row in rows if min(row[name] for name in _SHARE_COUNTS) < MINIMUM_EVENTS}
    known = hidden & {_group(row) for row in rows}
    counts = _group_counts(rows, _SHARE_COUNTS)
    return withheld(counts, frozenset(few) | known, MINIMUM_EVENTS, links)


def _group_counts(rows: Sequence[Row], names: Sequence[str]) -> dict[Segment, list[int]]:
    """Give each group's counts for every measure, and again for every line of a crossing."""
    tables: dict[tuple[str, str], int] = {}
    for row in rows:
        for line in _lines(row):
            tables.setdefault((row["measure"], line), len(tables))
    width = len(names)
    counts: dict[Segment, list[int]] = {}
    for row in rows:
        mine = counts.setdefault(_group(row), [0] * (len(tables) * width))
        for line in _lines(row):
            start = tables[row["measure"], line] * width
            mine[start : start + width] = [int(row[name] or 0) for name in names]
    return counts


def _lines(row: Row) -> list[str]:
    """Name the sums that a group is part of: all, and of a crossing either dimension's."""
    first, crossed, second = str(row["group_value"]).partition(CROSSED)
    is_crossing = bool(crossed) and CROSSED in str(row["group_dimension"])
    return ["", f"1 {first}", f"2 {second}"] if is_crossing else [""]


def _access(row: Row, is_hidden: bool, is_rate_hidden: bool) -> Published:
    result = blank("access", {**row, "group": row["group_value"], "n": None})
    if not is_hidden:
        result["n"] = to_count(row["people_count"])
    if not is_hidden and not is_rate_hidden:
        for name in ("rate", "rate_ratio", "ci_low", "ci_high"):
            result[name] = to_digits(row[name], 2)
    return result


def _group(row: Row) -> Segment:
    return Segment(str(row["group_dimension"]), str(row["group_value"]))


#: Fewest teams whose mean is published.
MINIMUM_TEAMS = 5


def team_outcomes(rows: Sequence[Row], minimum: int) -> list[Published]:
    """Publish means over thirds of the teams; with one third too small, none of a measure."""
    published = []
    for of_measure in _grouped(rows, lambda row: str(row["measure"])).values():
        is_hidden = len(of_measure) < len(_BANDS) or any(
            row["teams_count"] < MINIMUM_TEAMS or row["people_count"] < minimum
            for row in of_measure
        )
        published += [_team_outcome(row, is_hidden) for row in of_measure]
    return published


_BANDS = ("fewest", "some", "most")


def _team_outcome(row: Row, is_hidden: bool) -> Published:
    known = {"value": row["measure_value"], "n_teams": None, "n": None}
    if is_hidden:
        return blank("team_outcomes", {**row, **known})
    result = _rounded("team_outcomes", {**row, **known}, 2)
    return result | {"n_teams": to_count(row["teams_count"]), "n": to_count(row["people_count"])}


#: Measures of the return that rest on an estimate, and on which.
RETURN_OUTCOMES = {
    "leavers_avoided": "retention",
    "value_of_staying": "retention",
    "net_return": "retention",
    "waiting_hours": "pr_cycle_time",
}
NOT_ALLOWED = "Not told: the comparison of {outcome} does not allow it, or a price is not set."


def return_estimates(rows: Iterable[Row], hidden: Hidden, minimum: int) -> list[Published]:
    """Publish costs and returns: what rests on a hidden estimate, or on few people, is withheld.

    Hours and money keep two significant digits, people whole ones; prices are the settings' own.
    """
    return [_return(row, hidden, minimum) for row in rows]


def _return(row: Row, hidden: Hidden, minimum: int) -> Published:
    outcome = RETURN_OUTCOMES.get(row["measure"])
    is_price = str(row["measure"]).startswith("price_")
    is_few = row["people_count"] < minimum and not is_price
    is_hidden = outcome is not None and hidden.hides(outcome, Segment("all", "all"))
    result = blank("return_estimates", {**row, "sentence": ""})
    if is_few or is_hidden:
        return result | {"sentence": WITHHELD.format(minimum=minimum)}
    for name in ("estimate", "ci_low", "ci_high"):
        result[name] = row[name] if is_price else _rounded_return(row[name], row["measure"])
    if row["estimate"] is None and not is_price:
        named = (outcome or "the programme").replace("pr_cycle_time", "merge times")
        result["sentence"] = NOT_ALLOWED.format(outcome=named)
    return result


def _rounded_return(value: float | None, measure: str) -> float | None:
    if measure == "mentees_started":
        return None if value is None else to_count(round(value))
    return to_digits(value, 1) if measure == "leavers_avoided" else to_two_significant(value)


def known_events(rows: Iterable[Row]) -> list[Published]:
    """Publish what happened to whole organisations: kinds and days, and no text of the export."""
    return [blank("known_events", row) for row in rows]


def stories(rows: Iterable[Row]) -> list[Published]:
    """Publish the stories whose authors consented: the one free text that leaves."""
    return [blank("stories", {**row, "text": row["story_text"]}) for row in rows]


def segment_digits(estimates: Iterable[Row]) -> dict[Segment, int]:
    """Give the digits of a segment's estimates: those its smallest matched comparison allows."""
    matched = [row for row in estimates if row["comparison"] == "matched" and row["n_mentored"]]
    return {
        segment: min(estimate_digits(row["n_mentored"], row["n_comparison"]) for row in rows)
        for segment, rows in _grouped(matched, _segment).items()
    }


def withheld_estimate(row: Row, minimum: int) -> Published:
    """Give the row of a hidden group: its keys, and that it is hidden."""
    result = blank("impact_estimates", row)
    is_matched = row["comparison"] == "matched"
    result["verdict"] = "suppressed" if is_matched else None
    result["verdict_reason"] = WITHHELD.format(minimum=minimum) if is_matched else None
    return result


def _estimate(row: Row, hidden: Hidden, minimum: int) -> Published:
    segment, family = _segment(row), _family(row)
    if segment in hidden.rows[family] and row["verdict"] != "no_data":
        return withheld_estimate(row, minimum)
    result = {column.name: row[column.name] for column in TABLES["impact_estimates"].columns}
    coarser = coarser_digits(row.get("deviation"))
    digits = estimate_digits(row["n_mentored"], row["n_comparison"]) - coarser
    for name in _ESTIMATE_SCALE:
        result[name] = to_digits(row[name], digits)
    for name in ("p_value", "p_adjusted"):
        result[name] = to_digits(row[name], 3)
    for name in ("e_value", "e_value_ci", "matched_share"):
        result[name] = to_digits(row[name], 2)
    are_levels_hidden = segment in hidden.levels[family, row["follow_up_months"]]
    for name in _LEVELS:
        level = to_two_significant(row[name]) if row["unit"] == "hours" else None
        level = to_digits(row[name], 2 - coarser) if level is None else level
        result[name] = None if are_levels_hidden else level
    for name in ("n_mentored", "n_comparison", "n_mentored_eligible"):
        # Nobody is told apart from somebody by the verdict, not by a count.
        result[name] = to_count(row[name]) if (row[name] or 0) >= minimum else None
    return result


def _levels_withheld(
    rows: Sequence[Row], hidden: frozenset[Segment], links: Links
) -> frozenset[Segment]:
    """Find segments in which some, or all but some, people of an arm had the event."""
    names = tuple(f"{kind}_{arm}" for arm in _ARMS for kind in ("events", "nonevents"))
    with_events = [row for row in rows if any(row[name] is not None for name in names)]
    if not with_events:
        return hidden
    few = {
        _segment(row)
        for row in with_events
        if any(row[name] is not None and row[name] < MINIMUM_EVENTS for name in names)
    }
    counts = _counts(with_events, _table_key, names)
    return withheld(counts, frozenset(few) | hidden, MINIMUM_EVENTS, links)


def _months_withheld(
    curves: Mapping[tuple[str, Segment, str], Sequence[Row]], hidden: Hidden
) -> Mapping[tuple[str, str], Mapping[int, frozenset[Segment]]]:
    """Find, for each outcome, arm and month, the segments whose curve may not be shown there."""
    points: dict[tuple[str, str, int], dict[Segment, list[int]]] = defaultdict(dict)
    for (outcome, segment, arm), rows in curves.items():
        for row in rows:
            people = [int(row["events"] or 0), int(row["nonevents"] or 0)]
            points[outcome, arm, _month(row)][segment] = people
    found: dict[tuple[str, str], dict[int, frozenset[Segment]]] = defaultdict(dict)
    for (outcome, arm, month), people_of in points.items():
        if month == 0:
            continue
        family = Family(outcome, "matched")
        few = {segment for segment, people in people_of.items() if min(people) < MINIMUM_EVENTS}
        gone = hidden.rows.get(family, hidden.everywhere)
        level = hidden.levels.get((family, month), frozenset())
        known = (gone | level | few) & people_of.keys()
        found[outcome, arm][month] = withheld(people_of, known, MINIMUM_EVENTS, hidden.links)
    return found


def _before_few_at_risk(points: Sequence[Row], minimum: int) -> list[Row]:
    kept = []
    for point in points:
        if (point["at_risk"] or 0) < minimum:
            break
        kept.append(point)
    return kept


def _spaced(points: Sequence[Row]) -> list[Row]:
    """Keep months between which nobody or at least five people had the event.

    The follow-up windows come first, in the order in which their levels are published.
    """
    months = {_month(point): point for point in points}
    order = [month for month in _WINDOW_ORDER if month in months]
    order += [month for month in sorted(months) if month not in order]
    kept: dict[int, int] = {}
    for month in order:
        events = int(months[month]["events"] or 0)
        if all(_is_apart(events, other) for other in kept.values()):
            kept[month] = events
    return [months[month] for month in sorted(kept)]


def _is_apart(events: int, other: int) -> bool:
    return events == other or abs(events - other) >= MINIMUM_EVENTS


def _curve_point(row: Row) -> Published:
    result = _rounded("survival_curves", row, 2)
    result["at_risk"] = to_count(row["at_risk"])
    return result


def _series_point(row: Row) -> Published:
    result = _rounded("impact_series", row, 2)
    result["n"] = to_count(row["n"])
    return result


def _has_few(row: Row, minimum: int) -> bool:
    return min(row["n_mentored"] or 0, row["n_comparison"] or 0) < minimum


def _rounded(table: str, row: Row, digits: int) -> Published:
    """Copy the declared columns, with every figure of floating point rounded."""
    return {
        column.name: to_digits(row[column.name], digits)
        if column.is_figure and column.type == "DOUBLE"
        else row[column.name]
        for column in TABLES[table].columns
    }


def blank(table: str, row: Row) -> Published:
    """Copy the declared columns without their figures."""
    return {
        column.name: None if column.is_figure else row[column.name]
        for column in TABLES[table].columns
    }


def _counts(
    rows: Sequence[Row], table: Callable[[Row], object], names: Sequence[str]
) -> dict[Segment, list[int]]:
    """Give each segment's counts in every table; 0 where a segment has no row."""
    tables = {key: place for place, key in enumerate(dict.fromkeys(table(row) for row in rows))}
    width = len(names)
    counts: dict[Segment, list[int]] = {}
    for row in rows:
        of_segment = counts.setdefault(_segment(row), [0] * (len(tables) * width))
        start = tables[table(row)] * width
        of_segment[start : start + width] = [int(row[name] or 0) for name in names]
    return counts


def _grouped(values: Iterable[V], key: Callable[[V], K]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return dict(groups)


def _segment(row: Row) -> Segment:
    return Segment(row["segment_dimension"], row["segment_value"])


def _family(row: Row) -> Family:
    return Family(row["outcome"], row["comparison"])


def _table_key(row: Row) -> tuple[str, str, str, int]:
    return row["outcome"], row["scale"], row["comparison"], row["follow_up_months"]


def _months(row: Row) -> int:
    return int(row["follow_up_months"])


def _month(row: Row) -> int:
    return int(row["month"])
