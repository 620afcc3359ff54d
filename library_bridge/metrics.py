"""How often and how long each library system was asked, for Prometheus: by library, operation and outcome, nothing else."""

import os
from collections.abc import Iterator
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from library_bridge import rounds

EXCHANGES = Counter(
    "bookrelay_library_exchanges", "Questions to and acts of a library system.", ["library", "operation", "outcome"]
)
SECONDS = Histogram(
    "bookrelay_library_exchange_seconds",
    "Time until the answer of a library system.",
    ["library", "operation"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0),
)


def exchanged(library: str, operation: str, outcome: str, seconds: float) -> None:
    """`outcome`: ok, refused, not_supported, unavailable, left_alone (not asked) or fault."""
    EXCHANGES.labels(library, operation, outcome).inc()
    if outcome != "left_alone":
        SECONDS.labels(library, operation).observe(seconds)


@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """For who brings settings.METRICS_TOKEN, and for staff; for anybody else there is nothing here."""
    if not (_has_token(request) or request.user.is_staff):
        raise Http404
    return HttpResponse(generate_latest(_registry()) + generate_latest(_at_once()), content_type=CONTENT_TYPE_LATEST)


class _Silence:
    """Looked up for this page, the same whichever process answers: no number that a process keeps, for that would stand in the
    folder that they share and be told beside the true one when it is long past."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Nothing where nobody knows."""
        since = rounds.silence(now=timezone.now())
        if since is not None:
            name, says = "bookrelay_scheduler_silence_seconds", "Since what is due was last acted on."
            yield GaugeMetricFamily(name, says, value=since.total_seconds())


def _at_once() -> CollectorRegistry:
    here = CollectorRegistry()
    here.register(_Silence())
    return here


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


def _registry() -> CollectorRegistry:
    """Of all processes together, where PROMETHEUS_MULTIPROC_DIR names a folder they share."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
