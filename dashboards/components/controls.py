"""The pickers: one dimension, then one of its groups, and the follow-up window."""

from __future__ import annotations

from collections.abc import Mapping

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.components.html import attributes
from dashboards.queries import Snapshot
from dashboards.selection import ALL, HEADLINE, Selection, dimension_label

# Not in a portal: the list would stand outside every landmark.
Segments = Mapping[str, tuple[str, ...]]
COMBOBOX = {"shadow": "md", "transitionProps": {"duration": 0}, "withinPortal": False}


def dimension_options(segments: Segments) -> list[dict[str, str]]:
    """Return the dimensions that figures are split by."""
    return [{"value": name, "label": dimension_label(name)} for name in segments]


def group_options(
    snapshot: Snapshot, dimension: str, segments: Segments | None = None
) -> list[dict[str, str]]:
    """Return the groups of a dimension; those without any estimate say so.

    `segments` are those of another table than the estimates; its groups are listed as they are.
    """
    if segments is None:
        segments, visible = snapshot.segments(), snapshot.visible_segments()
    else:
        visible = frozenset((dimension, value) for value in segments.get(dimension, ()))
    return [
        {
            "value": value,
            "label": "Everyone"
            if dimension == ALL
            else value
            if (dimension, value) in visible
            else f"{value} (withheld)",
        }
        for value in segments.get(dimension, (ALL,))
    ]


def follow_up_options(snapshot: Snapshot) -> list[dict[str, str]]:
    """Return the follow-up windows, the headline ones first."""
    windows = [{"value": str(m), "label": f"{m} months, no verdict"} for m in snapshot.follow_ups()]
    return [{"value": HEADLINE, "label": "Headline: 6 or 12 months"}, *windows]


def bar(
    page: ids.Page,
    snapshot: Snapshot,
    selection: Selection,
    *,
    has_follow_up: bool = True,
    segments: Segments | None = None,
) -> Component:
    """Return the pickers of a view; `segments` where it is not split as the estimates are."""
    pickers = [
        _select(
            ids.on(page, ids.DIMENSION),
            "Split by",
            dimension_options(snapshot.segments() if segments is None else segments),
            selection.dimension,
        ),
        _select(
            ids.on(page, ids.GROUP),
            "Group",
            group_options(snapshot, selection.dimension, segments),
            selection.value,
            disabled=selection.is_everyone,
            searchable=True,
        ),
    ]
    if has_follow_up:
        shown = HEADLINE if selection.follow_up is None else str(selection.follow_up)
        options = follow_up_options(snapshot)
        pickers.append(_select(ids.on(page, ids.FOLLOW_UP), "Follow-up", options, shown))
    return html.Section(pickers, className="picker", **attributes(aria_label="Choose a view"))


def _select(
    component_id: str, label: str, data: list[dict[str, str]], value: str, **extra: object
) -> Component:
    select: Component = dmc.Select(
        id=component_id,
        label=label,
        data=data,
        value=value,
        allowDeselect=False,
        checkIconPosition="right",
        comboboxProps=COMBOBOX,
        maxDropdownHeight=320,
        **extra,
    )
    return select


def chooser(component_id: str, label: str, options: list[tuple[str, str]], value: str) -> Component:
    """Return a list to choose what a chart shows, where there is too much for a switch."""
    data = [{"value": key, "label": text} for key, text in options]
    return html.Div(_select(component_id, label, data, value), className="picker picker-inline")


def switch(component_id: str, label: str, options: list[tuple[str, str]], value: str) -> Component:
    """Return a switch between outcomes of one chart."""
    control: Component = dmc.SegmentedControl(
        id=component_id,
        data=[{"value": key, "label": text} for key, text in options],
        value=value,
        size="xs",
        **attributes(aria_label=label),
    )
    return control
