"""One module a vendor format: how its files are recognised and read into raw tables.

A module that declares `TABLES`, and `SHAPES` or `SHEETS` unless its files are recognised by their
header alone, is picked up here by itself: adding a vendor is adding one module.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import ModuleType

from ingest.declare import Table
from ingest.sheet import Sheet
from ingest.source import VendorShape


@functools.cache
def tables() -> tuple[Table, ...]:
    """Tables of all sources: the generic shapes first, then the vendors by name."""
    return tuple(table for module in _modules() for table in module.TABLES)


@functools.cache
def shapes() -> tuple[VendorShape, ...]:
    """Shapes of all vendors, by name of the module."""
    return tuple(shape for module in _modules() for shape in getattr(module, "SHAPES", ()))


@functools.cache
def sheets() -> tuple[Sheet, ...]:
    """Sheets of platforms and spreadsheets, by name of the module."""
    return tuple(sheet for module in _modules() for sheet in getattr(module, "SHEETS", ()))


def _modules() -> list[ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    ordered = ["generic", *(name for name in names if name != "generic")]
    return [importlib.import_module(f"{__name__}.{name}") for name in ordered]
