"""Exports carry what real exports carry, and what was simulated arrives in them."""

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from synthetic.exports import draw_sample, make_sample
from synthetic.git import PLAIN_BOTS
from synthetic.organisation import Organisation
from synthetic.people import NEVER
from synthetic.work import incidents_by_month

ENGINEERS, MONTHS, SEED = 160, 24, 3
REVIEW_BOTS = {"github-actions", "lintwarden[bot]"}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("organisation") / "exports"
    make_sample(ENGINEERS, MONTHS, SEED, folder)
    return folder


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return draw_sample(ENGINEERS, MONTHS, SEED)[0]


@pytest.fixture(scope="module")
def pull_requests(out) -> list[dict]:
    """Rows of all files, the newest version of each pull request only."""
    newest: dict[str, dict] = {}
    for path in sorted((out / "git").iterdir()):
        for row in packed(path):
            known = newest.setdefault(row["url"], row)
            newest[row["url"]] = max(known, row, key=lambda one: one["updatedAt"])
    return list(newest.values())


@pytest.fixture(scope="module")
def incidents(out) -> list[dict]:
    files = sorted((out / "incidents").glob("incidents-*.json.gz"))
    return [incident for path in files for incident in packed(path)["incidents"]]


def packed(path: Path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def table(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return list(csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter))


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def links(out: Path) -> dict[str, str]:
    return {
        row["value"]: row["employee_id"]
        for row in table(out / "hris" / "identities.csv")
        if row["kind"] == "github"
    }


def test_same_seed_writes_the_same_bytes(out, tmp_path):
    make_sample(ENGINEERS, MONTHS, SEED, tmp_path / "again")
    assert digests(tmp_path / "again") == digests(out)


def test_another_seed_writes_other_bytes(out, tmp_path):
    make_sample(ENGINEERS, MONTHS, SEED + 1, tmp_path / "other")
    assert (
        digests(tmp_path / "other")["git/payments-1.json.gz"]
        != digests(out)["git/payments-1.json.gz"]
    )


def test_gzip_members_carry_no_time_and_no_name(out):
    for path in out.rglob("*.gz"):
        header = path.read_bytes()[:10]
        assert header[4:8] == bytes(4), path.name
        assert header[3] == 0, path.name


def test_every_address_ends_in_example(out):
    host = re.compile(r"https?://([^/\s\"]+)|@([A-Za-z][\w.-]*)")
    found = set()
    for path in out.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            text = gzip.decompress(content) if path.suffix == ".gz" else content
            found |= {one or other for one, other in host.findall(text.decode())}
    assert found
    assert all(name.endswith(".example") for name in found), found


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="not empty"):
        make_sample(ENGINEERS, MONTHS, SEED, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep"


@pytest.mark.parametrize(
    ("engineers", "months", "seed", "says"),
    [(5, 24, 1, "engineers"), (160, 3, 1, "months"), (160, 24, -1, "seed")],
)
def test_numbers_out_of_range_write_nothing(tmp_path, engineers, months, seed, says):
    with pytest.raises(ValueError, match=says):
        make_sample(engineers, months, seed, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_pull_requests_a_person_month_can_be_set(out, tmp_path):
    few = make_sample(ENGINEERS, MONTHS, SEED, tmp_path / "few", pull_requests=1.0)
    usual = json.loads((out / "truth.json").read_text())["counts"]
    ratio = usual["human_pull_requests"] / few["human_pull_requests"]
    assert ratio == pytest.approx(3.2, rel=0.1)


def test_truth_tells_seed_planted_effects_and_counts(out, organisation):
    truth = json.loads((out / "truth.json").read_text())
    assert truth["seed"] == SEED
    assert truth["as_of"] == "2026-06-30"
    assert truth["planted"]["pr_cycle_time"]["effect"] == 0.78
    assert truth["planted"]["incident_rate"]["effect"] == 1.0
    assert truth["planted"]["promotion"]["effect"] > 0.05
    assert truth["planted"]["retention"]["effect"] > 0.01
    assert truth["planted"]["engagement"]["effect"] == 4.0
    assert truth["parameters"]["engineers"] == ENGINEERS
    began = (organisation.careers.start_day >= 0) & (organisation.careers.start_day < NEVER)
    assert truth["counts"]["mentees"] <= began.sum()
    assert set(truth["expected"]["decidable"]) <= set(truth["planted"])


# Git


def test_keys_of_pull_requests_are_those_of_gh_in_alphabetical_order(out):
    for row in packed(out / "git" / "payments-1.json.gz"):
        assert list(row) == sorted(row)
        assert set(row) == {
            *("additions", "author", "closedAt", "createdAt", "deletions", "isDraft"),
            *("mergedAt", "number", "reviews", "state", "title", "updatedAt", "url"),
        }


def test_states_agree_with_times(pull_requests):
    for row in pull_requests:
        state = "OPEN" if not row["closedAt"] else "MERGED" if row["mergedAt"] else "CLOSED"
        assert row["state"] == state
        assert row["createdAt"] <= (row["closedAt"] or row["updatedAt"]) <= row["updatedAt"]
        assert row["updatedAt"] <= "2026-06-30T23:59:59Z"
    assert {row["state"] for row in pull_requests} == {"OPEN", "CLOSED", "MERGED"}


def test_there_are_drafts_by_mark_and_by_title(pull_requests):
    drafts = [row for row in pull_requests if row["isDraft"]]
    assert any(row["title"].startswith("Draft: ") for row in drafts)
    assert any(row["title"].startswith("WIP: ") for row in drafts)
    assert {row["state"] for row in drafts} == {"OPEN", "CLOSED"}


def test_there_are_bots_of_every_kind_and_a_deleted_user(out, pull_requests):
    authors = Counter((row["author"]["login"], row["author"]["is_bot"]) for row in pull_requests)
    assert {("app/dependabot", True), ("lintwarden[bot]", True), ("app/", True)} <= set(authors)
    for bot in PLAIN_BOTS:
        assert (bot, False) in authors
        assert f'"{bot}"' in (out / "mentorship.toml").read_text()


def test_there_are_reviews_by_authors_by_bots_and_none_at_all(pull_requests):
    merged = [row for row in pull_requests if row["state"] == "MERGED"]
    reviewers = [{review["author"]["login"] for review in row["reviews"]} for row in merged]
    own = sum(row["author"]["login"] in who for row, who in zip(merged, reviewers, strict=True))
    assert 0.05 < own / len(merged) < 0.25
    assert any(who & REVIEW_BOTS for who in reviewers)
    assert any(not who - REVIEW_BOTS for who in reviewers)


def test_reviews_lie_within_the_pull_request_in_order_of_time(pull_requests):
    for row in pull_requests:
        moments = [review["submittedAt"] for review in row["reviews"]]
        assert moments == sorted(moments)
        if moments:
            assert row["createdAt"] <= moments[0]
            assert moments[-1] <= row["updatedAt"]


def test_some_logins_resolve_to_nobody_and_some_people_have_two(out, pull_requests):
    known = links(out)
    logins = {row["author"]["login"] for row in pull_requests if not row["author"]["is_bot"]}
    assert logins - set(known)
    assert len(logins & set(known)) > 0.9 * len(logins)
    assert max(Counter(known.values()).values()) == 2


def test_rows_repeat_within_a_file_and_an_older_file_overlaps(out):
    rows = packed(out / "git" / "payments-1.json.gz")
    assert len(rows) > len({row["number"] for row in rows})
    newer = {row["number"]: row for row in rows}
    older = packed(out / "git" / "payments-1.older.json.gz")
    assert older
    same = [row for row in older if row == newer[row["number"]]]
    changed = [row for row in older if row != newer[row["number"]]]
    assert same
    assert changed
    assert all(row["updatedAt"] < newer[row["number"]]["updatedAt"] for row in changed)
    assert any(row["state"] == "OPEN" != newer[row["number"]]["state"] for row in changed)


def test_log_hours_of_a_person_and_month_add_up_to_what_was_simulated(
    out, organisation, pull_requests
):
    person = links(out)
    number = {
        f"E{number:06d}": who for who, number in enumerate(organisation.people_.number.tolist())
    }
    sums: Counter = Counter()
    counts: Counter = Counter()
    for row in pull_requests:
        employee = person.get(row["author"]["login"])
        if employee is None or row["state"] != "MERGED":
            continue
        opened, merged = (datetime.fromisoformat(row[key]) for key in ("createdAt", "mergedAt"))
        month = (opened.year - 2024) * 12 + opened.month - 7
        counts[number[employee], month] += 1
        sums[number[employee], month] += np.log((merged - opened).total_seconds() / 3600)
    # Rehires share a number; what is opened in the last two months may not be merged yet.
    once = np.bincount(organisation.people_.number)[organisation.people_.number] == 1
    work = organisation.pull_requests
    checked = 0
    for (who, month), count in counts.items():
        if once[who] and month < MONTHS - 2 and count == work.merged[who, month]:
            checked += 1
            assert sums[who, month] == pytest.approx(
                work.log_hours_sum[who, month], abs=0.02 * count
            )
    assert checked > 0.95 * len(counts) * (MONTHS - 2) / MONTHS * once.mean()


# Incidents


def test_incident_pages_are_wrapped_and_complete(out):
    for path in (out / "incidents").glob("incidents-*.json.gz"):
        page = packed(path)
        assert set(page) == {"incidents", "limit", "offset", "total", "more"}
        assert page["more"] is False
    assert set(packed(out / "incidents" / "users.json.gz")) == {
        *("users", "limit", "offset", "total", "more")
    }


def test_resolved_incidents_have_no_assignments_and_acknowledgement_is_in_the_log(incidents):
    resolved = [one for one in incidents if one["status"] == "resolved"]
    assert resolved
    assert all(not one["assignments"] and one["resolved_at"] for one in resolved)
    by_type = Counter(entry["type"] for one in resolved for entry in one["log_entries"])
    assert by_type["acknowledge_log_entry"] > 0.8 * len(resolved)
    assert by_type["escalate_log_entry"] > 0


def test_first_acknowledger_is_the_simulated_primary(out, organisation, incidents):
    users = {user["id"]: user["email"] for user in packed(out / "incidents/users.json.gz")["users"]}
    addresses = {row["email"]: row["employee_id"] for row in table(out / "hris/employees.csv")}
    addresses |= {
        row["value"]: row["employee_id"]
        for row in table(out / "hris/identities.csv")
        if row["kind"] == "email"
    }
    found: Counter = Counter()
    unknown = unanswered = 0
    for one in incidents:
        entries = sorted(one["log_entries"], key=lambda entry: entry["created_at"])
        first = [e["agent"]["id"] for e in entries if e["type"] == "acknowledge_log_entry"][:1]
        if not first:
            unanswered += one["resolve_reason"] is None
        elif first[0] not in users:
            unknown += 1
        else:
            found[addresses[users[first[0]]]] += 1
    counts = incidents_by_month(
        organisation.on_call, organisation.calendar, len(organisation.people_)
    ).sum(axis=1)
    simulated: Counter = Counter()
    for number, count in zip(organisation.people_.number.tolist(), counts.tolist(), strict=True):
        simulated[f"E{number:06d}"] += count
    assert sum(found.values()) + unknown + unanswered == counts.sum()
    assert all(count <= simulated[employee] for employee, count in found.items())
    assert unanswered < 0.1 * counts.sum()


def test_there_are_merged_automatic_and_removed_cases(out, incidents):
    users = {user["id"] for user in packed(out / "incidents/users.json.gz")["users"]}
    reasons = Counter((one["resolve_reason"] or {}).get("type") for one in incidents)
    assert reasons["merge_resolve_reason"] > 0
    agents = {
        e["agent"]["type"] for o in incidents for e in o["log_entries"] if "resolve" in e["type"]
    }
    assert agents == {"user_reference", "service_reference"}
    paged = {
        entry["agent"]["id"]
        for one in incidents
        for entry in one["log_entries"]
        if entry["agent"]["type"] == "user_reference"
    }
    assert paged & users


def test_shifts_are_weeks_with_the_offsets_of_several_zones(out):
    rows = table(out / "incidents/on_call.csv.gz")
    assert {row["start_at"][-6:] for row in rows} == {
        *("+01:00", "-04:00", "+03:00", "+02:00", "+00:00")
    }
    for row in rows:
        begin, end = (datetime.fromisoformat(row[key]) for key in ("start_at", "end_at"))
        assert 0 < (end - begin).total_seconds() <= 7 * 86_400
        assert end < datetime.fromisoformat("2026-07-01T00:00:00+00:00")


# HRIS and programme


def test_employees_carry_repeats_a_rehire_sentinels_and_people_outside(out):
    rows = table(out / "hris/employees.csv")
    whole = Counter(tuple(row.values()) for row in rows)
    assert max(whole.values()) == 2
    spells = Counter(row["employee_id"] for row in {tuple(r.values()): r for r in rows}.values())
    assert max(spells.values()) == 2
    assert {row["employment_type"] for row in rows} == {"employee", "contractor", "intern"}
    assert {"9999-12-31", ""} <= {row["termination_date"] for row in rows}
    assert all(
        bool(row["termination_type"]) == ("2" in row["termination_date"][:1]) for row in rows
    )
    assert any(not row["full_name"].isascii() for row in rows)


def test_no_date_of_an_event_is_after_the_end(out):
    for path, column in (
        ("hris/employees.csv", "termination_date"),
        ("hris/job_history.csv", "effective_date"),
        ("hris/leaves.csv", "end_date"),
        ("hris/performance_reviews.csv", "review_date"),
        ("mentorship/opportunities.csv", "occurred_at"),
        ("mentorship/case_studies.csv", "published_at"),
    ):
        values = {row[column] for row in table(out / path)} - {"9999-12-31"}
        assert max(values) < "2026-07-01", path


def test_mentorships_carry_every_status_model_and_circles(out):
    rows = table(out / "mentorship/mentorships.csv")
    assert {row["status"] for row in rows} == {
        *("active", "completed", "ended_early", "pending", "declined")
    }
    assert {row["model"] for row in rows} >= {"1:1", "peer", "circle"}
    mentors: dict[str, set[str]] = {}
    for row in rows:
        if row["model"] == "circle":
            mentors.setdefault(row["mentorship_id"], set()).add(row["mentor"])
    assert max(len(who) for who in mentors.values()) == 3
    begun = Counter(
        row["mentee"]
        for row in {(r["mentee"], r["mentorship_id"]): r for r in rows}.values()
        if row["status"] in ("active", "completed", "ended_early")
    )
    assert max(begun.values()) == 2
    assert min(row["start_date"] for row in rows) < "2024-07-01"
    assert max(row["start_date"] for row in rows if row["status"] == "pending") > "2026-06-30"


def test_some_mentees_left_before_their_first_day(out):
    left = {
        row["email"]: row["termination_date"]
        for row in table(out / "hris/employees.csv")
        if row["termination_date"]
    }
    late = [
        row
        for row in table(out / "mentorship/mentorships.csv")
        if left.get(row["mentee"], "9999") < row["start_date"]
    ]
    assert len(late) >= 3
    assert {row["status"] for row in late} == {"active"}


def test_sessions_are_held_cancelled_or_only_scheduled(out):
    rows = table(out / "mentorship/sessions.csv")
    assert {row["status"] for row in rows} == {"held", "cancelled", "scheduled"}
    for row in rows:
        assert (row["held_at"] > "2026-07-01") == (row["status"] == "scheduled")
        assert bool(row["duration_minutes"]) == (row["status"] == "held")
    met = {row["mentorship_id"] for row in rows if row["status"] == "held"}
    begun = {
        row["mentorship_id"]
        for row in table(out / "mentorship/mentorships.csv")
        if row["status"] == "completed"
    }
    assert begun - met or len(begun) < 30
    assert met <= {row["mentorship_id"] for row in table(out / "mentorship/mentorships.csv")}


def test_surveys_keep_their_scale_and_stories_their_consent(out):
    lines = (out / "mentorship/surveys.ndjson").read_text().splitlines()
    answers = [json.loads(line) for line in lines]
    assert {answer["scale_max"] for answer in answers} == {5, 10}
    assert all(1 <= answer["score"] <= answer["scale_max"] for answer in answers)
    assert {answer["respondent_role"] for answer in answers} == {"mentee", "mentor", "manager"}
    stories = table(out / "mentorship/case_studies.csv")
    assert {story["consent"] for story in stories} == {"true", "false", "no"}
    assert any("\n" in story["text"] for story in stories)


def test_reorganisation_and_re_levelling_are_in_the_files(out):
    events = table(out / "mentorship/events.csv")
    (day,) = {row["starts_on"] for row in events if row["kind"] == "reorganisation"}
    history = table(out / "hris/job_history.csv")
    moved = [row for row in history if row["event"] == "transfer" and row["effective_date"] == day]
    assert len(moved) >= 3
    assert len({row["team"] for row in moved}) <= 2
    assert len({row["effective_date"] for row in history if row["event"] == "other"}) == 1
