"""How often some group looks different where mentoring changes nothing for anybody.

Each organisation is modelled and estimated with all of its groups. Counted are organisations in
which a plain interval of any group leaves out no effect, those in which a group is published as
better or worse, and dimensions whose test rejects.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd
from replications import Statement, build_frames

from impact.frames import from_frame
from impact.judge import Judged, SegmentTest
from impact.reading import read_material, read_pools
from impact.study import Study
from impact.tables import (
    make_balance,
    make_checks,
    make_estimates,
    make_fits,
    make_segment_tests,
)


def search_groups(
    connection: duckdb.DuckDBPyConnection,
    statements: Sequence[Statement],
    frames: dict[str, pd.DataFrame],
    study: Study,
) -> dict[str, object]:
    """Estimate one organisation with its groups and count what looks like a difference."""
    build_frames(connection, frames, statements)
    material = read_material(
        connection.table("int_index_rows"),
        connection.table("int_index_outcomes"),
        connection.table("int_matched_rows"),
        connection.table("int_mentee_segments"),
    )
    fits = make_fits(material, study)
    balance = make_balance(material, read_pools(connection.table("int_pool_rows")))
    checks = make_checks(material, fits, balance, study)
    tests = make_segment_tests(fits, study)
    rows = [
        row
        for row in from_frame(Judged, make_estimates(fits, checks, tests, study))
        if row.comparison == "matched" and row.is_headline and row.segment_dimension != "all"
    ]
    tested = from_frame(SegmentTest, tests)
    judged = [row for row in rows if row.p_value is not None]
    return {
        "groups": len(judged),
        "plain": any((row.p_value or 1.0) < 1 - study.confidence for row in judged),
        "published": any(row.verdict in ("better", "worse") for row in judged),
        "tests": len(tested),
        "rejected": sum(test.p < 1 - study.confidence for test in tested),
        "rejected_holm": sum(test.p_holm < 0.02 for test in tested),
    }
