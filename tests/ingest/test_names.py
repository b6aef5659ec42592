"""Names in clear go to whoever holds exports and key; only what a person accepts links."""

import csv
import stat

import pytest

from ingest import InputError
from ingest.names import accept, names_of, write_review
from pipeline import identities
from pipeline.settings import Settings
from tests.ingest.conftest import KEY, Warehouse

pytestmark = pytest.mark.usefixtures("no_expectations")
PULL = ["repo", "number", "author", "created_at", "merged_at"]


@pytest.fixture
def linked(exports, warehouse):
    """Exports with pull requests of four names, of which the last refresh linked one."""
    exports.rows(
        "hris/employees.csv",
        ["employee_id", "email", "hire_date"],
        ["E1", "ada.lovelace@example.org", "2020-01-06"],
        ["E2", "bo@example.org", "2020-02-03"],
    )
    authors = ["bo@example.org", "bo@example.org", "alovelace", "twin", "renovate", "Deploy"]
    rows = [["a/b", at, author, "2021-01-04", ""] for at, author in enumerate(authors)]
    exports.rows("git/pulls.csv", PULL, *rows)
    warehouse.load(exports)
    warehouse.connection.execute(
        """
        create table int_identities_linked as
        select email as identifier_key, employee_id as person_key, false as is_ambiguous
        from raw.generic__employees
        union all
        select distinct author, null, true from raw.generic__pull_requests where number = 3
        """
    )
    warehouse.connection.close()
    return names_of(exports.path, Settings(), KEY, warehouse.path)


def test_every_name_is_linked_unmatched_ambiguous_or_a_bot(linked):
    acted = {one.text: (one.status, one.activity) for one in linked.names if one.activity}
    assert acted["bo@example.org"] == ("linked", 2)
    assert acted["alovelace"] == ("unmatched", 1)
    assert acted["twin"] == ("ambiguous", 1)
    assert acted["renovate"] == acted["deploy"] == ("bot", 1)
    (authors,) = (one for one in linked.coverage if one.role == "pull_requests.author")
    assert (authors.rows, authors.bots, authors.linked, authors.share) == (6, 2, 2, 0.5)


def test_a_name_that_looks_like_an_address_is_a_suggestion_and_no_link(linked):
    (one,) = (one for one in linked.names if one.text == "alovelace")
    assert (one.status, one.suggestion) == ("unmatched", "ada.lovelace@example.org")


PEOPLE = [
    ["Employee ID", "Employee name", "Work email", "Hire date"],
    ["E1", "Lovelace, Ada K", "al@example.org", "2020-01-06"],
    ["E2", "Bo Ek", "bo@example.org", "2020-02-03"],
    ["E3", "Zoë Dürr", "", "2020-02-03"],
    ["E4", "Jan Ek", "j1@example.org", "2020-02-03"],
    ["E5", "Jon Ek", "j2@example.org", "2020-02-03"],
    ["E6", "Łukasz Bøe", "lb@example.org", "2020-02-03"],
]


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("ada.lovelace@home.example", "al@example.org"),
        ("alovelace", "al@example.org"),
        ("Ada Lovelace", "al@example.org"),
        ("zoe-durr", "e3"),  # whose address the HR export does not have
        ("lukasz-boe", "lb@example.org"),
        ("jek", ""),  # one of two people
        ("lovelace", ""),
    ],
)
def test_the_name_of_a_person_suggests_and_never_links(exports, warehouse, text, suggested):
    exports.rows("hris/employees.csv", *PEOPLE)
    exports.rows("git/pulls.csv", PULL, ["a/b", 1, text, "2021-01-04", ""])
    warehouse.load(exports)
    warehouse.connection.execute(
        "create table int_identities_linked as select employee_id as identifier_key, "
        "employee_id as person_key, false as is_ambiguous from raw.generic__employees"
    )
    warehouse.connection.close()
    names = names_of(exports.path, Settings(), KEY, warehouse.path)
    (one,) = (one for one in names.names if one.text == text.lower())
    assert (one.status, one.suggestion) == ("unmatched", suggested)
    assert b"ovelace" not in warehouse.path.read_bytes()


def test_an_address_and_an_id_of_one_employee_are_one_suggestion(exports, warehouse):
    exports.rows(
        "hris/employees.csv", PEOPLE[0], ["E1", "Ada Lovelace", "AL@Example.org", "2020-01-06"]
    )
    exports.rows("hris/more.csv", ["Employee ID", "Employee name", "Hire date"],
                 ["E1", "Ada Lovelace", "2021-01-06"])  # fmt: skip
    exports.rows("git/pulls.csv", PULL, ["a/b", 1, "alovelace", "2021-01-04", ""])
    warehouse.load(exports)
    warehouse.connection.execute(
        "create table int_identities_linked as select unnest([employee_id, email]) as "
        "identifier_key, employee_id as person_key, false as is_ambiguous "
        "from raw.generic__employees where email is not null"
    )
    warehouse.connection.close()
    names = names_of(exports.path, Settings(), KEY, warehouse.path)
    (one,) = (one for one in names.names if one.text == "alovelace")
    assert (one.status, one.suggestion) == ("unmatched", "al@example.org")


def test_names_are_shown_only_where_a_person_reads_them(linked):
    hidden = "\n".join(identities.lines(linked, in_clear=False, review=None))
    assert "alovelace" not in hidden
    assert "linked to nobody, because several people could be meant: 1" in hidden
    assert "is it ada.lovelace@example.org?" in "\n".join(
        identities.lines(linked, in_clear=True, review=None)
    )


def test_an_accepted_suggestion_links_until_it_is_taken_out_of_the_file(linked, exports, tmp_path):
    review = tmp_path / "review.csv"
    write_review(linked, review)
    assert stat.S_IMODE(review.stat().st_mode) == 0o600
    rows = list(csv.DictReader(review.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        row["accept"] = "yes" if row["value"] == "alovelace" else ""
    with review.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    assert accept(review, exports.path) == 1
    assert accept(review, exports.path) == 0  # once is enough
    target = exports.path / "hris" / "identities-accepted.csv"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    warehouse = Warehouse(tmp_path / "other")
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.generic__identities") == 1
    target.write_text("employee_id,kind,value\n")
    warehouse.load(exports)
    assert warehouse.one("select count(*) from raw.generic__identities") == 0
    assert warehouse.one("select count(*) from raw.generic__identities__history") == 1
    warehouse.connection.close()


def test_a_review_without_an_employee_is_refused(exports, tmp_path):
    review = tmp_path / "review.csv"
    review.write_text("accept,employee_id,kind,value\nyes,,other,x\n")
    with pytest.raises(InputError, match="accepted row 1 has no employee_id"):
        accept(review, exports.path)


def test_a_hidden_address_is_the_login_it_is_made_of(exports, warehouse):
    exports.rows(
        "git/pulls.csv",
        PULL,
        ["a/b", 1, "octocat", "2021-01-04", ""],
        ["a/b", 2, "583231+OctoCat@users.noreply.github.com", "2021-01-04", ""],
        ["a/b", 3, "octocat@users.noreply.github.com", "2021-01-04", ""],
        ["a/b", 4, "someone@example.org", "2021-01-04", ""],
    )
    warehouse.load(exports)
    assert warehouse.one("select count(distinct author) from raw.generic__pull_requests") == 2
