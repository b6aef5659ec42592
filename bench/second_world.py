"""A second simulator, on other assumptions than `synthetic` and sharing no line with it.

Spells are bad times that begin and end at random instead of a Gaussian wave; traits have fat tails;
people enrol on the hours they can see, the noise of single pull requests included; promotion and
leaving age in other shapes; outages page teams. What an estimator is worth must not hang on the
simulator it was built with.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MONTHS = 36
START = dt.date(2022, 1, 1)
END = dt.date(2024, 12, 31)
FAMILIES = ("Backend", "Mobile", "Infrastructure")
FIRST_ENROLMENT = 5
NO_MONTH = 10_000


@dataclass(frozen=True)
class World:
    """What differs between scenarios; effects are ratios, selection is in log hazard ratios.

    Attributes
    ----------
    hours, incidents, promotion, leaving
        Effects of mentoring from the month after the start.
    trait, spell
        Of enrolling, per standard deviation of the lasting trait and of the last three months seen.
    ambition
        The same for a cause that also promotes and shows in ratings alone.
    fortune
        The same for a good turn that no export shows and that shortens hours for nine months.
    """

    people: int = 600
    hours: float = 0.88
    incidents: float = 0.85
    promotion: float = 1.35
    leaving: float = 0.70
    trait: float = 0.35
    spell: float = 0.5
    ambition: float = 0.0
    fortune: float = 0.0


_NOTHING = World(hours=1.0, incidents=1.0, promotion=1.0, leaving=1.0)
WORLDS = {
    "random": World(trait=0.0, spell=0.0),
    "effect": World(),
    "none": _NOTHING,
    "strong": replace(_NOTHING, trait=0.7, spell=1.0),
    "hidden_shock": replace(_NOTHING, fortune=2.0),
    "hidden_ambition": replace(_NOTHING, ambition=0.6),
}


@dataclass(frozen=True)
class Truth:
    """The effects planted: log ratios, then differences at 12 months and restricted months."""

    pr_cycle_time: float
    incident_rate: float
    retention: float
    promotion: float
    employed_months: float


@dataclass(frozen=True)
class _Staff:
    """Arrays of shape (people,); months are counted from the first of the data."""

    hired: Floats
    level: Ints
    level_since: Floats
    team: Ints
    family: Ints
    trait: Floats
    ambition: Floats
    frailty: Floats
    pace: Floats


@dataclass
class _Lives:
    """What happened, shape (people, months) or (people,)."""

    level: Ints
    level_since: Floats
    employed: NDArray[np.bool_]
    promoted: Floats
    left: Floats
    start: Ints
    moment: Floats
    merged: Ints
    total: Floats


def draw_world(world: World, rng: np.random.Generator) -> tuple[dict[str, pd.DataFrame], Truth]:
    """Draw an organisation as the frames that stand in for ingest and staging, and its truth."""
    staff = _hire(world, rng)
    lives = _live(world, staff, rng)
    incidents = _page(world, staff, lives, rng)
    frames = _lay_out(world, staff, lives, incidents, rng)
    return frames, _tell(world, staff, lives)


def _hire(world: World, rng: np.random.Generator) -> _Staff:
    count = world.people
    before = -rng.gamma(1.2, 28, count)
    hired = np.where(rng.random(count) < 0.62, before, rng.uniform(0, MONTHS - 2, count))
    level = np.clip(1 + rng.binomial(4, 0.32, count), 1, 5).astype(np.int64)
    teams = max(4, count // 11)
    return _Staff(
        hired=hired,
        level=level,
        level_since=np.maximum(hired, -rng.exponential(16, count)),
        team=rng.integers(0, teams, count),
        family=rng.integers(0, len(FAMILIES), count),
        trait=0.3 * rng.standard_t(6, count) / np.sqrt(1.5),
        ambition=rng.normal(size=count),
        frailty=rng.gamma(1.5, 1 / 1.5, count),
        pace=rng.lognormal(-0.1, 0.45, count),
    )


def _hazards(
    world: World, level: Ints, in_level: Floats, tenure: Floats, ambition: Floats, mentored: object
) -> tuple[Floats, Floats]:
    """Monthly chances of promotion and of leaving."""
    ripe = np.maximum(in_level, 0.0) / 18.0
    rise = 0.032 * ripe**1.5 / (1 + ripe**1.5) * 1.6 * 0.85 ** (level - 1)
    rise = rise * np.exp(0.35 * ambition) * np.where(mentored, world.promotion, 1.0)
    go = 0.009 * (1 + np.exp(-((tenure - 14) ** 2) / 120)) * 1.08 ** (level - 1)
    go = go * np.where(mentored, world.leaving, 1.0)
    return np.where(level < 5, 1 - np.exp(-rise), 0.0), 1 - np.exp(-go)


def _spells(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Bad times that begin in one month of seventeen and end in one of four."""
    bad = np.zeros(shape)
    bad[:, 0] = rng.random(shape[0]) < 0.19
    for month in range(1, shape[1]):
        turn = rng.random(shape[0])
        bad[:, month] = np.where(bad[:, month - 1] > 0, turn > 0.25, turn < 0.06)
    return 0.45 * bad


def _live(world: World, staff: _Staff, rng: np.random.Generator) -> _Lives:
    count, shape = world.people, (world.people, MONTHS)
    mean = 3.0 + staff.trait[:, None] + _spells(shape, rng) - 0.003 * np.arange(MONTHS)
    mean += -0.06 * staff.level[:, None] + rng.normal(0, 0.15, shape)
    turn = rng.random(shape) < 0.03
    lucky = np.zeros(shape, dtype=np.bool_)
    for lag in range(1, 10):
        lucky[:, lag:] |= turn[:, :-lag]
    mean -= 0.25 * lucky * (world.fortune > 0)
    there = (np.arange(MONTHS) + 1 > staff.hired[:, None]) * 1.0
    share = np.clip(np.arange(MONTHS) + 1 - staff.hired[:, None], 0, 1)
    merged = rng.poisson(5.0 * staff.pace[:, None] * rng.gamma(4, 0.25, shape) * share * there)
    noise = np.sqrt(merged) * 1.15 * rng.standard_normal(shape)
    lives = _Lives(
        level=np.zeros(shape, dtype=np.int64),
        level_since=np.zeros(shape),
        employed=np.zeros(shape, dtype=np.bool_),
        promoted=np.full(shape, np.nan),
        left=np.full(count, np.inf),
        start=np.full(count, NO_MONTH, dtype=np.int64),
        moment=rng.uniform(0.02, 0.95, count),
        merged=merged.astype(np.int64),
        total=merged * mean + noise,
    )
    wish = _wish(world, staff, lives, turn)
    base = _solve_constant(wish, staff)
    level, since = staff.level.copy(), staff.level_since.copy()
    for month in range(MONTHS):
        _pass_month(world, staff, lives, month, (level, since), base + wish[:, month], rng)
    after = np.arange(MONTHS) > lives.start[:, None]
    lives.total += np.log(world.hours) * lives.merged * after
    gone = np.arange(MONTHS) > lives.left[:, None]
    lives.merged[gone], lives.total[gone] = 0, 0.0
    return lives


def _wish(world: World, staff: _Staff, lives: _Lives, turn: NDArray[np.bool_]) -> Floats:
    """Log hazard of enrolling without its constant: on what people see of themselves."""
    merged, total = (np.cumsum(values, axis=1) for values in (lives.merged, lives.total))
    wish = np.zeros(lives.total.shape)
    for month in range(FIRST_ENROLMENT, MONTHS):
        first = month - 4
        count = merged[:, month - 1] - (merged[:, first] if first >= 0 else 0)
        sums = total[:, month - 1] - (total[:, first] if first >= 0 else 0)
        usual = 3.0 + staff.trait - 0.06 * staff.level
        seen = np.where(count > 0, sums / np.maximum(count, 1) - usual, 0.0)
        wish[:, month] = world.spell * np.clip(seen / 0.36, -2.5, 2.5)
    wish += (world.trait * np.clip(staff.trait / 0.3, -2.5, 2.5))[:, None]
    wish += (world.ambition * staff.ambition)[:, None] + world.fortune * turn
    return wish


def _solve_constant(wish: Floats, staff: _Staff) -> float:
    """The constant with which about three in ten enrol."""
    open_ = np.arange(MONTHS) >= np.maximum(staff.hired, FIRST_ENROLMENT)[:, None]
    rate = (np.exp(wish) * open_).sum(axis=1)
    low, high = -12.0, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        share = np.mean(1 - np.exp(-np.exp(middle) * rate))
        low, high = (middle, high) if share < 0.33 else (low, middle)
    return low


def _pass_month(
    world: World,
    staff: _Staff,
    lives: _Lives,
    month: int,
    state: tuple[Ints, Floats],
    log_hazard: Floats,
    rng: np.random.Generator,
) -> None:
    level, since = state
    there = (staff.hired < month + 1) & (lives.left > month)
    lives.employed[:, month] = there
    lives.level[:, month], lives.level_since[:, month] = level, since
    settled = there & (staff.hired <= month)
    mentored = lives.start < month
    rise, go = _hazards(world, level, month - since, month - staff.hired, staff.ambition, mentored)
    moment = rng.uniform(0.05, 0.95, (2, level.size))
    goes = settled & (rng.random(level.size) < go)
    lives.left[goes] = (month + moment[0])[goes]
    rises = settled & (rng.random(level.size) < rise) & ~(goes & (moment[0] <= moment[1]))
    lives.promoted[rises, month] = (month + moment[1])[rises]
    level[rises] += 1
    since[rises] = (month + moment[1])[rises]
    if month >= FIRST_ENROLMENT:
        begins = settled & (lives.start == NO_MONTH)
        begins &= rng.random(level.size) < 1 - np.exp(-np.exp(log_hazard))
        begins &= ~(goes & (moment[0] <= lives.moment))
        lives.start[begins] = month


def _page(world: World, staff: _Staff, lives: _Lives, rng: np.random.Generator) -> Ints:
    """Incidents as first responder: own load, and months in which a team is paged often."""
    outage = rng.gamma(3, 1 / 3, (int(staff.team.max()) + 1, MONTHS))[staff.team]
    after = np.arange(MONTHS) > lives.start[:, None]
    rate = 0.24 * staff.frailty[:, None] * outage * np.where(after, world.incidents, 1.0)
    seen = lives.employed & (np.arange(MONTHS) <= lives.left[:, None])
    incidents: Ints = rng.poisson(rate * _share(staff, lives)) * seen
    return incidents


def _share(staff: _Staff, lives: _Lives) -> Floats:
    """Share of each month employed."""
    month = np.arange(MONTHS)
    first = np.maximum(staff.hired[:, None], month)
    last = np.minimum(lives.left[:, None], month + 1)
    share: Floats = np.clip(last - first, 0.0, 1.0)
    return share


def _tell(world: World, staff: _Staff, lives: _Lives) -> Truth:
    """Average the hazards of the mentees with a baseline, with mentoring and without."""
    start = lives.start
    followed = (start < MONTHS - 1) & (lives.left > start + 1)
    who = np.flatnonzero(followed & (staff.hired <= start - 3) & (start >= 3))
    at = start[who] + 1
    curves = [_future(world, staff, lives, who, at, mentored) for mentored in (True, False)]
    retention, promotion, months = (one - other for one, other in zip(*curves, strict=True))
    return Truth(
        float(np.log(world.hours)),
        float(np.log(world.incidents)),
        float(retention),
        float(promotion),
        float(months),
    )


def _future(
    world: World, staff: _Staff, lives: _Lives, who: Ints, at: Ints, mentored: bool
) -> tuple[float, float, float]:
    """Share employed and promoted at 12 months, and months employed, exactly.

    Leaving follows the level, which moves by chance; it moves little, and the level held at the
    landmark is used for it.
    """
    level, since = lives.level[who, at], lives.level_since[who, at]
    staying, waiting = np.ones(who.size), np.ones(who.size)
    promoted, months = np.zeros(who.size), np.zeros(who.size)
    for step in range(12):
        rise, go = _hazards(
            world, level, at + step - since, at + step - staff.hired[who], staff.ambition[who],
            mentored,
        )  # fmt: skip
        # Who leaves in the same month was promoted before in half of the cases.
        promoted += waiting * rise * (1 - go / 2)
        waiting *= (1 - rise) * (1 - go)
        months += staying * (1 - go / 2)
        staying *= 1 - go
    climbs = level < 5
    return float(staying.mean()), float(promoted[climbs].mean()), float(months.mean())


def _day(moment: Floats) -> list[dt.date | None]:
    """Moments in months from the first of the data as dates; infinite or unknown ones as none."""
    days: list[dt.date | None] = []
    for value in moment.tolist():
        if not np.isfinite(value):
            days.append(None)
            continue
        whole = int(np.floor(value))
        first = _first(whole)
        length = (_first(whole + 1) - first).days
        days.append(first + dt.timedelta(days=int((value - whole) * length)))
    return days


def _first(month: int) -> dt.date:
    count = START.year * 12 + START.month - 1 + month
    return dt.date(count // 12, count % 12 + 1, 1)


def _lay_out(
    world: World, staff: _Staff, lives: _Lives, incidents: Ints, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    keys = np.array([f"P{number:06d}" for number in range(world.people)], dtype=object)
    order = np.argsort(staff.hired, kind="stable")
    person = np.empty(world.people, dtype=np.int32)
    person[order] = np.arange(1, world.people + 1)
    hired, left = _day(staff.hired), _day(lives.left)
    last = [None if day is None else day - dt.timedelta(days=1) for day in left]
    spells = pd.DataFrame(
        {
            "person_key": keys, "spell_number": 1, "person_id": person, "starts_on": hired,
            "ends_on": last, "left_on": left, "leave_type": "voluntary", "is_regrettable": None,
            "location": "Here",
            "gender": rng.choice(["man", "woman"], world.people), "birth_year": 1990,
        }
    )  # fmt: skip
    spells = spells.assign(leave_type=spells["leave_type"].where(spells["left_on"].notna(), None))
    return {
        "int_employment_spells": spells,
        "int_person_months": _months(staff, lives, incidents, keys, person),
        "int_job_states_classified": _states(staff, lives, keys),
        "int_mentorships_begun": _mentorships(lives, keys),
        "int_ratings_dated": _ratings(staff, lives, keys, rng),
        "int_person_groups": pd.DataFrame(
            {
                "person_id": person, "person_key": keys, "segment_dimension": "gender",
                "segment_value": spells["gender"],
            }
        ),
        "int_data_ends": pd.DataFrame(
            {name: [END] for name in ("as_of_date", "git_end", "hris_end", "incidents_end")}
            | {"mentorship_end": [END], "data_start": [START], "git_last_month": [_first(34)]}
            | {"has_pull_requests": [True], "has_job_history": [True]}
        ),
    }  # fmt: skip


def _months(
    staff: _Staff, lives: _Lives, incidents: Ints, keys: NDArray[np.object_], person: Ints
) -> pd.DataFrame:
    who, month = np.nonzero(_share(staff, lives) > 0)
    first = np.array([_first(k) for k in range(MONTHS)], dtype=object)
    length = np.array([(_first(k + 1) - _first(k)).days for k in range(MONTHS)])
    share = _share(staff, lives)[who, month]
    at = np.maximum(month, staff.hired[who])
    leaves = np.floor(lives.left[who]) == month
    begins = lives.start[who] == month
    moment = np.where(begins, month + lives.moment[who], np.nan)
    team, level = staff.team[who], lives.level[who, month]
    return pd.DataFrame(
        {
            "person_key": keys[who], "month": first[month], "spell_number": 1,
            "employed_days": np.ceil(share * length[month] - 1e-9).astype(np.int64),
            "month_days": length[month], "exposure": share,
            "level": [f"E{one}" for one in level], "level_rank": level,
            "organisation": [f"Division {one % 3}" for one in team],
            "job_family": np.array(FAMILIES, dtype=object)[staff.family[who]],
            "team": [f"Team {one}" for one in team], "location": "Here",
            "tenure_months": at - staff.hired[who],
            "months_in_level": np.maximum(at - lives.level_since[who, month], 0.0),
            "pr_opened_count": lives.merged[who, month],
            "pr_merged_count": lives.merged[who, month],
            "log_hours_sum": lives.total[who, month],
            "incident_count": incidents[who, month], "on_call_weeks": 0.0,
            "promoted_on": _day(lives.promoted[who, month]),
            "left_on": _day(np.where(leaves, lives.left[who], np.nan)),
            "mentoring_started_on": _day(moment), "is_mentored": lives.start[who] < month,
            "mentored_share": np.where(
                lives.start[who] < month, 1.0, np.where(begins, 1 - lives.moment[who], 0.0)
            ),
            "person_id": person[who],
            "month_number": (START.year * 12 + START.month + month).astype(np.int32),
            "incident_exposure": share, "is_git_observed": month < MONTHS - 1,
            "team_id": (team + 1).astype(np.int32), "is_in_population": True,
        }
    )  # fmt: skip


def _states(staff: _Staff, lives: _Lives, keys: NDArray[np.object_]) -> pd.DataFrame:
    who, month = np.nonzero(~np.isnan(lives.promoted))
    rank = np.concatenate([staff.level, lives.level[who, month] + 1])
    return pd.DataFrame(
        {
            "person_key": np.concatenate([keys, keys[who]]),
            "spell_number": 1,
            "valid_from": _day(np.concatenate([staff.hired, lives.promoted[who, month]])),
            "is_promotion": np.arange(rank.size) >= keys.size,
            "level_rank": rank,
        }
    )


def _mentorships(lives: _Lives, keys: NDArray[np.object_]) -> pd.DataFrame:
    who = np.flatnonzero(lives.start < NO_MONTH)
    return pd.DataFrame(
        {
            "person_key": keys[who],
            "mentorship_key": [f"M{number}" for number in who],
            "starts_on": _day(lives.start[who] + lives.moment[who]),
            "program": "Only",
            "model": "1:1",
            "assignment": "opt_in",
            "source_file_id": "",
            "source_row": np.arange(who.size),
        }
    )


def _ratings(
    staff: _Staff, lives: _Lives, keys: NDArray[np.object_], rng: np.random.Generator
) -> pd.DataFrame:
    rows = []
    for month in range(3, MONTHS, 6):
        who = np.flatnonzero(lives.employed[:, month] & (staff.hired < month - 2))
        score = np.round(3.2 + 0.4 * staff.ambition[who] + rng.normal(0, 0.65, who.size))
        following = month + 6 if month + 6 < MONTHS else None
        rows.append(
            pd.DataFrame(
                {
                    "person_key": keys[who],
                    "reviewed_on": _first(month),
                    "next_reviewed_on": None if following is None else _first(following),
                    "scaled_rating": np.clip(score, 1, 5) / 5,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
