"""What a second mentorship adds: for everyone who began one, and by sequence of models."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.components.html import render
from dashboards.components.supporting import Line, lines_of
from dashboards.queries import Snapshot

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
    """Everyone who began a second mentorship, or those of one sequence of models."""

    title: str
    meaning: str
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

    Parameters
    ----------
    confidence : of the intervals, as it is written.
    """
    everyone = lines_of(snapshot, WANTED)
    groups = [Group("Everyone who began a second", "", everyone)] if everyone else []
    withheld = []
    for sequence in snapshot.groups_of(WANTED[0], DIMENSION):
        lines = lines_of(snapshot, WANTED, (DIMENSION, sequence))
        if all(line.verdict.key == "suppressed" for line in lines):
            withheld.append(sequence)
        else:
            groups.append(Group(sequence, meaning_of(sequence), lines))
    return render("again.html", groups=groups, withheld=withheld, confidence=confidence)
