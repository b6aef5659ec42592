"""The mailmap of a repository: two addresses of one person, as its maintainers wrote them down."""

from __future__ import annotations

from ingest.declare import Table, person
from ingest.source import Fill, VendorShape

ADDRESSES = Table(
    "mailmap__addresses",
    "two addresses of one person",
    (*person("address", essential=True), *person("alias", essential=True)),
    key=("address", "alias"),
)
TABLES: tuple[Table, ...] = (ADDRESSES,)
SHAPES: tuple[VendorShape, ...] = (
    VendorShape(
        "mailmap__addresses",
        keys=frozenset({"mailmap_address", "mailmap_alias"}),
        columns=dict.fromkeys(("mailmap_address", "mailmap_alias"), "VARCHAR"),
        fills=(Fill(ADDRESSES, {"address": "r.mailmap_address", "alias": "r.mailmap_alias"}),),
    ),
)
