"""The evidence behind an estimate: checks, balance, other choices, power."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboards import formats, sentences, trust
from dashboards.components.forest import (
    MUTED_LABELS,
    RECOVERY,
    ForestGroup,
    ForestRow,
    interval_text,
)
from dashboards.components.html import render
from dashboards.components.strip import Axis, axis, strip
from dashboards.outcomes import BY_KEY, better_sign
from dashboards.rows import BalanceRow, Estimate, SensitivityRow, TrustCheck
from dashboards.view import OutcomeRows, View

CHECK_NAMES = {
    "matched_share": "Share matched",
    "balance": "Balance before the start",
    "drop_out": "Drop-out",
    "pre_trend": "Drift before the start",
    "dip": "Slow spell before the start",
    "design_agreement": "Designs",
    "placebo": "Placebo starts",
    "negative_control": "Earlier ratings (negative control)",
    "hidden_causes": "Hidden cause needed",
    "looks": "Planned looks",
    "plan": "Written plan",
    "spillover": "Mentored team-mates among peers",
}
VARIANTS = {
    "undrawn": ("This group alone", "before it is drawn towards all groups"),
    "design_a": ("Design A", "given the own past, within matched groups"),
    "design_b": ("Design B", "change against the own past, the slow spell left out"),
    "clean_controls": ("Peers who stay unmentored", "knows the future, so no headline"),
    "censoring_weighted": ("Weighted for who is still followed", "allows for uneven follow-up"),
    "two_way_fe": ("Two-way fixed effects", "the usual report; misleads when starts are staggered"),
    "two_sessions": ("At least two sessions", "counted from the second"),
    "without_events": ("Without known events", "their months left out"),
    "unexposed_comparison": ("Peers without a mentored team-mate", "help of team-mates left out"),
    "onboarding": ("New joiners", "started in their first three months"),
}
MISLEADING = ("two_way_fe",)
DESIGNS = {
    "a": "Design A, with pages, staying and promotion",
    "b": "Design B, second design of cycle time",
}
COVARIATES = {
    "cycle_time_3_months": "Cycle time, last 3 months",
    "cycle_time_9_months": "Cycle time, months 12 to 4 before",
    "incident_rate_6_months": "Pages, last 6 months",
    "incident_rate_12_months": "Pages, last 12 months",
    "level_rank": "Level",
    "merged_a_month": "Merged a month",
    "months_in_level": "Time in level",
    "on_call_weeks_12_months": "On-call weeks, last 12 months",
    "tenure_months": "Tenure",
}
LIMITS = (0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Other:
    """An effect under another choice, in the shape that the forest draws."""

    scale: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


# ---- checks ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check as it is written on the page."""

    name: str
    concerns: str
    status: str
    tone: str
    icon: str
    sentence: str


def headline(view: View) -> str:
    """Return the page's one sentence."""
    group = "" if view.selection.is_everyone else f"{view.selection.value}: "
    if view.is_withheld:
        return f"{group}too small a group to show."
    text = group + _tally([trust.worst([row.status]) for row in view.checks])
    return text[:1].upper() + text[1:]


def _tally(statuses: Sequence[str]) -> str:
    failed, warned = statuses.count("fail"), statuses.count("warn")
    if not statuses:
        return "nothing has been checked."
    if failed:
        return f"{failed} of {len(statuses)} checks {'fails' if failed == 1 else 'fail'}."
    if warned:
        verb = "needs" if warned == 1 else "need"
        return f"no check fails, {warned} of {len(statuses)} {verb} care."
    if set(statuses) == {"ok"}:
        return f"all {len(statuses)} checks pass."
    return f"{statuses.count('ok')} of {len(statuses)} checks pass, the rest could not be made."


def checks_html(view: View) -> str:
    """Return the checks, the gravest first."""
    return render("checks.html", lines=check_lines(view))


def check_lines(view: View) -> list[CheckLine]:
    """Return each check as it is written, the gravest first; none of a withheld group."""
    order = {status: place for place, status in enumerate(trust.SEVERITY)}
    names = list(CHECK_NAMES)
    ranked = sorted(
        () if view.is_withheld else view.checks,
        key=lambda row: (
            order[trust.worst([row.status])],
            names.index(row.check) if row.check in names else len(names),
        ),
    )
    return [_check(view, row) for row in ranked]


def _check(view: View, row: TrustCheck) -> CheckLine:
    status = trust.worst([row.status])
    concerns = "All outcomes" if row.outcome in (None, "all") else view.label(row.outcome or "")
    return CheckLine(
        name=CHECK_NAMES.get(row.check, row.check.replace("_", " ").capitalize()),
        concerns=concerns,
        status=trust.STATUS_WORDS[status],
        tone=trust.TONES[status],
        icon=trust.ICONS[status],
        sentence=formats.tidy(row.sentence or ""),
    )


# ---- balance ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One covariate: where it stood before matching and where after."""

    name: str
    before: float | None
    after: float | None
    before_text: str
    after_text: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True)
class BalanceGroup:
    """The covariates of one design, the largest remaining difference first."""

    title: str
    lines: tuple[BalanceLine, ...]


def balance_html(view: View) -> str:
    """Return how alike the groups were, covariate by covariate."""
    rows = () if view.is_withheld else view.snapshot.rows(BalanceRow, *_segment(view))
    shown = [row for row in rows if row.smd_after is not None or row.smd_before is not None]
    limit = _limit(shown)
    groups = [
        BalanceGroup(title, tuple(_balance(row, limit) for row in _ranked(shown, design)))
        for design, title in DESIGNS.items()
        if any(row.design == design for row in shown)
    ]
    return render("balance.html", groups=groups, limit=limit, bands=_bands(limit))


def _segment(view: View) -> tuple[str, str]:
    return view.selection.dimension, view.selection.value


def _limit(rows: Iterable[BalanceRow]) -> float:
    """Return the end of the axis: the smallest that holds every difference shown."""
    sizes = [abs(size) for row in rows for size in (row.smd_before, row.smd_after) if size]
    return next((limit for limit in LIMITS if limit >= max(sizes, default=0)), LIMITS[-1])


def _bands(limit: float) -> dict[str, float]:
    """Return where the thresholds stand, in per cent of the half width."""
    return {"amber": round(50 * 0.1 / limit, 2), "red": round(50 * 0.25 / limit, 2)}


def _ranked(rows: Iterable[BalanceRow], design: str) -> list[BalanceRow]:
    mine = [row for row in rows if row.design == design]
    return sorted(mine, key=lambda row: -abs(row.smd_after or 0.0))


def _balance(row: BalanceRow, limit: float) -> BalanceLine:
    return BalanceLine(
        name=COVARIATES.get(row.covariate, row.covariate.replace("_", " ").capitalize()),
        before=_place(row.smd_before, limit),
        after=_place(row.smd_after, limit),
        before_text=formats.decimal(row.smd_before),
        after_text=formats.decimal(row.smd_after),
        tone="neutral" if row.adjusted_in_model else _balance_tone(row.smd_after),
        note="adjusted in the model" if row.adjusted_in_model else "",
    )


def _place(size: float | None, limit: float) -> float | None:
    if size is None:
        return None
    return round(min(100.0, max(0.0, 50 + 50 * size / limit)), 2)


def _balance_tone(size: float | None) -> str:
    if size is None:
        return "neutral"
    return "better" if abs(size) <= 0.1 else "caution" if abs(size) <= 0.25 else "worse"


# ---- the same effect under other choices -----------------------------------------------------


def estimators_html(view: View) -> str:
    """Return each outcome's headline beside other analyses of it."""
    rows = () if view.is_withheld else view.snapshot.rows(SensitivityRow, *_segment(view))
    groups = [_estimators(view, entry, rows) for entry in view.outcomes]
    return render("estimators.html", groups=[group for group in groups if group])


def _estimators(
    view: View, entry: OutcomeRows, rows: Sequence[SensitivityRow]
) -> ForestGroup | None:
    matched = entry.matched
    if matched is None or matched.estimate is None:
        return None
    scale = matched.scale
    others = [row for row in rows if row.outcome == matched.outcome and row.estimate is not None]
    if entry.verdict != "as_overall":
        others = [row for row in others if row.variant != "undrawn"]
    others.sort(key=lambda row: row.variant != "undrawn")
    shown = [Other(scale, row.estimate, row.ci_low, row.ci_high) for row in others]
    raw = [row for row in (entry.naive, entry.before_after) if row and row.estimate is not None]
    common = axis([matched, *shown, *raw], scale)
    lines = [_line(matched, "Shown on the cards", "", common, "headline", matched.outcome)]
    lines += [_variant(other, row, common) for other, row in zip(shown, others, strict=True)]
    lines += [_raw_line(row, common) for row in raw]
    return ForestGroup(view.label(matched.outcome), common, tuple(lines))


def _variant(other: Other, row: SensitivityRow, common: Axis) -> ForestRow:
    label, note = VARIANTS.get(row.variant, (row.variant.replace("_", " ").capitalize(), ""))
    kind = "muted" if row.variant in MISLEADING else "supporting"
    return _line(other, label, note, common, kind, row.outcome)


def _raw_line(row: Estimate, common: Axis) -> ForestRow:
    note = RECOVERY if row.comparison == "before_after" else "not like for like"
    return _line(row, MUTED_LABELS[row.comparison], note, common, "muted", row.outcome)


def _line(
    row: Other | Estimate, label: str, note: str, common: Axis, kind: str, outcome: str
) -> ForestRow:
    people = ""
    if isinstance(row, Estimate) and row.n_mentored is not None:
        people = formats.count(row.n_mentored)
    return ForestRow(
        label=label,
        note=note,
        kind=kind,
        strip=strip(row, common, better_sign(outcome, row.scale)),
        effect=formats.effect(row.estimate, row.scale),
        interval=interval_text(row),
        people=people,
        verdict=None,
    )


# ---- power and multiplicity ------------------------------------------------------------------


def power_html(view: View) -> str:
    """Return what could have been seen, and how the four outcomes are judged together."""
    head = (
        "Outcome",
        "Mentored",
        "Smallest visible effect",
        "p",
        "p, four outcomes",
        "E-value (near end)",
        "Decidable",
    )
    rows = [_power(view, entry) for entry in view.outcomes if entry.matched]
    return render("power.html", head=head, rows=[] if view.is_withheld else rows)


def _power(view: View, entry: OutcomeRows) -> list[str]:
    row = entry.matched
    if row is None:
        return []
    e_value = formats.decimal(row.e_value, 1)
    if row.e_value is not None and row.e_value_ci is not None:
        e_value += f" ({formats.decimal(row.e_value_ci, 1)})"
    seen = sentences.detectable_words(BY_KEY[row.outcome], row)
    has_estimate = row.estimate is not None
    return [
        view.label(row.outcome),
        formats.count(row.n_mentored),
        seen or formats.NONE,
        formats.probability(row.p_value),
        formats.probability(row.p_adjusted),
        e_value,
        "now" if has_estimate else formats.month(row.decidable_on),
    ]
