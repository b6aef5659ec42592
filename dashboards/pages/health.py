"""What the pages of the programme's measures share: picker, table, chart of one measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboards import formats, ids
from dashboards.components import controls, health
from dashboards.components.charts import EMPTY_FIGURE, Table
from dashboards.components.html import Html, attributes, render
from dashboards.components.shell import page
from dashboards.figures import timeline
from dashboards.figures.template import CONFIG
from dashboards.pages import picking
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.rows import HealthRow, KnownEvent
from dashboards.selection import ALL, Selection, dimension_label

Below = Callable[[Snapshot], str]


@dataclass(frozen=True)
class HealthPage:
    """One page of measures.

    Attributes
    ----------
    sections : heading -> measures, in reading order.
    below : HTML of what stands below the chart, from the snapshot alone.
    """

    page: ids.Page
    path: str
    name: str
    about: str
    sections: Sequence[tuple[str, Sequence[str]]]
    below: Below

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure of the page, in reading order."""
        return tuple(measure for _, group in self.sections for measure in group)

    def layout_of(self, store: SnapshotStore, query: dict[str, str]) -> Component:
        """Return the whole page for a query string."""
        snapshot = store.current()
        segments = snapshot.health_segments()
        asked = {key: value for key, value in query.items() if key != "follow_up"}
        selection, notice = picking.from_query(snapshot, asked, segments)
        heading, table = self._parts(snapshot, selection)
        measure = self._first(snapshot, selection)
        return page(
            self.path,
            snapshot,
            [
                Html(id=self._id(ids.LINK_NOTICE), html=notice),
                Html(id=self._id(ids.VERDICT), html=heading),
                controls.bar(
                    self.page, snapshot, selection, has_follow_up=False, segments=segments
                ),
                Html(id=self._id(ids.MEASURES), html=table),
                self._panel(snapshot, selection, measure),
                Html(id=self._id(ids.BELOW), html=self.below(snapshot)),
            ],
        )

    def register(self, app: Dash, store: SnapshotStore) -> None:
        """Add the page's callback to an app."""
        outputs = [
            *picking.outputs(self.page),
            Output(self._id(ids.VERDICT), "html"),
            Output(self._id(ids.MEASURES), "html"),
            *self._chart_outputs(),
        ]

        @app.callback(
            outputs,
            Input(self._id(ids.DIMENSION), "value"),
            Input(self._id(ids.GROUP), "value"),
            Input(self._id(ids.MEASURE), "value"),
            State(ids.SNAPSHOT, "data"),
            prevent_initial_call=True,
        )
        def update(dimension: str, group: str, measure: str, shown_id: str) -> list[Any]:
            snapshot = store.current()
            segments = snapshot.health_segments()
            selection = picking.from_pickers(snapshot, dimension, group, segments=segments)
            if snapshot.id != shown_id:
                return [picking.answer(snapshot, selection), *[no_update] * (len(outputs) - 1)]
            return [
                *picking.values(snapshot, selection, segments),
                *self._parts(snapshot, selection),
                *self._chart_values(snapshot, selection, measure),
            ]

    def _id(self, part: str) -> str:
        return ids.on(self.page, part)

    def _rows(self, snapshot: Snapshot, selection: Selection) -> tuple[HealthRow, ...]:
        rows = snapshot.rows(HealthRow, selection.dimension, selection.value)
        return tuple(row for row in rows if row.measure in self.measures)

    def _beside(self, snapshot: Snapshot, selection: Selection) -> tuple[HealthRow, ...]:
        """Everyone's rows, where the page is of a group."""
        if selection.is_everyone:
            return ()
        rows = snapshot.rows(HealthRow, ALL, ALL)
        return tuple(row for row in rows if row.measure in self.measures)

    def _first(self, snapshot: Snapshot, selection: Selection) -> str:
        known = {row.measure for row in self._rows(snapshot, selection)}
        return next((name for name in self.measures if name in known), self.measures[0])

    def _parts(self, snapshot: Snapshot, selection: Selection) -> tuple[str, str]:
        rows, definitions = self._rows(snapshot, selection), snapshot.definitions()
        headline, action = health.headline(rows, self.measures, definitions)
        last = max((row.month for row in rows), default=None)
        who = "everyone" if selection.is_everyone else (
            f"{dimension_label(selection.dimension).lower()} {selection.value}"
        )  # fmt: skip
        month = f" · {formats.month(last)}" if last else ""
        heading = render(
            "heading.html", kicker=f"{self.name} · {who}{month}", headline=headline, lede=action
        )
        table = render(
            "measures.html",
            about=self.about,
            sections=health.sections(
                rows, definitions, self.sections, self._beside(snapshot, selection)
            ),
            is_group=not selection.is_everyone,
            minimum_group=snapshot.info.get("minimum_group", ""),
        )
        return heading, table

    def _panel(self, snapshot: Snapshot, selection: Selection, measure: str) -> Component:
        head, figure, name, below = self._chart_values(snapshot, selection, measure)
        definitions = snapshot.definitions()
        options = [(key, health.label(key, definitions)) for key in self.measures]
        chooser = controls.chooser(self._id(ids.MEASURE), "Measure", options, measure)
        graph = dcc.Graph(
            id=self._id(ids.GRAPH),
            figure=figure,
            config=CONFIG,
            responsive=True,
            style={"width": "100%", "height": "100%"},
        )
        return html.Section(
            [
                html.Div(
                    [Html(id=self._id(ids.HEAD), html=head, className="panel-head"), chooser],
                    className="panel-top",
                ),
                html.Div(
                    graph,
                    id=self._id(ids.BODY),
                    className=name,
                    role="img",
                    **attributes(aria_labelledby=self._id(ids.HEAD)),
                ),
                Html(id=self._id(ids.TABLE), html=below),
            ],
            className="card panel panel-timeline",
        )

    def _chart_outputs(self) -> list[Output]:
        return [
            Output(self._id(ids.HEAD), "html"),
            Output(self._id(ids.GRAPH), "figure"),
            Output(self._id(ids.BODY), "className"),
            Output(self._id(ids.TABLE), "html"),
        ]

    def _chart_values(
        self, snapshot: Snapshot, selection: Selection, measure: str
    ) -> tuple[str, dict[str, Any], str, str]:
        """Return heading, figure, class of the graph's wrapper, and the table below."""
        rows = [row for row in self._rows(snapshot, selection) if row.measure == measure]
        events = _events(snapshot, selection)
        beside = [row for row in self._beside(snapshot, selection) if row.measure == measure]
        drawn = timeline.figure(rows, events, beside)
        is_beside = drawn is not None and len(drawn["data"]) > 1
        name = health.label(measure, snapshot.definitions())
        head = render(
            "panel_head.html",
            title=f"{name}, month by month",
            text=_explained(measure, snapshot, events, is_beside=is_beside),
        )
        if drawn is None:
            is_held = any(row.status == "suppressed" for row in rows)
            text = "Withheld: the group is too small to show." if is_held else "Not known yet."
            icon_name = "lock" if is_held else "hourglass"
            nothing = render("nothing.html", text=text, icon_name=icon_name)
            return head, EMPTY_FIGURE, "graph graph-empty", nothing
        return head, drawn, "graph", render("chart_table.html", table=_table(name, rows))


def _events(snapshot: Snapshot, selection: Selection) -> list[KnownEvent]:
    """Events of everybody, and of the organisation that is picked."""
    of_one = selection.dimension == "organisation"
    return [
        event
        for event in snapshot.table(KnownEvent)
        if not of_one or event.organisation in ("all", selection.value)
    ]


def _explained(
    measure: str, snapshot: Snapshot, events: Sequence[KnownEvent], *, is_beside: bool
) -> str:
    known: Mapping[str, Any] = snapshot.definitions()
    told = [formats.first_sentence(known[measure].definition)] if measure in known else []
    told += ["The thin grey line is everyone."] * is_beside
    told += ["Dotted lines and bands are known events."] * bool(events)
    return " ".join(told)


def _table(name: str, rows: Sequence[HealthRow]) -> Table:
    lines = [
        (formats.month(row.month), health.written(row.value, row.unit), formats.count(row.n))
        for row in sorted(rows, key=lambda row: row.month, reverse=True)
    ]
    return Table(f"{name} by month", ("Month", "Value", "n"), lines)
