"""`mentorship identities`: who is linked to nobody, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.names import Names, Status
from pipeline.errors import BadInputError, KeyFileError
from pipeline.keys import obtain_key
from pipeline.settings import Context

MOST = 40  # names shown of one status
TITLES: dict[Status, str] = {
    "unmatched": "linked to nobody",
    "ambiguous": "linked to nobody, because several people could be meant",
    "bot": "bots and shared accounts, left out",
}


def key_of(context: Context) -> bytes:
    """Read the key of a warehouse; unlike a refresh, this makes none.

    Raises
    ------
    BadInputError
        There is no warehouse yet, or not its key.
    """
    if not context.work_db.exists():
        raise BadInputError(f"{context.warehouse}: nothing has been loaded yet: refresh first.")
    if not context.key.exists():
        raise KeyFileError(f"{context.key}: the key file is missing; name it with KEY=.")
    return obtain_key(context.key, context.work_db)


def lines(names: Names, *, in_clear: bool, review: Path | None) -> Iterator[str]:
    """Write counts and, where only the person at the terminal reads them, names.

    Parameters
    ----------
    in_clear
        Whether names may be shown.
    review
        The file they were written to, if any.
    """
    yield f"{'what people did':<40}{'rows':>10}{'of bots':>10}{'linked':>10}"
    for one in names.coverage:
        yield f"{one.role:<40}{one.rows:>10}{one.bots:>10}{one.share:>10.1%}"
    for status, title in TITLES.items():
        found = names.of(status)
        yield ""
        yield f"{title}: {len(found)}"
        if not in_clear:
            continue
        for named in found[:MOST]:
            hint = f"  is it {named.suggestion}?" if named.suggestion else ""
            yield f"  {named.text:<44}{named.activity:>8}{hint}"
        if len(found) > MOST:
            yield f"  … and {len(found) - MOST} more: --out FILE lists them all"
    yield ""
    if review is not None:
        yield f"{review}: write `yes` under accept, then mentorship identities --accept {review}"
    elif not in_clear:
        yield "names are shown at a terminal, or written to a private file with --out FILE"
