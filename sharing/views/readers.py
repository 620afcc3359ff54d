"""Who asks: views behind `login_required` take the reader from here."""

from django.http import HttpRequest

from library_bridge.models import Reader


def reader_of(request: HttpRequest) -> Reader:
    assert isinstance(request.user, Reader)
    return request.user


def visitor_of(request: HttpRequest) -> Reader | None:
    """None for whoever is not signed in."""
    return request.user if isinstance(request.user, Reader) else None
