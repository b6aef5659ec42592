"""The head of a JSON file says how it is laid out, and the slow way keeps every whole record."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import json_head
from ingest.errors import DamagedFileError

RECORD = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.integers(-9, 9) | st.text('ab"\\[]{},: \n', max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
        max_leaves=6,
    ),
    max_size=4,
)


def pieces(text: str, size: int):
    return iter([text[at : at + size] for at in range(0, len(text), size)] or [""])


@pytest.mark.parametrize(
    ("text", "layout", "wrapper", "records"),
    [
        ('[{"a": 1}, {"a": 2}]', "array", None, [{"a": 1}, {"a": 2}]),
        ("[]", "array", None, []),
        ('[{"a": 1}, {"a": ', "array", None, [{"a": 1}]),
        ('{"a": 1}\n{"a": 2}\n', "lines", None, [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n{"a": 2}', "lines", None, [{"a": 1}]),
        ('{"a": 1}\nnot json\n{"a": 3}\n', "lines", None, [{"a": 1}, {"a": 3}]),
        ('{"a": 1}', "other", None, [{"a": 1}]),
        ('{"incidents": [{"id": "Q"}], "more": true}', "wrapped", "incidents", [{"id": "Q"}]),
        ('{"incidents": [], "more": false}', "wrapped", "incidents", []),
        ('{"limit": 9, "users": [{"id": "P"}, {"id": ', "wrapped", "users", [{"id": "P"}]),
        ('{"rows": [{"id": 1}], "page": 1}', "wrapped", "rows", [{"id": 1}]),
        ('{"id": 1, "reviews": [{"id": 2}], "author": {}}', "other", None, None),
        ('{"id": 1, "tags": []}', "other", None, None),
        ("[[1, 2]]", "array", None, []),
    ],
)
def test_the_layout_is_seen_in_the_head(text, layout, wrapper, records):
    head = json_head.read(text)
    assert (head.layout, head.wrapper) == (layout, wrapper)
    assert list(head.records) == ([json.loads(text)] if records is None else records)


def test_what_stands_beside_a_list_is_kept():
    head = json_head.read('{"offset": 100, "incidents": [{"id": "Q"}], "more": true}')
    assert head.envelope == {"offset": 100, "more": True}


def test_a_deep_text_is_no_record_and_no_crash():
    head = json_head.read('[{"a": ' + "[" * 200_000)
    assert head.records == ()


@pytest.mark.parametrize("size", [1, 7, 10_000])
@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(RECORD, max_size=5))
def test_every_record_of_a_list_is_given_whatever_the_pieces(size, records):
    for indent in (None, 1):
        text = json.dumps(records, indent=indent, ensure_ascii=False)
        found = [json.loads(one) for one in json_head.split(pieces(text, size))]
        assert found == records


@pytest.mark.parametrize("size", [3, 10_000])
@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.lists(RECORD, max_size=3), min_size=1, max_size=3))
def test_pages_that_follow_one_another_are_read_to_the_last(size, pages):
    arrays = "".join(json.dumps(page) for page in pages)
    wrapped = "\n".join(json.dumps({"n": 1, "incidents": page, "x": {"y": []}}) for page in pages)
    every = [record for page in pages for record in page]
    assert [json.loads(one) for one in json_head.split(pieces(arrays, size))] == every
    split = json_head.split(pieces(wrapped, size), "incidents")
    assert [json.loads(one) for one in split] == every


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_broken_record_costs_itself_only(size):
    text = '[{"a": 1}, {"a": nope, "b": "]}"}, 5, {"a": 2},]'
    assert list(json_head.split(pieces(text, size))) == ['{"a": 1}', "", "", '{"a": 2}']


@pytest.mark.parametrize(
    "text", ['[{"a": 1}, {"a": ', '[{"a": 1}', '[{"a": "x', '[{"a": 1},', "[" * 100_000]
)
def test_a_text_that_ends_too_early_is_damaged(text):
    with pytest.raises(DamagedFileError, match="cut off"):
        list(json_head.split(pieces(text, 5)))


def test_a_page_that_ends_too_early_is_damaged():
    with pytest.raises(DamagedFileError, match="cut off"):
        list(json_head.split(iter(['{"incidents": [{"id": "Q"}], "more":']), "incidents"))
