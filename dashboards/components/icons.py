"""Icons, drawn for this project: 24 × 24, strokes only, in the colour of the text around them."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

_PATHS: dict[str, str] = {
    # outcomes
    "timer": (
        '<circle cx="12" cy="13.5" r="7.5"/><path d="M12 13.5V9M9.5 2.5h5M18.2 6.2l1.5 1.5"/>'
    ),
    "pager": ('<path d="M6 16.5v-5a6 6 0 0 1 12 0v5M4 16.5h16M10 20a2.2 2.2 0 0 0 4 0M12 3v2.4"/>'),
    "medal": (
        '<circle cx="12" cy="15.5" r="5"/><path d="M9 11.2 5.5 3.5h4l2.5 5.2 2.5-5.2h4L15 '
        '11.2M12 13.6v3.8M10.4 15l1.6-1.6L13.6 15"/>'
    ),
    "stay": (
        '<circle cx="9.5" cy="8" r="3.7"/><path d="M2.8 20c.5-4 3.2-6.2 6.7-6.2 1.6 0 3 .4 '
        '4.1 1.2M14.8 17.8l2.3 2.3 4.2-4.6"/>'
    ),
    # verdicts and states
    "check": '<path d="m5 12.8 4.4 4.4L19 7.4"/>',
    "cross": '<path d="M6.5 6.5 17.5 17.5M17.5 6.5 6.5 17.5"/>',
    "equals": '<path d="M5.5 9.2h13M5.5 14.8h13"/>',
    "approximately": (
        '<path d="M5 10.2c2.4-2.6 4.6-2 7-.4s4.6 2.2 7-.4M5 16.2c2.4-2.6 4.6-2 7-.4s4.6 2.2 7-.4"/>'
    ),
    "unequal": '<path d="M5.5 9.2h13M5.5 14.8h13M15.5 4.5l-7 15"/>',
    "hourglass": (
        '<path d="M6.5 3.5h11M6.5 20.5h11M8 3.5v3.6c0 2 4 3.4 4 4.9s-4 2.9-4 4.9v3.6M16 '
        '3.5v3.6c0 2-4 3.4-4 4.9s4 2.9 4 4.9v3.6"/>'
    ),
    "lock": (
        '<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8.2 10.5V7.8a3.8 3.8 '
        '0 0 1 7.6 0v2.7"/>'
    ),
    "empty": '<circle cx="12" cy="12" r="8" stroke-dasharray="3.2 3"/>',
    "unknown": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M9.7 9.6a2.4 2.4 0 1 1 3.4 '
        '2.2c-.8.4-1.1.9-1.1 1.8M12 16.6v.1"/>'
    ),
    "warning": '<path d="M12 4 2.8 19.6h18.4ZM12 10v4.4M12 17v.1"/>',
    # trust
    "people": (
        '<circle cx="9" cy="8.2" r="3.4"/><path d="M2.8 19.4c.4-3.7 2.8-5.7 6.2-5.7s5.8 2 '
        '6.2 5.7M15.8 5.2a3.2 3.2 0 0 1 0 6.1M17.6 14.2c2.1.7 3.3 2.4 3.6 5.2"/>'
    ),
    "calendar": (
        '<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10.2h16M8.5 '
        '3.2v4M15.5 3.2v4"/>'
    ),
    # chrome
    "link": (
        '<path d="m10 14 4-4M8.3 11.2 5.9 13.6a3.2 3.2 0 0 0 4.5 4.5l2.4-2.4M11.2 '
        '8.3l2.4-2.4a3.2 3.2 0 0 1 4.5 4.5l-2.4 2.4"/>'
    ),
    "download": '<path d="M12 4v11M7.5 10.8 12 15.3l4.5-4.5M4.5 19.5h15"/>',
    "leave": '<path d="M13.5 4H5v16h8.5M10 12h10M16.5 8.5 20 12l-3.5 3.5"/>',
    "sun": (
        '<circle cx="12" cy="12" r="4"/><path d="M12 2.8v2.4M12 18.8v2.4M2.8 12h2.4M18.8 '
        '12h2.4M5.5 5.5l1.7 1.7M16.8 16.8l1.7 1.7M18.5 5.5l-1.7 1.7M7.2 16.8l-1.7 1.7"/>'
    ),
    "moon": '<path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z"/>',
    "reset": '<path d="M4.5 5v5h5M4.9 10a7.6 7.6 0 1 1-.6 4.6"/>',
    "chevron": '<path d="m9 6 6 6-6 6"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "arrow": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    # pages
    "overview": (
        '<rect x="4" y="4" width="7" height="9" rx="1.5"/><rect x="13" y="4" width="7" '
        'height="5" rx="1.5"/><rect x="13" y="11" width="7" height="9" rx="1.5"/><rect x="4" '
        'y="15" width="7" height="5" rx="1.5"/>'
    ),
    "outcomes": '<path d="M4 4v16h16M7.5 15.5l4-4.5 3 2.6L20 7"/>',
    "evidence": (
        '<path d="M9.5 3.5h5M10.5 3.5v6L5 18.6a1.3 1.3 0 0 0 1.1 1.9h11.8a1.3 1.3 0 0 0 '
        '1.1-1.9L13.5 9.5v-6M7.6 15h8.8"/>'
    ),
    "data": (
        '<ellipse cx="12" cy="6" rx="7.5" ry="2.8"/><path d="M4.5 6v12c0 1.5 3.4 2.8 7.5 '
        '2.8s7.5-1.3 7.5-2.8V6M4.5 12c0 1.5 3.4 2.8 7.5 2.8s7.5-1.3 7.5-2.8"/>'
    ),
    "programme": (
        '<path d="M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 '
        '20v-4.5h4.5"/>'
    ),
    "mentors": (
        '<circle cx="9" cy="8" r="3.2"/><path d="M3.5 19.5c.4-3.6 2.6-5.6 5.5-5.6 1.7 0 3.2.7 4.2 '
        '2M16 20l4.5-4.6-1.9-1.9L14 18v2Z"/>'
    ),
    "stories": '<path d="M4.5 5.5h15v10.6h-8.2L7 20v-3.9H4.5ZM8 9h8M8 12.2h5.5"/>',
    "access": (
        '<path d="M12 3v18M5 7h14M5 7l-2.6 6a2.9 2.9 0 0 0 5.2 0ZM19 7l-2.6 6a2.9 2.9 0 0 0 5.2 '
        '0ZM8.5 21h7"/>'
    ),
    "teams": (
        '<circle cx="12" cy="6.4" r="2.6"/><circle cx="5.6" cy="16" r="2.6"/><circle cx="18.4" '
        'cy="16" r="2.6"/><path d="M10.6 8.7 7 13.8M13.4 8.7l3.6 5.1M8.2 16h7.6"/>'
    ),
    "return": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M14.8 9.2c-.5-1-1.5-1.5-2.8-1.5-1.6 0-2.8.8-2.8 '
        '2.1 0 2.9 5.6 1.4 5.6 4.4 0 1.3-1.2 2.1-2.8 2.1-1.3 0-2.4-.6-2.8-1.6M12 6v12"/>'
    ),
    "methods": '<path d="M6 3.5h8.5L19 8v12.5H6ZM14 3.5V8.5h5M9 13h7M9 16.5h5"/>',
}


@cache
def icon(name: str, size: int = 18) -> Markup:
    """Return an icon as inline SVG, hidden from screen readers: a word always stands beside it.

    Raises
    ------
    KeyError : no icon of that name is drawn.
    """
    return Markup(  # noqa: S704  (made of this module's own constants only)
        f'<svg class="icon" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" '
        'stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true" focusable="false">{_PATHS[name]}</svg>'
    )
