"""What changed since an earlier snapshot: one screen of text, and the same as an e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from dashboards import formats, sentences, trust
from dashboards.components.html import render
from dashboards.export.content import UNSETTLED, provenance
from dashboards.export.errors import ExportError
from dashboards.export.source import Request, Source, open_source
from dashboards.view import OutcomeRows

COMPARED_FACTS = (("settings_hash", "The settings"), ("code_version", "The product's version"))


@dataclass(frozen=True, slots=True)
class Change:
    """One outcome then and now."""

    label: str
    then: str
    now: str
    words: str
    is_news: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """One screen: what the figures say now, and what is different."""

    subject: str
    headline: str
    lede: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    do_not_conclude: str
    foot: str

    @property
    def text(self) -> str:
        """The digest as plain text."""
        lines = [self.subject, "", self.headline, self.lede, ""]
        for change in self.changes:
            mark = "*" if change.is_news else "-"
            lines.append(f"{mark} {change.label}: {change.words}")
            lines.append(f"    then {change.then}; now {change.now}")
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        lines += ["", f"Do not conclude: {self.do_not_conclude}", "", self.foot]
        return "\n".join(lines) + "\n"

    @property
    def html(self) -> str:
        """The digest as an e-mail's HTML: styles inline, nothing fetched."""
        return render("digest.html", digest=self)

    def message(self, sender: str, recipients: tuple[str, ...]) -> EmailMessage:
        """The digest as an e-mail with both forms."""
        made = EmailMessage()
        made["Subject"], made["From"], made["To"] = self.subject, sender, ", ".join(recipients)
        made.set_content(self.text)
        made.add_alternative(self.html, subtype="html")
        return made


def find_snapshot(folder: Path, name: str) -> Path:
    """Find a kept snapshot by its id, or by the beginning of it.

    Raises
    ------
    ExportError : none or several begin so.
    """
    kept = sorted(path for path in folder.glob("*.duckdb") if not path.name.startswith("."))
    wanted = name.removesuffix(".duckdb")
    found = [path for path in kept if path.stem == wanted]
    found = found or [path for path in kept if path.stem.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(path.stem for path in kept) or "none"
    why = "several snapshots begin so" if found else "there is no such snapshot"
    raise ExportError(f"--since {name}: {why}. Kept here: {known}.")


def digest_of(earlier: Path, later: Path, request: Request) -> Digest:
    """Compare one view of two snapshots.

    Raises
    ------
    ExportError, WithheldError : one of them cannot be read, or withholds the group now.
    """
    now = open_source(later, request)
    then = open_source(earlier, request)
    caveats = trust.caveats(now.view)
    facts = dict(provenance(now, caveats))
    day = formats.day(then.snapshot.as_of)
    return Digest(
        subject=f"Mentorship impact to {formats.day(now.snapshot.as_of)}: what changed since {day}",
        headline=sentences.headline(now.view),
        lede=sentences.lede(now.view),
        changes=tuple(_changes(then, now)),
        notes=tuple(_notes(then, now)),
        do_not_conclude=caveats[0] if caveats else UNSETTLED,
        foot=(
            f"{sentences.kicker(now.view)}. {facts['People']}; {now.view.confidence} intervals. "
            f"{facts['Comparison']} {facts['Suppression rule']} Snapshot {now.snapshot.id}, since "
            f"{then.snapshot.id}."
        ),
    )


def _changes(then: Source, now: Source) -> Iterator[Change]:
    for before, after in zip(then.view.outcomes, now.view.outcomes, strict=True):
        old, new = _state(before), _state(after)
        is_news = before.verdict != after.verdict
        words = "unchanged" if old == new else "figures moved, same verdict"
        if is_news:
            first = sentences.verdict_words(before.verdict).label.lower()
            last = sentences.verdict_words(after.verdict).label.lower()
            words = f"from {first} to {last}"
        yield Change(now.view.label(after.outcome.key), old, new, words, is_news)


def _state(rows: OutcomeRows) -> str:
    row = rows.matched
    label = sentences.verdict_words(rows.verdict).label.lower()
    if row is None or row.estimate is None:
        return label
    effect = formats.effect(row.estimate, row.scale)
    interval = formats.interval(row.ci_low, row.ci_high, row.scale)
    return f"{effect} ({interval}; n {formats.count(row.n_mentored)}), {label}"


def _notes(then: Source, now: Source) -> Iterator[str]:
    """Say which checks and which conditions changed."""
    before = {(row.check, row.outcome): row.status for row in then.view.checks}
    for row in now.view.checks:
        old = before.get((row.check, row.outcome))
        if old is not None and old != row.status and row.sentence:
            was, is_now = (trust.STATUS_WORDS[trust.worst([s])] for s in (old, row.status))
            name = row.check.replace("_", " ").capitalize()
            yield f"{name}: {was} before, {is_now} now. {row.sentence}"
    for key, words in COMPARED_FACTS:
        if then.snapshot.info.get(key) != now.snapshot.info.get(key):
            yield f"{words} changed between the two, so not every change is in the data."
    changed = [
        metric
        for metric, entry in now.view.definitions.items()
        if metric in then.view.definitions
        and then.view.definitions[metric].version != entry.version
    ]
    if changed:
        names = formats.words_of([now.view.label(metric) for metric in changed])
        yield f"The definition changed of: {names}."
