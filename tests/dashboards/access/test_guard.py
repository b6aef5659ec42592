"""Role by page by file by route: everybody gets what was granted, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import os
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import dash
import pytest
from asking import CALLBACK, page_request
from flask.testing import FlaskClient
from guarded import GRANTS, LOCAL, OWN, PASSWORD, sign_in
from pypdf import PdfReader

from dashboards import scope as scopes
from dashboards.access import guard, sessions, users
from dashboards.access.attempts import (
    FOLDER,
    MOST,
    MOST_IN_A_FILE,
    MOST_OF_ADDRESS,
    MOST_OF_NAME,
    WINDOW_SECONDS,
    Attempts,
)
from dashboards.access.config import LONGEST_SESSION_HOURS, Access, Grant, Proxy
from dashboards.access.marks import drop_older
from dashboards.app import AddressRefusedError, create_app, serve
from dashboards.export.routes import TYPES
from dashboards.pages import outcome
from dashboards.queries import SnapshotStore, read_published
from dashboards.rows import AccessRow, DataCheck, Estimate, KnownEvent
from pipeline.settings import SignIn

PAGES = (
    *("/", "/outcomes", "/evidence", "/programme", "/access", "/mentors", "/teams"),
    *("/return", "/stories", "/data", "/methods", "/outcomes/pr_cycle_time"),
)
API = ("/_dash-layout", "/_dash-dependencies", "/_favicon.ico", "/_reload-hash")
POSTED = ("/_dash-update-component", "/logout")
FILES = tuple(f"/export/impact.{kind}" for kind in ("csv", "xlsx", "pptx", "pdf"))
OPEN = ("/healthz", "/readyz", "/metrics", "/login", "/assets/app.css")


def get(client: FlaskClient, address: str, **headers: str) -> Any:
    return client.get(address, base_url=LOCAL, headers={"Accept": "text/html"} | headers)


# ---- who gets in -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", *API, *FILES, "/assets/app.js", "/no-such-page"])
def test_nobody_reads_anything_without_signing_in(
    address: str, client_of: Callable[..., FlaskClient]
) -> None:
    answer = get(client_of(), address)
    assert answer.status_code in (302, 401)
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/login?next=")


@pytest.mark.parametrize("address", OPEN)
def test_what_tells_nothing_of_the_data_is_open(
    address: str, client_of: Callable[..., FlaskClient]
) -> None:
    with get(client_of(), address) as answer:
        assert answer.status_code == 200
        assert OWN not in answer.text


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("own-owner", 200), ("viewer", 403), ("own-viewer", 403)]
)
def test_only_owners_take_files_away(
    role: str, status: int, client_of: Callable[..., FlaskClient]
) -> None:
    assert get(client_of(role), "/export/impact.csv").status_code == status


def test_a_viewer_is_offered_no_files(client_of: Callable[..., FlaskClient]) -> None:
    def layout(client: FlaskClient) -> str:
        return str(layout_of(client, "/"))

    assert "/export/impact.pptx" in layout(client_of("owner"))
    assert "/export/impact.pptx" not in layout(client_of("viewer"))
    assert "Sign out" in layout(client_of("viewer"))


def test_somebody_without_a_grant_gets_in_nowhere(client_of: Callable[..., FlaskClient]) -> None:
    client = client_of()
    answer = sign_in(client, "stranger")
    assert answer.status_code == 403
    assert "nothing has been granted" in answer.text
    assert get(client, "/").status_code == 302


@pytest.mark.parametrize("name", ["group:leads", "Group:Leads", "ſam", "\u212ait", "nobody"])
def test_a_name_that_somebody_chose_gets_nobody_elses_grant(name: str) -> None:
    grants = {"sam": Grant("owner"), "kit": Grant("owner"), "group:leads": Grant("owner")}
    assert Access("oidc", grants).grant_of(name) is None
    assert Access("oidc", {**grants, "*": Grant("viewer")}).grant_of(name) == Grant("viewer")


def test_capitals_count_for_nothing_in_names_and_groups() -> None:
    access = Access("oidc", {"Sam": Grant("owner"), "group:Leads": Grant("viewer")})
    assert access.grant_of("sAM") == Grant("owner")
    assert access.granted(["leads", "others"]) == ["leads"]
    assert access.grant_of("eve", ["LEADS"]) == Grant("viewer")


def test_the_lists_of_this_test_hold_every_page_file_and_route(guarded: Any) -> None:
    registered = {entry["path"] for entry in dash.page_registry.values()} - {"/not-found"}
    templates = {entry["path_template"] for entry in dash.page_registry.values()} - {None}
    assert registered - {"/outcomes/none"} <= set(PAGES)
    assert templates == {outcome.PATH_TEMPLATE}
    assert set(FILES) == {f"/export/impact.{kind}" for kind in TYPES}
    known = {*API, *POSTED, *OPEN, "/", "/<path:path>", "/export/impact.<extension>"}
    known |= {"/assets/<path:filename>", "/static/<path:filename>"}
    routes = {rule.rule for rule in guarded.app.url_map.iter_rules()}
    assert {rule for rule in routes if not rule.startswith("/_dash-component-suites/")} <= known


@pytest.mark.parametrize("role", [None, *GRANTS])
def test_a_role_gets_of_every_address_what_was_granted(
    role: str | None, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of(role)
    for address in (*PAGES, *API, *FILES, *OPEN):
        if address in FILES and role is not None and GRANTS[role].role == "owner":
            continue  # files that are given out have tests of their own, each takes seconds
        with get(client, address) as answer:
            assert answer.status_code in expected(role, address), address
    answer = client.post("/_dash-update-component", base_url=LOCAL, json={})
    assert (answer.status_code == 401) == (role is None)
    assert client.post("/logout", base_url=LOCAL).status_code in (302, 401)


def expected(role: str | None, address: str) -> tuple[int, ...]:
    if address in OPEN:
        return (200,)
    if role is None:
        return (302, 401)
    return (403,) if address in FILES else (200,)


# ---- what they see ---------------------------------------------------------------------------


def layout_of(client: FlaskClient, path: str, search: str = "") -> Any:
    """Ask for a page as Dash's renderer does."""
    answer = client.post(CALLBACK, base_url=LOCAL, json=page_request(path, search))
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_scoped_reader_reads_own_rows_only(guarded: Any) -> None:
    store, organisations = SnapshotStore(guarded.warehouse), guarded.organisations
    scopes.use(scopes.Scope(frozenset({OWN})))
    snapshot = store.current()
    assert snapshot.segments() == {"organisation": (OWN,)}
    assert snapshot.rows(Estimate, "organisation", OWN)
    assert not snapshot.rows(Estimate, "organisation", organisations[1])
    assert not snapshot.rows(Estimate, "all", "all")
    assert {row.segment_value for row in snapshot.by_segment("pr_cycle_time")} <= {OWN}
    scopes.use(scopes.Scope(frozenset({OWN}), sees_all=True))
    assert store.current().rows(Estimate, "all", "all")
    assert store.current().previous is None or store.current().previous.segments()
    scopes.use(scopes.NOTHING)
    assert not store.current().segments().get("organisation")
    scopes.use(None)
    assert set(store.current().segments()["organisation"]) == set(organisations)


def test_a_reader_of_one_organisation_sees_checks_but_not_of_how_many_rows(guarded: Any) -> None:
    """Rows of employees are how many there are; less the own ones, how many others."""
    store = SnapshotStore(guarded.warehouse)
    scopes.use(scopes.Scope(frozenset({OWN})))
    checks = store.current().table(DataCheck)
    assert {check.status for check in checks} >= {"ok"}
    assert {(one.rows_checked, one.failed, one.quarantined) for one in checks} == {(None,) * 3}
    path = guarded.warehouse / "snapshots" / f"{store.current().id}.duckdb"
    exported = read_published(path, scopes.current())["data_quality"].records()
    assert {row["rows_checked"] for row in exported} == {None}
    scopes.use(scopes.Scope(frozenset({OWN}), sees_all=True))
    assert all(check.rows_checked for check in store.current().table(DataCheck))


@pytest.mark.parametrize("role", ["own-viewer", "own-owner"])
def test_no_page_tells_a_scoped_reader_of_another_organisation(
    role: str, client_of: Callable[..., FlaskClient], organisations: list[str]
) -> None:
    client = client_of(role)
    for path in PAGES:
        for search in ("", f"?dimension=organisation&group={organisations[1]}", "?dimension=level"):
            told = json.dumps(layout_of(client, path, search))
            for other in organisations[1:]:
                assert other not in told, path


def test_rows_that_name_another_organisation_beside_the_segment_are_not_read(
    guarded: Any,
) -> None:
    scopes.use(scopes.Scope(frozenset({OWN}), sees_all=True))
    snapshot = SnapshotStore(guarded.warehouse).current()
    assert {row.organisation for row in snapshot.table(KnownEvent)} <= {"all", OWN}
    groups = {(row.group_dimension, row.group) for row in snapshot.rows(AccessRow, "all", "all")}
    assert groups <= {("organisation", OWN)}
    scopes.use(None)
    everything = SnapshotStore(guarded.warehouse).current()
    assert everything.rows(AccessRow, "all", "all")
    assert len(everything.table(KnownEvent)) > len(snapshot.table(KnownEvent))


def test_a_callback_called_by_hand_gets_nothing_of_another_organisation(
    client_of: Callable[..., FlaskClient], organisations: list[str]
) -> None:
    client = client_of("own-viewer")
    asked = 0
    for dependency in get(client, "/_dash-dependencies").json:
        inputs = [
            {
                "id": one["id"],
                "property": one["property"],
                "value": forged(one["id"], organisations),
            }
            for one in (*dependency["inputs"], *dependency["state"])
            if isinstance(one["id"], str) and not one["id"].startswith("{")
        ]
        if dependency["clientside_function"] or len(inputs) < 3:
            continue
        answer = client.post(
            "/_dash-update-component", base_url=LOCAL, json=order_of(dependency, inputs)
        )
        asked += 1
        assert answer.status_code == 200
        for other in organisations[1:]:
            assert other not in answer.text
    assert asked >= 2


def forged(component: str, organisations: list[str]) -> str:
    if "dimension" in component:
        return "organisation"
    return organisations[1] if "group" in component else "headline"


def order_of(dependency: dict[str, Any], inputs: list[dict[str, Any]]) -> dict[str, Any]:
    outputs = dependency["output"].strip(".").split("...")
    pairs = [one.rsplit(".", 1) for one in outputs]
    many = [{"id": name, "property": prop} for name, prop in pairs]
    return {
        "output": dependency["output"],
        "outputs": many if dependency["output"].startswith("..") else many[0],
        "inputs": inputs[: len(dependency["inputs"])],
        "state": inputs[len(dependency["inputs"]) :],
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }


def parts_of(kind: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Every text in a file: its own, those of what is packed in it, its pages and properties."""
    if kind == "pdf":
        document = PdfReader(io.BytesIO(content))
        yield "properties", repr(document.metadata)
        yield "outline", repr(document.outline)
        for number, sheet in enumerate(document.pages):
            yield f"page {number}", sheet.extract_text()
        for number in range(1, len(document.xref_objStm) + len(document.xref[0])):
            found = document.get_object(number)
            yield f"object {number}", repr(found)  # alternative texts, structure, attachments
    elif content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                packed = archive.read(part)
                inner = parts_of("", packed) if packed[:2] == b"PK" else [("", packed)]
                for place, text in inner:
                    said = text if isinstance(text, str) else text.decode(errors="replace")
                    yield f"{part} {place}", html.unescape(said)
    else:
        yield kind, content.decode(errors="replace")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pptx", "pdf"])
def test_a_scoped_owners_files_hold_own_rows_only(
    kind: str, client_of: Callable[..., FlaskClient], organisations: list[str]
) -> None:
    client = client_of("own-owner")
    other = organisations[1]
    refused = get(client, f"/export/impact.{kind}?dimension=organisation&group={other}")
    assert refused.status_code == 404
    assert other not in refused.text.replace("has no group " + other, "")
    made = get(client, f"/export/impact.{kind}?dimension=organisation&group={OWN}")
    assert made.status_code in (200, 403)
    everyone = get(client, f"/export/impact.{kind}")
    assert everyone.status_code == 200
    if kind == "csv":
        assert ",organisation," in everyone.text
    # In no part of a file: not in a hidden sheet, a note, a property or a text for a picture.
    parts = dict(parts_of(kind, everyone.data))
    assert any((OWN if kind in ("csv", "xlsx") else "mentor") in text for text in parts.values())
    for name in organisations[1:]:
        assert [place for place, text in parts.items() if name in text] == []


# ---- sessions --------------------------------------------------------------------------------


def test_a_session_ends_after_its_hours(
    client_of: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("viewer", session_hours=1.0)
    assert get(client, "/").status_code == 200
    later = time.time() + 3601
    monkeypatch.setattr(sessions.time, "time", lambda: later)
    assert get(client, "/").status_code == 302


def test_a_cookie_signed_with_another_key_is_nobody(
    client_of: Callable[..., FlaskClient],
) -> None:
    forged_by = client_of("owner", key=b"other" * 8)
    cookie = forged_by.get_cookie("mentorship", domain="127.0.0.1")
    assert cookie is not None
    client = client_of()
    client.set_cookie("mentorship", cookie.value, domain="127.0.0.1")
    assert get(client, "/").status_code == 302


def test_a_grant_that_is_taken_away_ends_access_at_once(
    client_of: Callable[..., FlaskClient],
) -> None:
    signed_in = client_of("viewer")
    cookie = signed_in.get_cookie("mentorship", domain="127.0.0.1")
    assert cookie is not None
    client = client_of(grants={"owner": Grant("owner")})
    client.set_cookie("mentorship", cookie.value, domain="127.0.0.1")
    assert get(client, "/").status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of(public_url="https://impact.example.org")
    answer = client.get("/login", base_url="https://impact.example.org")
    cookie = answer.headers["Set-Cookie"]
    for part in ("__Host-mentorship=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_signing_out_ends_the_session(client_of: Callable[..., FlaskClient]) -> None:
    client = client_of("viewer")
    assert client.post("/logout", base_url=LOCAL).status_code == 302
    assert get(client, "/").status_code == 302


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("mentorship", domain="127.0.0.1")
    assert cookie is not None
    return cookie.value


def with_cookie(client: FlaskClient, value: str) -> FlaskClient:
    copy = client.application.test_client()
    copy.set_cookie("mentorship", value, domain="127.0.0.1")
    return copy


def test_a_copied_cookie_ends_with_its_session_and_no_other(
    client_of: Callable[..., FlaskClient],
) -> None:
    client, other = client_of("viewer"), client_of("viewer")
    copy = cookie_of(client)
    assert get(with_cookie(client, copy), "/").status_code == 200
    assert client.post("/logout", base_url=LOCAL).status_code == 302
    assert get(with_cookie(client, copy), "/").status_code == 302
    assert get(other, "/").status_code == 200


def test_a_cookie_from_before_signing_in_is_nobody_afterwards(
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of()
    get(client, "/login")
    before = cookie_of(client)
    assert sign_in(client, "viewer").status_code == 302
    assert get(with_cookie(client, before), "/").status_code == 302


def test_a_new_password_or_a_user_taken_out_ends_sessions_at_once(
    tmp_path: Path, client_of: Callable[..., FlaskClient]
) -> None:
    path = tmp_path / "users"
    for name in ("owner", "viewer", "own-viewer"):
        users.write_user(path, name, PASSWORD)
    owner = client_of("owner", users_file=path)
    clients = [owner, *(owner.application.test_client() for _ in range(2))]
    for client, name in zip(clients[1:], ("viewer", "own-viewer"), strict=True):
        sign_in(client, name)
    assert [get(client, "/").status_code for client in clients] == [200, 200, 200]
    users.write_user(path, "owner", "another " + PASSWORD)
    kept = [line for line in path.read_text().splitlines() if not line.startswith("viewer:")]
    path.write_text("\n".join(kept))
    assert [get(client, "/").status_code for client in clients] == [302, 302, 200]
    path.unlink()
    assert get(clients[2], "/").status_code == 302


def test_sessions_that_ended_long_ago_leave_the_disk(
    tmp_path: Path, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of("viewer", session_hours=1.0)
    client.post("/logout", base_url=LOCAL)
    ended = tmp_path / "state" / sessions.FOLDER
    (first,) = ended.iterdir()
    long_ago = time.time() - LONGEST_SESSION_HOURS * 3600
    os.utime(first, (long_ago, long_ago))
    sign_in(client, "viewer")
    client.post("/logout", base_url=LOCAL)
    assert first not in [*ended.iterdir()]
    assert len([*ended.iterdir()]) == 1


def test_longer_sessions_do_not_bring_one_back_that_was_ended(
    client_of: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("viewer", session_hours=1.0)
    copy = cookie_of(client)
    client.post("/logout", base_url=LOCAL)
    later = time.time() + 2 * 3600
    monkeypatch.setattr(sessions.time, "time", lambda: later)
    sign_in(client, "viewer")
    client.post("/logout", base_url=LOCAL)
    longer = client_of("viewer", session_hours=LONGEST_SESSION_HOURS)
    assert get(longer, "/").status_code == 200
    assert get(with_cookie(longer, copy), "/").status_code == 302


@pytest.mark.parametrize(("hours", "is_allowed"), [(0.0, True), (0.1, False)])
def test_the_settings_allow_no_longer_sessions_than_marks_are_kept(
    hours: float, is_allowed: bool
) -> None:
    with nullcontext() if is_allowed else pytest.raises(ValueError, match="less than or equal"):
        SignIn(session_hours=LONGEST_SESSION_HOURS + hours)


def test_a_session_is_ended_before_what_may_fail(
    client_of: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError

    client = client_of("viewer")
    copy = cookie_of(client)
    monkeypatch.setattr(sessions, "drop_older", fail)
    assert client.post("/logout", base_url=LOCAL).status_code == 500
    assert get(with_cookie(client, copy), "/").status_code == 302


def test_a_file_that_another_worker_dropped_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, old, young = (tmp_path / name for name in ("gone", "old", "young"))
    for path, moment in ((old, 1000.0), (young, 1001.0)):
        path.touch()
        os.utime(path, (moment, moment))
    monkeypatch.setattr(Path, "glob", lambda *_: iter([gone, old, young]))
    drop_older(tmp_path, 1000.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["young"]


# ---- attacks ---------------------------------------------------------------------------------


def test_five_wrong_attempts_block_a_name_even_with_the_right_password(
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of(session_hours=2.0)
    for _ in range(MOST):
        assert sign_in(client, "owner", "wrong password!").status_code == 401
    assert sign_in(client, "owner").status_code == 429
    assert sign_in(client, "viewer").status_code == 302


def test_going_on_after_being_blocked_does_not_fill_the_audit_log(
    tmp_path: Path, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of(session_hours=2.0)
    for _ in range(MOST * 4):
        sign_in(client, "owner", "wrong password!")
    lines = (tmp_path / "state" / "audit.log").read_text().splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events == ["failed"] * MOST + ["blocked"] * MOST


def test_ten_addresses_cannot_keep_an_owner_out_of_a_browser_they_used_before(
    tmp_path: Path,
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of(session_hours=2.0, proxies=1)
    own = client.application.test_client()
    own.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.200"
    assert sign_in(own, "owner").status_code == 302
    assert own.post("/logout", base_url=LOCAL).status_code == 302
    counted = Attempts(tmp_path / "state", time.time, b"k" * 32)
    assert sum(tried(counted, "owner", f"192.0.2.{at}", MOST) for at in range(20)) == MOST_OF_NAME
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.201"
    assert sign_in(client, "owner").status_code == 429
    assert sign_in(own, "viewer", "wrong password!").status_code == 401  # not this name's browser
    assert sign_in(own, "owner").status_code == 302
    assert sign_in(own, "owner").status_code == 302


def test_a_browsers_cookie_gives_a_few_guesses_and_tells_nobody_whose_it_is(
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of(session_hours=2.0)
    answer = sign_in(client, "owner")
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if "device" in one]
    for flag in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in cookie
    raw = cookie.split("=", 1)[1].split(".")[0]
    assert "owner" not in base64.urlsafe_b64decode(raw + "==").decode(errors="replace")
    for _ in range(MOST):
        assert sign_in(client, "owner", "wrong password!").status_code == 401
    assert sign_in(client, "owner").status_code == 429
    for forged in ("", "x", "x.y.z", raw, cookie.split("=", 1)[1][:-40]):
        client.set_cookie("mentorship-device", forged, domain="127.0.0.1")
        assert sign_in(client, "viewer", "wrong password!").status_code in (401, 429)


def test_what_was_typed_for_a_name_is_in_no_file(
    tmp_path: Path, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of(session_hours=2.0)
    typed = "My secret password 123"
    for _ in range(MOST * 2):
        sign_in(client, typed, "wrong password!")
    sign_in(client, "OWNER", "wrong password!")
    state = tmp_path / "state"
    left = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert typed.encode() not in left
    unkeyed = hashlib.sha256(f"name {typed.casefold()}".encode()).hexdigest()
    assert unkeyed[:12].encode() not in left
    lines = [json.loads(line) for line in (state / "audit.log").read_text().splitlines()]
    who = {line["who"] for line in lines if line["event"] in ("failed", "blocked")}
    (unknown,) = who - {"owner"}
    assert re.fullmatch(r"unknown [0-9a-f]{12}", unknown)
    assert "owner" in who


def test_behind_a_proxy_attempts_are_those_of_the_reader(
    client_of: Callable[..., FlaskClient],
) -> None:
    # What the reader sent comes first, what the proxy adds last.
    client = client_of(proxies=1)
    for guess in range(MOST_OF_ADDRESS):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{guess}, 192.0.2.1"
        assert sign_in(client, f"name-{guess}", "wrong password!").status_code == 401
    assert sign_in(client, "owner").status_code == 429
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "198.51.100.9, 192.0.2.2"
    assert sign_in(client, "owner").status_code == 302


def test_what_a_reader_says_of_their_address_counts_for_nothing_without_a_proxy(
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of(session_hours=2.0)
    for guess in range(MOST):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{guess}"
        assert sign_in(client, "owner", "wrong password!").status_code == 401
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.99"
    assert sign_in(client, "owner").status_code == 429


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def attempts(tmp_path: Path, now: list[float]) -> Attempts:
    return Attempts(tmp_path, lambda: now[0], b"k" * 32)


def tried(attempts: Attempts, name: str, address: str, times: int) -> int:
    return sum(attempts.begin(name, address) for _ in range(times))


def test_attempts_are_forgotten_after_their_time(attempts: Attempts, now: list[float]) -> None:
    assert tried(attempts, "ada", "one", MOST + 1) == MOST
    assert not attempts.begin("ADA", "one")
    assert attempts.begin("grace", "one")
    now[0] += WINDOW_SECONDS + 1
    assert attempts.begin("ada", "one")


def test_failing_on_purpose_keeps_nobody_out_who_is_elsewhere(attempts: Attempts) -> None:
    assert tried(attempts, "ada", "attacker", 1000) == MOST
    assert attempts.begin("ada", "home")


def test_an_address_may_not_try_every_name(attempts: Attempts) -> None:
    assert sum(attempts.begin(f"name {n}", "one") for n in range(1000)) == MOST_OF_ADDRESS


def held(attempts: Attempts) -> list[int]:
    """How many counts each file on the disk holds."""
    files = (attempts.state / FOLDER).iterdir()
    return [len(json.loads(path.read_text())) for path in files]


def test_a_blocked_address_that_goes_on_guessing_leaves_nothing_on_the_disk(
    attempts: Attempts,
) -> None:
    for n in range(200):
        attempts.begin(f"name {n}", "one")
    # The address, and each name that was looked at: alone and from the address.
    assert sum(held(attempts)) == 1 + 2 * MOST_OF_ADDRESS


def test_attempts_from_everywhere_under_every_name_fill_no_disk(
    attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.access.attempts.FILES", 4)
    assert tried(attempts, "ada", "home", 1000) == MOST
    for n in range(600):
        attempts.begin(f"name {n}", f"address {n}")
        attempts.is_news(f"refused {n}")
    assert len(held(attempts)) == 4
    assert max(held(attempts)) == MOST_IN_A_FILE
    # Many who tried once do not push out who tried often.
    assert not attempts.begin("ada", "home")


def test_addresses_that_one_site_may_choose_from_are_one(attempts: Attempts) -> None:
    assert tried(attempts, "ada", "2001:db8::1", MOST) == MOST
    assert not attempts.begin("ada", "2001:db8::ffff:2")
    assert attempts.begin("ada", "2001:db8:0:1::1")
    assert tried(attempts, "bo", "192.0.2.1", MOST) == MOST
    assert not attempts.begin("bo", "::ffff:192.0.2.1")
    assert attempts.begin("bo", "192.0.2.2")


def test_a_browser_that_was_let_in_before_has_a_count_of_its_own(attempts: Attempts) -> None:
    for n in range(100):
        tried(attempts, "ada", f"address {n}", MOST)
    assert not attempts.begin("ada", "home")
    assert attempts.begin("ada", "home", "browser")
    attempts.succeeded("ada", "home", "browser")
    assert sum(attempts.begin("ada", "home", "browser") for _ in range(1000)) == MOST
    assert attempts.begin("ada", "home", "another")


def test_a_name_may_not_be_tried_from_every_address(attempts: Attempts) -> None:
    found = sum(tried(attempts, "ada", f"address {n}", MOST) for n in range(100))
    assert found == MOST_OF_NAME


def test_who_signs_in_rightly_may_go_on_doing_so(attempts: Attempts) -> None:
    for _ in range(MOST_OF_NAME * 2):
        assert attempts.begin("ada", "office")
        attempts.succeeded("ada", "office")


def test_attempts_at_the_same_moment_are_all_counted(attempts: Attempts) -> None:
    with ThreadPoolExecutor(16) as together:
        allowed = sum(together.map(lambda _: attempts.begin("ada", "one"), range(64)))
    assert allowed == MOST


def test_counts_that_ended_do_not_stay_on_the_disk(attempts: Attempts, now: list[float]) -> None:
    for n in range(40):
        attempts.begin(f"name {n}", f"address {n}")
    now[0] += WINDOW_SECONDS + 1
    before = sum(held(attempts))
    for n in range(40):
        attempts.begin(f"name {n}", f"address {n}")
    assert sum(held(attempts)) == before


def test_what_an_earlier_version_left_is_removed(attempts: Attempts) -> None:
    (attempts.state / "attempts").mkdir()
    (attempts.state / "attempts" / "abc").write_text("[1.0]")
    (attempts.state / "attempts.tidied").touch()
    attempts.tidy()
    assert not list(attempts.state.iterdir())


def test_a_count_that_was_cut_off_while_it_was_written_begins_anew(attempts: Attempts) -> None:
    attempts.begin("ada", "one")
    for path in (attempts.state / FOLDER).iterdir():
        path.write_text('{"ab": [10')
    assert attempts.begin("ada", "one")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8050"},
        {"Origin": "http://127.0.0.1:x"},
        {"Origin": "http://[127.0.0.1"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("address", ["/logout", "/_dash-update-component", "/login"])
def test_requests_of_other_sites_are_refused(
    address: str, headers: dict[str, str], client_of: Callable[..., FlaskClient]
) -> None:
    answer = client_of("owner").post(address, base_url=LOCAL, json={}, headers=headers)
    assert answer.status_code == 403


def test_readers_may_ask_by_the_public_name_of_a_proxy_that_asks_by_another(
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of("owner", public_url="http://impact.example.org")
    for origin, status in (
        ("http://impact.example.org", 302),
        ("http://impact.example.org.evil.example", 403),
        ("http://other.example.org", 403),
    ):
        answer = client.post("/logout", base_url=LOCAL, headers={"Origin": origin})
        assert answer.status_code == status, origin


@pytest.mark.parametrize(
    ("public_url", "host", "origin", "status"),
    [
        ("https://impact.example.org:443", "127.0.0.1", "https://impact.example.org", 401),
        ("https://Impact.Example.org/", "127.0.0.1", "https://impact.example.org", 401),
        ("https://impact.example.org", "127.0.0.1", "https://impact.example.org:8443", 403),
        ("https://impact.example.org", "127.0.0.1", "http://impact.example.org", 403),
        ("http://impact.example.org", "impact.example.org:443", "https://impact.example.org", 401),
        ("http://impact.example.org", "Impact.Example.org", "https://impact.example.org", 401),
    ],
)
def test_hosts_are_compared_as_browsers_write_them(
    public_url: str,
    host: str,
    origin: str,
    status: int,
    client_of: Callable[..., FlaskClient],
) -> None:
    client = client_of(public_url=public_url)
    headers = {"Origin": origin, "Host": host}
    answer = client.post("/logout", base_url=LOCAL, headers=headers)
    # Nobody is signed in: what is let through is asked to do so.
    assert answer.status_code == status


@pytest.mark.parametrize("token", ["x", "", "ü"])
def test_a_form_without_its_token_is_refused(
    token: str, client_of: Callable[..., FlaskClient]
) -> None:
    answer = client_of().post(
        "/login", base_url=LOCAL, data={"name": "owner", "password": PASSWORD, "token": token}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("/evidence?dimension=level", "/evidence?dimension=level"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_a_page_of_this_app(
    target: str, goes: str, client_of: Callable[..., FlaskClient]
) -> None:
    assert sign_in(client_of(), "owner", next=target).headers["Location"] == goes


def test_a_huge_request_is_refused(client_of: Callable[..., FlaskClient]) -> None:
    answer = client_of("owner").post(
        "/_dash-update-component",
        base_url=LOCAL,
        data=b"x" * (guard.LARGEST_REQUEST + 1),
        content_type="application/json",
    )
    assert answer.status_code == 413


def test_another_host_name_is_refused(client_of: Callable[..., FlaskClient]) -> None:
    assert client_of().get("/login", base_url="http://evil.example").status_code == 403


# ---- proxy, users, audit, address ------------------------------------------------------------


def test_a_proxy_names_the_reader_only_with_its_secret(
    client_of: Callable[..., FlaskClient],
) -> None:
    proxy = Proxy("X-User", "X-Secret", "a secret of the proxy")
    client = client_of(method="proxy", proxy=proxy, users_file=None)
    for headers in ({}, {"X-User": "owner"}, {"X-User": "owner", "X-Secret": "a guess"}):
        assert get(client, "/", **headers).status_code == 401
    right = {"X-Secret": proxy.secret}
    assert get(client, "/", **right, **{"X-User": "owner"}).status_code == 200
    assert get(client, "/", **right, **{"X-User": "stranger"}).status_code == 401
    assert get(client, "/export/impact.csv", **right, **{"X-User": "viewer"}).status_code == 403


def test_a_users_file_that_others_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users"
    users.write_user(path, "ada", PASSWORD)
    assert path.stat().st_mode & 0o077 == 0
    assert "$argon2id$" in path.read_text()
    assert PASSWORD not in path.read_text()
    path.chmod(0o644)
    with pytest.raises(users.UserFileError, match="chmod 600"):
        users.read_users(path)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("", PASSWORD),
        ("a:b", PASSWORD),
        ("#ada", PASSWORD),
        ("ada\u2028eve", PASSWORD),
        ("ada", "short"),
    ],
)
def test_a_user_that_cannot_be_is_refused(name: str, password: str, tmp_path: Path) -> None:
    with pytest.raises(users.UserFileError):
        users.write_user(tmp_path / "users", name, password)


def test_the_audit_log_says_who_did_what_and_no_figure(
    tmp_path: Path, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of("owner", session_hours=2.0)
    again = client.application.test_client()
    get(client, "/export/impact.csv")
    sign_in(again, "viewer", "wrong password!")
    sign_in(again, "viewer")
    get(again, "/export/impact.csv")
    path = tmp_path / "state" / "audit.log"
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [event["event"] for event in events] == [
        "signed in", "exported", "failed", "signed in", "refused",
    ]  # fmt: skip
    exported = events[1]
    assert exported["who"] == "owner"
    assert exported["file"].endswith(".csv")
    assert set(exported) == {"at", "event", "who", "snapshot", "file", "view"}
    assert path.stat().st_mode & 0o077 == 0


def test_another_address_is_refused_without_sign_in(tmp_path: Path) -> None:
    with pytest.raises(AddressRefusedError, match="Set up sign-in first"):
        serve(tmp_path, host="0.0.0.0")  # noqa: S104


def test_an_open_app_asks_nobody_and_refuses_other_sites(guarded: Any) -> None:
    client = create_app(guarded.warehouse).server.test_client()
    assert get(client, "/").status_code == 200
    assert get(client, "/login").status_code in (200, 404)
    answer = client.post(
        "/_dash-update-component",
        base_url=LOCAL,
        json={},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
