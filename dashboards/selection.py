"""What a page shows: one group of one dimension, and a follow-up window. Lives in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

ALL = "all"
HEADLINE = "headline"
DIMENSION_LABELS: Mapping[str, str] = {
    "all": "Everyone",
    "organisation": "Organisation",
    "level": "Level",
    "job_family": "Job family",
    "location": "Location",
    "program": "Programme",
    "model": "Mentoring model",
    "assignment": "How mentees were chosen",
    "cohort": "Start of mentoring",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """One view.

    Attributes
    ----------
    dimension, value : the group; `all`, `all` is everyone.
    follow_up : months, or None for each outcome's own headline window.
    """

    dimension: str = ALL
    value: str = ALL
    follow_up: int | None = None

    @property
    def is_everyone(self) -> bool:
        """Tell whether the view shows everyone."""
        return self.dimension == ALL

    def query(self) -> str:
        """Return the query string that reproduces this view; empty for the default one."""
        parts: dict[str, str] = {}
        if not self.is_everyone:
            parts |= {"dimension": self.dimension, "group": self.value}
        if self.follow_up is not None:
            parts["follow_up"] = str(self.follow_up)
        return f"?{urlencode(parts)}" if parts else ""


def dimension_label(dimension: str) -> str:
    """Return a dimension's name for people; reporting groups keep their own."""
    return DIMENSION_LABELS.get(dimension, dimension.replace("_", " ").capitalize())


def choose(
    segments: Mapping[str, tuple[str, ...]],
    follow_ups: tuple[int, ...],
    dimension: str | None = None,
    group: str | None = None,
    follow_up: str | int | None = None,
) -> Selection:
    """Turn what a URL or a picker asks for into a view that exists.

    A dimension without a group means its first group. What does not exist falls back to the
    widest choice, everyone and the headline windows; `is_met` tells a page to say so.
    """
    windows = {str(months): months for months in follow_ups}
    months = windows.get(str(follow_up))
    groups = segments.get(dimension or ALL, ())
    if not dimension or dimension == ALL or not groups:
        return widest(segments, months)
    if group is None:
        return Selection(dimension, groups[0], months)
    return Selection(dimension, group, months) if group in groups else widest(segments, months)


def widest(segments: Mapping[str, tuple[str, ...]], follow_up: int | None = None) -> Selection:
    """Return the widest view that there is: everyone, unless the reader sees less."""
    if ALL in segments or not segments:
        return Selection(follow_up=follow_up)
    dimension, groups = next(iter(segments.items()))
    return Selection(dimension, groups[0], follow_up)


def is_met(
    selection: Selection,
    dimension: str | None = None,
    group: str | None = None,
    follow_up: str | None = None,
) -> bool:
    """Tell whether a view is the one that was asked for."""
    wants_window = follow_up not in (None, "", HEADLINE)
    return (
        (dimension in (None, "", selection.dimension))
        and (group in (None, "", selection.value))
        and (not wants_window or str(selection.follow_up) == follow_up)
    )
