"""A load that is killed at any moment leaves whole files, and the next one goes on from there."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.ingest.conftest import LOADED, Warehouse

# Loads like the pipeline does, and stops dead at the moment named: `note` is called before a file
# is read, `update` after it is committed, `merge` between the tables of one file.
PROGRAM = """
import os, signal, sys
from pathlib import Path
import duckdb
import ingest
from ingest import merge, read
from pipeline.settings import Settings

exports, database, moment, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
if sys.argv[5] == "False":
    read.can_go_together = lambda look, plan: False
left = count

def passed(name):
    global left
    if name == moment:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

class Watching:
    def note(self, text):
        passed("note")
    def update(self, n=1):
        passed("update")

whole = merge.merge
def watched(*arguments):
    account = whole(*arguments)
    passed("merge")
    return account
merge.merge = watched
ingest.load(duckdb.connect(database), exports, Settings(), b"k" * 32, Watching())
"""


def pulls(first):
    return [
        {
            "number": n,
            "url": f"https://github.com/acme/web/pull/{n}",
            "author": {"login": "ada", "is_bot": False},
            "createdAt": "2022-01-01T00:00:00Z",
            "mergedAt": None,
            "state": "CLOSED",
            "reviews": [
                {"author": {"login": "bo"}, "state": "APPROVED", "submittedAt": f"2022-01-0{k}"}
                for k in (2, 3)
            ],
        }
        for n in range(first, first + 200)
    ]


@pytest.mark.parametrize("together", [True, False], ids=["together", "one by one"])
@pytest.mark.parametrize(
    ("moment", "files"),
    [(("note", 1), 0), (("update", 2), 2), (("merge", 3), 1), (("merge", 4), 1)],
    ids=["before", "between", "inside", "uncommitted"],
)
def test_after_a_kill_the_database_holds_whole_files_and_the_next_load_the_rest(
    exports, tmp_path, no_expectations, moment, files, together
):
    for at in range(3):
        modified = LOADED - timedelta(days=3 - at)  # before the other exports
        exports.json(f"git/{at}.json", pulls(200 * at), modified)
    whole = Warehouse(tmp_path / "whole")
    whole.load(exports)
    killed = tmp_path / "killed"
    killed.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(exports.path), str(killed / "work.duckdb"),
         moment[0], str(moment[1]), str(together)],
        check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr.decode()
    found = Warehouse(killed)
    for path, read in found.all("select path, rows_read from raw.loads"):
        expected = {"hris/employees.csv": 2, "mentorship/mentorships.csv": 1}.get(path, 200)
        assert read == expected
    loaded = found.one("select count(*) from raw.loads where path like 'git/%'")
    assert found.one("select count(*) from raw.git__pull_requests") == 200 * loaded
    assert found.one("select count(*) from raw.git__reviews") == 400 * loaded
    assert loaded == files
    found.load(exports)
    assert not list(killed.glob("reading-*"))
    # The key differs, so the hashes do: everything else must be the same.
    assert {k: len(v) for k, v in found.content().items()} == {
        k: len(v) for k, v in whole.content().items()
    }
    assert json.dumps(
        found.all("select path, rows_read from raw.loads order by all")
    ) == json.dumps(whole.all("select path, rows_read from raw.loads order by all"))
    found.connection.close()
    whole.connection.close()


def test_a_load_says_nothing_on_the_terminal(exports, tmp_path):
    program = (
        "import sys; from pathlib import Path; import duckdb, ingest\n"
        "from pipeline.settings import Settings\n"
        "with duckdb.connect(sys.argv[2]) as connection:\n"
        "    ingest.load(connection, Path(sys.argv[1]), Settings(), b'k' * 32)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(exports.path), str(tmp_path / "work.duckdb")],
        check=False, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
