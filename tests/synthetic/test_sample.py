"""The committed sample is what its generator writes, and is worth showing."""

import gzip
import json
from pathlib import Path

import pytest

from synthetic.exports import SAMPLE_ENGINEERS, SAMPLE_MONTHS, SAMPLE_SEED, make_sample

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
