"""The evidence: is it real? Checks, time around the start, balance, other choices, power."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboards import ids, sentences
from dashboards.components import charts, controls, evidence
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.pages import picking
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.view import View

PATH = "/evidence"
TITLE = "Evidence · Mentorship Impact"
PAGE: ids.Page = "evidence"
PARTS = (ids.VERDICT, ids.CHECKS, ids.BALANCE, ids.ESTIMATORS, ids.POWER)


def body(snapshot: Snapshot, query: dict[str, str]) -> list[Component]:
    """Return the page's components for the view that a query string asks for."""
    selection, notice = picking.from_query(snapshot, query)
    view = picking.view_of(snapshot, selection)
    made = picking.drawn(PAGE, view, lambda: parts(view))
    verdict, checks, balance, estimators, power = made
    series = charts.series_part(view, charts.OUTCOMES["series"][0].key)
    return [
        Html(id=ids.on(PAGE, ids.LINK_NOTICE), html=notice),
        Html(id=ids.on(PAGE, ids.VERDICT), html=verdict),
        controls.bar(PAGE, snapshot, selection, has_follow_up=False),
        _panel(ids.CHECKS, checks),
        charts.panel(PAGE, "series", series, charts.switch(PAGE, "series", view)),
        _panel(ids.BALANCE, balance),
        _panel(ids.ESTIMATORS, estimators),
        _panel(ids.POWER, power),
    ]


def _panel(part: str, content: str) -> Component:
    return Html(id=ids.on(PAGE, part), tag="section", className="card panel", html=content)


def parts(view: View) -> tuple[str, str, str, str, str]:
    """Return the HTML of `PARTS`, in their order."""
    return (
        _verdict(view),
        evidence.checks_html(view),
        evidence.balance_html(view),
        evidence.estimators_html(view),
        evidence.power_html(view),
    )


def _verdict(view: View) -> str:
    lede = "" if view.is_withheld else f"What stands behind “{sentences.headline(view)}”"
    return render(
        "heading.html", kicker=sentences.kicker(view), headline=evidence.headline(view), lede=lede
    )


def register(app: Dash, store: SnapshotStore) -> None:
    """Add the page's callback to an app."""
    outputs = [
        *picking.outputs(PAGE),
        *(Output(ids.on(PAGE, part), "html") for part in PARTS),
        *charts.outputs(PAGE, "series"),
    ]

    @app.callback(
        outputs,
        Input(ids.on(PAGE, ids.DIMENSION), "value"),
        Input(ids.on(PAGE, ids.GROUP), "value"),
        Input(ids.chart(PAGE, "series", "outcome"), "value"),
        State(ids.SNAPSHOT, "data"),
        prevent_initial_call=True,
    )
    def update(dimension: str, group: str, series: str, shown_id: str) -> list[Any]:
        snapshot = store.current()
        selection = picking.from_pickers(snapshot, dimension, group)
        if snapshot.id != shown_id:
            return [picking.answer(snapshot, selection), *[no_update] * (len(outputs) - 1)]
        view = picking.view_of(snapshot, selection)
        return [
            *picking.values(snapshot, selection),
            *picking.drawn(PAGE, view, lambda: parts(view)),
            *charts.values(charts.series_part(view, series)),
        ]


def layout_of(store: SnapshotStore, query: dict[str, str]) -> Component:
    """Return the whole page for a query string."""
    snapshot = store.current()
    asked = {key: value for key, value in query.items() if key != "follow_up"}
    return page(PATH, snapshot, body(snapshot, asked))
