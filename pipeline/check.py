"""`mentorship check`: what a refresh would make of exports, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.file_names import hidden, kept, mark
from ingest.rehearse import FileFindings, Rehearsal
from ingest.report import FileReport

LABEL = 21  # the longest shape and two blanks


def lines(rehearsal: Rehearsal, *, in_clear: bool) -> Iterator[str]:
    """Write what was found, file by file, then what concerns them all.

    Parameters
    ----------
    in_clear
        Whether only the person at the terminal reads it, so that names of files may be shown.
    """
    if in_clear:
        yield from (_marked(line, rehearsal.names) for line in _lines(rehearsal))
        return
    yield from hidden(_lines(rehearsal), rehearsal.names)
    if any(kept(name) != name for name in rehearsal.names):
        yield ""
        yield "names of files are shown whole at a terminal, with what stands for them here"


def _marked(line: str, names: Mapping[str, str]) -> str:
    """Say of a file's name what stands for it where names are not shown."""
    return line + mark(names[line]) if line in names and kept(line) != line else line


def _lines(rehearsal: Rehearsal) -> Iterator[str]:
    for one in rehearsal.files:
        yield from _file(one)
        yield ""
    yield from rehearsal.notes
    if rehearsal.gaps:
        yield "without these exports"
        yield from (_labelled(shape, text) for shape, text in rehearsal.gaps)
        yield ""
    yield from _verdict(rehearsal)


def _file(found: FileFindings) -> Iterator[str]:
    report = found.report
    yield report.path
    if report.status in ("unrecognised", "damaged", "refused"):
        yield _labelled(report.status, report.problems[0] if report.problems else "")
        if report.stub:
            yield _labelled("to paste", "into mentorship.toml, with your columns in place of `?`:")
            yield from (f"    {line}" for line in report.stub.splitlines())
        return
    yield _labelled("taken for", _named(report.shape))
    yield _labelled("rows", _rows(report))
    if report.first_event_at and report.last_event_at:
        yield _labelled(
            "dates", f"{report.first_event_at:%Y-%m-%d} to {report.last_event_at:%Y-%m-%d}"
        )
    yield _labelled("columns used", ", ".join(report.used) or "none")
    if report.unused:
        yield _labelled("not used", ", ".join(report.unused))
    noted = [text for text in report.problems if " cannot be used (" not in text]
    yield from (_labelled("problem", text) for text in (*found.rows, *noted))
    yield from (_labelled("missing", f"without {column}: {text}") for column, text in found.gaps)


def _rows(report: FileReport) -> str:
    usable = report.rows_read - report.rows_quarantined
    if usable == report.rows_read:
        return f"{report.rows_read}"
    return f"{report.rows_read}, of which {report.rows_quarantined} cannot be used"


def _named(shape: str) -> str:
    source, entities = shape.split("__", maxsplit=1)
    return entities if source == "generic" else f"{entities} ({source})"


def _verdict(rehearsal: Rehearsal) -> Iterator[str]:
    unread = sum(one.report.status not in ("loaded", "known") for one in rehearsal.files)
    if rehearsal.reasons:
        yield "a refresh would stop:"
        yield from (f"  {line}" for reason in rehearsal.reasons for line in reason.splitlines())
    elif unread:
        files = "1 file" if unread == 1 else f"{unread} files"
        yield f"a refresh would go through, without {files} that cannot be read"
    else:
        yield "a refresh would go through"


def _labelled(label: str, text: str) -> str:
    return f"  {label:<{LABEL}}{text}"
