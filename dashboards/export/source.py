"""What one export is made from: a snapshot file, the chosen view of it, every published table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dashboards import selection as selections
from dashboards import sentences
from dashboards.export.errors import ExportError, WithheldError
from dashboards.queries import (
    PublishedTable,
    Snapshot,
    SnapshotError,
    SnapshotStore,
    open_snapshot,
    read_published,
)
from dashboards.scope import Scope
from dashboards.selection import Selection, dimension_label
from dashboards.view import View, load


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    dimension, value : the group; `all`, `all` is everyone.
    follow_up : months, or None for each outcome's headline window.
    scope : what the reader may see; None is everything.
    """

    dimension: str = selections.ALL
    value: str = selections.ALL
    follow_up: int | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One snapshot, one view of it, and all of its tables."""

    snapshot: Snapshot
    view: View
    tables: Mapping[str, PublishedTable]

    @property
    def stem(self) -> str:
        """Name that every file of this snapshot begins with: day and snapshot."""
        return file_stem(self.snapshot.id)


def file_stem(snapshot_id: str) -> str:
    """Give the name of a snapshot's files: `impact-<as_of>-<id>`."""
    return f"impact-{snapshot_id}"


def current_file(warehouse: Path) -> Path:
    """Find the snapshot file that a warehouse serves.

    Raises
    ------
    ExportError : nothing was published, or what was published cannot be read.
    """
    try:
        snapshot = SnapshotStore(warehouse).current()
    except SnapshotError as error:
        raise ExportError(f"{warehouse}: {error}. Run make refresh first.") from error
    return warehouse / "snapshots" / f"{snapshot.id}.duckdb"


def open_source(path: Path, request: Request) -> Source:
    """Open a snapshot file and pick the view that was asked for.

    Raises
    ------
    ExportError : the file cannot be read, or holds no such group or window.
    WithheldError : the group is too small to show.
    """
    try:
        snapshot = open_snapshot(path, scope=request.scope)
        tables = read_published(path, request.scope)
    except SnapshotError as error:
        raise ExportError(str(error)) from error
    view = load(snapshot, _selection(snapshot, request))
    if view.is_withheld:
        raise WithheldError(
            f"{request.dimension}:{request.value} is withheld. "
            f"{sentences.withheld_words(view.minimum_group)} Choose a wider group."
        )
    return Source(snapshot, view, tables)


def parse_segment(text: str | None) -> Request:
    """Read `dimension:value`; nothing, or `all`, is everyone.

    Raises
    ------
    ExportError : there is no colon between a dimension and a value.
    """
    if not text or text in (selections.ALL, "all:all"):
        return Request()
    dimension, colon, value = text.partition(":")
    if not colon or not dimension or not value:
        raise ExportError(f"SEGMENT={text}: write a dimension and a value, such as level:L3.")
    return Request(dimension, value)


def request_of(segment: str | None, follow_up: str | None) -> Request:
    """Read a segment and a follow-up window as they are given on the command line.

    Raises
    ------
    ExportError : one of them cannot be read.
    """
    request = parse_segment(segment)
    if follow_up in (None, "", selections.HEADLINE):
        return request
    if not str(follow_up).isdecimal():
        raise ExportError(f"FOLLOW_UP={follow_up}: use a number of months, such as 12.")
    return replace(request, follow_up=int(str(follow_up)))


def _selection(snapshot: Snapshot, request: Request) -> Selection:
    segments = snapshot.segments()
    if request.dimension not in segments:
        raise ExportError(
            f"this snapshot is not split by {request.dimension}; it has: {', '.join(segments)}."
        )
    if request.value not in segments[request.dimension]:
        raise ExportError(
            f"{dimension_label(request.dimension)} has no group {request.value}; it has: "
            f"{', '.join(segments[request.dimension])}."
        )
    windows = snapshot.follow_ups()
    if request.follow_up is not None and request.follow_up not in windows:
        found = ", ".join(str(months) for months in windows)
        raise ExportError(f"no figures were published at {request.follow_up} months; at: {found}.")
    return Selection(request.dimension, request.value, request.follow_up)
