"""An engagement survey every quarter: the organisation's own outcome, in the generic shape."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from synthetic.directory import Directory
from synthetic.files import dates, write_table
from synthetic.organisation import Organisation

METRIC = "engagement"
_EVERY_MONTHS = 3
_ANSWERS = 0.78
_USUAL, _OF_PERSON, _OF_ANSWER = 68.0, 8.0, 6.0


def write_engagement(
    organisation: Organisation, directory: Directory, path: Path, rng: np.random.Generator
) -> int:
    """Write the answers of everyone employed on a survey's day; return how many there are."""
    columns = ("employee_id", "metric", "at", "value")
    return write_table(path, columns, _answers(organisation, directory, rng))


def _answers(
    organisation: Organisation, directory: Directory, rng: np.random.Generator
) -> Iterator[Sequence[object]]:
    people, careers, calendar = organisation.people_, organisation.careers, organisation.calendar
    own = rng.normal(_USUAL, _OF_PERSON, len(people))
    start = np.clip(careers.start_day, 0, calendar.days - 1)
    landmark = calendar.starts[np.minimum(calendar.month_of(start) + 1, calendar.months)]
    helped_from = np.where(careers.start_day < calendar.days, landmark, calendar.days)
    for first in calendar.starts[1 : calendar.months : _EVERY_MONTHS]:
        day = first + 14
        there = (people.hire_day <= day) & (careers.left_day > day)
        answers = there & (rng.random(len(people)) < _ANSWERS)
        score = own + rng.normal(0.0, _OF_ANSWER, len(people))
        score += organisation.parameters.effects.engagement * (helped_from <= day)
        asked = dates(calendar, np.array([day]))[0]
        for who in np.flatnonzero(answers).tolist():
            value = int(np.clip(np.round(score[who]), 0, 100))
            yield directory.employee_id[who], METRIC, asked, value
