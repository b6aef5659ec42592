"""Whether a view can be believed: the chips under the headline and what not to conclude.

Every chip's status comes from rows of the very group that is shown. No row means "not checked",
never a pass, and a withheld group shows nothing of its checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboards import formats, sentences
from dashboards.rows import DataCheck, TrustCheck
from dashboards.view import OutcomeRows, View

SEVERITY = ("fail", "warn", "not_checked", "ok")
TONES = {"ok": "better", "warn": "caution", "fail": "worse", "not_checked": "neutral"}
ICONS = {"ok": "check", "warn": "warning", "fail": "cross", "not_checked": "unknown"}
STATUS_WORDS = {
    "ok": "passes",
    "warn": "needs care",
    "fail": "fails",
    "not_checked": "not checked",
}
GAP_DAYS = 45
SOURCES = {
    "git": "Git",
    "hris": "HR system",
    "incidents": "Incidents",
    "mentorship": "Mentorship",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A short statement, its state and what is behind it."""

    key: str
    text: str
    icon: str
    tone: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks that answer one question, as one chip.

    Attributes
    ----------
    key, name : the chip's key, and its subject where nothing was checked.
    ok : what the chip says when all of them pass, the core one among them.
    core : the check without which the question is not answered, whatever else passes.
    concerns : check -> what the chip says when it needs care, and when it fails; the first of
        equally grave ones speaks.
    meaning : why the question matters, in one sentence.
    is_optional : whether the chip stays away where nothing was checked.
    """

    key: str
    name: str
    ok: str
    core: str
    concerns: Mapping[str, tuple[str, str]]
    meaning: str
    is_optional: bool = False


GROUPS: tuple[CheckGroup, ...] = (
    CheckGroup(
        "alike",
        "Groups alike",
        "Groups are alike",
        "balance",
        {
            "matched_share": ("Too few mentees matched", "Too few mentees matched"),
            "balance": ("Groups differ a little", "Groups are not alike"),
            "drop_out": ("Groups followed unequally", "Groups followed unequally"),
            "spillover": ("A lower bound: peers have mentored team-mates", "A lower bound"),
        },
        "Mentored engineers and their matched peers should be alike before the start, and be "
        "followed alike after it.",
    ),
    CheckGroup(
        "before",
        "Time before the start",
        "No drift before the start",
        "pre_trend",
        {
            "pre_trend": ("Drift before the start", "Drift before the start"),
            "dip": ("Slow spell before the start", "Slow spell before the start"),
        },
        "Well before the start the two groups should move together; a slow spell right before it "
        "makes simple before and after figures look too good, and some of it may recover by "
        "itself.",
    ),
    CheckGroup(
        "designs",
        "Second design",
        "Designs agree",
        "design_agreement",
        {"design_agreement": ("Designs differ", "Designs disagree")},
        "Cycle time is estimated in two ways that are misled by different things.",
    ),
    CheckGroup(
        "placebo",
        "Placebo starts",
        "Placebo starts show nothing",
        "placebo",
        {"placebo": ("Intervals widened after placebo starts", "Placebo starts show an effect")},
        "The same analysis is run on made-up starts, where nothing happened.",
        is_optional=True,
    ),
    CheckGroup(
        "hidden",
        "Hidden selection",
        "No sign of hidden selection",
        "negative_control",
        {
            "negative_control": ("Possible hidden selection", "Sign of hidden selection"),
            "hidden_causes": ("A weak hidden cause would do", "A weak hidden cause would do"),
        },
        "The last performance rating before the start cannot be an effect of mentoring; if it "
        "differs, something that is not recorded decides who is mentored.",
    ),
    CheckGroup(
        "looks",
        "Planned looks",
        "Looks as planned",
        "looks",
        {
            "looks": ("Looks are not planned", "Looks are not planned"),
            "plan": ("Plan of looks in doubt", "Plan of looks in doubt"),
        },
        "Looking at growing data again and again raises false alarms, unless the looks were "
        "planned.",
    ),
)


def chips(view: View) -> tuple[Chip, ...]:
    """Return the chips of a view, in the order in which they are read."""
    found = [_people(view)]
    if not view.is_withheld:
        found += _checks(view)
    return (*found, *_gap(view), _data_checks(view))


def _spread(counts: Sequence[int | None]) -> str:
    known = sorted({number for number in counts if number is not None})
    if not known:
        return ""
    low, high = formats.count(known[0]), formats.count(known[-1])
    return low if low == high else f"{low} to {high}"


def _people(view: View) -> Chip:
    if view.is_withheld:
        reason = sentences.withheld_words(view.minimum_group)
        return Chip("people", "Too few people to show", "lock", "neutral", (reason,))
    rows = [rows.matched for rows in view.outcomes if rows.matched]
    mentored = _spread([row.n_mentored for row in rows])
    matched = _spread([row.n_comparison for row in rows])
    if not mentored or not matched:
        return Chip("people", "No people compared yet", "people", "neutral", ())
    details = [_people_of(view, entry) for entry in view.outcomes if entry.matched]
    return Chip(
        "people",
        f"{mentored} mentored, {matched} peers",
        "people",
        "plain",
        (*filter(None, details), "Counts are rounded to the nearest 5."),
    )


def _people_of(view: View, rows: OutcomeRows) -> str:
    row = rows.matched
    if row is None or row.n_mentored is None:
        return ""
    text = (
        f"{view.label(rows.outcome.key)}: {formats.count(row.n_mentored)} mentored, "
        f"{formats.count(row.n_comparison)} matched peers"
    )
    if row.n_mentored_eligible is not None:
        text += f", of {formats.count(row.n_mentored_eligible)} mentees who could be matched"
    return text + "."


def worst(statuses: Sequence[str | None]) -> str:
    """Return the gravest status; anything unknown counts as not checked."""
    known = {status if status in SEVERITY else "not_checked" for status in statuses}
    return next((status for status in SEVERITY if status in known), "not_checked")


def _checks(view: View) -> list[Chip]:
    if not view.checks:
        return [Chip("checks", "Comparison not checked", "unknown", "neutral", ())]
    known = {check for group in GROUPS for check in group.concerns}
    others = sorted({row.check for row in view.checks} - known)
    groups = [*GROUPS, *(_group_of_one(check) for check in others)]
    return [chip for chip in (_group_chip(view, group) for group in groups) if chip]


def _group_of_one(check: str) -> CheckGroup:
    name = check.replace("_", " ").capitalize()
    return CheckGroup(
        check,
        name,
        f"{name}: passes",
        check,
        {check: (f"{name}: needs care", f"{name}: fails")},
        "",
    )


def _group_chip(view: View, group: CheckGroup) -> Chip | None:
    rows = [row for check in group.concerns for row in view.shown_checks if row.check == check]
    if not rows:
        return None
    status = worst([row.status for row in rows])
    if status == "ok" and group.core not in {row.check for row in rows}:
        status = "not_checked"
    if status == "not_checked" and group.is_optional:
        return None
    concern = group.concerns[
        next((row.check for row in rows if worst([row.status]) == status), rows[0].check)
    ]
    phrases = {
        "ok": group.ok,
        "not_checked": f"{group.name}: not checked",
        "warn": concern[0],
        "fail": concern[1],
    }
    details = [group.meaning, *(_check_line(view, row) for row in rows)]
    return Chip(
        group.key,
        phrases[status],
        ICONS[status],
        TONES[status],
        tuple(dict.fromkeys(filter(None, details))),
    )


def _check_line(view: View, row: TrustCheck) -> str:
    status = worst([row.status])
    scope = f"{view.label(row.outcome)}: " if row.outcome and row.outcome != "all" else ""
    return f"{scope}{formats.tidy(row.sentence or STATUS_WORDS[status] + '.')}"


def _data_checks(view: View) -> Chip:
    rows, ends = view.data_checks, _ends(view)
    if not rows:
        return Chip("data", "Data not checked", "unknown", "neutral", tuple(ends))
    status = worst([row.status for row in rows])
    passed = sum(row.status == "ok" for row in rows)
    text = (
        f"All {passed} data checks pass"
        if passed == len(rows)
        else f"{passed} of {len(rows)} data checks pass"
    )
    failing = [_failing(row) for row in rows if row.status != "ok"]
    return Chip("data", text, ICONS[status], TONES[status], (*failing[:6], *ends))


def _failing(row: DataCheck) -> str:
    name = f"{row.source}, {row.table_name}: {row.check.replace('_', ' ')}"
    if row.rows_checked is None:  # the reader is not told how many
        return f"{name}."
    return f"{name} ({formats.count(row.failed)} of {formats.count(row.rows_checked)} rows)."


def data_ends(info: Mapping[str, str]) -> dict[str, date]:
    """Return each source's data end, as far as the snapshot says it."""
    ends = {}
    for source in SOURCES:
        text = info.get(f"{source}_end") or info.get(f"data_end.{source}")
        if text:
            ends[source] = date.fromisoformat(text[:10])
    return ends


def _ends(view: View) -> list[str]:
    return [
        f"{SOURCES[source]}: data to {formats.day(end)}."
        for source, end in data_ends(view.snapshot.info).items()
    ]


def _gap(view: View) -> list[Chip]:
    """Return a warning where the sources end far apart: outcomes then cover different times."""
    ends = data_ends(view.snapshot.info)
    gap = (max(ends.values()) - min(ends.values())).days if ends else 0
    if gap <= GAP_DAYS:
        return []
    text = f"Sources end {gap} days apart"
    return [Chip("dates", text, "warning", "caution", tuple(_ends(view)))]


# ---- what not to conclude --------------------------------------------------------------------


def caveats(view: View) -> tuple[str, ...]:
    """Return what the figures shown do not allow to be concluded, the gravest first."""
    if view.is_withheld:
        return (
            "A withheld group says nothing about mentoring in it, neither good nor bad.",
            "Do not take the group's figures from the total by subtraction: they are protected.",
        )
    failed = _failed(view)
    has_failure = any(row.status == "fail" for row in view.shown_checks)
    found = [*failed, _assignment(view)] if has_failure else [_assignment(view), *failed]
    found += [_hidden_cause(view), _undecided(view)]
    found += [_own_caveat(rows) for rows in view.outcomes]
    if not view.selection.is_everyone:
        found.append(
            "Do not rank groups by these figures: most of the spread between groups is chance."
        )
    return tuple(text for text in found if text)


def _assignment(view: View) -> str:
    if not any(rows.matched and rows.matched.estimate is not None for rows in view.outcomes):
        return ""
    if view.is_randomised:
        return (
            "These mentees were drawn by lot, so the difference can be read as an effect of being "
            "offered a mentor here; it need not hold where people choose."
        )
    return (
        "That mentoring caused a difference is not shown: nobody was assigned by lot, and matching "
        "removes only the differences that were measured."
    )


def _failed(view: View) -> list[str]:
    serious = [row for row in view.shown_checks if row.status in ("fail", "warn") and row.sentence]
    ranked = sorted(serious, key=lambda row: row.status != "fail")
    return list(dict.fromkeys(_check_line(view, row) for row in ranked))


def _hidden_cause(view: View) -> str:
    """Say how strong something unmeasured would have to be, for all decided outcomes at once."""
    decided = [
        rows.matched
        for rows in view.outcomes
        if rows.verdict in ("better", "worse") and rows.matched and rows.matched.e_value
    ]
    if not decided:
        return ""
    sizes = [
        f"{formats.decimal(row.e_value, 1)} times "
        f"({sentences.in_sentence(view.label(row.outcome))})"
        for row in decided
    ]
    return (
        f"Something unmeasured could explain the difference away: it would have to be "
        f"{formats.words_of(sizes)} as common among mentees and weigh as much on the outcome."
    )


def _undecided(view: View) -> str:
    """Say what an outcome without a clear difference could still hide."""
    open_rows = [rows for rows in view.outcomes if rows.verdict == "no_clear_difference"]
    if not open_rows:
        return ""
    unseen = [
        f"under {seen} ({sentences.in_sentence(view.label(rows.outcome.key))})"
        for rows in open_rows
        if rows.matched and (seen := sentences.detectable_words(rows.outcome, rows.matched))
    ]
    text = "No clear difference is not no effect"
    return (
        f"{text}: {formats.words_of(unseen)} would not be visible here." if unseen else f"{text}."
    )


def _own_caveat(rows: OutcomeRows) -> str:
    shown = rows.matched is not None and rows.matched.estimate is not None
    return rows.outcome.caveat if shown else ""
