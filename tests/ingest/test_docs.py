"""docs/sources.md says what the declarations say."""

import re
from pathlib import Path

import pytest

from ingest import sources
from ingest.recognise import canonical, generic_tables

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
ROWS = {
    cells[1].strip(" `"): cells
    for cells in (line.split(" | ") for line in PAGE.splitlines() if line.startswith("| `"))
    for cells in [["", cells[0].removeprefix("| "), *cells[1:]]]
    if len(cells) == 5
}


@pytest.mark.parametrize("table", generic_tables(), ids=lambda table: table.shape)
def test_every_generic_shape_is_documented_with_its_columns_lists_and_key(table):
    _, _, columns, key, without = ROWS[table.shape]
    documented = re.findall(r"`(\w+)`(\?)?(?: \(([^)]*)\))?", columns)
    assert documented == [
        (
            column.name,
            "" if column.required else "?",
            ", ".join([*column.values, *filter(None, [column.values and column.fallback])]),
        )
        for column in table.columns
        if column.is_read
    ]
    assert re.findall(r"`(\w+)`", key) == list(table.key)
    assert without


def test_no_shape_is_documented_that_does_not_exist():
    assert set(ROWS) == {table.shape for table in generic_tables()}


def test_every_vendor_shape_is_documented_with_the_keys_it_is_recognised_by():
    for shape in sources.shapes():
        missing = [key for key in shape.keys if f"`{key}`" not in PAGE]
        assert not missing, f"{shape.name}: {missing}"


@pytest.mark.parametrize("sheet", sources.sheets(), ids=lambda one: one.name)
def test_every_mark_of_a_platform_is_documented(sheet):
    words = {canonical(word.strip("`…")) for word in re.findall(r"`[^`\n]+`", PAGE)}
    for mark in sheet.marks:
        assert mark.strip("*") in words, (sheet.name, mark)
