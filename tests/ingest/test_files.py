"""Files are seen as what they are, and corrected copies lose nothing."""

import gzip

import pytest

from ingest import files
from ingest.errors import DamagedFileError

HEADER = "employee_id,email,hire_date\n"


def look(exports, name, content):
    return files.peek(exports.write(name, content), exports.path)


@pytest.mark.parametrize(
    ("content", "delimiter", "columns"),
    [
        ("a,b\n1,2\n", ",", ("a", "b")),
        ("a;b;c\n1;2;3\n", ";", ("a", "b", "c")),
        ("a\tb\n", "\t", ("a", "b")),
        ('"a b","c,d"\n', ",", ("a b", "c,d")),
        ("\ufeffa,b\n", ",", ("a", "b")),
        ("\n\n a , b \n", ",", ("a", "b")),
        ("a\n1\n", ",", ("a",)),
        ("a,b,,b\n", ",", ("a", "b", "", "b")),
    ],
)
def test_the_header_and_delimiter_of_a_table_are_seen(exports, content, delimiter, columns):
    seen = look(exports, "hris/x", content)
    assert (seen.format, seen.delimiter, seen.columns) == ("csv", delimiter, columns)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1"])
def test_a_header_is_read_in_any_usual_encoding(exports, encoding):
    seen = look(exports, "hris/x.csv", "employee_id,Größe\n1,ä\n".encode(encoding))
    assert seen.columns == ("employee_id", "Größe")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"%PDF-1.7", "no text"),
        (b"{}", "no record"),
        (b"[1, 2]", "no record"),
        (b"PAR1 but no parquet", "cannot be read"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_what_holds_no_table_is_named(exports, content, words, suffix):
    seen = look(exports, f"hris/x{suffix}", content)
    assert seen.format in ("other", "json")
    assert words in seen.note


def test_an_empty_list_is_a_file_with_no_rows_rather_than_no_file(exports):
    assert look(exports, "hris/x.json", "[]").note is None


def test_content_decides_and_not_the_name(exports):
    assert look(exports, "hris/x.csv", '[{"a": 1}]').format == "json"
    packed = exports.write("hris/y.csv", gzip.compress(b"a,b\n1,2\n"))
    assert files.peek(packed, exports.path).gzipped


def test_a_long_first_record_is_read_beyond_the_head(exports):
    long = "x" * (files.HEAD_BYTES * 2)
    seen = look(exports, "git/x.json", '[{"body": "' + long + '", "number": 1}]')
    assert seen.columns == ("body", "number")


def test_hidden_files_are_no_exports(exports):
    for name in (".DS_Store", "~$employees.xlsx", ".cache/employees.csv"):
        exports.write(f"hris/{name}", HEADER)
    found = [path.name for path in files.find(exports.path)]
    assert found == ["employees.csv", "mentorships.csv"]


@pytest.mark.parametrize("gzipped", [False, True])
def test_a_survey_counts_what_decides_how_a_table_is_read(exports, gzipped):
    content = b'a,"b"\r\n1,2\n3,\xe9\r4,\0\r\n'
    path = exports.write("hris/x.csv.gz" if gzipped else "hris/x.csv", content)
    seen = files.survey(path, gzipped=gzipped)
    assert (seen.is_utf8, seen.quotes, seen.nulls) == (False, 2, 1)
    assert dict(seen.ends) == {"\r\n": 2, "\n": 1, "\r": 1}
    assert seen.is_foreign
    assert seen.has_mixed_ends


def test_a_survey_is_not_misled_by_the_edges_of_its_pieces(exports, monkeypatch):
    monkeypatch.setattr(files, "CHUNK", 1)
    path = exports.write("hris/x.csv", "é,b\r\nü,2\r\n")
    seen = files.survey(path, gzipped=False)
    assert dict(seen.ends) == {"\r\n": 2, "\n": 0, "\r": 0}
    assert seen.is_utf8


def test_bytes_that_are_no_utf8_are_taken_for_latin_1_and_the_rest_is_kept(exports, tmp_path):
    content = "ä,".encode() + b"\xe4\r\n" + "é\0\r".encode() + b"\xe9"
    seen = look(exports, "hris/x.csv", content)
    files.copy_text(seen, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == "ä,ä\né\né".encode()


@pytest.mark.parametrize("cut", [1, 100])
def test_a_packed_file_that_is_cut_off_is_damaged(exports, cut):
    packed = gzip.compress(HEADER.encode() + b"E1,a@b,2020-01-01\n" * 10_000)
    path = exports.write("hris/x.csv", packed[:-cut])
    with pytest.raises(DamagedFileError, match="cut off"):
        files.survey(path, gzipped=True)
