"""Bias, coverage, width and seconds of every estimator on simulated organisations.

    python bench/estimates.py [--plan effect:2000:200 none:500:100 ...] [--kept DIR] [--report]

Each replication draws an organisation with known effects, runs the project's compiled SQL on it in
memory (`replications.py`), then the whole of `impact` for everyone together. Replications are kept
as one csv a scenario and size, and go on where they stopped; `--report` only writes the table.
Writes `bench/estimates.md`.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from designs import report_new_hires
from groups import search_groups
from processes import ROOT, machine
from replications import (
    Statement,
    build_frames,
    compile_statements,
    connect,
    given_frames,
    leave_groups_out,
)
from second_world import END, WORLDS, draw_world

from impact.cohort import OVERALL
from impact.cycle_time import fit_cycle_time
from impact.frames import from_frame
from impact.judge import Judged
from impact.material import Material
from impact.reading import WINDOWS, read_material, read_panel, read_pools
from impact.reference import critical_value
from impact.rows import Row
from impact.sensitivity import Sensitivity
from impact.study import HEADLINE_MONTHS, Study
from impact.tables import (
    make_balance,
    make_checks,
    make_estimates,
    make_fits,
    make_segment_tests,
    make_sensitivity,
)
from impact.types import Refusal
from synthetic.organisation import Selection, scenario, simulate
from synthetic.truth import planted

KEPT = ROOT / "build" / "bench" / "estimates"
PLAN = (
    *(f"{name}:500:600" for name in ("effect", "none", "strong")),
    *(f"{name}:2000:100" for name in ("effect", "none", "strong")),
    "hidden_ambition:2000:60",
    *(f"{name}:2000:40" for name in ("random", "hidden_shock", "by_model", "spillover")),
    *(f"{name}:2000:40" for name in ("trait_only", "dip_only")),
    *(f"second_{name}:600:100" for name in ("effect", "none", "strong", "random")),
    *(f"second_{name}:2000:40" for name in ("hidden_ambition", "hidden_shock")),
    "none:200:100",
    "effect:10000:4",
    "groups:2000:60",
)
ONE_CAUSE = {
    "trait_only": Selection(trait=0.8, dip=0.0),
    "dip_only": Selection(trait=0.0, dip=0.8),
}
"""Selection on one thing alone, without an effect: what the two designs are each blind to."""
GROUPS = "groups"
"""The job that looks at every group of organisations without effect."""
SECOND = "second_"
"""Before the name of a scenario: the same in the second simulator."""
ENOUGH = 75
ONLY_ALL = "segment_dimension = 'all'"
FIRST_SEED = 20_000
FULL_RUNS = 40
"""Organisations of each row on which every estimator is run; on the others only the published."""


def replicate(
    connection: duckdb.DuckDBPyConnection,
    statements: Sequence[Statement],
    name: str,
    engineers: int,
    seed: int,
    only_published: bool = False,
) -> list[dict[str, object]]:
    """Draw, model and estimate one organisation; one record an outcome and estimator.

    With `only_published`, the estimators that stand beside the published one are left out.
    """
    frames, truth, as_of = draw(name, engineers, seed)
    started = time.perf_counter()
    build_frames(connection, frames, statements)
    modelled = time.perf_counter()
    material = read_overall(connection, with_people=not only_published)
    study = Study(as_of, follow_up_months=(6, 12))
    records = list(_estimate(connection, material, study, truth, only_published))
    seconds = {"sql": modelled - started, "statistics": time.perf_counter() - modelled}
    return [{"seed": seed, **record, **seconds} for record in records]


def draw(
    name: str, engineers: int, seed: int
) -> tuple[dict[str, pd.DataFrame], dict[str, float], dt.date]:
    """Frames of one organisation of a named scenario, its planted effects and its as-of day."""
    # Every row of the page has organisations of its own: none is counted twice.
    rng = np.random.default_rng([FIRST_SEED, *name.encode(), engineers, seed])
    if name.startswith(SECOND):
        world = dataclasses.replace(WORLDS[name.removeprefix(SECOND)], people=engineers)
        frames, told = draw_world(world, rng)
        return frames, dataclasses.asdict(told), END
    selection = ONE_CAUSE.get(name)
    drawn = scenario("none", engineers=engineers, selection=selection) if selection else None
    organisation = simulate(drawn or scenario(name, engineers=engineers), rng)
    truth = planted(organisation, np.random.default_rng(seed + 1))
    at = WINDOWS.index(12)
    effects = {
        "pr_cycle_time": truth.cycle_time_log,
        "incident_rate": truth.incident_rate_log,
        "retention": float(truth.retention.difference[at]),
        "promotion": float(truth.promotion.difference[at]),
        "employed_months": float(truth.employed_months.difference[at]),
        "leaving_hazard": float(np.log(truth.leaving_hazard_ratio)),
        "promotion_hazard": float(np.log(truth.promotion_hazard_ratio)),
    }
    return given_frames(organisation), effects, organisation.parameters.end


def read_overall(connection: duckdb.DuckDBPyConnection, with_people: bool = True) -> Material:
    """Material of everyone together."""
    return read_material(
        connection.table("int_index_rows"),
        connection.table("int_index_outcomes"),
        connection.table("int_matched_rows").filter(ONLY_ALL),
        connection.table("int_mentee_segments").filter(ONLY_ALL),
        connection.table("fct_naive_people") if with_people else None,
    )


def _estimate(
    connection: duckdb.DuckDBPyConnection,
    material: Material,
    study: Study,
    truth: Mapping[str, float],
    only_published: bool,
) -> Iterator[dict[str, object]]:
    pools = read_pools(connection.table("int_pool_rows").filter("pool_dimension = 'all'"))
    fits = make_fits(material, study)
    balance = make_balance(material, pools)
    checks = make_checks(material, fits, balance, study)
    estimates = make_estimates(fits, checks, make_segment_tests(fits, study), study)
    status = dict(zip(checks["check"], checks["status"], strict=True))
    verdicts = {
        row.outcome: row.verdict
        for row in from_frame(Judged, estimates)
        if row.comparison == "matched" and row.is_headline
    }
    flags = {"control": status["negative_control"], "designs": status["design_agreement"]}
    flags |= {"dip": status["dip"], "balance": status["balance"]}
    for row in from_frame(Row, fits):
        if row.scale == "hazard_ratio":
            yield from _hazard(row, truth)
            continue
        is_mean = row.scale == "months" and row.follow_up_months == 12
        if not is_mean and not study.is_headline(row.outcome, row.scale, row.follow_up_months):
            continue
        record = _record(row, truth)
        if record["estimator"] == "matched" and row.scale != "months":
            record |= {"verdict": verdicts[row.outcome], **flags}
        yield record
    if only_published:
        return
    panel = read_panel(connection.table("int_person_months"))
    varied = make_sensitivity(material, fits, panel, study)
    yield from _other_estimators(material, from_frame(Sensitivity, varied), study, truth)


def _hazard(row: Row, truth: Mapping[str, float]) -> Iterator[dict[str, object]]:
    """A hazard ratio at its outcome's window, where one was planted."""
    name = {"retention": "leaving_hazard", "promotion": "promotion_hazard"}[row.outcome]
    if name in truth and row.follow_up_months == HEADLINE_MONTHS[row.outcome]:
        yield _record(row, truth, name)


def _record(row: Row, truth: Mapping[str, float], name: str | None = None) -> dict[str, object]:
    known = row.effect is not None and row.standard_error is not None
    name = name or ("employed_months" if row.scale == "months" else row.outcome)
    reach = critical_value(0.05, row.degrees or np.inf) * row.standard_error if known else None
    return {
        "outcome": name,
        "estimator": row.comparison,
        "error": row.effect - truth[name] if known else None,
        "half_width": reach,
        "is_alarm": abs(row.effect) > reach if known else None,
        "mentees": row.n_mentored,
    }


def _other_estimators(
    material: Material, varied: list[Sensitivity], study: Study, truth: Mapping[str, float]
) -> Iterator[dict[str, object]]:
    for line in varied:
        if line.segment != OVERALL:
            continue
        scale = "ratio" if line.outcome in ("pr_cycle_time", "incident_rate") else "difference"
        values = [line.estimate, line.ci_low, line.ci_high]
        if scale == "ratio":
            values = [float(np.log(value)) for value in values]
        yield {
            "outcome": line.outcome,
            "estimator": line.variant,
            "error": values[0] - truth[line.outcome],
            "half_width": (values[2] - values[1]) / 2,
            "is_alarm": values[1] > 0 or values[2] < 0,
            "mentees": line.n_mentored,
        }
    yield from _single_designs(material, study, truth)


def _single_designs(
    material: Material, study: Study, truth: Mapping[str, float]
) -> Iterator[dict[str, object]]:
    """What the estimate of cycle time is made of: the mean of A and B, and the symmetric design."""
    cohort = material.cohort(OVERALL)
    result = fit_cycle_time(cohort, HEADLINE_MONTHS["pr_cycle_time"])
    if isinstance(result, Refusal):
        return
    both = result.combined
    one, other, third = both.design_a, both.design_b, both.symmetric
    mean = (one.estimate + other.estimate) / 2, (one.standard_error + other.standard_error) / 2
    mentees = int((third.used & cohort.designs["b"].flag("is_mentee")).sum())
    for name, (estimate, error), degrees in (
        ("mean of A and B", mean, min(one.degrees, other.degrees)),
        ("symmetric", (third.estimate, third.standard_error), third.degrees),
    ):
        reach = critical_value(study.alpha, degrees) * error
        yield {
            "outcome": "pr_cycle_time",
            "estimator": name,
            "error": estimate - truth["pr_cycle_time"],
            "half_width": reach,
            "is_alarm": abs(estimate) > reach,
            "mentees": mentees,
        }


def run(plan: Sequence[str], kept: Path) -> None:
    """Run what is missing of each job, keeping every replication."""
    kept.mkdir(parents=True, exist_ok=True)
    statements, connection = compile_statements(only_all=False), connect()
    alone = leave_groups_out(statements)
    for job in plan:
        name, engineers, count = job.split(":")
        path = kept / f"{name}-{engineers}.csv"
        done = pd.read_csv(path) if path.exists() else pd.DataFrame({"seed": []})
        seeds = sorted(set(range(int(count))) - set(done["seed"].astype(int)))
        for place, seed in enumerate(seeds, start=1):
            if name == GROUPS:
                frames, _, as_of = draw("none", int(engineers), seed)
                study = Study(as_of, follow_up_months=(6, 12))
                found = search_groups(connection, statements, frames, study)
                frame = pd.DataFrame([{"seed": seed, **found}])
            else:
                published = seed >= FULL_RUNS
                records = replicate(connection, alone, name, int(engineers), seed, published)
                frame = pd.DataFrame(records, columns=_COLUMNS)
            frame.to_csv(path, mode="a", header=not path.exists(), index=False)
            if place % 20 == 0 or place == len(seeds):
                print(f"{job}: {place} of {len(seeds)}", flush=True)


_COLUMNS = [
    "seed",
    "outcome",
    "estimator",
    "error",
    "half_width",
    "is_alarm",
    "mentees",
    "verdict",
    "control",
    "designs",
    "dip",
    "balance",
    "sql",
    "statistics",
]


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the table."""

    outcome: str
    estimator: str
    runs: int
    bias: float
    bias_error: float
    deviation: float
    half_width: float
    coverage: float
    alarms: float


def summarise(frame: pd.DataFrame) -> list[Line]:
    """Bias, spread, width, coverage and alarms by outcome and estimator."""
    lines = []
    shown = frame[frame["mentees"].fillna(0) >= ENOUGH]
    for (outcome, estimator), group in shown.groupby(["outcome", "estimator"], sort=True):
        group = group.dropna(subset=["error"])
        if group.empty:
            continue
        error, half_width = group["error"], group["half_width"]
        lines.append(
            Line(
                str(outcome),
                str(estimator),
                len(group),
                float(error.mean()),
                float(error.std() / np.sqrt(len(group))),
                float(error.std()),
                float(half_width.mean()),
                float((error.abs() <= half_width).mean()),
                float(group["is_alarm"].astype(bool).mean()),
            )
        )
    return lines


def report(kept: Path) -> str:
    """The whole page."""
    paths = sorted(kept.glob("*.csv"), key=_order)
    parts = [_HEAD, f"Machine: {machine()}. One process, one thread.\n", _summary(paths)]
    for path in paths:
        name, _, engineers = path.stem.rpartition("-")
        frame = pd.read_csv(path)
        describe = _group_section if name == GROUPS else _section
        parts.append(describe(name, int(engineers), frame))
    parts.append(report_new_hires((ROOT / "bench" / "designs.md").read_text(encoding="utf-8")))
    return "\n".join(parts)


def _summary(paths: Sequence[Path]) -> str:
    """Coverage of the four headline outcomes, and how often any is called better or worse."""
    outcomes = ("pr_cycle_time", "incident_rate", "retention", "promotion")
    lines = [
        "Coverage of what is published, and organisations with any verdict of better or worse:\n",
        "| scenario | people | organisations | " + " | ".join(outcomes) + " | any verdict |",
        "|---|---|---|" + "---|" * (len(outcomes) + 1),
    ]
    for path in paths:
        name, _, engineers = path.stem.rpartition("-")
        if name == GROUPS:
            continue
        frame = pd.read_csv(path)
        runs = frame["seed"].nunique()
        covered = {
            line.outcome: f"{line.coverage:.1%}"
            for line in summarise(frame)
            if line.estimator == "matched"
        }
        decided = frame[frame["verdict"].isin(["better", "worse"])]["seed"].nunique() / runs
        shares = [covered.get(outcome, "") for outcome in outcomes]
        lines.append(
            f"| {name.replace('_', ' ')} | {int(engineers):,} | {runs} | "
            f"{' | '.join(shares)} | {decided:.1%} |"
        )
    return "\n".join(lines) + "\n"


def _order(path: Path) -> tuple[int, int, str]:
    name, _, engineers = path.stem.rpartition("-")
    known = [job.split(":")[0] for job in PLAN]
    return known.index(name) if name in known else 99, -int(engineers), name


def _section(name: str, engineers: int, frame: pd.DataFrame) -> str:
    runs = frame["seed"].nunique()
    headline = frame[frame["verdict"].notna()]
    decided = headline[headline["verdict"].isin(["better", "worse"])]
    any_verdict = decided["seed"].nunique() / runs
    lines = [
        f"## {name.replace('_', ' ')}, {engineers:,} people, {runs} organisations\n",
        f"Mentees compared: {headline['mentees'].mean():.0f}. "
        f"A headline verdict of better or worse: {any_verdict:.1%} of organisations. "
        f"SQL {frame['sql'].mean():.2f} s, all statistics for everyone together "
        f"{frame['statistics'].mean():.2f} s a run.\n",
        "| outcome | estimator | runs | bias | ± | spread | half width | coverage | alarms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for line in summarise(frame):
        bold = "**" if line.estimator == "matched" else ""
        lines.append(
            f"| {line.outcome} | {bold}{line.estimator}{bold} | {line.runs} | {line.bias:+.3f} | "
            f"{line.bias_error:.3f} | {line.deviation:.3f} | {line.half_width:.3f} | "
            f"{line.coverage:.1%} | {line.alarms:.1%} |"
        )
    lines.append("\n| outcome | " + " | ".join(_VERDICTS) + " |")
    lines.append("|---|" + "---|" * len(_VERDICTS))
    for outcome, group in headline.groupby("outcome", sort=True):
        shares = [f"{(group['verdict'] == verdict).mean():.0%}" for verdict in _VERDICTS]
        lines.append(f"| {outcome} | " + " | ".join(shares) + " |")
    once = headline.drop_duplicates("seed")
    checks = ", ".join(
        f"{words} {(once[column] == status).mean():.0%}"
        for column, status, words in (
            ("control", "fail", "negative control fails"),
            ("designs", "fail", "designs disagree"),
            ("dip", "warn", "slow spell found"),
            ("balance", "fail", "balance red"),
        )
    )
    lines.append(f"\nChecks: {checks}.\n")
    return "\n".join(lines)


def _group_section(name: str, engineers: int, frame: pd.DataFrame) -> str:
    tests = frame["tests"].sum()
    lines = [
        f"## {name}, no effect, {engineers:,} people, {len(frame)} organisations\n",
        f"{frame['groups'].mean():.0f} headline estimates of groups with enough data each.\n",
        "| what is found where nothing happens | share |",
        "|---|---|",
        f"| organisations with a plain interval without zero | {frame['plain'].mean():.0%} |",
        f"| organisations with a group better or worse | {frame['published'].mean():.0%} |",
        f"| tests of a dimension below 5 % | {frame['rejected'].sum() / tests:.1%} |",
        f"| tests below 2 % after Holm, as used | {frame['rejected_holm'].sum() / tests:.1%} |\n",
    ]
    return "\n".join(lines)


_VERDICTS = ("better", "worse", "no_clear_difference", "not_comparable", "not_enough_data")
_HEAD = """# How good the estimates are

Written by `make bench` (`bench/estimates.py`). Organisations are drawn by `synthetic`; each goes
through the project's own compiled SQL and all of `impact`. Bias, spread and widths of cycle time
and incident rate are on the log scale, of retention and promotion in shares, of employed months in
months. "Coverage" is the share of nominal 95 % intervals that hold the planted effect, among
organisations with 75 and more mentees compared; "alarms" the share of plain intervals that leave
out no effect, before Holm and the checks. Spread is the standard deviation of the errors; ± the
Monte Carlo error of the bias. `matched` is what is published. Beyond the first 40 organisations of
a row only the published estimator is run. `second` rows come from `second_world.py`, which shares
no line with `synthetic`.
"""


def main() -> None:
    """Run the plan and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plan", nargs="+", default=PLAN, metavar="SCENARIO:PEOPLE:RUNS")
    parser.add_argument("--kept", type=Path, default=KEPT)
    parser.add_argument("--report", action="store_true", help="only write the table")
    arguments = parser.parse_args()
    if not arguments.report:
        run(arguments.plan, arguments.kept)
    (ROOT / "bench" / "estimates.md").write_text(report(arguments.kept))


if __name__ == "__main__":
    main()
