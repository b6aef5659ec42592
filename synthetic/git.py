"""Pull requests as `gh pr list --json` prints them, one gzipped file a repository.

A repository serves a few teams of one organisation. Everything of a repository is drawn when
it is written, from a generator of its own, so any number of pull requests needs the memory of
the largest repository only. The log hours of a person and month add up to what
`Organisation.pull_requests` says.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from synthetic.directory import Directory
from synthetic.files import DAY_SECONDS, gzipped, stamps
from synthetic.frames import team_names
from synthetic.names import DOMAIN
from synthetic.organisation import Organisation
from synthetic.people import NEVER, Calendar, Flags, Floats, Ints
from synthetic.work import SPREAD

OWNER = "aldermoor"
#: Bots that only a list can tell from people; the settings of the organisation name them.
PLAIN_BOTS = ("aldermoor-release", "merge-steward")
GHOST = "app/"

_TEAMS_A_REPOSITORY = 4
_STALE_FILES, _STALE_DAYS, _STALE_WINDOW_DAYS = 2, 88, 45
_DUPLICATES = 3
_CHUNK = 1000
_OPEN, _DRAFT = 0.25, 0.4
_BOTS, _GHOSTS, _OUTSIDERS = 0.05, 0.004, 0.01
_UNREVIEWED, _TWICE, _SELF, _BOT_REVIEW = 0.08, 0.28, 0.14, 0.10
_TITLES = (
    "Handle empty pages in the exporter", "Cache the price list", "Retry failed webhooks",
    "Remove the old ranking flag", "Split the import job", "Fix rounding in totals",
    "Bump the parser", "Add tracing to checkout", "Log slow queries", "Tidy the form layout",
    "Speed up the nightly run", "Revert \"Cache the price list\"", "Document the API limits",
    "Use the shared date picker", "Guard against missing tokens", "Rename the queue",
    "Move secrets to the vault", "Paginate the audit view", "Drop the unused index",
    "Make tests independent of time", "Unify error pages", "Support dark mode", "Fix naïve sort",
)  # fmt: skip
_PREFIXES = ("Draft: ", "WIP: ", "")
_BOT_TITLES = ("Bump lodash-like from 4.1 to 4.2", "Update lock file", "Release notes")
_QUOTED_TITLES = [
    [json.dumps(prefix + title, ensure_ascii=False) for title in _TITLES] for prefix in _PREFIXES
]
_QUOTED_BOT_TITLES = [json.dumps(title) for title in _BOT_TITLES]


@dataclass(frozen=True)
class Repository:
    """A repository and the person-months whose pull requests it holds.

    Attributes
    ----------
    name
        Such as payments-1.
    person, month
        Shape (cells,), in order of month.
    """

    name: str
    person: Ints
    month: Ints


@dataclass(frozen=True)
class Reviews:
    """Reviews of shape (pull requests, slots); seconds -1 where there is none.

    The slots are: the author's own, a bot's, a first person's, a second person's.
    """

    reviewer: Ints
    seconds: Ints
    state: Ints


@dataclass(frozen=True)
class Batch:
    """Pull requests of one repository in order of opening, times in seconds.

    Attributes
    ----------
    author
        Index into people, or -1 less the place in `OTHERS`.
    closed
        When merged or closed; `NEVER_SECONDS` if still open when all exports were taken.
    """

    number: Ints
    author: Ints
    created: Ints
    closed: Ints
    is_merged: Flags
    is_draft: Flags
    additions: Ints
    deletions: Ints
    title: Ints
    reviews: Reviews

    def __len__(self) -> int:
        return len(self.number)


NEVER_SECONDS = NEVER * DAY_SECONDS
_STATES = ("APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED")
_REVIEW_BOTS = ("github-actions", "lintwarden[bot]")


def _bot(login: str) -> str:
    return json.dumps({"is_bot": True, "login": login}, separators=(",", ":"))


def _outsider(login: str) -> str:
    author = {"id": f"U_out{len(login)}", "is_bot": False, "login": login, "name": ""}
    return json.dumps(author, separators=(",", ":"))


#: Authors that are not employees, with the share of each among them.
OTHERS = (
    *(_bot("app/dependabot"), _bot("lintwarden[bot]"), *(_outsider(bot) for bot in PLAIN_BOTS)),
    _bot(GHOST),
    *(_outsider("wanderer-7"), _outsider("open-helper")),
)
_OTHER_KINDS = ("bot", "bot", "bot", "bot", "ghost", "outsider", "outsider")


def repositories(organisation: Organisation) -> list[Repository]:
    """Repositories with their person-months, in order of name of the first team."""
    opened = organisation.pull_requests.opened
    who, month = np.nonzero(opened)
    names = team_names(organisation.people_)
    home = organisation.people_.team_organisation
    place = np.arange(len(home)) - np.searchsorted(home, home)
    _, repository = np.unique(home * len(home) + place // _TEAMS_A_REPOSITORY, return_inverse=True)
    of_cell = repository[organisation.careers.team[who, month]]
    order = np.lexsort((who, month, of_cell))
    bounds = np.searchsorted(of_cell[order], np.arange(int(repository.max()) + 2))
    found = []
    for index in range(int(repository.max()) + 1):
        cells = order[bounds[index] : bounds[index + 1]]
        team = int(np.flatnonzero(repository == index)[0])
        stem = names[team].rsplit(" ", 1)[0].lower().replace(" ", "-")
        number = int(place[team]) // _TEAMS_A_REPOSITORY + 1
        found.append(Repository(f"{stem}-{number}", who[cells], month[cells]))
    return found


def write_git(
    organisation: Organisation, directory: Directory, out: Path, rng: np.random.Generator
) -> Mapping[str, int]:
    """Write every repository under `out` and return how many of each thing there are."""
    authors = _authors(directory)
    counts = dict.fromkeys(("files", "rows", "human_pull_requests", "merged", "reviews"), 0)
    found = repositories(organisation)
    streams = rng.spawn(len(found))
    end = organisation.calendar.days * DAY_SECONDS - 1
    for place, (repository, stream) in enumerate(zip(found, streams, strict=True)):
        batch = draw_batch(organisation, repository, stream)
        rows = np.arange(len(batch))[::-1]
        if place == 0:
            rows = np.insert(rows, 5, rows[5 : 5 + _DUPLICATES])
        _write(organisation.calendar, directory, authors, repository, batch, rows, end, out)
        counts["files"] += 1
        counts["rows"] += len(rows)
        counts["human_pull_requests"] += int(np.sum(batch.author >= 0))
        counts["merged"] += int(np.sum(batch.is_merged & (batch.closed <= end)))
        counts["reviews"] += int(np.sum(batch.reviews.seconds >= 0))
        if place < _STALE_FILES:
            counts["rows"] += _write_stale(
                organisation.calendar, directory, authors, repository, batch, out
            )
            counts["files"] += 1
    return counts


def _write_stale(
    calendar: Calendar,
    directory: Directory,
    authors: list[str],
    repository: Repository,
    batch: Batch,
    out: Path,
) -> int:
    """Write an older, overlapping export in which much is still open."""
    taken = (calendar.days - _STALE_DAYS) * DAY_SECONDS - 1
    since = taken - _STALE_WINDOW_DAYS * DAY_SECONDS
    rows = np.flatnonzero((batch.created >= since) & (batch.created <= taken))[::-1]
    older = Repository(f"{repository.name}.older", repository.person, repository.month)
    _write(calendar, directory, authors, older, batch, rows, taken, out)
    return len(rows)


def draw_batch(
    organisation: Organisation, repository: Repository, rng: np.random.Generator
) -> Batch:
    """Draw the pull requests of a repository, those of bots and strangers among them."""
    person, month = repository.person, repository.month
    opened = organisation.pull_requests.opened[person, month]
    cell = np.repeat(np.arange(len(person)), opened)
    created = _opened_at(organisation, person[cell], month[cell], rng)
    merged, hours = _hours(organisation, person, month, cell, opened, rng)
    author = person[cell]
    extra = _strangers(len(cell), rng)
    created = np.concatenate([created, created[rng.integers(0, len(cell), len(extra))] + 977])
    author = np.concatenate([author, extra])
    merged = np.concatenate([merged, rng.random(len(extra)) < 0.7])
    hours = np.concatenate([hours, np.exp(rng.normal(1.0, 1.3, len(extra)))])
    closed = created + np.maximum(np.round(hours * 3600), 60).astype(np.int64)
    stale = ~merged & (rng.random(len(author)) < _OPEN)
    closed = np.where(stale, NEVER_SECONDS, closed)
    draft = (rng.random(len(author)) < _DRAFT) & ~merged
    order = np.argsort(created, kind="stable")
    # Issues take numbers too, so the numbers of pull requests have gaps.
    number = np.cumsum(rng.integers(1, 4, len(order)))
    reviews = _review(created, closed, merged, author, month, cell, person, rng)
    return Batch(
        number=number,
        author=author[order],
        created=created[order],
        closed=closed[order],
        is_merged=merged[order],
        is_draft=draft[order],
        additions=np.floor(np.exp(rng.normal(3.4, 1.3, len(order)))).astype(np.int64),
        deletions=np.floor(np.exp(rng.normal(2.3, 1.4, len(order)))).astype(np.int64),
        title=rng.integers(0, len(_TITLES), len(order)),
        reviews=Reviews(reviews.reviewer[order], reviews.seconds[order], reviews.state[order]),
    )


def _opened_at(
    organisation: Organisation, who: Ints, month: Ints, rng: np.random.Generator
) -> Ints:
    """Moments of opening: on a day at work, mostly not at the weekend, mostly by day."""
    calendar, people = organisation.calendar, organisation.people_
    first = np.maximum(calendar.starts[month], people.hire_day[who])
    last = np.minimum(calendar.starts[month + 1], organisation.careers.left_day[who])
    away_from = np.clip(people.leave_from[who], first, last)
    away_to = np.clip(people.leave_to[who], first, last)
    days = (last - first) - (away_to - away_from)
    day = first + np.floor(rng.random(len(who)) * days).astype(np.int64)
    day = np.where(day >= away_from, day + (away_to - away_from), day)
    weekday = (calendar.start.weekday() + day) % 7
    friday = day - (weekday - 4)
    movable = (weekday > 4) & (friday >= first) & ((friday < away_from) | (friday >= away_to))
    movable &= rng.random(len(who)) < 0.9
    day = np.where(movable, friday, day)
    time = np.clip(rng.normal(12.5, 3.0, len(who)), 0.5, 23.4) * 3600
    result: Ints = day * DAY_SECONDS + time.astype(np.int64)
    return result


def _hours(
    organisation: Organisation,
    person: Ints,
    month: Ints,
    cell: Ints,
    opened: Ints,
    rng: np.random.Generator,
) -> tuple[Flags, Floats]:
    """Which pull requests are merged, and hours that add up to the sum of their cell."""
    work = organisation.pull_requests
    merged_count = work.merged[person, month]
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(opened) - opened, opened)
    merged = rank < merged_count[cell]
    noise = SPREAD * rng.standard_normal(len(cell))
    mean = np.bincount(cell, noise * merged, len(person)) / np.maximum(merged_count, 1)
    wanted = work.log_hours_sum[person, month] / np.maximum(merged_count, 1)
    level = np.where(merged, (wanted - mean)[cell], work.mean_log_hours[person, month][cell] + 0.5)
    hours: Floats = np.exp(level + noise)
    return merged, hours


def _strangers(count: int, rng: np.random.Generator) -> Ints:
    """Authors who are not employees, for so many pull requests of people."""
    shares = {"bot": _BOTS / 4, "ghost": _GHOSTS, "outsider": _OUTSIDERS / 2}
    places: list[Ints] = []
    for place, kind in enumerate(_OTHER_KINDS):
        wanted = max(1, int(rng.poisson(count * shares[kind])))
        places.append(np.full(wanted, -1 - place))
    return np.concatenate(places)


def _review(
    created: Ints,
    closed: Ints,
    merged: Flags,
    author: Ints,
    month: Ints,
    cell: Ints,
    person: Ints,
    rng: np.random.Generator,
) -> Reviews:
    """Draw reviews by colleagues who worked in the repository that month."""
    count = len(author)
    when = np.concatenate([month[cell], month[rng.integers(0, len(month), count - len(cell))]])
    first = np.searchsorted(month, when)
    size = np.searchsorted(month, when, side="right") - first
    draws = rng.random((7, count))
    reviewer = np.full((count, 4), -1, dtype=np.int64)
    reviewer[:, 0] = np.where((draws[0] < _SELF) & (author >= 0), author, -1)
    bot = np.floor(draws[1] / _BOT_REVIEW * len(_REVIEW_BOTS)).astype(np.int64)
    reviewer[:, 1] = np.where(draws[1] < _BOT_REVIEW, -2 - bot, -1)
    wanted = 1 + (draws[2] < _TWICE)
    wanted = np.where(draws[3] < np.where(merged, _UNREVIEWED, 0.5), 0, wanted)
    place = np.floor(draws[4] * size).astype(np.int64)
    for slot in (0, 1):
        at = first + (place + slot) % size
        at = np.where(person[at] == author, first + (place + slot + 1) % size, at)
        is_fit = (wanted > slot) & (person[at] != author) & (size > slot + 1)
        reviewer[:, 2 + slot] = np.where(is_fit, person[at], -1)
    until = np.where(closed < NEVER_SECONDS, closed, created + 6 * DAY_SECONDS)
    span = until - created
    early = 0.05 + 0.6 * draws[5]
    parts = np.stack([early * 0.9, 0.01 + 0 * early, early, early + (0.98 - early) * draws[6]], 1)
    seconds = created[:, None] + np.floor(parts * span[:, None]).astype(np.int64)
    state = np.full((count, 4), _STATES.index("COMMENTED"))
    choice = np.searchsorted([0.55, 0.8, 0.96], draws[6], side="right")
    alone = reviewer[:, 3] == -1
    state[:, 2] = np.where(alone & merged, 0, np.where(merged, choice, np.maximum(choice, 1)))
    state[:, 3] = np.where(merged, 0, 2)
    return Reviews(reviewer, np.where(reviewer == -1, -1, seconds), state)


def _authors(directory: Directory) -> list[str]:
    """The author object of every person as JSON, then of every person's later login."""
    return [
        json.dumps(
            {"id": f"U_kgDO{pager[1:]}", "is_bot": False, "login": login, "name": name},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for logins in (directory.login, directory.later_login)
        for pager, login, name in zip(directory.pagerduty, logins, directory.full_name, strict=True)
    ]


def _write(
    calendar: Calendar,
    directory: Directory,
    authors: list[str],
    repository: Repository,
    batch: Batch,
    rows: Ints,
    taken: int,
    out: Path,
) -> None:
    """Write some rows of a repository as they stood at the second `taken`."""
    lines = _lines(calendar, directory, authors, repository, batch, rows, taken)
    with gzipped(out / f"{repository.name}.json.gz") as file:
        file.write(b"[")
        for place, some in enumerate(iter(lambda: ",".join(islice(lines, _CHUNK)), "")):
            file.write(f"{',' if place else ''}{some}".encode())
        file.write(b"]\n")


def _lines(
    calendar: Calendar,
    directory: Directory,
    authors: list[str],
    repository: Repository,
    batch: Batch,
    rows: Ints,
    taken: int,
) -> Iterator[str]:
    """JSON objects of pull requests, keys in alphabetical order as gh prints them."""
    url = f"https://git.{DOMAIN}/{OWNER}/{repository.name.removesuffix('.older')}/pull/"
    is_done = batch.closed[rows] <= taken
    is_merged = is_done & batch.is_merged[rows]
    reviewed = batch.reviews.seconds[rows]
    seen = np.where(reviewed <= taken, reviewed, -1)
    closed = np.where(is_done, batch.closed[rows], batch.created[rows])
    later = (batch.author[rows] >= 0) & (batch.created[rows] > calendar.days * DAY_SECONDS // 2)
    columns = (
        batch.number[rows].tolist(),
        (batch.author[rows] + later * len(directory.login)).tolist(),
        stamps(calendar, batch.created[rows]).tolist(),
        stamps(calendar, closed).tolist(),
        stamps(calendar, np.maximum(closed, seen.max(axis=1))).tolist(),
        np.where(is_merged, "MERGED", np.where(is_done, "CLOSED", "OPEN")).tolist(),
        (batch.is_draft[rows] & ~is_merged).tolist(),
        batch.additions[rows].tolist(),
        batch.deletions[rows].tolist(),
        batch.title[rows].tolist(),
        _review_lists(calendar, directory, batch.reviews, rows, seen),
    )
    for number, who, created, end, updated, state, draft, plus, minus, title, reviews in zip(
        *columns, strict=True
    ):
        yield (
            f'{{"additions":{plus},"author":{authors[who] if who >= 0 else OTHERS[-1 - who]}'
            f',"closedAt":{"null" if state == "OPEN" else _quoted(end)}'
            f',"createdAt":"{created}","deletions":{minus}'
            f',"isDraft":{"true" if draft else "false"}'
            f',"mergedAt":{_quoted(end) if state == "MERGED" else "null"},"number":{number}'
            f',"reviews":{reviews},"state":"{state}","title":{_title(who, title, draft)}'
            f',"updatedAt":"{updated}","url":"{url}{number}"}}'
        )


def _quoted(moment: str) -> str:
    """A moment as JSON."""
    return f'"{moment}"'


def _title(author: int, title: int, is_draft: bool) -> str:
    """A title as JSON."""
    if author < 0:
        return _QUOTED_BOT_TITLES[title % len(_BOT_TITLES)]
    return _QUOTED_TITLES[title % len(_PREFIXES) if is_draft else -1][title]


def _review_lists(
    calendar: Calendar, directory: Directory, reviews: Reviews, rows: Ints, seen: Ints
) -> list[str]:
    """The reviews of each row as JSON, in order of time."""
    order = np.argsort(np.where(seen < 0, NEVER_SECONDS, seen), axis=1, kind="stable")
    lists = [""] * len(rows)
    reviewer = np.take_along_axis(reviews.reviewer[rows], order, axis=1)
    state = np.take_along_axis(reviews.state[rows], order, axis=1)
    seconds = np.take_along_axis(seen, order, axis=1)
    row, slot = np.nonzero(seconds >= 0)
    at = (row, slot)
    entries = zip(
        row.tolist(),
        reviewer[at].tolist(),
        state[at].tolist(),
        stamps(calendar, seconds[at]).tolist(),
        strict=True,
    )
    for place, who, verdict, moment in entries:
        login = directory.login[who] if who >= 0 else _REVIEW_BOTS[-2 - who]
        text = (
            f'{{"author":{{"login":"{login}"}},"authorAssociation":"MEMBER","body":""'
            f',"state":"{_STATES[verdict]}","submittedAt":"{moment}"}}'
        )
        lists[place] += f",{text}" if lists[place] else text
    return [f"[{text}]" for text in lists]
