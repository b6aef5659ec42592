"""Run the expectations of `ingest.expectations` on the raw tables, inside DuckDB.

Great Expectations reads through SQLAlchemy over `duckdb-engine`. It takes seconds to import, so a
refresh runs it beside the models: `Checks` copies the columns that are looked at into a file of
their own, since one process alone may have the private database open. Where no table has changed
since its last check, nothing is imported at all.
"""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

import duckdb

from ingest import data_docs
from ingest.expectation import NOW, Expectation
from ingest.expectations import suites
from ingest.sql import name, quote, transaction
from pipeline.settings import set_environment

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.execution_engine.sqlalchemy_execution_engine import (
        SqlAlchemyExecutionEngine,
    )
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExecutionContext

PREFIX = "expect_"
SCRATCH_PREFIX = "reading-"  # what a killed run leaves under it, the next load removes
MEMORY = "1GB"
COPY = "checks.duckdb"
# Counts alone: no value of a row leaves the table, neither into results nor into the report.
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Found:
    """What one suite found: (check, rows checked, rows failed, status) each, and its page."""

    rows: list[tuple[str, int, int, str]]
    page: str


Results = Mapping[str, Found]


class Checks:
    """The expectations of every table that changed, beside other work on the database.

    Parameters
    ----------
    connection
        The private database, after a load.
    folder
        The warehouse: for the copy of what is looked at, and for the report.
    now
        Time of the load.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, now: datetime) -> None:
        self._due = _due(connection, folder)
        self._now = now
        self._folder = folder
        self._results: Results = {}
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="expectations")
        if self._due:
            self._scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=folder))
            _copy(connection, self._due, self._scratch / COPY)

    def __enter__(self) -> Self:
        """Begin to check; the private database is not touched."""
        if self._due:
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for the end and remove the copy."""
        if self._due:
            self._thread.join()
            shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def are_due(self) -> bool:
        """Whether there is anything to check."""
        return bool(self._due)

    def enter(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Wait for the results; put them into `raw.data_checks` and into the report."""
        if not self._due:
            return
        self._thread.join()
        if self._error is not None:
            raise self._error
        _enter(connection, self._folder, self._results, self._now)

    def _run(self) -> None:
        try:
            with duckdb.connect(str(self._scratch / COPY), config={"memory_limit": MEMORY}) as copy:
                self._results = _check(copy, self._due, self._now)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            self._error = error


def validate(connection: duckdb.DuckDBPyConnection, folder: Path, now: datetime) -> None:
    """Check every table that has rows and changed since its last check, there and then.

    The results go to `raw.data_checks` and into the report, in place of the table's earlier ones.
    """
    due = _due(connection, folder)
    if due:
        _enter(connection, folder, _check(connection, due, now), now)


def _check(connection: duckdb.DuckDBPyConnection, due: Sequence[str], now: datetime) -> Results:
    with _engine(connection) as engine:
        return {table: _run(engine, table, now) for table in due}


def _enter(
    connection: duckdb.DuckDBPyConnection, folder: Path, results: Results, now: datetime
) -> None:
    """Put the results in place; a table is due again until the index names its page."""
    data_docs.write(folder, {table: found.page for table, found in results.items()}, now)
    rows = [
        (table.split("__", maxsplit=1)[0], table, *row, now)
        for table, found in results.items()
        for row in found.rows
    ]
    with transaction(connection):
        connection.execute(
            "delete from raw.data_checks "
            "where table_name in (select unnest(?)) and starts_with(check_name, ?)",
            [list(results), PREFIX],
        )
        connection.executemany("insert into raw.data_checks values (?, ?, ?, ?, ?, 0, ?, ?)", rows)
    data_docs.write_index(connection, folder, PREFIX)


def _copy(connection: duckdb.DuckDBPyConnection, due: Sequence[str], target: Path) -> None:
    """Copy the columns that the suites name into a database of their own."""
    connection.execute(f"attach {quote(str(target))} as checks")
    try:
        connection.execute("create schema checks.raw")
        for table in due:
            columns = sorted({column for one in suites()[table] for column in one.columns})
            listed = ", ".join(name(column) for column in columns)
            connection.execute(
                f"create table checks.raw.{name(table)} as select {listed} from raw.{name(table)}"
            )
    finally:
        connection.execute("detach checks")


def _due(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """List the tables with a suite that were loaded after they were checked, or have no page."""
    checked = connection.execute(
        "select table_name, max(checked_at) from raw.data_checks "
        "where starts_with(check_name, ?) group by all",
        [PREFIX],
    ).fetchall()
    loaded = connection.execute(
        "select table_name, max(loaded_at) from raw.load_tables group by all"
    ).fetchall()
    last: dict[str, datetime] = dict(checked)
    return [
        table
        for table, at in sorted(loaded)
        if table in suites()
        and not (
            table in last and last[table] >= at and data_docs.has_page(folder, table, last[table])
        )
        and connection.execute(f"select 1 from raw.{name(table)} limit 1").fetchall()
    ]


@contextmanager
def _engine(connection: duckdb.DuckDBPyConnection) -> Iterator[SqlAlchemyExecutionEngine]:
    """Open Great Expectations' engine on cursors of a connection."""
    set_environment({"GX_ANALYTICS_ENABLED": "false"})  # it would report each use to its makers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies warn about each other
        import great_expectations.execution_engine  # noqa: F401
    import duckdb_engine
    import sqlalchemy
    from great_expectations.execution_engine.sqlalchemy_execution_engine import (
        SqlAlchemyExecutionEngine,
    )
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
    from sqlalchemy.engine.default import DefaultExecutionContext

    def cursor() -> DBAPIConnection:
        one = connection.cursor()
        one.execute("set search_path = 'raw'")  # the library forgets the schema now and then
        one.execute("set TimeZone = 'UTC'")
        return cast("DBAPIConnection", duckdb_engine.ConnectionWrapper(one))

    def buffer(
        _: sqlalchemy.Connection,
        result: DBAPICursor,
        __: str,
        ___: object,
        context: ExecutionContext,
        ____: bool,
    ) -> None:
        # It closes the connection before it fetches: what is not buffered is lost.
        if result.description and isinstance(context, DefaultExecutionContext):
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                result, initial_buffer=result.fetchall()
            )

    pool = sqlalchemy.create_engine("duckdb:///:memory:", creator=cursor)
    preparer = pool.dialect.identifier_preparer  # knows what Postgres reserves: no column `at`
    preparer.reserved_words = preparer.reserved_words | _reserved(connection)
    sqlalchemy.event.listen(pool, "after_cursor_execute", buffer)
    atexit.register(_forget_dialect)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        engine = SqlAlchemyExecutionEngine(engine=pool, create_temp_table=False)
        try:
            yield engine
        finally:
            engine.close()
            pool.dispose()
            # It keeps DuckDB's types beyond the end of the interpreter, where DuckDB complains.
            pool.dialect._type_memos.clear()


def _reserved(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
    ).fetchall()
    return {word for (word,) in rows}


def _run(engine: SqlAlchemyExecutionEngine, table: str, now: datetime) -> Found:
    """Run one suite, and render its page."""
    from great_expectations.core.batch import Batch
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )
    from great_expectations.validator.validator import Validator

    class QuietValidator(Validator):
        def _determine_progress_bars(self) -> bool:
            return False

    data = SqlAlchemyBatchData(execution_engine=engine, table_name=table, create_temp_table=False)
    suite = suites()[table]
    batch = Batch(data=data)  # type: ignore[arg-type]  # declared for frames, used for tables
    validator = QuietValidator(execution_engine=engine, batches=[batch])
    results = validator.graph_validate(
        configurations=[
            ExpectationConfiguration(
                type=one.kind, kwargs=_with_now(one, now), meta={"name": one.name}
            )
            for one in suite
        ],
        runtime_configuration={"catch_exceptions": False, "result_format": COUNTS},
    )
    by_name = {
        result.expectation_config.meta["name"]: result
        for result in results
        if result.expectation_config and result.expectation_config.meta
    }
    rows = max(int(result.result.get("element_count") or 0) for result in results)
    outcomes = [_outcome(one, by_name[one.name], rows) for one in suite]
    return Found(outcomes, data_docs.render(table, results, now))


def _outcome(
    expectation: Expectation, result: ExpectationValidationResult, rows: int
) -> tuple[str, int, int, str]:
    failed = int(result.result.get("unexpected_count") or 0)
    if not result.success and not failed:
        failed = rows  # what is expected of a column as a whole
    status = "ok" if result.success else expectation.severity
    return expectation.name, rows, failed, status


def _with_now(expectation: Expectation, now: datetime) -> dict[str, object]:
    return {
        key: now.isoformat() if value == NOW else value
        for key, value in expectation.arguments.items()
    }


def _forget_dialect() -> None:
    """Let go of DuckDB before the interpreter ends, or it complains of leaks on the terminal."""
    for module in [one for one in sys.modules if one.partition(".")[0] == "duckdb_engine"]:
        vars(sys.modules[module]).clear()
