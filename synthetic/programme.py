"""Generic exports of the mentoring programme: pairs, what they did and what was said."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from synthetic.directory import OFFSETS, Directory
from synthetic.files import DAY_SECONDS, SENTINEL, dates, local_stamps, stamps, write_table
from synthetic.frames import end_reasons, organisation_names
from synthetic.organisation import Organisation
from synthetic.pairs import (
    ACTIVE,
    ASSIGNMENTS,
    DECLINED,
    ENDED_EARLY,
    MODELS,
    PENDING,
    PROGRAMS,
    STATUSES,
    Pairs,
)
from synthetic.people import LOCATIONS, NEVER, Ints

_EVERY_DAYS = (14, 21, 28, 35)
_HELD, _SILENT = 0.86, 0.04
_QUESTIONS = (
    "How useful were your sessions?",
    "Would you recommend the programme?",
    "Did you agree on goals, and keep them?",
)
_OPPORTUNITIES = ("design_doc", "incident_lead", "demo", "project_lead", "talk")
_OPPORTUNITIES_A_YEAR = 0.45
_APPLICANTS_TURNED_DOWN = 0.12
_STORIES = (
    (
        "From night shifts to a design review",
        'In six months of "why do you ask?" I learned to write down a decision\n'
        "before defending it. My third proposal went through, with changes.",
        "true",
    ),
    (
        "Two teams, one queue",
        "My mentor owned the other end of the queue. We now page each other less, "
        "and when we do, we know who is tired.",
        "true",
    ),
    ("Learning to say no; kindly", "I stopped merging at eight in the evening.", "true"),
    ("Not for print", "Avelin Quillfen asked that this story stay between us.", "false"),
    ("Withdrawn by the author", "A story about a hard year that is nobody else's business.", "no"),
)


def write_programme(
    organisation: Organisation, directory: Directory, out: Path, rng: np.random.Generator
) -> Mapping[str, int]:
    """Write the programme's exports under `out` and return how many rows each has."""
    streams = rng.spawn(5)
    counts = {
        "mentorships": _write_mentorships(organisation, directory, out),
        "sessions": _write_sessions(organisation, out, streams[0]),
        "goals": _write_goals(organisation, out, streams[1]),
        "surveys": _write_surveys(organisation, out, streams[2]),
        "opportunities": _write_opportunities(organisation, directory, out, streams[3]),
        "applications": _write_applications(organisation, directory, out, streams[4]),
    }
    return counts | {
        "mentors": _write_mentors(organisation, directory, out),
        "events": _write_events(organisation, out),
        "case_studies": _write_case_studies(organisation, out),
    }


def _names(numbers: Ints) -> list[str]:
    """Mentorship ids."""
    return [f"M{number:05d}" for number in numbers.tolist()]


def begun_mentorships(organisation: Organisation) -> Pairs:
    """One row a mentorship that began while its mentee was employed, the first of its rows."""
    pairs = organisation.pairs
    began = (pairs.status <= ENDED_EARLY) & (
        organisation.careers.left_day[pairs.mentee] > pairs.start_day
    )
    rows = np.flatnonzero(began)
    return pairs.take(rows[np.unique(pairs.number[rows], return_index=True)[1]])


def _over_by(organisation: Organisation, pairs: Pairs) -> Ints:
    """Day on which a mentorship is over, the last one simulated while it runs."""
    return np.minimum(pairs.end_day, organisation.calendar.days - 1)


def _write_mentorships(organisation: Organisation, directory: Directory, out: Path) -> int:
    """Pairs, named by e-mail; one programme writes an end that never comes."""
    pairs, calendar = organisation.pairs, organisation.calendar
    endless = (pairs.end_day >= NEVER) & (pairs.status == ACTIVE) & (pairs.program == 2)
    ends = [
        SENTINEL if sentinel else end
        for end, sentinel in zip(dates(calendar, pairs.end_day), endless.tolist(), strict=True)
    ]
    rows = zip(
        _names(pairs.number),
        [PROGRAMS[code] for code in pairs.program.tolist()],
        [MODELS[code] for code in pairs.model.tolist()],
        [directory.email[who] for who in pairs.mentor.tolist()],
        [directory.email[who] for who in pairs.mentee.tolist()],
        dates(calendar, pairs.start_day),
        ends,
        [STATUSES[code] for code in pairs.status.tolist()],
        [ASSIGNMENTS[code] for code in pairs.assignment.tolist()],
        end_reasons(pairs),
        strict=True,
    )
    return write_table(out / "mentorships.csv", organisation.mentorships.columns.tolist(), rows)


def _write_sessions(organisation: Organisation, out: Path, rng: np.random.Generator) -> int:
    """Sessions every few weeks; some pairs never meet, running ones have a next date."""
    pairs, calendar = begun_mentorships(organisation), organisation.calendar
    every = rng.choice(_EVERY_DAYS, len(pairs), p=[0.4, 0.25, 0.25, 0.1])
    every = np.where(rng.random(len(pairs)) < _SILENT, NEVER, every)
    running = (pairs.end_day >= NEVER) & (every < NEVER)
    held = (_over_by(organisation, pairs) - pairs.start_day - 3) // every + running
    held = np.clip(held, 0, None)
    total = held + running
    row = np.repeat(np.arange(len(pairs)), total)
    place = np.arange(len(row)) - np.repeat(np.cumsum(total) - total, total)
    is_next = place == held[row]
    day = pairs.start_day[row] + 3 + place * every[row] + rng.integers(0, 3, len(row))
    day = np.where(is_next, calendar.days + 3 + place % 5, np.minimum(day, calendar.days - 1))
    seconds = day * DAY_SECONDS + 3600 * rng.integers(8, 17, len(row)) + 1800 * (place % 2)
    offsets = np.array([OFFSETS[name] for name in LOCATIONS])
    offset = offsets[organisation.people_.location[pairs.mentee[row]]]
    status = np.where(rng.random(len(row)) < _HELD, "held", "cancelled")
    status = np.where(is_next, "scheduled", status)
    minutes = rng.choice([25, 30, 45, 60], len(row))
    rows = zip(
        _names(pairs.number[row]),
        local_stamps(calendar, seconds, offset),
        [str(m) if s == "held" else "" for m, s in zip(minutes, status, strict=True)],
        status.tolist(),
        strict=True,
    )
    header = ("mentorship_id", "held_at", "duration_minutes", "status")
    return write_table(out / "sessions.csv", header, rows)


def _write_goals(organisation: Organisation, out: Path, rng: np.random.Generator) -> int:
    """Up to three goals a mentorship: reached, given up, or not yet due."""
    pairs, calendar = begun_mentorships(organisation), organisation.calendar
    row = np.repeat(np.arange(len(pairs)), rng.choice(4, len(pairs), p=[0.25, 0.35, 0.25, 0.15]))
    created = pairs.start_day[row] + rng.integers(5, 40, len(row))
    within = created < calendar.days
    row, created = row[within], created[within]
    target = created + rng.integers(60, 150, len(row))
    done = target - 20 + rng.integers(-25, 35, len(row))
    reached = (rng.random(len(row)) < 0.6) & (done < calendar.days) & (done > created)
    dropped = ~reached & (rng.random(len(row)) < 0.3)
    status = np.where(reached, "completed", np.where(dropped, "abandoned", "open"))
    moments = stamps(calendar, np.where(reached, done, 0) * DAY_SECONDS + 54_000).tolist()
    rows = zip(
        [f"G{number:05d}" for number in range(1, len(row) + 1)],
        _names(pairs.number[row]),
        stamps(calendar, created * DAY_SECONDS + 36_000).tolist(),
        dates(calendar, target),
        status.tolist(),
        [moment if is_done else "" for moment, is_done in zip(moments, reached, strict=True)],
        strict=True,
    )
    header = ("goal_id", "mentorship_id", "created_at", "target_date", "status", "completed_at")
    return write_table(out / "goals.csv", header, rows)


def _write_surveys(organisation: Organisation, out: Path, rng: np.random.Generator) -> int:
    """Answers after two months and at the end, on a scale that changed once; as ndjson."""
    pairs, calendar = begun_mentorships(organisation), organisation.calendar
    out.mkdir(parents=True, exist_ok=True)
    changed = calendar.days // 3
    count = 0
    with (out / "surveys.ndjson").open("w", encoding="utf-8", newline="\n") as file:
        for number, start, over in zip(
            _names(pairs.number), pairs.start_day.tolist(), pairs.end_day.tolist(), strict=True
        ):
            for day in (start + 60, over):
                if not 0 <= day < min(calendar.days, over + 1) or rng.random() < 0.35:
                    continue
                for line in _answers(organisation, number, day, changed, rng):
                    file.write(json.dumps(line, separators=(",", ":")) + "\n")
                    count += 1
    return count


def _answers(
    organisation: Organisation, number: str, day: int, changed: int, rng: np.random.Generator
) -> Iterator[Mapping[str, object]]:
    """One round of answers of one mentorship."""
    scale = 10 if day < changed else 5
    for role in ("mentee", "mentor", "manager")[: 1 + int(rng.integers(0, 3))]:
        second = np.array([day * DAY_SECONDS + int(rng.integers(30_000, 64_000))])
        moment = stamps(organisation.calendar, second)[0]
        for question in _QUESTIONS[: 1 + int(rng.integers(0, 3))]:
            score = np.clip(round(float(rng.normal(0.78, 0.14)) * scale), 1, scale)
            yield {
                "mentorship_id": number,
                "respondent_role": role,
                "answered_at": str(moment),
                "question": question,
                "score": int(score),
                "scale_max": scale,
            }


def _write_opportunities(
    organisation: Organisation, directory: Directory, out: Path, rng: np.random.Generator
) -> int:
    """Chances to lead: more of them, and more of them sponsored, for people who are mentored."""
    exposure = organisation.exposure
    after = exposure.mentored > 0
    rate = _OPPORTUNITIES_A_YEAR / 365.25 * exposure.working * np.where(after, 1.4, 1.0)
    rate *= (organisation.people_.kind == 0)[:, None]
    who, month = np.nonzero(rng.poisson(rate))
    calendar = organisation.calendar
    first = np.maximum(calendar.starts[month], organisation.people_.hire_day[who])
    last = np.minimum(calendar.starts[month + 1], organisation.careers.left_day[who])
    day = first + np.floor(rng.random(len(who)) * (last - first)).astype(np.int64)
    sponsored = rng.random(len(who)) < np.where(after[who, month], 0.55, 0.3)
    mentors = _sponsors(organisation, who, rng)
    kinds = rng.integers(0, len(_OPPORTUNITIES), len(who))
    rows = zip(
        [directory.employee_id[person] for person in who.tolist()],
        [_OPPORTUNITIES[kind] for kind in kinds.tolist()],
        stamps(calendar, day * DAY_SECONDS + 39_600).tolist(),
        [
            directory.employee_id[mentor] if has else ""
            for mentor, has in zip(mentors.tolist(), sponsored.tolist(), strict=True)
        ],
        strict=True,
    )
    header = ("employee_id", "kind", "occurred_at", "sponsor")
    return write_table(out / "opportunities.csv", header, rows)


def _sponsors(organisation: Organisation, who: Ints, rng: np.random.Generator) -> Ints:
    """The own mentor where there is one, else somebody who is still there at the end."""
    stays = np.flatnonzero(
        (organisation.careers.left_day >= NEVER) & (organisation.people_.hire_day < 0)
    )
    sponsor = stays[rng.integers(0, len(stays), len(who))]
    own = np.full(len(organisation.people_), -1, dtype=np.int64)
    own[organisation.pairs.mentee[::-1]] = organisation.pairs.mentor[::-1]
    result: Ints = np.where(own[who] >= 0, own[who], sponsor)
    return result


def _write_applications(
    organisation: Organisation, directory: Directory, out: Path, rng: np.random.Generator
) -> int:
    """Applications of those who volunteered, and of some who found no mentor; tab separated."""
    pairs, calendar = organisation.pairs, organisation.calendar
    volunteered = np.flatnonzero((pairs.assignment != 1) & (pairs.start_day > 0))
    person, at = np.unique(pairs.mentee[volunteered], return_index=True)
    rows = volunteered[at]
    hire = organisation.people_.hire_day
    applied = pairs.start_day[rows] - rng.integers(7, 60, len(rows))
    applied = np.maximum(np.minimum(applied, calendar.days - 3), hire[person])
    outcome = np.where(pairs.status[rows] == DECLINED, "withdrawn", "matched")
    outcome = np.where(pairs.status[rows] == PENDING, "pending", outcome)
    careers = organisation.careers
    never = np.flatnonzero(
        (careers.start_day >= NEVER) & (organisation.people_.kind == 0) & (hire < 300)
    )
    turned = rng.permutation(never)[: round(_APPLICANTS_TURNED_DOWN * len(rows))]
    until = np.minimum(careers.left_day[turned], calendar.days)
    since = np.maximum(hire[turned], 0)
    day = since + np.floor(rng.random(len(turned)) * (until - since)).astype(np.int64)
    lines = zip(
        [directory.employee_id[who] for who in (*person.tolist(), *turned.tolist())],
        [PROGRAMS[code] for code in pairs.program[rows].tolist()] + [PROGRAMS[0]] * len(turned),
        stamps(calendar, np.concatenate([applied, day]) * DAY_SECONDS + 33_000).tolist(),
        outcome.tolist() + ["unmatched"] * len(turned),
        strict=True,
    )
    header = ("employee_id", "program", "applied_at", "outcome")
    return write_table(out / "applications.tsv", header, lines, delimiter="\t")


def _write_mentors(organisation: Organisation, directory: Directory, out: Path) -> int:
    """Everyone who mentors; six in ten wish to be named."""
    began = organisation.pairs.status <= ENDED_EARLY
    mentors = np.unique(organisation.pairs.mentor[began])
    rows: dict[str, Sequence[object]] = {}
    for who in mentors.tolist():
        opted = "true" if who % 10 < 6 else "false"
        rows[directory.employee_id[who]] = (directory.employee_id[who], opted, 1 + who % 4)
    header = ("employee_id", "recognition_opt_in", "capacity")
    return write_table(out / "mentors.csv", header, rows.values())


def _write_events(organisation: Organisation, out: Path) -> int:
    """What touched many at once: the reorganisation, a tool and a freeze a year."""
    calendar, plan = organisation.calendar, organisation.reorganisation
    names = organisation_names(organisation.parameters.organisations)
    rows: list[Sequence[str]] = []
    moved = dates(calendar, np.array([plan.day]))[0]
    for name in (names[0], names[-1]):
        rows.append((f"Teams move between {names[0]} and {names[-1]}", moved, "", name))
    rows = [(name, start, end, "reorganisation", org) for name, start, end, org in rows]
    tool = dates(calendar, np.array([calendar.starts[calendar.months // 4]]))[0]
    rows.append(("New review tool", tool, "", "tool_rollout", ""))
    for year in range(calendar.start.year, organisation.parameters.end.year):
        rows.append(("Year-end freeze", f"{year}-12-18", f"{year + 1}-01-04", "freeze", ""))
    return write_table(out / "events.csv", ("name", "starts_on", "ends_on", "kind", "org"), rows)


def _write_case_studies(organisation: Organisation, out: Path) -> int:
    """Stories, some of which may be told."""
    pairs, calendar = begun_mentorships(organisation), organisation.calendar
    picked = np.linspace(0, len(pairs) - 1, len(_STORIES)).astype(np.int64)
    over = _over_by(organisation, pairs)[picked]
    days = dates(calendar, np.minimum(over + 30, calendar.days - 2))
    rows = [
        (title, text, day, consent, mentorship)
        for (title, text, consent), day, mentorship in zip(
            _STORIES, days, _names(pairs.number[picked]), strict=True
        )
    ]
    header = ("title", "text", "published_at", "consent", "mentorship_id")
    return write_table(out / "case_studies.csv", header, rows)
