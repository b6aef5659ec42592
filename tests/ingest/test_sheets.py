"""Platforms and spreadsheets: recognised by their columns, spread to a row a pair."""

import pytest

from ingest import InputError, files, sources
from ingest.recognise import canonical, recognise
from ingest.source import Plan
from pipeline.settings import Settings

pytestmark = pytest.mark.usefixtures("no_expectations")

PAIRS = """
    select m.program, m.model, m.start_date::varchar, m.end_date::varchar, m.status,
        m.start_precision
    from raw.generic__mentorships as m
    join raw.loads on loads.file_id = m._file_id and loads.path = 'mentorship/*.csv'
    order by all
"""


@pytest.fixture
def people(exports):
    """Two people more than the least."""
    exports.rows(
        "hris/employees.csv",
        ["employee_id", "email", "hire_date"],
        *([f"E{at}", f"p{at}@example.org", "2020-01-06"] for at in range(1, 7)),
    )
    return exports


def load(exports, warehouse, **settings):
    settings.setdefault("quarantine_share", 1)
    (report,) = (
        one for one in warehouse.load(exports, **settings).files if one.path == "mentorship/x.csv"
    )
    return report


def pairs(warehouse, kind="mentee"):
    """Say which of the people p1 to p6 are in a column of the pairs."""
    return warehouse.all(
        f"""
        select e.number, count(*) from raw.generic__mentorships as m
        join raw.loads on loads.file_id = m._file_id and loads.path = 'mentorship/*.csv'
        join (
            select email, row_number() over (order by _row) as number
            from raw.generic__employees
        ) as e on e.email = m.{kind}
        group by all order by all
        """
    )


def test_a_pairing_sheet_loads_by_the_names_people_give_columns(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        [
            "Mentor",
            "Mentor E-mail",
            "Mentee",
            "Mentee E-mail",
            "Programme",
            "Match date",
            "End",
            "Status",
            "Notes",
        ],
        [
            "Ada",
            "P1@example.org",
            "Bo",
            "p2@example.org",
            "Eng",
            "2024-03-04",
            "",
            "In progress",
            "x",
        ],
        [
            "Ada",
            "p1@example.org",
            "Cy",
            "p3@example.org",
            "Eng",
            "2024-03-05",
            "2024-06-01",
            "Finished",
            "",
        ],
    )
    report = load(people, warehouse)
    assert (report.shape, report.rows_loaded) == ("spreadsheet__mentorships", 2)
    assert report.unused == ("Notes",)
    assert warehouse.all(PAIRS) == [
        ("Eng", "1:1", "2024-03-04", None, "active", "day"),
        ("Eng", "1:1", "2024-03-05", "2024-06-01", "completed", "day"),
    ]
    assert pairs(warehouse) == [(2, 1), (3, 1)]
    assert pairs(warehouse, "mentor") == [(1, 2)]


def test_several_people_in_a_cell_become_a_row_each(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        ["Mentors", "Mentees", "Start"],
        ["p1@example.org, p2@example.org", "p3@example.org", "2024-03-04"],
        ["p1@example.org", "Di <p4@example.org>; p5@example.org and p6@example.org", "2024-03-04"],
        ["p2@example.org", "p6@example.org", "2024-03-04"],
    )
    report = load(people, warehouse)
    assert report.rows_loaded == 6
    assert pairs(warehouse) == [(3, 2), (4, 1), (5, 1), (6, 2)]
    models = warehouse.all(
        "select model, count(*), count(distinct mentorship_id) from raw.generic__mentorships "
        "where program is null and start_date = '2024-03-04' group by all order by all"
    )
    assert models == [("1:1", 1, 1), ("circle", 3, 1), ("other", 2, 1)]


def test_an_empty_address_in_an_object_leaves_its_login(people, warehouse):
    people.rows("hris/identities.csv", ["employee_id", "kind", "value"], ["E2", "github", "octo"])
    mentors = [
        {"name": "Ada", "email": "p1@example.org", "github_handle": "", "role": "primary"},
        {"name": "Bo", "email": "", "github_handle": "octo", "role": "co-mentor"},
    ]
    people.json(
        "mentorship/x.json",
        [{"mentors": mentors, "mentee": "p3@example.org", "year": 2024, "term": "Spring"}],
    )
    assert not [one for one in warehouse.load(people).files if one.rows_quarantined]
    logins = warehouse.one(
        "select count(*) from raw.generic__mentorships as m "
        "join raw.generic__identities as i on m.mentor = i.value"
    )
    addresses = warehouse.one(
        "select count(*) from raw.generic__mentorships as m "
        "join raw.generic__employees as e on m.mentor = e.email where m.start_precision = 'term'"
    )
    assert (addresses, logins) == (1, 1)


def test_wide_mentor_columns_become_rows_and_only_real_logins_link(people, warehouse):
    people.rows(
        "hris/identities.csv",
        ["employee_id", "kind", "value"],
        ["E1", "github", "jkowall"],
        ["E2", "github", "lcalcote"],
    )
    header = ["Project", "Term", "Year", "", "Mentee email"]
    for number in range(1, 5):
        header += [f"Mentor {number}", f"Mentor {number} GitHub", f"Mentor {number} email address"]
        header += [f"Mentor {number} LFID"]
    none = [""] * 4
    people.rows(
        "mentorship/x.csv",
        header,
        [
            "A",
            "Spring",
            "2023",
            "",
            "p3@example.org",
            "J",
            "https://github.com/jkowall",
            "",
            "j",
            "L",
            "[@lcalcote](https://twitter.com/lcalcote)",
            "",
            "",
            *none,
            *none,
        ],
        ["B", "Fall", "2023", "", "p4@example.org", "J", "jkowall(?)", "", "", *none, *none, *none],
        ["C", "Fall", "2023", "", "", "Cy", "", "p6@example.org", "", *none, *none, *none],
    )
    report = load(people, warehouse)
    assert (report.shape, report.rows_read) == ("lfx__mentorships", 4)
    assert (report.rows_loaded, report.rows_quarantined) == (3, 1)
    assert "open_place" in " ".join(report.problems)
    linked = warehouse.all(
        "select i.employee_id = e.employee_id, m.start_date::varchar, m.start_precision "
        "from raw.generic__mentorships as m "
        "join raw.generic__identities as i on i.value = m.mentor "
        "join raw.generic__employees as e on e.email is not null and e.employee_id = i.employee_id"
    )
    assert linked == [(True, "2023-03-01", "term")]


def test_open_places_do_not_stop_a_refresh(people, warehouse):
    rows = [["p1@example.org", "", "2024-01-08"] for _ in range(50)]
    people.rows("mentorship/x.csv", ["Mentor", "Mentee", "Start"], *rows)
    assert load(people, warehouse, quarantine_share=0.01).rows_quarantined == 50


def test_mentors_in_a_json_list_become_rows(people, warehouse):
    mentors = [
        {"name": "Ada", "github_handle": "ada", "email": "p1@example.org", "role": "primary"},
        {"name": "Bo", "github_handle": "p2@example.org", "role": "co-mentor"},
    ]
    people.json(
        "mentorship/x.csv",
        {
            "projects": [
                {"mentee": {"email": "p3@example.org"}, "mentors": mentors, "term": "H1 2024"}
            ]
        },
    )
    assert load(people, warehouse).rows_loaded == 2
    assert pairs(warehouse, "mentor") == [(1, 1), (2, 1)]
    assert pairs(warehouse) == [(3, 2)]


PLATFORMS = {
    "qooper__mentorships": (
        [
            "Program",
            "Mentor Name",
            "Mentor Email",
            "Mentee Name",
            "Mentee Email",
            "Matching Status",
            "Registered (MM-DD-YYYY)",
            "Match Date",
            "Upcoming Meetings",
            "Completed Meetings",
        ],
        [
            [
                "Eng",
                "A",
                "p1@example.org",
                "B",
                "p2@example.org",
                "Matched-Active",
                "01-02-2024",
                "03-04-2024",
                "1",
                "7",
            ],
            [
                "Eng",
                "A",
                "p1@example.org",
                "C",
                "p3@example.org",
                "Matched-Duration Completed",
                "01-02-2024",
                "03-05-2024",
                "0",
                "9",
            ],
            [
                "Eng",
                "A",
                "p1@example.org",
                "D",
                "p4@example.org",
                "Match Request-Waiting Mentor Approval",
                "01-02-2024",
                "",
                "0",
                "0",
            ],
        ],
        [
            ("Eng", "1:1", "2024-03-04", None, "active", "day"),
            ("Eng", "1:1", "2024-03-05", None, "completed", "day"),
            ("Eng", "1:1", None, None, "pending", None),
        ],
    ),
    "pushfar__mentorships": (
        [
            "Mentor Email",
            "Mentee Email",
            "Start Date",
            "Status",
            "Number of Meetings",
            "Last Meeting Date",
            "Goals Set",
            "Goals Completed",
            "Messages",
        ],
        [
            [
                "p1@example.org",
                "p2@example.org",
                "2024-03-04",
                "Active",
                "3",
                "2024-05-01",
                "1",
                "0",
                "9",
            ]
        ],
        [(None, "1:1", "2024-03-04", None, "active", "day")],
    ),
    "mentorcliq__mentorships": (
        ["Program", "Mentor Email", "Mentee Email", "Match Status", "Published Date"],
        [
            ["Eng", "p1@example.org", "p2@example.org", "Published", "2024-03-04"],
            ["Eng", "p1@example.org", "p3@example.org", "Pending", ""],
        ],
        [
            ("Eng", "1:1", "2024-03-04", None, "active", "day"),
            ("Eng", "1:1", None, None, "pending", None),
        ],
    ),
    "mentor_collective__mentorships": (
        [
            "Mentor Email",
            "Mentee Email",
            "Status",
            "Reason for Unmatch",
            "Date matched",
            "Last conversation logged",
            "Total conversations logged",
        ],
        [
            ["p1@example.org", "p2@example.org", "Matched", "", "2024-03-04", "2024-04-01", "4"],
            ["p1@example.org", "p3@example.org", "Unmatched", "left", "2024-03-05", "", "0"],
        ],
        [
            (None, "1:1", "2024-03-04", None, "active", "day"),
            (None, "1:1", "2024-03-05", None, "ended_early", "day"),
        ],
    ),
    "anitab__mentorships": (
        [
            "id",
            "action_user_id",
            "mentor_id",
            "mentee_id",
            "creation_date",
            "accept_date",
            "start_date",
            "end_date",
            "state",
            "notes",
        ],
        [
            [
                "1",
                "7",
                "7",
                "8",
                "1578158880.523261",
                "1578245280.1",
                "1578245280.1",
                "1609459200.0",
                "2",
                "x",
            ],
            ["2", "7", "7", "9", "1578158880.523261", "", "", "", "1", ""],
            ["3", "7", "7", "9", "1578158880.523261", "1578245280.1", "1578245280.1", "", "5", ""],
            ["4", "7", "7", "9", "1578158880.523261", "", "", "", "3", ""],
        ],
        [
            (None, "1:1", "2020-01-04", None, "declined", "day"),
            (None, "1:1", "2020-01-04", None, "pending", "day"),
            (None, "1:1", "2020-01-05", "2021-01-01", "active", "day"),
            (None, "1:1", "2020-01-05", None, "completed", "day"),
        ],
    ),
}


@pytest.mark.parametrize("shape", PLATFORMS)
def test_a_platform_s_own_export_is_recognised_and_its_words_understood(people, warehouse, shape):
    header, rows, expected = PLATFORMS[shape]
    people.rows("mentorship/x.csv", header, *rows)
    report = load(people, warehouse)
    assert report.shape == shape
    assert warehouse.all(PAIRS) == expected


def test_meetings_that_a_platform_only_counts_are_no_sessions(people, warehouse):
    header, rows, _ = PLATFORMS["qooper__mentorships"]
    people.rows("mentorship/x.csv", header, *rows)
    report = load(people, warehouse)
    assert {"Completed Meetings", "Upcoming Meetings"} <= set(report.unused)
    assert warehouse.one("select count(*) from raw.generic__sessions") == 0


def test_chronus_pairs_take_their_start_from_a_mapping(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        ["Mentor Email Address", "Mentee Email Address", "Coaching Connection Name"],
        ["p1@example.org", "p2@example.org", "Growth"],
    )
    with pytest.raises(InputError, match="no_start"):
        load(people, warehouse, quarantine_share=0.01)
    mapping = {"mentorship/x.csv": {"constants": {"start_date": "2024-03-04"}}}
    assert load(people, warehouse, mapping=mapping).shape == "chronus__mentorships"
    assert warehouse.all(PAIRS) == [(None, "1:1", "2024-03-04", None, "active", "day")]


def test_workday_objects_give_their_labels(people, warehouse):
    record = {
        "id": "w1",
        "descriptor": "Mentorship",
        "mentor": {"id": "E1", "descriptor": "Ada"},
        "mentee": {"id": "E2", "descriptor": "Bo"},
        "mentorshipType": {"descriptor": "Peer"},
        "startDate": "2024-03-04",
        "endDate": None,
        "status": {"descriptor": "In Progress"},
    }
    people.json("mentorship/x.csv", {"data": [record]})
    assert load(people, warehouse).shape == "workday__mentorships"
    assert warehouse.all(PAIRS) == [(None, "peer", "2024-03-04", None, "active", "day")]
    linked = "select count(*) from raw.generic__employees e join raw.generic__mentorships m on "
    assert warehouse.one(linked + "m.mentee = e.employee_id and m.model = 'peer'") == 1


def test_a_platform_s_numbers_for_people_are_not_taken_for_employee_ids(people, warehouse):
    people.rows(
        "hris/employees.csv", ["employee_id", "email", "hire_date"], ["7", "", "2019-01-07"]
    )
    header, rows, _ = PLATFORMS["anitab__mentorships"]
    people.rows("mentorship/x.csv", header, *rows)
    load(people, warehouse)
    joined = "select count(*) from raw.generic__employees e join raw.generic__mentorships m on "
    assert warehouse.one(joined + "e.employee_id in (m.mentor, m.mentee)") == 0


def test_the_users_of_a_platform_say_whose_its_numbers_are(people, warehouse):
    header, rows, _ = PLATFORMS["anitab__mentorships"]
    people.rows("mentorship/x.csv", header, *rows)
    people.rows(
        "mentorship/users.csv",
        ["id", "name", "username", "email", "terms_and_conditions_checked"],
        ["8", "Bo", "bo", "p2@example.org", "True"],
    )
    load(people, warehouse)
    joined = (
        "select count(*) from raw.generic__identities as i join raw.generic__mentorships as m "
        "on m.mentee = i.value join raw.generic__employees as e on e.email = i.employee_id"
    )
    assert warehouse.one(joined) == 1


def test_mentorloop_participants_are_applications(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        [
            "Role ID",
            "Name",
            "Approved (True/False)",
            "Verified Email (True/False)",
            "Email",
            "Signup Date",
            "Completion",
            "Last Activity Type",
        ],
        ["1", "Bo", "True", "True", "p2@example.org", "2024-02-01 09:00", "80", "login"],
        ["2", "Bo", "False", "True", "p3@example.org", "2024-02-02 09:00", "10", "login"],
    )
    assert load(people, warehouse).shape == "mentorloop__applications"
    assert warehouse.all(
        "select outcome, applied_at::varchar from raw.generic__applications order by all"
    ) == [("accepted", "2024-02-01 09:00:00+00"), ("pending", "2024-02-02 09:00:00+00")]


def test_together_feedback_is_out_of_four(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        ["Pairing ID", "Session", "Submitted At", "Role", "Session Rating", "Comment"],
        ["9", "2", "2024-02-01 09:00", "Mentee", "3", "good"],
    )
    report = load(people, warehouse)
    assert (report.shape, report.unused) == ("together__surveys", ("Session", "Comment"))
    assert warehouse.all("select respondent_role, score, scale_max from raw.generic__surveys") == [
        ("mentee", 3.0, 4.0)
    ]


def test_a_meeting_log_is_sessions_with_minutes(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        ["Date", "Mentor", "Mentee", "Duration", "Topics", "Actions", "Next meeting"],
        ["2024-02-01", "p1@example.org", "p2@example.org", "1:30", "x", "", ""],
        ["2024-02-08", "p1@example.org", "p2@example.org", "1 h 15 min", "x", "", ""],
        ["2024-02-15", "p1@example.org", "p2@example.org", "45 min", "x", "", ""],
        ["2024-02-22", "p1@example.org", "p2@example.org", "60", "x", "", ""],
    )
    assert load(people, warehouse).shape == "spreadsheet__sessions"
    assert warehouse.all(
        "select duration_minutes, status from raw.generic__sessions order by held_at"
    ) == [(90.0, "held"), (75.0, "held"), (45.0, "held"), (60.0, "held")]
    named = "select distinct s.mentor, s.mentee from raw.generic__sessions as s"
    assert warehouse.all(f"{named} join raw.generic__employees as e on s.mentor = e.email") != []


def test_a_goal_sheet_reads_its_progress(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        ["Mentee", "Goal", "Target date", "Progress %"],
        ["p2@example.org", "Lead a design", "2024-06-01", "100%"],
        ["p2@example.org", "Give a talk", "2024-07-01", "40"],
    )
    assert load(people, warehouse).shape == "spreadsheet__goals"
    assert warehouse.all(
        "select target_date::varchar, status from raw.generic__goals order by all"
    ) == [("2024-06-01", "completed"), ("2024-07-01", "open")]


def test_a_form_gives_a_row_for_every_question(people, warehouse):
    people.rows(
        "mentorship/x.csv",
        [
            "Timestamp",
            "Email Address",
            "Are you a mentor or a mentee?",
            "How useful was the last meeting?",
            "I would recommend the programme to a colleague",
        ],
        ["2024-02-01 09:00:00", "p2@example.org", "Mentee", "4", "Strongly agree"],
        ["2024-02-02 09:00:00", "p1@example.org", "I am a mentor", "8 out of 10", "Disagree"],
    )
    assert load(people, warehouse).shape == "spreadsheet__surveys"
    assert warehouse.all(
        "select respondent_role, score, scale_max from raw.generic__surveys order by all"
    ) == [("mentee", 4.0, None), ("mentee", 5.0, 5.0), ("mentor", 2.0, 5.0), ("mentor", 8.0, 10.0)]


@pytest.mark.parametrize("sheet", sources.sheets(), ids=lambda one: one.name)
def test_every_name_of_a_column_is_written_as_columns_are_compared(sheet):
    for one, part in sheet.parts.items():
        for name in part.columns:
            for column in name.replace("*", "").strip("_").split("+"):
                assert canonical(column) == column, (one, name)
    assert sheet.needs <= sheet.parts.keys()


def alone(exports, sheet, field, column):
    """Look at a file with one name for a field and the first names of the others needed."""
    needed = {one: sheet.parts[one].columns[0] for one in sheet.needs} | {field: column}
    header = [*needed.values(), *sheet.marks]
    if sheet.questions:
        header.append("How useful was it?")
    names = [one.replace("*", "x") for text in header for one in text.split("+")]
    return files.peek(exports.write("mentorship/y.csv", ",".join(names) + "\n"), exports.path)


@pytest.mark.parametrize("sheet", sources.sheets(), ids=lambda one: one.name)
def test_every_declared_name_of_a_needed_column_is_read(exports, sheet):
    for field in sheet.needs:
        for column in sheet.parts[field].columns:
            plan = recognise(alone(exports, sheet, field, column), Settings())
            assert isinstance(plan, Plan), (field, column)
            if plan.name.startswith(sheet.name.split("__")[0]):
                assert column.split("+")[0].replace("*", "x") in plan.columns, (field, column)


LFX = ["PROJECT", "LFX URL", "Upstream issue", "", "mentor count"]
LFX += [
    f"Mentor {at}{more}" for at in (1, 2) for more in ("", " GitHub", " email address", " LFID")
]
PROJECT = "CNCF - Some Project: Faster tests ({} Term {})"
FIRST, SECOND = ["Ada", "ada", "p1@example.org", "adal"], ["Bo", "bo", "p2@example.org", "bob"]


def test_a_tracking_sheet_without_mentees_is_open_places(people, warehouse):
    project = [PROJECT.format(2026, 3), "", "https://example.org/1", "", 2]
    people.rows("mentorship/x.csv", LFX, [*project, *FIRST, *SECOND])
    report = load(people, warehouse)
    assert (report.shape, report.rows_read, report.rows_quarantined) == ("lfx__mentorships", 2, 2)
    assert "open_place" in report.problems[-1]


@pytest.mark.parametrize(
    ("term", "first"),
    [((2026, 1), "2026-03-01"), ((2026, 2), "2026-06-01"), ((2026, 3), "2026-09-01")],
)
def test_the_term_in_a_projects_name_is_the_start(people, warehouse, term, first):
    project = [PROJECT.format(*term), "", "https://example.org/1", "", 2]
    people.rows("mentorship/x.csv", [*LFX, "Mentee"], [*project, *FIRST, *SECOND, "p3@example.org"])
    assert load(people, warehouse).rows_loaded == 2
    assert {row[2] for row in warehouse.all(PAIRS)} == {first}
    assert pairs(warehouse, "mentor") == [(1, 1), (2, 1)]


def test_an_export_of_programmes_has_its_mentors_and_no_mentee(people, warehouse):
    keys = ("name", "github_handle", "email", "lfid")
    mentors = [dict(zip(keys, one, strict=True)) for one in (FIRST, SECOND)]
    program = {
        "issue_number": 1, "cncf_project": "x", "term": "2026 Term 3 (Sep-Nov)", "lfx_url": "",
        "program_name_full": PROJECT.format(2026, 3), "mentors": mentors,
        "prerequisites": {"resume": True, "standard_courses": [{"name": "x"}]},
    }  # fmt: skip
    people.json("mentorship/x.json", {"_term": "x", "_count": 1, "programs": [program]})
    (report,) = [one for one in warehouse.load(people, quarantine_share=1).files
                 if one.path == "mentorship/x.json"]  # fmt: skip
    assert (report.shape, report.rows_read) == ("lfx_export__mentorships", 2)
    assert "open_place" in report.problems[-1]
