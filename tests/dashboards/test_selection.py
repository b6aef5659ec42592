"""The view lives in the URL and can only be one that exists."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from dashboards.selection import Selection, choose, dimension_label, is_met

SEGMENTS = {"all": ("all",), "level": ("L2", "L10"), "organisation": ("A & B", "unknown")}
WINDOWS = (6, 12, 18, 24)


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ({}, Selection()),
        ({"dimension": "level"}, Selection("level", "L2")),
        ({"dimension": "level", "group": "L10"}, Selection("level", "L10")),
        ({"dimension": "level", "group": "L99"}, Selection()),
        ({"dimension": "planet", "group": "L2"}, Selection()),
        ({"follow_up": "18"}, Selection(follow_up=18)),
        ({"follow_up": "7"}, Selection()),
        ({"follow_up": "headline"}, Selection()),
        ({"follow_up": "1' or 1=1"}, Selection()),
    ],
)
def test_what_is_asked_for_becomes_a_view_that_exists(
    asked: dict[str, str], chosen: Selection
) -> None:
    assert choose(SEGMENTS, WINDOWS, **asked) == chosen


@pytest.mark.parametrize(
    "view",
    [
        Selection(),
        Selection("level", "L10"),
        Selection("organisation", "A & B", 24),
        Selection(follow_up=6),
    ],
)
def test_a_link_reproduces_its_view(view: Selection) -> None:
    assert choose(SEGMENTS, WINDOWS, **dict(parse_qsl(view.query().removeprefix("?")))) == view


def test_default_view_has_no_query() -> None:
    assert Selection().query() == ""


@pytest.mark.parametrize(
    ("asked", "met"),
    [
        ({}, True),
        ({"dimension": "level", "group": "L10"}, True),
        ({"dimension": "level", "group": "L99"}, False),
        ({"dimension": "planet"}, False),
        ({"follow_up": "7"}, False),
        ({"follow_up": "headline"}, True),
    ],
)
def test_a_link_that_cannot_be_met_is_told(asked: dict[str, str], met: bool) -> None:
    assert is_met(choose(SEGMENTS, WINDOWS, **asked), **asked) is met


def test_reporting_groups_keep_their_own_name() -> None:
    assert dimension_label("cost_centre") == "Cost centre"
    assert dimension_label("program") == "Programme"
