"""What a second mentorship adds: for everyone who began one, and by sequence of models."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import formats, scope
from dashboards.components.html import render
from dashboards.components.supporting import EVERYONE, Line, lines_of
from dashboards.queries import Snapshot
from dashboards.rows import Estimate

WANTED = ("again_",)
DIMENSION = "model"

_FIRST = {
    "1:1": "mentored 1:1",
    "peer": "mentored by a peer",
    "circle": "mentored in a circle",
    "reverse": "mentored in reverse",
}
_SECOND = {
    "1:1": "were then mentored 1:1",
    "peer": "then joined a peer",
    "circle": "then joined a circle",
    "reverse": "were then mentored in reverse",
    "several": "then began several at once",
}
_BETWEEN = ", then "


@dataclass(frozen=True, slots=True)
class Group:
    """Everyone who began a second mentorship, or those of one sequence of models.

    Attributes
    ----------
    people : how many began a second and have a baseline; empty where it is withheld.
    """

    title: str
    meaning: str
    people: str
    lines: tuple[Line, ...]


def meaning_of(sequence: str) -> str:
    """Say who is compared with whom, of a sequence such as `1:1, then circle`."""
    first, _, second = sequence.partition(_BETWEEN)
    who = _FIRST.get(first, f"whose mentorship was “{first}”")
    after = _SECOND.get(second, f"then began one that was “{second}”")
    again = " again" if first == second else ""
    return f"People {who} who {after}{again}, against people {who} once."


def html_of(snapshot: Snapshot, confidence: str) -> str:
    """Return the section: the comparison in words, everyone, sequences, or why there is nothing.

    A reader who may not see everyone is told nothing: that it is of no group says nothing of all.

    Parameters
    ----------
    confidence : of the intervals, as it is written.
    """
    limits = scope.current()
    if limits is not None and not limits.sees_all:
        return ""
    everyone = _group(snapshot, EVERYONE, "Everyone who began a second", "")
    groups = [everyone] if everyone.lines else []
    withheld = []
    for sequence in snapshot.groups_of(WANTED[0], DIMENSION):
        group = _group(snapshot, (DIMENSION, sequence), sequence, meaning_of(sequence))
        if all(line.verdict.key == "suppressed" for line in group.lines):
            withheld.append(sequence)
        else:
            groups.append(group)
    return render("again.html", groups=groups, withheld=withheld, confidence=confidence)


def _group(snapshot: Snapshot, segment: tuple[str, str], title: str, meaning: str) -> Group:
    began = [
        row.n_mentored_eligible
        for row in snapshot.rows(Estimate, *segment)
        if row.outcome.startswith(WANTED) and row.n_mentored_eligible is not None
    ]
    people = f"{formats.count(max(began))} people" if began else ""
    return Group(title, meaning, people, lines_of(snapshot, WANTED, segment))
