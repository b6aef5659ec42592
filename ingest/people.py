"""People as cells name them, as SQL: several in a cell, addresses with names, links for logins."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_CELL = 4000  # characters; what is longer names nobody in particular
MAIL = r"[^\s<>(),;\[\]]+@[^\s<>(),;\[\]]+[.][A-Za-z]{2,}"
BETWEEN = r"[;|\n]+|\s+(?:and|und|et|y|&|\+)\s+"
BETWEEN_ADDRESSES = r"[;|,\n\s]+(?:(?:and|und|et|y|&|\+)\s+)?"
# Where a record names someone by an object: what identifies best comes first.
KEYS = (
    *("email", "email_address", "work_email", "workEmail", "employee_id", "employeeId"),
    *("github_handle", "github", "login", "username", "lfid", "id", "name", "descriptor"),
)
LABELS = ("descriptor", "name", "label", "value", "id")


def people_sql(groups: Sequence[Sequence[str]]) -> str:
    """SQL for the list of people that some cells name; `[null]` where they name nobody.

    Parameters
    ----------
    groups
        For each place of a person, the texts that may name them, the best first.
    """
    parts = []
    for texts in groups:
        listed = [_several_sql(text) for text in texts]
        parts.append(f"coalesce({', '.join(listed)})" if len(listed) > 1 else listed[0])
    every = f"list_concat({', '.join(parts)})" if len(parts) > 1 else (parts or ["null"])[0]
    # In the order of the cells, each once; the outer list makes the inner one once only.
    once = "list_filter(w, lambda p, i: p is not null and list_position(w, p) = i)"
    kept = f"list_transform([{every}], lambda w: {once})[1]"
    return f"list_transform([{kept}], lambda k: case when len(k) > 0 then k else [null] end)[1]"


def plain_sql(text: str, file_format: str) -> str:
    """SQL for what a cell says, where JSON may have an object with a label in its place."""
    if file_format != "json":
        return text
    labels = ", ".join(f"json_extract_string({text}, '$.{one}')" for one in LABELS)
    is_object = f"starts_with({text}, '{{') and json_valid({text})"
    return f"case when {is_object} then coalesce({labels}) else {text} end"


def _several_sql(text: str) -> str:
    """SQL for the list of people in one cell; null where it is empty."""
    keys = ", ".join(f"nullif(e ->> '$.{key}', '')" for key in KEYS)
    objects = (
        f"list_transform(from_json(case when starts_with(trim({text}), '[') then {text} "
        f"else '[' || {text} || ']' end, '[\"json\"]'), "
        f"lambda e: {_person_sql(f'coalesce({keys}, e ->> {chr(39)}${chr(39)})')})"
    )
    split = (
        f"list_transform(case when length({text}) > {LONGEST_CELL} then [{text}] "
        f"when regexp_matches({text}, '{MAIL}') "
        f"and not regexp_matches(regexp_replace({text}, '{MAIL}|and|und|et', '', 'g'), '[A-Za-z]') "
        f"then regexp_split_to_array(trim({text}), '{BETWEEN_ADDRESSES}') "
        f"when regexp_matches({text}, '{MAIL}.*,.*{MAIL}') "
        f"then regexp_split_to_array({text}, ',|{BETWEEN}') "
        f"else regexp_split_to_array({text}, '{BETWEEN}') end, lambda e: {_person_sql('e')})"
    )
    is_json = f"regexp_matches({text}, '^\\s*[\\[{{]') and json_valid({text})"
    some = f"case when trim({text}) = '' then null when {is_json} then {objects} else {split} end"
    kept = f"list_filter({some}, lambda p: p is not null)"
    return f"list_transform([{kept}], lambda k: case when len(k) > 0 then k end)[1]"


def _person_sql(text: str) -> str:
    """SQL for one person: the address in a text, the login in a link to a Git host, else the text.

    A link to anywhere else names no login, and a handle with a question mark is a guess: both stay
    as they are written, and match nobody.
    """
    host = r"^\s*(?:\[[^\]]*\]\()?(?:https?://)?(?:www\.)?(?:github|gitlab)\.com/([A-Za-z0-9_.-]+)/?\)?\s*$"
    handle = r"^\s*@([A-Za-z0-9_-]+)\s*$"
    return (
        f"(case when regexp_matches({text}, '{MAIL}') then regexp_extract({text}, '{MAIL}') "
        f"when regexp_matches({text}, '{host}') then regexp_extract({text}, '{host}', 1) "
        f"when regexp_matches({text}, '{handle}') then regexp_extract({text}, '{handle}', 1) "
        f"else nullif(trim({text}), '') end)"
    )
