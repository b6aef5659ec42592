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

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from publishing import (  # noqa: E402
    Model,
    Seen,
    compile_project,
    refreshes,
    write_exports,
)

from pipeline.published import TABLES  # noqa: E402
from pipeline.settings import SETTINGS_NAME, load_settings  # noqa: E402
from tests.privacy import published_attack as attacks  # noqa: E402
from tests.privacy.programme_attack import (  # noqa: E402
    attack_next_programme,
    attack_programme,
)
from tests.privacy.published_attack import Tally  # noqa: E402

MINIMUM = attacks.MINIMUM
SMALLEST, LARGEST = 30, 3000
FIRST_SEED = 70_000
#: Tables of which the page says how much is hidden.
COUNTED = (
    "impact_estimates",
    "survival_curves",
    "outcome_distribution",
    "balance",
    "sensitivity",
    "participant_flow",
    "programme_health",
    "access",
    "team_outcomes",
)


def drawn(seed: int) -> tuple[int, int, float]:
    """Draw an organisation's size, of 30 to 3,000 people, its months and its share of mentees."""
    rng = np.random.default_rng([FIRST_SEED, seed])
    size = int(10 ** rng.uniform(np.log10(SMALLEST), np.log10(LARGEST)))
    return size, int(rng.integers(24, 37)), float(rng.uniform(0.15, 0.6))


def compiled() -> list[Model]:
    """Compile the project once, under the settings that every organisation of the sample has."""
    with tempfile.TemporaryDirectory() as folder:
        write_exports(0, SMALLEST, 24, 0.3, Path(folder) / "exports")
        given = load_settings(Path(folder) / "exports" / SETTINGS_NAME)
        return compile_project(given, Path(folder))


def attack(seen: Sequence[Seen]) -> Tally:
    """Run every attack on the snapshots of one organisation."""
    tally = Tally()
    pairs = [
        list(zip(one.reports["impact_estimates"], one.shown["impact_estimates"], strict=True))
        for one in seen
    ]
    first = seen[0]
    # Alone the first snapshot is attacked: nothing in it stands from another day.
    attacks.attack_people(pairs[0], tally)
    attacks.attack_shared_counts(pairs[0], tally)
    attacks.attack_events(pairs[0], tally)
    name = "outcome_distribution"
    attacks.attack_bins([*zip(first.reports[name], first.shown[name], strict=True)], tally)
    attacks.attack_series(first.reports["impact_series"], first.shown["impact_series"], tally)
    attacks.count_exposed(pairs[0], tally)
    attack_programme(first.reports, first.shown, first.populations, tally)
    for before, after in itertools.pairwise(pairs):
        for name in ("events_mentored", "events_comparison", "n_mentored", "n_comparison"):
            attacks.attack_two_looks(before, after, tally, name)
    for one, other in itertools.pairwise(seen):
        snapshots = (one.reports, one.shown), (other.reports, other.shown)
        attack_next_programme(*snapshots, other.populations, tally)
    for name in COUNTED:
        figures, rows = TABLES[name].figures, first.shown[name]
        tally.cells[name] += len(rows)
        tally.hidden[name] += sum(all(row[one] is None for one in figures) for row in rows)
    return tally


def before_month(day: dt.date) -> dt.date:
    """Give the last day of the month before."""
    return day.replace(day=1) - dt.timedelta(days=1)


def attack_organisation(
    models: Sequence[Model], seed: int, snapshots: int = 2
) -> tuple[Tally, int]:
    """Draw, publish month by month and attack one organisation; give also its size."""
    size, months, enrolment = drawn(seed)
    with tempfile.TemporaryDirectory() as folder:
        exports = Path(folder) / "exports"
        days = [write_exports(seed, size, months, enrolment, exports)]
        while len(days) < snapshots:
            days.insert(0, before_month(days[0]))
        given = load_settings(exports / SETTINGS_NAME)
        return attack([*refreshes(models, given, exports, days)]), size


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
    models = compiled()
    for seed in seeds:
        if seed in done:
            continue
        began = time.perf_counter()
        tally, size = attack_organisation(models, seed)
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
    "people: n": "mentees of a group in a month around the start, under the minimum",
    "events": "people with the event, fewer than five",
    "bins": "mentees in a bin of a distribution, fewer than five",
    "programme: people": "people of a measure of the programme in a month, under the minimum",
    "programme: with": "of them those with what is measured, fewer than five",
    "programme: without": "of them those without it, fewer than five",
    "programme: parts": "pairs that ended early for one reason, from the other reasons",
    "months": "people whom a month added to a measure over twelve months, fewer than five",
    "began in a month": "people who began to be mentored within a month, fewer than five",
    "linked: people": "people of a measure of the programme, from groups of other dimensions",
    "linked: with": "of them those with what is measured",
    "linked: without": "of them those without it",
    "linked: n_mentored": "mentees of a group, from groups of other dimensions",
    "linked: n_mentored_eligible": "mentees who could have been matched, from the same",
    "linked: n_comparison": "comparison people of a group, from the same",
    "linked: events_mentored": "mentees with the event, from the same",
    "linked: events_comparison": "comparison people with the event, from the same",
    "linked: bins": "mentees or comparison people in a bin, from the same",
    "linked: flow": "mentees at a step of the way, from the same",
    "linked: access": "people of a reporting group, from the others",
    "besides: people": "people of a measure in a group besides the groups that lie within it",
    "besides: with": "of them those with what is measured",
    "besides: without": "of them those without it",
    "besides: n_mentored": "mentees of a group besides the groups that lie within it",
    "besides: n_mentored_eligible": "mentees who could have been matched, of the same",
    "besides: n_comparison": "comparison people, of the same",
    "besides: events_mentored": "mentees with the event, of the same",
    "besides: events_comparison": "comparison people with the event, of the same",
    "besides: bins": "mentees or comparison people in a bin, of the same",
    "besides: flow": "mentees at a step of the way, of the same",
    "access: people": "people of a reporting group or a crossing, under the minimum",
    "access: with": "of them those who began to be mentored, fewer than five",
    "flow": "mentees of a group at a step of the way, under the minimum",
    "teams": "people of a third of the teams, under the minimum",
    "teams left out": "people of teams that a measure leaves out, under the minimum",
    "two snapshots: events_mentored": "mentees with the event since the snapshot before",
    "two snapshots: events_comparison": "comparison people with the event since",
    "two snapshots: n_mentored": "mentees who came or went since",
    "two snapshots: n_comparison": "comparison people who came or went since",
    "two snapshots: programme, people": "people of a measure who came or went since",
    "two snapshots: programme, with": "of them those with what is measured",
    "two snapshots: programme, without": "of them those without it",
    "two snapshots: access, people": "people of a reporting group who came or went since",
    "two snapshots: flow, people": "mentees at a step of the way who came or went since",
    "two snapshots: linked, people": "mentees who came or went, from groups of other dimensions",
    "two snapshots: linked, events": "mentees with the event since, from the same",
}


def write_up(records_: Sequence[Mapping[str, Any]], sample: Sequence[tuple[Any, ...]]) -> str:
    """Write the page."""
    total = Tally()
    for record in records_:
        total += Tally(
            *(Counter(record[name]) for name in ("attacked", "recovered", "exposed")),
            *(Counter(record[name]) for name in ("cells", "hidden")),
            list(record["found"]),
            Counter(record["beforehand"]),
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
        f"\nGroups that follow from the total alone for who knows so much of who is where, told or "
        f"not, are no part of these: {total.beforehand.total():,}.",
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

Written by `make bench` (`bench/privacy.py`). Organisations of the sample's kind are drawn by
`synthetic`, written as exports and loaded; every model runs on them as of two months' ends, and the
publisher makes two snapshots of it, as in two refreshes of one warehouse. The attacker knows the
rules and which model a programme has, has both snapshots, and solves for whole numbers
(`tests/privacy`): from totals, windows, months, other outcomes, levels, rates, ratios and counts,
and from groups of other dimensions: it is known which two groups nobody was ever in together, and
of up to nine strays, one person in twenty at most, where they are (of each table one group, of a
measure one month in six, of two snapshots one table in three). A
group counts as recovered if fewer than ten sizes are possible for its people, or fewer than five
for events and changes. Small organisations weigh most here, and nearly all of their groups are
small: that is why so much of them is hidden.
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
