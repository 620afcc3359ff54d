"""Whether this process can serve, and what staff may know of its surroundings."""

from typing import Any

from celery import current_app
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError as NoBroker

from library_bridge import registry, rounds
from library_bridge.models import Library
from library_bridge.ports import LibrarySystemError
from personal_catalog.search import index
from sharing.api import problems
from sharing.models import DomainEvent

BROKER_SECONDS = 2


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"}) if _database() else problems.respond(request, OperationalError())


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """For staff; without its database the service knows nobody, so anybody learns as much as from /healthz."""
    if not _database():
        return JsonResponse({"status": "unavailable", "database": False}, status=503)
    if not request.user.is_staff:
        return problems.unknown_path(request)
    libraries = {library.code: _answers(library) for library in Library.objects.filter(is_active=True)}
    waiting = DomainEvent.objects.filter(delivered_at=None).count()
    parts: dict[str, Any] = {
        "database": True, "broker": _broker(), "scheduler": _scheduler(),
        "libraries": libraries, "undelivered_events": waiting,
        "search": index.behind() or "ok",  # no reason to be degraded: the embedded index answers
    }  # fmt: skip
    ok = parts["broker"] and parts["scheduler"] and all(libraries.values())
    body = {"status": "ok" if ok else "degraded", **parts}
    return JsonResponse(body, status=200 if ok else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False


def _scheduler() -> bool | None:
    """None, which is degraded, too: the cache that knows does not answer."""
    late = rounds.is_late(now=timezone.now())
    return None if late is None else not late


def _broker() -> bool:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        return True
    except NoBroker:
        return False


def _answers(library: Library) -> bool:
    """A read of an item that does not exist: any answer will do."""
    try:
        registry.system_for(library, now=timezone.now()).item("0")
        return True
    except LibrarySystemError:
        return False
