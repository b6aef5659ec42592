"""What the pages are made of is installed with them."""

from __future__ import annotations

import tomllib

from pipeline.settings import PROJECT


def test_a_copy_that_is_installed_has_every_file_of_the_dashboard() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["dashboards"]
    folder = PROJECT / "dashboards"
    listed = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    needed = {
        path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert needed <= listed
    assert any(path.suffix == ".html" for path in listed)
