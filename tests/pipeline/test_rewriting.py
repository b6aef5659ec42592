"""What is to be gone from the private database is in no byte of it, though a command was killed."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline import rewriting
from tests.pipeline.test_refresh import current, home, refresh

__all__ = ["home"]
pytestmark = pytest.mark.slow

NAME = "mentoring-qxzvanna-zyqwold"
MANY = 3000
#: Else a text that is there may be in no byte as it is written.
PLAIN = "set force_compression = 'uncompressed'"


@pytest.fixture
def of_an_earlier_version(home: Path, tmp_path: Path) -> Path:
    """A warehouse whose books keep names whole, of files that are among the exports no more."""
    shutil.copytree(home, tmp_path / "mine")
    with duckdb.connect(str(tmp_path / "mine" / "warehouse" / "work.duckdb")) as work:
        for table in ("loads", "quarantine"):
            work.execute(f"alter table raw.{table} drop path_hash")
        work.execute("alter table raw.loads drop is_complete")
        work.execute("alter table raw.quarantine drop part_id")
        work.execute("drop table raw.to_rewrite")
        work.execute(PLAIN)
        work.execute(
            "insert into raw.quarantine select 'gone', "
            f"'mentorship/{NAME}-' || sha256(i::varchar) || '.csv', 'generic__mentorships', i, "
            f"'mentee', 'missing', 'fill it in', 1 from range({MANY}) as r(i)"
        )
    return tmp_path / "mine"


def test_after_an_upgrade_no_byte_of_a_whole_name_is_left(of_an_earlier_version: Path) -> None:
    mine = of_an_earlier_version
    work_db = mine / "warehouse" / "work.duckdb"
    assert NAME.encode() in work_db.read_bytes()
    before = current(mine / "warehouse")
    done = refresh(mine / "exports", mine / "warehouse", mine / "key")
    assert done.returncode == 0, done.stderr
    assert "names of files that an earlier version kept whole" in done.stderr
    found = [
        path
        for path in (mine / "warehouse").rglob("*")
        if path.is_file() and NAME.encode() in path.read_bytes()
    ]
    assert found == []
    assert current(mine / "warehouse") == before  # the same figures: nothing new to publish
    with duckdb.connect(str(work_db), read_only=True) as work:
        assert not rewriting.is_asked(work)
        ((kept, rows),) = work.execute(
            "select path, count(*) from raw.quarantine where file_id = 'gone' group by all"
        ).fetchall()
    assert (kept, rows) == ("mentorship/*.csv", MANY)


def test_a_rewriting_that_was_cut_off_is_made_up_for_by_the_next_refresh(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home, tmp_path / "mine")
    work_db = tmp_path / "mine" / "warehouse" / "work.duckdb"
    with duckdb.connect(str(work_db)) as work:
        work.execute(PLAIN)
        for name, text in (("aside", NAME), ("behind", "x")):  # the end of a file may be cut off
            work.execute(f"create table raw.{name} as select '{text}' || i from range(99999) r(i)")
            work.execute("checkpoint")
        rewriting.ask(work)
        work.execute("drop table raw.aside")
    assert NAME.encode() in work_db.read_bytes()
    left = work_db.with_name(".work.duckdb.1")
    left.write_bytes(NAME.encode())
    done = refresh(tmp_path / "mine" / "exports", work_db.parent, tmp_path / "mine" / "key")
    assert done.returncode == 0, done.stderr
    assert NAME.encode() not in work_db.read_bytes()
    assert not left.exists()
    with duckdb.connect(str(work_db), read_only=True) as work:
        assert not rewriting.is_asked(work)
        assert work.execute("from duckdb_tables() where schema_name = 'main'").fetchone()
