"""Archives, logs, JSON in cells, pages and folders of small files give what plain files would."""

import csv
import gzip
import io
import json
import os
import tarfile
import zipfile

import pytest

from ingest import archives
from ingest.files import content_hash
from ingest.inventory import Export
from ingest.rehearse import rehearse
from ingest.source import Plan
from pipeline.settings import Settings
from tests.ingest.conftest import LOADED

pytestmark = pytest.mark.usefixtures("no_expectations")


def pull(number, **more):
    return {
        "number": number,
        "url": f"https://github.com/acme/web/pull/{number}",
        "author": {"login": "ada", "is_bot": False},
        "createdAt": "2022-01-01T00:00:00Z",
        "mergedAt": "2022-01-02T00:00:00Z",
        **more,
    }


def incident(number):
    return {
        "id": f"Q{number}",
        "created_at": "2022-01-01T00:00:00Z",
        "status": "resolved",
        "service": {"id": "S1", "type": "service_reference"},
        "urgency": "high",
    }


def tar(members, packed=True):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if packed else "w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def body(*numbers):
    return json.dumps([pull(number) for number in numbers]).encode()


def numbers(warehouse):
    return [row[0] for row in warehouse.all("select number from raw.git__pull_requests order by 1")]


def by_path(report, folder="git/"):
    return {one.path: one for one in report.files if one.path.startswith(folder)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.tar.gz", tar({"a/one.json": body(1), "a/two.json": body(2)})),
        ("x.tar", tar({"one.json": body(1), "two.json": body(2)}, packed=False)),
        ("x.zip", zipped({"one.json": body(1), "two.json": body(2)})),
        ("x.bin", zipped({"inner.tgz": tar({"one.json": body(1)}), "two.json": body(2)})),
        ("x.tgz", tar({"one.json.gz": gzip.compress(body(1)), "two.json": body(2)})),
    ],
)
def test_the_members_of_an_archive_are_read_as_files(exports, warehouse, name, content):
    exports.write(f"git/{name}", content) if not name.endswith("gz") else (
        exports.write("git/x", content).rename(exports.path / "git" / name)
    )
    report = warehouse.load(exports)
    assert numbers(warehouse) == [1, 2]
    assert all(path.startswith(f"git/{name}/") for path in by_path(report))
    assert {one.status for one in by_path(warehouse.load(exports)).values()} == {"known"}


def test_the_same_file_inside_an_archive_and_beside_it_is_loaded_once(exports, warehouse):
    exports.write("git/a.json", body(1))
    exports.write("git/b.zip", zipped({"a.json": body(1)}))
    found = by_path(warehouse.load(exports))
    assert sorted(one.status for one in found.values()) == ["known", "loaded"]


def test_what_is_no_table_in_an_archive_is_named_in_one_sentence(exports, warehouse):
    members = {
        "pulls.json": body(1),
        "schema.json": b'{"version": "1"}',
        "l.json": b'[{"l": 1}]',
    }
    exports.write("git/b.zip", zipped({**members, "logo.png": b"\x89PNG", ".git/x.json": body(9)}))
    report = warehouse.load(exports)
    assert list(by_path(report)) == ["git/b.zip/pulls.json"]
    assert report.notes == (
        "git/b.zip: 2 of its parts are of no known shape and were not read: schema.json, l.json",
    )
    assert numbers(warehouse) == [1]


def test_an_archive_with_nothing_of_a_known_shape_is_reported_as_one_file(exports, warehouse):
    exports.write("git/b.zip", zipped({"a.json": b'[{"l": 1}]', "b.json": b'[{"m": 1}]'}))
    (one,) = by_path(warehouse.load(exports)).values()
    assert (one.path, one.status) == ("git/b.zip", "unrecognised")
    assert one.problems[0].startswith("none of its 2 parts is of a known shape (a.json, b.json)")


@pytest.mark.parametrize(
    "name", ["../../evil.json", "/etc/evil.json", "..\\evil.json", "a/\n.json"]
)
@pytest.mark.parametrize("pack", [tar, zipped])
def test_no_name_in_an_archive_reaches_outside(exports, warehouse, tmp_path, name, pack):
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    exports.write("git/x", pack({name: body(1)}))
    warehouse.load(exports)
    assert numbers(warehouse) == [1]
    after = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {path.name.split(".")[0] for path in after} <= {"x", "work"}


def test_links_in_an_archive_lead_nowhere(exports, warehouse):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo("secret.json")
            link.type, link.linkname = kind, "/etc/passwd"
            archive.addfile(link)
        whole = tarfile.TarInfo("a.json")
        whole.size = len(body(1))
        archive.addfile(whole, io.BytesIO(body(1)))
    exports.write("git/x.tar", out.getvalue())
    assert list(by_path(warehouse.load(exports))) == ["git/x.tar/a.json"]


ZEROS = b"[" + b" " * 5_000_000 + b"]"
NOISE = json.dumps([os.urandom(400_000).hex()]).encode()  # packs to a half


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(ZEROS),
        gzip.compress(b"[" + NOISE + b"," + b" " * 200_000_000 + b"]"),  # not by its beginning
        gzip.compress(body(*range(9))[:-1] + b", " * 5_000_000),
        gzip.compress(body(1)[:-1] + b", ") + gzip.compress(b" " * 300_000, 9) * 50,
        tar({"a.json": ZEROS}),
        zipped({"a.json": ZEROS}),
        zipped({f"{n}.json": b" " * 900_000 for n in range(9)}),  # each within the bound
        tar({"skipped.bin": ZEROS, "a.json": body(1)}),
    ],
)
def test_a_bomb_is_refused_and_costs_nothing_else(exports, warehouse, monkeypatch, content):
    monkeypatch.setattr(archives, "UNSUSPECTED", 1_000_000)
    exports.write("git/bomb", content)
    exports.write("git/good.json", body(1))
    found = by_path(warehouse.load(exports))
    assert found["git/bomb"].status == "damaged"
    assert "times its size" in found["git/bomb"].problems[0]
    assert numbers(warehouse) == [1]


@pytest.mark.parametrize("size", [10, 70_000])
def test_a_file_packed_in_parts_is_read_to_its_end(exports, warehouse, size):
    lines = [
        json.dumps({**json.loads(body(at))[0], "body": "x" * size}) + "\n" for at in range(1, 5)
    ]
    text = "".join(lines).encode()
    parts = [text[at : at + 30_000] for at in range(0, len(text), 30_000)]
    exports.write("git/x.jsonl.packed", b"".join(gzip.compress(part) for part in parts))
    found = {one.path: one for one in warehouse.load(exports).files}
    assert found["git/x.jsonl.packed"].rows_loaded == 4


def test_a_file_that_packs_well_is_no_bomb(exports, warehouse):
    exports.write("git/x.json.gz", json.dumps([pull(n) for n in range(1, 20_001)]))
    assert by_path(warehouse.load(exports))["git/x.json.gz"].rows_loaded == 20_000


def test_too_many_members_and_too_deep_nesting_are_refused(exports, warehouse, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    exports.write("git/many.zip", zipped({f"{n}.json": body(n) for n in range(4)}))
    deep = zipped({"a.zip": zipped({"b.zip": zipped({"c.json": body(7)})})})
    exports.write("git/deep.zip", deep)
    problems = {path: one.problems[0] for path, one in by_path(warehouse.load(exports)).items()}
    assert "more than 3 files" in problems["git/many.zip"]
    assert "inside an archive" in problems["git/deep.zip/a.zip/b.zip"]


@pytest.mark.parametrize("cut", [10, 200])
def test_an_archive_that_breaks_off_gives_nothing(exports, warehouse, cut):
    noise = bytes(range(256)) * 20
    for name, pack in (("a", tar), ("b", zipped)):
        whole = pack({"one.json": body(1), "noise.txt": noise, "two.json": body(2)})
        exports.write(f"git/{name}", whole[:-cut])
    found = by_path(warehouse.load(exports))
    assert {one.status for one in found.values()} == {"damaged"}
    assert numbers(warehouse) == []


def record(stream, data):
    return {"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 1}}


def test_each_stream_of_a_log_is_read_as_its_own_shape(exports, warehouse):
    lines = [
        {"type": "LOG", "log": {"level": "INFO", "message": "syncing"}},
        record("gh_pulls", pull(1)),
        record("pd_incidents", incident(1)),
        record("labels", {"name": "bug"}),
        {"type": "STATE", "state": {"data": {}}},
        record("gh_pulls", pull(2)),
    ]
    exports.lines("git/sync.log", lines)
    report = warehouse.load(exports)
    assert {path: (one.shape, one.rows_loaded) for path, one in by_path(report).items()} == {
        "git/sync.log (gh_pulls)": ("gh__pull_requests", 2),
        "git/sync.log (pd_incidents)": ("pagerduty__incidents", 1),
    }
    assert report.notes == (
        "git/sync.log: 1 of its parts are of no known shape and were not read: labels",
    )
    assert {one.status for one in by_path(warehouse.load(exports)).values()} == {"known"}


def test_a_log_of_raw_tables_holds_its_records_as_text(exports, warehouse):
    rows = [{"_airbyte_ab_id": "x", "_airbyte_data": json.dumps(pull(n))} for n in (1, 2)]
    exports.lines("git/raw.log", [record("_airbyte_raw_pulls", row) for row in rows])
    assert [one.rows_loaded for one in by_path(warehouse.load(exports)).values()] == [2]


def test_records_in_the_cells_of_a_table_are_read(exports, warehouse):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "params", "data", "url"])
    for n in (1, 2):
        writer.writerow([n, '{"ConnectionId": 1}', json.dumps(pull(n, title="a\nb"), indent=1), ""])
    writer.writerow([3, "{}", "", ""])
    exports.write("git/raw_pulls.csv", out.getvalue())
    (one,) = by_path(warehouse.load(exports, quarantine_share=1.0)).values()
    assert (one.shape, one.rows_loaded, one.rows_quarantined) == ("gh__pull_requests", 2, 1)


def test_lists_of_several_kinds_in_one_object_are_each_read(exports, warehouse):
    content = {"at": "2022-01-01", "pulls": [pull(1)], "incidents": [incident(1)], "labels": [{}]}
    exports.json("git/dump.json", content)
    report = warehouse.load(exports)
    assert [one.shape for one in report.files if one.path.startswith("git/")] == [
        "pagerduty__incidents",
        "gh__pull_requests",
    ]


def graph(key, records, **info):
    connection = {key: records, "pageInfo": {"hasNextPage": False, **info}}
    return {"data": {"repository": {"name": "web", "pullRequests": connection}}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(graph("nodes", [pull(1), pull(2)])),
        json.dumps(graph("edges", [{"cursor": "c", "node": pull(n)} for n in (1, 2)])),
        json.dumps([{"cursor": "c", "node": pull(n)} for n in (1, 2)]),
        json.dumps([graph("nodes", [pull(1)]), graph("nodes", [pull(2)])]),
        json.dumps(graph("nodes", [pull(1)])) + json.dumps(graph("nodes", [pull(2)])),
        json.dumps(graph("nodes", [pull(1)])) + "\n" + json.dumps(graph("nodes", [pull(2)])) + "\n",
        json.dumps([[pull(1)], [pull(2)]]),
        json.dumps([pull(1)]) + json.dumps([pull(2)]),
        json.dumps({"values": [pull(1), pull(2)], "pagelen": 2}),
        json.dumps({"d": {"results": [pull(1), pull(2)]}}),
        json.dumps({"1": pull(1), "2": pull(2)}),
        json.dumps({"table": "x", "items_by_id": {"1": pull(1), "2": pull(2)}}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_wrapper_is_taken_off(exports, warehouse, text, encoding):
    exports.write("git/x.json", text.encode(encoding))
    warehouse.load(exports)
    assert numbers(warehouse) == [1, 2]


@pytest.mark.parametrize(
    ("pages", "missing"),
    [
        ([{"values": [pull(1)], "page": 1, "next": "https://x/y?page=2"}], 1),
        ([{"values": [pull(1)], "page": 1, "next": "https://x/y?page=2"},
          {"values": [pull(2)], "page": 2}], 0),
        ([{"values": [pull(1)], "start": 0, "isLastPage": False, "nextPageStart": 25}], 1),
        ([{"values": [pull(1)], "start": 0, "isLastPage": False, "nextPageStart": 25},
          {"values": [pull(2)], "start": 25, "isLastPage": True}], 0),
        ([graph("nodes", [pull(1)], hasNextPage=True)], 1),
        ([graph("nodes", [pull(1)], hasNextPage=True), graph("nodes", [pull(2)])], 0),
        ([{"items": [pull(1)], "hasMore": True, "offset": 0, "limit": 1}], 1),
        ([{"data": [pull(1)], "more": True, "last": "abc"}], 1),
        ([{"d": {"results": [pull(1)], "__next": "https://x/y?$skiptoken=9"}}], 1),
        ([{"Resources": [pull(1)], "startIndex": 1, "itemsPerPage": 1, "totalResults": 2}], 1),
        ([{"Resources": [pull(1)], "startIndex": 1, "itemsPerPage": 2, "totalResults": 2}], 0),
        ([{"data": [pull(1)], "paging": {"next": "https://x/?offset=1"}}], 1),
        ([{"values": [pull(1)], "pagelen": 10}], 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("together", [False, True])
def test_a_page_that_is_missing_is_reported_and_the_others_are_read(
    exports, warehouse, pages, missing, together
):
    if together:
        exports.write("git/all.json", "".join(json.dumps(page) for page in pages))
    else:
        for at, page in enumerate(pages):
            exports.json(f"git/page-{at}.json", page)
    report = warehouse.load(exports)
    assert len(numbers(warehouse)) == len(pages)
    assert sum("more pages follow" in note for note in report.notes) == missing


def backup(exports, count, first=1):
    for n in range(first, first + count):
        exports.json(f"git/backup/{n:04}.json", pull(n))


def test_many_small_files_of_one_folder_are_loaded_as_one_set(exports, warehouse):
    backup(exports, 100)
    report = warehouse.load(exports)
    (one,) = by_path(report).values()
    assert (one.path, one.status, one.rows_loaded) == ("git/backup/*.json", "loaded", 100)
    assert by_path(warehouse.load(exports))["git/backup/*.json"].status == "known"
    backup(exports, 5, first=101)
    (again,) = by_path(warehouse.load(exports)).values()
    assert (again.rows_read, again.rows_loaded, again.rows_known) == (105, 5, 100)


def test_each_file_of_a_set_is_compared_once_however_many_there_are(
    exports, warehouse, monkeypatch
):
    compared = []
    whole = Plan.reads_like
    monkeypatch.setattr(Plan, "reads_like", lambda *two: compared.append(two) or whole(*two))
    monkeypatch.setattr(Export, "__eq__", lambda *_: pytest.fail("every file against every other"))
    backup(exports, 200)
    warehouse.load(exports)
    assert len(numbers(warehouse)) == 200
    assert len(compared) <= 210


def test_small_files_of_one_folder_that_are_read_in_two_ways_are_two_sets(exports, warehouse):
    for n in range(140):
        zone = "Europe/Berlin" if n % 2 else "Etc/UTC"
        naive = {**incident(n), "created_at": "2022-01-01T12:00:00"}
        exports.json(f"incidents/{n:03}.json", {"incidents": [naive], "time_zone": zone})
    found = [one for one in warehouse.load(exports).files if one.path.startswith("incidents/")]
    assert [(one.path, one.rows_loaded) for one in found] == [("incidents/*.json", 70)] * 2
    times = (
        "select hour(created_at), count(*) from raw.pagerduty__incidents group by all order by 1"
    )
    assert warehouse.all(times) == [(11, 70), (12, 70)]


def test_a_row_of_a_set_that_cannot_be_used_is_named_by_its_file(exports, warehouse):
    backup(exports, 100)
    exports.json("git/backup/0042.json", pull(42, createdAt=None))
    exports.json("git/backup/0043.json", [pull(43), pull(143, createdAt=None)])
    warehouse.load(exports, quarantine_share=1.0)
    named = "select path, part_id, row_number from raw.quarantine order by row_number"
    of = {n: content_hash(exports.path / f"git/backup/{n}.json") for n in ("0042", "0043")}
    kept = "git/backup/*.json"  # nothing that may name somebody is kept of a name
    assert warehouse.all(named) == [(kept, of["0042"], 1), (kept, of["0043"], 2)]
    found = rehearse(exports.path, Settings(quarantine_share=1.0))
    rows = [row for one in found.files for row in one.rows]
    assert [row.partition(": ")[0] for row in rows] == [
        "row 1 of git/backup/0042.json",
        "row 2 of git/backup/0043.json",
    ]
    exports.json("git/backup/0042.json", pull(42))
    warehouse.load(exports, quarantine_share=1.0)
    assert warehouse.all(named) == [(kept, of["0043"], 2)]


def test_a_damaged_file_of_a_set_is_named_and_the_others_are_loaded(exports, warehouse):
    backup(exports, 100)
    exports.write("git/backup/0042.json", json.dumps([pull(42), pull(142)])[:-20], LOADED)
    for _ in range(2):
        found = by_path(warehouse.load(exports))
        assert found["git/backup/0042.json"].status == "damaged"
        assert len(numbers(warehouse)) == 99


def dumped(at, **how):
    return json.dumps(pull(at), **how)


def dumped_both():
    return json.dumps([pull(1), pull(2)])


# Ways in which the answers of one interface are saved; each has the pull requests 1 and 2.
SAVED = {
    "array": f"[{dumped(1)}, {dumped(2)}]",
    "a record a line": f"{dumped(1)}\n{dumped(2)}",
    "a record a line, blank lines between": f"{dumped(1)}\n\n{dumped(2)}\n",
    "records in a row": f"{dumped(1, indent=1)}\n{dumped(2, indent=1)}",
    "arrays in a row": f"[{dumped(1)}][{dumped(2)}]",
    "arrays in a row, the first empty": f"[][{dumped(1)},{dumped(2)}]",
    "arrays in a row, the last empty": f"[{dumped(1)},{dumped(2)}]\n[]",
    "an array a line": f"[{dumped(1)}]\n[{dumped(2)}]\n",
    "an array of arrays": f"[[{dumped(1)}], [{dumped(2)}]]",
    **{key: f'{{"{key}": [{dumped(1)}, {dumped(2)}], "count": 2}}'
       for key in ("data", "values", "value", "items", "records", "result", "results")},
    "pages in a row": f'{{"items": [{dumped(1)}], "n": 2}}{{"items": [{dumped(2)}], "n": 2}}',
    "pages in a row, the first empty": f'{{"values": []}}\n\n{{"values": {dumped_both()}}}',
    "a list of pages": f'[{{"items": [{dumped(1)}]}}, {{"items": [{dumped(2)}]}}]',
    "wrapped twice": f'{{"response": {{"data": [{dumped(1)}, {dumped(2)}]}}}}',
    "by repository": f'{{"acme/web": [{dumped(1)}, {dumped(2)}]}}',
    "long bodies": json.dumps([pull(at, body="x" * 100_000) for at in (1, 2)]),
    "a first record longer than a look": json.dumps([pull(1, body="x" * 2_000_000), pull(2)]),
}  # fmt: skip


def test_however_answers_are_wrapped_and_paged_each_record_is_read_once(exports, warehouse):
    for at, text in enumerate(SAVED.values()):
        # A repository of its own, so that no file is known by another.
        exports.write(f"git/{at}.json", text.replace("acme/web", f"acme/web-{at}"))
    found = {one.path: one for one in warehouse.load(exports).files}
    read = {how: found[f"git/{at}.json"].rows_loaded for at, how in enumerate(SAVED)}
    assert read == dict.fromkeys(SAVED, 2)
    assert len(found) == len(SAVED) + 2
    counted = warehouse.all(
        "select count(*), count(distinct repo), count(merged_at) from raw.git__pull_requests"
    )
    assert counted == [(2 * len(SAVED), len(SAVED), 2 * len(SAVED))]
