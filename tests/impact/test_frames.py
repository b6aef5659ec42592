"""Results survive the way into a frame and back, also when there are none."""

import dataclasses
import datetime as dt

import pytest

from impact.checks import Check
from impact.cohort import OVERALL, Segment
from impact.frames import from_frame, to_frame
from impact.judge import Judged
from impact.rows import Row


def test_rows_come_back_as_they_were():
    row = Row("retention", "months", "naive", 12, "level", "L1", effect=0.5, n_mentored=7)
    assert from_frame(Row, to_frame(Row, [row])) == [row]


def test_segments_become_two_columns_and_come_back():
    check = Check("dip", "pr_cycle_time", Segment("level", "L1"), None, 1.0, "warn", "So.")
    frame = to_frame(Check, [check])
    assert frame.loc[0, ["segment_dimension", "segment_value"]].tolist() == ["level", "L1"]
    assert from_frame(Check, frame) == [check]


@pytest.mark.parametrize("kind", [Row, Check, Judged])
def test_empty_frames_have_the_types_of_full_ones(kind):
    frame = to_frame(kind, [])
    assert len(frame) == 0
    assert "object" not in {str(dtype) for dtype in frame.dtypes}


def test_dates_and_flags_have_their_own_types():
    dtypes = to_frame(Judged, []).dtypes.astype(str)
    assert dtypes["decidable_on"] == "datetime64[s]"
    assert dtypes["is_headline"] == "boolean"
    assert dtypes["n_mentored"] == "Int64"


def test_fields_can_be_left_out():
    assert "value" not in to_frame(Check, [], drop=("value",)).columns


def test_unknown_annotation_is_an_error():
    kind = dataclasses.make_dataclass("Odd", [("what", "list[int] | None")])
    with pytest.raises(TypeError, match="no column type"):
        to_frame(kind, [])


def test_a_day_is_a_day():
    kind = dataclasses.make_dataclass("Dated", [("on", dt.date)])
    frame = to_frame(kind, [kind(dt.date(2026, 2, 28))])
    assert frame["on"].dt.date.tolist() == [dt.date(2026, 2, 28)]
    assert Segment("all", "all") == OVERALL
