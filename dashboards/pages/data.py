"""What the figures rest on: checks, freshness, who is in, what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from dash.development.base_component import Component

from dashboards import formats, trust
from dashboards.components.html import Html, render
from dashboards.components.shell import page
from dashboards.queries import Snapshot, SnapshotStore
from dashboards.rows import DataCheck, FlowStep

PATH = "/data"
TITLE = "Data · Mentorship Impact"
STEPS = {
    "exported": ("Named as mentees", "in the exports"),
    "began": ("Began", "a mentorship that was active, completed or ended early"),
    "in_population": ("In the population", "not a contractor, intern or otherwise left out"),
    "has_baseline": ("With a baseline", "employed for three months before the start"),
    "matched": ("Matched", "have at least one comparable colleague"),
    "with_outcome": ("With an outcome", "merged something in the six months after"),
}
BESIDE = {
    "left_in_index_month": "left in the month they started",
    "onboarding": "started in their first three months, without a baseline of their own",
}
CONCERNS = (
    ("fail", "fails", "fail"),
    ("warn", "needs care", "need care"),
    ("not_checked", "could not be made", "could not be made"),
)
LINKED = "people_linked"
SOURCES = {**trust.SOURCES, "gh": "GitHub", "pagerduty": "PagerDuty", "generic": "Generic export"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step from exported to analysed."""

    name: str
    note: str
    people: str
    share: float


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far a source reaches."""

    name: str
    end: str
    behind: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A data check as it is written on the page."""

    source: str
    table: str
    check: str
    checked: str
    failed: str
    quarantined: str
    status: str
    tone: str
    icon: str


def headline(rows: tuple[DataCheck, ...]) -> str:
    """Return the page's one sentence."""
    if not rows:
        return "No data check has been recorded."
    passed = sum(row.status == "ok" for row in rows)
    if passed == len(rows) == 1:
        return "The one check of the data passes."
    if passed == len(rows):
        return f"All {passed} checks of the data pass."
    return f"{passed} of {len(rows)} checks of the data pass."


def lede(rows: tuple[DataCheck, ...]) -> str:
    """Return the line under the headline: what was set aside and what does not pass."""
    if not rows:
        return "Without checks nothing on these pages should be relied on."
    counted = Counter(trust.worst([row.status]) for row in rows)
    parts = [
        f"{counted[status]} {one if counted[status] == 1 else many}"
        for status, one, many in CONCERNS
        if counted[status]
    ]
    if all(row.quarantined is None for row in rows):  # the reader is not told how many
        return f"{formats.words_of(parts)}." if parts else ""
    aside = sum(row.quarantined or 0 for row in rows)
    kept = (
        f"{formats.count(aside)} rows that could not be used were set aside and kept."
        if aside
        else "No row had to be set aside."
    )
    return f"{formats.words_of(parts)}. {kept}" if parts else kept


def flow(snapshot: Snapshot) -> tuple[list[Step], list[str]]:
    """Return the steps with figures, and what is counted beside them."""
    known = {row.step: row.n for row in snapshot.rows(FlowStep, "all", "all")}
    most = max((number for number in known.values() if number), default=0)
    steps = [
        Step(name, note, formats.count(known[key]), (known[key] or 0) / most if most else 0.0)
        for key, (name, note) in STEPS.items()
        if key in known
    ]
    beside = [
        f"{formats.count(known[key])} {words}"
        for key, words in BESIDE.items()
        if known.get(key) is not None
    ]
    return steps, beside


def freshness(snapshot: Snapshot) -> list[Freshness]:
    """Return how far each source reaches, and how far behind the day looked at it is."""
    ends = trust.data_ends(snapshot.info)
    found = []
    for source, name in trust.SOURCES.items():
        if source not in ends:
            found.append(Freshness(name, "not loaded", "", is_late=True))
            continue
        days = (snapshot.as_of - ends[source]).days
        behind = "to the last day" if days <= 0 else f"{days} days before the last day"
        found.append(Freshness(name, formats.day(ends[source]), behind, days > trust.GAP_DAYS))
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one export could be used, and how much of it is by known people."""

    source: str
    table: str
    rows: str
    aside: str
    linked: str


def coverage(rows: tuple[DataCheck, ...]) -> list[Coverage]:
    """Return what was read, table by table: rows, set aside, under names of employees."""
    linked = {row.table_name: row for row in rows if row.check == LINKED}
    return [
        Coverage(
            source=SOURCES.get(row.source, row.source),
            table=_table_name(row),
            rows=formats.count(row.rows_checked),
            aside=formats.count(row.quarantined),
            linked=_linked_share(linked.get(row.table_name.rpartition("__")[2])),
        )
        for row in rows
        if row.check == "rows_usable"
    ]


def _linked_share(row: DataCheck | None) -> str:
    if row is None or not row.rows_checked or row.failed is None:
        return formats.NONE
    share = 1 - row.failed / row.rows_checked
    # Rows that count for nobody are never rounded away.
    return f"over {formats.share(0.99)}" if row.failed and share > 0.99 else formats.share(share)


def _table_name(row: DataCheck) -> str:
    return row.table_name.rpartition("__")[2].replace("_", " ") or "all files"


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot of the warehouse, as the list shows it."""

    day: str
    built: str
    id: str
    state: str


def kept(snapshot: Snapshot) -> list[Kept]:
    """Return the snapshots of the warehouse, the newest first."""
    return [
        Kept(
            day=formats.day(entry.info.get("as_of_date")),
            built=formats.moment(entry.built_at),
            id=entry.id,
            state="shown"
            if entry.id == snapshot.id
            else "kept"
            if entry.info
            else "cannot be read",
        )
        for entry in snapshot.history
    ]


def check_lines(rows: tuple[DataCheck, ...]) -> list[CheckLine]:
    """Return the checks, those that do not pass first."""
    order = {status: place for place, status in enumerate(trust.SEVERITY)}
    ranked = sorted(rows, key=lambda row: order[trust.worst([row.status])])
    return [_line(row) for row in ranked]


def _line(row: DataCheck) -> CheckLine:
    status = trust.worst([row.status])
    return CheckLine(
        source=SOURCES.get(row.source, row.source),
        table=_table_name(row),
        check=row.check.removeprefix("expect_").replace("_", " "),
        checked=formats.count(row.rows_checked),
        failed=formats.count(row.failed),
        quarantined=formats.count(row.quarantined),
        status=trust.STATUS_WORDS[status],
        tone=trust.TONES[status],
        icon=trust.ICONS[status],
    )


def layout_of(store: SnapshotStore, _query: dict[str, str]) -> Component:
    """Return the whole page."""
    snapshot = store.current()
    rows = snapshot.table(DataCheck)
    steps, beside = flow(snapshot)
    lines = check_lines(rows)
    html = render(
        "data.html",
        headline=headline(rows),
        lede=lede(rows),
        steps=steps,
        beside=formats.words_of(beside),
        freshness=freshness(snapshot),
        coverage=coverage(rows),
        kept=kept(snapshot),
        attention=[line for line in lines if line.tone != "better"],
        passing=[line for line in lines if line.tone == "better"],
    )
    return page(PATH, snapshot, [Html(id="data", html=html)])
