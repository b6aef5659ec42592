"""No file, however hostile, stops a load, hangs it, fills the memory or costs a row elsewhere."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import files
from ingest.people import people_sql
from ingest.recognise import recognise
from ingest.source import Plan, Unrecognised
from pipeline.settings import Settings
from tests.ingest.hostile import every

LOADER = "tests.ingest.load_hostile"
PROJECT = Path(__file__).resolve().parents[2]
EMPLOYEES, PAIRS = 50, 40
MOST_SECONDS, MOST_BYTES = 10, 1 << 30
CPU_LIMIT = 600


@pytest.fixture(scope="module")
def went(tmp_path_factory):
    """Load every hostile file beside good ones, in a process of its own: how that went."""
    exports = tmp_path_factory.mktemp("hostile") / "exports"
    made = every()
    people = "".join(f"E{at},p{at}@example.org,2020-01-06\n" for at in range(EMPLOYEES))
    pairs = "".join(f"G{at},1:1,E1,E{at + 2},2021-01-04,active\n" for at in range(PAIRS))
    header = "mentorship_id,model,mentor,mentee,start_date,status\n"
    good = {
        "hris/employees.csv": f"employee_id,email,hire_date\n{people}".encode(),
        "mentorship/mentorships.csv": (header + pairs).encode(),
    }
    for name, content in {**made, **good}.items():
        path = exports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", LOADER, str(exports)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT)),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    escaped = [*exports.parent.rglob("escaped.csv"), *Path("/etc").glob("escaped.csv")]
    return {**json.loads(done.stdout), "made": made, "escaped": escaped}


@pytest.mark.slow
def test_at_least_150_hostile_files_are_made(went):
    assert len(went["made"]) >= 150


@pytest.mark.slow
def test_every_hostile_file_is_accounted_for_and_no_row_elsewhere_is_lost(went):
    reported = went["files"]
    assert reported["hris/employees.csv"] == ["loaded", EMPLOYEES, EMPLOYEES]
    assert reported["mentorship/mentorships.csv"] == ["loaded", PAIRS, PAIRS]
    assert went["balanced"]
    missing = [
        name
        for name in went["made"]
        if name not in reported and not any(one.startswith(name) for one in reported)
    ]
    assert not missing


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rows"), [("mentorship/ragged-long.csv", 2), ("mentorship/long-cell.csv", 3)]
)
def test_a_bad_line_costs_no_other_line(went, name, rows):
    status, rows_read, _ = went["files"][name]
    assert (status, rows_read) == ("loaded", rows)


@pytest.mark.slow
def test_nothing_hangs_or_fills_the_memory(went):
    seconds, where = went["longest"]
    assert seconds < MOST_SECONDS, where
    assert went["peak"] < MOST_BYTES


@pytest.mark.slow
def test_no_path_in_an_archive_leads_out_of_it(went):
    assert went["escaped"] == []


@settings(deadline=None, max_examples=25)
@given(content=st.binary(max_size=4000), ending=st.sampled_from(["csv", "json", "gz", "zip"]))
def test_any_bytes_are_recognised_or_refused_with_a_reason(tmp_path_factory, content, ending):
    exports = tmp_path_factory.mktemp("bytes")
    path = exports / "hris" / f"x.{ending}"
    path.parent.mkdir()
    path.write_bytes(content)
    plan = recognise(files.peek(path, exports), Settings())
    assert isinstance(plan, Plan) or (isinstance(plan, Unrecognised) and plan.reason)


@settings(deadline=None, max_examples=25)
@given(texts=st.lists(st.one_of(st.none(), st.text(max_size=60)), min_size=1, max_size=4))
def test_any_cell_names_a_list_of_people_without_repeats(texts):
    with duckdb.connect() as connection:
        named = ", ".join(f"$t{at}::varchar as c{at}" for at in range(len(texts)))
        sql = people_sql([[f"r.c{at}"] for at in range(len(texts))])
        values = {f"t{at}": text for at, text in enumerate(texts)}
        ((people,),) = connection.execute(
            f"select {sql} from (select {named}) as r", values
        ).fetchall()
    assert people
    assert len(set(people)) == len(people)
    assert people == [None] or all(one and one.strip() for one in people)
