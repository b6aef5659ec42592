"""What `mentorship check` says is what loading does, and nothing of it stays."""

import re
import tempfile
import tomllib
from pathlib import Path

import pytest

from ingest import InputError, downstream
from ingest.rehearse import rehearse
from pipeline import check
from pipeline.settings import Settings

COACHES = ["No", "Buddy", "Mentees", "Start", "State"]
PEOPLE = ("zoe@example.org", "Zoe Quist", "zquist")


def said(exports, **settings):
    found = rehearse(exports.path, Settings(**settings))
    return found, "\n".join(check.lines(found, in_clear=True))


def test_a_good_export_is_taken_for_what_it_is(exports):
    found, text = said(exports)
    assert found.is_good
    assert (
        "hris/employees.csv\n  taken for            employees\n  rows                 2\n" in text
    )
    assert "dates                2020-01-06 to 2020-02-03" in text
    assert "columns used         employee_id, email, hire_date" in text
    assert 'without termination_date: nobody is known to have left: retention is "no data"' in text
    assert re.search(r"without these exports\n  job_history +levels, ", text)
    assert text.endswith("\na refresh would go through")


def test_rows_and_columns_in_trouble_are_named_with_what_to_do(exports):
    header = ["employee_id", "email", "hire_date", "termination_date", "Shoe size"]
    rows = [[f"P{at}", f"p{at}@example.org", "2021-01-04", "", ""] for at in range(20)]
    rows[4][2] = "soon"
    rows[7][3] = "last week"
    exports.rows("hris/more.csv", header, *rows)
    found, text = said(exports)
    assert "rows                 20, of which 1 cannot be used" in text
    assert "problem              row 5: hire_date: unreadable: write days as 2024-01-31" in text
    assert (
        "problem              termination_date cannot be read and is taken for empty in 1 of "
        "20 rows (first in row 8)" in text
    )
    assert "not used             Shoe size" in text
    assert not found.is_good
    assert "a refresh would stop:\n  generic__employees: 1 of 22 rows cannot be used" in text


def test_a_file_of_no_known_shape_gets_a_mapping_that_loads_it_once_filled_in(exports, warehouse):
    exports.rows("mentorship/coaches.csv", COACHES, ["1", "E1", "E2", "2022-01-03", "running"])
    found, text = said(exports)
    assert not found.is_good
    assert "a refresh would go through, without 1 file that cannot be read" in text
    stub = next(one.report.stub for one in found.files if one.report.stub)
    assert "\n".join(f"    {line}" for line in stub.splitlines()) in text
    filled = tomllib.loads(stub)["mapping"]["mentorship/coaches.csv"]
    assert filled["shape"] == "mentorships"
    assert filled["columns"]["mentee"] == "Mentees"
    filled["columns"] |= {"mentorship_id": "No", "mentor": "Buddy", "start_date": "Start"}
    filled["columns"]["status"] = "State"
    del filled["columns"]["model"]
    settings = {
        **filled,
        "constants": {"model": "1:1"},
        "values": {"status": {"running": "active"}},
    }
    mapping = {"mentorship/coaches.csv": settings}
    found, _ = said(exports, mapping=mapping)
    assert found.is_good
    report = warehouse.load(exports, mapping=mapping)
    assert report.rows("generic__mentorships") == 2


def test_nobody_is_named(exports):
    person = dict(zip(("email", "name", "login"), PEOPLE, strict=True))
    exports.rows("mentorship/first-line-is-data.csv", list(PEOPLE), list(PEOPLE))
    exports.rows(
        "mentorship/mentorships.csv",
        ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"],
        ["M1", *PEOPLE, "zoe", "zoe"],
        ["M1", "1:1", "", "", "2021-03-01", "active"],
    )
    exports.json("git/x.json", [person])
    _, text = said(exports)
    assert "zoe" not in text.lower()
    assert "quist" not in text.lower()


def test_nothing_is_left_behind(exports, monkeypatch, tmp_path):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    before = sorted(tmp_path.rglob("*"))
    rehearse(exports.path, Settings())
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_used_at_all_says_why(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        rehearse(tmp_path / "none", Settings())


def test_what_is_missing_without_a_shape_is_what_the_documentation_says():
    page = Path(__file__).resolve().parents[2] / "docs" / "sources.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()]
    documented = {row[0].strip("`"): row[3] for row in rows if len(row) == 4}
    assert {
        shape: text for shape, text in documented.items() if shape in downstream.WITHOUT_SHAPE
    } == downstream.WITHOUT_SHAPE
    assert downstream.WITHOUT_SHAPE.keys() <= documented.keys()
