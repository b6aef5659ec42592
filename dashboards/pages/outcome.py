"""One outcome: what happened to it, for whom, does it last, how is it spread."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboards import formats, ids, sentences
from dashboards.components import cards, charts, controls, groups
from dashboards.components.html import Html, attributes, render
from dashboards.components.shell import page
from dashboards.outcomes import BY_KEY, HEADLINE, Outcome
from dashboards.pages import picking
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.view import View

PATH = "/outcomes"
PATH_TEMPLATE = "/outcomes/<outcome>"
PAGE: ids.Page = "outcome"
PARTS = (ids.VERDICT, ids.CARDS, ids.WINDOWS, ids.GROUPS, ids.SPREAD)


def title(outcome: str = "") -> str:
    """Return the browser's title."""
    known = BY_KEY.get(outcome)
    return f"{known.label if known else 'Outcome'} · Mentorship Impact"


def body(snapshot: Snapshot, outcome: Outcome, query: dict[str, str]) -> list[Component]:
    """Return the page's components for an outcome and the view that a query string asks for."""
    selection, notice = picking.from_query(snapshot, query)
    view = picking.view_of(snapshot, selection)
    made = picking.drawn((PAGE, outcome.key), view, lambda: parts(view, outcome))
    verdict, card, windows, by_group, spread = made
    tabs = [(entry, view.label(entry.key)) for entry in HEADLINE]
    tabs_html = render("tabs.html", tabs=tabs, current=outcome.key)
    return [
        dcc.Store(id=ids.on(PAGE, ids.OUTCOME), data=outcome.key),
        Html(id=ids.on(PAGE, ids.LINK_NOTICE), html=notice),
        html.Nav(
            Html(id=ids.on(PAGE, "tabs"), html=tabs_html),
            className="tabs",
            **attributes(aria_label="Outcomes"),
        ),
        Html(id=ids.on(PAGE, ids.VERDICT), html=verdict),
        controls.bar(PAGE, snapshot, selection, has_follow_up=False),
        html.Div(
            [
                Html(id=ids.on(PAGE, ids.CARDS), className="cards cards-one", html=card),
                charts.panel(PAGE, "series", _chart(view, outcome), html.Span()),
            ],
            className="beside-card",
        ),
        _panel(ids.GROUPS, by_group),
        _panel(ids.WINDOWS, windows),
        Html(id=ids.on(PAGE, ids.SPREAD), html=spread),
    ]


def _panel(part: str, content: str) -> Component:
    return Html(id=ids.on(PAGE, part), tag="section", className="card panel", html=content)


def _chart(view: View, outcome: Outcome) -> charts.ChartPart:
    if outcome.level == "share":
        return charts.curve_part(view, outcome.key)
    return charts.series_part(view, outcome.key)


def parts(view: View, outcome: Outcome) -> tuple[str, str, str, str, str]:
    """Return the HTML of `PARTS`, in their order."""
    return (
        _verdict(view, outcome),
        cards.cards_html(view, only=outcome.key),
        groups.windows_html(view, outcome),
        groups.groups_html(view, outcome),
        groups.spread_html(view, outcome),
    )


def _verdict(view: View, outcome: Outcome) -> str:
    entry = next(rows for rows in view.outcomes if rows.outcome.key == outcome.key)
    definition = view.definitions.get(outcome.key)
    return render(
        "heading.html",
        kicker=sentences.kicker_of(view, outcome),
        headline=sentences.outcome_headline(view, entry),
        lede=formats.first_sentence(definition.definition) if definition else "",
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
        State(ids.on(PAGE, ids.OUTCOME), "data"),
        State(ids.SNAPSHOT, "data"),
        prevent_initial_call=True,
    )
    def update(dimension: str, group: str, key: str, shown_id: str) -> list[Any]:
        snapshot = store.current()
        selection = picking.from_pickers(snapshot, dimension, group)
        if snapshot.id != shown_id:
            return [picking.answer(snapshot, selection), *[no_update] * (len(outputs) - 1)]
        view, outcome = picking.view_of(snapshot, selection), BY_KEY[key]
        return [
            *picking.values(snapshot, selection),
            *picking.drawn((PAGE, key), view, lambda: parts(view, outcome)),
            *charts.values(_chart(view, outcome)),
        ]


def layout_of(store: SnapshotStore, query: dict[str, str]) -> Component:
    """Return the whole page for a query string; the outcome is part of the path."""
    snapshot = store.current()
    outcome = BY_KEY.get(query.get("outcome", ""))
    asked = {key: value for key, value in query.items() if key != "follow_up"}
    if outcome is None:
        text = "There is no such outcome; the four of this dashboard are on the overview."
        missing = render("empty.html", kicker="Not found", title="No such outcome", text=text,
                         command="", after="")  # fmt: skip
        return page(PATH, snapshot, [Html(id=ids.on(PAGE, ids.VERDICT), html=missing)])
    return page(PATH, snapshot, body(snapshot, outcome, asked))
