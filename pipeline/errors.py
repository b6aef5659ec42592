"""Errors a person can act on, and the exit status each one ends with.

Every message says what was found, where, and what to do. Anything else that is raised is a
defect of the program: the command line reports it as a failure and writes the details to the log.
"""

from __future__ import annotations

import sys
from typing import Protocol


class PipelineError(Exception):
    """A refresh could not go on; nothing was published.

    Attributes
    ----------
    exit_status : int
        Status of the process: 1 for a failure, 2 for bad usage or bad input.
    reason : str
        What kind of failure it is, in words that readers of the dashboard may see: they name no
        path, no value and nobody.
    """

    exit_status = 1
    reason = "a step of it could not be done"


class BadInputError(PipelineError):
    """What was handed in cannot be used: settings, exports, paths, options."""

    exit_status = 2
    reason = "the exports could not be used as they are"


class SettingsError(BadInputError):
    """The settings file or an option is wrong."""

    reason = "the settings could not be used"


class KeyFileError(BadInputError):
    """The key file is missing, readable by others, or another one than the warehouse's."""

    reason = "the key file is missing, or it is another one"


class LockedError(PipelineError):
    """Another refresh is writing to this warehouse."""

    reason = "another refresh was running"


class TransformError(PipelineError):
    """A dbt model or test failed."""

    reason = "a model or a check of the data failed"


class SnapshotError(PipelineError):
    """A built snapshot did not pass its checks and was not published."""

    reason = "the new snapshot did not pass its checks"


class MachineError(PipelineError):
    """The machine refused: a full disk, a file that cannot be read or written."""

    reason = "a file could not be read or written, or the disk is full"


class _Told(Protocol):
    """An error of the exports, which may name files."""

    def told(self, *, in_clear: bool) -> str: ...


def bad_input(error: _Told) -> BadInputError:
    """Say what is wrong with exports: files by their names where only a terminal shows them."""
    return BadInputError(error.told(in_clear=sys.stderr.isatty()))
