"""The one palette, light and dark, as CSS variables and as colours for charts.

Chosen to be told apart with any common colour blindness (blue and ochre for the arms, teal and
crimson for better and worse) and never the only sign: an icon, a word and a position say the same.
Charts are drawn in the light colours; `css` maps each onto its dark one, so that a change of theme
and a print-out need no second drawing.
"""

from __future__ import annotations

from typing import Final

TOKENS: Final[dict[str, tuple[str, str]]] = {
    # name: (light, dark)
    "page": ("#f5f6f8", "#0d1116"),
    "surface": ("#ffffff", "#151b23"),
    "raised": ("#ffffff", "#1c242e"),
    "sunken": ("#f0f2f5", "#10161d"),
    "border": ("#dfe3e9", "#2b3440"),
    "rule": ("#eceff3", "#222a34"),
    "text": ("#12171e", "#eef1f5"),
    "muted": ("#525d6b", "#a4aebb"),
    "accent": ("#1d4fd7", "#82b0ff"),
    "accent-soft": ("#e8effd", "#1a2a47"),
    "better": ("#0c6f63", "#55dcc6"),
    "better-soft": ("#dff3ef", "#10332e"),
    "worse": ("#a3121a", "#fb7d7a"),
    "worse-soft": ("#fbe7e6", "#3d1c1e"),
    "neutral": ("#46515f", "#b7c1cd"),
    "neutral-soft": ("#eaedf1", "#26303b"),
    "caution": ("#7c4a03", "#f1c872"),
    "caution-soft": ("#fdf1d9", "#392d13"),
    "mentored": ("#2463e6", "#6ea6ff"),
    "matched": ("#b25a06", "#f0a763"),
    "baseline": ("#6a7482", "#99a4b2"),
    # Chart-only tones, apart from every token above so that each maps to one dark colour.
    "chart-text": ("#535e6c", "#a5afbc"),
    "chart-grid": ("#e6e9ee", "#28313c"),
    "chart-zero": ("#8b95a3", "#6f7b89"),
    "chart-before": ("#eff1f4", "#1d252f"),
    "chart-hover": ("#1b222b", "#e9edf2"),
    "chart-hover-text": ("#fdfdfe", "#11161c"),
}


CHART_TOKENS: Final = tuple(
    name
    for name in TOKENS
    if name.startswith("chart-") or name in ("mentored", "matched", "baseline")
)


def light(name: str) -> str:
    """Return a token's light colour: the one that charts are drawn in."""
    return TOKENS[name][0]


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def _variables(side: int) -> str:
    return "".join(f"--{name}:{pair[side]};" for name, pair in TOKENS.items())


def _chart_rules() -> str:
    """CSS that recolours a chart's marks in the dark theme, on screens only."""
    rules = []
    for pair in (TOKENS[name] for name in CHART_TOKENS):
        for attribute in ("stroke", "fill"):
            rules.append(
                f':root[data-mantine-color-scheme="dark"] .js-plotly-plot '
                f'[style*="{attribute}: {_rgb(pair[0])}"]{{{attribute}:{pair[1]} !important}}'
            )
    return "@media screen{" + "".join(rules) + "}"


def css() -> str:
    """Return the variables of both themes and the recolouring of charts."""
    dark = '[data-mantine-color-scheme="dark"]'
    return (
        f":root{{color-scheme:light;{_variables(0)}}}"
        f"@media screen{{:root{dark}{{color-scheme:dark;{_variables(1)}}}}}"
        f"{_chart_rules()}"
    )
