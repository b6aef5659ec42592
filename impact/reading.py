"""Read from any database relation exactly the columns and rows the statistics need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, Self

import numpy as np
import pandas as pd

from impact.cohort import to_table
from impact.judge import Judged
from impact.material import (
    INDEX_COLUMNS,
    MATCHED_COLUMNS,
    PEOPLE_COLUMNS,
    SEGMENT_COLUMNS,
    TIME_COLUMNS,
    Material,
    gather,
    outcome_columns,
)
from impact.measures import Months, order_months
from impact.study import Study

WINDOWS = (6, 12, 18, 24)
_GROUP = ("design", "segment_dimension", "segment_value")
_STUDY_TEXTS = (
    "level",
    "level_class",
    "organisation",
    "job_family",
    "first_model",
    "sequence",
)
_STUDY_COLUMNS = (
    *_STUDY_TEXTS,
    "index_row_id",
    "person_id",
    "index_month_number",
    "index_month",
    "landmark",
    "is_mentee",
    "end_month_number",
    "level_rank",
    "is_top_rank",
    "team_id",
    "tenure_months",
    "tenure_band",
    "months_in_level",
    "mentored_class",
    "months_since_first",
    "hire_month_number",
    "last_rating",
    "leave_time",
    "leave_event",
    "promotion_time",
    "promotion_event",
)


class Relation(Protocol):
    """What is asked of a table: a database's own relation object has it."""

    def project(self, columns: str, /) -> Self:
        """Keep some columns."""

    def filter(self, condition: str, /) -> Self:
        """Keep some rows."""

    def distinct(self) -> Self:
        """Keep one of equal rows."""

    def set_alias(self, name: str, /) -> Self:
        """Give it a name to be told by in a join."""

    def join(self, other: Self, condition: str, /) -> Self:
        """Join on columns of one name, or where a condition holds."""

    def order(self, columns: str, /) -> Self:
        """Sort the rows."""

    def df(self) -> pd.DataFrame:
        """Fetch as a frame."""


def read_material(
    index_rows: Relation,
    outcomes: Relation,
    matched: Relation,
    mentee_segments: Relation,
    people: Relation | None = None,
    groups: Relation | None = None,
) -> Material:
    """Read what estimates are made of.

    Parameters
    ----------
    index_rows, outcomes
        Covariates and outcomes of index rows, one row each, joined by `index_row_id`.
    matched
        Matched index rows by design and segment.
    mentee_segments
        Mentees by design, rung and segment; those of one design and rung are read.
    people, groups
        For the naive comparison; left out where it is not needed.
    """
    columns = [*INDEX_COLUMNS, *outcome_columns(WINDOWS)]
    return gather(
        _read_index_rows(index_rows, outcomes, columns),
        _read(matched, MATCHED_COLUMNS, _GROUP),
        _read(mentee_segments.filter("design = 'a' and rung = 1"), SEGMENT_COLUMNS, _GROUP[1:]),
        None if people is None else people.project(", ".join(PEOPLE_COLUMNS)).df(),
        None
        if groups is None
        else groups.project("person_id, segment_dimension, segment_value").df(),
    )


_KEY = (
    "index_month_number",
    "spell_number",
    "level_class",
    "organisation",
    "base_hours_6",
)
_TEXTS = ("level", "job_family", "level_class", "organisation")


def read_at_look(
    index_rows: Relation,
    outcomes: Relation,
    months_measured: Relation,
    dated_outcomes: Relation,
    mentee_segments: Relation,
    pool_rows: Relation,
    ends: pd.DataFrame,
    study: Study,
) -> list[Judged] | None:
    """Read and judge what the headline was at the last look; none where today's data decide.

    Parameters
    ----------
    index_rows, outcomes
        As for `read_material`.
    months_measured
        The monthly panel.
    dated_outcomes
        Merges, incidents and starts with their days: those after the look are read.
    mentee_segments, pool_rows
        Mentees by design, rung and segment, and who could have been compared in each segment.
    ends
        One row of data ends.
    study
        Today's study.
    """
    day = study.look.last
    if day is None or not study.is_between_looks:
        return None
    # Only now: it takes the whole of the statistics, which not every reader needs.
    from impact.at_look import judge_at_look

    columns = [*INDEX_COLUMNS, *_KEY, *TIME_COLUMNS]
    after = f"happened_on > date '{day}' and month_number <= {12 * day.year + day.month}"
    return judge_at_look(
        _read(index_rows.join(outcomes, "index_row_id"), columns, _TEXTS),
        read_months(months_measured),
        dated_outcomes.filter(after).project("kind, person_id, month_number, log_hours").df(),
        _read(mentee_segments.filter("design = 'a' and rung = 1"), SEGMENT_COLUMNS, _GROUP[1:]),
        read_pools(pool_rows),
        ends,
        study,
    )


_LEAVE_KINDS = {"voluntary": 1, "involuntary": 2, "other": 3}
_REGRET_KINDS = {True: 1, False: 2}


def read_supported(
    index_rows: Relation,
    outcomes: Relation,
    matched: Relation,
    mentee_segments: Relation,
) -> Material:
    """Read matched rows with what supporting outcomes need beside the headline's columns.

    Parameters and result are those of `read_material`, with `index_month_number`, `spell_number`
    `leave_kind` (1 voluntary, 2 involuntary, 3 else) and `regret_kind` (1 regrettable, 2 not) as
    further columns; the kinds are 0 for whoever has not left or of whom the export does not say.
    """
    columns = [*INDEX_COLUMNS, *outcome_columns((6, 12))]
    columns += ["index_month_number", "spell_number", "leave_type", "is_regrettable"]
    frame = _read_index_rows(index_rows, outcomes, columns)
    frame["leave_kind"] = _coded(frame.pop("leave_type"), _LEAVE_KINDS)
    frame["regret_kind"] = _coded(frame.pop("is_regrettable"), _REGRET_KINDS)
    return gather(
        frame,
        _read(matched, MATCHED_COLUMNS, _GROUP),
        _read(mentee_segments.filter("design = 'a' and rung = 1"), SEGMENT_COLUMNS, _GROUP[1:]),
    )


def read_starts(index_rows: Relation, matched: Relation) -> Material:
    """Read the matched rows of design b with their index months, for the months around them.

    Parameters
    ----------
    index_rows, matched
        `int_index_rows` and `int_matched_rows`.
    """
    of_design = matched.filter("design = 'b'")
    rows = index_rows.join(of_design.project("index_row_id").distinct(), "index_row_id")
    columns = ("index_row_id", "person_id", "is_mentee", "index_month_number")
    return gather(
        rows.project(", ".join(columns)).order("index_row_id").df(),
        _read(of_design, MATCHED_COLUMNS, _GROUP),
        pd.DataFrame(columns=list(SEGMENT_COLUMNS)),
    )


def _coded(said: pd.Series, codes: Mapping[str, int] | Mapping[bool, int]) -> pd.Series:
    """Number what an export says, 0 where it says nothing."""
    return said.astype(object).map(codes).fillna(0).astype("int64")


def _read_index_rows(
    index_rows: Relation, outcomes: Relation, columns: Sequence[str]
) -> pd.DataFrame:
    few = ("level", "job_family", "leave_type", "is_regrettable")
    texts = [name for name in few if name in columns]
    return _read(index_rows.join(outcomes, "index_row_id"), columns, texts)


def _read(relation: Relation, columns: Sequence[str], texts: Sequence[str]) -> pd.DataFrame:
    """Fetch columns, with few different texts in some: those as categories.

    A text an index row costs far more than all its numbers, so the combinations of texts are
    numbered in the database and only the number is fetched for every row. Texts come last.
    """
    if not texts:
        return relation.project(", ".join(columns)).df()
    names = ", ".join(texts)
    known = relation.project(names).distinct()
    known = known.project(f"{names}, row_number() over (order by {names}) - 1 as text_number")
    same = " and ".join(f"rows.{name} is not distinct from texts.{name}" for name in texts)
    wanted = [f"rows.{name}" for name in columns if name not in texts]
    joined = relation.set_alias("rows").join(known.set_alias("texts"), same)
    frame = joined.project(", ".join([*wanted, "texts.text_number"])).df()
    number, words = frame.pop("text_number").to_numpy(np.int64), known.df()
    place = np.empty(len(words), dtype=np.int64)
    place[words["text_number"].to_numpy(np.int64)] = np.arange(len(words))
    for name in texts:
        codes, values = pd.factorize(words[name], sort=True)
        frame[name] = pd.Categorical.from_codes(codes[place[number]], values)
    return frame


def read_months(months_measured: Relation) -> Months:
    """Read the monthly panel that measures are summed over, in order."""
    return order_months(to_table(months_measured.order("person_id, month_number").df()))


class Parts(Mapping[str, pd.DataFrame]):
    """Rows of a table by the text in one column; a part is read when asked for and not kept."""

    def __init__(
        self, relation: Relation, column: str, columns: Sequence[str], texts: Sequence[str] = ()
    ) -> None:
        self._relation, self._column = relation, column
        self._columns, self._texts = columns, texts
        self._names = sorted(relation.project(column).distinct().df()[column].astype(str))

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        rows = self._relation.filter(f"{self._column} = '{name}'")
        return _read(rows, self._columns, self._texts)

    def __contains__(self, name: object) -> bool:
        return name in self._names  # without reading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read_sums(person_measures: Relation) -> Parts:
    """Read the sums of each measure by person and month."""
    columns = ("person_id", "month_number", "numerator", "denominator")
    return Parts(person_measures, "metric", columns)


def read_studies(study_rows: Relation) -> Parts:
    """Read the index rows of each design beside the main one."""
    return Parts(study_rows, "study", _STUDY_COLUMNS, _STUDY_TEXTS)


def read_pools(pool_rows: Relation) -> pd.DataFrame:
    """Read who could have been compared in each segment."""
    others = pool_rows.filter("not is_mentee")
    texts = ("pool_dimension", "pool_value")
    return _read(others, (*texts, "index_row_id"), texts)


def read_panel(person_months: Relation) -> pd.DataFrame:
    """Read the monthly panel of the population, as far as pull requests are known."""
    known = person_months.filter("is_git_observed and is_in_population")
    return known.project(
        "person_id, month_number, log_hours_sum, pr_merged_count, is_mentored"
    ).df()
