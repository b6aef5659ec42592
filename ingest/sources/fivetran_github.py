"""GitHub as Fivetran copies it: tables that say together what a pull request is.

No table of them is a shape by itself: `ingest.joined` puts them together into the records that the
interface gives, which are then read as such.
"""

from __future__ import annotations

from ingest.declare import Column, Table
from ingest.source import Fill, VendorShape, cell

SOURCE = "fivetran_github"
TABLES: tuple[Table, ...] = ()
NEEDED = ("issue", "pull_request", "repository")
# Table -> columns that show what it is, and further ones that are read.
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "issue": (
        ("id", "number", "repository_id", "pull_request", "user_id", "created_at"),
        ("closed_at", "updated_at", "state", "title"),
    ),
    "pull_request": (("id", "issue_id", "base_repo_id"), ("draft",)),
    "issue_merged": (("issue_id", "merged_at", "actor_id"), ()),
    "pull_request_review": (
        ("id", "pull_request_id", "submitted_at", "user_id", "state"),
        (),
    ),
    "repository": (("id", "full_name", "owner_id", "_fivetran_synced"), ()),
    "user": (("id", "login", "type", "_fivetran_synced"), ()),
    "user_email": (("user_id", "email", "_fivetran_synced"), ()),
}


def _shape(table: str) -> VendorShape:
    keys, more = COLUMNS[table]
    columns = tuple(one for one in (*keys, *more) if not one.startswith("_"))
    declared = Table(f"{SOURCE}__{table}", "", tuple(Column(one, "hash") for one in columns), ())
    return VendorShape(
        f"{SOURCE}__{table}",
        keys=frozenset(keys),
        is_flat=True,
        columns={},
        only=f"lower(coalesce({cell('_fivetran_deleted')}, 'false')) <> 'true'",
        fills=(Fill(declared, {one: cell(one) for one in columns}),),
    )


SHAPES: tuple[VendorShape, ...] = tuple(_shape(table) for table in COLUMNS)
