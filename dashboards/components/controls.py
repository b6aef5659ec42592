"""The pickers: one dimension, then one of its groups, and the follow-up window."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.components.html import attributes
from dashboards.queries import Snapshot
from dashboards.selection import ALL, HEADLINE, Selection, dimension_label

# Not in a portal: the list would stand outside every landmark.
COMBOBOX = {"shadow": "md", "transitionProps": {"duration": 0}, "withinPortal": False}


def dimension_options(snapshot: Snapshot) -> list[dict[str, str]]:
    """Return the dimensions that the snapshot is split by."""
    return [{"value": name, "label": dimension_label(name)} for name in snapshot.segments()]


def group_options(snapshot: Snapshot, dimension: str) -> list[dict[str, str]]:
    """Return the groups of a dimension; withheld ones say so."""
    visible = snapshot.visible_segments()
    return [
        {
            "value": value,
            "label": "Everyone"
            if dimension == ALL
            else value
            if (dimension, value) in visible
            else f"{value} (withheld)",
        }
        for value in snapshot.segments().get(dimension, (ALL,))
    ]


def follow_up_options(snapshot: Snapshot) -> list[dict[str, str]]:
    """Return the follow-up windows, the headline ones first."""
    windows = [{"value": str(m), "label": f"{m} months, no verdict"} for m in snapshot.follow_ups()]
    return [{"value": HEADLINE, "label": "Headline: 6 or 12 months"}, *windows]


def bar(
    page: ids.Page, snapshot: Snapshot, selection: Selection, *, has_follow_up: bool = True
) -> Component:
    """Return the pickers of a view."""
    pickers = [
        _select(
            ids.on(page, ids.DIMENSION),
            "Split by",
            dimension_options(snapshot),
            selection.dimension,
        ),
        _select(
            ids.on(page, ids.GROUP),
            "Group",
            group_options(snapshot, selection.dimension),
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
