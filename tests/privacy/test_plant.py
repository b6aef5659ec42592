"""Nobody whom an export names is found in anything that a refresh, a page or an export leaves.

Everybody of a synthetic organisation has an unmistakable name, address and login, used in every
source. After a whole refresh every byte of the warehouse is searched for them, packed or not, and
so is what the commands said, what every page answers, and what is in every exported file.
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pypdf import PdfReader

from dashboards.app import create_app, warm
from dashboards.export.pack import write_pack
from dashboards.export.source import Request
from dashboards.queries import SnapshotStore
from tests.dashboards.asking import CALLBACK, page_request
from tests.pipeline.test_refresh import command, current, home, refresh
from tests.privacy.vendors import plant_vendors

__all__ = ["home"]
pytestmark = pytest.mark.slow

PLANT = "Qxzvanna Zyqwold"
ADDRESS = "qxzvanna.zyqwold@plant.example"
LOGIN = "qxzvanna-zyqwold"
#: Words of everybody's name that are in no ordinary text, and short enough to be in any form of it.
SHORTEST = 8


@pytest.fixture(scope="module")
def planted(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports with names in every further text field, and the warehouse of a refresh of them."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(home / "exports", folder / "exports")
    settings = folder / "exports" / "mentorship.toml"
    settings.write_text("quarantine_share = 0.5\n" + settings.read_text(encoding="utf-8"))
    plant(folder / "exports")
    name_files(folder / "exports")
    done = refresh(folder / "exports", folder / "warehouse", folder / "key")
    (folder / "said.txt").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr
    return folder


def plant(exports: Path) -> None:
    """Put names where exports carry free text, and add rows that cannot be used."""
    for path in sorted(exports.rglob("*.json.gz")):
        content = json.loads(gzip.decompress(path.read_bytes()))
        path.write_bytes(gzip.compress(json.dumps(renamed(content)).encode(), mtime=0))
    for path in sorted(exports.rglob("*.csv")):
        if path.name == "case_studies.csv":  # consented stories name whom they name
            continue
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        named = [[*rows[0], "notes", PLANT]]
        named += [[*row, f"{PLANT} said so", ADDRESS] for row in rows[1:]]
        named.append([ADDRESS if place % 2 else PLANT for place in range(len(named[0]))])
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(named)


def name_files(exports: Path) -> None:
    """Name every file after a person, half of them the folder as well, and add more of the kind.

    What a repository is called by its files alone stays what it is: its records say so.
    """
    for at, path in enumerate(sorted(exports.glob("*/*"))):
        folder = path.parent / (f"{PLANT} {at}" if at % 2 else "")
        folder.mkdir(exist_ok=True)
        path.rename(folder / f"{LOGIN}_{path.name}")
    (exports / "hris" / f"{ADDRESS}.csv").write_text("what,nobody\nknows,of\n")  # of no shape
    (exports / "git" / f"{ADDRESS}.json").write_text('[{"number": 1, "createdAt": "2024')  # damaged
    (exports / f"{ADDRESS}.csv").write_text("beside,the\nfour,folders\n")
    with zipfile.ZipFile(exports / "git" / f"{ADDRESS}.zip", "w") as archive:
        for number in range(2):
            archive.writestr(f"{PLANT}/{LOGIN}-{number}.json", json.dumps(pull(number)))
        archive.writestr(f"{PLANT}/unknown.json", '[{"what": 1}]')
    many = exports / "git" / PLANT / LOGIN
    many.mkdir(parents=True)
    for number in range(100, 180):  # read as one
        content = pull(number) | ({"createdAt": None} if number == 150 else {})
        (many / f"{LOGIN}-{number}.json").write_text(json.dumps(content))


def pull(number: int) -> dict[str, Any]:
    """A pull request as `gh` exports it."""
    return {
        "number": number,
        "url": f"https://github.com/acme/planted/pull/{number}",
        "author": {"login": LOGIN, "is_bot": False},
        "createdAt": "2025-01-01T00:00:00Z",
        "mergedAt": "2025-01-02T00:00:00Z",
    }


FREE = ("title", "description", "summary", "job_title", "body")


def renamed(content: Any) -> Any:
    """Give JSON with names in its free text."""
    if isinstance(content, list):
        return [renamed(one) for one in content]
    if isinstance(content, dict):
        return {
            key: f"{PLANT} {ADDRESS} {LOGIN}" if key in FREE and is_text(one) else renamed(one)
            for key, one in content.items()
        }
    return content


def is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def identifiers(exports: Path) -> set[str]:
    """Everybody's full name, address, local part and login, as the exports write them."""
    found = {PLANT, ADDRESS, LOGIN}
    with named(exports, "employees.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found |= {row["full_name"], row["email"], row["email"].partition("@")[0]}
    with named(exports, "identities.csv").open(encoding="utf-8") as file:
        found |= {row["value"] for row in csv.DictReader(file)}
    found -= {PLANT + " said so", ""}
    return {one for one in found if len(one) >= SHORTEST}


def named(exports: Path, ending: str) -> Path:
    """Find a file of the HRIS, whatever it is called after."""
    (found,) = exports.glob(f"hris/**/*{ending}")
    return found


def written(name: str) -> set[bytes]:
    """The ways in which a name may be written down: as it is, in one case, packed for transport."""
    forms = {name, name.lower(), name.upper()}
    plain = {form.encode() for form in forms}
    wide = {form.encode("utf-16-le") for form in forms}
    packed = {base64.b64encode(form.encode()).rstrip(b"=")[:-1] for form in forms}
    return plain | wide | packed | {form.encode().hex().encode() for form in forms}


#: What names, addresses and logins are made of.
WORD = re.compile(rb"[a-z0-9._%+@-]{8,}")


def found_in(contents: dict[str, bytes], names: set[str]) -> dict[str, str]:
    """Give where names are found, and which: a plant in every form, everybody's as a word."""
    marks = [form for name in (PLANT, ADDRESS, LOGIN) for form in written(name)]
    words = {word.encode() for name in names for word in name.lower().split()}
    words = {word for word in words if len(word) >= SHORTEST}
    found: dict[str, str] = {}
    for place, content in contents.items():
        said = set(WORD.findall(content.lower())) & words
        if said or any(form in content for form in marks):
            found[place] = min(said).decode() if said else PLANT
    return found


def unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a file's bytes, and those of whatever is packed in it."""
    yield name, content
    if content[:2] == b"\x1f\x8b":
        yield f"{name} unpacked", gzip.decompress(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield from unpacked(f"{name}/{part}", archive.read(part))


def databases(path: Path) -> Iterator[tuple[str, bytes]]:
    """Give every text of every table of a database: its file packs columns."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where not internal and database_name = current_database()"
        ).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(
                f'select distinct "{column}"::varchar from "{schema}"."{table}"'
            ).fetchall()
            yield (
                f"{path.name}:{schema}.{table}.{column}",
                "\n".join(str(value) for (value,) in rows).encode(),
            )


def left_in(folder: Path) -> dict[str, bytes]:
    """Every byte that a folder holds, databases read as well."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        found |= dict(unpacked(str(path.relative_to(folder)), path.read_bytes()))
        if path.suffix == ".duckdb":
            found |= dict(databases(path))
        if path.suffix == ".parquet":
            rows = duckdb.execute("select * from read_parquet(?)", [str(path)]).fetchall()
            found[f"{path.name} read"] = repr(rows).encode()
        if path.suffix == ".pdf":
            text = "".join(page.extract_text() for page in PdfReader(path).pages)
            found[f"{path.name} read"] = text.encode()
    return found


def test_the_search_finds_a_name_that_is_there(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute(
            "create table t as select 'qxzvanna.' || (i % 9) || '@plant.example' as email "
            "from range(300000) as r(i)"
        )
    with gzip.open(tmp_path / "log.gz", "wt") as file:
        file.write(PLANT.upper())
    (tmp_path / "log.txt").write_bytes(base64.b64encode(ADDRESS.encode()))
    places = found_in(left_in(tmp_path), {"qxzvanna.3@plant.example"})
    assert set(places) >= {"x.duckdb:main.t.email", "log.gz unpacked", "log.txt"}


def test_nobody_is_named_in_what_a_refresh_leaves(planted: Path) -> None:
    names = identifiers(planted / "exports")
    assert len(names) > 400
    contents = left_in(planted / "warehouse")
    assert any("work.duckdb:raw." in name for name in contents)
    assert any(name.startswith("dbt/") for name in contents)
    assert any("quarantine" in name for name in contents)
    contents["said"] = (planted / "said.txt").read_bytes()
    assert found_in(contents, names) == {}


def test_every_file_is_named_after_somebody_and_counted_all_the_same(planted: Path) -> None:
    said = (planted / "said.txt").read_text()
    assert "hris/*.csv [" in said  # the file of no shape, by its content
    assert "git/*.zip" in said
    with duckdb.connect(str(planted / "warehouse" / "work.duckdb"), read_only=True) as work:
        paths = work.execute("select path, path_hash from raw.loads").fetchall()
        assert len({hashed for _, hashed in paths}) == len(paths)
        assert {path for path, _ in paths} >= {"git/*/*/*.json", "hris/*.csv"}
        assert work.execute(
            "select count(*) from raw.quarantine where part_id is not null"
        ).fetchone() == (1,)


PAGES = (
    "/",
    "/access",
    "/data",
    "/evidence",
    "/mentors",
    "/methods",
    "/outcomes",
    "/outcomes/pr_cycle_time",
    "/outcomes/retention",
    "/programme",
    "/return",
    "/teams",
)


def answers(warehouse: Path, segments: list[tuple[str, str]]) -> dict[str, bytes]:
    """What the app answers: every page for every group, and the routes beside."""
    app = create_app(warehouse)
    warm(app)
    client = app.server.test_client()
    found = {
        route: client.get(route, base_url="http://127.0.0.1").data
        for route in ("/", "/_dash-layout", "/_dash-dependencies")
    }
    for path in PAGES:
        for dimension, group in segments:
            search = f"?dimension={dimension}&group={group}"
            found[path + search] = page(client, path, search)
    return found


def page(client: Any, path: str, search: str) -> bytes:
    answer = client.post(CALLBACK, json=page_request(path, search), base_url="http://127.0.0.1")
    assert answer.status_code == 200, f"{path}{search}: {answer.text}"
    return bytes(answer.data)


def every_segment(warehouse: Path) -> list[tuple[str, str]]:
    found = SnapshotStore(warehouse).current().segments()
    return [(dimension, value) for dimension, values in found.items() for value in values]


@pytest.fixture(scope="module")
def shown(planted: Path) -> dict[str, bytes]:
    """Every page for every group."""
    return answers(planted / "warehouse", every_segment(planted / "warehouse"))


def test_nobody_is_named_on_any_page_for_any_group(planted: Path, shown: dict[str, bytes]) -> None:
    assert len(shown) > 200
    assert found_in(shown, identifiers(planted / "exports")) == {}


def test_pages_know_nothing_but_the_snapshot(
    planted: Path, shown: dict[str, bytes], tmp_path: Path
) -> None:
    """With the snapshot alone every page answers the same, byte by byte."""
    shutil.copytree(planted / "warehouse" / "snapshots", tmp_path / "snapshots")
    alone = answers(tmp_path, every_segment(tmp_path))
    # The frame around the pages carries a number used once.
    assert {key: alone[key] for key in shown if key != "/"} == {
        key: shown[key] for key in shown if key != "/"
    }


def test_nobody_is_named_in_any_exported_file(planted: Path, tmp_path: Path) -> None:
    write_pack(current(planted / "warehouse"), Request(), tmp_path / "pack")
    names = identifiers(planted / "exports")
    contents = left_in(tmp_path / "pack")
    assert {Path(name.split("/")[0]).suffix for name in contents} >= {".xlsx", ".pptx", ".pdf"}
    assert found_in(contents, names) == {}


@pytest.fixture(scope="module")
def of_vendors(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports with a file of every vendor's shape that names a person in every text field."""
    folder = tmp_path_factory.mktemp("vendors")
    shutil.copytree(home / "exports", folder / "exports")
    settings = folder / "exports" / "mentorship.toml"
    settings.write_text("quarantine_share = 1.0\n" + settings.read_text(encoding="utf-8"))
    shapes = plant_vendors(folder / "exports", PLANT, ADDRESS)
    name_files(folder / "exports")
    done = refresh(folder / "exports", folder / "warehouse", folder / "key")
    (folder / "said.txt").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr
    assert len(shapes) > 100
    return folder


def test_nobody_is_named_in_what_a_refresh_of_every_vendors_shape_leaves(of_vendors: Path) -> None:
    with duckdb.connect(str(of_vendors / "warehouse" / "work.duckdb"), read_only=True) as work:
        loaded = work.execute("select count(distinct shape) from raw.loads").fetchone()
    assert loaded is not None
    assert loaded[0] >= 45  # a record often fits the shape of another as well
    contents = left_in(of_vendors / "warehouse")
    contents["said"] = (of_vendors / "said.txt").read_bytes()
    assert found_in(contents, {PLANT, ADDRESS}) == {}


def test_nobody_is_named_on_a_page_or_in_a_file_after_a_refresh_of_every_vendors_shape(
    of_vendors: Path, tmp_path: Path
) -> None:
    pages = answers(of_vendors / "warehouse", [("all", "all")])
    assert found_in(pages, {PLANT, ADDRESS}) == {}
    write_pack(current(of_vendors / "warehouse"), Request(), tmp_path / "pack")
    assert found_in(left_in(tmp_path / "pack"), {PLANT, ADDRESS}) == {}


def test_nobody_is_named_by_the_commands(planted: Path) -> None:
    names = identifiers(planted / "exports")
    where = ("--exports", planted / "exports", "--warehouse", planted / "warehouse")
    for name in ("check", "refresh"):
        done = command(name, *where, key=planted / "key")
        said = {name: (done.stdout + done.stderr).encode()}
        assert found_in(said, names) == {}
