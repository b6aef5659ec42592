"""Fixtures: a published test snapshot and the view of it that is exported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # importlib mode does not see helper modules

import published_rows as rows

from dashboards.export.content import Brief, brief_of
from dashboards.export.source import Request, Source, open_source


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Path]:
    """Publish tables (the whole organisation unless given); give the snapshot's file."""

    def make(tables: rows.Tables | None = None, name: str = rows.SNAPSHOT_ID) -> Path:
        rows.publish(tmp_path, tables or rows.organisation(), name)
        return tmp_path / "snapshots" / f"{name}.duckdb"

    return make


@pytest.fixture
def source(publish: Callable[..., Path]) -> Source:
    """Everyone at the headline windows."""
    return open_source(publish(), Request())


@pytest.fixture
def brief(source: Source) -> Brief:
    """What the files say of it."""
    return brief_of(source)
