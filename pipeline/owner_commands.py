"""`mentorship recognise`, `draw` and `plan-cohort`: what the programme's owner does."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from ingest import clear
from ingest.clear import Application
from pipeline import draw as lots
from pipeline import recognition
from pipeline.errors import BadInputError
from pipeline.keys import obtain_key
from pipeline.settings import Context, Settings


def add_recognise_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `mentorship recognise` takes beside exports, warehouse and key."""
    parser.add_argument("--out", type=Path, help="new private file to write to (mode 0600)")


def add_draw_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `mentorship draw` takes beside exports and key."""
    parser.add_argument("--program", help="programme whose open applications are drawn among")
    parser.add_argument("--places", type=int, help="places there are")
    parser.add_argument("--seed", help="what decides; agree on it before anyone can know it")
    parser.add_argument(
        "--method",
        choices=("lottery", "waitlist"),
        default="lottery",
        help="lottery: places now or none; waitlist: places now or at --next-start",
    )
    parser.add_argument("--model", default="1:1", help="model of mentoring (default: 1:1)")
    parser.add_argument("--on", type=_day, help="day of the draw (default: today)")
    parser.add_argument("--starts-on", type=_day, help="first day of those drawn")
    parser.add_argument("--next-start", type=_day, help="first day of those who wait")
    parser.add_argument(
        "--out", type=Path, help="new file of mentorships (default: in EXPORTS/mentorship)"
    )
    parser.add_argument("--verify", type=Path, metavar="RECORD", help="draw again and compare")


def add_plan_cohort_options(parser: argparse.ArgumentParser) -> None:
    """Declare what `mentorship plan-cohort` takes beside the warehouse."""
    parser.add_argument("--outcome", help="one headline outcome (default: all four)")
    parser.add_argument(
        "--effect", type=float, help="effect to see: a ratio such as 0.9, a difference such as 0.05"
    )


def plan_cohort(context: Context, given: argparse.Namespace) -> int:
    """Say how many mentees it takes to see an effect, and by when."""
    from dashboards import cohort_plan
    from dashboards.queries import SnapshotError, SnapshotStore

    if given.effect is not None and given.outcome is None:
        raise BadInputError("--effect: name the --outcome whose effect it is.")
    if given.outcome not in (None, *cohort_plan.TARGETS):
        known = ", ".join(cohort_plan.TARGETS)
        raise BadInputError(f"--outcome {given.outcome}: there is no such outcome; use {known}.")
    try:
        snapshot = SnapshotStore(context.warehouse).current()
        lines = cohort_plan.lines(cohort_plan.plan(snapshot, given.outcome, given.effect))
    except SnapshotError as error:
        raise BadInputError(f"{context.warehouse}: {error}.") from error
    except ValueError as error:
        raise BadInputError(f"--effect: {error}.") from error
    told = lines or ["nothing can be planned from the figures of this snapshot"]
    sys.stdout.write("\n".join(told) + "\n")
    return 0


def recognise(settings: Settings, context: Context, given: argparse.Namespace) -> int:
    """List mentors who opted in, on a terminal or into a private file."""
    if given.out is None and not sys.stdout.isatty():
        raise BadInputError(
            "recognise writes names: to a terminal, or with --out FILE to a private file."
        )
    if not context.work_db.exists():
        raise BadInputError(f"{context.warehouse}: run a refresh first; nothing is loaded here.")
    key = obtain_key(context.key, context.work_db)
    names = clear.employees(context.exports, settings, key)
    lines = list(recognition.lines(recognition.mentors(context.work_db, names)))
    if given.out is None:
        sys.stdout.write("\n".join(lines) + "\n")
        return 0
    _write_private(given.out, "\n".join(lines) + "\n")
    sys.stdout.write(f"wrote {given.out}\n")
    return 0


def draw(settings: Settings, context: Context, given: argparse.Namespace) -> int:
    """Draw places by lot, or verify a draw; 1 where it does not hold."""
    key = obtain_key(context.key, context.work_db)
    known = clear.applications(context.exports, settings, key)
    if given.verify is not None:
        return _verify(given.verify, known)
    terms = _terms(given)
    names = lots.applicants(known, terms.program, terms.drawn_on)
    drawn = lots.draw(names, terms)
    name = f"draw-{_slug(terms.program)}-{terms.drawn_on}"
    out = given.out or context.exports / "mentorship" / f"{name}.csv"
    told = out.with_suffix(".record") if given.out else context.exports / f"{name}.record"
    if out.exists():
        raise BadInputError(f"{out}: is there already; a draw is made once.")
    before = lots.drawn_before(out.parent, names, terms.program)
    if before is not None:
        raise BadInputError(
            f"{before[0]} of {len(names)} applicants stand in an earlier draw, {before[1]}: who "
            "drew a place needs an outcome in the applications export before the next draw."
        )
    _record(told, lots.record(names, drawn, terms))
    lots.write(out, drawn, terms)
    sys.stdout.write(
        f"drew {len(drawn.placed)} of {len(names)} applicants to {terms.program}: {out}\n"
        f"record, which names nobody: {told} (mentorship draw --verify {told})\n"
    )
    return 0


def _record(path: Path, told: dict[str, object]) -> None:
    """Write the record before the result: a run that was killed between is only finished."""
    if not path.exists():
        _write_private(path, json.dumps(told, indent=2) + "\n")
    elif lots.read_record(path) != told:
        raise BadInputError(f"{path}: is the record of another draw; a draw is made once.")


def _verify(path: Path, known: Sequence[Application]) -> int:
    told = lots.read_record(path)
    terms = lots.terms_of(told)
    found = lots.differences(lots.applicants(known, terms.program, terms.drawn_on), told)
    if found:
        sys.stderr.write("".join(f"mentorship: {text}\n" for text in found))
        return 1
    sys.stdout.write(f"the draw holds: {told['applicants']} applicants, {terms.places} places\n")
    return 0


def _terms(given: argparse.Namespace) -> lots.Terms:
    missing = [
        f"--{name.replace('_', '-')}"
        for name in ("program", "places", "seed", "starts_on")
        if getattr(given, name) is None
    ]
    if missing:
        raise BadInputError(f"a draw needs {', '.join(missing)}; see mentorship draw --help.")
    return lots.Terms(
        program=given.program,
        places=given.places,
        seed=given.seed,
        method=given.method,
        model=given.model,
        drawn_on=given.on or datetime.now(UTC).date(),
        starts_on=given.starts_on,
        next_start=given.next_start,
    )


def _write_private(path: Path, text: str) -> None:
    """Write a new file that nobody else can read."""
    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(text)
    except FileExistsError as error:
        raise BadInputError(f"{path}: is there already; name a new file.") from error


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split()) or "programme"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: write a day as YYYY-MM-DD") from error
