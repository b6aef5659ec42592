"""Progress of long steps: bars on a terminal, plain lines in a log, counts in both."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Never, Protocol, TextIO

from tqdm import tqdm

LINE_EVERY_SECONDS = 10.0


class Bar(Protocol):
    """A step under way."""

    def update(self, n: int = 1) -> object:
        """Count `n` more units as done."""

    def expect(self, total: int) -> None:
        """Say how many units there will be."""

    def note(self, text: str) -> None:
        """Say what is being done now."""


@dataclass
class Progress:
    """Shows steps as they run and remembers how long each took.

    Attributes
    ----------
    stream
        Where it is shown; bars where that is a terminal.
    seconds
        Step -> seconds it took, in the order they ran.
    """

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    seconds: dict[str, float] = field(default_factory=dict)

    def say(self, text: str) -> None:
        """Write one line, above any bar."""
        tqdm.write(text, file=self.stream)
        self.stream.flush()

    @contextmanager
    def step(self, name: str, total: int | None = None, unit: str = "steps") -> Iterator[Bar]:
        """Show one step; `total` may be unknown."""
        started = time.perf_counter()
        bar: _TerminalBar | _LogBar
        if self.stream.isatty():
            bar = _TerminalBar(tqdm(total=total, desc=name, unit=f" {unit}", file=self.stream))
        else:
            bar = _LogBar(self, name, total, unit, said_at=started)
        try:
            yield bar
        finally:
            bar.close()
            self.seconds[name] = time.perf_counter() - started
        if isinstance(bar, _LogBar):
            done = f": {bar.done} {unit}" if bar.done else ""
            self.say(f"{name}{done} ({self.seconds[name]:.1f} s)")


@dataclass
class _TerminalBar:
    bar: tqdm[Never]

    def update(self, n: int = 1) -> object:
        return self.bar.update(n)

    def expect(self, total: int) -> None:
        self.bar.total = total
        self.bar.refresh()

    def note(self, text: str) -> None:
        self.bar.set_postfix_str(text)

    def close(self) -> None:
        self.bar.close()


@dataclass
class _LogBar:
    progress: Progress
    name: str
    total: int | None
    unit: str
    done: int = 0
    said_at: float = 0.0

    def update(self, n: int = 1) -> object:
        self.done += n
        now = time.perf_counter()
        if now - self.said_at >= LINE_EVERY_SECONDS:
            self.said_at = now
            of = f" of {self.total}" if self.total is not None else ""
            self.progress.say(f"{self.name}: {self.done}{of} {self.unit}")
        return None

    def expect(self, total: int) -> None:
        self.total = total

    def note(self, text: str) -> None:
        """Notes are for the eye: a log keeps to the counts."""

    def close(self) -> None:
        """A log has nothing to close."""
