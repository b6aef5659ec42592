"""One small Dash component that shows a ready-made piece of HTML.

Six hundred Dash components cost 600 ms an update in the browser, one costs nothing: so cards,
tables and the forest arrive as HTML from templates that escape every value. Its other half is
`mentorship.Html` in `assets/app.js`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from dash.development.base_component import Component
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboards import formats
from dashboards.components.icons import icon

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class Html(Component):
    """A container whose content is HTML text.

    Parameters
    ----------
    id : component id.
    html : content; must come from `render`.
    tag : element name, `div` unless said otherwise.
    className : CSS classes.
    """

    _namespace = "mentorship"
    _type = "Html"
    # Dash reads these lists from the class; nothing changes them.
    _children_props: list[str] = []  # noqa: RUF012
    _base_nodes: list[str] = []  # noqa: RUF012
    _valid_wildcard_attributes: list[str] = []  # noqa: RUF012
    available_wildcard_properties: list[str] = []  # noqa: RUF012
    available_properties: list[str] = ["id", "html", "tag", "className"]  # noqa: RUF012
    _prop_names = available_properties

    def __init__(self, **properties: object) -> None:
        super().__init__(**properties)  # type: ignore[no-untyped-call]  # Dash's own


def attributes(**pairs: str) -> dict[str, Any]:
    """Return attributes whose names hold hyphens: `aria_label` becomes `aria-label`."""
    return {name.replace("_", "-"): text for name, text in pairs.items()}


@cache
def environment() -> Environment:
    """Return the template environment: always escaping, never tolerating a missing name."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(icon=icon, formats=formats)
    return made


def render(template: str, **context: object) -> str:
    """Fill a template of `templates/`; every value is escaped."""
    return environment().get_template(template).render(**context)
