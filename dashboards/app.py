"""The Dash app: pages, health routes, headers, and the server that runs it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dash
from dash import Dash, html
from dash.development.base_component import Component
from flask import Flask, Response, current_app, jsonify, request

from dashboards import ids, locales, notices
from dashboards.access.config import OPEN, Access
from dashboards.access.guard import add_guard
from dashboards.access.sign_in import add_sign_in
from dashboards.asked import add_checks
from dashboards.components.html import Html, render
from dashboards.components.shell import page, root
from dashboards.compression import add_compression
from dashboards.export.routes import add_exports
from dashboards.pages import (
    access,
    data,
    evidence,
    mentors,
    methods,
    outcome,
    outcomes,
    overview,
    programme,
    returns,
    stories,
    teams,
)
from dashboards.palette import css
from dashboards.queries import NoSnapshotError, SnapshotError, SnapshotStore, age_seconds
from dashboards.security import LOCAL_HOSTS, add_headers

LOGGER = logging.getLogger(__name__)
EXTENSION = "mentorship_snapshots"
REFRESH_COMMAND = "make refresh EXPORTS=<your exports> WAREHOUSE={warehouse}"


class AddressRefusedError(ValueError):
    """The app was asked to listen where anyone could reach it without signing in."""


def create_app(
    warehouse: Path,
    locale: str = locales.AUTO,
    metrics_folder: Path | None = None,
    gate: Access = OPEN,
) -> Dash:
    """Build the app over one warehouse folder.

    Parameters
    ----------
    warehouse : folder that holds `snapshots/current`; need not exist yet.
    locale : how numbers and dates are written, such as `en-GB`; `auto` follows the browser.
    metrics_folder : where several workers keep common counters; None keeps them in memory.
    gate : how people sign in, and what each may see.

    Returns
    -------
    The app; its `server` attribute is the WSGI application.
    """
    # Imported here: it decides on import whether counters are shared between workers.
    from dashboards.metrics import add_metrics

    app = Dash(
        "dashboards",
        assets_folder=str(Path(__file__).parent / "assets"),
        use_pages=True,
        pages_folder="",
        include_pages_meta=False,
        suppress_callback_exceptions=True,
        update_title="",
        title="Mentorship Impact",
        serve_locally=True,
        assets_ignore=r"theme\.js",
        index_string=render("index.html", palette=css()),
    )
    app.server.extensions[EXTENSION] = SnapshotStore(warehouse)
    _register_pages()
    app.layout = _layout
    for module in (overview, outcome, evidence, programme, access, mentors):
        module.register(app, app.server.extensions[EXTENSION])
    _write_url(app)
    _only_known_hosts(app.server, gate)
    add_guard(app.server, gate)
    add_checks(app)
    add_sign_in(app.server, gate)
    _follow_reader(app.server, locale)
    _health(app.server)
    add_metrics(app.server, app.server.extensions[EXTENSION], metrics_folder)
    add_exports(app.server, _store, gate)
    add_headers(app, is_secure=gate.is_secure)
    add_compression(app.server)
    return app


def _layout() -> Component:
    return root(dash.page_container)


def _register_pages() -> None:
    for module in (
        *(overview, outcomes, evidence, programme, access, mentors, teams),
        *(returns, stories, data, methods),
    ):
        dash.register_page(  # type: ignore[no-untyped-call]
            module.__name__,
            path=module.PATH,
            title=module.TITLE,
            layout=_guarded(module.PATH, module.layout_of),
        )
    dash.register_page(  # type: ignore[no-untyped-call]
        outcome.__name__,
        path_template=outcome.PATH_TEMPLATE,
        title=outcome.title,
        layout=_guarded(outcome.PATH, outcome.layout_of),
    )
    dash.register_page(  # type: ignore[no-untyped-call]
        "dashboards.pages.not_found_404",
        path="/not-found",
        title="Not found · Mentorship Impact",
        layout=_guarded("", _not_found),
    )


def _store() -> SnapshotStore:
    store: SnapshotStore = current_app.extensions[EXTENSION]
    return store


def _guarded(
    path: str, make: Callable[[SnapshotStore, dict[str, str]], Component]
) -> Callable[..., Component]:
    """Wrap a page so that a missing or broken snapshot becomes a page that says what to do."""

    def layout(**query: object) -> Component:
        asked = {key: value for key, value in query.items() if isinstance(value, str)}
        store = _store()
        try:
            made = make(store, asked)
        except NoSnapshotError:
            made = page(path, None, [_nothing_published(store)])
        except SnapshotError as error:
            return page(path, None, [_unreadable(str(error))])
        told = notices.sentences(store)
        return html.Div([_notices(told), made]) if told else made

    return layout


def _notices(told: list[str]) -> Component:
    """Say above the page what is amiss with what it shows."""
    lines = [render("notice.html", tone="caution", icon_name="warning", text=text) for text in told]
    return Html(id=ids.NOTICES, className="behind", html="".join(lines))


def _message(**context: str) -> Component:
    blank = {"kicker": "", "title": "", "text": "", "command": "", "after": ""}
    return Html(id=ids.VERDICT, html=render("empty.html", **(blank | context)))


def _nothing_published(store: SnapshotStore) -> Component:
    return _message(
        kicker="Nothing published yet",
        title="There is no snapshot to show.",
        text="The dashboard shows what a refresh publishes. Run one, then reload this page:",
        command=REFRESH_COMMAND.format(warehouse=store.warehouse),
        after="Without arguments, make refresh loads the sample organisation.",
    )


def _unreadable(problem: str) -> Component:
    return _message(
        kicker="The snapshot cannot be read",
        title="The published snapshot is damaged.",
        text=f"{problem}. Publish it anew:",
        command="make refresh",
        after="No earlier snapshot was open in this process to fall back to.",
    )


def _not_found(store: SnapshotStore, _query: dict[str, str]) -> Component:
    text = "The address is not a page of this dashboard."
    message = _message(kicker="Not found", title="There is no such page.", text=text)
    return page("", store.current(), [message])


def _write_url(app: Dash) -> None:
    """Keep the address in step with the pickers without laying the page out again."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        dash.ClientsideFunction(namespace="mentorship", function_name="writeView"),
        dash.Output(ids.URL_WRITTEN, "data"),
        dash.Input(ids.SELECTION, "data"),
        prevent_initial_call=True,
    )


def _only_known_hosts(server: Flask, gate: Access) -> None:
    """Refuse requests under another host name: a web page elsewhere could point one at us."""
    known = {*LOCAL_HOSTS, gate.public_host}

    @server.before_request
    def _check_host() -> Response | None:
        if _host_name(request.host) in known:
            return None
        return Response("This host name is not served.\n", status=403, mimetype="text/plain")


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # no address, though it has brackets
        return None


def _follow_reader(server: Flask, locale: str) -> None:
    """Write numbers and dates as the reader of each answer is used to."""

    @server.before_request
    def _use_locale() -> None:
        accepted = request.headers.get("Accept-Language", "")
        locales.use(locales.negotiate(locale, accepted))


def _health(server: Flask) -> None:
    @server.get("/healthz")
    def _healthz() -> Response:
        answer: dict[str, Any] = {"status": "ok", "snapshot": None, "age_seconds": None}
        answer |= notices.health(_store()).as_answer()
        try:
            snapshot = _store().latest()
        except SnapshotError:
            return jsonify(answer)
        age = age_seconds(snapshot, datetime.now(UTC))
        return jsonify(answer | {"snapshot": snapshot.id, "age_seconds": age})

    @server.get("/readyz")
    def _readyz() -> tuple[Response, int]:
        store = _store()
        try:
            snapshot = store.latest()
        except SnapshotError as error:
            return jsonify({"status": "not ready", "problem": str(error)}), 503
        answer = {"status": "ready", "snapshot": snapshot.id} | notices.health(store).as_answer()
        if store.problem:
            answer |= {"status": "behind", "problem": store.problem}
        return jsonify(answer), 200


def warm(app: Dash) -> None:
    """Ask for what a browser asks first, so that no reader meets a half-made app."""
    with app.server.test_client() as client:
        for address in ("/_dash-layout", "/_dash-dependencies", "/", "/readyz"):
            client.get(address, base_url="http://127.0.0.1")


def serve(
    warehouse: Path,
    host: str = "127.0.0.1",
    port: int = 8050,
    workers: int = 2,
    locale: str = locales.AUTO,
    gate: Access = OPEN,
) -> None:
    """Serve the app until stopped: `workers` processes of four threads each.

    Raises
    ------
    AddressRefusedError : the host is not this machine, and nobody would have to sign in.
    """
    if host not in LOCAL_HOSTS and not gate.is_guarded:
        raise AddressRefusedError(
            f"refusing to listen on {host}: anyone who reaches it could read the figures without "
            "signing in. Set up sign-in first (docs/access.md), or use HOST=127.0.0.1."
        )
    from dashboards.server import GunicornServer

    def make(metrics_folder: Path) -> Dash:
        return create_app(warehouse, locale, metrics_folder, gate)

    GunicornServer(make, warm, host, port, workers).run()
