"""One module a vendor format: how its files are recognised and read into raw tables.

A module that declares `TABLES` (and, unless its files are recognised by their header alone, a
`SOURCE`) is picked up here by itself: adding a vendor is adding one module.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from ingest.declare import Table


@functools.cache
def tables() -> tuple[Table, ...]:
    """Tables of all sources: the generic shapes first, then the vendors by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    ordered = ["generic", *(name for name in names if name != "generic")]
    found: list[Table] = []
    for name in ordered:
        found.extend(importlib.import_module(f"{__name__}.{name}").TABLES)
    return tuple(found)
