"""A refresh says at which step the last participant was lost."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from pipeline.turnout import why_nobody

STEPS = ("exported", "began", "in_population", "has_baseline", "matched")


def reason(*counts: int) -> str | None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table rpt_participant_flow (segment_dimension varchar, step varchar, n integer)"
        )
        rows = [("all", step, n) for step, n in zip(STEPS, counts, strict=False)]
        if rows:
            connection.executemany("insert into rpt_participant_flow values (?, ?, ?)", rows)
        return why_nobody(connection, date(2026, 6, 30), date(2024, 1, 5))


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((), "mentorship/ names no mentee"),
        ((140, 0, 0, 0, 0), "of 140 mentees none had begun by 2026-06-30"),
        ((140, 139, 0, 0, 0), "not yet mentored when the data begin (2024-01-05)"),
        ((140, 139, 1, 0, 0), "of 1 mentee none was employed, and has data, for the three months"),
        ((140, 139, 130, 120, 0), "of 120 mentees none is like somebody unmentored"),
    ],
)
def test_the_step_at_which_nobody_is_left_is_named(counts: tuple[int, ...], told: str) -> None:
    said = reason(*counts)
    assert said is not None
    assert said.startswith("nobody is compared: ")
    assert told in said


def test_nothing_is_said_where_somebody_is_compared() -> None:
    assert reason(140, 139, 130, 120, 3) is None
