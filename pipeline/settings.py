"""Settings and run context: the one place that reads the environment and the settings file.

`Settings` is what an organisation decides (`mentorship.toml`); `Context` is where one run reads
and writes and as of which day (options of the command line, else environment variables).
"""

from __future__ import annotations

import difflib
import hashlib
import hmac
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import SettingsError
from pipeline.published import STALE_AFTER_DAYS

PROJECT = Path(__file__).resolve().parent.parent
SETTINGS_NAME = "mentorship.toml"
ADDRESS = "://"
EVERY_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
NO_FIGURES = {"serving", "sign_in", "grants", "digest", "snapshots_kept", "retention"}
"""Settings that cannot change a published figure."""
STANDARD_DIMENSIONS = (
    "all",
    "organisation",
    "level",
    "job_family",
    "program",
    "model",
    "assignment",
    "cohort",
)

#: Names of the metric dictionary that an own outcome may not take.
BUILT_IN_OUTCOMES = frozenset(
    (
        *("pr_cycle_time", "incident_rate", "promotion", "retention"),
        *("pr_pickup_time", "pr_review_time", "pr_merge_time", "merge_ratio", "throughput"),
        *("reviews_given", "authors_helped", "incident_rate_on_call", "heavy_on_call_weeks"),
        *("business_hour_interruptions", "off_hour_interruptions", "sleep_hour_interruptions"),
        *("time_to_acknowledge", "time_to_resolve", "internal_mobility"),
        *("leadership_opportunities", "performance_rating"),
        *("voluntary_leaving", "involuntary_leaving", "regrettable_leaving"),
    )
)

Share = Annotated[float, Field(ge=0, le=1)]
Pair = Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]
Names = tuple[Annotated[str, Field(min_length=1)], ...]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Levels(_Table):
    """Ranks of the career ladder."""

    order: Names = Field(
        default=(),
        description="Levels from lowest to highest. Empty: the trailing number of the level "
        "is its rank; without one, promotion rests on HR events alone.",
    )


class Population(_Table):
    """Who is analysed. An empty list keeps everyone."""

    employment_types_excluded: Names = Field(
        default=("contractor", "intern"),
        description="Employment types left out, where the export says the type.",
    )
    levels: Names = Field(default=(), description="Only these levels.")
    job_families: Names = Field(default=(), description="Only these job families.")
    organisations: Names = Field(default=(), description="Only these organisations.")
    locations: Names = Field(default=(), description="Only these locations.")


class Eligibility(_Table):
    """Who could have started a mentorship."""

    minimum_tenure_months: int = Field(
        default=3,
        ge=0,
        le=60,
        description="Months of employment before someone counts as eligible for mentoring.",
    )


class Windows(_Table):
    """How long people are followed."""

    follow_up_months: tuple[Literal[6, 12, 18, 24], ...] = Field(
        default=(6, 12, 18, 24),
        description="Follow-up windows that are published; 6 and 12 carry the headline outcomes.",
    )

    @field_validator("follow_up_months")
    @classmethod
    def _holds_the_headline(cls, months: tuple[int, ...]) -> tuple[int, ...]:
        if list(months) != sorted(set(months)) or not {6, 12} <= set(months):
            raise ValueError("list each window once, rising, with 6 and 12 among them")
        return months


class Matching(_Table):
    """How comparison people are chosen."""

    comparison_cap: Annotated[int, Field(ge=5)] | None = Field(
        default=None,
        description="Most comparison rows kept for each mentee of a matched cell, nearest in "
        "tenure first. Unset: all of them, or where that would make more than three million rows "
        "as many as make no more, 5 at least.",
    )


class Plan(_Table):
    """When verdicts are taken. Between two looks figures move, verdicts do not."""

    first_look: date | None = Field(
        default=None,
        description="Day of the first planned look. Unset: one look, at the as-of date, and the "
        "page warns that looking often raises false alarms.",
    )
    every: Literal["month", "quarter", "half-year", "year"] | Annotated[int, Field(ge=1, le=24)] = (
        Field(default="quarter", description="Time between looks, in words or in months.")
    )
    looks: Annotated[int, Field(ge=1, le=40)] | None = Field(
        default=None, description="Number of planned looks. Required with `first_look`."
    )

    @model_validator(mode="after")
    def _looks_with_a_first_one(self) -> Self:
        if (self.first_look is None) != (self.looks is None):
            raise ValueError("set `first_look` and `looks` together, or neither")
        return self

    @property
    def every_months(self) -> int:
        """Months between two looks."""
        return EVERY_MONTHS[self.every] if isinstance(self.every, str) else self.every


class DataEnd(_Table):
    """Last day that a source is known to be complete, where its latest event misleads."""

    git: date | None = Field(default=None, description="Last complete day of the Git export.")
    hris: date | None = Field(default=None, description="Last complete day of the HRIS export.")
    incidents: date | None = Field(
        default=None, description="Last complete day of the incident export."
    )
    mentorship: date | None = Field(
        default=None, description="Last complete day of the mentorship export."
    )


class ProgrammeTargets(_Table):
    """What the programme aims at, shown beside the measure of the same name."""

    participation: Share | None = Field(
        default=None, description="Mentored share of eligible people."
    )
    active_pairs: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="Pairs that met in the last 30 days."
    )
    quiet_pairs: Share | None = Field(
        default=None, description="Largest share of running pairs that have gone quiet."
    )
    cadence: Share | None = Field(default=None, description="Held share of agreed sessions.")
    days_between_sessions: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="Most days between two sessions, at the median."
    )
    goal_attainment: Share | None = Field(
        default=None, description="Share of due goals that were reached in time."
    )
    goal_coverage: Share | None = Field(
        default=None, description="Share of running pairs that have a goal."
    )
    feedback: Share | None = Field(
        default=None, description="Mean score of mentees, as a share of the scale's maximum."
    )
    feedback_mentors: Share | None = Field(
        default=None, description="Mean score of mentors, as a share of the scale's maximum."
    )
    feedback_managers: Share | None = Field(
        default=None, description="Mean score of managers, as a share of the scale's maximum."
    )
    feedback_response: Share | None = Field(
        default=None, description="Share of pairs whose mentee answered a survey."
    )
    match_completed: Share | None = Field(
        default=None, description="Share of ended pairs that were completed."
    )
    match_ended_early: Share | None = Field(
        default=None, description="Largest share of ended pairs that ended early."
    )
    ended_left: Share | None = Field(
        default=None,
        description="Largest share of the reasons for an early end: somebody left.",
    )
    ended_moved: Share | None = Field(
        default=None,
        description="Largest share of the reasons for an early end: somebody moved.",
    )
    ended_no_time: Share | None = Field(
        default=None,
        description="Largest share of the reasons for an early end: no time.",
    )
    ended_no_fit: Share | None = Field(
        default=None,
        description="Largest share of the reasons for an early end: no fit.",
    )
    ended_other: Share | None = Field(
        default=None,
        description="Largest share of the reasons for an early end: others.",
    )
    time_to_match: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="Most days from application to start, at the median."
    )
    unmatched_applicants: Share | None = Field(
        default=None, description="Largest share of applicants who wait for a mentor."
    )
    dose: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="Sessions held in a pair's first six months, on average."
    )
    cross_team_links: Share | None = Field(
        default=None, description="Share of running pairs across teams."
    )
    cross_organisation_links: Share | None = Field(
        default=None, description="Share of running pairs across organisations."
    )
    mentor_load: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="Most mentees a mentor should have at a time; the limit of mentors who name "
        "no capacity of their own.",
    )
    mentors_over_limit: Share | None = Field(
        default=None, description="Largest share of mentors with more mentees than their limit."
    )
    mentoring_hours: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="Hours of mentoring in a month."
    )
    mentor_reviews: Share | None = Field(
        default=None, description="Share of mentees' merged changes that their mentor reviewed."
    )
    mentee_becomes_mentor: Share | None = Field(
        default=None, description="Share of former mentees who mentor within 24 months."
    )
    mentee_becomes_mentor_12: Share | None = Field(
        default=None, description="Share of former mentees who mentor within 12 months."
    )


class Access(_Table):
    """Who comes to mentoring and who is put forward."""

    months: int = Field(
        default=24, ge=6, le=120, description="Months, up to the last, that access is counted in."
    )
    crossings: tuple[Pair, ...] = Field(
        default=(),
        description="Pairs of groups to report access by together, such as "
        '`["gender", "level"]`. Empty: one at a time.',
    )


Price = Annotated[float, Field(gt=0)]


class Costs(_Table):
    """What the optional page of costs and returns counts with; hours of waiting have no price."""

    currency: str = Field(default="", max_length=8, description="Currency of the prices.")
    mentor_hour: Price | None = Field(
        default=None, description="Cost of an hour of a mentor's time. Unset: no cost is told."
    )
    mentee_hour: Price | None = Field(
        default=None, description="Cost of an hour of a mentee's time. Unset: no cost is told."
    )
    leaver: Price | None = Field(
        default=None,
        description="Cost of replacing somebody who left. Unset: no return is told.",
    )


class Programme(_Table):
    """How the programme is read."""

    quiet_after_days: int = Field(
        default=60,
        ge=7,
        le=365,
        description="Days without a held session after which a running pair has gone quiet.",
    )


class FileMapping(_Table):
    """How one export file's own columns read as a known shape."""

    shape: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="Shape the file is read as. Unset: recognised by its content."
    )
    columns: dict[str, str] = Field(
        default={},
        description="Field of the shape = column of the file; in JSON, keys of nested objects "
        'apart by dots (`"user.login"`), and `[]` behind a list whose elements are the rows '
        '(`"reviews[].submitted_at"`).',
    )
    constants: dict[str, str] = Field(
        default={}, description="Field of the shape = what it is in every row of the file."
    )
    values: dict[str, dict[str, str]] = Field(
        default={},
        description="Field of the shape = table of what the file says = what it means, whatever "
        "the case.",
    )
    date_order: Literal["dmy", "mdy"] | None = Field(
        default=None,
        description="Order of day and month in dates such as `3/4/2024`. Unset: what the file's "
        "other dates show; where they show nothing, such dates are not read.",
    )
    time_zone: str | None = Field(
        default=None, description="Zone of naive times in this file. Unset: `time_zone`."
    )

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, zone: str | None) -> str | None:
        return None if zone is None else _known_zone(zone)


class Measure(_Table):
    """One of the organisation's own outcomes, loaded from `measures` files."""

    unit: str = Field(min_length=1, description="Unit of the value, as it is shown.")
    direction: Literal["higher", "lower"] = Field(description="Which direction is better.")
    label: str | None = Field(default=None, description="Name shown. Unset: the metric's name.")


Days = Annotated[int, Field(ge=1, le=36500)]


class Retention(_Table):
    """How long things are kept; every refresh drops what is older."""

    snapshot_days: Days | None = Field(
        default=None,
        description="Days for which a published snapshot is kept, within `snapshots_kept`; the one "
        "in use stays. Unset: by number only.",
    )
    history_days: Days | None = Field(
        default=None,
        description="Days for which superseded rows are kept in the private database; `KNOWN_AT` "
        "reaches back no further. Unset: for good.",
    )
    log_days: Days = Field(
        default=365, description="Days for which the logs of refreshes, dbt and defects are kept."
    )
    audit_days: Days = Field(
        default=730, description="Days for which the audit log of the dashboard is kept."
    )


class Serving(_Table):
    """How the dashboard is served."""

    host: str = Field(
        default="127.0.0.1", description="Address the dashboard binds to (`HOST` wins)."
    )
    port: int = Field(
        default=8050, ge=1, le=65535, description="Port the dashboard listens on (`PORT` wins)."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Server processes.")
    locale: str = Field(
        default="auto",
        pattern=r"^(auto|[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2})$",
        description="How numbers and dates are written, such as `en-GB` or `de-CH`; words stay "
        "English. `auto`: as the reader's browser asks.",
    )


class AccessGrant(_Table):
    """What one person, one group or everybody signed in may do."""

    role: Literal["viewer", "owner"] = Field(
        default="viewer", description="Viewers read pages; owners take files away as well."
    )
    organisations: Names = Field(
        default=(),
        description="Organisations whose figures are seen. Empty: every figure, of everyone and of "
        "every group.",
    )
    sees_all: bool = Field(
        default=False,
        description="With `organisations`: whether the figures of everyone together are seen too.",
    )


class SignIn(_Table):
    """How readers sign in. Without it the dashboard listens on this machine only."""

    method: Literal["none", "users", "proxy", "oidc"] = Field(
        default="none",
        description="`users`: a file of names and Argon2 hashes (`mentorship user`); `proxy`: a "
        "trusted reverse proxy names the reader; `oidc`: OpenID Connect.",
    )
    public_url: str | None = Field(
        default=None,
        pattern="^https?://[^/]+/?$",
        description="Address under which readers reach the dashboard, such as "
        "`https://impact.example.org`. Over https, cookies are secure.",
    )
    proxies: int = Field(
        default=0,
        ge=0,
        le=8,
        description="Reverse proxies in front of the dashboard, each of which adds the address it "
        "heard from to `X-Forwarded-For`: attempts to sign in are counted by reader then. 0: by "
        "whoever connects.",
    )
    session_hours: float = Field(
        default=8.0, gt=0, le=168, description="Hours after which one signs in again."
    )
    users_file: Path | None = Field(
        default=None, description="File of users. Unset: `access/users` in the warehouse."
    )
    proxy_user_header: str = Field(
        default="X-Forwarded-User", description="Header in which the proxy names the reader."
    )
    proxy_secret_header: str = Field(
        default="X-Proxy-Secret", description="Header in which the proxy proves itself."
    )
    proxy_secret_file: Path | None = Field(
        default=None, description="File with the secret that the proxy sends."
    )
    issuer: str | None = Field(default=None, description="Address of the OpenID Connect provider.")
    client_id: str | None = Field(default=None, description="This dashboard's name there.")
    client_secret_file: Path | None = Field(
        default=None, description="File with this dashboard's secret there."
    )
    claim: str = Field(default="email", description="Claim that names a person in the grants.")
    groups_claim: str = Field(default="groups", description="Claim that lists a person's groups.")


class Digest(_Table):
    """Where `mentorship digest --send` sends what changed. Nothing is sent unless this is set."""

    smtp_host: str | None = Field(default=None, description="Mail server. Unset: nothing is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is encrypted."
    )
    sender: str | None = Field(default=None, description="Address it is sent from.")
    recipients: Names = Field(default=(), description="Addresses it is sent to.")
    user: str | None = Field(default=None, description="User name at the server. Unset: none.")
    password_file: Path | None = Field(
        default=None, description="File that holds the password, and nothing else."
    )


class Settings(_Table):
    """What an organisation decides. Unknown keys are errors; every key has a default."""

    time_zone: str = Field(
        default="UTC", description="Zone of times that an export writes without an offset."
    )
    minimum_group: int = Field(
        default=10,
        ge=5,
        le=1000,
        description="Fewest people in each arm and each group that are published.",
    )
    snapshots_kept: int = Field(
        default=12, ge=2, le=1000, description="Published snapshots kept, the newest first."
    )
    stale_after_days: Annotated[int, Field(ge=1, le=36500)] | None = Field(
        default=None,
        description="Days after the last day of the data from which every page says that they are "
        "old. Unset: the time between two looks of the plan, else 45.",
    )
    quarantine_share: Share = Field(
        default=0.01,
        description="Largest share of a table's rows that may be unusable before a refresh stops.",
    )
    shrink_share: Share = Field(
        default=0.05,
        description="Largest share of rows that a new export may lack against the last good one.",
    )
    confidence: float = Field(
        default=0.95, ge=0.5, le=0.999, description="Level of the published intervals."
    )
    location_time_zones: dict[str, str] = Field(
        default={},
        description="Zone of a location of `employees`, for the hours of on-call pages. "
        "Unset: `time_zone`.",
    )
    publish_performance_rating: bool = Field(
        default=False,
        description="Whether the change in performance ratings is published as an outcome, for "
        "groups only. Ratings serve as a check of hidden selection either way.",
    )
    reporting_groups: Names = Field(
        default=(),
        description="Further columns of `employees` to report by, one at a time: `gender`, "
        "`birth_year`, or extra columns of the export.",
    )
    complete: Names = Field(
        default=(),
        description='Exports that are complete, as patterns such as `"hris/*"`: a row missing '
        "from them was deleted at the source.",
    )
    bots: Names = Field(
        default=(), description="Logins and addresses of bots that nothing else gives away."
    )
    levels: Levels = Levels()
    population: Population = Population()
    eligibility: Eligibility = Eligibility()
    windows: Windows = Windows()
    matching: Matching = Matching()
    plan: Plan = Plan()
    data_end: DataEnd = DataEnd()
    access: Access = Access()
    costs: Costs = Costs()
    programme: Programme = Programme()
    programme_targets: ProgrammeTargets = ProgrammeTargets()
    retention: Retention = Retention()
    serving: Serving = Serving()
    sign_in: SignIn = SignIn()
    digest: Digest = Digest()
    terms: dict[str, date | Annotated[str, Field(pattern="^[0-9]{2}-[0-9]{2}$")]] = Field(
        default={},
        description="First days of terms that a mentorship's start may be given as: a name = a "
        'day (`"Cohort 3" = 2024-03-01`), or a season = month and day (`winter = "12-01"`).',
    )
    grants: dict[str, AccessGrant] = Field(
        default={},
        description="What each reader may do: one table a name, `group:<name>`, or `*` for "
        "everybody signed in.",
    )
    mapping: dict[str, FileMapping] = Field(
        default={},
        description="Column mappings: one table a file pattern, relative to the exports folder.",
    )
    measures: dict[str, Measure] = Field(
        default={}, description="Own outcomes: one table a metric of the `measures` files."
    )

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        return _known_zone(zone)

    @field_validator("terms")
    @classmethod
    def _are_days(cls, terms: dict[str, date | str]) -> dict[str, date | str]:
        for name, day in terms.items():
            if isinstance(day, str):
                try:
                    date.fromisoformat(f"2024-{day}")
                except ValueError as error:
                    raise ValueError(f"`{name}` = {day} is no month and day") from error
        return terms

    @field_validator("location_time_zones")
    @classmethod
    def _are_zones(cls, zones: dict[str, str]) -> dict[str, str]:
        return {place: _known_zone(zone) for place, zone in zones.items()}

    @field_validator("measures")
    @classmethod
    def _are_new_outcomes(cls, measures: dict[str, Measure]) -> dict[str, Measure]:
        designs = ("mentor_", "onboarding_", "again_", "team_", "spillover_")
        taken = sorted(
            name for name in measures if name in BUILT_IN_OUTCOMES or name.startswith(designs)
        )
        if taken:
            raise ValueError(f"{', '.join(taken)} is an outcome of its own; choose another name")
        return measures

    @field_validator("reporting_groups")
    @classmethod
    def _are_new_dimensions(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        taken = sorted(set(groups) & set(STANDARD_DIMENSIONS))
        if taken:
            raise ValueError(f"{', '.join(taken)} is reported anyway; leave it out")
        if len(set(groups)) != len(groups):
            raise ValueError("list each group once")
        return groups

    @model_validator(mode="after")
    def _crosses_what_is_reported(self) -> Self:
        known = {"organisation", "level", "job_family", "location", *self.reporting_groups}
        for pair in self.access.crossings:
            wrong = [name for name in pair if name not in known]
            if wrong or pair[0] == pair[1]:
                raise ValueError(
                    f"access.crossings: {' with '.join(pair)} cannot be crossed; name two of "
                    f"{', '.join(sorted(known))}"
                )
        return self

    @property
    def days_until_stale(self) -> int:
        """Days after the last day of the data from which they are old."""
        if self.stale_after_days is not None:
            return self.stale_after_days
        return self.plan.every_months * 31 if self.plan.first_look else STALE_AFTER_DAYS

    @property
    def hash(self) -> str:
        """Hash of everything that can change a published figure (12 hex characters)."""
        content = self.model_dump(mode="json", exclude=NO_FIGURES)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


_NAMED_TABLES: dict[str, type[BaseModel]] = {
    "grants": AccessGrant,
    "mapping": FileMapping,
    "measures": Measure,
}


@dataclass(frozen=True)
class Context:
    """Where one run reads and writes, and as of when.

    Attributes
    ----------
    exports, warehouse, key : pathlib.Path
        Absolute paths of the exports folder, the warehouse folder and the key file.
    settings_file : pathlib.Path or None
        The settings file in use; None when defaults hold.
    as_of : datetime.date or None
        Cut of event time; None takes the latest data end.
    known_at : datetime.datetime or None
        Rebuild from what had been loaded by then (UTC); None takes everything.
    host, port : str, int
        Where the dashboard listens.
    is_remote : bool
        Whether the exports lie elsewhere, and `exports` is a copy in the cache.
    """

    exports: Path
    warehouse: Path
    key: Path
    settings_file: Path | None
    as_of: date | None
    known_at: datetime | None
    host: str
    port: int
    is_remote: bool = False

    @property
    def work_db(self) -> Path:
        """The private database."""
        return self.warehouse / "work.duckdb"

    @property
    def snapshots(self) -> Path:
        """Folder of the published snapshots."""
        return self.warehouse / "snapshots"

    @property
    def told(self) -> Path:
        """What earlier snapshots told, in true counts of groups."""
        return self.warehouse / "told.json.gz"

    @property
    def access(self) -> Path:
        """Private folder of sign-in: users, session key, audit log, failed attempts."""
        return self.warehouse / "access"

    @property
    def lock_file(self) -> Path:
        """Held by the refresh that is writing."""
        return self.warehouse / "refresh.lock"

    @property
    def dbt_target(self) -> Path:
        """Folder for dbt's artefacts and its partial parse."""
        return self.warehouse / "dbt" / "target"

    @property
    def dbt_logs(self) -> Path:
        """Folder for dbt's log."""
        return self.warehouse / "dbt" / "logs"


Option = Literal["EXPORTS", "WAREHOUSE", "AS_OF", "KNOWN_AT", "SETTINGS", "KEY", "HOST", "PORT"]


def read_run(
    options: Mapping[Option, str | None] | None = None,
    environment: Mapping[str, str] | None = None,
    fetch: Callable[[str, Path], Path] | None = None,
) -> tuple[Settings, Context]:
    """Read the options, the environment and the settings file of one run.

    Parameters
    ----------
    options
        Values given on the command line; None or a missing key falls back to the environment.
    environment
        Environment variables; the process's own by default.
    fetch
        Gives the folder that holds the exports of an address (`s3://…`), told the address and the
        cache.

    Raises
    ------
    SettingsError
        An option or the settings file is wrong.
    """
    environment = os.environ if environment is None else environment
    given = {name: value for name, value in (options or {}).items() if value}

    def option(name: Option) -> str | None:
        return given.get(name) or environment.get(name) or None

    address = option("EXPORTS")
    is_remote = bool(address) and ADDRESS in str(address) and fetch is not None
    if address and fetch is not None and is_remote:
        exports = fetch(address, _cache_folder(environment))
    else:
        exports = _folder(address, PROJECT / "data" / "sample")
    settings_file = _settings_file(option("SETTINGS"), exports)
    settings = load_settings(settings_file)
    context = Context(
        exports=exports,
        warehouse=warehouse_of({"WAREHOUSE": option("WAREHOUSE")}, environment),
        key=_folder(option("KEY"), _configuration_folder(environment) / "key"),
        settings_file=settings_file,
        as_of=_as_of(option("AS_OF")),
        known_at=_known_at(option("KNOWN_AT"), settings.time_zone),
        host=option("HOST") or settings.serving.host,
        port=_port(option("PORT"), settings.serving.port),
        is_remote=is_remote,
    )
    return settings, context


def warehouse_of(
    options: Mapping[Option, str | None], environment: Mapping[str, str] | None = None
) -> Path:
    """Give the warehouse that a run is about, also where its settings cannot be read."""
    environment = os.environ if environment is None else environment
    given = options.get("WAREHOUSE") or environment.get("WAREHOUSE") or None
    return _folder(given, PROJECT / "data" / "warehouse")


def load_settings(path: Path | None) -> Settings:
    """Read and check a settings file; None gives the defaults.

    Raises
    ------
    SettingsError
        One line a problem: file, key, what was found, what is allowed.
    """
    if path is None:
        return Settings()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}.") from error
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        lines = [_explain(path, problem) for problem in error.errors()]
        raise SettingsError("\n".join(dict.fromkeys(lines))) from error


def dbt_vars(
    settings: Settings,
    context: Context,
    loaded_on: date | None = None,
    beside: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give the variables of the dbt project, ready for JSON.

    Parameters
    ----------
    loaded_on
        Day of the last load; events after it are ignored by the models.
    beside
        What lies beside the settings: how they stand to the written plan, and placebo draws.
    """
    population, plan = settings.population, settings.plan
    return {
        "as_of_date": context.as_of.isoformat() if context.as_of else None,
        "known_at": context.known_at.isoformat() if context.known_at else None,
        "loaded_on": loaded_on.isoformat() if loaded_on else None,
        "level_order": list(settings.levels.order),
        "population_employment_types_excluded": list(population.employment_types_excluded),
        "population_levels": list(population.levels),
        "population_job_families": list(population.job_families),
        "population_organisations": list(population.organisations),
        "population_locations": list(population.locations),
        "reporting_groups": list(settings.reporting_groups),
        "data_end": settings.data_end.model_dump(mode="json"),
        "follow_up_months": list(settings.windows.follow_up_months),
        "minimum_tenure_months": settings.eligibility.minimum_tenure_months,
        "minimum_group": settings.minimum_group,
        "confidence": settings.confidence,
        "plan": {
            "first_look": plan.first_look.isoformat() if plan.first_look else None,
            "every_months": plan.every_months,
            "looks": plan.looks,
            **(beside or {}),
        },
        "comparison_cap": settings.matching.comparison_cap,
        "access_months": settings.access.months,
        "access_crossings": [list(pair) for pair in settings.access.crossings],
        "critical_value": NormalDist().inv_cdf((1 + settings.confidence) / 2),
        "costs": settings.costs.model_dump(mode="json"),
        "quiet_after_days": settings.programme.quiet_after_days,
        "programme_targets": settings.programme_targets.model_dump(mode="json"),
        "time_zone": settings.time_zone,
        "location_time_zones": dict(settings.location_time_zones),
        "own_measures": {
            name: {"unit": one.unit, "direction": one.direction}
            for name, one in settings.measures.items()
        },
        "publish_performance_rating": settings.publish_performance_rating,
    }


def key_fingerprint(key: bytes) -> str:
    """Name a key without giving it away (32 hex characters)."""
    return hmac.new(key, b"mentorship-impact key fingerprint", hashlib.sha256).hexdigest()[:32]


def set_environment(values: Mapping[str, str]) -> None:
    """Hand values to libraries that read nothing but the environment."""
    os.environ.update(values)


def setting_keys() -> dict[str, tuple[str, str, str]]:
    """List every key of the settings file: dotted name -> (type, default, effect)."""
    model: type[BaseModel] = Settings
    return dict(_keys(model, ""))


def _keys(model: type[BaseModel], prefix: str) -> Iterable[tuple[str, tuple[str, str, str]]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _keys(kind, f"{prefix}{name}.")
            continue
        if not prefix and name in _NAMED_TABLES:
            yield from _keys(_NAMED_TABLES[name], f'{name}."…".')
            continue
        schema = model.model_json_schema()["properties"][name]
        default = "required" if field.is_required() else _toml(field.default)
        yield f"{prefix}{name}", (_kind(schema), default, field.description or "")


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        kinds = [_kind(s) for s in schema["anyOf"] if s.get("type") != "null"]
        return " or ".join(kinds)
    if "enum" in schema:
        return " or ".join(_toml(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("format") == "date":
        return "date"
    names = {"string": "text", "object": "table", "integer": "whole number"}
    kind = names.get(schema["type"], str(schema["type"]))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{kind} {low:g} to {high:g}"
    if low is not None:
        return f"{kind} {low:g} or more"
    return kind


def _toml(value: object) -> str:
    if value is None:
        return "unset"
    if isinstance(value, tuple):
        value = list(value)
    return json.dumps(value, ensure_ascii=False)


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("use a name from the IANA list, such as UTC or Europe/Berlin")
    return zone


def _configuration_folder(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "mentorship-impact"


def _cache_folder(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "mentorship-impact"


def _folder(value: str | None, default: Path) -> Path:
    return (Path(value).expanduser() if value else default).absolute()


def _settings_file(value: str | None, exports: Path) -> Path | None:
    if value:
        path = Path(value).expanduser().absolute()
        if not path.is_file():
            raise SettingsError(f"SETTINGS={value}: there is no such file.")
        return path
    beside = exports / SETTINGS_NAME
    return beside if beside.is_file() else None


def _as_of(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise SettingsError(f"AS_OF={value}: write a day as YYYY-MM-DD.") from error
    today = datetime.now(UTC).date()
    if day > today:
        raise SettingsError(
            f"AS_OF={value}: lies in the future; use a day up to today, {today.isoformat()}."
        )
    return day


def _known_at(value: str | None, zone: str) -> datetime | None:
    """Read a moment; a bare day means its end, a naive time takes the settings' zone."""
    if value is None:
        return None
    try:
        if len(value) == len("YYYY-MM-DD"):
            moment = datetime.combine(date.fromisoformat(value), time.max)
        else:
            moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise SettingsError(
            f"KNOWN_AT={value}: write a day as YYYY-MM-DD or a time as YYYY-MM-DDTHH:MM."
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)


def _port(value: str | None, default: int) -> int:
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise SettingsError(f"PORT={value}: use a number from 1 to 65535.")
    return int(value)


def _explain(path: Path, problem: Mapping[str, Any]) -> str:
    """Put one of pydantic's problems into a line a person can act on."""
    where = [str(part) for part in problem["loc"]]
    if problem["type"] == "extra_forbidden":
        return f"{path}: unknown key `{'.'.join(where)}`{_suggestion(where)}"
    field = [where[0], "…", *where[2:]] if where[0] in _NAMED_TABLES else where
    kinds = {key.replace('"', ""): kind for key, (kind, _, _) in setting_keys().items()}
    depth = next((n for n in range(len(field), 0, -1) if ".".join(field[:n]) in kinds), len(field))
    key = ".".join(where[:depth])
    if problem["type"] == "missing":
        return f"{path}: `{key}` is missing; see docs/settings.md."
    message = str(problem["msg"])
    if problem["type"] == "value_error":
        return f"{path}: `{key}`: {message.removeprefix('Value error, ')}."
    kind = kinds.get(".".join(field[:depth]), "table")
    found = json.dumps(problem.get("input"), ensure_ascii=False, default=str)
    return f"{path}: `{key}`: {found} is not allowed; it takes: {kind}."


def _suggestion(where: list[str]) -> str:
    model: Any = Settings
    for part in where[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        model = field.annotation if field else model
    if where[0] in _NAMED_TABLES and len(where) > 2:
        model = _NAMED_TABLES[where[0]]
    known = list(getattr(model, "model_fields", {}))
    near = difflib.get_close_matches(where[-1], known, n=1)
    hint = f" (did you mean `{near[0]}`?)" if near else ""
    return f"{hint}; allowed here: {', '.join(known)}."
