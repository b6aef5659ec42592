"""Why a file cannot be written or checked."""


class ExportError(Exception):
    """What was asked for cannot be exported; the message says why and what to do."""


class WithheldError(ExportError):
    """The chosen group is too small to show."""


class MissingLibraryError(ExportError):
    """The system lacks a library that one of the files needs."""
