"""Where participants are lost, when nobody reaches an estimate."""

from __future__ import annotations

from datetime import date

import duckdb

#: Step of `rpt_participant_flow` -> why nobody came that far, in the order of the way.
_LOST_AT = {
    "exported": "mentorship/ names no mentee. Put the export of `mentorships` there; "
    "docs/sources.md lists its columns",
    "began": "of {n} none had begun by {as_of}. Check start_date and status in "
    "mentorship/: active, completed and ended_early count as begun",
    "in_population": "of {n} who began, none was employed, in the population and not yet "
    "mentored when the data begin ({first}). Check start_date in mentorship/ against hire_date "
    "and termination_date in hris/, how people are named (`mentorship identities`), and "
    "population in mentorship.toml",
    "has_baseline": "of {n} none was employed, and has data, for the three months before "
    "the start and its month. Export an earlier stretch of hris/ and git/; new hires are shown "
    "by themselves",
    "matched": "of {n} none is like somebody unmentored in month, level, tenure, "
    "organisation and recent work. Check that hris/ holds everyone, not mentees only",
}


def why_nobody(
    connection: duckdb.DuckDBPyConnection, as_of: date, first_event_on: date | None
) -> str | None:
    """Say at which step the last participant is lost, and what to check.

    Parameters
    ----------
    connection
        The private database, with the models built.
    as_of
        The day reported as of.
    first_event_on
        The first day of the data.

    Returns
    -------
    str or None
        One line without anyone's name; none where somebody is matched.
    """
    query = "select step, n from rpt_participant_flow where segment_dimension = 'all'"
    counts = dict(connection.execute(query).fetchall())
    before = 0
    for step, reason in _LOST_AT.items():
        count = counts.get(step, 0)
        if not count:
            told = reason.format(
                n=_mentees(before), as_of=as_of, first=first_event_on or "no event"
            )
            return f"nobody is compared: {told}."
        before = count
    return None


def _mentees(count: int) -> str:
    return "1 mentee" if count == 1 else f"{count:,} mentees"
