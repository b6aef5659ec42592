"""When a load must not be published, and what to say about what was not read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingest import books, checks, files, mapped, sources
from ingest.errors import InputError
from ingest.report import LoadReport
from pipeline.settings import Settings

NEEDED = {"hris": "employees", "mentorship": "mentorships"}
TABLES = (".csv", ".tsv", ".json", ".ndjson", ".parquet", ".gz", ".zip", ".xlsx")
TRUTH = "truth.json"  # what a synthetic organisation planted


def wrong_mappings(settings: Settings) -> None:
    """Stop where the settings map columns to a shape or a field that does not exist.

    Raises
    ------
    InputError
        Every mistake, a line each.
    """
    found = mapped.mistakes(settings)
    if found:
        raise InputError("\n".join(found))


def missing(exports: Path) -> list[Path]:
    """List the files of an exports folder, if the folder has what is needed.

    Raises
    ------
    InputError
        A folder is missing, or there is no file in any.
    """
    if not exports.is_dir():
        raise InputError(f"{exports}: there is no such folder. Name the exports folder.")
    lacking = [folder for folder in NEEDED if not (exports / folder).is_dir()]
    if lacking:
        named = " and ".join(f"{folder}/" for folder in lacking)
        wanted = " and ".join(f"`{NEEDED[folder]}`" for folder in lacking)
        raise InputError(
            f"{exports}: the folder has no {named}. Put the export of {wanted} there; "
            "docs/sources.md lists its columns."
        )
    paths = files.find(exports)
    if not paths:
        raise InputError(
            f"{exports}: its folders are empty. Put exports into hris/ and mentorship/, and into "
            "git/ and incidents/ where there are any; docs/sources.md says how to get them."
        )
    return paths


def beside(exports: Path) -> list[str]:
    """Name what lies beside the four folders: it is not read."""
    return sorted(
        files.name_inside(path, exports)
        for path in exports.iterdir()
        if path.name != TRUTH
        and (path.suffix in TABLES or (path.is_dir() and path.name not in files.FOLDERS))
        and not path.name.startswith(".")
    )


def told_beside(names: Sequence[str]) -> tuple[str, ...]:
    """Mention what lies beside the four folders, in one sentence."""
    if not names:
        return ()
    return (
        f"{len(names)} beside the folders hris/, git/, incidents/ and mentorship/ not read: "
        f"{', '.join(names[:5])}{', …' if len(names) > 5 else ''}",
    )


def unusable(
    connection: duckdb.DuckDBPyConnection,
    report: LoadReport,
    settings: Settings,
    file_ids: Sequence[str],
    exports: Path,
) -> list[str]:
    """Say why what was loaded must not be published; nothing where it may.

    Parameters
    ----------
    file_ids
        Content hashes of the files that lie in the exports now.

    Returns
    -------
    list of str
        Too many rows cannot be used, an export was refused, or one that everything needs is not
        there: every reason, a line each.
    """
    reasons = [f"{one.path}: {one.problems[0]}" for one in report.files if one.status == "refused"]
    for share in books.shares(connection, file_ids):
        if share.value > settings.quarantine_share:
            reasons.append(_too_many(share, report, settings.quarantine_share))
    return [*reasons, *_lacking(connection, report, exports)]


def _too_many(share: books.Share, report: LoadReport, limit: float) -> str:
    why = [
        f"  {one.path}: {text}"
        for one in report.files
        for text in one.problems
        if f" of {share.table} cannot be used" in text
    ]
    return (
        f"{share.table}: {share.counted} of {share.read} rows cannot be used, more than "
        f"quarantine_share = {limit:g} allows. Correct them, or raise the setting:\n"
        + "\n".join(why)
    )


def _filling(shape: str) -> set[str]:
    """Name the vendors' shapes that give rows of a generic one under another name."""
    return {
        vendor.name
        for vendor in sources.shapes()
        if any(fill.table.name == f"generic__{shape}" for fill in vendor.fills)
    }


def _lacking(connection: duckdb.DuckDBPyConnection, report: LoadReport, exports: Path) -> list[str]:
    """Say which of the exports that nothing works without gave no rows."""
    reasons = []
    for folder, shape in NEEDED.items():
        vendors = _filling(shape)
        if any(one.shape.endswith(f"__{shape}") or one.shape in vendors for one in report.files):
            continue
        inside = [one for one in report.files if one.path.startswith(f"{folder}/")]
        lines = "".join(f"\n  {one.path}: {text}" for one in inside for text in one.problems)
        reasons.append(
            f"{exports / folder}: no file in it is an export of `{shape}`. Put one there; "
            f"docs/sources.md lists its columns.{lines}"
        )
    if not reasons and checks.is_empty(connection, "employees"):
        reasons.append(
            f"{exports / 'hris'}: the export of `employees` has no usable row. Export it again."
        )
    return reasons
