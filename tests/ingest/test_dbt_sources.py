"""The dbt sources are the declared raw tables, and their history."""

from pathlib import Path

import pytest
import yaml

from ingest import schema

PAGE = Path(__file__).resolve().parents[2] / "models" / "staging" / "_raw.yml"
(SOURCE,) = yaml.safe_load(PAGE.read_text(encoding="utf-8"))["sources"]
TABLES = {table["name"]: table for table in SOURCE["tables"]}
DECLARED = {table.name: table for table in schema.tables()}


def test_the_sources_are_in_the_schema_that_loading_fills():
    assert SOURCE["schema"] == "raw"


def test_every_declared_table_is_a_source():
    assert not DECLARED.keys() - TABLES.keys()


def test_every_source_is_a_table_that_loading_creates():
    history = {table.history for table in schema.tables()}
    assert not TABLES.keys() - DECLARED.keys() - history - schema.META_TABLES.keys()


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_a_source_documents_no_column_that_does_not_exist(name):
    documented = {column["name"] for column in TABLES[name].get("columns", [])}
    load = {column for column, _ in schema.LOAD_COLUMNS}
    assert documented <= {column.name for column in DECLARED[name].stored} | load
