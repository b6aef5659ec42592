"""The command line: `mentorship <command>`.

Exit status 0: done. 1: failed. 2: bad usage or bad input. Results go to standard output, progress
and problems to standard error.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline import export_commands, journal, owner_commands
from pipeline.access import access_of, users_file
from pipeline.errors import BadInputError, PipelineError, bad_input
from pipeline.progress import Progress
from pipeline.retention import FAILURE_NAME
from pipeline.settings import Context, Option, Settings, read_run, warehouse_of
from pipeline.traces import trace_of

LOGGER = logging.getLogger(__name__)

_OPTIONS: dict[Option, tuple[str, str]] = {
    "EXPORTS": ("DIR", "folder of exports, or an address: s3://… (default: the sample)"),
    "WAREHOUSE": ("DIR", "folder of the database and the snapshots (default: data/warehouse)"),
    "AS_OF": ("YYYY-MM-DD", "ignore events after this day (default: the latest data end)"),
    "KNOWN_AT": ("TIME", "rebuild from what had been loaded by then (default: everything)"),
    "SETTINGS": ("FILE", "settings file (default: mentorship.toml in the exports folder)"),
    "KEY": ("FILE", "key of the pseudonyms (default: in your configuration folder)"),
    "HOST": ("ADDRESS", "address to listen on (default: 127.0.0.1)"),
    "PORT": ("NUMBER", "port to listen on (default: 8050)"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    os.umask(0o077)
    given = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if given.verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except PipelineError as error:
        return _fail(str(error), error.exit_status)
    except BrokenPipeError:
        # Whoever read our output has closed it; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was published", 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentorship",
        description="Believable estimates of what a mentorship programme does, from exports.",
        epilog="An option that is not given is read from the environment variable of its name.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--verbose", action="store_true", help="say more about each step")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    for add in (_add_refresh_commands, _add_reading_commands, _add_people_commands):
        add(commands, common)
    return parser


def _add_refresh_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    """From exports to a snapshot."""
    one = _command(commands, common, "refresh", _refresh, "load, model, estimate and publish")
    _add_options(one, "EXPORTS", "WAREHOUSE", "AS_OF", "KNOWN_AT", "SETTINGS", "KEY")
    one.add_argument(
        "--accept-shrink",
        action="store_true",
        help="take exports that hold fewer rows than before by more than the settings allow",
    )

    one = _command(commands, common, "plan", _plan, "write or check the plan of looks")
    _add_options(one, "EXPORTS", "SETTINGS")
    one.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail where the settings differ from the plan",
    )
    one.add_argument(
        "--replace", action="store_true", help="write another plan over one that is there"
    )

    what = "say what a refresh would make of exports, file by file, without loading them"
    one = _command(commands, common, "check", _check, what)
    one.add_argument("EXPORTS", nargs="?", metavar="EXPORTS", help=_OPTIONS["EXPORTS"][1])
    _add_options(one, "SETTINGS")

    one = _command(commands, common, "placebo", _placebo, "draw placebo mentees (a minute)")
    _add_options(one, "WAREHOUSE", "EXPORTS", "SETTINGS")
    one.add_argument("--draws", type=_positive, help="how many (default: 200, fewer if large)")
    one.add_argument("--seed", type=int, default=1, help="seed of the draws (default: 1)")

    one = _command(commands, common, "sample", _sample, "write a synthetic organisation's exports")
    as_committed = "(default: as in data/sample)"
    one.add_argument("--engineers", type=_positive, help=f"people ever employed {as_committed}")
    one.add_argument("--months", type=_positive, help=f"months of history {as_committed}")
    one.add_argument("--seed", type=int, help=f"seed of the draw {as_committed}")
    one.add_argument("--out", type=Path, required=True, help="new folder to write to")


def _add_reading_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    """From a snapshot to whoever reads it."""
    one = _command(commands, common, "dashboard", _dashboard, "serve the last snapshot")
    _add_options(one, "WAREHOUSE", "EXPORTS", "SETTINGS", "HOST", "PORT")

    one = _command(commands, common, "user", _user, "add a reader, or give one another password")
    _add_options(one, "WAREHOUSE", "EXPORTS", "SETTINGS")
    one.add_argument("name", help="name to sign in with")

    one = _command(commands, common, "export", _export, "write the planning pack")
    _add_options(one, "WAREHOUSE")
    export_commands.add_export_options(one)

    one = _command(commands, common, "verify", _verify, "hold an exported file to its snapshot")
    _add_options(one, "WAREHOUSE")
    export_commands.add_verify_options(one)

    one = _command(commands, common, "digest", _digest, "say what changed since a snapshot")
    _add_options(one, "WAREHOUSE", "EXPORTS", "SETTINGS")
    export_commands.add_digest_options(one)


def _add_people_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
) -> None:
    """About single people, for who holds the key; and places in the next cohort."""
    what = "list names that are linked to nobody, in clear, from the exports and the key"
    one = _command(commands, common, "identities", _identities, what)
    _add_options(one, "EXPORTS", "WAREHOUSE", "SETTINGS", "KEY")
    one.add_argument("--out", type=Path, metavar="FILE", help="write a review to a private file")
    one.add_argument(
        "--accept", type=Path, metavar="FILE", help="take the accepted rows of a review"
    )

    what = "list mentors who wish to be named, for the owner's eyes"
    one = _command(commands, common, "recognise", _recognise, what)
    _add_options(one, "EXPORTS", "WAREHOUSE", "SETTINGS", "KEY")
    owner_commands.add_recognise_options(one)

    what = "take a person out of the private database and of every later snapshot"
    one = _command(commands, common, "forget", _forget, what)
    _add_options(one, "WAREHOUSE", "EXPORTS", "SETTINGS", "KEY")
    one.add_argument("person", metavar="PERSON", help="employee id, e-mail or login")

    what = "make a new key and rebuild the private database from the exports with it"
    one = _command(commands, common, "rotate-key", _rotate_key, what)
    _add_options(one, "EXPORTS", "WAREHOUSE", "SETTINGS", "KEY")
    one.add_argument(
        "--accept-loss",
        action="store_true",
        help="go on although files that were loaded are no longer among the exports",
    )

    one = _command(commands, common, "draw", _draw, "draw places by lot among applicants")
    _add_options(one, "EXPORTS", "WAREHOUSE", "SETTINGS", "KEY")
    owner_commands.add_draw_options(one)

    what = "say how many mentees it takes to see an effect, and by when"
    one = _command(commands, common, "plan-cohort", _plan_cohort, what)
    _add_options(one, "WAREHOUSE")
    owner_commands.add_plan_cohort_options(one)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    name: str,
    run: Callable[[argparse.Namespace], int],
    what: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, parents=[common], help=what, description=what.capitalize())
    parser.set_defaults(command=run)
    return parser


def _add_options(parser: argparse.ArgumentParser, *names: Option) -> None:
    for name in names:
        metavar, text = _OPTIONS[name]
        flag = "--" + name.lower().replace("_", "-")
        parser.add_argument(flag, dest=name, metavar=metavar, help=text)


def _run_of(given: argparse.Namespace) -> tuple[Settings, Context]:
    """Read the settings of a run; exports that lie elsewhere are brought here first."""

    def fetch(address: str, cache: Path) -> Path:
        from pipeline import remote

        reads = given.command in (_refresh, _check, _identities, _recognise, _draw, _rotate_key)
        return remote.fetch(address, cache) if reads else remote.cached(address, cache)

    return read_run({name: getattr(given, name, None) for name in _OPTIONS}, fetch=fetch)


def _refresh(given: argparse.Namespace) -> int:
    # Imported here: these take longer to import than the other commands take to run.
    from ingest import data_docs
    from pipeline.refresh import refresh

    try:
        settings, context = _run_of(given)
    except PipelineError as error:
        journal.note_failure(warehouse_of({"WAREHOUSE": given.WAREHOUSE}), error)
        raise
    progress = Progress()
    try:
        outcome = refresh(settings, context, progress, accept_shrink=given.accept_shrink)
    except PipelineError:
        raise
    except Exception as error:  # noqa: BLE001 (the last stop: a defect ends in one line, too)
        return _fail(_keep_details(context, error), 1)
    state = "published" if outcome.is_new else "nothing to publish, unchanged since"
    _say(f"{state} {outcome.snapshot}")
    _say(f"data checks: {data_docs.index_of(context.warehouse)}")
    return 0


def _plan(given: argparse.Namespace) -> int:
    from pipeline import plan

    settings, context = _run_of(given)
    path = plan.plan_file(context)
    if not given.check:
        made = plan.make_plan(settings)
        is_new = plan.write_plan(path, made, replace=given.replace)
        _say(f"{'wrote' if is_new else 'unchanged'} {path} ({made['hash']}); commit it")
        for look in made["looks"]:
            _say(f"look {look['look']} on {look['on']} at p < {look['level']:.2g}")
        return 0
    agreement = plan.compare(settings, context)
    if agreement.state == "none":
        return _fail(f"{path}: there is no plan yet; `mentorship plan` writes it.", 2)
    if agreement.state == "changed":
        names = ", ".join(agreement.changed)
        return _fail(f"{path}: settings differ from plan {agreement.plan_hash}: {names}", 1)
    _say(f"{path}: the settings are those of plan {agreement.plan_hash}")
    return 0


def _check(given: argparse.Namespace) -> int:
    import ingest
    from ingest.rehearse import rehearse
    from pipeline import check

    settings, context = _run_of(given)
    progress = Progress()
    try:
        with progress.step("read", unit="rows") as bar:
            found = rehearse(context.exports, settings, bar)
    except ingest.InputError as error:
        raise bad_input(error) from error
    for line in check.lines(found, in_clear=sys.stdout.isatty()):
        _say(line)
    return 0 if found.is_good else BadInputError.exit_status


def _identities(given: argparse.Namespace) -> int:
    import ingest
    from ingest.names import accept, names_of, write_review
    from pipeline import identities

    settings, context = _run_of(given)
    progress = Progress()
    try:
        if given.accept:
            if context.is_remote:
                raise BadInputError(
                    "--accept writes among the exports: name a folder of your own with EXPORTS, "
                    "and copy hris/identities-accepted.csv to where the exports lie."
                )
            added = accept(given.accept, context.exports)
            _say(f"{added} links accepted; refresh to use them")
            return 0
        key = identities.key_of(context)
        with progress.step("read", unit="rows") as bar:
            names = names_of(context.exports, settings, key, context.work_db, bar)
        if given.out:
            write_review(names, given.out)
    except ingest.InputError as error:
        raise bad_input(error) from error
    for line in identities.lines(names, in_clear=sys.stdout.isatty(), review=given.out):
        _say(line)
    return 0


def _placebo(given: argparse.Namespace) -> int:
    from pipeline import placebo

    settings, context = _run_of(given)
    for found in placebo.draw(settings, context, given.draws, given.seed):
        _say(
            f"{found['outcome']}: {found['draws']} draws, {found['alarms']:.0%} with p < 0.05, "
            f"spread / error {found['ratio']:.2f} (at least {found['ratio_low']:.2f})"
        )
    _say("kept; the next refresh publishes it")
    return 0


def _dashboard(given: argparse.Namespace) -> int:
    from dashboards.app import AddressRefusedError, serve

    settings, context = _run_of(given)
    access = access_of(settings, context)
    _say(f"serving {context.warehouse} on http://{context.host}:{context.port} (Ctrl-C stops)")
    try:
        serve(
            context.warehouse,
            context.host,
            context.port,
            settings.serving.workers,
            settings.serving.locale,
            access,
        )
    except AddressRefusedError as error:
        raise BadInputError(str(error)) from error
    return 0


def _user(given: argparse.Namespace) -> int:
    from getpass import getpass

    from dashboards.access.users import UserFileError, write_user

    settings, context = _run_of(given)
    path = users_file(settings, context)
    is_asked = sys.stdin.isatty()
    password = getpass(f"Password of {given.name}: ") if is_asked else sys.stdin.readline()
    try:
        write_user(path, given.name, password.rstrip("\n"))
    except UserFileError as error:
        raise BadInputError(str(error)) from error
    _say(f"wrote {path}; grant {given.name} something in the settings (docs/access.md)")
    return 0


def _export(given: argparse.Namespace) -> int:
    return export_commands.export(_run_of(given)[1], given)


def _verify(given: argparse.Namespace) -> int:
    return export_commands.verify(_run_of(given)[1], given)


def _digest(given: argparse.Namespace) -> int:
    settings, context = _run_of(given)
    return export_commands.digest(settings, context, given)


def _recognise(given: argparse.Namespace) -> int:
    return owner_commands.recognise(*_run_of(given), given)


def _forget(given: argparse.Namespace) -> int:
    from pipeline import erasure

    erased = erasure.forget(_run_of(given)[1], given.person)
    for line in erasure.lines(erased):
        _say(line)
    return 0


def _rotate_key(given: argparse.Namespace) -> int:
    from pipeline import rotation

    settings, context = _run_of(given)
    made = rotation.rotate(settings, context, Progress(), accept_loss=given.accept_loss)
    _say(f"new key in {context.key}; {context.work_db} is rebuilt with it from {made} files")
    return 0


def _draw(given: argparse.Namespace) -> int:
    return owner_commands.draw(*_run_of(given), given)


def _plan_cohort(given: argparse.Namespace) -> int:
    return owner_commands.plan_cohort(_run_of(given)[1], given)


def _sample(given: argparse.Namespace) -> int:
    from synthetic.exports import SAMPLE_ENGINEERS, SAMPLE_MONTHS, SAMPLE_SEED, make_sample

    try:
        counts = make_sample(
            SAMPLE_ENGINEERS if given.engineers is None else given.engineers,
            SAMPLE_MONTHS if given.months is None else given.months,
            SAMPLE_SEED if given.seed is None else given.seed,
            given.out,
        )
    except (ValueError, FileExistsError) as error:
        raise BadInputError(str(error)) from error
    told = ", ".join(f"{counts[name]} {name}" for name in ("engineers", "mentees", "files", "rows"))
    _say(f"wrote {given.out}: {told}")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("use a number above 0")
    return number


def _keep_details(context: Context, error: Exception) -> str:
    """Write what a developer needs beside the warehouse; a person at the terminal gets a line.

    Messages stay out of it: they may quote what an export said of somebody.
    """
    log = context.warehouse / FAILURE_NAME
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(trace_of(error), encoding="utf-8")
    return f"stopped by a defect ({type(error).__name__}); details: {log}. Nothing was published."


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _fail(text: str, status: int) -> int:
    for line in text.splitlines():
        sys.stderr.write(f"mentorship: {line}\n")
    return status
