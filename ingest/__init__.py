"""Export files to raw tables: recognise, validate, pseudonymise, load. Never joins or derives."""

from ingest.errors import AccountingError, InputError
from ingest.load import load
from ingest.report import FileReport, LoadReport, Progress
from ingest.validate import Checks

__all__ = [
    "AccountingError",
    "Checks",
    "FileReport",
    "InputError",
    "LoadReport",
    "Progress",
    "load",
]
