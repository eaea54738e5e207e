"""Metrics from a typed catalogue, each with a sentence; one registry per process, labels bounded and bound early."""

from typing import Final

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from chassis.engine.batch import BatchCounts


class Metric(Struct, frozen=True):
    """A metric's name, kind, labels, sentence and the alert that watches it, if any."""

    name: str
    kind: str
    labels: tuple[str, ...]
    sentence: str
    alert: str = ""
    buckets: tuple[float, ...] = ()


_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

CATALOGUE: Final = (
    Metric("wenzheng_batches_total", "counter", ("service",), "Transactions committed by the engine."),
    Metric("wenzheng_batch_seconds", "histogram", ("service",), "Real time of one engine transaction."),
    Metric(
        "wenzheng_events_total",
        "counter",
        ("service", "outcome"),
        "Events handled, repeated, waiting, parked, said.",
    ),
    Metric("wenzheng_lag_events", "gauge", ("service",), "Events on the bus not yet handled.", "LagGrows"),
    Metric(
        "wenzheng_parked", "gauge", ("service",), "Events parked and waiting for a person.", "EventsParked"
    ),
    Metric(
        "wenzheng_outbox_age_seconds",
        "gauge",
        ("service",),
        "Age of the oldest unpublished outbox row.",
        "OutboxOld",
    ),
    Metric("wenzheng_http_request_seconds", "histogram", ("route", "status"), "Duration of HTTP requests."),
)
"""What every service has. The alerts are in `deploy/prometheus`, each with a heading of its name in the runbook."""


class Metrics:
    """The metrics of one process: the chassis's and the service's `own`."""

    def __init__(self, own: tuple[Metric, ...] = ()) -> None:
        self._by_name = {metric.name: metric for metric in (*CATALOGUE, *own)}
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._made: dict[str, Counter | Gauge | Histogram] = {}
        self._children: dict[tuple[str, tuple[str, ...]], Counter | Gauge | Histogram] = {}

    def render(self) -> bytes:
        """The text Prometheus reads; takes tens of milliseconds with many series, so call it off the loop."""
        return generate_latest(self.registry)

    def counter(self, name: str, *labels: str) -> Counter:
        """The counter of the catalogue with its labels bound."""
        found = self._child(name, labels)
        assert isinstance(found, Counter)
        return found

    def gauge(self, name: str, *labels: str) -> Gauge:
        """The gauge of the catalogue with its labels bound."""
        found = self._child(name, labels)
        assert isinstance(found, Gauge)
        return found

    def histogram(self, name: str, *labels: str) -> Histogram:
        """The histogram of the catalogue with its labels bound."""
        found = self._child(name, labels)
        assert isinstance(found, Histogram)
        return found

    def batch(self, service: str, counts: BatchCounts, seconds: float) -> None:
        """What one engine transaction did."""
        self.counter("wenzheng_batches_total", service).inc()
        self.histogram("wenzheng_batch_seconds", service).observe(seconds)
        for outcome in ("handled", "repeated", "waiting", "parked", "said"):
            count = getattr(counts, outcome)
            if count:
                self.counter("wenzheng_events_total", service, outcome).inc(count)

    def request(self, route: str, status: int, seconds: float) -> None:
        """One HTTP request; `route` is the template, never the path with a number in it."""
        self.histogram("wenzheng_http_request_seconds", route, str(status)).observe(seconds)

    def _child(self, name: str, labels: tuple[str, ...]) -> Counter | Gauge | Histogram:
        child = self._children.get((name, labels))
        if child is None:
            parent = self._made.get(name) or self._make(self._by_name[name])
            child = self._children[(name, labels)] = parent.labels(*labels) if labels else parent
        return child

    def _make(self, metric: Metric) -> Counter | Gauge | Histogram:
        made: Counter | Gauge | Histogram
        if metric.kind == "counter":
            made = Counter(metric.name, metric.sentence, metric.labels, registry=self.registry)
        elif metric.kind == "gauge":
            made = Gauge(metric.name, metric.sentence, metric.labels, registry=self.registry)
        else:
            buckets = metric.buckets or _FAST
            made = Histogram(
                metric.name, metric.sentence, metric.labels, registry=self.registry, buckets=buckets
            )
        self._made[metric.name] = made
        return made
