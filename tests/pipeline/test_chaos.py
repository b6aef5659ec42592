"""The chaos bench, in small: kills and a spoilt snapshot lose nothing and mend by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_kills_and_spoilt_snapshots_lose_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    chaos = __import__("chaos")
    monkeypatch.setattr(chaos, "SPOILT", {"newest snapshot cut short": chaos._cut})
    house = chaos.make_house(tmp_path)
    lost = chaos.run(house, kills=2, seed=1, with_files=False)
    assert lost == 0
    assert house.killed.total() == 2
    assert "| **rows lost** | **0** |" in chaos.report(house, 2, lost)
