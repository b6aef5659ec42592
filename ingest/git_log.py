"""The log of a repository as `git log` prints it, made into records.

It knows when a commit came onto the branch and who wrote it, nothing of reviews and drafts. Only
what is needed is kept: no message, no name but the author's address or login.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

COMMIT = re.compile(r"^commit ([0-9a-f]{7,64})\b")
AUTHOR = re.compile(r"^Author:\s.*?<([^<>]*)>\s*$")
DATE = re.compile(r"^(?:Author|Commit)?Date:\s+(.+?)\s*$")
NOREPLY = re.compile(r"^(?:\d+\+)?([^@+]+)@users\.noreply\.", re.IGNORECASE)
# The author of a merge is who pressed the button; whose branch it was, its title says.
MERGED_BRANCH = re.compile(r"^Merge pull request #\d+ from ([^/\s]+)/")
MERGED = re.compile(r"^Merge ")
DEFAULT_DATE = "%a %b %d %H:%M:%S %Y %z"


def begins(text: str) -> bool:
    """Whether a text is the log of a repository."""
    lines = text.lstrip("\ufeff \r\n").splitlines()[:6]
    return bool(lines and COMMIT.match(lines[0]) and any(AUTHOR.match(one) for one in lines))


def records(lines: Iterator[str]) -> Iterator[dict[str, str | None]]:
    """Give a record for each commit: `git_commit`, `git_author`, `git_date`."""
    commit: dict[str, str | None] = {}
    is_merge = False
    for line in lines:
        if found := COMMIT.match(line):
            if commit:
                yield commit
            commit, is_merge = _begin(found.group(1)), False
        elif found := AUTHOR.match(line):
            commit["git_author"] = _author(found.group(1))
        elif found := DATE.match(line):
            commit["git_date"] = _date(found.group(1)) or commit.get("git_date")
        elif line.startswith("Merge: "):
            is_merge = True
        elif is_merge and line.startswith("    ") and line.strip():
            branch = MERGED_BRANCH.match(line.strip())
            commit["git_author"] = branch.group(1) if branch else None
            is_merge = False
    if commit:
        yield commit


def _begin(commit: str) -> dict[str, str | None]:
    return {"git_commit": commit, "git_author": None, "git_date": None}


def _author(address: str) -> str:
    found = NOREPLY.match(address)
    return found.group(1) if found else address


def _date(text: str) -> str | None:
    for read in (datetime.fromisoformat, _default, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError):
            continue
        return moment.isoformat() if moment.tzinfo else None
    return None


def _default(text: str) -> datetime:
    return datetime.strptime(text, DEFAULT_DATE)
