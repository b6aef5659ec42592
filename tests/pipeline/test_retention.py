"""What is older than the settings allow goes with the next refresh; nothing else does."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from ingest import history, schema
from pipeline import journal, retention, snapshots
from pipeline.errors import BadInputError
from pipeline.settings import Context, Retention, Settings

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
INFO = [{"key": "as_of_date", "value": "2026-01-31"}]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    nowhere = tmp_path / "nowhere"
    return Context(nowhere, tmp_path, nowhere, None, None, None, "127.0.0.1", 8050)


def settings(**limits: int) -> Settings:
    return Settings(retention=Retention(**limits))


def write(path: Path, began: datetime, ended: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"at": began.isoformat(), "event": "published"}) + "\n")
    os.utime(path, (ended.timestamp(), ended.timestamp()))


LOGS = (journal.PLACE, Path("access", "audit.log"))


@pytest.mark.parametrize("log", LOGS)
def test_a_log_of_this_month_stays_where_it_is(context: Context, log: Path) -> None:
    write(context.warehouse / log, datetime(2026, 7, 1, tzinfo=UTC), NOW)
    retention.tidy_logs(settings(), context, NOW)
    assert (context.warehouse / log).exists()


@pytest.mark.parametrize("log", LOGS)
def test_a_log_of_an_earlier_month_is_put_aside_whole(context: Context, log: Path) -> None:
    path = context.warehouse / log
    write(path, datetime(2026, 6, 30, tzinfo=UTC), NOW)
    content = path.read_text()
    retention.tidy_logs(settings(), context, NOW)
    assert not path.exists()
    assert path.with_name(f"{path.stem}-2026-06-30.log").read_text() == content


@pytest.mark.parametrize(("days", "is_kept"), [(30, True), (31, False)])
def test_a_log_put_aside_goes_after_its_days(context: Context, days: int, is_kept: bool) -> None:
    limits = settings(log_days=30, audit_days=30)
    old = NOW - timedelta(days=days)
    kept = [
        context.warehouse / "logs" / "refresh-2026-05-01.log",
        context.access / "audit-2026-05-01.log",
        context.dbt_logs / "dbt.log",
        context.warehouse / "failure.log",
    ]
    for path in kept:
        write(path, old, old)
    retention.tidy_logs(limits, context, NOW)
    assert [path.exists() for path in kept] == [is_kept] * 4


def test_snapshots_go_after_their_days_but_for_the_one_in_use(context: Context) -> None:
    folder = context.snapshots
    folder.mkdir()
    for name, days in (("c", 400), ("a", 40), ("b", 20)):
        path = snapshots.publish(folder, name, {"snapshot_info": INFO}, kept=12)
        old = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (old, old))
    snapshots.switch(folder, "c.duckdb")
    retention.tidy_snapshots(settings(), context, NOW)
    assert len(list(folder.glob("*.duckdb"))) == 3
    retention.tidy_snapshots(settings(snapshot_days=30), context, NOW)
    assert sorted(path.stem for path in folder.glob("*.duckdb")) == ["b", "c"]


def superseded(*days: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    schema.create_all(connection)
    for number in days:
        connection.execute(
            "insert into raw.generic__mentors__history (employee_id, _superseded_at) values (?, ?)",
            [str(number), NOW - timedelta(days=number)],
        )
    connection.execute("insert into raw.generic__mentors (employee_id) values ('current')")
    return connection


def left(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("select employee_id from raw.generic__mentors__history order by 1")
    return [row[0] for row in rows.fetchall()]


def test_superseded_rows_stay_for_good_unless_limited(context: Context) -> None:
    connection = superseded(5, 5000)
    retention.tidy_history(settings(), context, connection, NOW)
    assert left(connection) == ["5", "5000"]
    assert history.kept_since(connection) is None


def test_superseded_rows_go_after_their_days_and_current_ones_stay(context: Context) -> None:
    connection = superseded(29, 30, 31)
    retention.tidy_history(settings(history_days=30), context, connection, NOW)
    assert left(connection) == ["29", "30"]
    assert connection.execute("select count(*) from raw.generic__mentors").fetchone() == (1,)


def test_what_was_known_before_the_limit_is_refused_not_guessed(context: Context) -> None:
    connection = superseded(31)
    limits = settings(history_days=30)
    within = dataclasses.replace(context, known_at=NOW - timedelta(days=29))
    before = dataclasses.replace(context, known_at=NOW - timedelta(days=31))
    retention.tidy_history(limits, within, connection, NOW)
    with pytest.raises(BadInputError, match="cannot be rebuilt"):
        retention.tidy_history(limits, before, connection, NOW)
    with pytest.raises(BadInputError, match="use a later time"):
        retention.tidy_history(settings(), before, connection, NOW)


def test_limits_change_no_figure() -> None:
    assert settings(history_days=3, log_days=9).hash == Settings().hash
