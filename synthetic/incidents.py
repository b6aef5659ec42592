"""Incidents as PagerDuty's REST API gives them, its user list, and the on-call schedule."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from synthetic.directory import OFFSETS, Directory
from synthetic.files import DAY_SECONDS, gzipped, local_stamps, stamps, write_table
from synthetic.frames import team_names
from synthetic.organisation import Organisation
from synthetic.people import LOCATIONS, NEVER, Flags, Ints

_HOST = "https://aldermoor.pagerduty.example"
_PAGE = 500
_ESCALATED, _HELPED, _AUTOMATIC, _MERGED, _LOW = 0.05, 0.08, 0.05, 0.012, 0.12
_HANDOVER = 9 * 3600
_DEPLOYMENTS = 3.0  # a month and service
_ZONES = {
    "Lisbon": "Europe/Lisbon",
    "Toronto": "America/Toronto",
    "Nairobi": "Africa/Nairobi",
    "Warsaw": "Europe/Warsaw",
    "Remote": "Etc/UTC",
}
_TITLES = ("Latency above target", "Queue is not drained", "Disk nearly full", "Error rate up")
_SEVERITIES = ("P1", "P2", "P3")


@dataclass(frozen=True)
class Pages:
    """Incidents in order of time; moments in seconds, `NEVER_SECONDS` if not yet.

    Attributes
    ----------
    primary
        Who is on call; acknowledges first unless `is_automatic` or `is_merged`.
    first_paged
        Who was paged before it escalated to `primary`, else -1.
    helper
        Who acknowledges later, else -1.
    """

    primary: Ints
    first_paged: Ints
    helper: Ints
    team: Ints
    created: Ints
    acknowledged: Ints
    resolved: Ints
    is_automatic: Flags
    is_merged: Flags
    is_low: Flags
    severity: Ints
    title: Ints

    def __len__(self) -> int:
        return len(self.primary)


NEVER_SECONDS = NEVER * DAY_SECONDS


def write_incidents(
    organisation: Organisation, directory: Directory, out: Path, rng: np.random.Generator
) -> Mapping[str, int]:
    """Write incidents, users and the schedule under `out`; return how many of each."""
    pages = draw_pages(organisation, rng)
    shifts = _write_schedule(organisation, directory, out)
    users = _write_users(organisation, directory, out)
    deployments = _write_deployments(organisation, out, rng.spawn(1)[0])
    end = organisation.calendar.days * DAY_SECONDS - 1
    for first in range(0, len(pages), _PAGE):
        rows = np.arange(first, min(first + _PAGE, len(pages)))
        view = _view(organisation, directory, pages, rows, end)
        with gzipped(out / f"incidents-{first // _PAGE + 1:03d}.json.gz") as file:
            for place in range(len(rows)):
                line = json.dumps(_incident(view, place), ensure_ascii=False, separators=(",", ":"))
                file.write((('{"incidents":[' if place == 0 else ",") + line).encode())
            file.write(b'],"limit":500,"offset":0,"total":null,"more":false}\n')
    return {
        "incidents": len(pages),
        "incidents_acknowledged": int(np.sum(pages.acknowledged <= end)),
        "on_call_shifts": shifts,
        "users": users,
        "deployments": deployments,
    }


def _write_deployments(organisation: Organisation, out: Path, rng: np.random.Generator) -> int:
    """Who owns which service, and its deployments: some teams fail more, and less evenly."""
    names, calendar = team_names(organisation.people_), organisation.calendar
    keys = [f"S{team:05X}" for team in range(len(names))]
    write_table(out / "services.csv", ("service", "team"), zip(keys, names, strict=True))
    service = np.repeat(
        np.arange(len(keys)), rng.poisson(_DEPLOYMENTS * calendar.months, len(keys))
    )
    seconds = np.floor(rng.random(len(service)) * calendar.days * DAY_SECONDS).astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    service, seconds = service[order], seconds[order]
    failing = rng.beta(2, 16, len(keys))[service] > rng.random(len(service))
    status = np.where(failing, rng.choice(["failed", "rolled_back"], len(service)), "succeeded")
    rows = zip(
        [f"D{number:06d}" for number in range(1, len(service) + 1)],
        [keys[code] for code in service.tolist()],
        stamps(calendar, seconds).tolist(),
        status.tolist(),
        strict=True,
    )
    header = ("deployment_id", "service", "deployed_at", "status")
    return write_table(out / "deployments.csv.gz", header, rows)


def draw_pages(organisation: Organisation, rng: np.random.Generator) -> Pages:
    """Draw what happened in each incident of the organisation, and some that were merged."""
    on_call, calendar = organisation.on_call, organisation.calendar
    count = len(on_call.incident_day)
    twins = rng.integers(0, count, max(1, round(_MERGED * count)) if count else 0)
    rows = np.concatenate([np.arange(count), twins])
    merged = np.arange(len(rows)) >= count
    day = on_call.incident_day[rows]
    is_monday = (calendar.start.weekday() + day) % 7 == 0
    earliest = np.where(is_monday, _HANDOVER, 0)
    time = earliest + np.floor(rng.random(len(rows)) * (DAY_SECONDS - 60 - earliest))
    created = day * DAY_SECONDS + time.astype(np.int64)
    automatic = ~merged & (rng.random(len(rows)) < _AUTOMATIC)
    waited = np.floor(rng.gamma(2.0, 130, len(rows))).astype(np.int64) + 20
    lasted = np.floor(np.exp(rng.normal(8.1, 0.9, len(rows)))).astype(np.int64)
    escalated = ~merged & ~automatic & (rng.random(len(rows)) < _ESCALATED)
    helped = ~merged & ~automatic & (rng.random(len(rows)) < _HELPED)
    acknowledged = created + waited + 900 * escalated
    order = np.argsort(created, kind="stable")
    primary, team = on_call.incident_person[rows], on_call.incident_team[rows]
    mate = _team_mates(organisation, primary, team, day, rng)
    pages = Pages(
        primary=primary,
        first_paged=np.where(escalated, mate, -1),
        helper=np.where(helped, mate, -1),
        team=team,
        created=created,
        acknowledged=np.where(automatic | merged, NEVER_SECONDS, acknowledged),
        resolved=np.where(automatic, created, acknowledged) + lasted,
        is_automatic=automatic,
        is_merged=merged,
        is_low=rng.random(len(rows)) < _LOW,
        severity=rng.choice(len(_SEVERITIES), len(rows), p=[0.08, 0.32, 0.6]),
        title=rng.integers(0, len(_TITLES), len(rows)),
    )
    return Pages(**{name: getattr(pages, name)[order] for name in Pages.__dataclass_fields__})


def _team_mates(
    organisation: Organisation, who: Ints, team: Ints, day: Ints, rng: np.random.Generator
) -> Ints:
    """Somebody else of the team who is employed that day, -1 if there is nobody."""
    people, careers = organisation.people_, organisation.careers
    month = organisation.calendar.month_of(day)
    draws = rng.random(len(who))
    mates = np.full(len(who), -1, dtype=np.int64)
    for this in np.unique(month).tolist():
        there = people.is_rostered & (people.hire_day < organisation.calendar.starts[this])
        there &= careers.left_day >= organisation.calendar.starts[this + 1]
        found = np.flatnonzero(there)
        found = found[np.argsort(careers.team[found, this], kind="stable")]
        teams = careers.team[found, this]
        rows = np.flatnonzero(month == this)
        first = np.searchsorted(teams, team[rows])
        size = np.searchsorted(teams, team[rows], side="right") - first
        place = first + np.floor(draws[rows] * size).astype(np.int64)
        usable = size > 0
        chosen = found[np.minimum(place, len(found) - 1)] if len(found) else who[rows]
        mates[rows] = np.where(usable & (chosen != who[rows]), chosen, -1)
    return mates


def _write_schedule(organisation: Organisation, directory: Directory, out: Path) -> int:
    """Write the on-call schedule: weeks from Monday morning, with each person's offset."""
    on_call, calendar = organisation.on_call, organisation.calendar
    names = team_names(organisation.people_)
    places = organisation.people_.location[on_call.shift_person]
    offset = np.array([OFFSETS[name] for name in LOCATIONS])[places]
    begin = on_call.shift_day * DAY_SECONDS + _HANDOVER
    last = calendar.days * DAY_SECONDS - 3600
    end = np.minimum(begin + 7 * DAY_SECONDS, last)
    rows = zip(
        [directory.email[who] for who in on_call.shift_person.tolist()],
        [f"{names[team]} primary" for team in on_call.shift_team.tolist()],
        local_stamps(calendar, begin, offset),
        local_stamps(calendar, end, offset),
        strict=True,
    )
    return write_table(out / "on_call.csv.gz", ("person", "schedule", "start_at", "end_at"), rows)


def _write_users(organisation: Organisation, directory: Directory, out: Path) -> int:
    """Write the users who still exist and were ever on a roster."""
    people = organisation.people_
    listed = people.is_rostered & ~directory.is_removed & (people.spell == 1)
    locations = people.location.tolist()
    users: list[Mapping[str, object]] = [
        {
            "name": directory.full_name[who],
            "email": directory.pagerduty_email[who],
            "time_zone": _ZONES[LOCATIONS[locations[who]]],
            "color": "teal",
            "role": "limited_user",
            "description": None,
            "invitation_sent": False,
            "job_title": None,
            "teams": [],
            "id": directory.pagerduty[who],
            "type": "user",
            "summary": directory.full_name[who],
            "self": f"{_HOST}/users/{directory.pagerduty[who]}",
            "html_url": f"{_HOST}/users/{directory.pagerduty[who]}",
        }
        for who in np.flatnonzero(listed).tolist()
    ]
    page = {"users": users, "limit": 100, "offset": 0, "total": None, "more": False}
    text = json.dumps(page, ensure_ascii=False, separators=(",", ":"))
    with gzipped(out / "users.json.gz") as file:
        file.write(f"{text}\n".encode())
    return len(users)


def _reference(kind: str, code: str, summary: str) -> Mapping[str, object]:
    """A reference as the API writes it."""
    link = f"{_HOST}/{kind}s/{code}"
    return {
        "id": code,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": link,
        "html_url": link,
    }


@dataclass(frozen=True)
class _View:
    """Some incidents as they stand when the export is taken, with their moments as text."""

    directory: Directory
    services: list[str]
    pages: Pages
    rows: Ints
    end: int
    texts: Mapping[str, list[str]]

    def user(self, who: int) -> Mapping[str, object]:
        return _reference("user", self.directory.pagerduty[who], self.directory.full_name[who])

    def reached(self, moment: Literal["acknowledged", "resolved"], row: int) -> bool:
        return int(getattr(self.pages, moment)[row]) <= self.end


def _view(
    organisation: Organisation, directory: Directory, pages: Pages, rows: Ints, end: int
) -> _View:
    """Put the moments of some incidents into words."""
    acknowledged = np.minimum(pages.acknowledged[rows], end)
    seconds = {
        "created": pages.created[rows],
        "escalated": pages.created[rows] + 900,
        "acknowledged": acknowledged,
        "helped": acknowledged + 240,
        "resolved": np.minimum(pages.resolved[rows], end),
    }
    return _View(
        directory=directory,
        services=team_names(organisation.people_),
        pages=pages,
        rows=rows,
        end=end,
        texts={
            name: stamps(organisation.calendar, moment).tolist() for name, moment in seconds.items()
        },
    )


def _incident(view: _View, place: int) -> Mapping[str, object]:
    """One incident with its log; assignments are empty once it is resolved."""
    row, pages = int(view.rows[place]), view.pages
    texts = {name: values[place] for name, values in view.texts.items()}
    status = "triggered"
    for moment in ("acknowledged", "resolved"):
        status = moment if view.reached(moment, row) else status
    code, service = f"Q{row + 1:09X}", int(pages.team[row])
    assigned = {"at": texts["created"], "assignee": view.user(int(pages.primary[row]))}
    merged = {
        "type": "merge_resolve_reason",
        "incident": _reference("incident", f"Q{row or 2:09X}", ""),
    }
    return {
        "incident_number": row + 1,
        "title": _TITLES[int(pages.title[row])],
        "created_at": texts["created"],
        "status": status,
        "incident_key": None,
        "service": _reference("service", f"S{service:05X}", view.services[service]),
        "assignments": [] if status == "resolved" else [assigned],
        "assigned_via": "escalation_policy",
        "last_status_change_at": texts["created" if status == "triggered" else status],
        "resolved_at": texts["resolved"] if status == "resolved" else None,
        "resolve_reason": merged if pages.is_merged[row] else None,
        "teams": [_reference("team", f"T{service:05X}", view.services[service])],
        "priority": {"summary": _SEVERITIES[int(pages.severity[row])], "type": "priority"},
        "urgency": "low" if pages.is_low[row] else "high",
        "id": code,
        "type": "incident",
        "log_entries": _log_entries(view, row, texts, code),
    }


def _log_entries(
    view: _View, row: int, texts: Mapping[str, str], incident: str
) -> list[Mapping[str, object]]:
    """Log entries, newest first as the API lists them."""
    pages = view.pages
    monitor = _reference("service", f"S{int(pages.team[row]):05X}", "monitor")
    primary = view.user(int(pages.primary[row]))
    first, helper = int(pages.first_paged[row]), int(pages.helper[row])
    paged = view.user(first) if first >= 0 else primary
    entries = [("trigger", "created", monitor, None), ("assign", "created", monitor, paged)]
    if first >= 0:
        entries.append(("escalate", "escalated", monitor, primary))
    if view.reached("acknowledged", row):
        entries.append(("acknowledge", "acknowledged", primary, None))
        if helper >= 0:
            entries.append(("acknowledge", "helped", view.user(helper), None))
    if view.reached("resolved", row):
        by_hand = not (pages.is_automatic[row] or pages.is_merged[row])
        entries.append(("resolve", "resolved", primary if by_hand else monitor, None))
    return [
        {
            "id": f"R{incident}{place:02d}",
            "type": f"{kind}_log_entry",
            "created_at": texts[at],
            "agent": agent,
            "channel": {"type": "auto"},
            "assignees": [] if assignee is None else [assignee],
            "teams": [],
        }
        for place, (kind, at, agent, assignee) in reversed(list(enumerate(entries)))
    ]
