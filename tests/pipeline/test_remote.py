"""Exports that lie elsewhere come here whole, privately, and only once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import boto3
import fsspec
import pytest
from moto.server import ThreadedMotoServer

from pipeline import remote
from pipeline.errors import BadInputError
from pipeline.remote import TransferError
from pipeline.settings import read_run

# The library's event loop keeps its sockets to the end of the process.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
BUCKET, ADDRESS = "exports", "s3://exports/2026"
LARGE = os.urandom(3_000_000)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    """Serve a bucket with two exports, the settings and a file beside the four folders."""
    one = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    one.start()
    host, port = one.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(remote, "CHUNK", 1_000_000)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for name, content in {
        "hris/employees.csv": b"employee_id,email,hire_date\n",
        "git/large.json": LARGE,
        "mentorship.toml": b'time_zone = "Europe/Berlin"\n',
        "beside.csv": b"a\n",
    }.items():
        client.put_object(Bucket=BUCKET, Key=f"2026/{name}", Body=content)
    yield one
    client.delete_bucket_policy(Bucket=BUCKET)
    for listed in client.list_objects_v2(Bucket=BUCKET)["Contents"]:
        client.delete_object(Bucket=BUCKET, Key=listed["Key"])
    client.delete_bucket(Bucket=BUCKET)
    one.stop()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note every piece that is asked for: (file, first byte)."""
    asked: list[tuple[str, int]] = []
    whole = remote._go_on

    class Spy:
        def __init__(self, system: fsspec.AbstractFileSystem) -> None:
            self.system = system

        def cat_file(self, path: str, start: int, end: int) -> bytes:
            asked.append((path.rsplit("/", 1)[1], start))
            return bytes(self.system.cat_file(path, start=start, end=end))

    monkeypatch.setattr(remote, "_go_on", lambda system, *rest: whole(Spy(system), *rest))
    return asked


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_bucket_is_read_as_a_folder_and_what_did_not_change_comes_once(
    server: ThreadedMotoServer, tmp_path: Path, asked: list[tuple[str, int]]
) -> None:
    folder = remote.fetch(ADDRESS, tmp_path)
    assert files(folder).keys() == {"hris/employees.csv", "git/large.json", "mentorship.toml"}
    assert files(folder)["git/large.json"] == LARGE
    assert folder == remote.cached(ADDRESS, tmp_path)
    for path in (tmp_path, *(one for one in tmp_path.rglob("*") if one.is_dir())):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    asked.clear()
    boto3.client("s3").put_object(Bucket=BUCKET, Key="2026/hris/employees.csv", Body=b"new\n")
    assert files(remote.fetch(ADDRESS, tmp_path))["hris/employees.csv"] == b"new\n"
    assert {name for name, _ in asked} == {"employees.csv"}


def test_a_transfer_that_is_cut_off_goes_on_and_never_leaves_half_a_file(
    server: ThreadedMotoServer,
    tmp_path: Path,
    asked: list[tuple[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, port = server.get_host_and_port()
    monkeypatch.setattr(remote, "TRIES", 1)
    counted = remote._go_on

    def cut(system: object, one: remote.RemoteFile, partial: Path) -> None:
        if one.name == "git/large.json":
            with partial.open("ab") as out:  # what had come when the line went dead
                out.write(LARGE[:1_000_000])
            server.stop()
            assert server._server is not None
            server._server.server_close()
        counted(system, one, partial)  # type: ignore[arg-type]

    monkeypatch.setattr(remote, "TOGETHER", 1)
    monkeypatch.setattr(remote, "_go_on", cut)
    with pytest.raises(TransferError, match="the transfer was cut off"):
        remote.fetch(ADDRESS, tmp_path)
    assert not remote.cached(ADDRESS, tmp_path).exists()
    assert LARGE[:1_000_000] in [path.read_bytes() for path in tmp_path.rglob("partial/*")]
    monkeypatch.setattr(remote, "_go_on", counted)
    asked.clear()
    server._port = port
    server.start()
    assert files(remote.fetch(ADDRESS, tmp_path))["git/large.json"] == LARGE
    assert sorted(start for name, start in asked if name == "large.json") == [1_000_000, 2_000_000]
    assert not list(tmp_path.rglob("partial/*"))


def test_the_settings_beside_remote_exports_hold(
    server: ThreadedMotoServer, tmp_path: Path
) -> None:
    environment = {"EXPORTS": ADDRESS, "XDG_CACHE_HOME": str(tmp_path), "KEY": "k"}
    settings, context = read_run({}, environment, fetch=remote.fetch)
    assert (settings.time_zone, context.is_remote) == ("Europe/Berlin", True)
    assert context.exports == remote.cached(ADDRESS, tmp_path / "mentorship-impact")


def test_an_address_with_nothing_in_it_says_so(server: ThreadedMotoServer, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="there is nothing in hris/"):
        remote.fetch("s3://exports/other", tmp_path)


def test_an_unknown_kind_of_address_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="EXPORTS=gopher://x/y"):
        remote.fetch("gopher://x/y", tmp_path)


def test_a_file_that_is_gone_there_is_gone_here(tmp_path: Path) -> None:
    there = tmp_path / "there"
    for name in ("hris/a.csv", "hris/b.csv"):
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_text(name)
    folder = remote.fetch(f"file://{there}", tmp_path / "cache")
    (there / "hris/b.csv").unlink()
    assert files(remote.fetch(f"file://{there}", tmp_path / "cache")).keys() == {"hris/a.csv"}
    assert folder.is_dir()
