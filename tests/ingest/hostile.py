"""Files that exports should never be, made by code: name in an exports folder -> content.

Every file is made anew for each test; nothing here is random but by its seed.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Iterator

Files = Iterator[tuple[str, bytes]]
PAIR = {
    "mentorship_id": "H{at}",
    "model": "1:1",
    "mentor": "E1",
    "mentee": "E2",
    "start_date": "2021-03-01",
    "status": "active",
}
PULL = {
    "number": 1,
    "url": "https://github.com/a/b/pull/1",
    "author": {"login": "ada", "is_bot": False},
    "createdAt": "2024-01-01T00:00:00Z",
    "mergedAt": None,
    "reviews": [],
}
WRONG = [None, True, 1e308, -1, [], {}, [[1]], {"a": {"b": 1}}, "\x00", "𝕏" * 99, "=1+1", "9" * 400]
HEADER = ",".join(PAIR)
ROW = "H1,1:1,E1,E2,2021-03-01,active"
TABLE = f"{HEADER}\n{ROW}\nH2,1:1,E1,E2,2021-03-02,active\n"


def every() -> dict[str, bytes]:
    """Make all of them."""
    made: dict[str, bytes] = {}
    for part in (
        packed(),
        deep(),
        archives(),
        large(),
        wrong_types(),
        written_oddly(),
        tables(),
        json_texts(),
        values(),
        other_things(),
        noise(),
        names(),
    ):
        for name, content in part:
            assert name not in made, name
            made[name] = content
    return made


def packed() -> Files:
    whole = gzip.compress(TABLE.encode() * 200, mtime=0)
    for at in range(0, len(whole), max(1, len(whole) // 12)):
        yield f"mentorship/cut-{at:04}.csv.gz", whole[:at]
    yield "mentorship/flipped.csv.gz", whole[:20] + bytes([whole[20] ^ 255]) + whole[21:]
    yield "mentorship/twice-packed.csv.gz", gzip.compress(whole, mtime=0)
    yield "mentorship/trailing.csv.gz", whole + b"rubbish after the end"
    yield "git/bomb.json.gz", gzip.compress(b"[" + b" " * 300_000_000, 9, mtime=0)
    part = gzip.compress(b" " * 10_000_000, 9, mtime=0)
    pull = {"repo": "a/b", "number": 1, "author": "a", "created_at": "2024-01-01", "merged_at": ""}
    first = gzip.compress(b"[" + json.dumps(pull).encode() + b",", mtime=0)
    yield "git/bomb-of-parts.json.gz", first + part * 1000  # 10 GB
    yield "hris/bomb.csv.gz", gzip.compress(b"\0" * 300_000_000, 9, mtime=0)
    rows = TABLE.encode() * (300_000_000 // len(TABLE))
    yield "mentorship/bomb-rows.csv.gz", gzip.compress(rows, 9, mtime=0)


def deep() -> Files:
    for depth in (100, 5_000, 200_000):
        yield f"git/lists-{depth}.json", b"[" * depth + b"]" * depth
        yield f"git/objects-{depth}.json", b'{"a":' * depth + b"1" + b"}" * depth
        yield f"git/open-{depth}.json", b"[" * depth
        inner = "[" * depth + "]" * depth
        text = json.dumps([PULL])[:-2] + f', "reviews": {inner}}}]'
        yield f"git/inside-{depth}.json", text.encode()


def archives() -> Files:
    names = ("../../escaped.csv", "/etc/escaped.csv", "a/../../b.csv", "C:\\x.csv", "hris/\x00.csv")
    for at, name in enumerate(names):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(name.replace("\x00", "_"), TABLE)
        yield f"mentorship/path-{at}.zip", out.getvalue()
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            info = tarfile.TarInfo(name.replace("\x00", "_"))
            info.size = len(TABLE)
            tar.addfile(info, io.BytesIO(TABLE.encode()))
        yield f"mentorship/path-{at}.tar.gz", out.getvalue()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for kind, name in (
            (tarfile.SYMTYPE, "l.csv"),
            (tarfile.CHRTYPE, "d"),
            (tarfile.FIFOTYPE, "f"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    yield "git/links.tar.gz", out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"0" * 300_000_000)
    bomb = out.getvalue()
    yield "mentorship/bomb.zip", bomb
    yield "mentorship/cut.zip", bomb[: len(bomb) // 2]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        info = tarfile.TarInfo("inside.zip")
        info.size = len(bomb)
        tar.addfile(info, io.BytesIO(bomb))
    yield "mentorship/bomb-in-tar.tar.gz", out.getvalue()
    inner = bomb
    for _ in range(4):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("inner.zip", inner)
        inner = out.getvalue()
    yield "mentorship/nested.zip", inner


def large() -> Files:
    cell = "x" * 10_000_000
    yield "mentorship/long-cell.csv", f"{TABLE}{cell},1:1,E1,E2,2021-03-01,active\n".encode()
    yield "mentorship/long-quoted-cell.csv", f'{TABLE}"{cell}",1:1,E1,E2,2021-03-01,x\n'.encode()
    yield "git/long-text.json", json.dumps([{**PULL, "title": cell}]).encode()
    yield "git/long-key.json", json.dumps([{**PULL, cell[:1_000_000]: 1}]).encode()
    yield "mentorship/long-header.csv", (HEADER + "," + cell[:1_000_000] + "\n").encode()
    wide = ",".join(f"c{at}" for at in range(20_000))
    yield "mentorship/wide.csv", f"{HEADER},{wide}\n{ROW}\n".encode()
    yield "mentorship/one-line.csv", b"a" * 5_000_000
    yield "mentorship/commas.csv", b"," * 1_000_000
    yield "mentorship/quotes.csv", b'"' * 1_000_001
    yield "mentorship/blank-lines.csv", HEADER.encode() + b"\n" * 1_000_000


def wrong_types() -> Files:
    for at, value in enumerate(WRONG):
        pulls = [{**PULL, key: value, "number": 1000 + at} for key in PULL if key != "number"]
        yield f"git/wrong-{at:02}.json", json.dumps([PULL, *pulls]).encode()
        pairs = [{**PAIR, key: value} for key in PAIR]
        yield f"mentorship/wrong-{at:02}.json", json.dumps(pairs).encode()
    for at, text in enumerate(
        ("null", "1", '"text"', "[]", "{}", "[null]", "[[]]", "[1, 2]", "true")
    ):
        yield f"incidents/scalar-{at}.json", text.encode()


def written_oddly() -> Files:
    for code in (
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "latin-1",
        "cp1252",
        "utf-7",
    ):
        yield f"mentorship/{code}.csv", TABLE.replace("active", "aktiv").encode(code)
        yield f"mentorship/{code}.json", json.dumps([PAIR]).encode(code)
    for at, end in enumerate(("\r\n", "\r", "\n\r", "\u2028", "\x85", "\x0b")):
        lines = TABLE.splitlines()
        yield f"mentorship/ends-{at}.csv", (lines[0] + "\n" + end.join(lines[1:])).encode()
    yield "mentorship/bad-bytes.csv", TABLE.encode() + b"\xff\xfe\x80,1:1,E1,E2,2021-03-01,x\n"
    yield "mentorship/null-bytes.csv", TABLE.replace("E1", "E\x001").encode()
    yield (
        "git/surrogates.json",
        b'[{"number": 1, "url": "\\ud800", "author": {"login": "\\udfff"}}]',
    )


def tables() -> Files:
    odd = {
        "ragged-short": f"{HEADER}\nH1,1:1\n{ROW}\n",
        "ragged-long": f"{HEADER}\n{ROW},more,and more\n{ROW}\n",
        "duplicate-header": f"{HEADER},mentor,mentor\n{ROW},a,b\n",
        "header-only": HEADER + "\n",
        "header-twice": f"{HEADER}\n{HEADER}\n{ROW}\n",
        "no-header": ROW + "\n",
        "blank-header": ",,,,,\n" + ROW + "\n",
        "unclosed": f'{HEADER}\n"H1,1:1,E1,E2,2021-03-01,active\n{ROW}\n{ROW}\n',
        "quote-inside": f'{HEADER}\nH"1,1:1,E"1",E2,2021-03-01,"act"ive"\n{ROW}\n',
        "other-quotes": f"{HEADER}\n'H1','1:1','E1','E2','2021-03-01','active'\n",
        "lines-in-cells": f'{HEADER}\n"H\n\n1",1:1,E1,E2,2021-03-01,"act\r\nive"\n{ROW}\n',
        "two-delimiters": f"{HEADER}\nH1;1:1;E1;E2;2021-03-01;active\n{ROW}\n",
        "backslashes": f'{HEADER}\n"H\\"1",1:1,E1\\,E2,2021-03-01,active\n',
        "comment-first": f"# export of today\n{TABLE}",
        "separator-first": f"sep=,\n{TABLE}",
        "sql-header": HEADER.replace("model", '"model\'; drop table raw.loads; --"') + f"\n{ROW}\n",
        "own-names": f"{HEADER},c0,c1,_overflow,_row,r,r.c0,asked\n{ROW},1,2,3,4,5,6,7\n",
        "formula": f"{HEADER}\n=cmd|'/c calc'!A0,+1:1,@E1,-E2,2021-03-01,\tactive\n",
    }
    for name, text in odd.items():
        yield f"mentorship/{name}.csv", text.encode()


def json_texts() -> Files:
    pull = json.dumps(PULL)
    odd = {
        "trailing-comma": f"[{pull},]",
        "no-comma": f"[{pull} {pull}]",
        "comments": f"[ // all\n{pull} /* end */]",
        "single-quotes": f"[{pull}]".replace('"', "'"),
        "duplicate-keys": f'[{pull[:-1]}, "number": 2, "number": 3}}]',
        "not-a-number": f"[{pull}]".replace("null", "NaN"),
        "infinity": f"[{pull}]".replace("null", "-Infinity"),
        "huge-number": f"[{pull}]".replace('"number": 1', '"number": ' + "9" * 5000),
        "exponent": f"[{pull}]".replace('"number": 1', '"number": 1e999'),
        "cut": f"[{pull},{pull}"[:-9],
        "cut-in-string": f"[{pull},{pull}"[:-200],
        "closed-twice": f"[{pull}]]]]",
        "pages": f"[{pull}][{pull}]",
        "mixed-lines": f'{pull}\nnot json\n{{"x": \n{pull}\n[]\n{pull}\n',
        "keys-of-nothing": '[{"": 1, " ": 2, "\\u0000": 3}]',
        "wrapped-in-itself": f'{{"data": {{"data": {{"data": [{pull}]}}}}}}',
        "many-wrappers": f'{{"data": [{pull}], "items": [{pull}], "values": [{pull}]}}',
        "error-page": '{"message": "Bad credentials", "status": "401"}',
    }
    for name, text in odd.items():
        yield f"git/{name}.json", text.encode()


def values() -> Files:
    days = (
        *("0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01", "2021-02-30", "2021-13-01"),
        *(
            "-1",
            "1e400",
            "31/02/2021",
            "tomorrow",
            "2021-03-01T25:61:00Z",
            "2021-03-01T00:00+99:99",
        ),
    )
    for at, day in enumerate(days):
        yield f"mentorship/day-{at:02}.csv", TABLE.replace("2021-03-01", day).encode()
    persons = ("", " ", "\u202eE1", "E1;E2;" * 999, "<script>", "'; --", "a@b@c@d", "@" * 99, "%00")
    for at, text in enumerate(persons):
        row = json.dumps([{"Mentor": text, "Mentee": text, "Start": "2021-03-01"}])
        yield f"mentorship/person-{at}.json", row.encode()


def other_things() -> Files:
    page = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
    things = {
        "empty": b"",
        "blank": b" \n\t\r\n",
        "bom-only": b"\xef\xbb\xbf",
        "zeros": b"\0" * 4096,
        "page": page,
        "pdf": b"%PDF-1.7\n" + bytes(range(256)),
        "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "sqlite": b"SQLite format 3\0" + bytes(4096),
        "workbook": b"PK\x03\x04" + bytes(64),
        "old-workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
        "parquet-magic": b"PAR1" + bytes(64) + b"PAR1",
        "gzip-magic": b"\x1f\x8b",
        "json-as": json.dumps([PAIR]).encode(),
        "table-as": TABLE.encode(),
    }
    for name, content in things.items():
        for ending in ("csv", "json"):
            yield f"hris/{name}.{ending}", content


def noise() -> Files:
    chance = random.Random(20260101)  # noqa: S311 (damage, not secrets)
    for at in range(12):
        yield f"incidents/noise-{at:02}.csv", chance.randbytes(20_000)
    for at in range(12):
        content = bytearray(TABLE.encode() * 20)
        for _ in range(40):
            content[chance.randrange(len(content))] = chance.randrange(256)
        yield f"incidents/damaged-{at:02}.csv", bytes(content)
        content = bytearray(json.dumps([PULL] * 20).encode())
        for _ in range(20):
            content[chance.randrange(len(content))] = chance.randrange(256)
        yield f"incidents/damaged-{at:02}.json", bytes(content)


def names() -> Files:
    for name in (
        "[a-z]*?.csv",
        "x=1/y=2.csv",
        "quote'\".csv",
        "-rf.csv",
        "ünï😀.csv",
        "line\nend.csv",
    ):
        yield f"mentorship/{name}", TABLE.encode()
