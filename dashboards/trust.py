"""Whether a view can be believed: the chips under the headline and what not to conclude.

Every chip's status comes from rows of the very group that is shown. No row means "not checked",
never a pass, and a withheld group shows nothing of its checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboards import formats, sentences
from dashboards.queries import DataCheck, TrustCheck
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
class CheckWords:
    """A trust check in words, one phrase a status."""

    name: str
    ok: str
    warn: str
    fail: str
    meaning: str

    def phrase(self, status: str) -> str:
        """Return the chip's text for a status."""
        spoken = {"ok": self.ok, "warn": self.warn, "fail": self.fail}
        return spoken.get(status, f"{self.name}: not checked")


CHECKS: dict[str, CheckWords] = {
    "balance": CheckWords(
        "Balance",
        "Groups are alike",
        "Groups differ a little",
        "Groups are not alike",
        "Mentored engineers and their matched peers should look alike before the start: same "
        "level, tenure, organisation and recent work.",
    ),
    "pre_trend": CheckWords(
        "Drift before the start",
        "No drift before the start",
        "Drift before the start",
        "Drift before the start",
        "Well before the start the two groups should move together.",
    ),
    "designs_agree": CheckWords(
        "Two designs",
        "Two designs agree",
        "Two designs differ",
        "Two designs disagree",
        "The effect is estimated in two ways that err in opposite directions.",
    ),
    "negative_control": CheckWords(
        "Hidden selection",
        "No sign of hidden selection",
        "Possible hidden selection",
        "Sign of hidden selection",
        "The last performance rating before the start cannot be an effect of mentoring; if it "
        "differs, the groups differ in something that matching did not see.",
    ),
    "placebo": CheckWords(
        "Placebo starts",
        "Placebo starts show nothing",
        "Intervals widened after placebo starts",
        "Placebo starts show an effect",
        "The same analysis is run on made-up starts, where nothing happened.",
    ),
    "dropout": CheckWords(
        "Follow-up",
        "Follow-up alike in both groups",
        "Follow-up differs",
        "Follow-up differs a lot",
        "If one group can be followed less often, what is left may not be alike.",
    ),
}


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
    by_check: dict[str, list[TrustCheck]] = {}
    for check in view.checks:
        by_check.setdefault(check.check, []).append(check)
    if not by_check:
        return [Chip("checks", "Comparison not checked", "unknown", "neutral", ())]
    order = [*CHECKS, *sorted(set(by_check) - set(CHECKS))]
    return [_check(view, name, by_check[name]) for name in order if name in by_check]


def _check(view: View, name: str, rows: Sequence[TrustCheck]) -> Chip:
    status = worst([row.status for row in rows])
    label = name.replace("_", " ").capitalize()
    words = CHECKS.get(name)
    text = words.phrase(status) if words else f"{label}: {STATUS_WORDS[status]}"
    details = [words.meaning] if words else []
    details += [_check_line(view, row) for row in rows]
    return Chip(name, text, ICONS[status], TONES[status], tuple(dict.fromkeys(details)))


def _check_line(view: View, row: TrustCheck) -> str:
    status = worst([row.status])
    scope = f"{view.label(row.outcome)}: " if row.outcome and row.outcome != "all" else ""
    return f"{scope}{row.sentence}" if row.sentence else f"{scope}{STATUS_WORDS[status]}."


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
    return (
        f"{row.source}, {row.table_name}: {row.check.replace('_', ' ')} "
        f"({formats.count(row.failed)} of {formats.count(row.rows_checked)} rows)."
    )


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
    found = [_assignment(view), *_failed(view)]
    found += [_hidden_cause(view, rows) for rows in view.outcomes]
    found += [_undecided(view, rows) for rows in view.outcomes]
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
        "Mentoring was not assigned by lot. Mentored engineers did better or worse; that mentoring "
        "caused it is not shown. Matching removes only the differences that were measured."
    )


def _failed(view: View) -> list[str]:
    serious = [row for row in view.checks if row.status in ("fail", "warn") and row.sentence]
    return list(dict.fromkeys(_check_line(view, row) for row in serious))


def _hidden_cause(view: View, rows: OutcomeRows) -> str:
    row = rows.matched
    if row is None or rows.verdict not in ("better", "worse") or row.e_value is None:
        return ""
    text = (
        f"{view.label(row.outcome)}: something unmeasured, {row.e_value:.1f} times as common "
        f"among mentees and weighing as much on the outcome, would explain the difference away"
    )
    nearer = f"; {row.e_value_ci:.1f} times would make it uncertain" if row.e_value_ci else ""
    return f"{text}{nearer}."


def _undecided(view: View, rows: OutcomeRows) -> str:
    row = rows.matched
    if row is None or rows.verdict != "no_clear_difference":
        return ""
    seen = sentences.detectable_words(rows.outcome, row)
    text = f"{view.label(row.outcome)}: no clear difference is not no effect"
    return (
        f"{text}; anything smaller than {seen} would not be visible here." if seen else f"{text}."
    )


def _own_caveat(rows: OutcomeRows) -> str:
    shown = rows.matched is not None and rows.matched.estimate is not None
    return rows.outcome.caveat if shown else ""
