"""Load exports and check what is expected of them, and nothing else: a part of a refresh.

python bench/load_gh.py EXPORTS DATABASE
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

import ingest
from ingest.validate import validate
from pipeline.settings import Settings


def main(exports: Path, database: Path) -> int:
    """Load into a new database; return the rows read."""
    with duckdb.connect(str(database)) as connection:
        report = ingest.load(connection, exports, Settings(), b"a key for a measurement, no other")
        validate(connection, database.parent, report.loaded_at)
    return sum(one.rows_read for one in report.files)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2])), "rows")
