"""Every published table and column is explained."""

from __future__ import annotations

from dashboards.export import dictionary
from pipeline.published import TABLES


def test_every_published_table_and_column_is_explained() -> None:
    columns = {column.name for table in TABLES.values() for column in table.columns}
    assert dictionary.TABLES.keys() == TABLES.keys()
    assert dictionary.COLUMNS.keys() == columns
