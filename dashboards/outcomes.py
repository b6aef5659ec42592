"""How each outcome is spoken of: its words, its icon, which way is better, what misleads.

Definitions and labels come from the snapshot (`metric_definitions`); this is the vocabulary
around them that a sentence needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["lower", "higher"]
LevelKind = Literal["hours", "share", "rate"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The words for one outcome.

    Attributes
    ----------
    measure : what the big number counts.
    less, more : what a fall and a rise are called ("14 % faster merges").
    less_word, more_word : the same in one word, for the ends of an axis.
    tail : what follows "than matched peers" or "than among matched peers".
    baseline : who the third arm is.
    raw_differs : why the raw comparison is not like for like.
    caveat : what the figure must not be read as.
    """

    key: str
    label: str
    icon: str
    direction: Direction
    level: LevelKind
    window: int
    measure: str
    less: str
    more: str
    less_word: str
    more_word: str
    peers: str
    baseline: str
    raw_differs: str
    caveat: str


HEADLINE: tuple[Outcome, ...] = (
    Outcome(
        key="pr_cycle_time",
        label="PR cycle time",
        icon="timer",
        direction="lower",
        level="hours",
        window=6,
        measure="hours to merge",
        less="faster merges",
        more="slower merges",
        less_word="faster",
        more_word="slower",
        peers="than matched peers",
        baseline="Mentees before",
        raw_differs="people who join differ from those who never do, in level, tenure and team",
        caveat="Cycle time is calendar hours from ready for review to merge. Faster is not better "
        "work by itself.",
    ),
    Outcome(
        key="incident_rate",
        label="Incident rate",
        icon="pager",
        direction="lower",
        level="rate",
        window=6,
        measure="pages per person-month",
        less="fewer pages",
        more="more pages",
        less_word="fewer",
        more_word="more",
        peers="than matched peers",
        baseline="Mentees before",
        raw_differs="people who join differ from those who never do, in level and on-call load",
        caveat="These are pages answered, not incidents caused; leaving the on-call roster lowers "
        "them too.",
    ),
    Outcome(
        key="promotion",
        label="Promotion",
        icon="medal",
        direction="higher",
        level="share",
        window=12,
        measure="promoted within {months} months",
        less="fewer engineers promoted",
        more="more engineers promoted",
        less_word="fewer",
        more_word="more",
        peers="than among matched peers",
        baseline="Never mentored",
        raw_differs="it counts from hire, for people at different levels, and not from one start",
        caveat="Ambition drives both joining and promotion, and nothing in the data measures it.",
    ),
    Outcome(
        key="retention",
        label="Retention",
        icon="stay",
        direction="higher",
        level="share",
        window=12,
        measure="still employed after {months} months",
        less="fewer engineers still employed",
        more="more engineers still employed",
        less_word="fewer",
        more_word="more",
        peers="than among matched peers",
        baseline="Never mentored",
        raw_differs="it counts from hire, and whoever was mentored had already stayed long enough "
        "to start",
        caveat="People who mean to stay are more likely to sign up.",
    ),
)
BY_KEY = {outcome.key: outcome for outcome in HEADLINE}

# Whether a higher hazard ratio is better: of promotion yes, of leaving (retention) no.
_HAZARD_HIGHER_IS_BETTER = {"promotion": True, "retention": False}


def better_sign(outcome: str, scale: str, direction: str | None = None) -> int:
    """Return +1 where a rise on this scale is better, -1 where a fall is, 0 where unknown."""
    if scale == "hazard_ratio" and outcome in _HAZARD_HIGHER_IS_BETTER:
        return 1 if _HAZARD_HIGHER_IS_BETTER[outcome] else -1
    known = BY_KEY.get(outcome)
    way = known.direction if known else (direction or "")
    return {"lower": -1, "down": -1, "higher": 1, "up": 1}.get(way.split("_")[0], 0)
