"""The key file: made once, private, and the same for the life of a warehouse."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.errors import KeyFileError
from pipeline.keys import obtain_key, remember_key
from pipeline.settings import key_fingerprint


def warehouse_of(path: Path, key: bytes) -> Path:
    with duckdb.connect(str(path)) as connection:
        remember_key(connection, key)
        remember_key(connection, key)
        count = connection.execute("select count(*) from raw.key_fingerprint").fetchone()
    assert count == (1,)
    return path


def test_a_key_is_made_on_first_use_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "config" / "key"
    first = obtain_key(path, tmp_path / "work.duckdb")
    assert len(first) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert obtain_key(path, tmp_path / "work.duckdb") == first
    assert [found.name for found in path.parent.iterdir()] == ["key"]


def test_two_keys_are_two_keys(tmp_path: Path) -> None:
    one = obtain_key(tmp_path / "one", tmp_path / "work.duckdb")
    other = obtain_key(tmp_path / "other", tmp_path / "work.duckdb")
    assert key_fingerprint(one) != key_fingerprint(other)
    assert one.decode() not in key_fingerprint(one)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    obtain_key(path, tmp_path / "work.duckdb")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        obtain_key(path, tmp_path / "work.duckdb")


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("secret\n")
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="holds 6 bytes"):
        obtain_key(path, tmp_path / "work.duckdb")


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="is not a file"):
        obtain_key(tmp_path, tmp_path / "work.duckdb")


def test_another_key_than_the_warehouses_is_refused(tmp_path: Path) -> None:
    work_db = warehouse_of(tmp_path / "work.duckdb", b"k" * 32)
    with pytest.raises(KeyFileError, match="the key file is missing"):
        obtain_key(tmp_path / "key", work_db)
    assert not (tmp_path / "key").exists()
    (tmp_path / "key").write_bytes(b"other" * 8)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(KeyFileError, match="not the key that"):
        obtain_key(tmp_path / "key", work_db)
    (tmp_path / "key").write_bytes(b"k" * 32)
    assert obtain_key(tmp_path / "key", work_db) == b"k" * 32


def test_a_warehouse_without_a_fingerprint_takes_any_key(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "work.duckdb")).close()
    assert obtain_key(tmp_path / "key", tmp_path / "work.duckdb")
