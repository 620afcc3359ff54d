"""Whether this process can serve, and what staff may know of its surroundings."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from library_bridge import registry
from library_bridge.models import Library
from library_bridge.ports import LibrarySystemError
from sharing.models import DomainEvent


def healthz(request: HttpRequest) -> HttpResponse:
    ok = _database()
    return JsonResponse({"status": "ok" if ok else "unavailable"}, status=200 if ok else 503)


def readyz(request: HttpRequest) -> HttpResponse:
    if not request.user.is_staff:
        return HttpResponse(status=404)
    libraries = {library.code: _answers(library) for library in Library.objects.filter(is_active=True)}
    waiting = DomainEvent.objects.filter(delivered_at=None).count()
    ok = _database() and all(libraries.values())
    body = {"status": "ok" if ok else "degraded", "libraries": libraries, "undelivered_events": waiting}
    return JsonResponse(body, status=200 if ok else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False


def _answers(library: Library) -> bool:
    """A read of an item that does not exist: any answer will do."""
    try:
        registry.system_for(library, now=timezone.now()).item("0")
        return True
    except LibrarySystemError:
        return False
