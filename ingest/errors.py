"""What can go wrong with exports, in words their owner can act on."""

from __future__ import annotations


class InputError(Exception):
    """The exports cannot be used: the message says what was found, where, and what to do."""


class AccountingError(Exception):
    """Rows read are not rows loaded, known and quarantined: a defect, so the file is not loaded."""


class DamagedFileError(Exception):
    """A file cannot be read to its end; the message says where it breaks and what to do."""
