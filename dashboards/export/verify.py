"""Whether every figure of an exported file is the snapshot's: the file is made again and compared.

A file that was only opened and saved again still holds the same figures; those are read with
another library than the one that wrote them, and compared one by one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboards.export.content import brief_of
from dashboards.export.errors import ExportError
from dashboards.export.pack import Kind, files
from dashboards.export.source import Request, open_source, request_of

MOST_SHOWN = 10
_SNAPSHOT = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}")
Contents = Mapping[str, object]
"""Place in the file -> what stands there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How a file compares with its snapshot.

    Attributes
    ----------
    snapshot : id of the snapshot it says it is from.
    is_same_bytes : it is the very file that the snapshot gives.
    checked : places compared.
    differences : what differs, one line a place; none where every figure is the snapshot's.
    """

    snapshot: str
    is_same_bytes: bool
    checked: int
    differences: tuple[str, ...]


def verify(path: Path, warehouse: Path) -> Finding:
    """Compare a file of the pack with the snapshot it names.

    Parameters
    ----------
    path : an exported xlsx, pptx, pdf or csv.
    warehouse : where the snapshot is kept.

    Raises
    ------
    ExportError : the file is of another kind, does not name a snapshot, or that one is gone.
    """
    kind = next((kind for kind in _READERS if path.suffix == f".{kind}"), None)
    if kind is None:
        raise ExportError(f"{path}: is no .xlsx, .pptx, .pdf or .csv of the planning pack.")
    try:
        content = path.read_bytes()
        found = dict(_READERS[kind](content))
    except OSError as error:
        raise ExportError(f"{path}: cannot be read ({error.strerror}).") from error
    except Exception as error:
        raise ExportError(f"{path}: is damaged, or no {kind} file.") from error
    snapshot = _named(path, found)
    source = open_source(
        _kept(warehouse, snapshot, path), Request() if kind == "csv" else _request(found, path)
    )
    made = next(body for _, body in files(source, brief_of(source), kind))
    if made == content:
        return Finding(snapshot, True, len(found), ())
    wanted = dict(_READERS[kind](made))
    return Finding(snapshot, False, len(wanted), tuple(_compare(found, wanted)))


def _named(path: Path, found: Contents) -> str:
    for text in (path.name, *map(str, found.values())):
        if match := _SNAPSHOT.search(text):
            return match.group()
    raise ExportError(f"{path}: does not say which snapshot it is from.")


def _kept(warehouse: Path, snapshot: str, path: Path) -> Path:
    kept = warehouse / "snapshots" / f"{snapshot}.duckdb"
    if not kept.is_file():
        raise ExportError(
            f"{path}: is from snapshot {snapshot}, which is not kept in {warehouse}. Name the "
            "warehouse that published it with WAREHOUSE=."
        )
    return kept


_SEGMENT = re.compile(r"Segment: ([^\n]+?):([^\n]+)")
_WINDOW = re.compile(r"Follow-up: (headline|\d+)")


def _request(found: Contents, path: Path) -> Request:
    """Read the view from the provenance that the file carries."""
    pairs = [str(value) for value in found.values()]
    text = "\n".join(pairs)
    rows = [place for place, value in found.items() if value == "Segment"]
    if rows:  # a workbook: terms and texts stand side by side
        by_term = {
            str(value): str(found.get(place.replace("!A", "!B"), ""))
            for place, value in found.items()
            if place.startswith("provenance!A")
        }
        window = by_term.get("Follow-up", "").removesuffix(" months")
        return request_of(by_term["Segment"], window)
    segment, window_found = _SEGMENT.search(text), _WINDOW.search(text)
    if segment is None or window_found is None:
        raise ExportError(f"{path}: does not say which segment and follow-up it shows.")
    return request_of(f"{segment[1].strip()}:{segment[2].strip()}", window_found[1])


def _compare(found: Contents, wanted: Contents) -> Iterator[str]:
    for place in wanted.keys() | found.keys():
        here, there = found.get(place), wanted.get(place)
        if _same(here, there):
            continue
        yield f"{place}: the file says {_short(here)}, the snapshot {_short(there)}"


def _same(here: object, there: object) -> bool:
    if isinstance(here, int | float) and isinstance(there, int | float):
        return abs(float(here) - float(there)) <= 1e-9 * max(1.0, abs(float(there)))
    return (here or "") == (there or "")


def _short(value: object) -> str:
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# ---- what stands where -----------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[tuple[str, object]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield f"{sheet.title}!{cell.column_letter}{cell.row}", cell.value


def _pptx(content: bytes) -> Iterator[tuple[str, object]]:
    from pptx import Presentation

    for number, slide in enumerate(Presentation(io.BytesIO(content)).slides, start=1):
        for place, shape in enumerate(slide.shapes):
            where = f"slide {number}, piece {place + 1}"
            if shape.has_text_frame:
                yield where, shape.text_frame.text
            elif shape.has_table:
                for at, row in enumerate(shape.table.rows):
                    yield f"{where}, row {at + 1}", " | ".join(cell.text for cell in row.cells)
            elif shape.has_chart:
                for series in shape.chart.plots[0].series:
                    yield f"{where}, {series.name}", str(list(series.values))
        if slide.has_notes_slide:
            yield f"slide {number}, notes", slide.notes_slide.notes_text_frame.text


def _pdf(content: bytes) -> Iterator[tuple[str, object]]:
    from pypdf import PdfReader

    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        for at, line in enumerate(page.extract_text().splitlines(), start=1):
            yield f"page {number}, line {at}", line


def _csv(content: bytes) -> Iterator[tuple[str, object]]:
    for at, row in enumerate(csv.reader(io.StringIO(content.decode())), start=1):
        yield f"row {at}", ", ".join(row)


_READERS: dict[Kind, Callable[[bytes], Iterator[tuple[str, object]]]] = {
    "xlsx": _xlsx,
    "pptx": _pptx,
    "pdf": _pdf,
    "csv": _csv,
}
