"""Who the exports name, in clear, and whether each name is linked to an employee.

Whoever holds the exports and the key can ask. The exports are read once more into a database that
is thrown away; names stay in memory and go to the caller only. Whether a name is linked is what the
models of the last refresh say. A name that only looks like an employee's is a suggestion, which
links nobody until somebody accepts it.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from ingest import schema
from ingest.books import ACCEPTED
from ingest.called import people
from ingest.errors import InputError
from ingest.load import NAMED, read_all
from ingest.report import Progress
from ingest.sql import name as identifier
from ingest.sql import quote
from ingest.stage import bot_sql
from pipeline.settings import Settings

Status = Literal["linked", "unmatched", "ambiguous", "bot"]
# Tables that say who somebody is, not what they did.
NO_ACTIVITY = frozenset(
    {"employees", "job_history", "identities", "accounts", "users", "employee_attributes"}
    | {"addresses"}
)
HEADER = ("accept", "employee_id", "kind", "value", "status", "activity", "reason")
IDENTITY = HEADER[1:4]
YES = frozenset({"yes", "y", "x", "true", "1"})
# Letters that are no plain letter with an accent, in lower case.
LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
EMPLOYEE_ADDRESS = "generic__employees.email"


@dataclass(frozen=True)
class Named:
    """One name in the exports.

    Attributes
    ----------
    text
        As it is hashed: trimmed, in lower case.
    activity
        Rows that name it in what people did.
    suggestion, reason
        Address, or else id, of the one employee it looks like, and why; empty where there is none.
    """

    text: str
    status: Status
    activity: int
    suggestion: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Coverage:
    """How much of one kind of activity is by whom: rows, and those of bots and linked people."""

    role: str
    rows: int
    bots: int
    linked: int

    @property
    def share(self) -> float:
        """Share of the rows of people that are linked, 0 to 1."""
        return self.linked / (self.rows - self.bots) if self.rows > self.bots else 0.0


@dataclass(frozen=True)
class Names:
    """Every name, the busiest first, and how much of what people did is linked."""

    names: tuple[Named, ...]
    coverage: tuple[Coverage, ...]

    def of(self, status: Status) -> list[Named]:
        """Give the names of one status."""
        return [one for one in self.names if one.status == status]


def names_of(
    exports: Path, settings: Settings, key: bytes, work_db: Path, progress: Progress | None = None
) -> Names:
    """Read who is named in the exports, and whether the last refresh linked them.

    Parameters
    ----------
    key
        The key that the private database was built with.
    work_db
        The private database; it is read only.

    Raises
    ------
    InputError
        There is nothing to read, or no refresh has linked names yet.
    """
    with (
        tempfile.TemporaryDirectory(prefix="mentorship-names-") as folder,
        duckdb.connect(str(Path(folder) / "names.duckdb")) as connection,
    ):
        read_all(connection, exports, settings, key, progress, naming=True)
        connection.execute(f"attach {quote(str(work_db))} as work (read_only)")
        linked = connection.execute(
            "select schema_name from duckdb_tables() "
            "where database_name = 'work' and table_name = 'int_identities_linked'"
        ).fetchone()
        if linked is None:
            raise InputError(f"{work_db}: no names have been linked yet: refresh first.")
        _judge(connection, f"work.{identifier(linked[0])}.int_identities_linked", settings)
        called = people(exports, settings, Path(folder))
        return Names(tuple(_names(connection, called)), tuple(_coverage(connection)))


def write_review(names: Names, path: Path) -> int:
    """Write every name that is not linked to a private file that a person can go through."""
    rows = [
        ("", one.suggestion, "other", one.text, one.status, one.activity, one.reason)
        for one in names.names
        if one.status != "linked"
    ]
    _write(path, HEADER, rows)
    return len(rows)


def accept(review: Path, exports: Path) -> int:
    """Take the accepted rows of a review into the mapping file among the exports.

    Returns
    -------
    int
        Number of links that were added.

    Raises
    ------
    InputError
        The review is not one, or an accepted row names no employee.
    """
    try:
        with review.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"accept", *IDENTITY} <= set(reader.fieldnames or ()):
                raise InputError(f"{review}: needs the columns {', '.join(HEADER)}.")
            wanted = [row for row in reader if (row["accept"] or "").strip().lower() in YES]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{review}: cannot be read ({type(error).__name__}).") from error
    for at, row in enumerate(wanted, start=1):
        if not row["employee_id"]:
            raise InputError(f"{review}: accepted row {at} has no employee_id: fill it in.")
    target = exports / ACCEPTED
    have: list[tuple[str, ...]] = []
    if target.exists():
        with target.open(encoding="utf-8-sig", newline="") as file:
            have = [tuple(row[column] for column in IDENTITY) for row in csv.DictReader(file)]
    new = [tuple(row[column] for column in IDENTITY) for row in wanted]
    added = [row for row in dict.fromkeys(new) if row not in have]
    if added:
        _write(target, IDENTITY, [*have, *added])
    return len(added)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    aside.replace(path)


def _judge(connection: duckdb.DuckDBPyConnection, linked: str, settings: Settings) -> None:
    """Create `acts` (hash, role, rows) and `judged` (hash, name, status, person) in memory."""
    acts = [
        f"select {identifier(column.name)} as hash, "
        f"{quote(f'{table.shape}.{column.name}')} as role, count(*) as rows "
        f"from raw.{identifier(table.name)} where {identifier(column.name)} is not null group by 1"
        for table in schema.tables()
        if table.shape not in NO_ACTIVITY
        for column in table.columns
        if column.kind == "person" and not column.read_only
    ]
    connection.execute(f"create temp table acts as {' union all '.join(acts)}")
    connection.execute(
        f"""
        create temp table judged as
        select n.hash, n.name, case
            when {bot_sql("n.name", settings)} then 'bot'
            when l.is_ambiguous then 'ambiguous'
            when l.person_key is not null then 'linked'
            else 'unmatched' end as status,
            case when not l.is_ambiguous then l.person_key end as person
        from (select hash, min(name) as name from {NAMED} group by hash) as n
        left join {linked} as l on l.identifier_key = n.hash
        """
    )


def _names(connection: duckdb.DuckDBPyConnection, called: Mapping[str, set[str]]) -> list[Named]:
    rows = connection.execute(
        "select j.name, j.status, coalesce(sum(a.rows), 0)::bigint as activity from judged as j "
        "left join acts as a on a.hash = j.hash group by all order by activity desc, name"
    ).fetchall()
    addresses = connection.execute(
        f"select distinct lower(name) from {NAMED} where role = {quote(EMPLOYEE_ADDRESS)}"
    ).fetchall()
    persons = connection.execute(
        "select lower(name), any_value(person) from judged where person is not null group by 1"
    ).fetchall()
    looks = _looks([address for (address,) in addresses], called)
    owners = dict(persons)
    found = []
    for text, status, activity in rows:
        suggestion, reason = _suggest(text, looks, owners) if status == "unmatched" else ("", "")
        found.append(Named(text, status, activity, suggestion, reason))
    return found


def _coverage(connection: duckdb.DuckDBPyConnection) -> list[Coverage]:
    rows = connection.execute(
        "select a.role, sum(a.rows)::bigint, "
        "coalesce(sum(a.rows) filter (j.status = 'bot'), 0)::bigint, "
        "coalesce(sum(a.rows) filter (j.status = 'linked'), 0)::bigint "
        "from acts as a left join judged as j on j.hash = a.hash group by all order by all"
    ).fetchall()
    return [Coverage(*row) for row in rows]


def _looks(addresses: Sequence[str], called: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Give the forms that employees' names and addresses take: form -> whom it may mean.

    Parameters
    ----------
    called
        Name in the HR exports -> addresses or ids of those who are called so.
    """
    looks: dict[str, set[str]] = defaultdict(set)
    for address in addresses:
        for form in _forms(_parts(address.split("@")[0])):
            looks[form].add(address)
    for name, owners in called.items():
        for form in _forms(_parts(name)):
            looks[form] |= owners
    return looks


def _parts(text: str) -> list[str]:
    """Give the words of a name, without accents and initials; all of it where that leaves none."""
    latin = text.lower().translate(LETTERS)
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z]+", plain) or re.findall(r"[^\W\d_]+", text.lower())
    long = [word for word in words if len(word) > 1]
    return long if len(long) > 1 else words


def _forms(parts: Sequence[str]) -> set[str]:
    whole = "".join(parts)
    forms = {whole, "".join(reversed(parts))}
    if len(parts) > 1:
        forms.add(parts[0][0] + parts[-1])
        forms.add(parts[0] + parts[-1][0])
    return {form for form in forms if len(form) > 3}


def _suggest(
    text: str, looks: Mapping[str, set[str]], persons: Mapping[str, str]
) -> tuple[str, str]:
    """Find the one employee whose name or address a name looks like, by address where there is one.

    Parameters
    ----------
    persons
        Address or id -> key of the employee whose it is: one file may name an employee by the
        address, another by the id.
    """
    parts = _parts(text.split("@")[0])
    found = set().union(*(looks.get(form, set()) for form in ("".join(parts), *_forms(parts))))
    if len({persons.get(owner, owner) for owner in found}) != 1:
        return "", ""
    return min(
        found, key=lambda owner: ("@" not in owner, owner)
    ), "it looks like that person's name or address; nothing else says so"
