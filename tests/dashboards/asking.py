"""What Dash's renderer sends to ask for a page."""

from __future__ import annotations

from typing import Any

CALLBACK = "/_dash-update-component"


def page_request(path: str, search: str = "") -> dict[str, Any]:
    """Give the body of the request for a page, to be posted to `CALLBACK`."""
    return {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": search},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
