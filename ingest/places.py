"""What the place of a file says that its records do not: the repository, the number of a request.

Interfaces answer for one pull request at a time, and say nothing of it in what they answer: who
saves such an answer puts the number into its name or folder (`acme/web/123/timeline.json`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from ingest.files import Peek
from ingest.source import Plan, Suspicion, Unrecognised

FILE, NUMBER = "{file}", "{number}"  # in an SQL expression of a fill
REPO_KEY, NUMBER_KEY = "_repo", "_number"  # in the records of a set
ENDINGS = re.compile(r"(\.(json|jsonl|ndjson|csv|tsv|txt|log|parquet|gz))+$", re.IGNORECASE)
WHOLE = re.compile(r"(?:(?:pr|pull|pulls|mr|issue|number)[-_ ]?)?#?([0-9]{1,9})", re.IGNORECASE)
APART = re.compile(r"(?<![A-Za-z0-9.])(?:pr|pull|mr|issue|#)?([0-9]{1,9})(?![A-Za-z0-9.])", re.I)
DAY = re.compile(r"(?<![0-9])(19|20)[0-9]{2}[-_.]?[0-9]{2}([-_.]?[0-9]{2})?(?![0-9])")
PAGE = re.compile(r"(page|part|p)[-_ ]?[0-9]+", re.IGNORECASE)
# Folders that say what is in them, not whose it is.
KINDS = frozenset(
    {"pulls", "pull", "prs", "pull_requests", "pull-requests", "merge_requests", "issues"}
    | {"timeline", "timelines", "events", "reviews", "details", "activities", "threads", "json"}
)
NAMED = ("nameWithOwner", "full_name", "fullPath", "repo", "repository")
TELLING = (
    *("url", "html_url", "web_url", "webUrl", "repository", "baseRepository", "project"),
    *("project_id", "projectId", "iid"),
)
LOG = "git_log__commits"
UNNAMED = Suspicion(
    "repository_named",
    "count(*)",
    "it does not say which repository it is of: its folder, else its name, is taken for it; ask "
    "for `url` as well, or the same pull requests may be counted twice or two taken for one",
)
ADDRESSES = ("pull_request_url", "issue_url", "html_url")
REPO_IN_ADDRESS = re.compile(r"/repos/([^/]+/[^/]+)/|://[^/]+/([^?#]+)/pull/[0-9]")
IN_ADDRESS = re.compile(r"/(?:pulls?|issues|pull-requests|pullRequests)/([0-9]+)")


def is_placed(plan: Plan) -> bool:
    """Whether the place of a file counts for how it is read."""
    return any(FILE in sql or NUMBER in sql for sql in plan.fills[0].fields.values())


def told(plan: Plan, look: Peek) -> str | None:
    """Say what of a file's place counts because its records do not say it; None for nothing."""
    if not is_placed(plan) or (_names_repository(look) and not _needs_number(plan)):
        return None
    return f"{repo(look)}#{number(look)}"


def repo(look: Peek) -> str:
    """Name the repository of a file, for those of its records that do not.

    What its page says comes first, then the one that its other records have in their addresses,
    then its folders, then the file.
    """
    folders, stem = _parts(look.name)
    return _said(look) or _addressed(look) or "/".join(folders) or stem


def number(look: Peek) -> str | None:
    """Give the number of the pull request that a file is about; None where that is not clear.

    What an address in its records says comes first, then a part of its path that is a number and
    nothing else (`123`, `pr-123`), then the one number in the file's name.
    """
    own = {
        found[1]
        for record in look.records
        for key in ADDRESSES
        if (found := IN_ADDRESS.search(str(record.get(key) or "")))
    }
    own |= {str(record["iid"]) for record in look.records if record.get("iid") is not None}
    if own:
        return own.pop() if len(own) == 1 else None
    _, *folders, file = look.name.split("/")
    stem = ENDINGS.sub("", file)
    whole = {found[1] for one in (*folders, stem) if (found := WHOLE.fullmatch(one))}
    if whole:
        return whole.pop() if len(whole) == 1 else None
    numbers = APART.findall(PAGE.sub("", DAY.sub("", stem)))
    return numbers[0] if len(numbers) == 1 else None


def check(plan: Plan, look: Peek) -> Plan | Unrecognised:
    """Take a file only where its records, or else its place, say which pull request it is about."""
    if not is_placed(plan):
        return plan
    if not _needs_number(plan) or number(look) is not None:
        if _names_repository(look) or _said(look) or plan.name == LOG:
            return plan
        return replace(plan, suspicions=(*plan.suspicions, UNNAMED))
    return Unrecognised(
        f"it is read as {plan.name}, but nothing says which pull request it is about: put the "
        "number into its name or folder (OWNER/NAME/123/timeline.json, 123-timeline.json)"
    )


def folder(name: str) -> str:
    """Name the folder of a file, with `*` for parts that are a number: files of a kind lie so."""
    parts = PurePosixPath(name).parent.parts
    return "/".join("*" if WHOLE.fullmatch(part) else part for part in parts)


def said_by(look: Peek) -> dict[str, str | None]:
    """Give what the place of a file says, as keys for its records."""
    return {REPO_KEY: repo(look), NUMBER_KEY: number(look)}


def by_record(plan: Plan) -> Plan:
    """Read of each record what is otherwise read of the place of a file (`said_by`)."""
    first, *others = plan.fills
    fields = {
        field: type(sql)(sql.replace(FILE, f'r."{REPO_KEY}"').replace(NUMBER, f'r."{NUMBER_KEY}"'))
        for field, sql in first.fields.items()
    }
    columns = {**plan.columns, REPO_KEY: "VARCHAR", NUMBER_KEY: "VARCHAR"}
    return replace(plan, columns=columns, fills=(replace(first, fields=fields), *others))


def _needs_number(plan: Plan) -> bool:
    return any(NUMBER in sql for sql in plan.fills[0].fields.values())


def _names_repository(look: Peek) -> bool:
    """Whether a record of a file says which repository it is of."""
    return any(one.get(key) for one in look.records for key in TELLING)


def _said(look: Peek) -> str | None:
    """Name the repository that a page says around its records, or keeps them under."""
    said = [look.envelope.get(key) for key in NAMED]
    said += [step for step in look.steps if re.fullmatch(r"[\w.-]+/[\w.-]+", step)]
    named = (one.strip() for one in said if isinstance(one, str))
    return next((one for one in named if one), None)


def _addressed(look: Peek) -> str | None:
    """Name the repository in the addresses of a file's records; None where it is not just one."""
    named = {
        found[1] or found[2]
        for record in look.records
        for key in (*ADDRESSES, "url")
        if (found := REPO_IN_ADDRESS.search(str(record.get(key) or "")))
    }
    return named.pop() if len(named) == 1 else None


def _parts(name: str) -> tuple[list[str], str]:
    """Give the folders that name a repository, and the file without its ending."""
    _, *folders, file = name.split("/")
    numbered = next((at for at, one in enumerate(folders) if WHOLE.fullmatch(one)), len(folders))
    kept = folders[:numbered]
    while kept and kept[-1].lower() in KINDS:
        kept.pop()
    return kept, ENDINGS.sub("", file)
