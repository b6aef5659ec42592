"""Snapshots: whole or not there, switched in one step, never written again."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import snapshots
from pipeline.errors import SnapshotError
from pipeline.published import TABLES

INFO = [{"key": "as_of_date", "value": "2026-01-31"}]


def flow(step: str, n: int | None) -> dict[str, Any]:
    return {"segment_dimension": "all", "segment_value": "all", "step": step, "n": n}


def test_every_declared_table_exists_even_when_empty(tmp_path: Path) -> None:
    path = snapshots.publish(tmp_path, "one", {"snapshot_info": INFO}, kept=2)
    with duckdb.connect(str(path), read_only=True) as connection:
        found = {row[0] for row in connection.execute("show tables").fetchall()}
        assert found == set(TABLES)
        for table in TABLES.values():
            described = connection.execute(f'describe "{table.name}"').fetchall()
            assert [row[0] for row in described] == [column.name for column in table.columns]


def test_rows_come_back_typed_and_in_the_order_of_their_key(tmp_path: Path) -> None:
    rows = [flow("matched", None), flow("began", 20)]
    path = snapshots.publish(tmp_path, "one", {"participant_flow": rows}, kept=2)
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute("select step, n from participant_flow").fetchall()
    assert found == [("began", 20), ("matched", None)]


def test_current_names_the_file_beside_it(tmp_path: Path) -> None:
    assert snapshots.current_snapshot(tmp_path) is None
    path = snapshots.publish(tmp_path, "one", {"snapshot_info": INFO}, kept=2)
    assert (tmp_path / "current").read_text() == "one.duckdb"
    assert snapshots.current_snapshot(tmp_path) == path
    assert snapshots.read_info(path) == {"as_of_date": "2026-01-31"}


def test_published_files_are_private(tmp_path: Path) -> None:
    snapshots.publish(tmp_path, "one", {}, kept=2)
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"participant_flow": [flow("began", 5), flow("began", 10)]}, "two rows share the key"),
        ({"participant_flow": [{"step": "began"}]}, "columns differ"),
        ({"people": []}, "undeclared tables: people"),
        ({"snapshot_info": [{"key": None, "value": "x"}]}, "key is incomplete"),
        ({"participant_flow": [flow("began", "many")]}, "participant_flow"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_snapshot_is_not_published(
    tmp_path: Path, tables: dict[str, list[dict[str, Any]]], message: str
) -> None:
    good = snapshots.publish(tmp_path, "good", {"snapshot_info": INFO}, kept=2)
    with pytest.raises(SnapshotError, match=message):
        snapshots.publish(tmp_path, "bad", tables, kept=2)
    assert snapshots.current_snapshot(tmp_path) == good
    snapshots.remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "good.duckdb"]


def test_a_snapshot_with_a_missing_table_does_not_pass(tmp_path: Path) -> None:
    path = snapshots.publish(tmp_path, "one", {}, kept=2)
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table balance")
    with pytest.raises(SnapshotError, match="balance"):
        snapshots.check(path)


def test_the_newest_are_kept_and_the_current_one_always(tmp_path: Path) -> None:
    for number in range(5):
        path = snapshots.publish(tmp_path, f"s{number}", {}, kept=3)
        os.utime(path, (number, number))
    assert sorted(path.stem for path in tmp_path.glob("*.duckdb")) == ["s2", "s3", "s4"]
    snapshots.switch(tmp_path, "s2.duckdb")
    snapshots.publish(tmp_path, "s5", {}, kept=3)
    assert snapshots.current_snapshot(tmp_path) == tmp_path / "s5.duckdb"


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    first = snapshots.publish(tmp_path, "one", {"snapshot_info": INFO}, kept=2)
    with duckdb.connect(str(first), read_only=True) as reader:
        for number in range(3):
            snapshots.publish(tmp_path, f"s{number}", {}, kept=2)
        assert not first.exists()
        assert reader.execute("select value from snapshot_info").fetchall() == [("2026-01-31",)]


def test_a_pointer_to_nothing_is_no_snapshot(tmp_path: Path) -> None:
    for text in ("gone.duckdb", "", "../x", "."):
        (tmp_path / "current").write_text(text)
        assert snapshots.current_snapshot(tmp_path) is None


def test_a_broken_snapshot_says_nothing_of_itself(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"not a database")
    assert snapshots.read_info(tmp_path / "x.duckdb") == {}


def test_the_id_follows_the_day_and_every_input() -> None:
    day = date(2026, 1, 31)
    one = snapshots.snapshot_id(day, "exports", "settings")
    assert one == snapshots.snapshot_id(day, "exports", "settings")
    assert one.startswith("2026-01-31-")
    assert len(one) == len("2026-01-31-") + 12
    others = {
        snapshots.snapshot_id(date(2026, 1, 30), "exports", "settings"),
        snapshots.snapshot_id(day, "exports", "other"),
        snapshots.snapshot_id(day, "other", "settings"),
        snapshots.snapshot_id(day, "exportssettings", ""),
    }
    assert one not in others
    assert len(others) == 4


@pytest.mark.parametrize("spoil", ["cut", "scrambled", "gone"])
def test_a_file_that_cannot_be_read_to_its_end_is_not_whole(tmp_path: Path, spoil: str) -> None:
    rows = [flow(f"step {n}", n) for n in range(20_000)]
    path = snapshots.publish(tmp_path, "one", {"participant_flow": rows}, kept=2)
    assert snapshots.is_whole(path)
    content = bytearray(path.read_bytes())
    if spoil == "scrambled":
        content[len(content) // 2 :] = b"x" * (len(content) - len(content) // 2)
    path.write_bytes(content if spoil == "scrambled" else content[: len(content) // 3])
    if spoil == "gone":
        path.unlink()
    assert not snapshots.is_whole(path)


def test_a_pointer_that_is_no_text_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "current").write_bytes(b"\xff\xfe\x00")
    assert snapshots.current_snapshot(tmp_path) is None
