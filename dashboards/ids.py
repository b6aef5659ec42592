"""Ids of Dash components. Callbacks, layouts and tests name them from here only.

Pages hold the same parts (pickers, charts), so an id on a page begins with the page's name.
"""

from __future__ import annotations

from typing import Literal

Page = Literal["overview", "evidence", "outcome", "programme", "mentors", "access"]
Chart = Literal["series", "curve"]
ChartPart = Literal["outcome", "head", "body", "graph", "table"]

SNAPSHOT = "snapshot-id"
SELECTION = "selection"
URL_WRITTEN = "url-written"

DIMENSION = "pick-dimension"
GROUP = "pick-group"
FOLLOW_UP = "pick-follow-up"

NOTICES = "notices"
LINK_NOTICE = "link-notice"
VERDICT = "verdict"
CARDS = "cards"
FOREST = "forest"
CAVEATS = "caveats"
CHANGES = "changes"
PROGRAMME = "programme"
SNAPSHOTS = "snapshots"
FOOT = "foot"
CHECKS = "checks"
BALANCE = "balance"
ESTIMATORS = "estimators"
POWER = "power"
OUTCOME = "outcome"
WINDOWS = "windows"
GROUPS = "groups"
SPREAD = "spread"
MEASURES = "measures"
MEASURE = "pick-measure"
BELOW = "below"
HEAD = "head"
BODY = "body"
GRAPH = "graph"
TABLE = "table"


def on(page: Page, part: str) -> str:
    """Return the id of a part on a page."""
    return f"{page}-{part}"


def chart(page: Page, kind: Chart, part: ChartPart) -> str:
    """Return the id of a part of a chart on a page."""
    return f"{page}-{kind}-{part}"
