"""An exported file is the snapshot's, was saved again, or names each place that differs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import published_rows as rows
import pytest

from dashboards.export.errors import ExportError
from dashboards.export.pack import write_pack
from dashboards.export.source import Request
from dashboards.export.verify import verify
from pipeline.cli import main


@pytest.fixture
def pack(publish: Callable[..., Path], tmp_path: Path) -> dict[str, Path]:
    kinds = ["pptx", "xlsx", "pdf", "csv"]
    written = write_pack(publish(), Request(), tmp_path / "pack", kinds)  # type: ignore[arg-type]
    return {path.suffix: path for path in written.paths}


@pytest.mark.parametrize("suffix", [".pptx", ".xlsx", ".pdf", ".csv"])
def test_an_untouched_file_is_the_very_one(
    suffix: str, pack: dict[str, Path], tmp_path: Path
) -> None:
    found = verify(pack[suffix], tmp_path)
    assert found.is_same_bytes
    assert found.snapshot == rows.SNAPSHOT_ID


def test_a_renamed_file_still_names_its_snapshot(pack: dict[str, Path], tmp_path: Path) -> None:
    renamed = tmp_path / "for the board.xlsx"
    shutil.copy(pack[".xlsx"], renamed)
    assert verify(renamed, tmp_path).is_same_bytes


def test_a_file_saved_again_holds_every_figure(pack: dict[str, Path], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(pack[".xlsx"])
    book.save(tmp_path / "again.xlsx")
    found = verify(tmp_path / "again.xlsx", tmp_path)
    assert (found.is_same_bytes, found.differences) == (False, ())
    assert found.checked > 100


def test_a_changed_figure_is_named(
    pack: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.load_workbook(pack[".xlsx"])
    book["summary"]["C7"] = 0.123
    book.save(tmp_path / "changed.xlsx")
    status = main(["verify", str(tmp_path / "changed.xlsx"), "--warehouse", str(tmp_path)])
    assert status == 1
    assert "summary!C7: the file says 0.123" in capsys.readouterr().out


def test_a_changed_row_of_a_csv_is_named(pack: dict[str, Path], tmp_path: Path) -> None:
    lines = pack[".csv"].read_text().splitlines()
    lines[3] = lines[3].replace("pr_cycle_time", "cycle_time").replace("incident_rate", "pages")
    changed = tmp_path / pack[".csv"].name
    changed.write_text("\n".join([*lines[:3], lines[3] + "9", *lines[4:]]) + "\n")
    assert [line.partition(":")[0] for line in verify(changed, tmp_path).differences] == ["row 4"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"x", "is no .xlsx, .pptx, .pdf or .csv"),
        ("broken.xlsx", b"x", "is damaged, or no xlsx file"),
        ("other.csv", b"a,b\n1,2\n", "does not say which snapshot"),
        ("2020-01-01-0123456789ab.csv", b"a\n", "is not kept"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_words(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ExportError, match=words):
        verify(tmp_path / name, tmp_path)
