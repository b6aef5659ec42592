"""impact.xlsx: a summary with native charts, every published table, definitions, provenance."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboards import formats
from dashboards.export.content import ARM_NAMES, Brief, OutcomeLine, curves_of, series_of
from dashboards.export.dictionary import COLUMNS, TABLES
from dashboards.export.files import FORMULA_STARTS
from dashboards.export.source import Source
from dashboards.palette import light
from dashboards.queries import PublishedTable

SHARES = ("share", "matched_share", "rate")
P_VALUES = ("p_value", "p_adjusted", "p", "p_holm")
WIDE = {"definition": 80, "verdict_reason": 60, "sentence": 60, "text": 80, "value": 28}
HEAD_ROW = 2
"""Sheets of tables begin with what the table is, and then an empty row."""
_SUMMARY_HEAD = (
    "Outcome",
    "Verdict",
    "Effect",
    "Interval, low",
    "Interval, high",
    "Scale",
    "Mentored",
    "Matched peers",
    "Baseline",
    "Unit",
    "n mentored",
    "n peers",
    "In words",
)


@dataclass(frozen=True)
class Formats:
    """The cell formats of a workbook."""

    title: Format
    text: Format
    strong: Format
    head: Format
    wrap: Format
    inert: Format
    share: Format
    probability: Format
    number: Format
    count: Format
    day: Format


def workbook_bytes(source: Source, brief: Brief) -> bytes:
    """Write the whole workbook."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_urls": False})
    as_of = source.snapshot.as_of
    book.set_properties(
        {
            "title": brief.title,
            "subject": brief.kicker,
            "author": "Mentorship Impact",
            "comments": brief.do_not_conclude,
            "keywords": source.snapshot.id,
            "created": datetime(as_of.year, as_of.month, as_of.day),
        }
    )
    book.set_custom_property("Snapshot", source.snapshot.id)
    book.set_size(2400, 1500)
    look = _formats(book)
    _summary(book, look, source, brief)
    for table in source.tables.values():
        if table.name not in ("snapshot_info", "metric_definitions"):
            _table(book, look, table, table.name)
    _table(book, look, source.tables["metric_definitions"], "definitions")
    _table(book, look, source.tables["snapshot_info"], "snapshot_info")
    _provenance(book, look, brief)
    book.close()
    return made.getvalue()


def _formats(book: Workbook) -> Formats:
    base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}

    def style(**extra: Any) -> Format:
        return book.add_format(base | extra)

    return Formats(
        title=style(bold=True, font_size=16),
        text=style(),
        strong=style(bold=True),
        head=style(bold=True, bg_color=light("accent-soft"), bottom=1, text_wrap=True),
        wrap=style(text_wrap=True),
        inert=style(quote_prefix=True),
        share=style(num_format="0%"),
        probability=style(num_format="0.000"),
        number=style(num_format="#,##0.0##"),
        count=style(num_format="#,##0"),
        day=style(num_format="yyyy-mm-dd"),
    )


# ---- tables ----------------------------------------------------------------------------------


def _table(book: Workbook, look: Formats, table: PublishedTable, name: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, f"{name}: {TABLES[table.name]}", look.strong)
    for place, column in enumerate(table.columns):
        sheet.write_string(HEAD_ROW, place, column.name, look.head)
        sheet.write_comment(HEAD_ROW, place, COLUMNS[column.name], {"x_scale": 2})
        longest = max((len(str(row[place])) for row in table.rows[:200]), default=0)
        width = WIDE.get(column.name, min(28, max(10, len(column.name) + 2, longest + 1)))
        sheet.set_column(place, place, width)
    for at, row in enumerate(table.rows, start=HEAD_ROW + 1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            write(sheet, look, (at, place), value, column.name)
    sheet.freeze_panes(HEAD_ROW + 1, min(2, len(table.key)))
    last = HEAD_ROW + max(1, len(table.rows))
    sheet.autofilter(HEAD_ROW, 0, last, len(table.columns) - 1)


def write(sheet: Worksheet, look: Formats, cell: tuple[int, int], value: Any, name: str) -> None:
    """Write one value in its own kind: numbers stay numbers, text never becomes a formula."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*cell, value, look.text)
    elif isinstance(value, int):
        sheet.write_number(*cell, value, look.count)
    elif isinstance(value, float):
        sheet.write_number(*cell, value, _number_format(look, name))
    elif isinstance(value, str):
        is_formula = value.startswith(FORMULA_STARTS)
        sheet.write_string(*cell, value, look.inert if is_formula else look.text)
    else:
        sheet.write_datetime(*cell, value, look.day)


def _number_format(look: Formats, name: str) -> Format:
    if name in SHARES:
        return look.share
    return look.probability if name in P_VALUES else look.number


def _provenance(book: Workbook, look: Formats, brief: Brief) -> None:
    sheet = book.add_worksheet("provenance")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 110)
    for at, (term, text) in enumerate(brief.provenance):
        sheet.write_string(at, 0, term, look.strong)
        sheet.write_string(at, 1, text, look.wrap)


# ---- summary ---------------------------------------------------------------------------------


def _summary(book: Workbook, look: Formats, source: Source, brief: Brief) -> None:
    sheet = book.add_worksheet("summary")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 11, 12)
    sheet.set_column(9, 9, 26)
    sheet.set_column(12, 12, 90)
    for at, (text, kind) in enumerate(
        (
            (brief.headline, look.title),
            (brief.kicker, look.text),
            (brief.lede, look.text),
            (f"Do not conclude: {brief.do_not_conclude}", look.strong),
        )
    ):
        sheet.write_string(at, 0, text, kind)
    for place, name in enumerate(_SUMMARY_HEAD):
        sheet.write_string(5, place, name, look.head)
    for at, line in enumerate(brief.outcomes, start=6):
        _summary_row(sheet, look, at, line)
    sheet.freeze_panes(6, 1)
    sheet.write_string(11, 0, brief.foot, look.text)
    _charts(book, sheet, source, brief)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _summary_row(sheet: Worksheet, look: Formats, at: int, line: OutcomeLine) -> None:
    row = line.row
    sheet.write_string(at, 0, line.card.label, look.strong)
    sheet.write_string(at, 1, line.card.verdict.label, look.text)
    sheet.write_string(at, 12, f"{line.card.sentence} {line.card.aside}".strip(), look.text)
    if row is None:
        return
    values: Sequence[Any] = (
        row.estimate,
        row.ci_low,
        row.ci_high,
        row.scale,
        row.mentored_value,
        row.comparison_value,
        row.baseline_value,
        row.unit,
        row.n_mentored,
        row.n_comparison,
    )
    for place, value in enumerate(values, start=2):
        write(sheet, look, (at, place), value, "")


def _charts(book: Workbook, sheet: Worksheet, source: Source, brief: Brief) -> None:
    """Draw from cells of a sheet of their own, so that every chart can be edited and checked."""
    data = book.add_worksheet("chart_data")
    column, at = 0, 13
    for scale, title in (("ratio", "Change, per cent"), ("difference", "Difference, points")):
        shown = [line for line in brief.outcomes if line.row and line.row.scale == scale]
        shown = [line for line in shown if line.row and line.row.estimate is not None]
        if shown:
            chart = _forest(book, data, column, shown, title)
            sheet.insert_chart(at, 0 if scale == "ratio" else 7, chart, _alt(title))
            column += 5 * len(shown)
    at += 18
    for place, outcome in enumerate(("pr_cycle_time", "incident_rate")):
        if points := series_of(source, outcome):
            rows: list[tuple[float | None, ...]]
            rows = [(p.month, p.estimate, p.ci_low, p.ci_high) for p in points]
            title = f"{source.view.label(outcome)}: ratio to matched peers by month"
            names = ("Estimate", "Interval, low", "Interval, high")
            chart = _lines(book, data, column, rows, (title, *names))
            sheet.insert_chart(at, 7 * place, chart, _alt(title))
            column += 5
    at += 18
    for place, outcome in enumerate(("retention", "promotion")):
        if arms := curves_of(source, outcome):
            months = sorted({point.month for points in arms.values() for point in points})
            by_arm = [{p.month: p.value for p in points} for points in arms.values()]
            rows = [(month, *(arm.get(month) for arm in by_arm)) for month in months]
            title = f"{source.view.label(outcome)}: share of each arm by month"
            chart = _lines(book, data, column, rows, (title, *(ARM_NAMES[arm] for arm in arms)))
            sheet.insert_chart(at, 7 * place, chart, _alt(title))
            column += 5


def _alt(text: str) -> dict[str, Any]:
    return {"description": text, "object_position": 1}


def _forest(
    book: Workbook, data: Worksheet, column: int, lines: list[OutcomeLine], title: str
) -> Any:
    """Draw intervals as lines and estimates as dots, one height an outcome."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    for place, line in enumerate(lines):
        row, start = line.row, column + 5 * place
        if row is None:
            continue
        values = [_change(value, row.scale) for value in (row.ci_low, row.estimate, row.ci_high)]
        data.write_string(0, start, line.card.label)
        for at, value in enumerate(values, start=1):
            if value is not None:
                data.write_number(at, start, value)
            data.write_number(at, start + 1, place + 1)
        colour = light(line.card.verdict.tone)
        both = {"line": {"color": colour, "width": 4}}
        for first, last, look in ((1, 3, both), (2, 2, _dot(colour))):
            chart.add_series(
                {
                    "name": ["chart_data", 0, start],
                    "categories": ["chart_data", first, start, last, start],
                    "values": ["chart_data", first, start + 1, last, start + 1],
                    **look,
                }
            )
    chart.set_y_axis({"visible": False, "min": 0, "max": len(lines) + 1, "major_gridlines": {}})
    chart.set_x_axis({"name": title, "num_format": "+0;-0;0", "label_position": "low"})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 560, "height": 320})
    return chart


def _dot(colour: str) -> dict[str, Any]:
    fill = {"color": colour}
    marker = {"type": "circle", "size": 10, "fill": fill, "border": fill}
    label = {"series_name": True, "value": False, "position": "above"}
    return {"marker": marker, "line": {"none": True}, "data_labels": label}


def _change(value: float | None, scale: str) -> float | None:
    if value is None:
        return None
    change = formats.change_percent(value) if scale == "ratio" else value * 100
    return round(change, 6)


def _lines(
    book: Workbook,
    data: Worksheet,
    column: int,
    rows: Sequence[Sequence[float | None]],
    names: Sequence[str],
) -> Any:
    """Draw one line a column of rows over their first; the first name is the title."""
    colours = (light("mentored"), light("matched"), light("matched"))
    if names[1] == "Estimate":
        colours = (light("mentored"), light("baseline"), light("baseline"))
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    for place, name in enumerate(names):
        data.write_string(0, column + place, name)
    for at, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if value is not None:
                data.write_number(at, column + place, value)
    for place in range(1, len(names)):
        is_bound = "Interval" in names[place]
        line = {"color": colours[place - 1], "width": 1 if is_bound else 2.25}
        chart.add_series(
            {
                "name": ["chart_data", 0, column + place],
                "categories": ["chart_data", 1, column, len(rows), column],
                "values": ["chart_data", 1, column + place, len(rows), column + place],
                "line": line | ({"dash_type": "dash"} if is_bound else {}),
            }
        )
    chart.set_title({"name": names[0], "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Months", "label_position": "low", "major_gridlines": {}})
    chart.set_y_axis({"num_format": "0.00", "label_position": "low"})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("span")
    chart.set_size({"width": 560, "height": 320})
    return chart
