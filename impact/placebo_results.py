"""What placebo draws showed: as figures, as a check, and as a factor for the errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from impact.checks import Check
from impact.cohort import OVERALL
from impact.rows import Row
from impact.types import Outcome

_WORDS: Mapping[Outcome, str] = {
    "pr_cycle_time": "cycle time",
    "incident_rate": "incidents",
    "retention": "retention",
    "promotion": "promotion",
}


@dataclass(frozen=True)
class Placebo:
    """What placebo draws say about one headline outcome.

    Attributes
    ----------
    outcome
        Which one.
    draws
        How many could be fitted.
    mean
        Mean placebo estimate on the model's scale; 0 without bias.
    ratio
        Standard deviation of the placebo estimates over their mean standard error.
    ratio_low
        One-sided 99 % lower bound of that ratio.
    alarms
        Share of placebo estimates with p below 0.05.
    """

    outcome: Outcome
    draws: int
    mean: float
    ratio: float
    ratio_low: float
    alarms: float

    @property
    def widening(self) -> float:
        """Factor for the outcome's standard errors: the ratio where it is surely above 1."""
        return self.ratio if self.ratio_low > 1.0 else 1.0


def widen(row: Row, placebos: Sequence[Placebo]) -> Row:
    """Multiply a matched row's error where placebos spread more than their errors say."""
    factor = next((one.widening for one in placebos if one.outcome == row.outcome), 1.0)
    if row.comparison != "matched" or row.standard_error is None or factor <= 1.0:
        return row
    return dataclasses.replace(row, standard_error=factor * row.standard_error)


def check_placebos(placebos: Sequence[Placebo]) -> list[Check]:
    """Say what the draws showed, outcome by outcome, or that there were none."""
    if not placebos:
        return [
            Check(
                "placebo",
                "all",
                OVERALL,
                None,
                None,
                "not_checked",
                "Placebo mentees were not drawn: the command mentorship placebo draws them.",
            )
        ]
    checks = []
    for found in placebos:
        sentence = (
            f"In {found.draws} placebo draws {round(100 * found.alarms)} % showed a finding for "
            f"{_WORDS[found.outcome]} where nothing had happened (5 % are expected)"
        )
        is_wide = found.widening > 1.0
        sentence += f"; its intervals are widened by {found.widening:.2f}." if is_wide else "."
        checks.append(
            Check(
                "placebo",
                found.outcome,
                OVERALL,
                found.ratio,
                1.0,
                "warn" if is_wide else "ok",
                sentence,
            )
        )
    return checks


def read_placebos(values: Sequence[Mapping[str, Any]]) -> tuple[Placebo, ...]:
    """Read results that were kept as plain values."""
    return tuple(
        Placebo(
            outcome=value["outcome"],
            draws=int(value["draws"]),
            mean=float(value["mean"]),
            ratio=float(value["ratio"]),
            ratio_low=float(value["ratio_low"]),
            alarms=float(value["alarms"]),
        )
        for value in values
    )
