"""A chart with its heading, its switch and its table for those who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import Output, dcc, html
from dash.development.base_component import Component

from dashboards import formats, ids, locales, sentences
from dashboards.components import controls
from dashboards.components.html import Html, attributes, render
from dashboards.figures import event_study, survival
from dashboards.figures.template import CONFIG
from dashboards.outcomes import BY_KEY, HEADLINE, Outcome, better_sign
from dashboards.view import View

OUTCOMES: dict[ids.Chart, tuple[Outcome, ...]] = {
    "series": tuple(outcome for outcome in HEADLINE if outcome.level != "share"),
    "curve": tuple(outcome for outcome in HEADLINE if outcome.level == "share")[::-1],
}
EMPTY_FIGURE: dict[str, Any] = {"data": [], "layout": {}}


@dataclass(frozen=True, slots=True)
class ChartPart:
    """A chart of one view: heading, figure (None: nothing to draw), what stands below."""

    head: str
    figure: dict[str, Any] | None
    below: str
    summary: str

    @property
    def drawn(self) -> dict[str, Any]:
        """The figure, or an empty one for a mounted graph."""
        return self.figure or EMPTY_FIGURE

    @property
    def class_name(self) -> str:
        """CSS classes of the graph's wrapper."""
        return "graph" if self.figure else "graph graph-empty"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text, the first column naming its rows."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def panel(page: ids.Page, kind: ids.Chart, part: ChartPart, control: Component) -> Component:
    """Return a chart's panel: heading, switch, graph, table."""
    head = Html(id=ids.chart(page, kind, "head"), html=part.head, className="panel-head")
    graph = dcc.Graph(
        id=ids.chart(page, kind, "graph"),
        figure=part.drawn,
        config=CONFIG,
        responsive=True,
        style={"width": "100%", "height": "100%"},
    )
    return html.Section(
        [
            html.Div([head, control], className="panel-top"),
            html.Div(
                graph,
                id=ids.chart(page, kind, "body"),
                className=part.class_name,
                role="img",
                **attributes(aria_labelledby=ids.chart(page, kind, "head")),
            ),
            Html(id=ids.chart(page, kind, "table"), html=part.below),
        ],
        className=f"card panel panel-{kind}",
    )


def outputs(page: ids.Page, kind: ids.Chart) -> list[Output]:
    """Return what a change of view writes into a chart's panel."""
    return [
        Output(ids.chart(page, kind, "head"), "html"),
        Output(ids.chart(page, kind, "graph"), "figure"),
        Output(ids.chart(page, kind, "body"), "className"),
        Output(ids.chart(page, kind, "table"), "html"),
    ]


def values(part: ChartPart) -> list[Any]:
    """Return the values of `outputs`."""
    return [part.head, part.drawn, part.class_name, part.below]


def switch(page: ids.Page, kind: ids.Chart, view: View) -> Component:
    """Return the switch between the outcomes that a chart can show."""
    options = [(outcome.key, view.label(outcome.key)) for outcome in OUTCOMES[kind]]
    chosen = options[0][0]
    return controls.switch(
        ids.chart(page, kind, "outcome"), "Outcome of the chart", options, chosen
    )


def _head(title: str, text: str) -> str:
    return render("panel_head.html", title=title, text=text)


def _nothing(view: View, what: str) -> str:
    if view.is_withheld:
        return render(
            "nothing.html", text="Withheld: the group is too small to show.", icon_name="lock"
        )
    return render("nothing.html", text=what, icon_name="empty")


# ---- event study -----------------------------------------------------------------------------


def series_part(view: View, outcome_key: str) -> ChartPart:
    """Return the monthly gap of one outcome."""
    key = ("series", outcome_key, view.selection, locales.current())
    return view.snapshot.remembered(key, lambda: _series_part(view, outcome_key))


def _series_part(view: View, outcome_key: str) -> ChartPart:
    outcome = BY_KEY[outcome_key]
    points = view.series.get(outcome_key, ())
    label = view.label(outcome_key)
    drawn = event_study.figure(points, better_sign(outcome_key, "ratio"))
    title = f"{label}, month by month around the start"
    if drawn is None:
        head = _head(title, "Change against matched peers.")
        return ChartPart(head, None, _nothing(view, _no_series(view)), "")
    why_none = sentences.why_no_month_counts(view, outcome_key)
    summary = "" if why_none else sentences.series_sentence(outcome, points)
    text = (
        f"Change against matched peers, month by month; shading is the {view.confidence} interval. "
        + (
            "A month counts where its interval leaves out zero."
            if summary
            else (why_none or sentences.NO_VERDICT_BY_MONTH)
        )
    )
    if event_study.is_cut(points):
        text += " The axis is cut; the table has the whole intervals."
    title = f"{label}: {summary}" if summary else title
    return ChartPart(_head(title, text), drawn, _series_table(view, outcome_key), summary)


def _no_series(view: View) -> str:
    if view.selection.is_everyone:
        return "No monthly figures were published."
    return "No month of this group has enough people to show."


def _series_table(view: View, outcome_key: str) -> str:
    rows = [
        (
            formats.signed(point.month),
            formats.percent_change(point.estimate),
            formats.interval(point.ci_low, point.ci_high, "ratio"),
            formats.count(point.n),
        )
        for point in event_study.visible(view.series.get(outcome_key, ()))
    ]
    caption = f"{view.label(outcome_key)}: change against matched peers by month"
    table = Table(caption, ("Month", "Change", f"{view.confidence} interval", "n"), rows)
    return render("chart_table.html", table=table)


# ---- survival --------------------------------------------------------------------------------


def curve_part(view: View, outcome_key: str) -> ChartPart:
    """Return the arms' curves of one outcome."""
    key = ("curve", outcome_key, view.selection, locales.current())
    return view.snapshot.remembered(key, lambda: _curve_part(view, outcome_key))


def _curve_part(view: View, outcome_key: str) -> ChartPart:
    outcome = BY_KEY[outcome_key]
    points = view.curves.get(outcome_key, ())
    drawn = survival.figure(points, outcome.window)
    if drawn is None:
        title = f"{view.label(outcome_key)} over time"
        head = _head(title, "Share of each arm, month by month.")
        return ChartPart(
            head, None, _nothing(view, "Too few people were followed to draw a curve here."), ""
        )
    title = sentences.curve_title(outcome, points, outcome.window)
    text = (
        f"Points are the months that can be shown; shading is the {view.confidence} interval. "
        f"{_axis_note(outcome_key)}"
    )
    return ChartPart(_head(title, text), drawn, _curve_tables(view, outcome_key), title)


def _axis_note(outcome_key: str) -> str:
    if outcome_key == "retention":
        return "The axis does not start at zero."
    return "Leaving first counts as not promoted."


def _curve_tables(view: View, outcome_key: str) -> str:
    arms = survival.by_arm(view.curves.get(outcome_key, ()))
    months = sorted({row.month for rows in arms.values() for row in rows})
    marks = [month for month in months if month % 6 == 0]
    at_risk = [
        (
            survival.ARMS[arm].token,
            survival.ARMS[arm].name,
            [formats.count({row.month: row.at_risk for row in rows}.get(month)) for month in marks],
        )
        for arm, rows in arms.items()
    ]
    head = ["Month", *(f"{survival.ARMS[arm].name}, interval" for arm in arms)]
    rows = [[str(month), *(_cell(points, month) for points in arms.values())] for month in months]
    table = Table(f"{view.label(outcome_key)}: share of each arm by month", head, rows)
    return render("curve_tables.html", table=table, marks=marks, at_risk=at_risk)


def _cell(points: Sequence[Any], month: int) -> str:
    found = next((row for row in points if row.month == month), None)
    if found is None:
        return formats.NONE
    text = formats.share(found.value)
    if found.ci_low is not None:
        text += f" ({formats.share(found.ci_low)} to {formats.share(found.ci_high)})"
    return text
