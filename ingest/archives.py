"""Archives: their members copied out one by one, as data only and within bounds.

No name of a member ever becomes a path on disk, so no name can reach outside the private folder;
links and devices are passed over. An archive that unpacks to far more than its size, or that holds
too many members, is refused before it can fill memory or disk.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from ingest.errors import DamagedFileError

Kind = Literal["tar", "zip"]
CHUNK = 1 << 20
MOST_MEMBERS = 200_000
LARGEST_RATIO = 250  # unpacked to packed; text packs to a tenth or so
UNSUSPECTED = 1 << 28  # bytes that may be unpacked whatever the ratio
SUFFIXES = frozenset(
    {".json", ".ndjson", ".jsonl", ".csv", ".tsv", ".txt", ".log", ".parquet", ".mailmap"}
    | {".gz", ".tgz", ".zip", ".tar"}
)
BOMB = (
    "it unpacks to more than {ratio} times its size: that is no export, and it was not unpacked "
    "to the end"
)


@dataclass(frozen=True)
class Member:
    """A member copied out: its name inside the archive, and where the copy lies."""

    name: str
    path: Path


def kind(head: bytes) -> Kind | None:
    """Say what kind of archive a file is, by its first bytes (unpacked); None for no archive."""
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if len(head) >= tarfile.BLOCKSIZE:
        try:
            tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            return None
        return "tar"
    return None


def members(path: Path, of_kind: Kind, folder: Path, prefix: str) -> Iterator[Member]:
    """Copy the members that may hold data out of an archive, one after the other.

    Parameters
    ----------
    folder, prefix
        Where the copies go, and how their names begin.

    Raises
    ------
    DamagedFileError
        The archive cannot be read, or breaks a bound.
    """
    budget = Budget(path.stat().st_size)
    opened = _zip(path) if of_kind == "zip" else _tar(path, budget)
    count = 0
    try:
        for name, source in opened:
            count += 1
            if count > MOST_MEMBERS:
                raise DamagedFileError(f"it holds more than {MOST_MEMBERS:,} files: split it")
            shown = _shown(name)
            if shown is None:
                continue
            target = folder / f"{prefix}-{count}"
            _copy(source, target, budget if of_kind == "zip" else None)
            yield Member(shown, target)
    except (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DamagedFileError(
            "the archive is cut off or corrupt: export or copy it again"
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise DamagedFileError(
            "the archive is encrypted or packed in an unusual way: unpack it yourself"
        ) from error


def is_bomb(path: Path) -> bool:
    """Whether a packed file unpacks to far more than it should."""
    budget = Budget(path.stat().st_size)
    try:
        with gzip.open(path, "rb") as file:
            while chunk := file.read(CHUNK):
                budget.spend(len(chunk))
    except DamagedFileError:
        return True
    except (OSError, EOFError, zlib.error):
        return False  # cut off or corrupt: reading it says so
    return False


class Budget:
    """How much a packed file may unpack to."""

    def __init__(self, packed: int) -> None:
        self._left = max(UNSUSPECTED, packed * LARGEST_RATIO)

    def spend(self, size: int) -> None:
        """Count what was unpacked.

        Raises
        ------
        DamagedFileError
            It is more than can be right.
        """
        self._left -= size
        if self._left < 0:
            raise DamagedFileError(BOMB.format(ratio=LARGEST_RATIO))


class _Counted(io.RawIOBase):
    """An unpacked stream that counts what is read."""

    def __init__(self, source: IO[bytes], budget: Budget) -> None:
        self._source, self._budget = source, budget

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._budget.spend(len(data))
        return data


def _tar(path: Path, budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rb") if packed else path.open("rb") as source:
        counted = _Counted(source, budget)  # type: ignore[arg-type]  # it reads bytes
        with tarfile.open(fileobj=counted, mode="r|") as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]  # else it remembers each header
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None:
                    yield member.name, content


def _zip(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir() and (info.external_attr >> 28) in (0, 0o10):
                with archive.open(info) as content:
                    yield info.filename, content


def _copy(source: IO[bytes], target: Path, budget: Budget | None) -> None:
    with target.open("wb") as out:
        while chunk := source.read(CHUNK):
            if budget is not None:
                budget.spend(len(chunk))
            out.write(chunk)


def _shown(name: str) -> str | None:
    """Give a member's name as reports show it; None for one that is no table."""
    clean = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\\", "/")
    parts = [re.sub(r"[\x00-\x1f\x7f]", "?", one) for one in clean.split("/")]
    parts = [one for one in parts if one not in ("", ".", "..")]
    if not parts or PurePosixPath(parts[-1]).suffix.lower() not in SUFFIXES:
        return None
    is_hidden = any(one.startswith((".", "~$", "__MACOSX")) for one in parts)
    return None if is_hidden and parts[-1] != ".mailmap" else "/".join(parts)
