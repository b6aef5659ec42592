"""The floor a refresh is measured against: plain DuckDB reading the same files into tables.

python bench/read_floor.py EXPORTS DATABASE
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def main(exports: Path, database: Path) -> int:
    """Read every csv and json file below `exports` into a table of its own; return the rows."""
    connection = duckdb.connect(str(database))
    rows = 0
    files = sorted(p for p in exports.glob("*/*") if p.suffix in {".csv", ".json", ".gz"})
    for number, path in enumerate(files):
        reader = "read_csv" if ".csv" in path.name else "read_json"
        options = "" if reader == "read_csv" else ", maximum_object_size = 1073741824"
        connection.execute(f"create table t{number} as from {reader}(?{options})", [str(path)])
        rows += connection.execute(f"select count(*) from t{number}").fetchall()[0][0]
    connection.close()
    return rows


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2])), "rows")
