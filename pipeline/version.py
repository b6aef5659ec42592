"""Which code made a figure: a hash over everything that can change one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from pipeline.settings import PROJECT

_ROOMS = ("pipeline", "ingest", "impact", "models", "macros", "data/seeds")
_FILES = ("dbt_project.yml", "requirements.lock")
_SUFFIXES = frozenset({".py", ".sql", ".yml", ".csv"})


def code_version(project: Path = PROJECT) -> str:
    """Give the package's version and a hash of its sources, models, seeds and locked libraries."""
    digest = hashlib.sha256()
    for path in _sources(project):
        digest.update(path.relative_to(project).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{version('mentorship-impact')}+{digest.hexdigest()[:12]}"


def _sources(project: Path) -> Iterable[Path]:
    found = [project / name for name in _FILES]
    for room in _ROOMS:
        found += [path for path in (project / room).rglob("*") if path.suffix in _SUFFIXES]
    return sorted(path for path in found if path.is_file())
