"""Small files that are read together give the same as each of them by itself."""

import json
import sys
from datetime import timedelta

import pytest

from ingest import read, stage
from ingest.files import content_hash
from tests.ingest.conftest import LOADED, Exports, Warehouse

pytestmark = pytest.mark.usefixtures("no_expectations")


def pull(number, merged="2022-01-02T00:00:00Z", **more):
    review = {"author": {"login": "bo"}, "state": "APPROVED", "submittedAt": merged}
    return {
        "number": number,
        "url": f"https://github.com/acme/web/pull/{number}",
        "author": {"login": f"ada-{number % 3}", "is_bot": False},
        "createdAt": "2022-01-01T00:00:00Z",
        "mergedAt": merged,
        "reviews": [review],
        **more,
    }


def write(exports: Exports) -> None:
    """Write files that overlap, repeat, contradict and cannot be used in part."""
    files = {
        "a": [pull(1), pull(2), pull(2)],
        "b": [pull(2, "2022-01-05T00:00:00Z"), pull(3), pull(4, "2021-01-01T00:00:00Z")],
        "c": {"data": [pull(5), {"number": None}, pull(1)]},
        "d": [pull(6, title="WIP: x"), pull(7, merged=None)],
    }
    for at, (name, content) in enumerate(files.items()):
        exports.json(f"git/{name}.json", content, LOADED + timedelta(hours=at))
    exports.json("git/a-again.json", files["a"], LOADED + timedelta(days=1))
    exports.write("git/e.json.gz", "".join(json.dumps(pull(n)) + "\n" for n in range(8, 12)))


def load_into(path, exports: Exports) -> tuple[object, object]:
    warehouse = Warehouse(path)
    report = warehouse.load(exports, quarantine_share=1.0)
    content = warehouse.content()
    warehouse.connection.close()
    return [(one.path, one.status, one.rows_read, one.rows_loaded, one.rows_known,
             one.rows_quarantined, one.problems) for one in report.files], content  # fmt: skip


def test_files_read_together_give_what_each_gives_by_itself(exports, tmp_path, monkeypatch):
    write(exports)
    together = load_into(tmp_path / "together", exports)
    monkeypatch.setattr(read, "can_go_together", lambda look, plan: False)
    assert load_into(tmp_path / "apart", exports) == together


def test_the_files_of_a_batch_are_staged_at_once(exports, warehouse, monkeypatch):
    write(exports)
    seen = []
    whole = stage.stage_together
    monkeypatch.setattr(
        stage, "stage_together", lambda *given: seen.append(len(given[1])) or whole(*given)
    )
    warehouse.load(exports, quarantine_share=1.0)
    assert seen == [6]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_batch_has_a_limit(exports, warehouse, monkeypatch, most):
    write(exports)
    monkeypatch.setattr(sys.modules["ingest.load"], "MOST_FILES_TOGETHER", most)
    report = warehouse.load(exports, quarantine_share=1.0)
    assert {one.status for one in report.files} == {"loaded", "known"}
    assert warehouse.one("select count(*) from raw.git__pull_requests") == 10


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ('[{"number": 1, "url": "x", "author": {}, "createdAt": "", "mergedAt": ""}, {', "damaged"),
        (json.dumps([pull(20)]) + json.dumps([pull(21)]), "loaded"),  # needs the slow way
    ],
)
def test_one_file_that_needs_more_does_not_hold_up_the_others(exports, warehouse, content, status):
    write(exports)
    exports.write("git/odd.json", content)
    report = warehouse.load(exports, quarantine_share=1.0)
    found = {one.path: one.status for one in report.files}
    assert found.pop("git/odd.json") == status
    assert set(found.values()) == {"loaded", "known"}
    expected = 12 if status == "loaded" else 10
    assert warehouse.one("select count(*) from raw.git__pull_requests") == expected


def test_rows_are_numbered_by_file(exports, warehouse):
    for name, first in (("a", 1), ("b", 11)):
        pulls = [pull(n) for n in range(first, first + 3)]
        exports.json(f"git/{name}.json", [*pulls, pull(first + 3, "2021-01-01T00:00:00Z")])
    warehouse.load(exports, quarantine_share=1.0)
    assert warehouse.all("select number, _row from raw.git__pull_requests order by all") == [
        (1, 1), (2, 2), (3, 3), (11, 1), (12, 2), (13, 3),
    ]  # fmt: skip
    noted = warehouse.all("select file_id, row_number from raw.quarantine")
    ids = [content_hash(exports.path / f"git/{name}.json") for name in ("a", "b")]
    assert sorted(noted) == sorted((one, 4) for one in ids)
