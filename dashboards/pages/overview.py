"""The overview: did it help, how sure are we, and can it be trusted."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboards import formats, ids, sentences, trust
from dashboards import selection as selections
from dashboards.components import charts, controls, results
from dashboards.components.charts import ChartPart
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.outcomes import HEADLINE
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.selection import Selection
from dashboards.view import View, load

PATH = "/"
TITLE = "Overview · Mentorship Impact"
SERIES_PARTS = {
    "head": ids.SERIES_HEAD,
    "body": ids.SERIES_BODY,
    "graph": ids.SERIES_GRAPH,
    "table": ids.SERIES_TABLE,
}
CURVE_PARTS = {
    "head": ids.CURVE_HEAD,
    "body": ids.CURVE_BODY,
    "graph": ids.CURVE_GRAPH,
    "table": ids.CURVE_TABLE,
}
FIRST_CAVEATS = 4
SERIES_OUTCOMES = tuple(outcome for outcome in HEADLINE if outcome.level != "share")
CURVE_OUTCOMES = tuple(outcome for outcome in HEADLINE if outcome.level == "share")[::-1]


def body(snapshot: Snapshot, query: dict[str, str]) -> list[Any]:
    """Return the page's components for the view that a query string asks for."""
    asked = {key: query.get(key) or None for key in ("dimension", "group", "follow_up")}
    selection = selections.choose(snapshot.segments(), snapshot.follow_ups(), **asked)
    view = load(snapshot, selection)
    series = charts.series_part(view, SERIES_OUTCOMES[0].key)
    curve = charts.curve_part(view, CURVE_OUTCOMES[0].key)
    return [
        Html(id="link-notice", html=_unknown_link(selection, asked)),
        Html(id=ids.VERDICT, html=verdict_html(view)),
        controls.bar(snapshot, selection),
        Html(id=ids.CARDS, className="cards", html=results.cards_html(view)),
        Html(id=ids.CAVEATS, tag="section", className="card panel", html=caveats_html(view)),
        Html(id=ids.FOREST, tag="section", className="card panel", html=results.forest_html(view)),
        html.Div(
            [
                charts.panel(series, SERIES_PARTS, _switch(view, ids.SERIES_OUTCOME)),
                charts.panel(curve, CURVE_PARTS, _switch(view, ids.CURVE_OUTCOME)),
            ],
            className="pair",
        ),
        Html(id="foot", className="foot", html=_foot(view)),
    ]


def _foot(view: View) -> str:
    built_at = formats.moment(view.snapshot.info.get("built_at"))
    return render(
        "foot.html",
        id=view.snapshot.id,
        built_at=built_at,
        confidence=view.confidence,
        minimum_group=view.minimum_group,
    )


def _unknown_link(selection: Selection, asked: dict[str, str | None]) -> str:
    if selections.is_met(selection, **asked):
        return ""
    text = (
        "This link asks for a group or window that this snapshot does not hold. Everyone is shown."
    )
    return render("notice.html", tone="caution", icon_name="warning", text=text)


def _switch(view: View, component_id: str) -> Component:
    outcomes = SERIES_OUTCOMES if component_id == ids.SERIES_OUTCOME else CURVE_OUTCOMES
    options = [(outcome.key, view.label(outcome.key)) for outcome in outcomes]
    return controls.switch(component_id, "Outcome of the chart", options, outcomes[0].key)


def verdict_html(view: View) -> str:
    """Return headline, lede and trust chips."""
    return render(
        "verdict.html",
        kicker=sentences.kicker(view),
        headline=sentences.headline(view),
        lede=sentences.lede(view),
        chips=trust.chips(view),
    )


def caveats_html(view: View) -> str:
    """Return what not to conclude from the figures shown."""
    found = trust.caveats(view)
    first = FIRST_CAVEATS if len(found) > FIRST_CAVEATS + 1 else len(found)
    return render("caveats.html", caveats=found, first=first)


def _chart_values(part: ChartPart) -> list[Any]:
    return [part.head, part.drawn, part.class_name, part.below]


def _chart_outputs(parts: dict[str, str]) -> list[Output]:
    return [
        Output(parts["head"], "html"),
        Output(parts["graph"], "figure"),
        Output(parts["body"], "className"),
        Output(parts["table"], "html"),
    ]


def register(app: Dash, store: SnapshotStore) -> None:
    """Add the page's callbacks to an app."""
    outputs = [
        Output(ids.SELECTION, "data"),
        Output(ids.GROUP, "data"),
        Output(ids.GROUP, "value"),
        Output(ids.GROUP, "disabled"),
        Output(ids.VERDICT, "html"),
        Output(ids.CARDS, "html"),
        Output(ids.FOREST, "html"),
        Output(ids.CAVEATS, "html"),
        *_chart_outputs(SERIES_PARTS),
        *_chart_outputs(CURVE_PARTS),
    ]

    @app.callback(
        outputs,
        Input(ids.DIMENSION, "value"),
        Input(ids.GROUP, "value"),
        Input(ids.FOLLOW_UP, "value"),
        Input(ids.SERIES_OUTCOME, "value"),
        Input(ids.CURVE_OUTCOME, "value"),
        State(ids.SNAPSHOT, "data"),
        prevent_initial_call=True,
    )
    def update(
        dimension: str, group: str, follow_up: str, series: str, curve: str, shown_id: str
    ) -> list[Any]:
        snapshot = store.current()
        segments = snapshot.segments()
        # A change of dimension leaves a group that it does not have: then its first one.
        asked = group if group in segments.get(dimension, ()) else None
        selection = selections.choose(segments, snapshot.follow_ups(), dimension, asked, follow_up)
        if snapshot.id != shown_id:
            # Figures of two snapshots never stand on one page: keep this one, offer the other.
            return [_answer_of(snapshot, selection), *[no_update] * (len(outputs) - 1)]
        return _updated(load(snapshot, selection), series, curve)


def _answer_of(snapshot: Snapshot, selection: Selection) -> dict[str, str]:
    """Which view was asked for and which snapshot answers; the browser compares and writes."""
    return {"query": selection.query(), "snapshot": snapshot.id}


def _updated(view: View, series: str, curve: str) -> list[Any]:
    picked = view.selection
    return [
        _answer_of(view.snapshot, picked),
        controls.group_options(view.snapshot, picked.dimension),
        picked.value,
        picked.is_everyone,
        verdict_html(view),
        results.cards_html(view),
        results.forest_html(view),
        caveats_html(view),
        *_chart_values(charts.series_part(view, series)),
        *_chart_values(charts.curve_part(view, curve)),
    ]


def layout_of(store: SnapshotStore, query: dict[str, str]) -> Component:
    """Return the whole page for a query string."""
    snapshot = store.current()
    return page(PATH, snapshot, body(snapshot, query))
