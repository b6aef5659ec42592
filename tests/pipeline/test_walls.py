"""Walls that imports alone do not show."""

from __future__ import annotations

import ast
from pathlib import Path

from pipeline.settings import PROJECT

ROOMS = ("pipeline", "ingest", "impact", "dashboards", "synthetic")
READERS = {"environ", "getenv", "environb", "getenvb", "tomllib"}


def names_in(path: Path) -> set[str]:
    """Attributes, names and imports that a module mentions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(alias.name for alias in node.names)
    return found


def test_only_the_settings_read_the_environment_and_the_settings_file() -> None:
    readers = {
        path.relative_to(PROJECT).as_posix()
        for room in ROOMS
        for path in (PROJECT / room).rglob("*.py")
        if names_in(path) & READERS
    }
    assert readers == {"pipeline/settings.py"}
