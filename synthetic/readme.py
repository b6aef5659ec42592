"""The page that lies beside a synthetic organisation's exports and says what it is."""

from collections.abc import Mapping
from typing import Any

_PAGE = """\
# A synthetic organisation

Nobody in these files exists. Names, logins and addresses are invented, every address ends in
`.example`, and all of it was drawn by `synthetic/` from seed {seed}. `truth.json` says what was
planted; the files themselves give no hint of it.

{engineers:,} engineers were employed at some time in the {months} months to {as_of}; {mentees:,} of
them began a mentorship, {with_baseline:,} after their first three months.

## What is planted

| outcome | what mentoring did to the people who took part |
|---|---|
| PR cycle time | hours × {cycle_time} from the month after the start |
| incident rate | × {incident_rate} |
| promotion within 12 months | {promotion:+.1f} points (hazard × {promotion_hazard}) |
| still employed after 12 months | {retention:+.1f} points (hazard of leaving × {leaving_hazard}) |
| engagement, the organisation's own outcome | {engagement:+.0f} points of 100 |

Who enrols is not left to chance: slow mergers and people low on the ladder enrol more, and most of
all after a slow spell that would have passed anyway. So the plain comparison of everyone mentored
with everyone never mentored shows hours × {naive} and is wrong. With this many mentees these
headline outcomes should be decided: {decidable}. The others should not.

## What is in it

| folder | files |
|---|---|
| `hris/` | employees, job history, leaves, ratings, identities, {answers:,} survey answers |
| `git/` | {files} files as `gh pr list --json` prints them, {pull_requests:,} rows |
| `incidents/` | {incidents:,} PagerDuty incidents with their log, its users, the on-call schedule |
| `mentorship/` | pairs, sessions, goals, surveys, applications, opportunities, mentors, stories |
| `mentorship.toml` | settings of this organisation |

It carries what real exports carry: bots (two of them known from the settings only), reviews by
authors and bots, drafts, pull requests open, closed and of a deleted user, repeated rows, an older
export that overlaps a newer one, logins that nobody can resolve, second logins and former
addresses, people removed from the pager's user list, incidents that resolved themselves or were
merged, a rehire, a re-levelling wave, a reorganisation, contractors and interns, ends that never
come (9999-12-31), offsets of several zones, circles with up to three mentors, peers, second
mentorships, declined and pending pairs, people who left before their first day, mentorships from
before the data, sessions that are only scheduled, stories without consent.

## How to make it again

    make sample ENGINEERS={asked} MONTHS={months} SEED={seed} OUT=somewhere
"""


def describe(truth: Mapping[str, Any]) -> str:
    """Tell what an organisation is, from its `truth.json`."""
    planted, counts, parameters = truth["planted"], truth["counts"], truth["parameters"]
    return _PAGE.format(
        seed=truth["seed"],
        as_of=truth["as_of"],
        months=parameters["months"],
        asked=parameters["engineers"],
        engineers=counts["engineers"],
        mentees=counts["mentees"],
        with_baseline=counts["mentees_with_baseline"],
        cycle_time=round(planted["pr_cycle_time"]["effect"], 2),
        incident_rate=round(planted["incident_rate"]["effect"], 2),
        promotion=100 * planted["promotion"]["effect"],
        promotion_hazard=round(planted["promotion"]["hazard_ratio"], 2),
        retention=100 * planted["retention"]["effect"],
        leaving_hazard=round(planted["retention"]["hazard_ratio"], 2),
        engagement=planted["engagement"]["effect"],
        answers=counts["measures"],
        naive=round(truth["naive"]["pr_cycle_time"], 2),
        decidable=", ".join(truth["expected"]["decidable"]) or "none",
        files=counts["files"],
        pull_requests=counts["rows"],
        incidents=counts["incidents"],
    )
