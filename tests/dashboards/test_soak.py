"""The soak bench, in small: readers who never stop meet no error and no page of two snapshots."""

from __future__ import annotations

from pathlib import Path

import published_rows as rows
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_no_page_is_made_of_two_snapshots_while_they_are_switched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    soak = __import__("soak")
    source = rows.publish(tmp_path / "source", rows.organisation())
    (tmp_path / "soaked").mkdir()
    soaked = soak.soak(source, tmp_path / "soaked", readers=8, seconds=20, every=2)
    assert soaked.found.errors == {}
    assert soaked.switches >= 3
    assert len(soaked.found.seen) == soak.SNAPSHOTS


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('"data-snapshot": "a-00000001" soak-mark-1', None),
        ('"data-snapshot": "a-00000001" soak-mark-1 soak-mark-2', "mixed from two"),
        ('"data-snapshot": "a-00000001"', "without its snapshot's mark"),
        ("soak-mark-1", "0 snapshots named"),
    ],
)
def test_the_soak_knows_a_mixed_page(
    text: str, problem: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    found, _ = __import__("soak").judge("/", 200, text)
    assert (problem or "") in (found or "")
    assert (found is None) == (problem is None)
