"""A file of every vendor's shape with a name in every text field, made from the declarations."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest import sources
from ingest.declare import Table
from ingest.sheet import Sheet
from ingest.source import VendorShape

_CELL = re.compile(r'\br\."?([^"\s,)]+)"?')
_MOMENT = re.compile(
    r"(date|time|created|updated|started|ended|hire|birth|since|until)|_at$|_on$|At$", re.IGNORECASE
)
_WORD = re.compile(r"\w+")
ROWS = 3
#: What fields hold that are declared to be published as they are: places in the organisation.
CLEAR = "Platform"


def plant_vendors(exports: Path, name: str, address: str) -> set[str]:
    """Write a file of every vendor shape and sheet; give the shapes' names.

    Parameters
    ----------
    name, address
        Of the person whom every field names.
    """
    folder = exports / "hris"
    for shape in sources.shapes():
        path = folder / f"vendor-{shape.name}"
        writer = Writer(name, address, _clear_fields(shape))
        if shape.is_flat:
            writer.rows(path.with_suffix(".csv"), _columns_of(shape))
        else:
            records = [writer.record(shape, place) for place in range(ROWS)]
            path.with_suffix(".json").write_text(json.dumps(records), encoding="utf-8")
    for sheet in sources.sheets():
        path = folder / f"sheet-{sheet.name}.csv"
        clear = {column for one in _dimensions(sheet.table) for column in _part(sheet, one)}
        Writer(name, address, clear).rows(path, _headers_of(sheet))
    return {shape.name for shape in sources.shapes()} | {one.name for one in sources.sheets()}


def _columns_of(shape: VendorShape) -> list[str]:
    read = [text for fill in shape.fills for text in fill.fields.values()]
    named = [column for text in read for column in _CELL.findall(str(text))]
    return list(dict.fromkeys([*sorted(shape.keys), *named]))


def _headers_of(sheet: Sheet) -> list[str]:
    names = [column for part in sheet.parts.values() for column in part.columns[:1]]
    plain = [one for one in (*sorted(sheet.marks), *names) if not set(one) & set("*+")]
    return list(dict.fromkeys(plain))


def _dimensions(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.kind == "dimension"]


def _part(sheet: Sheet, field: str) -> tuple[str, ...]:
    return sheet.parts[field].columns if field in sheet.parts else ()


def _clear_fields(shape: VendorShape) -> set[str]:
    """Every name in the expressions of the columns that are kept as they are."""
    texts = [
        str(fill.fields[column])
        for fill in shape.fills
        for column in _dimensions(fill.table)
        if column in fill.fields
    ]
    return {word for text in texts for word in _WORD.findall(text)}


@dataclass(frozen=True)
class Writer:
    """Writes files in which every field that is not declared to be clear names a person."""

    name: str
    address: str
    clear: set[str]

    def rows(self, path: Path, header: Iterable[str]) -> None:
        """Write a table, with a column of notes that nobody asked for."""
        columns = list(header)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*columns, "notes"])
            for place in range(ROWS):
                cells = [self.text(column, place) for column in columns]
                writer.writerow([*cells, f"{self.name} {self.address}"])

    def record(self, shape: VendorShape, place: int) -> dict[str, Any]:
        """Make a record of JSON with everything in it that is read."""
        with duckdb.connect() as connection:
            types = {
                key: connection.sql(f"select null::{kind} as x").types[0]
                for key, kind in shape.columns.items()
            }
            found = {key: self._value(kind, key, place) for key, kind in types.items()}
        return {**{key: self.text(key, place) for key in shape.keys}, **found}

    def text(self, field: str, place: int) -> str:
        """Give a field's text: a moment, a place, an address or a name."""
        if field in self.clear:
            return CLEAR
        if _MOMENT.search(field):
            return f"2025-0{place + 1}-03T10:00:00Z"
        is_address = "mail" in field.lower() or place % 2 == 0
        return f"{place}.{self.address}" if is_address else f"{self.name} {place}"

    def _value(self, kind: Any, field: str, place: int) -> Any:
        if kind.id == "struct":
            return {key: self._value(one, key, place) for key, one in kind.children}
        if kind.id in ("list", "array"):
            return [self._value(kind.children[0][1], field, place) for _ in range(2)]
        if kind.id == "boolean":
            return bool(place)
        if kind.id in ("bigint", "integer", "hugeint", "double", "ubigint", "decimal"):
            return place + 1
        return self.text(field, place)
