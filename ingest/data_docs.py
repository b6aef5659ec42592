"""The HTML report of Great Expectations ("Data Docs"): a page a table, and an index.

Rendered by the library from the results at hand, so that nothing is computed twice. Its own page
frame is left out: that loads styles, scripts and pictures from other people's servers. The results
hold counts and no value of any row, so the pages do, too.

A page is named after its table and the time of its check, and the index is put in place last: what
the index names is whole, whenever a run is killed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.render.view.view import DefaultJinjaPageView

FOLDER = "data_docs"
INDEX = "index.html"
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Miss:
    """An expectation that was not met: its name, how many rows, and what that means."""

    check: str
    failed: int
    status: str


@dataclass(frozen=True)
class TableLine:
    """One table in the index."""

    table: str
    page: str
    rows: int
    checks: int
    missed: tuple[Miss, ...]
    checked_at: datetime


def index_of(warehouse: Path) -> Path:
    """Name the file to open."""
    return warehouse / FOLDER / INDEX


def page_name(table: str, checked_at: datetime) -> str:
    """Name the page of a table's check."""
    return f"{table}-{checked_at.astimezone(UTC):%Y%m%dT%H%M%S%f}.html"


def has_page(warehouse: Path, table: str, checked_at: datetime) -> bool:
    """Whether the report shows a table as it was checked last."""
    page, index = page_name(table, checked_at), index_of(warehouse)
    return (index.parent / page).exists() and index.exists() and page in index.read_text("utf-8")


def render(table: str, results: Sequence[ExpectationValidationResult], now: datetime) -> str:
    """Render the results of one suite as a page."""
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
    )
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    met = sum(bool(one.success) for one in results)
    suite = ExpectationSuiteValidationResult(
        success=met == len(results),
        results=list(results),
        suite_name=table,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": 100 * met / len(results),
        },
        meta={"run_id": {"run_name": "load", "run_time": now.isoformat()}},
    )
    document = ValidationResultsPageRenderer().render(suite)
    template = "data_docs_page.html"
    return str(_view().render(document, template))  # type: ignore[no-untyped-call]


def write(warehouse: Path, pages: Mapping[str, str], now: datetime) -> None:
    """Put the pages of tables beside those that the index names; the index does not change."""
    folder = warehouse / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for table, page in pages.items():
        _put(folder / page_name(table, now), page)


def write_index(connection: duckdb.DuckDBPyConnection, warehouse: Path, prefix: str) -> None:
    """Put an index of all checked tables in place, and remove the pages that it does not name.

    Parameters
    ----------
    prefix
        What the names of the expectations begin with in `raw.data_checks`.
    """
    tables = _lines(connection, prefix)
    template = _view().env.get_template("data_docs_index.html")
    folder = warehouse / FOLDER
    _put(folder / INDEX, template.render(tables=tables))
    kept = {INDEX, *(one.page for one in tables)}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()


def _lines(connection: duckdb.DuckDBPyConnection, prefix: str) -> list[TableLine]:
    rows = connection.execute(
        "select table_name, check_name, rows_checked, failed, status, checked_at "
        "from raw.data_checks where starts_with(check_name, ?) order by table_name, check_name",
        [prefix],
    ).fetchall()
    by_table: dict[str, list[tuple[str, int, int, str, datetime]]] = {}
    for table, *rest in rows:
        by_table.setdefault(table, []).append(tuple(rest))
    return [
        TableLine(
            table,
            page_name(table, found[0][4]),
            max(rows for _, rows, *_ in found),
            len(found),
            tuple(
                Miss(check, failed, status)
                for check, _, failed, status, _ in found
                if status != "ok"
            ),
            found[0][4].astimezone(UTC),
        )
        for table, found in by_table.items()
    ]


def _view() -> DefaultJinjaPageView:
    from great_expectations.render.view.view import DefaultJinjaPageView

    return DefaultJinjaPageView(custom_views_directory=str(TEMPLATES))


def _put(path: Path, text: str) -> None:
    """Write a private file that is either whole or not there."""
    beside = path.with_name(f".{path.name}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
