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


def check_lines(rows: tuple[DataCheck, ...]) -> list[CheckLine]:
    """Return the checks, those that do not pass first."""
    order = {status: place for place, status in enumerate(trust.SEVERITY)}
    ranked = sorted(rows, key=lambda row: order[trust.worst([row.status])])
    return [_line(row) for row in ranked]


def _line(row: DataCheck) -> CheckLine:
    status = trust.worst([row.status])
    return CheckLine(
        source=SOURCES.get(row.source, row.source),
        table=row.table_name.rpartition("__")[2].replace("_", " ") or "all files",
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
        attention=[line for line in lines if line.tone != "better"],
        passing=[line for line in lines if line.tone == "better"],
    )
    return page(PATH, snapshot, [Html(id="data", html=html)])
