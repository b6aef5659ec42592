"""The committed sample is what its generator writes, and is worth showing."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthetic.exports import (
    SAMPLE_ENGINEERS,
    SAMPLE_MONTHS,
    SAMPLE_SEED,
    draw_sample,
    make_sample,
)
from synthetic.truth import begun

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((SAMPLE / "truth.json").read_text())


def files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def content(path: Path) -> bytes:
    # Two builds of zlib may pack the same bytes differently.
    read = path.read_bytes()
    return gzip.decompress(read) if path.suffix == ".gz" else read


def test_committed_sample_is_what_the_generator_writes(tmp_path):
    make_sample(SAMPLE_ENGINEERS, SAMPLE_MONTHS, SAMPLE_SEED, tmp_path / "sample")
    assert files(tmp_path / "sample") == files(SAMPLE)
    for name in files(SAMPLE):
        assert content(SAMPLE / name) == content(tmp_path / "sample" / name), name


def test_sample_is_under_six_megabytes():
    assert sum((SAMPLE / name).stat().st_size for name in files(SAMPLE)) < 6_000_000


def test_sample_is_large_enough_to_decide_something(truth):
    assert truth["counts"]["engineers"] >= 600
    assert truth["parameters"]["months"] == 30
    assert truth["counts"]["mentees_with_baseline"] >= 180
    decidable = set(truth["expected"]["decidable"])
    assert decidable
    assert decidable < {"pr_cycle_time", "incident_rate", "promotion", "retention"}


def test_naive_comparison_of_the_sample_is_visibly_wrong(truth):
    planted = truth["planted"]["pr_cycle_time"]["effect"]
    assert truth["naive"]["pr_cycle_time"] > planted + 0.1


def test_answers_of_mentees_rise_by_what_was_planted(truth):
    organisation, _ = draw_sample(SAMPLE_ENGINEERS, SAMPLE_MONTHS, SAMPLE_SEED)
    mentees = begun(organisation)
    start = organisation.calendar.dates(organisation.careers.start_day)
    landmark = pd.Series(
        (start[mentees].astype("datetime64[M]") + 1).astype("datetime64[D]"),
        index=organisation.people["employee_id"].to_numpy()[mentees],
    )
    answers = pd.read_csv(SAMPLE / "hris" / "engagement.csv.gz", parse_dates=["at"])
    answers = answers[
        answers["employee_id"].isin(landmark.index[~landmark.index.duplicated(False)])
    ]
    is_after = answers["at"] >= answers["employee_id"].map(landmark)
    means = answers.groupby([answers["employee_id"], is_after])["value"].mean().unstack()
    change = (means[True] - means[False]).dropna()
    error = change.std() / np.sqrt(len(change))
    assert change.mean() == pytest.approx(truth["planted"]["engagement"]["effect"], abs=3 * error)
    assert error < 0.5
