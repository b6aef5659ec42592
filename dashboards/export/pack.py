"""Writes the pack: every file aside first, then put in place, so that none is ever half there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from dashboards.export.content import Brief, brief_of
from dashboards.export.errors import MissingLibraryError
from dashboards.export.source import Request, Source, open_source

Kind = Literal["pptx", "xlsx", "pdf", "csv", "tables"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PACK: tuple[Kind, ...] = ("pptx", "xlsx", "pdf", "tables")
TABLES_FOLDER = "tables"
ESTIMATES = "impact_estimates"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what could not be."""

    paths: tuple[Path, ...]
    missing: tuple[str, ...]


def write_pack(
    snapshot_file: Path,
    request: Request,
    out: Path,
    kinds: Sequence[Kind] = PACK,
    template: Path | None = None,
) -> Written:
    """Write the files of one view of one snapshot into a folder.

    Parameters
    ----------
    snapshot_file : the published snapshot.
    request : group and follow-up window.
    out : folder, made where it is missing; files of the same name are replaced.
    kinds : which files.
    template : look of the slides.

    Raises
    ------
    ExportError : the view or the template cannot be used; nothing was written.
    WithheldError : the group is too small to show; nothing was written.
    """
    source = open_source(snapshot_file, request)
    brief = brief_of(source)
    missing: list[str] = []
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pack-", dir=out) as aside:
        names: list[str] = []
        for kind in kinds:
            try:
                for name, content in files(source, brief, kind, template):
                    path = Path(aside) / name
                    path.parent.mkdir(exist_ok=True)
                    path.write_bytes(content)
                    names.append(name)
            except MissingLibraryError as error:
                missing.append(str(error))
        for name in names:
            (out / name).parent.mkdir(exist_ok=True)
            (Path(aside) / name).replace(out / name)
    return Written(tuple(out / name for name in names), tuple(missing))


def files(
    source: Source, brief: Brief, kind: Kind, template: Path | None = None
) -> Iterator[tuple[str, bytes]]:
    """Give name and content of the files of one kind."""
    # Imported where they are used: a reader of one kind need not wait for the others.
    if kind == "pptx":
        from dashboards.export.slides import slides_bytes

        yield f"{source.stem}.pptx", slides_bytes(source, brief, template)
    elif kind == "xlsx":
        from dashboards.export.workbook import workbook_bytes

        yield f"{source.stem}.xlsx", workbook_bytes(source, brief)
    elif kind == "pdf":
        from dashboards.export.paper import paper_bytes

        yield f"{source.stem}.pdf", paper_bytes(source, brief)
    elif kind == "csv":
        from dashboards.export.tables import csv_bytes

        yield f"{source.stem}.csv", csv_bytes(source.tables[ESTIMATES])
    else:
        from dashboards.export.tables import all_files

        for name, content in all_files(source.tables, brief):
            yield f"{TABLES_FOLDER}/{name}", content
