"""What is kept of a failure names nobody, whatever the row held in which it happened."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline import cli, refresh
from pipeline.traces import first_line, trace_of

NAME = "Qxzvanna Zyqwold"


def convert(name: str = NAME) -> None:
    """Read a number where an export has a name."""
    with duckdb.connect() as connection:
        connection.execute("create table rows as select ? as email", [name])
        connection.execute("select email::integer from rows").fetchall()


def fail(*_: object, **__: object) -> None:
    """Fail on a row as a defect would, with the value in two messages of a chain."""
    try:
        convert()
    except duckdb.Error as error:
        raise ValueError(f"cannot use {NAME}") from error


def test_the_log_of_a_defect_says_where_and_not_who(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(refresh, "refresh", fail)
    assert cli.main(["refresh", "--warehouse", str(tmp_path)]) == 1
    kept = (tmp_path / "failure.log").read_text(encoding="utf-8")
    assert NAME not in kept + capsys.readouterr().err
    assert "ValueError" in kept
    assert "ConversionException" in kept
    assert "in convert" in kept


def test_a_refused_value_is_not_quoted_at_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The database refuses a row in the middle of a refresh."""
    monkeypatch.setattr(refresh, "_run", lambda *_, **__: convert())
    (tmp_path / "warehouse").mkdir()
    assert cli.main(["refresh", "--warehouse", str(tmp_path / "warehouse")]) == 1
    said = capsys.readouterr().err
    assert "Conversion Error" in said
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert NAME not in said + left.decode(errors="replace")


def test_a_name_over_two_lines_is_not_quoted() -> None:
    """The first line of what the database says then ends within the name."""
    with pytest.raises(duckdb.Error) as failed:
        convert(NAME.replace(" ", "\n"))
    assert NAME.split()[0] in str(failed.value).splitlines()[0]
    assert first_line(failed.value) == "Conversion Error (ConversionException)"


def test_what_is_said_without_quotes_is_not_repeated() -> None:
    assert NAME not in first_line(duckdb.ConstraintException(f"Duplicate key: email {NAME}"))


def test_a_failure_of_the_machine_keeps_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(duckdb.IOException) as failed:
        duckdb.connect(str(tmp_path / "none" / "work.duckdb"))
    assert "work.duckdb" in first_line(failed.value)


def test_a_trace_ends_where_exceptions_name_each_other() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert trace_of(first).count("builtins.ValueError") == 2
