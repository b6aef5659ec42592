"""`mentorship recognise`: mentors who wished to be named, for the owner of exports and key alone.

The names are read from the exports and never enter the warehouse; what mentors gave is counted in
the private database, under their pseudonyms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

_GIVEN = """
with willing as (
    select distinct int_identities_linked.person_key
    from stg_generic__mentors
    inner join int_identities_linked
        on stg_generic__mentors.employee_key = int_identities_linked.identifier_key
    where stg_generic__mentors.has_recognition_opt_in
),

pairs as (
    select
        mentor_key,
        mentorship_key,
        count(distinct mentee_key) as mentees,
        min(starts_on) as starts_on
    from int_pairs_begun
    group by 1, 2
),

held as (
    select mentorship_key, count(*) as sessions, sum(duration_minutes) / 60 as hours
    from stg_generic__sessions cross join int_data_ends
    where status = 'held' and cast(held_at as date) <= as_of_date
    group by 1
)

select
    willing.person_key,
    (select count(distinct mentee_key) from int_pairs_begun
     where int_pairs_begun.mentor_key = willing.person_key) as mentees,
    coalesce(sum(held.sessions), 0) as sessions,
    coalesce(sum(held.hours), 0) as hours,
    min(pairs.starts_on) as since
from willing
inner join pairs on willing.person_key = pairs.mentor_key
left join held on pairs.mentorship_key = held.mentorship_key
group by 1
"""


@dataclass(frozen=True)
class Given:
    """What one mentor gave, in clear."""

    name: str
    mentees: int
    sessions: int
    hours: float
    since: str


def mentors(work_db: Path, names: Mapping[str, str]) -> list[Given]:
    """List the mentors who opted in, by name.

    Parameters
    ----------
    work_db
        The private database of a refresh.
    names
        Pseudonym -> name, from the exports.
    """
    with duckdb.connect(str(work_db), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.execute(_GIVEN).fetchall()
    found = [
        Given(names[key], mentees, int(sessions), float(hours), str(since))
        for key, mentees, sessions, hours, since in rows
        if key in names
    ]
    return sorted(found, key=lambda one: one.name)


def lines(found: list[Given]) -> Iterator[str]:
    """Write the list; nobody is ranked."""
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        what = [
            f"{one.mentees} {'mentee' if one.mentees == 1 else 'mentees'}",
            f"{one.sessions} sessions",
            f"{one.hours:.0f} hours" if one.hours else "hours not recorded",
        ]
        yield f"{one.name:<{width}}  {', '.join(what)}, since {one.since}"
    noun = "mentor" if len(found) == 1 else "mentors"
    yield f"{len(found)} {noun} wished to be named; the others are not listed"
