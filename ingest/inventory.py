"""What lies in an exports folder: every file and part of a file, taken for what it is.

Folders of many small files that are read alike (a backup with one file a pull request) are taken
together as one set: one relation and one transaction instead of thousands.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest import books, employments, files, joined, places, read, recognise, unpack
from ingest.errors import DamagedFileError
from ingest.files import Peek
from ingest.joined import Joined
from ingest.report import FileReport, Status
from ingest.source import Plan, Unrecognised
from ingest.unpack import Found
from pipeline.settings import Settings

LEAST_OF_A_SET = 64  # fewer small files are staged together, each in its own transaction
MOST_NAMES = 5


@dataclass(frozen=True)
class Export:
    """A recognised file: what the look showed, how it is read, the hash of its content.

    Attributes
    ----------
    parts
        The files of a set, which are read as one; none for a file by itself.
    """

    look: Peek
    plan: Plan
    file_id: str
    parts: tuple[Export, ...] = ()


@dataclass
class Inventory:
    """Everything found.

    Attributes
    ----------
    exports
        What is of a known shape, by modification time and name.
    reports
        On what is not.
    notes
        On what was passed over inside files that were read.
    names
        Every name that was met -> hash of the content, or nothing.
    """

    exports: list[Export] = field(default_factory=list)
    reports: list[FileReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def take(paths: Sequence[Path], exports: Path, scratch: Path, settings: Settings) -> Inventory:
    """Look at files and take each for what it is.

    Parameters
    ----------
    scratch
        Private folder for copies, which the inventory refers to.
    """
    inventory = Inventory()
    unread: dict[str, list[FileReport]] = defaultdict(list)
    for path in paths:
        try:
            for found in unpack.contents(path, exports, scratch):
                _take(found, settings, inventory, unread)
        except OSError as error:
            inside = files.name_inside(path, exports)
            problem = f"it cannot be read ({error.strerror})"
            inventory.reports.append(FileReport(inside, "", "damaged", problems=(problem,)))
    _sum_up(inventory, unread)
    inventory.names |= {one.look.name: one.file_id for one in inventory.exports}
    for maker in (joined, employments):
        _join(inventory, maker.is_part, maker.join, scratch, settings)
    inventory.exports = _sets(inventory.exports, settings)
    inventory.names |= {one.look.name: one.file_id for one in inventory.exports}
    inventory.names |= {one.path: one.file_id for one in inventory.reports}
    inventory.exports.sort(key=lambda one: (one.look.modified_at, one.look.name))
    return inventory


def write_set(export: Export, target: Path) -> tuple[Export, list[int], list[FileReport]]:
    """Write the records of a set into one file, a record a line.

    Returns
    -------
    tuple
        The set as a file of its own; the number of lines after each part; reports on parts that
        are damaged, which are left out.
    """
    ends: list[int] = []
    damaged: list[FileReport] = []
    written = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for part in export.parts:
            lines: list[str] = []
            try:
                lines = list(files.record_lines(part.look))
                if places.is_placed(part.plan):
                    lines = _with_place(lines, part.look)
            except DamagedFileError as error:
                damaged.append(
                    FileReport(
                        part.look.name,
                        part.file_id,
                        "damaged",
                        part.plan.name,
                        problems=(str(error),),
                    )
                )
            out.writelines(lines)
            written += len(lines)
            ends.append(written)
    lost = {one.file_id for one in damaged}
    # Without the lost files it is another set: they are tried again with the next load.
    file_id = _hash([one.file_id for one in export.parts if one.file_id not in lost])
    look = replace(export.look, path=target)
    return replace(export, look=look, file_id=file_id), ends, damaged


def _with_place(lines: Sequence[str], look: Peek) -> list[str]:
    """Put what the place of a file says into the text of each of its records."""
    said = json.dumps(places.said_by(look))[:-1]
    return [
        f"{said}, {line[1:]}" if line.startswith("{") and line.strip("{} \n") else line
        for line in lines
    ]


def _take(
    found: Found,
    settings: Settings,
    inventory: Inventory,
    unread: dict[str, list[FileReport]],
) -> None:
    if found.problem is not None:
        status: Status = "unrecognised" if found.is_foreign else "damaged"
        inventory.reports.append(
            FileReport(found.name, found.file_id, status, problems=(found.problem,))
        )
        return
    inventory.names.setdefault(found.name, found.file_id)
    if found.container is not None:
        inventory.names.setdefault(found.container, "")
    first: FileReport | None = None
    for group in found.groups:
        plans = [(look, recognise.recognise(look, settings)) for look in group]
        taken = [(look, plan) for look, plan in plans if isinstance(plan, Plan)]
        passed = [
            FileReport(
                look.name, found.file_id, "unrecognised", problems=(plan.reason,), stub=plan.stub
            )
            for look, plan in plans
            if isinstance(plan, Unrecognised)
        ]
        if taken:
            several = len(group) > 1
            inventory.exports += [
                Export(
                    look,
                    plan,
                    files.hash_of_told(
                        unpack.part_id(found, look, several), places.told(plan, look) or plan.day
                    ),
                )
                for look, plan in taken
            ]
            named = [one for one in passed if one.path != found.name]
            if several and named:
                unread[found.name] += named
            return
        first = first or (passed[0] if passed else None)
    if first is None:
        return
    if found.container is not None:
        unread[found.container].append(replace(first, path=found.name))
    else:
        inventory.reports.append(replace(first, path=found.name))


def _join(
    inventory: Inventory,
    is_part: Callable[[Plan], bool],
    join: Callable[[list[tuple[Peek, Plan, str]], Path], Joined],
    scratch: Path,
    settings: Settings,
) -> None:
    """Put what tables say only together in the place of each of them."""
    parts = [one for one in inventory.exports if is_part(one.plan)]
    if not parts:
        return
    found = join([(one.look, one.plan, one.file_id) for one in parts], scratch)
    kept = [one for one in inventory.exports if not is_part(one.plan)]
    for look, file_id in found.looks:
        plan = recognise.recognise(look, settings)
        if isinstance(plan, Plan):
            kept.append(Export(look, plan, file_id))
        else:
            inventory.reports.append(
                FileReport(look.name, file_id, "unrecognised", problems=(plan.reason,))
            )
    inventory.exports = kept
    inventory.notes += found.notes
    inventory.reports += [
        FileReport(one.look.name, one.file_id, "unrecognised", problems=(reason,))
        for one in parts
        if (reason := found.problems.get(one.look.name)) is not None
    ]


def _sum_up(inventory: Inventory, unread: dict[str, list[FileReport]]) -> None:
    """Say what was passed over of each archive or log, in one sentence."""
    for container, passed in unread.items():
        names = [one.path.removeprefix(container).strip("/ ()") for one in passed]
        inventory.names |= dict.fromkeys(names, "")
        listed = f"{', '.join(names[:MOST_NAMES])}{', …' if len(names) > MOST_NAMES else ''}"
        if any(one.look.name.startswith(container) for one in inventory.exports):
            inventory.notes.append(
                f"{container}: {len(names)} of its parts are of no known shape and were not "
                f"read: {listed}"
            )
        else:
            reason = f"none of its {len(names)} parts is of a known shape ({listed}); the first: "
            inventory.reports.append(
                replace(passed[0], path=container, problems=(reason + passed[0].problems[0],))
            )


def _sets(exports: Sequence[Export], settings: Settings) -> list[Export]:
    """Put many small files of one folder that are read alike together."""
    folders: dict[tuple[str, str], list[Export]] = defaultdict(list)
    kept: list[Export] = []
    for one in exports:
        is_complete = books.is_complete(settings, one.look.name)
        if read.can_go_together(one.look, one.plan) and one.look.stream is None and not is_complete:
            folders[places.folder(one.look.name), one.plan.name].append(one)
        else:
            kept.append(one)
    for (folder, _), members in folders.items():
        for alike in _alike(members):
            distinct = list({one.file_id: one for one in alike}.values())
            kept += [_set(folder, distinct)] if len(distinct) >= LEAST_OF_A_SET else alike
    return kept


def _alike(members: Sequence[Export]) -> list[list[Export]]:
    """Part files by how they are read; each is compared with few others, however many there are."""
    parts: dict[frozenset[str], list[list[Export]]] = defaultdict(list)
    for one in members:
        near = parts[frozenset(one.plan.columns)]
        part = next((part for part in near if part[0].plan.reads_like(one.plan)), None)
        if part is None:
            near.append([one])
        else:
            part.append(one)
    return [part for near in parts.values() for part in near]


def _set(folder: str, members: Sequence[Export]) -> Export:
    first = members[0]
    unused = dict.fromkeys(key for one in members for key in one.plan.unused)
    look = replace(
        first.look,
        name=f"{folder}/*.json",
        size=sum(one.look.size for one in members),
        modified_at=max(one.look.modified_at for one in members),
        encoding="utf-8",
        gzipped=False,
        layout="lines",
        steps=(),
        envelope={},
        has_more_pages=False,
        records=first.look.records,
    )
    plan = replace(first.plan, unused=tuple(unused))
    if places.is_placed(plan):
        plan = places.by_record(plan)
    return Export(look, plan, _hash([one.file_id for one in members]), tuple(members))


def _hash(file_ids: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(file_ids)).encode()).hexdigest()[:32]
