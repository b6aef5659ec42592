"""Exports that lie elsewhere (s3, gs, abfs, sftp, https, …), brought into a private cache.

Each file is kept by its content, and the folder that a run reads is put together of whole files
only. A transfer that is cut off leaves its beginning aside, and the next one goes on from there.
Who may read the exports is settled by each library's usual environment; nothing of it passes here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import fsspec

from ingest.file_names import kept
from pipeline.errors import BadInputError, PipelineError
from pipeline.settings import SETTINGS_NAME

FOLDERS = ("hris", "git", "incidents", "mentorship")
CHUNK = 8 << 20
TRIES = 3
TOGETHER = 8  # files at a time
VERSION_KEYS = (
    *("ETag", "etag", "md5", "content_md5", "Content-MD5", "Digest", "versionId", "generation"),
)
TIME_KEYS = ("LastModified", "last_modified", "Last-Modified", "mtime", "updated", "modified")
WEB = ("http://", "https://")
SHELL = ("sftp://", "ssh://")
WAIT_SECONDS = 30.0  # for a server to answer at all
SECRET = re.compile(r"(?<=://)([^/@:]*):[^/@]*@|\?.*$")  # a password or a signed query


class TransferError(PipelineError):
    """A file could not be brought here whole."""

    reason = "the exports could not be fetched"


@dataclass(frozen=True)
class RemoteFile:
    """One file of the exports: where it lies, where it belongs, its size, and what it is known by.

    Attributes
    ----------
    version
        Hash of size, time and tag; empty where the address tells nothing that changes with content.
    """

    path: str
    name: str
    size: int | None
    version: str
    modified_at: float | None


def cached(address: str, cache: Path) -> Path:
    """Name the folder that the exports of an address are read from."""
    return _home(address, cache) / "exports"


def fetch(address: str, cache: Path) -> Path:
    """Bring the exports of an address here and give the folder to read.

    Parameters
    ----------
    address
        `s3://bucket/exports`, `sftp://host/exports` and so on.
    cache
        The private cache; made when missing.

    Raises
    ------
    BadInputError
        There is no such address, or nothing of the four folders is there.
    TransferError
        A file did not come whole; the next run goes on from where this one stopped.
    """
    home = _home(address, cache)
    for folder in (cache, home, home / "objects", home / "partial"):
        _private(folder)
    system, root = _open(address)
    found = _list(system, root, address)
    index = _read_index(home)
    # One session over SSH is one conversation: several at once would read each other's answers.
    with ThreadPoolExecutor(1 if address.startswith(SHELL) else TOGETHER) as pool:
        hashes = list(pool.map(lambda one: _content(system, one, home, index), found))
    _put_together(home, dict(zip(found, hashes, strict=True)))
    kept = {one.name: [one.version, content] for one, content in zip(found, hashes, strict=True)}
    _write_index(home, kept)
    _remove_old(home, set(hashes))
    return home / "exports"


def _private(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def _home(address: str, cache: Path) -> Path:
    return cache / hashlib.sha256(address.rstrip("/").encode()).hexdigest()[:16]


def _open(address: str) -> tuple[fsspec.AbstractFileSystem, str]:
    options: dict[str, Any] = {}
    if address.startswith(SHELL):
        from pipeline.known_hosts import KnownHosts  # its library takes a while to import

        options = {"host_key_policy": KnownHosts(), "timeout": WAIT_SECONDS}
    try:
        system, root = fsspec.core.url_to_fs(address, **options)
        if address.startswith(SHELL):
            system.ftp.get_channel().settimeout(WAIT_SECONDS)  # a dead line is an error
    except (ValueError, ImportError) as error:
        raise BadInputError(f"EXPORTS={_shown(address)}: {_said(error)}") from error
    except Exception as error:  # each library has errors of its own
        raise TransferError(
            f"EXPORTS={_shown(address)}: cannot be reached ({_said(error)})."
        ) from error
    system.invalidate_cache()
    return system, str(root)


def _shown(address: str) -> str:
    """Write an address without the secrets in it."""
    return SECRET.sub(lambda found: f"{found[1]}:…@" if found[1] is not None else "", address)


def _list(system: fsspec.AbstractFileSystem, root: str, address: str) -> list[RemoteFile]:
    """List what lies in the four folders, and the settings file."""
    is_web = address.startswith(WEB)
    start = root.rstrip("/") + "/"
    try:
        listed: Mapping[str, dict[str, Any]] = system.find(start if is_web else root, detail=True)
        found = []
        # Azure gives a mere list where the address is that of a file.
        for path, info in sorted(listed.items() if isinstance(listed, Mapping) else ()):
            name = _name_inside(str(path), start, is_web=is_web)
            if name is None:
                continue
            told = {**info, **system.info(path)} if info.get("size") is None else info
            found.append(_file(str(path), name, told))
    except Exception as error:  # each library has errors of its own
        raise TransferError(
            f"EXPORTS={_shown(address)}: cannot be listed ({_said(error)})."
        ) from error
    if not found:
        listing = " (a web server must list its folders)" if is_web else ""
        raise BadInputError(
            f"EXPORTS={_shown(address)}: there is nothing in hris/, git/, incidents/ or "
            f"mentorship/ there{listing}."
        )
    return found


def _name_inside(path: str, start: str, *, is_web: bool) -> str | None:
    """Name a file inside the exports; None for what is none of them.

    A page that lists a folder links to more than its files: to itself in other orders, and upwards.
    """
    if not path.startswith(start) or (is_web and ("?" in path or path.endswith("/"))):
        return None
    text = path.removeprefix(start)
    inside = PurePosixPath(unquote(text) if is_web else text)
    parts = inside.parts
    if not parts or ".." in parts or "\0" in str(inside) or inside.is_absolute():
        return None
    wanted = (parts[0] in FOLDERS and len(parts) > 1) or str(inside) == SETTINGS_NAME
    return str(inside) if wanted else None


def _file(path: str, name: str, info: Mapping[str, Any]) -> RemoteFile:
    marks = [str(info[key]) for key in (*VERSION_KEYS, *TIME_KEYS) if info.get(key)]
    size = info.get("size")
    text = "|".join([path, str(size), *marks])
    version = hashlib.sha256(text.encode()).hexdigest()[:32] if marks else ""
    when = next((info[key] for key in TIME_KEYS if info.get(key)), None)
    return RemoteFile(path, name, size, version, _moment(when))


def _moment(when: object) -> float | None:
    """Read a time as libraries give it: a moment, seconds since 1970, or the words of a header."""
    if isinstance(when, datetime):
        return when.timestamp()
    if isinstance(when, str):
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                return read(when).timestamp()
            except ValueError:
                continue
    return float(when) if isinstance(when, int | float) else None


def _content(
    system: fsspec.AbstractFileSystem, one: RemoteFile, home: Path, index: Mapping[str, Any]
) -> str:
    """Give the hash of a file's content, once it is here."""
    version, content = index.get(one.name, ("", ""))
    if one.version and version == one.version and (home / "objects" / content).is_file():
        return str(content)
    label = one.version or hashlib.sha256(one.path.encode()).hexdigest()[:32]
    partial = home / "partial" / label
    if not one.version:
        partial.unlink(missing_ok=True)  # what began may be of another content
    for attempt in range(TRIES):
        try:
            _go_on(system, one, partial)
            break
        except Exception as error:  # each library has errors of its own
            if attempt + 1 == TRIES:
                raise TransferError(
                    f"{_cut_off(one.name, error)}; run again, and it goes on from there."
                ) from error
    with partial.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    partial.replace(home / "objects" / content)
    return content


def _cut_off(name: str, error: Exception) -> str:
    """Say which file was cut off and why; by its name where only a terminal shows it."""
    in_clear = sys.stderr.isatty()
    said = _said(error) if in_clear else type(error).__name__  # it may quote the address
    return f"{name if in_clear else kept(name)}: the transfer was cut off ({said})"


def _go_on(system: fsspec.AbstractFileSystem, one: RemoteFile, partial: Path) -> None:
    """Bring what is still missing of a file.

    Raises
    ------
    OSError
        It came shorter or longer than it was listed.
    """
    partial.touch(mode=0o600)
    if one.size is None:
        partial.write_bytes(system.cat_file(one.path))
        return
    have = partial.stat().st_size
    if have > one.size:
        have = 0
    with partial.open("ab" if have else "wb") as out:
        while have < one.size:
            piece = system.cat_file(one.path, start=have, end=min(have + CHUNK, one.size))
            if have and len(piece) == one.size:  # a server that knows no ranges sends all of it
                piece = piece[have:]
            if not piece or have + len(piece) > one.size:
                raise OSError("it is not as long as it was listed")
            out.write(piece)
            out.flush()
            have += len(piece)


def _put_together(home: Path, contents: Mapping[RemoteFile, str]) -> None:
    """Make the folder anew out of whole files, and put it in place of the old one."""
    fresh = home / f"exports.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    for one, content in contents.items():
        target = fresh / one.name
        for parent in reversed(target.relative_to(home).parents):
            _private(home / parent)
        shutil.copyfile(home / "objects" / content, target)
        target.chmod(0o600)
        if one.modified_at is not None:
            os.utime(target, (one.modified_at, one.modified_at))
    shutil.rmtree(home / "exports", ignore_errors=True)
    fresh.rename(home / "exports")


def _remove_old(home: Path, kept: set[str]) -> None:
    for path in (home / "objects").iterdir():
        if path.name not in kept:
            path.unlink()


def _read_index(home: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((home / "index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _write_index(home: Path, index: Mapping[str, Any]) -> None:
    aside = home / f"index.json.{os.getpid()}"
    aside.touch(mode=0o600)
    aside.write_text(json.dumps(index), encoding="utf-8")
    aside.replace(home / "index.json")


def _said(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
