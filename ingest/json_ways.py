"""Where the records of a JSON value lie: in itself, under a key, deep inside, or by id.

Interfaces wrap their lists in many ways; what wraps them is told from what is a record by its
form. Where the form leaves it open, several readings are given, the likeliest first, and the one
that is of a known shape is taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Steps = tuple[str, ...]
EACH = "[]"
BY_KEY = "{}"
PARSED = '""'
DEEPEST = 32  # brackets around a record
DEEPEST_LIST = 6  # objects around a list
MOST_RECORDS = 50
LONGEST_BESIDE = 2000  # characters of what is kept of an envelope's value
# Keys under which interfaces put their list; any other key counts when only scalars stand beside.
WRAPPERS = frozenset(
    {"incidents", "log_entries", "users", "services", "teams", "oncalls", "data", "values", "value"}
    | {"result", "results", "items", "records", "employees", "resources", "nodes", "edges"}
    | {"report_entry", "pull_requests", "pullrequests", "merge_requests", "rows", "entries"}
)
AROUND = frozenset(
    {"data", "d", "result", "response", "payload", "body", "organization", "repository", "search"}
)
DESCRIBING = frozenset({"fields", "columns", "links", "schemas"})  # what stands beside a list
OWN_KEYS = frozenset({"id", "iid", "number", "key", "sys_id", "uuid"})
NODE_KEYS = frozenset({"node", "cursor", "__typename"})
LOG_TYPES = frozenset({"RECORD", "STATE", "LOG", "TRACE", "CATALOG", "SPEC", "CONNECTION_STATUS"})


@dataclass(frozen=True)
class Reading:
    """One way to take the values of a file as records.

    Attributes
    ----------
    steps
        Where the records lie in each value.
    records
        The first of them.
    envelope
        What stands beside them on the way, key -> value.
    is_empty_list
        Whether there is a list, with nothing in it.
    """

    steps: Steps
    records: tuple[dict[str, Any], ...] = field(repr=False)
    envelope: dict[str, Any] = field(default_factory=dict, repr=False)
    is_empty_list: bool = False


def is_log(values: Sequence[Any]) -> bool:
    """Whether values are the lines of a log of records, each of a stream of its own."""
    typed = [str(one.get("type")) in LOG_TYPES for one in values if isinstance(one, dict)]
    return bool(typed) and all(typed) and any("record" in one or "state" in one for one in values)


def groups(values: Sequence[Any]) -> tuple[tuple[Reading, ...], ...]:
    """Give the ways to take some values as records, the likeliest first."""
    objects = [one for one in values if isinstance(one, dict)]
    lists = [one for one in values if isinstance(one, list)]
    if lists and not objects:
        inner = [element for one in lists for element in one]
        return tuple(
            tuple(_below(EACH, reading) for reading in group) for group in groups(inner[:200])
        )
    if not objects:
        return ()
    seen: dict[Steps, None] = {}
    found = []
    for group in _ways(objects[0]):
        new = [steps for steps in dict.fromkeys(group) if steps not in seen]
        seen |= dict.fromkeys(new)
        readings = [_reading(objects, steps) for steps in new]
        if readings:
            found.append(tuple(readings))
    return tuple(found)


def is_empty(value: object) -> bool:
    """Whether a value is the page of a list that has nothing on it."""
    found = groups([value])
    return bool(found) and found[0][0].is_empty_list


def follow(value: object, steps: Steps, beside: dict[str, Any] | None = None) -> Iterator[Any]:
    """Give what lies at some steps in a value; put what stands on the way into `beside`."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step == EACH:
        for one in value if isinstance(value, list) else ():
            yield from follow(one, rest)
    elif step == PARSED:
        yield from follow(_parsed(value), rest)
    elif isinstance(value, dict) and step == BY_KEY:
        for key, one in value.items():
            for record in follow(one, rest):
                yield {"_key": key, **record} if isinstance(record, dict) else record
    elif isinstance(value, dict):
        if beside is not None:
            beside.update({k: v for k, v in value.items() if k != step and _is_small(v)})
        if step in value:
            yield from follow(value[step], rest, beside)


def _below(step: str, reading: Reading) -> Reading:
    return Reading((step, *reading.steps), reading.records, reading.envelope, reading.is_empty_list)


def _reading(objects: Sequence[dict[str, Any]], steps: Steps) -> Reading:
    envelope: dict[str, Any] = {}
    records: list[dict[str, Any]] = []
    for one in objects:
        found = follow(one, steps, envelope if EACH in steps else None)
        records += [record for record in found if isinstance(record, dict)]
        if len(records) >= MOST_RECORDS:
            break
    is_empty = not records and (EACH in steps or BY_KEY in steps)
    return Reading(steps, tuple(records[:MOST_RECORDS]), envelope, is_empty)


def _ways(value: dict[str, Any]) -> Iterator[list[Steps]]:
    """Give groups of steps to the records of an object, the likeliest group first."""
    if value.keys() <= NODE_KEYS and isinstance(value.get("node"), dict):
        yield [("node",)]
    if "individual_note" in value and _is_list_of_records(value.get("notes")):
        yield [("notes", EACH)]  # a discussion of GitLab is its notes
    wrapper = _wrapper(value)
    lists = [key for key, one in value.items() if _is_list_of_records(one) and one]
    if wrapper is not None:
        others = [key for key in lists if key != wrapper and key.lower() not in DESCRIBING]
        yield [_to_list(key, value[key]) for key in (wrapper, *others)]
    elif len(value) == 1 and _is_keyed(value) is None:
        # One key and an object in it: a wrapping, unless its list says otherwise.
        yield from _deep(value)
    if value:
        yield [()]
    if not OWN_KEYS.isdisjoint(value):
        return  # what lies in a record is its own
    yield from _deep(value)
    if lists:
        yield [_to_list(key, value[key]) for key in lists]
    keyed = _is_keyed(value)
    if keyed is not None:
        yield [keyed]
    by_key = [(key, *steps) for key, one in value.items() if (steps := _is_keyed(one)) is not None]
    if by_key:
        yield by_key
    single = [key for key, one in value.items() if key.lower() in AROUND and isinstance(one, dict)]
    for key in single:
        yield [(key, *steps) for group in _ways(value[key]) for steps in group[:1]]


def _deep(value: Mapping[str, Any]) -> Iterator[list[Steps]]:
    """Give the steps to lists that lie under keys of keys."""
    found = list(_lists_below(value, 0))
    if found:
        yield found


def _lists_below(value: Mapping[str, Any], depth: int) -> Iterator[Steps]:
    if depth > DEEPEST_LIST:
        return
    for key, one in value.items():
        if isinstance(one, dict):
            nodes = [inner for inner in ("nodes", "edges", "results") if _is_full(one.get(inner))]
            if nodes:
                yield (key, *_to_list(nodes[0], one[nodes[0]]))
            elif depth or key.lower() in AROUND:
                yield from ((key, *steps) for steps in _lists_below(one, depth + 1))
                if isinstance(one.get("pullRequest"), dict):
                    yield (key, "pullRequest")


def _is_full(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict | None) for one in value)


def _to_list(key: str, value: Sequence[Any]) -> Steps:
    """Give the steps to the elements of a list, or to what each of them only wraps."""
    held = [one for one in value if isinstance(one, dict)]
    if held and all(one.keys() <= NODE_KEYS and "node" in one for one in held):
        return (key, EACH, "node")
    return (key, EACH)


def _wrapper(record: Mapping[str, Any]) -> str | None:
    """Find the key of the list that an object is only the wrapping of."""
    lists = [key for key, value in record.items() if _is_list_of_records(value)]
    named = [key for key in lists if key.lower() in WRAPPERS]
    others = [value for key, value in record.items() if key not in lists]
    if len(named) == 1 and "id" not in record:
        return named[0]
    is_bare = len(lists) == 1 and not any(isinstance(value, dict | list) for value in others)
    return lists[0] if is_bare and record[lists[0]] and "id" not in record else None


def _is_keyed(value: object) -> Steps | None:
    """Give the steps to the records of an object that is keyed by their ids, if it is one."""
    if not isinstance(value, dict) or not value:
        return None
    inner = list(value.values())
    if not all(isinstance(one, dict) for one in inner):
        return None
    common = set(inner[0]).intersection(*inner[1:])
    every = set().union(*inner)
    are_ids = all(any(sign.isdigit() for sign in key) for key in value)
    if not common or 2 * len(common) < len(every) or not (are_ids or len(inner) > 2):
        return None
    rows = [key for key in common if all(_is_list_of_records(one[key]) for one in inner)]
    return (BY_KEY, rows[0], EACH) if len(rows) == 1 else (BY_KEY,)


def _is_list_of_records(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _is_small(value: object) -> bool:
    return not isinstance(value, list | dict) or len(json.dumps(value)) < LONGEST_BESIDE


def _parsed(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (json.JSONDecodeError, RecursionError):
        return None
