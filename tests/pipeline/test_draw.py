"""Places by lot: fixed terms, a record that names nobody, a file that refresh reads."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest.clear import Application
from pipeline import draw as lots
from pipeline.cli import main
from pipeline.errors import BadInputError

DAY = date(2026, 7, 1)
TERMS = lots.Terms("Compass", 3, "seed", "lottery", "1:1", DAY, date(2026, 8, 1), None)
NAMES = [f"e{number}@x.example" for number in range(8)]


def application(person: str, outcome: str | None, day: date = DAY) -> Application:
    return Application(person, "Compass", day, outcome)


def test_only_open_applications_to_the_programme_by_the_day_are_drawn_among() -> None:
    known = [
        application("open", None),
        application("waits", "waitlisted"),
        application("placed", "accepted"),
        application("later", None, date(2026, 7, 2)),
        Application("elsewhere", "Circles", DAY, None),
        application("again", "rejected", date(2026, 6, 1)),
        application("again", "pending"),
    ]
    assert lots.applicants(known, "Compass", DAY) == ["again", "open", "waits"]


def test_a_draw_is_the_same_whatever_order_applicants_come_in() -> None:
    drawn = lots.draw(NAMES, TERMS)
    assert lots.draw(NAMES[::-1], TERMS) == drawn
    assert len(drawn.placed) == 3
    assert sorted(drawn.placed + drawn.waiting) == NAMES
    assert lots.draw(NAMES, replace(TERMS, seed="other")) != drawn


def test_every_applicant_is_placed_equally_often() -> None:
    placed = [
        name
        for seed in range(4000)
        for name in lots.draw(NAMES, replace(TERMS, seed=str(seed))).placed
    ]
    for name in NAMES:
        # 4,000 draws of 3 in 8: the standard deviation of the share is under 0.008.
        assert abs(placed.count(name) / 4000 - 3 / 8) < 0.03


@pytest.mark.parametrize(
    ("names", "terms", "says"),
    [
        ([], TERMS, "no open application"),
        (NAMES, replace(TERMS, places=0), "one place or more"),
        (NAMES, replace(TERMS, places=8), "nothing to draw"),
        (NAMES, replace(TERMS, method="waitlist"), "--next-start"),
        (NAMES, replace(TERMS, method="waitlist", next_start=TERMS.starts_on), "after those drawn"),
        (NAMES, replace(TERMS, starts_on=date(2026, 6, 30)), "before the day of the draw"),
    ],
)
def test_a_draw_that_decides_nothing_is_refused(
    names: list[str], terms: lots.Terms, says: str
) -> None:
    with pytest.raises(BadInputError, match=says):
        lots.draw(names, terms)


def test_the_record_names_nobody_and_holds_until_somebody_is_added() -> None:
    told = json.loads(json.dumps(lots.record(NAMES, lots.draw(NAMES, TERMS), TERMS)))
    assert not any(name in json.dumps(told) for name in NAMES)
    assert lots.differences(NAMES, told) == []
    assert len(lots.differences([*NAMES, "late"], told)) == 2
    assert lots.differences(NAMES, {**told, "result_hash": "0"}) == [
        "the same terms draw other people"
    ]


def test_a_waitlist_gives_those_who_wait_the_next_start(tmp_path: Path) -> None:
    terms = replace(TERMS, method="waitlist", next_start=date(2027, 2, 1))
    drawn = lots.draw(NAMES, terms)
    lots.write(tmp_path / "drawn.csv", drawn, terms)
    with (tmp_path / "drawn.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    starts = {row["mentee"]: row["start_date"] for row in rows}
    assert {row["assignment"] for row in rows} == {"waitlist"}
    assert all(starts[name] == "2026-08-01" for name in drawn.placed)
    assert all(starts[name] == "2027-02-01" for name in drawn.waiting)


def exports(folder: Path) -> Path:
    (folder / "hris").mkdir(parents=True)
    (folder / "mentorship").mkdir()
    people = "".join(f"E{n},e{n}@x.example,2020-01-01\n" for n in range(6))
    (folder / "hris" / "employees.csv").write_text("employee_id,email,hire_date\n" + people)
    rows = "".join(f"E{n},Compass,2026-06-0{n + 1}T10:00:00Z,pending\n" for n in range(6))
    (folder / "mentorship" / "applications.csv").write_text(
        "employee_id,program,applied_at,outcome\n" + rows
    )
    return folder


def test_a_draw_is_made_once_and_can_be_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = exports(tmp_path / "exports")
    where = ["--exports", str(folder), "--warehouse", str(tmp_path / "warehouse")]
    where += ["--key", str(tmp_path / "key")]
    terms = ["--program", "Compass", "--places", "2", "--seed", "7", "--on", "2026-06-30"]
    assert main(["draw", *where, *terms, "--starts-on", "2026-08-01"]) == 0
    record = folder / "draw-compass-2026-06-30.record"
    assert record.stat().st_mode & 0o777 == 0o600
    assert main(["draw", *where, *terms, "--starts-on", "2026-08-01"]) == 2
    assert main(["draw", *where, "--verify", str(record)]) == 0
    assert "6 applicants, 2 places" in capsys.readouterr().out
    extra = folder / "mentorship" / "applications.csv"
    extra.write_text(extra.read_text() + "E0@late,Compass,2026-06-02T10:00:00Z,pending\n")
    assert main(["draw", *where, "--verify", str(record)]) == 1


def draw_again(folder: Path, *changed: str) -> int:
    where = ["--exports", str(folder), "--warehouse", str(folder.parent / "warehouse")]
    where += ["--key", str(folder.parent / "key")]
    terms = ["--program", "Compass", "--places", "2", "--seed", "7", "--on", "2026-06-30"]
    return main(["draw", *where, *terms, "--starts-on", "2026-08-01", *changed])


def test_nobody_draws_among_the_same_applicants_until_the_result_pleases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = exports(tmp_path / "exports")
    assert draw_again(folder) == 0
    assert draw_again(folder, "--on", "2026-07-01", "--seed", "8") == 2
    assert "2 of 6 applicants stand in an earlier draw" in capsys.readouterr().err
    (first,) = (folder / "mentorship").glob("draw-*.csv")
    with first.open(encoding="utf-8") as file:
        placed = {row["mentee"].upper() for row in csv.DictReader(file)}
    open_ones = folder / "mentorship" / "applications.csv"
    lines = open_ones.read_text().splitlines()
    closed = [
        line.replace("pending", "matched") if line.split(",")[0] in placed else line
        for line in lines
    ]
    open_ones.write_text("\n".join(closed) + "\n")
    assert draw_again(folder, "--on", "2026-07-01", "--seed", "8") == 0


def test_a_draw_that_was_killed_before_its_result_is_finished_as_it_was(tmp_path: Path) -> None:
    folder = exports(tmp_path / "exports")
    assert draw_again(folder) == 0
    (result,) = (folder / "mentorship").glob("draw-*.csv")
    wanted = result.read_bytes()
    result.unlink()
    assert draw_again(folder, "--seed", "8") == 2
    assert draw_again(folder) == 0
    assert result.read_bytes() == wanted


def test_a_draw_without_its_terms_says_which_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = exports(tmp_path / "exports")
    status = main(["draw", "--exports", str(folder), "--warehouse", str(tmp_path / "w"),
                   "--key", str(tmp_path / "key"), "--program", "Compass"])  # fmt: skip
    assert status == 2
    assert "--places, --seed, --starts-on" in capsys.readouterr().err


def test_recognise_writes_names_into_no_pipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recognise", "--exports", str(tmp_path), "--warehouse", str(tmp_path)]) == 2
    assert "--out FILE" in capsys.readouterr().err
