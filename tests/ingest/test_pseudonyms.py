"""Keyed hashes are HMAC-SHA-256, made inside DuckDB, and the key goes nowhere."""

import hashlib
import hmac

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.pseudonyms import HASH_LENGTH, keyed, links_sql

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


CONNECTION = duckdb.connect()


@settings(deadline=None, derandomize=True)
@given(TEXT, st.binary(min_size=1, max_size=200))
def test_the_macro_is_hmac_sha_256_for_any_name_and_key(name, key):
    with keyed(CONNECTION, key):
        ((found,),) = CONNECTION.execute("select keyed(?)", [name]).fetchall()
    assert found == hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:HASH_LENGTH]


@pytest.mark.parametrize("length", [16, 63, 64, 65])
def test_a_key_around_the_block_size_is_padded_or_hashed(length):
    key = bytes(range(length))
    connection = duckdb.connect()
    with keyed(connection, key):
        ((found,),) = connection.execute("select keyed('ada')").fetchall()
    assert found == hmac.new(key, b"ada", hashlib.sha256).hexdigest()[:HASH_LENGTH]


def test_no_name_has_no_hash():
    connection = duckdb.connect()
    with keyed(connection, b"key"):
        assert connection.execute("select keyed(null)").fetchall() == [(None,)]


def test_the_key_is_gone_afterwards_and_was_in_no_statement(tmp_path):
    path = tmp_path / "work.duckdb"
    key = b"unmistakable key 0123456789abcdef"
    with duckdb.connect(str(path)) as connection:
        with keyed(connection, key):
            connection.execute("create table t as select keyed('ada') as hash")
            macro = connection.execute(
                "select macro_definition from duckdb_functions() where function_name = 'keyed'"
            ).fetchall()
        assert key.hex() not in str(macro)
        assert connection.execute("select keyed('ada')").fetchall() == [(None,)]
    inner = bytes(byte ^ 0x36 for byte in key)
    outer = bytes(byte ^ 0x5C for byte in key)
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (key, inner, outer, key.hex().encode()):
        assert secret not in written


@pytest.mark.parametrize(
    "text",
    [
        "acme/web#12",
        "Acme/Web!12",
        "https://github.com/acme/web/pull/12",
        "https://gitlab.example.org/acme/web/-/merge_requests/12",
        '["acme/web#12"]',
    ],
)
def test_a_deployments_pull_request_joins_on_its_repository_and_number(text):
    connection = duckdb.connect()
    with keyed(connection, b"key"):
        ((link, repo),) = connection.execute(
            f"select {links_sql('t')}, keyed('acme/web') from (select ?::varchar as t)", [text]
        ).fetchall()
    assert link == f"{repo}#12"


def test_several_links_are_kept_in_order_and_other_words_hashed():
    connection = duckdb.connect()
    with keyed(connection, b"key"):
        ((links, repo, word),) = connection.execute(
            f"select {links_sql('t')}, keyed('a/b'), keyed('0a1b2c') "
            "from (select 'a/b#1; a/b#2 0a1b2c' as t)"
        ).fetchall()
    assert links == f"{repo}#1 {repo}#2 {word}"
