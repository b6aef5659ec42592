"""What can go wrong with exports, in words their owner can act on."""

from __future__ import annotations

from collections.abc import Mapping


class InputError(Exception):
    """The exports cannot be used: the message says what was found, where, and what to do.

    Attributes
    ----------
    names
        Names of files in the message -> hashes of their content (`ingest.file_names.hidden`).
    """

    def __init__(self, message: str, names: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.names: Mapping[str, str] = names or {}

    def told(self, *, in_clear: bool) -> str:
        """Give the message; unless in clear, with what may be kept of the files' names."""
        from ingest.file_names import hidden  # it imports the shapes, which raise this error

        return str(self) if in_clear else "\n".join(hidden([str(self)], self.names))


class AccountingError(Exception):
    """Rows read are not rows loaded, known and quarantined: a defect, so the file is not loaded."""


class DamagedFileError(Exception):
    """A file cannot be read to its end; the message says where it breaks and what to do."""
