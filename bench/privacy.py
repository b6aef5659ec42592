"""How much an attacker gets out of what is published, and how much is hidden to prevent it.

Random organisations go through the project's own compiled SQL and statistics as of two days a month
or more apart, and through disclosure control as in two refreshes of one warehouse. The attacks of
`tests/privacy` are then run on both snapshots. Writes `bench/privacy.md`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from replications import (  # noqa: E402
    WANTED,
    Statement,
    build_frames,
    compile_statements,
    connect,
    given_frames,
)

from impact.reading import read_event_time, read_material, read_pools  # noqa: E402
from impact.study import Study  # noqa: E402
from impact.tables import (  # noqa: E402
    make_balance,
    make_checks,
    make_curves,
    make_distribution,
    make_estimates,
    make_fits,
    make_segment_tests,
    make_series,
)
from pipeline import privacy, successive  # noqa: E402
from pipeline.published import TABLES  # noqa: E402
from pipeline.told import Edition, Memory  # noqa: E402
from synthetic.organisation import simulate  # noqa: E402
from synthetic.parameters import scenario  # noqa: E402
from tests.privacy import published_attack as attacks  # noqa: E402
from tests.privacy.published_attack import Tally  # noqa: E402

Rows = list[dict[str, Any]]
MINIMUM = attacks.MINIMUM
SMALLEST, LARGEST = 30, 3000
FIRST_SEED = 70_000
GROUPED = ("fct_person_groups",)


def statements_of() -> list[Statement]:
    """Compile what an organisation goes through."""
    return compile_statements(only_all=False, wanted=(*WANTED, *GROUPED))


def draw_frames(seed: int) -> tuple[dict[str, pd.DataFrame], dt.date, int]:
    """Draw an organisation of 30 to 3,000 people; give its frames, its last day and its size."""
    rng = np.random.default_rng([FIRST_SEED, seed])
    size = int(10 ** rng.uniform(np.log10(SMALLEST), np.log10(LARGEST)))
    drawn = scenario(
        "random",
        engineers=size,
        months=int(rng.integers(24, 37)),
        enrolment=float(rng.uniform(0.15, 0.6)),
        organisations=int(rng.integers(2, 7)),
    )
    organisation = simulate(drawn, rng)
    return given_frames(organisation), organisation.parameters.end, size


def as_known_on(frames: Mapping[str, pd.DataFrame], day: dt.date) -> dict[str, pd.DataFrame]:
    """Cut an organisation's frames to what had happened by the end of a month."""
    cut = {name: frame.copy() for name, frame in frames.items()}
    starts = {
        "int_employment_spells": "starts_on",
        "int_person_months": "month",
        "int_job_states_classified": "valid_from",
        "int_mentorships_begun": "starts_on",
        "int_ratings_dated": "reviewed_on",
    }
    for name, column in starts.items():
        cut[name] = cut[name][cut[name][column] <= day].reset_index(drop=True)
    for name, columns in {
        "int_employment_spells": ("ends_on", "left_on"),
        "int_person_months": ("promoted_on", "left_on", "mentoring_started_on"),
        "int_ratings_dated": ("next_reviewed_on",),
    }.items():
        for column in columns:
            later = cut[name][column].map(lambda moment: moment is not None and moment > day)
            cut[name][column] = cut[name][column].mask(later, None)
    ends = cut["int_data_ends"]
    for column in ends.columns:
        if column.endswith("_end") or column == "as_of_date":
            ends[column] = [day]
    ends["git_last_month"] = [(day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)]
    months = cut["int_person_months"]
    months["is_git_observed"] = [month < day.replace(day=1) for month in months["month"]]
    return cut


def report(
    connection: duckdb.DuckDBPyConnection,
    statements: Sequence[Statement],
    frames: Mapping[str, pd.DataFrame],
    day: dt.date,
) -> dict[str, Rows]:
    """Model and estimate one organisation; give the reports with true counts."""
    build_frames(connection, frames, statements)
    study = Study(day)
    names = ("int_index_rows", "int_index_outcomes", "int_matched_rows", "int_mentee_segments")
    material = read_material(
        *(connection.table(name) for name in (*names, "fct_naive_people", "fct_person_groups"))
    )
    months = read_event_time(connection.table("fct_event_time"))
    fits = make_fits(material, study)
    balance = make_balance(material, read_pools(connection.table("int_pool_rows")))
    checks = make_checks(material, fits, balance, months, study)
    tests = make_segment_tests(fits, study)
    return {
        "impact_estimates": records(make_estimates(fits, checks, tests, study)),
        "survival_curves": records(make_curves(material, study)),
        "outcome_distribution": records(make_distribution(material, study)),
        "balance": records(balance),
        "trust_checks": records(checks),
        "segment_tests": records(tests),
        "impact_series": records(make_series(months, study)),
    }


def records(frame: pd.DataFrame) -> Rows:
    """Rows of a frame, with None for what is missing."""
    if frame.empty:
        return []
    found = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]


def publish(reports: Mapping[str, Rows], memory: Memory) -> dict[str, Rows]:
    """Give what is published of the reports after what was told before."""
    estimates = reports["impact_estimates"]
    hidden = privacy.decide(estimates, MINIMUM)
    tables: dict[str, Rows] = {
        "impact_estimates": privacy.impact_estimates(estimates, hidden, MINIMUM),
        "survival_curves": privacy.survival_curves(reports["survival_curves"], hidden, MINIMUM),
        "outcome_distribution": privacy.outcome_distribution(
            reports["outcome_distribution"], hidden
        ),
        "balance": privacy.balance(reports["balance"], hidden, MINIMUM),
        "impact_series": privacy.impact_series(reports["impact_series"], hidden, MINIMUM),
        "sensitivity": [],
        "return_estimates": [],
    }
    return successive.impact(tables, reports, memory)


def attack(seen: Sequence[tuple[Mapping[str, Rows], Mapping[str, Rows]]]) -> Tally:
    """Run every attack on the snapshots of one organisation."""
    tally = Tally()
    pairs = [
        list(zip(true["impact_estimates"], shown["impact_estimates"], strict=True))
        for true, shown in seen
    ]
    true, shown = seen[0]
    # Alone the first snapshot is attacked: nothing in it stands from another day.
    attacks.attack_people(pairs[0], tally)
    attacks.attack_events(pairs[0], tally)
    bins = list(zip(true["outcome_distribution"], shown["outcome_distribution"], strict=True))
    attacks.attack_bins(bins, tally)
    attacks.count_exposed(pairs[0], tally)
    for before, after in itertools.pairwise(pairs):
        for name in ("events_mentored", "events_comparison", "n_mentored", "n_comparison"):
            attacks.attack_two_looks(before, after, tally, name)
    for name in ("impact_estimates", "survival_curves", "outcome_distribution", "balance"):
        figures = TABLES[name].figures
        rows = shown[name]
        tally.cells[name] += len(rows)
        tally.hidden[name] += sum(all(row[one] is None for one in figures) for row in rows)
    return tally


def before_month(day: dt.date) -> dt.date:
    """Give the last day of the month before."""
    return day.replace(day=1) - dt.timedelta(days=1)


def attack_organisation(
    connection: duckdb.DuckDBPyConnection, statements: Sequence[Statement], seed: int
) -> tuple[Tally, int]:
    """Draw, publish twice and attack one organisation; give also its size."""
    frames, last, size = draw_frames(seed)
    first = last if (last + dt.timedelta(days=1)).day == 1 else before_month(last)
    before = before_month(first)
    memory = Memory(Edition(before, 0.95, MINIMUM))
    seen = []
    for day in (before, first):
        reports = report(connection, statements, as_known_on(frames, day), day)
        seen.append((reports, publish(reports, memory)))
    return attack(seen), size


def visible(warehouse: Path) -> tuple[int, int, int]:
    """Count a refreshed warehouse's rows of cycle time and incidents.

    Returns
    -------
    tuple
        Matched rows of groups with ten and more in each arm, those of them that are shown, and
        those of the shown that stand as an earlier snapshot told them.
    """
    snapshots = warehouse / "snapshots"
    name = (snapshots / "current").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        for alias, path in (("w", warehouse / "work.duckdb"), ("s", snapshots / name)):
            connection.execute(f"attach '{path}' as {alias} (read_only)")
        row = connection.execute(
            "select count(*), count(*) filter (where s.verdict <> 'suppressed'), "
            "count(*) filter (where s.verdict <> 'suppressed' and s.n_mentored is not null and "
            "abs(s.n_mentored - t.n_mentored) + abs(s.n_comparison - t.n_comparison) > 5) "
            "from w.rpt_impact_estimates as t join s.impact_estimates as s using "
            "(outcome, scale, comparison, follow_up_months, segment_dimension, segment_value) "
            "where outcome in ('pr_cycle_time', 'incident_rate') and comparison = 'matched' "
            "and t.n_mentored >= 10 and t.n_comparison >= 10"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])


def look_at_sample() -> list[tuple[str, int, int, int]]:
    """Refresh the sample as of two months' ends into one warehouse and count what is shown."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "warehouse"
        for day in ("2026-05-31", "2026-06-30"):
            command = [str(Path(sys.executable).parent / "mentorship"), "refresh", "--as-of", day]
            command += ["--exports", str(ROOT / "data" / "sample"), "--warehouse", str(warehouse)]
            environment = os.environ | {"KEY": str(Path(folder) / "key")}
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(done.stderr)
            found.append((day, *visible(warehouse)))
    return found


def run(seeds: Sequence[int], kept: Path) -> None:
    """Attack organisations that are not in the file of results yet, and add them to it."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    done = {record["seed"] for record in read(kept)}
    statements, connection = statements_of(), connect()
    for seed in seeds:
        if seed in done:
            continue
        began = time.perf_counter()
        tally, size = attack_organisation(connection, statements, seed)
        seconds = time.perf_counter() - began
        record = {"seed": seed, "size": size, "seconds": seconds, **vars(tally)}
        with kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def read(kept: Path) -> list[dict[str, Any]]:
    """Read the results so far."""
    if not kept.exists():
        return []
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


KINDS = {
    "people: n_mentored": "mentees of a group under the minimum",
    "people: n_comparison": "comparison people of a group under the minimum",
    "people: n_mentored_eligible": "mentees who could have been matched, under the minimum",
    "events": "people with the event, fewer than five",
    "bins": "mentees in a bin of a distribution, fewer than five",
    "two snapshots: events_mentored": "mentees with the event since the snapshot before",
    "two snapshots: events_comparison": "comparison people with the event since",
    "two snapshots: n_mentored": "mentees who came or went since",
    "two snapshots: n_comparison": "comparison people who came or went since",
}


def write_up(records_: Sequence[Mapping[str, Any]], sample: Sequence[tuple[Any, ...]]) -> str:
    """Write the page."""
    total = Tally()
    for record in records_:
        total += Tally(
            *(Counter(record[name]) for name in ("attacked", "recovered", "exposed")),
            *(Counter(record[name]) for name in ("cells", "hidden")),
            list(record["found"]),
        )
    sizes = sorted(int(record["size"]) for record in records_)
    lines = [
        _HEAD,
        f"{len(records_)} organisations of {sizes[0]:,} to {sizes[-1]:,} people "
        f"(median {sizes[len(sizes) // 2]:,}), two snapshots each.\n",
        "| what was attacked | groups | recovered |",
        "|---|---|---|",
        *(
            f"| {words} | {total.attacked[k]:,} | {total.recovered[k]} |"
            for k, words in KINDS.items()
        ),
        f"| **all** | **{total.attacked.total():,}** | **{total.recovered.total()}** |",
        f"\nFigures of fewer people than may be shown (person-level values among them): "
        f"{total.exposed.total()}.\n",
        "| first snapshot's table | rows | without figures |",
        "|---|---|---|",
        *(
            f"| {name} | {count:,} | {total.hidden[name] / count:.0%} |"
            for name, count in total.cells.items()
        ),
        "\nOn the sample, matched rows of cycle time and incidents of groups with ten and more "
        "people in each arm:\n",
        "| as of | rows | shown | of these clearly standing from the snapshot before |",
        "|---|---|---|---|",
        *(
            f"| {day} | {rows} | {shown} ({shown / rows:.0%}) | {stood} |"
            for day, rows, shown, stood in sample
        ),
    ]
    return "\n".join(lines) + "\n"


_HEAD = """# What an attacker gets

Written by `make bench` (`bench/privacy.py`). Organisations are drawn by `synthetic` and go through
the project's own compiled SQL, all of `impact` and disclosure control as of two months' ends, as in
two refreshes of one warehouse. The attacker knows the rules, has both snapshots, and solves for
whole numbers (`tests/privacy`): from totals, windows, other outcomes, levels and counts. A group
counts as recovered if fewer than ten sizes are possible for its people, or fewer than five for
events and changes. Small organisations weigh most here, and nearly all of their groups are small:
that is why so much of them is hidden.
"""


def main() -> None:
    """Attack, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, default=200)
    parser.add_argument("--kept", type=Path, default=ROOT / "build" / "privacy.jsonl")
    parser.add_argument("--report", action="store_true", help="only write the page")
    arguments = parser.parse_args()
    if not arguments.report:
        run(range(arguments.organisations), arguments.kept)
    page = write_up(read(arguments.kept), look_at_sample())
    (ROOT / "bench" / "privacy.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
