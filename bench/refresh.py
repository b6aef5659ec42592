"""Time and memory of a refresh against plain DuckDB reads and a pandas script.

    python bench/refresh.py [--sizes 100000 1000000 5000000] [--work DIR]

Writes `bench/refresh.md`. Every row of the table is one run of each command, one after the other,
on the same files. Exports are made by `mentorship sample` once and kept in the work folder.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from processes import PYTHON, ROOT, Run, machine, run

MENTORSHIP = str(Path(PYTHON).parent / "mentorship")
PULL_REQUESTS_A_PERSON_MONTH = 4.0
MONTHS = 36


@dataclass(frozen=True)
class Row:
    """One size: the floor, both refreshes, the pandas script (None when out of memory)."""

    pull_requests: int
    floor: Run
    first: Run
    second: Run
    pandas: Run | None


def make_exports(pull_requests: int, work: Path) -> Path:
    """Write an organisation of about `pull_requests` pull requests, unless it is there already."""
    out = work / f"exports-{pull_requests}"
    if not (out / "truth.json").exists():
        engineers = max(300, round(pull_requests / (PULL_REQUESTS_A_PERSON_MONTH * MONTHS)))
        sizes = ["--engineers", str(engineers), "--months", str(MONTHS), "--seed", "1"]
        run([MENTORSHIP, "sample", *sizes, "--out", str(out)])
    return out


def measure(pull_requests: int, work: Path) -> Row:
    """Run floor, refresh, unchanged refresh and pandas script once each on the same files."""
    exports = make_exports(pull_requests, work)
    warehouse = work / f"warehouse-{pull_requests}"
    shutil.rmtree(warehouse, ignore_errors=True)
    environment = {"KEY": str(work / "key"), "TQDM_DISABLE": "1"}
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        floor_db = str(Path(scratch) / "floor.duckdb")
        floor = run([PYTHON, str(ROOT / "bench/read_floor.py"), str(exports), floor_db])
    refresh = [MENTORSHIP, "refresh", "--exports", str(exports), "--warehouse", str(warehouse)]
    first, second = run(refresh, **environment), run(refresh, **environment)
    try:
        pandas = run([PYTHON, str(ROOT / "bench/pandas_peer.py"), str(exports)])
    except RuntimeError as error:
        if "MemoryError" not in str(error) and "with -9" not in str(error):
            raise
        pandas = None
    return Row(pull_requests, floor, first, second, pandas)


def describe(row: Row) -> str:
    """Render one size as a row of the table."""
    allowed = 3 * row.floor.seconds + 20
    pandas = "out of memory"
    if row.pandas:
        pandas = f"{row.pandas.seconds:.1f} s, {row.pandas.peak_mib:,.0f} MiB"
    return (
        f"| {row.pull_requests:,} | {row.floor.seconds:.1f} s | {row.first.seconds:.1f} s | "
        f"{allowed:.1f} s | {row.first.peak_mib:,.0f} MiB | {row.second.seconds:.1f} s "
        f"({row.second.seconds / row.first.seconds:.0%}) | {pandas} |"
    )


def sample_against_empty(work: Path) -> str:
    """Compare a refresh of the committed sample with an empty `dbt build`."""
    project = work / "empty"
    (project / "models").mkdir(parents=True, exist_ok=True)
    (project / "dbt_project.yml").write_text("name: empty\nversion: '1'\nprofile: empty\n")
    profile = "{target: d, outputs: {d: {type: duckdb, path: ':memory:'}}}"
    (project / "profiles.yml").write_text(f"empty: {profile}\n")
    dbt = [str(Path(PYTHON).parent / "dbt"), "build", "-q", "--project-dir", str(project)]
    dbt += ["--profiles-dir", str(project)]
    run(dbt)
    empty = run(dbt)
    warehouse = work / "warehouse-sample"
    shutil.rmtree(warehouse, ignore_errors=True)
    refresh = [MENTORSHIP, "refresh", "--warehouse", str(warehouse)]
    first, second = (run(refresh, KEY=str(work / "key")) for _ in range(2))
    return (
        f"The committed sample: refresh {first.seconds:.1f} s; an empty `dbt build` (a project\n"
        f"without models) {empty.seconds:.1f} s; ratio {first.seconds / empty.seconds:.1f}, "
        f"at most 8 is the aim. Unchanged second refresh\n{second.seconds:.1f} s "
        f"({second.seconds / first.seconds:.0%}); peak {first.peak_mib:,.0f} MiB."
    )


HEAD = """# Refresh: time and memory

Machine: {machine}.
Written by `make bench`; one run each, one after the other, on the same files.

{sample}

The floor is plain DuckDB reading the same files into tables. The aims: a full refresh within
3 × floor + 20 s, under 3,000 MiB; an unchanged second refresh within a third of the first.
pandas is `bench/pandas_peer.py`, a straightforward script for the same four outcomes without
intervals, checks or privacy.

| pull requests | floor | refresh | allowed | peak | unchanged refresh | pandas |
|---|---|---|---|---|---|---|
"""


def report(rows: list[Row], sample: str) -> str:
    """Render the page."""
    head = HEAD.format(machine=machine(), sample=sample)
    return head + "\n".join(describe(row) for row in rows) + "\n"


def main() -> None:
    """Measure every size and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    sample = sample_against_empty(arguments.work)
    rows = []
    for size in arguments.sizes:
        rows.append(measure(size, arguments.work))
        (ROOT / "bench" / "refresh.md").write_text(report(rows, sample))
        print(describe(rows[-1]), flush=True)


if __name__ == "__main__":
    main()
