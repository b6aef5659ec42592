"""The store follows the pointer, refuses what is broken and keeps the last good snapshot."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import published_rows as rows
import pytest

from dashboards import queries
from dashboards.queries import (
    NoSnapshotError,
    Snapshot,
    SnapshotError,
    SnapshotStore,
    age_seconds,
    open_snapshot,
)
from dashboards.rows import Estimate


def point_at(warehouse: Path, name: str) -> None:
    (warehouse / "snapshots" / "current").write_text(name, encoding="utf-8")


def damage(warehouse: Path, name: str) -> None:
    """Make the pointer name a file that is no database."""
    (warehouse / "snapshots" / name).write_bytes(b"not a database" * 400)
    point_at(warehouse, name)


def test_empty_warehouse_has_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshotError):
        SnapshotStore(tmp_path).current()


def test_snapshot_is_served_with_its_date_and_facts(warehouse: Path) -> None:
    snapshot = SnapshotStore(warehouse).current()
    assert snapshot.id == rows.SNAPSHOT_ID
    assert snapshot.as_of == date(2026, 6, 30)
    assert snapshot.info["minimum_group"] == "10"


def test_one_snapshot_is_opened_once(warehouse: Path) -> None:
    store = SnapshotStore(warehouse)
    assert store.current() is store.current()


def test_new_snapshot_is_seen_without_restart(warehouse: Path) -> None:
    store = SnapshotStore(warehouse)
    before = store.current()
    rows.publish(warehouse, rows.empty(), rows.NEXT_ID)
    after = store.current()
    assert (before.id, after.id) == (rows.SNAPSHOT_ID, rows.NEXT_ID)
    assert before.rows(Estimate, "all", "all")  # whoever still reads the old one can
    assert not after.rows(Estimate, "all", "all")


def test_small_snapshot_is_served_after_its_file_is_gone(warehouse: Path) -> None:
    snapshot = SnapshotStore(warehouse).current()
    for path in (warehouse / "snapshots").glob("*.duckdb"):
        path.unlink()
    assert len(snapshot.rows(Estimate, "all", "all")) == len(rows.everyone())


def test_large_snapshot_is_read_where_it_lies(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COPY_LIMIT_BYTES", 0)
    snapshot = SnapshotStore(warehouse).current()
    assert len(snapshot.rows(Estimate, "all", "all")) == len(rows.everyone())


def test_corrupt_snapshot_leaves_the_last_good_one(warehouse: Path) -> None:
    store = SnapshotStore(warehouse)
    good = store.current()
    damage(warehouse, "2026-09-30-broken.duckdb")
    assert store.current() is good
    assert "2026-09-30-broken.duckdb cannot be read" in (store.problem or "")
    point_at(warehouse, f"{good.id}.duckdb")
    assert store.current() is good
    assert store.problem is None


def test_corrupt_only_snapshot_says_why(tmp_path: Path) -> None:
    (tmp_path / "snapshots").mkdir()
    damage(tmp_path, "broken.duckdb")
    with pytest.raises(SnapshotError, match=r"broken\.duckdb cannot be read"):
        SnapshotStore(tmp_path).current()


def test_fresh_worker_serves_the_last_good_one_and_says_why(warehouse: Path) -> None:
    damage(warehouse, "broken.duckdb")
    store = SnapshotStore(warehouse)
    assert store.current().id == rows.SNAPSHOT_ID
    assert "broken.duckdb cannot be read" in (store.problem or "")
    later = rows.built("2026-10-01T05:00:00+00:00")
    rows.publish(warehouse, later, rows.NEXT_ID)
    assert store.current().id == rows.NEXT_ID
    assert store.problem is None


def test_previous_snapshot_is_the_one_built_before(warehouse: Path) -> None:
    rows.publish(warehouse, rows.built("2026-06-01T05:00:00+00:00"), "2026-03-31-000000000001")
    rows.publish(warehouse, rows.built("2026-05-01T05:00:00+00:00"), "2026-03-31-000000000002")
    rows.publish(warehouse, rows.organisation(), rows.SNAPSHOT_ID)
    damage(warehouse, "unreadable.duckdb")
    point_at(warehouse, f"{rows.SNAPSHOT_ID}.duckdb")
    snapshot = SnapshotStore(warehouse).current()
    assert snapshot.previous is not None
    assert snapshot.previous.id == "2026-03-31-000000000001"
    assert [entry.id for entry in snapshot.history if entry.info] == [
        rows.SNAPSHOT_ID,
        "2026-03-31-000000000001",
        "2026-03-31-000000000002",
    ]


def test_first_snapshot_has_none_before_it(warehouse: Path) -> None:
    assert SnapshotStore(warehouse).current().previous is None


def test_refused_snapshot_is_not_opened_again_until_it_changes(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SnapshotStore(warehouse)
    store.current()
    damage(warehouse, "broken.duckdb")
    opened: list[Path] = []

    def counting(path: Path, *row_types: Any, **scope: Any) -> Snapshot:
        opened.append(path)
        return open_snapshot(path, *row_types, **scope)

    monkeypatch.setattr(queries, "open_snapshot", counting)
    for _ in range(3):
        store.current()
    assert len(opened) == 1
    rows.publish(warehouse, rows.empty(), rows.NEXT_ID)
    assert store.current().id == rows.NEXT_ID


@pytest.mark.parametrize("name", ["../work.duckdb", "/etc/passwd", "", "a/b.duckdb"])
def test_pointer_may_only_name_a_file_beside_it(warehouse: Path, name: str) -> None:
    store = SnapshotStore(warehouse)
    good = store.current()
    point_at(warehouse, name)
    assert store.current() is good
    assert store.problem == "snapshots/current does not name a file beside it"


def test_missing_file_leaves_the_last_good_one(warehouse: Path) -> None:
    store = SnapshotStore(warehouse)
    good = store.current()
    point_at(warehouse, "2027-01-01-gone.duckdb")
    assert store.current() is good
    assert store.problem == "2027-01-01-gone.duckdb is missing"


def test_snapshot_without_its_date_is_refused(tmp_path: Path) -> None:
    path = rows.publish(tmp_path, rows.empty() | {"snapshot_info": []})
    with pytest.raises(SnapshotError, match="as_of_date"):
        open_snapshot(path)


def test_columns_read_are_the_declared_ones() -> None:
    from pipeline.published import TABLES

    for table, names in queries._wanted_columns(queries.ROW_TYPES).items():
        assert set(names) <= {column.name for column in TABLES[table].columns}, table


def test_opened_snapshot_can_neither_write_nor_reach_files(warehouse: Path) -> None:
    connection = SnapshotStore(warehouse).current()._connection.cursor()
    for statement in (
        f"copy impact_estimates to '{warehouse}/out.csv'",
        f"select * from read_text('{warehouse}/snapshots/current')",
        "set enable_external_access = true",
        f"attach '{warehouse}/other.duckdb'",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
    connection.close()


def test_quote_in_a_folder_name_is_no_statement(tmp_path: Path) -> None:
    warehouse = tmp_path / "it's; drop table x"
    rows.publish(warehouse, rows.organisation())
    assert SnapshotStore(warehouse).current().id == rows.SNAPSHOT_ID


def test_values_are_parameters_and_not_sql(warehouse: Path) -> None:
    snapshot = SnapshotStore(warehouse).current()
    assert snapshot.rows(Estimate, "all", "' or 1=1 --") == ()
    assert len(snapshot.rows(Estimate, "organisation", rows.HOSTILE)) == 4


def test_groups_are_in_reading_order(warehouse: Path) -> None:
    segments = SnapshotStore(warehouse).current().segments()
    assert next(iter(segments)) == "all"
    assert segments["level"] == ("L2", "L10")


def test_withheld_group_is_listed_and_not_visible(warehouse: Path) -> None:
    snapshot = SnapshotStore(warehouse).current()
    assert "Mobile" in snapshot.segments()["organisation"]
    assert ("organisation", "Mobile") not in snapshot.visible_segments()


def test_groups_of_supporting_outcomes_alone_cannot_be_picked(tmp_path: Path) -> None:
    sequence = {"segment_dimension": "model", "segment_value": "1:1, then circle"}
    again = rows.everyone()[0] | {"outcome": "again_retention", "is_headline": False} | sequence
    rows.publish(tmp_path, rows.empty() | {"impact_estimates": [*rows.everyone(), again]})
    assert SnapshotStore(tmp_path).current().segments() == {"all": ("all",)}


def test_empty_snapshot_still_has_everyone(tmp_path: Path) -> None:
    rows.publish(tmp_path, rows.empty())
    snapshot = SnapshotStore(tmp_path).current()
    assert snapshot.segments() == {"all": ("all",)}
    assert snapshot.follow_ups() == ()


def test_readers_never_meet_an_error_while_snapshots_are_replaced(warehouse: Path) -> None:
    store = SnapshotStore(warehouse)
    tables = {rows.SNAPSHOT_ID: rows.organisation(), rows.NEXT_ID: rows.empty()}
    expected = {rows.SNAPSHOT_ID: len(rows.everyone()), rows.NEXT_ID: 0}
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                snapshot = store.current()
                assert len(snapshot.rows(Estimate, "all", "all")) == expected[snapshot.id]
        except BaseException as error:  # noqa: BLE001  (a thread's error has to be carried out)
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for turn in range(8):
        name = (rows.NEXT_ID, rows.SNAPSHOT_ID)[turn % 2]
        rows.publish(warehouse, tables[name], name)
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []


def test_age_counts_from_the_time_it_was_built(warehouse: Path) -> None:
    snapshot = SnapshotStore(warehouse).current()
    assert age_seconds(snapshot, datetime(2026, 7, 1, 5, 13, 44, tzinfo=UTC)) == 60
    assert age_seconds(snapshot, datetime(2026, 6, 1, tzinfo=UTC)) == 0
