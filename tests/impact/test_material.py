"""Frames are cut into the right segments, and the documented columns are the real ones."""

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from impact.balance import Balance
from impact.checks import Check
from impact.cohort import OVERALL, Segment, count_people, split_cohorts, to_table
from impact.curves import CurvePoint
from impact.distribution import BinShare
from impact.event_study import Month
from impact.frames import to_frame
from impact.judge import Judged, SegmentTest
from impact.material import gather
from impact.reading import read_panel, read_pools
from impact.rows import Row
from impact.sensitivity import Sensitivity
from impact.supporting_verdicts import Supported

ESTIMATES = Path(__file__).resolve().parents[2] / "models" / "marts" / "impact" / "_estimates.yml"
FRAMES = {
    "fct_impact_fits": to_frame(Row, []),
    "rpt_impact_estimates": to_frame(Judged, []),
    "rpt_supporting_estimates": to_frame(Supported, []),
    "rpt_survival_curves": to_frame(CurvePoint, []),
    "rpt_balance": to_frame(Balance, []),
    "rpt_trust_checks": to_frame(Check, []),
    "rpt_sensitivity": to_frame(Sensitivity, []),
    "rpt_segment_tests": to_frame(SegmentTest, []),
    "rpt_outcome_distribution": to_frame(BinShare, []),
    "rpt_impact_series": to_frame(Month, [], drop=("effect", "influence")).assign(comparison=""),
}


@pytest.mark.parametrize("model", FRAMES)
def test_every_column_of_a_model_is_documented_and_none_besides(model):
    documented = {
        entry["name"]: [column["name"] for column in entry["columns"]]
        for entry in yaml.safe_load(ESTIMATES.read_text())["models"]
    }
    assert sorted(documented[model]) == sorted(FRAMES[model].columns)


def test_all_models_of_the_page_are_tested_here():
    models = {entry["name"] for entry in yaml.safe_load(ESTIMATES.read_text())["models"]}
    assert models == set(FRAMES)
    assert {path.stem for path in ESTIMATES.parent.glob("*.py")} == models


def test_person_groups_split_both_arms_and_programmes_keep_everyone_unmentored(drawn):
    people = drawn.people.assign(
        organisation=np.where(drawn.people["person_id"] % 2, "One", "Two"),
        program=np.where(
            drawn.people["is_ever_mentored"],
            np.where(drawn.people["person_id"] % 3 > 0, "Compass", "Peak"),
            None,
        ),
    )
    material = replace(drawn, people=people).material()
    mentored = people["is_ever_mentored"]
    one = material.people[Segment("organisation", "One")]
    assert len(one) == (people["organisation"] == "One").sum()
    compass = material.people[Segment("program", "Compass")]
    assert len(compass) == (people["program"] == "Compass").sum() + (~mentored).sum()
    assert compass.flag("is_ever_mentored").sum() == (people["program"] == "Compass").sum()
    assert len(material.people[OVERALL]) == len(people)


def test_people_outside_a_reporting_group_are_unknown(drawn):
    groups = pd.DataFrame(
        {
            "person_id": drawn.people["person_id"][:50],
            "segment_dimension": "gender",
            "segment_value": "woman",
        }
    )
    material = gather(drawn.index_rows, drawn.matched, drawn.mentee_segments, drawn.people, groups)
    assert len(material.people[Segment("gender", "woman")]) == 50
    assert len(material.people[Segment("gender", "unknown")]) == len(drawn.people) - 50


def test_matched_rows_of_another_run_are_an_error(drawn):
    table = to_table(drawn.index_rows)
    with pytest.raises(ValueError, match="two runs"):
        split_cohorts(table, drawn.matched.assign(index_row_id=1))


def test_segments_without_a_match_still_have_rows(drawn):
    extra = pd.DataFrame(
        {
            "segment_dimension": "level",
            "segment_value": "L9",
            "index_row_id": drawn.mentee_segments["index_row_id"][:3],
        }
    )
    segments = pd.concat([drawn.mentee_segments, extra])
    material = replace(drawn, mentee_segments=segments).material()
    assert Segment("level", "L9") in material.segments
    assert material.cohort(Segment("level", "L9")).designs == {}
    assert material.eligible(Segment("level", "L9")) == 3
    assert material.eligible(Segment("level", "nobody")) == 0


def test_people_are_counted_once():
    assert count_people(np.array([3, 3, 0, 7])) == 3
    assert count_people(np.array([], dtype=np.int64)) == 0


class Recorded:
    """A relation that keeps what was asked of it."""

    def __init__(self, asked=()):
        self.asked = asked

    def filter(self, condition):
        return Recorded((*self.asked, condition))

    def project(self, columns):
        return Recorded((*self.asked, columns))

    def df(self):
        return self.asked


@pytest.fixture
def pools():
    pools = pd.DataFrame(
        {
            "pool_dimension": ["level", "all", "level", "level"],
            "pool_value": ["L2", "all", None, "L1"],
            "index_row_id": [4, 3, 2, 1],
            "is_mentee": [False, False, False, True],
        }
    )
    return duckdb.connect().from_df(pools)


def test_texts_are_read_as_categories_and_none_is_lost(pools):
    read = read_pools(pools).sort_values("index_row_id")
    assert list(read.columns) == ["index_row_id", "pool_dimension", "pool_value"]
    assert [str(kind) for kind in read.dtypes] == ["int64", "category", "category"]
    assert read["pool_dimension"].tolist() == ["level", "all", "level"]
    assert read["pool_value"].astype(object).fillna("none").tolist() == ["none", "all", "L2"]


def test_texts_are_read_where_there_is_no_row(pools):
    read = read_pools(pools.filter("index_row_id > 9"))
    assert len(read) == 0
    assert list(read["pool_value"].unique()) == []


def test_only_needed_rows_and_columns_are_read():
    assert read_panel(Recorded())[0] == "is_git_observed and is_in_population"


def test_what_a_segment_gathered_is_let_go_and_made_anew(drawn):
    material = drawn.material()
    table = material.cohort(OVERALL).designs["a"]
    before = table.number("tenure_months")
    material.forget(OVERALL)
    assert table.number("tenure_months") is not before
    assert np.array_equal(table.number("tenure_months"), before)
