"""Run the expectations of `ingest.expectations` on the raw tables, inside DuckDB.

Great Expectations reads through SQLAlchemy over `duckdb-engine`, on cursors of the connection
that loads. It takes seconds to import: that begins in the background when there is something to
load, and is skipped when no table has changed since its last check.
"""

from __future__ import annotations

import atexit
import importlib
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, cast

import duckdb

from ingest.expectation import NOW, Expectation
from ingest.expectations import suites
from ingest.sql import name, transaction
from pipeline.settings import set_environment

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.execution_engine.sqlalchemy_execution_engine import (
        SqlAlchemyExecutionEngine,
    )
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExecutionContext

PREFIX = "expect_"
MODULES = (
    "duckdb_engine",
    "great_expectations.execution_engine",
    "great_expectations.validator.validator",
)


class Import:
    """The import of Great Expectations, begun in the background."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="import great_expectations")
        self._error: Exception | None = None

    def begin(self) -> None:
        """Begin, unless it has begun."""
        if self._thread.ident is None:
            self._thread.start()

    def finish(self) -> None:
        """Wait until everything is imported."""
        self.begin()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        # It would report each use to its makers.
        set_environment({"GX_ANALYTICS_ENABLED": "false"})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its dependencies warn about each other
                for module in MODULES:
                    importlib.import_module(module)
        except ImportError as error:
            self._error = error


def validate(connection: duckdb.DuckDBPyConnection, library: Import, now: datetime) -> None:
    """Check every table that has rows and changed since its last check.

    The results go to `raw.data_checks`, in place of the table's earlier ones.
    """
    due = _due(connection)
    if not due:
        return
    library.finish()
    with _engine(connection) as engine:
        results = {table: _run(engine, table, now) for table in due}
    with transaction(connection):
        for table, rows in results.items():
            connection.execute(
                "delete from raw.data_checks where table_name = ? and starts_with(check_name, ?)",
                [table, PREFIX],
            )
            connection.executemany(
                "insert into raw.data_checks values (?, ?, ?, ?, ?, 0, ?, ?)",
                [(table.split("__", maxsplit=1)[0], table, *row, now) for row in rows],
            )


def _due(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List the tables with a suite that were loaded after they were checked."""
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
        and (table not in last or last[table] < at)
        and connection.execute(f"select 1 from raw.{name(table)} limit 1").fetchall()
    ]


@contextmanager
def _engine(connection: duckdb.DuckDBPyConnection) -> Iterator[SqlAlchemyExecutionEngine]:
    """Open Great Expectations' engine on cursors of a connection."""
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


def _run(
    engine: SqlAlchemyExecutionEngine, table: str, now: datetime
) -> list[tuple[str, int, int, str]]:
    """Run one suite: (check, rows checked, rows failed, status) for each expectation."""
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
        runtime_configuration={"catch_exceptions": False, "result_format": "BASIC"},
    )
    by_name = {
        result.expectation_config.meta["name"]: result
        for result in results
        if result.expectation_config and result.expectation_config.meta
    }
    rows = max(int(result.result.get("element_count") or 0) for result in results)
    return [_outcome(one, by_name[one.name], rows) for one in suite]


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
