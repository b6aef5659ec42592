"""Every kind of address gives the same: whole files, privately, once, on from where it broke."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import fsspec
import pytest

from pipeline import remote
from pipeline.errors import BadInputError
from pipeline.remote import TransferError
from tests.pipeline.servers import MODIFIED, ROOT, Store, shell, web

# The libraries' event loops keep their sockets to the end of the process.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning",
    "ignore::DeprecationWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
LARGE = os.urandom(2_500_000)
KINDS = ("https", "sftp", "gs", "abfs")
KEY = "a2V5"  # no key of anybody's: "key" in base64


@dataclass
class There:
    """Exports on a server, and where they come to."""

    address: str
    store: Store
    cache: Path

    def fetch(self) -> dict[str, bytes]:
        """Fetch them as a run does: a new process has no file system open."""
        for kind in ("http", "https", "sftp", "gs", "abfs"):
            fsspec.get_filesystem_class(kind).clear_instance_cache()
        folder = remote.fetch(self.address, self.cache)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture(params=KINDS)
def there(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[There]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(remote, "CHUNK", 1_000_000)
    store = Store(
        {
            f"{ROOT}/hris/employees of May.csv": b"employee_id,email,hire_date\n",
            f"{ROOT}/git/api/large.json": LARGE,
            f"{ROOT}/mentorship.toml": b"",
            f"{ROOT}/mentorship.toml.old": b"a\n",
            f"{ROOT}/beside.csv": b"a\n",
        }
    )
    with ExitStack() as stack:
        if request.param == "sftp":
            address = f"{stack.enter_context(shell(store, tmp_path))}/{ROOT}"
        else:
            server = stack.enter_context(web(store))
            address = f"{server}/{ROOT}/"
        if request.param == "gs":
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", server)
            address = f"gs://exports/{ROOT}"
        elif request.param == "abfs":
            account = f"AccountName=account;AccountKey={KEY};BlobEndpoint={server}/account"
            connection = f"DefaultEndpointsProtocol=http;{account};"
            monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)
            address = f"abfs://exports/{ROOT}"
        yield There(address, store, tmp_path / "cache")


def test_what_lies_in_the_four_folders_comes_privately_and_only_what_changed_comes_again(
    there: There,
) -> None:
    found = there.fetch()
    assert found == {
        "hris/employees of May.csv": b"employee_id,email,hire_date\n",
        "git/api/large.json": LARGE,
        "mentorship.toml": b"",
    }
    folder = remote.cached(there.address, there.cache)
    for path in (there.cache, *there.cache.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert {path.stat().st_mtime for path in folder.rglob("*.*")} == {MODIFIED}
    there.store.reads.clear()
    there.store.files[f"{ROOT}/hris/employees of May.csv"] = b"another content, longer\n"
    del there.store.files[f"{ROOT}/git/api/large.json"]
    assert there.fetch() == {
        "hris/employees of May.csv": b"another content, longer\n",
        "mentorship.toml": b"",
    }
    assert {name for name, _ in there.store.reads} == {f"{ROOT}/hris/employees of May.csv"}


def test_a_transfer_that_was_cut_off_says_so_and_goes_on_from_there(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "TRIES", 1)
    there.store.is_cut = True
    with pytest.raises(TransferError, match=r"git/api/\*\.json: the transfer was cut off"):
        there.fetch()
    assert not remote.cached(there.address, there.cache).exists()
    (partial,) = there.cache.rglob("partial/*")
    assert partial.read_bytes() == LARGE[:1_000_000]
    assert partial.stat().st_mode & 0o077 == 0
    there.store.is_cut = False
    there.store.reads.clear()
    assert there.fetch()["git/api/large.json"] == LARGE
    starts = [start for name, start in there.store.reads if name.endswith("large.json")]
    assert min(starts) == 1_000_000


def test_a_server_that_cannot_be_reached_is_named_without_its_secrets(there: There) -> None:
    there.store.files.clear()
    with pytest.raises((BadInputError, TransferError)) as stopped:
        there.fetch()
    assert "EXPORTS=" in str(stopped.value)
    assert "secret" not in str(stopped.value)


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    monkeypatch.setenv("HOME", str(tmp_path))
    store = Store({f"{ROOT}/hris/a.csv": b"a\n"})
    with shell(store, tmp_path) as server:
        yield There(f"{server}/{ROOT}", store, tmp_path / "cache")


def test_a_server_whose_key_is_not_known_is_sent_no_password(known: There, tmp_path: Path) -> None:
    (tmp_path / ".ssh" / "known_hosts").write_text("")
    with pytest.raises(TransferError, match=r"is not in ~/.ssh/known_hosts") as stopped:
        known.fetch()
    assert "reader:…@127.0.0.1" in str(stopped.value)
    assert "secret" not in str(stopped.value)


def test_a_web_server_that_knows_no_ranges_gives_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "CHUNK", 1_000_000)
    store = Store({f"{ROOT}/git/large.json": LARGE}, knows_ranges=False)
    with web(store) as server:
        there = There(f"{server}/{ROOT}", store, tmp_path / "cache")
        assert there.fetch() == {"git/large.json": LARGE}


def test_a_signed_address_is_shown_without_its_signature() -> None:
    assert remote._shown("https://h.example/a?sig=abc") == "https://h.example/a"
    assert remote._shown("s3://bucket/a") == "s3://bucket/a"


@pytest.mark.parametrize(
    "link", ["hris/%2e%2e/%2e%2e/x.csv", "hris/", "../hris/x.csv", "hris/a%00.csv", "x/hris/y.csv"]
)
def test_a_listing_cannot_name_a_file_outside_the_exports(link: str) -> None:
    start = "https://h.example/exports/"
    assert remote._name_inside(start + link, start, is_web=True) is None
    assert remote._name_inside(f"{start}hris/a%20b.csv", start, is_web=True) == "hris/a b.csv"
