"""The memory of what was told: kept, private, and never told from the future."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import privacy, told
from pipeline.errors import MachineError
from pipeline.linked import Segment, find_links
from pipeline.published import TABLES
from pipeline.told import Cell, Edition, Memory

DAY = dt.date(2026, 3, 31)
GROUP = ("team_outcomes", "organisation")


def edition(**changes: Any) -> Edition:
    return Edition(**({"as_of": DAY, "confidence": 0.95, "minimum": 10} | changes))


def cell(name: str, people: int, value: float = 0.5, **events: int) -> Cell:
    row = {"measure": name, "band": "most", "value": value, "ci_low": None, "ci_high": None}
    rows = ({**row, "n_teams": 10, "n": 5 * round(people / 5)},)
    return Cell(("team_outcomes", name), GROUP, {"people": people, **events}, rows)


def tell(memory: Memory, *cells: Cell) -> dict[str, Any]:
    """Publish cells of one group; give the value told of each."""
    standing = memory.standing(cells)
    rows = memory.settle(
        cells, standing, lambda rows: [privacy.blank("team_outcomes", row) for row in rows]
    )
    return {row["measure"]: row["value"] for row in rows}


@pytest.mark.parametrize(
    ("people", "value"), [(40, 0.6), (41, 0.5), (49, 0.5), (50, 0.6), (31, 0.5), (30, 0.6)]
)
def test_a_figure_stands_until_ten_people_more_or_fewer(people: int, value: float) -> None:
    memory = Memory(edition())
    tell(memory, cell("a", 40))
    assert tell(memory, cell("a", people, 0.6)) == {"a": value}


@pytest.mark.parametrize(("left", "value"), [(8, 0.6), (9, 0.5), (12, 0.5), (13, 0.6)])
def test_a_figure_stands_until_five_events_more(left: int, value: float) -> None:
    memory = Memory(edition())
    tell(memory, cell("a", 40, left=8))
    assert tell(memory, cell("a", 40, 0.6, left=left)) == {"a": value}


def test_slow_changes_add_up_against_what_was_told_and_not_against_what_stood() -> None:
    memory = Memory(edition())
    values = [tell(memory, cell("a", people, people / 100))["a"] for people in (40, 44, 48, 52, 56)]
    assert values == [0.4, 0.4, 0.4, 0.52, 0.52]


def test_a_return_to_near_an_older_figure_is_not_told() -> None:
    memory = Memory(edition())
    for people in (40, 60, 43):
        shown = tell(memory, cell("a", people, people / 100))
    assert shown == {"a": 0.6}


def test_what_stands_takes_the_company_that_hides_it_from_subtraction() -> None:
    memory = Memory(edition())
    tell(memory, cell("a", 40), cell("b", 60), cell("c", 90))
    shown = tell(memory, cell("a", 43, 0.6), cell("b", 72, 0.6), cell("c", 140, 0.6))
    assert shown == {"a": 0.5, "b": 0.5, "c": 0.6}


TOWNS = {"PT": ("Porto", "Lisbon"), "KE": ("Nairobi", "Mombasa")}
LINKS = find_links(
    (Segment("country", country), Segment("location", town))
    for country, towns in TOWNS.items()
    for town in towns
)


def of_group(dimension: str, value: str, people: int) -> Cell:
    """A rate of access of one group."""
    keys = {"measure": "takes_part", "segment_dimension": "all", "segment_value": "all"}
    row = {**keys, "group_dimension": dimension, "group": value, "rate": people / 100, "n": people}
    rows = ({**privacy.blank("access", row), **row},)
    unit = ("access", "takes_part", dimension, value)
    return Cell(unit, ("access", "takes_part", dimension), {"people": people}, rows)


def told_of_towns(memory: Memory, **people: int) -> set[str]:
    """Publish the towns and their countries; give those that are told as they are now."""
    cells = [of_group("location", town, count) for town, count in people.items()]
    for country, towns in TOWNS.items():
        cells.append(of_group("country", country, sum(people[town] for town in towns)))
    rows = memory.settle(cells, memory.standing(cells), lambda rows: [*map(dict, rows)])
    now = {cell.unit[3]: cell.counts["people"] for cell in cells}
    return {row["group"] for row in rows if row["n"] == now[row["group"]]}


def test_what_stands_does_not_follow_from_the_group_that_holds_it() -> None:
    """Three came to Porto: the 73 more of its country less the 70 of Lisbon say so."""
    before = {"Porto": 40, "Lisbon": 60, "Nairobi": 50, "Mombasa": 70}
    after = {"Porto": 43, "Lisbon": 130, "Nairobi": 61, "Mombasa": 82}
    alone, linked = Memory(edition()), Memory(edition(), links=LINKS)
    for memory in (alone, linked):
        told_of_towns(memory, **before)
    assert {"PT", "Lisbon"} <= told_of_towns(alone, **after)
    found = told_of_towns(linked, **after)
    assert "Porto" not in found
    assert not {"PT", "Lisbon"} <= found


def test_linked_groups_of_which_none_changed_by_few_are_all_told_anew() -> None:
    memory = Memory(edition(), links=LINKS)
    told_of_towns(memory, Porto=40, Lisbon=60, Nairobi=50, Mombasa=70)
    found = told_of_towns(memory, Porto=52, Lisbon=73, Nairobi=61, Mombasa=82)
    assert found == {"Porto", "Lisbon", "Nairobi", "Mombasa", "PT", "KE"}


def test_changes_that_cancel_out_let_the_whole_group_stand() -> None:
    memory = Memory(edition())
    tell(memory, cell("a", 40), cell("b", 60), cell("c", 90))
    shown = tell(memory, cell("a", 49, 0.6), cell("b", 50, 0.6), cell("c", 140, 0.6))
    assert set(shown.values()) == {0.5}


def test_a_group_that_is_hidden_now_is_not_shown_as_it_was() -> None:
    memory = Memory(edition())
    tell(memory, cell("a", 40))
    hidden = privacy.blank("team_outcomes", cell("a", 9).rows[0])
    assert tell(memory, Cell(("team_outcomes", "a"), GROUP, {}, (hidden,))) == {"a": None}


def test_the_oldest_day_that_stands_is_known(tmp_path: Path) -> None:
    memory = saved(tmp_path, Memory(edition()), cell("a", 40))
    later = told.read(tmp_path / "told", edition(as_of=DAY + dt.timedelta(days=31)))
    assert memory.since is None
    tell(later, cell("a", 42))
    assert later.since == DAY


def saved(folder: Path, memory: Memory, *cells: Cell) -> Memory:
    tell(memory, *cells)
    told.write(folder / "told", memory)
    return memory


def test_what_was_told_is_read_back_and_private(tmp_path: Path) -> None:
    saved(tmp_path, Memory(edition()), cell("a", 40), cell("b", 60, left=8))
    again = told.read(tmp_path / "told", edition())
    assert tell(again, cell("a", 41, 0.6), cell("b", 61, 0.6, left=8)) == {"a": 0.5, "b": 0.5}
    names = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert names == {"told": 0, "told-second.json.gz": 0}


def test_what_an_earlier_version_told_has_the_columns_of_now(tmp_path: Path) -> None:
    saved(tmp_path, Memory(edition()), cell("a", 40))
    with gzip.open(tmp_path / "told", "rt") as file:
        line = json.loads(file.readlines()[1])
    line["rows"][0].pop("ci_low")
    line["rows"][0]["of_before"] = 1
    gone = line | {"unit": ["a_table_of_before", "a"]}
    with gzip.open(tmp_path / "told", "wt") as file:
        file.writelines(json.dumps(one) + "\n" for one in (gone, line))
    again = told.read(tmp_path / "told", edition())
    ((unit, (version,)),) = again.versions.items()
    assert unit == ("team_outcomes", "a")
    assert set(version.rows[0]) == {column.name for column in TABLES["team_outcomes"].columns}


@pytest.mark.parametrize(
    "other", [{"as_of": DAY - dt.timedelta(days=1)}, {"confidence": 0.9}, {"minimum": 12}]
)
def test_nothing_stands_from_a_later_day_or_under_other_rules(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    saved(tmp_path, Memory(edition()), cell("a", 40))
    again = told.read(tmp_path / "told", edition(**other))
    assert tell(again, cell("a", 41, 0.6)) == {"a": None}
    assert tell(again, cell("a", 40, 0.6)) == {"a": 0.6}


def test_an_earlier_version_that_told_nothing_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "told.json.gz").write_bytes(gzip.compress(b""))
    assert told.read(tmp_path / "told.json.gz", edition()).versions == {}


def cut(content: bytes) -> bytes:
    """A file whose end never reached the disk."""
    return content[: len(content) // 2]


def shortened(content: bytes) -> bytes:
    """A whole gzip member of fewer lines than were told."""
    return gzip.compress(b"".join(gzip.decompress(content).splitlines(keepends=True)[:-1]))


def flipped(content: bytes) -> bytes:
    """One byte in the middle is another."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


DAMAGES = [
    lambda _: b"",
    lambda _: b"nothing",
    lambda _: gzip.compress(b'{"unit": 3}'),
    cut,
    shortened,
    flipped,
]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["told", "told-second.json.gz"])
def test_with_one_file_damaged_the_other_knows_all_that_was_told(
    tmp_path: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    saved(tmp_path, Memory(edition()), cell("a", 40), cell("b", 60))
    path = tmp_path / name
    path.write_bytes(damage(path.read_bytes()))
    memory = told.read(tmp_path / "told", edition())
    assert tell(memory, cell("a", 41, 0.6), cell("b", 61, 0.6)) == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("damage", DAMAGES)
def test_with_both_files_damaged_nothing_is_told(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    saved(tmp_path, Memory(edition()), cell("a", 40), cell("b", 60))
    for path in tmp_path.iterdir():
        path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(MachineError, match="Put either back"):
        told.read(tmp_path / "told", edition())


def test_with_one_file_gone_the_other_is_read_and_with_both_nothing_was_told(
    tmp_path: Path,
) -> None:
    saved(tmp_path, Memory(edition()), cell("a", 40))
    (tmp_path / "told").unlink()
    assert told.read(tmp_path / "told", edition()).versions
    told.remove(tmp_path / "told")
    assert list(tmp_path.iterdir()) == []
    assert not told.read(tmp_path / "told", edition()).versions


def test_a_writer_that_dies_between_the_files_leaves_one_that_knows_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second file is written first: what is in it was told by nobody yet."""
    first = saved(tmp_path, Memory(edition()), cell("a", 40))
    replaced: list[str] = []
    replace = Path.replace

    def die_after_one(self: Path, target: Path) -> Path:
        if replaced:
            raise OSError("the machine goes down")
        replaced.append(Path(target).name)
        return replace(self, target)

    tell(first, cell("b", 60))
    monkeypatch.setattr(Path, "replace", die_after_one)
    with pytest.raises(OSError, match="goes down"):
        told.write(tmp_path / "told", first)
    assert replaced == ["told-second.json.gz"]
    assert set(told.read(tmp_path / "told", edition()).versions) == {("team_outcomes", "a")}
