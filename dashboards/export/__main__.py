"""Writes a pack in a process of its own: `python -m dashboards.export`, orders on standard input.

The order is one JSON object: `snapshot`, `dimension`, `value`, `follow_up`,
`scope`, `out`, `kinds`,
`template`. The answer is one too: `paths` and `missing`, or `refused` (with `withheld`).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from dashboards.export.errors import ExportError, WithheldError
from dashboards.export.pack import write_pack
from dashboards.export.source import Request
from dashboards.scope import Scope


def main() -> int:
    """Read one order, carry it out, answer."""
    os.umask(0o077)
    order = json.load(sys.stdin)
    scope = order["scope"]
    scope = None if scope is None else Scope(frozenset(scope[0]), scope[1])
    request = Request(order["dimension"], order["value"], order["follow_up"], scope)
    template = Path(order["template"]) if order["template"] else None
    try:
        written = write_pack(
            Path(order["snapshot"]), request, Path(order["out"]), order["kinds"], template
        )
    except ExportError as error:
        answer = {"refused": str(error), "withheld": isinstance(error, WithheldError)}
    else:
        answer = {
            "paths": [str(path) for path in written.paths],
            "missing": list(written.missing),
        }
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
