"""What of the programme's own measures is published, and what is held back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipeline import privacy, successive
from pipeline.linked import NO_LINKS, Links, Nest, Segment, blocks_of, find_links, nests_of
from pipeline.told import Edition, Memory
from pipeline.trailing import Windows

MONTH = date(2026, 5, 1)


def row(value: str, people: int, **more: Any) -> dict[str, Any]:
    dimension = "all" if value == "all" else "organisation"
    return {
        "measure": "cadence",
        "segment_dimension": dimension,
        "segment_value": value,
        "month": MONTH,
        "unit": "share",
        "direction": "higher",
        "scale_max": None,
        "target": None,
        "measure_value": 0.7777,
        "window_months": 1,
        "people_count": people,
        "people_with": None,
        "people_without": None,
    } | more


def published(*rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["segment_value"]: row for row in privacy.programme_health(rows, 10)}


def test_a_small_group_is_hidden_with_another_one_and_without_a_status() -> None:
    found = published(row("all", 63), row("A", 9), row("B", 24), row("C", 30, target=0.5))
    assert (found["all"]["value"], found["all"]["n"]) == (0.78, 65)
    assert found["A"]["value"] is found["A"]["n"] is None
    assert found["A"]["status"] == found["B"]["status"] == "suppressed"
    assert found["C"]["status"] == "on_target"


def test_a_share_that_few_have_or_lack_is_withheld_but_not_its_people() -> None:
    few = {"people_with": 4, "people_without": 26}
    most = {"people_with": 26, "people_without": 4}
    for share in (few, most):
        found = published(row("all", 30, **share))["all"]
        assert (found["value"], found["n"], found["status"]) == (None, 30, "suppressed")
    shown = published(row("all", 30, people_with=5, people_without=25))["all"]
    assert shown["value"] == 0.78


def test_a_withheld_share_does_not_follow_from_the_others() -> None:
    found = published(
        row("all", 90, people_with=24, people_without=66),
        row("A", 30, people_with=2, people_without=28),
        row("B", 30, people_with=10, people_without=20),
        row("C", 30, people_with=12, people_without=18),
    )
    withheld = [name for name, shown in found.items() if shown["value"] is None]
    assert len(withheld) == 2
    assert "A" in withheld


@pytest.mark.parametrize(
    ("direction", "value", "status"),
    [
        ("higher", 0.796, "on_target"),
        ("higher", 0.794, "needs_action"),
        ("lower", 0.804, "on_target"),
        ("lower", 0.806, "needs_action"),
    ],
)
def test_the_status_is_that_of_the_rounded_value(direction: str, value: float, status: str) -> None:
    found = published(row("all", 50, target=0.8, direction=direction, measure_value=value))
    assert found["all"]["status"] == status


def test_what_is_not_known_yet_has_no_status_of_its_own() -> None:
    found = published(row("all", 50, target=0.8, measure_value=None))["all"]
    assert (found["status"], found["value"], found["n"]) == ("not_known", None, 50)


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [("pairs", 83.0, 85), ("hours", 156.4, 160.0), ("days", 20.4, 20.0), ("sessions", 6.43, 6.4)],
)
def test_a_value_is_rounded_as_its_unit_is(unit: str, value: float, shown: float) -> None:
    assert published(row("all", 50, unit=unit, measure_value=value))["all"]["value"] == shown


def test_a_score_names_its_scale() -> None:
    found = published(row("all", 50, unit="score", scale_max=5.0, measure_value=3.94))["all"]
    assert (found["unit"], found["value"]) == ("of 5", 3.9)


def group(dimension: str, value: str, people: int, people_with: int = 0) -> dict[str, Any]:
    return {
        "measure": "participation",
        "segment_dimension": "all",
        "segment_value": "all",
        "group_dimension": dimension,
        "group_value": value,
        "rate": 0.3456,
        "rate_ratio": 1.2345,
        "ci_low": 0.9876,
        "ci_high": 1.5432,
        "people_count": people,
        "people_with": people_with or people // 2,
        "people_without": people - (people_with or people // 2),
    }


def access(*rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["group"]: row for row in privacy.access(rows, 10)}


def test_a_group_with_few_starts_keeps_its_size_but_not_its_rate() -> None:
    found = access(group("level", "L1", 40, 3), group("level", "L2", 60), group("level", "L3", 60))
    assert (found["L1"]["rate"], found["L1"]["rate_ratio"], found["L1"]["n"]) == (None, None, 40)
    assert sum(row["rate"] is None for row in found.values()) == 2
    shown = next(row for row in found.values() if row["rate"] is not None)
    assert (shown["rate"], shown["rate_ratio"], shown["ci_low"]) == (0.35, 1.23, 0.99)


def test_a_small_group_is_hidden_for_every_measure() -> None:
    groups = [group("level", f"L{number}", 30 + number) for number in range(4)]
    small = {**group("level", "L0", 9), "measure": "opportunities"}
    rows = [*groups, small]
    rows += [{**row, "measure": "opportunities"} for row in groups[1:]]
    hidden = {row["group"] for row in privacy.access(rows, 10) if row["n"] is None}
    assert len(hidden) == 2
    assert all(row["n"] is None for row in privacy.access(rows, 10) if row["group"] == "L0")


def test_a_hidden_crossing_does_not_follow_from_the_sums_over_either_group() -> None:
    sizes = {("x", "1"): 6, ("x", "2"): 40, ("x", "3"): 50}
    sizes |= {("y", "1"): 60, ("y", "2"): 70, ("y", "3"): 80}
    rows = [group("a × b", f"{one} × {two}", n) for (one, two), n in sizes.items()]
    hidden = {name for name, row in access(*rows).items() if row["n"] is None}
    assert "x × 1" in hidden
    for place in (0, 1):
        lines = [name.split(" × ")[place] for name in hidden]
        assert all(lines.count(line) >= 2 for line in lines)


def returned(**rows: tuple[float | None, int]) -> dict[str, dict[str, Any]]:
    true = [
        {"measure": measure, "unit": "EUR", "estimate": value, "ci_low": value, "ci_high": value,
         "people_count": people}
        for measure, (value, people) in rows.items()
    ]  # fmt: skip
    nothing: frozenset[privacy.Segment] = frozenset()
    hidden = privacy.Hidden(
        nothing,
        {privacy.Family("retention", "matched"): frozenset({privacy.Segment("all", "all")})},
        {},
    )
    return {row["measure"]: row for row in privacy.return_estimates(true, hidden, 10)}


def test_a_return_on_a_hidden_estimate_or_few_people_is_withheld() -> None:
    found = returned(
        net_return=(12345.0, 50), mentor_hours=(12345.0, 9), mentee_hours=(12345.0, 50)
    )
    assert found["net_return"]["estimate"] is found["net_return"]["ci_low"] is None
    assert found["mentor_hours"]["estimate"] is None
    assert found["mentee_hours"]["estimate"] == 12000.0


def test_a_price_is_the_settings_own_and_an_untold_return_says_why() -> None:
    found = returned(price_leaver=(12345.0, 3), waiting_hours=(None, 50))
    assert found["price_leaver"]["estimate"] == 12345.0
    assert "merge times" in found["waiting_hours"]["sentence"]


def team_rows(*teams: int) -> list[dict[str, Any]]:
    return [
        {"measure": "change_failure_share", "band": band, "measure_value": 0.1234, "ci_low": 0.1,
         "ci_high": 0.2, "teams_count": count, "people_count": 9 * count}
        for band, count in zip(("fewest", "some", "most"), teams, strict=False)
    ]  # fmt: skip


def test_thirds_of_few_teams_are_withheld_together() -> None:
    assert {row["value"] for row in privacy.team_outcomes(team_rows(5, 5, 5), 10)} == {0.12}
    for teams in ((5, 4, 5), (5, 5)):
        hidden = privacy.team_outcomes(team_rows(*teams), 10)
        assert {row["value"] for row in hidden} == {row["n_teams"] for row in hidden} == {None}


REASONS = ("ended_left", "ended_moved", "ended_no_time", "ended_no_fit", "ended_other")


def ended(value: str, *counts: int) -> list[dict[str, Any]]:
    """Rows of why the pairs of a group ended early."""
    of_one = sum(counts)
    return [
        row(
            value,
            of_one,
            measure=measure,
            measure_value=count / of_one,
            people_with=count,
            people_without=of_one - count,
        )
        for measure, count in zip(REASONS, counts, strict=True)
    ]


def test_a_reason_of_few_is_not_what_the_other_reasons_leave() -> None:
    found = privacy.programme_health(ended("all", 20, 14, 12, 2, 12), 10)
    assert [row["measure"] for row in found] == list(REASONS)
    assert {(row["value"], row["status"], row["n"]) for row in found} == {(None, "suppressed", 60)}


def test_reasons_of_enough_are_all_told() -> None:
    found = privacy.programme_health(ended("all", 20, 14, 12, 6, 8), 10)
    assert [row["value"] for row in found] == [0.33, 0.23, 0.2, 0.1, 0.13]


def test_a_hidden_reason_does_not_follow_from_the_other_groups_and_reasons() -> None:
    """Were one reason alone hidden in B beside A, A's others would follow from the totals."""
    rows = [
        *ended("all", 32, 32, 32, 32, 32),
        *ended("A", 12, 12, 12, 2, 12),
        *ended("B", 10, 10, 10, 15, 10),
        *ended("C", 10, 10, 10, 15, 10),
    ]
    found = privacy.programme_health(rows, 10)
    told = {(row["segment_value"], row["value"] is not None) for row in found}
    assert len(told) == 4
    hidden = {value for value, is_told in told if not is_told}
    assert len(hidden) == 2
    assert "A" in hidden


def test_reasons_that_add_few_in_a_month_wait_together() -> None:
    rows = [
        {**one, "month": month, "window_months": 12}
        for month, counts in (
            (date(2024, 1, 1), (20, 20, 20, 20, 20)),
            (date(2024, 2, 1), (26, 26, 26, 22, 26)),
        )
        for one in ended("all", *counts)
    ]
    found = privacy.programme_health(rows, 10)
    assert [row["value"] is not None for row in found] == [True] * 5 + [False] * 5


def test_reasons_stand_together_in_the_next_snapshot() -> None:
    """Told anew, four of them would say how the fifth, which changed by few, stands now."""
    memory = Memory(Edition(date(2026, 5, 1), 0.95, 10, 5))
    first, second = (
        ended("all", *counts) for counts in ((20, 20, 20, 20, 20), (30, 30, 30, 22, 30))
    )
    before = successive.programme_health(first, privacy.programme_health(first, 10), memory)
    after = successive.programme_health(second, privacy.programme_health(second, 10), memory)
    assert after == before
    assert {row["value"] for row in before} == {0.2}


def over_a_year(completed: list[int], early: list[int]) -> list[bool]:
    """Say of each month whether a share over the last twelve is told, given who ended in each."""
    rows = []
    for place in range(len(completed)):
        first = max(0, place - 11)
        counts = [sum(ended[first : place + 1]) for ended in (completed, early)]
        month = date(2024 + place // 12, place % 12 + 1, 1)
        share = {"people_with": counts[0], "people_without": counts[1], "window_months": 12}
        rows.append(row("all", sum(counts), measure="match_completed", month=month, **share))
    shown = privacy.programme_health(rows, 10)
    return [one["value"] is not None for one in shown]


def test_a_month_is_told_only_when_enough_were_added_since_the_one_told_before() -> None:
    assert over_a_year([6, 4, 1, 0], [6, 5, 0, 0]) == [True, False, True, True]


def test_a_month_is_held_against_every_end_that_is_told_and_not_the_nearest_alone() -> None:
    """Who is counted once a year makes a month of less than none: two of enough make a few."""
    windows = Windows(2, 5, [{1: 9, 2: 9, 3: 6, 4: -5}])
    assert windows.may_tell(2)
    windows.tell(2)
    assert windows.may_tell(3)
    windows.tell(3)
    assert not windows.may_tell(4)


def test_what_falls_out_of_a_year_is_as_many_as_may_be_told() -> None:
    """Twelve months after a month that was not told, one of few would fall out alone."""
    completed = [8, 2, 8, *[0] * 10, 9, 9]
    assert over_a_year(completed, completed) == [
        *(True, False, True),
        *[True] * 9,
        *(True, False, True),
    ]


def linked(*rows: dict[str, Any], links: Any) -> set[tuple[str, str]]:
    shown = privacy.programme_health(rows, 10, links)
    return {(one["segment_dimension"], one["segment_value"]) for one in shown if one["n"] is None}


def test_a_programme_does_not_follow_from_its_model_and_the_programmes_beside_it() -> None:
    cells = {
        **{("program", "Pairs"): 30, ("program", "First days"): 4, ("program", "Circles"): 25},
        **{("model", "1:1"): 34, ("model", "circle"): 25},
    }
    rows = [
        row(value, people, segment_dimension=dimension)
        for (dimension, value), people in {("all", "all"): 59, **cells}.items()
    ]
    assert linked(*rows, links=NO_LINKS) == {("program", "First days"), ("program", "Circles")}
    together = [
        (("program", "Pairs"), ("model", "1:1")),
        (("program", "First days"), ("model", "1:1")),
        (("program", "Circles"), ("model", "circle")),
    ]
    links = find_links((Segment(*one), Segment(*other)) for one, other in together)
    hidden = linked(*rows, links=Links(links))
    assert hidden >= {("program", "First days")}
    in_model = {("program", "Pairs"), ("model", "1:1")} & hidden
    assert in_model, "30 of 34 are told, so 4 are the others"
    assert (("program", "Circles") in hidden) == (("model", "circle") in hidden)


def cells(program: str, model: str) -> tuple[Segment, Segment]:
    return Segment("program", program), Segment("model", model)


def test_a_stray_pair_of_years_ago_leaves_programmes_and_models_linked() -> None:
    blocks = {cells("a", "x"): 40, cells("b", "x"): 20, cells("c", "y"): 30}
    strayed = {**blocks, cells("a", "y"): 1}
    assert find_links(strayed) == ()
    assert blocks_of(strayed, 10) == blocks_of(blocks, 10) == find_links(blocks)
    assert blocks_of({**blocks, cells("a", "y"): 10}, 10) == ()


def test_a_small_programme_stays_linked_to_the_model_of_most_of_its_people() -> None:
    blocks = {cells("a", "x"): 40, cells("small", "x"): 3, cells("c", "y"): 30}
    linked = blocks_of({**blocks, cells("small", "y"): 2}, 10)
    assert frozenset({*cells("a", "x"), *cells("small", "x")}) in linked


def test_many_cells_of_few_people_each_are_no_blocks() -> None:
    """Every cell shares most with one other, but more people are across than in."""
    sparse = {cells(f"p{n}", f"m{n}"): 6 for n in range(4)}
    sparse |= {cells(f"p{n}", f"m{m}"): 4 for n in range(4) for m in range(4) if n != m}
    assert blocks_of(sparse, 10) == ()


def test_nine_people_across_leave_blocks_linked_and_ten_do_not() -> None:
    blocks = {cells("a", "x"): 40, cells("b", "y"): 30}
    assert blocks_of({**blocks, cells("a", "y"): 5, cells("b", "x"): 4}, 10) == find_links(blocks)
    assert blocks_of({**blocks, cells("a", "y"): 5, cells("b", "x"): 5}, 10) == ()


def test_a_cell_lies_within_another_but_for_strays() -> None:
    people = {cells("a", "x"): 40, cells("b", "x"): 3, cells("b", "y"): 30, cells("c", "y"): 9}
    within_x = Nest(Segment("model", "x"), frozenset({Segment("program", "a")}))
    assert within_x in nests_of(people, 10)
    assert within_x in nests_of({**people, cells("a", "y"): 4}, 10)
    assert within_x not in nests_of({**people, cells("a", "y"): 5}, 10)


def test_cells_that_make_up_another_leave_no_rest() -> None:
    assert nests_of({cells("a", "x"): 40, cells("b", "x"): 30, cells("c", "y"): 9}, 10) == ()


def test_the_few_a_cell_holds_besides_those_within_it_do_not_follow() -> None:
    """Of 43 in one model 40 are of a programme that has no other: three are of another."""

    def counted(one_to_one: int, circle: int) -> list[dict[str, Any]]:
        cells = {
            **{("program", "Pairs"): 40, ("program", "Circles"): 30},
            **{("model", "1:1"): one_to_one, ("model", "circle"): circle},
        }
        return [
            row(value, people, segment_dimension=dimension)
            for (dimension, value), people in {("all", "all"): 70, **cells}.items()
        ]

    nest = Nest(Segment("model", "1:1"), frozenset({Segment("program", "Pairs")}))
    assert linked(*counted(43, 27), links=NO_LINKS) == set()
    hidden = linked(*counted(43, 27), links=Links(nests=(nest,)))
    assert hidden & {("program", "Pairs"), ("model", "1:1")}
    assert linked(*counted(53, 17), links=Links(nests=(nest,))) == set()


def test_dimensions_that_do_not_fall_apart_are_not_linked() -> None:
    cells = [Segment("program", "A"), Segment("program", "B")]
    models = [Segment("model", "1:1"), Segment("model", "circle")]
    apart = [(cells[0], models[0]), (cells[1], models[1])]
    assert find_links(apart) == (
        frozenset({cells[0], models[0]}),
        frozenset({cells[1], models[1]}),
    )
    assert find_links([*apart, (cells[0], models[1])]) == ()
