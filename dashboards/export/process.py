"""Has a pack written in a short-lived process, so that whoever asks stays small and quick."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboards.export.errors import ExportError, WithheldError
from dashboards.export.pack import Kind, Written
from dashboards.export.source import Request

LOGGER = logging.getLogger(__name__)
SECONDS = 120


def write_apart(
    snapshot_file: Path,
    request: Request,
    out: Path,
    kinds: Sequence[Kind],
    template: Path | None = None,
) -> Written:
    """Write files as `pack.write_pack` does, in a process of its own.

    Raises
    ------
    ExportError, WithheldError : as there; or the process failed, or took over two minutes.
    """
    order = {
        "snapshot": str(snapshot_file),
        "dimension": request.dimension,
        "value": request.value,
        "follow_up": request.follow_up,
        "scope": None
        if request.scope is None
        else [sorted(request.scope.organisations), request.scope.sees_all],
        "out": str(out),
        "kinds": list(kinds),
        "template": str(template) if template else None,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dashboards.export"],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            cwd=Path(__file__).resolve().parents[2],
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"writing took over {SECONDS} seconds and was stopped.") from error
    if done.returncode:
        LOGGER.error("export failed: %s", done.stderr)
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ExportError(f"the files could not be written: {last}")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        kind = WithheldError if answer["withheld"] else ExportError
        raise kind(answer["refused"])
    return Written(tuple(Path(path) for path in answer["paths"]), tuple(answer["missing"]))
