"""Stories beside the numbers: what people chose to tell, and only that."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards import formats
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.queries import SnapshotStore
from dashboards.rows import Story

PATH = "/stories"
TITLE = "Stories · Mentorship Impact"


def headline(count: int) -> str:
    """Return the page's one sentence."""
    if not count:
        return "No story has been told yet."
    return "One story, told with consent." if count == 1 else f"{count} stories, told with consent."


def layout_of(store: SnapshotStore, _query: dict[str, str]) -> Component:
    """Return the whole page, the newest story first."""
    snapshot = store.current()
    stories = snapshot.table(Story)
    told = [(story.title, formats.day(story.published_on), story.text or "") for story in stories]
    html = render("stories.html", headline=headline(len(told)), stories=told)
    return page(PATH, snapshot, [Html(id="stories", html=html)])
