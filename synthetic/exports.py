"""Write a simulated organisation as real exports, with `truth.json` beside them.

`make_sample` is the one call behind `make sample`: it draws an organisation and writes it,
repository by repository, so that size is bounded by disk and not by memory.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from synthetic import truth
from synthetic.directory import look_up
from synthetic.engagement import METRIC, write_engagement
from synthetic.git import PLAIN_BOTS, write_git
from synthetic.hris import write_hris
from synthetic.incidents import write_incidents
from synthetic.organisation import Organisation, simulate
from synthetic.parameters import Effects, Parameters, Selection, month_start
from synthetic.people import NEVER
from synthetic.programme import write_programme
from synthetic.readme import describe

#: The last day of every sample.
SAMPLE_END = date(2026, 6, 30)
SAMPLE_ENGINEERS = 880
SAMPLE_MONTHS = 30
SAMPLE_SEED = 7
SAMPLE_PULL_REQUESTS = 3.2

#: A programme that helps, chosen by those who look worst: strong on merges and on promotion,
#: modest on staying, nothing on incidents.
SAMPLE = Parameters(
    engineers=SAMPLE_ENGINEERS,
    months=SAMPLE_MONTHS,
    start=date(2024, 1, 1),
    scenario="sample",
    effects=Effects(
        cycle_time=0.78, incident_rate=1.0, promotion=1.9, leaving=0.75, engagement=4.0
    ),
    selection=Selection(trait=0.35, dip=0.4, level=-0.5),
    enrolment=0.40,
    onboarding=2.0,
    level_cycle_time=0.88,
    mentored_before=0.015,
    pull_requests=SAMPLE_PULL_REQUESTS,
)

_SETTINGS = """\
# Settings of this organisation; docs/settings.md lists every key.
# Service accounts that no mark on the account gives away.
bots = [{bots}]
reporting_groups = ["gender"]
# Invented data do not grow old.
stale_after_days = 36500

[programme_targets]
participation = 0.15
quiet_pairs = 0.10
cadence = 0.80
days_between_sessions = 28
goal_attainment = 0.50
goal_coverage = 0.70
feedback = 0.75
feedback_response = 0.60
match_completed = 0.70
time_to_match = 45
unmatched_applicants = 0.20
dose = 6
mentor_load = 2
mentors_over_limit = 0.10

[costs]
currency = "EUR"
mentor_hour = 95
mentee_hour = 70
leaver = 60000

[measures.{engagement}]
unit = "points"
direction = "higher"
label = "Engagement score"
"""
_DECIDABLE_MENTEES = 100


def make_sample(
    engineers: int,
    months: int,
    seed: int,
    out: Path,
    *,
    pull_requests: float = SAMPLE_PULL_REQUESTS,
) -> Mapping[str, int]:
    """Draw an organisation of the sample's kind and write its exports.

    Parameters
    ----------
    engineers
        People of the population ever employed; about two thirds of them at any one time.
    months
        Months up to `SAMPLE_END`.
    seed
        The same seed gives the same bytes.
    out
        Folder to write into; made if missing.
    pull_requests
        Human pull requests a full person-month, on average.

    Returns
    -------
    Mapping of str to int
        How many rows and files were written, as in `truth.json`.

    Raises
    ------
    ValueError
        If a number is out of range.
    FileExistsError
        If `out` already holds something.
    """
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; name a new folder")
    organisation, rng = draw_sample(engineers, months, seed, pull_requests=pull_requests)
    return write(organisation, out, rng, seed=seed)


def draw_sample(
    engineers: int, months: int, seed: int, *, pull_requests: float = SAMPLE_PULL_REQUESTS
) -> tuple[Organisation, np.random.Generator]:
    """Draw the organisation that `make_sample` writes, and the generator it writes with.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, found {seed}")
    parameters = replace(
        SAMPLE,
        engineers=engineers,
        months=months,
        start=month_start(SAMPLE_END, 1 - months),
        pull_requests=pull_requests,
    )
    drawn, written = np.random.default_rng(seed).spawn(2)
    return simulate(parameters, drawn), written


def write(
    organisation: Organisation, out: Path, rng: np.random.Generator, *, seed: int | None = None
) -> Mapping[str, int]:
    """Write an organisation's exports, settings and truth under `out`.

    Parameters
    ----------
    rng
        Source of what the organisation does not fix: names, times of day, texts.
    seed
        Told in `truth.json`.
    """
    streams = rng.spawn(7)
    directory = look_up(organisation, streams[0])
    counts: dict[str, int] = {}
    counts |= write_hris(organisation, directory, out / "hris", streams[1])
    counts |= write_git(organisation, directory, out / "git", streams[2])
    counts |= write_incidents(organisation, directory, out / "incidents", streams[3])
    counts |= write_programme(organisation, directory, out / "mentorship", streams[4])
    survey = out / "hris" / "engagement.csv.gz"
    counts["measures"] = write_engagement(organisation, directory, survey, streams[6])
    counts |= _people_counts(organisation)
    bots = ", ".join(f'"{bot}"' for bot in PLAIN_BOTS)
    _write_text(out / "mentorship.toml", _SETTINGS.format(bots=bots, engagement=METRIC))
    told = _truth(organisation, counts, seed, streams[5])
    text = json.dumps(told, indent=2, sort_keys=True, default=str)
    _write_text(out / "truth.json", text + "\n")
    _write_text(out / "README.md", describe(told))
    return counts


def _write_text(path: Path, text: str) -> None:
    """Write a text with the same line ends everywhere."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _people_counts(organisation: Organisation) -> Mapping[str, int]:
    """Counts that exports should lead back to."""
    people, careers = organisation.people_, organisation.careers
    staff = people.kind == 0
    promoted = (careers.promoted_day < NEVER) & staff[:, None]
    return {
        "engineers": len(set(people.number[staff].tolist())),
        "rehired": int(np.sum(people.spell == 2)),
        "contractors_and_interns": int(np.sum(~staff)),
        "mentees": len(truth.begun(organisation, with_baseline=False)),
        "mentees_with_baseline": len(truth.begun(organisation)),
        "mentored_before_the_data": int(np.sum(staff & (careers.start_day < 0))),
        "promotions": int(promoted.sum()),
        "leavers": int(np.sum(staff & (careers.left_day < organisation.calendar.days))),
    }


def _truth(
    organisation: Organisation,
    counts: Mapping[str, int],
    seed: int | None,
    rng: np.random.Generator,
) -> Mapping[str, Any]:
    """What was planted, in numbers that estimates can be held to."""
    planted = truth.planted(organisation, rng)
    parameters = organisation.parameters
    naive = truth.naive_cycle_time_log(organisation)
    return {
        "seed": seed,
        "as_of": parameters.end,
        "parameters": asdict(parameters),
        "counts": dict(counts),
        "planted": {
            "pr_cycle_time": {
                "scale": "ratio",
                "effect": _round(planted.cycle_time_ratio),
                "log_effect": _round(planted.cycle_time_log),
            },
            "incident_rate": {
                "scale": "ratio",
                "effect": _round(planted.incident_rate_ratio),
                "log_effect": _round(planted.incident_rate_log),
            },
            "promotion": _difference(planted.promotion, planted.promotion_hazard_ratio),
            "retention": _difference(planted.retention, planted.leaving_hazard_ratio),
            METRIC: {"scale": "difference", "effect": parameters.effects.engagement},
        },
        "naive": {"pr_cycle_time": _round(float(np.exp(naive)))},
        "expected": {
            "decidable": _decidable(parameters, planted.mentees),
            "naive_is_wrong": ["pr_cycle_time", "retention"],
        },
    }


def _difference(arms: truth.Arms, hazard_ratio: float) -> Mapping[str, Any]:
    """A share of people at each horizon, with and without mentoring."""
    headline = truth.HORIZONS.index(12)
    return {
        "scale": "difference",
        "effect": _round(float(arms.difference[headline])),
        "hazard_ratio": _round(hazard_ratio),
        "by_month": {
            str(month): {
                "mentored": _round(float(arms.mentored[place])),
                "without": _round(float(arms.without[place])),
            }
            for place, month in enumerate(truth.HORIZONS)
        },
    }


def _decidable(parameters: Parameters, mentees: int) -> list[str]:
    """Headline outcomes whose planted effect this many mentees should let one see."""
    if mentees < _DECIDABLE_MENTEES:
        return []
    floor = np.sqrt(110 / mentees)
    found = []
    if abs(np.log(parameters.effects.cycle_time)) > 1.35 * 0.117 * floor:
        found.append("pr_cycle_time")
    if abs(np.log(parameters.effects.incident_rate)) > 1.35 * 0.37 * floor:
        found.append("incident_rate")
    if abs(np.log(parameters.effects.promotion)) > 1.1 * 0.53 * floor:
        found.append("promotion")
    if abs(np.log(parameters.effects.leaving)) > 1.1 * 0.78 * floor:
        found.append("retention")
    return found


def _round(value: float) -> float:
    """Enough digits to be held to, few enough to be the same on every machine."""
    return round(value, 4)
