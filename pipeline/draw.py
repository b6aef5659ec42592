"""`mentorship draw`: places by lot, recorded so that anyone with the exports can draw again.

Where places are drawn by lot, chance decides who is mentored, and a difference between those drawn
and those who wait is an effect of mentoring. The draw ranks applicants by a hash of the seed and
their name, so it needs no random generator, and it writes a file of mentorships that `refresh`
reads: whoever is then mentored in the programme carries the assignment.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from ingest.clear import Application
from pipeline.errors import BadInputError

Method = Literal["lottery", "waitlist"]
OPEN = (None, "pending", "waitlisted")
HEADER = (
    "mentorship_id", "program", "model", "mentor", "mentee",
    "start_date", "end_date", "status", "assignment",
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """What is fixed before the draw.

    Attributes
    ----------
    seed : anything that nobody could choose to please: a future lottery number, a date.
    starts_on : first day of those drawn.
    next_start : first day of those who wait, with the method `waitlist`.
    """

    program: str
    places: int
    seed: str
    method: Method
    model: str
    drawn_on: date
    starts_on: date
    next_start: date | None


@dataclass(frozen=True)
class Drawn:
    """The outcome: who got a place and who waits, each in the order of the draw."""

    placed: tuple[str, ...]
    waiting: tuple[str, ...]


def applicants(known: Iterable[Application], program: str, drawn_on: date) -> list[str]:
    """List those whose application to a programme is open on the day of the draw."""
    mine = [one for one in known if one.program == program and one.applied_on <= drawn_on]
    last = {one.person: one for one in sorted(mine, key=lambda one: one.applied_on)}
    return sorted(name for name, one in last.items() if one.outcome in OPEN)


def draw(names: Sequence[str], terms: Terms) -> Drawn:
    """Rank applicants by the hash of seed and name; the first get the places.

    Raises
    ------
    BadInputError
        There is nobody to draw among, or no place to draw for.
    """
    if not names:
        raise BadInputError(
            f"there is no open application to {terms.program}: the applications export needs rows "
            "whose outcome is empty, pending or waitlisted."
        )
    if terms.places < 1:
        raise BadInputError("--places: draw for one place or more.")
    if terms.method == "waitlist" and terms.next_start is None:
        raise BadInputError("--next-start: say when those who wait will begin.")
    if terms.starts_on < terms.drawn_on:
        raise BadInputError("--starts-on: nobody can begin before the day of the draw.")
    if terms.next_start is not None and terms.next_start <= terms.starts_on:
        raise BadInputError("--next-start: who waits begins after those drawn.")
    if len(names) <= terms.places:
        raise BadInputError(
            f"{len(names)} applicants for {terms.places} places: everybody has a place, so there "
            "is nothing to draw and nobody to compare with."
        )
    ranked = sorted(names, key=lambda name: (_hash(f"{terms.seed}\n{name}"), name))
    return Drawn(tuple(ranked[: terms.places]), tuple(ranked[terms.places :]))


def record(names: Sequence[str], drawn: Drawn, terms: Terms) -> dict[str, object]:
    """Describe a draw without naming anybody, so that it can be made again and compared."""
    return {
        "program": terms.program,
        "method": terms.method,
        "model": terms.model,
        "seed": terms.seed,
        "places": terms.places,
        "drawn_on": terms.drawn_on.isoformat(),
        "starts_on": terms.starts_on.isoformat(),
        "next_start": terms.next_start.isoformat() if terms.next_start else None,
        "applicants": len(names),
        "applicants_hash": _hash("\n".join(sorted(names))),
        "result_hash": _hash("\n".join((*drawn.placed, "", *drawn.waiting))),
    }


def terms_of(found: Mapping[str, object]) -> Terms:
    """Read the terms out of a record.

    Raises
    ------
    BadInputError
        It is no record of a draw.
    """
    try:
        following = found["next_start"]
        method: Method = "waitlist" if found["method"] == "waitlist" else "lottery"
        return Terms(
            program=str(found["program"]),
            places=int(str(found["places"])),
            seed=str(found["seed"]),
            method=method,
            model=str(found["model"]),
            drawn_on=date.fromisoformat(str(found["drawn_on"])),
            starts_on=date.fromisoformat(str(found["starts_on"])),
            next_start=date.fromisoformat(str(following)) if following else None,
        )
    except (KeyError, ValueError) as error:
        raise BadInputError(f"this is no record of a draw ({error}).") from error


def read_record(path: Path) -> dict[str, object]:
    """Read a record.

    Raises
    ------
    BadInputError
        It cannot be read.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path}: cannot be read as the record of a draw.") from error
    if not isinstance(found, dict):
        raise BadInputError(f"{path}: is no record of a draw.")
    return found


def differences(names: Sequence[str], told: Mapping[str, object]) -> list[str]:
    """Draw again by a record and say what differs; nothing where it holds."""
    terms = terms_of(told)
    again = record(names, draw(names, terms), terms)
    said = {
        "applicants_hash": "the applications that are open on the day are not those of the draw",
        "result_hash": "the same terms draw other people",
    }
    return [text for key, text in said.items() if again[key] != told.get(key)]


def drawn_before(folder: Path, names: Sequence[str], program: str) -> tuple[int, Path] | None:
    """Say how many applicants stand in an earlier draw of the programme, and in which file.

    A second draw among the same people would choose between two results.
    """
    mine = set(names)
    for path in sorted(folder.glob("draw-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("program") == program]
        found = {row.get("mentee") for row in rows} & mine
        if found:
            return len(found), path
    return None


def write(path: Path, drawn: Drawn, terms: Terms) -> None:
    """Write the mentorships to be, for the programme office to fill in and `refresh` to read.

    Those who wait are in the file with the method `waitlist` only: a lottery promises nothing.
    The file is there whole or not at all.
    """
    starts = [(name, terms.starts_on) for name in drawn.placed]
    if terms.method == "waitlist" and terms.next_start is not None:
        starts += [(name, terms.next_start) for name in drawn.waiting]
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        for name, start in starts:
            number = _hash(f"{terms.program}\n{terms.drawn_on}\n{name}")[:12]
            rows.writerow(
                (f"draw-{number}", terms.program, terms.model, "", name, start.isoformat(), "",
                 "pending", terms.method)
            )  # fmt: skip
    partial.replace(path)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
