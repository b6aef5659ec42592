"""The head of a JSON file says how it is laid out, and the slow way keeps every whole record."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import json_head
from ingest.errors import DamagedFileError
from ingest.json_head import BY_KEY, EACH

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


GRAPH = {"data": {"repository": {"pullRequests": {"nodes": [{"number": 1}], "pageInfo": {}}}}}
EDGES = {"data": {"repository": {"pullRequests": {"edges": [{"cursor": "x", "node": {"a": 1}}]}}}}
AT_NODES = ("data", "repository", "pullRequests", "nodes", EACH)


@pytest.mark.parametrize(
    ("text", "layout", "steps", "records"),
    [
        ('[{"a": 1}, {"a": 2}]', "array", (), [{"a": 1}, {"a": 2}]),
        ("[]", "array", (), []),
        ('[{"a": 1}, {"a": ', "array", (), [{"a": 1}]),
        ('{"a": 1}\n{"a": 2}\n', "lines", (), [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n{"a": 2}', "lines", (), [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n{"a": 2', "lines", (), [{"a": 1}]),
        ('{"a": 1}\nnot json\n{"a": 3}\n', "lines", (), [{"a": 1}, {"a": 3}]),
        ('{"a": 1}', "other", (), [{"a": 1}]),
        ('{"incidents": [{"id": "Q"}], "more": true}', "other", ("incidents", EACH), [{"id": "Q"}]),
        ('{"incidents": [], "more": false}', "other", ("incidents", EACH), []),
        ('{"limit": 9, "users": [{"id": "P"}, {"id": ', "other", ("users", EACH), [{"id": "P"}]),
        ('{"rows": [{"id": 1}], "page": 1}', "other", ("rows", EACH), [{"id": 1}]),
        ('{"d": {"results": [{"userId": 1}]}}', "other", ("d", "results", EACH), [{"userId": 1}]),
        ('{"id": 1, "reviews": [{"id": 2}], "author": {}}', "other", (), None),
        ('{"id": 1, "tags": []}', "other", (), None),
        ('[][{"a": 1}]', "array", (), [{"a": 1}]),
        ('[]\n[]\n[{"a": 1}]', "array", (), [{"a": 1}]),
        ('{"items": []}{"items": [{"a": 1}]}', "other", ("items", EACH), [{"a": 1}]),
        ("[[1, 2]]", "array", (), []),
        ('[[{"a": 1}], [{"a": 2}]]', "array", (EACH,), [{"a": 1}, {"a": 2}]),
        ('[{"values": [{"a": 1}]}, {"values": [{"a": 2}]}]', "array", ("values", EACH),
         [{"a": 1}, {"a": 2}]),
        ('[{"cursor": "x", "node": {"a": 1}}]', "array", ("node",), [{"a": 1}]),
        (json.dumps(GRAPH), "other", AT_NODES, [{"number": 1}]),
        (json.dumps(GRAPH)[:-15], "other", AT_NODES, [{"number": 1}]),
        (json.dumps(GRAPH) + json.dumps(GRAPH), "other", AT_NODES, [{"number": 1}]),
        (json.dumps(GRAPH) + "\n" + json.dumps(GRAPH) + "\n", "lines", AT_NODES,
         [{"number": 1}, {"number": 1}]),
        (json.dumps(EDGES), "other", (*AT_NODES[:3], "edges", EACH, "node"), [{"a": 1}]),
    ],
)  # fmt: skip
def test_the_layout_is_seen_in_the_head(text, layout, steps, records):
    head = json_head.read(text)
    assert (head.layout, head.first.steps) == (layout, steps)
    assert list(head.first.records) == ([json.loads(text)] if records is None else records)


def test_no_list_is_taken_twice():
    head = json_head.read('{"response": {"data": [{"a": 1}]}}')
    taken = [reading.steps for group in head.groups for reading in group]
    assert ("response", "data", EACH) in taken
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize(
    ("value", "steps", "records"),
    [
        ({"4": {"a": 1}, "5": {"a": 2}}, (BY_KEY,), [{"_key": "4", "a": 1}, {"_key": "5", "a": 2}]),
        ({"table": "jobInfo", "employees": {"4": {"at": 1, "rows": [{"a": 1}]}}},
         ("employees", BY_KEY, "rows", EACH), [{"_key": "4", "a": 1}]),
        ({"users": [{"a": 1}], "pulls": [{"b": 1}], "at": "x"}, ("pulls", EACH), [{"b": 1}]),
        ({"data": {"number": 1}}, ("data",), [{"number": 1}]),
        ({"data": {"repository": {"pullRequest": {"number": 1}}}},
         ("data", "repository", "pullRequest"), [{"number": 1}]),
    ],
)  # fmt: skip
def test_other_ways_to_take_a_value_are_given(value, steps, records):
    readings = [one for group in json_head.read(json.dumps(value)).groups for one in group]
    assert [list(one.records) for one in readings if one.steps == steps] == [records]
    texts = json_head.split(pieces(json.dumps(value), 3), steps)
    assert [json.loads(one) for one in texts if one] == records


def test_what_stands_beside_a_list_is_kept():
    head = json_head.read('{"offset": 100, "incidents": [{"id": "Q"}], "more": true}')
    assert head.first.envelope == {"offset": 100, "more": True}


def test_a_deep_text_is_no_record_and_no_crash():
    head = json_head.read('[{"a": ' + "[" * 200_000)
    assert head.first.records == ()


def is_part(left, whole):
    """Whether a value is the beginning of another: its first elements or members, the last cut."""
    if isinstance(whole, list) and isinstance(left, list):
        return len(left) <= len(whole) and all(map(is_part, left, whole))
    if isinstance(whole, dict) and isinstance(left, dict):
        return all(key in whole and is_part(left[key], whole[key]) for key in left)
    return left == whole


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(RECORD, max_size=4), st.data())
def test_what_is_left_of_a_text_that_breaks_off_is_its_beginning(records, data):
    whole = {"offset": 1, "incidents": records, "more": True}
    text = json.dumps(whole, ensure_ascii=False)
    at = data.draw(st.integers(1, len(text) - 1))
    head = json_head.read(text[:at])
    for value in head.values:
        assert is_part(value, whole)
    ends = [len(json.dumps(records[: n + 1], ensure_ascii=False)) - 1 for n in range(len(records))]
    before = text.index("[")
    read = sum(before + end <= at for end in ends)
    left = head.values[0].get("incidents", []) if head.values else []
    assert left[:read] == records[:read]


def test_a_broken_record_leaves_those_before_it_in_a_head():
    head = json_head.read('{"incidents": [{"id": "Q"}, {"id": "R"}, {"id": nope}, {"id": "S"')
    assert list(head.first.records)[:2] == [{"id": "Q"}, {"id": "R"}]


def test_a_head_that_breaks_off_is_passed_record_by_record_and_not_sign_by_sign(monkeypatch):
    called = []
    decode = json_head._decode
    monkeypatch.setattr(json_head, "_decode", lambda *at: called.append(at) or decode(*at))
    record = {"id": "Q", "assignments": [{"at": n, "by": {"id": "P"}} for n in range(100)]}
    text = json.dumps({"incidents": [record] * 200})
    head = json_head.read(text[: len(text) * 3 // 4])
    assert len(head.first.records) == 50
    assert len(called) < 2 * 200


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
    split = json_head.split(pieces(wrapped, size), ("incidents", EACH))
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
        list(json_head.split(iter(['{"incidents": [{"id": "Q"}], "more":']), ("incidents", EACH)))
