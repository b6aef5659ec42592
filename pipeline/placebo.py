"""Placebo draws on the warehouse as it stands, kept for the next refresh to publish.

They take up to a minute, so no refresh makes them. What is kept are a few figures about the
method; they hold for the settings they were drawn under.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipeline import lock
from pipeline.errors import BadInputError
from pipeline.settings import Context, Settings

PLACEBO_NAME = "placebo.json"
_DIGITS = 3


def draw(
    settings: Settings, context: Context, draws: int | None, seed: int
) -> list[dict[str, Any]]:
    """Draw placebo mentees, keep the result beside the warehouse and give it.

    Parameters
    ----------
    draws
        How many; none for as many as a minute allows, two hundred at most.
    seed
        Of the draws: the same seed on the same warehouse gives the same figures.

    Raises
    ------
    BadInputError
        There is no warehouse to draw from, or nobody was matched.
    """
    if not context.work_db.exists():
        raise BadInputError(f"{context.warehouse}: nothing was refreshed into it yet.")
    with lock.hold(context.lock_file):
        found = _draw(context.work_db, draws, seed)
    if not found:
        raise BadInputError(
            f"{context.warehouse}: too few people are matched to put others in their places."
        )
    path = context.warehouse / PLACEBO_NAME
    content = {"settings_hash": settings.hash, "seed": seed, "outcomes": found}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return found


def kept(settings: Settings, context: Context) -> list[Mapping[str, Any]]:
    """Give the last draws' figures if they were made under these settings, else none.

    Raises
    ------
    BadInputError
        The file is damaged.
    """
    path = context.warehouse / PLACEBO_NAME
    if not path.exists():
        return []
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        outcomes: list[Mapping[str, Any]] = content["outcomes"]
        holds = content["settings_hash"] == settings.hash
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{path}: cannot be read; remove it, or draw anew with `mentorship placebo`."
        ) from error
    return outcomes if holds else []


def _draw(work_db: Path, draws: int | None, seed: int) -> list[dict[str, Any]]:
    # Imported here: the statistics take longer to import than most commands take to run.
    import numpy as np

    from impact.placebo import choose_draws, draw_placebos
    from impact.reading import read_supported
    from impact.study import HEADLINE_MONTHS

    with duckdb.connect(str(work_db), read_only=True) as connection:
        (ends,) = connection.execute(
            "select has_pull_requests, incidents_end from int_data_ends"
        ).fetchall()
        everyone = "segment_dimension = 'all'"
        material = read_supported(
            connection.table("int_index_rows"),
            connection.table("int_index_outcomes"),
            connection.table("int_matched_rows").filter(everyone),
            connection.table("int_mentee_segments").filter(everyone),
        )
    missing = {"pr_cycle_time": not ends[0], "incident_rate": ends[1] is None}
    outcomes = [outcome for outcome in HEADLINE_MONTHS if not missing.get(outcome)]
    count = choose_draws(material) if draws is None else draws
    found = draw_placebos(material, count, np.random.default_rng(seed), outcomes)
    return [
        {
            name: round(value, _DIGITS) if isinstance(value, float) else value
            for name, value in dataclasses.asdict(one).items()
        }
        for one in found
    ]
