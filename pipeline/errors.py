"""Errors a person can act on, and the exit status each one ends with.

Every message says what was found, where, and what to do. Anything else that is raised is a
defect of the program: the command line reports it as a failure and writes the details to the log.
"""

from __future__ import annotations


class PipelineError(Exception):
    """A refresh could not go on; nothing was published.

    Attributes
    ----------
    exit_status : int
        Status of the process: 1 for a failure, 2 for bad usage or bad input.
    """

    exit_status = 1


class BadInputError(PipelineError):
    """What was handed in cannot be used: settings, exports, paths, options."""

    exit_status = 2


class SettingsError(BadInputError):
    """The settings file or an option is wrong."""


class KeyFileError(BadInputError):
    """The key file is missing, readable by others, or another one than the warehouse's."""


class LockedError(PipelineError):
    """Another refresh is writing to this warehouse."""


class TransformError(PipelineError):
    """A dbt model or test failed."""


class SnapshotError(PipelineError):
    """A built snapshot did not pass its checks and was not published."""
