"""Folders of small files that several workers write to, and that must not grow for ever."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def drop_older(folder: Path, moment: float) -> None:
    """Drop the files of a folder that were last written at a moment or before it.

    Parameters
    ----------
    moment : seconds since the epoch.
    """
    for path in folder.glob("*"):
        # Another worker may have dropped it since it was listed.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime <= moment:
                path.unlink()
