"""What the settings say of a file decides how it is read, whatever its shape."""

import json

import pytest

from ingest import InputError

PAIRS = ["No", "Coach", "Who", "From", "Stage"]
MAPPING = {
    "shape": "mentorships",
    "columns": {
        "mentorship_id": "No",
        "mentor": "Coach",
        "mentee": "Who",
        "start_date": "From",
        "status": "Stage",
    },
    "constants": {"model": "1:1", "program": "Engineering"},
    "values": {"status": {"Läuft": "active", "Fertig": "completed"}},
    "date_order": "dmy",
}

pytestmark = pytest.mark.usefixtures("no_expectations")


def load(exports, warehouse, **settings):
    return {one.path: one for one in warehouse.load(exports, **settings).files}


def test_columns_constants_words_and_date_order_are_as_declared(exports, warehouse):
    exports.rows(
        "mentorship/pairs.csv",
        PAIRS,
        ["7", "E1", "E2", "3/4/2024", "läuft"],
        ["8", "E2", "E1", "13.4.24", " FERTIG "],
    )
    files = load(exports, warehouse, mapping={"mentorship/pairs*.csv": MAPPING})
    assert files["mentorship/pairs.csv"].rows_loaded == 2
    assert files["mentorship/pairs.csv"].unused == ()
    assert warehouse.all(
        "select program, model, start_date::varchar, status, start_precision "
        "from raw.generic__mentorships where program is not null order by start_date"
    ) == [
        ("Engineering", "1:1", "2024-04-03", "active", "day"),
        ("Engineering", "1:1", "2024-04-13", "completed", "day"),
    ]


def test_the_other_order_of_day_and_month_gives_the_other_day(exports, warehouse):
    exports.rows("mentorship/pairs.csv", PAIRS, ["7", "E1", "E2", "3/4/2024", "läuft"])
    load(exports, warehouse, mapping={"mentorship/pairs.csv": {**MAPPING, "date_order": "mdy"}})
    found = "select start_date::varchar from raw.generic__mentorships where program is not null"
    assert warehouse.one(found) == "2024-03-04"


VOTED = {
    "project": "a/b", "id": 7, "opened": "2024-03-01",
    "review": {"votes": [
        {"by": {"login": "bo"}, "at": "2024-03-01T10:00:00Z", "is": "yes"},
        {"by": {"login": "cy"}, "at": "2024-03-01T11:00:00Z", "is": "no"},
    ]},
    "tags": [],
}  # fmt: skip
REVIEWS = {
    "shape": "reviews",
    "columns": {
        "repo": "project", "number": "id", "reviewer": "review.votes[].by.login",
        "submitted_at": "review.votes[].at", "state": "review.votes[].is",
    },
    "values": {"state": {"yes": "approved", "no": "changes_requested"}},
}  # fmt: skip


@pytest.mark.parametrize("gone", [{}, {"review": None}, {"review": {"votes": "none"}}])
def test_each_element_of_a_list_that_a_path_leads_into_is_a_row(exports, warehouse, gone):
    exports.json("git/x.json", [VOTED, {**VOTED, "id": 8, "review": {"votes": []}, **gone}])
    files = load(exports, warehouse, mapping={"git/*": REVIEWS})
    assert (files["git/x.json"].rows_read, files["git/x.json"].rows_loaded) == (2, 2)
    assert files["git/x.json"].unused == ("opened", "tags")
    found = "select number, state, reviewer is null from raw.generic__reviews order by submitted_at"
    assert warehouse.all(found) == [(7, "approved", False), (7, "changes_requested", False)]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"state": "tags[]"}, "several lists (review.votes[], tags[])"),
        ({"state": "review.votes[0].is"}, "each of its elements is a row"),
        ({"state": "review.votes[].is[]"}, "one list can be gone into"),
    ],
)
def test_lists_that_cannot_be_gone_into_are_said_with_what_to_do(exports, warehouse, columns, says):
    exports.json("git/x.json", [VOTED])
    mapping = {**REVIEWS, "columns": {**REVIEWS["columns"], **columns}}
    one = load(exports, warehouse, mapping={"git/*": mapping})["git/x.json"]
    assert one.status == "unrecognised"
    assert says in one.problems[0]


def test_a_csv_file_has_no_list_to_go_into(exports, warehouse):
    exports.rows("git/x.csv", ["project", "id"], ["a/b", "7"])
    one = load(exports, warehouse, mapping={"git/*": REVIEWS})["git/x.csv"]
    assert "`review.votes[].at`" in one.problems[0]
    assert "does not have" in one.problems[0]


def test_a_path_leads_into_nested_objects(exports, warehouse):
    record = {"repo": "a/b", "number": 1, "user": {"login": "Ada"}, "created_at": "2024-01-01"}
    exports.json("git/pulls.json", [{**record, "merged_at": None}])
    mapping = {"git/*": {"shape": "pull_requests", "columns": {"author": "user.login"}}}
    files = load(exports, warehouse, mapping=mapping)
    assert files["git/pulls.json"].rows_loaded == 1
    assert warehouse.one("select count(author) from raw.generic__pull_requests") == 1
    keyed = warehouse.one("select author from raw.generic__pull_requests")
    exports.json("git/pulls.json", [{**record, "user": {"login": "ada"}, "merged_at": None}])
    load(exports, warehouse, mapping=mapping)
    assert warehouse.one("select author from raw.generic__pull_requests") == keyed


def test_a_vendor_shape_takes_words_zones_and_constants_too(exports, warehouse):
    incident = {
        "id": "P1",
        "created_at": "2024-01-01T12:00:00",
        "status": "zu",
        "service": {"id": "S"},
        "urgency": "high",
    }
    exports.json("incidents/i.json", {"incidents": [incident]})
    mapping = {
        "time_zone": "Europe/Berlin",
        "values": {"status": {"zu": "resolved"}},
        "constants": {"severity": "critical"},
        "shape": "pagerduty__incidents",
    }
    load(exports, warehouse, mapping={"incidents/*": mapping})
    assert warehouse.all(
        "select created_at::varchar, status, severity from raw.pagerduty__incidents"
    ) == [("2024-01-01 11:00:00+00", "resolved", "critical")]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"shape": "mentorship"}, "there is no shape `mentorship` (did you mean `mentorships`?)"),
        (
            {"shape": "mentorships", "columns": {"mentorid": "No"}},
            "`mentorships` has no field `mentorid` (did you mean `mentor",
        ),
        ({"shape": "leaves", "constants": {"xyz": "1"}}, "`leaves` has no field `xyz`; it has"),
    ],
)
def test_a_mapping_of_what_does_not_exist_is_refused(exports, warehouse, mapping, said):
    with pytest.raises(InputError) as error:
        warehouse.load(exports, mapping={"x/*.csv": mapping})
    assert '[mapping."x/*.csv"]: ' + said in str(error.value)


def test_a_mapped_column_that_the_file_lacks_is_pointed_out(exports, warehouse):
    exports.rows("mentorship/pairs.csv", PAIRS[1:], ["E1", "E2", "3/4/2024", "läuft"])
    files = load(exports, warehouse, mapping={"mentorship/pairs.csv": MAPPING})
    assert files["mentorship/pairs.csv"].problems == (
        "the settings map columns that it does not have: `No`",
    )


@pytest.mark.parametrize(
    ("start", "day", "precision"),
    [
        ("2024 Spring", "2024-03-01", "term"),
        ("Summer 2024", "2024-06-01", "term"),
        ("fall-2024", "2024-09-01", "term"),
        ("Winter 2024", "2024-12-01", "term"),
        ("cohort 3", "2024-05-15", "term"),
        ("H2 2024", "2024-07-01", "half_year"),
        ("2024-Q4", "2024-10-01", "quarter"),
        ("2024-02", "2024-02-01", "month"),
        ("Feb 2024", "2024-02-01", "month"),
        ("2024", "2024-01-01", "year"),
        ("2024-02-29", "2024-02-29", "day"),
    ],
)
def test_a_start_may_be_a_term_or_a_year(exports, warehouse, start, day, precision):
    header = ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"]
    exports.rows("mentorship/mentorships.csv", header, ["M", "1:1", "E1", "E2", start, "active"])
    terms = {"Cohort 3": "2024-05-15", "winter": "12-01"}
    (file,) = (
        one
        for one in load(exports, warehouse, terms=json.loads(json.dumps(terms))).values()
        if one.path.startswith("mentorship")
    )
    assert warehouse.all(
        "select start_date::varchar, start_precision from raw.generic__mentorships"
    ) == [(day, precision)]
    assert ("names a term" in " ".join(file.problems)) == (precision != "day")


def test_a_winter_that_nobody_declared_is_not_guessed(exports, warehouse):
    header = ["mentorship_id", "model", "mentor", "mentee", "start_date", "status"]
    row = ["M", "1:1", "E1", "E2", "Winter 2024", "active"]
    exports.rows("mentorship/mentorships.csv", header, row)
    with pytest.raises(InputError, match="start_date: unreadable"):
        warehouse.load(exports)
