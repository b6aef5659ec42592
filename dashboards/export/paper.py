"""impact.pdf: a few printed pages made of the app's own partials, tagged, with vector charts."""

from __future__ import annotations

import hashlib
from typing import Any

from dashboards.components.cards import cards_html
from dashboards.components.evidence import checks_html
from dashboards.components.forest import forest_html
from dashboards.components.html import TEMPLATES, render
from dashboards.export.content import (
    RETURN_RESTS,
    STORIES_ARE,
    Brief,
    curves_of,
    measure_text,
    series_of,
)
from dashboards.export.errors import MissingLibraryError
from dashboards.export.source import Source
from dashboards.export.vector import curves_svg, series_svg
from dashboards.pages.overview import caveats_html, verdict_html
from dashboards.palette import css

NEEDS_PANGO = (
    "the PDF needs the Pango library, which is missing here (Debian: apt-get install "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)."
)


def paper_bytes(source: Source, brief: Brief) -> bytes:
    """Write the pages.

    Raises
    ------
    MissingLibraryError : the system has no Pango.
    """
    html = paper_html(source, brief)
    try:
        from weasyprint import HTML
    except OSError as error:
        raise MissingLibraryError(NEEDS_PANGO) from error
    document = HTML(string=html, url_fetcher=_refuse)
    identifier = hashlib.sha256(source.snapshot.id.encode()).digest()[:16]
    made: bytes = document.write_pdf(pdf_identifier=identifier, pdf_tags=True)
    return made


def paper_html(source: Source, brief: Brief) -> str:
    """Return the pages as HTML, from the partials that the app shows."""
    view = source.view
    day = f"{source.snapshot.as_of.isoformat()}T00:00:00Z"
    return render(
        "paper.html",
        brief=brief,
        snapshot_id=source.snapshot.id,
        day=day,
        palette=css(),
        style=(TEMPLATES / "paper.css").read_text(encoding="utf-8"),
        verdict=verdict_html(view),
        cards=cards_html(view),
        caveats=caveats_html(view),
        forest=forest_html(view, has_supporting=False),
        checks=checks_html(view),
        charts=_charts(source),
        measure_text=measure_text,
        stories_are=STORIES_ARE,
        return_rests=RETURN_RESTS,
    )


def _charts(source: Source) -> list[str]:
    label = source.view.label
    drawn = [
        series_svg(series_of(source, key), f"{label(key)}: change against matched peers")
        for key in ("pr_cycle_time", "incident_rate")
    ]
    drawn += [
        curves_svg(curves_of(source, key), f"{label(key)}: share of each arm")
        for key in ("retention", "promotion")
    ]
    return [svg for svg in drawn if svg]


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    """Fetch nothing: everything is in the page."""
    raise ValueError(f"the paper asks for {url}, but nothing is fetched")
