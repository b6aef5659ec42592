"""`GET /metrics`: how the app does, for Prometheus. Requests, seconds, the snapshot: nobody's data.

Several workers share one folder of counters; where none is given (a test, one process) they are
kept in memory.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dashboards import notices
from dashboards.queries import SnapshotError, SnapshotStore, age_seconds

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class SnapshotCollector(Collector):
    """Whether a snapshot is served, how old it and its data are, and how the last refresh ended."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the gauges of this moment."""
        age, is_ready = None, 1.0
        try:
            age = age_seconds(self._store.latest(), datetime.now(UTC))
        except SnapshotError:
            is_ready = 0.0
        is_behind = 1.0 if self._store.problem else 0.0
        yield _gauge("mentorship_snapshot_ready", "1 while a snapshot is served.", is_ready)
        yield _gauge("mentorship_snapshot_behind", "1 while the newest is refused.", is_behind)
        health = notices.health(self._store)
        text = "1 while the last refresh failed or was cut off."
        yield _gauge("mentorship_refresh_failed", text, float(health.is_failed))
        text = "1 while the data are older than the settings allow."
        yield _gauge("mentorship_data_stale", text, float(health.is_stale))
        if health.data_age_days is not None:
            text = "Days from the last day of the data to today."
            yield _gauge("mentorship_data_age_days", text, health.data_age_days)
        if age is not None:
            text = "Seconds since the served snapshot was built."
            yield _gauge("mentorship_snapshot_age_seconds", text, age)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def add_metrics(server: Flask, store: SnapshotStore, folder: Path | None) -> None:
    """Count every request by route, never by address: addresses name groups."""
    own = CollectorRegistry()
    labels = ("route", "status")
    requests = Counter("mentorship_requests", "Answers given.", labels, registry=own)
    seconds = Histogram(
        "mentorship_request_seconds",
        "Seconds until an answer was ready.",
        ("route",),
        buckets=BUCKETS,
        registry=own,
    )

    @server.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @server.after_request
    def _count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        requests.labels(route, str(response.status_code)).inc()
        if "began" in g:
            seconds.labels(route).observe(time.perf_counter() - g.began)
        return response

    @server.get("/metrics")
    def _metrics() -> Response:
        registry = CollectorRegistry() if folder else own
        if folder:
            MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
        text = generate_latest(registry)
        snapshot = CollectorRegistry()
        snapshot.register(SnapshotCollector(store))
        return Response(text + generate_latest(snapshot), content_type=CONTENT_TYPE_LATEST)
