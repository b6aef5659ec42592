"""Ids of Dash components. Callbacks, layouts and tests name them from here only."""

from __future__ import annotations

SNAPSHOT = "snapshot-id"
SELECTION = "selection"
URL_WRITTEN = "url-written"

DIMENSION = "pick-dimension"
GROUP = "pick-group"
FOLLOW_UP = "pick-follow-up"

VERDICT = "verdict"
CARDS = "cards"
FOREST = "forest"
CAVEATS = "caveats"
PROGRAMME = "programme"

SERIES_OUTCOME = "series-outcome"
SERIES_HEAD = "series-head"
SERIES_BODY = "series-body"
SERIES_GRAPH = "series-graph"
SERIES_TABLE = "series-table"

CURVE_OUTCOME = "curve-outcome"
CURVE_HEAD = "curve-head"
CURVE_BODY = "curve-body"
CURVE_GRAPH = "curve-graph"
CURVE_TABLE = "curve-table"
