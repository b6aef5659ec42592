"""The plan of looks as a file: what was fixed before outcomes were seen, and whether it holds.

`mentorship plan` writes the file beside the settings; its owner commits it. The looks follow from
the settings alone, so the file holds no state: it is what settings are compared with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import BadInputError
from pipeline.settings import Context, Settings

PLAN_NAME = "mentorship-plan.json"
FIXED = (
    "confidence",
    "reporting_groups",
    "levels",
    "population",
    "eligibility",
    "windows",
    "matching",
    "plan",
)
"""Tables of the settings that decide a verdict and so are fixed with the looks."""
_LEVEL_DIGITS = 6


@dataclass(frozen=True)
class Agreement:
    """Whether the settings are those of the written plan.

    Attributes
    ----------
    state
        `none`: no plan was written; `kept`: the settings are its; `changed`: some are not.
    plan_hash
        Hash of the written plan; empty without one.
    changed
        Settings that differ from it.
    dates
        Days of its looks.
    """

    state: Literal["none", "kept", "changed"] = "none"
    plan_hash: str = ""
    changed: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    def as_variable(self) -> dict[str, Any]:
        """What the statistics are told, ready for JSON."""
        return {
            "agreement": self.state,
            "hash": self.plan_hash,
            "changed": list(self.changed),
            "dates": list(self.dates),
        }


def plan_file(context: Context) -> Path:
    """Where the plan lies: beside the settings file, else in the exports folder."""
    folder = context.settings_file.parent if context.settings_file else context.exports
    return folder / PLAN_NAME


def make_plan(settings: Settings) -> dict[str, Any]:
    """Lay out the looks and what is fixed with them, with a hash over both.

    Raises
    ------
    BadInputError
        The settings plan no looks.
    """
    # Imported here: the statistics take longer to import than most commands take to run.
    from impact.looks import Plan, look_levels

    plan = settings.plan
    if plan.first_look is None or plan.looks is None:
        raise BadInputError(
            "no looks are planned: set `first_look`, `every` and `looks` under [plan] in the "
            "settings file; see docs/settings.md."
        )
    dates = Plan(plan.first_look, plan.every_months, plan.looks).dates()
    levels = look_levels(plan.looks, 1.0 - settings.confidence)
    content = {
        "looks": [
            {"look": number, "on": day.isoformat(), "level": _significant(float(level))}
            for number, (day, level) in enumerate(zip(dates, levels, strict=True), start=1)
        ],
        "settings": _fixed(settings),
    }
    return {"hash": _hash(content), **content}


def write_plan(path: Path, plan: Mapping[str, Any], *, replace: bool) -> bool:
    """Write the plan; give whether the file is new or another one than before.

    Raises
    ------
    BadInputError
        Another plan is there and may not be replaced.
    """
    if path.exists():
        known = read_plan(path)
        if known == plan:
            return False
        if not replace:
            changed = ", ".join(_differences(known["settings"], plan["settings"])) or "its looks"
            raise BadInputError(
                f"{path}: holds another plan ({changed} differ). A plan is written once, before "
                "the first look; to start anew, say --replace and tell your readers."
            )
    path.write_text(json.dumps(plan, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return True


def read_plan(path: Path) -> dict[str, Any]:
    """Read a written plan.

    Raises
    ------
    BadInputError
        The file is no plan, or was changed by hand: its hash does not fit.
    """
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
        content = {name: plan[name] for name in ("looks", "settings")}
        fits = plan["hash"] == _hash(content)
    except OSError as error:
        raise BadInputError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{path}: is not a plan that `mentorship plan` wrote; write it anew."
        ) from error
    if not fits:
        raise BadInputError(
            f"{path}: was changed after it was written: its hash is not {plan['hash']}. Take it "
            "back from version control."
        )
    return {"hash": str(plan["hash"]), **content}


def compare(settings: Settings, context: Context) -> Agreement:
    """Compare the settings with the written plan, if there is one.

    Raises
    ------
    BadInputError
        The file is damaged.
    """
    path = plan_file(context)
    if not path.exists():
        return Agreement()
    written = read_plan(path)
    changed = _differences(written["settings"], _fixed(settings))
    dates = tuple(str(look["on"]) for look in written["looks"])
    return Agreement("changed" if changed else "kept", written["hash"], tuple(changed), dates)


def _fixed(settings: Settings) -> dict[str, Any]:
    """Every fixed setting by its dotted name."""
    found: dict[str, Any] = {}
    for name, value in settings.model_dump(mode="json", include=set(FIXED)).items():
        if isinstance(value, dict):
            found |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            found[name] = value
    return dict(sorted(found.items()))


def _differences(written: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    absent = object()
    names = sorted({*written, *now})
    return [name for name in names if written.get(name, absent) != now.get(name, absent)]


def _hash(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _significant(value: float) -> float:
    """Few enough digits to be the same on every platform."""
    return float(f"{value:.{_LEVEL_DIGITS}g}")
