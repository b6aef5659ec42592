"""Every file is read with another library than wrote it, and says what the snapshot says."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import openpyxl
import published_rows as rows
import pyarrow.parquet as pq
import pytest
from frictionless import Package
from pptx import Presentation
from pypdf import PdfReader

from dashboards import formats
from dashboards.export.content import STORIES_ARE, Brief, brief_of, series_of
from dashboards.export.errors import ExportError
from dashboards.export.files import inert
from dashboards.export.pack import PACK, files, write_pack
from dashboards.export.paper import paper_html
from dashboards.export.slides import slides_bytes
from dashboards.export.source import Request, Source, open_source
from dashboards.export.tables import all_files
from dashboards.export.workbook import HEAD_ROW, workbook_bytes
from pipeline.published import TABLES

HOSTILE = '=HYPERLINK("http://example.org","x")'


def texts_of(content: bytes) -> str:
    found = []
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            elif shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def pdf_text(content: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.split())


# ---- workbook --------------------------------------------------------------------------------


def test_every_published_table_is_a_sheet_with_the_snapshots_values(
    source: Source, brief: Brief
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(source, brief)))
    sheets = {"metric_definitions": "definitions"}
    for name, table in source.tables.items():
        sheet = book[sheets.get(name, name)]
        head = [cell.value for cell in sheet[HEAD_ROW + 1]]
        assert head == [column.name for column in table.columns]
        found = list(sheet.iter_rows(min_row=HEAD_ROW + 2, max_col=len(head), values_only=True))
        assert len(found) >= len(table.rows)
        for row, wanted in zip(found, table.rows, strict=False):
            for value, told in zip(row, wanted, strict=True):
                if hasattr(value, "date") and told is not None:
                    value = value.date()
                if isinstance(told, float):
                    assert value == pytest.approx(told, rel=1e-14)
                else:
                    assert (value or None) == (told or None)


def test_sheets_have_frozen_heads_with_notes_and_charts_are_native(
    source: Source, brief: Brief
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(source, brief)))
    sheet = book["impact_estimates"]
    assert sheet.freeze_panes == f"C{HEAD_ROW + 2}"
    assert all(cell.comment for cell in sheet[HEAD_ROW + 1] if cell.value)
    assert len(book["summary"]._charts) >= 4
    assert book["provenance"]["B1"].value == source.snapshot.id


def test_a_cell_that_looks_like_a_formula_stays_text(publish: Callable[..., Path]) -> None:
    tables = rows.organisation()
    tables["stories"] = [rows.row("stories", title=HOSTILE, text="+1 @x", published_on=rows.AS_OF)]
    source = open_source(publish(tables), Request())
    brief = brief_of(source)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(source, brief)))
    cell = book["stories"].cell(HEAD_ROW + 2, 1)
    assert (cell.value, cell.data_type) == (HOSTILE, "s")
    made = dict(all_files(source.tables, brief))
    body = list(csv.reader(io.StringIO(made["stories.csv"].decode())))[1]
    assert body[:2] == [f"'{HOSTILE}", "'+1 @x"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_texts_that_could_be_formulas_get_an_apostrophe(start: str) -> None:
    assert inert(f"{start}1") == f"'{start}1"
    assert inert(f"a{start}1") == f"a{start}1"


# ---- slides ----------------------------------------------------------------------------------


def test_slides_are_wide_titled_noted_and_native(source: Source, brief: Brief) -> None:
    deck = Presentation(io.BytesIO(slides_bytes(source, brief)))
    assert 6 <= len(deck.slides) <= 8
    assert deck.slide_width * 9 == pytest.approx(deck.slide_height * 16, rel=0.001)
    charts = 0
    for slide in deck.slides:
        assert slide.shapes.title.text
        assert slide.notes_slide.notes_text_frame.text
        for shape in slide.shapes:
            if shape.has_chart:
                charts += 1
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")
                assert openpyxl.load_workbook(
                    io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob)
                )
    assert charts >= 4
    assert deck.core_properties.keywords == source.snapshot.id


def test_slides_and_paper_tell_stories_and_what_it_took(source: Source, brief: Brief) -> None:
    slides = texts_of(slides_bytes(source, brief))
    assert brief.stories
    assert brief.returns
    paper = unescape(paper_html(source, brief))
    for text in (slides, paper):
        for story in brief.stories:
            assert story.title in text
            assert (story.text or "") in text
        assert STORIES_ARE in text
        assert brief.returns_headline in text
        for line in (line for part in brief.returns for line in part.lines):
            assert line.label in text
            assert line.value in text
            assert line.interval in text


def test_costs_of_everyone_are_not_set_beside_a_group(publish: Callable[..., Path]) -> None:
    group = open_source(publish(), Request("level", "L2"))
    assert brief_of(group).stories
    assert not brief_of(group).returns
    assert "What did it take" not in paper_html(group, brief_of(group))


def test_crossings_stand_after_plain_groups(publish: Callable[..., Path]) -> None:
    tables = rows.organisation()
    crossed = {"group_dimension": "gender × level", "group": "man × L1"}
    tables["access"] = [{**tables["access"][0], **crossed}, *tables["access"]]
    brief = brief_of(open_source(publish(tables), Request()))
    assert [line.group for line in brief.access].index("Gender × level: man × L1") == (
        len(brief.access) - 1
    )


def test_a_template_gives_the_slides_its_size_and_keeps_none_of_its_own(
    source: Source, brief: Brief, tmp_path: Path
) -> None:
    own = Presentation()
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "Their own slide"
    made = io.BytesIO()
    own.save(made)
    path = tmp_path / "corporate.potx"
    path.write_bytes(made.getvalue())
    deck = Presentation(io.BytesIO(slides_bytes(source, brief, path)))
    assert deck.slide_width == own.slide_width
    assert "Their own slide" not in [slide.shapes.title.text for slide in deck.slides]


def test_a_template_that_is_none_is_refused(source: Source, brief: Brief, tmp_path: Path) -> None:
    path = tmp_path / "corporate.potx"
    path.write_bytes(b"no zip")
    with pytest.raises(ExportError, match="is no PowerPoint template"):
        slides_bytes(source, brief, path)


# ---- the same number everywhere --------------------------------------------------------------


def test_slides_paper_and_summary_show_the_cards_numbers(source: Source, brief: Brief) -> None:
    made = {kind: next(body for _, body in files(source, brief, kind)) for kind in PACK[:3]}
    slides, paper = texts_of(made["pptx"]), pdf_text(made["pdf"])
    summary = openpyxl.load_workbook(io.BytesIO(made["xlsx"]))["summary"]
    for at, line in enumerate(brief.outcomes, start=7):
        row = line.row
        assert row is not None
        assert line.card.sentence in slides
        assert " ".join(line.card.sentence.split()) in paper.replace("\u202f", " ") or (
            line.card.verdict.label in paper
        )
        assert summary.cell(at, 3).value == row.estimate
        if row.estimate is not None:
            assert formats.effect_number(row.estimate, row.scale) in slides
            assert formats.effect_number(row.estimate, row.scale) in paper


def test_paper_is_tagged_and_short(source: Source, brief: Brief) -> None:
    reader = PdfReader(io.BytesIO(next(body for _, body in files(source, brief, "pdf"))))
    assert 2 <= len(reader.pages) <= 4
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == brief.title


# ---- tables ----------------------------------------------------------------------------------


def test_tables_are_a_valid_data_package(source: Source, brief: Brief, tmp_path: Path) -> None:
    made = dict(all_files(source.tables, brief))
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])
    described = json.loads(made["datapackage.json"])["resources"]
    assert {one["path"].removesuffix(".csv") for one in described} == set(TABLES)
    for name, table in source.tables.items():
        frame = pq.read_table(tmp_path / f"{name}.parquet")
        assert frame.num_rows == len(table.rows)
        assert [tuple(row.values()) for row in frame.to_pylist()] == list(table.rows)
        assert frame.schema.metadata[b"Snapshot"].decode() == source.snapshot.id


# ---- bytes, odd contents ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", PACK)
def test_the_same_snapshot_gives_the_same_bytes(
    kind: str, publish: Callable[..., Path], tmp_path: Path
) -> None:
    path = publish()
    one = write_pack(path, Request(), tmp_path / "one", [kind])  # type: ignore[list-item]
    two = write_pack(path, Request(), tmp_path / "two", [kind])  # type: ignore[list-item]
    assert [file.read_bytes() for file in one.paths] == [file.read_bytes() for file in two.paths]
    assert not list((tmp_path / "one").glob(".pack-*"))


ODD = ("Группа «Восток»", "فريق المدفوعات", "支払いチーム", "W" * 120, "<b>&amp;", "=1+1")


@pytest.mark.parametrize("name", ODD)
def test_any_name_of_a_group_makes_whole_files(name: str, publish: Callable[..., Path]) -> None:
    tables = rows.organisation()
    shown = next(
        one for one in tables["impact_estimates"] if one["segment_dimension"] == "organisation"
    )["segment_value"]
    for table in tables.values():
        for row in table:
            if row.get("segment_value") == shown:
                row["segment_value"] = name
    source = open_source(publish(tables), Request("organisation", name))
    brief = brief_of(source)
    for kind in PACK[:3]:
        assert next(body for _, body in files(source, brief, kind))
    assert name in texts_of(next(body for _, body in files(source, brief, "pptx")))


def test_fifty_segments_and_empty_optional_tables_make_whole_files(
    publish: Callable[..., Path],
) -> None:
    tables = rows.without(rows.organisation(), "impact_series", "survival_curves", "data_quality")
    everyone = rows.only(tables["impact_estimates"], segment_dimension="all")
    tables["impact_estimates"] = everyone + [
        row | {"segment_dimension": "organisation", "segment_value": f"Org {number}"}
        for number in range(50)
        for row in everyone
    ]
    source = open_source(publish(tables), Request("organisation", "Org 7"))
    for kind in PACK:
        assert all(body for _, body in files(source, brief_of(source), kind))


def test_months_of_a_group_that_nothing_is_to_be_read_from_are_in_the_tables_alone(
    publish: Callable[..., Path],
) -> None:
    tables = rows.organisation()
    for name in ("Platform", "Payments"):
        tables["impact_series"] += rows.series("pr_cycle_time", 0.15, ("organisation", name))
    path = publish(tables)
    shown = {
        name: series_of(open_source(path, Request("organisation", name)), "pr_cycle_time")
        for name in ("Platform", "Payments")
    }
    assert shown["Platform"] == []  # no sign that it differs from everyone
    assert len(shown["Payments"]) == 25
    source = open_source(path, Request("organisation", "Platform"))
    exported = source.tables["impact_series"].records()
    assert sum(row["segment_value"] == "Platform" for row in exported) == 25
    assert "When does it appear" not in texts_of(
        next(body for _, body in files(source, brief_of(source), "pptx"))
    )


# ---- pictures --------------------------------------------------------------------------------


def test_office_programs_open_and_print_what_was_written(
    publish: Callable[..., Path], tmp_path: Path
) -> None:
    written = write_pack(publish(), Request(), tmp_path / "pack", ["pptx", "xlsx"])
    for path in written.paths:
        done = subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless",
             "--convert-to", "pdf", "--outdir", str(tmp_path / path.suffix), str(path)],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        printed = tmp_path / path.suffix / f"{path.stem}.pdf"
        assert printed.exists(), done.stderr
        assert "Mentored engineers" in pdf_text(printed.read_bytes())
