"""Sheets that people and mentoring platforms keep: known by columns of many names, wide or long.

A sheet is declared as the fields of a raw table and, for each, the column names it goes by. From
that follow recognition and reading: several people in a cell, or in columns `Mentor 1`, `Mentor 2`,
become rows of their own, and a field that a file lacks may be made of the others.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ingest import mapped
from ingest.declare import Table
from ingest.files import Peek
from ingest.people import people_sql, plain_sql
from ingest.source import DateOrder, Fill, Plan, Suspicion, Title
from ingest.sql import quote

TELLING = "telling"  # a field that only shows what a file is
PERSON = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Part:
    """Where a field of a sheet is found.

    Attributes
    ----------
    columns
        Names of its column as `canonical` writes them, the best first: of several in one file each
        fills the gaps of those before it. `a+b` is two columns read together (a term and a year);
        `*` stands for any text.
    otherwise
        SQL for a file with none of the columns; `{other}` stands for another field's text, or for
        all the people of a list.
    text
        SQL over `{text}`, where the text must be rewritten.
    is_title
        Whether it is a job's title, of which only a grade at its end counts.
    """

    columns: tuple[str, ...] = ()
    otherwise: str | None = None
    text: str | None = None
    is_title: bool = False


@dataclass(frozen=True)
class Sheet:
    """One kind of sheet.

    Attributes
    ----------
    name
        `<source>__<shape>`, as reports name it.
    table, parts
        The table that is filled, and where each of its fields is found.
    needs
        Fields without which a file is no such sheet.
    marks
        Columns that only such a file has, as `canonical` writes them.
    lists
        Fields that may name several people.
    order
        Order of day and month in its dates, where the platform says so.
    questions
        Whether every other column is a question, answered in its cells (`{question}`, `{answer}`).
    """

    name: str
    table: Table
    parts: Mapping[str, Part]
    needs: frozenset[str]
    marks: frozenset[str] = frozenset()
    lists: tuple[str, ...] = ()
    order: DateOrder | None = None
    questions: bool = False
    suspicions: tuple[Suspicion, ...] = field(default=())


def found(sheet: Sheet, have: Mapping[str, str]) -> dict[str, list[tuple[str, ...]]]:
    """Find the columns of each field: field -> the names of one column, or of several as one.

    Parameters
    ----------
    have
        The file's columns: name as the declarations write it -> name in the file.
    """
    columns: dict[str, list[tuple[str, ...]]] = {}
    for one, part in sheet.parts.items():
        hits = [hit for pattern in part.columns for hit in _hits(pattern, have)]
        if hits or (one in sheet.lists and _numbered(one, have)):
            columns[one] = list(dict.fromkeys(hits))
    return columns


def fits(sheet: Sheet, have: Mapping[str, str], given: Collection[str]) -> bool:
    """Whether a file is such a sheet, with what the settings give."""
    if not all(fnmatch.filter(have, mark) for mark in sheet.marks):
        return False
    if not sheet.needs <= found(sheet, have).keys() | set(given):
        return False
    return not sheet.questions or bool(_questions(sheet, have))


def plan(sheet: Sheet, look: Peek, have: Mapping[str, str], zone: str) -> Plan:
    """Say how a file is read as a sheet."""
    columns = found(sheet, have)
    used: dict[str, str] = {}
    lists = {one: _list(one, look, have, columns, used) for one in sheet.lists}
    texts = {
        one: _text(hits, look, used) for one, hits in columns.items() if one not in sheet.lists
    }
    if sheet.questions:
        lists["asked"] = _asked(sheet, look, have, used)
        texts |= {"question": "asked.question", "answer": "asked.answer"}
    fields = {one: _rewritten(sheet, one, sql) for one, sql in texts.items()}
    fields |= {one: _rewritten(sheet, one, one) for one in sheet.lists}  # each of the people
    whole = {one: f"array_to_string({sql}, chr(31))" for one, sql in lists.items()}
    for one, part in sheet.parts.items():
        if part.otherwise is not None and one not in columns:
            fields[one] = PERSON.sub(
                lambda match: f"({({**fields, **whole}).get(match[1], 'null::varchar')})",
                part.otherwise,
            )
    declared = {column.name for column in mapped.readable(sheet.table)}
    fill = Fill(sheet.table, {one: sql for one, sql in fields.items() if one in declared})
    unused = tuple(one for one in look.columns if one and one not in used)
    return Plan(sheet.name, used, (fill,), zone, unused, sheet.suspicions, sheet.order, lists=lists)


def _hits(pattern: str, have: Mapping[str, str]) -> list[tuple[str, ...]]:
    if "+" in pattern:
        names = pattern.split("+")
        return [tuple(have[name] for name in names)] if all(one in have for one in names) else []
    return [(have[name],) for name in fnmatch.filter(have, pattern)]


def _text(hits: list[tuple[str, ...]], look: Peek, used: dict[str, str]) -> str:
    """SQL for the first of some columns that is filled in."""
    texts = []
    for hit in hits:
        for column in hit:
            used[mapped.key(look, column)] = "VARCHAR"
        cells = [plain_sql(mapped.text(look, column), look.format) for column in hit]
        joined = cells[0] if len(cells) == 1 else f"concat_ws(' ', {', '.join(cells)})"
        texts.append(f"nullif(trim({joined}), '')")
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _rewritten(sheet: Sheet, one: str, sql: str) -> str:
    part = sheet.parts.get(one)
    if part is not None and part.text is not None:
        sql = part.text.replace("{text}", f"({sql})")
    return Title(sql) if part is not None and part.is_title else sql


def _numbered(one: str, have: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Find columns such as `Mentor 2 GitHub`: number -> rest of the name -> column."""
    numbered: dict[str, dict[str, str]] = {}
    for name, column in have.items():
        match = re.fullmatch(rf"{one}_?([0-9]+)(?:_(.+))?", name)
        if match:
            numbered.setdefault(match[1], {})[match[2] or "name"] = column
    return numbered


def _list(
    one: str,
    look: Peek,
    have: Mapping[str, str],
    columns: Mapping[str, list[tuple[str, ...]]],
    used: dict[str, str],
) -> str:
    """SQL for the list of people that a record names in a field; never empty."""
    groups = [hit[0] for hit in columns.get(one, [])]
    cells = [groups] if groups else []
    for rest in _numbered(one, have).values():
        order = ("email", "e_mail", "mail", "github", "git", "lfid", "login", "id", "name")
        ranked = sorted(
            rest, key=lambda name: next((at for at, w in enumerate(order) if w in name), 99)
        )
        cells.append([rest[name] for name in ranked if any(w in name for w in order)])
    for column in {column for group in cells for column in group}:
        used[mapped.key(look, column)] = "VARCHAR"
    return people_sql([[mapped.text(look, column) for column in group] for group in cells])


def _questions(sheet: Sheet, have: Mapping[str, str]) -> list[str]:
    taken = {column for hits in found(sheet, have).values() for hit in hits for column in hit}
    return [column for column in have.values() if column not in taken and _is_question(column)]


def _is_question(column: str) -> bool:
    return column.rstrip().endswith("?") or "[" in column or len(column.split()) > 3


def _asked(sheet: Sheet, look: Peek, have: Mapping[str, str], used: dict[str, str]) -> str:
    """SQL for the questions of a record and their answers; those with an answer that counts."""
    asked = []
    for column in _questions(sheet, have):
        used[column] = "VARCHAR"
        asked.append(f"{{question: {quote(column)}, answer: {mapped.text(look, column)}}}")
    return f"[{', '.join(asked)}]"
