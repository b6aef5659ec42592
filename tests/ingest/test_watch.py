"""A long statement says how far it has come."""

import threading

import pytest

from ingest import watch


class Connection:
    """Stands for a connection on which a statement runs."""

    def __init__(self, *shares: float) -> None:
        self.shares = list(shares)
        self.statements: list[str] = []

    def execute(self, statement: str) -> None:
        self.statements.append(statement)

    def query_progress(self) -> float:
        return self.shares.pop(0) if self.shares else -1.0


class Progress:
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.noted = threading.Event()

    def update(self, n: int = 1) -> None:
        raise AssertionError("rows are counted when they are loaded")

    def note(self, text: str) -> None:
        self.notes.append(text)
        self.noted.set()


@pytest.fixture
def connection(monkeypatch) -> Connection:
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0.001)
    return Connection(-1.0, 41.6)


def test_the_share_read_is_noted_while_a_statement_runs(connection):
    progress = Progress()
    with watch.watched(connection, progress, "git/prs.json"):
        assert progress.noted.wait(timeout=10)
    assert progress.notes == ["git/prs.json 42 %"]


def test_watching_ends_with_the_statement_even_when_it_fails(connection):
    before = threading.active_count()
    with pytest.raises(KeyError), watch.watched(connection, Progress(), "x"):
        raise KeyError
    assert threading.active_count() == before
