"""Names of files: what may be kept of one, and how others than whoever runs this are told of it.

Exports are often named after somebody: a repository, a mentee, the colleague who saved them. So a
part of a path is kept only where every word of it is one of the trade or a day, as in
`hris/employees-2024-03.csv`; any other part is kept as `*` and its ending. What is kept is a
pattern that the name itself fits. A keyed hash of the whole name says whether two are the same.
"""

from __future__ import annotations

import functools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ingest import sources
from ingest.files import FOLDERS

MASK = "*"
MARK = 12  # characters of a content hash that a file is told by
_ENDING = re.compile(
    r"(\.(json|ndjson|jsonl|csv|tsv|txt|log|parquet|gz|tgz|tar|zip|xlsx))+$", re.IGNORECASE
)
#: Days and months; a year or a month without signs between may be somebody's number.
_DAY = re.compile(
    r"(?<![0-9])20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?<![0-9])20[0-9]{2}([-_.])(0[1-9]|1[0-2])(\3(0[1-9]|[12][0-9]|3[01]))?(?![0-9])"
)
#: Numbers after these words count pages or requests, never people.
_COUNTED = re.compile(
    r"(?<![a-z])(page|part|chunk|pr|pull|pulls|mr)[-_ ]?[0-9]+(?![a-z0-9])", re.IGNORECASE
)
_WORDS = re.compile(r"[a-z]+")
_ANY_WORD = re.compile(r"\w+")
_PLAIN = re.compile(r"[A-Za-z0-9._ ()*-]+")
_OF_THE_TRADE = frozenset(
    _WORDS.findall(
        """
        accepted active alerts all api applicants archive assignments attributes audit backup
        call calls chunk commits company complete current daily data dump employee engagement
        engineering engineers exp export exports extract feedback file files former full goal
        graphql group groups history hourly hr human incident joined latest leave list lists log
        logs main members mentees mentor mentoring mentorship merge merged merges message mr
        messages monthly new notes old older on oncall org orgs page pages pairs part
        participants people performance pr program programme programmes programs project
        projects prs pull pulls raw record records repo report reports repos request requests
        resources result results review roster rows schedule schedules service session sheet
        sheets snapshot snapshots staff survey table tables team teams terms ticket tickets
        timeline timelines total user weekly worker year yearly
        """
    )
)


@functools.cache
def _known() -> frozenset[str]:
    """Give the words of every shape that is read, and those of the trade."""
    declared = [one.name for one in sources.shapes()]
    declared += [one.name for one in sources.sheets()]
    declared += [one.name for one in sources.tables()]
    words = {word for one in declared for word in _WORDS.findall(one.lower())}
    return _OF_THE_TRADE | words | frozenset(FOLDERS)


def kept(path: str) -> str:
    """Give what is kept of a path inside the exports folder.

    Returns
    -------
    str
        As many parts as the path has: a part of words of the trade and days as it is, any other
        as `*` and its ending.
    """
    return "/".join(_kept_part(part) for part in path.split("/"))


def _kept_part(part: str) -> str:
    ending = _ENDING.search(part)
    stem = part[: ending.start()] if ending else part
    rest = _COUNTED.sub(" ", _DAY.sub(" ", stem)).lower()
    is_said = bool(_PLAIN.fullmatch(part)) and not re.search("[0-9]", rest)
    if is_said and all(word in _known() for word in _WORDS.findall(rest)):
        return part
    return MASK + (ending.group() if ending else "")


def mark(file_id: str) -> str:
    """Write how a file is told by its content beside what is kept of its name."""
    return f" [{file_id[:MARK]}]" if file_id else ""


def hidden(texts: Iterable[str], names: Mapping[str, str]) -> Iterator[str]:
    """Put what is kept of files' names, and their marks, in the place of the names in texts.

    Parameters
    ----------
    names
        Path inside the exports folder, or a name beside its folders -> hash of its content, empty
        where there is none.
    """
    by_word: dict[str, list[str]] = defaultdict(list)
    for one in names:
        for word in _tells(one):
            by_word[word].append(one)
    for text in texts:
        words = dict.fromkeys(("", *_ANY_WORD.findall(text)))
        met = {name: names[name] for word in words for name in by_word.get(word, ())}
        yield _hidden(text, met)


def _tells(name: str) -> set[str]:
    """Give words of which a text has one wherever the name, or the end of it, stands in it."""
    free = [part for part in name.split("/") if _kept_part(part) != part]
    forms = (free[-1], json.dumps(free[-1])[1:-1]) if free else ()
    return {(_ANY_WORD.findall(form) or [""])[0] for form in forms}


def _hidden(text: str, names: Mapping[str, str]) -> str:
    for clear, shown in _replacements(text, names):
        literal = shown.replace("\\", r"\\")
        text = re.sub(rf"(?<![\w/]){re.escape(clear)}(?![\w/])", literal, text)
    return text


def _replacements(text: str, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give each way in which a name stands in a text, the longest first, and what stands for it."""
    found: dict[str, str] = {}
    for name, file_id in names.items():
        parts, said = name.split("/"), kept(name).split("/")
        for at in range(len(parts)):
            clear, shown = "/".join(parts[at:]), "/".join(said[at:])
            if clear == shown:
                continue
            written = json.dumps(clear)
            if written in text:  # the mapping to paste: a pattern that the file fits
                found[written] = json.dumps(shown)
            if clear in text:
                found[clear] = shown + (mark(file_id) if at == 0 else "")
    return sorted(found.items(), key=lambda one: -len(one[0]))
