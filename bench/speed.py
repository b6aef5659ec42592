"""Time and memory of all estimates against one two-way fixed-effects fit of the same panel.

    python bench/speed.py [--sizes 10000x36 100000x60]

Processor seconds of one thread, so that neither other work on the machine nor its cores count. The
fit is pyfixest's `feols` of log cycle time on being mentored with person and month effects,
compiled before it is timed. Each size is drawn in one process, into a database file, and modelled
and estimated in another, whose memory is told. What is measured replaces its figures in
`bench/speed.json`, and `bench/speed.md` is written from all of them.
"""

from __future__ import annotations

import os

os.environ |= dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)

import argparse
import json
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from processes import PYTHON, ROOT, machine, run
from replications import DATABASE, build_frames, compile_statements, given_frames

from impact.reading import read_material
from impact.study import Study
from impact.tables import make_estimates, make_fits, make_segment_tests
from synthetic.organisation import scenario, simulate

SIZES = ("10000x36", "100000x60")
FIGURES, PAGE = ROOT / "bench" / "speed.json", ROOT / "bench" / "speed.md"
Figures = dict[str, Any]


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database file under the name the compiled SQL uses, spilling as a refresh does."""
    settings = {"threads": 1, "memory_limit": "2GB", "temp_directory": f"{path}.tmp"}
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute(f"attach '{path}' as {DATABASE}")
    connection.execute(f"use {DATABASE}")
    connection.execute("set TimeZone = 'UTC'")
    return connection


def draw(engineers: int, months: int, path: Path) -> None:
    """Draw an organisation into a database file."""
    parameters = scenario("effect", engineers=engineers, months=months)
    frames = given_frames(simulate(parameters, np.random.default_rng(1)))
    build_frames(open_database(path), frames, [])


def fit_two_way(connection: duckdb.DuckDBPyConnection) -> float:
    """Processor seconds of the middle one of five fits; the first of six compiles."""
    import pyfixest

    data = connection.execute(
        "select log_hours_sum / pr_merged_count as hours, cast(is_mentored as double) as mentored, "
        "person_id as person, month_number as month from int_person_months "
        "where pr_merged_count > 0"
    ).df()
    taken = []
    for _ in range(6):
        started = time.process_time()
        pyfixest.feols("hours ~ mentored | person + month", data, vcov={"CRV1": "person"})
        taken.append(time.process_time() - started)
    return sorted(taken[1:])[2]


def run_models(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the project's statements; very many comparison rows are capped as in a refresh."""
    statements = compile_statements(only_all=False)
    place = [one.name for one in statements].index("int_matched_rows")
    build_frames(connection, {}, statements[:place])
    ((cap,),) = connection.execute("select comparison_cap from int_comparison_cap").fetchall()
    if cap is not None:
        statements = compile_statements({"comparison_cap": cap}, only_all=False)
    build_frames(connection, {}, statements[place:])


def estimate(path: Path, end: str) -> Figures:
    """Model and estimate what was drawn: seconds, estimates and memory."""
    connection = open_database(path)
    started = time.process_time()
    run_models(connection)
    modelled = time.process_time()
    study = Study(datetime.fromisoformat(end).date())
    taken = []
    for _ in range(3):
        begun = time.process_time()
        fits, groups = _fit(connection, study)
        taken.append(time.process_time() - begun)
    checks = pd.DataFrame(columns=_CHECKS)
    rows = make_estimates(fits, checks, make_segment_tests(fits, study), study)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return {
        "models": modelled - started,
        "estimates": sorted(taken)[1],
        "first": taken[0],
        "rows": len(rows),
        "groups": groups,
        "peak_gib": peak,
        "two_way": fit_two_way(connection),
    }


def _fit(connection: duckdb.DuckDBPyConnection, study: Study) -> tuple[pd.DataFrame, int]:
    """Read and estimate: the fits, and how many groups they are of."""
    names = ("index_rows", "index_outcomes", "matched_rows", "mentee_segments")
    material = read_material(
        *(connection.table(f"int_{name}") for name in names),
        connection.table("fct_naive_people"),
        connection.table("int_person_groups"),
    )
    return make_fits(material, study), len(material.segments)


def measure(size: str) -> Figures:
    """Draw and estimate one size, each in a process of its own."""
    engineers, months = (int(part) for part in size.split("x"))
    end = scenario("effect", engineers=engineers, months=months).end.isoformat()
    stamp = {
        "on": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load_1": f"{os.getloadavg()[0]:.1f}",
    }
    with tempfile.TemporaryDirectory() as folder:
        program, path = [PYTHON, str(Path(__file__).resolve())], str(Path(folder) / "drawn.duckdb")
        run([*program, "--draw", size, path])
        done = run([*program, "--estimate", path, end])
    found = json.loads(done.output.strip().splitlines()[-1])
    return {"engineers": engineers, "months": months, **found, **stamp}


def render(figures: Figures) -> str:
    """Write the page from all figures at hand."""
    found = sorted(figures.values(), key=lambda one: one["engineers"])
    lines = [
        _LINE.format(
            **one,
            times=one["estimates"] / one["two_way"],
            first_times=one["first"] / one["two_way"],
        )
        for one in found
    ]
    stamps = dict.fromkeys(
        f"{one['on']}, {one['machine']}; load of the machine at the start {one['load_1']}."
        for one in found
    )
    return _HEAD + "\n".join([*lines, "", *stamps]) + "\n"


def main() -> None:
    """Measure the sizes asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--draw", nargs=2, metavar=("SIZE", "DATABASE"))
    parser.add_argument("--estimate", nargs=2, metavar=("DATABASE", "END"))
    given = parser.parse_args()
    if given.draw:
        engineers, months = (int(part) for part in given.draw[0].split("x"))
        draw(engineers, months, Path(given.draw[1]))
        return
    if given.estimate:
        print(json.dumps(estimate(Path(given.estimate[0]), given.estimate[1])))
        return
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for size in given.sizes:
        figures[size] = measure(size)
        FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
        PAGE.write_text(render(figures))
    print(PAGE.read_text())


_HEAD = """# Time and memory of the estimates

Written by `make bench` (`bench/speed.py`): processor seconds of one thread, of the estimates the
middle one of three times and of the two-way fit the middle one of five. The aims: estimates,
reading included, within 40 times the compiled two-way fit of log cycle time on the same panel and
under 2 GiB at 10,000 people and 36 months; 100,000 people and 60 months under 8 GiB. Memory is the
most that the process that models and estimates ever held. The first of the three times, which a
refresh sees, stands beside the middle one.

| people | months | SQL | estimates | groups | in (first) | two-way fit | times (first) | peak |
|---|---|---|---|---|---|---|---|---|
"""
_LINE = (
    "| {engineers:,} | {months} | {models:.1f} s | {rows:,} | {groups} | {estimates:.1f} s "
    "({first:.1f} s) | {two_way:.2f} s | {times:.0f} ({first_times:.0f}) | {peak_gib:.2f} GiB |"
)
_CHECKS = ["check", "outcome", "segment_dimension", "segment_value", "value", "threshold"]
_CHECKS += ["status", "sentence"]


if __name__ == "__main__":
    main()
