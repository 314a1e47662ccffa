"""What Prometheus may ask of a serving process: /metrics, in its text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from engagement_site.health import may_see_details, parts
from sessions.live.counters import HELP
from sessions.live.runtime import Runtime, current

PREFIX: Final = "engagement_"
CLOSED: Final = (
    "Metrics are for staff, for this machine, and for whoever sends METRICS_TOKEN as a bearer "
    "token; see the README.\n"
)
ANALYSIS: Final[Mapping[str, str]] = {
    "submitted": "Frames given to the analysis.",
    "answered": "Frames that were analysed.",
    "rejected": "Frames that could not be read.",
    "shed": "Frames that were not looked at: too many waited, or a batch hung.",
    "failed": "Frames whose analysis failed.",
    "abandoned": "Frames whose student left before their turn.",
    "batches": "Batches that came to an end.",
    "hung": "Batches that were given up.",
    "restarts": "Times that the thread of the analysis was started again.",
}
"""Counters of inference.batcher, by name."""


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The process's counters and gauges; 403 for strangers, who learn nothing but that."""
    if not (may_see_details(request) or _shows_token(request)):
        return HttpResponse(CLOSED, status=403, content_type="text/plain; charset=utf-8")
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    runtime = current()
    if runtime is not None:
        registry.register(RuntimeCollector(runtime))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _shows_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expected = settings.METRICS_TOKEN
    is_bearer = bool(expected) and scheme.lower() == "bearer"
    return is_bearer and constant_time_compare(token.strip(), expected)


class RuntimeCollector(Collector):
    """Reads a runtime anew at every scrape; it waits for nothing and keeps nothing."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterable[Metric]:
        yield from self._sockets()
        yield from self._parts()
        yield from self._analysis()
        yield from self._runtime.stages.collect()

    def _sockets(self) -> Iterator[Metric]:
        runtime = self._runtime
        counts = runtime.counters.read()
        for name, text in HELP.items():
            yield _counter(name, text, counts[name])
        refused = CounterMetricFamily(
            f"{PREFIX}frames_refused", "Frames answered by an error.", labels=["code"]
        )
        for code, count in counts["frames_refused"].items():
            refused.add_metric([code], count)
        yield refused
        classes = list(runtime.classes.values())
        dashboards = sum(len(live.audience.dashboards) for live in classes)
        yield _gauge("connections", "Students' sockets open now.", counts["connections"])
        yield _gauge("dashboards", "Dashboards open now.", dashboards)
        yield _gauge("classes", "Sessions that somebody takes part in or watches.", len(classes))

    def _parts(self) -> Iterator[Metric]:
        found = parts(self._runtime)
        working = GaugeMetricFamily(
            f"{PREFIX}part_ok", "1 where this part works, 0 where it does not.", labels=["part"]
        )
        for name, part in found.items():
            working.add_metric([name], float(part["ok"]))
        yield working
        recorder = found["recorder"]
        yield _gauge("samples_waiting", "Samples not known to be stored.", recorder["waiting"])
        yield _gauge(
            "storing_failing_seconds",
            "For how long samples could not be stored; 0 while they are.",
            recorder["failing_since_s"] or 0.0,
        )
        yield _gauge("journal_files", "Files of the journal.", recorder["journal"])

    def _analysis(self) -> Iterator[Metric]:
        state = self._runtime.service.state()
        if not state["ready"]:
            return
        names = {"model": state["model"] or "", "detector": state["detector"]}
        yield InfoMetricFamily(f"{PREFIX}analysis", "What faces are looked at with.", names)
        for name, text in ANALYSIS.items():
            yield _counter(f"analysis_{name}", text, state[name])
        yield _counter("analysis_busy_seconds", "Time spent in batches.", state["busy_seconds"])
        yield _gauge("analysis_queue_frames", "Frames that wait.", state["queue_length"])
        yield _gauge("analysis_batch_frames", "Size of the last batch.", state["last_batch_size"])
        yield _gauge(
            "analysis_batch_seconds", "Time of the last batch.", state["last_batch_ms"] / 1000
        )
        capacity = self._runtime.service.capacity()
        if capacity is not None:
            yield _gauge(
                "analysis_capacity_frames_per_second", "Frames that can be answered.", capacity
            )


def _counter(name: str, text: str, value: float) -> Metric:
    """name: without the ending _total, which is added."""
    return CounterMetricFamily(f"{PREFIX}{name}", text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}{name}", text, value=value)
