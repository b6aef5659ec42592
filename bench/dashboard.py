"""Speed, size and memory of the dashboard, beside a bare Dash page with one chart.

    python bench/dashboard.py [--warehouse DIR] [--seconds 5]

Writes `bench/dashboard.md`. Both apps run under the same server with two workers; the browser is
Chromium with an empty cache for every cold load, the two pages taken in turn. The load comes from
the same machine, so requests a second are a lower bound.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright
from processes import PYTHON, ROOT, machine, run

COLD_LOADS = 9
FILTERS = 24
CALLBACKS = 400
CLIENTS = 8
WORKERS = 2
CHROMIUM = next(
    (path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None
)
SERVE = {
    "ours": "import sys, pathlib; from dashboards.app import serve;"
    "serve(pathlib.Path(sys.argv[2]), port=int(sys.argv[1]), workers=2)",
    "bare": "import sys; from dash import Dash, dcc;"
    "from dashboards.server import GunicornServer\n"
    "def make(_):\n"
    "    app = Dash('bare', serve_locally=True)\n"
    "    figure = {'data': [{'x': [1, 2, 3], 'y': [2, 1, 3]}], 'layout': {}}\n"
    "    app.layout = dcc.Graph(figure=figure)\n"
    "    return app\n"
    "GunicornServer(make, lambda app: None, '127.0.0.1', int(sys.argv[1]), 2).run()",
}
READY = {
    "ours": "() => document.querySelector('#overview-series-body .main-svg')"
    " && document.querySelector('#overview-pick-dimension') && performance.now()",
    "bare": "() => document.querySelector('.main-svg') && performance.now()",
}
# Stamps the click on an option and the first frame that shows another headline.
STAMP = """() => {
    window.stamps = [];
    let clicked = null;
    document.addEventListener('click', event => {
        if (event.target.closest('[role=option]')) { clicked = performance.now(); }
    }, true);
    new MutationObserver(() => {
        if (clicked === null) { return; }
        const start = clicked;
        clicked = null;
        requestAnimationFrame(() => window.stamps.push(performance.now() - start));
    }).observe(document.getElementById('overview-verdict'), {childList: true, subtree: true});
}"""


@dataclass(frozen=True)
class Figures:
    """What one run measured; milliseconds, bytes, MiB."""

    cold: dict[str, float]
    transferred: int
    filter_ms: list[float]
    callback_ms: list[float]
    processor_ms: float
    requests_a_second: float
    worker_mib: list[float]


@contextmanager
def served(kind: str, warehouse: Path) -> Iterator[tuple[str, int]]:
    """Serve one of the two apps; give its address and the process id of its master."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [PYTHON, "-c", SERVE[kind], str(port), str(warehouse)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            _get(address).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} did not answer")


def _get(address: str) -> http.client.HTTPResponse:
    answer: http.client.HTTPResponse = urlopen(address, timeout=20)  # noqa: S310  (our own server)
    return answer


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


# ---- in the browser --------------------------------------------------------------------------


def cold_load(browser: Browser, address: str, kind: str) -> tuple[float, int]:
    """Open a page with an empty cache: milliseconds until it can be used, bytes transferred."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sizes: list[int] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="commit")
    ready = page.wait_for_function(READY[kind], polling="raf").json_value()
    page.wait_for_load_state("load")
    context.close()
    return float(ready), round(sum(sizes))


def filter_times(page: Page, address: str) -> list[float]:
    """Pick groups one after the other: milliseconds from the click to the redrawn headline."""
    page.goto(address)
    page.wait_for_function(READY["ours"])
    _pick(page, "#overview-pick-dimension", 2)
    page.evaluate(STAMP)
    for turn in range(FILTERS):
        _pick(page, "#overview-pick-group", turn % 2)
        page.wait_for_function("count => window.stamps.length > count", arg=turn)
    times: list[float] = page.evaluate("window.stamps")
    return times


def _pick(page: Page, picker: str, place: int) -> None:
    page.locator(picker).click()
    options = page.locator('[role="option"]:visible:not([data-checked])')
    options.nth(place if picker.endswith("dimension") else 0).click()


# ---- over the wire ---------------------------------------------------------------------------


def filter_bodies(address: str) -> list[bytes]:
    """Return the requests of a reader who walks through the groups of every dimension."""
    with _get(f"{address}/_dash-dependencies") as answer:
        specs = json.load(answer)
    spec = next(entry for entry in specs if "overview-cards.html" in entry["output"])
    shown = {
        "overview-pick-follow-up": "headline",
        "overview-series-outcome": "pr_cycle_time",
        "overview-curve-outcome": "retention",
        "snapshot-id": json.load(_get(f"{address}/healthz"))["snapshot"],
    }
    return [_body(spec, shown | {"overview-pick-dimension": d, "overview-pick-group": None})
            for d in ("all", "organisation", "level", "model", "cohort")]  # fmt: skip


def _body(spec: dict[str, Any], shown: dict[str, Any]) -> bytes:
    outputs = [
        dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
        for part in spec["output"].strip(".").split("...")
    ]
    body = {
        "output": spec["output"],
        "outputs": outputs,
        "inputs": [entry | {"value": shown[entry["id"]]} for entry in spec["inputs"]],
        "state": [entry | {"value": shown[entry["id"]]} for entry in spec["state"]],
        "changedPropIds": ["overview-pick-dimension.value"],
    }
    return json.dumps(body).encode()


class Client:
    """One kept connection that asks for filtered views."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address.removeprefix("http://"))
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}

    def ask(self, body: bytes) -> None:
        """Ask once and read the whole answer; anything but 200 ends the run."""
        self._connection.request("POST", "/_dash-update-component", body, self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a filter was answered with {answer.status}")


def callback_times(address: str, bodies: list[bytes]) -> list[float]:
    """Ask one at a time: milliseconds until the whole answer is there."""
    client = Client(address)
    for body in bodies * 4:  # both workers have read every group
        client.ask(body)
    times = []
    for turn in range(CALLBACKS):
        began = time.perf_counter()
        client.ask(bodies[turn % len(bodies)])
        times.append(1000 * (time.perf_counter() - began))
    return times


def throughput(address: str, bodies: list[bytes], seconds: float) -> float:
    """Ask from several connections at once: answers a second."""
    done = time.perf_counter() + seconds
    counts = [0] * CLIENTS

    def read(place: int) -> None:
        client = Client(address)
        while time.perf_counter() < done:
            client.ask(bodies[(place + counts[place]) % len(bodies)])
            counts[place] += 1

    threads = [threading.Thread(target=read, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _children(master: int) -> list[str]:
    return Path(f"/proc/{master}/task/{master}/children").read_text().split()


def processor_seconds(master: int) -> float:
    """Processor time that a server's workers have used so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
              for pid in _children(master)]  # fmt: skip
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def worker_mib(master: int) -> list[float]:
    """Resident MiB of each worker of a server."""
    page = os.sysconf("SC_PAGE_SIZE")
    sizes = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _children(master)]
    return sorted((size * page / 2**20 for size in sizes), reverse=True)[:WORKERS]


# ---- the page --------------------------------------------------------------------------------


def measure(warehouse: Path, seconds: float) -> Figures:
    """Run everything once."""
    cold: dict[str, list[float]] = {"ours": [], "bare": []}
    transferred = 0
    with (
        served("ours", warehouse) as (ours, master),
        served("bare", warehouse) as (bare, _),
        sync_playwright() as playwright,
    ):
        flags = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        for _ in range(COLD_LOADS):
            for kind, address in (("bare", bare), ("ours", ours)):
                took, size = cold_load(browser, address, kind)
                cold[kind].append(took)
                transferred = max(transferred, size) if kind == "ours" else transferred
        filters = filter_times(browser.new_page(), ours)
        browser.close()
        bodies = filter_bodies(ours)
        callbacks = callback_times(ours, bodies)
        before = processor_seconds(master)
        answered = throughput(ours, bodies, seconds)
        used = 1000 * (processor_seconds(master) - before) / (answered * seconds)
        memory = worker_mib(master)
    middle = {kind: statistics.median(times) for kind, times in cold.items()}
    return Figures(middle, transferred, filters, callbacks, used, answered, memory)


def report(figures: Figures) -> str:
    """Write the figures beside what they are held to."""
    ratio = figures.cold["ours"] / figures.cold["bare"]
    lines = [
        (
            "cold load until usable, against the bare page",
            f"{figures.cold['ours']:.0f} ms / {figures.cold['bare']:.0f} ms = {ratio:.2f}",
            "1.5 at most",
        ),
        ("transferred on a cold load", f"{figures.transferred / 2**20:.2f} MiB", "1 MB at most"),
        (
            "filter to redrawn page in the browser, median (p95)",
            f"{statistics.median(figures.filter_ms):.0f} ms "
            f"({percentile(figures.filter_ms, 0.95):.0f} ms)",
            "under 150 ms",
        ),
        (
            "filter callback over HTTP, median (p95)",
            f"{statistics.median(figures.callback_ms):.1f} ms "
            f"({percentile(figures.callback_ms, 0.95):.1f} ms)",
            "p95 under 10 ms",
        ),
        (
            "processor time of a filter callback in the server",
            f"{figures.processor_ms:.1f} ms",
            f"{1000 / 150:.1f} ms, for 300 a second on 2 cores",
        ),
        (
            f"filter requests a second, {WORKERS} workers, {CLIENTS} connections",
            f"{figures.requests_a_second:.0f}",
            "300 at least",
        ),
        (
            "resident memory of a worker after the load",
            ", ".join(f"{size:.0f} MiB" for size in figures.worker_mib),
            "under 160 MiB",
        ),
    ]
    rows = "\n".join(f"| {name} | {value} | {aim} |" for name, value, aim in lines)
    load = os.getloadavg()[0]
    return (
        "# The dashboard: speed, size and memory\n\n"
        f"Machine: {machine()}; load {load:.1f} at the end, the measured load included.\n"
        "Written by `make bench`. The bare page is a Dash app of one chart under the same server;\n"
        f"medians of {COLD_LOADS} cold loads in turn and of {FILTERS} filter clicks.\n\n"
        f"| what | measured | aim |\n|---|---|---|\n{rows}\n"
    )


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--warehouse", type=Path, default=ROOT / "build/bench/warehouse-sample")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of the load")
    given = parser.parse_args()
    if not (given.warehouse / "snapshots/current").exists():
        given.warehouse.parent.mkdir(parents=True, exist_ok=True)
        mentorship = str(Path(PYTHON).parent / "mentorship")
        key = str(given.warehouse.parent / "key")
        run([mentorship, "refresh", "--warehouse", str(given.warehouse)], KEY=key)
    text = report(measure(given.warehouse, given.seconds))
    (ROOT / "bench/dashboard.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
