"""The published tables as tidy files: csv and parquet, with a data package that describes them.

A data package is a Frictionless `datapackage.json` (https://datapackage.org).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dashboards.export.content import Brief
from dashboards.export.dictionary import COLUMNS, TABLES
from dashboards.export.files import inert
from dashboards.queries import PublishedTable

_TYPES = {
    "VARCHAR": ("string", pa.string()),
    "DOUBLE": ("number", pa.float64()),
    "INTEGER": ("integer", pa.int32()),
    "BOOLEAN": ("boolean", pa.bool_()),
    "DATE": ("date", pa.date32()),
}


def csv_bytes(table: PublishedTable) -> bytes:
    """Write a table as csv: UTF-8, empty for null, numbers as they are, formulas made inert."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue().encode()


def parquet_bytes(table: PublishedTable, brief: Brief) -> bytes:
    """Write a table as parquet, with the declared types and where it is from."""
    made = io.BytesIO()
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    arrays = [
        pa.array(list(values), type=_TYPES[column.type][1])
        for column, values in zip(table.columns, columns, strict=True)
    ]
    names = [column.name for column in table.columns]
    facts = {term.encode(): text.encode() for term, text in brief.provenance}
    pq.write_table(pa.table(arrays, names=names).replace_schema_metadata(facts), made)
    return made.getvalue()


def all_files(tables: Mapping[str, PublishedTable], brief: Brief) -> Iterator[tuple[str, bytes]]:
    """Give name and content of every table file, then of the data package."""
    resources = []
    for table in tables.values():
        content = csv_bytes(table)
        resources.append(_resource(table, content))
        yield f"{table.name}.csv", content
        yield f"{table.name}.parquet", parquet_bytes(table, brief)
    yield "datapackage.json", _package(resources, brief)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return inert(value) if isinstance(value, str) else value


def _resource(table: PublishedTable, content: bytes) -> dict[str, Any]:
    return {
        "name": table.name.replace("_", "-"),
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "description": TABLES[table.name],
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": _TYPES[column.type][0],
                    "description": COLUMNS[column.name],
                }
                for column in table.columns
            ],
            "primaryKey": list(table.key),
            "missingValues": [""],
        },
    }


def _package(resources: list[dict[str, Any]], brief: Brief) -> bytes:
    facts = dict(brief.provenance)
    package = {
        "profile": "tabular-data-package",
        "name": f"mentorship-impact-{facts['Snapshot']}".lower(),
        "title": brief.title,
        "description": f"{brief.headline} {brief.do_not_conclude}",
        "version": facts["Snapshot"],
        "provenance": facts,
        "resources": resources,
    }
    return (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()
