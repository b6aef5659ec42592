"""Read the dbt project at set-up, so that a first refresh does not have to.

    python -m pipeline.read_ahead

Done for the default settings and for the sample organisation's; with others a warehouse's first
refresh reads the project whole, and keeps that reading itself.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline import plan
from pipeline.settings import Settings, dbt_vars, read_run
from pipeline.transform import keep_reading


def main() -> None:
    """Read the project once for each of the two settings."""
    sample, context = read_run({}, {})
    with tempfile.TemporaryDirectory() as folder:
        for number, settings in enumerate((Settings(), sample)):
            aside = replace(context, warehouse=Path(folder) / str(number))
            beside = {**plan.compare(settings, aside).as_variable(), "placebos": []}
            keep_reading(aside, dbt_vars(settings, aside, beside=beside))


if __name__ == "__main__":
    main()
