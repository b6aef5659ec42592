"""Files as they lie in the exports folder: found, hashed, looked into, made readable.

A look reads only the head of a file. What DuckDB cannot read as it stands (UTF-16, latin-1, mixed
line ends, an unclosed quote, pages of JSON one after the other) is copied, corrected, into a
private folder that is removed after the load.
"""

from __future__ import annotations

import codecs
import csv
import functools
import gzip
import hashlib
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ingest import json_head
from ingest.errors import DamagedFileError

FOLDERS = ("hris", "git", "incidents", "mentorship")
MAILMAP = ".mailmap"
Format = Literal["csv", "json", "parquet", "other"]
HEAD_BYTES = 1 << 20
LONGEST_HEAD = 1 << 25  # a first record may be larger than a head
CHUNK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
FALLBACK = "mentorship-latin-1"  # error handler: bytes that are no UTF-8 are taken for latin-1


@dataclass(frozen=True)
class Peek:
    """What a look at the head of a file shows.

    Attributes
    ----------
    path, name
        Where it lies, and its path inside the exports folder.
    folder
        The folder of the four it lies in: a hint, not a rule.
    size, modified_at
        Bytes; time of the last change, UTC.
    format, gzipped, encoding, delimiter
        How it is written. `encoding` is `utf-8` where the head does not say otherwise.
    begins_with_blanks
        CSV: whether there are empty lines before the header.
    columns
        Names in the header (CSV), or the keys of the first records (JSON, in order of appearance).
    records
        The first records of a JSON file.
    layout
        JSON: `array`, `lines` (one value a line), or `other`.
    steps, envelope
        JSON: where the records lie in each value (`ingest.json_head`), and what stands beside
        them on the way.
    stream
        The records' stream, where the file is a log of several.
    has_more_pages
        JSON: whether several lists or objects stand in a row.
    is_log
        JSON: whether it is a log of records, each of a stream of its own.
    note
        Why the file cannot be read, when `format` is `other` or nothing is in it.
    """

    path: Path
    name: str
    folder: str
    size: int
    modified_at: datetime
    format: Format
    gzipped: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    begins_with_blanks: bool = False
    columns: tuple[str, ...] = ()
    records: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    layout: json_head.Layout = "other"
    steps: json_head.Steps = ()
    envelope: dict[str, Any] = field(default_factory=dict, repr=False)
    stream: str | None = None
    has_more_pages: bool = False
    is_log: bool = False
    note: str | None = None


Groups = tuple[tuple[Peek, ...], ...]


def find(exports: Path) -> list[Path]:
    """List the files under the four folders, by path; hidden ones are none but `.mailmap`."""
    found: list[Path] = []
    for folder in FOLDERS:
        for path in sorted((exports / folder).rglob("*")):
            parts = path.relative_to(exports).parts
            named = parts[:-1] if path.name == MAILMAP else parts
            hidden = any(part.startswith((".", "~$")) for part in named)
            if path.is_file() and not hidden:
                found.append(path)
    return found


def name_inside(path: Path, exports: Path) -> str:
    """Give the path of a file inside the exports folder, as text whatever its bytes."""
    name = path.relative_to(exports).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, first 32 hex characters."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def hash_of_told(file_id: str, told: str | None) -> str:
    """Hash of a file's content and, where it counts, of what its name tells: a day, a place."""
    return hashlib.sha256(f"{file_id} {told}".encode()).hexdigest()[:32] if told else file_id


def peek(path: Path, exports: Path) -> Peek:
    """Look into the head of a file, and take it as is likeliest.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    return looks(path, name_inside(path, exports))[0][0]


def looks(path: Path, name: str, modified_at: datetime | None = None) -> Groups:
    """Look into the head of a file.

    Parameters
    ----------
    name
        Its path inside the exports folder.
    modified_at
        Time of the last change, where the file's own does not say it.

    Returns
    -------
    tuple of tuples
        Groups of ways to take it, the likeliest group first; the looks of one group hold
        together (several lists in one object).

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    status = path.stat()
    look = functools.partial(
        Peek,
        path,
        name,
        name.split("/", maxsplit=1)[0],
        status.st_size,
        modified_at or datetime.fromtimestamp(status.st_mtime, UTC),
    )
    head, gzipped, whole = read_head(path, HEAD_BYTES)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return ((look("other", gzipped=gzipped, note="it is empty"),),)
    foreign = _foreign(head)
    if foreign:
        return ((look("other", gzipped=gzipped, note=foreign),),)
    if head.startswith(b"PAR1"):
        return ((_look_at_parquet(look, path, gzipped=gzipped),),)
    encoding = _encoding(head)
    text = _decode(head, encoding)
    look = functools.partial(look, gzipped=gzipped, encoding=encoding)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{"):
        return _look_at_json(look, path, text, encoding, whole=whole)
    delimiter, columns = _header(text)
    table = look(
        "csv",
        delimiter=delimiter,
        begins_with_blanks=text[:1] in ("\r", "\n"),
        columns=columns,
    )
    return ((table,),)


def open_bytes(path: Path, *, gzipped: bool) -> BinaryIO:
    """Open a file for reading, unpacked."""
    return gzip.open(path, "rb") if gzipped else path.open("rb")  # type: ignore[return-value]


def read_head(path: Path, limit: int) -> tuple[bytes, bool, bool]:
    """Read the first bytes, unpacked: (bytes, is it gzipped, is that all)."""
    with path.open("rb") as file:
        start = file.read(limit)
        if not start.startswith(b"\x1f\x8b"):
            return start, False, len(start) < limit
        unpack, out = zlib.decompressobj(31), bytearray()
        while start and len(out) < limit:
            try:
                out += unpack.decompress(start, limit - len(out))
            except zlib.error:
                break  # a damaged file is read as far as it goes; loading it says where it breaks
            start = unpack.unconsumed_tail or unpack.unused_data or file.read(CHUNK)
            if unpack.eof:  # packed in several parts, one after the other
                unpack = zlib.decompressobj(31)
        return bytes(out), True, len(out) < limit


def _look_at_parquet(look: functools.partial[Peek], path: Path, *, gzipped: bool) -> Peek:
    import pyarrow.parquet  # only where there is a parquet file: the import takes a while

    try:
        with open_bytes(path, gzipped=gzipped) as file:
            names = pyarrow.parquet.ParquetFile(file).schema_arrow.names
    except (pyarrow.ArrowException, OSError, EOFError, zlib.error):
        return look("other", gzipped=gzipped, note="it is a parquet file that cannot be read")
    return look("parquet", gzipped=gzipped, columns=tuple(names))


def _look_at_json(
    look: functools.partial[Peek], path: Path, text: str, encoding: str, *, whole: bool
) -> Groups:
    head = json_head.read(text)
    limit = HEAD_BYTES
    while not whole and limit < LONGEST_HEAD and not _shows_a_record(head):
        limit *= 4
        raw, _, whole = read_head(path, limit)
        head = json_head.read(_decode(raw, encoding))
    seen = functools.partial(
        look, "json", layout=head.layout, has_more_pages=head.has_more_pages, is_log=head.is_log
    )
    groups = head.groups or ((head.first,),)
    return tuple(tuple(_as_read(seen, head, one) for one in group) for group in groups)


def _shows_a_record(head: json_head.Head) -> bool:
    """Whether a whole record was read; one that stands alone may be cut off."""
    return bool(head.first.records) and not head.is_cut_off


def _as_read(
    seen: functools.partial[Peek], head: json_head.Head, reading: json_head.Reading
) -> Peek:
    keys = dict.fromkeys(key for record in reading.records for key in record)
    is_empty = reading.is_empty_list or (head.is_empty_list and not head.groups)
    return seen(
        columns=tuple(keys),
        records=reading.records,
        steps=reading.steps,
        envelope=reading.envelope,
        note=None if keys or is_empty else "no record could be read from it",
    )


def _foreign(head: bytes) -> str | None:
    """Say what a file is that holds no table."""
    if head.startswith(b"PK\x03\x04"):
        return "it is a zip archive or an Excel workbook: unpack it, or save the sheet as CSV"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "it is an old Excel workbook: save the sheet as CSV"
    if head.startswith(
        (b"%PDF", b"SQLite format 3", b"\x89PNG", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd")
    ):
        return "it is no text: export the table as CSV, JSON or parquet"
    return None


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    pairs = min(len(head), 4096) // 2
    if head[: 2 * pairs : 2].count(0) > pairs // 3:
        return "utf-16-be"
    if head[1 : 2 * pairs : 2].count(0) > pairs // 3:
        return "utf-16-le"
    return "utf-8"


def _decode(head: bytes, encoding: str) -> str:
    """Decode a head that may end inside a character."""
    errors = FALLBACK if encoding == "utf-8" else "replace"
    return codecs.getincrementaldecoder(encoding)(errors).decode(head).removeprefix("\ufeff")


def _header(text: str) -> tuple[str, tuple[str, ...]]:
    """Split the header by the delimiter that gives it most columns."""
    best: tuple[str, tuple[str, ...]] = (",", ())
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        try:
            row = next((row for row in reader if any(cell.strip() for cell in row)), [])
        except csv.Error:
            continue
        if len(row) > len(best[1]):
            best = (delimiter, tuple(cell.strip() for cell in row))
    return best


def _take_for_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(FALLBACK, _take_for_latin_1)


@dataclass(frozen=True)
class Survey:
    """What a pass over the text of a CSV file counts.

    Attributes
    ----------
    is_utf8
        Whether every byte is UTF-8.
    quotes, nulls
        Number of `"` and of null bytes.
    ends
        Line ends: `\\r\\n`, `\\n`, `\\r` -> how many.
    """

    is_utf8: bool
    quotes: int
    nulls: int
    ends: Counter[str]

    @property
    def is_foreign(self) -> bool:
        """Whether there are bytes that no text in UTF-8 has."""
        return not self.is_utf8 or bool(self.nulls)

    @property
    def has_mixed_ends(self) -> bool:
        """Whether lines end in more than one way."""
        return sum(1 for count in self.ends.values() if count) > 1


def survey(path: Path, *, gzipped: bool) -> Survey:
    """Count what decides how a CSV file is read.

    Raises
    ------
    DamagedFileError
        The file ends too early.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, quotes, nulls, carried = True, 0, 0, b""
    ends: Counter[str] = Counter()
    for chunk in chunks(path, gzipped=gzipped):
        quotes += chunk.count(b'"')
        nulls += chunk.count(b"\0")
        both = carried + chunk
        carried = b"\r" if both.endswith(b"\r") else b""
        counted = both[: len(both) - len(carried)]
        pairs = counted.count(b"\r\n")
        ends.update(
            {"\r\n": pairs, "\n": counted.count(b"\n") - pairs, "\r": counted.count(b"\r") - pairs}
        )
        if is_utf8:
            is_utf8 = _decodes(decoder, chunk)
    ends["\r"] += len(carried)
    return Survey(is_utf8 and _decodes(decoder, b"", final=True), quotes, nulls, ends)


def chunks(path: Path, *, gzipped: bool) -> Iterator[bytes]:
    """Read a file, unpacked, piece by piece.

    Raises
    ------
    DamagedFileError
        The packed file ends too early or is corrupt.
    """
    try:
        with open_bytes(path, gzipped=gzipped) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DamagedFileError(
            "the packed file is cut off or corrupt: export or copy it again"
        ) from error


def text_chunks(path: Path, *, gzipped: bool, encoding: str) -> Iterator[str]:
    """Read a file as text, whatever bytes it holds, without null characters."""
    errors = FALLBACK if encoding == "utf-8" else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for chunk in chunks(path, gzipped=gzipped):
        yield decoder.decode(chunk).replace("\0", "")
    yield decoder.decode(b"", final=True).replace("\0", "")


def copy_text(look: Peek, target: Path) -> None:
    """Write a file's text anew: UTF-8, `\\n` line ends, no null characters, no empty first line."""
    held, begun = "", False
    with target.open("w", encoding="utf-8", newline="") as out:
        for text in text_chunks(look.path, gzipped=look.gzipped, encoding=look.encoding):
            text = held + text
            held = "\r" if text.endswith("\r") else ""
            text = text[: len(text) - len(held)]
            text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
            text = text if begun else text.lstrip("\n")
            begun = begun or bool(text)
            out.write(text)
        out.write("\n" if held else "")


def copy_records(look: Peek, target: Path, keys: Mapping[str, str] | None = None) -> int:
    """Write a JSON file anew, one record a line; a record that is no JSON becomes an empty line.

    Parameters
    ----------
    keys
        Key in lower case -> how it is to be written, for keys that differ in nothing else.

    Returns
    -------
    int
        Number of lines written.

    Raises
    ------
    DamagedFileError
        The file ends in the middle of a record.
    """
    written = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for line in record_lines(look):
            out.write(_folded(line, keys) if keys else line)
            written += 1
    return written


def _folded(line: str, keys: Mapping[str, str]) -> str:
    """Write the keys of a record alike; of two that then are the same, what says something."""
    try:
        record = json_head.DECODER.decode(line)
    except (ValueError, RecursionError):
        return line
    found: dict[str, Any] = {}
    for key, value in record.items() if isinstance(record, dict) else ():
        written = keys.get(key.lower(), key)
        if found.get(written) in (None, ""):
            found[written] = value
    return json.dumps(found) + "\n" if found else line


def record_lines(look: Peek) -> Iterator[str]:
    """Give the records of a JSON file, a line each; `null` for one that is no JSON.

    Raises
    ------
    DamagedFileError
        The file ends in the middle of a record.
    """
    texts = text_chunks(look.path, gzipped=look.gzipped, encoding=look.encoding)
    for record in json_head.split(texts, look.steps, look.stream):
        if "\n" in record or "\r" in record:
            record = re.sub(r"[\r\n]+", " ", record)
        yield (record or "null") + "\n"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
