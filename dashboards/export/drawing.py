"""Pieces that slides are made of: text, tables and native charts, each with an alternative text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboards.palette import light


@dataclass(frozen=True, slots=True)
class Box:
    """Where a piece stands on the slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[int, int, int, int]:
        """The same in the unit of the file (English metric units)."""
        return (
            Inches(self.left),
            Inches(self.top),
            Inches(self.width),
            Inches(self.height),
        )


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph: its text, how it looks, and a unit set smaller after it."""

    text: str
    size: float = 14
    colour: str = "text"
    is_bold: bool = False
    after: float = 4
    unit: str = ""


def colour(name: str) -> Any:
    """Give a palette colour as the file has it."""
    return RGBColor.from_string(light(name).removeprefix("#").upper())


def describe(shape: Any, text: str) -> None:
    """Set a shape's alternative text."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)


def fill_text(frame: Any, paragraphs: Sequence[Words]) -> None:
    """Write paragraphs into a text frame, wrapping at its width."""
    frame.word_wrap = True
    for place, words in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(words.after)
        paragraph.alignment = PP_ALIGN.LEFT
        for text, size in ((words.text, words.size), (words.unit, words.size * 0.5)):
            if text:
                run = paragraph.add_run()
                run.text = text
                run.font.size = Pt(size)
                run.font.bold = words.is_bold
                run.font.color.rgb = colour(words.colour)


def add_text(slide: Any, box: Box, paragraphs: Sequence[Words]) -> Any:
    """Add a box of text."""
    shape = slide.shapes.add_textbox(*box.emu)
    fill_text(shape.text_frame, paragraphs)
    return shape


def add_card(slide: Any, box: Box, paragraphs: Sequence[Words], edge: str) -> Any:
    """Add a rounded card of text, its edge in a verdict's colour."""
    shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *box.emu)
    shape.adjustments[0] = 0.04
    shape.fill.solid()
    shape.fill.fore_color.rgb = colour("surface")
    shape.line.color.rgb = colour(edge)
    shape.line.width = Pt(1.5)
    shape.shadow.inherit = False
    frame = shape.text_frame
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = Inches(0.15)
    frame.margin_top = Inches(0.12)
    fill_text(frame, paragraphs)
    return shape


def add_table(
    slide: Any, box: Box, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float = 12
) -> Any:
    """Add a native table; the first row is its head."""
    shape = slide.shapes.add_table(len(rows), len(rows[0]), *box.emu)
    table = shape.table
    for place, width in enumerate(widths):
        table.columns[place].width = Inches(width)
    for at, row in enumerate(rows):
        table.rows[at].height = Inches(box.height / len(rows))
        for place, text in enumerate(row):
            cell = table.cell(at, place)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            head = Words(text, size, "text", is_bold=at == 0 or place == 0, after=0)
            fill_text(cell.text_frame, [head])
            cell.fill.solid()
            cell.fill.fore_color.rgb = colour("accent-soft" if at == 0 else "surface")
    return shape


@dataclass(frozen=True, slots=True)
class Line:
    """One series of an x-y chart.

    Attributes
    ----------
    points : x and y.
    width : of the line, in points; 0 draws none.
    marker : size of the markers; 0 draws none.
    labels : text beside each point; empty for none.
    """

    name: str
    points: Sequence[tuple[float, float]]
    colour: str
    width: float = 2.25
    marker: int = 0
    is_dashed: bool = False
    labels: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Axes:
    """Titles, formats and limits of an x-y chart's axes.

    A small chart has no title below and its legend at the side.
    """

    x_title: str
    x_format: str = "0"
    y_format: str = "0"
    y_visible: bool = True
    y_limits: tuple[float, float] | None = None
    legend: bool = True
    is_small: bool = False


def add_chart(slide: Any, box: Box, lines: Sequence[Line], axes: Axes, alt: str) -> Any:
    """Add a native x-y chart whose data can be edited."""
    data = XyChartData()
    for line in lines:
        series = data.add_series(line.name)
        for x, y in line.points:
            series.add_data_point(x, y)
    kind = XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS
    return _chart(slide.shapes.add_chart(kind, *box.emu, data), lines, axes, alt)


def add_curves(slide: Any, box: Box, lines: Sequence[Line], axes: Axes, alt: str) -> Any:
    """Add a native line chart over whole months; lines go on over months that are not shown."""
    last = int(max(x for line in lines for x, _ in line.points))
    data = CategoryChartData()
    data.categories = [str(month) for month in range(last + 1)]
    for line in lines:
        known = dict(line.points)
        data.add_series(line.name, [known.get(month) for month in range(last + 1)])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE, *box.emu, data)
    blanks = frame.chart._chartSpace.chart.find(qn("c:dispBlanksAs"))
    if blanks is not None:
        blanks.set("val", "span")
    made = _chart(frame, lines, axes, alt)
    axis = frame.chart.category_axis
    axis.tick_labels.font.size = Pt(9)
    skip = axis._element.makeelement(qn("c:tickLblSkip"), {"val": "3"})
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)
    return made


def _chart(frame: Any, lines: Sequence[Line], axes: Axes, alt: str) -> Any:
    chart = frame.chart
    chart.has_title = False
    chart.font.size = Pt(10 if axes.is_small else 12)
    chart.font.color.rgb = colour("muted")
    for series, line in zip(chart.plots[0].series, lines, strict=True):
        _style(series, line)
    _axes(chart, axes)
    describe(frame, alt)
    return frame


def _style(series: Any, line: Line) -> None:
    series.smooth = False
    paint = colour(line.colour)
    if line.width:
        series.format.line.color.rgb = paint
        series.format.line.width = Pt(line.width)
        if line.is_dashed:
            series.format.line.dash_style = MSO_LINE.DASH
    else:
        series.format.line.fill.background()
    if line.marker:
        series.marker.style = XL_MARKER_STYLE.CIRCLE
        series.marker.size = line.marker
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = paint
        series.marker.format.line.color.rgb = paint
    else:
        series.marker.style = XL_MARKER_STYLE.NONE
    for place, text in enumerate(line.labels):
        frame = series.points[place].data_label.text_frame
        frame.text = text
        font = frame.paragraphs[0].runs[0].font
        font.size, font.bold = Pt(13), True
        font.color.rgb = colour("text")
        series.points[place].data_label.position = XL_LABEL_POSITION.ABOVE


def _axes(chart: Any, axes: Axes) -> None:
    chart.has_legend = axes.legend
    if axes.legend:
        side = XL_LEGEND_POSITION.RIGHT if axes.is_small else XL_LEGEND_POSITION.BOTTOM
        chart.legend.position = side
        chart.legend.include_in_layout = False
    across, up = chart.category_axis, chart.value_axis
    across.has_title = not axes.is_small
    if across.has_title:
        across.axis_title.text_frame.text = axes.x_title
        across.axis_title.text_frame.paragraphs[0].runs[0].font.size = Pt(12)
    across.has_major_gridlines = False
    for axis, pattern in ((across, axes.x_format), (up, axes.y_format)):
        axis.tick_labels.number_format = pattern
        axis.tick_labels.number_format_is_linked = False
        axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        axis.format.line.color.rgb = colour("chart-zero")
    up.has_major_gridlines = axes.y_visible
    up.visible = axes.y_visible
    if axes.y_visible:
        up.major_gridlines.format.line.color.rgb = colour("chart-grid")
    if axes.y_limits:
        up.minimum_scale, up.maximum_scale = axes.y_limits
