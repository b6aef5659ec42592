"""The mailmap of a repository: pairs of addresses, never names."""

import pytest

from ingest import mailmap

pytestmark = pytest.mark.usefixtures("no_expectations")

TEXT = """# Who is who
Ada Example <ada@example.org> <ada@laptop.example.com>
Ada Example <ADA@example.org> ada <1+ada@users.noreply.github.com>
<bo@example.org> <bo@home.example.net> # moved

Only A Name <cy@example.org>
Junk <none@none> <root@localhost>
Half <di@example.org> <none@none>
Same <ed@example.org> <Ed@Example.org>
"""


def test_pairs_of_addresses_are_kept_and_names_and_junk_are_not():
    found = [tuple(one.values()) for one in mailmap.records(iter(TEXT.splitlines()))]
    assert found == [
        ("ada@example.org", "ada@laptop.example.com"),
        ("ADA@example.org", "1+ada@users.noreply.github.com"),
        ("bo@example.org", "bo@home.example.net"),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "name,email\nAda,<ada@example.org>\n", "Ada <ada@example.org>\n",
     "a <b@example.org> <c@example.org>\nno entry\n"],
)  # fmt: skip
def test_other_texts_are_no_mailmap(text):
    assert not mailmap.begins(text)


@pytest.mark.parametrize("name", ["git/.mailmap", "git/web/.mailmap", "git/mailmap.txt"])
def test_a_mailmap_is_read_wherever_it_lies_hidden_or_not(exports, warehouse, name):
    exports.write(name, TEXT)
    (report,) = [one for one in warehouse.load(exports).files if one.path == name]
    assert (report.status, report.shape, report.rows_read) == ("loaded", "mailmap__addresses", 3)
    found = "select count(*), count(distinct address) from raw.mailmap__addresses"
    assert warehouse.all(found) == [(3, 2)]


def test_other_hidden_files_are_no_exports(exports, warehouse):
    exports.write("git/.hidden", TEXT)
    exports.write("git/.git/.mailmap", TEXT)
    assert all(one.path.startswith(("hris/", "mentor")) for one in warehouse.load(exports).files)
