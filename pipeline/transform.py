"""The dbt run, in a process of its own.

Importing dbt, reading the project and importing the statistics take longer than building a small
organisation's models, so the process does all that while the exports are being loaded, and then
waits on its input for the word to build. It ends when its input closes: a refresh that is killed
leaves no second writer behind. Its answers are JSON, one object a line.
"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline.errors import TransformError
from pipeline.progress import Progress
from pipeline.settings import PROJECT, Context, set_environment

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt_common.events.base_types import EventMsg

LOGGER = logging.getLogger(__name__)
SHOWN = 3
MANY_ROWS = 3_000_000
"""From so many exported rows on, models are built one at a time: two would need twice the memory,
and each uses all cores."""
NO_DATABASE = "work.duckdb"  # of the name of every private database; reading opens none
READING = "partial_parse.msgpack"  # dbt's name for what it keeps of a reading
_ENVIRONMENT = {
    "MENTORSHIP_WORK_DB": NO_DATABASE,
    "DO_NOT_TRACK": "1",
    # Matrices are small: more threads wait for each other longer than they work, and sum in
    # another order on a machine with another number of cores.
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}
_LOGGED = frozenset({"info", "warn", "error"})
_WORD = {"model": "model", "test": "test", "seed": "seed", "snapshot": "snapshot"}


@contextmanager
def dbt_process(context: Context, variables: Mapping[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """Start the process that will run dbt and let it read the project; it ends with the block."""
    context.dbt_logs.mkdir(parents=True, exist_ok=True)
    with (context.dbt_logs / "dbt.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.transform"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            _send(process, {"environment": _ENVIRONMENT, "arguments": _reading(context, variables)})
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()


def build(
    process: subprocess.Popen[str],
    context: Context,
    variables: Mapping[str, Any],
    progress: Progress,
    rows: int,
) -> None:
    """Build and test every model; nobody else may have the private database open.

    Parameters
    ----------
    variables
        Those that the project was read with; only what SQL is compiled from may differ.
    rows
        Rows that were exported.

    Raises
    ------
    TransformError
        Names the models and tests that failed, and the log that has the details.
    """
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if rows >= MANY_ROWS:
        arguments += ["--threads", "1"]
    order = {
        "environment": {"MENTORSHIP_WORK_DB": str(context.work_db)},
        "arguments": [*arguments, *_arguments(context, variables)],
    }
    try:
        _send(process, order)
        failed = _follow(process, progress)
    except BrokenPipeError:
        failed = ["dbt could not start"]
    if failed:
        more = f"; and {len(failed) - SHOWN} more" if failed[SHOWN:] else ""
        shown = "; ".join(failed[:SHOWN]) + more
        raise TransformError(f"{shown}. Details: {context.dbt_logs}. Nothing was published.")


def keep_reading(context: Context, variables: Mapping[str, Any]) -> None:
    """Read the project ahead of the first refresh, and keep what was read with the libraries."""
    set_environment(_ENVIRONMENT)
    from dbt.cli.main import dbtRunner

    read = dbtRunner().invoke(_reading(context, variables))
    if not read.success:
        raise TransformError("; ".join(_failures(read)))
    kept = _kept(variables)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(context.dbt_target / READING, kept)


def _reading(context: Context, variables: Mapping[str, Any]) -> list[str]:
    """Arguments to read the project; what has not changed since an earlier reading is kept.

    dbt compares every file, and the variables, with what it read before. The database's place
    counts as well, so one that stands for any is given.
    """
    arguments = ["parse", "--no-write-json", *_arguments(context, variables)]
    kept = _kept(variables)
    if kept.exists() and not (context.dbt_target / READING).exists():
        arguments += ["--partial-parse-file-path", str(kept)]
    return arguments


def _kept(variables: Mapping[str, Any]) -> Path:
    digest = hashlib.sha256(json.dumps(variables, sort_keys=True).encode()).hexdigest()[:12]
    return Path(sys.prefix) / "share" / "mentorship-impact" / f"{digest}.msgpack"


def _arguments(context: Context, variables: Mapping[str, Any]) -> list[str]:
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(context.dbt_target), "--log-path", str(context.dbt_logs)),
        # Its own log looks for secrets in every line, of which most are then not written.
        *("--log-level", "none", "--log-level-file", "none"),
        *("--vars", json.dumps(variables, sort_keys=True)),
    ]


def _send(process: subprocess.Popen[str], order: Mapping[str, Any]) -> None:
    stdin = process.stdin
    if stdin is None:
        raise TransformError("the dbt process has no input")
    stdin.write(json.dumps(order) + "\n")
    stdin.flush()


def _follow(process: subprocess.Popen[str], progress: Progress) -> list[str]:
    """Show what the process reports until it ends; give what failed."""
    with progress.step("models", unit="models and tests") as bar:
        for line in process.stdout or ():
            report = json.loads(line)
            if "failed" in report:
                failed = [str(text) for text in report["failed"]]
                process.wait()
                return failed
            if "total" in report:
                bar.expect(report["total"])
            else:
                bar.note(report["node"])
                bar.update()
    return [f"dbt ended with status {process.wait()} and said nothing"]


def main() -> int:
    """Read the project, wait for the word, build, report. Runs in the child process."""
    os.umask(0o077)
    reports = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # Whatever dbt or a model prints must not mix with the reports.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    first = json.loads(sys.stdin.readline() or "null")
    if first is None:
        return 0
    gc.disable()  # reading makes a million objects that all stay
    set_environment(first["environment"])
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    read = dbtRunner(callbacks=[_log]).invoke(first["arguments"])
    # The models' own imports; here they cost no waiting.
    import impact.reading
    import impact.tables  # noqa: F401

    gc.freeze()
    gc.enable()
    second = json.loads(sys.stdin.readline() or "null")
    if second is None:
        return 0
    set_environment(second["environment"])
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    if not isinstance(read.result, Manifest):
        _write(reports, {"failed": _failures(read)})
        return 0
    runner = dbtRunner(read.result, [_log, lambda event: _report_node(event, reports)])
    result = runner.invoke(second["arguments"])
    _write(reports, {"failed": [] if result.success else _failures(result)})
    return 0


def _end_with_the_parent() -> None:
    # Not sys.stdin: a thread that waits inside it would stop the interpreter from ending.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


def _log(event: EventMsg) -> None:
    """Write what dbt says to the log: the child's error stream."""
    info: Any = event.info
    if info.level in _LOGGED:
        at = info.ts.ToDatetime().isoformat(timespec="milliseconds")
        sys.stderr.write(f"{at}Z [{info.level}] {info.msg}\n")


def _report_node(event: EventMsg, reports: IO[str]) -> None:
    if event.info.name == "ConcurrencyLine":
        _write(reports, {"total": event.data.node_count})
    elif event.info.name == "NodeFinished":
        _write(reports, {"node": event.data.node_info.node_name})


def _write(reports: IO[str], report: Mapping[str, Any]) -> None:
    reports.write(json.dumps(report) + "\n")
    reports.flush()


def _failures(result: dbtRunnerResult) -> list[str]:
    """Name failed nodes in the order they ran; skipped ones only follow from them."""
    nodes = getattr(result.result, "results", None)
    if nodes is None:
        lines = [line.strip() for line in str(result.exception).splitlines() if line.strip()]
        return [": ".join(lines[:2]) or "dbt failed"]
    failed = []
    for node in nodes:
        if str(node.status) in {"error", "fail", "runtime error"}:
            word = _WORD.get(str(node.node.resource_type), "step")
            failed.append(f"{word} {node.node.name} failed ({_reason(node.message or '')})")
    return failed or ["dbt failed"]


def _reason(message: str) -> str:
    """Shorten dbt's message: the line after the model's name, or a traceback's last one."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        return lines[-1]
    return next(iter(lines[1:] or lines), "no reason given")


if __name__ == "__main__":
    raise SystemExit(main())
