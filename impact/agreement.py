"""Whether what was fixed with the planned looks still holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from impact.checks import Check, Status
from impact.cohort import OVERALL

State = Literal["none", "kept", "changed"]


@dataclass(frozen=True)
class Agreement:
    """How the settings stand to the plan that was written before outcomes were seen.

    Attributes
    ----------
    state
        `none`: nothing was written; `kept`; `changed`.
    plan_hash
        Hash of the written plan; empty without one.
    changed
        Names of the settings that differ from it.
    looks
        Days of its looks.
    """

    state: State = "none"
    plan_hash: str = ""
    changed: tuple[str, ...] = ()
    looks: tuple[dt.date, ...] = ()


def read_agreement(values: Mapping[str, Any]) -> Agreement:
    """Read what the settings hand over: `agreement`, `hash`, `changed` and `dates`."""
    state = cast(State, values.get("agreement") or "none")
    if state not in ("none", "kept", "changed"):
        raise ValueError(f"an agreement is none, kept or changed, not {state}")
    return Agreement(
        state,
        str(values.get("hash") or ""),
        tuple(str(name) for name in values.get("changed") or ()),
        tuple(dt.date.fromisoformat(str(day)) for day in values.get("dates") or ()),
    )


def check_plan(agreement: Agreement, as_of: dt.date, is_planned: bool) -> Check:
    """Say whether settings changed after a look.

    Parameters
    ----------
    agreement
        Settings against the written plan.
    as_of
        The day up to which data are used.
    is_planned
        Whether the settings plan any looks.
    """
    if agreement.state == "none":
        if not is_planned:
            sentence = "No plan was written: nothing was fixed before the figures were seen."
            return _check("not_checked", sentence)
        return _check(
            "warn",
            "The planned looks were not written down (`mentorship plan`), so nobody can tell "
            "whether settings changed after a look.",
        )
    if agreement.state == "kept":
        return _check("ok", f"The settings are those of the written plan {agreement.plan_hash}.")
    names = ", ".join(agreement.changed)
    passed = sum(day <= as_of for day in agreement.looks)
    if passed:
        return _check(
            "warn",
            f"Settings changed after look {passed} of the written plan ({names}): the verdicts "
            "are not the planned ones.",
        )
    return _check(
        "warn",
        f"Settings differ from the written plan ({names}); no look has passed, so the plan can "
        "still be written anew.",
    )


def _check(status: Status, sentence: str) -> Check:
    return Check("plan", "all", OVERALL, None, None, status, sentence)
