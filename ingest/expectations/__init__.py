"""What is expected of raw tables: one module a table, named after it, with its `SUITE`."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from ingest.expectation import Expectation


@functools.cache
def suites() -> dict[str, tuple[Expectation, ...]]:
    """Every suite, by the name of its raw table."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").SUITE for name in names}
