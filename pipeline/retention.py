"""Limits on what is kept: every refresh drops what is older than the settings allow.

Logs are put aside by month, by renaming: whoever is writing a line meanwhile loses none.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from ingest import history
from pipeline import journal, snapshots
from pipeline.errors import BadInputError
from pipeline.settings import Context, Settings

LOGGER = logging.getLogger(__name__)
AUDIT_NAME = "audit.log"
FAILURE_NAME = "failure.log"


def tidy_logs(settings: Settings, context: Context, now: datetime) -> None:
    """Put full months of the logs aside and drop what is too old of them."""
    limits = settings.retention
    for path, days in (
        (context.warehouse / journal.PLACE, limits.log_days),
        (context.access / AUDIT_NAME, limits.audit_days),
    ):
        _put_aside(path, now)
        _drop_files(path.parent, f"{path.stem}-*{path.suffix}", days, now)
    _drop_files(context.warehouse, FAILURE_NAME, limits.log_days, now)
    _drop_files(context.dbt_logs, "*.log*", limits.log_days, now)


def tidy_history(
    settings: Settings, context: Context, connection: duckdb.DuckDBPyConnection, now: datetime
) -> None:
    """Drop superseded rows that are too old.

    Raises
    ------
    BadInputError
        `KNOWN_AT` reaches further back than the rows that are kept.
    """
    days = settings.retention.history_days
    if days is not None:
        rows = history.drop_before(connection, now - timedelta(days=days))
        LOGGER.info("dropped %d superseded rows", rows)
    since = history.kept_since(connection)
    if since is not None and context.known_at is not None and context.known_at < since:
        raise BadInputError(
            f"KNOWN_AT={context.known_at}: rows that were superseded before {since:%Y-%m-%d %H:%M} "
            "UTC were dropped (`retention.history_days`), so what was known by then cannot be "
            "rebuilt; use a later time."
        )


def tidy_snapshots(settings: Settings, context: Context, now: datetime) -> None:
    """Drop published snapshots that are too old; the one in use stays."""
    days = settings.retention.snapshot_days
    if days is not None:
        snapshots.drop_before(context.snapshots, now - timedelta(days=days))


def _put_aside(path: Path, now: datetime) -> None:
    """Rename a log that began in an earlier month after the day it began."""
    began = _began(path)
    if began is None or (began.year, began.month) == (now.year, now.month):
        return
    aside = path.with_name(f"{path.stem}-{began:%Y-%m-%d}{path.suffix}")
    if not aside.exists():
        path.rename(aside)


def _began(path: Path) -> datetime | None:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return datetime.fromisoformat(json.loads(file.readline())["at"]).astimezone(UTC)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _drop_files(folder: Path, pattern: str, days: int, now: datetime) -> None:
    oldest = (now - timedelta(days=days)).timestamp()
    for path in folder.glob(pattern):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            LOGGER.info("dropped %s", path.name)
