"""Who asks, and which page is theirs: views behind `login_required` take the reader from here."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from library_bridge.models import Reader
from sharing.models import Handover


def reader_of(request: HttpRequest) -> Reader:
    assert isinstance(request.user, Reader)
    return request.user


def visitor_of(request: HttpRequest) -> Reader | None:
    """None for whoever is not signed in."""
    return request.user if isinstance(request.user, Reader) else None


def page_of_handover(reader: Reader, handover_id: int) -> str:
    """That of its lending; a stranger gets 404 here already."""
    handover = get_object_or_404(Handover.objects.visible_to(reader).select_related("lending"), pk=handover_id)
    return handover.lending.get_absolute_url()
