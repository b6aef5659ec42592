"""Fixtures: a warehouse with a test snapshot, its store, and views of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode does not see helper modules

import published_rows

from dashboards.queries import SnapshotStore
from dashboards.selection import Selection
from dashboards.view import View, load


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse whose current snapshot holds every verdict and state."""
    published_rows.publish(tmp_path, published_rows.organisation())
    return tmp_path


@pytest.fixture
def view_of(tmp_path: Path) -> Callable[..., View]:
    """Publish tables (the whole organisation unless given) and load one view of them."""

    def make(
        dimension: str = "all",
        value: str = "all",
        follow_up: int | None = None,
        tables: published_rows.Tables | None = None,
    ) -> View:
        published_rows.publish(tmp_path, tables or published_rows.organisation())
        snapshot = SnapshotStore(tmp_path).current()
        return load(snapshot, Selection(dimension, value, follow_up))

    return make
