"""The app: routes, headers, states, size."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import published_rows as rows
import pytest
from asking import CALLBACK, page_request
from dash.development.base_component import Component
from flask.testing import FlaskClient

from dashboards.app import AddressRefusedError, create_app, serve, warm
from dashboards.pages import overview
from dashboards.queries import SnapshotStore

LOCAL = "http://127.0.0.1"


@pytest.fixture
def client(warehouse: Path) -> FlaskClient:
    return client_of(warehouse)


def client_of(warehouse: Path) -> FlaskClient:
    app = create_app(warehouse)
    warm(app)
    return app.server.test_client()


def page(client: FlaskClient, path: str = "/", search: str = "") -> str:
    """The page's components as Dash sends them."""
    answer = client.post(CALLBACK, json=page_request(path, search), base_url=LOCAL)
    assert answer.status_code == 200, answer.text
    return answer.text


def filtered(client: FlaskClient, **values: Any) -> dict[str, Any]:
    """What the pickers' callback answers."""
    dependencies = client.get("/_dash-dependencies", base_url=LOCAL).json
    spec = next(entry for entry in dependencies if "overview-cards.html" in entry["output"])
    outputs = [
        dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
        for part in spec["output"].strip(".").split("...")
    ]
    shown = {
        "overview-pick-dimension": "all",
        "overview-pick-group": "all",
        "overview-pick-follow-up": "headline",
        "overview-series-outcome": "pr_cycle_time",
        "overview-curve-outcome": "retention",
        "snapshot-id": rows.SNAPSHOT_ID,
    } | {f"overview-{name.replace('_', '-')}": value for name, value in values.items()}
    body = {
        "output": spec["output"],
        "outputs": outputs,
        "inputs": [entry | {"value": shown[entry["id"]]} for entry in spec["inputs"]],
        "state": [entry | {"value": shown[entry["id"]]} for entry in spec["state"]],
        "changedPropIds": ["overview-pick-group.value"],
    }
    answer = client.post("/_dash-update-component", json=body, base_url=LOCAL)
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def test_page_is_laid_out_with_its_data(client: FlaskClient) -> None:
    text = page(client)
    assert "Mentored engineers did better on 2 of 4 outcomes." in text
    assert "Data to " in text
    assert "30 June 2026" in text


def test_deep_link_is_laid_out_with_its_view(client: FlaskClient) -> None:
    text = page(client, search="?dimension=organisation&group=Payments")
    assert (
        "Payments: mentored engineers did better on 2 of the 3 outcomes with data and worse on 1."
        in text
    )


def test_link_to_a_group_that_is_gone_says_so(client: FlaskClient) -> None:
    text = page(client, search="?dimension=organisation&group=Gone")
    assert "this snapshot does not hold" in text
    assert "Mentored engineers did better on 2 of 4 outcomes." in text


@pytest.mark.parametrize("search", ["?store=1&snapshot=2", "?dimension=a&dimension=b", "?=&&%00"])
def test_odd_queries_show_the_page(client: FlaskClient, search: str) -> None:
    assert "Mentored engineers did better" in page(client, search=search)


def test_filter_answers_with_the_view_and_its_link(client: FlaskClient) -> None:
    answer = filtered(client, pick_dimension="organisation", pick_group="Payments")
    assert "Payments" in answer["overview-verdict"]["html"]
    assert answer["selection"]["data"] == {
        "query": "?dimension=organisation&group=Payments",
        "snapshot": rows.SNAPSHOT_ID,
    }


def test_new_dimension_picks_its_first_group(client: FlaskClient) -> None:
    answer = filtered(client, pick_dimension="level", pick_group="Payments")
    assert answer["overview-pick-group"]["value"] == "L2"
    assert answer["overview-pick-group"]["disabled"] is False


def test_withheld_groups_say_so_in_the_picker(client: FlaskClient) -> None:
    answer = filtered(client, pick_dimension="organisation", pick_group="Payments")
    labels = [option["label"] for option in answer["overview-pick-group"]["data"]]
    assert "Mobile (withheld)" in labels


def test_figures_of_two_snapshots_never_stand_on_one_page(
    warehouse: Path, client: FlaskClient
) -> None:
    rows.publish(warehouse, rows.empty(), rows.NEXT_ID)
    answer = filtered(client, pick_dimension="organisation", pick_group="Payments")
    assert set(answer) == {"selection"}
    assert answer["selection"]["data"]["snapshot"] == rows.NEXT_ID


def test_page_has_under_150_components(warehouse: Path) -> None:
    def count(node: Any) -> int:
        if isinstance(node, Component):
            return 1 + count(getattr(node, "children", None))
        return sum(count(child) for child in node) if isinstance(node, list | tuple) else 0

    snapshot = SnapshotStore(warehouse).current()
    assert count(overview.body(snapshot, {})) < 60


def test_empty_warehouse_shows_what_to_run(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    text = page(client)
    assert "There is no snapshot to show." in text
    assert "make refresh EXPORTS=" in text
    assert client.get("/readyz", base_url=LOCAL).status_code == 503
    assert client.get("/healthz", base_url=LOCAL).json["snapshot"] is None


def test_first_snapshot_appears_without_restart(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    rows.publish(tmp_path, rows.organisation())
    assert "Mentored engineers did better on 2 of 4 outcomes." in page(client)


def test_damaged_snapshot_shows_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "current").write_text("gone.duckdb", encoding="utf-8")
    text = page(client_of(tmp_path))
    assert "The published snapshot is damaged." in text
    assert "gone.duckdb is missing" in text


def test_last_good_snapshot_is_shown_with_why_it_is_not_the_newest(warehouse: Path) -> None:
    (warehouse / "snapshots" / "current").write_text("gone.duckdb", encoding="utf-8")
    client = client_of(warehouse)
    text = page(client)
    assert "The newest snapshot is not shown: gone.duckdb is missing" in text
    assert "Mentored engineers did better on 2 of 4 outcomes." in text
    assert client.get("/readyz", base_url=LOCAL).json["problem"] == "gone.duckdb is missing"


def test_readiness_says_why_the_last_good_one_is_served(
    warehouse: Path, client: FlaskClient
) -> None:
    assert client.get("/readyz", base_url=LOCAL).json["status"] == "ready"
    (warehouse / "snapshots" / "current").write_text("gone.duckdb", encoding="utf-8")
    answer = client.get("/readyz", base_url=LOCAL)
    assert answer.status_code == 200
    assert answer.json["status"] == "behind"
    assert answer.json["snapshot"] == rows.SNAPSHOT_ID
    assert answer.json["problem"] == "gone.duckdb is missing"


def test_health_says_which_snapshot_and_how_old(client: FlaskClient) -> None:
    answer = client.get("/healthz", base_url=LOCAL).json
    assert answer["snapshot"] == rows.SNAPSHOT_ID
    assert answer["age_seconds"] > 0


def test_metrics_count_requests_by_route_and_name_no_group(client: FlaskClient) -> None:
    page(client, search="?dimension=organisation&group=Payments")
    text = client.get("/metrics", base_url=LOCAL).text
    assert 'mentorship_requests_total{route="/_dash-update-component",status="200"}' in text
    assert "mentorship_snapshot_ready 1.0" in text
    assert "mentorship_snapshot_behind 0.0" in text
    assert "Payments" not in text


def test_metrics_say_that_nothing_is_published(tmp_path: Path) -> None:
    text = client_of(tmp_path).get("/metrics", base_url=LOCAL).text
    assert "mentorship_snapshot_ready 0.0" in text
    assert "mentorship_snapshot_age_seconds" not in text


def test_answers_follow_the_language_of_the_browser(client: FlaskClient) -> None:
    def shown(language: str) -> str:
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        return page(client)

    assert "June 30, 2026" in shown("en-US")
    assert "30 June 2026" in shown("de-DE")


def test_unknown_address_is_a_page_that_says_so(client: FlaskClient) -> None:
    assert "There is no such page." in page(client, "/no-such-page")


def test_empty_tables_give_a_whole_page(tmp_path: Path) -> None:
    rows.publish(tmp_path, rows.empty())
    text = page(client_of(tmp_path))
    assert "No outcome data has been loaded yet." in text
    assert "No monthly figures were published." in text


def test_page_carries_a_strict_policy_and_no_other_host(client: FlaskClient) -> None:
    answer = client.get("/", base_url=LOCAL)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert policy.count("sha256-") == 2
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert 'src="http' not in answer.text
    assert 'href="http' not in answer.text


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        ("/", 200, "text/html"),
        ("/healthz", 200, "application/json"),
        ("/metrics", 200, "text/plain"),
        ("/export/impact.csv", 200, "text/csv"),
        ("/export/impact.exe", 404, "text/plain"),
        ("/export/impact.csv?group=none", 404, "text/plain"),
        ("/assets/none.css", 404, "text/html"),
        ("/_dash-component-suites/os/x.js", 404, "text/plain"),
    ],
)
def test_no_answer_is_without_policy_or_kept_by_browsers(
    address: str, status: int, kind: str, client: FlaskClient
) -> None:
    answer = client.get(address, base_url=LOCAL)
    assert (answer.status_code, answer.mimetype) == (status, kind)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy if kind == "text/html" else "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_the_same_for_everybody_may_be_kept(client: FlaskClient) -> None:
    with client.get("/assets/favicon.svg", base_url=LOCAL) as answer:
        assert "no-store" not in answer.headers["Cache-Control"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    known = {"If-None-Match": answer.headers["ETag"]}
    with client.get("/assets/favicon.svg", base_url=LOCAL, headers=known) as again:
        assert again.status_code == 304
        assert "no-store" not in again.headers["Cache-Control"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.5", "[::2]"])
def test_another_host_name_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/healthz", base_url=LOCAL, headers={"Host": host})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["localhost:1", "[::1]", "[::1]:8050"])
def test_this_machine_is_served_by_any_of_its_names(client: FlaskClient, host: str) -> None:
    answer = client.get("/healthz", base_url=LOCAL, headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", ""])  # noqa: S104
def test_serving_beyond_this_machine_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(AddressRefusedError, match="without signing in"):
        serve(tmp_path, host=host)


def test_text_answers_are_packed_for_those_who_can_read_it(client: FlaskClient) -> None:
    plain = client.get("/", base_url=LOCAL)
    packed = client.get("/", base_url=LOCAL, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(packed.data)) == pytest.approx(len(plain.data), abs=200)


def test_scripts_are_packed_as_small_as_can_be_and_only_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = client.get("/", base_url=LOCAL).text
    path = next(part for part in shell.split('"') if part.startswith("/_dash-component-suites/"))
    levels: list[int] = []
    pack = gzip.compress

    def counting(data: bytes, level: int, mtime: float) -> bytes:
        levels.append(level)
        return pack(data, level, mtime=mtime)

    monkeypatch.setattr(gzip, "compress", counting)
    forged = re.sub(r"\.v[^.]*m\d+\.", ".v{}m{}.", path)
    assert forged != path
    for asked in (path, path, *(forged.format(n, n) for n in range(1, 4))):
        answer = client.get(asked, base_url=LOCAL, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
    assert levels == [9]


def test_web_process_loads_no_pandas(warehouse: Path) -> None:
    program = (
        "import sys, pathlib; from dashboards.app import create_app, warm;"
        "app = create_app(pathlib.Path(sys.argv[1])); warm(app);"
        "print([name for name in ('pandas', 'numpy', 'pipeline.settings', 'ingest', 'impact')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(warehouse)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.replace("'", '"')) == []
