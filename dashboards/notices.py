"""What stands above every page when something is amiss, in a sentence each.

A refresh that failed, data that are old, a snapshot that an earlier version wrote, or one that
cannot be read. The words tell nothing of the data, so that every reader may see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dashboards import formats
from dashboards.queries import Snapshot, SnapshotError, SnapshotStore
from pipeline import journal
from pipeline.published import STALE_AFTER_DAYS

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Health:
    """How what is served stands at one moment; pages, routes and metrics all tell it.

    Attributes
    ----------
    refresh : how the last refresh stands; None where none is known.
    data_age_days : days from the last day of the data to today; None without a snapshot.
    stale_after_days : days from which they are old.
    """

    refresh: journal.Last | None
    data_age_days: int | None
    stale_after_days: int

    @property
    def is_failed(self) -> bool:
        """Whether the last refresh published nothing though it was to."""
        return self.refresh is not None and self.refresh.is_bad

    @property
    def is_stale(self) -> bool:
        """Whether the data are older than the settings, or the plan, allow."""
        return self.data_age_days is not None and self.data_age_days > self.stale_after_days

    def as_answer(self) -> dict[str, str | int | bool | None]:
        """Say it to a machine."""
        return {
            "refresh": self.refresh.state if self.refresh else None,
            "refresh_at": self.refresh.at if self.refresh else None,
            "data_age_days": self.data_age_days,
            "stale": self.is_stale,
        }


def health(store: SnapshotStore, now: datetime | None = None) -> Health:
    """Look how what is served stands."""
    now = now or datetime.now(UTC)
    try:
        snapshot = store.latest()
    except SnapshotError:
        return Health(journal.last(store.warehouse), None, STALE_AFTER_DAYS)
    age = (now.date() - snapshot.as_of).days
    return Health(journal.last(store.warehouse), age, _limit(snapshot))


def _limit(snapshot: Snapshot) -> int:
    told = snapshot.info.get("stale_after_days", "")
    return int(told) if told.isdecimal() else STALE_AFTER_DAYS


def sentences(store: SnapshotStore, now: datetime | None = None) -> list[str]:
    """Say what is amiss with what a page shows, the gravest first; nothing where all is well."""
    try:
        snapshot: Snapshot | None = store.latest()
    except SnapshotError:
        snapshot = None
    found = []
    stands = health(store, now)
    if stands.refresh is not None and stands.is_failed:
        found.append(_failed(stands.refresh, snapshot))
    if snapshot is None:
        return found
    if store.problem:
        found.append(
            f"The newest snapshot is not shown: {store.problem}. This page shows the last one that "
            "can be read; publish anew with make refresh."
        )
    if stands.is_stale:
        found.append(
            f"These data are old: they end on {formats.day(snapshot.as_of)}, "
            f"{stands.data_age_days} days ago, and are to be renewed within "
            f"{stands.stale_after_days} days. Refresh from newer exports."
        )
    if snapshot.lacking:
        found.append(_lacking(snapshot.lacking))
    return found


def _failed(refresh: journal.Last, snapshot: Snapshot | None) -> str:
    when = formats.moment(refresh.at)
    what = (
        f"The refresh that began on {when} was cut off before its end"
        if refresh.state == "cut off"
        else f"The refresh of {when} failed: {refresh.reason}"
    )
    if snapshot is None:
        return f"{what}. Nothing was published."
    built = formats.moment(snapshot.info.get("built_at"))
    return f"{what}. Until one succeeds, the last good snapshot is shown, built on {built}."


def _lacking(names: tuple[str, ...]) -> str:
    shown = [name.replace("_", " ").replace(".", ": ") for name in names[:MOST_NAMED]]
    more = f" and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else ""
    return (
        f"This snapshot was published by an earlier version, without {', '.join(shown)}{more}: "
        "those parts are empty here until the next refresh."
    )
