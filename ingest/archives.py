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
CHUNK_SHOWN = 1 << 12  # bytes that show whether something packed begins
MOST_MEMBERS = 200_000
LARGEST_RATIO = 250  # unpacked to packed; text packs to a tenth or so
UNSUSPECTED = 1 << 28  # bytes that may be unpacked whatever the ratio
PACKED = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")  # how something packed begins
SUSPECT_RATIO = 100  # of the head of a packed file: look at all of it
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
    opened = _zip(path) if of_kind == "zip" else _tar(path)
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
            _copy(source, target)
            yield Member(shown, target)
    except (tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DamagedFileError(
            "the archive is cut off or corrupt: export or copy it again"
        ) from error
    except (NotImplementedError, RuntimeError) as error:  # as zipfile says it
        raise DamagedFileError(
            "the archive is encrypted or packed in an unusual way: unpack it yourself"
        ) from error


def is_suspect(path: Path) -> bool:
    """Whether a packed file may be a bomb.

    By its head, by the size that its last bytes claim, or because something packed begins inside
    it: of a file of several parts neither of the others says much.
    """
    unpack, unpacked, used = zlib.decompressobj(31), 0, 0
    with path.open("rb") as file:
        piece = file.read(CHUNK)
        while piece and unpacked < CHUNK:
            try:
                unpacked += len(unpack.decompress(piece, CHUNK - unpacked))
            except zlib.error:
                break
            used += len(piece) - len(unpack.unconsumed_tail)
            piece = unpack.unconsumed_tail or (b"" if unpack.eof else file.read(CHUNK))
        file.seek(max(0, path.stat().st_size - 4))
        claimed = int.from_bytes(file.read(4), "little")
    is_steep = unpacked > SUSPECT_RATIO * used or claimed > LARGEST_RATIO * path.stat().st_size
    return is_steep or _has_parts(path)


def _has_parts(path: Path) -> bool:
    """Whether a file looks as if it was packed in several parts, one after the other."""
    with path.open("rb") as file:
        held = file.read(1)[:0]  # the first part begins here
        while piece := file.read(CHUNK):
            text = held + piece
            if any(_unpacks(text[found.start() :]) for found in PACKED.finditer(text)):
                return True
            held = piece[-3:]
    return False


def _unpacks(piece: bytes) -> bool:
    """Whether something packed begins here: what only looks so breaks after a few bytes."""
    try:
        zlib.decompressobj(31).decompress(piece[:CHUNK_SHOWN], CHUNK)
    except zlib.error:
        return False
    return True


def is_bomb(path: Path) -> bool:
    """Whether a packed file unpacks to far more than it should; it is read until that shows."""
    try:
        with path.open("rb") as packed, gzip.open(packed, "rb") as file:
            counted = _Counted(file, packed)
            while counted.read(CHUNK):
                pass
    except DamagedFileError:
        return True
    except (OSError, EOFError, zlib.error):
        return False  # cut off or corrupt: reading it says so
    return False


class _Counted(io.RawIOBase):
    """An unpacked stream that stops where much comes out of little.

    What came out is held against what went in since the last look, every `UNSUSPECTED` bytes: a
    bomb shows there however large the file is and whatever it begins with.
    """

    def __init__(self, source: io.BufferedIOBase, packed: IO[bytes]) -> None:
        self._source, self._packed = source, packed
        self._out = self._seen = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._out += len(data)
        if self._out > UNSUSPECTED:
            spent = self._packed.tell() - self._seen
            if self._out > LARGEST_RATIO * spent:
                raise DamagedFileError(BOMB.format(ratio=LARGEST_RATIO))
            self._out, self._seen = 0, self._packed.tell()
        return data


def _tar(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        with gzip.open(file, "rb") if packed else path.open("rb") as source:
            counted = _Counted(source, file) if packed else source
            with tarfile.open(fileobj=counted, mode="r|") as archive:
                for member in archive:
                    archive.members = []  # type: ignore[attr-defined]  # it would keep each header
                    content = archive.extractfile(member) if member.isfile() else None
                    if content is not None:
                        yield member.name, content


def _zip(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        files = [
            info
            for info in archive.infolist()
            if not info.is_dir() and (info.external_attr >> 28) in (0, 0o10)
        ]
        # No more is unpacked than is claimed here. Members may lie over each other, so all of them
        # are held against the archive as it is as well, not only against what each says it takes.
        sizes = [(info.file_size, info.compress_size) for info in files]
        sizes.append((sum(size for size, _ in sizes), path.stat().st_size))
        if any(size > max(UNSUSPECTED, LARGEST_RATIO * packed) for size, packed in sizes):
            raise DamagedFileError(BOMB.format(ratio=LARGEST_RATIO))
        for info in files:
            with archive.open(info) as content:
                yield info.filename, content


def _copy(source: IO[bytes], target: Path) -> None:
    with target.open("wb") as out:
        while chunk := source.read(CHUNK):
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
