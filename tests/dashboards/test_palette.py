"""Contrast and colour blindness, computed."""

from __future__ import annotations

from itertools import combinations

import pytest

from dashboards.palette import CHART_TOKENS, TOKENS, css

TEXTS = ["text", "muted", "accent", "better", "worse", "neutral", "caution"]
MARKS = ["mentored", "matched", "baseline", "better", "worse", "neutral"]


def linear(colour: str) -> list[float]:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(red: float, green: float, blue: float) -> tuple[float, float, float]:
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (max(t, 0) ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return (116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz))


def seen_without(colour: str, cones: str) -> tuple[float, float, float]:
    """A colour as someone without red or green cones sees it (Viénot 1999), in Lab."""
    red, green, blue = linear(colour)
    if cones == "red":
        mixed, blue = 0.11238 * red + 0.88762 * green, 0.00401 * (red - green) + blue
    else:
        mixed, blue = 0.29275 * red + 0.70725 * green, 0.02234 * (green - red) + blue
    return lab(mixed, mixed, blue)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_every_ground(text: str, side: int) -> None:
    grounds = ["page", "surface", "raised", "sunken"]
    if f"{text}-soft" in TOKENS:
        grounds.append(f"{text}-soft")
    for ground in grounds:
        assert contrast(TOKENS[text][side], TOKENS[ground][side]) >= 4.5, ground


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("mark", MARKS)
def test_marks_stand_out_from_the_ground(mark: str, side: int) -> None:
    assert contrast(TOKENS[mark][side], TOKENS["surface"][side]) >= 3


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("cones", ["red", "green"])
@pytest.mark.parametrize("pair", [("mentored", "matched"), ("better", "worse")])
def test_opposites_differ_for_the_colour_blind(
    pair: tuple[str, str], cones: str, side: int
) -> None:
    one, other = (seen_without(TOKENS[name][side], cones) for name in pair)
    difference = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
    assert difference > 20  # 2 is just noticeable side by side


def test_each_chart_colour_maps_to_one_dark_colour() -> None:
    for one, other in combinations(CHART_TOKENS, 2):
        assert TOKENS[one][0] != TOKENS[other][0]


def test_dark_colours_never_reach_the_printer() -> None:
    text = css()
    assert text.index(TOKENS["page"][1]) > text.index("@media screen")
