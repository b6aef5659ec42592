"""The pictures of the method pages: drawn from any snapshot, safe to embed, small."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def pictures() -> ModuleType:
    """The script, which is in no package."""
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_committed_picture_is_small_and_has_a_title() -> None:
    found = sorted((DOCS / "method").glob("*.svg"))
    assert {path.stem for path in found} >= {"three-ways", "event-study", "balance", "promotion"}
    for path in found:
        assert path.stat().st_size < 20_000
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 (our own)
        assert root[0].text


def test_every_picture_is_shown_on_a_page_with_words_in_its_place() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "method").glob("*.md"))
    for path in (DOCS / "method").glob("*.svg"):
        before = pages.split(f"]({path.name})")[0]
        assert before != pages
        assert len(before.rsplit("![", 1)[1]) > 20


def test_labels_cannot_break_out_of_the_picture(pictures: ModuleType) -> None:
    svg = pictures._intervals("<b>&", [("<script>", (0.9, 0.8, 1.1))], 1.0, "none")
    assert "<script>" not in svg
    ElementTree.fromstring(svg)  # noqa: S314 (our own)
