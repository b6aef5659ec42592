"""Time and memory of all estimates against one two-way fixed-effects fit of the same panel.

    python bench/speed.py [--engineers 10000] [--months 36]

Processor seconds of one thread, so that other work on the machine does not count. The fit is
pyfixest's `feols` of log cycle time on being mentored with person and month effects, compiled
before it is timed. Writes `bench/speed.md`.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd
import pyfixest
from processes import ROOT, machine
from replications import build_frames, compile_statements, connect, given_frames

from impact.reading import read_material
from impact.study import Study
from impact.tables import make_estimates, make_fits, make_segment_tests
from synthetic.organisation import scenario, simulate


def fit_two_way(panel: pd.DataFrame) -> float:
    """Processor seconds of the second of two fits."""
    merged = panel[panel["pr_merged_count"] > 0]
    data = pd.DataFrame(
        {
            "hours": merged["log_hours_sum"] / merged["pr_merged_count"],
            "mentored": merged["is_mentored"].astype(float),
            "person": merged["person_id"],
            "month": merged["month_number"],
        }
    )
    for _ in range(2):
        started = time.process_time()
        pyfixest.feols("hours ~ mentored | person + month", data, vcov={"CRV1": "person"})
    return time.process_time() - started


def main() -> None:
    """Draw, model, estimate, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engineers", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=36)
    arguments = parser.parse_args()
    parameters = scenario("effect", engineers=arguments.engineers, months=arguments.months)
    frames = given_frames(simulate(parameters, np.random.default_rng(1)))
    connection, statements = connect(), compile_statements(only_all=False)
    one_fit = fit_two_way(frames["int_person_months"])
    started = time.process_time()
    build_frames(connection, frames, statements)
    modelled = time.process_time()
    material = read_material(
        connection.table("int_index_rows"),
        connection.table("int_index_outcomes"),
        connection.table("int_matched_rows"),
        connection.table("int_mentee_segments"),
        connection.table("fct_naive_people"),
        connection.table("int_person_groups"),
    )
    study = Study(parameters.end)
    fits = make_fits(material, study)
    fitted = time.process_time()
    rows = make_estimates(
        fits, pd.DataFrame(columns=_CHECKS), make_segment_tests(fits, study), study
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    line = (
        f"{arguments.engineers:,} people x {arguments.months} months, {machine()}: SQL "
        f"{modelled - started:.1f} s, {len(rows):,} estimates of {len(material.segments)} groups "
        f"{fitted - modelled:.1f} s, one compiled two-way fit {one_fit:.2f} s "
        f"({(fitted - modelled) / one_fit:.0f} times; with SQL "
        f"{(fitted - started) / one_fit:.0f}), peak {peak:.2f} GiB"
    )
    print(line)
    (ROOT / "bench" / "speed.md").write_text(f"{_HEAD}\n{line}.\n")


_HEAD = """# Time and memory of the estimates

Written by `make bench` (`bench/speed.py`): processor seconds of one thread. Set is 40 times the
compiled two-way fit of log cycle time on the same panel, under 2 GB.
"""
_CHECKS = ["check", "outcome", "segment_dimension", "segment_value", "value", "threshold"]
_CHECKS += ["status", "sentence"]


if __name__ == "__main__":
    main()
