"""Time and memory of a refresh, against plain DuckDB, pandas and an empty dbt build.

    python bench/refresh.py [--parts sample load sizes programme] [--sizes 1000000] [--work DIR]

Every figure is one run of each command, one after the other, on the same files; an empty build,
the sample and what the programme adds are the middle one of three. What is measured replaces its
figure in `bench/refresh.json`, what is not measured stays as it was, and `bench/refresh.md` is
written from all of them. Exports are made by `mentorship sample` once and kept in the work folder.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from processes import PYTHON, ROOT, Run, machine, run

from ingest import schema
from pipeline.publish import HEADLINE_REPORTS

BIN = Path(PYTHON).parent
MENTORSHIP = str(BIN / "mentorship")
DBT = [str(BIN / "dbt"), "build", "-q"]
PULL_REQUESTS_A_PERSON_MONTH = 2.3  # of the sample's engineers
MONTHS = 36
LOADED = 1_000_000
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # as a refresh has it
FIGURES, PAGE = ROOT / "bench" / "refresh.json", ROOT / "bench" / "refresh.md"
BESIDE_HEADLINE = (
    "applications.*",
    "case_studies.*",
    "deployments.*",
    "engagement.*",
    "goals.*",
    "mentors.*",
    "opportunities.*",
    "services.*",
    "surveys.*",
)
"""Exports that no headline outcome, and nothing that stands beside one, is made of."""
Figures = dict[str, Any]


def make_exports(pull_requests: int, work: Path) -> Path:
    """Write an organisation of at least `pull_requests` pull requests, unless it is there."""
    out = work / f"exports-{pull_requests}"
    if not (out / "truth.json").exists():
        engineers = max(300, round(pull_requests / (PULL_REQUESTS_A_PERSON_MONTH * MONTHS)))
        sizes = ["--engineers", str(engineers), "--months", str(MONTHS), "--seed", "1"]
        run([MENTORSHIP, "sample", *sizes, "--out", str(out)])
    return out


def refresh(work: Path, exports: Path | None = None) -> tuple[Run, Run, Path]:
    """Refresh a new warehouse, and once more without a change: both runs, and the database."""
    warehouse = work / "warehouse"
    shutil.rmtree(warehouse, ignore_errors=True)
    command = [MENTORSHIP, "refresh", "--warehouse", str(warehouse)]
    command += ["--exports", str(exports)] if exports else []
    runs = [run(command, KEY=str(work / "key"), TQDM_DISABLE="1") for _ in range(2)]
    return runs[0], runs[1], warehouse / "work.duckdb"


def floor(exports: Path, work: Path) -> Run:
    """Read the same files with plain DuckDB."""
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        database = str(Path(scratch) / "floor.duckdb")
        return run([PYTHON, str(ROOT / "bench/read_floor.py"), str(exports), database])


def measure_size(pull_requests: int, work: Path) -> Figures:
    """Run floor, refresh, unchanged refresh and pandas script once each on the same files."""
    exports = make_exports(pull_requests, work)
    plain = floor(exports, work)
    first, second, database = refresh(work, exports)
    with duckdb.connect(str(database), read_only=True) as connection:
        ((rows, pulls),) = connection.execute(
            "select sum(rows_read), sum(rows_read) filter (shape = 'pull_requests') from raw.loads"
        ).fetchall()
    try:
        pandas = asdict(run([PYTHON, str(ROOT / "bench/pandas_peer.py"), str(exports)]))
    except RuntimeError as error:
        if "MemoryError" not in str(error) and "with -9" not in str(error):
            raise
        pandas = None
    runs = {"floor": asdict(plain), "first": asdict(first), "second": asdict(second)}
    return {"rows": int(rows), "pull_requests": int(pulls), **runs, "pandas": pandas}


def measure_programme(work: Path) -> Figures:
    """Load and build everything, and what the headline outcomes need, by turns three times."""
    exports = make_exports(LOADED, work)
    first, _, database = refresh(work, exports)
    published = re.search(r"publish: .*\((\S+) s\)", first.output)
    if published is None:
        raise RuntimeError(f"the refresh does not say how long it published:\n{first.output}")
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        few = Path(scratch) / "exports"
        shutil.copytree(exports, few, ignore=shutil.ignore_patterns(*BESIDE_HEADLINE))
        rounds = [
            {
                "all_load": _load(exports, Path(scratch)),
                "headline_load": _load(few, Path(scratch)),
                **_build_models(database),
            }
            for _ in range(3)
        ]
    middle = {name: asdict(_middle([one[name] for one in rounds])) for name in rounds[0]}
    return {"first": asdict(first), "publish_seconds": float(published[1]), **middle}


def _load(exports: Path, scratch: Path) -> Run:
    """Load and check exports into a new database."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        program = str(ROOT / "bench/load_gh.py")
        return run([PYTHON, program, str(exports), str(Path(folder) / "work.duckdb")])


def _build_models(database: Path) -> dict[str, Run]:
    """Build all models of a loaded database, and those of the headline outcomes alone."""
    target = database.parent / "dbt" / "target"
    variables = json.loads((target / "run_results.json").read_text())["args"]["vars"]
    common = ["--vars", json.dumps(variables)]
    common += ["--target-path", str(target), "--log-path", str(target)]
    headline = ["--indirect-selection", "buildable", "--select"]
    headline += [f"+rpt_{name}" for name in HEADLINE_REPORTS]
    place = {"MENTORSHIP_WORK_DB": str(database), "DO_NOT_TRACK": "1"} | ONE_THREAD
    found: dict[str, list[str]] = {"all_models": [], "headline_models": headline}
    run([DBT[0], "parse", "-q", *common], **place)  # so that neither build reads the project anew
    command = [*DBT, "--exclude-resource-type", "unit_test", *common]
    return {name: run([*command, *more], **place) for name, more in found.items()}


def measure_load(work: Path) -> Figures:
    """Load `gh` pull requests, with Great Expectations, and read the same files plainly."""
    exports = make_exports(LOADED, work)
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        only = Path(scratch)
        shutil.copytree(exports / "git", only / "plain" / "git")
        plain = floor(only / "plain", work)
        shutil.copytree(exports / "git", only / "load" / "git")
        for name in ("hris/employees.csv", "mentorship/mentorships.csv"):
            (only / "load" / name).parent.mkdir()
            shutil.copy(next(exports.glob(f"{name}*")), only / "load" / name)
        program = str(ROOT / "bench/load_gh.py")
        loaded = run([PYTHON, program, str(only / "load"), str(only / "work.duckdb")])
    return {"plain": asdict(plain), "load": asdict(loaded)}


def measure_sample(work: Path) -> Figures:
    """Refresh the committed sample, and build two empty things with dbt."""
    runs = [refresh(work) for _ in range(3)]
    first = _middle([one[0] for one in runs])
    second = _middle([one[1] for one in runs])
    return {
        "first": asdict(first),
        "second": asdict(second),
        "empty_project": asdict(_empty_project(work)),
        "empty_tables": asdict(_empty_tables(work)),
    }


def _empty_project(work: Path) -> Run:
    """Build a project without a model with dbt."""
    project = work / "empty"
    (project / "models").mkdir(parents=True, exist_ok=True)
    (project / "dbt_project.yml").write_text("name: empty\nprofile: empty\n")
    profile = "{target: d, outputs: {d: {type: duckdb, path: ':memory:'}}}"
    (project / "profiles.yml").write_text(f"empty: {profile}\n")
    command = [*DBT, "--project-dir", str(project), "--profiles-dir", str(project)]
    return _build(command)


def _empty_tables(work: Path) -> Run:
    """Build this project with dbt where every raw table is there and has no row."""
    database = work / "empty-tables" / "work.duckdb"
    shutil.rmtree(database.parent, ignore_errors=True)
    database.parent.mkdir(parents=True)
    with duckdb.connect(str(database)) as connection:
        schema.create_all(connection)
    folders = ["--target-path", str(work / "empty-target"), "--log-path", str(work / "empty-logs")]
    command = [*DBT, "--exclude-resource-type", "unit_test", *folders]
    # Nothing happened, so there is no last event to report as of: the day is given.
    command += ["--vars", "{as_of_date: '2026-06-30'}"]
    return _build(command, MENTORSHIP_WORK_DB=str(database))


def _build(command: list[str], **environment: str) -> Run:
    return _middle([run(command, DO_NOT_TRACK="1", **environment) for _ in range(3)])


def _middle(runs: list[Run]) -> Run:
    return sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]


HEAD = """# Refresh: time and memory

Written by `make bench`. Times are by the wall clock; processor seconds stand in brackets where they
say more. Memory is resident: of the largest process, and of all processes at one moment.
"""
SAMPLE = """
## The committed sample

The aims: at most 8 times an empty `dbt build`; an unchanged refresh within a third of the first.

| | time | refresh ÷ this |
|---|---|---|
| refresh into a new warehouse | {first} | |
| unchanged second refresh | {second} | second ÷ first: {share:.0%} |
| `dbt build` of a project without a model | {empty_project} | {project_ratio:.1f} |
| `dbt build` of this project over empty raw tables | {empty_tables} | {tables_ratio:.1f} |

Largest process {peak:,.0f} MiB, all together {together:,.0f} MiB.
{stamp}
"""
LOAD = """
## Loading 1,000,000 pull requests from `gh`

Load and Great Expectations, imports included: {load}; DuckDB's plain `read_json` of the same files:
{plain}; ratio {ratio:.2f}, at most 2 is the aim. Largest process {peak:,.0f} MiB.
{stamp}
"""
SIZES = """
## Whole organisations

The floor is plain DuckDB reading the same files into tables. The aims: a full refresh within
3 × floor + 20 s at 1,000,000 pull requests, under 3,000 MiB at 5,000,000, growing no faster than
the rows do (time a row, against the smallest size), and an unchanged second refresh within a third
of the first. pandas is `bench/pandas_peer.py`, a straightforward script for the same four outcomes
without intervals, checks or privacy.

| pull requests | rows | floor | refresh | allowed | time a row | MiB | unchanged | pandas |
|---|---|---|---|---|---|---|---|---|
"""

PROGRAMME = """
## The programme and the supporting outcomes

At 1,000,000 pull requests loading everything takes {all_load}, without the exports that only the
programme reads {headline_load}; `dbt build` of everything {all_models}, of what the headline
outcomes need {headline_models}; by turns, the middle one of three each. Publishing takes
{publish:.1f} s, all of which is counted here as the programme's. A refresh of the headline outcomes
alone would take {alone:.1f} s of the {refresh}, and the rest adds {share:.0%} to it (of processor
seconds, but for publishing, {cpu_share:.0%}); at most 50% is the aim.
{stamp}
"""


def render(figures: Figures) -> str:
    """Write the page from all figures at hand."""
    parts = [HEAD]
    if "sample" in figures:
        parts.append(_render_sample(figures["sample"]))
    if "load" in figures:
        found = figures["load"]
        ratio = found["load"]["seconds"] / found["plain"]["seconds"]
        named = {name: _time(found[name]) for name in ("load", "plain")}
        peak = found["load"]["peak_mib"]
        parts.append(LOAD.format(**named, ratio=ratio, peak=peak, stamp=_stamp(found)))
    sizes = sorted(figures.get("sizes", {}).values(), key=lambda one: one["pull_requests"])
    if sizes:
        lines = [_render_size(one, sizes[0]) for one in sizes]
        lines += ["", *dict.fromkeys(_stamp(one) for one in sizes)]
        parts.append(SIZES + "\n".join(lines) + "\n")
    if "programme" in figures:
        parts.append(_render_programme(figures["programme"]))
    return "".join(parts)


def _render_sample(found: Figures) -> str:
    first = found["first"]
    names = ("first", "second", "empty_project", "empty_tables")
    return SAMPLE.format(
        **{name: _time(found[name]) for name in names},
        share=found["second"]["seconds"] / first["seconds"],
        project_ratio=first["seconds"] / found["empty_project"]["seconds"],
        tables_ratio=first["seconds"] / found["empty_tables"]["seconds"],
        peak=first["peak_mib"],
        together=first["sum_mib"],
        stamp=_stamp(found),
    )


def _render_size(found: Figures, smallest: Figures) -> str:
    first, second, pandas = found["first"], found["second"], found["pandas"]
    allowed = 3 * found["floor"]["seconds"] + 20
    growth = first["seconds"] / found["rows"] / (smallest["first"]["seconds"] / smallest["rows"])
    peer = f"{_time(pandas)}, {pandas['peak_mib']:,.0f} MiB" if pandas else "out of memory"
    cells = (
        f"{found['pull_requests']:,}",
        f"{found['rows']:,}",
        _time(found["floor"]),
        _time(first),
        f"{allowed:.1f} s",
        f"× {growth:.2f}",
        f"{first['peak_mib']:,.0f}, {first['sum_mib']:,.0f}",
        f"{second['seconds']:.1f} s ({second['seconds'] / first['seconds']:.0%})",
        peer,
    )
    return f"| {' | '.join(cells)} |"


def _render_programme(found: Figures) -> str:
    """What all the rest adds to a refresh that would make the headline outcomes alone."""
    runs = {name: one for name, one in found.items() if isinstance(one, dict)}
    added = _added(runs, "seconds") + found["publish_seconds"]
    alone = runs["first"]["seconds"] - added
    cpu_added = _added(runs, "cpu_seconds")
    return PROGRAMME.format(
        **{name: _time(one) for name, one in runs.items() if name != "first"},
        publish=found["publish_seconds"],
        refresh=_time(runs["first"]),
        alone=alone,
        share=added / alone,
        cpu_share=cpu_added / (runs["first"]["cpu_seconds"] - cpu_added),
        stamp=_stamp(found),
    )


def _added(runs: Figures, kind: str) -> float:
    """Seconds of loading and building that the headline outcomes do without."""
    added: float = runs["all_load"][kind] - runs["headline_load"][kind]
    return added + runs["all_models"][kind] - runs["headline_models"][kind]


def _time(found: Figures) -> str:
    return f"{found['seconds']:.1f} s [{found['cpu_seconds']:.1f}]"


def _stamp(found: Figures) -> str:
    return f"{found['on']}, {found['machine']}; load of the machine at the start {found['load_1']}."


def keep(figures: Figures, measure: Callable[[], Figures], *place: str) -> None:
    """Measure one part, put it in its place, and write figures and page."""
    stamp = {
        "on": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load_1": f"{os.getloadavg()[0]:.1f}",
    }
    into = figures
    for name in place[:-1]:
        into = into.setdefault(name, {})
    into[place[-1]] = _without_output({**measure(), **stamp})
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    PAGE.write_text(render(figures))


def _without_output(found: Figures) -> Figures:
    return {
        name: {key: round(one[key], 2) for key in one if key != "output"}
        if isinstance(one, dict)
        else one
        for name, one in found.items()
    }


def main() -> None:
    """Measure what is asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    every = ("sample", "load", "sizes", "programme")
    parser.add_argument("--parts", nargs="+", choices=every, default=every)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    work = given.work.resolve()
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if "sample" in given.parts:
        keep(figures, lambda: measure_sample(work), "sample")
    if "load" in given.parts:
        keep(figures, lambda: measure_load(work), "load")
    for size in given.sizes if "sizes" in given.parts else ():
        keep(figures, lambda size=size: measure_size(size, work), "sizes", str(size))
    if "programme" in given.parts:
        keep(figures, lambda: measure_programme(work), "programme")
    print(PAGE.read_text())


if __name__ == "__main__":
    main()
