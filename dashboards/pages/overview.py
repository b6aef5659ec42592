"""The overview: did it help, how sure are we, and can it be trusted."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboards import formats, ids, sentences, trust
from dashboards.changes import changes
from dashboards.components import cards, charts, controls, forest, health
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.pages import picking
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.rows import HealthRow
from dashboards.view import View

PATH = "/"
TITLE = "Overview · Mentorship Impact"
PAGE: ids.Page = "overview"
FIRST_CAVEATS = 4
PARTS = (ids.VERDICT, ids.CARDS, ids.FOREST, ids.CAVEATS, ids.CHANGES, ids.PROGRAMME)
STRIP = ("participation", "active_pairs", "cadence", "goal_attainment", "feedback", "mentor_load")


def body(snapshot: Snapshot, query: dict[str, str]) -> list[Component]:
    """Return the page's components for the view that a query string asks for."""
    selection, notice = picking.from_query(snapshot, query)
    view = picking.view_of(snapshot, selection)
    verdict, card, effects, caveats, changed, programme = picking.drawn(
        PAGE, view, lambda: parts(view)
    )
    panel = "card panel"
    return [
        Html(id=ids.on(PAGE, ids.LINK_NOTICE), html=notice),
        Html(id=ids.on(PAGE, ids.VERDICT), html=verdict),
        controls.bar(PAGE, snapshot, selection),
        Html(id=ids.on(PAGE, ids.CARDS), className="cards", html=card),
        Html(id=ids.on(PAGE, ids.CAVEATS), tag="section", className=panel, html=caveats),
        Html(id=ids.on(PAGE, ids.FOREST), tag="section", className=panel, html=effects),
        html.Div(_charts(view), className="pair"),
        Html(id=ids.on(PAGE, ids.PROGRAMME), html=programme),
        Html(id=ids.on(PAGE, ids.CHANGES), html=changed),
        Html(id=ids.on(PAGE, ids.FOOT), className="foot", html=_foot(view)),
    ]


def _charts(view: View) -> list[Component]:
    series = charts.series_part(view, charts.OUTCOMES["series"][0].key)
    curve = charts.curve_part(view, charts.OUTCOMES["curve"][0].key)
    return [
        charts.panel(PAGE, "series", series, charts.switch(PAGE, "series", view)),
        charts.panel(PAGE, "curve", curve, charts.switch(PAGE, "curve", view)),
    ]


def parts(view: View) -> tuple[str, str, str, str, str, str]:
    """Return the HTML of `PARTS`, in their order."""
    return (
        verdict_html(view),
        cards.cards_html(view),
        forest.forest_html(view),
        caveats_html(view),
        render("changes.html", changes=changes(view)),
        programme_html(view),
    )


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


def programme_html(view: View) -> str:
    """Return whether the programme runs, in a few measures; empty where none is known here."""
    rows = view.snapshot.rows(HealthRow, view.selection.dimension, view.selection.value)
    found = health.sections(rows, view.definitions, [("", STRIP)])
    title, text = health.headline(rows, STRIP, view.definitions)
    lines = found[0].lines if found else ()
    return render("programme_strip.html", lines=lines, title=title, text=text)


def _foot(view: View) -> str:
    built_at = formats.moment(view.snapshot.info.get("built_at"))
    return render(
        "foot.html",
        id=view.snapshot.id,
        built_at=built_at,
        confidence=view.confidence,
        minimum_group=view.minimum_group,
    )


def register(app: Dash, store: SnapshotStore) -> None:
    """Add the page's callback to an app."""
    outputs = [
        *picking.outputs(PAGE),
        *(Output(ids.on(PAGE, part), "html") for part in PARTS),
        *charts.outputs(PAGE, "series"),
        *charts.outputs(PAGE, "curve"),
    ]

    @app.callback(
        outputs,
        Input(ids.on(PAGE, ids.DIMENSION), "value"),
        Input(ids.on(PAGE, ids.GROUP), "value"),
        Input(ids.on(PAGE, ids.FOLLOW_UP), "value"),
        Input(ids.chart(PAGE, "series", "outcome"), "value"),
        Input(ids.chart(PAGE, "curve", "outcome"), "value"),
        State(ids.SNAPSHOT, "data"),
        prevent_initial_call=True,
    )
    def update(
        dimension: str, group: str, follow_up: str, series: str, curve: str, shown_id: str
    ) -> list[Any]:
        snapshot = store.current()
        selection = picking.from_pickers(snapshot, dimension, group, follow_up)
        if snapshot.id != shown_id:
            # Figures of two snapshots never stand on one page: keep this one, offer the other.
            return [picking.answer(snapshot, selection), *[no_update] * (len(outputs) - 1)]
        view = picking.view_of(snapshot, selection)
        return [
            *picking.values(snapshot, selection),
            *picking.drawn(PAGE, view, lambda: parts(view)),
            *charts.values(charts.series_part(view, series)),
            *charts.values(charts.curve_part(view, curve)),
        ]


def layout_of(store: SnapshotStore, query: dict[str, str]) -> Component:
    """Return the whole page for a query string."""
    snapshot = store.current()
    return page(PATH, snapshot, body(snapshot, query))
