"""Who mentors whom: pairs, peers and circles for everyone who begins, and those who never do."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from synthetic.careers import Careers
from synthetic.parameters import Again
from synthetic.people import NEVER, Calendar, Flags, Floats, Ints, People

MODELS = ("1:1", "peer", "circle", "reverse")
PROGRAMS = ("Compass", "Peer Exchange", "Circles", "Reverse View", "First Hundred Days")
END_REASONS = ("no_time", "moved", "no_fit", "no_time", "", "left", "other")
"""Why pairs end early, in the order in which they do; some offices do not write it down."""
STATUSES = ("active", "completed", "ended_early", "pending", "declined")
ASSIGNMENTS = ("volunteer", "nominated", "lottery", "waitlist")

ACTIVE, COMPLETED, ENDED_EARLY, PENDING, DECLINED = range(5)
_ONE, _PEER, _CIRCLE, _REVERSE = range(4)
_MODEL_SHARES = (0.60, 0.14, 0.22, 0.04)
_ASSIGNMENT_SHARES = (0.62, 0.23, 0.10, 0.05)
_CIRCLE_SIZE = 5
_ONBOARDING_DAYS = 91
_EARLY, _UNSTARTED = 0.12, 0.10
#: Days for which whoever becomes a mentor is sure to stay.
MENTORS_STAY_DAYS = 60
#: Days after the first start between which people come back: the longest pair takes 290.
_BACK_FROM, _BACK_UNTIL = 300, 480
_SENIOR = 2


@dataclass(frozen=True)
class Pairs:
    """One entry a row of the mentorship export: a mentor and a mentee.

    Attributes
    ----------
    number
        Mentorship; shared by the rows of a circle and by both rows of peers.
    program, model, status, assignment
        Codes into this module's names.
    mentor, mentee
        Indices of people.
    start_day, end_day
        `end_day` is `NEVER` while it runs or if it never began.
    """

    number: Ints
    program: Ints
    model: Ints
    mentor: Ints
    mentee: Ints
    start_day: Ints
    end_day: Ints
    status: Ints
    assignment: Ints

    def __len__(self) -> int:
        return len(self.number)

    def take(self, rows: Ints | Flags) -> "Pairs":
        """Some of the rows."""
        return Pairs(**{name: getattr(self, name)[rows] for name in Pairs.__dataclass_fields__})


@dataclass
class _Book:
    """Rows while they are being written."""

    rows: list[tuple[int, int, int, int, int, int, int, int, int]] = field(default_factory=list)
    last: int = 0
    circles: int = 0

    def add(
        self,
        pairs: Iterable[tuple[int, int]],
        program: int,
        model: int,
        days: tuple[int, int],
        status: int,
        assignment: int,
    ) -> None:
        self.last += 1
        self.rows.extend(
            (self.last, program, model, mentor, mentee, *days, status, assignment)
            for mentor, mentee in pairs
        )


@dataclass(frozen=True)
class _Office:
    """What the programme office looks things up in."""

    people: People
    careers: Careers
    calendar: Calendar
    rng: np.random.Generator
    stay_days: int

    def mentors(self, day: int, count: int, not_these: Ints, junior: bool = False) -> Ints:
        """Draw mentors who are employed on a day and on the following `stay_days`."""
        month = int(np.clip(self.calendar.month_of(np.array([day]))[0], 0, None))
        month = min(month, self.calendar.months - 1)
        people, careers = self.people, self.careers
        fit = (
            (people.kind == 0)
            & (people.hire_day < day - 200)
            & (careers.left_day > day + self.stay_days)
        )
        level = careers.level[:, month]
        rank = level < _SENIOR if junior else level >= _SENIOR
        found = np.flatnonzero(fit & rank)
        found = found[~np.isin(found, not_these)]
        if len(found) < count:
            found = np.setdiff1d(np.flatnonzero(careers.left_day > day), not_these)
        return self.rng.choice(found, count, replace=len(found) < count)


def pair_up(
    people: People,
    careers: Careers,
    calendar: Calendar,
    coming_back: tuple[Again, Floats],
    rng: np.random.Generator,
    stay_days: int = MENTORS_STAY_DAYS,
) -> tuple[Pairs, Careers]:
    """Give everyone who begins a mentorship, and some people one that never begins.

    Parameters
    ----------
    coming_back
        Who comes back, and how slow people's last months were: shape (people, months).
    stay_days
        Days for which whoever becomes a mentor is sure to stay: over 0, mentors leave less often.

    Returns
    -------
    tuple of Pairs and Careers
        The careers with the start days of peers and circles moved to the day they share.
    """
    office = _Office(people, careers, calendar, rng, stay_days)
    book = _Book()
    start = careers.start_day.copy()
    before = np.flatnonzero(start < 0)
    _pair(office, book, before, np.zeros(len(before), dtype=np.int64), start)
    month_of = calendar.month_of(start)
    for month in range(calendar.months):
        who = np.flatnonzero(month_of == month)
        model = rng.choice(len(MODELS), len(who), p=_MODEL_SHARES)
        settled = people.hire_day[who] < calendar.starts[month]
        model = np.where(settled & (people.kind[who] == 0), model, _ONE)
        for group in _circles(who[model == _CIRCLE]):
            _meet(office, book, group, _CIRCLE, start)
        peers = who[model == _PEER]
        for first in range(0, len(peers) - 1, 2):
            _meet(office, book, peers[first : first + 2], _PEER, start)
        alone = np.isin(model, (_ONE, _REVERSE))
        alone |= (model == _CIRCLE) & (np.sum(model == _CIRCLE) < 2)
        alone |= (who == peers[-1]) if len(peers) % 2 else np.zeros(len(who), dtype=bool)
        _pair(office, book, who[alone], np.where(model == _REVERSE, model, _ONE)[alone], start)
    began = replace(careers, start_day=start)
    office = replace(office, careers=began)
    _second(office, book, *coming_back)
    _never_begun(office, book)
    return _close(book, began, calendar, rng), began


def _circles(who: Ints) -> list[Ints]:
    """Split into circles of two to six."""
    if len(who) < 2:
        return []
    return np.array_split(who, max(1, round(len(who) / _CIRCLE_SIZE)))


def _meet(office: _Office, book: _Book, group: Ints, model: int, start: Ints) -> None:
    """Begin a peer pair or a circle on the earliest day of its members."""
    day = int(start[group].min())
    start[group] = day
    assignment = int(office.rng.choice(len(ASSIGNMENTS), p=_ASSIGNMENT_SHARES))
    if model == _PEER:
        one, other = int(group[0]), int(group[1])
        pairs = [(one, other), (other, one)]
    else:
        leaders = int(office.rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1])) if book.circles else 3
        book.circles += 1
        mentors = office.mentors(day, leaders, group)
        pairs = [(int(mentor), int(mentee)) for mentor in mentors for mentee in group]
    book.add(pairs, model, model, (day, NEVER), ACTIVE, assignment)


def _pair(office: _Office, book: _Book, who: Ints, model: Ints, start: Ints) -> None:
    """Begin pairs of one mentor and one mentee."""
    rng = office.rng
    assignment = rng.choice(len(ASSIGNMENTS), len(who), p=_ASSIGNMENT_SHARES)
    for mentee, kind, how in zip(who.tolist(), model.tolist(), assignment.tolist(), strict=True):
        day = int(start[mentee])
        is_new = day - office.people.hire_day[mentee] < _ONBOARDING_DAYS
        mentor = office.mentors(day, 1, np.array([mentee]), junior=kind == _REVERSE)
        program = 4 if is_new and kind == _ONE else kind
        book.add([(int(mentor[0]), mentee)], program, kind, (day, NEVER), ACTIVE, how)


def _second(office: _Office, book: _Book, again: Again, dip: Floats) -> None:
    """Let some mentees come back, to one mentor or a circle, after their first has ended."""
    start, left = office.careers.start_day, office.careers.left_day
    later = _when_back(office, again, dip)
    comes = (start < NEVER) & (office.rng.random(len(start)) < again.share)
    last = np.minimum(left - again.stays, office.calendar.days - 5)
    who = np.flatnonzero(comes & (later < last))
    if again.circle:
        is_circle = office.rng.random(len(who)) < again.circle
        circle = who[is_circle]
        for group in _circles(circle[np.argsort(later[circle], kind="stable")]):
            # A circle waits for its last member, and begins with those who are still there.
            later[group] = later[group].max()
            _meet(office, book, group[later[group] < last[group]], _CIRCLE, later)
        who = who[~is_circle]
    _pair(office, book, who, np.zeros(len(who), dtype=np.int64), later)


def _when_back(office: _Office, again: Again, dip: Floats) -> Ints:
    """Day on which each person would come back: any in half a year, slow months more readily."""
    start, calendar = office.careers.start_day, office.calendar
    later: Ints = start + office.rng.integers(_BACK_FROM, _BACK_UNTIL, len(start))
    if not again.dip:
        return later
    days = start[:, None] + np.arange(_BACK_FROM, _BACK_UNTIL)
    month = np.clip(calendar.month_of(np.clip(days, 0, calendar.days - 1)), 0, None)
    # The largest of scores with Gumbel noise is a draw in proportion to their exponentials.
    score = again.dip * np.take_along_axis(dip, month, axis=1)
    score += office.rng.gumbel(size=score.shape)
    chosen: Ints = start + _BACK_FROM + np.argmax(score, axis=1)
    return chosen


def _never_begun(office: _Office, book: _Book) -> None:
    """Add declined and pending pairs, and pairs whose mentee left before the first day."""
    rng, end = office.rng, office.calendar.days
    left, hire = office.careers.left_day, office.people.hire_day
    free = (office.careers.start_day >= NEVER) & (office.people.kind == 0)
    count = max(4, round(_UNSTARTED * int(np.sum(office.careers.start_day < NEVER))))
    day = rng.integers(100, end - 10, len(left))
    staff = office.people.kind == 0
    declined = np.flatnonzero(staff & (hire < day - 30) & (left > day + 5))
    _book_idle(office, book, rng.permutation(declined)[: count // 2], day, DECLINED)
    soon = end + rng.integers(-8, 40, len(left))
    pending = np.flatnonzero(free & (hire < end - 60) & (left >= NEVER))
    _book_idle(office, book, rng.permutation(pending)[: count - count // 2], soon, PENDING)
    late = left + rng.integers(4, 45, len(left))
    gone = np.flatnonzero(free & (left > 120) & (late < end - 5))
    _book_idle(office, book, gone[: max(3, count // 8)], late, ACTIVE)


def _book_idle(office: _Office, book: _Book, who: Ints, day: Ints, status: int) -> None:
    """Write pairs that never begin."""
    for mentee in who.tolist():
        mentor = office.mentors(int(day[mentee]), 1, np.array([mentee]))
        book.add([(int(mentor[0]), mentee)], _ONE, _ONE, (int(day[mentee]), NEVER), status, 0)


def _close(book: _Book, careers: Careers, calendar: Calendar, rng: np.random.Generator) -> Pairs:
    """End what has run its time, or whose people have left."""
    columns = np.array(book.rows, dtype=np.int64).reshape(-1, 9).T
    pairs = Pairs(*columns)
    first = np.unique(pairs.number, return_inverse=True)[1]
    count = book.last
    length = rng.integers(150, 290, count)
    early = rng.random(count) < _EARLY
    length = np.where(early, length // 3, length)[first]
    left = np.minimum(careers.left_day[pairs.mentor], careers.left_day[pairs.mentee])
    planned = pairs.start_day + length
    end = np.minimum(planned, np.maximum(left, pairs.start_day))
    ran = (pairs.status == ACTIVE) & (left > pairs.start_day)
    over = ran & (end < calendar.days)
    cut = over & (early[first] | (end < planned))
    status = np.where(cut, ENDED_EARLY, np.where(over, COMPLETED, pairs.status))
    order = np.lexsort((pairs.mentor, pairs.mentee, pairs.number))
    closed = replace(pairs, end_day=np.where(over, end, NEVER), status=status)
    return closed.take(order)


def model_of_first(pairs: Pairs, careers: Careers) -> Ints:
    """Model of each person's first mentorship, -1 for people without one."""
    model = np.full(len(careers.start_day), -1, dtype=np.int64)
    began = (pairs.status <= ENDED_EARLY) & (pairs.start_day == careers.start_day[pairs.mentee])
    model[pairs.mentee[began]] = pairs.model[began]
    return model


def second_day(pairs: Pairs, careers: Careers) -> Ints:
    """Day on which each person began a second mentorship, `NEVER` for people without one."""
    start = careers.start_day[pairs.mentee]
    came = (pairs.status <= ENDED_EARLY) & (pairs.start_day >= start + _BACK_FROM)
    day = np.full(len(careers.start_day), NEVER, dtype=np.int64)
    np.minimum.at(day, pairs.mentee[came], pairs.start_day[came])
    return day
