"""Which counts each published table tells, and what of it stands as an earlier snapshot told it.

Works on the rows after every other rule of disclosure control, each with the true row it is from.
`pipeline.told` holds what was told and decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pipeline import privacy
from pipeline.published import TABLES
from pipeline.told import Cell, Counts, Memory, Unit

Row = Mapping[str, Any]
Published = dict[str, Any]
Pairs = Sequence[tuple[Row, Published]]

ARMS = ("mentored", "comparison")
#: The month by which a curve is held: the headline horizon.
ANCHOR = 12
#: Measures of the return by the estimate they rest on; the rest of the table goes with retention.
_WAITING = "waiting_hours"


def impact(
    tables: dict[str, list[Published]], reports: Mapping[str, Sequence[Row]], memory: Memory
) -> dict[str, list[Published]]:
    """Let everything about outcomes stand that changed by few.

    Parameters
    ----------
    tables : published rows after every other rule.
    reports : true rows under the same names; estimates, curves, bins and steps are read.
    """
    estimates = [*map(_estimate_cell, reports["impact_estimates"], tables["impact_estimates"])]
    curves = _curve_cells(reports["survival_curves"], tables["survival_curves"])
    anchors = [_at_anchor(cell) for cell in curves]
    early = {_row_of_curve(unit) for unit in memory.standing(anchors)}
    early |= {_row_of_curve(cell.unit) for cell in curves if _is_between(cell, memory)}
    standing = memory.standing(estimates, early)
    held = {_headline(cell) for cell in estimates if _is_headline(cell) and cell.unit in standing}
    settled = dict(tables)
    settled["impact_estimates"] = memory.settle(
        estimates,
        standing,
        _each(lambda row: privacy.withheld_estimate(row, memory.edition.minimum)),
    )
    settled["survival_curves"] = _curves(curves, standing | early, memory)
    for name, keys in _WITH_THE_HEADLINE.items():
        settled[name] = _with_headline(name, keys, tables[name], held, memory)
    settled["outcome_distribution"] = _distribution(
        reports["outcome_distribution"], tables["outcome_distribution"], held, memory
    )
    settled["participant_flow"] = participant_flow(
        reports["participant_flow"], tables["participant_flow"], memory
    )
    settled["return_estimates"] = _returns(tables["return_estimates"], held, memory)
    return settled


def programme_health(
    true_rows: Iterable[Row], shown_rows: Iterable[Published], memory: Memory
) -> list[Published]:
    """Let measures of a month stand that were told and changed by few since.

    Parts of one whole stand together: an old one beside new ones would be what these leave.
    """
    together: dict[Unit, list[tuple[Row, Published]]] = defaultdict(list)
    for true, shown in _paired("programme_health", true_rows, shown_rows):
        whole = {**shown, "measure": privacy.hidden_with(shown["measure"])}
        together[_unit("programme_health", whole)].append((true, shown))
    cells = [_health_cell(unit, pairs) for unit, pairs in together.items()]
    blank = _each(privacy.withheld_health)
    return memory.settle(cells, memory.standing(cells), blank)


def _health_cell(unit: Unit, pairs: Pairs) -> Cell:
    """Take the rows that are told together; the counts of parts go by their own names as well."""
    counts: dict[str, int] = {}
    also: list[tuple[Unit, Counts]] = []
    for true, shown in pairs:
        mine = _shares(true, shown["n"] is not None, shown["value"] is not None)
        own = _unit("programme_health", shown)
        if own == unit:
            counts |= mine
        else:
            counts |= {f"{name} {shown['measure']}": count for name, count in mine.items()}
            also.append((own, mine))
    _, first = pairs[0]
    group = (*unit[:2], str(first["month"]), first["segment_dimension"])
    return Cell(unit, group, counts, tuple(row for _, row in pairs), tuple(also))


def access(
    true_rows: Iterable[Row], shown_rows: Iterable[Published], memory: Memory
) -> list[Published]:
    """Let rates of access stand that changed by few."""
    cells = [
        Cell(
            _unit("access", shown),
            ("access", shown["measure"], shown["group_dimension"]),
            _shares(true, shown["n"] is not None, shown["rate"] is not None),
            (shown,),
        )
        for true, shown in _paired("access", true_rows, shown_rows)
    ]
    return memory.settle(cells, memory.standing(cells), _blank_of("access"))


def participant_flow(
    true_rows: Iterable[Row], shown_rows: Iterable[Published], memory: Memory
) -> list[Published]:
    """Let the people at a step stand where they changed by few."""
    cells = [
        Cell(
            _unit("participant_flow", shown),
            ("participant_flow", shown["step"], shown["segment_dimension"]),
            {} if shown["n"] is None else {"people": int(true["n"])},
            (shown,),
        )
        for true, shown in _paired("participant_flow", true_rows, shown_rows)
    ]
    return memory.settle(cells, memory.standing(cells), _blank_of("participant_flow"))


def team_outcomes(
    true_rows: Iterable[Row], shown_rows: Iterable[Published], memory: Memory
) -> list[Published]:
    """Let a measure's thirds of the teams stand together where one of them changed by few."""
    by_measure: dict[str, list[tuple[Row, Published]]] = defaultdict(list)
    for true, shown in _paired("team_outcomes", true_rows, shown_rows):
        by_measure[str(shown["measure"])].append((true, shown))
    cells = []
    for measure, bands in by_measure.items():
        counts = {}
        for true, shown in bands:
            if shown["n"] is not None:
                counts[f"people {shown['band']}"] = int(true["people_count"])
                counts[f"teams {shown['band']}"] = int(true["teams_count"])
        unit = ("team_outcomes", measure)
        cells.append(Cell(unit, unit, counts, tuple(shown for _, shown in bands)))
    return memory.settle(cells, memory.standing(cells), _blank_of("team_outcomes"))


_WITH_THE_HEADLINE = {
    "impact_series": ("outcome", "comparison", "segment_dimension", "segment_value"),
    "sensitivity": ("outcome", "segment_dimension", "segment_value"),
}


def _estimate_cell(true: Row, shown: Published) -> Cell:
    counts = {
        f"people {arm}": int(true[f"n_{arm}"]) for arm in ARMS if shown[f"n_{arm}"] is not None
    }
    if shown["n_mentored_eligible"] is not None:
        counts["people eligible"] = int(true["n_mentored_eligible"])
    also: list[tuple[Unit, Counts]] = []
    months = str(shown["follow_up_months"])
    tells_share = shown["scale"] != "ratio"
    if tells_share and any(shown[f"{arm}_value"] is not None for arm in ARMS):
        for arm in ARMS:
            if true[f"events_{arm}"] is None:
                continue
            told = {
                f"{kind}@{months}": int(true[f"{kind}_{arm}"]) for kind in ("events", "nonevents")
            }
            counts |= {f"{arm} {name}": count for name, count in told.items()}
            if shown["comparison"] == "matched":
                also.append((_curve_unit(shown["outcome"], arm, shown), told))
    unit = _unit("impact_estimates", shown)
    group = (*unit[:5], shown["segment_dimension"])
    return Cell(unit, group, counts, (shown,), tuple(also))


def _is_headline(cell: Cell) -> bool:
    (row,) = cell.rows
    return bool(row["is_headline"]) and row["comparison"] == "matched"


def _headline(cell: Cell) -> Unit:
    (row,) = cell.rows
    return str(row["outcome"]), str(row["segment_dimension"]), str(row["segment_value"])


def _curve_unit(outcome: str, arm: str, row: Row) -> Unit:
    return (
        "survival_curves",
        outcome,
        arm,
        str(row["segment_dimension"]),
        str(row["segment_value"]),
    )


def _row_of_curve(unit: Unit) -> Unit:
    """Name the matched row whose level a curve holds at its anchor."""
    _, outcome, _, dimension, value = unit
    return "impact_estimates", outcome, "difference", "matched", str(ANCHOR), dimension, value


def _curve_cells(true: Sequence[Row], shown: Sequence[Published]) -> list[Cell]:
    people = {
        (*_curve_unit(row["outcome"], row["arm"], row), int(row["month"])): row for row in true
    }
    points: dict[Unit, list[Published]] = defaultdict(list)
    for row in shown:
        points[_curve_unit(row["outcome"], row["arm"], row)].append(row)
    cells = []
    for unit, rows in points.items():
        counts: dict[str, int] = {}
        for row in rows:
            if row["value"] is None:
                continue
            origin = people[*unit, int(row["month"])]
            counts["people"] = int(origin["events"] or 0) + int(origin["nonevents"] or 0)
            for kind in ("events", "nonevents"):
                counts[f"{kind}@{row['month']}"] = int(origin[kind] or 0)
        cells.append(Cell(unit, unit[:4], counts, tuple(rows)))
    return cells


def _at_month(cell: Cell, month: int) -> Cell:
    names = (f"events@{month}", f"nonevents@{month}")
    counts = {name: cell.counts[name] for name in names if name in cell.counts}
    row = _row_of_curve(cell.unit)
    named = {f"{cell.unit[2]} {name}": count for name, count in counts.items()}
    other = (*row[:4], str(month), *row[5:])
    return Cell(cell.unit, (*cell.group, str(month)), counts, cell.rows, ((other, named),))


def _months(cell: Cell) -> list[int]:
    return sorted(int(row["month"]) for row in cell.rows if row["value"] is not None)


def _at_anchor(cell: Cell) -> Cell:
    """Reduce a curve to its people and the month that decides whether it stands."""
    months = _months(cell)
    month = ANCHOR if ANCHOR in months else (months or [0])[-1]
    found = _at_month(cell, month)
    people = {name: cell.counts[name] for name in ("people",) if name in cell.counts}
    return Cell(cell.unit, cell.group, {**people, **found.counts}, cell.rows, found.also)


def _is_between(cell: Cell, memory: Memory) -> bool:
    """Say whether, of the same people, few had the event between a month and one told before."""
    limit = memory.edition.minimum_events
    events = [cell.counts[f"events@{month}"] for month in _months(cell)]
    return any(
        0 < abs(count - told) < limit
        for version in memory.versions.get(cell.unit, ())
        if version.counts.get("people") == cell.counts.get("people")
        for name, told in version.counts.items()
        if name.startswith("events@")
        for count in events
    )


def _curves(
    cells: Sequence[Cell], standing: frozenset[Unit] | set[Unit], memory: Memory
) -> list[Published]:
    """Publish curves anew at the months that may be told, or whole as they stood."""
    held = {cell.unit for cell in cells if _row_of_curve(cell.unit) in standing}
    held |= memory.standing([_at_anchor(cell) for cell in cells], held)
    every = sorted({month for cell in cells for month in _months(cell)} - {0})
    dropped: dict[Unit, set[int]] = defaultdict(set)
    for month in every:
        at_month = [_at_month(cell, month) for cell in cells]
        forced = held | {cell.unit for cell in at_month if cell.also[0][0] in standing}
        for unit in memory.standing(at_month, forced):
            dropped[unit].add(month)
    told = [cell if cell.unit in held else _without(cell, dropped[cell.unit]) for cell in cells]
    return memory.settle(
        told, frozenset(held), lambda rows: [privacy.blank("survival_curves", rows[0])]
    )


def _without(cell: Cell, months: set[int]) -> Cell:
    counts = {
        name: count
        for name, count in cell.counts.items()
        if "@" not in name or int(name.partition("@")[2]) not in months
    }
    rows = tuple(row for row in cell.rows if row["month"] not in months)
    return Cell(cell.unit, cell.group, counts, rows)


def _with_headline(
    table: str, keys: Sequence[str], rows: Iterable[Published], held: set[Unit], memory: Memory
) -> list[Published]:
    """Publish an outcome's other figures anew when its headline estimate is."""
    units: dict[Unit, list[Published]] = defaultdict(list)
    for row in rows:
        units[table, *(str(row[name]) for name in keys)].append(row)
    cells = [Cell(unit, unit, {}, tuple(found)) for unit, found in units.items()]
    standing = {unit for unit in units if (unit[1], *unit[-2:]) in held}
    return memory.settle(cells, memory.standing(cells, standing), _blank_of(table))


def _distribution(
    true: Sequence[Row], shown: Sequence[Published], held: set[Unit], memory: Memory
) -> list[Published]:
    units: dict[Unit, list[tuple[Row, Published]]] = defaultdict(list)
    for pair in zip(true, shown, strict=True):
        row = pair[1]
        segment = str(row["segment_dimension"]), str(row["segment_value"])
        units["outcome_distribution", row["outcome"], row["arm"], *segment].append(pair)
    cells = [
        Cell(
            unit,
            unit[:4],
            {
                row["bin"]: int(origin["n_bin"] or 0)
                for origin, row in pairs
                if row["share"] is not None
            },
            tuple(row for _, row in pairs),
        )
        for unit, pairs in units.items()
    ]
    forced = {cell.unit for cell in cells if (cell.unit[1], *cell.unit[-2:]) in held}
    standing = memory.standing(cells, forced)
    return memory.settle(cells, standing, _blank_of("outcome_distribution"))


def _returns(rows: Sequence[Published], held: set[Unit], memory: Memory) -> list[Published]:
    """Keep costs and returns in step with the estimates that they rest on."""
    parts: dict[str, list[Published]] = {"retention": [], "pr_cycle_time": []}
    for row in rows:
        parts["pr_cycle_time" if row["measure"] == _WAITING else "retention"].append(row)
    cells = [
        Cell(("return_estimates", name), ("return_estimates", name), {}, tuple(found))
        for name, found in parts.items()
    ]
    standing = {cell.unit for cell in cells if (cell.unit[1], "all", "all") in held}
    return memory.settle(cells, frozenset(standing), _blank_of("return_estimates"))


def _shares(true: Row, tells_people: bool, tells_share: bool) -> dict[str, int]:
    counts = {"people": int(true["people_count"])} if tells_people else {}
    if tells_share and true["people_with"] is not None:
        counts |= {name: int(true[f"people_{name}"]) for name in ("with", "without")}
    return counts


def _unit(table: str, row: Row) -> Unit:
    return (table, *(str(row[name]) for name in TABLES[table].key))


def _paired(table: str, true: Iterable[Row], shown: Iterable[Published]) -> Pairs:
    """Put each published row beside the true one that it is from."""
    origin = {
        _unit(table, {**row, "group": row["group_value"]} if table == "access" else row): row
        for row in true
    }
    return [(origin[_unit(table, row)], row) for row in shown]


def _blank_of(table: str) -> Callable[[Sequence[Published]], list[Published]]:
    return lambda rows: [privacy.blank(table, row) for row in rows]


def _each(
    blank: Callable[[Published], Published],
) -> Callable[[Sequence[Published]], list[Published]]:
    return lambda rows: [blank(row) for row in rows]
