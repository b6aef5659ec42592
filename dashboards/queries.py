"""The published snapshot, read-only: the one place of this room that opens a database.

A snapshot is a DuckDB file of aggregates. It is attached read-only to a fresh in-memory database,
copied there when it is small, checked, and only then put in place of the one before it, by one
assignment. A snapshot that fails its checks is left aside and the last good one stays.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from dashboards import scope as scopes
from dashboards.rows import (
    AccessRow,
    BalanceRow,
    CurvePoint,
    DataCheck,
    Definition,
    DistributionBin,
    Estimate,
    FlowStep,
    HealthRow,
    KnownEvent,
    PublishedRow,
    ReturnRow,
    SegmentEstimate,
    SegmentTest,
    SensitivityRow,
    SeriesPoint,
    Story,
    TeamBand,
    TrustCheck,
)
from dashboards.scope import Scope

if TYPE_CHECKING:
    from pipeline.published import Column, Table

LOGGER = logging.getLogger(__name__)
POINTER = "current"
MOST_REMEMBERED = 96
SCOPES_KEPT = 16
COPY_LIMIT_BYTES = 128 * 1024 * 1024
EVER_PUBLISHED = frozenset({"snapshot_info", "impact_estimates", "metric_definitions"})
"""Tables of every version: a snapshot without one of them is damaged, not old."""
SEGMENTED = ("segment_dimension", "segment_value")


class SnapshotError(Exception):
    """A snapshot that cannot be served; the message says which and why."""


class NoSnapshotError(SnapshotError):
    """Nothing has been published in this warehouse yet."""


Row = TypeVar("Row", bound=PublishedRow)
Made = TypeVar("Made")
ROW_TYPES: tuple[type[Any], ...] = (
    AccessRow,
    Estimate,
    SeriesPoint,
    CurvePoint,
    BalanceRow,
    TrustCheck,
    SensitivityRow,
    FlowStep,
    DistributionBin,
    SegmentEstimate,
    SegmentTest,
    DataCheck,
    Definition,
    HealthRow,
    KnownEvent,
    ReturnRow,
    Story,
    TeamBand,
)
_COLUMN_NAMES = {"table_name": "table"}
_NOT_SEGMENTED = (
    DataCheck,
    Definition,
    SegmentTest,
    SegmentEstimate,
    KnownEvent,
    ReturnRow,
    Story,
    TeamBand,
)


def _natural(value: str) -> list[tuple[int, int, str]]:
    """Sort key that reads runs of digits as numbers."""
    parts = re.split(r"(\d+)", value.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _quoted(name: str) -> str:
    return '"' + _COLUMN_NAMES.get(name, name) + '"'


def _columns(row_type: type[Any]) -> str:
    return ", ".join(_quoted(entry.name) for entry in fields(row_type))


def _wanted_columns(row_types: Sequence[type[Any]]) -> dict[str, list[str]]:
    """Published table -> columns this room reads."""
    wanted: dict[str, list[str]] = {"snapshot_info": ["key", "value"]}
    for row_type in row_types:
        names = [_COLUMN_NAMES.get(entry.name, entry.name) for entry in fields(row_type)]
        if row_type not in _NOT_SEGMENTED:
            names += SEGMENTED
        known = wanted.setdefault(row_type.table, [])
        known += [name for name in names if name not in known]
    return wanted


@dataclass(frozen=True)
class Published:
    """A snapshot file of the warehouse, as the list of snapshots shows it.

    Attributes
    ----------
    info : its `snapshot_info`; empty where the file cannot be read.
    """

    id: str
    info: Mapping[str, str]

    @property
    def built_at(self) -> str:
        """When it was built, ISO text in UTC; empty where it does not say."""
        return self.info.get("built_at", "")


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot, immutable, safe to read from many threads.

    Attributes
    ----------
    id : file name without its suffix; pages carry it to notice a newer snapshot.
    info : the key-value table `snapshot_info`.
    previous : the one published before it, with its estimates only; None where there is none.
    lacking : published tables, or columns of them, that an earlier version did not write yet; they
        are read as empty.
    history : every snapshot of the warehouse when this one was opened, the newest first.
    """

    id: str
    info: Mapping[str, str]
    _connection: duckdb.DuckDBPyConnection = field(repr=False)
    _answers: dict[Any, tuple[Any, ...]] = field(default_factory=dict, repr=False)
    _made: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    previous: Snapshot | None = field(default=None, repr=False)
    history: tuple[Published, ...] = field(default=(), repr=False)
    lacking: tuple[str, ...] = ()

    @property
    def as_of(self) -> date:
        """Day up to which the data were looked at."""
        return date.fromisoformat(self.info["as_of_date"][:10])

    def rows(self, row_type: type[Row], dimension: str, value: str) -> tuple[Row, ...]:
        """Rows of one segment, in the order that `row_type` declares."""
        where = "segment_dimension = ? and segment_value = ?"
        return self._fetch(row_type, where, (dimension, value))

    def table(self, row_type: type[Row]) -> tuple[Row, ...]:
        """Every row of a table that is not split by segment."""
        return self._fetch(row_type, "true", ())

    def by_segment(self, outcome: str) -> tuple[SegmentEstimate, ...]:
        """Headline matched rows of one outcome, one a segment."""
        where = "outcome = ? and comparison = 'matched' and is_headline"
        return self._fetch(SegmentEstimate, where, (outcome,))

    def segments(self) -> dict[str, tuple[str, ...]]:
        """Dimension -> its values, `all` first; values in reading order (L2 before L10).

        Groups that have a headline row: sequences of models are groups of a supporting outcome.
        """
        return self._segments_of("impact_estimates", "is_headline")

    def groups_of(self, outcomes: str, dimension: str) -> tuple[str, ...]:
        """Groups of a dimension that outcomes whose names begin alike have, in reading order."""
        sql = (
            "select distinct segment_value from impact_estimates"
            " where starts_with(outcome, ?) and segment_dimension = ?"
        )
        rows = self._answer(sql, (outcomes, dimension))
        return tuple(sorted((row[0] for row in rows), key=_natural))

    def health_segments(self) -> dict[str, tuple[str, ...]]:
        """Return the same for how the programme runs."""
        return self._segments_of("programme_health")

    def _segments_of(self, table: str, where: str = "true") -> dict[str, tuple[str, ...]]:
        sql = (
            f"select distinct segment_dimension, segment_value from {table}"
            f" where {where} order by segment_dimension"
        )
        rows = self._answer(sql, ())
        # Everyone comes first, unless the reader may not see everyone.
        is_narrow = bool(rows) and ("all", "all") not in rows
        found: dict[str, list[str]] = {} if is_narrow else {"all": ["all"]}
        for dimension, value in rows:
            if dimension != "all":
                found.setdefault(dimension, []).append(value)
        return {key: tuple(sorted(values, key=_natural)) for key, values in found.items()}

    def visible_segments(self) -> frozenset[tuple[str, str]]:
        """Segments with at least one headline row that is not withheld."""
        sql = (
            "select distinct segment_dimension, segment_value from impact_estimates"
            " where comparison = 'matched' and is_headline and verdict <> 'suppressed'"
        )
        return frozenset((row[0], row[1]) for row in self._answer(sql, ()))

    def follow_ups(self) -> tuple[int, ...]:
        """Follow-up windows that exist, in months, rising."""
        sql = "select distinct follow_up_months from impact_estimates order by 1"
        return tuple(int(row[0]) for row in self._answer(sql, ()))

    def definitions(self) -> dict[str, Definition]:
        """Metric -> its definition."""
        return {entry.metric: entry for entry in self.table(Definition)}

    def remembered(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made for a key before, else make it; the least used is forgotten."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                found: Made = self._made[key]
                return found
        made = make()
        with self._lock:
            self._made[key] = made
            if len(self._made) > MOST_REMEMBERED:
                self._made.popitem(last=False)
        return made

    def _fetch(
        self, row_type: type[Row], where: str, parameters: tuple[Any, ...]
    ) -> tuple[Row, ...]:
        sql = (
            f"select {_columns(row_type)} from {row_type.table}"
            f" where {where} order by {row_type.order}"
        )
        key = (row_type, where, parameters)
        if key not in self._answers:
            self._answers[key] = tuple(row_type(*row) for row in self._answer(sql, parameters))
        return self._answers[key]

    def _answer(self, sql: str, parameters: Sequence[Any]) -> tuple[tuple[Any, ...], ...]:
        key = (sql, tuple(parameters))
        if key not in self._answers:
            # One cursor a call: a connection shared by threads mixes up results.
            with self._connection.cursor() as cursor:
                self._answers[key] = tuple(cursor.execute(sql, parameters).fetchall())
        return self._answers[key]


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One published table whole: its declared columns and all of its rows, by key."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> list[dict[str, Any]]:
        """Rows as column -> value."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def read_published(path: Path, scope: Scope | None = None) -> dict[str, PublishedTable]:
    """Read every published table of a snapshot file, in the order of their declaration.

    Parameters
    ----------
    scope : rows outside of it are left in the file; None reads all.

    Raises
    ------
    SnapshotError : the file cannot be read. What an earlier version did not write is empty.
    """
    # Imported here: the web process has no need of the pipeline.
    from pipeline.published import TABLES

    try:
        with duckdb.connect(str(path), read_only=True, config={"threads": 1}) as connection:
            return {name: _whole(connection, table, scope) for name, table in TABLES.items()}
    except (duckdb.Error, OSError, SnapshotError) as error:
        raise SnapshotError(f"{path.name} cannot be read: {_first_line(error)}") from error


def _whole(
    connection: duckdb.DuckDBPyConnection, table: Table, scope: Scope | None
) -> PublishedTable:
    names = tuple(column.name for column in table.columns)
    source = _source(connection, "main", table.name, names)
    columns = _seen(table.name, names, source.columns, scope)
    order = ", ".join(f'"{column}"' for column in table.key)
    where = scope.where(table.name, names) if scope else "true"
    found = connection.execute(
        f"select {columns} from {source.relation} where {where} order by {order}"
    ).fetchall()
    return PublishedTable(table.name, table.columns, table.key, tuple(found))


def open_snapshot(
    path: Path, row_types: Sequence[type[Any]] = ROW_TYPES, scope: Scope | None = None
) -> Snapshot:
    """Attach, copy when small, check and lock one snapshot file.

    Parameters
    ----------
    row_types : what will be read of it; other tables are left aside.
    scope : rows outside of it are left in the file; None reads all.

    Raises
    ------
    SnapshotError : the file cannot be read, or lacks its estimates or its own date.
    """
    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "1GB"})
    try:
        lacking = _attach(connection, path, row_types, scope)
        info = dict(connection.execute("select key, value from snapshot_info").fetchall())
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        snapshot = Snapshot(id=path.stem, info=info, _connection=connection, lacking=lacking)
        _ = snapshot.as_of
    except (duckdb.Error, OSError, SnapshotError) as error:
        connection.close()
        raise SnapshotError(f"{path.name} cannot be read: {_first_line(error)}") from error
    except (KeyError, ValueError) as error:
        connection.close()
        raise SnapshotError(f"{path.name} does not say its as_of_date") from error
    return snapshot


def _attach(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    row_types: Sequence[type[Any]],
    scope: Scope | None,
) -> tuple[str, ...]:
    """Make the published tables readable; give what the file does not hold of them."""
    quoted = str(path).replace("'", "''")
    is_small = path.stat().st_size <= COPY_LIMIT_BYTES
    connection.execute(f"attach '{quoted}' as published (read_only)")
    kind = "table" if is_small else "view"
    lacking: list[str] = []
    for table, names in _wanted_columns(row_types).items():
        source = _source(connection, "published.main", table, names)
        lacking += source.lacking
        where = scope.where(table, tuple(names)) if scope else "true"
        columns = _seen(table, names, source.columns, scope)
        connection.execute(
            f"create {kind} memory.main.{table} as select {columns}"
            f" from {source.relation} where {where}"
        )
    if is_small:
        connection.execute("detach published")
    return tuple(lacking)


def _seen(table: str, names: Sequence[str], columns: str, scope: Scope | None) -> str:
    """Give the select list with nothing in the columns that a scope does not hold."""
    if scope is None or not any(scope.hides(table, name) for name in names):
        return columns
    types = _types(table)
    return ", ".join(
        f'null::{types[name]} as "{name}"' if scope.hides(table, name) else f'"{name}"'
        for name in names
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """What a published table is read from: a relation, a select list, and what is not there."""

    relation: str
    columns: str
    lacking: tuple[str, ...] = ()


def _source(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, names: Sequence[str]
) -> _Source:
    """Read a table as it is; what an earlier version did not write yet is read as empty.

    A figure that is not there is null. Where a column is missing that tells rows apart, or without
    which they mean nothing, the table counts as not there at all.

    Raises
    ------
    SnapshotError : the table is one that every version wrote.
    """
    have = {
        str(row[0])
        for row in connection.execute(
            "select column_name from duckdb_columns() where database_name = ? and table_name = ?",
            [_database(connection, schema), table],
        ).fetchall()
    }
    missing = [name for name in names if name not in have]
    if not missing:
        return _Source(f"{schema}.{table}", ", ".join(f'"{name}"' for name in names))
    if table in EVER_PUBLISHED and (not have or set(missing) & _essential(table)):
        raise SnapshotError(f"its table {table} is missing or cut short")
    types = _types(table)
    if have and not set(missing) & _essential(table):
        columns = ", ".join(
            f'"{name}"' if name in have else f'null::{types[name]} as "{name}"' for name in names
        )
        lacking = tuple(f"{table}.{name}" for name in missing)
        return _Source(f"{schema}.{table}", columns, lacking)
    columns = ", ".join(f'null::{types[name]} as "{name}"' for name in names)
    return _Source(f"(select {columns} where false)", "*", (table,))


def _database(connection: duckdb.DuckDBPyConnection, schema: str) -> str:
    if "." in schema:
        return schema.split(".", maxsplit=1)[0]
    ((name,),) = connection.execute("select current_database()").fetchall()
    return str(name)


def _types(table: str) -> dict[str, str]:
    # Imported here: only a snapshot of an earlier version needs it.
    from pipeline.published import TABLES

    return {column.name: column.type for column in TABLES[table].columns}


def _essential(table: str) -> frozenset[str]:
    """Columns without which a table's rows cannot be told apart, or not be drawn."""
    from pipeline.published import TABLES

    never_null = {
        _COLUMN_NAMES.get(entry.name, entry.name)
        for row_type in ROW_TYPES
        if row_type.table == table
        for entry in fields(row_type)
        if "None" not in str(entry.type)
    }
    return frozenset(TABLES[table].key) | never_null


def read_info(path: Path) -> dict[str, str]:
    """Return a file's `snapshot_info`; empty where it cannot be read."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    try:
        quoted = str(path).replace("'", "''")
        connection.execute(f"attach '{quoted}' as published (read_only)")
        return dict(connection.execute("select key, value from published.snapshot_info").fetchall())
    except duckdb.Error as error:
        LOGGER.warning("snapshot %s cannot be read: %s", path.name, type(error).__name__)
        return {}
    finally:
        connection.close()


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


class SnapshotStore:
    """Follows the pointer file of a warehouse and keeps the last good snapshot.

    Parameters
    ----------
    warehouse : folder that holds `snapshots/current`.
    """

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._refused: tuple[str, int, int] | None = None
        self._problem: str | None = None
        self._narrowed: OrderedDict[tuple[str, Scope], Snapshot] = OrderedDict()

    @property
    def problem(self) -> str | None:
        """Why the snapshot that the pointer names is not the one served; None if it is."""
        return self._problem

    def current(self) -> Snapshot:
        """Return what the reader of this request may see of the newest good snapshot.

        Raises
        ------
        NoSnapshotError : nothing was published yet.
        SnapshotError : what was published cannot be read, and nothing good came before it.
        """
        snapshot, scope = self.latest(), scopes.current()
        return snapshot if scope is None else self._within(snapshot, scope)

    def latest(self) -> Snapshot:
        """Return the newest good snapshot whole, opening it if the pointer has moved.

        For what tells nothing of its rows, and for readers without a limit.

        Raises
        ------
        NoSnapshotError : nothing was published yet.
        SnapshotError : what was published cannot be read, and nothing good came before it.
        """
        name = self._pointed_at()
        if name is not None and self._lock.acquire(blocking=self._snapshot is None):
            # Whoever finds another thread opening a newer one is served the one before it.
            try:
                self._follow(name)
            finally:
                self._lock.release()
        if self._snapshot is not None:
            return self._snapshot
        if name is None and not (self.warehouse / "snapshots" / POINTER).exists():
            raise NoSnapshotError("no snapshot has been published in this warehouse yet")
        raise SnapshotError(self._problem or "the snapshot cannot be read")

    def _within(self, snapshot: Snapshot, scope: Scope) -> Snapshot:
        """Open what a scope holds of a snapshot; the last few are kept open."""
        key = (snapshot.id, scope)
        with self._lock:
            if key not in self._narrowed:
                path = self.warehouse / "snapshots" / f"{snapshot.id}.duckdb"
                self._narrowed[key] = self._opened(path, scope)
            self._narrowed.move_to_end(key)
            while len(self._narrowed) > SCOPES_KEPT:
                self._narrowed.popitem(last=False)
            return self._narrowed[key]

    def _pointed_at(self) -> str | None:
        pointer = self.warehouse / "snapshots" / POINTER
        try:
            name = pointer.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self._problem = "snapshots/current is missing or cannot be read"
            return None
        if not name or Path(name).name != name:
            self._problem = "snapshots/current does not name a file beside it"
            return None
        return name

    def _follow(self, name: str) -> None:
        if self._snapshot is not None and f"{self._snapshot.id}.duckdb" == name:
            self._problem = None
            return
        path = self.warehouse / "snapshots" / name
        try:
            status = path.stat()
            stamp = (name, status.st_mtime_ns, status.st_size)
            if stamp == self._refused:
                return
            self._refused = stamp
            self._snapshot = self._opened(path)
        except (SnapshotError, OSError) as error:
            self._problem = str(error) if isinstance(error, SnapshotError) else f"{name} is missing"
            LOGGER.warning("snapshot refused: %s", self._problem)
            if self._snapshot is None:
                self._snapshot = self._last_good(path)
            return
        self._refused, self._problem = None, None
        LOGGER.info("serving snapshot %s", self._snapshot.id)

    def _opened(self, path: Path, scope: Scope | None = None) -> Snapshot:
        """Open a snapshot, with the list of its fellows and the one published before it."""
        snapshot = open_snapshot(path, scope=scope)
        history = self._history()
        before = self._before(snapshot, history, scope)
        return replace(snapshot, history=history, previous=before)

    def _history(self) -> tuple[Published, ...]:
        paths = (self.warehouse / "snapshots").glob("*.duckdb")
        found = [
            Published(path.stem, read_info(path)) for path in paths if not path.name.startswith(".")
        ]
        return tuple(sorted(found, key=lambda entry: (entry.built_at, entry.id), reverse=True))

    def _before(
        self, snapshot: Snapshot, history: tuple[Published, ...], scope: Scope | None
    ) -> Snapshot | None:
        built_at = snapshot.info.get("built_at", "")
        for entry in history:
            if entry.id == snapshot.id or not entry.built_at or entry.built_at >= built_at:
                continue
            try:
                path = self.warehouse / "snapshots" / f"{entry.id}.duckdb"
                return open_snapshot(path, (Estimate,), scope)
            except (SnapshotError, OSError):
                LOGGER.warning("snapshot %s cannot be compared with", entry.id)
        return None

    def _last_good(self, refused: Path) -> Snapshot | None:
        """Open the newest other snapshot that can be read: a fresh worker has none to keep."""
        for entry in self._history():
            path = refused.with_name(f"{entry.id}.duckdb")
            if path == refused or not entry.info:
                continue
            try:
                return self._opened(path)
            except (SnapshotError, OSError):
                continue
        return None


def age_seconds(snapshot: Snapshot, now: datetime) -> float | None:
    """Seconds since the snapshot was built; None where it does not say."""
    built_at = snapshot.info.get("built_at")
    if not built_at:
        return None
    try:
        built = datetime.fromisoformat(built_at)
    except ValueError:
        return None
    return max(0.0, (now - built.replace(tzinfo=built.tzinfo or now.tzinfo)).total_seconds())
