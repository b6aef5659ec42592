"""Random organisations of counts, as the report rows that disclosure control is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

WINDOWS = (6, 12, 18, 24)
DIMENSIONS = {"organisation": 5, "level": 5, "location": 3, "model": 4}
FIGURES = (
    "estimate",
    "ci_low",
    "ci_high",
    "range_low",
    "range_high",
    "p_value",
    "p_adjusted",
    "baseline_value",
    "e_value",
    "e_value_ci",
    "detectable_effect",
    "matched_share",
    "decidable_on",
)


@dataclass(frozen=True)
class People:
    """One row a person: where they are, whether mentored, how far they get in the analysis.

    Attributes
    ----------
    place : dimension -> cell of each person
    is_mentee, is_matched : shape (people,)
    seen : shape (people,), the first window in which the person has any outcome; 99 for none
    left : shape (people,), months until leaving; 99 for staying
    """

    place: dict[str, npt.NDArray[np.int64]]
    is_mentee: npt.NDArray[np.bool_]
    is_matched: npt.NDArray[np.bool_]
    seen: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]


def draw_people(rng: np.random.Generator, size: int) -> People:
    """Draw people over unequal cells; small organisations have small cells."""
    place = {}
    for dimension, cells in DIMENSIONS.items():
        share = rng.dirichlet(np.full(cells, 0.7))
        place[dimension] = rng.choice(cells, size=size, p=share)
    is_mentee = rng.random(size) < rng.uniform(0.1, 0.5)
    seen = rng.choice([6, 6, 6, 6, 6, 6, 12, 18, 99], size=size)
    left = np.where(rng.random(size) < 0.25, rng.integers(1, 25, size), 99)
    return People(place, is_mentee, rng.random(size) < 0.9, seen, left)


def later(people: People, rng: np.random.Generator) -> People:
    """Let some time pass: a few people join, and a few of those who stayed leave."""
    joined = draw_people(rng, int(rng.integers(0, 25)) + people.left.size // 50)
    stayed = np.flatnonzero(people.left == 99)
    gone = rng.choice(stayed, size=min(stayed.size, int(rng.integers(0, 12))), replace=False)
    left = people.left.copy()
    left[gone] = rng.integers(1, 25, gone.size)
    place = {
        dimension: np.concatenate([people.place[dimension], joined.place[dimension]])
        for dimension in DIMENSIONS
    }
    return People(
        place,
        np.concatenate([people.is_mentee, joined.is_mentee]),
        np.concatenate([people.is_matched, joined.is_matched]),
        np.concatenate([people.seen, joined.seen]),
        np.concatenate([left, joined.left]),
    )


def segments(people: People) -> dict[tuple[str, str], npt.NDArray[np.bool_]]:
    """Every segment and who is in it, everybody first."""
    found = {("all", "all"): np.ones(people.is_mentee.size, dtype=np.bool_)}
    for dimension, cells in DIMENSIONS.items():
        for cell in range(cells):
            members = people.place[dimension] == cell
            if members.any():
                found[dimension, str(cell)] = members
    return found


def arms(people: People, comparison: str) -> dict[str, npt.NDArray[np.bool_]]:
    """Who is in each arm of a comparison."""
    if comparison == "naive":
        return {"mentored": people.is_mentee, "comparison": ~people.is_mentee}
    if comparison == "before_after":
        return {"mentored": people.is_mentee, "comparison": people.is_mentee}
    return {
        "mentored": people.is_mentee & people.is_matched,
        "comparison": ~people.is_mentee & people.is_matched,
    }


def estimates(people: People) -> list[dict[str, Any]]:
    """Rows of the estimates with true counts: cycle time and retention."""
    rows = []
    for (dimension, value), members in segments(people).items():
        for comparison in ("naive", "before_after", "matched"):
            for months in WINDOWS:
                in_arm = {arm: m & members for arm, m in arms(people, comparison).items()}
                keys = {
                    "comparison": comparison,
                    "follow_up_months": months,
                    "segment_dimension": dimension,
                    "segment_value": value,
                    "n_mentored_eligible": int((people.is_mentee & members).sum()),
                }
                known = {arm: m & (people.seen <= months) for arm, m in in_arm.items()}
                rows.append(_row(keys, "pr_cycle_time", "ratio", known))
                if comparison != "before_after":
                    gone = {arm: m & (people.left <= months) for arm, m in in_arm.items()}
                    rows.append(_row(keys, "retention", "difference", in_arm, gone))
    return rows


def curves(people: People) -> list[dict[str, Any]]:
    """Rows of the retention curves with true counts."""
    rows = []
    for (dimension, value), members in segments(people).items():
        for arm, in_arm in arms(people, "matched").items():
            mine = in_arm & members
            for month in range(25):
                events = int((mine & (people.left <= month)).sum())
                at_risk = int((mine & (people.left >= month)).sum())
                if at_risk == 0:
                    break
                stay = 1.0 - events / int(mine.sum())
                rows.append(
                    {
                        "outcome": "retention",
                        "arm": arm,
                        "segment_dimension": dimension,
                        "segment_value": value,
                        "month": month,
                        "value": stay,
                        "ci_low": stay,
                        "ci_high": stay,
                        "at_risk": at_risk,
                        "events": events,
                        "nonevents": int(mine.sum()) - events,
                    }
                )
    return rows


def flow(people: People) -> list[dict[str, Any]]:
    """Rows of the participant flow."""
    steps = {
        "began": people.is_mentee,
        "matched": people.is_mentee & people.is_matched,
        "with_outcome": people.is_mentee & people.is_matched & (people.seen <= 6),
    }
    return [
        {
            "segment_dimension": dimension,
            "segment_value": value,
            "step": step,
            "n": int((who & members).sum()),
        }
        for (dimension, value), members in segments(people).items()
        for step, who in steps.items()
    ]


def programme(people: People) -> list[dict[str, Any]]:
    """Rows of one month's participation with true counts."""
    rows = []
    for (dimension, value), members in segments(people).items():
        mentored = int((members & people.is_mentee).sum())
        rows.append(
            {
                "measure": "participation",
                "segment_dimension": dimension,
                "segment_value": value,
                "month": None,
                "unit": "share",
                "direction": "higher",
                "scale_max": None,
                "target": None,
                "measure_value": mentored / int(members.sum()),
                "window_months": 1,
                "people_count": int(members.sum()),
                "people_with": mentored,
                "people_without": int(members.sum()) - mentored,
            }
        )
    return rows


def _row(
    keys: dict[str, Any],
    outcome: str,
    scale: str,
    known: dict[str, npt.NDArray[np.bool_]],
    events: dict[str, npt.NDArray[np.bool_]] | None = None,
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(FIGURES, 1.0)
    row |= {**keys, "outcome": outcome, "scale": scale, "is_headline": False, "unit": "share"}
    is_matched = keys["comparison"] == "matched"
    row |= {
        "verdict": "no_clear_difference" if is_matched else None,
        "verdict_reason": "A sentence." if is_matched else None,
    }
    for arm, members in known.items():
        n = int(members.sum())
        gone = int(events[arm].sum()) if events else None
        row[f"n_{arm}"] = n
        row[f"events_{arm}"] = gone
        row[f"nonevents_{arm}"] = None if gone is None else n - gone
        row[f"{arm}_value"] = None if n == 0 else (1.0 if gone is None else 1.0 - gone / n)
    return row
