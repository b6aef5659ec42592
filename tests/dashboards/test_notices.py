"""What is amiss is said above every page, and alike by every route, until it is mended."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import published_rows as rows
import pytest
from asking import CALLBACK, page_request
from flask.testing import FlaskClient

from dashboards import notices
from dashboards.app import create_app
from dashboards.queries import (
    ROW_TYPES,
    SnapshotError,
    SnapshotStore,
    open_snapshot,
    read_published,
)
from dashboards.rows import Estimate, TrustCheck
from dashboards.scope import Scope
from pipeline import journal

LOCAL = "http://127.0.0.1"
PAGES = (
    *("/", "/outcomes", "/evidence", "/programme", "/access", "/mentors", "/teams"),
    *("/return", "/stories", "/data", "/methods", "/outcomes/pr_cycle_time"),
)


def log(warehouse: Path, event: str, **facts: str) -> None:
    (warehouse / "refresh.lock").touch()
    journal.Journal(warehouse / journal.PLACE, "0a1b2c3d").note(event, **facts)


def told(warehouse: Path, now: datetime | None = None) -> str:
    return " | ".join(notices.sentences(SnapshotStore(warehouse), now))


def page(client: FlaskClient, path: str) -> str:
    answer = client.post(CALLBACK, base_url=LOCAL, json=page_request(path))
    assert answer.status_code == 200
    return json.dumps(answer.json)


def test_nothing_is_said_where_all_is_well(warehouse: Path) -> None:
    log(warehouse, "published", snapshot=rows.SNAPSHOT_ID)
    assert told(warehouse) == ""


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_that_the_last_refresh_failed(warehouse: Path, path: str) -> None:
    log(warehouse, "failed", reason="the exports could not be used as they are")
    client = create_app(warehouse).server.test_client()
    assert "failed: the exports could not be used as they are." in page(client, path)
    log(warehouse, "unchanged")
    assert "could not be used" not in page(client, path)


def test_a_failed_refresh_is_told_with_when_why_and_what_is_shown(warehouse: Path) -> None:
    log(warehouse, "failed", reason="a model or a check of the data failed")
    said = told(warehouse)
    assert said.startswith("The refresh of ")
    assert "failed: a model or a check of the data failed." in said
    assert "the last good snapshot is shown, built on 1 July 2026, 05:12 UTC" in said


def test_a_refresh_that_was_cut_off_is_told(warehouse: Path) -> None:
    log(warehouse, "started")
    assert "was cut off before its end" in told(warehouse)


def test_a_failed_first_refresh_is_told_without_a_snapshot(tmp_path: Path) -> None:
    log(tmp_path, "failed", reason="the settings could not be used")
    client = create_app(tmp_path).server.test_client()
    said = page(client, "/")
    assert "the settings could not be used. Nothing was published." in said
    assert "Nothing published yet" in said


def test_routes_and_metrics_agree_with_the_page(warehouse: Path) -> None:
    client = create_app(warehouse).server.test_client()
    log(warehouse, "failed", reason="the settings could not be used")
    for route in ("/healthz", "/readyz"):
        answer = client.get(route, base_url=LOCAL)
        assert answer.status_code == 200
        assert (answer.json["refresh"], answer.json["stale"]) == ("failed", False)
    assert "mentorship_refresh_failed 1.0" in client.get("/metrics", base_url=LOCAL).text
    log(warehouse, "published")
    assert client.get("/readyz", base_url=LOCAL).json["refresh"] == "done"
    assert "mentorship_refresh_failed 0.0" in client.get("/metrics", base_url=LOCAL).text


def publish_with(warehouse: Path, days: str | None) -> None:
    info = [row for row in rows.empty()["snapshot_info"] if row["key"] != "stale_after_days"]
    if days is not None:
        info.append({"key": "stale_after_days", "value": days})
    rows.publish(warehouse, rows.organisation() | {"snapshot_info": info})


@pytest.mark.parametrize(("days", "limit"), [("30", 30), (None, 45)])
def test_data_are_old_from_the_day_after_the_limit(
    tmp_path: Path, days: str | None, limit: int
) -> None:
    publish_with(tmp_path, days)
    last_day = datetime(2026, 6, 30, 12, tzinfo=UTC)
    assert told(tmp_path, last_day + timedelta(days=limit)) == ""
    said = told(tmp_path, last_day + timedelta(days=limit + 1))
    assert said.startswith(f"These data are old: they end on 30 June 2026, {limit + 1} days ago")


def test_old_data_are_told_by_routes_and_metrics_too(tmp_path: Path) -> None:
    publish_with(tmp_path, "1")
    client = create_app(tmp_path).server.test_client()
    assert "These data are old" in page(client, "/evidence")
    assert client.get("/readyz", base_url=LOCAL).json["stale"] is True
    assert client.get("/healthz", base_url=LOCAL).json["data_age_days"] > 1
    assert "mentorship_data_stale 1.0" in client.get("/metrics", base_url=LOCAL).text


# ---- snapshots of earlier versions -----------------------------------------------------------


def changed(warehouse: Path, *statements: str) -> Path:
    path = warehouse / "snapshots" / f"{rows.SNAPSHOT_ID}.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


LATER_TABLES = sorted(
    {row_type.table for row_type in ROW_TYPES} - {"impact_estimates", "metric_definitions"}
)


@pytest.mark.parametrize("table", LATER_TABLES)
def test_a_snapshot_without_a_table_is_served_with_it_empty(warehouse: Path, table: str) -> None:
    path = changed(warehouse, f"drop table {table}")
    snapshot = open_snapshot(path)
    assert snapshot.lacking == (table,)
    assert len(snapshot.rows(Estimate, "all", "all")) == len(rows.everyone())
    assert f"without {table.replace('_', ' ')}: those parts are empty" in told(warehouse)
    client = create_app(warehouse).server.test_client()
    for address in PAGES:
        assert "earlier version" in page(client, address)
    assert read_published(path)[table].rows == ()


def test_a_snapshot_without_a_figure_is_served_with_it_empty(warehouse: Path) -> None:
    path = changed(warehouse, "alter table impact_estimates drop matched_share")
    snapshot = open_snapshot(path)
    assert snapshot.lacking == ("impact_estimates.matched_share",)
    assert {row.matched_share for row in snapshot.rows(Estimate, "all", "all")} == {None}
    assert read_published(path)["impact_estimates"].records()[0]["matched_share"] is None


def test_a_table_without_a_column_of_its_key_counts_as_not_there(warehouse: Path) -> None:
    path = changed(warehouse, 'alter table trust_checks drop "check"')
    snapshot = open_snapshot(path)
    assert snapshot.lacking == ("trust_checks",)
    assert snapshot.rows(TrustCheck, "all", "all") == ()


def test_a_table_without_its_segments_shows_a_limited_reader_nothing(warehouse: Path) -> None:
    path = changed(
        warehouse,
        "alter table trust_checks drop segment_value",
        "alter table trust_checks drop segment_dimension",
    )
    snapshot = open_snapshot(path, scope=Scope(frozenset({"Payments"})))
    assert snapshot.table(TrustCheck) == ()


@pytest.mark.parametrize("table", ["impact_estimates", "metric_definitions", "snapshot_info"])
def test_a_snapshot_without_what_every_version_wrote_is_damaged(
    warehouse: Path, table: str
) -> None:
    path = changed(warehouse, f"drop table {table}")
    with pytest.raises(SnapshotError, match=table):
        open_snapshot(path)
    with pytest.raises(SnapshotError, match=table):
        read_published(path)
