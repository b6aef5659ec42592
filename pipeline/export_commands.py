"""`mentorship export`, `verify` and `digest`: what programme owners take into their reviews."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import BadInputError, PipelineError
from pipeline.settings import Context, Settings


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `mentorship export` takes beside the warehouse."""
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    _add_view(parser)
    parser.add_argument("--only", nargs="+", metavar="KIND", help="pptx, xlsx, pdf, csv, tables")
    parser.add_argument("--template", type=Path, help="a .potx or .pptx whose look the slides take")


def add_verify_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `mentorship verify` takes."""
    parser.add_argument("file", type=Path, help="an exported .xlsx, .pptx, .pdf or .csv")


def add_digest_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `mentorship digest` takes."""
    parser.add_argument("--since", required=True, metavar="SNAPSHOT", help="an earlier snapshot")
    _add_view(parser)
    parser.add_argument("--out", type=Path, help="folder for digest.txt and digest.html")
    parser.add_argument(
        "--send", action="store_true", help="send it to the recipients in the settings"
    )


def _add_view(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--segment", metavar="DIMENSION:VALUE", help="such as level:L3")
    parser.add_argument("--follow-up", metavar="MONTHS", help="(default: the headline windows)")


def export(context: Context, given: argparse.Namespace) -> int:
    """Write the planning pack; 1 where the system lacks what one of the files needs."""
    from dashboards.export.pack import KINDS, PACK, write_pack
    from dashboards.export.source import current_file, request_of

    kinds = [kind for kind in KINDS if kind in (given.only or PACK)]
    if unknown := sorted(set(given.only or ()) - set(KINDS)):
        raise BadInputError(
            f"--only {' '.join(unknown)}: there is no such file; use {', '.join(KINDS)}."
        )
    with _as_pipeline_errors():
        request = request_of(given.segment, given.follow_up)
        path = current_file(context.warehouse)
        written = write_pack(path, request, given.out.absolute(), kinds, given.template)
    for made in written.paths:
        if made.parent == given.out.absolute():
            _say(f"wrote {made}")
    tables = [made for made in written.paths if made.parent != given.out.absolute()]
    if tables:
        _say(f"wrote {len(tables)} files in {tables[0].parent}")
    for why in written.missing:
        sys.stderr.write(f"mentorship: not written: {why}\n")
    return 1 if written.missing else 0


def verify(context: Context, given: argparse.Namespace) -> int:
    """Say whether every figure of a file is the snapshot's; 1 where one is not."""
    from dashboards.export.verify import MOST_SHOWN
    from dashboards.export.verify import verify as compare

    with _as_pipeline_errors():
        found = compare(given.file, context.warehouse)
    if found.is_same_bytes:
        _say(f"{given.file}: is the very file that snapshot {found.snapshot} gives.")
        return 0
    if not found.differences:
        _say(
            f"{given.file}: was saved again since, but all {found.checked} places say what "
            f"snapshot {found.snapshot} says."
        )
        return 0
    _say(f"{given.file}: differs from snapshot {found.snapshot} in {len(found.differences)} places")
    for line in found.differences[:MOST_SHOWN]:
        _say(f"  {line}")
    if found.differences[MOST_SHOWN:]:
        _say(f"  and {len(found.differences) - MOST_SHOWN} more")
    return 1


def digest(settings: Settings, context: Context, given: argparse.Namespace) -> int:
    """Say what changed since an earlier snapshot; send it where that was asked for."""
    from dashboards.export.digest import digest_of, find_snapshot
    from dashboards.export.source import current_file, request_of

    with _as_pipeline_errors():
        request = request_of(given.segment, given.follow_up)
        later = current_file(context.warehouse)
        made = digest_of(find_snapshot(context.snapshots, given.since), later, request)
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        for name, content in (("digest.txt", made.text), ("digest.html", made.html)):
            (given.out / name).write_text(content, encoding="utf-8")
            _say(f"wrote {given.out / name}")
    else:
        _say(made.text.rstrip("\n"))
    if given.send:
        from pipeline.mail import send

        recipients = settings.digest.recipients
        send(made.message(settings.digest.sender or "", recipients), settings.digest)
        _say(f"sent to {len(recipients)} recipients")
    return 0


@contextmanager
def _as_pipeline_errors() -> Iterator[None]:
    from dashboards.export.errors import ExportError

    try:
        yield
    except ExportError as error:
        raise BadInputError(str(error)) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PipelineError(f"{error.filename}: {reason}. Nothing was written.") from error


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
