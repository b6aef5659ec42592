"""Files that come out the same byte for byte whenever they are written."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from synthetic.people import Calendar, Ints

#: How systems write a day that never comes.
SENTINEL = "9999-12-31"
DAY_SECONDS = 86_400


@contextmanager
def gzipped(path: Path) -> Iterator[gzip.GzipFile]:
    """Open a gzip file for writing whose header carries neither time nor name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as packed,
    ):
        yield packed


def write_table(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    delimiter: str = ",",
) -> int:
    """Write a table as text, gzipped if the path says so, and return how many rows it has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with ExitStack() as stack:
        if path.suffix == ".gz":
            packed = cast(IO[bytes], stack.enter_context(gzipped(path)))
            file: IO[str] = stack.enter_context(
                io.TextIOWrapper(packed, encoding="utf-8", newline="")
            )
        else:
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def stamps(calendar: Calendar, seconds: Ints) -> NDArray[np.str_]:
    """Moments as ISO 8601 in UTC.

    Parameters
    ----------
    seconds
        Since midnight of the calendar's first day.
    """
    moments = np.datetime64(calendar.start, "s") + seconds.astype("timedelta64[s]")
    text: NDArray[np.str_] = np.datetime_as_string(moments, timezone="UTC", unit="s")
    return text


def local_stamps(calendar: Calendar, seconds: Ints, offset_hours: Ints) -> list[str]:
    """Moments as ISO 8601 with an offset, the same moments as in `stamps`."""
    moved = stamps(calendar, seconds + 3600 * offset_hours)
    return [
        f"{text[:-1]}{offset:+03d}:00"
        for text, offset in zip(moved.tolist(), offset_hours.tolist(), strict=True)
    ]


def dates(calendar: Calendar, day: Ints) -> list[str]:
    """Day numbers as ISO dates; empty for `NEVER`."""
    text = np.datetime_as_string(calendar.dates(day), unit="D").tolist()
    return ["" if entry == "NaT" else entry for entry in text]
