"""New hires' times to the first and the tenth merge, in a world where both futures are known.

Pull requests of new hires are drawn one by one, with their moments, and go through the project's
own SQL. In `merges_later` what a mentee merges from the landmark on comes `LATER` times as far from
it as it would have. The moments drawn are what would have been, so what is planted is the
difference between two futures of the same people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pandas as pd
from replications import Statement, build_frames

from impact.beside import MERGE_MONTHS, MERGES, estimate_beside
from impact.reading import read_months, read_studies
from impact.study import Study
from impact.supporting_verdicts import Supported
from synthetic.files import DAY_SECONDS
from synthetic.frames import employee_ids
from synthetic.git import draw_batch, repositories
from synthetic.organisation import Organisation
from synthetic.people import DAYS_A_MONTH

LATER = {"merges_none": 1.0, "merges_later": 1.25}
"""Scenario to how many times as far from the landmark a mentee's merges come."""
QUIET = {"onboarding": 8.0, "pull_requests": 1.0}
"""Many new hires among the mentees, and so few merges that some have none in their first weeks."""
DRAWN = "int_pull_requests_timed"
WANTED = ("int_study_rows", "int_months_measured", "int_onboarding_merges")


def estimate_merges(
    connection: duckdb.DuckDBPyConnection,
    statements: Sequence[Statement],
    later: float,
    organisation: Organisation,
    frames: Mapping[str, pd.DataFrame],
    rng: np.random.Generator,
) -> list[tuple[Supported, float]]:
    """Model one organisation, put mentees' merges off, and estimate by how much.

    Parameters
    ----------
    statements
        What leads from `frames` and the pull requests to `WANTED`, the last of them last.
    later
        How many times as far from the landmark a mentee's merges come.
    frames
        All that is given but the pull requests.

    Returns
    -------
    list
        Each outcome with what was planted in it, in months.
    """
    merged = draw_merges(organisation, rng)
    build_frames(connection, {**frames, DRAWN: merged}, statements)
    rows = connection.table("int_study_rows").filter("study = 'onboarding'")
    mentees = rows.filter("is_mentee").df()
    keys = frames["int_employment_spells"].drop_duplicates("person_id")
    mentees["author_key"] = mentees["person_id"].map(keys.set_index("person_id")["person_key"])
    put = put_off(merged, mentees, later)
    futures = [connection.table("int_onboarding_merges").df(), _time(connection, statements, put)]
    seen = _time(connection, statements, _cut(put, mentees, organisation))
    found = estimate_beside(
        read_studies(rows),
        seen,
        read_months(connection.table("int_months_measured")),
        Study(organisation.parameters.end, follow_up_months=(6, 12)),
    )
    return [
        (one, tell_planted(*futures, mentees, MERGES[str(one.outcome)]))
        for one in found
        if str(one.outcome) in MERGES
    ]


def draw_merges(organisation: Organisation, rng: np.random.Generator) -> pd.DataFrame:
    """Draw everybody's pull requests; one row each that is merged by the end of the data."""
    places = repositories(organisation)
    batches = [
        draw_batch(organisation, place, stream)
        for place, stream in zip(places, rng.spawn(len(places)), strict=True)
    ]
    author, closed, is_merged = (
        np.concatenate([getattr(one, name) for one in batches])
        for name in ("author", "closed", "is_merged")
    )
    ends = organisation.calendar.days * DAY_SECONDS
    kept = is_merged & (author >= 0) & (closed < ends)
    start = pd.Timestamp(organisation.parameters.start, tz="UTC")
    return pd.DataFrame(
        {
            "author_key": np.asarray(employee_ids(organisation.people_))[author[kept]].astype(str),
            "merged_at": start + pd.to_timedelta(closed[kept], unit="s"),
            "author_is_bot": False,
        }
    )


def put_off(merged: pd.DataFrame, mentees: pd.DataFrame, later: float) -> pd.DataFrame:
    """Move what mentees merge from their landmark on to `later` times its distance from it."""
    landmark = mentees.drop_duplicates("author_key").set_index("author_key")["landmark"]
    since = pd.to_datetime(merged["author_key"].map(landmark), utc=True)
    far = merged["merged_at"] - since
    moved = (since + later * far).where(far > pd.Timedelta(0), merged["merged_at"])
    return merged.assign(merged_at=moved)


def _cut(put: pd.DataFrame, mentees: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    """Leave out what would be merged after the data's end or the own last day."""
    gone = mentees[mentees["leave_event"] == 1].drop_duplicates("author_key")
    days = pd.to_timedelta(gone["leave_time"] * DAYS_A_MONTH, unit="D")
    last = pd.to_datetime(gone["landmark"], utc=True) + days
    left = put["author_key"].map(last.set_axis(gone["author_key"]))
    ends = pd.Timestamp(organisation.parameters.end, tz="UTC") + pd.Timedelta(days=1)
    return put[(put["merged_at"] < ends) & ~(put["merged_at"] >= left)]


def _time(
    connection: duckdb.DuckDBPyConnection, statements: Sequence[Statement], merged: pd.DataFrame
) -> pd.DataFrame:
    """Times to the first and the tenth of other pull requests."""
    build_frames(connection, {DRAWN: merged}, statements[-1:])
    return connection.table("int_onboarding_merges").df()


def tell_planted(
    drawn: pd.DataFrame, put: pd.DataFrame, mentees: pd.DataFrame, column: str
) -> float:
    """Mean months by which mentees come later, of those seen for as long as is counted.

    Parameters
    ----------
    drawn, put
        `int_onboarding_merges` of the futures without and with the effect.
    column
        `first_merge_time` or `tenth_merge_time`; who was there before the landmark is left out.
    """
    without, with_ = (
        one.set_index("index_row_id").reindex(mentees["index_row_id"]) for one in (drawn, put)
    )
    seen = np.fmin(mentees["leave_time"].to_numpy(), without["git_time"].to_numpy())
    times = [one[column].fillna(np.inf).to_numpy() for one in (with_, without)]
    use = (seen >= MERGE_MONTHS) & (times[1] > 0)
    months = [np.minimum(time[use], MERGE_MONTHS).mean() for time in times]
    return float(months[0] - months[1])
