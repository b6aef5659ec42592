"""Placebo draws: nobody real is drawn, nothing is found where nothing happened, errors widen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from impact.cohort import OVERALL
from impact.placebo import _draw, choose_draws, draw_placebos
from impact.placebo_results import Placebo, check_placebos, read_placebos
from impact.study import HEADLINE_MONTHS, Study
from impact.tables import make_fits
from tests.impact.conftest import AS_OF, Drawn, draw_frames

WIDE = Placebo("pr_cycle_time", 200, 0.0, 1.3, 1.1, 0.11)
FINE = Placebo("pr_cycle_time", 200, 0.0, 1.1, 0.98, 0.06)


@pytest.fixture(scope="module")
def treated() -> Drawn:
    """A large real effect, which no placebo may show."""
    return draw_frames(seed=12, cells=150, effect=-0.6)


def test_placebos_are_people_who_were_not_mentored_and_come_once(treated: Drawn) -> None:
    material = treated.material()
    real = material.cohort(OVERALL).designs["a"]
    rng = np.random.default_rng(5)
    placebo = _draw(material.cohort(OVERALL), rng).designs["a"]
    mentees = placebo.rows[placebo.flag("is_mentee")]
    assert mentees.size > 100
    assert not np.isin(mentees, real.rows[real.flag("is_mentee")]).any()
    assert not np.isin(placebo.rows, real.rows[real.flag("is_mentee")]).any()
    person = placebo.label("person_id")[placebo.flag("is_mentee")]
    assert np.unique(person).size == person.size


def test_who_was_drawn_is_compared_with_nobody_later(treated: Drawn) -> None:
    placebo = _draw(treated.material().cohort(OVERALL), np.random.default_rng(5)).designs["b"]
    person, month = placebo.label("person_id"), placebo.label("index_month")
    marked = placebo.flag("is_mentee")
    start = {int(p): int(m) for p, m in zip(person[marked], month[marked], strict=True)}
    late = [int(p) in start and m > start[int(p)] for p, m in zip(person, month, strict=True)]
    assert not any(late)


def test_nothing_is_found_where_nothing_happened(treated: Drawn) -> None:
    found = draw_placebos(treated.material(), 40, np.random.default_rng(2), tuple(HEADLINE_MONTHS))
    assert {one.outcome for one in found} == set(HEADLINE_MONTHS)
    for one in found:
        assert one.draws >= 20
        assert one.alarms <= 0.25
        assert one.ratio_low < one.ratio
    cycle = next(one for one in found if one.outcome == "pr_cycle_time")
    assert abs(cycle.mean) < 0.1


def test_the_same_seed_gives_the_same_figures(treated: Drawn) -> None:
    twice = [
        draw_placebos(treated.material(), 3, np.random.default_rng(7), ("retention",))
        for _ in range(2)
    ]
    assert twice[0] == twice[1]


def test_only_a_ratio_surely_above_one_widens() -> None:
    assert (WIDE.widening, FINE.widening) == (1.3, 1.0)
    assert [one.status for one in check_placebos([WIDE, FINE])] == ["warn", "ok"]
    assert "widened by 1.30" in check_placebos([WIDE])[0].sentence
    assert check_placebos([])[0].status == "not_checked"


def test_widening_reaches_the_matched_errors_of_its_outcome_alone(treated: Drawn) -> None:
    material = treated.material()
    plain = make_fits(material, Study(AS_OF))
    wide = make_fits(material, Study(AS_OF, placebos=(WIDE,)))
    ratio = wide["standard_error"] / plain["standard_error"]
    hit = (plain["outcome"] == "pr_cycle_time") & (plain["comparison"] == "matched")
    assert ratio[hit].dropna().tolist() == pytest.approx([1.3] * int(ratio[hit].notna().sum()))
    assert ratio[~hit].dropna().tolist() == pytest.approx([1.0] * int(ratio[~hit].notna().sum()))
    assert wide["effect"].equals(plain["effect"])


def test_kept_values_are_read_back() -> None:
    assert read_placebos([dataclasses.asdict(WIDE)]) == (WIDE,)


def test_large_organisations_get_fewer_draws(treated: Drawn) -> None:
    material = treated.material()
    assert choose_draws(material) == 200
